"""The cohort's hazard alone and with what was borrowed from published arms."""

from __future__ import annotations

import math
from collections.abc import Sequence

from glisson.assessment import Spoken
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.tabulate.comparison import LINES
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Estimate

_MONTHS, _LONGEST = 12.0, 240


def borrowing(assessment: Spoken, found: Sequence[Borrowing], level: float, words: Words) -> TableModel | None:
    """Return one section an endpoint and line: alone, with the predictive prior, with power priors."""
    rows: list[Row] = []
    for one in found:
        if one.refused or not len(one.estimates):
            continue
        head = f"{one.label}, {LINES[one.line]}: {one.events} events in {words.number(one.years)} person-years"
        rows.append(section(f"{head}, up to {words.months(one.until)} months"))
        rows += _rows(one, words)
    if not rows:
        return None
    return TableModel(
        name="comparison-borrowing",
        title=caption(assessment, "Hazard of this cohort, alone and with published arms borrowed from"),
        columns=(
            text_column("What is used", 2.4),
            Column(heading=f"Events per person-year ({words.level(level)} credible interval)", width=1.9),
            Column(heading="The same as a median, months", width=1.6),
            Column(heading="Weight of what was borrowed", width=1.6),
        ),
        rows=tuple(rows),
        notes=(
            "Hazards are taken as constant. Robust predictive prior: what the published arms together predict for one "
            "more, with the spread between them (half-normal prior with scale 0.5), mixed with a vague part of weight "
            "0.2; its weight is that of the informative part before and after the data. Power prior: the published "
            "events count at that weight; as the data suggest: the weight has a uniform prior. Sources: "
            + "; ".join(dict.fromkeys(s for one in found for s in one.sources))
            + ".",
        ),
        wide=True,
    )


def _rows(one: Borrowing, words: Words) -> list[Row]:
    rows = one.estimates
    before, after = (find(rows, "informative_weight", detail=d) for d in ("before", "after"))
    size, power = find(rows, "prior_size"), find(rows, "power")
    shares = [words.percent(e.value if e else None, 50) for e in (before, after, power)]
    worth = f"Robust predictive prior of {len(one.sources)} published arm{'s' if len(one.sources) > 1 else ''}"
    if size is not None:
        worth += f", worth {words.number(size.value, 0)} events"
    out = [
        _row("This cohort alone (vague prior)", find(rows, "rate", detail="alone"), NOTHING_TO_PRINT, words),
        _row(worth, find(rows, "rate", detail="borrowed"), f"{shares[0]} before, {shares[1]} after", words),
    ]
    out += [
        _row("Power prior", row, words.percent(float(row.detail), 50), words)
        for row in rows.select("rate")
        if row.method == "power prior" and row.detail != "0"
    ]
    suggested = find(rows, "rate", detail="normalised")
    return [*out, _row("Power prior, weight as the data suggest", suggested, shares[2], words)]


def _row(name: str, e: Estimate | None, weight: str, words: Words) -> Row:
    if e is None or e.value is None or e.low is None or e.high is None:
        return Row(cells=(name, NOTHING_TO_PRINT, NOTHING_TO_PRINT, weight), indent=1)
    low, value, high = (words.number(v, 2) for v in (e.low, e.value, e.high))
    months = [_months(v, words) for v in (e.high, e.value, e.low)]
    return Row(
        cells=(
            name,
            f"{value} ({words.limits(low, high)})",
            f"{months[1]} ({words.limits(months[0], months[2])})",
            weight,
        ),
        indent=1,
    )


def _months(rate: float, words: Words) -> str:
    """Return the median that a constant rate makes; beyond twenty years nothing is known."""
    median = math.log(2) / rate * _MONTHS if rate > 0 else math.inf
    return f"more than {_LONGEST}" if median > _LONGEST else words.number(median)
