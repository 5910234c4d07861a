"""Integrity rules of lesions and measurements: may this lesion be a target, and does the row say how large it is?

Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247 (RECIST 1.1) is the source of every limit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from glisson.clinical.integrity_rules import Rule, Tables
from glisson.clinical.problems import Severity
from glisson.clinical.settings import ResponseSettings

_M, _L, _A = "measurement", "lesion", "assessment"
_COLUMNS = {
    "role": pl.String, "status": pl.String, "long_mm": pl.Float64, "short_mm": pl.Float64,
    "viable_long_mm": pl.Float64, "viable_area_mm2": pl.Float64, "progressed_since_treatment": pl.Boolean,
}  # fmt: skip
_LESION = {
    "organ": pl.String, "is_node": pl.Boolean, "treated_before": pl.Boolean, "first_seen_date": pl.Date,
    "part_of": pl.String, "patient_id": pl.String,
}  # fmt: skip
_SCAN = {"date": pl.Date, "is_baseline": pl.Boolean, "modality": pl.String, "patient_id": pl.String}
_NEEDS = ((_M, "lesion_id"), (_M, "assessment_id"), (_A, "patient_id"), (_A, "date"))
_TARGETS = (*_NEEDS, (_M, "role"))


def measured(tables: Tables) -> pl.DataFrame:
    """Return the measurements with their scan and lesion; columns that the input lacks are empty.

    Parameters
    ----------
    tables
        Typed tables, or tables with settled dates.

    Returns
    -------
    DataFrame
        Columns of the measurement sheet, ``patient_id``, ``date``, ``modality``, ``organ``, ``is_node``,
        ``treated_before``, ``first_seen_date``, ``owner`` (patient of the lesion) and ``base``, whether the scan is the
        last before treatment.
    """
    rows = _having(tables[_M], _COLUMNS).drop("patient_id", strict=False)
    scans = _having(tables[_A], _SCAN).unique("assessment_id", keep="first").select("assessment_id", *_SCAN)
    rows = rows.join(scans, on="assessment_id", how="inner")
    lesions = pl.DataFrame(schema={"lesion_id": pl.String, **_LESION})
    if _L in tables and "lesion_id" in tables[_L].columns:
        lesions = _having(tables[_L], _LESION).unique("lesion_id", keep="first").select("lesion_id", *_LESION)
    rows = rows.join(lesions.rename({"patient_id": "owner"}), on="lesion_id", how="left")
    rows = rows.with_columns(pl.col("is_node").fill_null(value=False))
    return rows.with_columns(base=_is_base(tables, rows))


def _having(frame: pl.DataFrame, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    lacking = [pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in frame.columns]
    return frame.with_columns(lacking)


def _is_base(tables: Tables, rows: pl.DataFrame) -> pl.Series:
    """Whether each row belongs to the last measured scan before treatment, or the one marked as such."""
    sessions = tables.get("session", pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date}))
    if not {"patient_id", "date"} <= set(sessions.columns):
        sessions = pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date})
    first = sessions.group_by("patient_id").agg(first=pl.col("date").min())
    rows = rows.join(first, on="patient_id", how="left", maintain_order="left")
    marked = pl.col("is_baseline").fill_null(value=False)
    before = pl.col("date") <= pl.col("first")
    day = pl.coalesce(
        pl.col("date").filter(marked).max().over("patient_id"), pl.col("date").filter(before).max().over("patient_id")
    )
    return rows.select((pl.col("date") == day).fill_null(value=False)).to_series()


def treated_targets(tables: Tables) -> pl.DataFrame:
    """Return baseline rows of targets that had been treated before, without progression in them since.

    Parameters
    ----------
    tables
        As in ``measured``.
    """
    rows = measured(tables).filter(pl.col("base") & (pl.col("role") == "target"))
    known = pl.col("treated_before").fill_null(value=False)
    if {"session_lesion", "session"} <= set(tables) and "date" in tables["session"].columns:
        done = tables["session_lesion"].join(
            tables["session"].select("session_id", treated="date"), on="session_id", how="inner"
        )
        first = done.group_by("lesion_id").agg(pl.col("treated").min())
        rows = rows.join(first, on="lesion_id", how="left", maintain_order="left")
        known |= (pl.col("treated") < pl.col("date")).fill_null(value=False)
    return rows.filter(known & ~pl.col("progressed_since_treatment").fill_null(value=False))


def measurement_rules(settings: ResponseSettings) -> tuple[Rule, ...]:
    """Return the rules of lesions and measurements under the study's settings.

    Parameters
    ----------
    settings
        ``liver_targets_max`` is read.
    """
    return (*_target_rules(settings), *_row_rules(), *_lesion_rules())


def _rule(
    name: str, column: str, hits: Callable[[Tables], pl.DataFrame], found: str, expected: str, todo: str,
    *, severity: Severity = "changes", table: str = _M, needs: tuple[tuple[str, str], ...] = _TARGETS,
) -> Rule:  # fmt: skip
    return Rule(
        id=f"{table}.{name}", severity=severity, table=table, column=column, needs=needs, hits=hits, found=found,
        expected=expected, todo=todo,
    )  # fmt: skip


def _target_rules(settings: ResponseSettings) -> tuple[Rule, ...]:
    """The choice of targets."""
    most = settings.liver_targets_max
    liver = f"at most {most} in the liver (response.liver_targets_max) and 2 in any other organ"
    return (
        _rule("many_targets", "role", _too_many, "", "at most 5 target lesions a patient (RECIST 1.1)",
              "record the others as non_target"),
        _rule("organ_targets", "role", partial(_too_many_of_an_organ, most=most), "",
              liver if most != 2 else "at most 2 target lesions an organ (RECIST 1.1)",
              "record the others as non_target, or set response.liver_targets_max if more were planned in the liver"),
        _rule("liver_targets", "role", partial(_named_liver_targets, most=most), "",
              "2 target lesions an organ (RECIST 1.1)", "nothing: the report names the criterion liver-RECIST",
              severity="note"),
        _rule("small_target", "long_mm", partial(_small, node=False), "",
              "a target of at least 10 mm at baseline (RECIST 1.1)", "record the lesion as non_target"),
        _rule("small_node", "short_mm", partial(_small, node=True), "",
              "a lymph node of at least 15 mm short axis as a target (RECIST 1.1); 10 to 15 mm is a non-target",
              "record the node as non_target, below 10 mm not at all"),
        _rule("ultrasound", "role", _on_ultrasound, "a target measured by ultrasound", "CT or MRI (RECIST 1.1)",
              "measure on CT or MRI, or record the lesion as non_target"),
        _rule("treated_target", "role", treated_targets, "a target that had been treated before",
              "progressed_since_treatment = yes, or another lesion as a target (RECIST 1.1)",
              "say so if it has grown since, else record it as non_target"),
        _rule("role_changed", "role", _role_changed, "", "the same role at every scan", "correct the role"),
    )  # fmt: skip


def _row_rules() -> tuple[Rule, ...]:
    """What one row of the measurement sheet says."""
    return (
        _rule("no_number", "long_mm", partial(_no_number, node=False),
              "a target recorded as measured, without a diameter", "the longest diameter",
              "add it, or change the status"),
        _rule("no_short_axis", "short_mm", partial(_no_number, node=True),
              "a lymph node as a target, without its short axis", "the short axis", "add it, or change the status"),
        _rule("contradicts_status", "status", _contradiction, "", "a status that fits the number",
              "correct the status or the number; until then the lesion counts as not assessed", needs=_NEEDS),
        _rule("short_over_long", "short_mm", partial(_longer, part="short_mm"),
              "the short axis exceeds the longest diameter", "a short axis up to the longest diameter",
              "correct one of the two", needs=(*_NEEDS, (_M, "long_mm"), (_M, "short_mm"))),
        _rule("viable_over_long", "viable_long_mm", partial(_longer, part="viable_long_mm"),
              "the viable diameter exceeds the longest diameter", "a viable diameter up to the longest diameter",
              "correct one of the two", needs=(*_NEEDS, (_M, "long_mm"), (_M, "viable_long_mm"))),
        _rule("merged_unmeasured", "long_mm", _merged_unmeasured, "merged lesions, none of them with a diameter",
              "the longest diameter of the merged lesion in one of their rows", "add it",
              needs=(*_NEEDS, (_M, "status"))),
        _rule("other_patient", "lesion_id", _of_another_patient, "the lesion belongs to another patient than the scan",
              "lesion and scan of one patient", "correct one of the two ids", severity="blocks",
              needs=(*_NEEDS, (_L, "patient_id"))),
    )  # fmt: skip


def _lesion_rules() -> tuple[Rule, ...]:
    """The lesion sheet, where measurements need it."""
    return (
        _rule("no_organ", "organ", _no_organ, "a measured lesion without its organ", "the organ, such as liver",
              "add it; without it the liver cannot be judged apart", table=_L, needs=((_L, "lesion_id"), *_NEEDS)),
        _rule("seen_before", "first_seen_date", _seen_before, "",
              "a first sighting up to the first scan that shows the lesion", "correct the date, or the scan", table=_L,
              needs=((_L, "first_seen_date"), *_NEEDS)),
        _rule("part_of", "part_of", _fragment_of_nothing, "",
              "the id of another lesion of the same patient", "correct the id", table=_L,
              needs=((_L, "part_of"), (_L, "patient_id"))),
    )  # fmt: skip


def _targets(tables: Tables) -> pl.DataFrame:
    """Return targets at baseline, each patient's in the order of the sheet; fragments count with their lesion."""
    rows = measured(tables).filter(pl.col("base") & (pl.col("role") == "target") & pl.col("part_of").is_null())
    return rows.unique(["patient_id", "lesion_id"], keep="first").sort("source_row")


def _numbered(rows: pl.DataFrame, by: list[str], text: pl.Expr, beyond: pl.Expr) -> pl.DataFrame:
    """Return the rows beyond a limit, worded with the count."""
    rows = rows.with_columns(place=pl.int_range(1, pl.len() + 1).over(by), n=pl.len().over(by))
    return rows.filter(pl.col("place") > beyond).with_columns(found=text)


def _too_many(tables: Tables) -> pl.DataFrame:
    text = pl.format("target {} of {} at baseline", "place", "n")
    return _numbered(_targets(tables), ["patient_id"], text, pl.lit(5))


def _of_organ(tables: Tables) -> pl.DataFrame:
    plain = pl.col("organ").str.strip_chars().str.to_lowercase()
    return (
        _targets(tables)
        .with_columns(place_of=plain, liver=plain.str.contains(r"^(liver|hepatic)\b"))
        .drop_nulls("place_of")
    )


def _too_many_of_an_organ(tables: Tables, *, most: int) -> pl.DataFrame:
    text = pl.format("target {} of {} in the {}", "place", "n", "place_of")
    return _numbered(_of_organ(tables), ["patient_id", "place_of"], text, pl.when("liver").then(most).otherwise(2))


def _named_liver_targets(tables: Tables, *, most: int) -> pl.DataFrame:
    """Targets in the liver beyond two that the study allows."""
    rows = _of_organ(tables).filter(pl.col("liver"))
    text = pl.format("target {} of {} in the liver", "place", "n")
    return _numbered(rows, ["patient_id"], text, pl.lit(2)).filter(pl.col("place") <= most)


def _small(tables: Tables, *, node: bool) -> pl.DataFrame:
    column, limit = ("short_mm", 15) if node else ("long_mm", 10)
    rows = _targets(tables).filter((pl.col("is_node") == node) & (pl.col(column) < limit))
    return rows.with_columns(found=pl.format("a target of {} mm at baseline", column))


def _on_ultrasound(tables: Tables) -> pl.DataFrame:
    return measured(tables).filter((pl.col("role") == "target") & (pl.col("modality") == "US"))


def _role_changed(tables: Tables) -> pl.DataFrame:
    rows = measured(tables).drop_nulls("role").sort("lesion_id", "date", "source_row")
    rows = rows.with_columns(first=pl.col("role").first().over("lesion_id"))
    return rows.filter(pl.col("role") != pl.col("first")).with_columns(
        found=pl.format("{}, but {} before", "role", "first")
    )


def _no_number(tables: Tables, *, node: bool) -> pl.DataFrame:
    axis = pl.col("short_mm" if node else "long_mm")
    rows = measured(tables).filter((pl.col("role") == "target") & (pl.col("is_node") == node) & axis.is_null())
    viable = pl.col("viable_long_mm").is_not_null() | pl.col("viable_area_mm2").is_not_null()
    return rows.filter((pl.col("status") == "measured") & ~viable)


def _contradiction(tables: Tables) -> pl.DataFrame:
    rows = measured(tables)
    size = pl.max_horizontal("long_mm", "short_mm")
    absent = (pl.col("status") == "absent") & (size > 0)
    small = (pl.col("status") == "too_small") & (size >= 10)
    unread = (pl.col("status") == "not_evaluable") & (size > 0)
    return rows.filter(absent | small | unread).with_columns(found=pl.format("{}, but {} mm", "status", size))


def _longer(tables: Tables, *, part: str) -> pl.DataFrame:
    return measured(tables).filter(pl.col(part) > pl.col("long_mm"))


def _merged_unmeasured(tables: Tables) -> pl.DataFrame:
    rows = measured(tables).filter(pl.col("status") == "merged")
    carried = pl.max_horizontal("long_mm", "short_mm", "viable_long_mm").is_not_null().any().over("assessment_id")
    return rows.filter(~carried).unique("assessment_id", keep="first")


def _of_another_patient(tables: Tables) -> pl.DataFrame:
    return measured(tables).filter(pl.col("owner") != pl.col("patient_id"))


def _no_organ(tables: Tables) -> pl.DataFrame:
    lesions = _having(tables[_L], _LESION).filter(pl.col("organ").is_null() & pl.col("part_of").is_null())
    return lesions.join(tables[_M].select("lesion_id").unique(), on="lesion_id", how="semi")


def _seen_before(tables: Tables) -> pl.DataFrame:
    """Lesions that a scan shows before they were first seen."""
    there = (pl.col("long_mm") > 0) | (pl.col("short_mm") > 0)
    first = measured(tables).filter(there).group_by("lesion_id").agg(shown=pl.col("date").min())
    # ``first_seen_date`` is the first day that a partial date can mean, so that it never contradicts a scan.
    rows = tables[_L].join(first, on="lesion_id", how="inner").filter(pl.col("first_seen_date") > pl.col("shown"))
    return rows.with_columns(found=pl.format("first seen {}, but measured on {}", "first_seen_date", "shown"))


def _fragment_of_nothing(tables: Tables) -> pl.DataFrame:
    rows = tables[_L].drop_nulls("part_of")
    known = tables[_L].select(part_of="lesion_id", whose="patient_id")
    rows = rows.join(known, on="part_of", how="left")
    wrong = pl.col("whose").is_null() | (pl.col("whose") != pl.col("patient_id")) | (
        pl.col("part_of") == pl.col("lesion_id")
    )  # fmt: skip
    return rows.filter(wrong).with_columns(found=pl.format("{} is no other lesion of this patient", "part_of"))
