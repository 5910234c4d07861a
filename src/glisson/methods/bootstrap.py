"""Bootstrap intervals of what is read from a survival curve: all resamples at once, as counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import product_limit as pl
from glisson.methods.design import named
from glisson.methods.fits import NO_EVENTS, NOT_REACHED, normal_quantile, whole_time
from glisson.tables import Endpoint, Estimate, Estimates, Group
from glisson.tables.estimates import group_text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statistic = Literal["median", "survival", "rmst"]

#: Numbers held at a time; bounds the memory.
_NUMBERS = 2**22
#: Draws below which the tails of a 95% interval rest on too few resamples.
LEAST_DRAWS = 200
_UNIT: dict[str, Literal["day", "probability"]] = {"median": "day", "survival": "probability", "rmst": "day"}


def bootstrap(
    endpoint: Endpoint,
    statistic: Statistic = "median",
    by: str | Sequence[str] = (),
    *,
    at: float | None = None,
    draws: int = 10_000,
    level: float = 0.95,
    seed: int = 20200101,
) -> Estimates:
    """Estimate a statistic of survival with percentile bootstrap limits, and its differences between groups.

    Parameters
    ----------
    endpoint
        Endpoint; any event counts. Units of one cluster are drawn together; late entry and weights are respected.
    statistic
        ``"median"``, ``"survival"`` or ``"rmst"``.
    by
        Grouping variables; each group is resampled by itself, its size fixed.
    at
        Days: the time of ``survival``, the horizon of ``rmst``.
    draws
        Resamples.
    level
        Confidence level.
    seed
        Of the random numbers.

    Returns
    -------
    Estimates
        The statistic of each group; for each pair of groups its difference (``median_difference``, ..; the later
        group less the earlier). A limit is missing where that share of the resamples has no such value.

    Raises
    ------
    SettingsError
        If the statistic is unknown, its time is missing or not needed, or there are too few draws.
    InputError
        If a grouping variable is unknown.

    Notes
    -----
    Efron B. Censored data and the bootstrap. J Am Stat Assoc 1981;76:312-319. Percentile limits of a median are jumps
    of the curve; below about ten events they cover less than they say, and the log-log limits of ``kaplan_meier`` are
    better. What the bootstrap adds is the difference of medians, for which there is no simple interval.

    Examples
    --------
    >>> os = Endpoint.from_arrays([60, 90, 180, 270, 300, 400], [1, 1, 1, 1, 1, 0], name="os")
    >>> row = bootstrap(os, draws=2000, seed=1).one("median")
    >>> row.value, row.low, row.high
    (225.0, 75.0, 300.0)
    """
    _check(statistic, at, draws, level)
    keys = (by,) if isinstance(by, str) else tuple(by)
    rng = np.random.default_rng(seed)
    rows, samples = [], []
    for group, index in _groups(endpoint, keys):
        part = endpoint.take(index)
        value, drawn = _resampled(part, statistic, at, draws, rng)
        own = {"variable": endpoint.name, "group": group, "n": part.units,
               "events": int((part.cause > 0).sum())}  # fmt: skip
        rows.append(_row(statistic, value, drawn, own, at, level, _method(part, draws, seed)))
        samples.append((group, value, drawn))
    for (first, a, one), (second, b, other) in combinations(samples, 2):
        with np.errstate(invalid="ignore"):  # where neither median is reached there is no difference
            gap, drawn = b - a, other - one
        own = {"variable": endpoint.name, "group": second,
               "detail": f"{group_text(second)} minus {group_text(first)}"}  # fmt: skip
        method = _method(endpoint, draws, seed)
        rows.append(_row(statistic, gap, drawn, own, at, level, method, name=f"{statistic}_difference"))
    return Estimates(tuple(rows))


def _check(statistic: str, at: float | None, draws: int, level: float) -> None:
    normal_quantile(level)  # refuses what is no level
    if statistic not in _UNIT:
        raise SettingsError(f"statistic {statistic!r}", expected=", ".join(_UNIT))
    if (at is None) != (statistic == "median"):
        expected = "no time for a median" if statistic == "median" else f"at=days, the time of {statistic}"
        raise SettingsError(f"{statistic} with at={at}", expected=expected)
    if at is not None:
        whole_time(at)
    if draws < LEAST_DRAWS:
        raise SettingsError(f"{draws} draws", expected=f"{LEAST_DRAWS} or more")


def _groups(endpoint: Endpoint, keys: Sequence[str]) -> Iterator[tuple[Group, Ints]]:
    """Yield each group that has somebody, with its rows."""
    factors = named(endpoint.keys, keys, endpoint.name)
    if not len(endpoint):
        raise InputError(f"{endpoint.name}: nobody", expected="at least one unit")
    codes = np.stack([f.codes for f in factors.values()]) if factors else np.zeros((1, len(endpoint)), dtype=np.int64)
    kinds, place = np.unique(codes, axis=1, return_inverse=True)
    for i, kind in enumerate(kinds.T):
        group = tuple((key, factors[key].levels[code]) for key, code in zip(factors, kind, strict=False))
        yield group, np.flatnonzero(place.reshape(-1) == i)


def _resampled(
    part: Endpoint, statistic: Statistic, at: float | None, draws: int, rng: np.random.Generator
) -> tuple[float, Floats]:
    """Return the statistic of a group and of each resample; infinite where a median is not reached, NaN for none."""
    time = np.unique(part.exit)
    weight = np.ones(len(part)) if part.weight is None else part.weight
    under = (part.entry[:, None] < time) & (time <= part.exit[:, None])
    died = (part.exit[:, None] == time) & (part.cause[:, None] > 0)
    risk, event = under * weight[:, None], died * weight[:, None]
    _, member = np.unique(part.cluster, return_inverse=True)
    member = member.reshape(-1)
    clusters, read = int(member.max()) + 1, _reader(statistic, at, time)
    whole = read(risk.sum(axis=0)[None], event.sum(axis=0)[None])
    out = np.empty(draws)
    size = max(1, _NUMBERS // max(len(part), len(time), clusters))
    for begin in range(0, draws, size):
        b = min(size, draws - begin)
        drawn = rng.integers(0, clusters, (b, clusters)) + clusters * np.arange(b)[:, None]
        count = np.bincount(drawn.reshape(-1), minlength=b * clusters).reshape(b, clusters).astype(np.float64)
        each = count[:, member]
        out[begin : begin + b] = read(each @ risk, each @ event)
    return float(whole[0]), out


def _reader(statistic: Statistic, at: float | None, time: Ints) -> Callable[[Floats, Floats], Floats]:
    """Return the function from counts of shape (B, T) to statistics of shape (B,)."""

    def read(at_risk: Floats, events: Floats) -> Floats:
        survival, greenwood = pl.kaplan_meier(at_risk, events)
        if statistic == "median":
            median = pl.quantile(time, survival, 0.5)
            return np.where(np.isnan(median), np.inf, median)
        assert at is not None
        last = time[at_risk.shape[1] - 1 - np.argmax(at_risk[:, ::-1] > 0, axis=1)]
        known = (at <= last) | (survival[:, -1] <= pl.TOLERANCE)
        if statistic == "rmst":
            return np.where(known, pl.rmst(time, survival, greenwood, at)[0], np.nan)
        place = int(np.searchsorted(time, at, side="right")) - 1
        return np.where(known, survival[:, place] if place >= 0 else 1.0, np.nan)

    return read


def _row(
    statistic: Statistic, value: float, drawn: Floats, own: dict[str, object], at: float | None, level: float,
    method: str, name: str = "",
) -> Estimate:  # fmt: skip
    """Return the estimate with its percentile limits."""
    tail = (1 - level) / 2
    known = np.sort(drawn[~np.isnan(drawn)])
    lost = len(drawn) - len(known)
    warning = f"{lost} of {len(drawn)} resamples have no such value and are left out" if lost else ""
    last = len(known) - 1
    low = _finite(known[int(np.floor(tail * last))]) if len(known) else None
    high = _finite(known[int(np.ceil((1 - tail) * last))]) if len(known) else None
    missing = not np.isfinite(value)
    return Estimate(
        statistic=name or statistic,
        value=None if missing else value,
        low=low,
        high=high,
        unit=_UNIT[statistic],
        at=at,
        level=level,
        method=method,
        warning=warning,
        reason=_why(statistic, own) if missing else "",
        **own,  # type: ignore[arg-type]
    )


def _why(statistic: Statistic, own: dict[str, object]) -> str:
    if statistic != "median":
        return "not estimable (observation ends earlier)"
    return NO_EVENTS if own.get("events") == 0 else NOT_REACHED


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _method(endpoint: Endpoint, draws: int, seed: int) -> str:
    """Name what was drawn."""
    what = "units" if endpoint.clusters == endpoint.units else f"{endpoint.clusters} clusters"
    return f"Kaplan-Meier, percentile bootstrap ({draws:,} resamples of {what}, seed {seed})"
