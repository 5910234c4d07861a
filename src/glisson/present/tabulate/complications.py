"""Complication classes, post-embolization syndrome, and patients to be adjudicated for REILD, as tables."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.safety import Complications, ReildScreen, Syndrome
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_column, people, rate_cell
from glisson.present.words import Words, plural, sentence_case
from glisson.tables import CountTable

_MEANING: dict[str, dict[str, str]] = {
    "sir": {"1": "mild", "2": "moderate", "3": "severe", "4": "life-threatening or disabling", "5": "death"},
    "sir_letter": {
        "A": "no therapy", "B": "nominal therapy", "C": "therapy, short stay", "D": "major therapy, long stay",
        "E": "permanent sequelae", "F": "death",
    },
    "cirse": {
        "1": "solved, nothing further", "2": "stay below 48 hours", "3": "therapy or longer stay",
        "4": "mild sequelae", "5": "severe sequelae", "6": "death",
    },
    "cirse_2026": {
        "1": "solved, nothing further", "1a": "solved, procedure completed", "1b": "solved, procedure not completed",
        "2": "stay below 48 hours", "3": "therapy or longer stay", "3a": "therapy or longer stay, shorter",
        "3b": "therapy or longer stay, longer", "4": "mild sequelae", "5": "severe sequelae", "6": "death",
    },
}  # fmt: skip
_NO_EVENT = "none"


def classes(assessment: Assessment, result: Complications, words: Words) -> TableModel:
    """Return patients by the worst class of their complications, overall and by method, one section a scale."""
    scales = (*result.scales, *result.recorded)
    groups = list(dict.fromkeys([(), *(g for s in scales for g in s.by("method").groups())]))
    rows: list[Row] = []
    for scale in scales:
        rows.append(section(scale.label))
        for category in _printed(scale):
            cells = [_count(scale, tuple(k for k, _ in g), g, category, words) for g in groups]
            rows.append(Row(cells=(_label(scale.name, category), *cells), indent=1))
    return TableModel(
        name="complications",
        title=caption(assessment, "Complications by SIR and CIRSE: worst class per patient"),
        columns=(text_column("Class", 2.6), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(_thresholds(result),),
        wide=len(groups) > 3,
    )


def differences(assessment: Assessment, result: Complications) -> TableModel:
    """Return the events whose recorded class is not the derived one."""
    rows = tuple(Row(cells=(d.term, d.scale, d.recorded, d.derived, d.patient)) for d in result.differences)
    return TableModel(
        name="complication-differences",
        title=f"Recorded classes that differ from the derived ones ({plural(len(rows), 'event')} of "
        f"{people(assessment)})",
        columns=(
            text_column("Term", 2.4),
            text_column("Scale", 1.4),
            Column(heading="Recorded", width=0.9),
            Column(heading="Derived", width=0.9),
            Column(heading="Patient", width=0.9),
        ),
        rows=rows,
        notes=("Neither replaces the other: somebody must look.",),
    )


def syndrome(assessment: Assessment, result: Syndrome, words: Words) -> TableModel:
    """Return post-embolization syndrome per patient by first method, and per session by the session's method."""
    groups = list(dict.fromkeys(((), *result.estimates.groups(), *result.sessions.groups())))
    rows: list[Row] = []
    kinds = (("recorded", "Recorded"), ("possible", "Recorded, or components only"))
    parts = [("Patients, by first method", result.estimates)]
    parts += [("Sessions, by their own method", result.sessions)] if len(result.sessions) else []
    for heading, estimates in parts:
        rows.append(section(heading))
        for detail, label in kinds:
            cells = [rate_cell(find(estimates, "proportion", group=g, detail=detail), words) for g in groups]
            rows.append(Row(cells=(label, *cells), indent=1))
    return TableModel(
        name="pes",
        title=caption(assessment, "Post-embolization syndrome"),
        columns=(text_column("", 2.2), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            "Recorded: an event is marked as part of it, or it was recorded by name. Components only: fever, abdominal "
            f"or hepatic pain, and nausea or vomiting within {result.window_days} days of one session, without a "
            "recorded infection. Its components are graded and counted among the adverse events. In brackets exact "
            "intervals, for sessions at the effective number of sessions.",
        ),
        wide=len(groups) > 3,
    )


def reild(assessment: Assessment, screen: ReildScreen, words: Words) -> TableModel:
    """Return the patients to be adjudicated for radioembolization-induced liver disease."""
    rows = tuple(
        Row(cells=(r.patient, str(r.day), words.measure(r.bilirubin), r.ascites, "Possible REILD: adjudicate"))
        for r in screen.found
    )
    return TableModel(
        name="reild",
        title=f"Possible radioembolization-induced liver disease ({plural(len(rows), 'patient')} of "
        f"{screen.treated} with radioembolization, {people(assessment)} in all)",
        columns=(
            text_column("Patient", 1),
            Column(heading="Day after treatment", width=1.2),
            Column(heading="Bilirubin, µmol/L", width=1.2),
            text_column("Ascites recorded as", 1.6),
            text_column("What to do", 2),
        ),
        rows=rows,
        notes=("A screen, not a diagnosis, and no grade is given.",),
    )


def _printed(scale: CountTable) -> list[str]:
    """Return the categories to print: those without patients are left out only of the divided scale and at the ends."""
    used = {c for c in scale.categories if scale.count(c).any()}
    always = {*("123456" if scale.name != "cirse_2026" else "2456"), *"ABCDEF"}
    return [c for c in scale.categories if c in used or c in always]


def _label(scale: str, category: str) -> str:
    if category == _NO_EVENT:
        return "No adverse event"
    meaning = _MEANING.get(scale, {}).get(category)
    return f"{category} ({meaning})" if meaning else sentence_case(category)


def _count(
    scale: CountTable, keys: tuple[str, ...], group: tuple[tuple[str, str], ...], category: str, words: Words
) -> str:
    coarse = scale.by(*keys)
    place = coarse.groups().index(group)
    return words.count_percent(int(coarse.count(category)[place]), int(coarse.counts[place].sum()))


def _thresholds(result: Complications) -> str:
    """Say what the classes rest on, and which edition and thresholds are this study's."""
    if not result.scales:
        return (
            "As recorded. No class could be derived beside them, because hospital days added and interventions are not "
            "recorded."
        )
    text = (
        "Derived from hospital days added, intensive care, intervention, blood products, sequelae and outcome (SIR 4 "
        "also from CTCAE grade 4 other than of a laboratory value), not from a recorded class; what is not recorded is "
        "taken as no. Settings of this study: SIR 2017 is severe where the stay grew by more than "
        f"{_days(result.sir_long_stay_days)}"
    )
    editions = {s.name for s in result.scales}
    if "cirse_2026" in editions:
        limit = result.cirse_2026_long_stay_days
        text += (
            "; CIRSE of 2026 with class 3 not divided, because its threshold is not set"
            if limit is None
            else f"; CIRSE of 2026, 3b where the stay grew by more than {_days(limit)}"
        )
    else:
        text += "; CIRSE of 2017"
    text += ". 48 hours are 2 days. An event without days and intervention recorded has no class"
    return f"{text}. Recorded classes stand below the derived ones." if result.recorded else f"{text}."


def _days(days: float) -> str:
    return f"{days:g} day{'' if days == 1 else 's'}"
