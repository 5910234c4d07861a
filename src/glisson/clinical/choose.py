"""Which definition of an endpoint the records allow, or what is missing."""

from __future__ import annotations

from glisson.clinical.censoring import RuleSet
from glisson.clinical.cohort import Cohort
from glisson.clinical.endpoints import DEFINITIONS, LABELS, RECORDED, Definition
from glisson.clinical.recorded import recorded_codes
from glisson.clinical.responses import derives
from glisson.errors import InputError


def choose(cohort: Cohort, name: str | Definition, rule_set: RuleSet) -> Definition | None:
    """Return the first definition of an endpoint that the records allow; ``None`` for a recorded duration.

    Assessments come before single dates of progression, and both before durations, because they say more.

    Raises
    ------
    InputError
        If the name is unknown, or the records do not give the endpoint; the message says what would.
    """
    candidates = [name] if isinstance(name, Definition) else [d for d in DEFINITIONS if d.code == name]
    if not candidates:
        raise InputError(f"no endpoint {name}", expected=f"one of {', '.join(LABELS)}")
    label = candidates[0].label
    complete = [d for d in candidates if not missing(cohort, d)]
    for definition in complete:
        if _allows(definition, rule_set):
            return definition
    code = candidates[0].code
    by_duration = code in RECORDED and not isinstance(name, Definition)
    if not complete and by_duration and _has_durations(cohort, code):
        if rule_set == "policy" or code == "os":
            return None
        raise _rule_set_needs_scans(label, rule_set)
    if complete:
        raise _rule_set_needs_scans(label, rule_set)
    ways = [" and ".join(missing(cohort, d)) for d in candidates]
    ways += ["its recorded duration with its status"] if by_duration else []
    raise InputError(f"{label} needs {', or '.join(dict.fromkeys(ways))}")


def missing(cohort: Cohort, definition: Definition) -> list[str]:
    """Return what a definition needs and the records do not hold."""
    return [
        need.replace("|", " or ")
        for need in definition.needs
        if not any(_holds(cohort, *way.split(".", 1)) for way in need.split("|"))
    ]


def _holds(cohort: Cohort, table: str, column: str) -> bool:
    """Whether the records hold a column, or give it: responses follow from measurements."""
    return cohort.has(table, column) or (table == "assessment" and derives(cohort, column))


def _allows(definition: Definition, rule_set: RuleSet) -> bool:
    return rule_set == "policy" or definition.watched_by == "contact" or definition.gaps_known


def _has_durations(cohort: Cohort, code: str) -> bool:
    recorded = recorded_codes(cohort)
    if code != "pfs":
        return code in recorded
    survival = "os" in recorded or cohort.has("patient", "death_date") or cohort.has("patient", "last_contact_date")
    return code in recorded or ("ttp" in recorded and survival)


def _rule_set_needs_scans(label: str, rule_set: RuleSet) -> InputError:
    return InputError(
        f"{label} under the {rule_set} rule set needs the date of every scan (assessment.date with its responses)",
        todo="add an assessment sheet, or use the policy rule set",
    )
