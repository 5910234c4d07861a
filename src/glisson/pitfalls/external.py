"""Pitfalls of what comes from other studies: unlike benchmarks (P25), redrawn curves (P27), borrowed priors (P28)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from glisson.assessment import Finding
from glisson.clinical.derive import endpoint as derive
from glisson.clinical.endpoints import ORIGIN_TEXT
from glisson.errors import InputError
from glisson.methods.borrowed_prior import BorrowedPrior, posterior, prior_predictive_p, robust
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.context import DAYS_PER_MONTH, Context, count_text, percent_text
from glisson.pitfalls.published import LIMIT_P, conflicts, redrawn_curves
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable

#: Names of the origins that published studies give, and the origin here that is the same.
ORIGINS = {
    "first_liver_directed_treatment": "first_ldt", "radioembolization": "first_ldt", "embolization": "first_ldt",
    "chemoembolization": "first_ldt", "ablation": "first_ldt", "randomisation": "systemic_start",
}  # fmt: skip
_RESPONDERS = re.compile(r"respon|disease control|progressive disease at|regression", re.IGNORECASE)
#: Lines, as the library names them, of patients who had systemic therapy before.
LATER_LINES = ("second", "second_plus", "third_plus", "salvage")
_TIMED = ("median", "rate_at")
#: Error of a point read from a printed curve, as a share of the height of the figure.
CLICK = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A published number that the cohort is set beside.

    Parameters
    ----------
    study
        In print.
    endpoint, statistic, value
        As in the library of published results: ``"os"``, ``"median_months"``, 14.2.
    origin, line, histology, subgroup
        As the source gives them; empty where it does not say. ``subgroup`` ``"all"`` is the whole arm.
    n
        Patients behind it.
    """

    study: str
    endpoint: str
    statistic: str
    value: float
    origin: str = ""
    line: str = ""
    histology: str = ""
    subgroup: str = "all"
    n: int | None = None

    @property
    def timed(self) -> bool:
        """Whether it depends on the day from which time counts."""
        return self.statistic.startswith(_TIMED)


def external_benchmarks(context: Context) -> list[Finding]:
    """P25: published numbers of other patients, or counted from another day.

    Pocock SJ. J Chronic Dis 1976;29:175-188; Signorovitch JE, et al. Value Health 2012;15:940-947.
    """
    unlike = {b: tuple(_differences(context, b)) for b in context.benchmarks}
    unlike = {b: texts for b, texts in unlike.items() if texts}
    if not unlike:
        return []
    numbers: dict[str, str] = {}
    for benchmark, texts in unlike.items():
        numbers.setdefault(benchmark.study, "; ".join(texts))
    compared = [_contrast(context, b) for b in unlike if b.timed]
    studies = count_text(len(numbers), "study").replace("studys", "studies")
    return [
        Finding(
            id="P25",
            title="Published numbers of unlike patients",
            severity="stop" if compared else "warn",
            numbers=(("patients", str(context.cohort.n)), *numbers.items()),
            sentence=f"{count_text(len(unlike), 'published number')} of {studies} that this report compares with "
            f"{'is' if len(unlike) == 1 else 'are'} of patients that differ from these in what decides prognosis, or "
            "from another day on.",
            consequence="A difference from such a number is not a difference between treatments.",
            remedy="The differences stand among the numbers, study by study, and no test is made against any of them "
            "as if they were randomised. "
            + ("A median is given again from the same origin, and within the same line, where the records allow it. "
               if compared else "")
            + "Weighting this cohort to resemble theirs needs more patients than there are.",
            naive=sum((naive for naive, _ in compared), Estimates()),
            corrected=sum((corrected for _, corrected in compared), Estimates()),
            reference="Pocock 1976; Signorovitch 2012",
        )
    ]  # fmt: skip


def _differences(context: Context, benchmark: Benchmark) -> Iterator[str]:
    """Yield in words what is known to differ between the cohort and a benchmark.

    Parameters
    ----------
    context
        The cohort.
    benchmark
        A published number.
    """
    if _RESPONDERS.search(benchmark.subgroup):
        yield f"only a group made by its response ({benchmark.subgroup})"
    ours = context.cohort.study.endpoints.origin
    if benchmark.timed and benchmark.origin and ORIGINS.get(benchmark.origin) != ours:
        yield f"time from {benchmark.origin.replace('_', ' ')} there, from {ORIGIN_TEXT[ours]} here"
    if benchmark.timed and benchmark.endpoint not in context.endpoints:
        yield f"another endpoint ({benchmark.endpoint.replace('_', ' ')})"
    yield from _line(context, benchmark)
    yield from _histology(context, benchmark)


def _line(context: Context, benchmark: Benchmark) -> Iterator[str]:
    """Compare lines: whoever had systemic therapy before is not in the first line."""
    factor = next((e.keys["line"] for e in context.endpoints.values() if "line" in e.keys), None)
    if factor is None:
        return
    values = [v for v in factor.values() if v != "unknown"]
    before = sum(v != "0" for v in values)
    if benchmark.line == "first" and before:
        yield f"first line there, {percent_text(before, len(values))} with systemic therapy before here"
    if benchmark.line in LATER_LINES and before < len(values):
        naive = percent_text(len(values) - before, len(values))
        yield f"{benchmark.line.replace('_plus', ' line or later')} there, {naive} without systemic therapy before here"
    patients = context.cohort.table("patient")
    if benchmark.line == "anthracycline-naive" and "anthracycline_prior" in patients.columns:
        known = patients["anthracycline_prior"].drop_nulls()
        if known.any():
            yield f"no anthracycline before there, {percent_text(int(known.sum()), len(known))} with one here"


def _histology(context: Context, benchmark: Benchmark) -> Iterator[str]:
    """Compare the share of leiomyosarcoma."""
    if not benchmark.histology or not context.cohort.has("patient", "histology"):
        return
    known = context.cohort.table("patient")["histology"].drop_nulls().str.to_lowercase()
    lms = int((known.str.contains("leiomyo") | known.str.contains("8890")).sum())
    name = benchmark.histology.split(" ")[0].replace("_", " ")
    only = benchmark.histology.split(" ")[0] in {"lms", "lms_uterine", "lms_soft_tissue"}
    if only and lms < len(known):
        yield f"leiomyosarcoma only there, {percent_text(lms, len(known))} here"
    if not only and lms:
        yield f"{name.replace('lms', 'leiomyosarcoma').replace('sts', 'soft tissue sarcoma')} there, " + (
            f"leiomyosarcoma in {percent_text(lms, len(known))} here"
        )


def _contrast(context: Context, benchmark: Benchmark) -> tuple[Estimates, Estimates]:
    """Return the published median beside ours as usually done, and ours from the same origin and in the same line."""
    ours = context.endpoints.get(benchmark.endpoint)
    if ours is None or not benchmark.statistic.startswith("median"):
        return Estimates(), Estimates()
    scale = {"median_months": DAYS_PER_MONTH, "median_weeks": 7.0}.get(benchmark.statistic, 1.0)
    theirs = Estimate(variable=f"{benchmark.endpoint} ({benchmark.study})", statistic="median", unit="day",
                      value=benchmark.value * scale, n=benchmark.n, method="as published")  # fmt: skip
    same = _same_origin(context, benchmark, ours)
    if benchmark.line == "first" and "line" in same.keys and np.any(np.array(same.keys["line"].values()) == "0"):
        same = same.where(line="0")
    corrected = context.medians(replace(same, name=f"{benchmark.endpoint} (as in {benchmark.study})"))
    return Estimates((theirs,)) + context.medians(ours), corrected


def _same_origin(context: Context, benchmark: Benchmark, ours: Endpoint) -> Endpoint:
    origin = ORIGINS.get(benchmark.origin)
    if origin is None or origin == context.cohort.study.endpoints.origin:
        return ours
    try:
        return derive(context.cohort, benchmark.endpoint, origin=origin)
    except InputError:
        return ours


def reconstructed_data(context: Context) -> list[Finding]:
    """P27: counts that were read from a printed curve, and curves redrawn from published medians and rates.

    Guyot P, et al. BMC Med Res Methodol 2012;12:9; Finkelstein DM, et al. J Natl Cancer Inst 2003;95:1434-1439.
    """
    read = [_reconstructed(context, t) for t in context.tables if any(s.kind == "reconstructed" for s in t.sources)]
    return read + redrawn_curves(context.comparison)


def _reconstructed(context: Context, table: RiskTable) -> Finding:
    drawn = [s.label or s.id for s in table.sources if s.kind == "reconstructed"]
    settings, label = context.analysis, (table.label or table.name or "survival").lower()
    usual = kaplan_meier(table, conf_type=settings.conf_type, level=settings.level)
    return Finding(
        id="P27",
        title=f"Reconstructed data: {label}",
        severity="info",
        numbers=(("patients", str(table.n)), ("sources", str(len(table.sources))), ("reconstructed", ", ".join(drawn))),
        sentence=f"The counts of {', '.join(drawn)} were read from a printed curve, not from records of patients.",
        consequence="The reading has an error of its own, and when patients were censored is partly guessed. Intervals "
        "that take the counts as observed are too narrow.",
        remedy=f"The interval of the median is widened by a reading error of {100 * CLICK:g} percentage points up and "
        "down. What is unknown of the numbers at risk is not in it.",
        naive=usual,
        corrected=widened(table, conf_type=settings.conf_type, level=settings.level),
        reference="Guyot 2012",
    )


def widened(table: RiskTable, *, conf_type: str = "log-log", level: float = 0.95, click: float = CLICK) -> Estimates:
    """Return the median with the limits it has if every point of the curve was read too high, or too low.

    Parameters
    ----------
    table
        Counts of all groups together.
    conf_type, level
        Interval of the curve.
    click
        Reading error of survival.

    Examples
    --------
    >>> from glisson.tables import risk_table
    >>> table = risk_table(Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os"))
    >>> widened(table).one("median").value
    225.0
    """
    quantiles = (0.5 - click, 0.5, 0.5 + click)
    rows = kaplan_meier(table, quantiles=quantiles, conf_type=conf_type, level=level)  # type: ignore[arg-type]
    low, high = (rows.one("quantile", at=q) for q in (quantiles[0], quantiles[2]))
    median = rows.one("median")
    method = f"{median.method}, widened by the reading error"
    return Estimates((replace(median, low=low.low, high=high.high, method=method),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowed:
    """A borrowed prior beside the counts it is a prior of.

    Parameters
    ----------
    prior
        A mixture.
    events, size
        Observed events among so many patients, or in so many person-years.
    label
        What was counted, in print.
    """

    prior: BorrowedPrior
    events: int
    size: float
    label: str


def prior_data_conflict(context: Context) -> list[Finding]:
    """P28: observed counts that a borrowed prior holds to be improbable.

    Box GEP. J R Stat Soc A 1980;143:383-430; Schmidli H, et al. Biometrics 2014;70:1023-1032.
    """
    out = []
    for one in context.priors:
        p = prior_predictive_p(one.prior, one.events, one.size)
        if p < LIMIT_P:
            out.append(_conflict(context, one, p))
    return out + conflicts(context.comparison)


def _conflict(context: Context, one: Borrowed, p: float) -> Finding:
    level = context.analysis.level
    beta = one.prior.kind == "beta"
    of = f"{one.events} of {one.size:g}" if beta else f"{one.events} in {one.size:.1f} person-years"
    usual = posterior(one.prior, one.events, one.size, variable=one.label, level=level)
    mixed = posterior(robust(one.prior), one.events, one.size, variable=one.label, level=level)
    weight = mixed.rows[-1].value or 0.0
    said = f"{p:.3f}" if p >= 0.001 else "< 0.001"
    expected = f"{one.prior.mean:.0%}" if beta else f"{np.exp(one.prior.mean):.2f} per person-year"
    return Finding(
        id="P28",
        title=f"A borrowed prior in conflict with the data: {one.label}",
        severity="warn",
        numbers=(
            ("patients", str(context.cohort.n)),
            ("observed", of),
            ("prior", expected),
            ("P of such data under the prior", said),
            ("weight of the vague part afterwards", f"{weight:.2f}"),
        ),
        sentence=f"The prior borrowed from {one.prior.name} expects {expected}; {of} were observed. Under it, data as "
        f"improbable as these have P = {said}.".replace("= <", "<"),
        consequence="The result is then a compromise between two things that disagree, with an interval that is too "
        "narrow and may hold neither.",
        remedy="The prior is mixed with a vague one of weight 0.2: where the data are far from what was borrowed, the "
        f"mixture lets go of it. Its vague part has a weight of {weight:.2f} afterwards.",
        naive=usual.select(usual.rows[0].statistic),
        corrected=mixed,
        reference="Box 1980; Schmidli 2014",
    )
