"""P11: hazards that are not proportional, so that one hazard ratio describes no day of follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.compare import rmst_difference
from glisson.methods.cox import cox, proportional_hazards
from glisson.methods.cox_model import fit_cox
from glisson.methods.survival import curve
from glisson.pitfalls.context import Context, count_text, versus
from glisson.tables import Curve, Endpoint

Floats = NDArray[np.float64]

#: P of the score test below which hazards are taken not to be proportional, and events below which it sees little.
LIMIT_P, FEW_EVENTS = 0.1, 20
#: Standard errors by which each of two curves lies above the other somewhere, for them to cross beyond chance, and
#: patients at risk as long as which curves are compared.
APART, FEWEST = 1.645, 3
#: Endpoints looked at: those whose hazard ratios are usually printed.
CODES = ("os", "pfs")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of the hazards of one endpoint: P of the score test (or why there is none), pairs that cross."""

    p: float | None
    crossing: tuple[tuple[str, str], ...]


def nonproportional_hazards(context: Context) -> list[Finding]:
    """P11: hazard ratios between methods that change over time, or that too few events show.

    Grambsch PM, Therneau TM. Biometrika 1994;81:515-526; Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152.
    """
    found = []
    for code in CODES:
        endpoint = context.endpoints.get(code)
        comparable = None if endpoint is None else _with_events(endpoint)
        if comparable is None:
            continue
        seen = _Seen(_score_test(comparable), _crossing(comparable))
        changes = (seen.p is not None and seen.p < LIMIT_P) or bool(seen.crossing)
        if changes or comparable.n_events < FEW_EVENTS:
            found.append(_finding(context, comparable, seen, changes=changes))
    return found


def _with_events(endpoint: Endpoint) -> Endpoint | None:
    """Return the patients of methods with two or more patients and an event; nothing where these are not two."""
    if "method" not in endpoint.keys:
        return None
    codes = endpoint.keys["method"].codes
    usable = [g for g in np.unique(codes) if np.sum(codes == g) >= 2 and np.any(endpoint.cause[codes == g] == 1)]
    return endpoint.take(np.isin(codes, usable)) if len(usable) >= 2 else None


def _score_test(endpoint: Endpoint) -> float | None:
    return proportional_hazards(fit_cox(endpoint, "method", penalty="none")).one("p", detail="model").value


def _crossing(endpoint: Endpoint) -> tuple[tuple[str, str], ...]:
    """Return pairs of methods each of whose curves lies above the other by more than its error somewhere."""
    pairs = combinations(curve(endpoint, "method"), 2)
    return tuple((a.group[0][1], b.group[0][1]) for a, b in pairs if _cross(a, b))


def _cross(a: Curve, b: Curve) -> bool:
    days = np.unique(np.concatenate([a.time, b.time]))
    days = days[days <= min(_supported(a), _supported(b))]
    (s, v), (t, w) = _at(a, days), _at(b, days)
    error = np.sqrt(v + w)
    known = error > 0
    z = (s - t)[known] / error[known]
    return bool(len(z) and z.max() > APART and z.min() < -APART)


def _supported(one: Curve) -> int:
    """Return the last day on which enough patients are at risk for a curve to be compared."""
    enough = one.time[one.at_risk >= FEWEST]
    return int(enough[-1]) if len(enough) else -1


def _at(one: Curve, days: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return survival and its Greenwood variance on days."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(one.events < one.at_risk, one.events / (one.at_risk * (one.at_risk - one.events)), 0.0)
    variance = one.value**2 * np.cumsum(np.nan_to_num(terms))
    place = np.searchsorted(one.time, days, side="right")
    return np.append(1.0, one.value)[place], np.append(0.0, variance)[place]


def _finding(context: Context, endpoint: Endpoint, seen: _Seen, *, changes: bool) -> Finding:
    level, label = context.analysis.level, endpoint.label.lower()
    p = "not estimable" if seen.p is None else f"{seen.p:.2f}" if seen.p >= 0.01 else f"{seen.p:.3f}"
    pairs = [f"{METHOD_LABEL.get(a, a)} and {METHOD_LABEL.get(b, b)}" for a, b in seen.crossing]
    parts = [f"The curves of {' and those of '.join(pairs)} cross"] if pairs else []
    if seen.p is not None and seen.p < LIMIT_P:
        parts.append(f"The score test of proportional hazards gives P = {p}")
    if endpoint.n_events < FEW_EVENTS:
        silence = "" if changes else ", and its silence proves nothing"
        parts.append(f"With {count_text(endpoint.n_events, 'event')} the test of proportional hazards has little "
                     f"power{silence}")  # fmt: skip
    return Finding(
        id="P11",
        title=f"Hazards that are not proportional: {label}" if changes else f"Proportional hazards not shown: {label}",
        severity="warn" if changes else "info",
        numbers=(
            ("patients", str(len(endpoint))),
            ("events", str(endpoint.n_events)),
            ("P of the score test", p),
            ("pairs of methods that cross", str(len(seen.crossing))),
        ),
        sentence=f"{'. '.join(parts)}.",
        consequence="A hazard ratio is one number for all of follow-up. Where the ratio changes, it averages early and "
        "late differences by how many patients happen to be at risk, and the log-rank test can miss both.",
        remedy="The difference in mean survival within a common time (restricted mean) needs no proportional hazards. "
        "It stands beside the hazard ratio, which this report does not otherwise print.",
        naive=versus(cox(endpoint, "method", level=level).select("hazard_ratio")),
        corrected=versus(rmst_difference(endpoint, "method", level=level)),
        reference="Grambsch & Therneau 1994; Royston & Parmar 2013",
    )
