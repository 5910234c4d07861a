"""What a detector looks at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Analysis, Baseline, EndpointResult, Finding, SafetyResult
from glisson.assessment.comparison import ComparisonResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint as derive
from glisson.clinical.groups import method_names
from glisson.clinical.settings import AnalysisSettings
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.competing import cumulative_incidence
from glisson.methods.cox import coefficients
from glisson.methods.cox_model import Penalty, fit_cox
from glisson.methods.proportions import event_rate
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint, Estimates, Factor, RiskTable

if TYPE_CHECKING:
    from glisson.pitfalls.external import Benchmark, Borrowed

DAYS_PER_MONTH = 30.4375


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
    log
        Every analysis that was run.
    benchmarks
        Published numbers that the report compares with.
    tables
        Risk tables of other studies that are used.
    priors
        Priors borrowed from other studies, with what was observed.
    comparison
        The cohort beside published treatments, where it was set beside any.
    """

    cohort: Cohort
    endpoints: Mapping[str, Endpoint]
    results: tuple[EndpointResult, ...]
    baseline: tuple[Baseline, ...]
    safety: SafetyResult | None
    pseudonym: Callable[[str], str]
    log: tuple[Analysis, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    tables: tuple[RiskTable, ...] = ()
    priors: tuple[Borrowed, ...] = ()
    comparison: ComparisonResult | None = None

    @property
    def analysis(self) -> AnalysisSettings:
        """The study's analysis settings."""
        return self.cohort.study.analysis

    @property
    def times(self) -> tuple[int, ...]:
        """Days at which the report gives survival."""
        return tuple(round(m * DAYS_PER_MONTH) for m in self.analysis.times_months)

    def names(self, patients: Iterable[str]) -> tuple[str, ...]:
        """Return printed names, sorted."""
        return tuple(sorted({self.pseudonym(str(p)) for p in patients}))

    def records(self) -> Timeline | None:
        """Return the records with settled dates up to the cut-off; ``None`` for sheets with durations only."""
        return timeline(self.cohort) if self.cohort.has("session", "date") else None

    def sessions(self) -> pl.DataFrame:
        """Return dated sessions (patient_id, date, method), in order; empty for sheets with durations only."""
        records = self.records()
        if records is None:
            return pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date, "method": pl.String})
        named = method_names(records.tables["session"], self.analysis.method_grouping)
        return named.select("patient_id", "date", "method").sort("patient_id", "date", "method")

    def first_session(self) -> dict[str, date]:
        """Return the day of each patient's first session."""
        first = self.sessions().group_by("patient_id").agg(pl.col("date").min())
        return dict(zip(first["patient_id"], first["date"], strict=True))

    def survival(self) -> Endpoint | None:
        """Return overall survival from the first session, also where the study counts from another origin."""
        os = self.endpoints.get("os")
        if os is None or self.cohort.study.endpoints.origin == "first_ldt":
            return os
        return derive(self.cohort, "os", origin="first_ldt")

    def medians(self, endpoint: Endpoint, *by: str) -> Estimates:
        """Return n, events and the median of each group, with the study's intervals."""
        return kaplan_meier(endpoint, by, conf_type=self.analysis.conf_type, level=self.analysis.level)

    def summary(self, endpoint: Endpoint, *by: str) -> Estimates:
        """Return what sums an endpoint up: medians, or the cumulative incidence where other events compete."""
        if len(endpoint.causes) == 1:
            return self.medians(endpoint, *by)
        rows = cumulative_incidence(endpoint, by, times=self.times, level=self.analysis.level)
        return Estimates(tuple(r for r in rows if r.detail in ("", endpoint.causes[0])))

    def rates(self, endpoint: Endpoint, *by: str) -> Estimates:
        """Return events per person-year of each group with exact limits."""
        return event_rate(endpoint, by, level=self.analysis.level)

    def ratios(self, endpoint: Endpoint, *covariates: str, penalty: Penalty = "auto", wald: bool = False) -> Estimates:
        """Return hazard ratios by Cox's model; nothing where there is nothing to compare or nobody had the event.

        Intervals are those of the profile likelihood, or Wald's: where units are correlated, or as usually done.
        """
        groups = [np.unique(endpoint.factor(c).codes) for c in covariates]
        if not endpoint.n_events or not any(len(g) > 1 for g in groups):
            return Estimates()
        model = fit_cox(endpoint, covariates, penalty=penalty)
        return coefficients(model, profile=not (wald or model.clusters), level=self.analysis.level)

    def testable(self, endpoint: Endpoint, key: str) -> bool:
        """Whether two groups or more have enough events to be compared."""
        if key not in endpoint.keys:
            return False
        factor = endpoint.factor(key)
        events = np.bincount(factor.codes[endpoint.cause == 1], minlength=len(factor.levels))
        return int(np.sum(events >= self.analysis.minimum_events)) >= 2


Detector = Callable[[Context], list[Finding]]


def regrouped(endpoint: Endpoint, name: str, keys: Mapping[str, Factor], rows: NDArray[np.int64]) -> Endpoint:
    """Return rows of an endpoint, each as often as it is named, under other grouping variables.

    Parameters
    ----------
    endpoint
        n rows.
    name
        What the regrouped endpoint is called in results.
    keys
        Grouping variables of length m.
    rows
        Shape (m,): positions in the endpoint.
    """
    return replace(endpoint.take(rows), name=name, keys=MappingProxyType(dict(keys)), flags=())


def noted(estimates: Estimates, text: str) -> Estimates:
    """Return estimates whose rows say what distinguishes them from another set of the same statistics."""
    rows = (replace(r, detail=", ".join(t for t in (r.detail, text) if t)) for r in estimates)
    return Estimates(tuple(rows))


def versus(estimates: Estimates) -> Estimates:
    """Return ratios and differences between methods whose detail names the method compared with as it is printed.

    Examples
    --------
    >>> from glisson.tables import Estimate
    >>> row = Estimate(variable="os", statistic="hazard_ratio", detail="versus deb_tace", reason="not estimable")
    >>> versus(Estimates((row,))).rows[0].detail
    'versus DEB-TACE'
    """
    rows = []
    for r in estimates:
        said, comma, rest = r.detail.partition(", ")
        code = said.rsplit("=", 1)[-1].removeprefix("versus ")
        rows.append(replace(r, detail=f"versus {METHOD_LABEL[code]}{comma}{rest}") if code in METHOD_LABEL else r)
    return Estimates(tuple(rows))


def days_text(days: float) -> str:
    """Return days as months with one decimal, or as days below two months.

    Examples
    --------
    >>> days_text(46), days_text(91)
    ('46 days', '3.0 months')
    """
    if days >= 61:
        return f"{days / DAYS_PER_MONTH:.1f} months"
    return "1 day" if days == 1 else f"{days:.0f} days"


def percent_text(part: int, whole: int) -> str:
    """Return a count with its percentage, halves rounded up.

    Examples
    --------
    >>> percent_text(3, 24)
    '3 of 24 (13%)'
    """
    return f"{part} of {whole} ({math.floor(100 * part / whole + 0.5)}%)" if whole else "0 of 0"


def count_text(n: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> count_text(1, "patient"), count_text(2, "patient")
    ('1 patient', '2 patients')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def unit_of(endpoint: Endpoint) -> str:
    """Return what one row of an endpoint is: a patient, or a lesion of one."""
    return "lesion" if endpoint.name == "ltp" else "patient"
