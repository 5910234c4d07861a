"""Parametric survival: against R's survreg and likelihoods written out, by hand, and what does not converge."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from glisson.errors import InputError, NotSupportedError, SettingsError
from glisson.kernels import distributions as known
from glisson.kernels.newton import Point, maximise
from glisson.kernels.parametric import Counts, gradient, hessian, loglik
from glisson.methods.parametric import parametric
from glisson.methods.parametric_fit import NAMES, ParametricFit, fit_group
from glisson.methods.proportions import event_rate
from glisson.tables import Endpoint, risk_table
from tests.validation.goldens import golden

Z = 1.959963984540054
CASES = golden("parametric")["cases"]
MODELS = [name for name in NAMES if name != "piecewise"]


def _endpoint(name: str) -> Endpoint:
    case = CASES[name]
    entry = [-1 if day == 0 else day for day in case["entry"]]
    return Endpoint.from_arrays(case["time"], case["event"], entry=entry, name="os")


@cache
def _fit(case: str, name: str) -> ParametricFit:
    return fit_group("os", (), risk_table(_endpoint(case)).levels(), 0, name)


@pytest.mark.against_r
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_parameters_errors_and_likelihood(case, name):
    fit, theirs = _fit(case, name), CASES[case]["models"][name]
    assert fit.unit == pytest.approx(theirs["unit"], rel=1e-12)
    assert fit.theta == pytest.approx(np.atleast_1d(theirs["theta"]), abs=2e-8)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(np.atleast_1d(theirs["se"]), rel=1e-7)
    assert fit.loglik == pytest.approx(theirs["loglik"], abs=1e-9)
    assert fit.aic == pytest.approx(2 * len(np.atleast_1d(theirs["theta"])) - 2 * theirs["loglik"], abs=1e-8)


@pytest.mark.against_r
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_medians_survival_and_restricted_means_with_limits(case, name):
    c, theirs = CASES[case], CASES[case]["models"][name]
    rows = parametric(_endpoint(case), distribution=name, times=c["at"], tau=c["tau"])
    median = rows.one("median")
    if theirs["log_median"]:
        centre, error = theirs["log_median"]["value"], theirs["log_median"]["se"]
        assert math.log(median.value) == pytest.approx(centre, abs=1e-7)
        assert math.log(median.high / median.low) == pytest.approx(2 * Z * error, rel=1e-6)
    for day, one in zip(c["at"], theirs["loglog_survival"], strict=True):
        row = rows.one("survival", at=day)
        assert math.log(-math.log(row.value)) == pytest.approx(one["value"], abs=1e-7)
        assert math.log(math.log(row.low) / math.log(row.high)) == pytest.approx(2 * Z * one["se"], rel=1e-6)
    row, one = rows.one("rmst"), theirs["logit_rmst"]
    logit = [math.log(v / (c["tau"] - v)) for v in (row.low, row.value, row.high)]
    assert logit[1] == pytest.approx(one["value"], abs=1e-7)
    assert logit[2] - logit[0] == pytest.approx(2 * Z * one["se"], rel=1e-6)


@pytest.mark.against_r
@pytest.mark.parametrize("name", ["exponential", "weibull", "log-normal", "log-logistic"])
@pytest.mark.parametrize("case", [c for c in CASES if "survreg" in CASES[c]])
def test_survreg(case, name):
    """It speaks of the logarithm of time: an intercept, and a scale."""
    theirs = CASES[case]["survreg"][name]
    rows = parametric(_endpoint(case), distribution=name)
    assert rows.one("log_likelihood").value == pytest.approx(theirs["loglik"], abs=1e-8)
    scale = np.atleast_2d(theirs["var"])
    if name == "exponential":
        rate = rows.one("rate")
        assert math.log(rate.value / 365.25) == pytest.approx(-theirs["intercept"], abs=1e-8)
        assert math.log(rate.high / rate.low) == pytest.approx(2 * Z * math.sqrt(scale[0, 0]), rel=1e-7)
    elif name == "log-normal":
        where = rows.one("meanlog")
        assert where.value == pytest.approx(theirs["intercept"], abs=1e-7)
        assert where.high - where.low == pytest.approx(2 * Z * math.sqrt(scale[0, 0]), rel=1e-6)
        assert rows.one("sdlog").value == pytest.approx(theirs["scale"], rel=1e-7)
    else:
        where, shape = rows.one("scale"), rows.one("shape")
        assert math.log(where.value) == pytest.approx(theirs["intercept"], abs=1e-7)
        assert math.log(where.high / where.low) == pytest.approx(2 * Z * math.sqrt(scale[0, 0]), rel=1e-6)
        assert 1 / shape.value == pytest.approx(theirs["scale"], rel=1e-7)
        assert math.log(shape.high / shape.low) == pytest.approx(2 * Z * math.sqrt(scale[1, 1]), rel=1e-6)


@pytest.mark.against_r
def test_constant_hazards_are_a_poisson_regression():
    theirs = golden("parametric")["piecewise"]
    rows = parametric(_endpoint("lung"), distribution="piecewise", cuts=theirs["cuts"])
    rates = rows.select("rate").rows
    assert [math.log(r.value / 365.25) for r in rates] == pytest.approx(theirs["log_rate"], abs=1e-9)
    widths = [math.log(r.high / r.low) / (2 * Z) for r in rates]
    assert widths == pytest.approx(theirs["se"], rel=1e-7)
    assert rows.one("log_likelihood").value == pytest.approx(theirs["loglik"], abs=1e-8)
    assert [r.detail.split(", ")[1] for r in rates] == [
        "after day 0 up to day 90", "after day 90 up to day 270", "after day 270"]  # fmt: skip


@pytest.mark.by_hand
def test_four_patients_with_a_constant_hazard():
    """Three events in 940 days; a log rate has the standard error 1 / sqrt(3)."""
    os = Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os")
    rows = parametric(os, distribution="exponential", times=[0, 100], tau=200)
    width, rate = math.exp(Z / math.sqrt(3)), 3 / 940
    assert rows.one("rate").value == pytest.approx(365.25 * rate, rel=1e-9)
    assert rows.one("rate").high == pytest.approx(365.25 * rate * width, rel=1e-8)
    assert rows.one("rate").value == pytest.approx(event_rate(os).one("rate").value, rel=1e-9)
    median = rows.one("median")
    assert (median.value, median.low, median.high) == pytest.approx(
        (math.log(2) / rate, math.log(2) / rate / width, math.log(2) / rate * width), rel=1e-7)  # fmt: skip
    survival = rows.one("survival", at=100)
    assert survival.value == pytest.approx(math.exp(-100 * rate), rel=1e-9)
    assert survival.low == pytest.approx(math.exp(-100 * rate * width), rel=1e-7)
    assert rows.one("survival", at=0).value == 1.0
    assert rows.one("rmst").value == pytest.approx((1 - math.exp(-200 * rate)) / rate, rel=1e-9)
    assert rows.one("mean").value == pytest.approx(1 / rate, rel=1e-9)
    assert rows.one("log_likelihood").value == pytest.approx(3 * math.log(rate) - 3, rel=1e-12)
    assert rows.one("aic").value == pytest.approx(2 - 2 * (3 * math.log(rate) - 3), rel=1e-12)
    assert rows.one("mean").warning == "3.0 events a parameter; beyond the last observation on day 400"


@pytest.mark.by_hand
def test_pieces_of_four_patients():
    """Up to day 100: one event in 90 + 300 days; after it: two events in 80 + 170 + 300 days."""
    os = Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os")
    first, second = parametric(os, distribution="piecewise", cuts=[100]).select("rate")
    assert first.value == pytest.approx(365.25 / 390, rel=1e-9)
    assert second.value == pytest.approx(365.25 * 2 / 550, rel=1e-9)
    none = parametric(os, distribution="piecewise", cuts=[50, 100], times=[50, 80])
    rates = none.select("rate").rows
    assert (rates[0].value, rates[0].reason) == (0.0, "no interval (0 events)")
    assert none.one("survival", at=50).value == 1.0
    assert none.one("survival", at=80).value == pytest.approx(math.exp(-30 / 190), rel=1e-9)
    assert "without events" in none.one("median").warning
    gone = parametric(os, distribution="piecewise", cuts=[100, 400], times=[50])
    assert gone.one("survival").reason == "not estimable (nobody at risk after day 400)"


@pytest.mark.by_hand
def test_late_entry_and_day_0():
    """Who came on day 100 has 200 days; an event on day 0 counts as half a day."""
    late = Endpoint.from_arrays([300, 400], [1, 0], entry=[100, -1], name="os")
    assert parametric(late, distribution="exponential").one("rate").value == pytest.approx(365.25 / 600, rel=1e-9)
    early = Endpoint.from_arrays([0, 400], [1, 1], name="os")
    assert parametric(early, distribution="exponential").one("rate").value == pytest.approx(
        2 * 365.25 / 400.5, rel=1e-9
    )


DISTRIBUTIONS = {
    "weibull": (known.weibull(), [0.3, 0.2], stats.weibull_min(math.exp(0.3), scale=math.exp(0.2))),
    "log-logistic": (known.log_logistic(), [0.6, 0.2], stats.fisk(math.exp(0.6), scale=math.exp(0.2))),
    "log-normal": (known.log_normal(), [0.1, -0.3], stats.lognorm(math.exp(-0.3), scale=math.exp(0.1))),
    "gompertz": (known.gompertz(), [0.8, -0.5], stats.gompertz(math.exp(-0.5) / 0.8, scale=1 / 0.8)),
    "gamma": (known.generalised_gamma(), [math.log(2 / 0.7**2 * 0.7**2), math.log(0.7), 0.7],
              stats.gamma(0.7**-2, scale=2 * 0.7**2)),
}  # fmt: skip


@pytest.mark.independent
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_of_scipy(name):
    ours, theta, theirs = DISTRIBUTIONS[name]
    at, t = np.array(theta), np.array([0.05, 0.4, 1.0, 2.5, 6.0])
    assert ours.survival(at, t) == pytest.approx(theirs.sf(t), rel=1e-9)
    assert ours.log_hazard(at, t) == pytest.approx(theirs.logpdf(t) - theirs.logsf(t), rel=1e-8, abs=1e-9)
    assert ours.quantile(at, math.log(2)) == pytest.approx(theirs.median(), rel=1e-9)
    assert ours.mean(at) == pytest.approx(theirs.mean(), rel=1e-8)
    area = integrate.quad(theirs.sf, 0, 1.7, epsabs=1e-12)[0]
    assert ours.restricted_mean(at, 1.7) == pytest.approx(area, rel=1e-8)


@pytest.mark.independent
def test_the_generalised_gamma_holds_the_others():
    t, g = np.array([0.1, 0.8, 3.0]), known.generalised_gamma()
    # Shapes nearer to 0 than 1e-5 are taken as 1e-5, which changes either in proportion.
    for q, other, theta in (
        (0.0, known.log_normal(), [0.2, -0.1]), (1.0, known.weibull(), [0.1, 0.2]),
    ):  # fmt: skip
        at = np.array([0.2, -0.1, q])
        assert g.survival(at, t) == pytest.approx(other.survival(np.array(theta), t), abs=1e-4 if q == 0 else 1e-10)
        log_hazard = other.log_hazard(np.array(theta), t)
        assert g.log_hazard(at, t) == pytest.approx(log_hazard, abs=1e-4 if q == 0 else 1e-10)
    near, far = (g.log_hazard(np.array([0.2, -0.1, q]), t) for q in (1e-4, -1e-4))
    assert near == pytest.approx(far, abs=1e-3)
    # The hazard is the slope of the cumulative hazard on both sides of 0.
    for q in (-1.3, -0.05, 0.02, 0.9, 3.0):
        at, h = np.array([0.2, -0.1, q]), 1e-5
        slope = (g.cumulative(at, t + h) - g.cumulative(at, t - h)) / (2 * h)
        # Rounding of a difference quotient: 1e-16 / 2e-5.
        assert np.exp(g.log_hazard(at, t)) == pytest.approx(slope, rel=1e-7, abs=2e-11)


@pytest.mark.independent
def test_differences_are_derivatives():
    def function(theta):
        return np.exp(theta[..., 0]) * np.sin(theta[..., 1]) + theta[..., 1] ** 3

    at = np.array([0.4, 1.1])
    e, s, c = math.exp(0.4), math.sin(1.1), math.cos(1.1)
    assert gradient(function, at) == pytest.approx([e * s, e * c + 3 * 1.1**2], abs=1e-11)
    assert hessian(function, at).ravel() == pytest.approx([e * s, e * c, e * c, -e * s + 6 * 1.1], abs=1e-9)


@pytest.mark.independent
def test_means_of_fitted_distributions():
    for name in MODELS[:5]:
        fit = _fit("veteran", name)
        mean = float(fit.distribution.mean(fit.theta))
        if math.isfinite(mean):

            def height(x, fit=fit):
                return math.exp(x) * fit.distribution.survival(fit.theta, np.array([math.exp(x)]))[0]

            area = sum(integrate.quad(height, a, b, limit=500)[0] for a, b in ((-40, 0), (0, 5), (5, 200)))
            assert mean == pytest.approx(area, rel=1e-7)


def test_distributions_are_ranked_by_aic():
    rows = parametric(_endpoint("lung"), cuts=[90, 270])
    values = [r.value for r in rows.select("aic")]
    assert values == sorted(values)
    assert [r.value for r in rows.select("rank")] == [1, 2, 3, 4, 5, 6, 7]
    assert rows.select("aic").rows[0].detail == "Weibull"
    assert {r.detail for r in rows.select("aic")} == {
        "exponential", "Weibull", "log-normal", "log-logistic", "Gompertz", "generalised gamma",
        "piecewise exponential"}  # fmt: skip


def test_counts_and_rows_are_one_and_groups_are_apart():
    case = CASES["lung"]
    arm = ["a" if i % 3 else "b" for i in range(len(case["time"]))]
    os = Endpoint.from_arrays(case["time"], case["event"], keys={"arm": arm}, name="os")
    rows, cells = (parametric(d, "arm", "weibull", times=[365]) for d in (os, risk_table(os, ["arm"])))
    assert rows == cells
    alone = parametric(os.where(arm="b"), (), "weibull", times=[365], tau=rows.select("rmst").rows[0].at)
    own = rows.select(group=(("arm", "b"),))
    assert [r.value for r in own] == pytest.approx([r.value for r in alone], rel=1e-9)
    assert {r.at for r in rows.select("rmst")} == {min(os.where(arm=a).exit.max() for a in "ab")}


def test_what_cannot_be_estimated_says_why():
    none = parametric(Endpoint.from_arrays([5, 9], [0, 0], name="os"), times=[3])
    assert {r.reason for r in none if r.statistic not in {"n", "events"}} == {"not estimable (0 events)"}
    same = Endpoint.from_arrays([50] * 4, [1] * 4, name="os")
    rows = parametric(same, distribution="weibull")
    assert rows.one("median").reason == "not estimable (the likelihood rises without end)"
    assert parametric(same, distribution="exponential").one("median").value == pytest.approx(50 * math.log(2))
    early = Endpoint.from_arrays([10, 12, 15, *[400] * 12], [1, 1, 1, *[0] * 12], name="os")
    gompertz = parametric(early, distribution="gompertz")
    assert gompertz.one("median").reason == "not reached"
    assert "no finite mean" in gompertz.one("mean").reason
    beyond = parametric(early, distribution="weibull", times=[100, 900])
    assert "beyond the last observation on day 400" in beyond.one("survival", at=900).warning
    assert "beyond" not in beyond.one("survival", at=100).warning
    assert not parametric(Endpoint.from_arrays([], [], name="os"), distribution="weibull").select("median").rows


def test_what_cannot_be_used_is_refused():
    os = _endpoint("few")
    for options in (
        {"distribution": "normal"}, {"distribution": ()}, {"distribution": "piecewise"}, {"level": 95}, {"tau": 0},
        {"distribution": "weibull", "cuts": [90]}, {"times": [-1]},
    ):  # fmt: skip
        with pytest.raises(SettingsError):
            parametric(os, **options)
    for cuts in ([90, 90], [0], [-5, 10], [math.nan]):
        with pytest.raises(InputError, match="increasing"):
            parametric(os, cuts=cuts)
    with pytest.raises(InputError, match="arm"):
        parametric(os, "arm")
    with pytest.raises(NotSupportedError, match="exact days"):
        parametric(risk_table(os).coarsen(30))


cohorts = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=12)


@pytest.mark.property
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(cohorts, st.sampled_from(NAMES))
@example([(24, False), (34, True), (19, False), (39, True), (38, False), (40, True), (0, True)], "generalised gamma")
@example([(0, True)], "weibull")
def test_any_small_cohort_gives_a_number_or_a_reason(rows, name):
    time, event = zip(*rows, strict=True)
    os = Endpoint.from_arrays(time, event, name="os")
    cuts = [15] if name == "piecewise" else []
    for row in parametric(os, distribution=name, cuts=cuts, times=[0, 10, 100]):
        assert (row.value is not None and math.isfinite(row.value)) or row.reason
        if row.low is not None:
            assert math.isfinite(row.low)
            assert math.isfinite(row.high)
            assert row.low - 1e-9 * abs(row.low) <= row.value <= row.high + 1e-9 * abs(row.high)


@pytest.mark.property
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=4, max_size=12), st.sampled_from(MODELS[:5]))
def test_units_of_time_scale_the_median_and_nothing_else(rows, name):
    time, event = (np.array(v) for v in zip(*rows, strict=True))
    one = parametric(Endpoint.from_arrays(time, event, name="os"), distribution=name, times=[20])
    ten = parametric(Endpoint.from_arrays(10 * time, event, name="os"), distribution=name, times=[200])
    assert one.one("median").reason == ten.one("median").reason
    if one.one("median").value is not None:
        assert ten.one("median").value == pytest.approx(10 * one.one("median").value, rel=1e-5)
    if one.one("survival").value is not None:
        assert ten.one("survival").value == pytest.approx(one.one("survival").value, abs=1e-6)
        shift = int(event.sum()) * math.log(10)
        assert ten.one("log_likelihood").value == pytest.approx(one.one("log_likelihood").value - shift, abs=1e-8)


@pytest.mark.by_hand
def test_likelihood_from_counts():
    """Two events at 1 and 2, one censored at 2, one who came at 1: Weibull of shape 2, hazard 2t, H = t squared."""
    data = Counts(time=np.array([1.0, 2.0]), died=np.array([1.0, 1.0]), left=np.array([1.0, 2.0]),
                  entered=np.array([1.0, 0.0]))  # fmt: skip
    value = loglik(known.weibull(), data, np.array([math.log(2), 0.0]))
    assert value == pytest.approx(math.log(2) + math.log(4) - (1 + 4 + 4) + 1, abs=1e-12)


@pytest.mark.parametrize("name", ["weibull", "log-normal", "log-logistic", "gompertz", "generalised gamma"])
def test_one_event_after_all_others_have_left(name):
    """The likelihood grows as all events are moved to that day."""
    alone = Endpoint.from_arrays([10, 20, 30, 90], [0, 0, 0, 1], name="os")
    row = parametric(alone, distribution=name).one("median")
    assert row.reason == "not estimable (the likelihood rises without end)"


def test_a_generalised_gamma_that_becomes_a_threshold_is_given_up():
    """Ten events in a row, then twenty who leave: the likelihood rises as the distribution comes to begin on day 10."""
    status = [1] * 10 + [0] * 20
    fit = fit_group("os", (), risk_table(Endpoint.from_arrays(range(10, 40), status, name="os")).levels(), 0,
                    "generalised gamma")  # fmt: skip
    assert fit.reason == "not estimable (the likelihood rises without end)"
    assert abs(fit.theta[2]) > 12


def test_a_move_is_halved_by_the_value_alone():
    """Where the value is given, derivatives are taken only where the function has risen."""
    looked = []

    def point(at):
        looked.append(float(at[0]))
        x = at[0]
        return Point(-float(np.sqrt(1 + x**2)), np.array([-x / np.sqrt(1 + x**2)]), np.array([[(1 + x**2) ** -1.5]]))

    short = maximise(point, np.array([3.0]), value=lambda at: -float(np.sqrt(1 + at[0] ** 2)))
    assert short.outcome == "converged"
    assert short.at[0] == pytest.approx(0, abs=1e-6)
    values = [-np.sqrt(1 + x**2) for x in looked]
    assert values == sorted(values)
    assert maximise(point, np.array([3.0])).at[0] == short.at[0]
