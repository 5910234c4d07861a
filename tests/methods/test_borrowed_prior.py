"""Borrowed priors: by hand, against exact quadrature published with the AS example, and properties."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from glisson.errors import InputError
from glisson.methods.borrowed_prior import BorrowedPrior, posterior, prior_predictive_p, robust

#: Two beta parts fitted to the eight control groups of the AS example (Neuenschwander 2010, Schmidli 2014).
AS = BorrowedPrior(
    name="AS controls",
    kind="beta",
    weights=(0.6648369172642314, 0.3351630827357686),
    first=(16.50955329489178, 3.1331776989736335),
    second=(50.11245938667696, 8.061541886201868),
)
#: Events, patients, weights after the data, mean after the data.
UPDATES = [
    (1, 6, (0.6340894550638085, 0.26832499176659835, 0.09758555316959303), 0.2417772992903135),
    (5, 6, (0.0833953481032824, 0.1589621578014703, 0.7576424940952474), 0.6681221216850837),
    (3, 24, (0.609591581127248, 0.29006125444933517, 0.1003471644234173), 0.19722118008975253),
    (15, 24, (0.027378907142807957, 0.2914931441114144, 0.6811279487457763), 0.5788597666736726),
]


@pytest.mark.parametrize(("events", "n", "weights", "mean"), UPDATES)
def test_the_robust_mixture_of_the_as_example(events, n, weights, mean) -> None:
    rows = posterior(robust(AS, 0.2), events, n, variable="response")
    assert [r.value for r in rows if r.statistic == "posterior_weight"] == pytest.approx(weights, abs=1e-9)
    assert rows.one("proportion").value == pytest.approx(mean, abs=1e-9)


def one(kind: str, first: float, second: float) -> BorrowedPrior:
    return BorrowedPrior(name="one", kind=kind, weights=(1.0,), first=(first,), second=(second,))


@pytest.mark.independent
@pytest.mark.parametrize(
    ("weights", "means", "spreads", "events", "years"),
    [
        ((0.8, 0.2), (0.1, 0.1), (0.45, 1.5), 4, 5.0),
        ((0.5, 0.5), (-1.0, 0.5), (0.002, 1.5), 3, 6.0),  # a part as narrow as a needle
        ((1.0,), (0.0,), (3.0,), 4000, 900.0),  # data much sharper than the prior
        ((1.0,), (0.0,), (1.5,), 0, 2.0),
    ],
)
def test_the_interval_of_a_rate_holds_what_it_says(weights, means, spreads, events, years) -> None:
    prior = BorrowedPrior(name="x", kind="log_rate", weights=weights, first=means, second=spreads)
    row = posterior(prior, events, years, variable="x").one("rate")
    top = math.log(max(events, 0.5) / years)

    def density(u: float) -> float:
        before = sum(w * norm.pdf(u, m, s) for w, m, s in zip(weights, means, spreads, strict=True))
        return before * math.exp(events * (u - top) - years * (math.exp(u) - math.exp(top)))

    low, high = math.log(row.low), math.log(row.high)
    edges = sorted({-20.0, low, high, 8.0, top, *(m + k * s for m, s in zip(means, spreads, strict=True)
                                                 for k in (-9, -3, -1, 0, 1, 3, 9))})  # fmt: skip
    if events:
        edges = sorted({*edges, *(top + k / math.sqrt(events) for k in (-8, -3, -1, 1, 3, 8))})
    parts = [(a, quad(density, a, b, epsabs=1e-14, epsrel=1e-11)[0]) for a, b in pairwise(edges)]
    whole = sum(mass for _, mass in parts)
    below, inside = (sum(mass for a, mass in parts if x <= a < y) / whole for x, y in ((-99.0, low), (low, high)))
    assert (below, inside) == pytest.approx((0.025, 0.95), abs=1e-8)


@pytest.mark.by_hand
def test_beta_binomial_by_hand() -> None:
    # Beta(2, 1), n = 2: P(y) = (y + 1) / 6.
    prior = one("beta", 2, 1)
    assert [prior_predictive_p(prior, y, 2) for y in range(3)] == pytest.approx([1 / 6, 1 / 2, 1])
    row = posterior(prior, 2, 2, variable="x").one("proportion")
    assert row.value == pytest.approx(4 / 5)
    assert (row.low, row.high) == pytest.approx((0.025**0.25, 0.975**0.25))  # beta(4, 1): F(x) = x^4


@pytest.mark.by_hand
def test_a_sharp_log_rate_is_a_poisson() -> None:
    prior = one("log_rate", math.log(0.5), 1e-4)
    mass = [math.exp(-2.0) * 2.0**k / math.factorial(k) for k in range(40)]  # 4 person-years
    expected = sum(m for m in mass if m <= mass[7] * (1 + 1e-9))
    assert prior_predictive_p(prior, 7, 4.0) == pytest.approx(expected, rel=1e-4)
    assert posterior(prior, 7, 4.0, variable="x").one("rate").value == pytest.approx(0.5, rel=1e-3)


def test_much_data_overrule_a_wide_log_rate() -> None:
    row = posterior(one("log_rate", 0.0, 1.5), 400, 1000.0, variable="x").one("rate")
    assert row.value == pytest.approx(0.4, rel=0.01)
    assert row.low < 0.4 < row.high


@given(st.integers(1, 30), st.data())
@settings(max_examples=40, deadline=None)
def test_p_values_are_probabilities_and_the_likeliest_count_has_one(n, data) -> None:
    prior = one("beta", data.draw(st.floats(0.2, 30)), data.draw(st.floats(0.2, 30)))
    ps = np.array([prior_predictive_p(prior, y, n) for y in range(n + 1)])
    assert np.all((ps > 0) & (ps <= 1))
    assert ps.max() == pytest.approx(1)


def test_far_data_give_the_vague_part_its_weight() -> None:
    vague = [posterior(robust(AS), y, 10, variable="x").rows[-1].value for y in (2, 5, 8, 10)]
    assert vague == sorted(vague)
    rates = robust(one("log_rate", math.log(0.3), 0.2))
    far, near = (posterior(rates, y, 10.0, variable="x").rows[-1].value for y in (20, 3))
    assert far > 0.5 > near


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "gamma"}, {"weights": (0.5,)}, {"first": (0.0,)}, {"second": (-1.0,)}, {"first": (1.0, 2.0)}],
)
def test_what_is_no_mixture_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        BorrowedPrior(**{"name": "x", "kind": "beta", "weights": (1.0,), "first": (1.0,), "second": (1.0,)} | wrong)
