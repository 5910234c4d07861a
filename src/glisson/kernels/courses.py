"""Courses of patients with constant intensities by period: survival, density, and events by calendar time.

A patient is in one of a few states until the event. Within a period the intensities of moving between states and of the
event are constant, so that the chances of the states are a row vector times a matrix exponential. One state is the
piecewise exponential distribution. Patients enter at a rate constant by period of calendar time.

Time is in any unit, the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]

_X, _W = np.polynomial.legendre.leggauss(16)
#: Expected number of moves in one panel of the quadrature, terms of the series of the exponential.
_PANEL, _TERMS = 3.0, 12
#: Share of patients still waiting for the event at which no more events are waited for.
_OVER = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """Time to an event through states.

    Parameters
    ----------
    starts
        Starts of the periods, shape (P,), the first 0.
    moves
        Intensities from state to state, shape (P, s, s); the diagonal is not used.
    event
        Intensity of the event in each state, shape (P, s).
    first
        Chances of the states at time 0, shape (s,).
    """

    starts: Floats
    moves: Floats
    event: Floats
    first: Floats

    @classmethod
    def piecewise(cls, starts: ArrayLike, hazard: ArrayLike) -> Course:
        """Return the piecewise exponential course.

        Examples
        --------
        >>> survival, density = Course.piecewise([0, 6], [0.1, 0.05]).at(np.array([0.0, 12.0]))
        >>> survival.round(4).tolist(), density.round(4).tolist()
        ([1.0, 0.4066], [0.1, 0.0203])
        """
        rate = np.asarray(hazard, dtype=np.float64)
        return cls(
            starts=np.asarray(starts, dtype=np.float64), moves=np.zeros((len(rate), 1, 1)), event=rate[:, None],
            first=np.ones(1),
        )  # fmt: skip

    @property
    def fastest(self) -> float:
        """Largest intensity of leaving a state."""
        return float((self._leaving() + self.event).max())

    def _leaving(self) -> Floats:
        diagonal = np.einsum("pss->ps", self.moves)
        return np.asarray(self.moves.sum(axis=2) - diagonal)

    def states(self, time: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return the chances of being in each state without the event, shape (T, s), and the period of each time."""
        size = len(self.first)
        eye = np.eye(size)
        generator = self.moves * (1 - eye) - eye * (self._leaving() + self.event)[:, None, :]
        period = np.searchsorted(self.starts, time, side="right") - 1
        at_start = [self.first]
        for p, (a, b) in enumerate(pairwise(self.starts.tolist())):
            at_start.append(at_start[-1] @ _exponential(generator[p] * (b - a)))
        since = time - self.starts[period]
        powers = _exponential(generator[period] * since[:, None, None])
        return np.einsum("ts,tsu->tu", np.array(at_start)[period], powers), period

    def at(self, time: Floats) -> tuple[Floats, Floats]:
        """Return survival and the density of the event, shape (T,)."""
        chance, period = self.states(np.asarray(time, dtype=np.float64))
        return chance.sum(axis=1), np.asarray((chance * self.event[period]).sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accrual:
    """Patients entering at a rate constant by period until the last one.

    Parameters
    ----------
    starts
        Starts of the periods, shape (A,), the first 0.
    rate
        Patients a unit of time, shape (A,).
    end
        Time at which accrual ends.
    """

    starts: Floats
    rate: Floats
    end: float

    def entered(self, time: ArrayLike) -> Floats:
        """Return how many have entered by times of any shape."""
        t = np.minimum(np.asarray(time, dtype=np.float64), self.end)[..., None]
        stops = np.append(self.starts[1:], np.inf)
        return np.asarray((np.clip(t - self.starts, 0.0, stops - self.starts) * self.rate).sum(axis=-1))

    @property
    def total(self) -> float:
        """All who enter."""
        return float(self.entered(self.end))

    def until(self, patients: float) -> Accrual:
        """Return the accrual that goes on until so many have entered."""
        before = np.append(Accrual(starts=self.starts, rate=self.rate, end=math.inf).entered(self.starts), np.inf)
        k = int(np.searchsorted(before, patients, side="left")) - 1
        k = max(k, 0)
        end = float(self.starts[k] + (patients - before[k]) / self.rate[k])
        return Accrual(starts=self.starts, rate=self.rate, end=end)


def panels(edges: ArrayLike, fastest: float) -> tuple[Floats, Floats]:
    """Return nodes and weights between edges, panels so short that little happens in each."""
    points = np.unique(np.asarray(edges, dtype=np.float64))
    cut = [
        np.linspace(a, b, max(1, math.ceil((b - a) * fastest / _PANEL)) + 1)[:-1] for a, b in pairwise(points.tolist())
    ]
    edge = np.append(np.concatenate(cut), points[-1]) if cut else points
    half = (edge[1:] - edge[:-1])[:, None] / 2
    return ((edge[1:] + edge[:-1])[:, None] / 2 + half * _X).ravel(), np.asarray((half * _W).ravel())


def observed(
    course: Course, accrual: Accrual, dropout: float, at: float, *, until: float = math.inf, breaks: ArrayLike = ()
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what is seen of a course by a calendar time.

    Parameters
    ----------
    course, accrual
        The patients.
    dropout
        Intensity of being lost.
    at
        Calendar time, from the first patient's entry.
    until
        Longest time on study that is looked at.
    breaks
        Other times on study at which something jumps.

    Returns
    -------
    tuple
        Nodes of time on study, their weights, the number at risk there, and the rate of events there, shape (M,). The
        events by ``at`` are the sum of weight times rate, the time at risk that of weight times number at risk.
    """
    edges = np.concatenate(
        [[0.0], course.starts, np.asarray(breaks, dtype=np.float64), at - accrual.starts, [at - accrual.end, at, until]]
    )
    nodes, weight = panels(edges[(edges >= 0) & (edges <= min(at, until))], course.fastest + dropout)
    survival, density = course.at(nodes)
    followed = np.exp(-dropout * nodes) * accrual.entered(at - nodes)
    return nodes, weight, survival * followed, density * followed


def expected_events(course: Course, accrual: Accrual, dropout: float, at: float) -> float:
    """Return the expected number of events by a calendar time.

    Parameters
    ----------
    course, accrual, dropout, at
        As for ``observed``.

    Returns
    -------
    float
        ∫ f(s) G(s) N(at - s) ds: density of the event, chance of not being lost, number entered.

    Notes
    -----
    Lachin JM, Foulkes MA. Biometrics 1986;42:507-519, for any hazard and accrual constant by period.

    Examples
    --------
    >>> twelve_months = Accrual(starts=np.zeros(1), rate=np.array([5.0]), end=12.0)
    >>> round(expected_events(Course.piecewise([0], [0.1]), twelve_months, 0.0, 24.0), 4)
    49.4762
    """
    if at <= 0:
        return 0.0
    _, weight, _, rate = observed(course, accrual, dropout, at)
    return float(weight @ rate)


def time_of_events(courses: list[tuple[Course, Accrual]], dropout: float, events: float) -> float | None:
    """Return the calendar time at which so many events are expected; ``None`` where they never are.

    Parameters
    ----------
    courses
        The arms: how patients fare and enter.
    dropout
        Intensity of being lost.
    events
        Expected number wanted, all arms together.

    Examples
    --------
    >>> twelve_months = Accrual(starts=np.zeros(1), rate=np.array([5.0]), end=12.0)
    >>> round(time_of_events([(Course.piecewise([0], [0.1]), twelve_months)], 0.0, 49.4762), 3)
    24.0
    """

    def short(at: float) -> float:
        return sum(expected_events(c, a, dropout, at) for c, a in courses) - events

    high = end = max(a.end for _, a in courses)
    while short(high) < 0:
        since = np.array([high - end])
        if max(float(c.at(since)[0][0]) for c, _ in courses) * math.exp(-dropout * (high - end)) < _OVER:
            return None
        high *= 2
    return float(brentq(short, 0.0, high, xtol=1e-10, rtol=1e-14))


def _exponential(matrix: Floats) -> Floats:
    """Return the exponential of matrices, shape (..., s, s): a series for a part of each, squared up."""
    if matrix.shape[-1] == 1:
        return np.asarray(np.exp(matrix))
    norm = float(np.abs(matrix).sum(axis=-1).max(initial=0.0))
    squarings = max(0, math.ceil(math.log2(norm)) + 3) if norm > 0 else 0
    part = matrix / 2**squarings
    out = eye = np.broadcast_to(np.eye(matrix.shape[-1]), matrix.shape)
    for k in range(_TERMS, 0, -1):
        out = eye + part @ out / k
    for _ in range(squarings):
        out = out @ out
    return np.asarray(out)


def restricted_mean(course: Course, accrual: Accrual, dropout: float, at: float, horizon: float) -> tuple[float, float]:
    """Return the restricted mean to a horizon, and the variance its estimate has for one patient.

    Parameters
    ----------
    course, accrual, dropout, at
        As for ``observed``; ``at`` is when the data are looked at.
    horizon
        To which the mean is restricted, below ``at``.

    Returns
    -------
    tuple
        ∫ S(t) dt, and ∫ R(t)² f(t) / (S(t)² G(t)) dt, R(t) the area under S from t to the horizon, f the density and G
        the chance to be followed up to t. The variance of the Kaplan-Meier estimate's area is this over the patients.

    Notes
    -----
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152.

    Examples
    --------
    >>> at_once = Accrual(starts=np.zeros(1), rate=np.array([1e9]), end=1e-9)
    >>> [round(x, 4) for x in restricted_mean(Course.piecewise([0], [0.1]), at_once, 0.0, 100.0, 12.0)]
    [6.9881, 18.6416]
    """
    edges = np.concatenate([[0.0, horizon], course.starts, at - accrual.starts, [at - accrual.end]])
    nodes, weight = panels(edges[(edges >= 0) & (edges <= horizon)], course.fastest + dropout)
    survival, density = course.at(nodes)
    followed = np.exp(-dropout * nodes) * accrual.entered(at - nodes) / accrual.entered(at)
    per = survival.reshape(-1, len(_X))
    half = weight.reshape(per.shape).sum(axis=1) / 2
    before = np.cumsum(per @ _W * half) - per @ _W * half
    area = float(weight @ survival)
    rest = area - (before[:, None] + per @ _UP_TO.T * half[:, None]).ravel()
    return area, float(weight @ (rest**2 * density / (survival**2 * followed)))


def _integrals() -> Floats:
    """Return the matrix that turns values at the nodes into integrals from -1 to each node."""
    degree = len(_X) - 1
    coefficients = np.linalg.inv(np.polynomial.legendre.legvander(_X, degree))
    integrals = np.polynomial.legendre.legint(np.eye(degree + 1), lbnd=-1)
    return np.asarray(np.polynomial.legendre.legvander(_X, degree + 1) @ integrals @ coefficients)


_UP_TO = _integrals()
