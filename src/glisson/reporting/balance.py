"""Whether weights make the methods alike: the balance plot, or one sentence why there is none."""

from __future__ import annotations

from collections.abc import Mapping

from glisson.assessment import Assessment
from glisson.assessment.balance import MethodBalance
from glisson.methods.weighting import Weights
from glisson.present.document import Block, FigureBlock, Paragraph
from glisson.present.figures.love import LIMIT, LoveFigure, love
from glisson.present.words import plural

_LEAD = "Can the methods be made alike?"


def balance_section(assessment: Assessment, result: MethodBalance | None) -> list[Block]:
    """Return the blocks on the balance of covariates between methods.

    Parameters
    ----------
    assessment
        Whose labels apply.
    result
        ``None`` where it was not asked.
    """
    if result is None:
        return []
    if result.weights is None:
        return [Paragraph(lead=_LEAD, text=result.sentence)]
    names = {level: assessment.label("method", level) for level in result.weights.group.levels}
    figure = love(result.weights, names)
    text = f"{result.sentence} {_reading(figure)}"
    return [
        Paragraph(lead=_LEAD, text=text),
        FigureBlock(
            name="balance",
            title="Differences between methods before and after weighting",
            text="Largest standardised difference of two methods, open before and full after overlap weighting. "
            f"{figure.foot}; warnings: {'; '.join(_warned(result.weights, names)) or 'none'}.",
            alt="Standardised differences before and after weighting. "
            + "; ".join(f"{r.label}: {r.text}" for r in figure.rows)
            + f". {figure.foot}.",
            data=figure,
        ),
    ]


def _warned(weights: Weights, names: Mapping[str, str]) -> list[str]:
    """Return the warnings of weights with the printed names of the groups."""
    out = list(weights.warnings)
    for code, name in names.items():
        out = [text.replace(f" in {code} carries ", f" in the group {name} carries ") for text in out]
    return out


def _reading(figure: LoveFigure) -> str:
    """Say how to read the figure, with the number of covariates that are still unlike."""
    left = sum(r.after is None or abs(r.after) > LIMIT for r in figure.rows)
    which = "no covariate still differs" if not left else f"{plural(left, 'covariate')} still differ{'s' * (left == 1)}"
    return (
        f"In [[balance]], {which} by more than {LIMIT:g} standard deviations after weighting; the further an effective "
        "sample size lies below the number of patients, the fewer patients a weighted comparison rests on."
    )
