"""What a plot of lines shows: power against the truth, patients against the effect, patients entered against time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line through points, left to right.

    Parameters
    ----------
    label
        In the key; empty for none.
    x, y
        Points in the units of the axes.
    marks
        Whether each point carries a mark, because only the points were calculated.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    marks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A thin line across the plot with a few words beside it.

    Parameters
    ----------
    way
        ``"up"`` at a place of the horizontal axis, ``"across"`` at one of the vertical axis.
    """

    way: Literal["up", "across"]
    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Parameters
    ----------
    label
        With its unit.
    low, high
        Its ends.
    ticks
        Places of ticks.
    percent
        Whether ticks are written as per cent.
    """

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    percent: bool = False

    def written(self, tick: float) -> str:
        """Return a tick as text."""
        return f"{100 * tick:.0f}%" if self.percent else f"{tick:,.6g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesFigure:
    """Lines over two axes.

    Parameters
    ----------
    lines
        In the order of the key.
    x, y
        Axes.
    rules
        Thin lines with words.
    foot
        Small print below.
    """

    lines: tuple[Line, ...]
    x: Axis
    y: Axis
    rules: tuple[Rule, ...] = ()
    foot: str = ""


def axis(label: str, low: float, high: float, *, percent: bool = False, wanted: int = 5) -> Axis:
    """Return an axis that holds a range, with round ticks.

    Parameters
    ----------
    label
        With its unit.
    low, high
        What it must hold; equal ends are widened.
    percent
        Whether ticks are written as per cent.
    wanted
        Ticks wished for.

    Examples
    --------
    >>> axis("Patients", 0, 87).ticks
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    width = (high - low) or abs(high) or 1.0
    raw = width / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(i * step, 12) for i in range(first, max(last, first + 1) + 1))
    return Axis(label=label, low=ticks[0], high=ticks[-1], ticks=ticks, percent=percent)
