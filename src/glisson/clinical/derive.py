"""Endpoints from records: when each unit entered observation, left it, and by which record."""

from __future__ import annotations

from functools import lru_cache
from typing import get_args

from glisson.clinical.censoring import RuleSet
from glisson.clinical.choose import choose
from glisson.clinical.cohort import Cohort
from glisson.clinical.dated import from_dates
from glisson.clinical.endpoints import LABELS, Definition
from glisson.clinical.origins import CHOICES, units
from glisson.clinical.partial_dates import Partial
from glisson.clinical.recorded import DeathAt, from_durations
from glisson.clinical.timeline import timeline
from glisson.errors import InputError, SettingsError
from glisson.tables import Endpoint


def endpoint(
    cohort: Cohort,
    name: str | Definition,
    *,
    origin: str | None = None,
    rule_set: RuleSet | None = None,
    partial: Partial = "middle",
    death_at: DeathAt = "at_last_contact",
) -> Endpoint:
    """Derive an endpoint from the records of a cohort.

    Parameters
    ----------
    cohort
        Validated records.
    name
        ``"os"``, ``"pfs"``, ``"liver_pfs"``, ``"ttp"``, ``"thp"``, ``"ttehp"``, ``"ltp"``, ``"ttr"``, ``"dor"``,
        ``"ttnt"``, ``"ttup"``, or a ``Definition`` of one's own.
    origin
        ``"first_ldt"``, ``"liver_met_dx"``, ``"met_dx"`` or ``"systemic_start"``; by default as the study declares.
        Origins before the first liver-directed therapy give delayed entry.
    rule_set
        ``"policy"`` or ``"fda_a"``; by default as the study declares.
    partial
        Which day a partial date stands for: ``"middle"``, ``"earliest"`` or ``"latest"``.
    death_at
        For a recorded time to progression: when a death without recorded progression counts.

    Returns
    -------
    Endpoint
        Whole days, end minus start; ``print`` explains the rules and which records decided. Grouping variables are
        ``method``, ``extrahepatic``, ``line`` and the declared subgroups.

    Raises
    ------
    InputError
        If the records do not give the endpoint, or somebody leaves before the first session.
    SettingsError
        If an argument is not one of its choices, or does not apply.

    Notes
    -----
    Time origins, rule sets and sources: docs/methods/endpoints.md.
    """
    settings = cohort.study.endpoints
    rules = rule_set or settings.rule_set
    _one_of("rule_set", rules, get_args(RuleSet))
    _one_of("partial", partial, get_args(Partial))
    _one_of("death_at", death_at, get_args(DeathAt))
    definition = choose(cohort, name, rules)
    if definition is None:
        _refuse_origin(origin or settings.origin)
        return from_durations(cohort, str(name), _survival(cohort, partial), death_at)
    if origin and definition.origin and origin != definition.origin:
        raise SettingsError(f"origin {origin!r} for {definition.label}", expected=f"none, it is {definition.origin}")
    return _dated(cohort, definition, origin or settings.origin, rules, partial)


@lru_cache(maxsize=64)  # a cohort never changes, and every part of an assessment asks for overall survival
def _dated(cohort: Cohort, definition: Definition, origin: str, rule_set: RuleSet, partial: Partial) -> Endpoint:
    """Derive an endpoint from dates; its arrays are read only, because the next caller gets the same ones."""
    found = from_dates(cohort, definition, origin, rule_set, timeline(cohort, partial))
    for array in (found.unit, found.cluster, found.entry, found.exit, found.cause):
        array.setflags(write=False)
    return found


def compare_rule_sets(cohort: Cohort, name: str | Definition) -> tuple[Endpoint, Endpoint, tuple[str, ...]]:
    """Derive an endpoint under both censoring rule sets.

    Returns
    -------
    tuple
        Under ``policy``, under ``fda_a``, and the units whose time or status differs.
    """
    policy, fda = (endpoint(cohort, name, rule_set=r) for r in get_args(RuleSet))
    differs = (policy.exit != fda.exit) | (policy.cause != fda.cause)
    return policy, fda, tuple(str(u) for u in policy.unit[differs])


def available(cohort: Cohort) -> tuple[tuple[str, str], ...]:
    """Say which endpoints the records give.

    Returns
    -------
    tuple
        (code, reason) in the order of a report; the reason is empty where the endpoint can be derived, else the
        sentence that says what is missing.
    """
    settings = cohort.study.endpoints
    records = timeline(cohort) if cohort.has("session", "date") else None
    out = []
    for code in LABELS:
        reason = ""
        try:
            definition = choose(cohort, code, settings.rule_set)
            if definition is not None and records is not None:
                units(records, definition, settings.origin, settings)
            elif definition is None:
                _refuse_origin(settings.origin)
        except SettingsError:
            raise
        except InputError as error:
            reason = str(error)
        out.append((code, reason))
    return tuple(out)


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{what} {value!r}", expected=f"one of {', '.join(choices)}")


def _refuse_origin(origin: str) -> None:
    if origin != CHOICES[0]:
        raise InputError(
            f"recorded durations cannot be counted from another origin ({origin})",
            expected="dates of the first session, of death and of last contact",
            todo=f"record the dates, or set endpoints.origin to {CHOICES[0]}",
        )


def _survival(cohort: Cohort, partial: Partial) -> Endpoint | None:
    """Return overall survival from the first session, where the input gives it: it says who died and when."""
    try:
        definition = choose(cohort, "os", "policy")
    except InputError:
        return None
    if definition is None:
        return from_durations(cohort, "os", None, "at_ttp")
    return _dated(cohort, definition, CHOICES[0], "policy", partial)
