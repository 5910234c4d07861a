"""CTCAE grades: every pair of the shared vectors, by hand at the limits, and what cannot be told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.clinical.labs.rules import RULES, grade
from glisson.clinical.labs.units import ANALYTES, factor
from glisson.errors import SettingsError
from tests.paths import vector

_TESTS = {a.term: a.code for a in ANALYTES.values() if a.term}


@pytest.mark.independent
def test_every_pair_of_the_vectors():
    cases = json.loads(vector("ctcae_lab_grades.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) > 70
    for case in cases:
        test = _TESTS[case["term"]]
        known = {"uln": case["uln"], "lln": case["lln"], "baseline": case["baseline"]}
        for version, expected in (("5", case["spec_v5"]), ("6", case["v6"])):
            if version == "6" and expected is None:
                continue  # the source has no rule under this name
            found = grade(test, case["value"], version=version, on_anticoagulation=test == "inr", **known)
            assert found == expected, (version, case)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("test", "value", "known", "five", "six"),
    [
        ("anc", 1.5, {"lln": 2.0}, 1, 0),  # the lower bound of a grade belongs to the better one
        ("anc", 1.49, {"lln": 2.0}, 2, 1),
        ("anc", 0.4, {"lln": 2.0}, 4, 3),
        ("platelets", 24.9, {"lln": 150}, 4, 3),
        ("platelets", 9.9, {"lln": 150}, 4, 4),
        ("hb", 60, {"lln": 120}, 3, 3),  # grade 4 is clinical
        ("alt", 400, {"uln": 40, "baseline": 100}, 2, 3),
        ("alt", 60, {"uln": 40, "baseline": 40}, 1, 1),  # a baseline at the limit is normal
        ("alp", 600, {"uln": 120, "baseline": 100}, 2, 1),
        ("bilirubin", 30.1, {"uln": 20, "baseline": 30}, 1, 1),
        ("creatinine", 91, {"uln": 110, "lln": 70, "baseline": 60}, 2, 2),  # 6: the baseline is below normal
        ("ldh", 999, {"uln": 250}, 1, 1),
    ],
)
def test_limits(test, value, known, five, six):
    assert grade(test, value, version="5", **known) == five
    assert grade(test, value, version="6", **known) == six


def test_inr_follows_the_baseline_only_under_anticoagulation():
    assert grade("inr", 1.2, baseline=1.0) == 0
    assert grade("inr", 1.2, baseline=1.0, on_anticoagulation=True) == 1
    assert grade("inr", 4.0, baseline=2.5) == 3
    assert grade("inr", 2.6, baseline=2.3, on_anticoagulation=True) == 1  # in the range that is aimed for
    assert grade("inr", 2.6, on_anticoagulation=True) == 3  # no baseline to compare with


def test_missing_limits():
    assert grade("alt", 500) is None
    assert grade("anc", 1.7) is None  # perhaps below normal, perhaps not
    assert grade("anc", 1.2) == 2
    assert grade("alp", 100, version="6", uln=120) == 0
    assert grade("alp", 130, version="6", uln=120) is None
    assert grade("sodium", 120) is None
    with pytest.raises(SettingsError, match="version"):
        grade("alt", 1, version="4")  # type: ignore[arg-type]


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([(t, v) for v, rules in RULES.items() for t in rules]),
    st.floats(0.1, 5000), st.floats(0.1, 5000), st.floats(10, 200), st.floats(1, 400), st.booleans(),
)  # fmt: skip
def test_a_value_further_from_normal_never_has_a_lower_grade(rule, one, other, limit, baseline, treated):
    test, version = rule
    low, high = sorted((one, other))
    known = {"uln": limit, "lln": limit / 2, "baseline": baseline, "version": version, "on_anticoagulation": treated}
    better, worse = (high, low) if RULES[version][test].below is not None else (low, high)
    assert grade(test, better, **known) <= grade(test, worse, **known)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("test", "typed", "unit", "limit", "expected"),
    [
        ("bilirubin", 1.8, "mg/dL", 1.2, 1),  # 1.5 times the limit exactly, in binary a little more or less
        ("bilirubin", 3.6, "mg/dL", 1.2, 2),
        ("bilirubin", 3.61, "mg/dL", 1.2, 3),
        ("creatinine", 1.8, "mg/dL", 1.2, 1),
        ("creatinine", 1.81, "mg/dL", 1.2, 2),
        ("platelets", 75_000, "/uL", 150_000, 1),
        ("platelets", 74_999, "/uL", 150_000, 2),
        ("hb", 10.0, "g/dL", 12.0, 1),
        ("hb", 9.99, "g/dL", 12.0, 2),
        ("albumin", 2.0, "g/dL", 3.5, 2),
    ],
)
def test_a_converted_value_meets_its_limit(test, typed, unit, limit, expected):
    k = factor(test, unit)
    low = ANALYTES[test].direction == "low"
    assert grade(test, typed * k, **{"lln" if low else "uln": limit * k}) == expected


def test_no_grade_that_ctcae_gives_on_clinical_grounds():
    assert grade("hb", 20, lln=120) == grade("albumin", 5, lln=35) == 3
    assert all(RULES[v][t].clinical for v in ("5", "6") for t in ("hb", "albumin"))
