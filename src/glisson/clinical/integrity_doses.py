"""Integrity rules of doxorubicin given before liver-directed therapy."""

from __future__ import annotations

import polars as pl

from glisson.clinical.doses import DOXORUBICIN
from glisson.clinical.integrity_rules import Rule, Tables, where

_P, _T, _S = "patient", "systemic_therapy", "session"
_DOSE = "dox_sys_mg_m2"


def _none_beside_a_regimen(tables: Tables) -> pl.DataFrame:
    """Patients with a dose of 0, and a regimen with doxorubicin that surely began up to the first session."""
    first = tables[_S].drop_nulls("date").group_by("patient_id").agg(first=pl.col("date").min())
    named = pl.col("regimen").str.to_lowercase().str.contains(DOXORUBICIN)
    rows = tables[_T].filter(named).join(first, on="patient_id", how="inner")
    had = rows.filter(pl.col("start_date_to") <= pl.col("first")).select("patient_id").unique()
    return tables[_P].filter(pl.col(_DOSE) == 0).join(had, on="patient_id", how="semi")


#: Rules of the column ``dox_sys_mg_m2``.
DOSE_RULES: tuple[Rule, ...] = (
    Rule(
        id="patient.doxorubicin_none", severity="changes", table=_P, column=_DOSE,
        needs=((_P, _DOSE), (_T, "regimen"), (_T, "start_date_to"), (_S, "date")),
        hits=_none_beside_a_regimen,
        found="no systemic doxorubicin, but a regimen with doxorubicin began before the first session",
        expected="the cumulative dose of the regimens before the first session",
        todo="type the dose, or correct the regimen; until then the dose counts as not known",
    ),
    Rule(
        id="patient.doxorubicin_denied", severity="changes", table=_P, column=_DOSE,
        needs=((_P, _DOSE), (_P, "anthracycline_prior")),
        hits=where(_P, (pl.col(_DOSE) > 0) & ~pl.col("anthracycline_prior")),
        found="a dose of systemic doxorubicin, but no anthracycline before the first session",
        expected="0, or anthracycline_prior yes",
        todo="correct one of the two; until then the dose counts",
    ),
)  # fmt: skip
