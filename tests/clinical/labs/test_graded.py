"""Laboratory values by patient and session: baselines, windows, counts, liver function, and problems with cells."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessing.laboratory import laboratory_result
from glisson.clinical.labs.counts import (
    NOT_GRADABLE,
    NOT_MEASURED,
    extremes,
    graded_below_normal,
    graded_tests,
    session_lab_grades,
    shift_table,
    unchanged_above_normal,
    worst_lab_grades,
)
from glisson.clinical.labs.function import liver_function_table, liver_scores, score_changes, time_to_worsening
from glisson.clinical.labs.graded import graded, lab_values
from glisson.clinical.labs.rules import grade
from glisson.clinical.labs.units import ANALYTES, factor, plain_unit
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


def test_the_demonstration_has_no_fall_of_blood_counts():
    result = laboratory_result(demo_cohort())
    by_test = {t.test: t for t in result.tests}
    for test in ("anc", "wbc", "platelets"):
        assert by_test[test].estimates.one("proportion", group=(), detail="any grade").events == 0
    assert [s.score for s in result.scores] == ["albi", "malbi", "meld_na", "meld_3"]


@pytest.mark.by_hand
def test_a_grade_present_before_a_session_is_not_one_of_that_session():
    """Haemoglobin of grade 1 before a session and after it: nothing new; of grade 2 after the next: that one."""
    sessions = [_session("2021-01-10"), _session("2021-02-10", number=2)]
    hb = {"test": "hb", "unit": "g/L", "uln": None, "lln": 120.0}
    c = _cohort([_lab(d, v, **hb) for d, v in (("2021-01-09", 110), ("2021-01-20", 108), ("2021-02-20", 95))], sessions)
    table = session_lab_grades(c, "hb")
    assert (int(table.count("0").sum()), int(table.count("2").sum())) == (1, 1)
    rows = graded(c).filter(pl.col("day") > 0)
    assert rows["baseline_session"].to_list() == [110.0, 108.0]
    assert rows["emergent_session"].to_list() == [False, True]


@pytest.mark.by_hand
def test_a_later_session_ends_the_window_of_the_session_but_not_of_the_patient():
    """Day 60 after radioembolization and day 20 after chemoembolization; day 80 is in the first window only."""
    sessions = [_session("2021-01-10", "y90_resin"), _session("2021-02-19", number=2)]
    labs = [_lab("2021-01-09", 30), _lab("2021-02-18", 35), _lab("2021-03-31", 500)]
    last = graded(_cohort(labs, sessions)).row(-1, named=True)
    assert (last["day"], last["session"], last["in_window"], last["in_session"]) == (80, 2, True, False)
    assert _grades(_cohort(labs, sessions))["3"] == 1
    assert session_lab_grades(_cohort(labs, sessions), "alt").count("3").sum() == 0


@pytest.mark.by_hand
def test_a_session_without_values_is_counted_and_sessions_of_a_day_are_one():
    sessions = [
        _session("2021-01-10"),
        _session("2021-01-10", "ablation_mwa", number=2),
        _session("2021-03-10", number=3),
    ]
    table = session_lab_grades(_cohort([_lab("2021-01-09", 30), _lab("2021-01-12", 130)], sessions), "alt")
    assert (table.n, int(table.count("2").sum()), int(table.count(NOT_MEASURED).sum())) == (2, 1, 1)


@pytest.mark.by_hand
def test_inr_under_anticoagulation_is_compared_with_its_own_baseline():
    inr = {"test": "inr", "unit": "ratio", "uln": None, "on_anticoagulation": True}
    steady = _cohort([_lab("2021-01-09", 2.3, **inr), _lab("2021-01-12", 2.6, **inr)])
    assert _grades(steady, "inr")["1"] == 1
    bled = _cohort([_lab("2021-01-09", 2.3, **inr), _lab("2021-01-12", 6.0, **inr)])
    assert _grades(bled, "inr")["3"] == 1
    without = inr | {"on_anticoagulation": False}
    failing = _cohort([_lab("2021-01-09", 2.3, **without), _lab("2021-01-12", 2.6, **without)])
    assert _grades(failing, "inr")["3"] == 1


@pytest.mark.by_hand
def test_one_patient_without_baseline_and_without_any_limit():
    c = _cohort([_lab("2021-01-12", 150, uln=None)])
    assert _grades(c)[NOT_GRADABLE] == 1
    result = laboratory_result(c)
    assert result is not None
    assert result.tests[0].estimates.one("proportion", group=(), detail="any grade").n == 0
    assert "1 value has no grade" in result.notes[0]
    assert "For 1 series of a patient's test there is no value" in result.notes[1]
    table = shift_table(c, "alt").by("baseline")
    assert table.strata[table.counts.sum(axis=1).argmax()] == (NOT_MEASURED,)


@pytest.mark.by_hand
def test_what_an_abnormal_baseline_does_is_counted():
    c = _cohort([
        _lab("2021-01-09", 100), _lab("2021-01-12", 149), _lab("2021-01-13", 120),
        _lab("2021-01-09", 60, "creatinine", unit="umol/L", uln=110.0),
        _lab("2021-01-12", 91, "creatinine", unit="umol/L", uln=110.0),
    ])  # fmt: skip
    assert (unchanged_above_normal(c), graded_below_normal(c)) == (1, 1)
    notes = laboratory_result(c).notes
    assert "ALT of 149 U/L after 100 U/L (limit 40) is grade 0 in version 5" in notes[0]
    assert "Creatinine within normal is graded in 1 patient," in notes[1]


def _scores(*days, **more):
    """ALBI of grade 1 before, then as given: (day of January to June, bilirubin, albumin)."""
    rows = []
    for day, bilirubin, albumin in (("2021-01-09", 10, 42), *days):
        rows += [_lab(day, bilirubin, "bilirubin"), _lab(day, albumin, "albumin", uln=None, lln=35.0)]
    return _cohort(rows, **more)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("days", "death", "leave", "cause"),
    [
        ((("2021-02-01", 30, 33),), "2021-06-01", 22, 1),
        ((("2021-02-01", 10, 42),), None, 22, 0),  # last score
        ((("2021-02-01", 10, 42),), "2021-03-01", 50, 2),
        ((("2021-02-01", 10, 42),), "2021-06-01", 22, 0),  # nothing is known of the 120 days before death
        ((), "2021-03-01", 50, 2),
        ((), None, 0, 0),
    ],
)
def test_time_to_worsening_ends_where_knowledge_ends(days, death, leave, cause):
    patient = PATIENT | ({"vital_status": "dead", "death_date": death, "last_contact_date": death} if death else {})
    found = time_to_worsening(_scores(*days, patients=[patient]))
    assert (found.exit.tolist(), found.cause.tolist()) == ([leave], [cause])


@pytest.mark.by_hand
def test_a_score_is_never_made_of_values_from_before_and_after_treatment():
    labs = [_lab("2021-01-10", 42, "albumin", uln=None), _lab("2021-01-12", 30, "bilirubin")]
    assert liver_scores(_cohort(labs)).is_empty()


@pytest.mark.by_hand
def test_the_change_of_a_score_is_the_worst_after_less_the_last_before():
    c = _scores(("2021-02-01", 30, 33), ("2021-03-01", 10, 40))
    row = score_changes(c).row(0, named=True)
    assert row["after"] - row["before"] == pytest.approx(0.66 * math.log10(3) + 0.085 * 9)
    assert laboratory_result(c).scores[0].changes[0][:2] == ((), 1)


@pytest.mark.by_hand
def test_a_value_on_the_day_of_a_second_session_belongs_to_the_first():
    sessions = [_session("2021-01-10"), _session("2021-05-10", number=2)]  # 120 days later
    table = liver_function_table(_scores(("2021-05-10", 30, 33), sessions=sessions))
    assert int(table.count(NOT_MEASURED).sum()) == 1


_UNITS = {"bilirubin": ("umol/L", "mg/dL"), "creatinine": ("umol/L", "mg/dL"), "hb": ("g/L", "g/dL"),
          "albumin": ("g/L", "g/dL"), "platelets": ("10^9/L", "/uL"), "anc": ("10^9/L", "K/uL")}  # fmt: skip
_LIMIT = {"bilirubin": 1.2, "creatinine": 1.2, "hb": 12.0, "albumin": 3.5, "platelets": 150_000.0, "anc": 2.0}


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(_UNITS)),
    st.lists(st.integers(20, 400), min_size=2, max_size=4),
    st.sampled_from(["5", "6"]),
)
def test_the_unit_of_a_value_changes_no_grade(test, percents, version):
    """Values as per cent of the limit, typed in one unit and in the other: multiples that meet limits included."""
    low, k = ANALYTES[test].direction == "low", factor(test, _UNITS[test][1])
    rows = []
    for day, percent in zip(("2021-01-09", "2021-01-12", "2021-01-14", "2021-01-15"), percents, strict=False):
        value = round(_LIMIT[test] * (percent / 4 if low else percent) / 100, 3)
        rows.append(_lab(day, value, test, unit=_UNITS[test][1], uln=None, lln=None)
                    | {"lln" if low else "uln": _LIMIT[test]})  # fmt: skip
    same = [
        r | {c: r[c] and float(f"{r[c] * k:.15g}") for c in ("value", "uln", "lln")} | {"unit": _UNITS[test][0]}
        for r in rows
    ]
    study = {"safety": {"ctcae_version": version}}
    one, other = (graded(_cohort(labs, study=study)) for labs in (rows, same))
    assert one.drop("unit").equals(other.drop("unit"))


def _slowly(rows, sessions, window, longer):
    """Return (grade, emergent, in window, in the window of the session) of each value, one after the other."""
    out = []
    first = min(d for d, _ in sessions)
    for day, value in rows:
        base = [v for d, v in rows if first - 30 <= d <= first]
        before = [(d, m) for d, m in sessions if d < day]
        found = grade("alt", value, uln=40, baseline=base[-1] if base else None)
        old = grade("alt", base[-1], uln=40) if base else 0
        inside = [day - d <= (longer if m == "y90_glass" else window) for d, m in before]
        out.append((found, bool(before) and found >= 1 and found > old, any(inside), bool(inside) and inside[-1]))
    return out


@pytest.mark.independent
@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(-40, 200), st.integers(10, 900), min_size=1, max_size=8),
    st.dictionaries(st.integers(1, 150), st.sampled_from(["deb_tace", "y90_glass"]), max_size=2),
    st.sampled_from(["deb_tace", "y90_glass"]),
)
def test_grades_and_windows_agree_with_a_plain_loop(values, later, method):
    start = date(2021, 1, 10)
    on = lambda day: str(start + timedelta(days=day))  # noqa: E731
    rows, sessions = sorted(values.items()), sorted({0: method, **later}.items())
    c = _cohort([_lab(on(d), v) for d, v in rows], [_session(on(d), m, number=d) for d, m in sessions])
    found = graded(c).select("grade", "emergent", "in_window", "in_session").rows()
    assert found == _slowly(rows, sessions, 30, 90)


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
