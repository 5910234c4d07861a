"""What small numbers could have shown: by hand, against R, by brute force, and what must hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from glisson.errors import InputError, SettingsError
from glisson.kernels.exact import fisher_exact
from glisson.kernels.hierarchical import pool
from glisson.kernels.power import (
    detectable_proportions,
    detectable_split,
    fisher_power,
    fisher_rejects,
    split_limits,
)
from glisson.methods.detectable import (
    detectable_differences,
    detectable_ratios,
    reversal_of_proportions,
    reversal_of_rates,
)
from glisson.methods.partial_pooling import PROPORTION_PRIOR, RATE_PRIOR, grouped_rates
from glisson.tables import CountTable, Endpoint, Factor
from tests.validation.goldens import golden


def _events(days: dict[str, tuple[int, int]], at: int = 100) -> Endpoint:
    """Groups of n units of which so many have the event, all watched equally long."""
    status = [1 if i < d else 0 for d, n in days.values() for i in range(n)]
    keys = [group for group, (_, n) in days.items() for _ in range(n)]
    return Endpoint.from_arrays([at] * len(status), status, keys={"m": keys}, name="os")


def _counts(groups: dict[str, tuple[int, int]]) -> CountTable:
    hits = ["yes" if i < x else "no" for x, n in groups.values() for i in range(n)]
    keys = Factor.of([g for g, (_, n) in groups.items() for _ in range(n)])
    return CountTable.of(hits, ["no", "yes"], keys={"m": keys}, name="response")


@pytest.mark.by_hand
def test_six_events_of_one_group_are_the_least_that_equal_groups_can_show():
    """2 (1/2)^5 = 0.0625 is above 5%, 2 (1/2)^6 = 0.031 is not: all six in one group, which has power r^6."""
    assert split_limits(5, 0.5) == (None, None)
    assert split_limits(6, 0.5) == (0, 6)
    p = 0.8 ** (1 / 6)
    low, high = detectable_split(6, 0.5)
    assert high == pytest.approx(p / (1 - p), rel=1e-12)
    assert low == pytest.approx((1 - p) / p, rel=1e-12)


@pytest.mark.by_hand
def test_five_against_five_is_found_only_at_extremes():
    """Of 5 and 5, Fisher's test rejects 0-4, 0-5, 1-5 and their mirror images: P(0-4) = 2 x 5/210."""
    rejects = fisher_rejects(5, 5)
    assert {(int(a), int(b)) for a, b in np.argwhere(rejects > 0)} == {(0, 4), (0, 5), (1, 5)}
    assert {(int(a), int(b)) for a, b in np.argwhere(rejects < 0)} == {(4, 0), (5, 0), (5, 1)}
    lower, higher = fisher_power(5, 5, 0.0, 0.9)
    assert lower == 0
    assert higher == pytest.approx(0.9**5 + 5 * 0.9**4 * 0.1)


@pytest.mark.against_r
def test_detectable_splits():
    for case in golden("detectable")["splits"]:
        found = detectable_split(case["events"], case["share"])
        for ours, theirs in zip(found, case["ratios"], strict=True):
            assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-9))


@pytest.mark.against_r
def test_detectable_proportions_and_power():
    for case in golden("detectable")["fisher"]:
        found = detectable_proportions(case["n1"], case["n2"], case["base"])
        for ours, theirs in zip(found, (case["below"], case["above"]), strict=True):
            assert ours == (None if theirs is None else pytest.approx(theirs, abs=1e-9))
        for row in case["power"]:
            power = fisher_power(case["n1"], case["n2"], case["base"], row["p2"])
            assert power == pytest.approx((row["lower"], row["higher"]), abs=1e-12)


@pytest.mark.against_r
def test_schoenfeld():
    for case in golden("detectable")["schoenfeld"]:
        n1, n2, d = case["n1"], case["n2"], case["events"]
        rows = detectable_ratios(_events({"a": (0, n1), "b": (0, n2)}) if d == 0 else _split(d, n1, n2), "m")
        assert rows.one("detectable_ratio_schoenfeld").value == pytest.approx(case["ratio"], rel=1e-12)


def _split(d: int, n1: int, n2: int) -> Endpoint:
    first = min(d, n1)
    return _events({"a": (first, n1), "b": (d - first, n2)})


@pytest.mark.independent
def test_the_regions_are_those_of_the_test_itself():
    rejects = fisher_rejects(7, 4)
    for x in range(8):
        for y in range(5):
            p = fisher_exact(np.array([[x, 7 - x], [y, 4 - y]]))
            assert (rejects[x, y] != 0) == (p <= 0.05)


@pytest.mark.independent
def test_power_at_the_detectable_ratio_by_plain_sums():
    """At the ratio, the chance of a split in the rejected tail is 80%."""
    os = _events({"a": (9, 13), "b": (5, 8)})
    grouped = grouped_rates(os, "m")
    share = grouped.size[1] / grouped.size.sum()
    rows = detectable_ratios(os, "m")
    few, many = split_limits(14, share)
    for name, inside in (("below", range(few + 1)), ("above", range(many, 15))):
        odds = rows.one(f"detectable_ratio_{name}").value * share / (1 - share)
        assert binom(14, odds / (1 + odds)).pmf(list(inside)).sum() == pytest.approx(0.8, abs=1e-12)


@pytest.mark.independent
def test_reversal_of_rates_by_sums_over_the_quadrature():
    """Two groups: the chance that the order turns, summed over nodes and counts instead of drawn."""
    os = _events({"a": (6, 10), "b": (3, 9)}, at=400)
    g = grouped_rates(os, "m")
    fit = pool("poisson", g.events, g.size, centre=RATE_PRIOR.centre, spread=RATE_PRIOR.spread, scale=0.5)
    k = np.arange(80)
    # P(count | mu, tau) of each group by Gauss-Hermite nodes; the groups are independent given mu and tau.
    chance = [
        np.einsum(
            "mtq,mtqk->mtk", fit.share[:, :, j], poisson.pmf(k, (np.exp(fit.theta[:, :, j]) * g.size[j])[..., None])
        )
        for j in (0, 1)
    ]
    joint = np.einsum("mt,mta,mtb->ab", fit.weight, chance[0], chance[1])
    a, b = (k / g.size[0])[:, None], (k / g.size[1])[None, :]
    expected = float(joint[a < b].sum() + joint[np.isclose(a, b)].sum() / 2)  # b is lower here
    rows = reversal_of_rates(os, "m")
    assert rows.one("reversal").value == pytest.approx(expected, abs=0.012)  # 3.5 standard errors of 20,000 draws
    assert rows.one("reversal_of_best").value == pytest.approx(expected, abs=0.012)
    assert rows.one("reversal_of_best").group == (("m", "b"),)
    assert reversal_of_rates(os, "m") == rows


@pytest.mark.independent
def test_reversal_of_proportions_by_sums_over_the_quadrature():
    groups = {"a": (4, 13), "b": (3, 5)}
    x, n = (np.array(v, dtype=float) for v in zip(*groups.values(), strict=True))
    fit = pool("binomial", x, n, centre=0.0, spread=PROPORTION_PRIOR.spread, scale=0.5)
    chance = []
    for j, size in enumerate((13, 5)):
        p = 1 / (1 + np.exp(-fit.theta[:, :, j]))
        chance.append(
            np.einsum("mtq,mtqk->mtk", fit.share[:, :, j], binom.pmf(np.arange(size + 1), size, p[..., None]))
        )
    joint = np.einsum("mt,mta,mtb->ab", fit.weight, chance[0], chance[1])
    a, b = np.arange(14)[:, None] / 13, np.arange(6)[None, :] / 5
    expected = float(joint[a > b].sum() + joint[np.isclose(a, b)].sum() / 2)
    value = reversal_of_proportions(_counts(groups), "yes", "m").one("reversal").value
    assert value == pytest.approx(expected, abs=0.012)


def test_too_few_events_show_nothing_and_say_so():
    rows = detectable_ratios(_events({"a": (1, 4), "b": (1, 4)}), "m")
    for name in ("below", "above"):
        row = rows.one(f"detectable_ratio_{name}")
        assert (row.value, row.reason) == (None, "none, however large")
    none = detectable_ratios(_events({"a": (0, 4), "b": (0, 4)}), "m")
    assert [r.value for r in none] == [None] * 3
    both = detectable_differences(_counts({"a": (1, 3), "b": (1, 3)}), "yes", "m")
    assert {r.reason for r in both} == {"none, however large"}


def test_ties_are_not_ranked():
    rows = reversal_of_proportions(_counts({"a": (2, 6), "b": (3, 9), "c": (1, 9)}), "yes", "m")
    assert rows.one("reversal_of_best").reason == "several are best in this cohort"
    assert [r.reason for r in rows.select("reversal")] == ["alike in this cohort", "", ""]
    lowest = reversal_of_proportions(_counts({"a": (2, 6), "b": (3, 9), "c": (1, 9)}), "yes", "m", better="lowest")
    assert lowest.one("reversal_of_best").group == (("m", "c"),)


def test_what_cannot_be_asked_is_refused():
    os = _events({"a": (3, 4), "b": (1, 4)})
    with pytest.raises(SettingsError, match="power"):
        detectable_ratios(os, "m", power=1.0)
    with pytest.raises(SettingsError, match="base"):
        detectable_differences(_counts({"a": (1, 3), "b": (1, 3)}), "yes", "m", base=1.5)
    with pytest.raises(InputError, match="two groups"):
        reversal_of_rates(_events({"a": (3, 4)}), "m")


def test_groups_too_large_to_enumerate_say_so(monkeypatch):
    monkeypatch.setattr("glisson.methods.detectable._MOST_TABLES", 10)
    rows = detectable_differences(_counts({"a": (1, 3), "b": (1, 3)}), "yes", "m")
    assert {r.reason for r in rows} == {"not computed (too many tables)"}


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.floats(0.05, 0.95), st.floats(0.55, 0.95))
def test_splits_mirror_and_need_more_for_more_power(events, share, power):
    low, high = detectable_split(events, share, power=power)
    mirror_low, mirror_high = detectable_split(events, 1 - share, power=power)
    for one, other in ((low, mirror_high), (high, mirror_low)):
        assert (one is None) == (other is None)
        if one is not None:
            assert one * other == pytest.approx(1, rel=1e-6)
    if high is not None:
        assert high > 1
        more = detectable_split(events, share, power=power + 0.04)[1]
        assert more > high
    if low is not None:
        assert 0 < low < 1


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 1))
def test_detectable_proportions_have_the_power_and_mirror(first, second, base):
    low, high = detectable_proportions(first, second, base)
    for p, side in ((low, 0), (high, 1)):
        end = float(side)
        if p is None:
            assert fisher_power(first, second, base, end)[side] < 0.8
        else:
            assert fisher_power(first, second, base, p)[side] == pytest.approx(0.8, abs=1e-6) or p == base
            assert math.copysign(1, p - base) == (1 if side else -1) or p == base
    other = detectable_proportions(first, second, 1 - base)
    if high is not None:
        assert other[0] == pytest.approx(1 - high, abs=1e-6)
