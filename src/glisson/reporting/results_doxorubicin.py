"""The systemic doxorubicin question in results.json."""

from __future__ import annotations

from glisson.reporting.results_parts import CountPart, Pairs, Part

Spread = tuple[float, float, float, float]


class PublishedRatePart(Part):
    """A rate of systemic doxorubicin as it was reported."""

    study: str
    arm: str
    grade: str
    rate: float
    n: int | None
    events: int | None
    approximate: bool
    low: float | None
    high: float | None
    doi: str
    url: str
    read_in: str


class VerdictPart(Part):
    """One published rate beside the events of one group."""

    published: int
    upper: float
    tail: float
    excluded: bool
    surely_excluded: bool | None
    needed: int
    surely_needed: int | None


class GroupAnswerPart(Part):
    """What one group says of a term."""

    group: Pairs
    n: int
    events: int
    counted: int
    upper: float
    observed: int
    upper_observed: float | None
    apart: int | None
    measured: int | None
    low: int | None
    verdicts: tuple[VerdictPart, ...]


class TermAnswerPart(Part):
    """One complication of systemic doxorubicin."""

    term: str
    grade: str
    published: tuple[PublishedRatePart, ...]
    groups: tuple[GroupAnswerPart, ...]


class DoseGroupPart(Part):
    """Cumulative doxorubicin of one group."""

    group: Pairs
    n: int
    treated: int
    arterial_mg: Spread | None
    arterial_n: int
    arterial_mg_m2: Spread | None
    arterial_m2_n: int
    systemic_mg_m2: Spread | None
    systemic_n: int
    combined_mg_m2: Spread | None
    combined_n: int


class DoxorubicinPart(Part):
    """The whole question."""

    treated: int
    not_followed: int
    window_days: int
    level: float
    terms: tuple[TermAnswerPart, ...]
    doses: tuple[DoseGroupPart, ...]
    warned: tuple[str, ...]
    alerted: tuple[str, ...]
    limits: tuple[float, float]
    exposed: CountPart
    notes: tuple[str, ...]
