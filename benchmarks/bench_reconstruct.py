"""Individual times from a published curve: one arm, and the same arm read again 1,000 times.

The curve is that of 240 patients, as 200 points with three decimals and 12 numbers at risk. What comes out is checked
before it is timed: every number at risk, the total of events where it is given, the curve to 0.005. No other package in
Python reconstructs curves; IPDfromKM 0.1.10 in R took 102 to 163 ms for such an arm on this kind of machine.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from timing import best, only

from glisson.evidence.reconstruct import reconstruct
from glisson.evidence.redigitise import reread, with_reading_error


def published(n: int = 240, points: int = 200, seed: int = 2):
    rng = np.random.default_rng(seed)
    death, left = rng.exponential(13, n), rng.uniform(6, 40, n)
    time, died = np.minimum(death, left), death <= left
    order = np.argsort(time)
    time, died = time[order], died[order]
    survival = np.cumprod(np.where(died, 1 - 1 / (n - np.arange(n)), 1.0))
    grid = np.linspace(0, 36, points)
    read = np.append(1.0, survival)[np.searchsorted(time, grid, side="right")]
    ticks = np.arange(0, 36, 3.0)
    at_risk = [(float(t), int((time >= t).sum())) for t in ticks]
    return grid, np.round(read, 3), at_risk, int((died & (time <= 36)).sum())


def main() -> None:
    time, survival, at_risk, events = published()
    for total, words in ((None, ""), (events, ", events known")):
        run = partial(reconstruct, time, survival, at_risk, events=total)
        made = run()
        if not all(r.rebuilt == r.printed for r in made.quality.at_risk) or made.quality.rmse > 0.005:
            raise AssertionError(str(made))
        if total is not None and made.quality.events != total:
            raise AssertionError(str(made))
        note = f"{made.quality.events} events of {events}, root mean square {made.quality.rmse:.4f}"
        only(f"one arm, 200 points{words}", best(run), note)
        only(
            "  the algorithm of 2012", best(partial(reconstruct, time, survival, at_risk, events=total, method="guyot"))
        )
        drawn = reread(made)
        spread = drawn.events.sum(axis=1)
        only(f"  read again 1,000 times{words}", best(partial(reread, made), seconds=3),
             f"events {spread.mean():.1f} +- {spread.std():.1f}")  # fmt: skip
        only("  the same, and median, survival and RMST", best(partial(with_reading_error, made, times=[365], tau=900)))


if __name__ == "__main__":
    main()
