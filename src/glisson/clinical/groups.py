"""Grouping variables known at the start: method by first session, extrahepatic disease, prior lines, subgroups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.schema import PATIENT
from glisson.clinical.vocabulary import METHOD_FAMILY, METHOD_LABEL
from glisson.errors import SettingsError
from glisson.tables import Factor

UNKNOWN = "unknown"
EXTRAHEPATIC_LEVELS = ("none", "present", UNKNOWN)
LINE_LEVELS = ("0", "1", "2+", UNKNOWN)
#: A subgroup with more levels than this is not a subgroup.
MOST_LEVELS = 20


def patient_keys(cohort: Cohort) -> dict[str, Factor]:
    """Return the grouping variables of every patient, in the order of the patient table.

    Parameters
    ----------
    cohort
        n patients.

    Returns
    -------
    dict
        ``method`` (family or exact method of the first session, by intention to treat; ``combined`` where two were used
        on the first day), ``extrahepatic``, ``line`` (prior systemic lines) and the declared subgroups. Methods that
        nobody had are no levels.

    Raises
    ------
    SettingsError
        If a declared subgroup is no column of the patient table, or no grouping.
    """
    return dict(_patient_keys(cohort))


@lru_cache(maxsize=4)  # a cohort never changes, and every endpoint asks for its groups
def _patient_keys(cohort: Cohort) -> Mapping[str, Factor]:
    patient = cohort.table("patient")
    ids = patient["patient_id"].to_list()
    by_patient = _first_methods(cohort)
    keys = {
        "method": method_factor([by_patient.get(i) for i in ids]),
        "extrahepatic": Factor.of(_texts(patient, "extrahepatic_t0", UNKNOWN), EXTRAHEPATIC_LEVELS),
        "line": Factor.of(_lines(cohort), LINE_LEVELS),
    }
    for name in cohort.study.analysis.subgroups:
        if name not in keys:
            keys[name] = _subgroup(patient, name)
    for factor in keys.values():
        factor.codes.setflags(write=False)
    return MappingProxyType(keys)


def keys_of_units(
    cohort: Cohort, units: Sequence[str], patients: Sequence[str], methods: Mapping[str, str | None] | None = None
) -> Mapping[str, Factor]:
    """Return the grouping variables of units at risk.

    Parameters
    ----------
    units, patients
        Length n: the units and the patient of each.
    methods
        Method by unit, where it is not that of the patient: a lesion's own first treatment.
    """
    place = {p: i for i, p in enumerate(cohort.table("patient")["patient_id"].to_list())}
    index = np.array([place[p] for p in patients], dtype=np.int64)
    keys = {name: factor.take(index) for name, factor in patient_keys(cohort).items()}
    if methods is not None:
        keys["method"] = method_factor([methods.get(u) for u in units])
    return MappingProxyType(keys)


def method_factor(methods: Sequence[str | None]) -> Factor:
    """Return methods as a grouping variable with the levels that occur, in the order of the vocabulary."""
    values = [m or UNKNOWN for m in methods]
    found = set(values)
    return Factor.of(values, [m for m in (*METHOD_FAMILY, UNKNOWN) if m in found])


def method_names(sessions: pl.DataFrame, grouping: str) -> pl.DataFrame:
    """Return sessions with ``method`` as it is grouped: the family, or the exact code."""
    if "method" not in sessions.columns:
        return sessions.with_columns(method=pl.lit(None, dtype=pl.String))
    if grouping == "exact":
        return sessions
    return sessions.with_columns(pl.col("method").replace_strict(METHOD_FAMILY, default=pl.col("method")))


def first_day_method(sessions: pl.DataFrame, by: str) -> dict[str, str | None]:
    """Return the method of the first day of each unit; several on that day are ``combined``.

    Parameters
    ----------
    sessions
        With ``date`` and ``method``; sessions without a date count only where a unit has no other.
    by
        Column of the unit: ``"patient_id"`` or ``"lesion_id"``.
    """
    dated = sessions if "date" in sessions.columns else sessions.with_columns(date=pl.lit(None, dtype=pl.Date))
    first = dated.filter(pl.col("date").eq_missing(pl.col("date").min().over(by)))
    used = first.group_by(by).agg(pl.col("method").drop_nulls().unique())
    return {unit: _one(methods) for unit, methods in zip(used[by], used["method"].to_list(), strict=True)}


def _one(methods: list[str]) -> str | None:
    return None if not methods else methods[0] if len(methods) == 1 else "combined"


def _first_methods(cohort: Cohort) -> dict[str, str | None]:
    if not cohort.has("session"):
        return {}
    sessions = method_names(cohort.table("session"), cohort.study.analysis.method_grouping)
    return first_day_method(sessions, "patient_id")


def _texts(frame: pl.DataFrame, column: str, missing: str) -> list[str]:
    """Return a column as text: yes and no for truth values, whole numbers without a point."""
    if column not in frame.columns:
        return [missing] * len(frame)
    return [_text(v, missing) for v in frame[column].to_list()]


def _text(value: object, missing: str) -> str:
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _lines(cohort: Cohort) -> list[str]:
    """Return prior systemic lines as recorded, else as counted from the therapies begun before the first session."""
    patient = cohort.table("patient")
    counts: list[float | None] = [None] * len(patient)
    if "lines_systemic_before" in patient.columns:
        counts = patient["lines_systemic_before"].to_list()
    if None in counts and cohort.has("systemic_therapy", "start_date") and cohort.has("session", "date"):
        counted = _counted_lines(cohort)
        ids = patient["patient_id"].to_list()
        counts = [counted.get(i) if c is None else c for i, c in zip(ids, counts, strict=True)]
    return [UNKNOWN if c is None else "2+" if c >= 2 else str(int(c)) for c in counts]


def _counted_lines(cohort: Cohort) -> dict[str, int]:
    first = cohort.table("session").group_by("patient_id").agg(t0=pl.col("date").min())
    rows = cohort.table("systemic_therapy").drop_nulls("start_date").join(first, on="patient_id", how="inner")
    counted = rows.group_by("patient_id").agg(n=(pl.col("start_date") < pl.col("t0")).sum())
    return dict(zip(counted["patient_id"], counted["n"], strict=True))


def _subgroup(patient: pl.DataFrame, name: str) -> Factor:
    if name not in patient.columns:
        raise SettingsError(
            f"analysis.subgroups names {name}, which is no column of the patient table",
            expected=f"one of {', '.join(c for c in patient.columns if not c.endswith('_to'))}",
        )
    values = _texts(patient, name, UNKNOWN)
    found = set(values)
    if len(found) > MOST_LEVELS:
        raise SettingsError(
            f"analysis.subgroups names {name}, which has {len(found)} different values",
            expected=f"a column with at most {MOST_LEVELS}",
            todo="add a column that holds the groups",
        )
    declared = next((f.choices for f in PATIENT.fields if f.name == name), ())
    order = [*(c for c in declared if c in found), *sorted(found - set(declared) - {UNKNOWN}, key=_natural)]
    return Factor.of(values, list(dict.fromkeys([*order, *([UNKNOWN] if UNKNOWN in found else [])])))


def _natural(value: str) -> tuple[bool, float, str]:
    """Sort numbers as numbers, before words."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def combinations(cohort: Cohort) -> tuple[tuple[str, str], ...]:
    """Return the patients treated by more than one method, each with the methods in order of use.

    They are analysed under their first method: whoever had a second one lived long enough to have it.

    Returns
    -------
    tuple
        (patient id, sequence in words), e.g. ``("007", "Y-90 radioembolization, then DEB-TACE")``.
    """
    if not cohort.has("session", "method"):
        return ()
    sessions = method_names(cohort.table("session"), cohort.study.analysis.method_grouping).drop_nulls("method")
    if "date" not in sessions.columns:
        sessions = sessions.with_columns(date=pl.lit(None, dtype=pl.Date))
    order = {p: i for i, p in enumerate(cohort.table("patient")["patient_id"].to_list())}
    days = sessions.group_by("patient_id", "date").agg(pl.col("method").unique().sort()).sort("patient_id", "date")
    sequences: dict[str, list[str]] = {}
    for patient, methods in zip(days["patient_id"], days["method"].to_list(), strict=True):
        step = " and ".join(METHOD_LABEL.get(m, m) for m in methods)
        steps = sequences.setdefault(patient, [])
        if not steps or steps[-1] != step:
            steps.append(step)
    several = _patients_with_several(sessions)
    chosen = sorted((p for p in several if p in order), key=order.__getitem__)
    return tuple((p, ", then ".join(sequences[p])) for p in chosen)


def _patients_with_several(sessions: pl.DataFrame) -> set[str]:
    used = sessions.group_by("patient_id").agg(n=pl.col("method").n_unique())
    return set(used.filter(pl.col("n") > 1)["patient_id"].to_list())
