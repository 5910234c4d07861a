"""The course of every patient, under pseudonyms: tumours, treatment, harm, laboratory values, by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCourse:
    """What happened to one patient; days count from the first session.

    Parameters
    ----------
    patient, method
        Pseudonym, and code of the method of the first session.
    best_change, why_none
        Lowest change of the target sum in percent, or the reason why there is none.
    best, confirmed
        Best overall response, and the same confirmed by a second scan; empty where no scan is judged.
    new_lesion_day
        Day of the first new lesion among the scans that count for the best response.
    baseline_sum
        Target sum before treatment.
    changes
        (day, change of the target sum from baseline in percent), the baseline with 0 among them.
    counted_to
        Day of the last scan that counts for the best response: the first progression, or the last scan up to a new
        therapy.
    sessions
        (day, code of the method).
    systemic
        (start, end, regimen); end is ``None`` where it is not recorded, days before the first session are negative.
    responses
        (day, response, site) of every judged scan; sites are ``any``, ``liver`` and ``outside``.
    first_response
        Day of the first complete or partial response that counts.
    progression, progression_liver, progression_outside
        Day of the first progression anywhere, in the liver and outside it.
    end, died
        Day of death or last contact.
    events
        (day, term, grade) of counted adverse events.
    """

    patient: str
    method: str
    end: int
    died: bool
    best_change: float | None = None
    why_none: str = ""
    best: str = ""
    confirmed: str = ""
    new_lesion_day: int | None = None
    baseline_sum: float | None = None
    changes: tuple[tuple[int, float], ...] = ()
    counted_to: int | None = None
    sessions: tuple[tuple[int, str], ...] = ()
    systemic: tuple[tuple[int, int | None, str], ...] = ()
    responses: tuple[tuple[int, str, str], ...] = ()
    first_response: int | None = None
    progression: int | None = None
    progression_liver: int | None = None
    progression_outside: int | None = None
    events: tuple[tuple[int, str, int], ...] = ()

    @property
    def new_lesion(self) -> bool:
        """Whether a new lesion was seen among the scans that count."""
        return self.new_lesion_day is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLine:
    """The values of one patient: days from the first session, one value a day."""

    patient: str
    method: str
    days: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabMedian:
    """The median of a method over time.

    Parameters
    ----------
    method
        Code.
    points
        (day, median, patients) of each period in which enough patients have a value.
    """

    method: str
    points: tuple[tuple[int, float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabCourse:
    """One laboratory test over time.

    Parameters
    ----------
    test, label, unit
        Code, printed name and unit: the stored one, or multiples of the upper limit of normal.
    limits
        (value, name) of the limits of normal or between grades.
    scale
        ``log`` where values are multiples that span orders of magnitude.
    lines, medians
        Values of each patient, and medians by method; ``lines`` is empty where there are too many patients.
    patients
        (method, patients with a value).
    without_limit
        Values left out because no upper limit of normal is recorded with them.
    """

    test: str
    label: str
    unit: str
    limits: tuple[tuple[float, str], ...]
    scale: Literal["linear", "log"]
    lines: tuple[LabLine, ...]
    medians: tuple[LabMedian, ...]
    patients: tuple[tuple[str, int], ...]
    without_limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesResult:
    """The courses of all patients.

    Parameters
    ----------
    methods
        Codes of the methods of the first session, in table order.
    criterion, label, unit
        Criterion of the target sums, empty where there are none; its printed name and the unit of the sum.
    shrink, grow
        Changes in percent at which the criterion draws its lines.
    response
        Criterion of the responses, in words; empty where no scan is judged.
    patients
        In the order of the patient sheet; empty where there are too many to be shown one by one.
    labs
        Laboratory tests in print order.
    notes
        What a reader must know.
    """

    methods: tuple[str, ...]
    criterion: str = ""
    label: str = ""
    unit: str = ""
    shrink: float = 0.0
    grow: float = 0.0
    response: str = ""
    patients: tuple[PatientCourse, ...] = ()
    labs: tuple[LabCourse, ...] = ()
    notes: tuple[str, ...] = ()
