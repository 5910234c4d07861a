"""How well curves of known patients are rebuilt: ``python -m scripts.compare_reconstructions``; a minute.

Patients with Weibull times and uneven censoring, as a figure shows them: the corners of the steps to three decimals, or
120 points traced along the curve with an error. docs/methods/reconstruction.md shows the table that this prints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.evidence.reconstruct import Method, Reconstruction, reconstruct

Floats = NDArray[np.float64]
REPEATS, SEED = 40, 20120101
SIZES = (13, 24, 60, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a reader sees, and the truth: month and survival at each step, and the events."""

    time: Floats
    survival: Floats
    at_risk: list[tuple[float, int]]
    steps: Floats
    levels: Floats
    events: int


def figure(n: int, rng: np.random.Generator, *, traced: bool) -> Figure:
    """Draw patients, and read their curve."""
    death = rng.weibull(rng.uniform(0.8, 1.4), n) * 14
    left = rng.uniform(rng.uniform(0, 10), 40, n)
    month = np.ceil(np.minimum(death, left) * 30.4375) / 30.4375
    died = death <= left
    days = np.unique(month)
    at = np.array([(month >= t).sum() for t in days])
    had = np.array([((month == t) & died).sum() for t in days])
    level = np.cumprod(1 - had / at)
    if traced:
        time = np.append(np.sort(rng.uniform(0, days[-1], 119)), days[-1])
        read = np.append(1.0, level)[np.searchsorted(days, time, side="right")] + rng.normal(0, 0.004, 120)
    else:
        falls = days[had > 0]
        after = level[had > 0]
        time = np.concatenate([[0.0], np.repeat(falls, 2), [days[-1]]])
        read = np.round(np.concatenate([[1.0], np.column_stack([np.append(1.0, after[:-1]), after]).ravel(),
                                        [level[-1]]]), 3)  # fmt: skip
    tick = 6.0 if n > 20 else 12.0
    ticks = np.arange(0, days[-1], tick)
    return Figure(time=time, survival=np.clip(read, 0, 1), steps=days, levels=level, events=int(died.sum()),
                  at_risk=[(float(t), int((month >= t).sum())) for t in ticks])  # fmt: skip


def apart(made: Reconstruction, truth: Figure) -> float:
    """Mean distance of the rebuilt curve from the true one."""
    grid = np.linspace(0, truth.steps[-1] * 0.98, 400)
    levels = made.table.levels()
    rebuilt = np.cumprod(1 - levels.events[0, 0] / levels.at_risk[0])
    mine = np.append(1.0, rebuilt)[np.searchsorted(levels.time / 30.4375, grid, side="right")]
    return float(np.abs(mine - np.append(1.0, truth.levels)[np.searchsorted(truth.steps, grid, side="right")]).mean())


def main() -> None:
    """Print the table."""
    print("| patients | reading | events known | events off, fitted | 2012 | curve off, fitted | 2012 |")
    print("|--:|---|---|--:|--:|--:|--:|")
    for n in SIZES:
        for traced in (False, True):
            for known in (False, True):
                rng = np.random.default_rng(SEED)
                off: dict[Method, list[tuple[int, float]]] = {"fitted": [], "guyot": []}
                for _ in range(REPEATS):
                    truth = figure(n, rng, traced=traced)
                    for method, rows in off.items():
                        made = reconstruct(truth.time, truth.survival, truth.at_risk, method=method,
                                           events=truth.events if known else None)  # fmt: skip
                        rows.append((abs(made.quality.events - truth.events), apart(made, truth)))
                mean = [np.mean(off[m], axis=0) for m in ("fitted", "guyot")]
                words = ("traced" if traced else "corners"), ("yes" if known else "no")
                print(f"| {n} | {words[0]} | {words[1]} | {mean[0][0]:.2f} | {mean[1][0]:.2f} | {mean[0][1]:.4f} | "
                      f"{mean[1][1]:.4f} |")  # fmt: skip


if __name__ == "__main__":
    main()
