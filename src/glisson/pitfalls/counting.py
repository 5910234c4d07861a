"""Pitfalls of counting: clusters, denominators, patients counted twice."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.groups import method_names
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.clustered import (
    clustered_incidence,
    clustered_proportion,
    effective_size,
    incidence_error,
    intracluster_correlation,
    standard_errors,
)
from glisson.methods.fits import normal_quantile
from glisson.methods.proportions import proportion
from glisson.pitfalls.context import Context, count_text, noted, percent_text, regrouped
from glisson.tables import CountTable, Endpoint, Estimates, Factor
from glisson.tables.endpoint import MOVED

Ints = NDArray[np.int64]


def clustering(context: Context) -> list[Finding]:
    """P07: several sessions or lesions of one patient are not independent.

    Rao JNK, Scott AJ. Biometrics 1992;48:577-585; Korn EL, Graubard BI. Survey Methodology 1998;24:193-201.
    """
    found = []
    sessions = _technical_success(context)
    if sessions["n"].sum() > len(sessions):
        found.append(_clustered_sessions(context, sessions))
    ltp = context.endpoints.get("ltp")
    if ltp is not None and len(ltp) > len(np.unique(ltp.cluster)):
        found.append(_clustered_lesions(context, ltp))
    return found


def _technical_success(context: Context) -> pl.DataFrame:
    """Return for each patient the sessions with a recorded technical success (n) and the successful ones (x)."""
    if not context.cohort.has("session", "technical_success"):
        return pl.DataFrame(schema={"patient_id": pl.String, "n": pl.Int64, "x": pl.Int64})
    frame = context.cohort.table("session").drop_nulls("technical_success")
    rows = frame.group_by("patient_id", maintain_order=True)
    return rows.agg(n=pl.len().cast(pl.Int64), x=pl.col("technical_success").cast(pl.Int64).sum())


def _clustered_sessions(context: Context, rows: pl.DataFrame) -> Finding:
    x, n = rows["x"].to_numpy(), rows["n"].to_numpy()
    several = rows.filter(pl.col("n") > 1)["patient_id"].to_list()
    total, level = int(n.sum()), context.analysis.level
    naive_error, error = standard_errors(x, n)
    correlation = intracluster_correlation(x, n)
    name = "technical success per session"
    return Finding(
        id="P07",
        title="Clustering within patients: sessions",
        severity="stop",
        patients=context.names(several),
        numbers=(
            ("patients", str(len(rows))),
            ("patients with several", str(len(several))),
            ("sessions", str(total)),
            ("standard error, sessions as independent", f"{naive_error:.4f}"),
            ("standard error, patients kept whole", "none (one patient)" if error is None else f"{error:.4f}"),
            ("correlation within patients", "not estimable" if correlation is None else f"{correlation:.2f}"),
            ("effective number of sessions", f"{effective_size(x, n):.1f}"),
        ),
        sentence=f"{total} sessions with a recorded technical success belong to {count_text(len(rows), 'patient')}, "
        f"{len(several)} of whom had several, so they are not {total} independent observations.",
        consequence="Intervals computed over sessions are too narrow when sessions of one patient are alike.",
        remedy="Outcomes are reported per patient. For technical success per session the exact interval is taken at "
        f"the effective number of sessions, {effective_size(x, n):.1f} of {total}.",
        naive=_share(int(x.sum()), total, "session", name, level),
        corrected=clustered_proportion(x, n, name=name, detail=name, level=level),
        reference="Rao & Scott 1992; Korn & Graubard 1998",
    )


def _share(hits: int, total: int, unit: str, name: str, level: float) -> Estimates:
    """Return the share of units, each taken as independent, with its exact interval."""
    counts = CountTable.of(["yes"] * hits + ["no"] * (total - hits), ["no", "yes"], unit=unit, name=name)
    rows = proportion(counts, "yes", level=level).select("proportion")
    return Estimates(tuple(replace(r, detail=name) for r in rows))


def _clustered_lesions(context: Context, ltp: Endpoint) -> Finding:
    patients, size = np.unique(ltp.cluster, return_counts=True)
    naive, level = context.summary(ltp), context.analysis.level
    known = [r.at for r in naive.select("cumulative_incidence") if r.at is not None and r.value is not None]
    errors: tuple[tuple[str, str], ...] = ()
    if known:
        day = 365.0 if 365.0 in known else known[-1]
        alone, whole = incidence_error(ltp, day, clustered=False), incidence_error(ltp, day)
        errors = (
            (f"standard error on day {day:.0f}, lesions as independent", f"{alone:.4f}"),
            (f"standard error on day {day:.0f}, patients kept whole", f"{whole:.4f}"),
        )
    correlation = intracluster_correlation(np.bincount(np.searchsorted(patients, ltp.cluster), ltp.cause == 1), size)
    alone_ratios, ratios = _ratios_by_method(context, ltp)
    return Finding(
        id="P07",
        title="Clustering within patients: lesions",
        severity="stop",
        patients=context.names(patients[size > 1]),
        numbers=(
            ("patients", str(len(patients))),
            ("patients with several", str(int((size > 1).sum()))),
            ("lesions", str(len(ltp))),
            *errors,
            *_errors_of_ratios(alone_ratios, "lesions as independent"),
            *_errors_of_ratios(ratios, "patients kept whole"),
            ("correlation within patients", "not estimable" if correlation is None else f"{correlation:.2f}"),
        ),
        sentence=f"{len(ltp)} treated lesions belong to {count_text(len(patients), 'patient')}; lesions of one patient "
        "share liver, tumour biology and operator.",
        consequence="Standard errors that take lesions as independent are wrong, usually too small.",
        remedy="The cumulative incidence of local progression is given again with intervals from the jackknife, which "
        "leaves out one patient with all lesions at a time."
        + (" Cox's model of lesions by method has the sandwich covariance over patients." if len(ratios) else ""),
        naive=naive + alone_ratios,
        corrected=clustered_incidence(ltp, times=context.times, level=level) + ratios,
        reference="Lipsitz SR, et al. Biometrics 1994;50:842-846" + ("; Lin & Wei 1989" if len(ratios) else ""),
    )


def _ratios_by_method(context: Context, ltp: Endpoint) -> tuple[Estimates, Estimates]:
    """Return hazard ratios of lesions by method: once as if lesions were independent, once with patients kept whole."""
    if not context.testable(ltp, "method"):
        return Estimates(), Estimates()
    alone = context.ratios(replace(ltp, cluster=ltp.unit), "method", wald=True)
    return alone, context.ratios(ltp, "method")


def _errors_of_ratios(ratios: Estimates, text: str) -> list[tuple[str, str]]:
    """Return the standard error of each log hazard ratio, from its Wald interval."""
    out = []
    for e in ratios:
        if e.low is not None and e.high is not None and e.level is not None:
            error = math.log(e.high / e.low) / (2 * normal_quantile(e.level))
            name = ", ".join(METHOD_LABEL.get(v, v) for _, v in e.group)
            out.append((f"standard error of the log hazard ratio of {name}, {text}", f"{error:.3f}"))
    return out


def denominators(context: Context) -> list[Finding]:
    """P17: percentages of lesions or sessions beside percentages of patients.

    Puijk RS, et al. Radiology 2021;301:533-540.
    """
    sizes = {"patients": context.cohort.n}
    sizes |= {t + "s": len(context.cohort.table(t)) for t in ("session", "lesion") if context.cohort.has(t)}
    if len(set(sizes.values())) < 2:
        return []
    naive, corrected = _both_denominators(context)
    return [
        Finding(
            id="P17",
            title="Lesions, sessions and patients as denominators",
            severity="warn",
            numbers=tuple((what, str(n)) for what, n in sizes.items()),
            sentence=f"The data hold {', '.join(f'{n} {what}' for what, n in sizes.items())}; a percentage of one is "
            "not a percentage of another.",
            consequence="A share of controlled lesions or successful sessions reads like a share of patients, and is "
            "usually higher than the share of patients in whom all were.",
            remedy="Every table and figure names its unit and its n; survival, response and adverse events are per "
            "patient." + (" Beside the shares of sessions and lesions stand those of patients." if len(naive) else ""),
            naive=naive,
            corrected=corrected,
            reference="Puijk 2021",
        )
    ]


def _both_denominators(context: Context) -> tuple[Estimates, Estimates]:
    """Return the shares of sessions and lesions, and of patients in whom all sessions and lesions were."""
    naive, corrected = Estimates(), Estimates()
    level, rows = context.analysis.level, _technical_success(context)
    if len(rows):
        x, n = rows["x"].to_numpy(), rows["n"].to_numpy()
        naive += _share(int(x.sum()), int(n.sum()), "session", "sessions with technical success", level)
        corrected += _share(int((x == n).sum()), len(rows), "patient", "patients with success in all sessions", level)
    ltp = context.endpoints.get("ltp")
    if ltp is not None and len(ltp):
        failed = np.unique(ltp.cluster[ltp.cause == 1])
        patients = len(np.unique(ltp.cluster))
        naive += _share(len(ltp) - ltp.n_events, len(ltp), "lesion", "lesions without local progression", level)
        corrected += _share(
            patients - len(failed), patients, "patient", "patients without local progression of any lesion", level
        )
    return naive, corrected


def double_counting(context: Context) -> list[Finding]:
    """P21: patients who had several methods, counted under each of them.

    Hernan MA, et al. J Clin Epidemiol 2016;79:70-75.
    """
    if not context.cohort.has("session", "method"):
        return []
    sessions = method_names(context.cohort.table("session"), context.analysis.method_grouping).drop_nulls("method")
    used = sessions.group_by("patient_id").agg(pl.col("method").unique().sort())
    methods = {p: list(m) for p, m in zip(used["patient_id"], used["method"], strict=True)}
    several = [p for p, m in methods.items() if len(m) > 1]
    if not several:
        return []
    counted, os = sum(len(m) for m in methods.values()), context.survival()
    dated = os is not None and not context.sessions().is_empty()
    return [
        Finding(
            id="P21",
            title="Patients counted under several methods",
            severity="stop",
            patients=context.names(several),
            numbers=(
                ("patients", percent_text(len(several), len(methods))),
                ("sum over methods", str(counted)),
            ),
            sentence=f"{len(several)} of {count_text(len(methods), 'patient')} had more than one method: counted under "
            f"each, {len(methods)} patients become {counted}.",
            consequence="The groups share patients, and those who lived long enough for a second method are counted "
            "more than once.",
            remedy="Patients are analysed under their first method (intention to treat); the double-counted medians "
            "stand beside it."
            + (
                " Deaths per person-year and hazard ratios are given, too, with each patient's time counted under the "
                "method of the latest session (time-dependent Cox model)."
                if dated
                else ""
            ),
            naive=Estimates() if os is None else _double_counted(context, os, methods),
            corrected=Estimates() if os is None else _first_and_current(context, os, dated=dated),
            reference="Hernan 2016",
        )
    ]


def _double_counted(context: Context, os: Endpoint, methods: dict[str, list[str]]) -> Estimates:
    pairs = [(i, m) for i, c in enumerate(os.cluster) for m in methods.get(str(c), [])]
    key = {"any session by": Factor.of([m for _, m in pairs], _in_order(os, [m for _, m in pairs]))}
    rows = np.array([i for i, _ in pairs], dtype=np.int64)
    keyed = regrouped(os, "os (counted under every method)", key, rows)
    return context.medians(keyed, "any session by") + context.ratios(keyed, "any session by", wald=True)


def _in_order(os: Endpoint, used: list[str]) -> list[str]:
    """Return the methods used, those of the report first and in its order."""
    known = list(os.keys["method"].levels) if "method" in os.keys else []
    return [m for m in known if m in used] + sorted(set(used) - set(known))


def _first_and_current(context: Context, os: Endpoint, *, dated: bool) -> Estimates:
    first = context.medians(os, "method") if "method" in os.keys else Estimates()
    if not dated:
        return first
    current = by_current_method(context, os)
    rates = context.rates(current, "current method") + context.ratios(current, "current method")
    return first + noted(rates, "method of the latest session")


def by_current_method(context: Context, os: Endpoint) -> Endpoint:
    """Split the follow-up of each patient at every session by another method.

    Parameters
    ----------
    context
        With dated sessions.
    os
        n patients, all observed from the first session.

    Returns
    -------
    Endpoint
        Episodes keyed by ``current method``; several methods of one day are ``combined``.
    """
    days = context.sessions().drop_nulls("method").group_by("patient_id", "date").agg(pl.col("method").unique().sort())
    start = context.first_session()
    changes: dict[str, list[tuple[int, str]]] = {}
    for patient, day, used in days.sort("patient_id", "date").iter_rows():
        method = used[0] if len(used) == 1 else "combined"
        own = changes.setdefault(patient, [])
        if not own or own[-1][1] != method:
            own.append(((day - start[patient]).days, method))
    rows, entry, exit, cause, current = [], [], [], [], []
    for i, patient in enumerate(map(str, os.cluster)):
        own = [(d, m) for d, m in changes.get(patient, []) if d == 0 or d < os.exit[i]]
        if not own or own[0][0] > 0:
            own.insert(0, (0, "unknown"))
        own[0] = (int(os.entry[i]), own[0][1])
        ends = [d for d, _ in own[1:]] + [int(os.exit[i])]
        rows += [i] * len(own)
        entry += [d for d, _ in own]
        exit += ends
        cause += [MOVED] * (len(own) - 1) + [int(os.cause[i])]
        current += [m for _, m in own]
    return replace(
        regrouped(
            os,
            "os (time by method)",
            {"current method": Factor.of(current, _in_order(os, current))},
            np.array(rows, dtype=np.int64),
        ),
        entry=np.array(entry, dtype=np.int64),
        exit=np.array(exit, dtype=np.int64),
        cause=np.array(cause, dtype=np.int64),
    )
