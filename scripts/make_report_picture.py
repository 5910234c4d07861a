"""Draw the first page of the demonstration report for README.md: ``python -m scripts.make_report_picture``.

It needs Typst (extra ``pdf``) and no browser.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import typst
from PIL import Image

from glisson.assessing import assess
from glisson.clinical.read import demo_cohort
from glisson.present.figures.render import render_all
from glisson.reporting.chapters import document
from glisson.reporting.pdf import font_paths, source

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "report.png"
#: Of the picture: large enough for a dense screen, and few colours, so that it loads quickly.
_PIXELS_AN_INCH, _COLOURS = 120, 64


def picture() -> bytes:
    """Return the first page as a PNG file."""
    whole = document(assess(demo_cohort()))
    figures = render_all(whole.figures(), kinds=("svg",))
    sources: Any = {"main.typ": source(whole).encode()}
    sources |= {f"{f.name}.svg": figures[f.name].svg for f in whole.figures()}
    pages: Any = typst.compile(sources, format="png", ppi=_PIXELS_AN_INCH, font_paths=font_paths())
    page = Image.open(io.BytesIO(pages[0])).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    PICTURE.write_bytes(picture())
