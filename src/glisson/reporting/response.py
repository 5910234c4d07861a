"""Chapter on response, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessment import Assessment, ResponseResult
from glisson.assessment.response import AgreementResult, CriterionResult
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import response as tables
from glisson.present.tabulate.common import find
from glisson.present.words import Words, listed, lower_first, opening, plural, sentence_case
from glisson.reporting.courses import response_figures
from glisson.reporting.wording import spoken_group, words_of
from glisson.tables import Estimate, Estimates, Group

_OBJECTIVE, _CONTROL = "Objective response rate", "Disease control rate"


def response_chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter on response."""
    blocks: list[Block] = [Heading(text="Response", anchor="response-chapter")]
    result = assessment.response
    if result is None:
        adds = dict(assessment.absent).get("assessment", "response and its duration")
        text = (
            "The input holds no imaging assessments, so nothing can be said about response. The table assessment would"
        )
        return [*blocks, Paragraph(text=f"{text} add {adds}.")]
    words = words_of(assessment)
    blocks.append(Paragraph(text=_rates_text(result, words)))
    blocks += [Paragraph(text=text) for text in (_missing_text(result),) if text]
    blocks += [Paragraph(lead="By method.", text=text) for text in (_method_text(assessment, result, words),) if text]
    blocks.append(TableBlock(table=tables.response(assessment, result, words)))
    blocks += _other_blocks(assessment, result, words)
    blocks += _depth_blocks(assessment, result, words)
    if assessment.courses is not None:
        blocks += response_figures(assessment, assessment.courses)
    blocks += _agreement_blocks(assessment, result, words)
    return blocks + [Note(text=f"{who}: {why}; no response can be derived.") for who, why in result.unusable]


def methods_text(result: ResponseResult) -> str:
    """Return how response was judged and estimated, for the chapter on methods."""
    how = "derived from measurements" if result.source == "derived" else "as recorded"
    text = f"Best overall response, {how}, by {result.criterion}"
    further = list(dict.fromkeys(o.label for o in result.others if o.site == "any" and not o.confirmed))
    text += f"; besides by {listed(further)}" if further else ""
    methods = dict.fromkeys(e.method for e in result.estimates if e.method)
    text += f"; intervals and test: {'; '.join(methods)}." if methods else "."
    kappas = dict.fromkeys(e.method for r in result.agreements for e in r.estimates if e.detail == "none" and e.level)
    if kappas:
        text += f" Agreement: {'; '.join(kappas)}; weighted kappa with linear and quadratic weights."
    return text


def _rates_text(result: ResponseResult, words: Words) -> str:
    """Give response and disease control over both denominators, and confirmed."""
    orr, evaluable = (_rate(result.estimates, _OBJECTIVE, d) for d in ("all treated", "evaluable"))
    how = "derived from measurements" if result.source == "derived" else "as recorded"
    text = f"[[response]] gives best overall response by {result.criterion}, {how}."
    if orr is None or orr.value is None:
        return f"{text} No patient was treated, so there is no rate."
    text += f" Of all treated patients {words.rate(orr, '')} responded"
    if evaluable is not None and evaluable.value is not None and evaluable.n != orr.n:
        text += f", of the evaluable {words.rate(evaluable, '')}"
    confirmed = next((o for o in result.others if o.confirmed and o.site == "any"), None)
    if confirmed is not None:
        e = _rate(confirmed.estimates, _OBJECTIVE, "all treated")
        if e is not None and e.value is not None:
            text += f"; the response was confirmed by a further scan in {e.events} of {e.n}"
    control = _rate(result.estimates, _CONTROL, "all treated")
    text += "."
    if control is not None and control.value is not None:
        text += f" The disease was controlled (response or stable disease) in {words.rate(control, 'patients')}."
    return text


def _missing_text(result: ResponseResult) -> str:
    """Say who could not be evaluated, and what they count as."""
    n = sum(k for _, k in result.not_evaluable)
    if not n:
        return ""
    reasons = [f"{reason} ({k})" if n > 1 else reason for reason, k in result.not_evaluable]
    return (
        f"{opening(n, 'patient')} could not be evaluated: {listed(reasons)}. All treated patients stay in the "
        "denominator, so whoever was not evaluable counts as not responding. A patient who died before the first scan "
        "did not respond; leaving such patients out would make a treatment look better the more of them there are."
    )


def _method_text(assessment: Assessment, result: ResponseResult, words: Words) -> str:
    groups: list[Group] = [g for g in result.estimates.groups() if g]
    rates = [(g, _rate(result.estimates, _OBJECTIVE, "all treated", g)) for g in groups]
    said = [f"{e.events} of {e.n} with {spoken_group(assessment, g)}" for g, e in rates if e is not None and e.n]
    if len(said) < 2:
        return ""
    test = next((e for e in result.estimates.select("p", variable=_OBJECTIVE) if e.value is not None), None)
    p = f" ({words.p(test.value)}, {test.method})" if test is not None else ""
    return (
        f"Response was seen in {listed(said)}{p}. The methods were chosen for the patients and their tumours, so a "
        "difference is not an effect of the method."
    )


def _other_blocks(assessment: Assessment, result: ResponseResult, words: Words) -> list[Block]:
    table = tables.others(assessment, result, words)
    if table is None:
        return []
    liver = next((o for o in result.others if o.site == "liver" and not o.confirmed), None)
    text = "[[response-other]] gives response at each site and by every criterion the records allow."
    e = None if liver is None else _rate(liver.estimates, _OBJECTIVE, "all treated")
    if liver is not None and e is not None and e.value is not None:
        text += f" In the liver, where the treatment was given, {words.rate(e, '')} responded by {liver.label}."
    said = [_said(o) for o in result.others if o.site == "any" and not o.confirmed and _said(o)]
    if said:
        text += f" By other criteria responses at any site were {listed(said)}."
    blocks: list[Block] = [Paragraph(lead="Other criteria and sites.", text=text), TableBlock(table=table)]
    cautious = list(dict.fromkeys(o.label for o in result.others if o.note))
    if cautious:
        note = next(o.note for o in result.others if o.note)
        were = "was" if len(cautious) == 1 else "were"
        blocks.insert(1, Note(text=f"{listed(cautious)} {were} {note}.", kind="warn"))
    return blocks


def _said(other: CriterionResult) -> str:
    e = _rate(other.estimates, _OBJECTIVE, "all treated")
    how = " as recorded" if other.source == "recorded" else ""
    if how and (seen := tables.usable(other)) < other.best.n:
        how += f", {seen} evaluable"
    return "" if e is None or not e.n else f"{e.events} of {e.n} ({other.label}{how})"


def _depth_blocks(assessment: Assessment, result: ResponseResult, words: Words) -> list[Block]:
    table = tables.depth_and_timing(assessment, result, words)
    if table is None:
        return []
    text = ""
    n, median, low, high = (find(result.depth, s, group=()) for s in ("n", "median", "minimum", "maximum"))
    if median is not None and median.value is not None and low is not None and high is not None and n is not None:
        text += (
            f"The best change of the target sum was {words.number(median.value, 0)}% at the median (range, "
            f"{words.limits(words.number(low.value, 0), words.number(high.value, 0))}%) in "
            f"{plural(round(n.value or 0), 'patient')} with a measured change. "
        )
    days = find(result.timing, "median", group=())
    if days is not None and days.value is not None:
        text += f"Responders reached it after {words.months(days.value)} months at the median. "
    text += "[[response-depth]] gives both by method."
    if any(e.code == "dor" for e in assessment.endpoints):
        text += (
            " How long responses lasted is in [[efficacy-dor]], counted from the response. That is a landmark: who is "
            "in it had to live long enough to respond, so responders are not compared in survival with the others."
        )
    return [Paragraph(lead="Depth, timing and duration.", text=text), TableBlock(table=table)]


def _agreement_blocks(assessment: Assessment, result: ResponseResult, words: Words) -> list[Block]:
    blocks: list[Block] = []
    table = tables.agreement(assessment, result.agreements, words)
    if table is not None:
        said = [text for r in result.agreements if (text := _agreement_text(r, words))]
        text = f"{sentence_case('; '.join(said))} ([[agreement]])." if said else "[[agreement]] compares responses."
        text += " Kappa of so few patients is uncertain, and it falls where one response is frequent."
        blocks += [Paragraph(lead="Agreement.", text=text), TableBlock(table=table)]
    listed_patients = tables.discordant(assessment, result.agreements)
    if listed_patients is not None:
        blocks.append(TableBlock(table=listed_patients))
    differing = tables.disagreements(assessment, result)
    if differing is not None:
        n = len(result.disagreements)
        text = (
            f"At {plural(n, 'scan and site', 'scans and sites')} the recorded response is not the one that its "
            "measurements give ([[response-disagreements]]). Neither was corrected."
        )
        blocks += [Paragraph(lead="Record and measurements.", text=text), TableBlock(table=differing)]
    return blocks


def _agreement_text(result: AgreementResult, words: Words) -> str:
    same, kappa = find(result.estimates, "agreement"), find(result.estimates, "kappa", detail="none")
    if same is None or not same.n or kappa is None:
        return ""
    number = f", kappa {words.value(kappa)}" if kappa.value is not None else ""
    unit = {"patient": "patients", "scan": "scans"}[result.unit]
    return f"{lower_first(result.first)} and {result.second} agreed in {same.events} of {same.n} {unit}{number}"


def _rate(estimates: Estimates, name: str, denominator: str, group: Group = ()) -> Estimate | None:
    return next(iter(estimates.select("proportion", variable=name, detail=denominator, group=group)), None)
