"""The best of all cut-points of a number, with a P value for having looked at all of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.permutation import scores
from glisson.tables import Endpoint, Estimate, Estimates, risk_table
from glisson.tables.endpoint import ORIGIN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Rows of random permutations held at once.
_BATCH = 2000


def maximally_selected(
    endpoint: Endpoint, values: ArrayLike, *, smallest: float = 0.1, draws: int = 9999, seed: int = 0
) -> Estimates:
    """Find the cut-point of a number with the largest log-rank statistic, and test it as the best of many.

    Parameters
    ----------
    endpoint
        n units, all observed from the origin; the first cause is the event.
    values
        Shape (n,): the number, known in everybody.
    smallest
        Quantiles of the number outside of which it is not cut: ``smallest`` and one minus it.
    draws, seed
        Random permutations, and their seed.

    Returns
    -------
    Estimates
        ``cut_point`` (the low group has this value or less), ``max_statistic`` (standardised), and ``p``: by the
        approximation of Lausen and Schumacher, and by permutation. A reason instead where there is nothing to cut.

    Raises
    ------
    InputError
        If a value is missing, or somebody entered late.
    SettingsError
        If ``smallest`` is not between 0 and one half.

    Notes
    -----
    Lausen B, Schumacher M. Biometrics 1992;48:73-85; Miller R, Siegmund D. Biometrics 1982;38:1011-1016. The
    approximation can exceed 1 for small statistics and is then 1; it is meant for 30 units or more.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8, name="os")
    >>> rows = maximally_selected(os, [9, 8, 9, 8, 2, 1, 2, 1])
    >>> rows.one("cut_point").value, round(rows.one("max_statistic").value, 4)
    (2.0, 2.066)
    """
    if not 0 < smallest < 0.5:
        raise SettingsError(f"smallest {smallest!r}", expected="between 0 and 0.5")
    number = np.asarray(values, dtype=np.float64)
    if number.shape != (len(endpoint),) or not np.all(np.isfinite(number)):
        raise InputError("the number to be cut is missing in some rows", expected="one number a row",
                         todo="leave these rows out visibly with take()")  # fmt: skip
    if np.any(endpoint.entry > ORIGIN):
        raise InputError("somebody entered late", expected="everybody observed from the origin")
    order = np.argsort(number, kind="stable")
    sizes = _group_sizes(number[order], smallest)
    score = log_rank_scores(endpoint)[order]
    if not len(sizes) or not np.ptp(score):
        reason = "not estimable (0 events)" if not endpoint.n_events else "not estimable (no cut leaves two groups)"
        return Estimates((_row(endpoint, "p", unit="p", reason=reason),))
    statistics = np.abs(_standardised(score[None, :], sizes))[0]
    best = int(np.argmax(statistics))
    top, size = float(statistics[best]), int(sizes[best])
    rng = np.random.default_rng(seed)
    reached = _reached(score, sizes, top, draws, rng)
    among = f"{len(sizes)} cut-points between the {smallest:.0%} and the {1 - smallest:.0%} quantile"
    return Estimates(
        (
            _row(endpoint, "cut_point", value=float(number[order][size - 1]), method=f"largest of {among}"),
            _row(endpoint, "max_statistic", value=top, method=f"standardised log-rank statistic, largest of {among}"),
            _row(endpoint, "p", value=lausen_schumacher(top, smallest), unit="p", detail="best of all cuts",
                 method="Lausen-Schumacher approximation"),
            _row(endpoint, "p", value=(reached + 1) / (draws + 1), unit="p", detail="best of all cuts, permutation",
                 method=f"{draws:,} random permutations, seed {seed}"),
        )
    )  # fmt: skip


def lausen_schumacher(statistic: float, smallest: float) -> float:
    """Return the approximate P value of the largest standardised statistic over all cut-points.

    Parameters
    ----------
    statistic
        Largest absolute standardised statistic b.
    smallest
        Quantile e: cut-points lie between e and 1 - e.

    Returns
    -------
    float
        4 f(b)/b + f(b) (b - 1/b) log((1 - e)^2 / e^2), f the normal density; 1 where it exceeds 1 or b is at most 1.

    Examples
    --------
    >>> round(lausen_schumacher(3.0, 0.1), 4)
    0.0578
    """
    if statistic <= 1:
        return 1.0
    density = math.exp(-statistic * statistic / 2) / math.sqrt(2 * math.pi)
    tail = 2 * math.log((1 - smallest) / smallest)
    return min(1.0, 4 * density / statistic + density * (statistic - 1 / statistic) * tail)


def log_rank_scores(endpoint: Endpoint) -> Floats:
    """Return the log-rank score of each unit: event minus the cumulative hazard (Nelson-Aalen) on its last day.

    Parameters
    ----------
    endpoint
        n units observed from the origin.

    Examples
    --------
    >>> log_rank_scores(Endpoint.from_arrays([1, 2], [1, 0])).tolist()
    [0.5, -0.5]
    """
    levels = risk_table(endpoint, ()).levels()
    event, censored = scores(levels.at_risk[0], levels.events[0, 0])
    place = np.searchsorted(levels.time, endpoint.exit)
    return np.where(endpoint.cause == 1, event[place], censored[place])


def _group_sizes(ordered: Floats, smallest: float) -> Ints:
    """Return how many units lie at or below each value at which the number may be cut."""
    low, high = np.quantile(ordered, [smallest, 1 - smallest], method="inverted_cdf")
    cuts = np.unique(ordered)
    cuts = cuts[(cuts >= low) & (cuts <= high) & (cuts < ordered[-1])]
    sizes: Ints = np.searchsorted(ordered, cuts, side="right").astype(np.int64)
    return sizes


def _standardised(score: Floats, sizes: Ints) -> Floats:
    """Return the standardised sum of the scores of the low group for each cut; shape (rows, cuts)."""
    n = score.shape[1]
    mean = score.mean(axis=1, keepdims=True)
    spread = ((score - mean) ** 2).sum(axis=1, keepdims=True)
    sums = np.cumsum(score, axis=1)[:, sizes - 1]
    out: Floats = (sums - sizes * mean) / np.sqrt(sizes * (n - sizes) / (n * (n - 1)) * spread)
    return out


def _reached(score: Floats, sizes: Ints, top: float, draws: int, rng: np.random.Generator) -> int:
    """Return how many random permutations reach a statistic."""
    count, left = 0, draws
    while left:
        rows = min(left, _BATCH)
        shuffled = rng.permuted(np.tile(score, (rows, 1)), axis=1)
        count += int(np.sum(np.abs(_standardised(shuffled, sizes)).max(axis=1) >= top - 1e-9))
        left -= rows
    return count


def _row(endpoint: Endpoint, statistic: str, **values: object) -> Estimate:
    own = {"variable": endpoint.name, "n": len(endpoint), "events": endpoint.n_events}
    return Estimate(statistic=statistic, **(own | values))  # type: ignore[arg-type]
