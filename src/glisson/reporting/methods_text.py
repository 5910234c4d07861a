"""The methods section, generated from what was run: rules, estimators, settings, versions."""

from __future__ import annotations

import re

from glisson.assessment import Assessment, EndpointResult
from glisson.present.document import Block, Heading, ListBlock, Paragraph
from glisson.present.tabulate.common import people
from glisson.present.tabulate.efficacy import rule_set_name
from glisson.present.words import listed, lower_first, opening, plural, sentence_case
from glisson.reporting import (
    by_method,
    comparison,
    doxorubicin,
    evidence_section,
    exposure,
    laboratory,
    lesions,
    regression,
    response,
    safety,
    standards,
)
from glisson.reporting.references import cited
from glisson.reporting.wording import words_of


def chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the methods, and the references they call for."""
    paragraphs = [
        Paragraph(lead="Patients.", text=_patients(assessment)),
        *_treatment(assessment),
        *_endpoints_in_short(assessment),
        Paragraph(lead="Estimation.", text=_estimation(assessment)),
        Paragraph(lead="Comparisons.", text=_comparisons(assessment)),
        *_regression(assessment),
        *_by_method(assessment),
        *_safety(assessment),
        *_standards(assessment),
        *_comparison(assessment),
        Paragraph(lead="Reporting and software.", text=_software(assessment)),
    ]
    everything = " ".join([*(f"{p.lead} {p.text}" for p in paragraphs), *(f.reference for f in assessment.findings)])
    return [
        Heading(text="Methods", anchor="methods"),
        *paragraphs,
        Paragraph(text="The references are in [[appendix-sources]]."),
        *_definitions(assessment),
        Heading(text="References", anchor="references", level=2),
        ListBlock(items=cited(everything), numbered=True),
    ]


def _patients(assessment: Assessment) -> str:
    gone = sum(len({patient for patient, _ in step.left}) for step in assessment.flow)
    text = f"The records of {people(assessment)} were analysed"
    text += f"; {plural(gone, 'patient')} had been left out for the reasons given in [[flow]]. " if gone else ". "
    if len(assessment.methods) > 1:
        text += "Patients were grouped by the method of their first session (intention to treat)"
        n = len(assessment.combinations)
        text += f", also the {plural(n, 'patient')} later treated by another method. " if n else ". "
    text += (
        "Characteristics at baseline are medians with quartiles or counts with percentages, missing values a row of "
        "their own; groups are compared by standardised differences, not by tests."
    )
    return text


def _treatment(assessment: Assessment) -> list[Paragraph]:
    result = assessment.exposure
    return [Paragraph(lead="Treatment.", text=exposure.methods_text(result))] if result is not None else []


def _standards(assessment: Assessment) -> list[Paragraph]:
    result = assessment.standards
    return [Paragraph(lead="Reporting standards.", text=standards.methods_text(result))] if result is not None else []


def _comparison(assessment: Assessment) -> list[Paragraph]:
    result = assessment.comparison
    if result is None or not result.arms:
        return []
    told = [Paragraph(lead="Published treatments.", text=comparison.methods_text(result))]
    if evidence_section.is_shown(result):
        told.append(Paragraph(lead="Published series.", text=evidence_section.methods_text()))
    return told


def _endpoints_in_short(assessment: Assessment) -> list[Paragraph]:
    if not _endpoints(assessment):
        return []
    text = "For every endpoint the event, the start of the clock, and where observation ends are in [[endpoint-rules]]."
    return [Paragraph(lead="Endpoints.", text=text)]


def _definitions(assessment: Assessment) -> list[Block]:
    """Return how each endpoint was read from the records, for an appendix."""
    told = _endpoints(assessment)
    return [Heading(text="Definitions of the endpoints", anchor="endpoint-rules", level=2), *told] if told else []


def _endpoints(assessment: Assessment) -> list[Paragraph]:
    out = []
    shared = _shared_rules(assessment.endpoints)
    if shared:
        text = "; ".join(f"{lower_first(name)}, {lower_first(rule.rstrip('.'))}" for name, rule in shared)
        out.append(Paragraph(lead="Endpoints.", text=f"For every endpoint: {text}."))
    for endpoint in assessment.endpoints:
        own = [r for r in endpoint.rules if r not in shared]
        text = "; ".join(f"{lower_first(name)}, {lower_first(rule.rstrip('.'))}" for name, rule in own)
        if text:
            out.append(Paragraph(lead=f"{endpoint.label}.", text=f"{sentence_case(text)}."))
    return out


def _shared_rules(endpoints: tuple[EndpointResult, ...]) -> list[tuple[str, str]]:
    if len(endpoints) < 2:
        return []
    return [rule for rule in endpoints[0].rules if all(rule in e.rules for e in endpoints)]


def _estimation(assessment: Assessment) -> str:
    methods = dict.fromkeys(
        e.method for endpoint in assessment.endpoints for b in endpoint.breakdowns for e in b.estimates if e.method
    )
    level = next((e.level for x in assessment.endpoints for e in x.overall.estimates if e.level), 0.95)
    text = f"Estimates and their intervals: {'; '.join(methods)}. Intervals are two-sided at {level * 100:g}%. "
    if any(e.competing for e in assessment.endpoints):
        text += (
            "Endpoints that death can prevent are given as cumulative incidence with death as a competing event, "
            "because one minus the Kaplan-Meier estimate would overstate them. "
        )
    sets = sorted({rule_set_name(a.rule_set) for a in assessment.log if a.rule_set})
    if sets:
        text += f"Censoring rule set: {listed([lower_first(s) if s != 'FDA-style censoring' else s for s in sets])}. "
    text += "Time is counted in days; a month is 30.4375 days. Curves are printed with numbers at risk."
    return text


def _comparisons(assessment: Assessment) -> str:
    tests = [e for x in assessment.endpoints for b in x.breakdowns for e in b.tests if e.unit == "p"]
    if not tests:
        return "No group was tested against another, for the reasons given with each endpoint."
    variants = dict.fromkeys(re.sub(r"all [\d,]+ labelings", "all labelings", e.method) for e in tests if e.method)
    return (
        f"{opening(len(tests), 'test')} between groups "
        f"{'was' if len(tests) == 1 else 'were'} run ({'; '.join(variants)}), two-sided and without correction for "
        "multiplicity; all of them are printed. Groups with too few events are not tested, and the text says so."
    )


def _by_method(assessment: Assessment) -> list[Paragraph]:
    result = assessment.by_method
    if result is None or not result.outcomes:
        return []
    return [Paragraph(lead="Separately by method.", text=by_method.methods_text(result, words_of(assessment)))]


def _regression(assessment: Assessment) -> list[Paragraph]:
    result = assessment.regression
    return [Paragraph(lead="Regression.", text=regression.methods_text(result))] if result is not None else []


def _safety(assessment: Assessment) -> list[Paragraph]:
    out = []
    if assessment.safety is not None:
        out.append(Paragraph(lead="Safety.", text=safety.methods_text(assessment.safety)))
    if assessment.laboratory is not None:
        out.append(Paragraph(lead="Laboratory values.", text=laboratory.methods_text(assessment.laboratory)))
    if assessment.doxorubicin is not None:
        text = doxorubicin.methods_text(assessment.doxorubicin, words_of(assessment))
        out.append(Paragraph(lead="Systemic doxorubicin.", text=text))
    if assessment.response is not None:
        out.append(Paragraph(lead="Response.", text=response.methods_text(assessment.response)))
    if assessment.lesions is not None:
        out.append(Paragraph(lead="Sessions and lesions.", text=lesions.methods_text(assessment.lesions)))
    return out


def _software(assessment: Assessment) -> str:
    versions = dict(assessment.versions)
    own = versions.pop("glisson", "")
    others = listed([f"{'Python' if name == 'python' else name} {v}" for name, v in versions.items()])
    return (
        f"The report follows the STROBE statement ([[strobe]]). It was produced by glisson {own} with {others}; random "
        f"numbers, where used, start from seed {assessment.seed}. [[settings]] lists every setting and [[analyses]] "
        "every analysis that was run."
    )
