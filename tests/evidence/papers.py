"""What papers would print of simulated patients, written out without the package."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from glisson.kernels.exact import binomial_interval

MONTH = 30.4375


def share(endpoint: str, value: object, **more: object) -> dict[str, Any]:
    return {"endpoint": endpoint, "statistic": "proportion", "value": value, **more}


def rounded(value: float, digits: int) -> str:
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def curve(time: Any, event: Any) -> list[tuple[float, float, float]]:
    """Return (day, survival, Greenwood's sum) written out for the test alone."""
    alive, total, out = 1.0, 0.0, [(0.0, 1.0, 0.0)]
    for day in np.unique(time[event == 1]):
        risk, dead = int((time >= day).sum()), int(((time == day) & (event == 1)).sum())
        alive *= 1 - dead / risk
        total += math.inf if dead == risk else dead / (risk * (risk - dead))
        out.append((float(day), alive, total))
    return out


def survival_rows(endpoint: str, time: Any, event: Any, digits: int, *, midpoint: bool) -> list[dict[str, Any]]:
    steps, n = curve(time, event), len(time)
    rows = []
    reached = [i for i, s in enumerate(steps) if s[1] <= 0.5 + 1e-12]
    if reached:
        day = steps[reached[0]][0]
        if midpoint and abs(steps[reached[0]][1] - 0.5) < 1e-12 and len(reached) > 1:
            day = (day + steps[reached[1]][0]) / 2
        value = rounded(day / MONTH, digits % 2)
        rows.append({"endpoint": endpoint, "statistic": "median_months", "value": value, "n": n})
    for month in (6, 12, 24):
        if month * MONTH > time.max():
            continue
        _, value, total = [s for s in steps if s[0] <= month * MONTH][-1]
        row = {"endpoint": endpoint, "statistic": f"rate_at_{month}m", "value": rounded(value, digits), "n": n}
        if 0 < value < 1:
            half = 1.959964 * math.sqrt(total) / abs(math.log(value))
            limits = (value ** math.exp(half), value ** math.exp(-half))
            row |= {"ci_low": rounded(limits[0], digits), "ci_high": rounded(limits[1], digits)}
        rows.append(row)
    return rows


def paper(seed: int, n: int, digits: int, *, midpoint: bool, counts: bool) -> list[dict[str, Any]]:
    """Return what somebody would print of n simulated patients."""
    rng = np.random.default_rng(seed)
    death, end = np.ceil(rng.exponential(rng.uniform(100, 900), n)), np.ceil(rng.uniform(30, 1500, n))
    progression = np.minimum(np.ceil(rng.exponential(rng.uniform(60, 500), n)), death)
    rows = survival_rows("os", np.minimum(death, end), (death <= end) * 1, digits, midpoint=midpoint)
    rows += survival_rows("pfs", np.minimum(progression, end), (progression <= end) * 1, digits, midpoint=midpoint)
    best = rng.multinomial(n, rng.dirichlet(np.ones(5)))
    names = ("complete_response", "partial_response", "stable_disease", "progressive_disease", "not_evaluable")
    tallies = dict(zip(names, best, strict=True)) | {"orr": best[:2].sum(), "dcr": best[:3].sum()}
    for name, count in tallies.items():
        low, high = binomial_interval(int(count), n, method=("wilson", "clopper-pearson")[seed % 2])
        row = share(name, rounded(count / n, digits), n=n, n_patients=n)
        row |= {"ci_low": rounded(low, digits), "ci_high": rounded(high, digits)}
        rows.append(row | ({"events": int(count)} if counts else {}))
    lesions = rng.geometric(rng.uniform(0.2, 0.9), n)
    rows.append({"endpoint": "lesions", "statistic": "count", "value": int(lesions.sum())})
    for name, value in (("median", np.median(lesions)), ("minimum", lesions.min()), ("maximum", lesions.max())):
        rows.append(
            {"endpoint": "lesions_per_patient", "statistic": name, "value": rounded(float(value), seed % 2), "n": n}
        )
    mean = {"endpoint": "lesions_per_patient", "statistic": "mean", "value": rounded(lesions.mean(), 1), "n": n}
    return [*rows, mean]
