"""Laboratory values by patient and session: baselines, windows, counts, liver function, and problems with cells."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessing.laboratory import laboratory_result
from glisson.clinical.integrity_labs import LAB_RULES
from glisson.clinical.labs.counts import (
    NOT_GRADABLE,
    NOT_MEASURED,
    extremes,
    graded_tests,
    session_lab_grades,
    shift_table,
    worst_lab_grades,
)
from glisson.clinical.labs.function import liver_function_table, liver_scores, time_to_worsening
from glisson.clinical.labs.graded import graded, lab_values
from glisson.clinical.labs.units import factor, plain_unit
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError, SettingsError
from tests.clinical.build import cohort

PATIENT = {"patient_id": "1", "sex": "F", "vital_status": "alive", "last_contact_date": "2021-06-30"}


def _session(day: str, method: str = "deb_tace", patient: str = "1", number: int = 1) -> dict:
    return {"session_id": f"{patient}-{number}", "patient_id": patient, "date": day, "method": method}


def _lab(day: str, value: float | None, test: str = "alt", patient: str = "1", **more) -> dict:
    unit = {"bilirubin": "umol/L", "albumin": "g/L", "anc": "10^9/L"}.get(test, "U/L")
    return {"patient_id": patient, "date": day, "test": test, "value": value, "unit": unit, "uln": 40.0} | more


def _cohort(labs, sessions=(), patients=(PATIENT,), study=None, **more):
    return cohort(study, patient=list(patients), session=list(sessions) or [_session("2021-01-10")], lab=labs, **more)


def _grades(c, test="alt"):
    return dict(
        zip(worst_lab_grades(c, test).categories, worst_lab_grades(c, test).by().counts[0].tolist(), strict=True)
    )


@pytest.mark.by_hand
def test_the_baseline_is_the_last_value_of_the_thirty_days_before():
    rows = graded(_cohort([
        _lab("2020-12-01", 300), _lab("2020-12-20", 100), _lab("2021-01-10", 90), _lab("2021-01-12", 149),
    ]))  # fmt: skip
    last = rows.row(-1, named=True)
    assert (last["day"], last["baseline"], last["baseline_grade"], last["grade"]) == (2, 90.0, 1, 1)
    assert last["emergent"] is False  # grade 1 before as well


@pytest.mark.by_hand
def test_an_abnormal_baseline_raises_the_limits():
    c = _cohort([_lab("2021-01-09", 100), _lab("2021-01-12", 149)])
    assert _grades(c)["0"] == 1
    assert (
        _grades(_cohort([_lab("2021-01-09", 100), _lab("2021-01-12", 149)], study={"safety": {"ctcae_version": "6"}}))[
            "0"
        ]
        == 1
    )  # grade 1 of version 6 is not above the grade before


@pytest.mark.by_hand
def test_two_baselines_where_there_are_two_sessions():
    sessions = [_session("2021-01-10"), _session("2021-02-10", number=2)]
    rows = graded(_cohort([_lab("2021-01-09", 30), _lab("2021-02-09", 90), _lab("2021-02-12", 130)], sessions))
    last = rows.row(-1, named=True)
    assert (last["session"], last["grade"], last["grade_session"]) == (2, 2, 0)
    assert session_lab_grades(_cohort([_lab("2021-01-09", 30), _lab("2021-02-12", 130)], sessions), "alt").n == 2


@pytest.mark.by_hand
def test_the_window_is_longer_for_the_liver_after_radioembolization():
    labs = [_lab("2021-01-09", 30), _lab("2021-03-20", 500), _lab("2021-03-20", 0.4, "anc", lln=2.0)]
    for method, alt in (("deb_tace", NOT_MEASURED), ("y90_glass", "3")):
        c = _cohort(labs, [_session("2021-01-10", method)])
        assert _grades(c)[alt] == 1
        assert _grades(c, "anc")[NOT_MEASURED] == 1


@pytest.mark.by_hand
def test_everybody_is_counted_also_without_values():
    patients = [PATIENT, PATIENT | {"patient_id": "2"}, PATIENT | {"patient_id": "3"}]
    sessions = [_session("2021-01-10"), _session("2021-01-10", patient="2"), _session("2021-01-10", patient="3")]
    labs = [_lab("2021-01-12", 150), _lab("2021-01-12", 150, patient="2", uln=None)]
    found = _grades(_cohort(labs, sessions, patients))
    assert (found["2"], found[NOT_GRADABLE], found[NOT_MEASURED]) == (1, 1, 1)


@pytest.mark.by_hand
def test_shift_and_extremes():
    c = _cohort([_lab("2021-01-09", 100), _lab("2021-01-12", 149), _lab("2021-01-14", 110)])
    table = shift_table(c, "alt").by("baseline")
    shifted = {
        s[0]: dict(zip(table.categories, row, strict=True))
        for s, row in zip(table.strata, table.counts.tolist(), strict=True)
    }
    assert shifted["1"]["2"] == 1  # by the limits of normal: 100 is grade 1, 149 grade 2
    assert extremes(c, "alt").row(0)[:4] == ("1", 100.0, 149.0, 2)


@pytest.mark.by_hand
def test_units_are_converted_and_unknown_ones_left_out():
    labs = [
        _lab("2021-01-12", 2.0, "bilirubin", unit="mg/dL", uln=1.2),
        _lab("2021-01-13", 2.0, "bilirubin", unit="stone"),
    ]
    rows = lab_values(_cohort(labs))
    assert rows.select("value", "uln").rows() == [(34.2, 20.52)]
    assert plain_unit("10⁹ / L") == "10^9/l"
    assert factor("platelets", "K/µL") == 1.0
    assert factor("platelets", "/uL") == 0.001


@pytest.mark.by_hand
def test_liver_function_before_after_and_in_time():
    labs = [
        _lab("2021-01-05", 10, "bilirubin"), _lab("2021-01-07", 42, "albumin"),  # ALBI -2.91: grade 1, two days apart
        _lab("2021-02-01", 30, "bilirubin"), _lab("2021-02-01", 33, "albumin"),  # -1.83: grade 2
        _lab("2021-03-01", 12, "bilirubin"),  # no albumin within seven days
    ]  # fmt: skip
    c = _cohort(labs)
    assert liver_scores(c).filter(pl.col("score") == "albi")["grade"].to_list() == ["1", "2"]
    table = liver_function_table(c)
    assert dict(zip(table.strata, table.counts.tolist(), strict=True))[("deb_tace", "1")] == [0, 1, 0, 0]
    worse = time_to_worsening(c)
    assert (worse.exit.tolist(), worse.cause.tolist()) == ([22], [1])
    with pytest.raises(SettingsError, match="liver function score"):
        liver_function_table(c, "mood")  # type: ignore[arg-type]


@pytest.mark.by_hand
def test_child_pugh_needs_ascites_and_encephalopathy():
    labs = [
        _lab("2021-01-05", 20, "bilirubin"),
        _lab("2021-01-05", 34, "albumin"),
        _lab("2021-01-05", 1.1, "inr", unit="ratio"),
    ]
    assert "child_pugh" not in liver_scores(_cohort(labs))["score"].to_list()
    known = PATIENT | {"ascites_t0": "mild", "encephalopathy_t0": "none"}
    scores = liver_scores(_cohort(labs, patients=[known])).filter(pl.col("score") == "child_pugh")
    assert scores.select("value", "grade").rows() == [(7.0, "B")]


def test_what_is_absent_says_so():
    with pytest.raises(InputError, match="no laboratory value"):
        lab_values(cohort(patient=[PATIENT], session=[_session("2021-01-10")]))
    with pytest.raises(InputError, match="does not grade 'sodium'"):
        worst_lab_grades(_cohort([_lab("2021-01-12", 1)]), "sodium")
    assert laboratory_result(cohort(patient=[PATIENT], session=[_session("2021-01-10")])) is None
    empty = _cohort([_lab("2021-01-12", None)])
    with pytest.raises(InputError):
        graded_tests(empty)


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("lab.unit_unknown", _lab("2021-01-12", 5, unit="stone")),
        ("lab.unit_missing", _lab("2021-01-12", 5, unit=None)),
        ("lab.implausible", _lab("2021-01-12", 0.7, "bilirubin")),  # mg/dL written as umol/L
        ("lab.negative", _lab("2021-01-12", -5)),
        ("lab.limits", _lab("2021-01-12", 5, lln=50.0)),
        ("lab.no_uln", _lab("2021-01-12", 5, uln=None)),
    ],
)
def test_each_wrong_row_is_a_problem_and_a_right_one_is_not(rule, row):
    one = next(r for r in LAB_RULES if r.id == rule)
    right = _lab("2021-01-11", 30, lln=5.0)
    hits = one.hits(_cohort([right, {"lln": None} | row]).tables)
    assert hits["source_row"].to_list() == [3]


def test_the_demonstration_has_no_fall_of_blood_counts():
    result = laboratory_result(demo_cohort())
    by_test = {t.test: t for t in result.tests}
    for test in ("anc", "wbc", "platelets"):
        assert by_test[test].estimates.one("proportion", group=(), detail="any grade").events == 0
    assert [s.score for s in result.scores] == ["albi", "malbi", "meld_na", "meld_3"]


values = st.lists(st.tuples(st.integers(-20, 20), st.floats(5, 900)), min_size=1, max_size=8)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(values, st.integers(0, 1000))
def test_order_of_rows_and_further_rows(rows, seed):
    """The order of rows is irrelevant, and a further value after treatment never makes the worst grade fall."""
    labs = [_lab(f"2021-01-{10 + d:02d}" if d >= -9 else f"2020-12-{41 + d:02d}", round(v, 2)) for d, v in rows]
    labs = list({r["date"]: r for r in labs}.values())
    shuffled = labs.copy()
    random.Random(seed).shuffle(shuffled)
    assert worst_lab_grades(_cohort(labs), "alt") == worst_lab_grades(_cohort(shuffled), "alt")
    after = [r for r in labs if r["date"] > "2021-01-10"]
    if after:
        rank = lambda c: next(i for i, n in enumerate(worst_lab_grades(c, "alt").by().counts[0].tolist()) if n)  # noqa: E731
        fewer = [r for r in labs if r is not after[-1]]
        if any(r["date"] > "2021-01-10" for r in fewer):
            assert rank(_cohort(labs)) >= rank(_cohort(fewer))
