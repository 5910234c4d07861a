from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.design.efficacy_and_toxicity import efficacy_toxicity
from glisson.design.milestones import milestone
from glisson.design.one_sample import one_sample_logrank
from glisson.design.one_sample_two_stage import one_sample_logrank_two_stage
from glisson.design.one_stage import single_stage
from glisson.design.plan import Assumption, TrialDesign
from glisson.design.restricted_means import restricted_mean
from glisson.design.simon import two_stage
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.toxicity import toxicity_monitoring
from glisson.design.two_stage_analysis import two_stage_deviation, two_stage_results
from glisson.errors import SettingsError

Function = Callable[..., TrialDesign]
LATE: dict[str, Any] = {"accrual": 24, "follow_up": 3, "dropout": 0.01}
LOGRANK: dict[str, Any] = {"s0": 0.5, "at": 9, "hazard_ratio": 0.6}
TOGETHER: dict[str, Any] = {"response0": 0.2, "response1": 0.4, "toxicity0": 0.4, "toxicity1": 0.2}
ASKED: tuple[tuple[Function, dict[str, Any]], ...] = (
    (single_stage, {"p0": 0.1, "p1": 0.3}),
    (two_stage, {"p0": 0.1, "p1": 0.3}),
    (milestone, {"s0": 0.4, "s1": 0.6, "at": 6, "accrual": 24, "follow_up": 6}),
    (milestone, {"s0": 0.4, "s1": 0.6, "at": 6, **LATE}),
    (one_sample_logrank, LOGRANK | LATE),
    (one_sample_logrank_two_stage, LOGRANK | {"accrual_rate": 1.5, "follow_up": 12}),
    (restricted_mean, {"tau": 12, "mean0": 6, "s1": 0.6, "at": 6, "accrual": 24, "follow_up": 6}),
    (toxicity_monitoring, {"p_limit": 0.2, "n": 20, "p_high": 0.4}),
    (efficacy_toxicity, TOGETHER | {"n": 24, "looks": [12]}),
)


@pytest.mark.parametrize(("function", "given_"), ASKED)
def test_each_design_is_whole(function: Function, given_: dict[str, Any]) -> None:
    design = function(**given_)
    rows = design.characteristics
    assert 0 < (rows.one("type_i_error", group=NULL).value or 0) <= 0.1
    assert 0.5 < (rows.one("power", group=ALTERNATIVE).value or 0) < 1
    assert all(row.value is not None and row.method and row.variable == design.kind for row in rows)
    assert design.boundaries
    assert all(b.rule for b in design.boundaries)
    assert [b.look for b in design.boundaries] == list(range(1, len(design.boundaries) + 1))
    assert len(design.protocol) >= 2
    assert design.references
    assert {a.origin for a in design.assumptions} <= {"typed", "default"}
    everything = " ".join(design.protocol)
    assert "None" not in everything
    assert "nan" not in everything


@pytest.mark.parametrize(("function", "given_"), ASKED)
def test_numbers_keep_their_origin(function: Function, given_: dict[str, Any]) -> None:
    name = next(iter(given_))
    known = Assumption(name="what was seen", value=given_[name], origin="assessment: overall")
    design = function(**(given_ | {name: known}))
    assert known in design.assumptions
    assert design.n == function(**given_).n


WRONG: tuple[tuple[Function, dict[str, Any], str], ...] = (
    (single_stage, {"p0": 0.1, "p1": 0.3, "power": 1.2}, "a power of 1.2"),
    (single_stage, {"p0": 0.3, "p1": 0.3}, "is not above"),
    (single_stage, {"p0": 0.0, "p1": 0.3}, "between 0 and 1"),
    (single_stage, {"p0": 0.1, "p1": 0.11}, "no design of at most 1000 patients"),
    (single_stage, {"p0": 0.6, "p1": 0.8, "max_n": 3}, "not even a response of each of 3 patients"),
    (single_stage, {"p0": 0.1, "p1": 0.3, "max_n": 0}, "max_n 0"),
    (single_stage, {"p0": 0.1, "p1": 0.3, "method": "fleming", "max_n": 10}, "needs 20 patients"),
    (two_stage, {"p0": 0.1, "p1": 0.3, "alpha": 0.0}, "a type I error of 0"),
    (two_stage, {"p0": 0.1, "p1": 0.3, "max_n": 1}, "no two-stage design of at most 1 patient"),
    (two_stage, {"p0": 0.1, "p1": 0.13}, "no two-stage design of at most 300 patients"),
    (two_stage, {"p0": 0.1, "p1": 0.3, "weight": 0.5}, "weight 0.5 with criterion optimal"),
    (milestone, {"s0": 0.4, "s1": 0.6, "at": 6, "accrual": 2, "follow_up": 3}, "nobody would be followed"),
    (milestone, {"s0": 0.4, "s1": 0.6, "at": 6, "method": "exact", **LATE}, "not everybody is followed"),
    (one_sample_logrank, LOGRANK | LATE | {"hazard_ratio": -0.5}, "hazard ratio -0.5"),
    (one_sample_logrank, LOGRANK | LATE | {"dropout": -1}, "hazard of dropping out of -1"),
    (one_sample_logrank, LOGRANK | LATE | {"accrual_rate": 2}, "both accrual and accrual_rate"),
    (one_sample_logrank, LOGRANK | {"follow_up": 2}, "neither accrual nor accrual_rate"),
    (one_sample_logrank, LOGRANK | LATE | {"unit": "week"}, "unit 'week'"),
    (one_sample_logrank, LOGRANK | LATE | {"hazard_ratio": 0.99}, "not even 5000 patients"),
    (one_sample_logrank_two_stage, LOGRANK | {"accrual_rate": 1.5, "follow_up": 12, "max_n": 2}, "at most 2 patients"),
    (restricted_mean, {"tau": 12, "mean0": 11, "s1": 0.6, "at": 6, **LATE}, "is not above 11"),
    (toxicity_monitoring, {"p_limit": 0.2, "n": 2, "alpha": 0.001}, "no bound stops"),
    (toxicity_monitoring, {"p_limit": 0.2, "n": 20, "looks": [10, 5]}, "looks after 10, 5"),
    (toxicity_monitoring, {"p_limit": 0.2, "n": 20, "threshold": 0.9}, "boundary pocock"),
    (efficacy_toxicity, TOGETHER | {"n": 1, "alpha": 0.01}, "no bound of 1 patient"),
    (efficacy_toxicity, TOGETHER | {"n": 20, "toxicity0": 0.1}, "is not above"),
)


@pytest.mark.parametrize(("function", "given_", "words"), WRONG)
def test_impossible_requests_get_one_sentence(function: Function, given_: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        function(**given_)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "given_", "most"),
    [
        (single_stage, {"p0": 0.1, "p1": 0.3}, 20),
        (two_stage, {"p0": 0.1, "p1": 0.3}, 20),
        (milestone, {"s0": 0.4, "s1": 0.6, "at": 6, **LATE}, 30),
        (one_sample_logrank, LOGRANK | LATE, 30),
        (one_sample_logrank_two_stage, LOGRANK | {"accrual_rate": 1.5, "follow_up": 12}, 25),
        (restricted_mean, {"tau": 12, "mean0": 6, "s1": 0.6, "at": 6, "accrual": 24, "follow_up": 6}, 30),
    ],
)
def test_what_is_within_reach_comes_with_a_warning(function: Function, given_: dict[str, Any], most: int) -> None:
    design = function(**given_, max_n=most)
    power = design.characteristics.one("power", group=ALTERNATIVE)
    assert design.n <= most
    assert 0.3 < (power.value or 0) < 0.8
    assert power.warning.startswith(f"no design of at most {most} patients has a power of 80%")
    assert power.warning in " ".join(design.protocol)
    assert (design.characteristics.one("type_i_error", group=NULL).value or 1) <= 0.05 + 1e-9


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(p0=st.floats(0.05, 0.5), step=st.floats(0.15, 0.4), most=st.integers(8, 40))
def test_nothing_within_reach_has_more_power(p0: float, step: float, most: int) -> None:
    def power(n: int) -> float:
        try:
            found = single_stage(p0=p0, p1=p0 + step, max_n=n)
        except SettingsError:
            return 0.0
        return found.characteristics.one("power").value or 0.0

    reached = [power(n) for n in (most - 3, most)]
    assert min(reached[1], 0.8) >= min(reached[0], 0.8) - 1e-12


@pytest.mark.by_hand
def test_exact_milestone_is_the_design_for_responses() -> None:
    counted = milestone(s0=0.4, s1=0.6, at=6, accrual=24, follow_up=6)
    plain = single_stage(p0=0.4, p1=0.6)
    assert (counted.n, counted.boundaries[0].efficacy) == (plain.n, plain.boundaries[0].efficacy) == (42, 23.0)
    assert counted.characteristics.one("duration", group=NULL).value == pytest.approx(30 * 30.4375)


@pytest.mark.by_hand
def test_longer_follow_up_needs_fewer_patients() -> None:
    sizes = [one_sample_logrank(**LOGRANK, accrual=24, follow_up=f).n for f in (0, 6, 12, 24)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    same = one_sample_logrank(**LOGRANK, accrual_rate=sizes[1] / 24, follow_up=6)
    assert abs(same.n - sizes[1]) <= 1


@pytest.mark.by_hand
def test_a_ratio_on_the_hazard_is_not_one_on_the_scale() -> None:
    design = one_sample_logrank(s0=0.6, at=3, hazard_ratio=0.5, shape=0.5, accrual=9, follow_up=1, power=0.85)
    assert design.n == 45
    assert "its power -1/shape" in design.protocol[0]


def test_results_fit_the_plan_or_are_refused() -> None:
    plan = two_stage(p0=0.1, p1=0.3)
    for wrong in ({"first": 3}, {"first": 1, "second": 3}, {"first": 11, "second": 0}, {"first": 3, "second": 20}):
        with pytest.raises(SettingsError):
            two_stage_results(plan=plan, **wrong)
    with pytest.raises(SettingsError, match="kind two_stage_deviation"):
        two_stage_results(plan=two_stage_deviation(plan=plan, n2=15), first=3, second=3)
    longer = two_stage_deviation(plan=plan, n1=12)
    assert two_stage_results(plan=longer, first=3, second=4).one("proportion").n == 29


def test_both_error_rates_can_be_kept_for_each_failure() -> None:
    strict = efficacy_toxicity(**TOGETHER, n=24, looks=[12], control="each").characteristics
    for name in ("effective but toxic", "safe but ineffective"):
        assert (strict.one("success", group=(("scenario", name),)).value or 1) <= 0.1
    loose = efficacy_toxicity(**TOGETHER, n=24, looks=[12]).characteristics
    assert (loose.one("power").value or 0) > (strict.one("power").value or 1)


def test_the_log_rank_design_says_what_it_does_and_what_the_formula_says() -> None:
    for variance in ("expected", "mean"):
        asked = {**LOGRANK, "accrual": 24, "follow_up": 3, "variance": variance}
        usual, exact = (one_sample_logrank(**asked, method=m) for m in ("normal", "exact"))
        rows = usual.characteristics
        assert rows.one("type_i_error_nominal").value == 0.05
        assert abs((rows.one("type_i_error").value or 0) - 0.05) > 0.002
        assert (rows.one("power_by_formula").value or 0) >= 0.8
        over = (rows.one("type_i_error").value or 0) > 0.05
        assert bool(rows.one("type_i_error").warning) is over is (variance == "mean")
        assert exact.characteristics.one("type_i_error").value == pytest.approx(0.05, abs=1e-8)
        assert 0.8 <= (exact.characteristics.one("power").value or 0) < 0.82
        fewer = one_sample_logrank(**asked, method="exact", max_n=exact.n - 1).characteristics.one("power")
        assert (fewer.value or 1) < 0.8
        assert fewer.warning.startswith("no design of at most")
