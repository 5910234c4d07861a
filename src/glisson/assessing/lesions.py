"""Outcomes of sessions and lesions: proportions and incidences whose intervals count patients, not lesions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment import NOTHING
from glisson.assessment.response import LesionResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.clinical.groups import method_factor
from glisson.clinical.lesion_outcomes import (
    MARGINS,
    NO_CONTROL,
    SIZES,
    lesion_outcomes,
    margin_stratum,
    reclassified,
    session_success,
    size_stratum,
)
from glisson.clinical.timeline import timeline
from glisson.errors import InputError
from glisson.methods.clustered import METHOD, clustered_incidence, clustered_proportion
from glisson.methods.cox import cox
from glisson.tables import Endpoint, Estimate, Estimates, Factor, Group

DAYS_PER_MONTH = 30.4375

SESSIONS, COVERAGE = "Technical success of sessions", "Complete coverage of lesions"
PRIMARY, ASSISTED = "Primary technique efficacy", "Assisted technique efficacy"
WITH_CONTROL, ALL_TREATED = "lesions with a first control", "all treated lesions"
#: Covariates of local progression: column of the lesion, what it is called, and the step in mm of its hazard ratio.
COVARIATES = (("size_mm", "Size before treatment", 10), ("margin_mm", "Smallest margin", 1))
#: Fewest local progressions from which the hazard ratio of one covariate is estimated.
LEAST_EVENTS = 5
#: Grouping variables of local progression, beside the method.
STRATA = ("margin", "size")


def lesion_result(cohort: Cohort) -> LesionResult | None:
    """Return technical success, technique efficacy and local progression, overall and by method.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    LesionResult or None
        ``None`` where no treated lesion is linked to a dated session.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = lesion_result(demo_cohort())
    >>> result.lesions, result.patients, result.efficacy.rows[0].events, result.efficacy.rows[0].n
    (78, 24, 20, 61)
    """
    try:
        outcomes = lesion_outcomes(cohort)
    except InputError:
        return None
    if outcomes.is_empty():
        return None
    level, settings = cohort.study.analysis.level, cohort.study.response
    name = Pseudonyms.of(cohort)
    progression, sizes = _progression(cohort, outcomes)
    local = timeline(cohort).tables.get("local_control")
    return LesionResult(
        lesions=len(outcomes),
        patients=outcomes["patient_id"].n_unique(),
        window=(settings.control_from_days, settings.control_to_days),
        technical=_technical(cohort, outcomes, level),
        efficacy=_efficacy(outcomes, level),
        no_control=_reasons(outcomes),
        progression=progression,
        sizes=sizes,
        reclassified=lesion_names(cohort, name, reclassified(cohort)),
        derived=0 if local is None else int(local["derived"].sum()),
        statuses=0 if local is None else len(local),
        covariates=local_covariates(cohort, outcomes, level),
        notes=_notes(outcomes),
    )


def lesion_names(cohort: Cohort, name: Pseudonyms, notes: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return notes on lesions under names that hold no id: the patient's pseudonym and the number of the lesion."""
    place: dict[str, tuple[str, int]] = {}
    seen: dict[str, int] = {}
    for lesion, patient in _owners(cohort):
        seen[patient] = seen.get(patient, 0) + 1
        place[lesion] = (patient, seen[patient])
    out = []
    for lesion, text in notes:
        patient, number = place.get(lesion, ("", 0))
        out.append((f"{name(patient)}, lesion {number}" if number else name(patient), text))
    return tuple(out)


def _owners(cohort: Cohort) -> list[tuple[str, str]]:
    """Return (lesion, patient) in the order of the lesion sheet, else of the treatments."""
    if cohort.has("lesion", "lesion_id", "patient_id"):
        return cohort.table("lesion").select("lesion_id", "patient_id").drop_nulls().rows()
    pairs = cohort.table("session_lesion").select("session_id", "lesion_id").drop_nulls()
    owned = pairs.join(cohort.table("session").select("session_id", "patient_id"), on="session_id", how="inner")
    return owned.select("lesion_id", "patient_id").unique(maintain_order=True).rows()


def _technical(cohort: Cohort, outcomes: pl.DataFrame, level: float) -> Estimates:
    """Return success of sessions by their own method, and coverage of lesions by that of their first treatment."""
    sessions = session_success(cohort).rename({"success": "hit"})
    covered = outcomes.select("patient_id", "method", hit=pl.col("coverage") == "complete")
    return proportion_by_method(sessions, SESSIONS, "sessions", level) + proportion_by_method(
        covered, COVERAGE, "treated lesions", level
    )


def _efficacy(outcomes: pl.DataFrame, level: float) -> Estimates:
    rows = NOTHING
    for name, column in ((PRIMARY, "primary"), (ASSISTED, "assisted")):
        known = outcomes.select("patient_id", "method", hit=pl.col(column))
        everybody = known.with_columns(pl.col("hit").fill_null(value=False))
        rows += proportion_by_method(known, name, WITH_CONTROL, level) + proportion_by_method(
            everybody, name, ALL_TREATED, level
        )
    return rows


def proportion_by_method(rows: pl.DataFrame, name: str, detail: str, level: float) -> Estimates:
    """Estimate a proportion overall and by method, with intervals that count patients.

    Parameters
    ----------
    rows
        ``patient_id``, ``method`` and ``hit``; rows without a value are left out.
    name, detail
        What was counted, and of what.
    level
        Confidence level.
    """
    factor = method_factor(rows["method"].to_list())
    groups: list[tuple[Group, pl.DataFrame]] = [((), rows)]
    groups += [((("method", m),), rows.filter(pl.col("method") == m)) for m in factor.levels]
    out = NOTHING
    for group, part in groups:
        counted = (
            part.drop_nulls("hit").group_by("patient_id").agg(x=pl.col("hit").sum(), n=pl.len()).sort("patient_id")
        )
        if counted.is_empty():
            reason = f"not estimable (not recorded for any of {len(part)})"
            row = Estimate(variable=name, statistic="proportion", group=group, unit="probability", method=METHOD,
                           n=0, events=0, reason=reason, detail=detail)  # fmt: skip
            out += Estimates((row,))
            continue
        found = clustered_proportion(counted["x"].to_numpy(), counted["n"].to_numpy(), name=name, detail=detail,
                                     level=level)  # fmt: skip
        out += Estimates(tuple(replace(e, group=group) for e in found))
    return out


def _reasons(outcomes: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    counts = dict(outcomes.drop_nulls("no_control")["no_control"].value_counts().rows())
    return tuple((reason, counts[reason]) for reason in NO_CONTROL if reason in counts)


def _progression(cohort: Cohort, outcomes: pl.DataFrame) -> tuple[Estimates, tuple[tuple[Group, int, int, int], ...]]:
    """Return the incidence of local progression overall, by method, by margin and by size."""
    try:
        ltp = endpoint(cohort, "ltp")
    except InputError:
        return NOTHING, ()
    ltp = replace(ltp, keys=MappingProxyType({**ltp.keys, **_strata(ltp, outcomes)}))
    days = [round(m * DAYS_PER_MONTH) for m in cohort.study.analysis.times_months]
    rows, sizes, clear = NOTHING, [], _ever_clear(cohort, outcomes)
    for group, part in _groups(ltp, ("method", *STRATA)):
        found = clustered_incidence(part, times=days, level=cohort.study.analysis.level)
        rows += Estimates(tuple(replace(e, group=group) for e in found))
        here = (len(part), len(np.unique(part.cluster)), sum(str(u) in clear for u in part.unit))
        sizes.append((group, *here))
    return rows, tuple(sizes)


def local_covariates(cohort: Cohort, outcomes: pl.DataFrame, level: float) -> Estimates:
    """Estimate hazard ratios of local progression by size and by margin, each as a number in a model of its own.

    The hazard is cause-specific (death ends the observation of a lesion), and the covariance counts patients.

    Parameters
    ----------
    cohort
        Validated records.
    outcomes
        ``lesion_id``, ``size_mm`` and ``margin_mm`` of the treated lesions.
    level
        Confidence level.
    """
    try:
        ltp = endpoint(cohort, "ltp")
    except InputError:
        return NOTHING
    rows = NOTHING
    for column, name, step in COVARIATES:
        of = dict(outcomes.select("lesion_id", column).drop_nulls().rows())
        part = ltp.take(np.array([str(u) in of for u in ltp.unit], dtype=bool))
        values = np.array([of[str(u)] for u in part.unit], dtype=float) / step
        rows += _hazard_ratio(part, values, name, f"{step} mm", level)
    return rows


def _hazard_ratio(part: Endpoint, values: NDArray[np.float64], name: str, step: str, level: float) -> Estimates:
    """Return the hazard ratio of one number, or why there is none."""
    events, n = int((part.cause == 1).sum()), len(part)
    reason = ""
    if n == 0:
        reason = "not estimable (not recorded)"
    elif events < LEAST_EVENTS:
        progressed = f"{events} local progression{'' if events == 1 else 's'}"
        among = f"{n} lesion{'' if n == 1 else 's'}"
        reason = f"not estimated ({progressed} of {among}; at least {LEAST_EVENTS} are needed)"
    elif np.ptp(values) == 0:
        reason = "not estimable (the same in every lesion)"
    if reason:
        row = Estimate(variable=name, statistic="hazard_ratio", unit="ratio", method="Cox model", n=n, events=events,
                       reason=reason, detail=f"per {step}")  # fmt: skip
        return Estimates((row,))
    found = cox(part, numbers={"x": values}, units={"x": step}, level=level).select("hazard_ratio")
    return Estimates(tuple(replace(e, variable=name, detail=f"per {step}") for e in found))


def _ever_clear(cohort: Cohort, outcomes: pl.DataFrame) -> set[str]:
    """Return the lesions that a scan after treatment has shown free of viable tumour."""
    local = timeline(cohort).tables["local_control"].filter(pl.col("status") == "none")
    after = local.join(outcomes.select("lesion_id", "start"), on="lesion_id", how="inner")
    return set(after.filter(pl.col("date") > pl.col("start"))["lesion_id"].to_list())


def _strata(ltp: Endpoint, outcomes: pl.DataFrame) -> Mapping[str, Factor]:
    margin = dict(outcomes.select("lesion_id", "margin_mm").rows())
    size = dict(outcomes.select("lesion_id", "size_mm").rows())
    units = [str(u) for u in ltp.unit]
    return {
        "margin": Factor.of([margin_stratum(margin.get(u)) for u in units], MARGINS),
        "size": Factor.of([size_stratum(size.get(u)) for u in units], SIZES),
    }


def _groups(ltp: Endpoint, keys: Sequence[str]) -> list[tuple[Group, Endpoint]]:
    """Return everybody and each group that has a lesion; lesions without a margin or size are in no stratum of it."""
    out: list[tuple[Group, Endpoint]] = [((), ltp)]
    for key in keys:
        factor = ltp.factor(key)
        found = [lv for i, lv in enumerate(factor.levels) if (factor.codes == i).any() and lv != "not recorded"]
        out += [(((key, lv),), ltp.where(**{key: lv})) for lv in found]
    return out


def _notes(outcomes: pl.DataFrame) -> tuple[str, ...]:
    notes = []
    if n := int(outcomes["assisted_unknown"].sum()):
        notes.append(
            f"Treated again for residual tumour without a control in the window after it, and counted as no efficacy: "
            f"{n} lesion{'s' if n > 1 else ''}."
        )
    for what, column in (("margin", "margin_mm"), ("size before treatment", "size_mm")):
        if n := outcomes[column].null_count():
            notes.append(f"No {what} is recorded for {n} of {len(outcomes)} lesions; they are in no stratum of it.")
    return tuple(notes)
