"""Table 1: who the patients were, overall and by method."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Baseline
from glisson.clinical.cohort import Cohort
from glisson.methods.baseline import quartiles, smd_categorical, smd_numeric
from glisson.tables import Factor, Group

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A row of Table 1: a column of the patient table and how it is printed."""

    column: str
    label: str
    unit: str = ""
    levels: tuple[tuple[str, str], ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether quartiles describe it."""
        return not self.levels


_YES_NO = (("true", "Yes"), ("false", "No"))

#: Table 1 in print order; a variable without any value is left out.
VARIABLES: tuple[Variable, ...] = (
    Variable(column="age_at_t0", label="Age at first liver-directed therapy", unit="years"),
    Variable(column="sex", label="Sex", levels=(("F", "Female"), ("M", "Male"))),
    Variable(column="ecog_t0", label="ECOG performance status",
             levels=(("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"))),
    Variable(column="extrahepatic_t0", label="Extrahepatic disease", levels=(("none", "None"), ("present", "Present"))),
    Variable(column="liver_dominant", label="Liver-dominant disease", levels=_YES_NO),
    Variable(column="lines_systemic_before", label="Prior lines of systemic therapy"),
    Variable(column="anthracycline_prior", label="Prior anthracycline", levels=_YES_NO),
    Variable(column="resection_prior", label="Prior liver resection", levels=_YES_NO),
    Variable(column="n_liver_lesions", label="Liver lesions"),
    Variable(column="largest_mm", label="Largest liver lesion", unit="mm"),
    Variable(column="liver_tumour_burden_pct", label="Liver tumour burden", unit="%"),
    Variable(column="cirrhosis", label="Cirrhosis", levels=_YES_NO),
)  # fmt: skip


def table_one(cohort: Cohort, method: Factor, subgroups: dict[str, Factor]) -> tuple[Baseline, ...]:
    """Describe the patients overall and by method.

    Parameters
    ----------
    cohort
        n patients.
    method, subgroups
        Grouping variables of length n, in the order of the patient table.
    """
    rows = [_describe_column(cohort, v, method) for v in VARIABLES if _has(cohort, v.column)]
    rows += [_describe_factor(name, name, factor, method) for name, factor in subgroups.items()]
    return tuple(rows)


def _has(cohort: Cohort, column: str) -> bool:
    if column == "age_at_t0":
        return cohort.has("patient", "age_at_t0") or cohort.has("patient", "birth_year")
    return cohort.has("patient", column)


def _describe_column(cohort: Cohort, variable: Variable, method: Factor) -> Baseline:
    if variable.is_number:
        values = _ages(cohort) if variable.column == "age_at_t0" else _numbers(cohort, variable.column)
        return _describe_number(variable, values, method)
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in cohort.table("patient")[variable.column]]
    known = dict(variable.levels)
    factor = Factor.of([known.get(t, "unknown") for t in texts], (*known.values(), "unknown"))
    return _describe_factor(variable.column, variable.label, factor, method)


def _numbers(cohort: Cohort, column: str) -> Floats:
    return np.array([np.nan if v is None else float(v) for v in cohort.table("patient")[column]])


def _ages(cohort: Cohort) -> Floats:
    """Age as recorded, else from the year of birth and of the first session."""
    n = cohort.n
    recorded = _numbers(cohort, "age_at_t0") if cohort.has("patient", "age_at_t0") else np.full(n, np.nan)
    if not (cohort.has("patient", "birth_year") and cohort.has("session", "date")):
        return recorded
    sessions = cohort.table("session")
    first: dict[str, int] = {}
    for patient, day in zip(sessions["patient_id"], sessions["date"], strict=True):
        if day is not None:
            first[patient] = min(first.get(patient, 9999), day.year)
    born = _numbers(cohort, "birth_year")
    year = np.array([first.get(p, np.nan) for p in cohort.table("patient")["patient_id"]], dtype=np.float64)
    return np.where(np.isnan(recorded), year - born, recorded)


def _masks(method: Factor) -> tuple[tuple[Group, ...], list[NDArray[np.bool_]]]:
    """Everybody first, then each method that somebody has."""
    present = [i for i in range(len(method.levels)) if np.any(method.codes == i)]
    groups: tuple[Group, ...] = ((), *((("method", method.levels[i]),) for i in present))
    return groups, [np.ones(len(method), dtype=np.bool_), *(method.codes == i for i in present)]


def _describe_number(variable: Variable, values: Floats, method: Factor) -> Baseline:
    groups, masks = _masks(method)
    return Baseline(
        name=variable.column,
        label=variable.label,
        unit=variable.unit,
        groups=groups,
        quartiles=tuple(quartiles(values[m]) for m in masks),
        unknown=tuple(int(np.isnan(values[m]).sum()) for m in masks),
        n=tuple(int(m.sum()) for m in masks),
        smd=tuple(
            (_pair(groups, i, j), smd_numeric(values[masks[i]], values[masks[j]])) for i, j in _pairs(len(groups))
        ),
    )


def _describe_factor(name: str, label: str, factor: Factor, method: Factor) -> Baseline:
    groups, masks = _masks(method)
    known = [i for i, level in enumerate(factor.levels) if level != "unknown"]
    counts = [np.array([np.sum(factor.codes[m] == i) for i in known], dtype=np.int64) for m in masks]
    return Baseline(
        name=name,
        label=label,
        levels=tuple(factor.levels[i] for i in known),
        groups=groups,
        counts=tuple(tuple(c.tolist()) for c in counts),
        unknown=tuple(int(m.sum() - c.sum()) for m, c in zip(masks, counts, strict=True)),
        n=tuple(int(m.sum()) for m in masks),
        smd=tuple((_pair(groups, i, j), smd_categorical(counts[i], counts[j])) for i, j in _pairs(len(groups))),
    )


def _pairs(groups: int) -> list[tuple[int, int]]:
    """Pairs of methods; position 0 is everybody."""
    return list(combinations(range(1, groups), 2))


def _pair(groups: tuple[Group, ...], i: int, j: int) -> str:
    return f"{groups[i][0][1]} v {groups[j][0][1]}"
