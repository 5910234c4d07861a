"""How complete a cohort is by the reporting standards, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Points of an item by weight.
POINTS = {"major": 2, "minor": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardItem:
    """One item of a scored list.

    Parameters
    ----------
    number, topic, weight
        Place among the major or minor items, what is asked, and its weight.
    state
        ``recorded`` in the data, ``stated`` in study.toml, ``reported`` by the report itself; these three count.
        ``partial``: recorded for too few. ``missing``: nowhere.
    where
        Where it stands, or the stated text.
    todo
        How to record it.
    """

    number: int
    topic: str
    weight: Literal["major", "minor"]
    state: Literal["recorded", "stated", "reported", "partial", "missing"]
    where: str
    todo: str

    @property
    def points(self) -> int:
        """Points it earns."""
        return POINTS[self.weight] if self.state in {"recorded", "stated", "reported"} else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardScore:
    """A scored list.

    Parameters
    ----------
    patients, sessions
        Whom it is about.
    items
        Every item, major ones first.
    least_recorded
        Share of the patients or sessions that must hold an item.
    """

    patients: int
    sessions: int
    items: tuple[StandardItem, ...]
    least_recorded: float

    def points(self, weight: str = "") -> tuple[int, int]:
        """Return (points earned, points possible), of one weight or of all."""
        mine = [i for i in self.items if weight in ("", i.weight)]
        return sum(i.points for i in mine), sum(POINTS[i.weight] for i in mine)

    @property
    def text(self) -> str:
        """The score in words: ``52 of 75 (major 40 of 50, minor 12 of 25)``."""
        (all_, of), (major, majors), (minor, minors) = self.points(), self.points("major"), self.points("minor")
        return f"{all_} of {of} (major {major} of {majors}, minor {minor} of {minors})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a session: recorded for n of so many, and where it belongs."""

    label: str
    n: int
    of: int
    unit: Literal["session", "lesion"]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldList:
    """The fields a standard wants for the sessions of some methods.

    Parameters
    ----------
    code, title
        ``chemoembolization`` or ``ablation``, and its name.
    patients, sessions
        Whom it is about.
    fields
        In print order.
    """

    code: str
    title: str
    patients: int
    sessions: int
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardsResult:
    """Completeness by the reporting standards of the methods that were used.

    Parameters
    ----------
    radioembolization
        The score of 50 items; ``None`` without Y-90.
    lists
        Fields of chemoembolization and ablation, where there are such sessions.
    """

    radioembolization: StandardScore | None
    lists: tuple[FieldList, ...]
