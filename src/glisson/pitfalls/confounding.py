"""P18, confounding by indication: methods were given to different patients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Baseline, Finding
from glisson.clinical.groups import patient_keys
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.baseline import smd_numeric
from glisson.methods.weighting import Weights
from glisson.pitfalls.context import Context, count_text
from glisson.pitfalls.weighted_methods import compared_methods, method_weights
from glisson.tables import Estimates, Factor

#: From this many patients on, 0.1 is a difference; below, chance alone often makes 0.1, and 0.25 is.
LARGE, LIMIT_LARGE, LIMIT_SMALL = 30, 0.1, 0.25
#: Days before the first session in which a laboratory value counts as that of the start.
BASELINE_DAYS = 30

_STRATA = {
    ("extrahepatic", "none"): "disease limited to the liver",
    ("extrahepatic", "present"): "extrahepatic disease",
    ("line", "0"): "no prior line",
    ("line", "1"): "one prior line",
    ("line", "2+"): "two or more prior lines",
}


_E_VALUE = (
    "The E-value is the risk ratio by which an unmeasured confounder would have to be tied to both method and death to "
    "explain the crude ratio, or the limit of its interval, away."
)
#: Covariates of the patient table that are balanced as numbers.
_NUMBERS = {
    "ecog_t0": "ECOG performance status",
    "lines_systemic_before": "Prior lines of systemic therapy",
    "n_liver_lesions": "Liver lesions",
    "largest_mm": "Largest liver lesion",
}


@dataclass(frozen=True, slots=True)
class Imbalance:
    """The largest standardised difference of a variable between two methods; infinite where they share no value."""

    label: str
    value: float

    def __str__(self) -> str:
        """Return the value in print."""
        return "no overlap" if math.isinf(self.value) else f"{self.value:.2f}"


def confounding_by_indication(context: Context) -> list[Finding]:
    """P18: methods were given to different patients.

    Austin PC. Stat Med 2009;28:3083-3107; Cole SR, Hernan MA. Am J Epidemiol 2008;168:656-664 (positivity); overlap
    weights: Li F, Li F. Ann Appl Stat 2019;13:2389-2415; VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268-274.
    """
    limit = LIMIT_LARGE if context.cohort.n >= LARGE else LIMIT_SMALL
    method = patient_keys(context.cohort)["method"]
    computed = _computed(context)
    values = [_table_one(row) for row in context.baseline] + [_between(method, k, v) for k, v in computed.items()]
    unlike = sorted((v for v in values if v.value > limit), key=lambda v: -v.value)
    alone = _one_method_only(context, method)
    if not unlike and not alone:
        return []
    parts, within = [], _liver_only(context)
    comparison = compared_methods(context, {**_recorded(context), **computed})
    if unlike:
        n = count_text(len(unlike), "baseline variable")
        parts.append(
            f"{n} {'differs' if len(unlike) == 1 else 'differ'} by more than {limit:g} standard deviations between at "
            f"least two methods, most of all {unlike[0].label.lower()} ({unlike[0]})"
        )
    if alone:
        parts.append(f"{' and '.join(name for name, _ in alone)}: treated by one method only")
    return [
        Finding(
            id="P18",
            title="Confounding by indication",
            severity="warn",
            numbers=(
                ("patients", str(context.cohort.n)),
                *((v.label, str(v)) for v in unlike),
                *alone,
                *comparison.numbers,
            ),
            sentence=f"The methods were given to different patients. {_capital('; '.join(parts))}.",
            consequence="A difference between methods may be a difference between patients"
            + ("; where only one method was used, the data say nothing of the others." if alone else "."),
            remedy=" ".join(
                t
                for t in (
                    "Methods are described separately and not ranked.",
                    "Survival by method is given again within disease limited to the liver." if len(within) else "",
                    comparison.sentence,
                    _E_VALUE if len(comparison.e_values) else "",
                )
                if t
            ),
            naive=_by_method(context) + comparison.crude,
            corrected=within + comparison.weighted + comparison.e_values,
            reference="Austin 2009; Cole & Hernan 2008; Li & Li 2019; VanderWeele & Ding 2017",
        )
    ]


def weights_of_methods(context: Context) -> tuple[Weights | None, str]:
    """Return the overlap weights of the remedy with what they make alike, or nothing with the reason.

    Parameters
    ----------
    context
        The cohort.
    """
    return method_weights(context, {**_recorded(context), **_computed(context)})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table_one(row: Baseline) -> Imbalance:
    """Return the largest difference of a variable of Table 1.

    A pair without a value still differs where both methods are known and the reason is that they share no value: then
    there is no spread to divide by.
    """
    known = [n - u for n, u in zip(row.n, row.unknown, strict=True)]
    pairs = combinations(range(1, len(row.groups)), 2)
    worst = 0.0
    for (_, value), (i, j) in zip(row.smd, pairs, strict=True):
        apart = value is None and min(known[i], known[j]) >= 2
        worst = max(worst, math.inf if apart else abs(value or 0.0))
    return Imbalance(row.label, worst)


def _recorded(context: Context) -> dict[str, NDArray[np.float64]]:
    """Return covariates of the patient table as numbers, NaN where unknown."""
    patient = context.cohort.table("patient")
    return {
        label: np.array([math.nan if v is None else float(v) for v in patient[column]])
        for column, label in _NUMBERS.items()
        if context.cohort.has("patient", column)
    }


def _computed(context: Context) -> dict[str, NDArray[np.float64]]:
    """Return what Table 1 does not hold: when patients were treated, and bilirubin at the start."""
    start = context.first_session()
    ids = context.cohort.table("patient")["patient_id"].to_list()
    year = [start[i].year + start[i].timetuple().tm_yday / 365.25 if i in start else math.nan for i in ids]
    out = {"Calendar time of first treatment": np.array(year, dtype=np.float64)}
    bilirubin = _bilirubin(context)
    if bilirubin:
        out["Bilirubin"] = np.array([bilirubin.get(i, math.nan) for i in ids])
    return out


def _between(method: Factor, label: str, values: NDArray[np.float64]) -> Imbalance:
    groups = [values[(method.codes == i) & ~np.isnan(values)] for i in range(len(method.levels))]
    worst = 0.0
    for a, b in combinations([g for g in groups if len(g) >= 2], 2):
        value = smd_numeric(a, b)
        worst = max(worst, math.inf if value is None else abs(value))
    return Imbalance(label, worst)


def _bilirubin(context: Context) -> dict[str, float]:
    """Return the last bilirubin up to the first session, where all are in one unit."""
    records, start = context.records(), context.first_session()
    if records is None or not context.cohort.has("lab", "test", "value", "date", "unit"):
        return {}
    frame = records.tables["lab"].filter(pl.col("test") == "bilirubin").drop_nulls(["value", "date"]).sort("date")
    if frame["unit"].str.to_lowercase().n_unique() != 1:
        return {}
    rows = zip(frame["patient_id"], frame["date"], frame["value"], strict=True)
    return {p: float(v) for p, d, v in rows if p in start and 0 <= (start[p] - d).days <= BASELINE_DAYS}


def _one_method_only(context: Context, method: Factor) -> list[tuple[str, str]]:
    """Return strata of two or more patients in which only one of several methods was used: no positivity."""
    if len(np.unique(method.codes)) < 2:
        return []
    keys, out = patient_keys(context.cohort), []
    for (key, level), text in _STRATA.items():
        factor = keys[key]
        here = method.codes[factor.codes == factor.levels.index(level)]
        if len(here) >= 2 and len(np.unique(here)) == 1:
            name = method.levels[int(here[0])]
            out.append((text, f"{count_text(len(here), 'patient')}, all {METHOD_LABEL.get(name, name)}"))
    return out


def _by_method(context: Context) -> Estimates:
    os = context.survival()
    return context.medians(os, "method") if os is not None and "method" in os.keys else Estimates()


def _liver_only(context: Context) -> Estimates:
    os = context.survival()
    if os is None or not {"method", "extrahepatic"} <= set(os.keys):
        return Estimates()
    within = os.where(extrahepatic="none")
    if len(np.unique(within.keys["method"].codes)) < 2:
        return Estimates()
    return context.medians(within, "method")
