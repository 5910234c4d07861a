"""REDCap's CSV export: one wide table of all forms, with its data dictionary, as records with named fields.

Raw exports carry field names and codes, label exports carry the words of the form; both are told apart by the headings.
A row belongs to the record's base forms, or to one repetition of one instrument; cells of all other forms are empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from glisson.clinical.raw import Cell, RawSheet, column_letters
from glisson.clinical.wording import plain, shown
from glisson.errors import InputError

_CHOICE = re.compile(r"^(.*) \(choice=(.*)\)$", re.DOTALL)
_CHECKED = {"1", "checked"}
_OWN = {
    "redcap_event_name": "event", "event name": "event", "redcap_repeat_instrument": "instrument",
    "repeat instrument": "instrument", "redcap_repeat_instance": "instance", "repeat instance": "instance",
    "redcap_data_access_group": "group", "data access group": "group", "redcap_survey_identifier": "survey",
    "survey identifier": "survey", "survey timestamp": "survey",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One line of the data dictionary.

    Parameters
    ----------
    name, form, kind, label
        Field name, instrument, REDCap field type, question.
    choices
        Code to words.
    identifier
        Whether it identifies the patient; such fields are not read.
    """

    name: str
    form: str = ""
    kind: str = "text"
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    identifier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the export: which record, event and repetition, its row number, and its filled cells by field."""

    record: str
    event: str = ""
    instrument: str = ""
    instance: str = ""
    number: int = 0
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A REDCap export.

    Parameters
    ----------
    file, id_field
        File name and the field that names the record.
    fields
        Fields in the order of the form, without identifiers and REDCap's own.
    rows
        In the order of the file.
    positions
        0-based column of each field, the first one of a checkbox.
    labels
        Whether cells hold the words of the choices rather than their codes.
    """

    file: str
    id_field: str
    fields: tuple[FieldInfo, ...]
    rows: tuple[Row, ...]
    positions: Mapping[str, int]
    labels: bool = False

    def address(self, name: str, row: Row) -> str:
        """Return the address of a field's cell."""
        return f"{column_letters(self.positions[name])}{row.number}"

    def info(self, name: str) -> FieldInfo:
        """Return what the dictionary says of a field."""
        return next(f for f in self.fields if f.name == name)


def is_dictionary(sheet: RawSheet) -> bool:
    """Whether a sheet is a REDCap data dictionary."""
    names = {plain(h) for h in sheet.header}
    return {"form name", "field type"} <= names and bool({"variable field name", "field name"} & names)


def is_export(sheet: RawSheet) -> bool:
    """Whether a sheet's headings are those of a REDCap export, of raw values or of labels."""
    heads = [shown(h) for h in sheet.header]
    own = any(h.casefold() in _OWN for h in heads)
    boxes = any(_CHOICE.match(h) or re.search(r"___[\w-]+$", h) for h in heads)
    forms = any(h == "Complete?" or re.fullmatch(r"[a-z0-9_]+_complete", h) for h in heads)
    return own or boxes or (forms and len(heads) > 1)


def is_redcap(sheets: Sequence[RawSheet]) -> bool:
    """Whether the input is a REDCap export, with or without its data dictionary."""
    return any(is_dictionary(s) or is_export(s) for s in sheets)


def read_dictionary(sheet: RawSheet) -> tuple[FieldInfo, ...]:
    """Read a data dictionary, as downloaded from the project or from the interface for programs."""
    place = {plain(h): i for i, h in enumerate(sheet.header)}

    def cell(row: Sequence[object], *names: str) -> str:
        index = next((place[n] for n in names if n in place), -1)
        text = shown(row[index]) if 0 <= index < len(row) else ""
        return "" if text == "NA" else text

    fields = []
    for row in sheet.rows:
        kind = cell(row, "field type")
        choices = cell(row, "choices calculations or slider labels", "select choices or calculations")
        name = cell(row, "variable field name", "field name")
        if name:
            fields.append(
                FieldInfo(
                    name=name, form=cell(row, "form name"), kind=kind, label=cell(row, "field label"),
                    choices=_choices(kind, choices), identifier=cell(row, "identifier").casefold() == "y",
                )
            )  # fmt: skip
    return tuple(fields)


def _choices(kind: str, text: str) -> dict[str, str]:
    """Read ``0, No | 1, Yes``; fields of type yesno and truefalse have fixed codes."""
    if kind in {"yesno", "truefalse"}:
        return {"1": "Yes", "0": "No"}
    if kind not in {"radio", "dropdown", "checkbox"}:
        return {}
    parts = [part.partition(",") for part in text.split("|")]
    return {code.strip(): words.strip() for code, comma, words in parts if comma}


def read_export(sheets: Sequence[RawSheet]) -> Export:
    """Read an export with the data dictionary beside it, where there is one.

    Raises
    ------
    InputError
        If no sheet holds records, or several do.
    """
    dictionary = next((read_dictionary(s) for s in sheets if is_dictionary(s)), ())
    names = {f.name for f in dictionary}
    data = [s for s in sheets if not is_dictionary(s) and any(s.header)]
    telling = [s for s in data if is_export(s)] or [s for s in data if names & {n.split("___")[0] for n in s.header}]
    filled = [s for s in telling or data if s.rows]
    place = sheets[0].file if sheets else ""
    if not filled:
        raise InputError("the REDCap export holds no record", expected="a CSV file with one row a record", place=place)
    if len(filled) > 1:
        raise InputError(
            f"several files hold records: {', '.join(s.file for s in filled)}",
            todo="give the path of one of them; its data dictionary is found beside it",
        )  # fmt: skip
    export = _export(filled[0], dictionary)
    forms = {plain(f.form) for f in dictionary}
    strange = sorted({r.instrument for r in export.rows if r.instrument and plain(r.instrument) not in forms})
    if strange and forms and not export.labels:
        raise InputError(
            f"the repeating instrument {', '.join(strange)} is not in the data dictionary", place=export.file,
            expected=f"one of {', '.join(sorted({f.form for f in dictionary}))}",
            todo="export records and dictionary again on the same day",
        )  # fmt: skip
    return export


def _export(sheet: RawSheet, dictionary: tuple[FieldInfo, ...]) -> Export:
    heads = [shown(h) for h in sheet.header]
    known = {f.name for f in dictionary}
    named = sum(h.split("___")[0] in known for h in heads)
    worded = sum(_unbox(h)[0] in {f.label for f in dictionary} for h in heads)
    labels = worded > named or any((h.casefold() in _OWN and " " in h) or _CHOICE.match(h) for h in heads)
    columns = [_column(h, dictionary, labels=labels) for h in heads]
    infos = {f.name: f for f in dictionary}
    id_field = _id_field(columns, dictionary)
    skipped = {f.name for f in dictionary if f.identifier or f.kind in {"file", "descriptive", "signature"}} - {
        id_field
    }
    names = dict.fromkeys(name for name, _ in columns if name and name not in skipped and not _own(name))
    fields = tuple(infos.get(name, FieldInfo(name=name)) for name in names)
    positions = {name: i for i, (name, _) in reversed(list(enumerate(columns)))}
    rows, record = [], ""
    for number, cells in enumerate(sheet.rows):
        record = shown(cells[positions[id_field]]) or record
        rows.append(_row(sheet, number, record, columns, {f.name: f for f in fields}))
    return Export(
        file=sheet.file, id_field=id_field, fields=fields, rows=tuple(rows), positions=positions, labels=labels
    )


def _id_field(columns: Sequence[tuple[str, str]], dictionary: Sequence[FieldInfo]) -> str:
    """Return the record's field: the first of the dictionary, else the first column with a heading."""
    names = [name for name, _ in columns if name]
    return dictionary[0].name if dictionary and dictionary[0].name in names else names[0]


def _own(name: str) -> bool:
    """Whether a column is REDCap's own: event, repetition, completion, survey time."""
    return name.casefold() in _OWN or name == "Complete?" or bool(re.search(r"_(complete|timestamp)$", name))


def _unbox(head: str) -> tuple[str, str]:
    """Split the heading of a checkbox into field and choice; others have no choice."""
    if match := _CHOICE.match(head):
        return match[1], match[2]
    name, _, code = head.partition("___")
    return name, code


def _column(head: str, dictionary: Sequence[FieldInfo], *, labels: bool) -> tuple[str, str]:
    """Return field name and checkbox choice (as words) of a heading."""
    name, choice = _unbox(head)
    by_label = {f.label: f for f in reversed(dictionary)}
    info = by_label.get(name) if labels else next((f for f in dictionary if f.name == name), None)
    if info is None:
        return name, choice
    # Codes of checkboxes lose their minus sign and case in the headings.
    codes = {re.sub(r"\W", "_", c.casefold()): words for c, words in info.choices.items()}
    return info.name, codes.get(choice, choice)


def _row(
    sheet: RawSheet, number: int, record: str, columns: Sequence[tuple[str, str]], fields: Mapping[str, FieldInfo]
) -> Row:
    """Sort the cells of one row into REDCap's own, plain fields and joined checkboxes."""
    own: dict[str, str] = {}
    cells: dict[str, Cell] = {}
    for (name, choice), value in zip(columns, sheet.rows[number], strict=False):
        text = shown(value)
        if key := _OWN.get(name.casefold()):
            own[key] = text
        if not text or name not in fields:
            continue
        if not choice:
            cells[name] = value
        elif text.casefold() in _CHECKED:
            cells[name] = f"{cells[name]}; {choice}" if name in cells else choice
    return Row(
        record=record, event=own.get("event", ""), instrument=own.get("instrument", ""),
        instance=own.get("instance", ""), number=sheet.row_number(number), cells=cells,
    )  # fmt: skip
