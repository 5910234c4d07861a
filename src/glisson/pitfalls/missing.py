"""P10, missing data: covariates that are not known in everybody, and what a model makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Baseline, Finding
from glisson.clinical.groups import UNKNOWN
from glisson.kernels.exact import fisher_exact
from glisson.methods.compare import logrank
from glisson.methods.cox import cox
from glisson.methods.imputation import FEWEST_KNOWN, Imputed, cox_imputed, impute
from glisson.pitfalls.context import Context, count_text, noted, percent_text, versus
from glisson.tables import Endpoint, Estimates, Factor

Floats = NDArray[np.float64]

#: Shares of patients without a value: worth a warning, and too many for a model.
SOME, MANY = 0.05, 0.4
#: Level of the tests of an association; deaths from which a model is fitted; effort of an exact test.
ALPHA, LEAST_EVENTS, EFFORT = 0.05, 10, 1e5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A variable with missing values.

    Parameters
    ----------
    name, label, unit, is_number
        Column, printed name and unit, and whether its values are numbers.
    missing, n
        Patients without it, and all.
    absent
        Shape (n,). Who has no value; empty where the column cannot be looked up.
    related
        What goes with its absence: (what, P value).
    """

    name: str
    label: str
    unit: str
    is_number: bool
    missing: int
    n: int
    absent: NDArray[np.bool_]
    related: tuple[tuple[str, float], ...] = ()

    @property
    def share(self) -> float:
        """Share of patients without it."""
        return self.missing / self.n


def missing_data(context: Context) -> list[Finding]:
    """P10: a variable of Table 1 is unknown in more than 5 %, or its absence goes with method or survival.

    White IR, Royston P, Wood AM. Stat Med 2011;30:377-399; Carpenter JR, Smuk M. Biom J 2021;63:915-947.
    """
    gaps = [g for g in (_gap(context, row) for row in context.baseline) if g is not None]
    gaps = sorted({g.name: g for g in gaps}.values(), key=lambda g: -g.missing)
    found = [g for g in gaps if g.share > SOME or g.related]
    if not found:
        return []
    many = [g for g in found if g.share > MANY]
    naive, corrected, done = _models(context, [g for g in found if g not in many])
    related = [(g, what, p) for g in found for what, p in g.related]
    worst = found[0]
    parts = [f"{count_text(len(found), 'baseline variable')} {'is' if len(found) == 1 else 'are'} not known in "
             f"everybody, least of all {worst.label[:1].lower()}{worst.label[1:]} "
             f"(missing in {percent_text(worst.missing, worst.n)})"]  # fmt: skip
    parts += [
        f"{g.label[:1].lower()}{g.label[1:]} is missing more often by {what} (P = {p:.2g})" for g, what, p in related
    ]
    left = f"{_labels(many)} {'is' if len(many) == 1 else 'are'} missing in more than {MANY:.0%} and used in no model. "
    return [
        Finding(
            id="P10",
            title="Missing data",
            severity="stop" if many else "warn",
            numbers=(
                ("patients", str(context.cohort.n)),
                *((g.label, f"missing in {percent_text(g.missing, g.n)}") for g in found),
                *((f"{g.label}, missing by {what}", f"P = {p:.2g}") for g, what, p in related),
            ),
            sentence=_capital("; ".join(parts)) + ".",
            consequence="A model of complete cases leaves these patients out, and who has no value is rarely left to "
            "chance. Its estimates are then those of other patients, and always of fewer.",
            remedy=(left if many else "") + done,
            naive=naive,
            corrected=corrected,
            reference="White 2011; White & Royston 2009; Carpenter & Smuk 2021",
        )
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _labels(gaps: list[Gap]) -> str:
    return ", ".join(g.label for g in gaps)


def _gap(context: Context, row: Baseline) -> Gap | None:
    """Return a variable of Table 1 that is missing in somebody; nothing where it is known in everybody."""
    missing, n = row.unknown[0], row.n[0]
    if not missing or missing == n:
        return None
    patient = context.cohort.table("patient")
    absent = np.zeros(0, dtype=np.bool_)
    if row.name in patient.columns:
        absent = patient[row.name].is_null().to_numpy()
    related = _related(context, absent) if len(absent) and int(absent.sum()) == missing else ()
    return Gap(name=row.name, label=row.label, unit=row.unit, is_number=not row.levels, missing=missing, n=n,
               absent=absent if int(absent.sum()) == missing else absent[:0], related=related)  # fmt: skip


def _related(context: Context, absent: NDArray[np.bool_]) -> tuple[tuple[str, float], ...]:
    """Return with what absence goes together: method by Fisher's exact test, survival by the log-rank test."""
    os = context.survival()
    if os is None or not 2 <= absent.sum() <= len(absent) - 2:
        return ()
    rows = _rows(context, os)
    without = absent[rows]
    out = []
    if "method" in os.keys:
        method = os.keys["method"]
        table = np.array([np.bincount(method.codes[without == v], minlength=len(method.levels)) for v in (True, False)])
        table = table[:, table.sum(axis=0) > 0]
        p = fisher_exact(table.astype(np.int64)) if table.shape[1] > 1 and np.all(table.sum(axis=1)) else None
        out += [("treatment method", p)] if p is not None else []
    groups = Factor(without.astype(np.int64), ("known", "missing"))
    tested = logrank(replace(os, keys={"missing": groups}), "missing", null="auto", effort=EFFORT,
                     seed=context.analysis.seed).select("p")  # fmt: skip
    out += [("length of survival", r.value) for r in tested if r.value is not None]
    return tuple((what, p) for what, p in out if p < ALPHA)


def _rows(context: Context, endpoint: Endpoint) -> NDArray[np.int64]:
    """Return the row of the patient table of each unit of an endpoint."""
    place = {p: i for i, p in enumerate(context.cohort.table("patient")["patient_id"].to_list())}
    return np.array([place[str(u)] for u in endpoint.unit], dtype=np.int64)


def _models(context: Context, gaps: list[Gap]) -> tuple[Estimates, Estimates, str]:
    """Return the model of complete cases, the imputed one, and what was done or why not."""
    no = "No model was fitted: "
    os, usable = context.survival(), [g for g in gaps if len(g.absent)]
    if os is None or "method" not in os.keys or not usable:
        return Estimates(), Estimates(), f"{no}survival by method and a variable fit for imputation are needed."
    gap = usable[0]
    known_method = np.array([level != UNKNOWN for level in os.keys["method"].levels])[os.keys["method"].codes]
    os = os.take(known_method)
    rows = _rows(context, os)
    here = ~gap.absent[rows]
    complete = os.take(here)
    groups = len(np.unique(complete.keys["method"].codes))
    if groups < 2 or int(here.sum()) < FEWEST_KNOWN or complete.n_events < LEAST_EVENTS:
        return Estimates(), Estimates(), (
            f"{no}the complete cases hold {count_text(complete.n_events, 'death')} in {count_text(groups, 'method')}; "
            f"{LEAST_EVENTS} in two are needed."
        )  # fmt: skip
    if here.all():
        return Estimates(), Estimates(), f"{no}nobody with known survival lacks {gap.label}."
    keys, numbers = _values(context, gap, rows)
    whole = replace(os, keys={"method": os.keys["method"], **keys})
    done = impute(whole, tuple(whole.keys), numbers=numbers, seed=context.analysis.seed)
    level, units = context.analysis.level, {gap.label: gap.unit.removesuffix("s")}
    naive = cox(
        whole.take(here), tuple(whole.keys), numbers={k: v[here] for k, v in numbers.items()}, units=units, level=level
    )
    pooled = cox_imputed(whole, done, tuple(whole.keys), numbers=tuple(numbers), units=units, level=level)
    return (
        noted(versus(naive.select("hazard_ratio")), "complete cases"),
        noted(versus(pooled.select("hazard_ratio")), "imputed"),
        _what_was_done(gap, done, complete, whole),
    )


def _values(context: Context, gap: Gap, rows: NDArray[np.int64]) -> tuple[dict[str, Factor], dict[str, Floats]]:
    raw = [context.cohort.table("patient")[gap.name].to_list()[i] for i in rows]
    if gap.is_number:
        return {}, {gap.label: np.array([math.nan if v is None else float(v) for v in raw])}
    text = {True: "yes", False: "no"}
    values = [UNKNOWN if v is None else text[v] if isinstance(v, bool) else str(v) for v in raw]
    return {gap.label: Factor.of(values, [*sorted(set(values) - {UNKNOWN}), UNKNOWN])}, {}


def _what_was_done(gap: Gap, done: Imputed, complete: Endpoint, whole: Endpoint) -> str:
    text = (
        f"A Cox model of overall survival with method and {gap.label[:1].lower()}{gap.label[1:]}, the most often "
        f"missing variable that is fit for a model, was fitted to the {len(complete)} complete cases and to all "
        f"{len(whole)} patients with the missing values drawn {done.m} times given method and survival (chained "
        f"equations, seed {done.seed}), pooled by Rubin's rules."
    )
    return " ".join([text, *(f"{_capital(w)}." for w in done.warnings)])
