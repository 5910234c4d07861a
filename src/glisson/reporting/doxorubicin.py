"""The section on systemic doxorubicin, and the sentence on it for the answer."""

from __future__ import annotations

from glisson.assessing.doxorubicin import EXPOSED
from glisson.assessment import Assessment
from glisson.assessment.doxorubicin import DoxorubicinResult, GroupAnswer, TermAnswer
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import doxorubicin as tables
from glisson.present.words import Words, listed, lower_first, plural, sentence_case
from glisson.reporting.wording import words_of


def doxorubicin_section(assessment: Assessment, result: DoxorubicinResult) -> list[Block]:
    """Return the blocks of the section."""
    words = words_of(assessment)
    blocks: list[Block] = [
        Heading(text="Systemic doxorubicin", anchor="doxorubicin", level=2),
        Paragraph(text=_seen(result, words)),
        TableBlock(table=tables.observed(assessment, result, words)),
    ]
    published = tables.against(assessment, result, words)
    if published is not None:
        blocks += [
            Paragraph(lead="Beside chemotherapy.", text=_against(result, words)),
            TableBlock(table=published),
        ]
    blocks += [
        Paragraph(lead="Doses.", text=_doses(result)),
        TableBlock(table=tables.doses(assessment, result, words)),
    ]
    return blocks + [Note(text=n) for n in result.notes]


def answer_sentence(assessment: Assessment, result: DoxorubicinResult) -> str:
    """Return what the answer says of systemic doxorubicin."""
    words = words_of(assessment)
    clear = [t for t in result.terms if _own(t).events == 0]
    if not clear:
        return ""
    febrile = next((t for t in clear if t.term == "Febrile neutropenia" and t.published), None)
    n = _own(clear[0]).n
    text = f"Of {plural(n, 'patient')} who had doxorubicin through the catheter none had "
    text += listed([lower_first(t.term) for t in clear], "or")
    if febrile is not None:
        own, rates = _own(febrile), [p.rate for p in febrile.published]
        low, high = words.percent(min(rates), 100), words.percent(max(rates), 100)
        span = low if low == high else f"{low} to {high}"
        kept = [v for v in own.verdicts if not v.excluded]
        text += f"; that leaves true rates up to {words.percent(own.upper, own.n)} possible"
        if kept:
            text += (
                f", and so cannot exclude the {span} febrile neutropenia of first-line doxorubicin "
                f"(that would take {max(v.needed for v in own.verdicts)} patients without one)"
            )
        else:
            text += f", and so excludes the {span} febrile neutropenia of first-line doxorubicin"
    return f"{text}."


def methods_text(result: DoxorubicinResult, words: Words) -> str:
    """Return the paragraph of the methods."""
    return (
        "Published rates of doxorubicin alone are those of the library of published results; a rate is called excluded "
        f"if it lies above the exact one-sided {words.level(result.level)} upper bound of this cohort. Body surface "
        "area by Mosteller's formula."
    )


def _own(term: TermAnswer) -> GroupAnswer:
    return next(g for g in term.groups if g.group == EXPOSED)


def _seen(result: DoxorubicinResult, words: Words) -> str:
    had = [(t, _own(t)) for t in result.terms if _own(t).events]
    clear = [t for t in result.terms if not _own(t).events]
    n = _own(result.terms[0]).n
    text = f"{plural(n, 'patient')} had doxorubicin through the catheter ([[doxorubicin-seen]]). "
    if clear:
        upper = words.percent(_own(clear[0]).upper, n)
        text += (
            f"None of them had {listed([lower_first(t.term) for t in clear], 'or')}: each could still occur in up to "
            f"{upper} of such patients. "
        )
    said = []
    for term, own in had:
        apart = f", {own.apart} of them apart from a post-embolization syndrome" if own.apart is not None else ""
        said.append(f"{lower_first(term.term)} in {words.count_of(own.events, own.n)}{apart}")
    if said:
        text += f"{sentence_case(listed(said))}; after embolization these are mostly effects of the embolization. "
    counts = [(t, _own(t)) for t in result.terms if _own(t).measured is not None]
    if counts:
        fell = [f"{lower_first(t.term)} in {o.low} of {o.measured}" for t, o in counts if o.low]
        measured = min(o.measured or 0 for _, o in counts)
        text += (
            f"Blood counts after treatment showed {listed(fell)}. "
            if fell
            else f"Blood counts after treatment, known of {measured} of {n}, fell in none of them. "
        )
    if result.not_followed:
        text += (
            f"{plural(result.not_followed, 'patient')} of them had less than {result.window_days} days of follow-up. "
        )
    return text + "What nobody looked for was not seen: alopecia and cardiac function above all."


def _against(result: DoxorubicinResult, words: Words) -> str:
    yes: list[tuple[str, int, int]] = []
    no: list[tuple[str, int, int]] = []
    for term in result.terms:
        own = _own(term)
        for verdict in own.verdicts:
            published = term.published[verdict.published]
            text = f"{lower_first(term.term)} {words.percent(published.rate, 100)} ({published.study})"
            (yes if verdict.excluded else no).append((text, verdict.needed, own.events))
    text = ""
    if yes:
        text += f"At face value these patients exclude the published {listed([t for t, _, _ in yes])}. "
    if no:
        text += f"They do not exclude {listed([t for t, _, _ in no])}. "
        open_ = [needed for _, needed, events in no if not events]
        if open_:
            text += (
                f"To exclude the rates that nobody here reached would take {min(open_)} to {max(open_)} patients "
                "without an event. "
                if min(open_) < max(open_)
                else f"To exclude it would take {max(open_)} patients without an event. "
            )
    missing = [lower_first(t.term) for t in result.terms if not t.published]
    if missing:
        text += f"The library holds no sourced rate of doxorubicin alone for {listed(missing)}. "
    return text + "Details in [[doxorubicin-published]]."


def _doses(result: DoxorubicinResult) -> str:
    warn, alert = result.limits
    text = "[[doxorubicin-doses]] gives the doses. "
    if result.alerted:
        text += f"Above {alert:g} mg/m2 together: {listed(list(result.alerted))}. "
    if result.warned:
        text += f"Above {warn:g} mg/m2 together: {listed(list(result.warned))}. "
    if not result.alerted and not result.warned:
        text += f"No known sum was above {warn:g} mg/m2. "
    return (
        text
        + "The limits are conventions for doxorubicin by vein; what beads add to the exposure of the heart is less."
    )
