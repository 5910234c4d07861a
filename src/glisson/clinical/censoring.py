"""When observation ends: the two censoring rule sets, one for treatment policy and one after FDA's Table A.

``policy`` takes events as they come and ends observation without one at the last adequate assessment; new therapies and
missed scans do not matter (a treatment-policy strategy). ``fda_a`` ends observation before a new anticancer therapy and
before an event that follows two or more missed scans (a hypothetical strategy).

Source: FDA guidance for industry, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007,
appendix 3, table A; EMA guideline on the evaluation of anticancer medicinal products in man, 2012, appendix 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from glisson.clinical.endpoints import Definition
from glisson.clinical.extract import latest
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.timeline import Timeline

#: Imaging interval where none is planned and no two scans tell it.
DEFAULT_INTERVAL_DAYS = 90

RuleSet = Literal["policy", "fda_a"]

RULE_SET_TEXT: dict[RuleSet, str] = {
    "policy": "policy (new anticancer therapy and missed assessments do not end observation)",
    "fda_a": "fda_a (observation ends at the last adequate assessment before a new anticancer therapy, and before an "
    "event after two or more missed assessments)",
}
_NEW_THERAPY = "last adequate assessment on or before new anticancer therapy"
_MISSED = "last adequate assessment before two or more missed ones"
_NONE = "no adequate assessment after the start"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedScans:
    """How many days without a scan mean that two were missed, and where that comes from."""

    days: int
    text: str


def missed_scans(records: Timeline, settings: EndpointSettings) -> MissedScans:
    """Return T2 = 2 x imaging interval + window.

    Without a planned interval the median gap between consecutive scans of the cohort is taken, the first session being
    the first of them.

    Examples
    --------
    With an interval of 90 and a window of 14 days, T2 is 194 days.
    """
    window = settings.imaging_window_days
    if settings.imaging_interval_days is not None:
        interval, source = settings.imaging_interval_days, "planned interval"
    else:
        gap = _median_gap(records)
        interval = DEFAULT_INTERVAL_DAYS if gap is None else gap
        source = "interval by default, as no scans tell it" if gap is None else "interval derived: the median gap"
    days = 2 * interval + window
    return MissedScans(days=days, text=f"more than {days} days without a scan = 2 x {interval} + {window} ({source})")


def _median_gap(records: Timeline) -> int | None:
    starts = records.patients.select("patient_id", date="t0").drop_nulls()
    scans = pl.concat([starts, records.tables["assessment"].select("patient_id", "date")]).unique()
    gaps = scans.sort("patient_id", "date").select(gap=pl.col("date").diff().over("patient_id").dt.total_days())["gap"]
    middle = gaps.drop_nulls().median()
    return None if middle is None else int(float(str(middle)) + 0.5)


def end_of_observation(
    units: pl.DataFrame,
    events: pl.DataFrame,
    seen: pl.DataFrame,
    definition: Definition,
    rule_set: RuleSet,
    missed: MissedScans | None = None,
) -> pl.DataFrame:
    """Decide for each unit when it left observation, why, and by which record.

    Parameters
    ----------
    units
        ``unit``, ``begin`` and, for ``fda_a``, ``new_therapy`` (date or nothing).
    events
        First event of each unit that has one.
    seen
        Every row that shows a unit without event.
    rule_set
        ``"policy"`` or ``"fda_a"``; the latter changes only endpoints known from imaging.
    missed
        Threshold of the ``fda_a`` rule set.

    Returns
    -------
    DataFrame
        ``units`` with ``date``, ``cause`` (0 censored), ``what``, ``table``, ``row``, ``partial``; the order is kept.
    """
    decided = _beside(units, events, "event")
    decided = _beside(decided, latest(seen, units), "seen")
    choice = pl.when(pl.col("event_date").is_not_null()).then(pl.lit("event")).otherwise(pl.lit("seen"))
    if rule_set == "fda_a" and definition.watched_by == "imaging":
        assert missed is not None
        decided, choice = _fda_a(decided, seen, definition, missed, choice)
    decided = decided.with_columns(choice=choice)
    return _chosen(decided, units.columns)


def _fda_a(
    decided: pl.DataFrame, seen: pl.DataFrame, definition: Definition, missed: MissedScans, choice: pl.Expr
) -> tuple[pl.DataFrame, pl.Expr]:
    """Set beside each unit the last scans before a new therapy and before its event, and say which of them counts."""
    scans = {r.table for r in definition.censored}
    # A scan that shows the event is not an adequate scan without it; a scan on the day of death is.
    shown = pl.col("event_table").is_in(scans)
    before = pl.col("event_date") - pl.when(shown).then(pl.duration(days=1)).otherwise(pl.duration(days=0))
    decided = _beside(decided, latest(seen, decided, pl.col("new_therapy")), "treated")
    decided = _beside(decided, latest(seen, decided, before), "before")
    event, therapy = pl.col("event_date"), pl.col("new_therapy")
    censored = therapy.is_not_null() & (event.is_null() | (event > therapy))
    gap = (event - pl.coalesce("before_date", "begin")).dt.total_days()
    rule = pl.when(censored).then(pl.lit("treated")).when(gap > missed.days).then(pl.lit("before")).otherwise(choice)
    return decided, rule


def _beside(units: pl.DataFrame, rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    named = rows.select("unit", pl.exclude("unit").name.prefix(f"{prefix}_"))
    return units.join(named, on="unit", how="left", maintain_order="left")


def _chosen(decided: pl.DataFrame, keep: list[str]) -> pl.DataFrame:
    """Take date, cause and record from the chosen group of columns; who has none left on the first day."""
    groups = [g for g in ("event", "seen", "treated", "before") if f"{g}_date" in decided.columns]

    def pick(column: str) -> pl.Expr:
        return pl.coalesce(*(pl.when(pl.col("choice") == g).then(pl.col(f"{g}_{column}")) for g in groups))

    what = (
        pl.when(pl.col("choice") == "treated").then(pl.lit(_NEW_THERAPY))
        .when(pl.col("choice") == "before").then(pl.lit(_MISSED))
        .otherwise(pick("what"))
    )  # fmt: skip
    known = pick("date").is_not_null()
    return decided.select(
        *keep,
        date=pick("date").fill_null(pl.col("begin")),
        cause=pl.when(pl.col("choice") == "event").then(pl.col("event_cause")).otherwise(0),
        what=pl.when(known).then(what).otherwise(pl.lit(_NONE)),
        table=pick("table"),
        row=pick("row"),
        partial=pick("partial").fill_null(value=False),
    )
