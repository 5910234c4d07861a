"""Fonts without the layout tables that figures do not use."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

#: Substitution and positioning rules; unpacking them for every PDF takes longer than drawing it.
_UNUSED = ("GSUB", "GPOS", "GDEF")


@contextmanager
def light_fonts(family: str) -> Iterator[None]:
    """Let matplotlib take a lighter copy of a font family for as long as this lasts.

    Parameters
    ----------
    family
        Name of the family, as matplotlib knows it; fonts that are not single TrueType files are left as they are.
    """
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - half a second that only drawing needs

    manager: Any = fontManager
    fonts = [f for f in manager.ttflist if f.name == family and f.fname.endswith(".ttf") and f.style == "normal"]
    usual = manager.ttflist
    with tempfile.TemporaryDirectory(prefix="glisson-fonts-", ignore_cleanup_errors=True) as folder:
        copies = [replace(f, fname=_copy(Path(f.fname), Path(folder))) for f in fonts]
        try:
            manager.ttflist = [*copies, *usual]  # of equal fonts, the first is taken
            manager._findfont_cached.cache_clear()
            yield
        finally:
            manager.ttflist = usual
            manager._findfont_cached.cache_clear()


def _copy(font: Path, folder: Path) -> str:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - comes with matplotlib

    target = folder / font.name
    with TTFont(font, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as opened:
        for table in _UNUSED:
            if table in opened:
                del opened[table]
        opened.save(target, reorderTables=None)
    return str(target)
