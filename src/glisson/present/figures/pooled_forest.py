"""What a forest plot of a meta-analysis shows: each series with its source, and the pooled value, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glisson.evidence.pooling import Pooling
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words
from glisson.tables import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """One series.

    Parameters
    ----------
    label, counts, text, share
        What is written: its name, events / n or n, the estimate with its limits, its share of the weight.
    value, low, high
        On the axis.
    weight
        Share of the weight, for the size of the mark; nothing in models that give none.
    link
        Where the number was read.
    """

    label: str
    counts: str
    text: str
    share: str
    value: float
    low: float
    high: float
    weight: float | None
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRow:
    """A pooled value as a diamond, or a prediction as a line; without a value only words."""

    label: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    diamond: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledForestFigure:
    """Series, pooled values, and the axis below them.

    Parameters
    ----------
    series, pooled
        Rows from top to bottom.
    heading, counts_heading, text_heading
        What stands below the axis, and above the columns.
    end, ticks, tick_labels
        The axis from 0.
    foot
        How far series differ, below everything.
    """

    series: tuple[SeriesRow, ...]
    pooled: tuple[PooledRow, ...]
    heading: str
    counts_heading: str
    text_heading: str
    end: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    foot: str

    @property
    def weighted(self) -> bool:
        """Whether series have shares of a weight."""
        return any(s.share for s in self.series)


def pooled_forest(pooling: Pooling, words: Words) -> PooledForestFigure | None:
    """Return the forest plot of one pooling; nothing where nothing is pooled.

    Parameters
    ----------
    pooling
        One outcome after one treatment.
    words
        How numbers are written.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.pooling import pooled
    >>> from glisson.evidence.outcomes import OUTCOMES, TREATMENTS, POPULATIONS
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[2:3], populations=POPULATIONS[:1])
    >>> [row.text for row in pooled_forest(found.one("orr", "y90"), Words.of("ama")).series]
    ['36% (21% to 53%)']
    """
    if not pooling.used:
        return None
    months = pooling.outcome.kind == "median"
    scale = 1 / DAYS_PER_MONTH if months else 1.0
    rows = pooling.estimates
    series = []
    for used in pooling.used:
        e = rows.one("study", detail=used.label)
        weight = next((w.value for w in rows.select("weight", detail=used.label)), None)
        counts = f"{e.events} / {e.n}" if e.events is not None else str(used.n) if used.n else NOTHING_TO_PRINT
        series.append(
            SeriesRow(label=used.label, counts=counts, text=words.cell(e), value=_number(e.value) * scale,
                      low=_number(e.low) * scale, high=_number(e.high) * scale, weight=weight,
                      share="" if weight is None else words.percent(weight, None), link=used.number.source_url)
        )  # fmt: skip
    names = (("pooled", "Random effects"), ("common", "Common effect"), ("prediction", "Prediction interval"))
    below = tuple(_pooled_row(label, rows.one(s), words, scale, diamond=s != "prediction") for s, label in names)
    end, ticks = _axis([s.high for s in series], [p.high for p in below if p.high is not None], months=months)
    return PooledForestFigure(
        series=tuple(series), pooled=below[: 1 if pooling.k == 1 else 3], end=end, ticks=ticks,
        heading=f"{pooling.outcome.label}, {'months' if months else '%'}",
        counts_heading="Events / n" if pooling.outcome.kind == "proportion" else "n",
        text_heading=f"Estimate ({words.level(rows.one('common').level)} CI)",
        tick_labels=tuple(words.number(t if months else t * 100, 0) for t in ticks),
        foot=spread_in_words(pooling, words),
    )  # fmt: skip


def spread_in_words(pooling: Pooling, words: Words) -> str:
    """Return I², τ² and the test of heterogeneity in a line."""
    rows = pooling.estimates
    i2, tau2, p = (rows.one(s) for s in ("i2", "tau2", "p"))
    if pooling.k < 2 or i2.value is None or tau2.value is None:
        return "One series: nothing to compare." if pooling.k == 1 else f"Heterogeneity {i2.reason}."
    bounds = words.bounds(i2)
    limits = f" ({words.limits(*bounds)})" if bounds else ""
    return f"I² {words.percent(i2.value, None)}{limits}, τ² {words.number(tau2.value, 3)}, {words.p(p.value)}"


def _pooled_row(label: str, e: Estimate, words: Words, scale: float, *, diamond: bool) -> PooledRow:
    value, low, high = (None if x is None else x * scale for x in (e.value, e.low, e.high))
    bounds = words.bounds(e)
    text = words.cell(e) if diamond or not bounds else words.limits(*bounds)
    return PooledRow(label=label, text=text, value=value, low=low, high=high, diamond=diamond)


def _axis(series: Sequence[float], below: Sequence[float], *, months: bool) -> tuple[float, tuple[float, ...]]:
    """Return the end of the axis and its ticks; a far limit is cut at twice the farthest limit of a series."""
    if not months:
        return 1.0, (0.0, 0.25, 0.5, 0.75, 1.0)
    longest = min(max([*series, *below]), 2 * max(series))
    step = next(s for s in (3, 6, 12, 24, 36, 60, 120, 240, 480) if longest / s <= 6)
    return longest * 1.03, tuple(float(t) for t in range(0, int(longest) + 1, step))


def _number(value: float | None) -> float:
    if value is None:
        raise ValueError("a series without an interval")
    return value
