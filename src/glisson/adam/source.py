"""What every dataset is made from: the records on one calendar, who is who, and which record is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from glisson.adam.dataset import Kind
from glisson.adam.ids import Choice, Ids
from glisson.clinical.cdisc.domains import DOMAINS, OUTCOME, domain_of
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.vocabulary import METHOD_LABEL

#: Variables with which every analysis dataset begins.
CORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("STUDYID", "Study identifier", "char", "given"),
    ("USUBJID", "Unique subject identifier", "char", "STUDYID and patient.patient_id"),
    ("SITEID", "Study site identifier", "char", "patient.site_id"),
    ("TRTSDT", "Date of first liver-directed session", "date", "first session.date"),
    ("TRT01A", "Method of first session", "char", "session.method on the first day"),
)
#: Which row of which table, in the domains.
SOURCE: tuple[tuple[str, str, Kind, str], ...] = (
    ("SRCDOM", "Source domain", "char", "domain of the deciding record"),
    ("SRCVAR", "Source variable", "char", "variable of the deciding record"),
    ("SRCSEQ", "Source sequence number", "integer", "--SEQ of the deciding record"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """What the datasets of a cohort are made from.

    Parameters
    ----------
    cohort
        Its records.
    records
        They on one calendar; nothing where no session has a date.
    ids
        What ids are called.
    study
        STUDYID.
    one_more
        Days added to durations: 0, or 1 as most ADaM datasets count.
    subjects
        One row a patient in their order: ``patient_id``, the variables of ``CORE`` and ``SUBJID``.
    places
        Sequence number of a record within its subject, by table and row of the input.
    """

    cohort: Cohort
    records: Timeline | None
    ids: Ids
    study: str
    one_more: int
    subjects: pl.DataFrame
    places: Mapping[tuple[str, object], int]

    def with_subject(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the variables of ``CORE`` to rows with a ``patient_id``; rows of unknown patients are left out."""
        columns = ["patient_id", "SUBJID", *(name for name, *_ in CORE)]
        return frame.join(self.subjects.select(columns), on="patient_id", how="inner", maintain_order="left")

    def link(self, column: str, values: pl.Series) -> pl.Series:
        """Return what the ids of a column are called."""
        return pl.Series([self.ids.link(column, v) for v in values.to_list()], dtype=pl.String)

    def sequence(self, table: str, rows: pl.Series) -> pl.Series:
        """Return the sequence numbers of rows of a table."""
        return pl.Series([self.places.get((table, r)) for r in rows.to_list()], dtype=pl.Int64)


def source_of(cohort: Cohort, *, study: str, ids: Choice, one_more: int) -> Source:
    """Gather what the datasets are made from."""
    names = Ids.of(cohort, ids)
    records = timeline(cohort) if cohort.has("session", "date") else None
    return Source(
        cohort=cohort,
        records=records,
        ids=names,
        study=study,
        one_more=one_more,
        subjects=_subjects(cohort, records, names, study),
        places=_places(cohort),
    )


def owned(cohort: Cohort, table: str) -> pl.DataFrame:
    """Return a table with ``owner``, the patient of each row, and ``seq``, its number within the patient."""
    frame = cohort.table(table)
    if "patient_id" in frame.columns:
        frame = frame.with_columns(owner="patient_id")
    else:
        of, key = ("session", "session_id") if table == "session_lesion" else ("assessment", "assessment_id")
        frame = frame.join(_keys(cohort, of, key), on=key, how="left", maintain_order="left")
    return frame.with_columns(seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("owner"))


def _keys(cohort: Cohort, table: str, key: str) -> pl.DataFrame:
    """Return the patient of each id."""
    if not cohort.has(table, key, "patient_id"):
        return pl.DataFrame(schema={key: pl.String, "owner": pl.String})
    rows = cohort.table(table).select(key, owner="patient_id")
    return rows.unique(key, keep="first", maintain_order=True)


def _places(cohort: Cohort) -> dict[tuple[str, object], int]:
    out: dict[tuple[str, object], int] = {}
    for domain in DOMAINS:
        if domain.table not in cohort.tables:
            continue
        frame = owned(cohort, domain.table)
        key = "cell" if domain.table == OUTCOME.name else "source_row"
        if key in frame.columns:
            out |= {(domain.table, k): n for k, n in frame.select(key, "seq").iter_rows() if k is not None}
    return out


def _subjects(cohort: Cohort, records: Timeline | None, ids: Ids, study: str) -> pl.DataFrame:
    patient = cohort.table("patient")
    names = [ids.subject(p) for p in patient["patient_id"].to_list()]
    site = patient["site_id"] if "site_id" in patient.columns else pl.Series([None] * len(patient), dtype=pl.String)
    frame = patient.select("patient_id").with_columns(
        STUDYID=pl.lit(study),
        SUBJID=pl.Series(names, dtype=pl.String),
        USUBJID=pl.Series([f"{study}-{n}" for n in names], dtype=pl.String),
        SITEID=site,
        TRT01A=pl.Series([METHOD_LABEL.get(m, m) for m in patient_keys(cohort)["method"].values()], dtype=pl.String),
    )
    if records is None:
        return frame.with_columns(TRTSDT=pl.lit(None, dtype=pl.Date))
    start = records.patients.select("patient_id", TRTSDT="t0").unique("patient_id", keep="first")
    return frame.join(start, on="patient_id", how="left", maintain_order="left")


def source_variable(table: str, column: str) -> tuple[str, str | None]:
    """Return domain and variable of a column of the data model."""
    domain = domain_of(table)
    return domain.code, domain.variables.get(column)
