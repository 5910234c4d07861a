"""Which imaging assessments count: one criterion, one reading a date, after treatment, against a baseline."""

from __future__ import annotations

import polars as pl

from glisson.clinical.schema import ASSESSMENT
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.vocabulary import CRITERIA
from glisson.errors import SettingsError

CRITERION_TEXT = {
    "recist11": "RECIST 1.1", "mrecist": "mRECIST", "easl": "EASL", "choi": "Choi", "who": "WHO",
    "mchoi": "modified Choi",
}  # fmt: skip
#: Criterion used where several are recorded and none is chosen.
DEFAULT_CRITERION = "recist11"

#: Responses from best to worst. Of several readings on one date the worst counts; NE only where nothing else was read.
_SEVERITY = ("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD", "PD")


def chosen(frame: pl.DataFrame, settings: EndpointSettings) -> tuple[pl.DataFrame, str]:
    """Keep the rows of one criterion and reader, and say in words which they are and why.

    Parameters
    ----------
    frame
        The assessment table.
    settings
        ``criterion`` and ``reader``; empty means the only one recorded, for several criteria RECIST 1.1, for several
        readers all of them (the worst reading of a date counts).

    Raises
    ------
    SettingsError
        If the chosen one is not recorded, or several criteria are but not RECIST 1.1.
    """
    frame, criterion = _with_criterion(frame, settings.criterion)
    frame, reader = of_reader(frame, settings.reader)
    return frame, ", ".join(part for part in (criterion, reader) if part)


def recorded_codes(frame: pl.DataFrame, column: str) -> list[str]:
    """Return the codes that a column holds, sorted; none where there is no such column."""
    return [] if column not in frame.columns else frame[column].drop_nulls().unique().sort().to_list()


def _with_criterion(frame: pl.DataFrame, wanted: str) -> tuple[pl.DataFrame, str]:
    found = recorded_codes(frame, "criterion")
    if wanted:
        _must_be_recorded("criterion", wanted, found, CRITERIA)
        return _only(frame, "criterion", wanted, found), f"{_criterion(wanted)} (chosen)"
    if len(found) < 2:
        return frame, f"{_criterion(found[0])} (the only one recorded)" if found else "not recorded"
    if DEFAULT_CRITERION not in found:
        raise SettingsError(
            f"responses are recorded by {' and '.join(map(_criterion, found))}",
            expected="one criterion for an endpoint",
            todo=f"set endpoints.criterion in study.toml to one of {', '.join(found)}",
        )
    others = ", ".join(_criterion(c) for c in found if c != DEFAULT_CRITERION)
    text = f"{_criterion(DEFAULT_CRITERION)} (by default; also recorded: {others})"
    return _only(frame, "criterion", DEFAULT_CRITERION, found), text


def of_reader(frame: pl.DataFrame, wanted: str) -> tuple[pl.DataFrame, str]:
    """Keep the rows of one reader, and say which; without a choice all of them.

    Raises
    ------
    SettingsError
        If the chosen reader recorded nothing.
    """
    found = recorded_codes(frame, "reader")
    if wanted:
        _must_be_recorded("reader", wanted, found, ASSESSMENT.field("reader").choices)
        return _only(frame, "reader", wanted, found), f"reader {wanted} (chosen)"
    if len(found) > 1:
        return frame, f"the worst reading of each date by {', '.join(found)}"
    return frame, ""


def _only(frame: pl.DataFrame, column: str, value: str, found: list[str]) -> pl.DataFrame:
    """Keep one value; rows without a value stay only where nothing else can be meant."""
    keep = pl.col(column) == value
    return frame.filter(keep | pl.col(column).is_null() if found == [value] else keep)


#: What a criterion is derived from, of every target before and after treatment.
_DERIVED_FROM = {
    "recist11": "long_mm (short_mm of nodes)", "mrecist": "viable_long_mm", "easl": "viable_area_mm2",
    "who": "long_mm and short_mm", "choi": "long_mm and hu_mean", "mchoi": "long_mm and hu_mean",
}  # fmt: skip


def _must_be_recorded(what: str, wanted: str, found: list[str], possible: tuple[str, ...]) -> None:
    if wanted not in found:
        needs = _DERIVED_FROM.get(wanted, "")
        given = f", nor do the measurements give it; they would by {needs} of the targets" if needs else ""
        raise SettingsError(
            f"{what} {wanted!r} was asked for, but no assessment is recorded by it{given}",
            expected=f"one of those recorded: {', '.join(found) or 'none'} (possible: {', '.join(possible)})",
        )


def _criterion(code: str) -> str:
    return CRITERION_TEXT.get(code, code)


def after_treatment(frame: pl.DataFrame, start: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Keep assessments after the first session, of patients who have one to compare with.

    A response can only be judged against a scan before treatment. Where the sheet marks such scans, a patient without
    any has no usable assessment; where it marks none, they are taken to exist.

    Parameters
    ----------
    frame
        Assessments with ``patient_id``, ``date`` and perhaps ``is_baseline``.
    start
        ``patient_id`` and ``t0``, the day of the first session.

    Returns
    -------
    tuple
        The usable assessments, and the patients whose assessments have nothing to be compared with.
    """
    frame = frame.join(start.select("patient_id", "t0"), on="patient_id", how="inner")
    marked = pl.col("is_baseline").fill_null(value=False) if "is_baseline" in frame.columns else pl.lit(value=False)
    later = frame.filter(~marked & (pl.col("date") > pl.col("t0"))).drop("t0")
    if "is_baseline" not in frame.columns or not frame["is_baseline"].any():
        return later, []
    based = frame.filter(marked | (pl.col("date") <= pl.col("t0")))["patient_id"].unique()
    lacking = later.filter(~pl.col("patient_id").is_in(based.implode()))["patient_id"].unique().sort()
    return later.filter(~pl.col("patient_id").is_in(lacking.implode())), lacking.to_list()


def worst_by_date(frame: pl.DataFrame, column: str = "overall_resp") -> pl.DataFrame:
    """Return one response a patient and date: the worst of those read.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date``, ``response``, ``source_row``; by patient and date.
    """
    rank = pl.col("response").replace_strict({r: i for i, r in enumerate(_SEVERITY)}, return_dtype=pl.Int64)
    rows = frame.select("patient_id", "date", pl.col(column).alias("response"), "source_row").drop_nulls("response")
    rows = rows.with_columns(rank.alias("rank")).sort("patient_id", "date", "rank", "source_row")
    return rows.unique(["patient_id", "date"], keep="last", maintain_order=True).drop("rank")
