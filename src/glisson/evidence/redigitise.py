"""How far the error of reading a curve carries: the curve read again many times, and what that adds to intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.errors import SettingsError
from glisson.evidence.curve_input import UNIT_DAYS
from glisson.evidence.reconstruct import Reconstruction, on_layout
from glisson.kernels import product_limit as pl
from glisson.kernels.reconstruct import EVEN, SKEWS
from glisson.kernels.reconstruct import reconstruct as rebuild
from glisson.methods.fits import Fit, fits, normal_quantile, whole_time
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How unlike censoring may lie in the intervals of one reading, in places of ``SKEWS`` (standard deviation).
_UNEVEN = 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rereadings:
    """Reconstructions of the same curve read again, m of them.

    Parameters
    ----------
    time
        Shape (m, K), days: the points of each reading, in order.
    events, at_risk
        Shape (m, K), at each point; at risk just before it.
    survival
        Shape (m, K): the curve that each reconstruction rebuilds.
    error, seed
        Standard deviation of a reading as a share of either axis, and where random numbers began.
    """

    time: Floats
    events: Ints
    at_risk: Ints
    survival: Floats
    error: float
    seed: int

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.time)

    def at(self, days: Floats) -> Floats:
        """Return survival at some days, shape (m, len(days))."""
        span = max(float(self.time.max()), float(days.max(initial=0.0))) + 1.0
        row = np.arange(len(self))[:, None] * span
        place = np.searchsorted((self.time + row).ravel(), (days + row).ravel(), side="right").reshape(len(self), -1)
        place -= np.arange(len(self))[:, None] * self.time.shape[1]
        padded = np.concatenate([np.ones((len(self), 1)), self.survival], axis=1)
        return np.take_along_axis(padded, place, axis=1)

    def rmst(self, tau: float) -> Floats:
        """Return the area under each curve up to a day, shape (m,)."""
        start = np.minimum(np.concatenate([np.zeros((len(self), 1)), self.time], axis=1), tau)
        width = np.diff(start, axis=1, append=tau)
        level = np.concatenate([np.ones((len(self), 1)), self.survival], axis=1)
        out: Floats = (level * width).sum(axis=1)
        return out


def reread(
    reconstruction: Reconstruction, *, draws: int = 1000, seed: int = 20120101, error: float = 0.005
) -> Rereadings:
    """Read a curve again with error, and reconstruct it each time.

    Parameters
    ----------
    reconstruction
        Of the curve as it was read.
    draws
        Readings.
    seed
        Of the random numbers.
    error
        Standard deviation of a reading, as a share of the length of either axis: 0.005 is half a per cent.

    Returns
    -------
    Rereadings
        Points are moved up or down and to the left or right, independently of each other, and cleaned as read points
        are; numbers at risk and the total of events are printed numbers and stay. How censoring lies between two
        numbers at risk is drawn, too, for no figure tells it.

    Raises
    ------
    SettingsError
        If there are fewer than two draws, or the error is no share.

    Examples
    --------
    >>> from glisson.evidence.reconstruct import reconstruct
    >>> made = reconstruct([0, 2, 3, 5], [1, 0.9, 0.675, 0.45], [(0, 10), (3, 8)], events=5)
    >>> sorted(set(reread(made, draws=20, seed=1).events.sum(axis=1).tolist()))
    [5]
    """
    if draws < 2:
        raise SettingsError(f"{draws} draws", expected="two or more, better 1000")
    if not 0 <= error < 0.2:
        raise SettingsError(f"an error of {error}", expected="a share of the axis, e.g. 0.005")
    rng = np.random.default_rng(seed)
    points, known = reconstruction.points, reconstruction.known
    grid, survival = on_layout(points, known)
    read = np.append(True, np.diff(grid.source) > 0)
    noisy = survival[read] + error * rng.standard_normal((draws, int(read.sum())))
    noisy[:, 0] = 1.0
    level = _never_rising(np.clip(noisy, 0.0, 1.0))
    skew = np.clip(np.rint(EVEN + _UNEVEN * rng.standard_normal((draws, len(grid.first)))), 0, len(SKEWS) - 1)
    read_with = math.hypot(points.error, error)
    events, censored = rebuild(
        grid, level[:, grid.source], total=known.events, error=read_with, skew=skew.astype(np.int64), thorough=False
    )
    days = UNIT_DAYS[reconstruction.unit]
    shift = error * grid.time[-1] * rng.standard_normal((draws, len(grid.time)))
    moved = grid.time + np.where(read & (grid.time > 0), shift, 0.0)
    begin = grid.time[grid.first]
    end = np.append(begin[1:], np.inf)
    moved = np.sort(np.clip(moved, begin[grid.part], np.nextafter(end, -np.inf)[grid.part]), axis=1) * days
    gone = np.cumsum(events + censored, axis=1)
    at_risk = grid.at_risk[0] - gone + events + censored
    survival, _ = pl.kaplan_meier(at_risk, events)
    return Rereadings(time=moved, events=events, at_risk=at_risk, survival=survival, error=error, seed=seed)


def with_reading_error(
    reconstruction: Reconstruction,
    *,
    times: Sequence[float] = (),
    tau: float | None = None,
    draws: int = 1000,
    seed: int = 20120101,
    error: float = 0.005,
    level: float = 0.95,
) -> Estimates:
    """Estimate median, survival and restricted mean with the error of reading the curve in their intervals.

    Parameters
    ----------
    reconstruction
        Of the curve as it was read.
    times
        Days at which survival is wanted.
    tau
        Day up to which the restricted mean is wanted; none by default.
    draws, seed, error
        As in ``reread``.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``n``, ``events`` (limits: percentiles of the readings), ``median``, ``survival``, ``rmst``. Values are those
        of the curve as it was read. For survival and restricted mean there is ``reading_share`` with the same ``at``:
        the share of the variance that comes from reading.

    Notes
    -----
    Rubin's rules: the variance is W + (1 + 1/m) B, with W Greenwood's of the reconstructed patients and B the variance
    between readings. Limits of survival are log-log, those of the median are where they cross one half.
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987.

    Examples
    --------
    >>> from glisson.evidence.reconstruct import reconstruct
    >>> made = reconstruct([0, 2, 3, 5], [1, 0.9, 0.675, 0.45], [(0, 10), (3, 8)], events=5)
    >>> with_reading_error(made, times=[100], draws=200, seed=1).one("survival").value
    0.675
    """
    z = normal_quantile(level)
    drawn = reread(reconstruction, draws=draws, seed=seed, error=error)
    (fit,) = fits(reconstruction.endpoint, (), conf_type="log-log", level=level)
    method = f"Kaplan-Meier of reconstructed times, log-log interval with the variance between {draws} readings"
    warning = (f"reconstructed from a figure; read with a standard deviation of {100 * error:g} % of each axis, "
               f"seed {seed}")  # fmt: skip
    fit = replace(fit, method=method)
    rows = [fit.row("n", value=float(fit.n), unit="count", warning=warning), _events_row(fit, drawn, level, warning)]
    rows += [replace(_median_row(fit, drawn, z), warning=warning)]
    for day in times:
        rows += [replace(row, warning=warning) for row in _survival_rows(fit, drawn, whole_time(day), z)]
    if tau is not None:
        rows += [replace(row, warning=warning) for row in _rmst_rows(fit, drawn, whole_time(tau), z)]
    return Estimates(tuple(rows))


def _never_rising(level: Floats) -> Floats:
    """Make curves fall: half-way between the highest curve below the readings and the lowest above them."""
    below = np.minimum.accumulate(level, axis=1)
    above = np.maximum.accumulate(level[:, ::-1], axis=1)[:, ::-1]
    out: Floats = (below + above) / 2
    out[:, 0] = 1.0
    return out


def _pooled(fit: Fit, drawn: Rereadings, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Return survival, its pooled variance and the part of it between readings, each at some days."""
    place = np.searchsorted(fit.time, days, side="right")
    survival = np.append(1.0, fit.survival)[place]
    with np.errstate(invalid="ignore"):
        within = np.append(0.0, np.where(fit.survival > 0, fit.survival**2 * fit.greenwood, 0.0))[place]
    between = (1 + 1 / len(drawn)) * drawn.at(days).var(axis=0, ddof=1)
    return survival, within + between, between


def _limits(survival: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    inside = survival > 0
    return pl.interval(survival, np.where(inside, variance / np.where(inside, survival, 1.0) ** 2, 0.0), z=z)


def _survival_rows(fit: Fit, drawn: Rereadings, day: float, z: float) -> list[Estimate]:
    plain = fit.survival_at(day)
    if plain.value is None or plain.low is None:
        return [plain]
    survival, variance, between = _pooled(fit, drawn, np.array([day]))
    low, high = _limits(survival, variance, z)
    share = fit.row("reading_share", value=float(between[0] / variance[0]), at=day, unit="ratio")
    return [replace(plain, low=float(low[0]), high=float(high[0])), share]


def _median_row(fit: Fit, drawn: Rereadings, z: float) -> Estimate:
    plain = fit.quantile(0.5)
    if not fit.events:
        return plain
    survival, variance, _ = _pooled(fit, drawn, fit.time.astype(np.float64))
    low, high = (float(pl.quantile(fit.time, s, 0.5)) for s in _limits(survival, variance, z))
    return replace(plain, low=None if math.isnan(low) else low, high=None if math.isnan(high) else high)


def _rmst_rows(fit: Fit, drawn: Rereadings, tau: float, z: float) -> list[Estimate]:
    mean, within, reason = fit.rmst(tau)
    method = fit.method.replace("log-log interval", "normal interval")
    if mean is None:
        return [fit.row("rmst", at=tau, unit="day", reason=reason, method=method)]
    between = (1 + 1 / len(drawn)) * float(drawn.rmst(tau).var(ddof=1))
    half = z * math.sqrt(within + between)
    row = fit.row("rmst", value=mean, low=max(0.0, mean - half), high=min(tau, mean + half), unit="day", at=tau,
                  level=fit.level, method=method)  # fmt: skip
    if within + between <= 0:
        return [row]
    return [row, fit.row("reading_share", value=between / (within + between), at=tau, unit="ratio", detail="rmst")]


def _events_row(fit: Fit, drawn: Rereadings, level: float, warning: str) -> Estimate:
    tail = (1 - level) / 2
    low, high = np.quantile(drawn.events.sum(axis=1), [tail, 1 - tail])
    return fit.row("events", value=float(fit.events), low=float(low), high=float(high), level=level, unit="count",
                   method="percentiles of the readings", warning=warning)  # fmt: skip
