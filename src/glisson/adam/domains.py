"""The domains: every record as it was read, under names like those of SDTM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from glisson.adam.dataset import Dataset, Kind, Variable, dataset, imputed
from glisson.adam.source import Source, owned
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.clinical.cdisc.domains import (
    DOMAINS,
    LABEL,
    LEFT_OUT,
    LEFT_OUT_VARIABLES,
    LINKS,
    Domain,
    short_label,
)
from glisson.clinical.cohort import Cohort
from glisson.clinical.relational import table_of
from glisson.clinical.schema import Field
from glisson.errors import InputError

_KIND: dict[str, Kind] = {"integer": "integer", "number": "number"}
#: Values that stand for a blank: what a flat sheet does not say.
_BLANK = {("session", "method"): "unknown"}


def domains(source: Source) -> tuple[Dataset, ...]:
    """Return one domain a table of the cohort, with the columns that the table has, and the patients left out.

    Raises
    ------
    InputError
        If a partial date is neither a month nor a year, so that no text of a date says what it is.
    """
    made = tuple(_domain(source, d) for d in DOMAINS if d.table in source.cohort.tables)
    return (*made, _left_out(source)) if source.cohort.excluded else made


def _domain(source: Source, domain: Domain) -> Dataset:
    frame = owned(source.cohort, domain.table)
    subjects = [source.ids.subject(p) for p in frame["owner"].to_list()]
    columns: dict[str, Sequence[Any]] = {
        "STUDYID": [source.study] * len(frame),
        "DOMAIN": [domain.code] * len(frame),
        "USUBJID": [None if s is None else f"{source.study}-{s}" for s in subjects],
        domain.sequence: frame["seq"].to_list(),
    }
    declared = [
        Variable(name="STUDYID", label="Study identifier", origin="given"),
        Variable(name="DOMAIN", label="Domain", origin="given"),
        Variable(name="USUBJID", label="Unique subject identifier", origin="STUDYID and patient_id"),
        Variable(name=domain.sequence, label="Sequence number", kind="integer", origin="row number within the subject"),
    ]
    for column in domain.declared.fields:
        name = domain.variables.get(column.name)
        if name is None or column.name not in frame.columns:
            continue
        columns[name] = _values(source, domain, column, frame)
        origin = f"{domain.table}.{column.name}"
        kind = "char" if name.endswith("DTC") else _KIND.get(column.kind, "char")
        if kind != "char" and (signs := _bounds(source.cohort, domain, column.name)):
            columns[name] = _with_bounds(columns[name], frame["source_row"].to_list(), signs)
            kind = "char"
        declared.append(Variable(name=name, label=short_label(column), kind=kind, origin=origin))
    for variable, values in _subgroups(domain, frame):
        declared.append(variable)
        columns[variable.name] = values
    rows = pl.DataFrame([pl.Series(name, list(values), strict=False) for name, values in columns.items()])
    return dataset(domain.code.lower(), domain.label, tuple(declared), rows)


def _left_out(source: Source) -> Dataset:
    """Return the patients left out of every table; no id that a reason quotes goes with a pseudonym."""
    subjects = source.ids.subjects
    hidden = Pseudonyms({}) if subjects is None else Pseudonyms(dict(subjects))
    rows = [(source.ids.subject(p) or "", why if subjects is None else hidden.hide(why)) for p, why in
            source.cohort.excluded]  # fmt: skip
    frame = pl.DataFrame(rows, schema={"SUBJID": pl.String, "XPREASON": pl.String}, orient="row").with_columns(
        STUDYID=pl.lit(source.study), DOMAIN=pl.lit(LEFT_OUT), USUBJID=pl.format(f"{source.study}-{{}}", "SUBJID")
    )
    declared = (
        Variable(name="STUDYID", label="Study identifier", origin="given"),
        Variable(name="DOMAIN", label="Domain", origin="given"),
        Variable(name="USUBJID", label="Unique subject identifier", origin="STUDYID and patient_id"),
        *(Variable(name=n, label=label, origin="patients left out") for n, label in LEFT_OUT_VARIABLES.items()),
    )
    return dataset(LEFT_OUT.lower(), "Patients left out, one row a patient", declared, frame)


_BOUND = re.compile(r"'([<>≤≥]=?)")


def _bounds(cohort: Cohort, domain: Domain, column: str) -> dict[int, str]:
    """Return by row the sign of the values that were read from a bound, such as ``<`` of ``<5``."""
    out = {}
    for problem in cohort.problems:
        if problem.rule != "number.bound" or problem.row is None or _plain(problem.column) != _plain(column):
            continue
        table = table_of(problem.sheet)
        named = domain.table if table is None else table.name
        here = named == domain.table and (table is not None or problem.sheet.upper() == domain.code)
        if here and (sign := _BOUND.match(problem.found)):
            out[problem.row] = sign.group(1)
    return out


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def _with_bounds(values: Sequence[Any], rows: Sequence[Any], signs: Mapping[int, str]) -> list[str | None]:
    """Return numbers as text to the last digit, with the sign before those that are bounds."""
    whole = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]
    return [None if v is None else f"{signs.get(r, '')}{v!r}" for v, r in zip(whole, rows, strict=True)]


def _values(source: Source, domain: Domain, column: Field, frame: pl.DataFrame) -> list[Any]:
    """Return the values of a column as the domain writes them."""
    values = frame[column.name].to_list()
    if column.name == "patient_id":
        return [source.ids.subject(v) for v in values]
    if column.name in LINKS:
        owners = frame["owner"].to_list()
        return [source.ids.link(column.name, v, o) for v, o in zip(values, owners, strict=True)]
    if column.kind == "date":
        upto = frame[f"{column.name}_to"].to_list() if f"{column.name}_to" in frame.columns else values
        return [date_text(a, b, domain.table) for a, b in zip(values, upto, strict=True)]
    if column.kind == "yes_no":
        return [None if v is None else "Y" if v else "N" for v in values]
    if domain.variables[column.name].endswith("DTC"):  # the year of birth is a partial date
        return [None if v is None else str(v) for v in values]
    codes, blank = domain.codes.get(column.name, {}), _BLANK.get((domain.table, column.name))
    return [None if v == blank else codes.get(v, v) for v in values]


def date_text(first: date | None, last: date | None, table: str = "") -> str | None:
    """Return a date, or a partial one, as ISO 8601 text.

    Examples
    --------
    >>> date_text(date(2016, 8, 1), date(2016, 8, 31)), date_text(date(2016, 8, 2), date(2016, 8, 2))
    ('2016-08', '2016-08-02')
    """
    if first is None:
        return None
    part = imputed(first, last)
    text = {None: first.isoformat(), "D": f"{first:%Y-%m}", "M": f"{first:%Y}"}[part]
    if part is not None and _interval(text) != (first, last):
        raise InputError(
            f"a date of the table {table} that means any day from {first} to {last} cannot be written",
            expected="a day, a month or a year", todo="record the month or the year",
        )  # fmt: skip
    return text


def _interval(text: str) -> tuple[date, date]:
    """Return the first and the last day of a month or year."""
    year, month = int(text[:4]), int(text[5:] or 1)
    last = date(year, month, 1) if len(text) > 4 else date(year, 12, 1)
    following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return date(year, month, 1), date.fromordinal(following.toordinal() - 1)


def _subgroups(domain: Domain, frame: pl.DataFrame) -> Iterator[tuple[Variable, list[Any]]]:
    """Yield columns of the patients that are no columns of the data model: the subgroups of a flat sheet."""
    if domain.table != "patient":
        return
    known = {*domain.declared.names, "source_row", "owner", "seq"}
    extra = [c for c in frame.columns if c not in known and c.removesuffix("_to") not in known]
    for number, column in enumerate(extra, start=1):
        label = f"Subgroup {column}"
        variable = Variable(
            name=f"SUBGRP{number:02d}", label=label if len(label) <= LABEL else f"{label[: LABEL - 3]}...",
            origin=f"patient.{column}",
        )  # fmt: skip
        yield variable, [None if v is None else str(v) for v in frame[column].to_list()]
