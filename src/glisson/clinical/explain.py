"""What an endpoint says of itself: origin, events, censoring, rule set, cut-off, and what needed a rule."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from glisson.clinical.censoring import RULE_SET_TEXT, MissedScans, RuleSet
from glisson.clinical.endpoints import ORIGIN_TEXT, Definition, Record
from glisson.clinical.origins import Units
from glisson.clinical.partial_dates import PARTIAL_TEXT
from glisson.clinical.timeline import Timeline


def rules(
    records: Timeline,
    definition: Definition,
    at_risk: Units,
    decided: pl.DataFrame,
    rule_set: RuleSet,
    missed: MissedScans | None,
    *,
    clinical: bool,
) -> tuple[tuple[str, str], ...]:
    """Return what was declared and derived, as (name, text), in reading order."""
    lines = [("origin", _origin(at_risk))]
    extra = definition.clinical if clinical else ()
    lines.append(("event", _either((*definition.events, *extra))))
    if definition.competing:
        lines.append(("competing", _either(definition.competing)))
    lines.append(("censored at", _censored(definition, decided)))
    if definition.watched_by == "imaging":
        lines.append(("rule set", RULE_SET_TEXT[rule_set]))
    if records.criterion and _reads_responses(definition):
        lines.append(("criterion", records.criterion))
    if records.response and _reads_responses(definition):
        lines.append(("response", records.response))
    if missed is not None:
        lines.append(("two missed assessments", missed.text))
    lines.append(("cut-off", "none declared" if records.cutoff is None else records.cutoff.isoformat()))
    lines.append(("partial dates", _partial(records, decided)))
    if at_risk.left_out:
        lines.append(("left out", f"{len(at_risk.left_out)} without {ORIGIN_TEXT[at_risk.origin]}"))
    return tuple(lines)


def flags(
    records: Timeline,
    definition: Definition,
    at_risk: Units,
    decided: pl.DataFrame,
    notes: Sequence[tuple[str, str]],
) -> tuple[tuple[str, str], ...]:
    """Return notes on single units, as (unit, note).

    Parameters
    ----------
    decided
        Units with their decision.
    notes
        Notes made while the events were sought.
    """
    out = [*at_risk.left_out, *notes]
    zero = decided.filter((pl.col("cause") > 0) & (pl.col("date") == pl.col("start")))
    out += [(u, f"{what} on day 0") for u, what in zero.select("unit", "what").iter_rows()]
    late = decided.filter((pl.col("begin") > pl.col("start")) & (pl.col("date") == pl.col("begin")))
    out += [(u, "left on the day of entering observation; taken to have entered the day before") for u in late["unit"]]
    assumed = decided.filter(pl.col("partial") | pl.col("start_partial"))
    out += [(u, "partial date: the day that decides the time was assumed") for u in assumed["unit"]]
    for patients, text in _notes_on_patients(records, definition):
        concerned = decided.filter(pl.col("patient_id").is_in(list(patients)))
        out += [(u, text) for u in concerned["unit"]]
    return tuple(dict.fromkeys(out))


def _notes_on_patients(records: Timeline, definition: Definition) -> list[tuple[tuple[str, ...], str]]:
    out = [(records.undated_deaths, "recorded dead without a date of death: the date of last contact is used")]
    if _reads_responses(definition):
        text = "no scan before treatment is recorded, so the responses cannot be used"
        out.append((records.without_baseline, text))
    return out


def _reads_responses(definition: Definition) -> bool:
    return definition.watched_by == "imaging" and any(r.table == "assessment" for r in definition.censored)


def _origin(at_risk: Units) -> str:
    text = ORIGIN_TEXT[at_risk.origin]
    if at_risk.frame.filter(pl.col("begin") > pl.col("start")).is_empty():
        return text
    return f"{text}; observed from the first liver-directed therapy on (delayed entry)"


def _either(records: Sequence[Record]) -> str:
    return " or ".join(str(r) for r in records)


def _censored(definition: Definition, decided: pl.DataFrame) -> str:
    text = _last(definition.censored)
    if definition.unknown:
        instead = definition.unknown[0].what
        n = len(decided.filter((pl.col("cause") == 0) & pl.col("what").is_in([instead, "alive at the data cut-off"])))
        text += f"; where no imaging date is known, {_last(definition.unknown)}: {n} of {len(decided)} units"
    return text


def _last(records: Sequence[Record]) -> str:
    """Name the sources once, and the columns each is read from."""
    what = list(dict.fromkeys(r.what for r in records))
    columns = list(dict.fromkeys(str(r).removeprefix(r.what).strip(" ()") for r in records))
    return f"{' or '.join(what)} ({'; '.join(columns)})"


def _partial(records: Timeline, decided: pl.DataFrame) -> str:
    n = len(decided.filter(pl.col("partial") | pl.col("start_partial")))
    if not n:
        return "none decides a time"
    return f"{n} of {len(decided)} times rest on one, taken as the {PARTIAL_TEXT[records.partial]}"
