"""What a detector looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Baseline, EndpointResult, Finding, SafetyResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import method_names
from glisson.clinical.settings import AnalysisSettings
from glisson.tables import Endpoint, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The records, the endpoints derived from them and what the assessment made of them.

    Parameters
    ----------
    cohort
        Validated records.
    endpoints
        Primary endpoints by code, under the study's rule set.
    results
        Estimates of each endpoint.
    baseline
        Table 1.
    safety
        Adverse events, where recorded.
    pseudonym
        Patient id to printed name.
    """

    cohort: Cohort
    endpoints: Mapping[str, Endpoint]
    results: tuple[EndpointResult, ...]
    baseline: tuple[Baseline, ...]
    safety: SafetyResult | None
    pseudonym: Callable[[str], str]

    @property
    def analysis(self) -> AnalysisSettings:
        """The study's analysis settings."""
        return self.cohort.study.analysis

    def names(self, patients: list[str] | set[str]) -> tuple[str, ...]:
        """Return printed names, sorted."""
        return tuple(sorted({self.pseudonym(p) for p in patients}))

    def sessions(self) -> pl.DataFrame:
        """Return dated sessions (patient_id, date, method), in order; empty for sheets with durations only."""
        if not self.cohort.has("session", "date"):
            return pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date, "method": pl.String})
        dated = self.cohort.table("session").select("patient_id", "date", "method").drop_nulls("date")
        return method_names(dated, self.analysis.method_grouping).sort("patient_id", "date", "method")

    def first_session(self) -> dict[str, date]:
        """Return the day of each patient's first session."""
        first = self.sessions().group_by("patient_id").agg(pl.col("date").min())
        return dict(zip(first["patient_id"], first["date"], strict=True))


Detector = Callable[[Context], list[Finding]]


def medians(estimates: Estimates) -> Estimates:
    """Return the rows worth setting side by side: how many, the median, and survival at times."""
    return Estimates(tuple(r for r in estimates if r.statistic in {"n", "events", "median", "survival"}))


def days_text(days: float) -> str:
    """Return days as months with one decimal, or as days below two months."""
    return f"{days:.0f} days" if days < 61 else f"{days / 30.4375:.1f} months"


def percent_text(part: float, whole: float) -> str:
    """Return a count with its percentage."""
    return f"{part:.0f} of {whole:.0f} ({100 * part / whole:.0f} %)" if whole else "0 of 0"


def mask_of(endpoint: Endpoint, patients: set[str]) -> NDArray[np.bool_]:
    """Return which rows of an endpoint belong to the patients."""
    return np.array([str(c) in patients for c in endpoint.cluster], dtype=np.bool_)
