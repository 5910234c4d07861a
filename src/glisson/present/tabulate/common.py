"""What all tables need: names of groups, headings with n, and looking up one estimate."""

from __future__ import annotations

from glisson.assessment import Assessment, EndpointResult, Spoken
from glisson.present.table import Column
from glisson.present.words import NOTHING_TO_PRINT, Words, plural, sentence_case
from glisson.tables import Estimate, Estimates, Group


def group_name(assessment: Spoken, group: Group) -> str:
    """Return the printed name of a group: ``DEB-TACE``, ``All patients``.

    A finding may group by a variable of its own, e.g. any session by a method; its levels still get their names.
    """
    methods = {level: text for (key, level), text in assessment.labels if key == "method" and level}
    known = dict(assessment.labels)
    names = [
        f"{sentence_case(key)}: {level}" if level in {"yes", "no"} and (key, level) not in known
        else assessment.label(key, level)
        for key, level in group
    ]  # fmt: skip
    return ", ".join(methods.get(name, name) for name in names) or "All patients"


def people(assessment: Spoken, n: int | None = None) -> str:
    """Return ``24 patients``, or ``24 synthetic patients`` where they are invented."""
    return plural(assessment.n if n is None else n, "synthetic patient" if assessment.synthetic else "patient")


def caption(assessment: Spoken, text: str, n: int | None = None) -> str:
    """Return a caption that says how many patients it is about, and whether they are invented."""
    return f"{text} ({people(assessment, n)})"


def unit_of(endpoint: EndpointResult) -> str:
    """Return what is counted: patients, or lesions for local progression."""
    return "lesion" if endpoint.code == "ltp" else "patient"


def endpoint_caption(assessment: Assessment, endpoint: EndpointResult, text: str) -> str:
    """Return a caption with the number of patients or lesions that the endpoint is about."""
    n = count(endpoint.overall.estimates, "n", ())
    if unit_of(endpoint) == "patient":
        return caption(assessment, text, n)
    return f"{text} ({plural(n or 0, 'treated lesion')} of {people(assessment)})"


def find(
    estimates: Estimates,
    statistic: str,
    *,
    group: Group | None = None,
    at: float | None = None,
    detail: str | None = None,
) -> Estimate | None:
    """Return the first matching estimate, or ``None``."""
    return next(iter(estimates.select(statistic, group=group, at=at, detail=detail)), None)


def count(estimates: Estimates, statistic: str, group: Group, detail: str | None = None) -> int | None:
    """Return a whole number among the estimates of a group."""
    found = find(estimates, statistic, group=group, detail=detail)
    return None if found is None or found.value is None else round(found.value)


def group_column(assessment: Assessment, group: Group) -> Column:
    """Return the column of a group."""
    return Column(heading=group_name(assessment, group), width=1.5)


def rate_cell(e: Estimate | None, words: Words) -> str:
    """Return a proportion for a table: ``8 of 24 (33%)`` above its limits."""
    if e is None:
        return NOTHING_TO_PRINT
    if e.events is None or not e.n:
        return words.cell(e)
    limits = words.bounds(e)
    text = words.count_of(e.events, e.n)
    return f"{text}\n({words.limits(*limits)})" if limits else text
