"""Borrow published response and toxicity rates, where definition, denominator and line are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from glisson.assessment.borrowed_rates import BorrowedGroup, BorrowedRate, BorrowedRates, BorrowedSeries, Line
from glisson.assessment.comparison_safety import SafetyComparison, SafetyContrast
from glisson.clinical import toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.clinical.readings import best_by_reading, further_readings, main_reading
from glisson.clinical.response import OBJECTIVE_RESPONSE
from glisson.evidence import Arm, Library, Published
from glisson.evidence.definitions import criterion_of, definitions, family
from glisson.evidence.eligible import events_behind
from glisson.evidence.wording import name_words
from glisson.methods.borrowed_proportion import borrow_proportion
from glisson.tables import Group

#: Fewer patients than this say nothing beside a published series.
LEAST_PATIENTS = 3
#: What is borrowed, in print.
RESPONSE = "Objective response"
#: Subgroups that are a whole arm, the one to be preferred first.
_WHOLE = ("LMS", "all")
#: Methods of the cohort under the names that the library gives them.
_MODALITY = {"ctace": "tace"}
#: Treatments through a catheter or needle: a series of one method is not borrowed for another.
_LOCAL = frozenset({"deb_tace", "tace", "tae", "y90", "ablation", "mixed_ldt"})
#: CTCAE begins these at grade 3, so that any grade, grade 3 or worse and a grade not stated are the same.
_SEVERE_ONLY = ("Febrile neutropenia",)


def borrowed_rates(
    cohort: Cohort,
    known: Library,
    arms: Sequence[tuple[Line, Arm]],
    safety: SafetyComparison | None,
    members: Mapping[Line, frozenset[str]],
    level: float,
) -> BorrowedRates:
    """Return response rates by line and the rates of adverse events, alone and with published series.

    Parameters
    ----------
    cohort
        Validated records.
    known
        Library.
    arms
        That the cohort is set beside, with the line whose patients each stands beside.
    safety
        Adverse events already set beside published ones; nothing where none is recorded.
    members
        Patients of each line.
    level
        Of the intervals.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> from glisson.evidence import library
    >>> shelf, cohort = library(), demo_cohort()
    >>> everybody = frozenset(cohort.table("patient")["patient_id"])
    >>> arms = [("any", shelf.arm("miller2018", "all"))]
    >>> rate = borrowed_rates(cohort, shelf, arms, None, {"any": everybody}, 0.95).rates[0]
    >>> rate.term, rate.definition, [(g.n, g.events, g.series[0].events) for g in rate.groups]
    ('Objective response', 'RECIST 1.1', [(24, 9, 14), (6, 2, 14)])
    """
    responses, refused = _responses(cohort, known, arms, members, level)
    events, more = _events(cohort, safety, level)
    return BorrowedRates(rates=(*responses, *events), refused=tuple(dict.fromkeys((*refused, *more))), level=level)


# -- response --------------------------------------------------------------------------------------------------------


def _responses(
    cohort: Cohort,
    known: Library,
    arms: Sequence[tuple[Line, Arm]],
    members: Mapping[Line, frozenset[str]],
    level: float,
) -> tuple[list[BorrowedRate], list[tuple[str, str]]]:
    """Return response by line and criterion, and what was refused."""
    readings = _readings(cohort)
    refused: list[tuple[str, str]] = []
    found: dict[tuple[Line, str], dict[str, tuple[BorrowedSeries, str]]] = {}
    for line, arm in arms:
        for number in _numbers(known, arm):
            what = f"response of {arm.label}, {name_words(arm.modality)}"
            criterion, where = criterion_of(number)
            why = _why_not(arm, number, criterion, readings)
            if why:
                refused.append((what, why))
                continue
            of = found.setdefault((line, family(criterion)), {})
            key = arm.overlap_group or arm.study_id
            if key in of:
                refused.append((what, "another arm of this study is borrowed from, and the two are not independent"))
                continue
            of[key] = (_series(arm, number, criterion, where), arm.modality)
    out = []
    for (line, name), of in found.items():
        label, best = readings[name]
        responders = {p for p, r in best.items() if r in OBJECTIVE_RESPONSE}
        groups = _grouped(cohort, members.get(line, frozenset()), responders, list(of.values()), level)
        if groups:
            out.append(BorrowedRate(kind="response", line=line, term=RESPONSE, definition=label, groups=groups))
    return out, refused


def _readings(cohort: Cohort) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return the best responses by every criterion that is known here, by family; the study's own comes first."""
    main = main_reading(cohort)
    if main is None:
        return {}
    out: dict[str, tuple[str, Mapping[str, str]]] = {}
    for reading in (main, *further_readings(cohort)):
        if reading.site == "any":
            out.setdefault(family(reading.criterion), (reading.label, best_by_reading(cohort, reading)))
    return out


def _numbers(known: Library, arm: Arm) -> list[Published]:
    """Return the response rates of an arm, the one to be preferred first; of a whole arm and of LMS only the latter."""
    mine = [n for n in known.numbers if (n.study_id, n.arm_id, n.endpoint) == (arm.study_id, arm.arm_id, "orr")]
    order = {text: place for place, text in enumerate(_WHOLE)}
    mine.sort(key=lambda n: order.get(n.subgroup, len(order)))
    return mine[:1] if mine and mine[0].subgroup == "LMS" else mine


def _why_not(arm: Arm, number: Published, criterion: str, readings: Mapping[str, object]) -> str:
    """Return why a response rate is not borrowed; empty where it is."""
    whole = arm.n_lms if number.subgroup == "LMS" else arm.n_patients
    value, n = number.value, number.n
    reasons = {
        "no proportion of patients is printed": number.statistic != "proportion" or value is None,
        f"it is not of all patients of the arm, or not of patients ({number.subgroup})":
            number.subgroup not in _WHOLE and not family(number.subgroup),
        "the criterion of response is not recorded here": not readings,
        "the criterion of response is not on the pages that were read": not family(criterion),
        f"response was judged by {criterion}, which is not known of this cohort": family(criterion) not in readings,
        "the number of patients behind it is not printed": n is None,
        f"it is of the {n} of {whole} patients who could be assessed; here all who were treated count":
            whole is not None and n is not None and n < whole,
        f"no one number of {n} patients gives the percentage that was printed":
            number.events is None and (value is None or n is None or events_behind(value, n) is None),
    }  # fmt: skip
    return next((reason for reason, holds in reasons.items() if holds), "")


def _series(arm: Arm, number: Published, criterion: str, where: str) -> BorrowedSeries:
    size = number.n or 0
    events = number.events if number.events is not None else events_behind(number.value or 0.0, size)
    return BorrowedSeries(
        study=arm.study_id, label=arm.label, treatment=name_words(arm.modality), events=events or 0, n=size,
        counted=number.events is None, definition=criterion, url=number.source_url, definition_url=where,
    )  # fmt: skip


def _grouped(
    cohort: Cohort,
    members: frozenset[str],
    had: set[str],
    series: Sequence[tuple[BorrowedSeries, str]],
    level: float,
) -> tuple[BorrowedGroup, ...]:
    """Return everybody and each method; a series of one liver-directed method stands beside that method only."""
    ids = cohort.table("patient")["patient_id"].to_list()
    methods = dict(zip(ids, patient_keys(cohort)["method"].values(), strict=True))
    groups: list[tuple[Group, set[str]]] = [((), set(members))]
    groups += [
        ((("method", level),), {p for p in members if methods[p] == level})
        for level in patient_keys(cohort)["method"].levels
    ]
    out = []
    for group, who in groups:
        mine = tuple(s for s, modality in series if _may_stand(modality, group))
        if len(who) >= LEAST_PATIENTS and mine:
            out.append(_borrowed(RESPONSE, group, len(who & had), len(who), mine, level))
    return tuple(out)


def _may_stand(modality: str, group: Group) -> bool:
    method = dict(group).get("method")
    return method is None or modality not in _LOCAL or modality == _MODALITY.get(method, method)


def _borrowed(
    term: str, group: Group, events: int, n: int, series: tuple[BorrowedSeries, ...], level: float
) -> BorrowedGroup:
    pairs = [(s.events, s.n) for s in series]
    rows = borrow_proportion(events, n, pairs, variable=term, group=group, level=level)
    return BorrowedGroup(group=group, n=n, events=events, series=series, estimates=rows)


# -- adverse events --------------------------------------------------------------------------------------------------


def _events(
    cohort: Cohort, safety: SafetyComparison | None, level: float
) -> tuple[list[BorrowedRate], list[tuple[str, str]]]:
    """Return every adverse event that is set beside a published rate of the same definition, and what was refused."""
    refused: list[tuple[str, str]] = []
    found: dict[tuple[str, str, str], dict[str, SafetyContrast]] = {}
    for contrast in safety.contrasts if safety is not None else ():
        what = f"{contrast.term[:1].lower() + contrast.term[1:]} of {contrast.label}, {contrast.treatment}"
        why = _differs(contrast)
        of = found.setdefault((contrast.term, contrast.grade, contrast.treatment), {})
        if not why and contrast.study in of:
            why = "another arm of this study is borrowed from, and the two are not independent"
        if why:
            refused.append((what, why))
        else:
            of[contrast.study] = contrast
    version = f"CTCAE {', '.join(toxicity.ctcae_versions(cohort)) or 'version not recorded'}"
    out = []
    for (term, grade, treatment), of in found.items():
        groups = _event_groups(term, list(of.values()), level)
        if groups:
            out.append(BorrowedRate(kind="toxicity", line="any", term=term, groups=groups, treatment=treatment,
                                    definition=f"{grade}, {version}"))  # fmt: skip
    return out, refused


def _differs(contrast: SafetyContrast) -> str:
    """Return why a published rate of an event is not borrowed; empty where it is."""
    same = contrast.grade_there == contrast.grade or contrast.term in _SEVERE_ONLY
    if not same and contrast.grade_there == "grade not stated":
        return "which grades it counts is not stated"
    if not same and contrast.term == toxicity.ANY_EVENT:
        return "it leaves out fatal events, which are counted here"
    if not same:
        return f"it counts {contrast.grade_there}, here {contrast.grade} counts"
    return "" if contrast.counted else "neither its count nor its denominator is printed"


def _event_groups(term: str, contrasts: Sequence[SafetyContrast], level: float) -> tuple[BorrowedGroup, ...]:
    if not contrasts:
        return ()
    sizes = {g.group: (g.n, g.events) for c in contrasts for g in c.groups}
    out = []
    for group, (n, events) in sizes.items():
        mine = tuple(
            _event_series(c) for c in contrasts
            if any(g.group == group for g in c.groups) and _may_stand(c.modality, group)
        )  # fmt: skip
        if n >= LEAST_PATIENTS and mine:
            out.append(_borrowed(term, group, events, n, mine, level))
    return tuple(out)


def _event_series(contrast: SafetyContrast) -> BorrowedSeries:
    known = definitions().get(contrast.study)
    version = known.ctcae if known is not None and known.ctcae else ""
    return BorrowedSeries(
        study=contrast.study, label=contrast.label, treatment=contrast.treatment, events=contrast.events,
        n=contrast.n, counted=contrast.approximate, url=contrast.url,
        definition=version or "version of CTCAE not on the page read",
        definition_url=known.source_url if known is not None and version else "",
    )  # fmt: skip
