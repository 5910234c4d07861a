"""What is pooled from the library: outcomes, methods of treatment, and which patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from glisson.errors import InputError
from glisson.evidence.library import Arm

Kind = Literal["proportion", "survival", "median"]
PopulationCode = Literal["sarcoma", "with_gist", "leiomyosarcoma"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome, and which numbers of the library are about it.

    Parameters
    ----------
    code, label
        Short code and printed name.
    kind
        A proportion of patients, survival at a time, or a median time.
    endpoints
        Names in the library.
    statistic
        How the number is reported there.
    readings
        Texts of ``subgroup`` that are about the whole arm, the preferred first; one ending in ``*`` is how it begins.
    note
        In what the series differ although they bear one name.
    """

    code: str
    label: str
    kind: Kind
    endpoints: tuple[str, ...]
    statistic: str
    readings: tuple[str, ...] = ("all",)
    note: str = ""

    def preference(self, subgroup: str) -> int | None:
        """Return the place of a subgroup's text among the readings; nothing where it is a part of the arm."""
        for place, text in enumerate(self.readings):
            if subgroup == text or (text.endswith("*") and subgroup.startswith(text[:-1])):
                return place
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A method of treatment, and what it is called in the library."""

    code: str
    label: str
    modalities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Which arms are taken by the tumours of their patients."""

    code: PopulationCode
    label: str

    def objection(self, arm: Arm) -> str:
        """Return why an arm of sarcoma patients is not taken, or nothing."""
        if self.code != "with_gist" and mixes_gist(arm):
            return "gastrointestinal stromal tumours are, or may be, among its patients"
        if self.code == "leiomyosarcoma" and not arm.histology.startswith("lms"):
            return "not all of its patients have leiomyosarcoma"
        return ""


def mixes_gist(arm: Arm) -> bool:
    """Return whether gastrointestinal stromal tumours are, or before their test existed may be, among the patients.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> [mixes_gist(library().arm(s, "all")) for s in ("won1997", "miller2018", "zacherl2011")]
    [True, False, False]
    """
    text = arm.histology.lower()
    return "pre-" in text or ("gist" in text and "no_gist" not in text)


def of_sarcoma(arm: Arm) -> bool:
    """Return whether an arm treats sarcoma by a liver-directed method or resection.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> of_sarcoma(library().arm("varela2007", "deb_tace"))
    False
    """
    known = ("lms", "sts", "sarcoma", "gist")
    return arm.setting in {"liver_directed", "resection"} and any(x in arm.histology.lower() for x in known)


#: Where time may start to be the same origin: the treatment itself.
FROM_TREATMENT = frozenset({
    "first_liver_directed_treatment", "chemoembolization", "embolization", "radioembolization", "ablation",
    "liver_resection",
})  # fmt: skip

TREATMENTS = (
    Treatment(code="tace", label="TACE or DEB-TACE", modalities=("tace", "deb_tace")),
    Treatment(code="tae", label="Bland embolization", modalities=("tae",)),
    Treatment(code="y90", label="Y-90 radioembolization", modalities=("y90",)),
    Treatment(code="ablation", label="Ablation", modalities=("ablation",)),
    Treatment(code="resection", label="Resection", modalities=("resection",)),
    Treatment(
        code="resection_ablation",
        label="Resection, ablation or both",
        modalities=("resection_and_or_rfa", "resection_plus_ablation"),
    ),
    Treatment(code="mixed_ldt", label="Several liver-directed methods", modalities=("mixed_ldt",)),
)

POPULATIONS = (
    Population(code="sarcoma", label="Sarcoma, series with GIST left out"),
    Population(code="with_gist", label="Sarcoma, series with GIST included"),
    Population(code="leiomyosarcoma", label="Leiomyosarcoma alone"),
)

#: How response was read; each is about all patients that could be assessed.
_RESPONSE = ("all", "mRECIST", "EASL", "qEASL", "30 day WHO/ECOG", "evaluable; *", "initial CT response *",
             "first RFA procedure", "one of seven not assessable", "index tumour")  # fmt: skip
_CRITERIA = "read by different criteria, at different times"


def _survival(endpoint: str, label: str, months: int) -> Outcome:
    return Outcome(code=f"{endpoint}_{months}m", label=f"{label} at {months} months", kind="survival",
                   endpoints=(endpoint,), statistic=f"rate_at_{months}m")  # fmt: skip


Known = TypeVar("Known", Outcome, Treatment)

OUTCOMES = (
    Outcome(code="orr", label="Objective response", kind="proportion", endpoints=("orr",), statistic="proportion",
            readings=_RESPONSE, note=_CRITERIA),
    Outcome(code="dcr", label="Disease control", kind="proportion", endpoints=("dcr",), statistic="proportion",
            readings=_RESPONSE, note=_CRITERIA),
    Outcome(code="grade3", label="Adverse event of grade 3 or more", kind="proportion",
            endpoints=("toxicity:any_grade3plus", "toxicity:any_grade3_4"), statistic="proportion",
            note="grade 3 or 4 in some series, 3 to 5 in others"),
    Outcome(code="early_death", label="Death within 30 days, or perioperative", kind="proportion",
            endpoints=("toxicity:perioperative_mortality", "toxicity:mortality_30d"), statistic="proportion",
            note="within 30 days in some series, in hospital or not defined in others"),
    _survival("os", "Overall survival", 12),
    _survival("os", "Overall survival", 24),
    _survival("os", "Overall survival", 36),
    _survival("os", "Overall survival", 60),
    Outcome(code="os_median", label="Overall survival, median", kind="median", endpoints=("os",),
            statistic="median_months"),
    Outcome(code="pfs_median", label="Progression-free survival, median", kind="median", endpoints=("pfs",),
            statistic="median_months"),
    _survival("liver_pfs", "Liver progression-free survival", 12),
    _survival("liver_pfs", "Liver progression-free survival", 24),
    Outcome(code="liver_pfs_median", label="Liver progression-free survival, median", kind="median",
            endpoints=("liver_pfs",), statistic="median_months"),
)  # fmt: skip


def asked_for(known: Sequence[Known], code: str, what: str) -> tuple[Known, ...]:
    """Return the one with this code; all where none is asked for.

    Raises
    ------
    InputError
        If there is none, with the codes there are.

    Examples
    --------
    >>> [o.label for o in asked_for(OUTCOMES, "orr", "outcome")]
    ['Objective response']
    """
    found = tuple(one for one in known if not code or one.code == code)
    if not found:
        raise InputError(f"no {what} {code!r}", expected=", ".join(one.code for one in known))
    return found
