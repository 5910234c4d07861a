"""P24: methods and survival that both change with the years."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from glisson.assessment import Finding
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.cox import cox
from glisson.pitfalls.context import Context, versus
from glisson.tables import Endpoint, Estimates

Floats = NDArray[np.float64]

#: Rank correlation of a method with the calendar, and P of the change of survival with it.
LIMIT_RHO, LIMIT_P = 0.3, 0.1
DAYS_PER_YEAR = 365.25


def calendar_drift(context: Context) -> list[Finding]:
    """P24: a method was used more in some years than in others, and survival changed with the years.

    Pocock SJ. J Chronic Dis 1976;29:175-188.
    """
    os, start = context.survival(), context.first_session()
    if os is None or "method" not in os.keys or os.n_events < context.analysis.minimum_events:
        return []
    os = os.take(np.array([str(c) in start for c in os.cluster], dtype=np.bool_))
    if not len(os) or not os.n_events:
        return []
    begun = np.array([start[str(c)].toordinal() for c in os.cluster], dtype=np.float64)
    years = (begun - begun.min()) / DAYS_PER_YEAR
    level, rho = _drift(os, years)
    if abs(rho) <= LIMIT_RHO:
        return []
    change = cox(os, numbers={"year": years}, units={"year": "year"}, penalty="firth", level=context.analysis.level)
    p = change.one("p", detail="year").value
    if p is None or p >= LIMIT_P:
        return []
    return [_finding(context, os, years, level, rho, change)]


def _drift(os: Endpoint, years: Floats) -> tuple[str, float]:
    """Return the method whose use goes most with the calendar, and its rank correlation."""
    factor = os.keys["method"]
    worst = ("", 0.0)
    for g in np.unique(factor.codes):
        used = factor.codes == g
        if 2 <= used.sum() <= len(used) - 2 and np.ptp(years) > 0:
            rho = float(np.corrcoef(rankdata(used), rankdata(years))[0, 1])
            worst = max(worst, (factor.levels[g], rho), key=lambda pair: abs(pair[1]))
    return worst


def _finding(context: Context, os: Endpoint, years: Floats, level: str, rho: float, change: Estimates) -> Finding:
    conf = context.analysis.level
    crude = cox(os, "method", penalty="firth", level=conf)
    adjusted = cox(os, "method", numbers={"year": years}, units={"year": "year"}, penalty="firth", level=conf)
    ratio = change.one("hazard_ratio").value
    p = change.one("p", detail="year").value or 0.0
    name = METHOD_LABEL.get(level, level)
    return Finding(
        id="P24",
        title="Methods and survival change with the years",
        severity="info",
        numbers=(
            ("patients", str(len(os))),
            ("years of accrual", f"{np.ptp(years):.1f}"),
            (f"rank correlation of {name} with the calendar", f"{rho:.2f}"),
            ("hazard ratio of one year later", "not estimable" if ratio is None else f"{ratio:.2f}"),
            ("P of the change", f"{p:.3f}" if p >= 0.001 else "< 0.001"),
        ),
        sentence=f"{name} was used {'more' if rho > 0 else 'less'} in later years (rank correlation {rho:.2f}), and "
        "survival changed with the year of treatment.",
        consequence="Drugs, imaging and selection change with the years as well. A difference between methods may be a "
        "difference between years.",
        remedy="The hazard ratios of the methods are given with the year of the first session in the model, beside "
        "those without it; both by Firth's penalised likelihood.",
        naive=versus(crude.select("hazard_ratio")),
        corrected=versus(Estimates(tuple(r for r in adjusted.select("hazard_ratio") if r.group)))
        + adjusted.select("hazard_ratio", group=()),
        reference="Pocock 1976",
    )
