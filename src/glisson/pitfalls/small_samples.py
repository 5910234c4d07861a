"""Pitfalls of few patients: events per parameter, separation, tiny groups, immature curves."""

from __future__ import annotations

import numpy as np

from glisson.assessment import Finding
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.proportions import proportion
from glisson.methods.survival import kaplan_meier, rmst
from glisson.pitfalls.context import Context, days_text, medians
from glisson.tables import CountTable, Endpoint, Estimates, Group, risk_table

TINY_N, TINY_EVENTS, FEW_AT_RISK = 10, 5, 5


def events_per_parameter(context: Context) -> list[Finding]:
    """P08: too few events to adjust for the variables a reviewer would ask for.

    Peduzzi P, et al. J Clin Epidemiol 1995;48:1503-1510; Vittinghoff E, McCulloch CE. Am J Epidemiol 2007;165:710-718.
    """
    ratios: dict[str, tuple[int, int, float]] = {}
    for endpoint in context.endpoints.values():
        keys = [k for k in ("method", "extrahepatic", "line") if k in endpoint.keys]
        parameters = sum(len(np.unique(endpoint.keys[k].codes)) - 1 for k in keys)
        if parameters and endpoint.n_events / parameters < 10:
            ratios[endpoint.label] = (endpoint.n_events, parameters, endpoint.n_events / parameters)
    if not ratios:
        return []
    worst = min(ratio for _, _, ratio in ratios.values())
    first, (events, parameters, ratio) = next(iter(ratios.items()))
    return [
        Finding(
            id="P08",
            title="Events per parameter",
            severity="stop" if worst < 5 else "warn",
            numbers=tuple((label, f"{e} events / {p} parameters = {r:.1f}") for label, (e, p, r) in ratios.items()),
            sentence=f"A model with method, extrahepatic disease and prior lines would have {ratio:.1f} events a "
            f"parameter for {first.lower()} ({events} events, {parameters} parameters); ten are the usual minimum.",
            consequence="A regression on these data would be overfitted; its hazard ratios would be too extreme and "
            "its intervals too narrow.",
            remedy="No regression is printed. Groups are described one variable at a time, with exact tests, and "
            "methods again within liver-only disease.",
            reference="Peduzzi 1995; Vittinghoff 2007",
        )
    ]


def separation(context: Context) -> list[Finding]:
    """P12: a group in which nobody, or everybody, had the event.

    Heinze G, Schemper M. Biometrics 2001;57:114-119.
    """
    numbers, intervals = [], Estimates()
    for endpoint in context.endpoints.values():
        if "method" not in endpoint.keys:
            continue
        levels = risk_table(endpoint, ["method"]).levels("method")
        events = levels.events[:, 0].sum(axis=1)
        for group, n, d in zip(levels.groups, levels.n.tolist(), events.tolist(), strict=True):
            if n >= 2 and d in (0, n):
                numbers.append((f"{endpoint.label}, {context_label(group)}", f"{d} of {n}"))
                intervals += _share(endpoint, group, n, d)
    if not numbers:
        return []
    return [
        Finding(
            id="P12",
            title="No events, or only events, in a group",
            severity="warn",
            numbers=tuple(numbers),
            sentence=f"In {len(numbers)} combination{'s' if len(numbers) > 1 else ''} of endpoint and method nobody, or "
            "everybody, had the event during follow-up.",
            consequence="A Cox or logistic model has no finite estimate for such a group: software prints a huge ratio "
            "with a meaningless interval.",
            remedy="Only exact methods are used. The exact interval of each proportion is given here.",
            corrected=intervals,
            reference="Heinze & Schemper 2001",
        )
    ]


def _share(endpoint: Endpoint, group: Group, n: int, d: int) -> Estimates:
    """Return the exact interval of the share of a group that had the event."""
    name = f"{endpoint.label}, {context_label(group)}"
    return proportion(CountTable.of(["yes"] * d + ["no"] * (n - d), ["no", "yes"], name=name), "yes")


def tiny_groups(context: Context) -> list[Finding]:
    """P19: groups too small for anything but an interval."""
    os = context.endpoints.get("os") or next(iter(context.endpoints.values()), None)
    if os is None or "method" not in os.keys:
        return []
    levels = risk_table(os, ["method"]).levels("method")
    events = levels.events[:, 0].sum(axis=1)
    tiny = [
        f"{context_label(group)} (n = {n}, {d} events)"
        for group, n, d in zip(levels.groups, levels.n, events, strict=True)
        if n < TINY_N or d < TINY_EVENTS
    ]
    if not tiny:
        return []
    return [
        Finding(
            id="P19",
            title="Tiny groups",
            severity="info",
            numbers=tuple(("group", t) for t in tiny),
            sentence=f"{len(tiny)} of {len(levels.groups)} methods have fewer than {TINY_N} patients or fewer than "
            f"{TINY_EVENTS} events: {'; '.join(tiny)}.",
            consequence="Differences between such groups are mostly chance; their ranking would often reverse in a new "
            "cohort.",
            remedy="Every estimate carries its interval and its n; methods are compared by one exact test over all "
            "groups, never pair by pair.",
        )
    ]


def context_label(group: Group) -> str:
    """Return the levels of a group in print."""
    return ", ".join(METHOD_LABEL.get(level, level) for _, level in group)


def immature_curves(context: Context) -> list[Finding]:
    """P20: medians and tails that rest on a handful of patients."""
    found = []
    for endpoint in context.endpoints.values():
        if len(endpoint.causes) > 1 or not len(endpoint):
            continue
        table = risk_table(endpoint)
        levels = table.levels()
        reliable = levels.time[levels.at_risk[0] >= FEW_AT_RISK]
        last, thin = int(levels.time[-1]), int(reliable[-1]) if len(reliable) else 0
        median = kaplan_meier(table).one("median")
        reached = median.value is not None
        if reached and endpoint.n_events >= 10 and median.value is not None and median.value <= thin:
            continue
        found.append(_immature(endpoint, reached=reached, thin=thin, last=last))
    return found


def _immature(endpoint: Endpoint, *, reached: bool, thin: int, last: int) -> Finding:
    reasons = [] if reached else ["the curve does not fall below one half, so there is no median"]
    reasons += [f"there are only {endpoint.n_events} events"] if endpoint.n_events < 10 else []
    reasons += [f"fewer than {FEW_AT_RISK} patients are at risk after {days_text(thin)}"]
    corrected = rmst(endpoint, tau=thin) if thin > 0 else Estimates()
    return Finding(
        id="P20",
        title=f"Immature curve: {endpoint.label.lower()}",
        severity="warn",
        numbers=(
            ("events", str(endpoint.n_events)),
            (f"at least {FEW_AT_RISK} at risk until", days_text(thin)),
            ("last observation", days_text(last)),
        ),
        sentence=f"For {endpoint.label.lower()}, {' and '.join(reasons)}.",
        consequence="The end of the curve and a median read from it can move a lot with the next one or two events.",
        remedy=f"The curve is dotted where fewer than ten are at risk. The restricted mean up to {days_text(thin)} uses "
        "only the part that is supported by data.",
        naive=medians(kaplan_meier(endpoint)),
        corrected=corrected,
        reference="Pocock SJ, Clayton TC, Altman DG. Lancet 2002;359:1686-1689",
    )
