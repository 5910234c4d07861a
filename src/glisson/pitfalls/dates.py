"""P29: dates whose day was assumed, and events on day 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.derive import endpoint as derive
from glisson.clinical.partial_dates import PARTIAL_TEXT, Partial
from glisson.pitfalls.context import Context, count_text, noted, percent_text, unit_of
from glisson.tables import Endpoint, Estimates

_ENDS: tuple[Partial, ...] = ("earliest", "latest")


def imputed_dates(context: Context) -> list[Finding]:
    """P29: partial dates whose day was assumed, and events on day 0."""
    found = []
    for code, endpoint in context.endpoints.items():
        zero = (endpoint.exit == 0) & (endpoint.cause > 0)
        if zero.any():
            found.append(_day_zero(context, endpoint, zero))
        noted_units = {unit for unit, note in endpoint.flags if note.startswith("partial date")}
        imputed = np.array([str(u) in noted_units for u in endpoint.unit], dtype=np.bool_)
        if imputed.sum() > 0.1 * len(endpoint):
            found.append(_partial(context, code, endpoint, imputed))
    return found


def _day_zero(context: Context, endpoint: Endpoint, zero: NDArray[np.bool_]) -> Finding:
    n = int(zero.sum())
    patients = context.names(endpoint.cluster[zero])
    dropped = endpoint.take(~zero)
    return Finding(
        id="P29",
        title=f"Events on day 0: {endpoint.label.lower()}",
        severity="info",
        patients=patients,
        numbers=(("patients", str(len(patients))), ("events on day 0", percent_text(n, len(endpoint)))),
        sentence=f"{count_text(n, 'event')} happened on the day on which time begins.",
        consequence="Software that needs times above zero leaves these patients out, and the estimates come out too "
        "good.",
        remedy="They are kept: as events at time 0 in curves, and with half a day of observation in rates.",
        naive=context.summary(dropped) if len(dropped) else Estimates(),
        corrected=context.summary(endpoint),
    )


def _partial(context: Context, code: str, endpoint: Endpoint, imputed: NDArray[np.bool_]) -> Finding:
    n, unit = int(imputed.sum()), unit_of(endpoint)
    patients = context.names(endpoint.cluster[imputed])
    corrected = Estimates()
    for end in _ENDS:
        moved = replace(derive(context.cohort, code, partial=end), name=f"{endpoint.name} ({PARTIAL_TEXT[end]})")
        corrected += noted(context.summary(moved), PARTIAL_TEXT[end])
    return Finding(
        id="P29",
        title=f"Partial dates: {endpoint.label.lower()}",
        severity="info",
        patients=patients,
        numbers=(("patients", str(len(patients))), ("decided by a partial date", percent_text(n, len(endpoint)))),
        sentence=f"For {n} of {count_text(len(endpoint), unit)} a date without a day, or without a month, decides the "
        "time.",
        consequence="The middle of what is known was assumed. The true day can be two weeks away where the day is "
        "missing, and half a year where the month is.",
        remedy="The analysis was repeated with the earliest and with the latest possible day of every such date.",
        naive=context.summary(endpoint),
        corrected=corrected,
    )
