"""The first page: what it says of chemotherapy, of what the numbers could have shown, and of what misleads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessment.comparison import ComparedArm, ComparisonResult, Contrast
from glisson.present.document import Paragraph, TableBlock, unlinked
from glisson.reporting.doxorubicin import answer_sentence, short_sentence
from glisson.reporting.first_page import first_page
from glisson.tables import Estimate, Estimates
from tests.assessing.test_by_method import result as by_method
from tests.reporting.fixture import assessment, bare
from tests.reporting.test_doxorubicin import everything

pytestmark = pytest.mark.by_hand


def arm(label: str, *ratios: tuple[float, float, float, int]) -> ComparedArm:
    """A published arm with one contrast a ratio: value, limits, events."""
    contrasts = tuple(
        Contrast(
            code="os", label="Overall survival", published="median 12 months", url="https://example.org/x",
            estimates=Estimates((
                Estimate(variable="os", statistic="rate_ratio", value=value, low=low, high=high, level=0.95,
                         unit="ratio", n=20, events=events),
            )),
        )
        for value, low, high, events in ratios
    )  # fmt: skip
    return ComparedArm(
        study=label, arm="a", label=label, treatment="trabectedin", line="later", here=20, there=100,
        url="https://example.org/x", differences=(), contrasts=contrasts,
    )  # fmt: skip


def paragraph(whole, lead: str) -> str:  # type: ignore[no-untyped-def]
    return unlinked(next((b.text for b in first_page(whole) if isinstance(b, Paragraph) and b.lead == lead), ""))


def beside(*arms: ComparedArm) -> str:
    whole = replace(assessment(), comparison=ComparisonResult(arms=arms, level=0.95))
    return paragraph(whole, "Beside chemotherapy.")


def test_differences_beyond_chance_are_named_with_their_limits_and_the_rest_counted() -> None:
    text = beside(arm("A 2001", (0.5, 0.3, 0.9, 11), (1.0, 0.6, 1.5, 18)), arm("B 2002", (1.8, 1.1, 2.9, 18)))
    assert text.startswith("Of 3 comparisons with published arms of the same line of therapy")
    assert "2 differ by more than chance (not adjusted for their number): fewer events than expected in" in text
    assert "overall survival beside trabectedin (A 2001) (ratio 0.50; 95% CI, 0.30 to 0.90)" in text
    assert ", more in overall survival beside trabectedin (B 2002) (ratio 1.80; 95% CI, 1.10 to 2.90)." in text
    assert "not an effect of treatment" in text


def test_a_ratio_of_few_events_gets_no_verdict() -> None:
    assert "none differs by more than chance (not adjusted for their number). Nobody" in beside(
        arm("C 2003", (0.1, 0.01, 0.8, 1))
    )
    assert beside() == ""


def test_the_complications_of_doxorubicin_are_named_on_the_first_page_where_one_was_seen() -> None:
    whole = everything()
    assert whole.doxorubicin is not None
    assert short_sentence(whole, whole.doxorubicin) == answer_sentence(whole, whole.doxorubicin)
    assert "Of 30 patients who had doxorubicin through the catheter" in paragraph(whole, "Beside chemotherapy.")


def test_what_the_numbers_could_have_shown_stands_beside_what_to_do_next() -> None:
    text = paragraph(replace(assessment(), by_method=by_method()), "What next.")
    assert text.startswith(
        "For overall survival, the comparison of Y-90 radioembolization to DEB-TACE would have shown"
    )
    assert "with 80% power ([[by-method-could]])" in text
    assert "glisson design suggest" in text


def test_a_cohort_without_findings_or_harm_still_has_a_first_page() -> None:
    page = first_page(bare())
    assert [b.lead for b in page if isinstance(b, Paragraph)] == [
        "", "Survival.", "Response and harm.", "What misleads.", "What next.",
    ]  # fmt: skip
    assert "nothing can be said about safety" in paragraph(bare(), "Response and harm.")
    assert paragraph(bare(), "What misleads.").endswith("cannot say which works better.")
    assert sum(isinstance(b, TableBlock) for b in page) == 1
