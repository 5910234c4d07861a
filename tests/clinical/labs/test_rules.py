"""CTCAE grades: every pair of the shared vectors, by hand at the limits, and what cannot be told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.clinical.labs.rules import RULES, grade
from glisson.clinical.labs.units import ANALYTES
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
@given(
    st.sampled_from([t for t in RULES["5"] if RULES["5"][t].below is None]),
    st.floats(1, 5000), st.floats(1, 5000), st.floats(10, 200), st.floats(5, 400), st.sampled_from(["5", "6"]),
)  # fmt: skip
def test_a_higher_value_is_never_better(test, one, other, uln, baseline, version):
    low, high = sorted((one, other))
    known = {"uln": uln, "baseline": baseline, "version": version}
    assert grade(test, low, **known) <= grade(test, high, **known)


@pytest.mark.property
@given(
    st.sampled_from(["bilirubin", "creatinine", "albumin", "hb"]),
    st.floats(0.1, 30),
    st.floats(0.5, 5),
    st.floats(0.3, 8),
)
def test_the_unit_does_not_matter(test, value, limit, baseline):
    """A value in mg/dL or g/dL, converted, grades as the same number of limits of normal."""
    k = ANALYTES[test].factors["g/dl" if test in {"albumin", "hb"} else "mg/dl"]
    if ANALYTES[test].direction == "low":
        return
    ours = grade(test, value * k, uln=limit * k, baseline=baseline * k)
    same = grade(test, round(value, 15), uln=limit, baseline=baseline)
    assert ours == same
