"""Colours, line styles and sizes shared by all figures."""

from __future__ import annotations

from typing import Any

#: Widths of journal columns and the height of one pair of axes, in millimetres.
SINGLE, DOUBLE = 89.0, 183.0
MM = 1 / 25.4

INK, SOFT, HAIRLINE = "#1a1a1a", "#5c6670", "#c9ced3"

#: Distinct with normal and colour-deficient vision, and by lightness when printed in grey.
LINE = ("#12355b", "#c44e00", "#4fa3d9", "#7a5195", "#8a8d91", "#2f7f5f")
#: The same hues, dark enough for small text on white.
TEXT = ("#12355b", "#a54200", "#1f6fa8", "#6b4485", "#5d6166", "#26674d")
DASH: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (5, 1.5, 1, 1.5)), (0, (8, 1.5)), (0, (3, 1)), (0, (6, 1, 1, 1, 1, 1)))
#: Dotted counterparts, told apart by the rhythm of their dots.
DOTS: tuple[Any, ...] = (
    (0, (1, 1.1)),
    (0, (1, 2.4)),
    (0, (1, 1, 1, 3)),
    (0, (1, 1, 1, 1, 1, 3)),
    (0, (1, 3.6)),
    (0, (2, 1, 1, 2)),
)

#: Marks of the methods; triangles are left for what the tumours do.
MARKER = ("o", "s", "D", "p", "h", "P")
#: Angles of the stripes that tell areas of the methods apart in grey, in degrees; ``None`` is plain.
STRIPES: tuple[tuple[float, ...] | None, ...] = (None, (45.0,), (135.0,), (0.0,), (90.0,), (45.0, 135.0))

_SANS = ("Arial", "Helvetica", "Liberation Sans", "Nimbus Sans", "DejaVu Sans")


def style_of(position: int) -> int:
    """Return the place in the sequences above, which start again after the last."""
    return position % len(LINE)


def tint(color: str, share: float) -> str:
    """Return a colour mixed with white: ``share`` of it, the rest white.

    Examples
    --------
    >>> tint("#000000", 0.2)
    '#cccccc'
    """
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in parts)


def family() -> str:
    """Return the first of the journals' fonts that this computer has."""
    from matplotlib import font_manager  # noqa: PLC0415 - half a second that only drawing needs

    known = set(font_manager.fontManager.get_font_names())
    return next((name for name in _SANS if name in known), "DejaVu Sans")


def settings(salt: str) -> Any:
    """Return matplotlib settings for one figure: type kept as type, outputs that repeat byte for byte.

    Parameters
    ----------
    salt
        Makes the identifiers inside one SVG file its own, so that several can stand in one page.
    """
    return {
        "font.family": family(),
        "font.size": 8,
        "axes.linewidth": 0.6,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "text.color": INK,
        "lines.dash_capstyle": "butt",
        "lines.solid_capstyle": "butt",
        "lines.scale_dashes": True,
        "pdf.compression": 0,  # small without it, and many small pieces take long to compress
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "path.simplify": True,
    }
