"""ADTTE: one row a unit at risk and endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, variables
from glisson.adam.source import CORE, SOURCE, Source, source_variable
from glisson.clinical.choose import choose
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import available, endpoint
from glisson.clinical.endpoints import ORIGIN_TEXT, Definition
from glisson.clinical.origins import units
from glisson.tables import ORIGIN, Endpoint

#: Parameter of each endpoint.
PARAMETERS: dict[str, str] = {
    "os": "OS", "pfs": "PFS", "liver_pfs": "HPFS", "ttp": "TTP", "thp": "THP", "ttehp": "TTEHP", "ltp": "LTP",
    "ttr": "TTR", "dor": "DOR", "ttnt": "TTNT", "ttup": "TTUP",
}  # fmt: skip
_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("PARAMCD", "Parameter code", "char", "endpoint"),
    ("PARAM", "Parameter", "char", "endpoint"),
    ("TRLNKID", "Lesion at risk", "char", "lesion.lesion_id, only of endpoints of lesions"),
    ("STARTDT", "Time-to-event origin date", "date", "time origin of the endpoint"),
    ("STARTDSC", "Time-to-event origin description", "char", "time origin of the endpoint"),
    ("ADT", "Analysis date", "date", "STARTDT and the days at risk"),
    ("AVAL", "Analysis value (days)", "integer", "ADT - STARTDT, or + 1 with the ADaM day count"),
    ("AVALU", "Unit of AVAL", "char", "DAYS"),
    ("ENTRY", "Delayed entry (days)", "integer",
     "first day under observation - STARTDT, counted as AVAL; blank: observed from the origin"),
    ("CNSR", "Censor", "integer", "0: event of interest; 1: none, or a competing event"),
    ("EVENTN", "State (0 none, 1 event, 2 competing)", "integer", "which event came first"),
    ("EVENT", "State", "char", "EVENTN in words"),
    ("EVNTDESC", "Event description", "char", "record that is the event or the competing event"),
    ("CNSDTDSC", "Censor date description", "char", "record that censored"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE, *SOURCE))
#: Tables that are derived from another one, and the column whose record decided.
_BEHIND = {"local_control": ("measurement", "local_status")}


def adtte(source: Source) -> Dataset:
    """Return ADTTE: every endpoint that the records give, under the study's origin and rule set.

    Parameters
    ----------
    source
        What the datasets are made from.
    """
    rows = [row for code in _codes(source.cohort) for row in _rows(source, code)]
    schema: dict[str, Any] = {"char": pl.String, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date}
    own = [v for v in VARIABLES if v.name not in {name for name, *_ in CORE}]
    frame = pl.DataFrame(
        rows, schema={"patient_id": pl.String} | {v.name: schema[v.kind] for v in own}, orient="row"
    )  # fmt: skip
    return dataset("adtte", "Time to event, one row a unit at risk and endpoint", VARIABLES, source.with_subject(frame))


def _codes(cohort: Cohort) -> list[str]:
    return [code for code, reason in available(cohort) if not reason]


def _rows(source: Source, code: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one endpoint in its own order."""
    cohort, settings = source.cohort, source.cohort.study.endpoints
    found = endpoint(cohort, code)
    definition = choose(cohort, code, settings.rule_set)
    starts, origin = _starts(source, definition), ORIGIN_TEXT["first_ldt"]
    if definition is not None:
        origin = ORIGIN_TEXT[definition.origin or settings.origin]
    for i in range(len(found)):
        start, days = starts.get(str(found.unit[i])), int(found.exit[i])
        lesion = definition is not None and definition.unit == "lesion"
        yield {
            "patient_id": str(found.cluster[i]),
            "PARAMCD": PARAMETERS[code],
            "PARAM": f"{found.label} (days)",
            "TRLNKID": source.ids.link("lesion_id", str(found.unit[i])) if lesion else None,
            "STARTDT": start,
            "STARTDSC": origin[:1].upper() + origin[1:],
            "ADT": None if start is None else start + timedelta(days=days),
            "AVAL": days + source.one_more,
            "AVALU": "DAYS",
            "ENTRY": None if found.entry[i] == ORIGIN else int(found.entry[i]) + source.one_more,
            **_state(found, i),
            **_source(source, definition, found.provenance[i]),
        }


def _starts(source: Source, definition: Definition | None) -> dict[str, date]:
    """Return the origin of each unit; recorded durations do not say theirs."""
    if definition is None or source.records is None:
        return {}
    settings = source.cohort.study.endpoints
    frame = units(source.records, definition, settings.origin, settings).frame
    return dict(frame.select("unit", "start").iter_rows())


def _state(found: Endpoint, i: int) -> dict[str, Any]:
    cause, what = int(np.int64(found.cause[i])), found.provenance[i].split(" @ ")[0]
    return {
        "CNSR": 0 if cause == 1 else 1,
        "EVENTN": cause,
        "EVENT": found.causes[cause - 1] if cause > 0 else "censored",
        "EVNTDESC": what if cause > 0 else None,
        "CNSDTDSC": None if cause > 0 else what,
    }


def _source(source: Source, definition: Definition | None, provenance: str) -> dict[str, Any]:
    """Return which record decided, as the domains number it; blank where no single one did."""
    what, _, place = provenance.partition(" @ ")
    blank: dict[str, Any] = {"SRCDOM": None, "SRCVAR": None, "SRCSEQ": None}
    if place.startswith("cell "):
        number = source.places.get(("outcome", place.removeprefix("cell ")))
        return blank if number is None else {"SRCDOM": "XO", "SRCVAR": "XODAYS", "SRCSEQ": number}
    table, _, row = place.partition(" row ")
    table, column = _BEHIND.get(table, (table, ""))
    number = source.places.get((table, int(row))) if row.isdigit() else None
    if number is None:
        return blank
    domain, variable = source_variable(table, column or _column(source, definition, what, table))
    return {"SRCDOM": domain, "SRCVAR": variable, "SRCSEQ": number}


def _column(source: Source, definition: Definition | None, what: str, table: str) -> str:
    """Return the date column of the record that a definition calls so."""
    if definition is None:
        return ""
    ruled = definition.under(source.cohort.study.endpoints)
    records = (*ruled.events, *ruled.clinical, *ruled.competing, *ruled.censored, *ruled.unknown)
    named = [r for r in records if r.table == table and r.what == what]
    return (named or [r for r in records if r.table == table])[0].date if records else ""
