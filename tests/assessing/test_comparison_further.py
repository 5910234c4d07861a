"""Tipping points and borrowing of the demonstration cohort, and what is shown of them."""

from __future__ import annotations

import math

import pytest

from glisson.assessing.beside import compare
from glisson.assessing.comparison import comparison_result
from glisson.assessment import Beside
from glisson.clinical.read import demo_cohort
from glisson.evidence import Library, library
from glisson.methods.map_prior import predicted_rate
from glisson.present.tabulate import comparison_borrowing, comparison_tipping
from glisson.present.words import Words
from glisson.reporting.letter import comparison_letter
from glisson.reporting.plain import plain

ARMS = ["schoffski2016:eribulin", "vandergraaf2012_palette:pazopanib"]


@pytest.fixture(scope="module")
def beside() -> Beside:
    whole = library()  # without toxicity, whose exact intervals take their time
    numbers = tuple(n for n in whole.numbers if not n.endpoint.startswith("toxicity:"))
    return compare(demo_cohort(), ARMS, source=Library(arms=whole.arms, numbers=numbers))


def test_only_ratios_beyond_chance_have_a_tipping_point(beside) -> None:
    for arm in beside.result.arms:
        for contrast in arm.contrasts:
            if contrast.refused or contrast.estimates.one("rate_ratio").events < 5:
                continue
            ratio = contrast.estimates.one("rate_ratio")
            beyond = ratio.high < 1 or ratio.low > 1
            assert bool(len(contrast.estimates.select("tipping_strength"))) is beyond
            assert len(contrast.estimates.select("adjusted_ratio")) == 16
    table = comparison_tipping.tipping(beside, beside.result, Words.of("ama"))
    assert [r.cells[0] for r in table.rows if r.kind == "section"] == [
        "Progression-free survival beside Schoffski 2016: observed 0.49 (0.24 to 0.89); favourable factor"
    ]


def test_both_arms_are_borrowed_from_for_the_later_lines_only(beside) -> None:
    found = {(b.line, b.code): b for b in beside.result.borrowing}
    assert set(found) == {("later", "os"), ("later", "pfs")}
    os = found["later", "os"]
    assert os.sources == ("eribulin (Schoffski 2016)", "pazopanib (van der Graaf 2012)")
    # Medians of 12.7 months (157 patients with leiomyosarcoma, no interval) and 12.5 (10.6 to 14.8).
    rates = [math.log(2) / (m * 30.4375) * 365.25 for m in (12.7, 12.5)]
    errors = [1 / math.sqrt(157), (math.log(14.8) - math.log(10.6)) / (2 * 1.959963984540054)]
    assert os.estimates.one("prior_size").value == pytest.approx(predicted_rate(rates, errors, name="x").size)
    alone, mixed = (os.estimates.one("rate", detail=d).value for d in ("alone", "borrowed"))
    assert sum(rates) / 2 < mixed < alone
    table = comparison_borrowing.borrowing(beside, beside.result.borrowing, 0.95, Words.of("ama"))
    assert sum(r.kind == "section" for r in table.rows) == 2


def test_the_letter_says_what_would_overturn_it_and_what_was_borrowed(beside) -> None:
    text = " ".join(plain(comparison_letter(beside), 100).split())
    assert "How strong confounding must be." in text
    assert "a factor that divides the hazard by 1.3" in text
    assert "no evidence for the treatment" in text
    assert "no weight to show" in text


def test_front_stands_beside_front_and_later_beside_later() -> None:
    whole = library()
    numbers = tuple(n for n in whole.numbers if n.endpoint in {"os", "pfs"})
    result = comparison_result(demo_cohort(), source=Library(arms=whole.arms, numbers=numbers))
    by_line = {line: {a.study for a in result.arms if a.line == line} for line in ("front", "later")}
    assert by_line["front"] == {"pautier_lms04", "tap2020_announce", "seddon2017_geddis", "judson2014"}
    assert by_line["later"] == {"demetri2016", "schoffski2016", "vandergraaf2012_palette"}
    assert result.safety is not None
    assert result.safety.contrasts == ()
