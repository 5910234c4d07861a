"""Integrity rules of adverse events: terms that CTCAE does not know, grades that a term does not have, dates."""

from __future__ import annotations

import polars as pl

from glisson.clinical.complications import CLASSES, plain_class
from glisson.clinical.ctcae.terms import VERSIONS
from glisson.clinical.ctcae.words import AMBIGUOUS, SYNDROMES, other_version, same_term, suggestion, term_in
from glisson.clinical.integrity_rules import Rule, Tables, where

_AE = "adverse_event"


def _named(tables: Tables) -> pl.DataFrame:
    """Return the rows with a term, and beside each what its term means in its CTCAE version (5 where none is told)."""
    rows = tables[_AE].drop_nulls("term")
    told = pl.col("ctcae_version") if "ctcae_version" in rows.columns else pl.lit(None, dtype=pl.String)
    rows = rows.with_columns(told=told.fill_null(VERSIONS[0]))
    facts = [_fact(term, version) for term, version in rows.select("term", "told").unique().iter_rows()]
    schema = {"term": pl.String, "told": pl.String, "plain": pl.String, "known": pl.Boolean, "meant": pl.String,
              "lowest": pl.Int64, "highest": pl.Int64, "other": pl.String}  # fmt: skip
    beside = pl.DataFrame(facts, schema=schema, orient="row")
    return rows.join(beside, on=["term", "told"], how="left", maintain_order="left")


def _fact(text: str, told: str) -> tuple[str, str, str, bool, str | None, int | None, int | None, str]:
    """Return the term of a text in a version with its grades, which are known of versions 5 and 6 only."""
    known = any(term_in(text, v) for v in VERSIONS)
    version = next((v for v in VERSIONS if v == told), None)
    one = None if version is None else term_in(text, version)
    other = "" if version is None else other_version(text, version)
    if one is None:
        return text, told, same_term(text), known, None, None, None, other
    return text, told, same_term(text), known, one.name, one.lowest, one.highest, other


def _no_such_grade(tables: Tables) -> pl.DataFrame:
    grade, low, high = pl.col("grade"), pl.col("lowest"), pl.col("highest")
    wrong = _named(tables).filter((grade > 0) & ((grade < low) | (grade > high)))
    exist = pl.when(low == high).then(pl.format("only {}", low)).otherwise(pl.format("only {} to {}", low, high))
    return wrong.with_columns(
        found=pl.format("{} has no grade {} in CTCAE version {}, {}", "meant", "grade", "told", exist)
    )  # fmt: skip


def _other_version(tables: Tables) -> pl.DataFrame:
    """Terms of the other version, each once."""
    rows = _named(tables).filter(pl.col("other") != "")
    return rows.unique(["plain", "told"], keep="first", maintain_order=True).with_columns(found="other")


def _ambiguous(tables: Tables) -> pl.DataFrame:
    rows = _named(tables).filter(pl.col("plain").is_in(list(AMBIGUOUS)))
    said = pl.col("plain").replace_strict(AMBIGUOUS, default="", return_dtype=pl.String)
    return rows.with_columns(found=pl.format("'{}' is no CTCAE term and can mean: {}", "term", said))


def _syndrome(tables: Tables) -> pl.DataFrame:
    return _named(tables).filter(pl.col("plain").is_in(list(SYNDROMES)))


def _unknown(tables: Tables) -> pl.DataFrame:
    """Terms that are in no table, each once."""
    rows = _named(tables).filter(
        ~pl.col("known") & ~pl.col("plain").is_in([*AMBIGUOUS, *SYNDROMES]) & (pl.col("plain") != "")
    )
    first = rows.unique("plain", keep="first", maintain_order=True)
    found = []
    for term in first["term"].to_list():
        near = suggestion(term)
        close = f"; close to it: {near}" if near else ""
        found.append(f"'{term}' is not among the CTCAE terms known here{close}")
    return first.with_columns(pl.Series("found", found, dtype=pl.String))


def _no_such_class(column: str, *scales: str) -> Rule:
    """A recorded complication class that is on no edition of its scale."""
    known = [c.casefold() for s in scales for c in CLASSES[s]]

    def hits(tables: Tables) -> pl.DataFrame:
        plain = pl.col(column).map_elements(plain_class, return_dtype=pl.String)
        rows = tables[_AE].drop_nulls(column).filter(~plain.is_in(known))
        return rows.with_columns(found=pl.format("'{}' is no class of any edition", pl.col(column)))

    return Rule(
        id=f"adverse_event.{column}",
        severity="note",
        table=_AE,
        column=column,
        needs=((_AE, column),),
        hits=hits,
        found="",
        expected=f"one of {', '.join(dict.fromkeys(c for s in scales for c in CLASSES[s]))}",
        todo="correct the class, or leave the cell empty; the class derived from the facts is printed beside it",
    )


#: All rules of adverse events beyond references and deaths.
EVENT_RULES: tuple[Rule, ...] = (
    Rule(
        id="adverse_event.no_such_grade",
        severity="changes",
        table=_AE,
        column="grade",
        needs=((_AE, "term"), (_AE, "grade")),
        hits=_no_such_grade,
        found="",
        expected="a grade that exists for the term",
        todo="correct the grade or the term; until then it counts as recorded",
    ),
    Rule(
        id="adverse_event.other_version",
        severity="note",
        table=_AE,
        column="term",
        needs=((_AE, "term"), (_AE, "ctcae_version")),
        hits=_other_version,
        found="",
        expected="a term of the version that is recorded with it",
        todo="correct the term or the version; until then it counts as recorded",
    ),
    Rule(
        id="adverse_event.ambiguous_term",
        severity="note",
        table=_AE,
        column="term",
        needs=((_AE, "term"),),
        hits=_ambiguous,
        found="",
        expected="a CTCAE term",
        todo="write the term that is meant; until then it counts under its own name",
    ),
    Rule(
        id="adverse_event.syndrome",
        severity="note",
        table=_AE,
        column="term",
        needs=((_AE, "term"),),
        hits=_syndrome,
        found="a syndrome, which CTCAE does not grade as such",
        expected="its components (abdominal pain, fever, nausea, vomiting), each graded, with pes = yes",
        todo="record the components as well; where they are, this row counts only if it is worse than they are",
    ),
    Rule(
        id="adverse_event.unknown_term",
        severity="note",
        table=_AE,
        column="term",
        needs=((_AE, "term"),),
        hits=_unknown,
        found="",
        expected="a CTCAE term",
        todo="nothing, if it is one: it counts as recorded, and its grades are not checked",
    ),
    Rule(
        id="adverse_event.end_before_onset",
        severity="changes",
        table=_AE,
        column="end_date",
        needs=((_AE, "onset_date"), (_AE, "end_date")),
        hits=where(_AE, pl.col("end_date_to") < pl.col("onset_date")),
        found="the event ends before it begins",
        expected="an end on or after the onset",
        todo="correct one of the two dates",
    ),
    Rule(
        id="adverse_event.fatal_grade",
        severity="changes",
        table=_AE,
        column="outcome",
        needs=((_AE, "outcome"), (_AE, "grade")),
        hits=where(_AE, (pl.col("outcome") == "fatal") & (pl.col("grade") < 5)),
        found="a fatal outcome of an event that is not grade 5",
        expected="grade 5, or another outcome",
        todo="correct one of the two",
    ),
    _no_such_class("sir_grade", "sir", "sir_letter"),
    _no_such_class("cirse_grade", "cirse", "cirse_2026"),
)
