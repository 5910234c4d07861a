"""Fonts cut down to the characters that are drawn."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

#: Substitution and positioning rules, and notes of the font editor, which figures do without.
_UNUSED = ("GSUB", "GPOS", "GDEF", "FFTM", "PfEd")


@contextmanager
def light_fonts(family: str, characters: Iterable[str]) -> Iterator[None]:
    """Let matplotlib take a smaller copy of a font family for as long as this lasts.

    It cuts down the fonts anew for every PDF, and unpacking thousands of glyphs takes longer than drawing.

    Parameters
    ----------
    family
        Name of the family, as matplotlib knows it; fonts that are not single TrueType files are left as they are.
    characters
        What will be drawn, besides ASCII.
    """
    from matplotlib.font_manager import FontProperties, fontManager  # noqa: PLC0415 - half a second that only drawing needs

    manager: Any = fontManager
    weights = (FontProperties(family=[family], weight=weight) for weight in ("normal", "bold"))
    drawn = {str(manager.findfont(one)) for one in weights}
    fonts = [f for f in manager.ttflist if f.fname in drawn and f.fname.endswith(".ttf")]
    usual, wanted = manager.ttflist, {ord(c) for text in (string.printable, *characters) for c in text}
    with tempfile.TemporaryDirectory(prefix="glisson-fonts-", ignore_cleanup_errors=True) as folder:
        copies = [replace(f, fname=_copy(Path(f.fname), Path(folder), wanted)) for f in fonts]
        try:
            manager.ttflist = [*copies, *usual]  # of equal fonts, the first is taken
            manager._findfont_cached.cache_clear()
            yield
        finally:
            manager.ttflist = usual
            manager._findfont_cached.cache_clear()


def _copy(font: Path, folder: Path, wanted: set[int]) -> str:
    from fontTools import subset  # noqa: PLC0415 - comes with matplotlib
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    target = folder / font.name
    with TTFont(font, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as opened:
        for table in _UNUSED:
            if table in opened:
                del opened[table]
        cutter = subset.Subsetter(subset.Options(glyph_names=True, recommended_glyphs=True, legacy_kern=True))
        cutter.populate(unicodes=wanted)
        cutter.subset(opened)
        opened.save(target, reorderTables=None)
    return str(target)
