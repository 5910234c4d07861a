"""Each endpoint overall and in every breakdown: which estimators run on which groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glisson.assessment import NOTHING, Analysis, Breakdown
from glisson.clinical.settings import AnalysisSettings
from glisson.methods.compare import logrank, rmst_difference, survival_difference
from glisson.methods.competing import cumulative_incidence, incidence_curves
from glisson.methods.survival import curve, followup, kaplan_meier, rmst
from glisson.tables import Curve, Endpoint, Estimates, Group, RiskTable, risk_table

DAYS_PER_MONTH = 30.4375

#: Endpoints whose comparison of methods may take a second each to be exact; what takes longer, and other comparisons
#: that take more than a tenth of it, are simulated with a stated error.
PRIMARY = ("os", "liver_pfs")
EFFORT, SECONDARY_EFFORT = 1e7, 1e6

#: (title, grouping variables, restriction); declared subgroups follow.
PLAN: tuple[tuple[str, tuple[str, ...], Group], ...] = (
    ("Overall", (), ()),
    ("By treatment method", ("method",), ()),
    ("By extrahepatic disease", ("extrahepatic",), ()),
    ("By prior lines of systemic therapy", ("line",), ()),
    ("By treatment method, disease limited to the liver", ("method",), (("extrahepatic", "none"),)),
)


def plan(endpoint: Endpoint, subgroups: Sequence[str]) -> list[tuple[str, tuple[str, ...], Group]]:
    """Return the breakdowns this endpoint allows.

    A variable that is unknown for everybody splits nobody, and a restriction that holds for nobody leaves nothing.
    """
    wanted = [*PLAN, *((f"By {name}", (name,), ()) for name in subgroups)]
    return [
        (title, by, within)
        for title, by, within in wanted
        if all(_splits(endpoint, k) for k in (*by, *dict(within))) and len(endpoint.where(**dict(within)))
    ]


def _splits(endpoint: Endpoint, key: str) -> bool:
    if key not in endpoint.keys:
        return False
    factor = endpoint.keys[key]
    return any(factor.levels[code] != "unknown" for code in np.unique(factor.codes))


def breakdown(
    endpoint: Endpoint, title: str, by: tuple[str, ...], within: Group, settings: AnalysisSettings
) -> Breakdown:
    """Estimate one endpoint in one breakdown and compare its groups where that can tell anything."""
    rows = endpoint.where(**dict(within)) if within else endpoint
    table = risk_table(rows, by)
    days = tuple(round(m * DAYS_PER_MONTH) for m in settings.times_months)
    if len(endpoint.causes) > 1:
        estimates, curves = _competing(table, by, days, settings)
    else:
        estimates, curves = _survival(table, by, days, settings)
    known = risk_table(_known(rows, by), by)
    sentence = why_no_test(known, by, settings) if by else ""
    effort = EFFORT if endpoint.name in PRIMARY and "method" in by else SECONDARY_EFFORT
    tests = NOTHING if not by or sentence else _tests(known, by, settings, effort)
    return Breakdown(
        title=title, by=by, within=within, estimates=estimates, curves=curves, tests=tests, sentence=sentence
    )


def _survival(
    table: RiskTable, by: tuple[str, ...], days: tuple[int, ...], settings: AnalysisSettings
) -> tuple[Estimates, tuple[Curve, ...]]:
    conf_type, level = settings.conf_type, settings.level
    estimates = kaplan_meier(table, by, times=days, conf_type=conf_type, level=level) + rmst(table, by, level=level)
    estimates += followup(table, by, conf_type=conf_type, level=level)
    return estimates, curve(table, by, conf_type=conf_type, level=level)


def _competing(
    table: RiskTable, by: tuple[str, ...], days: tuple[int, ...], settings: AnalysisSettings
) -> tuple[Estimates, tuple[Curve, ...]]:
    estimates = cumulative_incidence(table, by, times=days, level=settings.level)
    estimates += followup(table, by, conf_type=settings.conf_type, level=settings.level)
    return estimates, incidence_curves(table, by, level=settings.level)


def _known(rows: Endpoint, by: tuple[str, ...]) -> Endpoint:
    """Leave out patients whose group is not recorded: they are shown, but are no group to compare with."""
    mask = np.ones(len(rows), dtype=np.bool_)
    for key in by:
        factor = rows.factor(key)
        mask &= np.array([level != "unknown" for level in factor.levels])[factor.codes]
    return rows.take(mask)


def _tests(table: RiskTable, by: tuple[str, ...], settings: AnalysisSettings, effort: float) -> Estimates:
    tests = logrank(table, by, null="auto", seed=settings.seed, effort=effort)
    if any(row.statistic == "p" and row.low is not None for row in tests):  # simulated: the usual approximation beside
        tests += logrank(table, by, null="asymptotic").select("p")
    if len(table.causes) == 1:
        tests += rmst_difference(table, by, level=settings.level)
        year = round(12 * DAYS_PER_MONTH)
        tests += survival_difference(table, by, time=year, level=settings.level)
    return tests


def why_no_test(table: RiskTable, by: tuple[str, ...], settings: AnalysisSettings) -> str:
    """Return the sentence that says why groups are not tested, or nothing where they are."""
    levels = table.levels(*by)
    events = levels.events[:, 0].sum(axis=1)
    if len(events) < 2:
        return "All patients are in one group, so there is nothing to compare."
    enough = int(np.sum(events >= settings.minimum_events))
    if enough >= 2:
        return ""
    least = settings.minimum_events
    return (
        f"The groups are not tested against each other: {'only one group has' if enough else 'no group has'} "
        f"{least} events or more, so no test could tell chance from difference. The intervals show what is compatible "
        "with the data."
    )


def logged(endpoint: Endpoint, result: Breakdown, rule_set: str) -> list[Analysis]:
    """Return the analysis log lines of one breakdown."""
    what = endpoint.label + "".join(f", {k} = {v}" for k, v in result.within)
    methods = dict.fromkeys(e.method for e in (*result.estimates, *result.tests) if e.method)
    return [Analysis(what=what, estimator=m, by=result.by, rule_set=rule_set) for m in methods]
