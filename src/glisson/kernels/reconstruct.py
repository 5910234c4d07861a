"""Individual times from the points of a Kaplan-Meier curve and the numbers at risk under it.

Unknown are whole numbers: events at each point, and censorings between it and the next. Known are every number at
risk, often the total number of events, and the curve up to the error of reading it. All curves of a batch share the
times of their points and the numbers at risk; they differ in the survival that was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.curve_points import Layout
from glisson.kernels.reconstruct_changes import misfit, polished

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Survival is kept above this where it divides.
_LEAST = 1e-6
#: How censoring can be moved early (negative) or late: its share at u of an interval is u ** exp(skew).
SKEWS = np.linspace(-2.4, 2.4, 9)
EVEN = 4
_HALVINGS = 14
#: Share by which the smooth number at risk may be off, and the most that an event beyond the first at a step costs.
_ROUGH, _TIE = 0.1, 3.0
#: Censoring after the last number at risk, for each year-like span of the whole curve, where nothing tells its rate.
_UNKNOWN_RATE = 0.3
#: Changes of single patients for a better fit.
_ROUNDS, _FEW_ROUNDS, _FEW_POINTS = 10, 2, 40
#: Curves up to which rounding goes curve by curve.
_FEW_CURVES = 16
#: Numbers worked on at once: what stays in the cache.
_BLOCK = 20_000


def reconstruct(
    points: Layout,
    survival: Floats,
    *,
    total: int | None = None,
    error: float = 0.005,
    skew: Ints | int = EVEN,
    thorough: bool = True,
) -> tuple[Ints, Ints]:
    """Return events at, and censorings after, each point.

    Parameters
    ----------
    points
        Shared by all curves.
    survival
        Shape (B, K): survival at each point of the layout, after the events there, not increasing.
    total
        Events in all, if known.
    error
        Standard deviation of a reading of survival; decides how much the size of single steps is believed.
    skew
        Places in ``SKEWS``, shape (m,) or (B, m): how censoring within each interval is thought to have been spread
        where nothing else tells.
    thorough
        Make more changes for a better fit; where points are few, begin with censoring early, even and late in every
        interval, too.

    Returns
    -------
    events, censored
        Shape (B, K). Every number at risk is met exactly wherever the curve allows it, and ``total`` always, where
        there are patients enough.

    Notes
    -----
    First the number at risk is found as a smooth curve: between two numbers at risk it falls by the hazard that was
    read, and by censorings of which there are as many as it takes to arrive at the next number. Their skew is the one
    at which events add up to ``total``. Then events are rounded one point after the other against the curve
    rebuilt so far, so that errors of rounding do not add up, while censorings keep to the smooth number at risk.
    Last, single patients are changed, an event into a censoring or back, a censoring to before or after an event,
    where that brings the total to what is known, or the curve nearer to what was read: the sum of squared differences
    decides.

    Examples
    --------
    >>> from glisson.kernels.curve_points import layout
    >>> points = layout(np.array([0.0, 2.0, 5.0]), np.array([0.0, 3.0]), np.array([4, 2]))
    >>> events, censored = reconstruct(points, np.array([[1.0, 0.75, 0.75, 0.0]]))
    >>> events.tolist(), censored.sum(axis=1).tolist()
    ([[0, 1, 0, 2]], [1])
    """
    size, m = len(survival), len(points.first)
    smooth = _Smooth.of(points, survival, known=total is not None)
    likely, summed = smooth.skews(total, error, np.broadcast_to(np.asarray(skew), (size, m)))
    starts = [likely] if total is None else [likely, summed]
    few = len(points.time) <= _FEW_POINTS
    if thorough and few:
        starts += [np.full((size, m), place) for place in (EVEN, 0, len(SKEWS) - 1)]
    read = np.tile(survival, (len(starts), 1))
    events, censored = _rounded(points, read, smooth.at_risk(np.stack(starts)).reshape(read.shape))
    rounds = _ROUNDS if thorough else _FEW_ROUNDS
    events, censored = polished(points, read, events, censored, total, error, rounds)
    apart = misfit(points, read, events, censored).reshape(len(starts), size)
    # A later start must be better by more than what the error of reading explains.
    apart[1:] += 4 * error**2
    best = apart.argmin(axis=0) * size + np.arange(size)
    return events[best], censored[best]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Smooth:
    """What the smooth number at risk is calculated from, for any skew of the censorings of each interval.

    Parameters
    ----------
    points, part
        The layout, and the number at risk that each point follows.
    after, before
        Shape (B, K): survival after, and before, the events of each point; never 0.
    hazard
        Shape (B, K): share of those at risk that have the event.
    share
        Shape (G, K): for each skew the share of an interval's censorings that lie before each point.
    upto
        Shape (G, K): the same before the next point.
    rate
        Shape (B,): censorings a person and unit of time after the last number at risk.
    """

    points: Layout
    part: Ints
    after: Floats
    before: Floats
    hazard: Floats
    share: Floats
    upto: Floats
    rate: Floats

    @classmethod
    def of(cls, points: Layout, survival: Floats, *, known: bool) -> _Smooth:
        after = np.maximum(survival, _LEAST)
        before = np.concatenate([np.ones((len(survival), 1)), after[:, :-1]], axis=1)
        hazard = np.where(survival > 0, 1.0 - survival / before, 1.0)
        part = points.part
        share = _through(points, part) ** np.exp(SKEWS)[:, None]
        upto = np.concatenate([share[:, 1:], np.ones((len(SKEWS), 1))], axis=1)
        upto[:, points.ends] = 1.0
        none = np.zeros(len(survival))
        made = cls(points=points, part=part, after=after, before=before, hazard=hazard, share=share, upto=upto,
                   rate=none)  # fmt: skip
        rate = made._rate_before_tail()
        span = float(points.time[-1]) or 1.0
        return replace(made, rate=np.maximum(rate, _UNKNOWN_RATE / span) if known else rate)

    def at_risk(self, place: Ints) -> Floats:
        """Shape (..., B, K): at risk just before each point, for the skews at ``place``, shape (..., B or 1, m)."""
        p, part = self.points, self.part
        index = np.arange(len(p.time))
        gone, censored = self._censored(self.share[place[..., part], index], self.upto[place[..., part], index])
        out = self.before * ((p.at_risk / self.before[:, p.first])[:, part] - censored[..., part] * gone)
        tail = p.tail
        rate = self.rate * np.exp(-SKEWS[place[..., -1]])
        left = np.exp(-rate[..., None] * (p.time[tail:] - p.time[tail]))
        out[..., tail:] = p.at_risk[-1] * self.before[:, tail:] / self.before[:, tail : tail + 1] * left
        return np.maximum(out, 0.0, out=out)

    def skews(self, total: int | None, error: float, near: Ints) -> tuple[Ints, Ints]:
        """Return the skew of each interval, shape (B, m): the likeliest, and the likeliest of those that add up.

        Events are whole numbers, so a skew is likely under which the steps that were read, times the number at risk,
        come out near whole numbers. A step is read with an error, and many patients blur it.
        """
        m = len(self.points.first)
        cost, events = np.empty((2, len(SKEWS), len(self.after), m))
        blur = _ROUGH**2 + 2.0 * (error / np.maximum(self.hazard * self.before, 1e-12)) ** 2
        tie = self._price_of_ties(self.at_risk(np.full((1, m), EVEN)) * self.hazard)
        step = max(1, _BLOCK // self.after.size)
        for i in range(0, len(SKEWS), step):
            some = np.arange(len(SKEWS))[i : i + step]
            had = self.at_risk(np.broadcast_to(some[:, None, None], (len(some), 1, m))) * self.hazard
            square = had**2 * blur
            clear = np.exp(-2 * np.pi**2 * square)
            weight = np.minimum(1.0 / (4 * np.pi**2 * np.maximum(square, 1e-9)), 2.0 * clear)
            odd = weight * (1.0 - np.cos(2 * np.pi * had)) + tie * clear * np.maximum(had - 1.0, 0.0)
            cost[some] = np.add.reduceat(odd, self.points.first, axis=-1)
            events[some] = np.add.reduceat(had, self.points.first, axis=-1)
        cost += (SKEWS[:, None, None] - SKEWS[near]) ** 2 / 2
        likely = cost.argmin(axis=0)
        return likely, likely if total is None else _adding_up(cost, events, total)

    def _price_of_ties(self, had: Floats) -> Floats:
        """Shape (B, 1): what an event beyond the first at a step costs; nothing where points stand for many events."""
        falls = self.hazard > 0
        excess = np.where(falls, np.maximum(had - 1.0, 0.0), 0.0).sum(axis=1) / np.maximum(falls.sum(axis=1), 1)
        out: Floats = np.clip(-np.log(np.maximum(excess, 1e-9)), 0.0, _TIE)[:, None]
        return out

    def _censored(self, share: Floats, upto: Floats) -> tuple[Floats, Floats]:
        """Return for each point the sum of share / survival so far in its interval, and the censorings of each."""
        p = self.points
        total = np.cumsum((upto - share) / self.after, axis=-1)
        so_far = np.zeros_like(total)
        so_far[..., 1:] = total[..., :-1]
        begin = so_far[..., p.first]
        whole = total[..., p.ends] - begin
        following = np.append(p.at_risk[1:], 0)
        owed = p.at_risk / self.before[:, p.first] - following / self.after[:, p.ends]
        return so_far - begin[..., self.part], np.maximum(owed / np.maximum(whole, 1e-12), 0.0)

    def _rate_before_tail(self) -> Floats:
        """Shape (B,): censorings a person and unit of time over the known intervals."""
        p = self.points
        if len(p.first) < 2:
            return np.zeros(len(self.after))
        _, censored = self._censored(self.share[EVEN], self.upto[EVEN])
        exposure = np.diff(p.time[p.first]) * (p.at_risk[1:] + p.at_risk[:-1]) / 2
        rate: Floats = censored[:, :-1].sum(axis=1) / max(float(exposure.sum()), 1e-12)
        return rate


def _through(points: Layout, part: Ints) -> Floats:
    """Shape (K,): how far through its interval each point lies; where nobody is left, it ends with the curve."""
    start = points.time[points.first]
    nobody = np.append(points.at_risk[1:], 0) == 0
    end = np.minimum(np.append(start[1:], points.time[-1]), np.where(nobody, points.time[-1], np.inf))
    out: Floats = np.clip((points.time - start[part]) / np.maximum(end - start, 1e-12)[part], 0.0, 1.0)
    return out


def _adding_up(cost: Floats, events: Floats, total: int) -> Ints:
    """Return the choice of least cost, shape (B, m), among those with about so many events: a price on each event."""
    low, high = np.full(cost.shape[1], -1e3), np.full(cost.shape[1], 1e3)
    for _ in range(_HALVINGS):
        # Prices are halved on a scale that is fine near nothing.
        price = np.sinh((np.arcsinh(50 * low) + np.arcsinh(50 * high)) / 2) / 50
        place: Ints = (cost + price[:, None] * events).argmin(axis=0).astype(np.int64)
        many = np.take_along_axis(events, place[None], axis=0)[0].sum(axis=1) > total
        low, high = np.where(many, price, low), np.where(many, high, price)
    return place


def _rounded(points: Layout, survival: Floats, smooth: Floats) -> tuple[Ints, Ints]:
    """Round events and censorings one point after the other; arithmetic in floating point on whole numbers."""
    following = np.append(points.at_risk[1:], 0)[points.part].astype(np.float64)
    last = np.zeros(len(points.time), dtype=np.bool_)
    last[points.ends] = True
    if len(survival) <= _FEW_CURVES:
        rows = zip(survival.tolist(), smooth.tolist(), strict=True)
        both = [_rounded_one(points, read, risk, following.tolist(), last.tolist()) for read, risk in rows]
        return np.array([e for e, _ in both], dtype=np.int64), np.array([c for _, c in both], dtype=np.int64)
    tail = points.tail
    read, risk = np.ascontiguousarray(survival.T), np.ascontiguousarray(smooth.T)
    ends_alive = (survival[:, -1] > 0).astype(np.float64)
    events, censored = np.zeros(read.shape), np.zeros(read.shape)
    left = np.full(len(survival), float(points.at_risk[0]))
    level = np.ones(len(survival))
    for i in range(len(read)):
        # Somebody is still at risk where a curve ends above 0.
        least = following[i] if i < tail else ends_alive
        d = np.minimum(np.maximum(np.rint(left * (1.0 - read[i] / level)), 0.0), np.maximum(left - least, 0.0))
        level = np.maximum(level * (1.0 - d / np.maximum(left, 1.0)), _LEAST)
        left = left - d
        c = left - following[i] if last[i] else np.minimum(np.rint(left - risk[i + 1]), left - least)
        c = np.maximum(c, 0.0)
        left = left - c
        events[i], censored[i] = d, c
    return events.T.astype(np.int64), censored.T.astype(np.int64)


def _rounded_one(
    points: Layout, read: list[float], risk: list[float], following: list[float], last: list[bool]
) -> tuple[list[float], list[float]]:
    """Do the same for one curve with plain numbers, which for few curves is much quicker."""
    tail, alive = points.tail, float(read[-1] > 0)
    events, censored = [0.0] * len(read), [0.0] * len(read)
    left, level = float(points.at_risk[0]), 1.0
    for i, now in enumerate(read):
        least = following[i] if i < tail else alive
        d = float(min(max(round(left * (1.0 - now / level)), 0), max(left - least, 0.0)))
        level = max(level * (1.0 - d / max(left, 1.0)), _LEAST)
        left -= d
        c = max(left - following[i] if last[i] else min(round(left - risk[i + 1]), left - least), 0.0)
        left -= c
        events[i], censored[i] = d, c
    return events, censored
