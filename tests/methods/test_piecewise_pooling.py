"""Hazards that change with time, partially pooled: against quadrature, a sampler, by hand, and what must hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from glisson.errors import InputError, SettingsError
from glisson.kernels.hierarchical import pool
from glisson.kernels.piecewise import fit_piecewise
from glisson.methods import bayes_nuts
from glisson.methods.partial_pooling import PROPORTION_PRIOR, RATE_PRIOR, pooled_rates
from glisson.methods.piecewise_pooling import _cumulative, _median, cells, fit_cells, pooled_piecewise
from glisson.tables import Endpoint, Factor, risk_table
from tests.validation import bayes_cases
from tests.validation.goldens import golden

#: Standard errors within which two estimates with Monte Carlo error must agree.
CLOSE = 3.5


@pytest.mark.by_hand
def test_cells_of_four_patients():
    """Day 200 is the last of the first interval; the patient who enters on day 100 is watched for 100 days of it."""
    os = Endpoint.from_arrays([100, 300, 200, 500], [1, 0, 1, 1], entry=[-1, -1, 100, -1],
                              keys={"m": list("aabb")}, name="os")  # fmt: skip
    found = cells(os, "m", [200])
    assert found.events.reshape(2, 2).tolist() == [[1, 0], [1, 1]]
    assert found.years * 365.25 == pytest.approx([300, 100, 300, 300])
    assert found.starts == (0, 200)
    assert found.total == (1, 2)
    same = cells(risk_table(os, ["m"]), "m", [200])
    assert same.years.tolist() == found.years.tolist()


@pytest.mark.by_hand
def test_cells_by_unit_add_up_to_those_by_group():
    os = bayes_cases.endpoint()
    whole, single = cells(os), cells(os, covariates={"x": np.arange(len(os))})
    for values in ("events", "years"):
        total = np.zeros((3, 3))
        np.add.at(total, (single.group, single.interval), getattr(single, values))
        assert total.reshape(-1) == pytest.approx(getattr(whole, values))
    assert single.terms == ("x",)


@pytest.mark.independent
@pytest.mark.parametrize("scale", [0.25, 0.5, 1.0])
def test_one_interval_is_the_exponential_model_by_quadrature(scale):
    d, t = np.array([11.0, 5, 3]), np.array([11.2, 4.5, 8.1])
    exact = pool("poisson", d, t, centre=-0.35, spread=1.5, scale=scale)
    drawn = fit_piecewise(
        d, t, np.arange(3), np.zeros(3, dtype=np.int64), centre=-0.35, spread=1.5, scale=scale, draws=40_000
    )
    theta = drawn.base + drawn.effect
    error = drawn.sd(theta) / math.sqrt(drawn.effective)
    for j in range(3):
        assert abs(drawn.mean(theta)[j] - exact.mean(j)) < CLOSE * error[j]
        assert drawn.sd(theta)[j] == pytest.approx(exact.sd(j), rel=0.02)
        q = drawn.quantiles(theta[:, j], (0.025, 0.975))
        assert q == pytest.approx(exact.quantiles(j, (0.025, 0.975)), abs=0.05)
    spread = float(exact.weight.sum(axis=0) @ exact.tau)
    assert abs(drawn.mean(drawn.tau) - spread) < CLOSE * drawn.sd(drawn.tau) / math.sqrt(drawn.effective)


@pytest.mark.independent
def test_without_data_the_prior_comes_back():
    """No time at risk: intervals keep their prior, and the standard deviation between groups its half-normal."""
    fit = fit_piecewise(np.zeros(2), np.zeros(2), np.array([0, 1]), np.array([0, 0]), centre=-0.35, spread=1.5,
                        scale=0.5, draws=40_000)  # fmt: skip
    error = math.sqrt(fit.effective)
    assert abs(fit.mean(fit.base)[0] + 0.35) < CLOSE * 1.5 / error
    assert fit.sd(fit.base)[0] == pytest.approx(1.5, rel=0.02)
    assert abs(fit.mean(fit.tau) - 0.5 * math.sqrt(2 / math.pi)) < CLOSE * 0.3 / error
    assert fit.quantiles(fit.base[:, 0], (0.9,))[0] == pytest.approx(-0.35 + 1.5 * norm.ppf(0.9), abs=0.06)


@pytest.mark.independent
@pytest.mark.parametrize(("name", "cuts", "covariates"), bayes_cases.SURVIVAL, ids=[c[0] for c in bayes_cases.SURVIVAL])
def test_the_sampler_agrees(name, cuts, covariates):
    """Means within Monte Carlo error, standard deviations within 3%, of 40,000 draws of NUTS."""
    reference = golden("bayes_nuts")["cases"][name]
    assert max(reference["r_hat"]) < 1.005
    fit = fit_cells(cells(bayes_cases.endpoint(), "method", cuts, covariates), RATE_PRIOR, draws=40_000, seed=1)
    values = np.column_stack([fit.base, fit.effect, fit.slope, fit.tau])
    mean, sd = fit.mean(values), fit.sd(values)
    error = np.hypot(sd / math.sqrt(fit.effective), reference["error"])
    assert len(reference["names"]) == values.shape[1]
    assert (np.abs(mean - reference["mean"]) / error).max() < CLOSE
    assert sd == pytest.approx(reference["sd"], rel=0.03)


@pytest.mark.independent
def test_the_sampler_agrees_with_the_quadrature_of_proportions():
    reference = golden("bayes_nuts")["cases"]["binomial"]
    x, n = (np.array(v, dtype=float) for v in zip(*bayes_cases.RESPONSE, strict=True))
    prior = PROPORTION_PRIOR
    exact = pool("binomial", x, n, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    named = dict(zip(reference["names"], zip(reference["mean"], reference["error"], strict=True), strict=True))
    base, base_error = named["base[0]"]
    for j in range(3):
        effect, error = named[f"effect[{j}]"]
        assert abs(base + effect - exact.mean(j)) < CLOSE * math.hypot(error, base_error)
    tau, tau_error = named["tau"]
    assert abs(float(exact.weight.sum(axis=0) @ exact.tau) - tau) < CLOSE * tau_error


def test_rows_and_their_meaning():
    os = bayes_cases.endpoint()
    rows = pooled_piecewise(os, times=[183, 365])
    assert sum(r.value for r in rows.select("probability_lowest")) == pytest.approx(1)
    assert len(rows.select("pooled_rate_ratio")) == 3
    assert rows.one("effective_draws").value > 0.5 * rows.one("effective_draws").n
    assert {r.warning for r in rows} == {""}
    for group in {r.group for r in rows.select("pooled_median")}:
        median = rows.one("pooled_median", group=group)
        assert median.low < median.value < median.high
        early, late = (rows.one("pooled_survival", group=group, at=t).value for t in (183, 365))
        assert 0 < late < early < 1
    assert pooled_piecewise(os, times=[183, 365]) == rows
    assert pooled_piecewise(risk_table(os, ["method"]), times=[183, 365]) == rows


def test_without_cuts_the_rows_are_those_of_the_exponential_model():
    os = bayes_cases.endpoint()
    ours, exact = pooled_piecewise(os, cuts=(), draws=100_000), pooled_rates(os)
    for row in exact.select("pooled_median"):
        assert ours.one("pooled_median", group=row.group).value == pytest.approx(row.value, rel=0.01)
    for row in exact.select("pooled_rate_ratio"):
        assert ours.one("pooled_rate_ratio", detail=row.detail).value == pytest.approx(row.value, rel=0.02)
    for row in exact.select("probability_lowest"):
        assert ours.one("probability_lowest", group=row.group).value == pytest.approx(row.value, abs=0.015)


@pytest.mark.by_hand
def test_median_where_the_hazard_bends():
    """0.5 a year for the first year, then 2: log 2 is reached (log 2 - 0.5) / 2 of a year after the first."""
    hazard, starts = np.array([[0.5, 2.0], [1.0, 9.0]]), np.array([0.0, 1.0])
    assert _median(hazard, starts) == pytest.approx([1 + (math.log(2) - 0.5) / 2, math.log(2)])
    assert _cumulative(hazard, starts, 1.5) == pytest.approx([0.5 + 1.0, 1.0 + 4.5])
    assert _cumulative(hazard, starts, 0.5) == pytest.approx([0.25, 0.5])


def test_a_covariate_needs_units_and_whole_numbers():
    os = bayes_cases.endpoint()
    with pytest.raises(InputError, match="covariates with a risk table"):
        pooled_piecewise(risk_table(os, ["method"]), covariates={"x": np.zeros(24)})
    with pytest.raises(InputError, match="missing values"):
        pooled_piecewise(os, covariates={"x": [math.nan] * 24})
    with pytest.raises(InputError, match="another length"):
        pooled_piecewise(os, covariates={"x": [1.0]})
    row = pooled_piecewise(os, covariates={"x": bayes_cases.EXTRAHEPATIC}).one("hazard_ratio")
    assert row.detail == "per 1 of x"
    assert row.low < row.value < row.high


def test_what_cannot_be_asked_is_refused():
    os = bayes_cases.endpoint()
    for cuts in ([365, 183], [0], [100, 100]):
        with pytest.raises(SettingsError, match="cut-points"):
            pooled_piecewise(os, cuts=cuts)
    with pytest.raises(SettingsError, match="draws"):
        pooled_piecewise(os, draws=10)
    one = Endpoint.from_arrays([1, 2], [1, 0], keys={"m": ["a", "a"]}, name="os")
    with pytest.raises(InputError, match="two groups"):
        pooled_piecewise(one, "m")


def test_few_effective_draws_are_said(monkeypatch):
    monkeypatch.setattr("glisson.methods.piecewise_pooling.LEAST_EFFECTIVE", 0.99)
    rows = pooled_piecewise(bayes_cases.endpoint())
    assert all("not to be trusted" in r.warning for r in rows)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.floats(0.02, 30), st.integers(0, 9), st.floats(0.02, 30)), min_size=2,
             max_size=5),
    st.sampled_from([0.25, 0.5, 1.0]),
)  # fmt: skip
def test_any_cells_give_finite_numbers_and_enough_draws(groups, scale):
    """Also no events at all, and everybody with an event."""
    numbers = np.array(groups, dtype=float)
    j = len(groups)
    events, years = numbers[:, [0, 2]].reshape(-1), numbers[:, [1, 3]].reshape(-1)
    fit = fit_piecewise(events, years, np.repeat(np.arange(j), 2), np.tile([0, 1], j), centre=RATE_PRIOR.centre,
                        spread=RATE_PRIOR.spread, scale=scale)  # fmt: skip
    assert fit.weight.sum() == pytest.approx(1)
    assert np.isfinite(fit.effect).all()
    assert fit.effective > 400


@pytest.mark.property
@settings(max_examples=10, deadline=None)
@given(st.permutations(range(24)))
def test_the_order_of_patients_does_not_matter(order):
    os = bayes_cases.endpoint()
    assert pooled_piecewise(os.take(np.array(order)), draws=500) == pooled_piecewise(os, draws=500)


def test_one_sentence_where_numpyro_is_missing(monkeypatch):
    monkeypatch.setattr(bayes_nuts, "installed", lambda: False)
    with pytest.raises(InputError, match="sampling needs NumPyro, which is not installed"):
        bayes_nuts.sample_piecewise(bayes_cases.endpoint())
    with pytest.raises(InputError, match=r"glisson\[bayes\]"):
        bayes_nuts.sample_proportions(bayes_cases.responses(), "yes")


@pytest.mark.independent
@pytest.mark.skipif(not bayes_nuts.installed(), reason="needs NumPyro")
def test_the_sampler_gives_its_reference_again():
    reference = golden("bayes_nuts")["cases"]["piecewise"]
    made = bayes_nuts.sample_piecewise(bayes_cases.endpoint(), draws=1000)
    assert made.names == tuple(reference["names"])
    error = np.hypot(made.error, reference["error"])
    assert (np.abs(made.mean - reference["mean"]) / error).max() < CLOSE
    assert made.r_hat.max() < 1.02


def test_unknown_groups_are_kept_apart_from_factors_nobody_has():
    """A level that nobody has is no group."""
    keys = {"m": Factor.of(["a", "b", "a", "b"], ["a", "b", "c"])}
    os = Endpoint.from_arrays([10, 20, 30, 40], [1, 0, 1, 1], keys=keys, name="os")
    assert len(cells(os, "m", [15], {"x": [1, 2, 3, 4]}).groups) == 2
