"""From figure data to files: drawn once, saved as PDF, SVG, TIFF and PNG."""

from __future__ import annotations

import io
from dataclasses import dataclass

from glisson.present.figures.data import CurveFigure
from glisson.present.figures.flow import FlowFigure
from glisson.present.figures.forest import ForestFigure

FigureData = CurveFigure | ForestFigure | FlowFigure

#: Resolution of the TIFF for journals, and of the picture in Word (a whole fraction of it).
TIFF_DPI, WORD_SHARE = 600, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One figure in every format, as bytes.

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

    pdf: bytes
    svg: bytes
    tiff: bytes
    png: bytes
    width_mm: float


def render(figure: FigureData, *, name: str, title: str, alt: str) -> Rendered:
    """Draw a figure once and save it in every format.

    Parameters
    ----------
    name
        File name without ending; also keeps the identifiers of several SVG figures in one page apart.
    title, alt
        Stored in the files: what the figure is, and what somebody who cannot see it should know.

    Returns
    -------
    Rendered
        The same bytes for the same data on the same installation.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - half a second that only drawing needs

    from glisson.present.figures.palette import settings  # noqa: PLC0415

    with rc_context(settings(name)):
        canvas = _draw(figure)
        tiff, png = _raster(canvas, alt)
        return Rendered(
            pdf=_pdf(canvas, title, alt),
            svg=_svg(canvas, title, alt),
            tiff=tiff,
            png=png,
            width_mm=float(canvas.get_figwidth() * 25.4),
        )


def _draw(figure: FigureData):  # type: ignore[no-untyped-def]
    from glisson.present.figures import draw_curves, draw_flow, draw_forest  # noqa: PLC0415

    match figure:
        case CurveFigure():
            return draw_curves.draw(figure)
        case ForestFigure():
            return draw_forest.draw(figure)
        case FlowFigure():
            return draw_flow.draw(figure)


def _raster(canvas, alt: str) -> tuple[bytes, bytes]:  # type: ignore[no-untyped-def]
    """Paint once at the resolution of the TIFF; the smaller picture is that one reduced."""
    import numpy as np  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    usual = canvas.dpi
    canvas.set_dpi(TIFF_DPI)
    painter = FigureCanvasAgg(canvas)
    painter.draw()
    image = Image.fromarray(np.asarray(painter.buffer_rgba())).convert("RGB")
    canvas.set_dpi(usual)
    tiff, png = io.BytesIO(), io.BytesIO()
    described = {270: alt.encode("ascii", "replace").decode()}  # tag 270: ImageDescription, which is ASCII
    image.save(tiff, "TIFF", compression="tiff_lzw", dpi=(TIFF_DPI, TIFF_DPI), tiffinfo=described)
    dpi = TIFF_DPI / WORD_SHARE
    image.reduce(WORD_SHARE).save(png, "PNG", dpi=(dpi, dpi), compress_level=6)
    return tiff.getvalue(), png.getvalue()


def _pdf(canvas, title: str, alt: str) -> bytes:  # type: ignore[no-untyped-def]
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # noqa: PLC0415

    out = io.BytesIO()
    about = {"Title": title, "Subject": alt, "Creator": "glisson", "CreationDate": None}
    FigureCanvasPdf(canvas).print_pdf(out, metadata=about)
    return out.getvalue()


def _svg(canvas, title: str, alt: str) -> bytes:  # type: ignore[no-untyped-def]
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415

    out = io.BytesIO()
    about = {"Title": title, "Description": alt, "Creator": "glisson", "Date": None}
    FigureCanvasSVG(canvas).print_svg(out, metadata=about)
    return out.getvalue()
