"""Single patients of a reconstruction changed while that brings its curve nearer to the one that was read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.curve_points import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def polished(
    points: Layout, survival: Floats, events: Ints, censored: Ints, total: int | None, error: float, rounds: int
) -> tuple[Ints, Ints]:
    """Change single patients until the total is met, and then while that brings the curve nearer to what was read."""
    events, censored = events.copy(), censored.copy()
    wanted = None if total is None else min(total, int(points.at_risk[0]))
    if wanted is not None:
        rounds += int(np.abs(events.sum(axis=1) - wanted).max(initial=0))
    busy = np.arange(len(events))
    for _ in range(rounds):
        if not busy.size:
            break
        moved, e, c = _changed(points, survival[busy], events[busy], censored[busy], wanted, 10 * error**2)
        events[busy[moved]], censored[busy[moved]] = e[moved], c[moved]
        busy = busy[moved]
    return events, censored


def _changed(
    points: Layout, read: Floats, events: Ints, censored: Ints, wanted: int | None, least: float
) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Make the one change of each curve that serves it best; return which curves had one."""
    rows = np.arange(len(read))
    before, gains = _gains(points, read, events, censored)
    place = gains.argmin(axis=2)
    more, less, later, earlier = np.take_along_axis(gains, place[:, :, None], axis=2)[:, :, 0]
    pair = np.where(place[0] == place[1], np.inf, more + less)
    never = np.full(len(rows), np.inf)
    short = np.zeros(len(rows)) if wanted is None else wanted - events.sum(axis=1)
    choices = np.stack([more, less, never if wanted is None else pair, later, earlier])
    if wanted is not None:
        choices[:2, short == 0] = np.inf
        choices[1:, short > 0] = np.inf
        choices[0, short < 0], choices[2:, short < 0] = np.inf, np.inf
    kind = choices.argmin(axis=0)
    promised = choices[kind, rows]
    possible = np.isfinite(promised) & ((short != 0) | (promised < -least))
    if not possible.any():
        return possible, events, censored
    e, c = events.copy(), censored.copy()
    for chosen, at, sign in ((1, place[1], -1), (2, place[1], -1), (0, place[0], 1), (2, place[0], 1)):
        who = rows[possible & (kind == chosen)]
        if not who.size:
            continue
        gone = np.cumsum(e[who] + c[who], axis=1) - c[who]
        kept = points.at_risk[0] - gone[np.arange(len(who)), at[who]]
        source = at[who] - (kept == 0) if sign < 0 else _nearest_censoring(points, c[who], at[who], kept < 2)
        e[who, at[who]] += sign
        c[who, source] -= sign
    for chosen, at, sign in ((3, place[2], 1), (4, place[3], -1)):
        who = rows[possible & (kind == chosen)]
        c[who, at[who] - 1] -= sign
        c[who, at[who]] += sign
    forced = short != 0
    if forced.all():
        return possible, e, c
    return possible & (forced | (misfit(points, read, e, c) < before - least)), e, c


def _left(events: Ints, censored: Ints, points: Layout) -> Floats:
    """Shape (B, K): at risk just before each point."""
    gone = np.cumsum(events + censored, axis=1)
    out: Floats = np.maximum(points.at_risk[0] - gone + events + censored, 1).astype(np.float64)
    return out


def misfit(points: Layout, read: Floats, events: Ints, censored: Ints) -> Floats:
    survival = np.cumprod(1.0 - events / _left(events, censored, points), axis=1)
    out: Floats = ((survival - read) ** 2).sum(axis=1)
    return out


def _gains(points: Layout, read: Floats, events: Ints, censored: Ints) -> tuple[Floats, Floats]:
    """Return the sum of squares, and by how much four changes at each point would change it, shape (4, B, K).

    The changes: an event more; an event less; a censoring just before the point to just after it; and back. Each
    multiplies the whole curve from the point on by a factor, so the sum of squares changes by a quadratic in it,
    with sums over the later points that serve all changes at once. It is infinite where a change cannot be.
    """
    left = _left(events, censored, points)
    kept = left - events
    share = kept / left
    survival = np.cumprod(share, axis=1)
    square = np.cumsum((survival**2)[:, ::-1], axis=1)[:, ::-1]
    cross = np.cumsum((survival * read)[:, ::-1], axis=1)[:, ::-1]
    some, safe = kept >= 1, np.maximum(kept, 1)
    part_kept = np.where(some, share, 1)
    inside = np.ones(len(points.time), dtype=np.bool_)
    inside[points.first] = False
    had, before = events > 0, np.zeros_like(censored)
    before[:, 1:] = censored[:, :-1]
    count = np.cumsum(censored, axis=1)
    start = (count - censored)[:, points.first][:, points.part]
    free = (count[:, points.ends] - start[:, points.first])[:, points.part] > 0
    # Where nobody, or one patient, is left after a point, an event more needs somebody censored before it.
    can = np.where(kept < 2, count - censored - start > 0, free)
    falls = np.diff(read, axis=1, prepend=1.0) < 0
    falls |= ~(can & falls).any(axis=1, keepdims=True)
    falls[:, 0] = False
    smaller = np.maximum(left - 1, 1)
    more = np.where(kept < 2, left / (left + 1), (kept - 1) / safe)
    less = (kept + 1) / safe
    factor = np.stack([more, less, (kept + 1) / (left + 1) / part_kept, (kept - 1) / smaller / part_kept])
    moves = inside & had
    # Where nobody is left after a point, an event less means somebody censored before it.
    fewer = np.where(kept == 0, inside & (events >= 2), had)
    possible = np.stack([can & falls, fewer, moves & (before > 0) & some, moves & (censored > 0) & (kept >= 2)])
    gains = np.where(possible, (factor**2 - 1) * square - 2 * (factor - 1) * cross, np.inf)
    return ((survival - read) ** 2).sum(axis=1), gains


def _nearest_censoring(points: Layout, censored: Ints, place: Ints, before: NDArray[np.bool_]) -> Ints:
    """Return the point after which somebody is censored in the same interval, nearest to each place, or before it."""
    index = np.arange(len(points.time))
    away = np.abs(index - place[:, None]) + 0.25 * (index < place[:, None])
    there = (censored > 0) & (points.part == points.part[place][:, None])
    there &= (index < place[:, None]) | ~before[:, None]
    out: Ints = np.where(there, away, np.inf).argmin(axis=1).astype(np.int64)
    return out
