"""The table of the first page: what a reader with five minutes asks, overall and by method."""

from __future__ import annotations

from collections.abc import Callable

from glisson.assessment import Assessment, Breakdown, EndpointResult
from glisson.present.table import Column, Row, TableModel, text_column
from glisson.present.tabulate.common import caption, find, group_name
from glisson.present.tabulate.safety import SEVERE, grade_of
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, lower_first
from glisson.tables import Estimate, Group

_YEAR = round(12 * DAYS_PER_MONTH)
_LIVER_ONLY = (("extrahepatic", "none"),)
_Cell = Callable[[Group], str]


def short_answer(
    assessment: Assessment, first: EndpointResult, second: EndpointResult | None, words: Words
) -> TableModel:
    """Return survival, response and harm in one table, one column a method.

    Parameters
    ----------
    assessment
        What the data can say.
    first, second
        The endpoint that comes first, and the one of progression.
    words
        How numbers are written.
    """
    groups: list[Group] = [(), *_methods(first)]
    rows = [*_survival_rows(first, words), *([_median_row(second, words)] if second is not None else [])]
    rows += [*_response_rows(assessment, words), *_harm_rows(assessment, words)]
    level = next((e.level for e in first.overall.estimates if e.level), 0.95)
    return TableModel(
        name="short-answer",
        title=caption(assessment, "The answer in numbers, overall and by first method"),
        columns=(text_column("Outcome", 2.0), *(Column(heading=group_name(assessment, g), width=1.5) for g in groups)),
        rows=tuple(Row(cells=(name, *(cell(g) for g in groups))) for name, cell in rows),
        notes=(f"In brackets the {words.level(level)} confidence interval; below a median, events / patients.",),
    )


def _methods(endpoint: EndpointResult) -> list[Group]:
    part = _part(endpoint, ("method",))
    return list(part.estimates.groups()) if part is not None else []


def _part(endpoint: EndpointResult, by: tuple[str, ...], within: Group = ()) -> Breakdown | None:
    return next((b for b in endpoint.breakdowns if b.by == by and b.within == within), None)


def _survival_rows(endpoint: EndpointResult, words: Words) -> list[tuple[str, _Cell]]:
    """Return the median, the share at 12 months, and the median with disease of the liver only, where there are any."""
    rows = [_median_row(endpoint, words)]
    if any(e.at == _YEAR for e in endpoint.overall.estimates.select("survival")):
        name = "Alive at 12 months" if endpoint.code == "os" else "Free of the event at 12 months"
        rows.append((name, lambda g: _stacked(_find(endpoint, "survival", g, at=_YEAR), words)))
    if _part(endpoint, ("extrahepatic",)) is not None:
        name = f"Median {lower_first(endpoint.label)} with disease in the liver only, months"
        rows.append((name, lambda g: _stacked(_liver_only(endpoint, g), words, counts=True)))
    return rows


def _median_row(endpoint: EndpointResult, words: Words) -> tuple[str, _Cell]:
    return (
        f"Median {lower_first(endpoint.label)}, months",
        lambda g: _stacked(_find(endpoint, "median", g), words, counts=True),
    )


def _find(endpoint: EndpointResult, statistic: str, group: Group, at: float | None = None) -> Estimate | None:
    part = _part(endpoint, ("method",)) if group else endpoint.overall
    return None if part is None else find(part.estimates, statistic, group=group, at=at)


def _liver_only(endpoint: EndpointResult, group: Group) -> Estimate | None:
    if not group:
        part = _part(endpoint, ("extrahepatic",))
        return None if part is None else find(part.estimates, "median", group=_LIVER_ONLY)
    part = _part(endpoint, ("method",), _LIVER_ONLY)
    return None if part is None else find(part.estimates, "median", group=group)


def _response_rows(assessment: Assessment, words: Words) -> list[tuple[str, _Cell]]:
    result = assessment.response
    if result is None:
        return []
    rates = [e for e in result.estimates.select("proportion") if "objective response" in e.variable.lower()]
    treated = [e for e in rates if e.detail == "all treated"] or rates
    name = f"Objective response ({result.criterion.split(' (')[0]})"
    return [(name, lambda g: _rate(next((e for e in treated if e.group == g), None), words))] if treated else []


def _harm_rows(assessment: Assessment, words: Words) -> list[tuple[str, _Cell]]:
    safety = assessment.safety
    if safety is None or not safety.terms:
        return []
    severe = [e for e in safety.terms[0].estimates.select("proportion") if grade_of(e.detail) >= SEVERE]
    deaths = safety.mortality.select("proportion")
    rows: list[tuple[str, _Cell]] = []
    if severe:
        rows.append((f"Adverse event of grade {SEVERE} or worse", lambda g: _rate(_of(severe, g), words)))
    day = max((e.at for e in deaths if e.at is not None), default=None)
    if day is not None:
        rows.append(
            (
                f"Death within {day:.0f} days of the first session",
                lambda g: _rate(find(deaths, "proportion", group=g, at=day), words),
            )
        )
    return rows


def _of(rates: list[Estimate], group: Group) -> Estimate | None:
    return next((e for e in rates if e.group == group), None)


def _rate(e: Estimate | None, words: Words) -> str:
    if e is None:
        return NOTHING_TO_PRINT
    if e.events is None or not e.n:
        return words.cell(e)
    limits = words.bounds(e)
    return words.count_of(e.events, e.n) + (f"\n({words.limits(*limits)})" if limits else "")


def _stacked(e: Estimate | None, words: Words, *, counts: bool = False) -> str:
    """Return the value, its interval below it, and below that events and patients."""
    if e is None:
        return NOTHING_TO_PRINT
    limits = words.bounds(e)
    text = f"{words.value(e)}\n({words.limits(*limits)})" if limits else words.value(e)
    return f"{text}\n{e.events} / {e.n}" if counts and e.events is not None and e.n is not None else text
