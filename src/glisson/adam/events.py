"""ADAE: one row an adverse event."""

from __future__ import annotations

import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, flag, study_day, variables, with_imputed
from glisson.adam.source import CORE, Source
from glisson.clinical.ctcae.terms import organ_class
from glisson.clinical.emergent import COUNTED, RELATED, events
from glisson.clinical.groups import method_names
from glisson.clinical.settled import with_row
from glisson.clinical.vocabulary import METHOD_LABEL

_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("AESEQ", "Sequence number", "integer", "row number within the subject"),
    ("AETERM", "Reported term", "char", "adverse_event.term"),
    ("AEDECOD", "CTCAE term", "char", "adverse_event.term; not coded in MedDRA"),
    ("AEBODSYS", "CTCAE organ class of AEDECOD", "char", "CTCAE"),
    ("AETOXGR", "Toxicity grade as recorded", "char", "adverse_event.grade"),
    ("ATOXGR", "Analysis toxicity grade", "char", "adverse_event.grade"),
    ("ATOXGRN", "Analysis toxicity grade (N)", "integer", "adverse_event.grade"),
    ("AETOXVER", "CTCAE version of the grade", "char", "adverse_event.ctcae_version"),
    ("ASTDT", "Analysis start date", "date", "adverse_event.onset_date"),
    ("ASTDTF", "Imputation flag of ASTDT", "char", "D: day, M: month and day imputed"),
    ("ASTDY", "Analysis start relative day", "integer", "ASTDT against TRTSDT, day 1 is TRTSDT"),
    ("AENDT", "Analysis end date", "date", "adverse_event.end_date"),
    ("AENDTF", "Imputation flag of AENDT", "char", "D: day, M: month and day imputed"),
    ("AENDY", "Analysis end relative day", "integer", "AENDT against TRTSDT, day 1 is TRTSDT"),
    ("AEREL", "Causality as recorded", "char", "adverse_event.related"),
    ("AREL", "Analysis causality", "char", "RELATED: possible, probable or definite; NOT RELATED: the others"),
    ("AESER", "Serious event", "char", "adverse_event.serious"),
    ("AEOUT", "Outcome", "char", "adverse_event.outcome"),
    ("AEPRID", "Session attributed to", "char", "adverse_event.session_id, else the latest session up to the onset"),
    ("TRTA", "Method of that session", "char", "session.method"),
    ("DAYSAFT", "Days from that session to onset", "integer", "ASTDT - date of that session"),
    ("TRTEMFL", "Treatment-emergent flag", "char", "Y: begun in the window of a session, worse than before"),
    ("ASTATUS", "What became of the event", "char", "counted, or why it is not"),
    ("ANL01FL", "Counted in tables", "char", "Y: counted"),
    ("AOCCIFL", "First worst occurrence of the subject", "char", "first of the worst grade among ANL01FL"),
    ("AOCCPIFL", "First worst occurrence of the term", "char", "the same within AEDECOD"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE))
#: Rows that emerged after treatment, whether or not a table counts them.
_EMERGENT = (COUNTED, "components", "unrelated_death")


def adae(source: Source) -> Dataset:
    """Return ADAE: every recorded event with what became of it.

    Parameters
    ----------
    source
        What the datasets are made from; the cohort has an ``adverse_event`` table.
    """
    rows = _recorded(source).join(_judged(source), on="event", how="inner", maintain_order="left")
    rows = source.with_subject(rows)
    start = pl.col("TRTSDT")
    related = pl.when(pl.col("related").is_in(RELATED)).then(pl.lit("RELATED")).otherwise(pl.lit("NOT RELATED"))
    rows = rows.with_columns(
        AEBODSYS=pl.Series([organ_class(t) for t in rows["AEDECOD"].to_list()], dtype=pl.String),
        AETOXGR=pl.col("grade").cast(pl.String),
        ATOXGR=pl.col("grade").cast(pl.String),
        ATOXGRN="grade",
        ASTDY=study_day(pl.col("ASTDT"), start),
        AENDY=study_day(pl.col("AENDT"), start),
        AEREL="related",
        AREL=pl.when(pl.col("related").is_not_null()).then(related),
        AESER=pl.when(pl.col("serious")).then(pl.lit("Y")).when(~pl.col("serious")).then(pl.lit("N")),
        DAYSAFT=(pl.col("ASTDT") - pl.col("given")).dt.total_days(),
        TRTEMFL=flag(pl.col("ASTATUS").is_in(_EMERGENT)),
        ANL01FL=flag(pl.col("ASTATUS") == COUNTED),
    )
    rows = _first_worst(_first_worst(rows, "AOCCIFL", ["patient_id"]), "AOCCPIFL", ["patient_id", "AEDECOD"])
    return dataset("adae", "Adverse events, one row an event", VARIABLES, rows)


def _recorded(source: Source) -> pl.DataFrame:
    """Return the events with settled dates, ``event`` being the row number."""
    raw = with_row(source.cohort.table("adverse_event"))
    frame = with_imputed(with_imputed(raw, "onset_date", "ASTDTF"), "end_date", "AENDTF")
    known = raw if source.records is None else source.records.tables["adverse_event"]
    if len(known) != len(raw):  # a patient who stands twice has every event twice there
        known = known.unique("source_row", keep="first", maintain_order=True)
    plain = {"AETOXVER": "ctcae_version", "AEOUT": "outcome"}
    dates = {"ASTDT": "onset_date", "AENDT": "end_date"}
    return frame.select(
        "ASTDTF",
        "AENDTF",
        *(pl.col(c).alias(v) for v, c in plain.items() if c in frame.columns),
        *(known[c].alias(v) if c in known.columns else pl.lit(None, dtype=pl.Date).alias(v) for v, c in dates.items()),
        event=pl.int_range(pl.len(), dtype=pl.Int64),
        AESEQ=source.sequence("adverse_event", raw["source_row"]),
    )


def _judged(source: Source) -> pl.DataFrame:
    """Return what became of each event, and the session it is attributed to."""
    rows = events(source.cohort)
    session = with_row(source.cohort.table("session")) if source.cohort.has("session") else pl.DataFrame()
    named = method_names(session, source.cohort.study.analysis.method_grouping)
    known = pl.DataFrame(schema={"session": pl.Int64, "AEPRID": pl.String, "TRTA": pl.String, "given": pl.Date})
    if "session_id" in named.columns:
        dated = (
            {}
            if source.records is None
            else dict(source.records.tables["session"].select("source_row", "date").iter_rows())
        )
        known = named.select(
            session=pl.int_range(pl.len(), dtype=pl.Int64),
            AEPRID=source.link("session_id", named["session_id"]),
            TRTA=pl.col("method").replace_strict(METHOD_LABEL, default=pl.col("method")),
            given=pl.Series([dated.get(r) for r in named["source_row"].to_list()], dtype=pl.Date),
        )
    rows = rows.with_columns(pl.col("session").cast(pl.Int64)).join(known, on="session", how="left")
    return rows.select(
        "event", "patient_id", "grade", "related", "serious", "AEPRID", "TRTA", "given",
        AETERM="recorded", AEDECOD="term", ASTATUS="status",
    )  # fmt: skip


def _first_worst(rows: pl.DataFrame, name: str, by: list[str]) -> pl.DataFrame:
    """Mark the first of the worst events that count."""
    counted = rows.filter(pl.col("ANL01FL") == "Y").sort(
        pl.col("grade"), pl.col("ASTDT"), pl.col("event"), descending=[True, False, False], nulls_last=True
    )
    first = counted.unique(by, keep="first", maintain_order=True)["event"].to_list()
    return rows.with_columns(flag(pl.col("event").is_in(first)).alias(name))
