"""Survival estimates against R, by hand, and by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import SettingsError
from glisson.kernels.exact import binomial_interval
from glisson.methods.fits import CONF_LABEL, fits
from glisson.methods.survival import curve, followup, kaplan_meier, nelson_aalen, rmst
from glisson.tables import Endpoint, RiskTable, risk_table
from tests.validation.goldens import endpoint_of, golden

CURVES = golden("survival")["curves"]
GROUPS = [(c, g) for c in CURVES for g in c["groups"]]
REL = 1e-9
#: Where an upper limit rises again R's interpolation skips a day: (ours, R's). See DISAGREEMENTS.md.
NON_MONOTONE = {("aml", "all", "log", 0.5): (45, 48)}


def ids(pair) -> str:
    return f"{pair[0]['name']}-{pair[1]['group']}"


def part(case, reference) -> Endpoint:
    endpoint = endpoint_of(case)
    return endpoint if reference["group"] == "all" else endpoint.where(group=reference["group"])


def same(ours: float | None, theirs: float | None) -> None:
    if ours is None or theirs is None:
        assert ours is None
        assert theirs is None
    else:
        assert ours == pytest.approx(theirs, rel=REL, abs=1e-12)


@pytest.mark.against_r
@pytest.mark.parametrize("pair", GROUPS, ids=ids)
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_quantiles_and_their_intervals(pair, conf_type) -> None:
    case, reference = pair
    if not reference["events"]:
        pytest.fail("a reference without events proves nothing")
    rows = kaplan_meier(part(case, reference), conf_type=conf_type, quantiles=(0.25, 0.5, 0.75))
    theirs = reference[conf_type]
    for i, p in enumerate((0.25, 0.5, 0.75)):
        row = rows.one("median") if p == 0.5 else rows.one("quantile", at=p)
        same(row.value, theirs["q"][i])
        same(row.low, theirs["q_lower"][i])
        known = NON_MONOTONE.get((case["name"], reference["group"], conf_type, p))
        if known:
            assert (row.high, theirs["q_upper"][i]) == known
        else:
            same(row.high, theirs["q_upper"][i])


@pytest.mark.against_r
@pytest.mark.parametrize("pair", GROUPS, ids=ids)
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_survival_at_times(pair, conf_type) -> None:
    case, reference = pair
    rows = kaplan_meier(part(case, reference), conf_type=conf_type, times=case["times"])
    theirs = reference[conf_type]
    compared = 0
    for i, day in enumerate(case["times"]):
        row = rows.one("survival", at=float(day))
        if row.value is None:  # R carries the curve on; glisson stops at the last observation
            continue
        assert row.value == pytest.approx(theirs["surv"][i], rel=REL, abs=1e-12)
        if 0 < row.value < 1:
            assert (row.low, row.high) == pytest.approx((theirs["lower"][i], theirs["upper"][i]), rel=REL)
            compared += 1
    assert compared


@pytest.mark.against_r
@pytest.mark.parametrize("pair", GROUPS, ids=ids)
def test_restricted_mean_and_its_error(pair) -> None:
    case, reference = pair
    if "rmean" not in reference:
        assert case["name"] == "delayed"
        return
    row = rmst(part(case, reference), tau=case["tau"]).one("rmst")
    if row.value is None:
        assert "last observation" in row.reason
        return
    assert row.value == pytest.approx(reference["rmean"], rel=REL)
    if row.high < case["tau"] and row.low > 0:
        assert (row.high - row.low) / 2 / 1.959963984540054 == pytest.approx(reference["rmean_se"], rel=1e-8)


@pytest.mark.against_r
@pytest.mark.parametrize("pair", [p for p in GROUPS if "reverse" in p[1]], ids=ids)
def test_reverse_kaplan_meier_is_right_at_ties(pair) -> None:
    case, reference = pair
    (fit,) = fits(part(case, reference), (), conf_type="log-log", level=0.95, reverse=True)
    theirs = dict(zip(reference["reverse"]["time"], reference["reverse"]["surv"], strict=True))
    for day, value in zip(fit.time.tolist(), fit.survival.tolist(), strict=True):
        assert value == pytest.approx(theirs[day], rel=REL, abs=1e-12)


@pytest.mark.against_r
@pytest.mark.parametrize("pair", GROUPS, ids=ids)
def test_nelson_aalen(pair) -> None:
    case, reference = pair
    (hazard,) = nelson_aalen(part(case, reference))
    for i, day in enumerate(case["times"]):
        if day <= hazard.last:
            assert hazard.value_at(day) == pytest.approx(reference["cumhaz"][i], rel=REL, abs=1e-12)


@pytest.mark.by_hand
def test_event_and_censoring_on_one_day() -> None:
    # Day 2: one event among 3 at risk, then one censoring. S = 2/3, and on day 5 one of one: 0.
    os = Endpoint.from_arrays([2, 2, 5], [1, 0, 1], name="os")
    rows = kaplan_meier(os, times=[2, 5, 9])
    assert rows.one("survival", at=2.0).value == pytest.approx(2 / 3)
    assert rows.one("survival", at=9.0).value == 0.0  # nobody is left: it stays 0
    assert rows.one("median").value == 5


@pytest.mark.by_hand
def test_flat_at_one_half_gives_the_middle() -> None:
    assert kaplan_meier(Endpoint.from_arrays([2, 6], [1, 1])).one("median").value == 4
    assert kaplan_meier(Endpoint.from_arrays([2, 6], [1, 0])).one("median").value == 2


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("exit", "event", "reason"),
    [([5, 9], [0, 0], "not estimable (0 events)"), ([5, 9, 9], [1, 0, 0], "not reached")],
)
def test_missing_medians_say_why(exit, event, reason) -> None:
    row = kaplan_meier(Endpoint.from_arrays(exit, event)).one("median")
    assert (row.value, row.reason) == (None, reason)


def test_nobody_and_beyond_follow_up_say_why() -> None:
    rows = kaplan_meier(Endpoint.from_arrays([5, 9], [1, 0]), times=[10])
    assert rows.one("survival", at=10.0).reason == "not estimable (last observation on day 9)"
    assert rmst(Endpoint.from_arrays([5, 9], [1, 0]), tau=10).one("rmst").reason.startswith("not estimable (last")
    assert len(kaplan_meier(RiskTable.empty())) == 0


def test_events_on_day_zero_count() -> None:
    rows = kaplan_meier(Endpoint.from_arrays([0, 0, 0], [1, 1, 1]), times=[0])
    assert rows.one("median").value == 0
    assert rows.one("survival", at=0.0).value == 0.0


def test_follow_up_of_a_cohort_where_everybody_died() -> None:
    row = followup(Endpoint.from_arrays([3, 5], [1, 1])).one("followup", at=0.5)
    assert row.reason == "not estimable (nobody censored)"


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [({"level": 1.5}, "confidence level"), ({"conf_type": "wald"}, "conf_type"), ({"times": [-1]}, "time of")],
)
def test_impossible_requests_are_one_sentence(kwargs, words) -> None:
    with pytest.raises(SettingsError, match=words):
        kaplan_meier(Endpoint.from_arrays([3, 5], [1, 1]), **kwargs)


@st.composite
def cohorts(draw: st.DrawFn) -> Endpoint:
    n = draw(st.integers(1, 9))
    time = draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    event = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    return Endpoint.from_arrays(time, event, unit=[f"u{i}" for i in range(n)], name="x")


@pytest.mark.property
@given(cohorts(), st.sampled_from(list(CONF_LABEL)))
def test_everything_is_a_number_or_a_reason(endpoint: Endpoint, conf_type) -> None:
    rows = kaplan_meier(endpoint, times=[0, 3, 12, 40], conf_type=conf_type, quantiles=(0.25, 0.5))
    rows += followup(endpoint, conf_type=conf_type) + rmst(endpoint)
    for row in rows:
        assert row.reason or row.value is not None
        for number in (row.value, row.low, row.high):
            assert number is None or np.isfinite(number)
        if row.value is not None and row.low is not None:
            assert row.low <= row.value + 1e-9
        if row.value is not None and row.high is not None:
            assert row.value <= row.high + 1e-9


@pytest.mark.property
@given(cohorts())
def test_without_censoring_it_is_the_share_alive(endpoint: Endpoint) -> None:
    everybody = Endpoint.from_arrays(endpoint.exit, np.ones(len(endpoint), dtype=int))
    (fit,) = curve(everybody)
    for day, value in zip(fit.time, fit.value, strict=True):
        assert value == pytest.approx(np.mean(endpoint.exit > day), abs=1e-12)


@pytest.mark.property
@given(cohorts(), st.randoms())
def test_order_of_rows_does_not_matter_and_counts_suffice(endpoint: Endpoint, random) -> None:
    order = list(range(len(endpoint)))
    random.shuffle(order)
    shuffled = endpoint.take(np.array(order))
    assert kaplan_meier(endpoint, times=[5]) == kaplan_meier(shuffled, times=[5])
    assert kaplan_meier(endpoint, times=[5]) == kaplan_meier(risk_table(endpoint), times=[5])


@pytest.mark.property
@given(cohorts())
def test_beta_product_is_clopper_pearson_without_censoring(endpoint: Endpoint) -> None:
    everybody = Endpoint.from_arrays(endpoint.exit, np.ones(len(endpoint), dtype=int))
    n = len(endpoint)
    (fit,) = curve(everybody, conf_type="beta-product")
    for day, low, high in zip(fit.time, fit.low, fit.high, strict=True):
        expected = binomial_interval(int(np.sum(endpoint.exit > day)), n)
        assert (low, high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.independent
def test_beta_product_agrees_with_simulated_products() -> None:
    # Limits are quantiles of products of beta variables; simulate the products instead of matching moments.
    endpoint = Endpoint.from_arrays([2, 3, 4, 6, 7, 8, 9, 12, 14, 15], [1, 0, 1, 1, 0, 1, 0, 1, 0, 0])
    (fit,) = curve(endpoint, conf_type="beta-product")
    rng = np.random.default_rng(1)
    product, draws = 1.0, 400_000
    for i in range(len(fit.time)):
        n, d = int(fit.at_risk[i]), int(fit.events[i])
        if d:
            product = product * rng.beta(n - d + 1, d, draws)
        if d and n - d > 0:
            lower = product * rng.beta(n - d, 1, draws)
            assert fit.high[i] == pytest.approx(np.quantile(product, 0.975), abs=0.01)
            assert fit.low[i] == pytest.approx(np.quantile(lower, 0.025), abs=0.01)
