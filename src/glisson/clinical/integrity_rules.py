"""The integrity rules themselves: each a query whose rows are problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from glisson.clinical.problems import Severity
from glisson.clinical.schema import PATIENT

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One integrity rule.

    Parameters
    ----------
    id, severity
        Short id and what a hit means.
    table, column
        Which cell is named.
    needs
        (table, column) pairs without which the rule says nothing.
    hits
        From the tables to the offending rows: a frame with ``source_row`` and, where it exists, ``patient_id``; a
        column ``found`` may word the finding.
    found, expected, todo
        Words.
    """

    id: str
    severity: Severity
    table: str
    column: str
    needs: tuple[tuple[str, str], ...]
    hits: Callable[[Tables], pl.DataFrame]
    found: str
    expected: str
    todo: str


def where(table: str, condition: pl.Expr) -> Callable[[Tables], pl.DataFrame]:
    """Return the query of the rows that meet a condition."""
    return lambda tables: tables[table].filter(condition)


def _refers(table: str, key: str, to: str) -> Rule:
    """A reference names an existing row."""
    return Rule(
        id=f"{table}.{key}",
        severity="blocks",
        table=table,
        column=key,
        needs=((table, key), (to, key)),
        hits=lambda t: _strangers(t[table].drop_nulls(key), t[to], key, to),
        found="",
        expected=f"a {key} of the sheet {to}",
        todo=f"correct the id, or add the row to {to}",
    )


def _strangers(rows: pl.DataFrame, known: pl.DataFrame, key: str, to: str) -> pl.DataFrame:
    """Rows whose id is not known, worded with the known id that differs only in leading zeros or case."""
    plain = pl.col(key).str.to_lowercase().str.strip_chars_start("0")
    alike = known.select(plain=plain, alike=pl.col(key)).unique("plain", keep="first")
    lost = rows.join(known.select(key), on=key, how="anti").with_columns(plain=plain)
    return lost.join(alike, on="plain", how="left").with_columns(
        found=pl.format(f"the {key} {{}} is not in the sheet {to}", key)
        + pl.when(pl.col("alike").is_null()).then(pl.lit("")).otherwise(pl.format(", which has {}", "alike"))
    )


def _against_patient(tables: Tables, table: str, *columns: str) -> pl.DataFrame:
    """Join rows with columns of their patient, prefixed ``p_``."""
    patient = (
        tables["patient"]
        .unique("patient_id", keep="first")
        .select("patient_id", *(pl.col(c).alias(f"p_{c}") for c in columns))
    )
    return tables[table].join(patient, on="patient_id", how="inner")


def _after(table: str, day: str, limit: str) -> Callable[[Tables], pl.DataFrame]:
    """Rows whose day is surely after a date of their patient."""
    return lambda t: _against_patient(t, table, f"{limit}_to").filter(pl.col(day) > pl.col(f"p_{limit}_to"))


def _no_coverage(tables: Tables) -> pl.DataFrame:
    """Ablation sessions of which no lesion has a coverage."""
    covered = tables["session_lesion"].drop_nulls("coverage").select("session_id").unique()
    ablations = tables["session"].filter(pl.col("method").str.starts_with("ablation"))
    return ablations.join(covered, on="session_id", how="anti")


def _no_baseline(tables: Tables) -> pl.DataFrame:
    """Target lesions measured after treatment but never at a baseline scan."""
    scans = tables["assessment"].select("assessment_id", "patient_id", "date")
    targets = tables["measurement"].filter(pl.col("role") == "target").join(scans, on="assessment_id")
    first = tables["session"].group_by("patient_id").agg(first=pl.col("date").min())
    rows = targets.join(first, on="patient_id").with_columns(base=pl.col("date") <= pl.col("first"))
    never = rows.group_by("lesion_id").agg(
        pl.col("base").any(), pl.col("source_row").min(), pl.col("patient_id").first()
    )
    return never.filter(~pl.col("base"))


def _same_person(tables: Tables) -> pl.DataFrame:
    """Patients with equal sex, year of birth, last contact and death under different ids."""
    same = [c for c in ("sex", "birth_year", "last_contact_date", "death_date") if c in tables["patient"].columns]
    known = tables["patient"].drop_nulls([c for c in same if c != "death_date"])
    return known.filter(pl.struct(same).is_duplicated() & ~pl.struct(same).is_first_distinct())


def _late_baseline(tables: Tables) -> pl.DataFrame:
    """Patients whose last scan before treatment is more than 28 days old."""
    first = tables["session"].group_by("patient_id").agg(first=pl.col("date").min())
    before = tables["assessment"].join(first, on="patient_id").filter(pl.col("date") <= pl.col("first"))
    last = before.sort("date").group_by("patient_id", maintain_order=True).last()
    gap = (pl.col("first") - pl.col("date")).dt.total_days()
    return last.filter(gap > 28).with_columns(found=pl.format("the last scan before treatment is {} days old", gap))


_P, _S, _A = "patient", "session", "assessment"

#: All rules beyond unique keys and the range of dates.
RULES: tuple[Rule, ...] = (
    *(_refers(t, "patient_id", _P) for t in (_S, "lesion", _A, "lab", "adverse_event", "systemic_therapy", "followup")),
    _refers("session_lesion", "session_id", _S),
    _refers("session_lesion", "lesion_id", "lesion"),
    _refers("measurement", "assessment_id", _A),
    _refers("measurement", "lesion_id", "lesion"),
    _refers("adverse_event", "session_id", _S),
    Rule(
        id="patient.no_session",
        severity="blocks",
        table=_P,
        column="patient_id",
        needs=((_S, "patient_id"), (_S, "date"), (_P, "patient_id")),
        hits=lambda t: t[_P].join(t[_S].drop_nulls("date").select("patient_id"), on="patient_id", how="anti"),
        found="this patient has no dated session",
        expected="at least one session",
        todo="add the session, or leave the patient out",
    ),
    Rule(
        id="session.after_contact",
        severity="blocks",
        table=_S,
        column="date",
        needs=((_S, "date"), (_P, "last_contact_date")),
        hits=_after(_S, "date", "last_contact_date"),
        found="the session is after the last contact",
        expected="a session up to the last contact",
        todo="correct the session's date, or the last contact in the patient sheet",
    ),
    Rule(
        id="session.after_death",
        severity="blocks",
        table=_S,
        column="date",
        needs=((_S, "date"), (_P, "death_date")),
        hits=_after(_S, "date", "death_date"),
        found="the session is after the patient's death",
        expected="a session before death",
        todo="correct the session's date or the date of death",
    ),
    Rule(
        id="assessment.after_death",
        severity="blocks",
        table=_A,
        column="date",
        needs=((_A, "date"), (_P, "death_date")),
        hits=_after(_A, "date", "death_date"),
        found="the scan is after the patient's death",
        expected="a scan before death",
        todo="correct the scan's date or the date of death",
    ),
    Rule(
        id="adverse_event.after_death",
        severity="blocks",
        table="adverse_event",
        column="onset_date",
        needs=(("adverse_event", "onset_date"), (_P, "death_date")),
        hits=_after("adverse_event", "onset_date", "death_date"),
        found="the event began after the patient's death",
        expected="an onset before death",
        todo="correct one of the dates",
    ),
    Rule(
        id="patient.contact_after_death",
        severity="changes",
        table=_P,
        column="last_contact_date",
        needs=((_P, "death_date"), (_P, "last_contact_date")),
        hits=where(_P, pl.col("last_contact_date") > pl.col("death_date_to")),
        found="the last contact is after death",
        expected="the last contact up to death",
        todo="correct one of the dates",
    ),
    Rule(
        id="patient.dead_without_date",
        severity="blocks",
        table=_P,
        column="death_date",
        needs=((_P, "vital_status"), (_P, "death_date")),
        hits=where(_P, (pl.col("vital_status") == "dead") & pl.col("death_date").is_null()),
        found="dead, but without a date of death",
        expected="a date of death",
        todo="add it, or correct the vital status",
    ),
    Rule(
        id="patient.alive_with_death",
        severity="blocks",
        table=_P,
        column="vital_status",
        needs=((_P, "vital_status"), (_P, "death_date")),
        hits=where(_P, (pl.col("vital_status") == "alive") & pl.col("death_date").is_not_null()),
        found="alive, but with a date of death",
        expected="dead, or no date of death",
        todo="correct one of the two",
    ),
    Rule(
        id="patient.age_birth",
        severity="changes",
        table=_P,
        column="age_at_t0",
        needs=((_P, "age_at_t0"), (_P, "birth_year"), (_S, "date")),
        hits=lambda t: (
            t[_P]
            .join(t[_S].group_by("patient_id").agg(first=pl.col("date").min().dt.year()), on="patient_id")
            .filter(((pl.col("first") - pl.col("birth_year")) - pl.col("age_at_t0")).abs() > 1.5)
        ),
        found="age and year of birth disagree by more than a year",
        expected="the age at the first session",
        todo="correct one of the two",
    ),
    Rule(
        id="patient.same_person",
        severity="note",
        table=_P,
        column="patient_id",
        needs=((_P, "sex"), (_P, "birth_year"), (_P, "last_contact_date")),
        hits=_same_person,
        found="sex, year of birth and dates equal those of an earlier patient",
        expected="different persons",
        todo="check that it is not one person under two ids",
    ),
    Rule(
        id="patient.example",
        severity="changes",
        table=_P,
        column="patient_id",
        needs=((_P, "patient_id"),),
        hits=where(_P, pl.col("patient_id") == PATIENT.field("patient_id").example),
        found="the invented example patient of the template is still there and would be counted",
        expected="patients of your own",
        todo="delete the example's rows from every sheet",
    ),
    Rule(
        id="session.drug_dose",
        severity="note",
        table=_S,
        column="drug_mg",
        needs=((_S, "drug_mg"),),
        hits=where(_S, pl.col("drug_mg") > 150),
        found="more than 150 mg in one session",
        expected="up to 150 mg of doxorubicin",
        todo="check the dose",
    ),
    Rule(
        id="session.activity",
        severity="note",
        table=_S,
        column="activity_gbq",
        needs=((_S, "activity_gbq"), (_S, "method")),
        hits=where(_S, pl.col("method").str.starts_with("y90") & pl.col("activity_gbq").is_null()),
        found="a radioembolization without its activity",
        expected="the activity in GBq",
        todo="add it if it is known",
    ),
    Rule(
        id="session.coverage",
        severity="note",
        table=_S,
        column="session_id",
        needs=(("session_lesion", "coverage"), (_S, "method")),
        hits=_no_coverage,
        found="an ablation without the coverage of any lesion",
        expected="a row in session_lesion with the coverage",
        todo="add it if it is known",
    ),
    Rule(
        id="measurement.no_baseline",
        severity="changes",
        table="measurement",
        column="lesion_id",
        needs=(("measurement", "role"), (_A, "date"), (_S, "date")),
        hits=_no_baseline,
        found="a target lesion without a baseline measurement",
        expected="a measurement before the first session",
        todo="add it; response of this lesion cannot be derived without it",
    ),
    Rule(
        id="assessment.pd_nowhere",
        severity="changes",
        table=_A,
        column="overall_resp",
        needs=((_A, "overall_resp"), (_A, "liver_resp"), (_A, "extrahepatic_resp")),
        hits=where(
            _A,
            (pl.col("overall_resp") == "PD")
            & pl.col("liver_resp").is_not_null()
            & pl.col("extrahepatic_resp").is_not_null()
            & (pl.col("liver_resp") != "PD")
            & (pl.col("extrahepatic_resp") != "PD"),
        ),
        found="progression overall, but neither in the liver nor outside",
        expected="PD in the liver or outside",
        todo="say where the progression was",
    ),
    Rule(
        id="assessment.pd_not_overall",
        severity="changes",
        table=_A,
        column="overall_resp",
        needs=((_A, "overall_resp"), (_A, "liver_resp")),
        hits=where(
            _A, (pl.col("liver_resp") == "PD") & pl.col("overall_resp").is_not_null() & (pl.col("overall_resp") != "PD")
        ),
        found="progression in the liver, but not overall",
        expected="PD overall",
        todo="correct one of the two",
    ),
    Rule(
        id="assessment.late_baseline",
        severity="note",
        table=_A,
        column="date",
        needs=((_A, "date"), (_S, "date")),
        hits=_late_baseline,
        found="",
        expected="a baseline scan at most 28 days old (RECIST 1.1)",
        todo="nothing, if there is no later scan",
    ),
    Rule(
        id="lab.no_value",
        severity="note",
        table="lab",
        column="value",
        needs=(("lab", "value"),),
        hits=where("lab", pl.col("value").is_null()),
        found="a laboratory row without a value",
        expected="a number",
        todo="delete the row or add the value",
    ),
)
