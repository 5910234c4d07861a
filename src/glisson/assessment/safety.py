"""What harm was recorded."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.efficacy import NOTHING
from glisson.tables import CountTable, Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyTerm:
    """One adverse-event term: worst grade per patient, by method, with exact intervals."""

    term: str
    worst: CountTable
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How often one term was recorded: events, not patients.

    Parameters
    ----------
    organ_class, term
        What.
    grades
        Events of grade 1, 2, 3, 4, 5 and of unknown grade.
    patients
        Patients who had them.
    """

    organ_class: str
    term: str
    grades: tuple[int, int, int, int, int, int]
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far a rate could move if those not followed to the end of the window had had the event, or not.

    Parameters
    ----------
    group
        Everybody, or a method.
    least
        Lowest grade counted.
    n, lost
        Patients, and those of them last seen alive before the end of the window.
    recorded, most
        Patients with such an event as recorded, and if everybody who may have had one had.
    """

    group: Group
    least: int
    n: int
    lost: int
    recorded: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """One event after the window of its session; it is in no rate. ``patient`` is a pseudonym."""

    patient: str
    term: str
    grade: str
    after: int
    related: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDifference:
    """A recorded complication class that is not the derived one. ``patient`` is a pseudonym."""

    patient: str
    term: str
    scale: str
    recorded: str
    derived: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complications:
    """Complications by SIR and CIRSE as derived from recorded facts, and as recorded.

    Parameters
    ----------
    scales
        Patients by worst derived class and method, one table a scale; empty where the facts allow no class.
    recorded
        The same for the recorded classes; only scales by which something was recorded.
    differences
        Where the recorded class is another one.
    sir_long_stay_days, cirse_2026_long_stay_days
        Thresholds of this study; the second is ``None`` where class 3 is not divided.
    """

    scales: tuple[CountTable, ...]
    recorded: tuple[CountTable, ...]
    differences: tuple[ClassDifference, ...]
    sir_long_stay_days: float
    cirse_2026_long_stay_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Syndrome:
    """Post-embolization syndrome, recorded or only met by its components.

    Parameters
    ----------
    patients
        Patients by kind and first method.
    estimates
        Share of patients with it (``recorded``), and with it or its components (``possible``).
    sessions
        The same for sessions, by the session's own method; intervals count patients.
    window_days
        Days after a session in which components are looked for.
    """

    patients: CountTable
    estimates: Estimates
    sessions: Estimates
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReildRow:
    """A patient to be adjudicated for radioembolization-induced liver disease, under a pseudonym.

    Parameters
    ----------
    patient
        Pseudonym.
    day
        Days from the radioembolization to when both signs were there.
    bilirubin
        Highest bilirubin of that time, umol/L.
    ascites
        Where ascites was recorded.
    """

    patient: str
    day: int
    bilirubin: float
    ascites: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReildScreen:
    """The screen for radioembolization-induced liver disease.

    Parameters
    ----------
    treated, measured
        Patients with a radioembolization, and those of them with bilirubin in the window.
    found
        Patients to be looked at.
    from_days, to_days
        The window is after the first and up to the second.
    """

    treated: int
    measured: int
    found: tuple[ReildRow, ...]
    from_days: int
    to_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyResult:
    """Safety as recorded.

    Parameters
    ----------
    terms
        Any adverse event first, then each recorded term, then terms of interest nobody had.
    mortality
        Deaths within 30 and 90 days of the first session, per patient.
    window_days, ctcae_versions
        How events were selected and which CTCAE versions the grades follow.
    hepatic_window_days
        The longer window of hepatic and radiation effects after radioembolization; ``None`` where nobody had one.
    notes
        What a reader must know.
    classes
        Worst grade per patient by organ class.
    selections
        Worst grade per patient among related, serious, and non-target events, where these were judged.
    events
        Events by term and grade.
    followed
        What those not followed could change.
    sessions
        Sessions with an event of any grade and of grade 3 or worse, by the session's own method.
    session_mortality
        Deaths within 30 and 90 days of a session.
    late
        Events after the window.
    mapped
        (recorded word, CTCAE term, events).
    unlisted
        (term, events, CTCAE terms it may mean): counted as recorded.
    complications, syndrome, reild
        Complication classes and syndromes, where the input allows them.
    """

    terms: tuple[SafetyTerm, ...]
    mortality: Estimates
    window_days: int
    ctcae_versions: tuple[str, ...]
    hepatic_window_days: int | None = None
    notes: tuple[str, ...] = ()
    classes: tuple[SafetyTerm, ...] = ()
    selections: tuple[SafetyTerm, ...] = ()
    events: tuple[EventCount, ...] = ()
    followed: tuple[Followed, ...] = ()
    sessions: Estimates = NOTHING
    session_mortality: Estimates = NOTHING
    late: tuple[LateRow, ...] = ()
    mapped: tuple[tuple[str, str, int], ...] = ()
    unlisted: tuple[tuple[str, int, str], ...] = ()
    complications: Complications | None = None
    syndrome: Syndrome | None = None
    reild: ReildScreen | None = None
