"""Set adverse events of the cohort beside published rates, by exact differences and ratios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from glisson.assessing.doxorubicin import EXPOSED, with_event, with_fall
from glisson.assessment.comparison_safety import SafetyComparison, SafetyContrast, SafetyGroup
from glisson.clinical import toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.doses import doxorubicin_doses
from glisson.clinical.emergent import COUNTED, events
from glisson.clinical.groups import patient_keys
from glisson.evidence import Arm, Library, Published
from glisson.evidence.eligible import events_behind
from glisson.evidence.wording import name_words
from glisson.methods.risk_contrast import risk_contrast
from glisson.tables import Group

#: Arms of doxorubicin by vein alone, whose complications the cohort is always set beside.
_ALONE = ("doxorubicin", "doxorubicin_placebo")
_ANY, _SEVERE = "any grade", "grade 3 or worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """What an endpoint of the library is called here, from which grade on it counts, and the blood count that tells."""

    term: str
    keys: tuple[str, ...] = ()
    least: int = 1
    there: str = _ANY
    count: str = ""


def _dox(term: str, there: str = _ANY, count: str = "", least: int = 1) -> _Event:
    return _Event(term=term, keys=toxicity.DOXORUBICIN_TERMS[term], there=there, count=count, least=least)


#: Endpoints of the library that are counted alike here.
_EVENTS = {
    "febrile_neutropenia": _dox("Febrile neutropenia", "grade not stated"),
    "febrile_neutropenia_grade3plus": _dox("Febrile neutropenia", _SEVERE),
    "neutropenia_any_grade": _dox("Neutropenia", count="anc"),
    "mucositis_any_grade": _dox("Oral mucositis"),
    "nausea_any_grade": _dox("Nausea"),
    "vomiting_any_grade": _dox("Vomiting"),
    "heart_failure": _dox("Heart failure", "grade not stated"),
    "fatigue_any_grade": _Event(term="Fatigue", keys=("fatigue",)),
    "diarrhoea_any_grade": _Event(term="Diarrhea", keys=("diarrhea",)),
    "hypertension_any_grade": _Event(term="Hypertension", keys=("hypertension",)),
    "liver_abscess": _Event(term="Hepatic infection", keys=("hepatic infection",), there="grade not stated"),
    "gastric_ulceration": _Event(term="Gastric ulcer", keys=("gastric ulcer",), there="grade not stated"),
    "pneumonitis": _Event(term="Pneumonitis", keys=("pneumonitis",), there="grade not stated"),
    "any_grade3plus": _Event(term=toxicity.ANY_EVENT, least=3, there=_SEVERE),
    "any_grade3_4": _Event(term=toxicity.ANY_EVENT, least=3, there="grade 3 or 4"),
}  # fmt: skip
_NOT_ALIKE = {
    "neutropenia_grade3plus": "its grade 3 begins at a blood count, which is graded here apart from adverse events",
    "serious_adverse_event": "seriousness is a regulatory judgement that trials record and case notes do not",
    "death": "deaths of trials are those during or soon after treatment; early deaths here stand in the safety chapter",
    "hepatic_grade3plus": "which events it counts as hepatic is not said",
}
_OTHER_UNIT = "it counts procedures, this cohort patients"
_PART = "it is of a part of the arm that was chosen by what happened later, or by dose"
_NO_SIZE = "neither its denominator nor the size of the arm is known"
_OTHER = "the event is not defined there, so that nothing here is known to be the same"


def comparison_safety(cohort: Cohort, known: Library, arms: Sequence[Arm], level: float) -> SafetyComparison | None:
    """Compare adverse events with those published of some arms, and of doxorubicin by vein alone.

    Parameters
    ----------
    cohort
        Validated records.
    known
        Library.
    arms
        Arms that the cohort is set beside.
    level
        Confidence level.

    Returns
    -------
    SafetyComparison or None
        ``None`` where no adverse event is recorded, so that none can be counted.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> from glisson.evidence import Library, library
    >>> shelf = library()
    >>> some = shelf.select(endpoint="toxicity:febrile*", study_id="tap2016_jgdg")
    >>> found = comparison_safety(demo_cohort(), Library(arms=shelf.arms, numbers=some), [], 0.95)
    >>> found.contrasts[0].term, found.contrasts[0].events, found.contrasts[0].groups[0].n
    ('Febrile neutropenia', 9, 24)
    """
    if not cohort.has("adverse_event"):
        return None
    groups = _groups(cohort)
    contrasts: list[SafetyContrast] = []
    refused: list[tuple[str, str]] = []
    for arm, number in _numbers(known, arms):
        name = number.endpoint.removeprefix("toxicity:")
        event, size = _EVENTS.get(name), _size(arm, number)
        why = _why_not(name, event, number, size)
        if why or event is None or size is None or number.value is None:
            refused.append((f"{_words(name)} of {arm.label}, {name_words(arm.modality)}", why))
            continue
        had = _had(cohort, event)
        contrasts.append(_contrast(arm, number, event, size, had, groups, level))
    order = [e.term for e in _EVENTS.values()]
    contrasts.sort(key=lambda c: (order.index(c.term), c.approximate, c.label))
    return SafetyComparison(
        contrasts=tuple(contrasts), refused=tuple(dict.fromkeys(refused)),
        window_days=cohort.study.analysis.ae_window_days, level=level,
    )  # fmt: skip


def _numbers(known: Library, arms: Sequence[Arm]) -> Iterator[tuple[Arm, Published]]:
    """Yield what was published of toxicity of the arms asked for, and of doxorubicin alone in any study."""
    asked = {(a.study_id, a.arm_id) for a in arms}
    for number in known.select(endpoint="toxicity:*"):
        arm = known.arm(number.study_id, number.arm_id)
        mine = (arm.study_id, arm.arm_id) in asked
        event = _EVENTS.get(number.endpoint.removeprefix("toxicity:"))
        named = event is not None and event.term in toxicity.DOXORUBICIN_TERMS
        alone = arm.setting == "systemic" and arm.arm_id in _ALONE and named and number.subgroup == "all"
        if mine or alone:
            yield arm, number


def _words(name: str) -> str:
    return name.replace("grade3plus", "event of grade 3 or worse").replace("grade3_4", "event of grade 3 or 4").replace(
        "_", " "
    )  # fmt: skip


def _size(arm: Arm, number: Published) -> int | None:
    """Return the denominator; what events and rate make it where it is not printed, else the size of the arm."""
    if number.n is None and number.events and number.value:
        size = round(number.events / number.value)
        return min(size, arm.n_patients) if arm.n_patients else size
    return number.n or arm.n_patients


def _why_not(name: str, event: _Event | None, number: Published, size: int | None) -> str:
    if "procedure" in number.subgroup:
        return _OTHER_UNIT
    if number.subgroup not in {"all", "LMS"}:
        return _PART
    if event is None:
        return _NOT_ALIKE.get(name, _OTHER)
    if number.statistic != "proportion" or number.value is None:
        return _OTHER_UNIT
    if number.subgroup == "LMS" and not number.n:
        return "the number of patients with leiomyosarcoma behind it is not stated"
    return "" if size else _NO_SIZE


def _contrast(
    arm: Arm,
    number: Published,
    event: _Event,
    size: int,
    had: set[str],
    groups: Sequence[tuple[Group, set[str]]],
    level: float,
) -> SafetyContrast:
    approximate = number.n is None or number.events is None
    there = number.events if number.events is not None else round((number.value or 0.0) * size)
    treatment = name_words(arm.modality)
    rows = []
    for group, members in groups:
        if group == EXPOSED and "doxorubicin" not in arm.modality:
            continue  # the drug itself is set beside the drug by vein
        x, n = len(members & had), len(members)
        found = risk_contrast(x, n, there, size, variable=event.term, group=group, level=level,
                              detail=f"against {arm.label}, {treatment}",
                              ratio=group in {(), EXPOSED})  # fmt: skip
        rows.append(SafetyGroup(group=group, n=n, events=x, estimates=found))
    return SafetyContrast(
        term=event.term, grade=_SEVERE if event.least == 3 else _ANY, grade_there=event.there, label=arm.label,
        treatment=treatment, disease=name_words(arm.histology), line=arm.line, events=there, n=size,
        approximate=approximate, url=number.source_url, groups=tuple(rows),
        study=arm.overlap_group or arm.study_id, modality=arm.modality, counted=_certain(number),
    )  # fmt: skip


def _certain(number: Published) -> bool:
    """Return whether the source prints the events, or a denominator with which only one number fits the percentage."""
    known = number.events is not None
    return known or (number.n is not None and events_behind(number.value or 0.0, number.n) is not None)


def _groups(cohort: Cohort) -> list[tuple[Group, set[str]]]:
    """Return everybody, those who had doxorubicin through the catheter, and each method that somebody had."""
    ids = cohort.table("patient")["patient_id"].to_list()
    method = patient_keys(cohort)["method"]
    out: list[tuple[Group, set[str]]] = [((), set(ids))]
    if cohort.has("session", "date"):
        doses = doxorubicin_doses(cohort)
        given = {p for p, n in zip(doses["patient_id"], doses["sessions"], strict=True) if n}
        out += [(EXPOSED, given)] if given else []
    for code, level in enumerate(method.levels):
        if np.any(method.codes == code):
            out.append(((("method", level),), {i for i, v in zip(ids, method.values(), strict=True) if v == level}))
    return out


def _had(cohort: Cohort, event: _Event) -> set[str]:
    """Return the patients with an event, by record or by the blood count that shows it."""
    if event.keys and event.least == 1:
        return with_event(cohort, event.keys) | with_fall(cohort, event.count)[0]
    rows = events(cohort).filter((pl.col("status") == COUNTED) & (pl.col("grade") >= event.least))
    if event.keys:
        rows = rows.filter(pl.col("key").is_in(list(event.keys)))
    return set(rows["patient_id"].to_list())
