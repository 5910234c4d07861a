"""What matching to a published baseline did to the covariates, and how the weights are spread."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparedArm, ComparisonResult
from glisson.present.document import linked
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Estimate, Estimates

_WHEN = ("before", "after", "published")
#: Covariates that are shares of patients.
_SHARES = ("male sex",)


def matching(assessment: Spoken, result: ComparisonResult, words: Words) -> TableModel | None:
    """Return means and spreads before, after and published for each arm matched; ``None`` where none was."""
    rows: list[Row] = []
    for arm in result.arms:
        if arm.matching is not None:
            rows.append(section(_head(arm, words)))
            for name in arm.matching.covariates:
                rows += _rows(arm.matching.estimates, name, words)
    if not rows:
        return None
    return TableModel(
        name="comparison-matching",
        title=caption(assessment, "The cohort matched to published baselines"),
        columns=(
            text_column("Covariate", 2.0),
            Column(heading="Here, before", width=1.2),
            Column(heading="Here, with weights", width=1.2),
            Column(heading="Published", width=1.2),
        ),
        rows=tuple(rows),
        notes=(
            "Weights exp(x'a) with the a at which the weighted means are the published ones (Signorovitch 2010). Means "
            "only are matched; standard deviations stand beside where they were published. Effective patients: (sum of "
            "weights)² / sum of squared weights. The weight of each patient, by pseudonym, is in results.json.",
        ),
    )


def _head(arm: ComparedArm, words: Words) -> str:
    if arm.matching is None:
        return arm.label
    rows = arm.matching.estimates
    share, quantiles = rows.one("largest_share").value, rows.select("weight_quantile")
    middle = [words.number(e.value, 2) for e in quantiles if e.at in {0.0, 0.25, 0.5, 0.75, 1.0}]
    return (
        f"{linked(arm.label, arm.url)}: {arm.matching.n} patients count as {words.number(arm.matching.effective)}; "
        f"weights from {middle[0]} to {middle[4]} (quartiles {', '.join(middle[1:4])}); the heaviest patient has "
        f"{words.percent(share, 50)} of all weight"
    )


def _rows(rows: Estimates, name: str, words: Words) -> list[Row]:
    found = [[find(rows.select(variable=name), s, detail=w) for w in _WHEN] for s in ("covariate_mean", "covariate_sd")]
    label = name[:1].upper() + name[1:]
    if name in _SHARES:
        return [Row(cells=(label, *(_percent(e, words) for e in found[0])), indent=1)]
    return [
        Row(cells=(f"{label}, mean", *(_number(e, words) for e in found[0])), indent=1),
        Row(cells=(f"{label}, standard deviation", *(_number(e, words) for e in found[1])), indent=1),
    ]


def _percent(e: Estimate | None, words: Words) -> str:
    return NOTHING_TO_PRINT if e is None else words.percent(e.value, 50)


def _number(e: Estimate | None, words: Words) -> str:
    return NOTHING_TO_PRINT if e is None else words.number(e.value) if e.value is not None else e.reason
