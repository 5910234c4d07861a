"""Figures of single patients in the report: which are there, what their captions say, that they can be rendered."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from glisson.assessing.courses import build
from glisson.assessment.courses import LabMedian
from glisson.clinical.read import demo_cohort
from glisson.present.document import FigureBlock, Note, Paragraph
from glisson.present.figures.render import render_all
from glisson.reporting.courses import course_section, lab_figures, response_figures
from tests.present.figures.patients import course, lab_course, many, result
from tests.reporting.fixture import assessment


def all_blocks(found):
    return [*response_figures(assessment(), found), *course_section(assessment(), found),
            *lab_figures(assessment(), found)]  # fmt: skip


def figures_of(blocks):
    return {b.name: b for b in blocks if isinstance(b, FigureBlock)}


def text_of(blocks):
    return " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note))


@pytest.fixture(scope="module")
def demo():
    return build(demo_cohort())


def test_the_demo_has_every_figure(demo) -> None:
    found = figures_of(all_blocks(demo))
    assert list(found) == [
        "waterfall", "spider", "swimmer", "timelines-1", "timelines-2", "timelines-3", "lab-courses",
    ]  # fmt: skip
    assert "in 23 of 24 patients" in found["waterfall"].text
    assert "RECIST 1.1" in found["waterfall"].text
    assert "1 of 24" in found["spider"].text
    assert "9 responded" in found["swimmer"].alt
    assert "Pt09 to Pt16" in found["timelines-2"].title
    for block in found.values():
        assert "synthetic" in block.title, "whoever copies one figure still knows"
        assert not re.search(r"\b(19|20)\d\d-\d\d|nan|None", block.title + block.text + block.alt)
        assert block.alt.endswith(".")


def test_every_figure_can_be_rendered(demo) -> None:
    found = figures_of([*all_blocks(demo), *lab_figures(assessment(), result(labs=(lab_course(),)))])
    wanted = [found[name] for name in ("waterfall", "spider", "swimmer", "timelines-1", "lab-courses")]
    rendered = render_all(wanted)
    assert all(r.svg and r.pdf and r.tiff and r.png for r in rendered.values())
    assert b"Pt01" in rendered["timelines-1"].svg
    assert not re.search(rb"\b20[012]\d-\d\d-\d\d", b"".join(r.svg for r in rendered.values()))


def test_without_measurements_there_is_no_waterfall() -> None:
    found = replace(many(5), criterion="")
    assert response_figures(assessment(), found) == []
    assert "swimmer" in figures_of(course_section(assessment(), found))


def test_large_cohorts_say_what_is_not_printed() -> None:
    seventy = course_section(assessment(), many(70))
    assert list(figures_of(seventy)) == ["swimmer", "swimmer-2"]
    assert "up to 60 patients; this cohort has 70" in text_of(seventy)
    two_hundred = course_section(assessment(), many(200))
    assert not figures_of(two_hundred)
    assert "up to 180 patients; this cohort has 200" in text_of(two_hundred)
    nobody = course_section(assessment(), result(notes=("The cohort has 301 patients.",)))
    assert "301" in text_of(nobody)


def test_captions_name_what_lies_beyond_the_axis() -> None:
    found = result(
        course(1, best_change=147.0, changes=((0, 0.0), (60, 147.0)), counted_to=60), course(2, why_none="x")
    )
    waterfall, spider = response_figures(assessment(), found)
    assert "Beyond the axis: Pt01 +147%" in waterfall.text
    assert "x (1)" in waterfall.text
    assert "Lines end at +100%" in spider.text
    choi = replace(found, criterion="choi", label="Choi", shrink=-10.0, grow=10.0)
    assert "attenuation" in response_figures(assessment(), choi)[0].text


def test_nobody_has_a_scan() -> None:
    (waterfall,) = response_figures(assessment(), many(4, scans=False))
    assert "none of 4 patients" in waterfall.alt


def test_methods_and_values_that_are_not_shown_are_named() -> None:
    methods = ("deb_tace", "ctace", "tae", "y90", "ablation")
    labs = (lab_course(patients=tuple((m, 5 - i) for i, m in enumerate(methods)), without_limit=4),)
    (block,) = lab_figures(assessment(), result(methods=methods, labs=labs))
    assert "not Ablation" in block.text
    assert "left out: Alanine aminotransferase 4" in block.text
    assert "highest median 8 × ULN (DEB-TACE)" in block.alt


@pytest.mark.by_hand
def test_large_medians_are_written_out() -> None:
    bilirubin = lab_course("bilirubin", label="Bilirubin", unit="µmol/L", scale="linear",
                           medians=(LabMedian(method="deb_tace", points=((2, 123.4, 3),)),))  # fmt: skip
    score = lab_course("albi", label="ALBI", unit="score", scale="linear",
                       medians=(LabMedian(method="deb_tace", points=((2, -2.34, 3),)),))  # fmt: skip
    (block,) = lab_figures(assessment(), result(labs=(bilirubin, score)))
    assert "highest median 123 µmol/L" in block.alt
    assert "highest median −2.3 score" in block.alt


def test_captions_say_what_colours_are_and_by_which_criterion_responses_were_judged(demo) -> None:
    found = figures_of(all_blocks(demo))
    assert "method of the first session" in found["waterfall"].text
    assert "by method of the first session" in found["spider"].text
    assert "Responses by RECIST 1.1" in found["timelines-1"].text
    without = figures_of(course_section(assessment(), replace(many(3), response="", criterion="")))
    assert "Responses by" not in without["timelines-1"].text
