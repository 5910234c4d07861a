"""Multiple imputation: Rubin's rules exactly, agreement with mice within the error of the draws, and properties."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.kernels.imputation import categorical, independent, matched
from glisson.methods.cox import cox
from glisson.methods.imputation import Imputed, _hazard, cox_imputed, impute
from glisson.methods.rubin import rubin
from glisson.methods.survival import nelson_aalen
from glisson.tables import Endpoint, Estimates, Factor
from tests.validation.goldens import golden

M = 20


@cache
def pbc() -> tuple[Endpoint, Imputed, Estimates]:
    """Our imputation of the reference file's data, and the pooled model."""
    d = golden("imputation")["data"]
    keys = {
        "trt": Factor.of(d["trt"]),
        "spiders": Factor.of([v or "unknown" for v in d["spiders"]], ["no", "yes", "unknown"]),
        "stage": Factor.of([v or "unknown" for v in d["stage"]], ["early", "late", "end", "unknown"]),
    }
    os = Endpoint.from_arrays(d["time"], d["dead"], keys=keys, name="os")
    age = np.array([math.nan if v is None else v for v in d["age"]])
    done = impute(os, ["trt", "spiders", "stage"], numbers={"age": age}, seed=5, m=M, cycles=5)
    return os, done, cox_imputed(os, done, ["trt", "spiders", "stage"], numbers=["age"], penalty="none")


@pytest.mark.against_r
def test_pooled_log_hazard_ratios_agree_with_mice_within_the_error_of_the_draws() -> None:
    theirs = golden("imputation")
    rows = pbc()[2].select("hazard_ratio")
    assert len(rows) == len(theirs["estimate"]) == 5
    for row, estimate, between in zip(rows, theirs["estimate"], theirs["between"], strict=True):
        # The mean of m imputations has the variance between / m; 3.3 standard errors are passed once in 1000.
        error = math.sqrt(between / M + between / theirs["m"])
        assert abs(math.log(row.value) - estimate) < 3.3 * error


@pytest.mark.against_r
def test_pooled_errors_agree_with_mice_within_the_error_of_the_draws() -> None:
    theirs = golden("imputation")
    rows = pbc()[2].select("hazard_ratio").rows
    for j, row in enumerate(rows):
        within, between, spread = (theirs[k][j] for k in ("within", "between", "spread_within"))
        total = within + (1 + 1 / M) * between
        # A variance of m draws has the relative error sqrt(2 / (m - 1)).
        error = math.sqrt(spread / M + (between**2) * 2 / (M - 1))
        low, high = math.log(row.low), math.log(row.high)
        # Width of Student's interval to standard error: degrees of freedom are above 50, the quantile below 2.01.
        assert (high - low) / 2 / math.sqrt(total - 3.3 * error) > 1.96
        assert (high - low) / 2 / math.sqrt(total + 3.3 * error) < 2.01


@pytest.mark.against_r
def test_complete_cases_would_not_pass_for_an_imputation() -> None:
    theirs = golden("imputation")
    apart = [
        abs(a - b) / math.sqrt(v / M + v / theirs["m"])
        for a, b, v in zip(theirs["complete_cases"], theirs["estimate"], theirs["between"], strict=True)
    ]
    assert max(apart) > 3.3


@pytest.mark.against_r
def test_the_hazard_of_the_outcome_is_nelson_and_aalens() -> None:
    os = pbc()[0]
    (curve,) = nelson_aalen(os)  # itself compared with R
    expected = curve.value[np.searchsorted(curve.time, os.exit)]
    assert _hazard(os) == pytest.approx(expected, abs=1e-12)
    # mice takes tied deaths one after the other, 1/n + 1/(n-1) for 2/n; few are tied here.
    assert _hazard(os) == pytest.approx(np.array(golden("imputation")["data"]["hazard"]), abs=1e-4)


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("imputation")["rules"])
def test_rubins_rules_of_mice(case) -> None:
    pooled = rubin(case["q"], case["u"], complete_df=case["dfcom"])
    found = (pooled.value, pooled.total, pooled.df, pooled.fmi, pooled.increase)
    assert found == pytest.approx([case[k] for k in ("qbar", "t", "df", "fmi", "r")], rel=1e-9)


@pytest.mark.against_r
def test_rubins_rules_of_a_small_sample_and_of_a_large_one() -> None:
    # mice::pool.scalar with n = 24, k = 1, and with n infinite.
    q, u = [0.35, 0.42, 0.28, 0.39, 0.46], [0.04, 0.05, 0.045, 0.042, 0.048]
    small, large = rubin(q, u, complete_df=23), rubin(q, u)
    assert (small.value, small.within, small.between, small.total) == pytest.approx((0.38, 0.045, 0.00475, 0.0507))
    assert small.increase == pytest.approx(0.1266666666667, rel=1e-11)
    assert (small.df, small.fmi) == pytest.approx((17.784880279598, 0.1978317681853), rel=1e-11)
    assert (large.df, large.fmi) == pytest.approx((316.465373961219, 0.1179826562628), rel=1e-11)


@pytest.mark.by_hand
def test_rubins_rules_without_variance_between() -> None:
    pooled = rubin([1.0, 1.0], [4.0, 4.0])
    assert (pooled.total, pooled.df, pooled.fmi) == (4.0, math.inf, 0.0)
    assert pooled.limits() == pytest.approx((1 - 2 * 1.959963984540054, 1 + 2 * 1.959963984540054))
    assert rubin([1.0, 1.0], [4.0, 4.0], complete_df=23).df == pytest.approx(24 / 26 * 23)


@pytest.mark.property
@given(
    q=st.lists(st.floats(-5, 5), min_size=2, max_size=30),
    variance=st.floats(0.01, 10),
    df=st.sampled_from([1.0, 5.0, 23.0, math.inf]),
)
def test_what_is_missing_widens_and_never_narrows(q, variance, df) -> None:
    pooled = rubin(q, [variance] * len(q), complete_df=df)
    assert pooled.total >= pooled.within
    assert 0 <= pooled.fmi <= 1
    assert 0 < pooled.df <= df
    shifted = rubin(np.array(q) + 3, [variance] * len(q), complete_df=df)
    assert shifted.value == pytest.approx(pooled.value + 3)
    assert shifted.total == pytest.approx(pooled.total, abs=1e-9)


def eight(age=(50, 61, None, 70, 64, 58, 49, 66), sex="ffmfmmf?"):
    keys = {"arm": list("abababab"), "sex": ["unknown" if s == "?" else s for s in sex]}
    os = Endpoint.from_arrays([3, 5, 5, 8, 12, 12, 14, 20], [1, 0, 1, 1, 0, 1, 1, 0], keys=keys, name="os")
    return os, {"age": [math.nan if a is None else float(a) for a in age]}


@pytest.mark.by_hand
def test_known_values_stay_and_drawn_ones_are_somebodys() -> None:
    os, numbers = eight()
    done = impute(os, ["arm", "sex"], numbers=numbers, seed=3)
    assert done.m == 25  # 2 of 8 have something missing
    assert done.missing == {"sex": 1, "age": 1}
    known = [a for a in numbers["age"] if not math.isnan(a)]
    for values, factors in zip(done.numbers, done.factors, strict=True):
        assert [v for i, v in enumerate(values["age"]) if i != 2] == known
        assert values["age"][2] in known
        assert factors["sex"].values()[:7] == list("ffmfmmf")
        assert factors["sex"].levels == ("f", "m")
    assert len({values["age"][2] for values in done.numbers}) > 1
    assert {factors["sex"].values()[7] for factors in done.factors} == {"f", "m"}
    assert done.trace.shape == (10, 25, 2)
    assert done.trace[-1, :, 1] == pytest.approx([v["age"][2] for v in done.numbers])
    assert done.method == "25 imputations by chained equations, 10 cycles, seed 3"


def test_the_seed_decides() -> None:
    os, numbers = eight()
    one, same, other = (impute(os, ["arm", "sex"], numbers=numbers, seed=s, m=5) for s in (3, 3, 4))
    assert np.array_equal(one.trace, same.trace)
    assert not np.array_equal(one.trace, other.trace)


@pytest.mark.by_hand
def test_a_certain_value_leaves_nothing_missing() -> None:
    # Everybody known is 60 years old: every draw is 60 and the ratio of arms that of the data without age.
    os, _ = eight()
    done = impute(os, "arm", numbers={"age": [60.0] * 7 + [math.nan]}, seed=1)
    rows = cox_imputed(os, done, "arm", penalty="none")
    plain = cox(os, "arm", penalty="none", interval="wald").one("hazard_ratio")
    row = rows.one("hazard_ratio")
    assert row.value == pytest.approx(plain.value)
    # 5 events, 1 coefficient: df = 5/7 of 4, and the fraction is 2 / (df + 3).
    assert rows.one("missing_information").value == pytest.approx(2 / (20 / 7 + 3))
    assert row.low < plain.low < plain.high < row.high  # Student's quantile for 4 degrees of freedom


@pytest.mark.by_hand
def test_matching_takes_the_nearest_where_the_line_is_exact() -> None:
    # y = 10 x without error: the nearest donor to x = 3.1 is x = 3, to 0.2 it is x = 0 or 1.
    x = np.column_stack([np.ones(8), [0.0, 1, 2, 3, 4, 5, 3.1, 0.2]])
    y = 10 * x[:, 1]
    known = np.array([True] * 6 + [False] * 2)
    for seed in range(5):
        assert matched(x, y, known, 1, np.random.default_rng(seed)).tolist() == [30.0, 0.0]


@pytest.mark.by_hand
def test_categories_follow_their_predictor() -> None:
    # x separates the levels: only a penalty makes a model, and a draw far out follows it nearly always.
    x = np.column_stack([np.ones(42), [-3.0] * 20 + [3.0] * 20 + [-3.0, 3.0]])
    y = np.array([0] * 20 + [2] * 20 + [0, 0])
    known = np.array([True] * 40 + [False] * 2)
    drawn = np.array([categorical(x, y, known, np.random.default_rng(s)) for s in range(60)])
    assert set(drawn.ravel().tolist()) == {0, 2}  # level 1 is nobody's
    # The slope is drawn too; were it ignored, one half of each would be drawn.
    assert (drawn[:, 0] == 0).mean() > 0.75
    assert (drawn[:, 1] == 2).mean() > 0.75


@pytest.mark.by_hand
def test_columns_that_follow_from_others_are_left_out() -> None:
    x = np.column_stack([np.ones(4), [1, 2, 3, 4], [2, 4, 6, 8], [1, 0, 0, 1], [5, 5, 5, 5]])
    assert independent(x.astype(float)).tolist() == [0, 1, 3]


@pytest.mark.property
@given(n=st.integers(8, 20), seed=st.integers(0, 2**31), events=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=20)
def test_any_small_cohort_can_be_completed(n, seed, events) -> None:
    draw = np.random.default_rng(seed)
    age = np.round(draw.normal(60, 9, n))
    age[draw.permutation(n)[: n // 4]] = math.nan
    stage = np.array(["x", "y", "z"])[draw.integers(0, 3, n)].astype(object)
    stage[draw.permutation(n)[: n // 4]] = "unknown"
    keys = {"arm": list(np.array(["a", "b"])[draw.integers(0, 2, n)]), "stage": [str(s) for s in stage]}
    os = Endpoint.from_arrays(draw.integers(1, 6, n), draw.random(n) < events, keys=keys, name="os")
    done = impute(os, ["arm", "stage"], numbers={"age": age}, seed=seed, m=3, cycles=3)
    for values, factors in zip(done.numbers, done.factors, strict=True):
        assert np.isfinite(values["age"]).all()
        assert set(factors["stage"].values()) <= {s for s in stage if s != "unknown"}
    assert np.isfinite(done.trace).all()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"numbers": {"age": [1.0] * 8}, "covariates": "arm"}, InputError, "nothing is missing"),
        ({"numbers": {"age": [1.0] * 4 + [math.nan] * 4}}, InputError, "known in 4 of 8"),
        ({"numbers": {"age": [1.0, math.nan]}}, InputError, "2 values"),
        ({"m": 1}, SettingsError, "at least 2"),
        ({"covariates": "grade"}, InputError, "grade"),
    ],
)
def test_refusals(change, error, text) -> None:
    os, numbers = eight()
    with pytest.raises(error, match=text):
        impute(os, **{"covariates": ["arm", "sex"], "numbers": numbers, "seed": 1, **change})


def test_what_was_not_imputed_is_not_pooled() -> None:
    os, numbers = eight()
    done = impute(os, ["arm", "sex"], numbers=numbers, seed=1, m=2)
    with pytest.raises(InputError, match="stage were not imputed"):
        cox_imputed(os, done, ["arm", "stage"])
    with pytest.raises(InputError, match="two imputations"):
        rubin([1.0], [1.0])
    with pytest.raises(InputError, match="below 0"):
        rubin([1.0, 2.0], [1.0, -1.0])
