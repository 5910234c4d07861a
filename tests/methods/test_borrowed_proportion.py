"""Proportions with published series borrowed from: by hand, against R, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import beta, betabinom

from glisson.errors import InputError
from glisson.methods.borrowed_prior import BorrowedPrior, effective_size, quantile, updated
from glisson.methods.borrowed_proportion import borrow_proportion
from glisson.methods.map_prior import predicted_proportion
from tests.validation.goldens import golden

#: Two beta parts of the AS example with a uniform part of weight 0.2, and the same after events among patients.
AS = BorrowedPrior(
    name="AS, robust", kind="beta", weights=(0.5318695338113851, 0.2681304661886149, 0.2),
    first=(16.50955329489178, 3.1331776989736335, 1.0), second=(50.11245938667696, 8.061541886201868, 1.0),
)  # fmt: skip
UPDATES = [
    (1, 6, (0.6340894550638085, 0.26832499176659835, 0.09758555316959303),
     (17.50955329489178, 4.1331776989736335, 2.0)),
    (15, 24, (0.027378907142807957, 0.2914931441114144, 0.6811279487457763),
     (31.50955329489178, 18.133177698973633, 16.0)),
]  # fmt: skip


@pytest.mark.independent
@pytest.mark.parametrize(("events", "n", "weights", "first"), UPDATES)
def test_a_mixture_is_updated_part_by_part(events, n, weights, first) -> None:
    after = updated(AS, events, n)
    assert after.weights == pytest.approx(weights, abs=1e-9)
    assert after.first == pytest.approx(first, rel=1e-12)
    assert after.second == pytest.approx([b + n - events for b in AS.second], rel=1e-12)
    assert effective_size(AS) == pytest.approx(5.631141999464518, rel=1e-9)
    assert AS.mean == pytest.approx(0.3068465534762769, rel=1e-12)


@pytest.mark.by_hand
def test_conjugacy_by_hand() -> None:
    # Beta(2, 1) after 2 of 2 is beta(4, 1): F(x) = x^4; mean 4/5, variance 4 / (25 * 6), worth 5 patients.
    after = updated(BorrowedPrior(name="x", kind="beta", weights=(1.0,), first=(2.0,), second=(1.0,)), 2, 2)
    assert (after.first, after.second, effective_size(after)) == ((4.0,), (1.0,), 5.0)
    assert quantile(after, 0.5) == pytest.approx(0.5**0.25)
    # Half beta(2, 1), half beta(1, 2); 1 of 1 has probability 2/3 and 1/3 under them, so that weights become 2 to 1.
    both = BorrowedPrior(name="x", kind="beta", weights=(0.5, 0.5), first=(2.0, 1.0), second=(1.0, 2.0))
    after = updated(both, 1, 1)
    assert after.weights == pytest.approx((2 / 3, 1 / 3))
    assert (after.first, after.second) == ((3.0, 2.0), (1.0, 2.0))


@pytest.mark.independent
@pytest.mark.parametrize("x", [0, 3, 6])
def test_every_row_from_beta_binomials(x) -> None:
    n, series = 6, [(14, 39), (9, 30)]
    rows = borrow_proportion(x, n, series, variable="response")
    found = predicted_proportion(*zip(*series, strict=True), name="x")
    a, b = found.mean * found.size, (1 - found.mean) * found.size
    assert (rows.one("prior_mean").value, rows.one("prior_size").value) == pytest.approx((found.mean, found.size))
    assert rows.one("prior_mean").low == pytest.approx(beta(a, b).ppf(0.025), abs=1e-9)
    # Conjugacy: 0.8 of a beta-binomial against 0.2 of 1 / (n + 1).
    said, vague = 0.8 * betabinom(n, a, b).pmf(x), 0.2 / (n + 1)
    weight = said / (said + vague)
    assert rows.one("informative_weight", detail="after").value == pytest.approx(weight, rel=1e-9)
    law = lambda t: weight * beta(a + x, b + n - x).cdf(t) + (1 - weight) * beta(1 + x, 1 + n - x).cdf(t)  # noqa: E731
    row = rows.one("posterior_median", detail="borrowed")
    for q, value in ((0.5, row.value), (0.025, row.low), (0.975, row.high)):
        assert value == pytest.approx(brentq(lambda t, q=q: law(t) - q, 0, 1, xtol=1e-13), abs=1e-9)
    alone = rows.one("posterior_median", detail="alone")
    assert alone.value == pytest.approx(beta(1 + x, 1 + n - x).median(), abs=1e-9)
    mass = betabinom(n, a, b).pmf(np.arange(n + 1))
    assert rows.one("p").value == pytest.approx(mass[mass <= mass[x] * (1 + 1e-9)].sum(), rel=1e-9)
    power = rows.one("posterior_median", detail="power; 0.25")
    assert power.value == pytest.approx(beta(1 + 23 / 4 + x, 1 + 46 / 4 + n - x).median(), abs=1e-9)


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("borrowed_rates")["cases"], ids=lambda c: f"{c['events']} of {c['n']}")
def test_against_quadrature_in_r(case) -> None:
    rows = borrow_proportion(
        case["events"], case["n"], list(zip(case["older_events"], case["older_sizes"], strict=True)), variable="x"
    )

    def three(detail: str) -> list[float]:
        row = rows.one("posterior_median", detail=detail)
        return [row.value, row.low, row.high]

    assert rows.one("prior_mean").value == pytest.approx(case["prior_mean"], abs=1e-6)
    assert rows.one("prior_size").value == pytest.approx(case["prior_size"], rel=1e-6)
    assert three("alone") == pytest.approx(case["alone"], abs=1e-9)
    assert three("borrowed") == pytest.approx(case["borrowed"], abs=1e-6)
    assert rows.one("informative_weight", detail="after").value == pytest.approx(case["weight"], abs=1e-6)
    assert rows.one("size_borrowed").value == pytest.approx(case["size_borrowed"], abs=1e-5)
    assert rows.one("p").value == pytest.approx(case["p"], abs=1e-6)
    assert rows.one("conflict_from", detail="above").value == case["conflict_above"]
    assert three("if above") == pytest.approx(case["if_above"], abs=1e-6)
    assert three("power; 0.5") == pytest.approx(case["power_half"], abs=1e-9)
    assert rows.one("power").value == pytest.approx(case["power"], abs=1e-9)
    observed = rows.one("proportion")
    assert (observed.low, observed.high) == pytest.approx(case["observed"], abs=1e-9)


@pytest.mark.independent
def test_a_series_without_events_is_integrated_as_far_as_it_reaches() -> None:
    # By a grid of means that reaches further (16 logits) and is finer (1201 of them, 96 spreads).
    found = predicted_proportion([0], [65], name="x")
    assert (found.mean, found.size) == pytest.approx((0.028784575197699964, 9.375878100636248), rel=1e-8)
    rows = borrow_proportion(0, 5, [(0, 65)], variable="x")
    assert rows.one("conflict_from", detail="below").reason == "no number of events would contradict it"


@given(st.integers(1, 9), st.data())
@settings(max_examples=12, deadline=None)
def test_conflict_begins_where_the_table_says(n, data) -> None:
    x = data.draw(st.integers(0, n))
    rows = borrow_proportion(x, n, [(14, 39)], variable="x")
    for r in rows:
        assert (r.value is not None) != bool(r.reason)
        if r.low is not None:
            assert r.low <= r.value <= r.high
    above, below = (rows.one("conflict_from", detail=d).value for d in ("above", "below"))
    inside = (below is None or x > below) and (above is None or x < above)
    assert (rows.one("p").value >= 0.05) is inside
    if above is not None:
        then = borrow_proportion(int(above), n, [(14, 39)], variable="x")
        assert rows.one("posterior_median", detail="if above").value == pytest.approx(
            then.one("posterior_median", detail="borrowed").value
        )


def test_what_cannot_be_is_refused() -> None:
    for wrong in ((3, 2, [(1, 2)]), (0, 0, [(1, 2)]), (1, 2, []), (1, 2, [(3, 2)])):
        with pytest.raises(InputError):
            borrow_proportion(*wrong, variable="x")
    with pytest.raises(InputError):
        updated(BorrowedPrior(name="x", kind="log_rate", weights=(1.0,), first=(0.0,), second=(1.0,)), 1, 2)
