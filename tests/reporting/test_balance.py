"""The balance plot of the report, or the sentence why there is none."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment.balance import MethodBalance
from glisson.methods.weighting import propensity_weights
from glisson.present.document import FigureBlock, Paragraph
from glisson.present.figures.render import render_all
from glisson.reporting.balance import balance_section
from glisson.reporting.results import Results
from glisson.tables import Endpoint
from tests.demo import assessed
from tests.reporting.fixture import assessment


def _weighted() -> MethodBalance:
    keys = {"method": ["ablation"] * 5 + ["y90"] * 5}
    os = Endpoint.from_arrays(range(1, 11), [1] * 10, keys=keys, name="os")
    sizes = [20, 35, 30, 50, 25, 45, 40, 60, 55, 70]
    weights = propensity_weights(os, "method", numbers={"Largest liver lesion": sizes})
    return MethodBalance(sentence="Overlap weights make the methods alike in largest liver lesion.", weights=weights)


def test_the_figure_is_read_in_one_sentence_and_drawn() -> None:
    said, figure = balance_section(assessment(), _weighted())
    assert isinstance(said, Paragraph)
    assert "In [[balance]], no covariate still differs by more than 0.1 standard deviations" in said.text
    assert isinstance(figure, FigureBlock)
    assert "Effective sample size: Ablation" in figure.text
    assert "warnings: 4 of 10 have a probability below 5% of some group (positivity); " in figure.text
    assert "one of 5 in the group Y-90 radioembolization carries 52% of its weight" in figure.text
    assert "y90" not in figure.text
    assert "Largest liver lesion: 1.88 to 0.00" in figure.alt  # 22 / sqrt((132.5 + 142.5) / 2)
    assert render_all([figure])["balance"].svg.startswith(b"<?xml")


def test_it_becomes_plain_rows() -> None:
    part = Results.model_validate(replace(assessment(), balance=_weighted())).balance
    assert part is not None
    assert {e.statistic for e in part.estimates} == {"effective_size", "standardised_difference"}


def test_too_few_patients_are_one_sentence() -> None:
    (said,) = balance_section(assessed(), assessed().balance)
    assert isinstance(said, Paragraph)
    assert said.text.startswith("Methods are not weighted to be alike: ")
    assert balance_section(assessment(), None) == []
