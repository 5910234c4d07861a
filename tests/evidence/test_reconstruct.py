"""From digitised curves to individual times: truth recovered, bad input named, reading error carried along."""

from __future__ import annotations

import json

import numpy as np
import pytest

import glisson as gl
from glisson.errors import InputError, SettingsError
from glisson.evidence.curve_input import check_known, clean_points
from glisson.evidence.reconstruct import reconstruct
from glisson.evidence.redigitise import reread, with_reading_error
from tests.paths import vector
from tests.validation.goldens import golden

CASES = {c["label"]: c for c in golden("reconstruction")["cases"]}
#: From the published figure of Bonner and others 2006: what IPDfromKM 0.1.10 makes of the same points.
BONNER = {"radio": (213, 134, 14.8), "radioplus": (211, 110, 25.4)}


def remade(case, method="fitted", *, known=True):
    return reconstruct(
        case["time"], case["survival"], list(zip(case["risk_time"], case["at_risk"], strict=True)),
        events=case["events"] if known else None, unit=case["unit"], method=method,
    )  # fmt: skip


@pytest.mark.against_r
@pytest.mark.parametrize("label", CASES)
@pytest.mark.parametrize("known", [True, False])
def test_public_cohorts_come_back_from_their_curves(label, known):
    case = CASES[label]
    made = remade(case, known=known)
    quality = made.quality
    assert quality.n == case["n"]
    assert quality.events == case["events"]
    assert [r.rebuilt for r in quality.at_risk] == case["at_risk"]
    assert quality.rmse < 0.0015
    assert quality.largest < 0.003
    days = {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}[case["unit"]]
    assert gl.kaplan_meier(made.endpoint).one("median").value == pytest.approx(case["median"] * days, abs=0.6)


@pytest.mark.against_r
@pytest.mark.parametrize("label", CASES)
def test_fitting_comes_nearer_to_the_curve_than_the_algorithm_of_2012(label):
    fitted, before = remade(CASES[label]), remade(CASES[label], "guyot")
    assert fitted.quality.rmse < before.quality.rmse / 3
    assert [r.rebuilt for r in before.quality.at_risk] == CASES[label]["at_risk"]
    assert abs(before.quality.events - CASES[label]["events"]) <= 1


def test_the_published_vectors_are_met_where_ipdfromkm_misses():
    for case in json.loads(vector("guyot_truth.json").read_text())["cases"]:
        for known in (None, case["true_events"]):
            made = reconstruct(case["clicks"]["t"], case["clicks"]["s"],
                               list(zip(case["trisk"], case["nrisk"], strict=True)), events=known)  # fmt: skip
            assert made.quality.events == case["true_events"]  # IPDfromKM: 67 for 65 in the third, given or not
            assert made.quality.n == case["true_n"]
            assert made.quality.largest <= 0.02


@pytest.mark.independent
def test_a_published_figure_beside_ipdfromkm():
    example = json.loads(vector("external/guyot_radiation_example.json").read_text())
    for arm, (n, events, median) in BONNER.items():
        clicks = example[f"clicks_{arm}"]
        numbers = list(zip(example["trisk"], example[f"nrisk_{arm}"], strict=False))
        made = reconstruct(clicks["t"], clicks["s"], numbers, percent=True)
        assert made.quality.n == n
        assert abs(made.quality.events - events) <= 0.05 * events
        assert gl.kaplan_meier(made.endpoint).one("median").value == pytest.approx(median * 30.4375, abs=24)
        assert all(r.rebuilt == r.printed for r in made.quality.at_risk)
        assert made.quality.rmse < 0.004


def test_what_comes_out_knows_that_it_was_reconstructed():
    made = remade(CASES["gehan 6-MP"])
    assert made.endpoint.source_kind == "reconstructed"
    (source,) = made.table.sources
    assert source.kind == "reconstructed"
    assert made.table.n == 21
    assert "reconstructed from published curve" in str(made.endpoint)
    with pytest.raises(InputError, match="both sides"):
        made.table + made.table


@pytest.mark.by_hand
def test_days_keep_events_and_numbers_at_risk_in_order():
    # 4 patients: 1 event at 1 month; at risk 3 at 2 months; 1 event at 3 months; the last two censored at 4.
    made = reconstruct([0, 1, 3, 4], [1, 0.75, 0.5, 0.5], [(0, 4), (2, 3)], events=2)
    assert sorted(made.endpoint.exit.tolist()) == [30, 91, 122, 122]
    assert made.endpoint.cause[np.argsort(made.endpoint.exit)].tolist() == [1, 1, 0, 0]
    # An event that rounding would put on the day of the next number at risk stays before it.
    near = reconstruct([0, 1.99, 4], [1, 0.75, 0.75], [(0, 4), (2, 3)], events=1)
    assert near.endpoint.exit[near.endpoint.cause == 1].tolist() == [60]
    assert near.quality.at_risk[1].rebuilt == 3


@pytest.mark.by_hand
def test_points_are_cleaned_and_every_change_is_said():
    points = clean_points([-0.1, 0, 3, 2, 2, 4, 5], [101, 100, 80, 100, 90, 82, -1], percent=True)
    assert points.time.tolist() == [0, 2, 3, 4, 5]
    assert points.survival.tolist() == [1, 0.9, 0.8, 0.8, 0]
    assert points.changes == (
        "1 point lay before time 0 (by 0.1 at most): moved to 0",
        "2 points lay outside 0 and 1 (by 0.0100 at most): moved to the limit",
        "points were not in the order of time: sorted",
        "1 point lay above one before it (by 0.0200 at most): taken down to it",
    )
    assert clean_points([0, 5], [1, 0.5]).changes == ()
    late = clean_points([2, 5], [0.9, 0.5])
    assert (late.time[0], late.survival[0]) == (0, 1)
    assert "point at 0 with survival 1 was added" in late.changes[0]


def test_the_error_of_reading_shows_on_flat_stretches():
    rng = np.random.default_rng(1)
    time = np.linspace(0, 60, 241)
    steps = 1 - np.floor(time / 6) * 0.0817
    exact = clean_points(time, np.round(steps, 3)).error
    noisy = clean_points(time, steps + rng.normal(0, 0.006, 241) * (time > 0)).error
    assert exact <= 0.0015
    assert noisy == pytest.approx(0.006, rel=0.3)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: clean_points([0, 1, 2], [1, 1.3, 0.5]), "points row 2: survival 1.3"),
        (lambda: clean_points([0, 1, 2], [100, 90, 50]), "say percent"),
        (lambda: clean_points([0, 1, 2], [100, 250, 50], percent=True), "row 2: survival 250 per cent"),
        (lambda: clean_points([0, -9, 10], [1, 1, 0.5]), "row 2: time -9"),
        (lambda: clean_points([0, float("nan")], [1, 0.5]), "row 2: nan"),
        (lambda: clean_points([0], [1]), "at least two points"),
        (lambda: clean_points([0, 1], [1]), "2 times and 1 values"),
        (lambda: clean_points(["a", "b"], [1, 0]), "not a number"),
    ],
)
def test_impossible_points_are_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


@pytest.mark.parametrize(
    ("numbers", "kwargs", "said"),
    [
        ([(0, 10), (2, 12)], {}, "row 2: 12 at risk at 2 after 10"),
        ([(0, 10), (2, 9), (2, 8)], {}, "row 3: time 2 after 2"),
        ([(0, 10), (2, 8.5)], {}, "row 2: 8.5 at risk"),
        ([(0, 10), (2, -1)], {}, "row 2: -1 at risk"),
        ([(1, 10)], {}, "first number stands at 1"),
        ([(0, 10)], {"n": 11}, "10 at risk at time 0, but n is 11"),
        ([], {}, "no number at risk"),
        ([], {"n": 0}, "at least one patient"),
        ([(0, 10)], {"events": 11}, "11 events among 10 patients"),
        ([(0, 100)], {"events": 90}, "90 events, but the curve only falls to 0.500"),
        ([(0, 10)], {"events": 0}, "0 events, but the curve falls"),
        ([(0, 10)], {"events": -1}, "-1 events"),
        ([(0, 100), (5.5, 90)], {}, "90 at risk at 5.5, where the curve is at 0.500 of 100"),
    ],
)
def test_impossible_numbers_are_named(numbers, kwargs, said):
    points = clean_points([0, 2, 5, 6], [1, 0.8, 0.5, 0.5])
    check_known(points, [(0, 100), (5.5, 50)], events=50)
    with pytest.raises(InputError, match=said):
        check_known(points, numbers, **kwargs)


def test_everything_wrong_is_said_at_once():
    points = clean_points([0, 5], [1, 0.5])
    with pytest.raises(InputError) as caught:
        check_known(points, [(0, 10), (2, 12), (1, 3.5)])
    text = str(caught.value)
    assert "4 things" in text or "3 things" in text
    assert all(part in text for part in ("row 2: 12 at risk", "row 3: time 1 after 2", "row 3: 3.5 at risk"))


def test_unknown_settings_are_refused():
    for kwargs, said in (({"unit": "fortnight"}, "fortnight"), ({"method": "best"}, "best")):
        with pytest.raises(SettingsError, match=said):
            reconstruct([0, 5], [1, 0.5], n=10, **kwargs)
    made = reconstruct([0, 5], [1, 0.5], n=10)
    for kwargs in ({"draws": 1}, {"error": 0.5}):
        with pytest.raises(SettingsError):
            reread(made, **kwargs)


def test_what_is_assumed_is_said():
    alone = reconstruct([0, 2, 5], [1, 0.8, 0.5], n=10)
    assert any("nobody is taken as censored before the curve ends" in note for note in alone.notes)
    assert alone.quality.events == 5
    given = reconstruct([0, 2, 5], [1, 0.8, 0.5], n=10, events=4)
    assert given.quality.events == 4
    assert any("spread so that the events add up" in note for note in given.notes)
    tail = reconstruct([0, 2, 5], [1, 0.8, 0.5], [(0, 10), (3, 7)])
    assert any("after the last number at risk (time 3)" in note for note in tail.notes)
    bad = reconstruct([0, 2, 5], [1, 0.8, 0.5], [(0, 100), (3, 84)], events=40)
    assert any("do not fit together" in note for note in bad.notes)


def test_reading_without_error_changes_no_interval():
    case = CASES["gehan 6-MP"] | {"risk_time": list(range(36)), "at_risk": [
        sum(t >= day for t in CASES["gehan 6-MP"]["true_time"]) for day in range(36)]}  # fmt: skip
    made = remade(case)
    plain = gl.kaplan_meier(made.endpoint, times=[70])
    pooled = with_reading_error(made, times=[70], tau=200, draws=50, error=0.0)
    for row in (pooled.one("survival"), pooled.one("median")):
        like = plain.one(row.statistic)
        for mine, other in ((row.value, like.value), (row.low, like.low), (row.high, like.high)):
            assert mine == (None if other is None else pytest.approx(other, rel=2e-3))
    assert pooled.one("rmst").value == pytest.approx(gl.rmst(made.endpoint, tau=200).one("rmst").value)
    assert pooled.one("reading_share", detail="").value < 1e-3


def test_reading_error_widens_intervals_by_what_rubins_rules_say():
    made = remade(CASES["pbc D-penicillamine"])
    plain = gl.kaplan_meier(made.endpoint, times=[1826])
    rows = with_reading_error(made, times=[1826], tau=3000, draws=400, error=0.02, seed=3)
    survival, narrow = rows.one("survival"), plain.one("survival")
    assert survival.low < narrow.low < narrow.high < survival.high
    share = rows.one("reading_share", detail="").value
    # The variance ratio, read back from the log-log limits.
    width = [np.log(np.log(r.low) / np.log(r.high)) for r in (survival, narrow)]
    assert (width[0] / width[1]) ** 2 == pytest.approx(1 / (1 - share), rel=1e-6)
    drawn = reread(made, draws=400, error=0.02, seed=3)
    between = (1 + 1 / 400) * drawn.at(np.array([1826.0])).var(ddof=1)
    assert share == pytest.approx(between / (between + narrow.value**2 * _greenwood(made, 1826)), rel=1e-9)
    assert rows.one("events").value == rows.one("events").low == 65  # the total was given
    again = with_reading_error(made, times=[1826], tau=3000, draws=400, error=0.02, seed=3)
    assert again == rows
    assert "seed 3" in survival.warning


def _greenwood(made, day):
    levels = made.table.levels()
    d, n = levels.events[0, 0], levels.at_risk[0]
    upto = levels.time <= day
    return float((d / (n * (n - d)))[upto].sum())


@pytest.mark.property
def test_readings_are_curves_of_the_same_patients():
    made = remade(CASES["lung women"], known=False)
    drawn = reread(made, draws=100, seed=5)
    assert (np.diff(drawn.time, axis=1) >= 0).all()
    assert (np.diff(drawn.survival, axis=1) <= 1e-12).all()
    assert (drawn.at_risk[:, 0] == 90).all()
    first = np.searchsorted(drawn.time[0], 0)
    assert drawn.survival[0, first] <= 1
    for tick, number in zip(CASES["lung women"]["risk_time"], CASES["lung women"]["at_risk"], strict=True):
        for row in range(0, 100, 20):
            place = np.searchsorted(drawn.time[row], tick, side="left")
            assert drawn.at_risk[row, place] == number
    grid = np.arange(0, 900, 7.0)
    by_hand = np.array([1.0, *drawn.survival[7]])[np.searchsorted(drawn.time[7], grid, side="right")]
    np.testing.assert_array_equal(drawn.at(grid)[7], by_hand)
    fine = np.arange(0, 900) + 0.5
    assert drawn.rmst(900.0)[7] == pytest.approx(drawn.at(fine)[7].sum(), abs=2)


def test_all_censored_and_nobody_left():
    flat = reconstruct([0, 5], [1, 1], [(0, 5), (3, 2)], events=0)
    assert flat.quality.events == 0
    rows = with_reading_error(flat, times=[60], tau=90, draws=20, error=0.0)
    assert rows.one("median").value is None
    assert rows.one("survival").value == 1
    gone = reconstruct([0, 2, 5], [1, 0.5, 0], [(0, 4), (3, 2), (6, 0)], events=4)
    assert sorted(gone.endpoint.exit.tolist()) == [61, 61, 152, 152]
