"""Individual times reconstructed from a published Kaplan-Meier curve, with how well they rebuild it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import SettingsError
from glisson.evidence.curve_input import UNIT_DAYS, Known, Points, check_known, clean_points
from glisson.kernels.curve_points import Layout, layout
from glisson.kernels.guyot import guyot
from glisson.kernels.product_limit import kaplan_meier
from glisson.kernels.reconstruct import reconstruct as rebuild
from glisson.tables import Endpoint, RiskTable, risk_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["fitted", "guyot"]

METHOD_LABEL: dict[str, str] = {
    "fitted": "least squares in whole patients, every number at risk and the total of events kept",
    "guyot": "Guyot and others 2012",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCheck:
    """A number at risk as printed, and as the reconstructed times have it."""

    time: float
    printed: int
    rebuilt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well reconstructed times rebuild what was published.

    Parameters
    ----------
    points
        Points compared.
    rmse, largest, largest_at
        Root mean square and largest difference of survival at the points, and the time of the largest.
    at_risk
        Every number at risk.
    n, events, events_known
        Patients and events reconstructed, and the events that were given, if they were.
    """

    points: int
    rmse: float
    largest: float
    largest_at: float
    at_risk: tuple[RiskCheck, ...]
    n: int
    events: int
    events_known: int | None

    def __str__(self) -> str:
        """Return the quality in words, one fact a line."""
        known = "not known" if self.events_known is None else f"{self.events_known} given"
        risk = ", ".join(f"{r.time:g}: {r.rebuilt} for {r.printed}" for r in self.at_risk if r.rebuilt != r.printed)
        count = len(self.at_risk)
        return (
            f"curve: root mean square difference {self.rmse:.4f}, largest {self.largest:.4f} "
            f"(at {self.largest_at:g}), {self.points} points\n"
            f"numbers at risk: {f'differ at {risk}' if risk else f'all {count} met exactly'}\n"
            f"patients {self.n}, events {self.events} ({known})"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstruction:
    """Individual times that rebuild a published curve, and what they were made from.

    Parameters
    ----------
    endpoint
        Whole days, one row a patient; its lineage is ``reconstructed``.
    quality
        How well they rebuild it.
    points, known
        The cleaned curve and the numbers beside it.
    unit
        Of the time axis: ``day``, ``week``, ``month`` or ``year``.
    method
        ``"fitted"`` or ``"guyot"``.
    notes
        What was changed and what was assumed, in words.
    """

    endpoint: Endpoint
    quality: Quality
    points: Points
    known: Known
    unit: str
    method: Method
    notes: tuple[str, ...]

    @property
    def table(self) -> RiskTable:
        """The counts of the endpoint by day."""
        return risk_table(self.endpoint, tuple(self.endpoint.keys))

    def __str__(self) -> str:
        """Return method, quality and notes."""
        lines = [f"{self.endpoint.label} reconstructed ({METHOD_LABEL[self.method]})", str(self.quality)]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def reconstruct(
    time: ArrayLike,
    survival: ArrayLike,
    at_risk: Sequence[tuple[float, int]] = (),
    *,
    n: int | None = None,
    events: int | None = None,
    unit: str = "month",
    percent: bool = False,
    method: Method = "fitted",
    name: str = "os",
    label: str = "",
    source: str = "published curve",
) -> Reconstruction:
    """Reconstruct individual times from a digitised Kaplan-Meier curve.

    Parameters
    ----------
    time, survival
        Shape (k,). Points read from the curve, in ``unit``, and as shares (per cent with ``percent``).
    at_risk
        (time, number at risk) as printed under the figure.
    n
        Patients, where the numbers at risk do not begin at time 0.
    events
        All events of the curve, where the publication gives them: they are kept exactly.
    unit
        Unit of the time axis: ``"day"``, ``"week"``, ``"month"`` (30.4375 days) or ``"year"``.
    method
        ``"fitted"``, or ``"guyot"`` for the algorithm of 2012.
    name, label
        Of the endpoint.
    source
        Where the figure stands; part of the lineage.

    Returns
    -------
    Reconstruction
        With an ``Endpoint`` of whole days, a ``RiskTable``, and the quality, which print.

    Raises
    ------
    InputError
        Naming every row that is impossible.
    SettingsError
        If the unit or the method is unknown.

    Notes
    -----
    Guyot P, Ades AE, Ouwens MJNM, Welton NJ. BMC Med Res Methodol 2012;12:9; docs/methods/reconstruction.md.

    Examples
    --------
    >>> made = reconstruct([0, 2, 3, 5], [1, 0.9, 0.675, 0.45], [(0, 10), (3, 8)], events=5)
    >>> made.endpoint.exit[made.endpoint.cause == 1].tolist()
    [61, 91, 91, 152, 152]
    >>> print(made.quality)  # doctest: +ELLIPSIS
    curve: root mean square difference 0.0000, largest 0.0000 (at ...), 4 points
    numbers at risk: all 2 met exactly
    patients 10, events 5 (5 given)
    """
    if unit not in UNIT_DAYS:
        raise SettingsError(f"unit {unit!r}", expected=f"one of {', '.join(UNIT_DAYS)}")
    if method not in METHOD_LABEL:
        raise SettingsError(f"method {method!r}", expected=f"one of {', '.join(METHOD_LABEL)}")
    points = clean_points(time, survival, percent=percent)
    known = check_known(points, at_risk, n=n, events=events)
    grid, survival_at = on_layout(points, known)
    if method == "guyot":
        had, censored = guyot(grid, survival_at, total=events)
    else:
        made = rebuild(grid, survival_at[None], total=events, error=points.error)
        had, censored = made[0][0], made[1][0]
    exit_, event = times_in_days(grid, had, censored, UNIT_DAYS[unit])
    rules = (
        ("source", f"reconstructed from {source}"),
        ("method", METHOD_LABEL[method]),
        ("unit", f"axis in {unit}s of {UNIT_DAYS[unit]:g} days"),
    )
    words = {1: "event read from the curve", 0: "censoring placed between the numbers at risk"}
    plain = Endpoint.from_arrays(exit_, event, name=name, label=label, source_label=source)
    endpoint = replace(
        plain, source_kind="reconstructed", rules=rules, provenance=tuple(words[int(e)] for e in event)
    )  # fmt: skip
    quality = measure(endpoint, points, known, UNIT_DAYS[unit])
    notes = (*points.changes, *_assumed(points, known, quality))
    return Reconstruction(
        endpoint=endpoint, quality=quality, points=points, known=known, unit=unit, method=method, notes=notes
    )  # fmt: skip


def on_layout(points: Points, known: Known) -> tuple[Layout, Floats]:
    """Return the points at which the curve falls, its ends, and the numbers at risk; and survival at each."""
    falls = np.diff(points.survival, prepend=1.0) < 0
    falls[[0, -1]] = True
    time, survival = points.time[falls], points.survival[falls]
    grid = layout(time, known.time, known.at_risk)
    return grid, survival[grid.source]


def times_in_days(grid: Layout, events: Ints, censored: Ints, days: float) -> tuple[Ints, Ints]:
    """Return exit in whole days and event of each patient, those with an event first.

    Parameters
    ----------
    grid
        The points.
    events, censored
        Shape (K,), at and after each point.
    days
        Days of a unit of the axis.

    Returns
    -------
    exit, event
        Shape (n,). Censorings are spread evenly to the next point, and stay on their side of it, as the events and
        the numbers at risk need.
    """
    day = np.rint(grid.time * days).astype(np.int64)
    begins = np.zeros(len(day), dtype=np.bool_)
    begins[grid.first] = True
    start_of_next = np.append(day[grid.first[1:]], day[-1] + 1)[grid.part]
    day = np.maximum(np.minimum(day, start_of_next - 1), 0)
    following = np.append(day[1:], day[-1] + 1)
    until = np.append(grid.time[1:], grid.time[-1])
    place = np.repeat(np.arange(len(day)), censored)
    before = np.cumsum(censored) - censored
    turn = np.arange(len(place)) - np.repeat(before, censored) + 1
    when = grid.time[place] + turn / (censored[place] + 1) * (until - grid.time)[place]
    left = np.rint(when * days).astype(np.int64)
    left = np.maximum(np.minimum(left, following[place] - 1), day[place])
    exit_ = np.concatenate([np.repeat(day, events), left])
    event = np.concatenate([np.ones(int(events.sum()), dtype=np.int64), np.zeros(len(left), dtype=np.int64)])
    return exit_, event


def measure(endpoint: Endpoint, points: Points, known: Known, days: float) -> Quality:
    """Compare reconstructed times with what was published.

    Parameters
    ----------
    endpoint
        Whole days.
    points, known
        As read, in units of ``days`` days.
    """
    levels = risk_table(endpoint).levels()
    survival = np.append(1.0, kaplan_meier(levels.at_risk[0], levels.events[0].sum(axis=0))[0])
    at = np.rint(points.time * days)
    last = np.append(np.diff(at) > 0, True)  # of the points of one day
    apart = np.where(last, np.abs(survival[np.searchsorted(levels.time, at, side="right")] - points.survival), 0.0)
    worst = int(apart.argmax())
    checks = tuple(
        RiskCheck(time=float(t), printed=int(k), rebuilt=int((endpoint.exit >= np.rint(t * days)).sum()))
        for t, k in zip(known.time, known.at_risk, strict=True)
    )
    return Quality(
        points=int(last.sum()), rmse=float(np.sqrt(np.mean(apart[last] ** 2))), largest=float(apart[worst]),
        largest_at=float(points.time[worst]), at_risk=checks, n=len(endpoint), events=endpoint.n_events,
        events_known=known.events,
    )  # fmt: skip


def _assumed(points: Points, known: Known, quality: Quality) -> list[str]:
    """Say what was assumed, and where what is known does not fit together."""
    out = []
    end = float(max(points.time[-1], known.time[-1]))
    if len(known.time) < 2:
        out.append(
            "only the number of patients is known: " + (
                "censoring is spread so that the events add up" if known.events is not None
                else "nobody is taken as censored before the curve ends"
            )
        )  # fmt: skip
    elif known.at_risk[-1] > 0 and end > known.time[-1] and known.events is None:
        out.append(f"after the last number at risk (time {known.time[-1]:g}) censoring is taken to go on as before it")
    if quality.largest > 0.02:
        out.append(
            f"the curve and the numbers do not fit together better than {quality.largest:.3f} (at time "
            f"{quality.largest_at:g}): check the points, the numbers at risk and the events there"
        )
    return out
