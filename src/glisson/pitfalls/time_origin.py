"""Pitfalls of day 0: methods used at other points of the disease (P02), and time before the first session (P03)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding, FindingSeverity
from glisson.clinical.derive import endpoint as derive
from glisson.clinical.endpoints import ORIGIN_TEXT
from glisson.clinical.groups import patient_keys
from glisson.clinical.recorded import from_durations, recorded_codes
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.baseline import smd_numeric
from glisson.methods.cox import cox
from glisson.pitfalls.context import Context, count_text, days_text, versus
from glisson.tables import ORIGIN, Endpoint, Estimates

Floats = NDArray[np.float64]

#: A standardised difference and a difference of medians (three months) that make methods start at other times.
LIMIT_SMD, LIMIT_DAYS = 0.25, 91
#: Patients with a known lag below which a method is not compared.
FEWEST = 3
#: A difference that random labels reach at least this often is named, but not a warning.
CHANCE, DRAWS = 0.2, 499
#: Days by which a recorded duration may miss the day it ends: durations in whole months do.
TOLERANCE = 16


def time_zero_mismatch(context: Context) -> list[Finding]:
    """P02: methods were used at other points of the disease, or their durations count from other days.

    Hernan MA, et al. J Clin Epidemiol 2016;79:70-75.
    """
    mixed = _mixed_origins(context)
    return mixed or _unequal_lags(context)


@dataclass(frozen=True, slots=True)
class _Worst:
    """The largest differences of a lag between two groups, and how often random labels make such a one."""

    smd: float
    days: float
    chance: float


def _unequal_lags(context: Context) -> list[Finding]:
    os, lag, method = context.survival(), _lags(context, "liver_met_dx_date"), patient_keys(context.cohort)["method"]
    ids = context.cohort.table("patient")["patient_id"].to_list()
    values = np.array([lag.get(i, np.nan) for i in ids], dtype=np.float64)
    groups = [i for i in range(len(method.levels)) if np.sum(~np.isnan(values[method.codes == i])) >= FEWEST]
    if os is None or "method" not in os.keys or len(groups) < 2:
        return []
    rows = np.flatnonzero(~np.isnan(values) & np.isin(method.codes, groups))
    worst = _worst(values[rows], method.codes[rows], context.analysis.seed)
    if worst.smd <= LIMIT_SMD and worst.days <= LIMIT_DAYS:
        return []
    medians = [(method.levels[g], float(np.median(values[rows][method.codes[rows] == g]))) for g in groups]
    return [_lag_finding(context, os, worst, medians, len(rows))]


def _worst(values: Floats, codes: NDArray[np.int64], seed: int) -> _Worst:
    groups = np.unique(codes)

    def parts(labels: NDArray[np.int64]) -> list[Floats]:
        return [values[labels == g] for g in groups]

    smd, days = _standardised(parts(codes)), _of_medians(parts(codes))
    measure, seen = (_standardised, smd) if smd > LIMIT_SMD else (_of_medians, days)
    rng = np.random.default_rng(seed)
    reached = sum(measure(parts(rng.permutation(codes))) >= seen - 1e-12 for _ in range(DRAWS))
    return _Worst(smd, days, (reached + 1) / (DRAWS + 1))


def _standardised(parts: list[Floats]) -> float:
    """Return the largest standardised difference of two groups, infinite without overlap."""
    return max(np.inf if v is None else abs(v) for v in (smd_numeric(a, b) for a, b in combinations(parts, 2)))


def _of_medians(parts: list[Floats]) -> float:
    """Return the largest difference of medians, in days."""
    medians = [float(np.median(part)) for part in parts]
    return max(medians) - min(medians)


def _lag_finding(
    context: Context, os: Endpoint, worst: _Worst, medians: list[tuple[str, float]], known: int
) -> Finding:
    severity: FindingSeverity = "warn" if worst.chance < CHANCE else "info"
    entered = derive(context.cohort, "os", origin="liver_met_dx")
    text = ", ".join(f"{METHOD_LABEL.get(level, level)} {days_text(days)}" for level, days in medians)
    smd = "no overlap" if np.isinf(worst.smd) else f"{worst.smd:.2f}"
    return Finding(
        id="P02",
        title="Time zero at different points of the disease",
        severity=severity,
        numbers=(
            ("patients", str(known)),
            ("largest standardised difference", smd),
            ("largest difference of medians", days_text(worst.days)),
            ("random labels that make such a difference", f"{100 * worst.chance:.0f}%"),
        ),
        sentence=f"From the diagnosis of liver metastases to the first session it took, in the median: {text}. "
        f"The largest standardised difference between two methods is {smd}.",
        consequence="Survival from the first session leaves out what patients had lived through before it. A method "
        "used later starts the clock later in the same disease, in patients who had already survived longer.",
        remedy="Survival is counted again from the diagnosis of liver metastases, each patient at risk only from the "
        "first session on (delayed entry). As long as few have entered, such a curve rests on few patients; the hazard "
        "ratio compares those who are at risk at the same time since the diagnosis.",
        naive=context.medians(os, "method") + _ratios(context, os),
        corrected=_aged(context, entered),
        reference="Hernan 2016",
    )


def _mixed_origins(context: Context) -> list[Finding]:
    """Find recorded durations that run from treatment in some patients and from diagnosis in others."""
    counted = _counted_from(context)
    if len(set(counted.values())) < 2:
        return []
    early = [p for p, code in counted.items() if code == "liver_met_dx"]
    recorded, dated = from_durations(context.cohort, "os", None, "at_ttp"), context.survival()
    n = count_text(len(early), "patient")
    return [
        Finding(
            id="P02",
            title="Durations counted from different days",
            severity="stop",
            patients=context.names(early),
            numbers=(
                ("patients", str(len(early))),
                *((ORIGIN_TEXT[c], str(list(counted.values()).count(c))) for c in ("first_ldt", "liver_met_dx")),
                ("not told by the dates", str(len(recorded) - len(counted))),
            ),
            sentence=f"The recorded survival of {n} runs from the {ORIGIN_TEXT['liver_met_dx']}, that of "
            f"{len(counted) - len(early)} from the {ORIGIN_TEXT['first_ldt']}: that is where the dates of death or "
            "last contact less the recorded days fall.",
            consequence="Days counted from diagnosis are longer by the time before treatment, in which nobody of this "
            "cohort could die. Groups with more such patients seem to live longer.",
            remedy="Overall survival is taken from the dates, from the first session in everybody. Recorded durations "
            "of other endpoints probably have the same fault: correct them in the sheet.",
            naive=_recorded(context, recorded),
            corrected=Estimates() if dated is None else context.medians(dated, *_by(dated)),
            reference="Hernan 2016",
        )
    ]


def _by(endpoint: Endpoint) -> tuple[str, ...]:
    return ("method",) if "method" in endpoint.keys else ()


def _recorded(context: Context, recorded: Endpoint, *by: str) -> Estimates:
    return context.medians(replace(recorded, name="os (as recorded)"), *(by or _by(recorded)))


def left_truncation(context: Context) -> list[Finding]:
    """P03: time counts from a day before the first session, when nobody was yet watched.

    Tsai WY, Jewell NP, Wang MC. Biometrika 1987;74:883-886.
    """
    origin = context.cohort.study.endpoints.origin
    os = context.endpoints.get("os")
    if os is not None and origin != "first_ldt" and context.records() is not None:
        return _truncated(context, os, derive(context.cohort, "os"), origin, declared=True)
    if set(_counted_from(context).values()) == {"liver_met_dx"}:
        recorded = from_durations(context.cohort, "os", None, "at_ttp")
        entered = derive(context.cohort, "os", origin="liver_met_dx")
        return _truncated(context, recorded, entered, "liver_met_dx", declared=False)
    return []


def _truncated(context: Context, os: Endpoint, entered: Endpoint, origin: str, *, declared: bool) -> list[Finding]:
    """Set survival that forgets when patients came beside survival with delayed entry."""
    late = entered.entry > ORIGIN
    if not late.any():
        return []
    waited = entered.entry[late]
    naive = replace(os, entry=np.full(len(os), ORIGIN, dtype=np.int64), name="os (entry ignored)")
    since = "" if declared else "The recorded survival fits the dates only so. "
    return [
        Finding(
            id="P03",
            title="Left truncation: time before the first session",
            severity="stop",
            patients=context.names(entered.cluster[late]),
            numbers=(
                ("patients", str(int(late.sum()))),
                ("median time before the first session", days_text(float(np.median(waited)))),
                ("of all time counted", f"{100 * waited.sum() / max(1, entered.exit.sum()):.0f}%"),
            ),
            sentence=f"Time counts from the {ORIGIN_TEXT[origin]}, before the first session. {since}Who died between "
            "the two days was never treated and is not in the cohort.",
            consequence="Counted as if everybody had been watched from the first day, the time before treatment is "
            "survival that could not have been otherwise, and every estimate is too high.",
            remedy="Every patient is at risk from the first session on only (delayed entry)"
            + (", in all endpoints of this report that count from this day." if declared else ".")
            + " Beside it stands the analysis that forgets it. While few have entered, a curve rests on few patients.",
            naive=context.medians(naive) + context.rates(naive),
            corrected=_named(context, entered, "os (delayed entry)"),
            reference="Tsai 1987",
        )
    ]


def _aged(context: Context, entered: Endpoint) -> Estimates:
    keyed = replace(entered, name="os (from liver metastasis)")
    return context.medians(keyed, "method") + _ratios(context, keyed)


def _ratios(context: Context, endpoint: Endpoint) -> Estimates:
    """Return hazard ratios between methods, where there are two and somebody died."""
    if not endpoint.n_events or len(np.unique(endpoint.keys["method"].codes)) < 2:
        return Estimates()
    return versus(cox(endpoint, "method", penalty="firth", level=context.analysis.level).select("hazard_ratio"))


def _named(context: Context, endpoint: Endpoint, name: str, *by: str) -> Estimates:
    keyed = replace(endpoint, name=name)
    return context.medians(keyed, *by) + context.rates(keyed, *by)


def _lags(context: Context, column: str) -> dict[str, int]:
    """Return days from a date of the patient table to the first session, where it is not later."""
    records = context.records()
    if records is None or column not in records.patients.columns:
        return {}
    frame = records.patients.drop_nulls([column, "t0"])
    pairs = zip(frame["patient_id"], frame[column], frame["t0"], strict=True)
    return {p: (t0 - day).days for p, day, t0 in pairs if day <= t0}


def _counted_from(context: Context) -> dict[str, str]:
    """Return from which day each recorded survival was counted, where the dates tell."""
    if "os" not in recorded_codes(context.cohort):
        return {}
    rows = context.cohort.table("outcome").filter(pl.col("endpoint") == "os").drop_nulls(["days", "event"])
    ends = _ends(context)
    if not context.first_session():
        return {}  # the days could run from either
    starts = {code: _starts(context, code) for code in ("first_ldt", "liver_met_dx")}
    found: dict[str, str] = {}
    for patient, days in zip(rows["patient_id"], rows["days"], strict=True):
        if patient not in ends:
            continue
        begun = ends[patient] - timedelta(days=round(days))
        away = {code: abs((begun - s[patient]).days) for code, s in starts.items() if patient in s}
        near = [code for code, gap in away.items() if gap <= TOLERANCE]
        if len(near) == 1:
            found[patient] = near[0]
    return found


def _ends(context: Context) -> dict[str, date]:
    patients = context.cohort.table("patient")
    columns = [c for c in ("death_date", "last_contact_date") if c in patients.columns]
    if not columns:
        return {}
    ends = patients.select("patient_id", end=pl.coalesce(columns)).drop_nulls()
    return dict(zip(ends["patient_id"], ends["end"], strict=True))


def _starts(context: Context, code: str) -> dict[str, date]:
    if code == "first_ldt":
        return context.first_session()
    patients = context.cohort.table("patient")
    if "liver_met_dx_date" not in patients.columns:
        return {}
    rows = patients.drop_nulls("liver_met_dx_date")
    return dict(zip(rows["patient_id"], rows["liver_met_dx_date"], strict=True))
