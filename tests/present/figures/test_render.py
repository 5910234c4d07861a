from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest
from PIL import Image

from glisson.present.document import FigureBlock
from glisson.present.figures.render import Rendered, render_all
from glisson.reporting.chapters import document
from tests.reporting.fixture import assessment


@pytest.fixture(scope="module")
def blocks() -> tuple[FigureBlock, ...]:
    """One figure of each kind: flow, curves, forest."""
    figures = {f.name: f for f in document(assessment()).figures()}
    return tuple(figures[name] for name in ("flow", "os", "os-forest"))


@pytest.fixture(scope="module")
def rendered(blocks: tuple[FigureBlock, ...]) -> dict[str, Rendered]:
    return render_all(blocks)


def test_figures_have_journal_widths(rendered: dict[str, Rendered]) -> None:
    assert {round(r.width_mm) for r in rendered.values()} == {183}


def test_type_stays_type_and_fonts_are_embedded(rendered: dict[str, Rendered]) -> None:
    picture = rendered["os"]
    assert b"At risk" in picture.svg
    assert b"FontFile2" in picture.pdf  # TrueType, what fonttype 42 embeds
    assert b"/Type3" not in picture.pdf


def test_tiff_has_600_dpi_lzw_and_a_description(rendered: dict[str, Rendered]) -> None:
    with Image.open(io.BytesIO(rendered["os"].tiff)) as image:
        assert image.info["compression"] == "tiff_lzw"
        assert image.info["dpi"] == (600, 600)
        assert abs(image.width - 183 / 25.4 * 600) < 3
        assert "Overall survival" in image.tag_v2[270]  # type: ignore[attr-defined]


def test_every_format_carries_the_text_alternative(
    rendered: dict[str, Rendered], blocks: tuple[FigureBlock, ...]
) -> None:
    for block in blocks:
        root = ET.fromstring(rendered[block.name].svg)
        assert block.alt in "".join(root.itertext())


def test_the_same_data_gives_the_same_bytes(rendered: dict[str, Rendered], blocks: tuple[FigureBlock, ...]) -> None:
    again = render_all(blocks[1:2])["os"]
    assert again == rendered["os"]
    assert not re.search(rb"<dc:date>|/CreationDate", again.svg + again.pdf)


def test_drawing_leaves_no_trace_in_global_settings(blocks: tuple[FigureBlock, ...]) -> None:
    before = dict(mpl.rcParams)
    render_all(blocks[:1])
    assert dict(mpl.rcParams) == before


def test_progress_names_each_figure(blocks: tuple[FigureBlock, ...]) -> None:
    said: list[str] = []
    render_all(blocks[:1], said.append)
    assert said == [f"figure {blocks[0].name}"]


def test_only_the_kinds_asked_for_are_drawn_and_they_are_the_same(
    rendered: dict[str, Rendered], blocks: tuple[FigureBlock, ...]
) -> None:
    whole = rendered["os"]
    svg = render_all(blocks[1:2], kinds=("svg",))["os"]
    assert svg == Rendered(svg=whole.svg, width_mm=whole.width_mm)
    assert render_all(blocks[1:2], kinds=("png",))["os"] == Rendered(png=whole.png, width_mm=whole.width_mm)
