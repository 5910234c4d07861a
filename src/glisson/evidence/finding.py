"""What the rules of consistency find: the numbers, what they mean together, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``certain``: no patients whatever can have these numbers. ``likely``: only an unusual method gives them. ``note``:
#: possible and often right, but to be known before the number is set beside another.
Sure = Literal["certain", "likely", "note"]
SURE: dict[Sure, str] = {
    "certain": "cannot all be true",
    "likely": "fit together only with an unusual method",
    "note": "are possible, but read them with care",
}

#: What each rule compares.
TITLES = {
    "C01": "share and number of patients",
    "C02": "categories of response",
    "C03": "total and typical patient",
    "C04": "median and survival at times",
    "C05": "estimate and interval",
    "C06": "P value and interval",
    "C07": "denominator",
    "C08": "part and whole",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Numbers of one study that do not fit together.

    Parameters
    ----------
    id
        Of the rule, e.g. ``"C04"``.
    study_id, arm_id
        Whose numbers they are.
    sure
        ``"certain"``, ``"likely"`` or ``"note"``.
    numbers
        The numbers, as printed.
    sentence
        What they mean together.
    """

    id: str
    study_id: str
    arm_id: str
    sure: Sure
    numbers: tuple[str, ...]
    sentence: str

    @property
    def title(self) -> str:
        """What the rule compares."""
        return TITLES[self.id]

    def __str__(self) -> str:
        """Return one line."""
        whose = " ".join(w for w in (self.study_id, self.arm_id) if w)
        return f"{self.id} {self.sure}: {f'{whose}: ' if whose else ''}{self.sentence}"
