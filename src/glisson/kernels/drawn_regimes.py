"""Two regimes of a sequentially randomised trial, drawn as counts of patients: the test of one against the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A first treatment.

    Parameters
    ----------
    controlled
        Share whose disease is controlled.
    alive_controlled, alive
        Probabilities of being alive: of those, and with each second treatment of the others.
    """

    controlled: float
    alive_controlled: float
    alive: tuple[float, ...]


def regime_tests(
    branches: tuple[Branch, ...], compare: tuple[tuple[int, int], tuple[int, int]], n: int, *, trials: int,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Return weighted differences over their standard errors, shape (trials,).

    Parameters
    ----------
    branches
        First treatments; randomisation is even among them, and among the second ones.
    compare
        Two regimes, each the places of its first and second treatment.
    n, trials, rng
        Patients, trials and their random numbers.

    Examples
    --------
    >>> same = Branch(controlled=0.5, alive_controlled=0.7, alive=(0.4, 0.4))
    >>> z = regime_tests((same, same), ((0, 0), (1, 1)), 200, trials=4000, rng=np.random.default_rng(1))
    >>> 0.03 < (abs(z) > 1.96).mean() < 0.07
    np.True_
    """
    first = rng.multinomial(n, [1 / len(branches)] * len(branches), size=trials)
    values, variances, parts = [], [], []
    drawn = [_counts(branch, first[:, i], rng) for i, branch in enumerate(branches)]
    for i, second in compare:
        counts, k = drawn[i], len(branches[i].alive)
        alive, dead = counts[0] + k * counts[2 + 2 * second], counts[1] + k * counts[3 + 2 * second]
        value = alive / np.maximum(alive + dead, 1)
        squares = (counts[0] + k**2 * counts[2 + 2 * second]) * (1 - value) ** 2
        squares += (counts[1] + k**2 * counts[3 + 2 * second]) * value**2
        values.append(value)
        variances.append(squares / np.maximum(alive + dead, 1) ** 2)
        parts.append((counts, np.maximum(alive + dead, 1)))
    total = variances[0] + variances[1]
    if compare[0][0] == compare[1][0]:  # those controlled follow both
        (counts, one), (_, two) = parts
        shared = counts[0] * (1 - values[0]) * (1 - values[1]) + counts[1] * values[0] * values[1]
        total = total - 2 * shared / (one * two)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (values[0] - values[1]) / np.sqrt(np.maximum(total, 0.0))
    return np.asarray(np.where(np.isnan(z), 0.0, z))


def _counts(branch: Branch, patients: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return counts controlled and alive, controlled and dead, then alive and dead of each second treatment."""
    rest, k = 1 - branch.controlled, len(branch.alive)
    chances = [branch.controlled * branch.alive_controlled, branch.controlled * (1 - branch.alive_controlled)]
    for p in branch.alive:
        chances += [rest * p / k, rest * (1 - p) / k]
    return np.asarray(rng.multinomial(patients, np.array(chances) / sum(chances)).T)
