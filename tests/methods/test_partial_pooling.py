"""Partial pooling: shared vectors, conjugate limits, brute force, and what must hold."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from glisson.errors import InputError
from glisson.kernels.hierarchical import pool
from glisson.methods.partial_pooling import RATE_PRIOR, Prior, pooled_proportions, pooled_rates, with_scales
from glisson.tables import CountTable, Endpoint, Factor, risk_table
from tests.paths import vector


@pytest.mark.independent
def test_every_binomial_vector():
    for case in json.loads(vector("hierarchical_partial_pooling.json").read_text(encoding="utf-8"))["binomial"]:
        r, n = (np.array([a[k] for a in case["arms"]], dtype=float) for k in ("r", "n"))
        centre, spread = case["mu_prior"]
        fit = pool("binomial", r, n, centre=centre, spread=spread, scale=case["tau_prior_halfnormal_sd"])
        assert [fit.mean(j, "expit") for j in range(3)] == pytest.approx(
            [a["post_mean"] for a in case["arms"]], abs=1e-5
        )
        assert [fit.sd(j, "expit") for j in range(3)] == pytest.approx([a["post_sd"] for a in case["arms"]], abs=1e-5)
        assert fit.weight.sum(axis=0) @ fit.tau == pytest.approx(case["E_tau"], abs=1e-4)
        assert fit.error < 1e-3


@pytest.mark.independent
def test_rates_against_a_grid_of_everything():
    """Two groups on a dense grid of (mu, tau, theta_1, theta_2), summed plainly."""
    d, t = np.array([4.0, 1.0]), np.array([3.0, 5.0])
    fit = pool("poisson", d, t, centre=-0.3, spread=1.2, scale=0.6)
    mu, tau = np.linspace(-6, 5, 121), (np.arange(120) + 0.5) * 3.6 / 120
    theta = np.linspace(-8, 5, 521)
    like = np.exp(d[:, None] * theta - t[:, None] * np.exp(theta))
    dense = np.exp(-0.5 * ((theta - mu[:, None, None]) / tau[:, None]) ** 2) / tau[:, None]
    own = np.stack([dense @ row for row in like])
    prior = np.exp(-0.5 * ((mu + 0.3) / 1.2) ** 2)[:, None] * np.exp(-0.5 * (tau / 0.6) ** 2)
    for j in (0, 1):
        marginal = np.einsum("mt,mt,mtx->x", prior, own[1 - j], dense) * like[j]
        assert fit.mean(j) == pytest.approx(float(marginal @ theta / marginal.sum()), abs=2e-4)
        below = np.cumsum(marginal) / marginal.sum()
        for q in (0.025, 0.5, 0.975):
            expected = float(np.interp(q, below - marginal / marginal.sum() / 2, theta))
            assert fit.quantile(j, q) == pytest.approx(expected, abs=2e-3)


@pytest.mark.independent
@pytest.mark.parametrize("scale", [0.05, 0.25, 1.0])
def test_quantiles_agree_with_those_of_three_times_as_many_nodes(scale, monkeypatch):
    """Also where groups must be nearly alike, so that each node of the common value is a spike."""
    d, t = np.array([12.0, 5, 2]), np.array([12.2, 4.5, 5.4])
    own = pool("poisson", d, t, centre=-0.35, spread=1.5, scale=scale)
    monkeypatch.setattr("glisson.kernels.hierarchical.NODES", (193, 80, 40))
    fine = pool("poisson", d, t, centre=-0.35, spread=1.5, scale=scale, check=False)
    for j in range(3):
        q = (0.025, 0.1, 0.5, 0.9, 0.975)
        assert own.quantiles(j, q) == pytest.approx(fine.quantiles(j, q), abs=2e-4)


@pytest.mark.by_hand
def test_a_single_common_rate_where_groups_must_be_alike():
    """With almost no difference allowed and a flat common prior the posterior is a gamma of all events together."""
    fit = pool("poisson", np.array([6.0, 3.0]), np.array([4.0, 5.0]), centre=0.0, spread=30.0, scale=1e-3)
    expected = gamma(9, scale=1 / 9)
    for j in (0, 1):
        assert fit.mean(j, "exp") == pytest.approx(expected.mean(), rel=2e-3)
        assert math.exp(fit.quantile(j, 0.975)) == pytest.approx(expected.ppf(0.975), rel=5e-3)


@pytest.mark.by_hand
def test_draws_follow_the_quadrature():
    fit = pool("poisson", np.array([11.0, 5, 3]), np.array([10.0, 6, 12]), centre=-0.3, spread=1.5, scale=0.5)
    draws = fit.draws(40_000, 7)
    assert draws.mean(axis=0) == pytest.approx([fit.mean(j) for j in range(3)], abs=0.01)
    for j in range(3):
        assert np.quantile(draws[:, j], 0.025) == pytest.approx(fit.quantile(j, 0.025), abs=0.03)
    assert np.array_equal(draws, fit.draws(40_000, 7))


def _endpoint() -> Endpoint:
    days = [90, 200, 300, 400, 500, 100, 800, 900, 60, 1200]
    return Endpoint.from_arrays(days, [1, 1, 1, 0, 1, 1, 0, 1, 1, 0], keys={"m": list("aaaaabbbcc")}, name="os")


def test_shrinkage_ranks_and_ratios():
    rows = pooled_rates(_endpoint(), "m", times=[365])
    raw, pooled = rows.select("raw_rate"), rows.select("pooled_rate")
    mean = sum(r.events for r in raw) / sum(r.events / r.value for r in raw)
    for before, after in zip(raw, pooled, strict=True):
        assert abs(math.log(after.value / mean)) <= abs(math.log(before.value / mean)) + 0.15
        assert after.low < after.value < after.high
    for r in raw:
        own = rows.one("raw_median", group=r.group)
        assert own.value == pytest.approx(math.log(2) / r.value * 365.25)
        assert r.low == pytest.approx(gamma(r.events).ppf(0.025) * r.value / r.events)
        assert (own.low, own.high) == pytest.approx((math.log(2) / r.high * 365.25, math.log(2) / r.low * 365.25))
    assert sum(r.value for r in rows.select("probability_lowest")) == pytest.approx(1)
    assert sum(r.value for r in rows.select("probability_highest")) == pytest.approx(1)
    assert len(rows.select("pooled_rate_ratio")) == 3
    survival = rows.select("pooled_survival").rows[0]
    assert survival.value == pytest.approx(math.exp(-pooled.rows[0].value * 365 / 365.25))
    assert pooled_rates(risk_table(_endpoint(), ["m"]), "m", times=[365]) == rows
    assert {r.warning for r in rows} == {""}


def test_wider_priors_shrink_less():
    gaps = []
    for prior in with_scales(RATE_PRIOR):
        rates = [r.value for r in pooled_rates(_endpoint(), "m", prior=prior).select("pooled_rate")]
        gaps.append(math.log(max(rates) / min(rates)))
    assert gaps == sorted(gaps)


def test_one_group_is_refused():
    one = Endpoint.from_arrays([1, 2], [1, 0], keys={"m": ["a", "a"]}, name="os")
    with pytest.raises(InputError, match="two groups"):
        pooled_rates(one, "m")
    table = CountTable.of(["yes"], ["no", "yes"], keys={"m": Factor.of(["a"])}, name="x")
    with pytest.raises(InputError, match="two groups"):
        pooled_proportions(table, "yes", "m")
    assert "half-normal(0.5)" in str(Prior(centre=0, spread=1))


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.floats(0.05, 20)), min_size=2, max_size=5),
    st.sampled_from([0.25, 0.5, 1.0]),
)
def test_any_groups_give_finite_numbers(groups, scale):
    """Also no events at all, and groups watched for days."""
    d, t = (np.array(x, dtype=float) for x in zip(*groups, strict=True))
    fit = pool("poisson", d, t, centre=RATE_PRIOR.centre, spread=RATE_PRIOR.spread, scale=scale)
    assert fit.weight.sum() == pytest.approx(1)
    for j in range(len(d)):
        low, high = fit.quantile(j, 0.025), fit.quantile(j, 0.975)
        assert math.isfinite(low)
        assert low < fit.mean(j) < high
    assert fit.error < 5e-3
