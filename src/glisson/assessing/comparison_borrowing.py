"""Borrow the hazard of published arms of the same line: a robust predictive prior, and power priors beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from glisson.assessment.comparison_borrowing import Borrowing
from glisson.evidence import Arm, Published
from glisson.evidence.reference import point, reach, reference_curve
from glisson.evidence.wording import name_words
from glisson.methods.map_prior import borrowed, power_prior, predicted_rate
from glisson.methods.proportions import DAYS_PER_YEAR
from glisson.tables import Endpoint


def borrowing(
    line: Literal["front", "later", "any"],
    code: str,
    label: str,
    ours: Endpoint,
    found: Sequence[tuple[Arm, Sequence[Published]]],
    *,
    level: float,
) -> Borrowing:
    """Return the hazard of the cohort alone and with what published arms say of it.

    Parameters
    ----------
    line, code, label
        Line of therapy and endpoint.
    ours
        The endpoint of the patients of that line.
    found
        Arms whose endpoint, start of the clock and line are the same, with the numbers of that endpoint.
    level
        Probability of the intervals.

    Notes
    -----
    Hazards are taken as constant: that of an arm is log 2 / median, known as well as the interval of its median says.
    The cohort counts up to the day that the first of the published curves ends.
    """
    until = min((reach(told)[1] for _, told in found), default=0.0)
    days = np.maximum(np.minimum(ours.exit, until) - np.maximum(ours.entry, 0), 0)
    years = float(days.sum()) / DAYS_PER_YEAR
    events = int(np.sum((ours.cause == 1) & (ours.exit <= until)))
    rates, errors, sources = [], [], []
    for arm, told in found:
        median = next(at[0] for n in told if n.statistic.startswith("median_") and (at := point(n)) is not None)
        curve, _ = reference_curve(told, arm.label, arm.n_patients)
        if curve.log_error > 0:
            rates.append(math.log(2) / median * DAYS_PER_YEAR)
            errors.append(curve.log_error)
            sources.append(f"{name_words(arm.modality)} ({arm.label})")
    shared = {"line": line, "code": code, "label": label, "n": len(ours), "events": events, "until": until}
    if not rates or years <= 0:
        why = "No published arm says how sure its median is." if not rates else "Nobody was at risk."
        return Borrowing(**shared, years=years, sources=tuple(sources), refused=why)  # type: ignore[arg-type]
    prior = predicted_rate(rates, errors, name="published arms of the same line")
    weight = [1 / e**2 for e in errors]
    rows = borrowed(prior, events, years, variable=label, level=level)
    rows += power_prior(events, years, sum(weight), sum(w / r for w, r in zip(weight, rates, strict=True)), kind="rate",
                        variable=label, level=level)  # fmt: skip
    return Borrowing(**shared, years=years, sources=tuple(sources), estimates=rows)  # type: ignore[arg-type]
