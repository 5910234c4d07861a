"""From figure data to files: drawn once, saved as PDF, SVG, TIFF and PNG, or as those of them that are wanted."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from glisson.present.aside import Aside
from glisson.present.figures.by_method import ByMethodFigure
from glisson.present.figures.courses import CoursesFigure
from glisson.present.figures.data import CurveFigure
from glisson.present.figures.evidence_map import EvidenceMapFigure
from glisson.present.figures.flow import FlowFigure
from glisson.present.figures.forest import ForestFigure
from glisson.present.figures.lines import LinesFigure
from glisson.present.figures.love import LoveFigure
from glisson.present.figures.patient_timeline import TimelineFigure
from glisson.present.figures.pooled_forest import PooledForestFigure
from glisson.present.figures.reconstruction import ReconstructionFigure
from glisson.present.figures.spider import SpiderFigure
from glisson.present.figures.swimmer import SwimmerFigure
from glisson.present.figures.waterfall import WaterfallFigure

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from matplotlib.figure import Figure
    from PIL.Image import Image

FigureData = (
    CurveFigure | ForestFigure | LinesFigure | LoveFigure | FlowFigure | ByMethodFigure | EvidenceMapFigure
    | PooledForestFigure | ReconstructionFigure | WaterfallFigure | SpiderFigure | SwimmerFigure
    | TimelineFigure | CoursesFigure
)  # fmt: skip

#: The module that draws each; matplotlib is imported with the first that is needed.
_DRAWN_BY: dict[type[FigureData], str] = {
    CurveFigure: "draw_curves",
    ForestFigure: "draw_forest",
    LinesFigure: "draw_lines",
    LoveFigure: "draw_love",
    FlowFigure: "draw_flow",
    ByMethodFigure: "draw_by_method",
    EvidenceMapFigure: "draw_evidence_map",
    PooledForestFigure: "draw_pooled_forest",
    ReconstructionFigure: "draw_reconstruction",
    WaterfallFigure: "draw_waterfall",
    SpiderFigure: "draw_spider",
    SwimmerFigure: "draw_swimmer",
    TimelineFigure: "draw_patient_timeline",
    CoursesFigure: "draw_courses",
}

#: Every kind of file.
KINDS = ("pdf", "svg", "tiff", "png")
#: Resolution of the TIFF for journals, and of the picture in Word (a whole fraction of it).
TIFF_DPI, WORD_SHARE = 600, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One figure in every kind of file that was wanted, as bytes; the others are empty.

    Parameters
    ----------
    pdf, svg
        Vector graphics; type stays type.
    tiff
        600 dpi, LZW.
    png
        300 dpi.
    width_mm
        Printed width.
    """

    pdf: bytes = b""
    svg: bytes = b""
    tiff: bytes = b""
    png: bytes = b""
    width_mm: float


class Drawable(Protocol):
    """A figure with its name, title and text alternative."""

    @property
    def name(self) -> str:
        """File name without ending."""
        ...

    @property
    def title(self) -> str:
        """What the figure is."""
        ...

    @property
    def alt(self) -> str:
        """What somebody who cannot see it should know."""
        ...

    @property
    def data(self) -> FigureData:
        """What is drawn."""
        ...


def render_all(
    figures: Sequence[Drawable],
    progress: Callable[[str], None] | None = None,
    aside: Aside | None = None,
    kinds: Collection[str] = KINDS,
) -> dict[str, Rendered]:
    """Draw several figures.

    Parameters
    ----------
    figures
        With different names.
    progress
        Called with a few words before each that is drawn here.
    aside
        A second process, which draws the last ones.
    kinds
        Which of ``pdf``, ``svg``, ``tiff`` and ``png`` are wanted.
    """
    elsewhere = len(figures) // 2 if aside and aside.possible else 0
    here, there = figures[: len(figures) - elsewhere], figures[len(figures) - elsewhere :]
    finish = aside.begin(render_here, there, kinds=tuple(kinds)) if aside and there else list[Rendered]
    drawn = [*render_here(here, progress, kinds=kinds), *finish()]
    return {figure.name: one for figure, one in zip(figures, drawn, strict=True)}


def render_here(
    figures: Sequence[Drawable], progress: Callable[[str], None] | None = None, kinds: Collection[str] = KINDS
) -> list[Rendered]:
    """Draw several figures in this process.

    While one is drawn the picture files of the one before are compressed in a thread of their own.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only drawing needs it

    from glisson.present.figures.fonts import light_fonts  # noqa: PLC0415
    from glisson.present.figures.palette import family  # noqa: PLC0415

    texts = [repr(figure.data) for figure in figures]
    with light_fonts(family(), texts), ThreadPoolExecutor(max_workers=1) as compressor:
        begun = []
        for figure in figures:
            if progress:
                progress(f"figure {figure.name}")
            begun.append(_begin(figure, compressor, kinds))
        return [finish() for finish in begun]


def _begin(figure: Drawable, compressor: Executor, kinds: Collection[str]) -> Callable[[], Rendered]:
    """Draw and save one figure in the vector formats; the function returned waits for its picture files."""
    from matplotlib import rc_context  # noqa: PLC0415 - half a second that only drawing needs

    from glisson.present.figures.palette import settings  # noqa: PLC0415

    with rc_context(settings(figure.name)):
        canvas = _draw(figure.data)
        painted = {"tiff", "png"} & set(kinds)
        pictures = compressor.submit(_compress, _paint(canvas), figure.alt, painted) if painted else None
        pdf = _pdf(canvas, figure.title, figure.alt) if "pdf" in kinds else b""
        svg = _svg(canvas, figure.title, figure.alt) if "svg" in kinds else b""
    width = float(canvas.get_figwidth() * 25.4)

    def finish() -> Rendered:
        tiff, png = pictures.result() if pictures else (b"", b"")
        return Rendered(pdf=pdf, svg=svg, tiff=tiff, png=png, width_mm=width)

    return finish


def _draw(figure: FigureData) -> Figure:
    drawn: Figure = import_module(f"glisson.present.figures.{_DRAWN_BY[type(figure)]}").draw(figure)
    return drawn


def _paint(canvas: Figure) -> Image:
    """Paint at the resolution of the TIFF."""
    import numpy as np  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    usual = canvas.dpi
    canvas.set_dpi(TIFF_DPI)
    painter: Any = FigureCanvasAgg(canvas)
    painter.draw()
    image = Image.fromarray(np.asarray(painter.buffer_rgba()))
    canvas.set_dpi(usual)
    return image


def _compress(image: Image, alt: str, wanted: Collection[str]) -> tuple[bytes, bytes]:
    """Return the TIFF, and the picture for Word, which is that one reduced."""
    tiff, png, image = io.BytesIO(), io.BytesIO(), image.convert("RGB")
    described = {270: alt.encode("ascii", "replace").decode()}  # tag 270: ImageDescription, which is ASCII
    if "tiff" in wanted:
        image.save(tiff, "TIFF", compression="tiff_lzw", dpi=(TIFF_DPI, TIFF_DPI), tiffinfo=described)
    if "png" in wanted:
        dpi = TIFF_DPI / WORD_SHARE
        image.reduce(WORD_SHARE).save(png, "PNG", dpi=(dpi, dpi), compress_level=3)
    return tiff.getvalue(), png.getvalue()


def _pdf(canvas: Figure, title: str, alt: str) -> bytes:
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # noqa: PLC0415

    out = io.BytesIO()
    about = {"Title": title, "Subject": alt, "Creator": "glisson", "CreationDate": None}
    saver: Any = FigureCanvasPdf(canvas)
    saver.print_pdf(out, metadata=about)
    return out.getvalue()


def _svg(canvas: Figure, title: str, alt: str) -> bytes:
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415

    out = io.BytesIO()
    about = {"Title": title, "Description": alt, "Creator": "glisson", "Date": None}
    saver: Any = FigureCanvasSVG(canvas)
    saver.print_svg(out, metadata=about)
    return out.getvalue()
