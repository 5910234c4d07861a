"""Efficacy: one table an endpoint, all its breakdowns; comparisons; the other rule set."""

from __future__ import annotations

import re
from collections.abc import Sequence

from glisson.assessment import Assessment, Breakdown, EndpointResult
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, count, endpoint_caption, find, group_name, unit_of
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, lower_first, sentence_case
from glisson.tables import Estimate, Estimates, Group

#: Columns that a rule was read from; the definitions of the endpoints name them.
_COLUMNS = re.compile(r" \([a-z_]+\.[a-z_]+[^()]*\)")


def efficacy(assessment: Assessment, endpoint: EndpointResult, words: Words) -> TableModel:
    """Return all estimates of an endpoint, one row a group, one section a breakdown."""
    statistic = "cumulative_incidence" if endpoint.competing else "survival"
    first_cause = _first_cause(endpoint)
    times = _times(endpoint, statistic)
    rows: list[Row] = []
    for part in endpoint.breakdowns:
        if part.by:
            rows.append(section(part.title))
        for group in part.estimates.groups():
            mine = part.estimates.select(group=group)
            cells = _cells(mine, times, statistic, first_cause, words, competing=endpoint.competing)
            name = group_name(assessment, group) if part.by else "All patients"
            rows.append(Row(cells=(name, *cells), indent=1 if part.by else 0))
    return TableModel(
        name=f"efficacy-{endpoint.code}",
        title=endpoint_caption(assessment, endpoint, f"{endpoint.label} overall and by group"),
        columns=_columns(times, endpoint, words),
        rows=tuple(rows),
        notes=_notes(endpoint),
        wide=True,
    )


def key_results(assessment: Assessment, words: Words) -> TableModel | None:
    """Return medians of all endpoints, overall and by method; 12-month figures where deaths compete."""
    parts = [
        (e, [e.overall, *(b for b in e.breakdowns if b.by == ("method",) and not b.within)])
        for e in assessment.endpoints
    ]
    groups: list[Group] = list(dict.fromkeys(g for _, bs in parts for b in bs for g in b.estimates.groups()))
    if not groups:
        return None
    rows = []
    for endpoint, breakdowns in parts:
        merged = sum((b.estimates for b in breakdowns), Estimates())
        rows.append(Row(cells=(_key_name(endpoint), *(_key_cell(endpoint, merged, g, words) for g in groups))))
    columns = (text_column("Endpoint", 2.6), *(Column(heading=group_name(assessment, g), width=1.4) for g in groups))
    return TableModel(
        name="key-results",
        title=caption(assessment, "Key results overall and by first method"),
        columns=columns,
        rows=tuple(rows),
        notes=(f"Estimate ({words.level(_level(assessment.endpoints[0]))} CI); below it, events / n.",),
    )


def _key_name(endpoint: EndpointResult) -> str:
    what = "cumulative incidence at 12 months" if endpoint.competing else "median in months"
    return f"{endpoint.label}, {what}" + ("" if unit_of(endpoint) == "patient" else " (lesions)")


def _key_cell(endpoint: EndpointResult, estimates: Estimates, group: Group, words: Words) -> str:
    mine = estimates.select(group=group)
    cause = _first_cause(endpoint)
    if endpoint.competing:
        year = round(12 * DAYS_PER_MONTH)
        e = next((x for x in mine.select("cumulative_incidence", detail=cause) if x.at == year), None)
    else:
        e = find(mine, "median")
    if e is None:
        return NOTHING_TO_PRINT
    return f"{_stacked(e, words)}\n{_of(count(mine, 'events', group, detail=cause), count(mine, 'n', group))}"


def comparisons(assessment: Assessment, endpoint: EndpointResult, words: Words) -> TableModel | None:
    """Return the tests and differences between groups, each with the variant that was run, or ``None``."""
    rows: list[Row] = []
    for part in endpoint.breakdowns:
        shown = [e for e in part.tests if e.statistic not in _BEHIND]
        if not shown:
            continue
        rows.append(section(part.title))
        for e in shown:
            what = comparison_name(assessment, part, e)
            cells = (what, _statistic_name(endpoint, e), _effect(e, words), _p(e, words), _variant(e, words))
            rows.append(Row(cells=cells, indent=1))
    if not rows:
        return None
    return TableModel(
        name=f"comparisons-{endpoint.code}",
        title=endpoint_caption(assessment, endpoint, f"{endpoint.label}: comparisons between groups"),
        columns=(
            text_column("Groups compared", 2.2),
            text_column("What is compared", 1.9),
            Column(heading=f"Difference ({words.level(_level(endpoint))} CI)", width=1.8),
            Column(heading=words.p_symbol, width=0.8),
            text_column("Method", 2.7),
        ),
        rows=tuple(rows),
        notes=_comparison_notes(endpoint),
    )


def rule_sets(assessment: Assessment, endpoint: EndpointResult, words: Words) -> TableModel | None:
    """Return the endpoint under both censoring rule sets, or ``None`` where only one was run."""
    other = endpoint.comparison
    if other is None:
        return None
    rows = []
    for group in other.estimates.groups():
        chosen = _chosen(endpoint, group)
        theirs = other.estimates.select(group=group)
        rows.append(
            Row(
                cells=(group_name(assessment, group), *_pair(chosen, words), *_pair(theirs, words)),
                indent=1 if group else 0,
            )
        )
    above = (rule_set_name(other.rule_set), rule_set_name(other.other))
    columns = [text_column("Group", 2.4)]
    for name in above:
        columns.append(Column(heading="Events / n", above=name))
        columns.append(Column(heading="Median, months (95% CI)", above=name, width=2))
    return TableModel(
        name=f"rules-{endpoint.code}",
        title=endpoint_caption(assessment, endpoint, f"{endpoint.label} under both censoring rule sets"),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(_differing(other.differing, assessment.n),),
    )


def rule_set_name(code: str) -> str:
    """Return the printed name of a censoring rule set."""
    return {"policy": "Treatment policy", "fda_a": "FDA-style censoring"}.get(code, code)


def statistic_label(e: Estimate) -> str:
    """Return the name of a statistic as printed: ``Survival at 12 months``, ``Median, months``."""
    at = f" at {e.at / DAYS_PER_MONTH:.0f} months" if e.at is not None and e.at > 1 else ""
    names = {
        "median": "Median, months",
        "median_earliest": "Median at the earliest, months",
        "median_latest": "Median at the latest, months",
        "survival": f"Survival{at}",
        "cumulative_incidence": f"Cumulative incidence{at}",
        "rmst": f"Mean within {(e.at or 0) / DAYS_PER_MONTH:.0f} months, months",
        "proportion": "Proportion",
        "upper_bound": "Upper bound, one-sided",
        "hazard_ratio": "Hazard ratio",
        "e_value": "E-value",
        "effective_size": "Effective sample size",
        "one_minus_survival": f"One minus Kaplan-Meier{at}",
        "rate": "Events per person-year",
        "p": "P value",
        "rmst_difference": f"Difference in mean within {(e.at or 0) / DAYS_PER_MONTH:.0f} months, months",
        "max_statistic": "Largest statistic",
    }
    name = names.get(e.statistic, e.statistic.replace("_", " ").capitalize() + at)
    return f"{name}: {e.detail}" if e.detail else name


#: Rows of ``Breakdown.tests`` that stand behind a P value and are not printed themselves.
_BEHIND = frozenset({"observed", "expected", "chi_square"})


def comparison_name(assessment: Assessment, part: Breakdown, e: Estimate) -> str:
    """Return what a comparison sets against what: every group, or ``Ablation minus DEB-TACE``."""
    if not e.group:
        return "All groups"
    first = part.estimates.groups()[0]
    return f"{group_name(assessment, e.group)} minus {lower_first(group_name(assessment, first))}"


def _statistic_name(endpoint: EndpointResult, e: Estimate) -> str:
    month = f"{e.at / DAYS_PER_MONTH:.0f} months" if e.at else ""
    return {
        "rmst_difference": f"Mean time within {month}, months",
        "survival_difference": f"Event-free at {month}, percentage points",
        "p": "Cause-specific hazards" if endpoint.competing else "Whole curves",
    }.get(e.statistic, sentence_case(e.statistic.replace("_", " ")))


def _effect(e: Estimate, words: Words) -> str:
    if e.unit == "p":
        return ""
    missing = e.value is not None and e.low is None and e.reason.startswith("no interval")
    return words.cell(e) + (" (no interval)" if missing else "")


def _p(e: Estimate, words: Words) -> str:
    return words.value(e) if e.unit == "p" else ""


def _variant(e: Estimate, words: Words) -> str:
    """Return the estimator or test by name; a sampled P value comes with the limits of its sampling error."""
    if e.unit != "p" or e.low is None or e.high is None:
        return sentence_case(e.method)
    low, high = (_error_limit(x, words) for x in (e.low, e.high))
    error = "interval of the sampling error"
    return sentence_case(e.method.replace(error, f"{error}, {words.limits(low, high)}"))


def _error_limit(p: float, words: Words) -> str:
    """Return a limit of a sampling error; a small one is never printed as zero."""
    return f"<{words.number(1e-4, 4)}" if 0 < p < 5e-5 else "0" if p == 0 else words.number(p, 4)


def _comparison_notes(endpoint: EndpointResult) -> tuple[str, ...]:
    tests = [e for b in endpoint.breakdowns for e in b.tests if e.statistic not in _BEHIND]
    notes = [e.reason for e in tests if e.value is not None and e.reason] + [e.warning for e in tests if e.warning]
    return tuple(f"{sentence_case(text)}." for text in dict.fromkeys(notes))


def _chosen(endpoint: EndpointResult, group: Group) -> Estimates:
    keys = tuple(k for k, _ in group)
    part = next((b for b in endpoint.breakdowns if b.by == keys and not b.within), None)
    return part.estimates.select(group=group) if part else Estimates()


def _pair(estimates: Estimates, words: Words) -> tuple[str, str]:
    median = find(estimates, "median")
    group = median.group if median else ()
    of = _of(count(estimates, "events", group), count(estimates, "n", group))
    return of, words.cell(median) if median else NOTHING_TO_PRINT


def _differing(patients: Sequence[str], n: int) -> str:
    if not patients:
        return "Both rule sets give every patient the same time and status."
    return f"The rule sets differ in {len(patients)} of {n} patients: {', '.join(patients)}."


def _times(endpoint: EndpointResult, statistic: str) -> tuple[float, ...]:
    found = {e.at for b in endpoint.breakdowns for e in b.estimates.select(statistic) if e.at is not None}
    return tuple(sorted(found))


def _first_cause(endpoint: EndpointResult) -> str | None:
    """Name of the event of interest where several compete."""
    if not endpoint.competing:
        return None
    return next((e.detail for b in endpoint.breakdowns for e in b.estimates.select("cumulative_incidence")), None)


def _cells(
    mine: Estimates, times: Sequence[float], statistic: str, cause: str | None, words: Words, *, competing: bool
) -> tuple[str, ...]:
    group = mine.groups()[0]
    at_times = [_stacked(find(mine, statistic, at=t, detail=cause), words) for t in times]
    n = count(mine, "n", group)
    if competing:
        rivals = [e for e in mine.select("events") if e.detail and e.detail != cause]
        others = round(sum(e.value or 0 for e in rivals))
        events = count(mine, "events", group, detail=cause)
        return (_of(events, n), str(others), *at_times, _follow_up(mine, words))
    return (
        _of(count(mine, "events", group), n),
        _stacked(find(mine, "median"), words),
        *at_times,
        _rmst(find(mine, "rmst"), words),
        _follow_up(mine, words),
    )


def _of(events: int | None, n: int | None) -> str:
    return NOTHING_TO_PRINT if n is None else f"{events if events is not None else NOTHING_TO_PRINT} / {n}"


def _stacked(e: Estimate | None, words: Words) -> str:
    """Value above, interval below: columns stay narrow."""
    if e is None:
        return NOTHING_TO_PRINT
    limits = words.bounds(e)
    return f"{words.value(e)}\n({words.limits(*limits)})" if limits else words.value(e).replace(" (", "\n(")


def _rmst(e: Estimate | None, words: Words) -> str:
    if e is None:
        return NOTHING_TO_PRINT
    if e.value is None or not e.at:
        return words.value(e).replace(" (", "\n(")
    return f"{words.value(e)}\nof {words.months(e.at)}"


def _follow_up(mine: Estimates, words: Words) -> str:
    e = find(mine, "followup", at=0.5)
    return NOTHING_TO_PRINT if e is None else words.value(e).replace(" (", "\n(")


def _level(endpoint: EndpointResult) -> float:
    return next((e.level for b in endpoint.breakdowns for e in b.estimates if e.level), 0.95)


def _columns(times: Sequence[float], endpoint: EndpointResult, words: Words) -> tuple[Column, ...]:
    ci = f"({words.level(_level(endpoint))} CI)"
    group, events = text_column("Group", 2.0), Column(heading="Events / n", width=1.1)
    what = "Alive" if endpoint.code == "os" else "Cumulative incidence" if endpoint.competing else "Event-free"
    above = f"{what} {ci} at"
    at_times = [Column(heading=f"{t / DAYS_PER_MONTH:.0f} months", above=above, width=1.35) for t in times]
    follow_up = Column(heading="Follow-up,\nmonths", width=1.35)
    if endpoint.competing:
        return (group, events, Column(heading="Competing\nevents", width=1.05), *at_times, follow_up)
    median = Column(heading=f"Median, months\n{ci}", width=2.1)
    return (group, events, median, *at_times, Column(heading="Mean time,\nmonths", width=1.15), follow_up)


def _notes(endpoint: EndpointResult) -> tuple[str, ...]:
    rules = "; ".join(f"{lower_first(rule)}, {_COLUMNS.sub('', text).rstrip('.')}" for rule, text in endpoint.rules)
    notes = [f"{sentence_case(rules)}."] if rules else []
    methods = dict.fromkeys(e.method for b in endpoint.breakdowns for e in b.estimates if e.method)
    notes.append(f"Estimated by: {'; '.join(methods)}.")
    if not endpoint.competing:
        notes.append(
            "Mean time: restricted mean, the mean months free of the event among the months counted; groups of one "
            "section share those months."
        )
    notes.append(
        "No interval is given where nobody, or everybody, had the event by then: this kind of interval does not exist "
        "there."
    )
    warnings = dict.fromkeys(e.warning for b in endpoint.breakdowns for e in b.estimates if e.warning)
    notes += [f"{sentence_case(w).rstrip('.')}." for w in warnings]
    return tuple(notes)
