"""Words the chapters share: the style of the run, people, and how an endpoint is spoken of."""

from __future__ import annotations

from typing import cast, get_args

from glisson.assessment import Assessment, Breakdown, EndpointResult, Spoken
from glisson.present.tabulate.common import find, group_name, unit_of
from glisson.present.words import StyleName, Words, lower_first, plural
from glisson.tables import Estimate, Estimates, Group

#: What one event of an endpoint is called.
_EVENT = {
    "os": "death",
    "pfs": "progression or death",
    "liver_pfs": "liver progression or death",
    "ttp": "progression",
    "thp": "liver progression",
    "ttehp": "extrahepatic progression",
    "ltp": "local progression",
    "ttnt": "next treatment or death",
    "dor": "progression or death",
}
_EVENTS = {"os": "deaths", "ttp": "progressions", "thp": "liver progressions"}


def words_of(assessment: Spoken) -> Words:
    """Return the style the run asked for; AMA where it asked for none."""
    name = next((s.value for s in assessment.settings if s.name == "report.style"), "ama")
    return Words.of(cast("StyleName", name) if name in get_args(StyleName) else "ama")


def event_count(endpoint: EndpointResult, events: int) -> str:
    """Return ``17 deaths``, ``1 death``, ``12 events``.

    A compound event ("progression or death") is counted as events.
    """
    name = _EVENT.get(endpoint.code, "event")
    if " or " in name:
        return plural(events, "event")
    return plural(events, name, _EVENTS.get(endpoint.code, ""))


def among(estimates: Estimates, endpoint: EndpointResult, group: Group) -> str:
    """Return ``17 deaths among 24 patients``."""
    e = find(estimates, "median", group=group) or next(iter(estimates.select(group=group)), None)
    if e is None or e.events is None or e.n is None:
        return ""
    return f"{event_count(endpoint, e.events)} among {plural(e.n, unit_of(endpoint))}"


def median_phrase(endpoint: EndpointResult, e: Estimate, words: Words, estimates: Estimates) -> str:
    """Return ``9.0 months (95% CI, 5.1 to 14.2; 17 deaths among 24 patients)``."""
    behind = among(estimates, endpoint, e.group)
    text = words.phrase(e)
    if not behind:
        return text
    return f"{text[:-1]}; {behind})" if text.endswith(")") and words.bounds(e) else f"{text} ({behind})"


def median_sentence(assessment: Assessment, endpoint: EndpointResult, part: Breakdown, group: Group) -> str:
    """Return ``median overall survival was 9.0 months (95% CI, 5.1 to 14.2; 17 deaths among 24 patients)``."""
    words = words_of(assessment)
    e = find(part.estimates, "median", group=group)
    if e is None:
        return ""
    return f"median {lower_first(endpoint.label)} was {median_phrase(endpoint, e, words, part.estimates)}"


def by_method(endpoint: EndpointResult) -> Breakdown | None:
    """Return the breakdown by treatment method among everybody, if there is one."""
    return next((b for b in endpoint.breakdowns if b.by == ("method",) and not b.within), None)


def spoken_group(assessment: Assessment, group: Group) -> str:
    """Return a group's name for the middle of a sentence."""
    return lower_first(group_name(assessment, group))


def origin_of(endpoint: EndpointResult) -> str:
    """Return what time is counted from, e.g. ``first liver-directed therapy``."""
    for name, text in endpoint.rules:
        if "origin" in name.lower():
            return lower_first(text.split(";")[0].split("(")[0].strip().rstrip("."))
    return "time origin"
