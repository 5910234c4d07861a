"""One-sample log-rank tests with one look for futility: all of them, by bivariate normal probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from glisson.kernels.planned import FollowUp, Score, Weibull, gauss, score, score_covariance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FAR = 8.5  # nothing of a normal distribution is left beyond
_HALVINGS, _MORE, _STEPS = 24, 12, 6  # more for the look that is chosen
_LOOKS = 40  # looks tried at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What does not change while designs are tried; times in one unit.

    Parameters
    ----------
    null, ratio
        Null curve, and hazard ratio of the alternative.
    accrual_rate
        Patients a unit of time.
    follow_up
        Time from the last entry to the analysis.
    dropout
        Hazard of dropping out.
    alpha, power
        One-sided size and wanted power.
    """

    null: Weibull
    ratio: float
    accrual_rate: float
    follow_up: float
    dropout: float
    alpha: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLooks:
    """Stop if the test after ``n1`` entries is at most ``c1``; promising if in the end it is above ``c``.

    Parameters
    ----------
    n1, n
        Patients entered at the look, and in all.
    c1, c
        Limits.
    look
        Time of the look.
    stop0, stop1
        Probabilities to stop under null and alternative.
    alpha, power
        Type I error and power.
    """

    n1: int
    n: int
    c1: float
    c: float
    look: float
    stop0: float
    stop1: float
    alpha: float
    power: float

    @property
    def expected_n(self) -> float:
        """Return the patients expected under the null."""
        return self.n1 + (1 - self.stop0) * (self.n - self.n1)


def both_above(a: Floats, b: Floats, rho: Floats) -> Floats:
    """Return the probability that two correlated standard normals exceed a and b.

    Examples
    --------
    >>> one = np.array([0.0])
    >>> both_above(one, one, np.array([0.5])).round(6).tolist()  # 1/4 + arcsin(rho) / 2 pi
    [0.333333]
    """
    x, w = gauss(48)
    low = np.clip(a, -_FAR, _FAR)[..., None]
    at = low + (_FAR - low) * x
    density = np.exp(-at * at / 2) / np.sqrt(2 * np.pi)
    r = rho[..., None]
    tail = ndtr((r * at - b[..., None]) / np.sqrt(1 - r * r))
    return np.asarray(((density * tail) @ w) * (_FAR - low[..., 0]))


def single_power(moments: Score, n: Floats | float, *, alpha: float, average: bool = False) -> Floats:
    """Return the power of the one-sample log-rank test.

    Parameters
    ----------
    moments
        Under the alternative.
    n
        Patients.
    alpha
        One-sided size.
    average
        Whether the test is scaled by the mean of observed and expected events, or by the expected ones.

    Examples
    --------
    >>> m = score(Weibull.through(0.6, at=3.0, shape=0.5), 0.5, FollowUp(accrual=9.0, until=10.0))
    >>> round(float(single_power(m, 44.6467647, alpha=0.05)), 6)
    0.85
    """
    scale = (moments.expected + moments.observed) / 2 if average else moments.expected
    shift = np.sqrt(n) * moments.drift + np.sqrt(scale) * ndtri(alpha)
    return np.asarray(ndtr(shift / np.sqrt(moments.variance)))


def best_look(plan: Plan, n: int) -> TwoLooks | None:
    """Return the design of n patients that expects fewest under the null; ``None`` where none has the power.

    Notes
    -----
    For every number of patients at the look, the highest limit there that leaves the power; the last limit is the one
    that spends the whole type I error.

    Examples
    --------
    >>> plan = Plan(null=Weibull.through(0.6, at=3.0, shape=0.5), ratio=0.5, accrual_rate=5.0, follow_up=1.0,
    ...             dropout=0.0, alpha=0.05, power=0.85)
    >>> best = best_look(plan, 48)
    >>> best.n1, round(best.c1, 2), round(best.expected_n, 1)
    (20, 0.23, 31.4)
    """
    every = np.arange(2, n)
    step = max(1, len(every) // _LOOKS)
    best = _best_of(plan, n, every[::step])
    if best is None or step == 1:
        return best
    near = np.arange(max(2, best.n1 - step), min(n, best.n1 + step + 1))
    return _best_of(plan, n, near)


def _best_of(plan: Plan, n: int, n1: Ints) -> TwoLooks | None:
    moments = _Moments.of(plan, n, n1)
    low, high = _highest(plan, moments, np.full(len(n1), -_FAR), np.full(len(n1), _FAR), _HALVINGS)
    possible = low > -_FAR / 2
    if not possible.any():
        return None
    expected = np.where(possible, n1 + ndtr(-low) * (n - n1), np.inf)
    i = int(np.argmin(expected))
    chosen = _Moments.of(plan, n, n1[i : i + 1])
    c1, _ = _highest(plan, chosen, low[i : i + 1], high[i : i + 1], _MORE)
    c = chosen.last(c1, plan.alpha)
    return TwoLooks(
        n1=int(n1[i]), n=n, c1=float(c1[0]), c=float(c[0]), look=float(n1[i] / plan.accrual_rate),
        stop0=float(ndtr(c1[0])), stop1=float(chosen.stop(c1)[0]), power=float(chosen.power(c1, c)[0]),
        alpha=float(both_above(c1, c, chosen.rho0)[0]),
    )  # fmt: skip


def _highest(plan: Plan, moments: _Moments, low: Floats, high: Floats, halvings: int) -> tuple[Floats, Floats]:
    """Close in on the highest limits at the look that leave the power; the first of the pair leaves it."""
    for _ in range(halvings):
        middle = (low + high) / 2
        enough = moments.power(middle, moments.last(middle, plan.alpha)) >= plan.power
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moments:
    """Means, spreads and correlations of the two tests, one for each n1; the null has mean 0 and spread 1."""

    rho0: Floats
    mean1: Floats
    spread1: Floats
    mean: Floats
    spread: Floats
    rho1: Floats

    @classmethod
    def of(cls, plan: Plan, n: int, n1: Ints) -> _Moments:
        accrual = n / plan.accrual_rate
        until = accrual + plan.follow_up
        end = FollowUp(accrual=accrual, until=until, dropout=plan.dropout)
        final0, final1 = score(plan.null, 1.0, end), score(plan.null, plan.ratio, end)
        rows = []
        for k in n1:
            look = float(k / plan.accrual_rate)
            early = FollowUp(accrual=accrual, until=look, dropout=plan.dropout)
            first0, first1 = score(plan.null, 1.0, early), score(plan.null, plan.ratio, early)
            joint = score_covariance(
                plan.null, plan.ratio, accrual=accrual, look=look, until=until, dropout=plan.dropout
            )
            rows.append((
                np.sqrt(k * first0.variance / (n * final0.variance)),
                np.sqrt(k / first1.expected) * first1.drift, np.sqrt(first1.variance / first1.expected),
                np.sqrt(n / final1.expected) * final1.drift, np.sqrt(final1.variance / final1.expected),
                np.sqrt(k / n) * joint / np.sqrt(first1.variance * final1.variance),
            ))  # fmt: skip
        return cls(**dict(zip(("rho0", "mean1", "spread1", "mean", "spread", "rho1"), np.array(rows).T, strict=True)))

    def last(self, c1: Floats, alpha: float) -> Floats:
        """Return the last limit; stopping may already spend less than alpha."""
        c = np.full(len(c1), -float(ndtri(alpha)))
        spread = np.sqrt(1 - self.rho0**2)
        for _ in range(_STEPS):  # Newton's steps: convex in c on this side, so that they do not overshoot for long
            slope = np.exp(-c * c / 2) / np.sqrt(2 * np.pi) * ndtr((self.rho0 * c - c1) / spread)
            c = np.clip(c + (both_above(c1, c, self.rho0) - alpha) / np.maximum(slope, 1e-12), -_FAR, c + 1)
        return c

    def power(self, c1: Floats, c: Floats) -> Floats:
        """Return the power."""
        return both_above((c1 - self.mean1) / self.spread1, (c - self.mean) / self.spread, self.rho1)

    def stop(self, c1: Floats) -> Floats:
        """Return the probability to stop under the alternative."""
        return np.asarray(ndtr((c1 - self.mean1) / self.spread1))
