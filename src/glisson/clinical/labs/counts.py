"""Patients and sessions by the worst grade of a laboratory test: what estimators count."""

from __future__ import annotations

from typing import Literal

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import keys_of_units, method_names, patient_keys
from glisson.clinical.labs.graded import graded
from glisson.clinical.labs.rules import RULES, with_grade
from glisson.clinical.labs.units import ANALYTES
from glisson.clinical.settled import settled
from glisson.errors import InputError
from glisson.tables import CountTable, Factor

NOT_MEASURED = "not measured"
NOT_GRADABLE = "not gradable"
GRADES = ("0", "1", "2", "3", "4")
CATEGORIES = (*GRADES, NOT_GRADABLE, NOT_MEASURED)


def graded_tests(cohort: Cohort) -> tuple[str, ...]:
    """Return the tests of the data that CTCAE grades, in the order of the rules.

    Raises
    ------
    InputError
        If there is no laboratory value.
    """
    found = set(graded(cohort)["test"].unique().to_list())
    return tuple(t for t in RULES[cohort.study.safety.ctcae_version] if t in found)


def worst_lab_grades(cohort: Cohort, test: str) -> CountTable:
    """Count patients by the worst treatment-emergent grade of a test, by method.

    Values in the window after any session count. A grade that is not above that of the baseline counts as 0.

    Parameters
    ----------
    cohort
        With a ``lab`` table; n patients.
    test
        Code of the data model, e.g. ``"alt"``.

    Returns
    -------
    CountTable
        n patients by ``method``; categories ``0`` to ``4``, ``not gradable`` (a limit of normal is missing) and
        ``not measured`` (no value in any window).

    Raises
    ------
    InputError
        If there is no laboratory value, or CTCAE does not grade the test.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> worst_lab_grades(demo_cohort(), "anc").by().counts.tolist()
    [[24, 0, 0, 0, 0, 0, 0]]
    """
    worst = _worst(_emergent(_in_window(cohort, test)), "patient_id")
    return _by_patient(cohort, test, worst, {"method": patient_keys(cohort)["method"]})


def shift_table(cohort: Cohort, test: str) -> CountTable:
    """Count patients by the grade of a test before treatment and the worst grade after it.

    Parameters
    ----------
    cohort, test
        As for ``worst_lab_grades``.

    Returns
    -------
    CountTable
        n patients by ``method`` and ``baseline`` (grade by the limits of normal, or ``not measured``); categories as
        for ``worst_lab_grades``, here by the limits of normal as well, so that both ends of a shift mean the same.

    Raises
    ------
    InputError
        If there is no laboratory value, or CTCAE does not grade the test.
    """
    rows = _in_window(cohort, test)
    ids = cohort.table("patient")["patient_id"].to_list()
    every = graded(cohort).filter(pl.col("test") == test)
    before = every.filter(pl.col("baseline").is_not_null()).group_by("patient_id").agg(pl.col("baseline_grade").first())
    known = dict(zip(before["patient_id"], before["baseline_grade"], strict=True))
    start = [NOT_MEASURED if i not in known else NOT_GRADABLE if known[i] is None else str(known[i]) for i in ids]
    plain = rows.with_columns(baseline=pl.lit(None, dtype=pl.Float64)).drop("grade")
    worst = _worst(with_grade(plain, cohort.study.safety.ctcae_version), "patient_id")
    keys = {"method": patient_keys(cohort)["method"], "baseline": Factor.of(start, CATEGORIES)}
    return _by_patient(cohort, test, worst, keys)


def session_lab_grades(cohort: Cohort, test: str) -> CountTable:
    """Count sessions by the worst grade of a test above the baseline of that session, by the session's method.

    A value counts for the latest session before it: a later session cuts the window of an earlier one short.

    Parameters
    ----------
    cohort, test
        As for ``worst_lab_grades``.

    Returns
    -------
    CountTable
        One session a count, as for ``worst_lab_grades``. Sessions of a patient are not independent; several on one day
        are one.

    Raises
    ------
    InputError
        If there is no laboratory value, or CTCAE does not grade the test.
    """
    rows = _emergent(_in_window(cohort, test, "in_session"), "_session")
    names = method_names(settled(cohort).tables["session"], cohort.study.analysis.method_grouping)
    known = cohort.table("patient").select("patient_id")
    names = names.join(known, on="patient_id", how="semi", maintain_order="left")
    frame = names.sort("patient_id", "date", "session_id" if "session_id" in names.columns else "date")
    frame = frame.unique(["patient_id", "date"], keep="last", maintain_order=True)
    frame = frame.with_columns(session=pl.int_range(1, pl.len() + 1).over("patient_id"))
    units = [f"{p}\x1f{s}" for p, s in zip(frame["patient_id"], frame["session"], strict=True)]
    worst = _worst(rows.with_columns(unit=pl.format("{}\x1f{}", "patient_id", "session")), "unit")
    methods = dict(zip(units, frame["method"].to_list(), strict=True))
    keys = {"method": keys_of_units(cohort, units, frame["patient_id"].to_list(), methods)["method"]}
    return CountTable.of(
        [worst.get(u, NOT_MEASURED) for u in units], CATEGORIES, keys=keys, unit="session", ids=units, name=test,
        label=ANALYTES[test].label,
    )  # fmt: skip


def extremes(cohort: Cohort, test: str) -> pl.DataFrame:
    """Return the worst value of a test after treatment, patient by patient.

    Parameters
    ----------
    cohort, test
        As for ``worst_lab_grades``.

    Returns
    -------
    DataFrame
        ``patient_id``, ``baseline``, ``value`` (the highest, or the lowest where low values are abnormal), ``day`` of
        it from the first session, ``uln``, ``lln``; patients with a value in a window.
    """
    low = ANALYTES[test].direction == "low"
    rows = _in_window(cohort, test).sort("value", "day", descending=[not low, False])
    first = rows.group_by("patient_id", maintain_order=True).first()
    return first.select("patient_id", "baseline", "value", "day", "uln", "lln").sort("patient_id")


def unchanged_above_normal(cohort: Cohort) -> int:
    """Return in how many series of a patient's test a value above normal is grade 0, because the baseline was abnormal.

    Parameters
    ----------
    cohort
        With a ``lab`` table.

    Raises
    ------
    InputError
        If there is no laboratory value.
    """
    rows = graded(cohort).filter(pl.col("in_window") & (pl.col("grade") == 0) & (pl.col("value") > pl.col("uln")))
    return rows.filter(pl.col("baseline") > pl.col("uln")).select("patient_id", "test").n_unique()


def graded_below_normal(cohort: Cohort) -> int:
    """Return how many patients have a creatinine within normal that is graded by its rise over the baseline.

    Parameters
    ----------
    cohort
        With a ``lab`` table.

    Raises
    ------
    InputError
        If there is no laboratory value.
    """
    rows = graded(cohort).filter(pl.col("in_window") & (pl.col("test") == "creatinine") & (pl.col("grade") > 0))
    return rows.filter(pl.col("value") <= pl.col("uln"))["patient_id"].n_unique()


def _emergent(rows: pl.DataFrame, which: str = "") -> pl.DataFrame:
    """Return rows with ``grade`` where it is above that of the baseline, else 0, and null where it is not known."""
    grade = pl.col(f"grade{which}")
    return rows.with_columns(grade=pl.when(pl.col(f"emergent{which}")).then(grade).when(grade.is_not_null()).then(0))


def _in_window(cohort: Cohort, test: str, window: str = "in_window") -> pl.DataFrame:
    version: Literal["5", "6"] = cohort.study.safety.ctcae_version
    if test not in RULES[version]:
        raise InputError(
            f"CTCAE version {version} does not grade {test!r}", expected=f"one of {', '.join(RULES[version])}"
        )
    return graded(cohort).filter((pl.col("test") == test) & pl.col(window))


def _worst(rows: pl.DataFrame, unit: str) -> dict[str, str]:
    """Return the worst known grade of each unit with a value."""
    worst = rows.group_by(unit).agg(pl.col("grade").max())
    pairs = zip(worst[unit].to_list(), worst["grade"].to_list(), strict=True)
    return {u: NOT_GRADABLE if g is None else str(g) for u, g in pairs}


def _by_patient(cohort: Cohort, test: str, worst: dict[str, str], keys: dict[str, Factor]) -> CountTable:
    ids = cohort.table("patient")["patient_id"].to_list()
    grades = [worst.get(i, NOT_MEASURED) for i in ids]
    return CountTable.of(grades, CATEGORIES, keys=keys, ids=ids, name=test, label=ANALYTES[test].label)
