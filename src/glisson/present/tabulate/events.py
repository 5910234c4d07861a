"""Adverse events beyond terms: organ classes, judged events, every event, sessions, late events, words."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Assessment, SafetyResult, SafetyTerm
from glisson.clinical.toxicity import UNKNOWN_GRADE
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_column, people, rate_cell
from glisson.present.words import NOTHING_TO_PRINT, Words, plural, sentence_case
from glisson.tables import Estimates, Group

SEVERITIES = ("any grade", "grade 3 or worse")
_GRADES = ("1", "2", "3", "4", "5")


def by_class(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return patients with an event of each organ class, overall and by method."""
    return _rates(
        assessment,
        safety,
        safety.classes,
        words,
        name="events-classes",
        title="Patients with an adverse event by organ class, overall and by first method",
        note="Each patient counts once a class.",
    )


def selected(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return patients with a related, serious or non-target event, overall and by method."""
    return _rates(
        assessment,
        safety,
        safety.selections,
        words,
        name="events-selected",
        title="Patients with adverse events judged related, serious, or caused by non-target embolization",
        note="As judged in the records; an event that nobody judged is not among them.",
    )


def all_events(assessment: Assessment, safety: SafetyResult) -> TableModel:
    """Return every counted event by term and grade: events, not patients."""
    unknown = any(e.grades[5] for e in safety.events)
    rows: list[Row] = []
    held = ""
    for e in safety.events:
        if e.organ_class != held:
            rows.append(section(e.organ_class))
            held = e.organ_class
        counts = [str(g) for g in (e.grades if unknown else e.grades[:5])]
        rows.append(Row(cells=(e.term, *counts, str(sum(e.grades)), str(e.patients)), indent=1))
    grades = (*_GRADES, *(("Unknown",) if unknown else ()))
    n = sum(sum(e.grades) for e in safety.events)
    return TableModel(
        name="events-all",
        title=f"All adverse events by term and grade ({plural(n, 'event')} of {people(assessment)})",
        columns=(
            text_column("Term", 3),
            *(Column(heading=g, above="Grade, events", width=0.6 if g in _GRADES else 0.9) for g in grades),
            Column(heading="Events", width=0.8),
            Column(heading="Patients", width=0.8),
        ),
        rows=tuple(rows),
        notes=(f"Events, not patients, are counted; none of them is a rate. {versions_note(safety)}",),
    )


def per_session(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return sessions followed by an event, by one of grade 3 or worse, and by death, by the session's method."""
    groups = _groups(safety.sessions)
    rows = [_row(f"Adverse event of {d}", safety.sessions, groups, words, detail=d) for d in SEVERITIES]
    rows += [
        _row(f"Death within {day:.0f} days", safety.session_mortality, groups, words, at=day)
        for day in dict.fromkeys(e.at for e in safety.session_mortality)
    ]
    total = find(safety.sessions, "proportion", group=())
    n = total.n if total is not None and total.n else 0
    level = next((e.level for e in safety.sessions if e.level), 0.95)
    notes = [
        "An event belongs to the session recorded with it, else to the latest one up to its onset, and a death to the "
        "last session: the window of a session ends where the next one begins. In brackets the exact "
        f"{words.level(level)} interval at the effective number of sessions: it counts patients, because sessions of "
        "one patient are alike.",
        version_note(safety),
    ]
    lost = [e for e in safety.session_mortality.select("proportion", group=()) if e.warning]
    if lost:
        told = "; ".join(f"{e.warning}" for e in lost)
        notes.append(f"Sessions without enough follow-up count as survived: {told}.")
    return TableModel(
        name="events-sessions",
        title=f"Sessions followed by an adverse event or death, by the session's own method ({plural(n, 'session')} of "
        f"{people(assessment)})",
        columns=(
            text_column("", 2.2),
            Column(heading="All methods", width=1.5),
            *(group_column(assessment, g) for g in groups if g),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        wide=len(groups) > 4,
    )


def followed(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return how far the rates could move because of patients who were not followed, and events without a grade."""
    groups = list(dict.fromkeys(f.group for f in safety.followed))
    rows: list[Row] = []
    lost = {f.group: f.lost for f in safety.followed}
    rows.append(Row(cells=("Not followed to the end of the window", *(str(lost[g]) for g in groups))))
    for least in dict.fromkeys(f.least for f in safety.followed):
        of = {f.group: f for f in safety.followed if f.least == least}
        rows.append(section(sentence_case("any grade" if least == 1 else f"grade {least} or worse")))
        for label, attribute in (
            ("As recorded: nobody else had one", "recorded"),
            ("At most: they all had one", "most"),
        ):
            cells = [words.count_of(getattr(of[g], attribute), of[g].n) for g in groups]
            rows.append(Row(cells=(label, *cells), indent=1))
    return TableModel(
        name="events-bounds",
        title=caption(assessment, "Adverse events in patients who could not be evaluated: lowest and highest rate"),
        columns=(text_column("", 2.6), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            f"Not followed: last seen alive less than {safety.window_days} days after the first session. Everybody "
            "treated stays in the denominator. At most: those not followed, and those with events of unknown grade, "
            "are taken to have had one.",
        ),
        wide=len(groups) > 3,
    )


def late(assessment: Assessment, safety: SafetyResult) -> TableModel:
    """Return the events after the window, one a row; they are in no rate."""
    rows: list[Row] = []
    early = [e for e in safety.late if e.after <= 90]
    for heading, some in (
        (f"Day {safety.window_days + 1} to 90", early),
        ("After day 90, judged related", [e for e in safety.late if e.after > 90]),
    ):
        if some:
            rows.append(section(heading))
        for e in some:
            grade = "Unknown" if e.grade == UNKNOWN_GRADE else e.grade
            cells = (e.term, grade, str(e.after), sentence_case(e.related) or "Not recorded", e.patient)
            rows.append(Row(cells=cells, indent=1))
    return TableModel(
        name="events-late",
        title=f"Adverse events after the window ({plural(len(safety.late), 'event')} of {people(assessment)})",
        columns=(
            text_column("Term", 2.6),
            Column(heading="Grade", width=0.8),
            Column(heading="Day after session", width=1.2),
            Column(heading="Related to treatment", width=1.4),
            Column(heading="Patient", width=0.9),
        ),
        rows=tuple(rows),
        notes=("They are in no rate. After day 90 only events judged possibly, probably or definitely related.",),
    )


def words_used(assessment: Assessment, safety: SafetyResult) -> TableModel:
    """Return the recorded words that are no CTCAE term, and as what their events count."""
    rows = [Row(cells=(sentence_case(word), term, str(n))) for word, term, n in safety.mapped]
    for term, n, near in safety.unlisted:
        why = f"As recorded; not among the terms known here{f'; perhaps {near}' if near else ''}"
        rows.append(Row(cells=(sentence_case(term), why, str(n))))
    return TableModel(
        name="events-words",
        title=caption(assessment, "Recorded words that are not CTCAE terms"),
        columns=(text_column("Recorded", 2), text_column("Counted as", 3), Column(heading="Events", width=0.8)),
        rows=tuple(rows),
        notes=("No event is left out because of its name.",),
    )


def versions_note(safety: SafetyResult) -> str:
    """Return the sentence on the window and the CTCAE version."""
    text = f"Within {safety.window_days} days of a session"
    if safety.hepatic_window_days is not None:
        text += f" (effects on the liver and of radiation after radioembolization: {safety.hepatic_window_days} days)"
    return f"{text}. {version_note(safety)}"


def version_note(safety: SafetyResult) -> str:
    """Return the sentence on the CTCAE version."""
    return f"CTCAE version: {', '.join(safety.ctcae_versions) or 'not recorded'}."


def _rates(
    assessment: Assessment,
    safety: SafetyResult,
    terms: Sequence[SafetyTerm],
    words: Words,
    *,
    name: str,
    title: str,
    note: str,
) -> TableModel:
    """Return x/n with exact intervals of some tallies, for any grade and for severe ones, overall and by method."""
    groups = list(dict.fromkeys(g for t in terms for g in _groups(t.estimates)))
    rows: list[Row] = []
    for detail in SEVERITIES:
        some = [t for t in terms if detail == SEVERITIES[0] or _hit(t, detail)]
        if some:
            rows.append(section(sentence_case(detail)))
        for t in some:
            cells = [rate_cell(find(t.estimates, "proportion", group=g, detail=detail), words) for g in groups]
            rows.append(Row(cells=(t.term, *cells), indent=1))
    level = next((e.level for t in terms for e in t.estimates if e.statistic == "proportion"), 0.95)
    return TableModel(
        name=name,
        title=caption(assessment, title),
        columns=(text_column("", 2.6), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(f"{note} In brackets the exact {words.level(level)} interval. {version_note(safety)}",),
        wide=len(groups) > 3,
    )


def _hit(term: SafetyTerm, detail: str) -> bool:
    found = find(term.estimates, "proportion", group=(), detail=detail)
    return bool(found is not None and found.events)


def _groups(estimates: Estimates) -> list[Group]:
    return list(dict.fromkeys(((), *estimates.groups())))


def _row(
    label: str,
    estimates: Estimates,
    groups: Sequence[Group],
    words: Words,
    *,
    detail: str | None = None,
    at: float | None = None,
) -> Row:
    found = [find(estimates, "proportion", group=g, at=at, detail=detail) for g in groups]
    return Row(cells=(label, *(NOTHING_TO_PRINT if e is None else rate_cell(e, words) for e in found)))
