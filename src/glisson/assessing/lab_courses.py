"""Laboratory values over time: one line a patient, medians of methods where enough patients have a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment.courses import LabCourse, LabLine, LabMedian
from glisson.clinical.cohort import Cohort
from glisson.clinical.labs.function import LABELS, liver_scores
from glisson.clinical.labs.graded import BASELINE_DAYS, lab_values
from glisson.clinical.labs.units import ANALYTES
from glisson.errors import InputError

#: Last day that is shown; later values say more about the tumour than about the treatment.
LAST_DAY = 180
#: Days that are put together for a median: before treatment, then about each week, month, and month after that.
PERIODS = ((-BASELINE_DAYS, 0), (1, 7), (8, 21), (22, 45), (46, 75), (76, 105), (106, 135), (136, LAST_DAY))
#: Patients with a value that a median needs.
LEAST_FOR_MEDIAN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """How a test is shown.

    Parameters
    ----------
    test
        Code.
    multiple
        Whether as multiples of the upper limit of normal, on a logarithmic axis.
    limit
        Limit of normal that is drawn: ``uln``, ``lln`` or none.
    worst
        Which of several values of a day counts.
    """

    test: str
    multiple: bool = False
    limit: Literal["uln", "lln", ""] = ""
    worst: Literal["max", "min"] = "max"


#: In print order.
SHOWN = (
    _Shown(test="alt", multiple=True),
    _Shown(test="ast", multiple=True),
    _Shown(test="alp", multiple=True),
    _Shown(test="bilirubin", limit="uln"),
    _Shown(test="albumin", limit="lln", worst="min"),
)
#: ALBI scores between the grades.
ALBI_LIMITS = ((-2.60, "grade 1 | 2"), (-1.39, "grade 2 | 3"))


def lab_courses(
    cohort: Cohort, methods: Mapping[str, str], name: Pseudonyms, *, one_by_one: bool = True
) -> tuple[LabCourse, ...]:
    """Return enzymes, bilirubin, albumin and ALBI from 30 days before the first session until 180 days after it.

    Parameters
    ----------
    cohort
        Validated records; without laboratory values there are no courses.
    methods
        Method of each patient.
    name
        Pseudonyms.
    one_by_one
        Whether the values of each patient are given besides the medians.

    Returns
    -------
    tuple of LabCourse
        Tests without a value are left out.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> cohort = demo_cohort()
    >>> methods = dict.fromkeys(cohort.table("patient")["patient_id"].to_list(), "all")
    >>> [(c.test, c.unit) for c in lab_courses(cohort, methods, Pseudonyms.of(cohort))][2:]
    [('alp', '× ULN'), ('bilirubin', 'µmol/L'), ('albumin', 'g/L'), ('albi', 'score')]
    """
    try:
        values, scores = lab_values(cohort), liver_scores(cohort)
    except InputError:
        return ()
    near = pl.col("day").is_between(-BASELINE_DAYS, LAST_DAY)
    values, scores = values.filter(near), scores.filter(near & (pl.col("score") == "albi"))
    out = [_course(values, shown, methods, name, one_by_one=one_by_one) for shown in SHOWN]
    albi = _lines(scores.select("patient_id", "day", "value"), methods, "max")
    out.append(
        LabCourse(
            test="albi",
            label=LABELS["albi"].removesuffix(" grade"),
            unit="score",
            limits=ALBI_LIMITS,
            scale="linear",
            lines=_named(albi, name) if one_by_one else (),
            medians=_medians(albi),
            patients=_counts(albi),
        )
    )
    return tuple(course for course in out if course.patients)


def _course(
    values: pl.DataFrame, shown: _Shown, methods: Mapping[str, str], name: Pseudonyms, *, one_by_one: bool
) -> LabCourse:
    rows, analyte = values.filter(pl.col("test") == shown.test), ANALYTES[shown.test]
    lost = 0
    limits: tuple[tuple[float, str], ...] = ((1.0, "ULN"),) if shown.multiple else ()
    if shown.multiple:
        usable = (pl.col("uln") > 0).fill_null(value=False) & (pl.col("value") > 0)
        lost = len(rows.filter(~usable))
        rows = rows.filter(usable).with_columns(pl.col("value") / pl.col("uln"))
    elif shown.limit:
        limits = tuple((value, shown.limit.upper()) for value in _usual(rows, shown.limit))
    lines = _lines(rows.select("patient_id", "day", "value"), methods, shown.worst)
    return LabCourse(
        test=shown.test,
        label=analyte.label,
        unit="× ULN" if shown.multiple else analyte.unit.replace("umol", "µmol"),
        limits=limits,
        scale="log" if shown.multiple else "linear",
        lines=_named(lines, name) if one_by_one else (),
        medians=_medians(lines),
        patients=_counts(lines),
        without_limit=lost,
    )


def _usual(rows: pl.DataFrame, limit: str) -> list[float]:
    """Return the limit of normal that most values have; laboratories differ."""
    counts = rows.drop_nulls(limit).group_by(limit).len().sort("len", limit, descending=[True, False])
    return [float(v) for v in counts[limit].head(1).to_list()]


def _lines(rows: pl.DataFrame, methods: Mapping[str, str], worst: str) -> pl.DataFrame:
    """Return one value a patient and day, the worst, with the method."""
    of_day = pl.col("value").max() if worst == "max" else pl.col("value").min()
    rows = rows.group_by("patient_id", "day").agg(of_day)
    rows = rows.filter(pl.col("patient_id").is_in(list(methods)))
    method = pl.col("patient_id").replace_strict(methods, return_dtype=pl.String)
    return rows.with_columns(method.alias("method")).sort("patient_id", "day")


def _named(lines: pl.DataFrame, name: Pseudonyms) -> tuple[LabLine, ...]:
    rows = lines.group_by("patient_id", "method", maintain_order=True).agg("day", "value")
    return tuple(
        LabLine(patient=name(p), method=m, days=tuple(days), values=tuple(values))
        for p, m, days, values in rows.iter_rows()
    )


def _medians(lines: pl.DataFrame) -> tuple[LabMedian, ...]:
    """Return the median of the patients' medians of each period, at the middle of the days on which they were taken."""
    period = pl.lit(None, dtype=pl.Int64)
    for number, (first, last) in enumerate(PERIODS):
        period = pl.when(pl.col("day").is_between(first, last)).then(number).otherwise(period)
    own = lines.group_by("method", "patient_id", period.alias("period")).agg(
        pl.col("value").median(), pl.col("day").median()
    )
    rows = own.group_by("method", "period").agg(pl.col("day").median(), pl.col("value").median(), n=pl.len())
    rows = rows.filter(pl.col("n") >= LEAST_FOR_MEDIAN).sort("method", "period")
    points: dict[str, list[tuple[int, float, int]]] = {}
    for method, _, day, value, n in rows.iter_rows():
        points.setdefault(method, []).append((round(day), value, n))
    return tuple(LabMedian(method=method, points=tuple(found)) for method, found in points.items())


def _counts(lines: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    counts = lines.group_by("method").agg(n=pl.col("patient_id").n_unique()).sort("method")
    return tuple(counts.iter_rows())
