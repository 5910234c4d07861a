"""What a figure of a reconstruction shows: the points that were read over the curve that was rebuilt, as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from glisson.evidence.curve_input import UNIT_DAYS
from glisson.evidence.reconstruct import Reconstruction
from glisson.kernels.product_limit import kaplan_meier
from glisson.tables import risk_table

#: Points that are drawn at most; more would hide the curve.
_MOST_POINTS = 60
_MOST_TICKS = 9
_STEPS = (1, 2, 3, 5, 6, 10, 12, 20, 24, 30, 50, 60, 90, 100, 120, 180, 200, 250, 365, 500, 730, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructionFigure:
    """A rebuilt curve, the points read, and the numbers at risk printed and rebuilt.

    Parameters
    ----------
    title, x_label
        In words.
    time, survival
        Corners of the rebuilt curve, in the unit of the axis.
    read_time, read_survival
        Points that were read.
    ticks, end
        Of the time axis.
    at_risk
        (time, printed, rebuilt).
    foot
        The quality in two lines.
    """

    title: str
    x_label: str
    time: tuple[float, ...]
    survival: tuple[float, ...]
    read_time: tuple[float, ...]
    read_survival: tuple[float, ...]
    ticks: tuple[float, ...]
    end: float
    at_risk: tuple[tuple[float, int, int], ...]
    foot: tuple[str, str]


def reconstruction_figure(made: Reconstruction, title: str = "") -> ReconstructionFigure:
    """Return the figure of a reconstruction.

    Parameters
    ----------
    made
        What was reconstructed.
    title
        Above the figure; by default the name of the endpoint.

    Returns
    -------
    ReconstructionFigure
        At most 60 of the points are shown, evenly chosen.

    Examples
    --------
    >>> from glisson.evidence.reconstruct import reconstruct
    >>> figure = reconstruction_figure(reconstruct([0, 2, 5], [1, 0.8, 0.5], [(0, 10), (3, 8)], events=5))
    >>> figure.at_risk
    ((0.0, 10, 10), (3.0, 8, 8))
    >>> figure.foot[1]
    'Events 5 (5 given)'
    """
    days = UNIT_DAYS[made.unit]
    levels = risk_table(made.endpoint).levels()
    survival = kaplan_meier(levels.at_risk[0], levels.events[0].sum(axis=0))[0]
    time = [0.0, *(levels.time / days).tolist()]
    end = max(time[-1], float(made.points.time[-1]))
    count = len(made.points.time)
    shown = sorted({round(i * (count - 1) / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)})
    quality = made.quality
    known = "not given" if quality.events_known is None else f"{quality.events_known} given"
    apart = f"Largest difference {quality.largest:.3f}, root mean square {quality.rmse:.3f}"
    return ReconstructionFigure(
        title=title or made.endpoint.label, x_label=f"{made.unit.capitalize()}s", time=_numbers(time),
        survival=_numbers([1.0, *survival.tolist()]), read_time=_numbers(made.points.time[shown].tolist()),
        read_survival=_numbers(made.points.survival[shown].tolist()), ticks=_ticks(end), end=end,
        at_risk=tuple((r.time, r.printed, r.rebuilt) for r in quality.at_risk),
        foot=(apart, f"Events {quality.events} ({known})"),
    )  # fmt: skip


def _ticks(end: float) -> tuple[float, ...]:
    step = next((s for s in _STEPS if end / s < _MOST_TICKS), _STEPS[-1])
    return tuple(float(i * step) for i in range(int(end / step) + 1))


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
