"""Safety in results.json."""

from __future__ import annotations

from glisson.reporting.results_parts import CountPart, EstimateRows, Pairs, Part


class TermPart(Part):
    """One adverse-event term, organ class or selection."""

    term: str
    worst: CountPart
    estimates: EstimateRows


class EventCountPart(Part):
    """Events of one term by grade: 1, 2, 3, 4, 5 and unknown."""

    organ_class: str
    term: str
    grades: tuple[int, int, int, int, int, int]
    patients: int


class FollowedPart(Part):
    """What those not followed to the end of the window could change."""

    group: Pairs
    least: int
    n: int
    lost: int
    recorded: int
    most: int


class LatePart(Part):
    """One event after the window; the patient is a pseudonym."""

    patient: str
    term: str
    grade: str
    after: int
    related: str


class ClassDifferencePart(Part):
    """A recorded complication class that is not the derived one."""

    patient: str
    term: str
    scale: str
    recorded: str
    derived: str


class ComplicationsPart(Part):
    """Complications by SIR and CIRSE, as derived and as recorded."""

    scales: tuple[CountPart, ...]
    recorded: tuple[CountPart, ...]
    differences: tuple[ClassDifferencePart, ...]
    sir_long_stay_days: float
    cirse_2026_long_stay_days: float | None


class SyndromePart(Part):
    """Post-embolization syndrome per patient and session."""

    patients: CountPart
    estimates: EstimateRows
    sessions: EstimateRows
    window_days: int


class ReildRowPart(Part):
    """A patient to be adjudicated, under a pseudonym."""

    patient: str
    day: int
    bilirubin: float
    ascites: str


class ReildPart(Part):
    """The screen for radioembolization-induced liver disease."""

    treated: int
    measured: int
    found: tuple[ReildRowPart, ...]
    from_days: int
    to_days: int


class SafetyPart(Part):
    """Safety as recorded."""

    terms: tuple[TermPart, ...]
    mortality: EstimateRows
    window_days: int
    ctcae_versions: tuple[str, ...]
    hepatic_window_days: int | None
    notes: tuple[str, ...]
    classes: tuple[TermPart, ...]
    selections: tuple[TermPart, ...]
    events: tuple[EventCountPart, ...]
    followed: tuple[FollowedPart, ...]
    sessions: EstimateRows
    session_mortality: EstimateRows
    late: tuple[LatePart, ...]
    mapped: tuple[tuple[str, str, int], ...]
    unlisted: tuple[tuple[str, int, str], ...]
    complications: ComplicationsPart | None
    syndrome: SyndromePart | None
    reild: ReildPart | None
