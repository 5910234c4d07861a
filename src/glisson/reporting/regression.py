"""Section on regression models: what was fitted, why so little, and what it says."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.regression import RegressionResult, SurvivalModels
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import regression as tables
from glisson.present.words import listed, lower_first, sentence_case
from glisson.reporting.wording import spoken_group, words_of


def regression_section(assessment: Assessment, result: RegressionResult | None) -> list[Block]:
    """Return the blocks of the section; none where no model was fitted."""
    if result is None:
        return []
    words = words_of(assessment)
    blocks: list[Block] = [Heading(text="Regression models", anchor="regression", level=2)]
    one, both = tables.survival(assessment, result, words), tables.competing(assessment, result, words)
    if one is not None:
        blocks += [Paragraph(text=_survival_text(assessment, result)), TableBlock(table=one)]
    if both is not None:
        blocks += [
            Paragraph(
                lead="Where deaths compete.",
                text="A method can look better because fewer had the event, or because more died before it. "
                "[[regression-competing]] sets both ratios side by side.",
            ),
            TableBlock(table=both),
        ]
    odds, fitted = tables.binary(assessment, result, words), tables.shapes(assessment, result, words)
    if odds is not None:
        text = f"Odds ratios of response and of severe harm by method are in [[regression-binary]]{_odds_text(result)}."
        blocks += [Paragraph(lead="Response and harm.", text=text), TableBlock(table=odds)]
    if fitted is not None:
        text = (
            "Beyond the last deaths only an assumption about the shape of the curve speaks. [[regression-shapes]] fits "
            "six of them to all patients: where they part, it is the assumption that speaks, not the data."
        )
        blocks += [Paragraph(lead="Extrapolation.", text=text), TableBlock(table=fitted)]
    left = [c for c in result.competing if not len(c.cause_specific) and c.sentence]
    blocks += [Paragraph(lead=f"{c.label}.", text=c.sentence) for c in left]
    return blocks


def _odds_text(result: RegressionResult) -> str:
    """Return which odds ratios are adjusted, to be said after the table is named."""
    adjusted = [lower_first(one.label) for one in result.binary if len(one.models) > 1]
    if not adjusted:
        return "; none is adjusted, for the reasons below it"
    return f", alone and adjusted for extrahepatic disease ({listed(adjusted)}); so few outcomes say little of either"


def _survival_text(assessment: Assessment, result: RegressionResult) -> str:
    first = result.survival[0]
    text = f"{_said(assessment, first)} ([[regression-survival]]). "
    if any(m.penalty for one in result.survival for m in one.models):
        text += (
            "With fewer than ten events a parameter the usual fit would exaggerate; such models are fitted with "
            "Firth's penalty and have profile likelihood intervals. "
        )
    adjusted = any(len(m.covariates) > 1 for one in result.survival for m in one.models)
    text += (
        "Extrahepatic disease is the one covariate chosen beforehand; there are not enough events for more. "
        if adjusted
        else ""
    )
    return text + (
        "The methods were given to different patients, and what a model cannot see it cannot adjust for: the ratios "
        "describe these patients and do not rank the methods."
    )


def _said(assessment: Assessment, one: SurvivalModels) -> str:
    """Return the ratios of the last model of an endpoint in a sentence."""
    words, model = words_of(assessment), one.models[-1]
    ratios = [e for e in model.ratios if e.group[0][0] == "method" and e.value is not None]
    what = "death" if one.code == "os" else "the event"
    if not ratios:
        return f"No hazard ratio of {lower_first(one.label)} by method can be estimated"
    parts = [f"{words.phrase(e)} with {spoken_group(assessment, e.group)}" for e in ratios]
    start = "Adjusted for extrahepatic disease, the" if len(model.covariates) > 1 else "The"
    reference = spoken_group(assessment, (("method", one.reference),))
    return sentence_case(f"{start} hazard ratio of {what} against {reference} was {listed(parts)}")


def methods_text(result: RegressionResult) -> str:
    """Return the paragraph of the methods on regression models."""
    text = ""
    if result.survival:
        labels = listed([lower_first(one.label) for one in result.survival])
        text += (
            f"Cox's model with Efron's ties was fitted for {labels} by method, alone and with extrahepatic disease. "
            "Below ten events a parameter, or where the likelihood has no finite maximum, Firth's penalty was used "
            "(Heinze & Schemper 2001); intervals are those of the profile likelihood. "
        )
        if any(len(m.proportional) for one in result.survival for m in one.models):
            text += "Proportional hazards were tested by the score test of Grambsch and Therneau. "
        else:
            text += "Proportional hazards could not be tested with so few events. "
    shown = [one for one in result.competing if len(one.cause_specific)]
    if shown:
        text += (
            f"For {listed([lower_first(one.label) for one in shown])} methods were compared by cause-specific hazard "
        )
        text += "ratios" + (
            " and, by the Fine-Gray model, subdistribution hazard ratios" if any(len(o.subdistribution) for o in shown)
            else ""
        ) + ". "  # fmt: skip
    if any(len(part) for one in result.survival for part in one.means):
        text += "Differences in restricted mean were estimated by regression of pseudo-values (Andersen 2004). "
    if result.binary:
        text += (
            "Odds ratios are those of logistic models, with Firth's penalty below ten outcomes a parameter; they are "
            "adjusted for extrahepatic disease where the rarer outcome occurs three times for each coefficient. "
        )
    if len(result.shapes):
        text += "Six distributions were fitted to overall survival by maximum likelihood and ranked by AIC. "
    return text + "No variable was chosen by its P value."
