"""P22: numbers cut in two, where the cut may have been chosen by its result."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.groups import UNKNOWN
from glisson.methods.cox import cox
from glisson.methods.cutpoint import maximally_selected
from glisson.pitfalls.context import Context
from glisson.tables import Endpoint, Estimates

Floats = NDArray[np.float64]

#: Patients in the smaller of two groups, and values of a number, from which on it can be no accident that the groups
#: do not overlap in it.
FEWEST, VALUES = 4, 4
#: Levels that read like the two sides of a cut.
_CUT = re.compile(
    r"^\s*([<>≤≥]=?|=[<>])\s*\d|^\s*\d+([.,]\d+)?\s*(\+|or (more|less|older|younger))\s*$"
    r"|^\s*(above|below|over|under|up to|more than|less than|at least|at most)\b.*\d",
    re.IGNORECASE,
)


def data_driven_cut_points(context: Context) -> list[Finding]:
    """P22: a declared subgroup cuts a number in two.

    Lausen B, Schumacher M. Biometrics 1992;48:73-85; Altman DG, et al. J Natl Cancer Inst 1994;86:829-835.
    """
    os = context.survival()
    if os is None:
        return []
    found = []
    for name in context.analysis.subgroups:
        if name not in os.keys:
            continue
        levels = [v for v in os.keys[name].levels if v != UNKNOWN]
        number = _cut_number(context, os, name, levels)
        if number or any(_CUT.search(level) for level in levels):
            found.append(_finding(context, os, name, levels, number))
    return found


def _numbers(context: Context, os: Endpoint) -> dict[str, Floats]:
    """Return the numbers of the patient table, in the order of the endpoint; NaN where unknown."""
    patients = context.cohort.table("patient")
    place = {p: i for i, p in enumerate(patients["patient_id"].to_list())}
    rows = np.array([place[str(p)] for p in os.cluster], dtype=np.int64)
    columns = [c for c in patients.columns if c != "source_row" and patients[c].dtype.is_numeric()]
    return {c: patients[c].cast(pl.Float64).fill_null(float("nan")).to_numpy()[rows] for c in columns}


def _cut_number(context: Context, os: Endpoint, name: str, levels: list[str]) -> str:
    """Return the number in which two levels do not overlap, if there is one."""
    if len(levels) != 2:
        return ""
    groups = np.array(os.keys[name].values())
    for column, values in _numbers(context, os).items():
        a, b = (values[(groups == level) & ~np.isnan(values)] for level in levels)
        if column == name or min(len(a), len(b)) < FEWEST or len(np.unique(np.concatenate([a, b]))) < VALUES:
            continue
        if a.max() < b.min() or b.max() < a.min():
            return column
    return ""


def _finding(context: Context, os: Endpoint, name: str, levels: list[str], number: str) -> Finding:
    naive, corrected = _analyses(context, os, name, number) if number else (Estimates(), Estimates())
    source = f" It is {number} cut in two." if number else " The number behind it is not in the records."
    remedy = (
        f"Keep {number} as it is: the hazard ratio for one step of it stands beside that of the cut, and the P value "
        "for the best of all possible cuts says how much such a cut is worth. The approximation needs 30 patients or "
        "more; below, the permutations count."
        if number
        else "Record the number itself; then its hazard ratio for one step is given beside that of the groups."
    )
    return Finding(
        id="P22",
        title=f"A number cut in groups: {name}",
        severity="warn",
        numbers=(("patients", str(len(os))), ("groups", ", ".join(levels)), ("number", number or "not recorded")),
        sentence=f"The subgroup {name} ({', '.join(levels)}) divides a number at a cut-point.{source}",
        consequence="If the cut was chosen because it divides well, its P value and its ratio mean little: the best of "
        "many cuts looks significant in four of ten cohorts in which the number does nothing. Any cut throws away "
        "how far patients lie from it.",
        remedy=remedy,
        naive=naive,
        corrected=corrected,
        reference="Lausen & Schumacher 1992; Altman 1994",
    )


def _analyses(context: Context, os: Endpoint, name: str, number: str) -> tuple[Estimates, Estimates]:
    """Return the hazard ratio of the cut, and that of one step of the number with the test of the best cut."""
    values = _numbers(context, os)[number]
    known = ~np.isnan(values) & (np.array(os.keys[name].values()) != UNKNOWN)
    rows, values = os.take(known), values[known]
    if not rows.n_events or not np.ptp(values):
        return Estimates(), Estimates()
    level, seed = context.analysis.level, context.analysis.seed
    cut = cox(rows, name, penalty="firth", level=level)
    step = cox(rows, numbers={number: values}, penalty="firth", level=level)
    best = maximally_selected(rows, values, seed=seed)
    return _ratio(cut, name), _ratio(step, number) + best


def _ratio(rows: Estimates, term: str) -> Estimates:
    return rows.select("hazard_ratio") + rows.select("p", detail=term)
