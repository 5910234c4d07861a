"""A REDCap export as a cohort: through the data model where field names match it, else as one row a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glisson.clinical.coding import code_of
from glisson.clinical.glossary import Entry, Glossary
from glisson.clinical.propose import Proposal, propose
from glisson.clinical.questions import open_decisions
from glisson.clinical.raw import Cell, RawSheet
from glisson.clinical.redcap_export import Export, FieldInfo, Row, is_dictionary, read_export
from glisson.clinical.schema import PATIENT, TABLES, Field, Table
from glisson.clinical.settings import Study
from glisson.clinical.targets import target
from glisson.clinical.wording import plain, shown
from glisson.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

#: Other beginnings of the names of forms and fields.
_ALIASES = {
    "session": ("sess", "sessions", "treatment", "procedure"),
    "assessment": ("assess", "assessments", "imaging"),
    "adverse_event": ("ae", "adverse_events"),
    "systemic_therapy": ("systemic", "systemic_therapies"),
    "followup": ("fu", "follow_up"),
    "measurement": ("meas", "measurements"),
    "lesion": ("lesions",),
    "lab": ("labs", "laboratory"),
    "patient": ("patients", "baseline", "demographics"),
}
#: Ids that are made from record and repetition where the project has no field for them.
_NUMBERED = {"session": ("session_id", "S"), "assessment": ("assessment_id", "A"), "lesion": ("lesion_id", "L")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where a table's columns stand in the export: data-model column to field."""

    table: Table
    fields: Mapping[str, FieldInfo]


def dictionary_beside(path: Path) -> Path | None:
    """Return the data dictionary beside an export.

    Parameters
    ----------
    path
        CSV file of records.

    Returns
    -------
    Path or None
        The first CSV file in the same folder whose headings are those of a data dictionary.
    """
    if path.is_dir():
        return None
    for other in sorted(path.parent.glob("*.csv")):
        with other.open("rb") as file:
            head = file.readline(4096).decode("latin-1").removeprefix("\xef\xbb\xbf")
        header = tuple(part.strip().strip('"') for part in head.split(","))
        if other != path and is_dictionary(
            RawSheet(file=other.name, name=other.stem, header=header, rows=(), first_row=2)
        ):
            return other
    return None


def redcap_tables(sheets: Sequence[RawSheet]) -> tuple[RawSheet, ...]:
    """Return the tables of the data model that an export holds.

    Parameters
    ----------
    sheets
        The export, and its data dictionary where there is one.

    Returns
    -------
    tuple of RawSheet
        Sheets named after the tables; none unless there are sessions with date and method, and patients with the date
        of death or last contact: then the project has fields of its own, and ``propose_redcap`` says what they mean.
    """
    export = read_export(sheets)
    sources = {t.name: s for t in TABLES if (s := _source(t, export))}
    session, patient = sources.get("session"), sources.get("patient")
    if session is None or patient is None or not {"date", "method"} <= set(session.fields):
        return ()
    if not {"death_date", "last_contact_date"} & set(patient.fields):
        return ()
    built = [_sheet(source, export) for source in sources.values()]
    return tuple(s for s in built if s.rows)


def propose_redcap(sheets: Sequence[RawSheet], study: Study | None = None) -> Proposal:
    """Propose what the fields of a REDCap project mean whose names are not those of the data model.

    Raises
    ------
    InputError
        If nothing in the project is an outcome after liver-directed treatment.
    """
    export = read_export(sheets)
    proposal = propose((flat_sheet(export),), study, _glossary(export))
    decisions = open_decisions(proposal)
    if any(d.about == "outcome" for d in decisions):
        raise InputError(
            "this REDCap export holds no outcome after liver-directed treatment: of its"
            f" {len(export.fields)} fields none is the date of a session with the date of death or last contact, or a"
            " survival time",
            place=export.file,
            todo="name the fields after the data model, or declare in study.toml what they mean",
        )
    return replace(proposal, kind="redcap")


def flat_sheet(export: Export) -> RawSheet:
    """Return the base forms as a sheet of one row a record; a field filled at several events has a column for each.

    Cells keep their place in the export: columns stand where they stood, and those of further events are added.
    """
    records: dict[str, list[Row]] = {}
    for row in export.rows:
        if not row.instrument:
            records.setdefault(row.record, []).append(row)
    columns = list(_event_columns(export, records))
    width = max(export.positions.values()) + 1
    header = [""] * width + [heading for _, event, heading in columns if event is not None]
    rows, numbers, places = [], [], {}
    for position, (record, own) in enumerate(records.items()):
        cells: list[Cell] = [None] * len(header)
        header[export.positions[export.id_field]], cells[export.positions[export.id_field]] = export.id_field, record
        added = width
        for name, event, heading in columns:
            index = export.positions[name] if event is None else added
            added += event is not None
            hit = next((r for r in own if name in r.cells and event in {None, r.event}), None)
            header[index] = heading
            if hit:
                cells[index] = hit.cells[name]
            if hit and (event is not None or hit is not own[0]):
                places[position, index] = export.address(name, hit)
        rows.append(tuple(cells))
        numbers.append(own[0].number)
    return RawSheet(
        file=export.file, name="base forms", header=tuple(header), rows=tuple(rows), first_row=2,
        row_numbers=tuple(numbers), places=places,
    )  # fmt: skip


def _event_columns(export: Export, records: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str | None, str]]:
    """Yield field, event and heading; the event is ``None`` where no record has the field at more than one."""
    for info in export.fields:
        if info.name == export.id_field:
            continue
        events = dict.fromkeys(r.event for own in records.values() for r in own if info.name in r.cells)
        several = any(sum(info.name in r.cells for r in own) > 1 for own in records.values())
        if several:
            yield from ((info.name, event, f"{info.name} [{event}]") for event in events)
        elif events:
            yield info.name, None, info.name


def _glossary(export: Export) -> Glossary:
    """What the data dictionary says of each field, for the proposal."""
    return {f.name: Entry(description=f.label if f.label != f.name else "", codes=f.choices) for f in export.fields}


def _source(table: Table, export: Export) -> _Source | None:
    """Match fields with the columns of a table: by the table's name before the field's, or on the table's own form."""
    names = (table.name, *_ALIASES.get(table.name, ()))
    found: dict[str, FieldInfo] = {}
    for info in export.fields:
        bare = info.name
        prefix = next((n for n in names if bare.startswith(f"{n}_") and bare[len(n) + 1 :] in table.names), "")
        own_form = info.form in names or (table is PATIENT and not _claimed(info.form))
        column = bare.removeprefix(f"{prefix}_") if prefix else bare
        if column in table.names and (prefix or own_form or _only_here(column, table)):
            found.setdefault(column, info)
    own = set(found) - {"patient_id"}
    return _Source(table=table, fields=found) if len(own) >= 2 or (table is PATIENT and own) else None


def _claimed(form: str) -> bool:
    """Whether a form belongs to a table other than patient."""
    return any(form in (t.name, *_ALIASES.get(t.name, ())) for t in TABLES if t is not PATIENT)


def _only_here(column: str, table: Table) -> bool:
    return not any(column in t.names for t in TABLES if t is not table)


def _sheet(source: _Source, export: Export) -> RawSheet:
    """Build one table; its columns stay where they stand in the export, ids that are made up stand behind them."""
    table, id_index = source.table, export.positions[export.id_field]
    made, mark = _NUMBERED.get(table.name, ("", ""))
    numbered = bool(made) and made not in source.fields
    header = [""] * (max(export.positions.values()) + 1)
    for column, info in source.fields.items():
        header[export.positions[info.name]] = column
    if "patient_id" in table.names:
        header[id_index] = "patient_id"
    rows, numbers, places = [], [], {}
    counts: dict[str, int] = {}
    for position, (anchor, found) in enumerate(_records(source, export)):
        counts[anchor.record] = counts.get(anchor.record, 0) + 1
        cells: list[Cell] = [None] * len(header)
        cells[id_index] = anchor.record
        for column, row in found.items():
            info = source.fields[column]
            index = export.positions[info.name]
            cells[index] = _coded(row.cells[info.name], table.field(column), info)
            if row is not anchor:
                places[position, index] = export.address(info.name, row)
        if numbered:
            cells.append(f"{anchor.record}-{mark}{counts[anchor.record]}")
        rows.append(tuple(cells))
        numbers.append(anchor.number)
    return RawSheet(
        file=export.file, name=table.name, header=(*header, *([made] if numbered else [])), rows=tuple(rows),
        first_row=2, row_numbers=tuple(numbers), places=places,
    )  # fmt: skip


def _records(source: _Source, export: Export) -> Iterator[tuple[Row, Mapping[str, Row]]]:
    """Yield for each row of a table its anchor in the export, and the row in which each of its columns stands."""
    if source.table is not PATIENT:
        for row in export.rows:
            found = {c: row for c, f in source.fields.items() if f.name in row.cells}
            if found:
                yield row, found
        return
    records: dict[str, list[Row]] = {}
    for row in export.rows:
        records.setdefault(row.record, []).append(row)
    for own in records.values():
        known = {c: r for c, f in source.fields.items() for r in reversed(own) if f.name in r.cells}
        anchor = max(own, key=lambda r: sum(r is other for other in known.values()))
        yield anchor, known


def _coded(value: Cell, column: Field, info: FieldInfo) -> Cell:
    """Translate a choice of the project into a code of the data model, by code or by words; else return its words."""
    text = shown(value)
    if not text or not info.choices:
        return value
    words = info.choices.get(text, text)
    code = next((c for c, w in info.choices.items() if w == text), text)
    for option in (text, words, code):
        match = next((c for c in column.choices if plain(c) == plain(option)), None)
        if match:
            return match
    meaning = target(column.name)
    coded = code_of(meaning, words, "") if meaning else None
    return coded.code if coded and coded.code in column.choices else words
