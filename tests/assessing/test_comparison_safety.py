"""Adverse events beside published ones: the right patients, the right counts, and what is refused."""

from __future__ import annotations

import pytest

from glisson.assessing.comparison_safety import comparison_safety
from glisson.assessing.doxorubicin import EXPOSED, doxorubicin_result
from glisson.clinical.read import demo_cohort
from glisson.evidence import Library, library
from glisson.kernels.exact_unconditional import unconditional_interval


def shelf(*keep: str) -> Library:
    """Return the library with toxicity of some studies only, which keeps the number of exact intervals low."""
    whole = library()
    numbers = tuple(n for n in whole.numbers if n.study_id in keep)
    return Library(arms=whole.arms, numbers=numbers)


@pytest.fixture(scope="module")
def result():
    return comparison_safety(demo_cohort(), shelf("tap2016_jgdg"), [], 0.95)


def test_the_counts_are_those_of_the_chapter_on_doxorubicin(result) -> None:
    own = {t.term: {g.group: g for g in t.groups} for t in doxorubicin_result(demo_cohort()).terms}
    assert {c.term for c in result.contrasts} == {
        "Febrile neutropenia", "Neutropenia", "Oral mucositis", "Nausea", "Vomiting",
    }  # fmt: skip
    for contrast in result.contrasts:
        assert {g.group for g in contrast.groups} == set(own[contrast.term])
        for group in contrast.groups:
            assert (group.events, group.n) == (
                own[contrast.term][group.group].counted, own[contrast.term][group.group].n,
            )  # fmt: skip


def test_differences_are_exact_and_ratios_stand_where_they_are_asked_for(result) -> None:
    nausea = next(c for c in result.contrasts if c.term == "Nausea")
    assert (nausea.events, nausea.n, nausea.approximate) == (34, 65, False)
    everybody = nausea.groups[0].estimates.one("risk_difference")
    assert everybody.value == pytest.approx(10 / 24 - 34 / 65)
    assert (everybody.low, everybody.high) == unconditional_interval(10, 24, 34, 65)
    with_ratio = [g.group for g in nausea.groups if len(g.estimates.select("risk_ratio"))]
    assert with_ratio == [(), EXPOSED]


def test_denominators_that_are_not_printed_are_worked_out_and_say_so() -> None:
    whole = library()
    arm = whole.arm("vandergraaf2012_palette", "pazopanib")
    numbers = tuple(n for n in whole.numbers if n.study_id == arm.study_id and "fatigue" in n.endpoint)
    found = comparison_safety(demo_cohort(), Library(arms=whole.arms, numbers=numbers), [arm], 0.95)
    (fatigue,) = found.contrasts  # 155 events, 65%
    assert (fatigue.events, fatigue.n, fatigue.approximate) == (155, 238, True)
    assert EXPOSED not in {g.group for g in fatigue.groups}


def test_what_is_not_alike_is_refused_with_the_reason() -> None:
    whole = library()
    studies = ("chapiro2015", "schoffski2016", "grimme2019", "jones2021")
    arms = [a for a in whole.arms if a.study_id in studies]
    found = comparison_safety(demo_cohort(), shelf(*studies), arms, 0.95)
    why = dict(found.refused)
    assert any("procedures" in w and "Chapiro 2015" in what for what, w in why.items())
    assert any("leiomyosarcoma behind it is not stated" in w for w in why.values())
    assert any("not defined" in w for w in why.values())
    assert found.contrasts == ()


def test_no_adverse_event_table_no_comparison() -> None:
    from dataclasses import replace  # noqa: PLC0415

    cohort = demo_cohort()
    tables = {k: v for k, v in cohort.tables.items() if k != "adverse_event"}
    assert comparison_safety(replace(cohort, tables=tables), library(), [], 0.95) is None
