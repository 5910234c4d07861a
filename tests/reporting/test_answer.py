from __future__ import annotations

from dataclasses import replace

from glisson.reporting.answer import answer_text, primary
from tests.reporting.fixture import assessment, bare


def test_the_answer_says_who_how_many_what_how_sure_and_what_not() -> None:
    text = answer_text(assessment())
    for part in (
        "Twenty-four synthetic patients had liver-directed therapy: 13 by DEB-TACE, 6 by Y-90 radioembolization, and "
        "5 by ablation as the first method; three of them had more than one method.",
        "median overall survival was 9.3 months (95% CI, 6.0 to 22.0; 18 deaths among 24 patients)",
        "By first method, median overall survival was 8.0 months (95% CI, 4.0 to 14.0) with DEB-TACE",
        "neither establishes a difference nor excludes an important one",
        "Where disease was limited to the liver, median overall survival was 26.1 months",
        "An objective response (RECIST 1.1) was recorded in 8 of 24 patients (33%; 95% CI, 16% to 55%).",
        "Nobody had neutropenia or heart failure, which excludes true rates above 12% (above 21% with DEB-TACE) but no "
        "lower ones.",
        "cannot say which works better",
        "One pitfall that would mislead was found and is shown with its correction.",
    ):
        assert part in text


def test_it_is_one_paragraph_without_references() -> None:
    for text in (answer_text(assessment()), answer_text(bare())):
        assert "\n" not in text
        assert "[[" not in text
        assert "  " not in text


def test_what_is_absent_is_said() -> None:
    text = answer_text(bare())
    assert text.startswith("Twenty-four patients had liver-directed therapy by DEB-TACE.")
    assert "nothing can be said about safety" in text
    assert "By first method" not in text


def test_without_a_test_the_reason_is_given() -> None:
    whole = assessment()
    os = whole.endpoint("os")
    method = replace(os.breakdowns[1], tests=type(os.breakdowns[1].tests)(), sentence="Too few events for a test.")
    changed = replace(whole, endpoints=(replace(os, breakdowns=(os.overall, method)),))
    assert "Too few events for a test." in answer_text(changed)


def test_the_primary_endpoint_is_overall_survival_where_there_is_one() -> None:
    whole = assessment()
    first, last = primary(whole), primary(replace(whole, endpoints=whole.endpoints[1:]))
    assert first is not None
    assert last is not None
    assert (first.code, last.code) == ("os", "liver_pfs")
