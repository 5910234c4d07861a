"""Coverage of intervals for a pooled proportion of few small series: ``python -m scripts.simulate_pooling``.

Series of 6 to 40 patients, logits normal about that of 0.3. Each line: number of series, spread, and the share of
intervals that hold the value at the middle of the distribution, by profile likelihood and Wald, with the normal
quantile and with that of t with k - 1 degrees of freedom.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from glisson.kernels import random_intercept as kernel
from glisson.methods.meta import quantile

SEED, TRIALS = 20190601, 300
TRUE = math.log(0.3 / 0.7)


def coverage(k: int, tau: float, trials: int = TRIALS) -> dict[str, float]:
    """Return the coverage of each interval at a nominal 95%."""
    rng = np.random.default_rng([SEED, k, round(10 * tau)])
    hits = dict.fromkeys(("profile, normal", "profile, t", "Wald, normal", "Wald, t"), 0)
    used = 0
    while used < trials:
        n = rng.integers(6, 41, k).astype(float)
        x = rng.binomial(n.astype(int), 1 / (1 + np.exp(-(TRUE + tau * rng.standard_normal(k))))).astype(float)
        data = kernel.Counts(kind="binomial", x=x, n=n, nodes=15)
        if data.at_edge:
            continue
        used += 1
        found = kernel.fit(data)
        fallen, away = found.loglik - kernel.profile_mu(data, TRUE), abs(found.mu - TRUE) / found.se
        for end, df in (("normal", None), ("t", k - 1)):
            q = quantile(0.95, df)
            hits[f"profile, {end}"] += fallen <= q**2 / 2
            hits[f"Wald, {end}"] += away <= q
    return {name: count / trials for name, count in hits.items()}


if __name__ == "__main__":
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    for k in (2, 3, 5, 10):
        for tau in (0.0, 0.5, 1.0):
            print(k, tau, coverage(k, tau, trials), flush=True)
