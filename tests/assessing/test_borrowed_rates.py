"""Published response and toxicity rates borrowed: which ones, for whom, and what is refused with which reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessing.borrowed_rates import borrowed_rates
from glisson.assessing.comparison import DEFAULT, _members, comparison_result
from glisson.assessing.comparison_safety import comparison_safety
from glisson.assessing.doxorubicin import EXPOSED
from glisson.assessment import Beside
from glisson.assessment.borrowed_rates import BorrowedRates
from glisson.clinical.read import demo_cohort
from glisson.evidence import Library, library
from glisson.evidence.definitions import definitions
from glisson.methods.borrowed_proportion import borrow_proportion
from glisson.present.tabulate import borrowed_rates as tables
from glisson.present.words import Words
from glisson.reporting.borrowed_rates import rate_blocks
from glisson.reporting.results_comparison import BorrowedRatesPart


def found(*arms: tuple[str, str, str], numbers=None) -> BorrowedRates:
    """Borrow the responses of some arms, given as (line, study, arm)."""
    shelf, cohort = library(), demo_cohort()
    known = shelf if numbers is None else Library(arms=shelf.arms, numbers=numbers)
    chosen = [(line, shelf.arm(study, arm)) for line, study, arm in arms]
    return borrowed_rates(cohort, known, chosen, None, _members(cohort), 0.95)


@pytest.fixture(scope="module")
def later() -> BorrowedRates:
    return found(("later", "schoffski2016", "eribulin"))


@pytest.fixture(scope="module")
def events() -> BorrowedRates:
    """Febrile neutropenia and heart failure of doxorubicin by vein, as the comparison sets them beside."""
    shelf, cohort = library(), demo_cohort()
    wanted = {"toxicity:febrile_neutropenia", "toxicity:febrile_neutropenia_grade3plus", "toxicity:heart_failure"}
    known = Library(arms=shelf.arms, numbers=tuple(n for n in shelf.numbers if n.endpoint in wanted))
    safety = comparison_safety(cohort, known, [], 0.95)
    return borrowed_rates(cohort, known, [], safety, _members(cohort), 0.95)


def test_responses_are_those_of_the_same_line_and_criterion(later) -> None:
    (rate,) = later.rates
    assert (rate.term, rate.definition, rate.line) == ("Objective response", "RECIST 1.1", "later")
    sizes = {g.group: (g.events, g.n) for g in rate.groups}
    assert sizes[()] == (6, 20)
    assert sizes[(("method", "deb_tace"),)] == (4, 13)
    assert (("method", "ablation"),) not in sizes  # two patients only
    for g in rate.groups:
        assert [(s.events, s.n, s.counted) for s in g.series] == [(8, 157, True)]  # 5% of 157 is 8 patients only
        assert g.estimates == borrow_proportion(g.events, g.n, [(8, 157)], variable=rate.term, group=g.group)
        assert all(r.group == g.group and r.variable == rate.term for r in g.estimates)


def test_every_default_series_is_borrowed_or_refused_with_a_reason() -> None:
    result = found(*(("front", *a.split(":")) for a in DEFAULT))
    (rate,) = result.rates
    assert [s.study for s in rate.groups[0].series] == [
        "pautier_lms04", "seddon2017_geddis", "judson2014", "schoffski2016",
    ]  # fmt: skip
    assert dict(result.refused) == {
        "response of Demetri 2016, trabectedin":
            "it is not of all patients of the arm, or not of patients (uterine LMS (n=232 both arms))"
    }  # fmt: skip


def test_a_series_of_one_method_stands_beside_that_method_and_everybody() -> None:
    (rate,) = found(("any", "miller2018", "all")).rates
    assert [g.group for g in rate.groups] == [(), (("method", "y90"),)]
    both = found(("any", "miller2018", "all"), ("any", "judson2014", "doxorubicin")).rates[0]
    series = {g.group: [s.study for s in g.series] for g in both.groups}
    assert series[()] == ["miller2018", "judson2014"]
    assert series[(("method", "y90"),)] == ["miller2018", "judson2014"]
    assert series[(("method", "deb_tace"),)] == ["judson2014"]


@pytest.mark.parametrize(
    ("arm", "why"),
    [
        (("chapiro2015", "all"), "of the 25 of 30 patients who could be assessed"),
        (("pierce_embolization", "elective"), "not of all patients of the arm"),
        (("karavasilis2008", "all"), "criterion of response is not on the pages"),
        (("tap2017_sarc021", "doxorubicin"), "criterion of response is not on the pages"),
        (("rajan2001", "all"), "not of all patients of the arm"),
    ],
)
def test_what_is_not_alike_is_refused(arm, why) -> None:
    result = found(("any", *arm))
    assert result.rates == ()
    assert any(why in reason for _, reason in result.refused)


def test_counts_that_no_number_of_patients_gives_are_refused() -> None:
    shelf = library()
    number = shelf.select(study_id="judson2014", endpoint="orr")[0]
    vague = number.model_copy(update={"value": 0.14, "events": None})
    result = found(("any", "judson2014", "doxorubicin"), numbers=(vague,))
    assert "no one number of 228 patients" in result.refused[0][1]
    unsized = number.model_copy(update={"n": None, "events": None})
    result = found(("any", "judson2014", "doxorubicin"), numbers=(unsized,))
    assert "is not printed" in result.refused[0][1]


def test_two_arms_of_a_study_are_one_series() -> None:
    result = found(("any", "judson2014", "doxorubicin"), ("any", "judson2014", "doxorubicin_ifosfamide"))
    assert len(result.rates[0].groups[0].series) == 1
    assert "another arm of this study" in result.refused[0][1]


def test_without_scans_nothing_is_known_of_the_criterion() -> None:
    cohort = demo_cohort()
    bare = replace(cohort, tables={k: v for k, v in cohort.tables.items() if k != "assessment"})
    arm = library().arm("judson2014", "doxorubicin")
    result = borrowed_rates(bare, library(), [("any", arm)], None, _members(bare), 0.95)
    assert result.rates == ()
    assert result.refused[0][1] == "the criterion of response is not recorded here"


def test_events_of_the_same_grades_with_a_count_are_borrowed(events) -> None:
    (rate,) = events.rates
    assert (rate.term, rate.treatment, rate.definition) == ("Febrile neutropenia", "doxorubicin", "any grade, CTCAE 5")
    assert {g.group: (g.events, g.n) for g in rate.groups}[EXPOSED] == (0, 14)
    assert [(s.events, s.n) for s in rate.groups[0].series] == [(9, 65)]
    why = dict(events.refused)
    assert why["heart failure of Swain 2003, doxorubicin based"] == "which grades it counts is not stated"
    assert why["febrile neutropenia of Tap 2017, doxorubicin"] == "neither its count nor its denominator is printed"


def test_definitions_are_of_studies_in_the_library_and_say_where_they_were_read() -> None:
    studies = {a.study_id for a in library().arms}
    for study, one in definitions().items():
        assert study in studies
        assert one.criterion
        assert one.source_url.startswith("http")


def test_tables_text_and_results(later, events) -> None:
    cohort = demo_cohort()
    both = BorrowedRates(rates=later.rates + events.rates, refused=events.refused, level=0.95)
    beside = Beside(
        title="x", synthetic=True, n=cohort.n, settings=(), labels=((("method", "deb_tace"), "DEB-TACE"),),
        endpoint_labels=(), result=comparison_result(cohort, ["varela2007:deb_tace"], harms=False), files=(),
        versions=(),
    )  # fmt: skip
    words = Words.of("ama")
    table = tables.rates(beside, both, words)
    assert [r.cells[0].split(": ")[0] for r in table.rows if r.kind == "section"] == [
        "Objective response by RECIST 1.1, systemic therapy before",
        "Febrile neutropenia, any grade, beside doxorubicin",
    ]
    assert table.rows[1].cells[1].startswith("6 of 20: 30% (12% to 54%)")
    assert all(len(r.cells) == len(table.columns) for r in table.rows if r.kind == "data")
    turned = tables.conflicts(beside, both, words)
    assert next(r.cells[1] for r in turned.rows if r.kind == "data") == "7 or more of 20"
    text = " ".join(b.text for b in rate_blocks(beside, both, words) if hasattr(b, "text"))
    assert "no contradiction beyond chance" in text
    assert "Rates not borrowed" in [getattr(b, "lead", "").rstrip(".") for b in rate_blocks(beside, both, words)]
    part = BorrowedRatesPart.model_validate(both)
    assert part.rates[0].groups[0].estimates[0].detail == "observed"
    assert rate_blocks(beside, None, words) == []
