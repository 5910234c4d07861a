"""The weights of a matching, with a published baseline that is invented: no arm of the library has one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessing.comparison import _compared as compared
from glisson.assessment import Beside
from glisson.assessment.comparison import ComparisonResult
from glisson.clinical.read import demo_cohort
from glisson.evidence import Library, library
from glisson.methods.weighting import kish
from glisson.present.document import FigureBlock, Note, Paragraph
from glisson.present.figures.render import render_all
from glisson.present.words import Words
from glisson.reporting import comparison_matching
from glisson.reporting.comparison_matching import matching_blocks, weights_figure
from glisson.reporting.results_comparison import MatchingPart

BESIDE = Beside(
    title="x", synthetic=True, n=24, settings=(), labels=(), endpoint_labels=(), files=(), versions=(),
    result=ComparisonResult(arms=(), level=0.95),
)  # fmt: skip


@pytest.fixture(scope="module")
def matched() -> ComparisonResult:
    """The demo beside one arm to which a mean age and a share of men were added."""
    shelf = library()
    arm = next(a for a in shelf.arms if a.arm_id == "doxorubicin" and a.setting == "systemic")
    own = [n for n in shelf.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)]
    some = next(n for n in own if n.value is not None)
    age = some.model_copy(update={"endpoint": "baseline:age_years", "statistic": "mean", "value": 60.0})
    men = some.model_copy(update={"endpoint": "baseline:male", "statistic": "proportion", "value": 0.5})
    known = Library(arms=shelf.arms, numbers=(age, men))
    one = compared(demo_cohort(), known, arm, {}, 0.95)
    return ComparisonResult(arms=(one, replace(one, matched="", matching=None)), level=0.95)


def test_weights_are_kept_and_drawn(matched: ComparisonResult) -> None:
    weights = matched.arms[0].weights
    assert len(weights) == 24
    assert sum(weights) / 24 == pytest.approx(1.0)
    assert list(weights) == sorted(weights, reverse=True)
    lead, table, note, figure = matching_blocks(BESIDE, matched, Words.of("ama"))
    assert lead.lead == "Matching."
    assert table.table.rows[0].kind == "section"
    assert isinstance(note, Note)
    assert isinstance(figure, FigureBlock)
    size = f"{kish(weights):.1f}"
    assert f"count as {size}" in note.text
    assert figure.data.foot == f"Effective sample size {size} of 24 patients"
    assert figure.data.foot in figure.alt
    assert render_all([figure], kinds=("svg",))[figure.name].svg.startswith(b"<?xml")


def test_every_weight_and_moment_is_in_the_results(matched: ComparisonResult) -> None:
    found = matched.arms[0].matching
    part = MatchingPart.model_validate(found)
    assert [p for p, _ in part.weights] == [f"Pt{i:02d}" for i in range(1, 25)]
    ages = demo_cohort().table("patient")["age_at_t0"].to_list()
    weight = [w for _, w in part.weights]
    rows = found.estimates
    told = {d: rows.one("covariate_mean", variable="age", detail=d).value for d in ("before", "after", "published")}
    assert told["published"] == 60.0
    assert told["before"] == pytest.approx(sum(ages) / 24)
    assert told["after"] == pytest.approx(sum(w * a for w, a in zip(weight, ages, strict=True)) / 24)
    assert told["after"] == pytest.approx(60.0, abs=1e-6)
    assert rows.one("effective_size").value == pytest.approx(kish(weight))
    assert rows.one("largest_share").value == pytest.approx(max(weight) / 24)
    assert rows.one("weight_quantile", at=1.0).value == max(weight)
    assert rows.one("covariate_sd", variable="age", detail="published").reason == "not published"
    assert MatchingPart.model_validate_json(part.model_dump_json()) == part


@pytest.mark.by_hand
def test_bars_stand_over_their_patient_as_high_as_the_weight() -> None:
    figure = weights_figure((0.5, 1.5))  # (0.5 + 1.5)^2 / (0.25 + 2.25) = 1.6
    (line,) = figure.lines
    assert line.x == (0.65, 0.65, 1.35, 1.35, 1.65, 1.65, 2.35, 2.35)
    assert line.y == (0.0, 1.5, 1.5, 0.0, 0.0, 0.5, 0.5, 0.0)
    assert figure.foot == "Effective sample size 1.6 of 2 patients"
    assert figure.y.high >= 1.5


def test_without_a_baseline_the_sentence_stays(matched: ComparisonResult) -> None:
    (block,) = matching_blocks(BESIDE, replace(matched, arms=matched.arms[1:]), Words.of("ama"))
    assert isinstance(block, Paragraph)
    assert block.text == comparison_matching._NO_BASELINE
