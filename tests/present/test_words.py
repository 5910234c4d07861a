from __future__ import annotations

import pytest

from glisson.present.words import Words, listed, lower_first, opening, plural, spelled
from glisson.tables import Estimate

STYLES = ("ama", "nejm", "lancet", "plain")


@pytest.mark.parametrize(
    ("p", "ama", "nejm", "lancet", "plain"),
    [
        (0.138, "P = .14", "P=0.14", "p=0·14", "p = 0.14"),
        (0.042, "P = .04", "P=0.04", "p=0·042", "p = 0.04"),
        (0.049, "P = .049", "P=0.049", "p=0·049", "p = 0.049"),
        (0.0497, "P = .0497", "P=0.0497", "p=0·050", "p = 0.0497"),
        (0.05, "P = .05", "P=0.05", "p=0·050", "p = 0.05"),
        (0.0065, "P = .007", "P=0.007", "p=0·0065", "p = 0.007"),
        (0.0004, "P < .001", "P<0.001", "p=0·00040", "p < 0.001"),
        (0.00001, "P < .001", "P<0.001", "p<0·0001", "p < 0.001"),
        (0.0, "P < .001", "P<0.001", "p<0·0001", "p < 0.001"),
        (0.996, "P > .99", "P>0.99", "p>0·99", "p > 0.99"),
        (1.0, "P > .99", "P>0.99", "p>0·99", "p > 0.99"),
    ],
)
def test_p_values(p: float, ama: str, nejm: str, lancet: str, plain: str) -> None:
    assert [Words.of(style).p(p) for style in STYLES] == [ama, nejm, lancet, plain]


@pytest.mark.parametrize(
    ("share", "n", "text"),
    [
        (8 / 24, 24, "33%"),
        (3 / 24, 24, "13%"),  # halves go up, not to the even number
        (0.145, 24, "15%"),  # although the binary number is just below the half
        (0.0, 24, "0%"),
        (1.0, 24, "100%"),
        (0.004, 24, "<1%"),
        (0.996, 24, ">99%"),
        (0.3333, 150, "33.3%"),
        (0.0, 150, "0%"),
        (1.0, 150, "100%"),
        (0.0002, 150, "<0.1%"),
        (0.9999, 150, ">99.9%"),
    ],
)
def test_percentages_have_no_decimals_below_100_and_never_round_to_certainty(share: float, n: int, text: str) -> None:
    assert Words.of("ama").percent(share, n) == text


def test_counts_stand_beside_percentages_and_alone_in_tiny_groups() -> None:
    words = Words.of("ama")
    assert words.count_of(8, 24) == "8 of 24 (33%)"
    assert words.count_of(8, 24, "patients") == "8 of 24 patients (33%)"
    assert words.count_of(1, 4) == "1 of 4"
    assert words.count_percent(1, 4) == "1"
    assert Words.of("lancet").count_of(33, 150) == "33 of 150 (22·0%)"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("ama", "9.0 months (95% CI, 5.1 to 14.2)"),
        ("nejm", "9.0 months (95% CI, 5.1 to 14.2)"),
        ("lancet", "9·0 months (95% CI 5·1–14·2)"),
        ("plain", "9.0 months (95% CI 5.1 to 14.2)"),
    ],
)
def test_an_estimate_in_a_sentence(style: str, text: str) -> None:
    month = 30.4375
    e = Estimate(
        variable="os", statistic="median", value=9 * month, low=5.1 * month, high=14.2 * month, unit="day", level=0.95
    )
    assert Words.of(style).phrase(e) == text  # type: ignore[arg-type]


def test_limits_that_are_words_or_negative_are_joined_by_to_in_every_style() -> None:
    lancet = Words.of("lancet")
    open_above = Estimate(variable="os", statistic="median", value=300.0, low=100.0, unit="day", level=0.95)
    assert lancet.cell(open_above) == "9·9 (3·3 to not reached)"
    difference = Estimate(
        variable="os", statistic="survival_difference", value=-0.1, low=-0.4, high=0.2, unit="probability", level=0.95
    )
    assert lancet.cell(difference) == "−10 (−40 to 20)"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "e",
    [
        Estimate(variable="os", statistic="median", reason="not reached", unit="day"),
        Estimate(variable="os", statistic="median", unit="day", reason="not estimable (0 events)"),
        Estimate(variable="os", statistic="median"),
        Estimate(variable="os", statistic="survival", value=1.0, low=None, high=1.0, level=0.95, n=24,
                 unit="probability"),
        Estimate(variable="os", statistic="p", unit="p"),
        Estimate(variable="os", statistic="hazard_ratio", value=2.0, level=0.95, low=0.5, unit="ratio"),
    ],
)  # fmt: skip
def test_nothing_missing_is_printed_as_such(style: str, e: Estimate) -> None:
    words = Words.of(style)  # type: ignore[arg-type]
    for text in (words.value(e), words.cell(e), words.phrase(e), words.p(None), words.months(None), words.number(None)):
        assert text
        assert "None" not in text
        assert "nan" not in text.lower()


def test_a_rate_with_its_interval() -> None:
    e = Estimate(
        variable="orr", statistic="proportion", value=1 / 3, low=0.16, high=0.55, level=0.95, unit="probability", n=24,
        events=8,
    )  # fmt: skip
    assert Words.of("ama").rate(e, "patients") == "8 of 24 patients (33%; 95% CI, 16% to 55%)"
    few = Estimate(
        variable="orr", statistic="proportion", value=0.5, low=0.07, high=0.93, level=0.95, unit="probability", n=4,
        events=2,
    )  # fmt: skip
    assert Words.of("ama").rate(few, "patients") == "2 of 4 patients (95% CI, 7% to 93%)"


def test_numbers_have_a_true_minus_and_no_negative_zero() -> None:
    words = Words.of("ama")
    assert words.number(-3.25) == "−3.3"
    assert words.number(-0.001) == "0.0"
    assert words.measure(58.0) == "58"
    assert words.measure(57.75) == "57.8"
    assert words.measure(110.4) == "110"


def test_lists_plurals_and_letters() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"
    assert listed(["A", "B", "C"], "or") == "A, B, or C"
    assert plural(1, "patient") == "1 patient"
    assert plural(0, "death") == "0 deaths"
    assert [spelled(n) for n in (0, 11, 20, 24, 99, 100)] == [
        "zero", "eleven", "twenty", "twenty-four", "ninety-nine", "100",
    ]  # fmt: skip
    assert opening(24, "patient") == "Twenty-four patients"
    assert opening(105, "patient") == "A total of 105 patients"
    assert lower_first("CTCAE grade") == "CTCAE grade"
    assert lower_first("A total") == "a total"
