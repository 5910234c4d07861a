"""Integrity rules of why and when liver-directed therapy was stopped."""

from __future__ import annotations

import polars as pl

from glisson.clinical.endpoints import UNTREATABLE
from glisson.clinical.integrity_rules import Rule, Tables

_F, _S, _P = "followup", "session", "patient"
_DATE, _REASON = "ldt_stop_date", "ldt_stop_reason"


def _without_reason(tables: Tables) -> pl.DataFrame:
    rows = tables[_F].drop_nulls(_DATE)
    return rows.filter(pl.col(_REASON).is_null()) if _REASON in rows.columns else rows


def _without_date(tables: Tables) -> pl.DataFrame:
    rows = tables[_F].drop_nulls(_REASON)
    return rows.filter(pl.col(_DATE).is_null()) if _DATE in rows.columns else rows


def _after_death(tables: Tables) -> pl.DataFrame:
    deaths = tables[_P].unique("patient_id", keep="first").select("patient_id", "death_date_to")
    return tables[_F].join(deaths, on="patient_id", how="inner").filter(pl.col(_DATE) > pl.col("death_date_to"))


def _before_first(tables: Tables) -> pl.DataFrame:
    first = tables[_S].drop_nulls("date").group_by("patient_id").agg(first=pl.col("date").min())
    return tables[_F].join(first, on="patient_id", how="inner").filter(pl.col(f"{_DATE}_to") < pl.col("first"))


def _treated_again(tables: Tables) -> pl.DataFrame:
    """Sessions surely after therapy was stopped because it was no longer possible."""
    stopped = tables[_F].filter(pl.col(_REASON).is_in(UNTREATABLE)).drop_nulls(_DATE)
    first = stopped.group_by("patient_id").agg(stop=pl.col(f"{_DATE}_to").min())
    return tables[_S].join(first, on="patient_id", how="inner").filter(pl.col("date") > pl.col("stop"))


#: Rules of the columns ``ldt_stop_date`` and ``ldt_stop_reason``.
STOP_RULES: tuple[Rule, ...] = (
    Rule(
        id="followup.stop_without_reason", severity="changes", table=_F, column=_DATE, needs=((_F, _DATE),),
        hits=_without_reason,
        found="liver-directed therapy was stopped, but the reason is not recorded",
        expected="a reason in ldt_stop_reason",
        todo="type the reason; until then this stop is no untreatable progression",
    ),
    Rule(
        id="followup.stop_without_date", severity="changes", table=_F, column=_REASON, needs=((_F, _REASON),),
        hits=_without_date,
        found="a reason for stopping liver-directed therapy, but no date",
        expected="a date in ldt_stop_date",
        todo="type the date; until then this stop is no untreatable progression",
    ),
    Rule(
        id="followup.stop_after_death", severity="changes", table=_F, column=_DATE,
        needs=((_F, _DATE), (_P, "death_date_to")),
        hits=_after_death,
        found="liver-directed therapy was stopped after the patient's death",
        expected="a date up to death",
        todo="correct one of the dates; until then death counts",
    ),
    Rule(
        id="followup.stop_before_first", severity="changes", table=_F, column=_DATE,
        needs=((_F, f"{_DATE}_to"), (_S, "date")),
        hits=_before_first,
        found="liver-directed therapy was stopped before the first session",
        expected="a date on or after the first session",
        todo="correct one of the dates; until then this stop does not count",
    ),
    Rule(
        id="session.after_stop", severity="changes", table=_S, column="date",
        needs=((_F, f"{_DATE}_to"), (_F, _REASON), (_S, "date")),
        hits=_treated_again,
        found="this session follows a stop for untreatable progression",
        expected="no liver-directed session after it",
        todo="correct the date or the reason of the stop; until then the stop counts as untreatable progression",
    ),
)  # fmt: skip
