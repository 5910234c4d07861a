"""P14, imaging intervals that differ between methods."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import polars as pl

from glisson.assessment import Finding
from glisson.clinical.interval_times import interval_times, scan_gaps
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.errors import InputError
from glisson.methods.interval_censored import turnbull
from glisson.pitfalls.context import Context
from glisson.tables import Estimates

#: Ratio of median gaps above which, and share of the shorter interquartile range below which, two methods differ.
RATIO, OVERLAP = 1.25, 0.5
#: Gaps, and patients they come from, below which a method says nothing about its schedule.
FEW_GAPS, FEW_PATIENTS = 5, 2
#: Resamples for the limits of the remedy.
DRAWS = 200


class Gaps(NamedTuple):
    """Days between scans of one method: quartiles."""

    lower: float
    median: float
    upper: float

    def __str__(self) -> str:
        """Return the median with the interquartile range, in print."""
        return f"{self.median:.0f} days ({self.lower:.0f} to {self.upper:.0f})"


def imaging_intervals(context: Context) -> list[Finding]:
    """P14: patients of one method were scanned more often than those of another.

    Panageas KS, et al. J Natl Cancer Inst 2007;99:428-432; Turnbull BW. J R Stat Soc B 1976;38:290-295.
    """
    pfs = context.endpoints.get("pfs")
    if pfs is None or not pfs.n_events:
        return []
    try:
        times, gaps = interval_times(context.cohort), scan_gaps(context.cohort)
    except InputError:  # scans are not recorded one by one
        return []
    method = times.keys["method"]
    levels = dict(zip(times.unit.tolist(), method.values(), strict=True))
    schedule = {level: g for level in method.levels if (g := _gaps(gaps, levels, level)) is not None}
    unlike = [pair for pair in combinations(schedule, 2) if _differ(schedule[pair[0]], schedule[pair[1]])]
    if not unlike:
        return []
    first, second = max(unlike, key=lambda pair: _ratio(schedule[pair[0]], schedule[pair[1]]))
    ratio, share = _ratio(schedule[first], schedule[second]), _overlap(schedule[first], schedule[second])
    settings = context.analysis
    corrected = turnbull(
        times.left, times.right, times.keys, by="method", level=settings.level, draws=DRAWS, seed=settings.seed,
        name="pfs",
    )  # fmt: skip
    return [
        Finding(
            id="P14",
            title="Imaging intervals that differ between methods",
            severity="warn",
            numbers=(
                ("patients", str(len(times))),
                *((f"median days between scans, {_name(level)}", str(g)) for level, g in schedule.items()),
                ("largest ratio of medians", f"{ratio:.2f}"),
                ("shared part of the interquartile ranges", f"{100 * share:.0f}%"),
            ),
            sentence=f"Scans were a median of {schedule[first].median:.0f} days apart after {_name(first)} and of "
            f"{schedule[second].median:.0f} days after {_name(second)}.",
            consequence="Progression is dated by the scan that shows it. With longer intervals it is found later, and "
            "the method looks better.",
            remedy="Beside the usual analysis stands one in which progression lies anywhere between the last scan "
            "without it and the first with it (Turnbull). Where this leaves the median open, its earliest and latest "
            "day are given. With few patients the estimate gathers the progressions of many in the few days that their "
            "intervals share, and can lie far from the usual one: what is known is in the limits.",
            naive=_medians(context),
            corrected=corrected,
            reference="Panageas 2007",
        )
    ]


def _medians(context: Context) -> Estimates:
    return context.medians(context.endpoints["pfs"], "method")


def _name(level: str) -> str:
    return METHOD_LABEL.get(level, level)


def _gaps(gaps: pl.DataFrame, levels: Mapping[str, str], level: str) -> Gaps | None:
    """Return the gaps of one method; none where there are too few."""
    own = gaps.filter(pl.col("patient_id").is_in([p for p, its in levels.items() if its == level]))
    if len(own) < FEW_GAPS or own["patient_id"].n_unique() < FEW_PATIENTS:
        return None
    lower, median, upper = np.quantile(own["gap"].to_numpy(), [0.25, 0.5, 0.75])
    return Gaps(float(lower), float(median), float(upper))


def _differ(one: Gaps, other: Gaps) -> bool:
    return _ratio(one, other) > RATIO or _overlap(one, other) < OVERLAP


def _ratio(one: Gaps, other: Gaps) -> float:
    return max(one.median, other.median) / min(one.median, other.median)


def _overlap(one: Gaps, other: Gaps) -> float:
    """Return which share of the shorter interquartile range lies within the other."""
    low, high = max(one.lower, other.lower), min(one.upper, other.upper)
    shorter = min(one.upper - one.lower, other.upper - other.lower)
    if shorter == 0:
        return float(high >= low)
    return max(high - low, 0.0) / shorter
