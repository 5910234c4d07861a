"""Liver function scores: shared vectors, by hand, and their bounds."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.clinical.labs.scores import (
    albi,
    albi_grade,
    child_pugh,
    meld,
    meld_3,
    meld_na,
    modified_albi_grade,
)
from glisson.errors import InputError
from tests.paths import vector


@pytest.mark.independent
def test_every_value_of_the_vectors():
    cases = json.loads(vector("liver_function_scores.json").read_text(encoding="utf-8"))
    for case in cases["albi"]:
        score = albi(case["bilirubin_umol_L"], case["albumin_g_L"])
        assert score == pytest.approx(case["albi"], abs=1e-6)
        assert (albi_grade(score), modified_albi_grade(score)) == (str(case["grade"]), case["mALBI"])
    for case in cases["child_pugh"]:
        given_ = (case["bilirubin_mg_dL"] * 17.1, case["albumin_g_dL"] * 10, case["inr"], case["ascites"],
                  case["encephalopathy"])  # fmt: skip
        assert child_pugh(*given_) == (case["total"], case["cls"])
        variant = child_pugh(*given_, albumin_limit=30.0)
        assert variant == (case["total_variant_albumin_3_0"], case["cls_variant"])
    for case in cases["meld"]:
        b, c, i = case["bilirubin_mg_dL"] * 17.1, case["creatinine_mg_dL"] * 88.4, case["inr"]
        assert meld(b, c, i) == case["meld"]
        assert meld_na(b, c, i, case["sodium_mmol_L"]) == case["meld_na"]
        found = meld_3(b, c, i, case["sodium_mmol_L"], case["albumin_g_dL"] * 10, female=case["sex"] == "F")
        assert found == case["meld3"]


@pytest.mark.by_hand
def test_bounds():
    assert meld(1, 1, 0.5) == 6
    assert meld(2000, 2000, 20) == 40
    assert meld(17.1, 30, 1.0, dialysis=True) == meld(17.1, 88.4 * 4, 1.0)
    assert meld_3(17.1, 88.4 * 9, 1.0, 140, 60, female=False) == meld_3(17.1, 88.4 * 3, 1.0, 137, 35, female=False)
    assert child_pugh(2 * 17.1, 35, 1.7, "none", "none")[0] == 8  # limits belong to the middle
    with pytest.raises(InputError, match="albumin"):
        albi(10, 0)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(st.floats(1, 800), st.floats(10, 60), st.floats(20, 900), st.floats(0.6, 9), st.floats(110, 150))
def test_worse_values_never_give_better_scores(bilirubin, albumin, creatinine, inr, sodium):
    assert albi(bilirubin * 1.1, albumin) > albi(bilirubin, albumin) > albi(bilirubin, albumin + 1)
    for score in (meld, lambda b, c, i: meld_na(b, c, i, sodium)):
        assert score(bilirubin, creatinine, inr) <= score(bilirubin, creatinine * 1.2, inr * 1.2)
    assert 6 <= meld_3(bilirubin, creatinine, inr, sodium, albumin, female=True) <= 40
    assert math.isfinite(albi(bilirubin, albumin))
