"""ADRS: the response of every scan, best overall response, progression."""

from __future__ import annotations

from datetime import date

import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, flag, study_day, variables
from glisson.adam.source import CORE, SOURCE, Source, source_variable
from glisson.clinical.response import best_by_patient, responses_on_treatment
from glisson.clinical.timeline import Timeline
from glisson.clinical.tumour.derived import RECORDED_IN
from glisson.clinical.vocabulary import RESPONSES
from glisson.errors import InputError

_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("PARAMCD", "Parameter code", "char", "OVRLRESP, LIVRESP, EXHRESP, TRGRESP, NTRGRESP; BOR, CBOR, PD"),
    ("PARAM", "Parameter", "char", "what PARAMCD stands for"),
    ("PARCAT1", "Parameter category", "char", "criterion and reader of the responses"),
    ("EVAL", "Reader", "char", "assessment.reader"),
    ("ADT", "Analysis date", "date", "assessment.date; of PD the first progression"),
    ("ADY", "Analysis relative day", "integer", "ADT against TRTSDT, day 1 is TRTSDT"),
    ("AVALC", "Analysis value, character", "char", "response; of PD Y or N"),
    ("AVAL", "Analysis value", "number", "1 CR, 2 PR, 3 SD, 4 NON-CR/NON-PD, 5 NON-PD, 6 PD, 7 NE; of PD 1 Y, 0 N"),
    ("ANL01FL", "Counts for best overall response", "char", "Y: up to progression and new therapy"),
    ("AVALSRC", "Source of the response", "char", "DERIVED from measurements, or RECORDED"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE, *SOURCE))
ORDER = {response: n for n, response in enumerate(RESPONSES, start=1)}
#: Responses of a scan: parameter, name, column of the assessments.
_SCAN = (
    ("OVRLRESP", "Overall response", "overall_resp"), ("LIVRESP", "Response in the liver", "liver_resp"),
    ("EXHRESP", "Response outside the liver", "extrahepatic_resp"),
    ("TRGRESP", "Response of target lesions", "target_resp"),
    ("NTRGRESP", "Response of non-target lesions", "nontarget_resp"),
)  # fmt: skip


def adrs(source: Source) -> Dataset | None:
    """Return ADRS; ``None`` where no response is recorded or derived.

    Parameters
    ----------
    source
        What the datasets are made from.
    """
    frames = [*_scans(source), *_best(source), *_progression(source)]
    frames = [f for f in frames if not f.is_empty()]
    if not frames:
        return None
    frame = source.with_subject(pl.concat(frames, how="diagonal"))
    names = ["OVRLRESP", "LIVRESP", "EXHRESP", "TRGRESP", "NTRGRESP", "BOR", "CBOR", "PD"]
    place = {p: i for i, p in enumerate(source.subjects["patient_id"].to_list())}
    coded = pl.col("AVALC").replace_strict(ORDER | {"Y": 1, "N": 0}, default=None, return_dtype=pl.Float64)
    frame = frame.with_columns(
        AVAL=coded,
        ADY=study_day(pl.col("ADT"), pl.col("TRTSDT")),
        PARCAT1=pl.lit(None if source.records is None else source.records.criterion or None, dtype=pl.String),
        order=pl.col("patient_id").replace_strict(place, return_dtype=pl.Int64),
        which=pl.col("PARAMCD").replace_strict({n: i for i, n in enumerate(names)}, return_dtype=pl.Int64),
    )
    frame = frame.sort("order", "which", "ADT", maintain_order=True)
    return dataset("adrs", "Response, one row a scan or patient and parameter", VARIABLES, frame)


def _scans(source: Source) -> list[pl.DataFrame]:
    """Return the responses of scans after treatment, up to the cut-off."""
    records = source.records
    if records is None or "assessment" not in records.tables:
        return []
    scans = records.tables["assessment"]
    if records.cutoff is not None:
        scans = scans.filter(pl.col("date") <= records.cutoff)
    sites = {column: site for site, column in RECORDED_IN.items()}
    out = []
    for code, name, column in _SCAN:
        if column not in scans.columns:
            continue
        rows = scans.drop_nulls(column)
        domain, variable = source_variable("assessment", column)
        source_of = pl.col("response_source").str.to_uppercase() if column in sites else pl.lit("RECORDED")
        rows = rows.select(
            "patient_id", PARAMCD=pl.lit(code), PARAM=pl.lit(name), ADT="date", AVALC=column, AVALSRC=source_of,
            EVAL=pl.col("reader") if "reader" in rows.columns else pl.lit(None, dtype=pl.String),
            SRCDOM=pl.lit(domain), SRCVAR=pl.lit(variable), SRCSEQ=source.sequence("assessment", rows["source_row"]),
        )  # fmt: skip
        out.append(_counting(source, records, rows, sites[column]) if column in sites else rows)
    return out


def _counting(source: Source, records: Timeline, rows: pl.DataFrame, site: str) -> pl.DataFrame:
    """Mark the responses from which the best one is taken: the worst reading of each day, while it counts."""
    counts = responses_on_treatment(records, source.cohort.study.endpoints, site=site)
    counts = counts.select("patient_id", ADT="date", AVALC="response", counts=pl.lit(value=True))
    rows = rows.join(counts, on=["patient_id", "ADT", "AVALC"], how="left", maintain_order="left")
    first = pl.struct("patient_id", "ADT", "AVALC").is_first_distinct()
    return rows.with_columns(ANL01FL=flag(pl.col("counts") & first)).drop("counts")


def _best(source: Source) -> list[pl.DataFrame]:
    """Return best overall response, unconfirmed and confirmed, of every patient."""
    out = []
    for code, name, confirmed in (("BOR", "Best overall response", False), ("CBOR", "Confirmed best response", True)):
        try:
            found = best_by_patient(source.cohort, confirmed=confirmed)
        except InputError:
            continue
        frame = pl.DataFrame({"patient_id": list(found), "AVALC": list(found.values())}, schema_overrides={
            "patient_id": pl.String, "AVALC": pl.String})  # fmt: skip
        out.append(frame.with_columns(PARAMCD=pl.lit(code), PARAM=pl.lit(name), ANL01FL=pl.lit("Y")))
    return out


def _progression(source: Source) -> list[pl.DataFrame]:
    """Return whether and when each patient first progressed, anywhere, by imaging."""
    records = source.records
    if records is None or "assessment" not in records.tables:
        return []
    rows = responses_on_treatment(records, source.cohort.study.endpoints, until_new_therapy=False)
    first: dict[str, date] = dict(
        rows.filter(pl.col("response") == "PD").group_by("patient_id").agg(pl.col("date").min()).iter_rows()
    )
    patients = source.subjects["patient_id"].to_list()
    return [
        pl.DataFrame(
            {
                "patient_id": patients,
                "ADT": [first.get(p) for p in patients],
                "AVALC": ["Y" if p in first else "N" for p in patients],
            },
            schema={"patient_id": pl.String, "ADT": pl.Date, "AVALC": pl.String},
        ).with_columns(PARAMCD=pl.lit("PD"), PARAM=pl.lit("Progression by imaging"), ANL01FL=pl.lit("Y"))
    ]
