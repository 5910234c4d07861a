"""ADSL: one row a patient."""

from __future__ import annotations

import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, variables, with_imputed, yes_or_no
from glisson.adam.source import CORE, Source
from glisson.clinical.choose import choose
from glisson.clinical.extract import sightings
from glisson.clinical.groups import patient_keys
from glisson.clinical.origins import CHOICES, units
from glisson.clinical.response import best_by_patient
from glisson.errors import InputError

_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("SUBJID", "Subject identifier", "char", "patient.patient_id, or its pseudonym"),
    ("TRTSDTF", "Imputation flag of TRTSDT", "char", "D: day, M: month and day imputed"),
    ("TRTMETH", "Code of TRT01A", "char", "session.method on the first day, grouped as the study says"),
    ("AGE", "Age at first session", "number", "patient.age_at_t0, else year of TRTSDT - patient.birth_year"),
    ("AGEU", "Unit of AGE", "char", "YEARS"),
    ("SEX", "Sex", "char", "patient.sex"),
    ("PRIMSITE", "Organ of the primary tumour", "char", "patient.primary_site"),
    ("HISTOL", "Histology", "char", "patient.histology"),
    ("ECOGBL", "ECOG performance status at baseline", "integer", "patient.ecog_t0"),
    ("EXHEPBL", "Disease outside the liver at baseline", "char", "patient.extrahepatic_t0; unknown where blank"),
    ("PRLINES", "Systemic lines before (0, 1, 2+)", "char",
     "patient.lines_systemic_before, else counted from systemic_therapy"),
    ("HEIGHTBL", "Height at baseline (cm)", "number", "patient.height_cm"),
    ("WEIGHTBL", "Weight at baseline (kg)", "number", "patient.weight_kg"),
    ("ITTFL", "Intention-to-treat population flag", "char", "Y: a session is recorded"),
    ("SAFFL", "Safety population flag", "char", "Y: a session is recorded"),
    ("EFFL", "Evaluable for response flag", "char", "Y: best overall response is not NE"),
    ("DTHFL", "Subject death flag", "char", "Y: died up to the cut-off"),
    ("DTHDT", "Date of death", "date", "patient.death_date, else of last contact of the dead"),
    ("DTHDTF", "Imputation flag of DTHDT", "char", "D: day, M: month and day imputed"),
    ("DTHCAUS", "Cause of death", "char", "patient.cause_of_death of those who died up to the cut-off"),
    ("LSTALVDT", "Date last known alive", "date",
     "last of patient.last_contact_date, followup.date, assessment.date, session.date"),
    ("EOSDT", "End of study date", "date", "DTHDT, else LSTALVDT"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE))


def adsl(source: Source) -> Dataset:
    """Return ADSL.

    Parameters
    ----------
    source
        What the datasets are made from.
    """
    cohort, records = source.cohort, source.records
    raw = cohort.table("patient") if records is None else records.patients
    treated = set(cohort.table("session")["patient_id"].to_list()) if cohort.has("session", "patient_id") else set()
    keys = {name: factor.values() for name, factor in patient_keys(cohort).items()}
    frame = source.subjects.with_columns(
        TRTMETH=pl.Series(keys["method"], dtype=pl.String),
        EXHEPBL=pl.Series(keys["extrahepatic"], dtype=pl.String),
        PRLINES=pl.Series(keys["line"], dtype=pl.String),
        ITTFL=yes_or_no(pl.col("patient_id").is_in(list(treated))),
        SAFFL=yes_or_no(pl.col("patient_id").is_in(list(treated))),
        EFFL=pl.Series(_evaluable(source), dtype=pl.String),
        AGEU=pl.lit("YEARS"),
    )
    plain = {"SEX": "sex", "PRIMSITE": "primary_site", "HISTOL": "histology", "ECOGBL": "ecog_t0",
             "HEIGHTBL": "height_cm", "WEIGHTBL": "weight_kg"}  # fmt: skip
    frame = frame.with_columns(raw[c].alias(v) for v, c in plain.items() if c in raw.columns)
    frame = frame.with_columns(
        _age(raw), TRTSDTF=_first_imputed(source), LSTALVDT=_alive(source),
        DTHCAUS=raw["cause_of_death"] if "cause_of_death" in raw.columns else None,
    )  # fmt: skip
    died = raw["death_date"] if "death_date" in raw.columns else pl.Series([None] * len(raw), dtype=pl.Date)
    flags = with_imputed(cohort.table("patient"), "death_date", "DTHDTF")["DTHDTF"]
    frame = frame.with_columns(DTHDT=died, DTHDTF=flags)
    dead = pl.col("DTHDT").is_not_null()
    if records is None and "vital_status" in raw.columns:
        dead |= (raw["vital_status"] == "dead").fill_null(value=False)
    frame = frame.with_columns(
        DTHFL=pl.when(dead).then(pl.lit("Y")),
        DTHDTF=pl.when(pl.col("DTHDT").is_not_null()).then(pl.col("DTHDTF")),
        DTHCAUS=pl.when(dead).then(pl.col("DTHCAUS")),
        EOSDT=pl.coalesce("DTHDT", "LSTALVDT"),
    )
    return dataset("adsl", "Subject-level analysis dataset, one row a patient", VARIABLES, frame)


def _age(raw: pl.DataFrame) -> pl.Series:
    """Return the age recorded, else the difference of the years."""
    blank = pl.Series([None] * len(raw), dtype=pl.Float64)
    age = raw["age_at_t0"] if "age_at_t0" in raw.columns else blank
    if "birth_year" in raw.columns and "t0" in raw.columns:
        years = (raw["t0"].dt.year() - raw["birth_year"]).cast(pl.Float64)
        age = pl.select(pl.coalesce(age, years)).to_series()
    return age.alias("AGE")


def _evaluable(source: Source) -> list[str | None]:
    try:
        best = best_by_patient(source.cohort)
    except InputError:
        return [None] * len(source.subjects)
    return ["N" if best[p] == "NE" else "Y" for p in source.subjects["patient_id"].to_list()]


def _first_imputed(source: Source) -> pl.Series:
    """Return what was imputed of the first session's date."""
    patients = source.subjects["patient_id"].to_list()
    if source.records is None:
        return pl.Series([None] * len(patients), dtype=pl.String)
    settled = source.records.tables["session"].sort("date", "source_row").unique("patient_id", keep="first")
    flags = with_imputed(source.cohort.table("session"), "date", "flag").select("source_row", "flag")
    found = dict(settled.join(flags, on="source_row", how="left").select("patient_id", "flag").iter_rows())
    return pl.Series([found.get(p) for p in patients], dtype=pl.String)


def _alive(source: Source) -> pl.Series:
    """Return the last day on which each patient is known to have lived, by the records that censor survival."""
    cohort, records = source.cohort, source.records
    patients = source.subjects["patient_id"].to_list()
    found: dict[str, object] = {}
    if records is not None:
        try:
            definition = choose(cohort, "os", "policy")
            if definition is not None:
                begun = units(records, definition, CHOICES[0], cohort.study.endpoints).frame
                rows = sightings(records, definition, begun.select("unit", "patient_id", "begin"))
                dead = records.patients.select(unit="patient_id", died="death_date")
                rows = rows.join(dead, on="unit", how="left")
                rows = rows.filter(pl.col("died").is_null() | (pl.col("date") <= pl.col("died")))
                found = dict(rows.group_by("unit").agg(pl.col("date").max()).iter_rows())
        except InputError:
            found = {}
        contact = dict(records.patients.select("patient_id", "last_contact_date").iter_rows())
    elif cohort.has("patient", "last_contact_date"):
        contact = dict(cohort.table("patient").select("patient_id", "last_contact_date").iter_rows())
    else:
        contact = {}
    return pl.Series([found.get(p) or contact.get(p) for p in patients], dtype=pl.Date)
