"""Meta-analysis by hand, at its edges, and in its properties."""

from __future__ import annotations

import json
import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.methods.effects import (
    effect_table,
    log_hazard_ratio,
    log_hazard_ratio_from_logrank,
    log_hazard_ratio_from_p,
    log_median,
    survival_at,
)
from glisson.methods.meta import meta_analysis
from glisson.methods.meta_checks import leave_one_out, small_study_effects, subgroups
from glisson.methods.meta_counts import meta_proportions, meta_rates
from glisson.tables import EffectTable
from tests.paths import vector


def table_of(y, v, scale="identity", name="x", **more) -> EffectTable:
    study = tuple(f"s{i}" for i in range(len(y)))
    return EffectTable(name=name, label="x", study=study, estimate=np.array(y, float), variance=np.array(v, float),
                       scale=scale, **more)  # fmt: skip


@pytest.mark.by_hand
def test_three_studies_by_hand():
    # y 0, 2, 4 with variance 1: Q = 8, tau2 by DL = (8 - 2) / (3 - 1) = 3, pooled 2 with variance 4 / 3.
    rows = meta_analysis(table_of([0, 2, 4], [1, 1, 1]), tau2="dl", safeguard=False)
    assert rows.one("q").value == pytest.approx(8)
    assert rows.one("tau2").value == pytest.approx(3)
    assert rows.one("i2").value == pytest.approx(0.75)
    assert rows.one("h2").value == pytest.approx(4)
    pooled = rows.one("pooled")
    # Knapp-Hartung: the factor is (8 / 4) / 2 = 1, so the standard error stays sqrt(4 / 3); t with 2 df is 4.302653.
    assert pooled.value == pytest.approx(2)
    assert pooled.high - 2 == pytest.approx(4.302652729911275 * math.sqrt(4 / 3))
    prediction = rows.one("prediction")
    assert prediction.high - 2 == pytest.approx(12.706204736174698 * math.sqrt(3 + 4 / 3))
    assert rows.one("common").high - 2 == pytest.approx(1.959963984540054 / math.sqrt(3))
    assert [r.value for r in rows.select("weight")] == pytest.approx([1 / 3] * 3)


@pytest.mark.by_hand
def test_the_safeguard_only_lengthens():
    alike = table_of([1.0, 1.01, 0.99], [0.2, 0.2, 0.2])
    free, guarded = (meta_analysis(alike, safeguard=s).one("pooled") for s in (False, True))
    assert guarded.high - 1 == pytest.approx(4.302652729911275 * math.sqrt(0.2 / 3))
    assert free.high < guarded.high
    apart = table_of([0.0, 5.0, 9.0], [0.2, 0.2, 0.2])
    assert meta_analysis(apart, tau2="dl", safeguard=False).one("pooled").high <= (
        meta_analysis(apart, tau2="dl").one("pooled").high
    )


def test_one_and_two_studies_say_what_they_are():
    one = meta_analysis(table_of([1.0], [0.25]))
    assert one.one("pooled").low == pytest.approx(1 - 1.959963984540054 / 2)
    assert one.one("pooled").method == "the one study, its own interval"
    for statistic in ("tau2", "i2", "h2", "q", "p"):
        assert one.one(statistic).value is None
        assert one.one(statistic).reason == "not estimable (1 study)"
    two = meta_analysis(table_of([1.0, 2.0], [0.25, 0.25]))
    assert "two studies cannot show" in two.one("pooled").warning
    for rows in (one, two):
        assert rows.one("prediction").value is None
        assert rows.one("prediction").reason == "needs three studies"
    assert two.one("pooled").high == pytest.approx(1.5 + 12.706204736174698 * 0.5, rel=1e-6)


def test_an_empty_interval_of_the_spread_is_told():
    row = meta_analysis(table_of([1.0, 1.0, 1.0, 1.0], [1.0] * 4)).one("tau2")
    assert (row.value, row.low, row.high, row.level) == (0.0, None, None, None)
    assert "interval is empty" in row.warning


def test_what_cannot_be_pooled_is_refused():
    with pytest.raises(InputError, match="no study"):
        meta_analysis(table_of([], []))
    with pytest.raises(InputError, match="s0 and s1 probably share patients"):
        meta_analysis(table_of([1, 2], [1, 1], overlap=("a", "a")))
    with pytest.raises(InputError, match="use meta_proportions"):
        meta_analysis(EffectTable.of_events([0, 3], [9, 9]))
    with pytest.raises(InputError, match="use meta_proportions"):
        meta_proportions(EffectTable.of_events([0, 3], [9, 9]), model="logit")
    with pytest.raises(InputError, match="no events of units"):
        meta_proportions(table_of([1.0], [1.0]))
    with pytest.raises(InputError, match="no time at risk"):
        meta_rates(EffectTable.of_events([1], [9]))
    with pytest.raises(SettingsError):
        meta_analysis(table_of([1.0], [1.0]), interval="exact")
    with pytest.raises(SettingsError):
        meta_proportions(EffectTable.of_events([1], [9]), model="freeman-tukey")


@pytest.mark.parametrize(
    ("events", "n"), [([10], [9]), ([-1], [9]), ([1.5], [9]), ([0], [0])], ids=["more", "negative", "part", "nobody"]
)
def test_impossible_counts_are_refused(events, n):
    with pytest.raises(InputError):
        EffectTable.of_events(events, n)


def test_impossible_estimates_are_refused():
    for y, v in (([math.nan], [1]), ([1], [0]), ([1], [math.nan]), ([math.inf], [math.inf])):
        with pytest.raises(InputError):
            table_of(y, v)
    with pytest.raises(InputError, match="stands twice"):
        EffectTable.of_events([1, 2], [9, 9], study=["a", "a"])
    with pytest.raises(InputError, match="values of overlap"):
        EffectTable.of_events([1, 2], [9, 9], overlap=["a"])
    with pytest.raises(InputError, match="time"):
        EffectTable.of_rates([1], [0.0], name="time")


def test_tables_of_one_estimate_join():
    a = EffectTable.of_events([1], [9], study=["a"], name="orr", source=["u"])
    b = EffectTable.of_events([0, 2], [8, 7], study=["b", "c"], name="orr", overlap=["g", ""])
    both = a + b
    assert both.study == ("a", "b", "c")
    assert both.source == ("u", "", "")
    assert both.overlap == ("", "g", "")
    assert both.take([2, 0]).events.tolist() == [2, 1]
    assert meta_proportions(both).one("pooled").n == 24
    with pytest.raises(InputError, match="stands twice"):
        _ = a + a
    with pytest.raises(InputError, match="differ in scale"):
        _ = a + table_of([1.0], [1.0], name="orr")


def test_survival_is_pooled_upside_down_and_comes_back():
    rows = meta_analysis(effect_table([survival_at(0.6, n=40), survival_at(0.4, n=40)], ["a", "b"], scale="cloglog",
                                      name="os", unit="probability", n=[40, 40]))  # fmt: skip
    row = rows.one("pooled")
    assert row.low < row.value < row.high
    assert 0.4 < row.value < 0.6
    assert "as if nobody had been censored" in row.warning
    assert "(2 of 2 studies)" in row.warning
    assert row.n == 80


# ---- counts


@pytest.mark.by_hand
def test_one_study_has_its_exact_interval():
    row = meta_proportions(EffectTable.of_events([0], [24])).one("pooled")
    assert (row.value, row.low) == (0.0, 0.0)
    assert row.high == pytest.approx(1 - 0.025 ** (1 / 24))
    rate = meta_rates(EffectTable.of_rates([0], [10.0])).one("pooled")
    assert rate.high == pytest.approx(-math.log(0.025) / 10)


@pytest.mark.by_hand
def test_studies_without_any_event_are_taken_together():
    for events, n in (([0, 0, 0], [10, 5, 9]), ([10, 5, 9], [10, 5, 9])):
        rows = meta_proportions(EffectTable.of_events(events, n))
        row = rows.one("pooled")
        assert row.value == events[0] / n[0]
        assert row.high - row.low == pytest.approx(1 - 0.025 ** (1 / 24))
        assert rows.one("tau2").value is None
        assert rows.one("tau2").reason.startswith("not estimable (no")
    assert meta_rates(EffectTable.of_rates([0, 0], [4.0, 6.0])).one("pooled").high == pytest.approx(
        -math.log(0.025) / 10
    )


@pytest.mark.by_hand
def test_equal_proportions_pool_to_themselves():
    # The same share in every study: no spread, and the standard error of the logit of all units together.
    rows = meta_proportions(EffectTable.of_events([2, 4, 6], [10, 20, 30]))
    assert rows.one("pooled").value == pytest.approx(0.2, abs=1e-12)
    assert rows.one("tau2").value == 0
    assert rows.one("scaled_se").value == pytest.approx(1 / math.sqrt(60 * 0.2 * 0.8))
    assert rows.one("q").value == pytest.approx(0, abs=1e-9)
    # Two symmetric studies: the middle is one half whatever the spread.
    assert meta_proportions(EffectTable.of_events([3, 9], [12, 12])).one("pooled").value == pytest.approx(0.5, abs=1e-9)


def test_all_or_nothing_has_no_middle():
    rows = meta_proportions(EffectTable.of_events([0] * 5 + [40] * 5, [40] * 10))
    assert rows.one("pooled").value is None
    assert "others nothing else" in rows.one("pooled").reason
    assert rows.one("common").value == 0.5


def test_intervals_of_counts_are_as_named():
    table = EffectTable.of_events([3, 2, 0, 5, 7], [24, 14, 9, 18, 31])
    wald, profile = (meta_proportions(table, interval=i).one("pooled") for i in ("wald", "profile"))
    assert wald.value == profile.value
    assert "t, 4 df" in wald.method
    assert "profile likelihood" in profile.method
    assert wald.low != profile.low


def test_leaving_each_study_out_and_asking_for_ten():
    table = EffectTable.of_events([2, 3, 9, 0], [10, 12, 10, 8], study=["a", "b", "c", "d"], name="orr")
    rows = leave_one_out(table, partial(meta_proportions, prediction=False))
    assert [r.detail for r in rows.select("pooled")] == [f"without {s}" for s in "abcd"]
    again = meta_proportions(table.take([0, 1, 3])).one("pooled").value
    assert rows.one("pooled", detail="without c").value == again
    assert small_study_effects(table).one("egger_p").reason == "not tested (3 studies; such a test needs ten)"
    with pytest.raises(InputError, match="two or more"):
        leave_one_out(table.take([0]))
    with pytest.raises(InputError, match="one name a study"):
        subgroups(table, ["x"] * 4)


def test_a_subgroup_without_events_cannot_be_compared():
    table = EffectTable.of_events([0, 0, 3, 4], [9, 9, 9, 9])
    row = subgroups(table, ["x", "x", "y", "y"], meta_proportions).one("p_between")
    assert row.value is None
    assert "no finite estimate" in row.reason


# ---- what publications give


@pytest.mark.by_hand
def test_effects_from_publications():
    median = log_median(20, low=10, high=40)
    assert median.variance == pytest.approx((math.log(4) / (2 * 1.959963984540054)) ** 2)
    assert log_median(20, low=10, events=25) == (math.log(20), 0.04, "variance 1 / events, as if hazards were constant")
    # S = 0.5 of 100: log(-log S) = log log 2, variance 0.25 / 100 / (0.5 log 2)^2.
    effect = survival_at(0.5, n=100)
    assert effect.estimate == pytest.approx(math.log(math.log(2)))
    assert effect.variance == pytest.approx(0.0025 / (0.5 * math.log(2)) ** 2)
    assert survival_at(0.5, n=100, scale="logit").variance == pytest.approx(0.04)
    limits = survival_at(0.5, low=0.3, high=0.7, n=4)
    assert limits.assumed == ""
    ratio = log_hazard_ratio(2, 1, 4, level=0.9)
    assert ratio.variance == pytest.approx((math.log(4) / (2 * 1.6448536269514722)) ** 2)
    worse = log_hazard_ratio_from_p(0.05, 100, better=False)
    assert worse.estimate == pytest.approx(1.959963984540054 / 5)
    assert worse.variance == pytest.approx(1 / 25)


def test_log_rank_numbers_as_tierney():
    for case in json.loads(vector("hr_from_logrank_tierney.json").read_text())["cases"]:
        effect = log_hazard_ratio_from_logrank(case["O"], case["E"], case["V"])
        assert effect.estimate == pytest.approx(case["lnHR"], abs=1e-12)
        assert math.sqrt(effect.variance) == pytest.approx(case["se"], abs=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: log_median(20),
        lambda: log_median(-1, events=3),
        lambda: log_median(20, low=30, high=25),
        lambda: log_hazard_ratio(3, 1, 2),
        lambda: log_hazard_ratio_from_p(0, 10, better=True),
        lambda: log_hazard_ratio_from_logrank(3, 2, 0),
        lambda: survival_at(1.0, n=10),
        lambda: survival_at(0.5),
    ],
)
def test_what_says_nothing_is_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.against_r
def test_shared_vector_of_proportions():
    for case in json.loads(vector("meta_proportions.json").read_text())["cases"]:
        x, n = (np.array(case["data"][k], float) for k in ("xi", "ni"))
        # The vector adds one half to the cells of a study with an empty one; glisson never does.
        add = np.where((x == 0) | (x == n), 0.5, 0.0)
        logit = table_of(np.log((x + add) / (n - x + add)), 1 / (x + add) + 1 / (n - x + add), "logit",
                         unit="probability")  # fmt: skip
        for name, theirs in case.items():
            if not name.startswith("logit_"):
                continue
            _, method, interval = name.split("_")
            rows = meta_analysis(logit, tau2=method.lower(), safeguard=False,
                                 interval="wald" if interval == "z" else "knapp-hartung")  # fmt: skip
            for ours, key in ((rows.one("scaled").value, "mu"), (rows.one("tau2").value, "tau2"),
                              (rows.one("q").value, "Q"), (rows.one("p").value, "p_Q"),
                              (rows.one("pooled").value, "est"), (rows.one("pooled").low, "lo"),
                              (rows.one("pooled").high, "hi"), (100 * rows.one("i2").value, "I2")):  # fmt: skip
                # metafor's searches for REML and PM stop early by default; meta.json was made with tight ones.
                assert ours == pytest.approx(theirs[key], rel=1e-10 if method == "DL" else 1e-4), (name, key)
        glmm = meta_proportions(EffectTable.of_events(x, n), nodes=7)
        assert glmm.one("q").value == pytest.approx(case["glmm_logit_nAGQ7"]["LRT"], abs=1e-9)
        # lme4's default optimiser stops this far from the maximum; meta.json holds tighter values.
        assert glmm.one("scaled").value == pytest.approx(case["glmm_logit_nAGQ7"]["mu"], abs=1e-5)
        assert glmm.one("pooled").value == pytest.approx(case["glmm_logit_nAGQ7"]["est"], abs=1e-5)


# ---- properties

studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=1, max_size=6)


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(studies, st.floats(0.2, 5), st.floats(-2, 2), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_scale_carries_through(data, factor, shift, rng):
    shuffled = data.copy()
    rng.shuffle(shuffled)
    plain = meta_analysis(table_of(*zip(*data, strict=True)))
    other = meta_analysis(table_of([factor * y + shift for y, _ in shuffled], [factor**2 * v for _, v in shuffled]))
    for statistic in ("pooled", "common", "prediction"):
        ours, theirs = plain.one(statistic), other.one(statistic)
        for part in ("value", "low", "high"):
            a, b = getattr(ours, part), getattr(theirs, part)
            assert (a is None) == (b is None)
            if a is not None:
                assert b == pytest.approx(factor * a + shift, rel=1e-4, abs=1e-4)
    if len(data) > 1:
        assert other.one("i2").value == pytest.approx(plain.one("i2").value, abs=1e-4)
        assert 0 <= plain.one("i2").value < 1
        assert plain.one("h2").value >= 1


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(12, 20)), min_size=1, max_size=5))
def test_events_and_their_absence_mirror_each_other(data):
    x, n = (list(part) for part in zip(*data, strict=True))
    yes = meta_proportions(EffectTable.of_events(x, n))
    no = meta_proportions(EffectTable.of_events([b - a for a, b in data], n))
    for statistic in ("pooled", "common"):
        ours, theirs = yes.one(statistic), no.one(statistic)
        assert (ours.value is None) == (theirs.value is None)
        if ours.value is not None:
            assert theirs.value == pytest.approx(1 - ours.value, abs=1e-6)
            assert theirs.low == pytest.approx(1 - ours.high, abs=1e-6)
            assert 0 <= ours.low <= ours.value <= ours.high <= 1


@pytest.mark.property
def test_rates_do_not_depend_on_the_unit_of_time():
    years, months = ([4.0, 9.0, 2.5], [48.0, 108.0, 30.0])
    a, b = (meta_rates(EffectTable.of_rates([3, 2, 4], t)).one("pooled") for t in (years, months))
    assert a.value == pytest.approx(12 * b.value, rel=1e-7)
    assert a.high == pytest.approx(12 * b.high, rel=1e-6)
