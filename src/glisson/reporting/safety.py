"""Chapter on safety, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessment import Assessment, SafetyResult
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import events
from glisson.present.tabulate import safety as tables
from glisson.present.tabulate.common import find
from glisson.present.words import listed, lower_first, opening, plural, sentence_case
from glisson.reporting.complications import complication_section, reild_section, syndrome_section
from glisson.reporting.wording import words_of


def safety_chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter on safety."""
    blocks: list[Block] = [Heading(text="Safety", anchor="safety")]
    safety = assessment.safety
    if safety is None:
        adds = dict(assessment.absent).get("adverse_event", "safety by term, grade and method")
        text = (
            "The input holds no adverse events, so nothing can be said about safety. The table adverse_event would add"
        )
        return [*blocks, Paragraph(text=f"{text} {adds}.")]
    return [
        *blocks,
        *_by_term(assessment, safety),
        *_followed(assessment, safety),
        *_groups_of_events(assessment, safety),
        *_sessions(assessment, safety),
        *complication_section(assessment, safety.complications),
        *syndrome_section(assessment, safety.syndrome),
        *reild_section(assessment, safety.reild),
        *_deaths(assessment, safety),
        *_outside(assessment, safety),
    ]


def methods_text(safety: SafetyResult) -> str:
    """Return the paragraph of the methods."""
    text = f"Adverse events within {safety.window_days} days of a session"
    if safety.hepatic_window_days is not None:
        text += f" (effects on the liver and of radiation after radioembolization: {safety.hepatic_window_days} days)"
    text += (
        " count once a patient and term, at the worst grade "
        f"(CTCAE {', '.join(safety.ctcae_versions) or 'version not recorded'})"
    )
    if safety.mapped:
        text += "; recorded words that mean a CTCAE term count under it ([[events-words]])"
    if safety.complications is not None and safety.complications.scales:
        scales = listed([s.label for s in safety.complications.scales])
        text += f"; complication classes ({scales}) follow from the recorded facts"
    if safety.reild is not None:
        text += "; a screen looks for signs of radioembolization-induced liver disease"
    methods = dict.fromkeys(e.method for t in safety.terms for e in t.estimates if e.method)
    methods |= dict.fromkeys(e.method for e in safety.sessions if e.method)
    return f"{text}; intervals: {'; '.join(methods)}." if methods else f"{text}."


def _by_term(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    words = words_of(assessment)
    blocks: list[Block] = [Paragraph(text=_text(assessment, safety))]
    occurred = [t for t in safety.terms if tables.affected(t.worst, ())[0]]
    severe = [t for t in safety.terms if tables.affected(t.worst, (), tables.SEVERE)[0]]
    if occurred:
        blocks.append(TableBlock(table=tables.worst_grades(assessment, safety, words)))
        blocks.append(TableBlock(table=tables.by_method(assessment, safety, words, least=1)))
    if severe:
        blocks.append(TableBlock(table=tables.by_method(assessment, safety, words, least=tables.SEVERE)))
    if tables.unseen(assessment, safety):
        blocks += [_nobody(assessment, safety), TableBlock(table=tables.not_seen(assessment, safety, words))]
    return blocks


def _text(assessment: Assessment, safety: SafetyResult) -> str:
    words = words_of(assessment)
    first = safety.terms[0] if safety.terms else None
    if first is None:
        return "No adverse event was recorded."
    x, n = tables.affected(first.worst, ())
    severe, _ = tables.affected(first.worst, (), tables.SEVERE)
    return (
        f"Within {safety.window_days} days of a session{_longer(safety)}, at least one adverse event was recorded in "
        f"{words.count_of(x, n, 'patients')}, and one of grade {tables.SEVERE} or worse in "
        f"{words.count_of(severe, n)}. What was not recorded may still have happened: retrospective records miss mild "
        "events most."
    )


def _longer(safety: SafetyResult) -> str:
    if safety.hepatic_window_days is None or safety.hepatic_window_days <= safety.window_days:
        return ""
    return f" ({safety.hepatic_window_days} days for hepatic and radiation effects of radioembolization)"


def _nobody(assessment: Assessment, safety: SafetyResult) -> Paragraph:
    terms = [lower_first(t.term) for t in tables.unseen(assessment, safety)]
    return Paragraph(
        lead="Events that nobody had.",
        text=f"{opening(len(terms), 'term')} of interest occurred in nobody: {listed(terms)}. That does not make "
        "them impossible; [[events-none]] gives the highest rate each group still allows.",
    )


def _followed(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    """Say who could not be evaluated, and give the bounds where that matters."""
    whole = [f for f in safety.followed if not f.group]
    if not whole:
        return []
    lost, days = whole[0].lost, safety.window_days
    if not any(f.most > f.recorded for f in whole):
        text = f"Everybody was followed for at least {days} days or until death."
        if lost:
            text = (
                f"{opening(lost, 'patient')} {_was(lost)} followed for less than {days} days, which changes no rate: "
                "an event of that grade was recorded in each of them."
            )
        return [Paragraph(lead="Completeness.", text=text)]
    text = (
        f"{opening(lost, 'patient')} {_was(lost)} followed for less than {days} days and cannot be fully "
        "evaluated. [[events-bounds]] gives the rates if none and if all of them had had an event."
    )
    if not lost:
        text = "Some events have no grade. [[events-bounds]] gives the rates if none and if all of them were severe."
    table = events.followed(assessment, safety, words_of(assessment))
    return [Paragraph(lead="Completeness.", text=text), TableBlock(table=table)]


def _groups_of_events(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    """Return organ classes, judged events, and all events."""
    if not safety.events:
        return []
    words = words_of(assessment)
    total = sum(sum(e.grades) for e in safety.events)
    blocks: list[Block] = [
        Heading(text="Organ classes, causes, and single events", anchor="event-classes", level=2),
        Paragraph(
            text=f"{opening(total, 'event')} of {plural(len(safety.events), 'term')} from "
            f"{plural(len(safety.classes), 'organ class', 'organ classes')} count "
            "([[events-classes]] by patient, [[events-all]] by event)." + _judged(assessment, safety)
        ),
        TableBlock(table=events.by_class(assessment, safety, words)),
    ]
    if safety.selections:
        blocks.append(TableBlock(table=events.selected(assessment, safety, words)))
    return [*blocks, TableBlock(table=events.all_events(assessment, safety))]


def _judged(assessment: Assessment, safety: SafetyResult) -> str:
    words, said = words_of(assessment), []
    for t in safety.selections:
        row = find(t.estimates, "proportion", group=(), detail=events.SEVERITIES[1])
        if row is not None and row.events is not None and row.n:
            said.append(f"{lower_first(t.term)} in {words.count_of(row.events, row.n)}")
    return f" Grade 3 or worse, by judgement: {'; '.join(said)} ([[events-selected]])." if said else ""


def _sessions(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    row = find(safety.sessions, "proportion", group=(), detail=events.SEVERITIES[1])
    if row is None:
        return []
    words = words_of(assessment)
    text = (
        f"An adverse event of grade 3 or worse followed {words.rate(row, 'sessions')} ([[events-sessions]]). Sessions "
        "of one patient are not independent, and those who tolerated the first one badly may have had no second: the "
        "rate per session is no rate per patient."
    )
    return [
        Heading(text="By session", anchor="event-sessions", level=2),
        Paragraph(text=text),
        TableBlock(table=events.per_session(assessment, safety, words)),
    ]


def _deaths(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    """Return early deaths; deaths of the disease are deaths here and no toxicity above."""
    if not len(safety.mortality):
        return []
    words = words_of(assessment)
    text = (
        "Deaths of any cause after the first session ([[mortality]]). A death of the disease is counted here and is no "
        "adverse event of grade 5, unless it was judged related to treatment."
    )
    return [
        Heading(text="Early deaths", anchor="early-deaths", level=2),
        Paragraph(text=text),
        TableBlock(table=tables.mortality(assessment, safety, words)),
    ]


def _outside(assessment: Assessment, safety: SafetyResult) -> list[Block]:
    """Return events after the window, words that are no terms, and notes."""
    blocks: list[Block] = []
    if safety.late or safety.mapped or safety.unlisted:
        blocks.append(Heading(text="Late events and recorded words", anchor="event-words", level=2))
    if safety.late:
        text = f"{opening(len(safety.late), 'event')} began after the window and {_is(len(safety.late))} in no rate"
        blocks.append(Paragraph(text=f"{text} ([[events-late]])."))
        blocks.append(TableBlock(table=events.late(assessment, safety)))
    if safety.mapped or safety.unlisted:
        text = "Some recorded terms are not among the CTCAE terms known here and count as recorded"
        if safety.mapped:
            n = sum(n for *_, n in safety.mapped)
            text = f"{opening(n, 'event')} {_was(n)} recorded in other words and counted under the CTCAE term meant"
        blocks.append(Paragraph(text=f"{text} ([[events-words]])."))
        blocks.append(TableBlock(table=events.words_used(assessment, safety)))
    return blocks + [Note(text=f"{sentence_case(n).rstrip('.')}.") for n in safety.notes]


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _was(n: int) -> str:
    return "was" if n == 1 else "were"
