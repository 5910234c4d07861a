"""The answer in sentences: who, how many, what happened, how sure, what cannot be said."""

from __future__ import annotations

from glisson.assessment import Assessment, Breakdown, EndpointResult, SafetyTerm
from glisson.present.document import unlinked
from glisson.present.tabulate.common import find
from glisson.present.tabulate.safety import SEVERE, affected
from glisson.present.words import DAYS_PER_MONTH, Words, listed, lower_first, opening, sentence_case, spelled
from glisson.reporting.by_method import answer_sentence as by_method_sentence
from glisson.reporting.doxorubicin import answer_sentence
from glisson.reporting.wording import (
    by_method,
    median_phrase,
    median_sentence,
    spoken_group,
    words_of,
)
from glisson.tables import Estimate, Group

_YEAR = 12
#: Numbers up to this one are words inside a sentence.
_SPELLED = 9
#: Comparisons that rest on fewer patients than this in a group neither show nor exclude much.
_SMALL_GROUP = 20


def answer_text(assessment: Assessment) -> str:
    """Return the whole answer as one paragraph of plain sentences.

    Parameters
    ----------
    assessment
        What the data can say.

    Returns
    -------
    str
        Sentences without references to tables, fit for a terminal as well as for the report.
    """
    parts = [who_sentence(assessment), *survival_sentences(assessment), _medians_by_method(assessment)]
    parts += [*method_sentences(assessment), liver_only_sentence(assessment)]
    parts += [response_sentence(assessment), *_safety(assessment), _limits(assessment)]
    return unlinked(" ".join(p for p in parts if p))


def primary(assessment: Assessment) -> EndpointResult | None:
    """Return the endpoint the answer speaks of first: overall survival where there is one."""
    plain = [e for e in assessment.endpoints if not e.competing]
    return next((e for e in plain if e.code == "os"), plain[0] if plain else None)


def secondary(assessment: Assessment, first: EndpointResult) -> EndpointResult | None:
    """Return the endpoint of progression that the answer speaks of next to the first: that of the liver if there."""
    return next(
        (e for code in ("liver_pfs", "pfs") for e in assessment.endpoints if e.code == code and e is not first), None
    )


def who_sentence(assessment: Assessment) -> str:
    """Return who was treated, and how."""
    known = [(code, n) for code, n in assessment.methods if code != "unknown"]
    unknown = assessment.n - sum(n for _, n in known)
    parts = [f"{n} by {lower_first(assessment.label('method', code))}" for code, n in known]
    noun = "synthetic patient" if assessment.synthetic else "patient"
    text = f"{opening(assessment.n, noun)} had liver-directed therapy"
    if len(parts) > 1:
        text += f": {listed(parts)} as the first method"
    elif known:
        text += f" by {lower_first(assessment.label('method', known[0][0]))}"
    if unknown:
        whose = "all of them" if not known else str(unknown) if unknown > _SPELLED else spelled(unknown)
        text += f"; the method of {whose} is not recorded"
    if assessment.combinations:
        text += f"; {spelled(len(assessment.combinations))} of them had more than one method"
    return text + "."


def survival_sentences(assessment: Assessment) -> list[str]:
    """Return what became of all patients: survival, then progression."""
    out = []
    first = primary(assessment)
    if first is not None:
        out.append(_primary_sentence(assessment, first))
    second = None if first is None else secondary(assessment, first)
    if second is not None:
        out.append(sentence_case(median_sentence(assessment, second, second.overall, ())) + ".")
    ttp = next((e for e in assessment.endpoints if e.competing), None)
    if ttp is not None and second is None:
        out.append(_competing_sentence(assessment, ttp))
    return [s for s in out if s != "."]


def _primary_sentence(assessment: Assessment, endpoint: EndpointResult) -> str:
    words, part = words_of(assessment), endpoint.overall
    follow_up = find(part.estimates, "followup", group=(), at=0.5)
    watched = ""
    if follow_up is not None and follow_up.value is not None:
        watched = f"Over a median follow-up of {words.months(follow_up.value)} months, "
    text = f"{watched}{median_sentence(assessment, endpoint, part, ())}"
    year = _at_year(part, "survival")
    if year:
        alive = "alive" if endpoint.code == "os" else "free of the event"
        text += f", and {words.phrase(year)} were {alive} at 12 months"
    return sentence_case(text) + "."


def _at_year(part: Breakdown, statistic: str) -> Estimate | None:
    day = round(_YEAR * DAYS_PER_MONTH)
    found = next((e for e in part.estimates.select(statistic, group=()) if e.at == day), None)
    return found if found is not None and found.value is not None else None


def _competing_sentence(assessment: Assessment, endpoint: EndpointResult) -> str:
    words = words_of(assessment)
    year = _at_year(endpoint.overall, "cumulative_incidence")
    if year is None:
        return ""
    what = lower_first(year.detail.replace("_", " ")) or "the event"
    return f"By 12 months {words.phrase(year)} had had {what}, counting deaths before it as a competing event."


def _compared(assessment: Assessment) -> tuple[EndpointResult, Breakdown] | None:
    """Return the first endpoint by method, where there are two methods."""
    endpoint = primary(assessment)
    part = by_method(endpoint) if endpoint else None
    return None if endpoint is None or part is None or len(part.estimates.groups()) < 2 else (endpoint, part)


def method_sentences(assessment: Assessment) -> list[str]:
    """Return what a comparison of the methods says, and how sure their ranking is; nothing where there is one."""
    found = _compared(assessment)
    if found is None:
        return []
    return [_comparison(*found, words_of(assessment)), by_method_sentence(assessment, assessment.by_method)]


def _medians_by_method(assessment: Assessment) -> str:
    found = _compared(assessment)
    if found is None:
        return ""
    endpoint, part = found
    words = words_of(assessment)
    medians = []
    for group in part.estimates.groups():
        e = find(part.estimates, "median", group=group)
        if e is not None:
            medians.append(f"{words.phrase(e)} with {spoken_group(assessment, group)}")
    return f"By first method, median {lower_first(endpoint.label)} was {listed(medians)}."


def _comparison(endpoint: EndpointResult, part: Breakdown, words: Words) -> str:
    test = next((e for e in part.tests if e.unit == "p" and e.value is not None), None)
    if test is None:
        return part.sentence
    smallest = min((e.n or 0 for e in part.tests.select("observed")), default=0)
    sure = (
        ": with groups this small, that neither establishes a difference nor excludes an important one"
        if smallest < _SMALL_GROUP
        else ""
    )
    left_out = " among patients whose group is known" if _some_unknown(part) else ""
    what = lower_first(endpoint.label)
    return f"The comparison of the whole curves of {what}{left_out} gives {words.p(test.value)}{sure}."


def _some_unknown(part: Breakdown) -> bool:
    """Whether patients without a recorded group are shown but not compared."""
    return any(level == "unknown" for group in part.estimates.groups() for _, level in group)


def liver_only_sentence(assessment: Assessment) -> str:
    """Return survival where disease was limited to the liver."""
    endpoint = primary(assessment)
    if endpoint is None:
        return ""
    part = next((b for b in endpoint.breakdowns if b.by == ("extrahepatic",) and not b.within), None)
    group: Group = (("extrahepatic", "none"),)
    e = find(part.estimates, "median", group=group) if part else None
    if part is None or e is None:
        return ""
    phrase = median_phrase(endpoint, e, words_of(assessment), part.estimates)
    return f"Where disease was limited to the liver, median {lower_first(endpoint.label)} was {phrase}."


def response_sentence(assessment: Assessment) -> str:
    """Return how many responded."""
    result = assessment.response
    if result is None:
        return ""
    words = words_of(assessment)
    rate = next(
        (
            e
            for e in result.estimates.select("proportion", group=())
            if "response" in f"{e.variable} {e.detail}".lower()
        ),
        None,
    )
    if rate is None or rate.events is None or not rate.n:
        return ""
    found = "was derived from measurements" if result.source == "derived" else "was recorded"
    return f"An objective response ({result.criterion.split(' (')[0]}) {found} in {words.rate(rate, 'patients')}."


def _safety(assessment: Assessment) -> list[str]:
    safety, words = assessment.safety, words_of(assessment)
    if safety is None:
        return ["Adverse events are not in the input, so nothing can be said about safety."]
    out = []
    severe = [affected(t.worst, (), SEVERE) for t in safety.terms[:1]]
    if severe:
        x, n = severe[0]
        out.append(f"An adverse event of grade {SEVERE} or worse was recorded in {words.count_of(x, n, 'patients')}.")
    if assessment.doxorubicin is not None:
        return [*out, *laboratory_sentences(assessment), answer_sentence(assessment, assessment.doxorubicin)]
    nobody = [t for t in safety.terms if not affected(t.worst, ())[0]]
    if nobody:
        text = f"Nobody had {listed([lower_first(t.term) for t in nobody], 'or')}"
        out.append(text + _excluded(assessment, nobody[0], words) + ".")
    return out


def laboratory_sentences(assessment: Assessment) -> list[str]:
    """Say how many had a liver test of grade 3 or worse, where laboratory values are known."""
    if assessment.laboratory is None or not assessment.laboratory.tests:
        return []
    words, said = words_of(assessment), []
    for test in assessment.laboratory.tests:
        row = find(test.estimates, "proportion", group=(), detail="grade 3 or worse")
        if row is not None and row.events and row.n:
            said.append(f"{test.label.lower()} in {words.count_of(row.events, row.n)}")
    if not said:
        return ["No laboratory value reached grade 3."]
    return [f"Laboratory values of grade 3 or worse: {listed(said)}."]


def _excluded(assessment: Assessment, term: SafetyTerm, words: Words) -> str:
    """Say which true rates zero events exclude, for everybody and in the largest method."""
    bounds = [e for e in term.estimates if e.statistic == "upper_bound" and e.value is not None]
    whole = next((e for e in bounds if not e.group), None)
    if whole is None:
        return ""
    text = f", which excludes true rates above {words.percent(whole.value, whole.n)}"
    largest = max((e for e in bounds if e.group), key=lambda e: e.n or 0, default=None)
    if largest is not None:
        rate = words.percent(largest.value, largest.n)
        text += f" (above {rate} with {spoken_group(assessment, largest.group)})"
    return text + " but no lower ones"


def _limits(assessment: Assessment) -> str:
    text = "Patients were not assigned to methods at random"
    unlike = next((f for f in assessment.findings if f.id == "P18"), None)
    text += ", and the groups differed before treatment" if unlike is not None else ""
    text += ": these data describe what happened with each method and cannot say which works better."
    stops = [f for f in assessment.findings if f.severity == "stop"]
    if stops:
        text += f" {opening(len(stops), 'pitfall')} that would mislead"
        text += (
            " was found and is shown with its correction."
            if len(stops) == 1
            else " were found, each shown with its correction."
        )
    return text
