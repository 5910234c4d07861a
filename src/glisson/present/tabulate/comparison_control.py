"""The cohort beside a control with rows: differences, what weights did, what is left."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment import Spoken
from glisson.assessment.comparison_control import ControlContrast, ControlResult
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Estimate

#: Rows of an endpoint, those that are there.
_DETAILS = ("crude", "with reading error", "range of the sets", "weighted")
_READ = (
    " With reading error: the control's curve was read again many times with error; the row is the mean over the "
    "readings with the variance within and between them (Rubin 1987), Wald and Greenwood intervals."
)
_SETS = (
    " Range of the sets: the middle set of patients that agrees with the numbers printed, and the lowest and highest "
    "over all such sets; a range of assumptions, no confidence interval."
)


def differences(assessment: Spoken, result: ControlResult) -> TableModel:
    """Return how both sides differ in what their files say."""
    rows = [Row(cells=(d.aspect, d.here, d.there, f"{d.favours}: {d.why}")) for d in result.differences]
    return TableModel(
        name="control-differences",
        title=caption(assessment, f"Differences from {result.name}, {result.there} patients"),
        columns=(
            text_column("Aspect", 1.2),
            text_column("This cohort", 1.8),
            text_column("Control", 1.8),
            text_column("Whom the difference probably favours, and why", 2.4),
        ),
        rows=tuple(rows),
        notes=("What neither file holds may differ as well.",),
        wide=True,
    )


def numbers(assessment: Spoken, result: ControlResult, words: Words) -> TableModel | None:
    """Return hazard ratio and difference in restricted mean, crude and weighted; ``None`` where all was refused."""
    rows: list[Row] = []
    for contrast in result.contrasts:
        if contrast.refused:
            continue
        rows.append(section(contrast.label))
        rows += [_row(contrast, d, words) for d in _DETAILS if _has(contrast, d)]
    if not rows:
        return None
    level = words.level(result.level)
    read, sets = (any(_has(c, d) for c in result.contrasts) for d in ("with reading error", "range of the sets"))
    return TableModel(
        name="control-numbers",
        title=caption(assessment, f"This cohort against {result.name}"),
        columns=(
            text_column("", 1.2),
            Column(heading=f"Hazard ratio ({level} CI)", width=1.6),
            Column(heading=f"Mean months gained or lost ({level} CI)", width=2.0),
            Column(heading="Effective patients: here; control", width=1.4),
        ),
        rows=tuple(rows),
        notes=(
            "Hazard ratio of this cohort against the control; below 1, fewer events here. Weighted: the control's "
            "patients count by the odds of being in this cohort given their covariates, so that they stand for "
            "patients like these; robust interval. Mean months: difference in restricted mean up to the last day that "
            "both sides reach; limits by resampling both sides, with new weights in each resample (seed "
            f"{result.seed}). Effective patients: (sum of weights)² / sum of squared weights."
            + (_READ if read else "")
            + (_SETS if sets else ""),
        ),
    )


def balance(assessment: Spoken, result: ControlResult, words: Words) -> TableModel | None:
    """Return standardised differences before and after weighting, of the first endpoint that was weighted."""
    contrast = next((c for c in result.contrasts if c.covariates), None)
    if contrast is None:
        return None
    found: dict[str, dict[str, str]] = {}
    for row in contrast.estimates.select("standardised_difference"):
        term, when = row.detail.rsplit(", ", 1)
        found.setdefault(term, {})[when] = words.number(row.value, 2) if row.value is not None else row.reason
    return TableModel(
        name="control-balance",
        title=caption(assessment, "Standardised differences between this cohort and the control"),
        columns=(
            text_column("Covariate", 2.0),
            Column(heading="Before weighting", width=1.2),
            Column(heading="After weighting", width=1.2),
        ),
        rows=tuple(
            Row(cells=(term[:1].upper() + term[1:], at.get("before", ""), at.get("after", "")))
            for term, at in found.items()
        ),
        notes=("Below 0.1 counts as alike; what was not recorded is not balanced.",),
    )


def _cell(e: Estimate, words: Words) -> str:
    """Return an estimate with its interval, or with its range where that has no level."""
    if e.level is None and e.low is not None and e.high is not None:
        low, high = (words.value(replace(e, value=v)) for v in (e.low, e.high))
        return f"{words.value(e)} ({words.limits(low, high)})"
    return words.cell(e)


def _has(contrast: ControlContrast, detail: str) -> bool:
    return find(contrast.estimates, "rmst_difference", detail=detail) is not None


def _row(contrast: ControlContrast, detail: str, words: Words) -> Row:
    ratio = find(contrast.estimates, "hazard_ratio", detail=detail)
    gap = find(contrast.estimates, "rmst_difference", detail=detail)
    months = f"{_cell(gap, words)}\nup to {words.months(gap.at)}" if gap is not None else NOTHING_TO_PRINT
    sizes = [words.number(e.value) for e in contrast.estimates.select("effective_size")]
    effective = "; ".join(reversed(sizes)) if detail == "weighted" and sizes else NOTHING_TO_PRINT
    cell = _cell(ratio, words) if ratio is not None else NOTHING_TO_PRINT
    return Row(cells=(detail[:1].upper() + detail[1:], cell, months, effective), indent=1)
