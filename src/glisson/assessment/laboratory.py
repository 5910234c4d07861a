"""Laboratory values by CTCAE grade, and liver function before and after treatment."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.efficacy import NOTHING
from glisson.tables import CountTable, Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTest:
    """One graded test.

    Parameters
    ----------
    test, label, term, unit
        Code, printed name, CTCAE term and stored unit.
    worst
        Patients by the worst treatment-emergent grade and method.
    sessions
        Sessions by the worst grade above the baseline of the session, and method.
    shift
        Patients by grade before treatment and worst grade after it.
    estimates
        Share with any grade, and with grade 3 or worse, of those measured; overall and by method.
    extremes
        Per group: (Q1, median, Q3) of the highest value after treatment (lowest, where low values are abnormal), and
        of the day on which it was taken; ``None`` where nobody has one.
    low
        Whether low values are the abnormal ones.
    clinical
        What CTCAE grades on clinical grounds only.
    """

    test: str
    label: str
    term: str
    unit: str
    worst: CountTable
    sessions: CountTable
    shift: CountTable
    estimates: Estimates
    extremes: tuple[tuple[Group, tuple[float, float, float], tuple[float, float, float]], ...] = ()
    low: bool = False
    clinical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverScore:
    """One liver function score.

    Parameters
    ----------
    score, label
        Code and printed name.
    table
        Patients by grade before treatment and worst grade after it, and method.
    worse
        Cumulative incidence of a worse grade, death competing, overall and by method.
    estimates
        Share with a worse grade than before, of those with both.
    changes
        Per group: number of patients with a score before and after, and (Q1, median, Q3) of the worst score after less
        that before; groups in which somebody has both.
    """

    score: str
    label: str
    table: CountTable
    estimates: Estimates
    worse: Estimates = NOTHING
    changes: tuple[tuple[Group, int, tuple[float, float, float]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryResult:
    """Everything about laboratory values.

    Parameters
    ----------
    version
        CTCAE version of the grades.
    window_days, hepatic_days, function_days
        Days after a session in which values count; of liver tests after radioembolization; of liver function.
    tests, scores
        Results, in the order of the rules.
    notes, score_notes
        What a reader must know of the values, and of the scores.
    """

    version: str
    window_days: int
    hepatic_days: int
    function_days: int
    tests: tuple[LabTest, ...]
    scores: tuple[LiverScore, ...]
    notes: tuple[str, ...] = ()
    score_notes: tuple[str, ...] = ()
