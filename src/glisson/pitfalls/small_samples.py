"""Pitfalls of few patients: events per parameter, separation, tiny groups, immature curves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.methods.proportions import proportion
from glisson.methods.survival import kaplan_meier, rmst
from glisson.pitfalls.context import Context, count_text, days_text, noted, unit_of
from glisson.tables import CountTable, Endpoint, Estimates, Group, RiskLevels, risk_table

TINY_N, FEW_EVENTS, FEW_AT_RISK, FEW_SHARE = 10, 10, 5, 0.1
WARN_RATIO, STOP_RATIO = 10, 5

#: Variables of a model of few events.
_MOST_COVARIATES = 2
#: What a reviewer would ask to be adjusted for.
_MODEL = {"method": "method", "extrahepatic": "extrahepatic disease", "line": "prior lines"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """Events for each parameter of a model of one endpoint."""

    endpoint: Endpoint
    keys: tuple[str, ...]
    parameters: int

    @property
    def value(self) -> float:
        """Events per parameter."""
        return self.endpoint.n_events / self.parameters

    def __str__(self) -> str:
        """Return the ratio in print."""
        events = count_text(self.endpoint.n_events, "event")
        return f"{events} / {count_text(self.parameters, 'parameter')} = {self.value:.1f}"


def events_per_parameter(context: Context) -> list[Finding]:
    """P08: too few events to adjust for the variables a reviewer would ask for.

    Peduzzi P, et al. J Clin Epidemiol 1995;48:1503-1510; Vittinghoff E, McCulloch CE. Am J Epidemiol 2007;165:710-718.
    """
    few = [r for r in map(_ratio, context.endpoints.values()) if r is not None and r.value < WARN_RATIO]
    if not few:
        return []
    first, worst = few[0], min(few, key=lambda r: r.value)
    variables, model = _listed([_MODEL[k] for k in first.keys]), first.keys[:_MOST_COVARIATES]
    text = f"A model with {variables} would have {first.value:.1f} events a parameter for {_name(first)}"
    if worst is not first:
        text += f", and {worst.value:.1f} for {_name(worst)}"
    return [
        Finding(
            id="P08",
            title="Events per parameter",
            severity="stop" if worst.value < STOP_RATIO else "warn",
            numbers=(
                ("patients", str(context.cohort.n)),
                *((r.endpoint.label, str(r)) for r in few),
                ("variables in Table 1", str(len(context.baseline))),
            ),
            sentence=f"{text}; {WARN_RATIO} are the usual minimum.",
            consequence="A regression with all of them would be overfitted: its ratios too extreme, its intervals too "
            "narrow. Choosing the variables by their P values hides this, because every variable tried counts.",
            remedy=f"At most two variables enter a model, chosen beforehand: {_listed([_MODEL[k] for k in model])}. "
            f"For {_name(first)} it is fitted with Firth's penalty, which takes away most of the bias of few events, "
            "and with profile likelihood intervals, beside the usual fit. The groups are also described one variable "
            "at a time, and methods again within liver-only disease.",
            naive=context.ratios(first.endpoint, *model, penalty="none", wald=True),
            corrected=context.ratios(first.endpoint, *model, penalty="firth")
            + sum((context.summary(first.endpoint, k) for k in first.keys), Estimates()),
            reference="Peduzzi 1995; Vittinghoff & McCulloch 2007; Heinze & Schemper 2001",
        )
    ]


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _name(ratio: Ratio) -> str:
    return ratio.endpoint.label.lower()


def _ratio(endpoint: Endpoint) -> Ratio | None:
    df = {k: len(np.unique(endpoint.keys[k].codes)) - 1 for k in _MODEL if k in endpoint.keys}
    keys = tuple(k for k, n in df.items() if n > 0)
    return Ratio(endpoint, keys, sum(df[k] for k in keys)) if keys else None


def separation(context: Context) -> list[Finding]:
    """P12: a group in which nobody, or everybody, had the event, or whose events all came before or after the others'.

    Heinze G, Schemper M. Biometrics 2001;57:114-119.
    """
    numbers: list[tuple[str, str]] = []
    patients: set[str] = set()
    estimates, usual = Estimates(), Estimates()
    for endpoint in context.endpoints.values():
        if "method" not in endpoint.keys:
            continue
        levels = risk_table(endpoint, ["method"]).levels("method")
        if len(levels.groups) < 2 or not endpoint.n_events:
            continue
        found = len(numbers)
        for g, group in enumerate(levels.groups):
            n, events, why = int(levels.n[g]), int(levels.events[g, 0].sum()), _separated(levels, g)
            if why:
                numbers.append((f"{endpoint.label}, {group_label(group)}", f"{events} of {n}: {why}"))
                patients |= set(map(str, endpoint.cluster[_rows(endpoint, group)]))
                estimates += _exact(context, endpoint, group, events, n)
        if len(numbers) > found:
            usual += noted(context.ratios(endpoint, "method", penalty="none", wald=True), endpoint.label.lower())
            estimates += noted(context.ratios(endpoint, "method", penalty="firth"), endpoint.label.lower())
    if not numbers:
        return []
    return [
        Finding(
            id="P12",
            title="Zero events and separation",
            severity="stop",
            patients=context.names(patients),
            numbers=(("patients", str(len(patients))), *numbers),
            sentence=f"In {count_text(len(numbers), 'combination')} of endpoint and method nobody had the event, "
            "everybody had it, or the order of events keeps the method apart from the others.",
            consequence="Where nobody, or everybody, had the event a logistic model has no finite estimate; where "
            "nobody had it, or the order separates the groups, a Cox model has none. Software then prints a huge ratio "
            "with a meaningless interval.",
            remedy="Cox's model by method is fitted with Firth's penalty, which keeps the ratios finite, beside the "
            "usual fit, which says where it has no finite maximum. The exact interval of the share with the event is "
            "given, with the one-sided upper bound where there was none, and the exact interval of the events per "
            "person-year.",
            naive=usual,
            corrected=estimates,
            reference="Heinze & Schemper 2001",
        )
    ]


def _separated(levels: RiskLevels, group: int) -> str:
    """Say why a group has no finite estimate against the others; nothing where it has one."""
    events = levels.events[:, 0]
    own, n = int(events[group].sum()), int(levels.n[group])
    if own == 0:
        return "no events"
    if own == n:
        return "only events"
    others = np.arange(len(events)) != group
    if not events[others].any():
        return ""  # the others are named for having none
    both = (levels.at_risk[group] > 0) & (levels.at_risk[others].sum(axis=0) > 0)
    mine, theirs = int(events[group, both].sum()), int(events[others][:, both].sum())
    return "events only before or after those of the others" if (mine == 0) != (theirs == 0) else ""


def _rows(endpoint: Endpoint, group: Group) -> NDArray[np.bool_]:
    rows = np.ones(len(endpoint), dtype=np.bool_)
    for key, level in group:
        factor = endpoint.factor(key)
        rows &= factor.codes == factor.levels.index(level)
    return rows


def _exact(context: Context, endpoint: Endpoint, group: Group, events: int, n: int) -> Estimates:
    """Return the exact interval of the share of a group that had the event, and of its rate."""
    counts = CountTable.of(
        ["yes"] * events + ["no"] * (n - events), ["no", "yes"], unit=unit_of(endpoint), name=endpoint.name
    )
    rows = proportion(counts, "yes", level=context.analysis.level)
    rows = Estimates(tuple(replace(r, group=group, detail="") for r in rows))
    rows += context.rates(endpoint.take(_rows(endpoint, group)), *(k for k, _ in group))
    return noted(rows, endpoint.label.lower())


def tiny_groups(context: Context) -> list[Finding]:
    """P19: groups too small for anything but an interval."""
    os = context.endpoints.get("os") or next(iter(context.endpoints.values()), None)
    if os is None or "method" not in os.keys:
        return []
    least = context.analysis.minimum_events
    levels = risk_table(os, ["method"]).levels("method")
    events = levels.events[:, 0].sum(axis=1)
    tiny = [
        (group, int(n), int(d))
        for group, n, d in zip(levels.groups, levels.n, events, strict=True)
        if n < TINY_N or d < least
    ]
    if not tiny:
        return []
    patients = {str(c) for group, _, _ in tiny for c in os.cluster[_rows(os, group)]}
    texts = [f"{group_label(group)} (n = {n}, {count_text(d, 'event')})" for group, n, d in tiny]
    return [
        Finding(
            id="P19",
            title="Tiny groups",
            severity="info",
            patients=context.names(patients),
            numbers=(
                ("patients", str(len(patients))),
                *((group_label(g), f"n = {n}, {count_text(d, 'event')}") for g, n, d in tiny),
            ),
            sentence=f"{len(tiny)} of {count_text(len(levels.groups), 'method')} {'has' if len(tiny) == 1 else 'have'} "
            f"fewer than {TINY_N} patients or fewer than {least} events ({os.label.lower()}): {'; '.join(texts)}.",
            consequence="Differences between such groups are mostly chance; their ranking would often reverse in a new "
            "cohort.",
            remedy="Every estimate carries its interval and its n. Events per person-year are given with exact limits. "
            f"Methods are compared by one exact test over all groups, and only where two of them have {least} events; "
            "never pair by pair.",
            corrected=context.rates(os, "method"),
            reference="Garwood F. Biometrika 1936;28:437-442",
        )
    ]


def group_label(group: Group) -> str:
    """Return the levels of a group in print."""
    return ", ".join(METHOD_LABEL.get(level, level) for _, level in group)


def immature_curves(context: Context) -> list[Finding]:
    """P20: medians and tails that rest on a handful of patients.

    Pocock SJ, Clayton TC, Altman DG. Lancet 2002;359:1686-1689.
    """
    found = []
    for endpoint in context.endpoints.values():
        if len(endpoint.causes) > 1 or not len(endpoint):
            continue
        thin = supported_until(endpoint)
        reasons = _immature(context, endpoint, thin)
        if reasons:
            found.append(_immature_finding(context, endpoint, thin, reasons))
    return found


def fewest(endpoint: Endpoint) -> int:
    """Return how many at risk a curve needs to be read: five, or a tenth of the patients if that is more."""
    return max(FEW_AT_RISK, int(np.ceil(FEW_SHARE * len(endpoint))))


def supported_until(endpoint: Endpoint) -> int:
    """Return the last day on which enough patients are at risk for a curve to be read; 0 where there never are."""
    levels = risk_table(endpoint).levels()
    enough = levels.time[levels.at_risk[0] >= fewest(endpoint)]
    return int(enough[-1]) if len(enough) else 0


def _immature(context: Context, endpoint: Endpoint, thin: int) -> list[str]:
    """Say what is wrong with reading a curve; nothing where it is mature."""
    rows = kaplan_meier(endpoint, times=context.times)
    median = rows.one("median").value
    reasons = [] if median is not None else ["the curve does not fall below one half, so there is no median"]
    if endpoint.n_events < FEW_EVENTS:
        is_are = "is" if endpoint.n_events == 1 else "are"
        reasons.append(f"there {is_are} only {count_text(endpoint.n_events, 'event')}")
    late = ["the median"] if median is not None and median > thin else []
    for months, day in zip(context.analysis.times_months, context.times, strict=True):
        if day > thin and rows.one("survival", at=day).value is not None:
            late.append(f"the estimate at {months:g} months")
    if late:
        is_are = "is" if len(late) == 1 else "are"
        reasons.append(f"{_listed(late)} {is_are} read where fewer than {fewest(endpoint)} patients are at risk")
    return reasons


def _immature_finding(context: Context, endpoint: Endpoint, thin: int, reasons: list[str]) -> Finding:
    level = context.analysis.level
    least, settings = fewest(endpoint), context.analysis
    naive = kaplan_meier(endpoint, times=context.times, conf_type=settings.conf_type, level=level)
    until = f"up to {days_text(thin)}, as long as {least} patients are at risk,"
    return Finding(
        id="P20",
        title=f"Immature curve: {endpoint.label.lower()}",
        severity="warn",
        numbers=(
            ("patients", str(len(np.unique(endpoint.cluster)))),
            ("events", str(endpoint.n_events)),
            (f"at least {least} at risk until", days_text(thin) if thin else "never"),
            ("last observation", days_text(int(endpoint.exit.max()))),
        ),
        sentence=f"For {endpoint.label.lower()}, {'; '.join(reasons)}.",
        consequence="The end of the curve, and what is read from it, can move a lot with the next one or two events.",
        remedy="The curve is dotted where fewer than ten are at risk, and a median that is not reached is called so. "
        + (
            f"The restricted mean {until} uses only the part that data support."
            if thin
            else "No part of it is supported."
        ),
        naive=naive,
        corrected=rmst(endpoint, tau=thin, level=level) if thin else Estimates(),
        reference="Pocock 2002",
    )
