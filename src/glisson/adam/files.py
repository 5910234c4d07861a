"""Datasets as files: CSV, and the SAS transport format of version 5."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from glisson.adam.dataset import Dataset
from glisson.clinical.cdisc.xport import INSTALL, NO_PYREADSTAT
from glisson.errors import NotSupportedError

#: Longest text of the transport format, in bytes.
TEXT = 200
#: Bytes in which a transport file holds when it was made, twice each in the two header records.
_STAMP = b"01JAN20:00:00:00"


def csv_text(dataset: Dataset) -> str:
    """Return a dataset as CSV: texts in quotes, dates as YYYY-MM-DD, blanks empty.

    Examples
    --------
    >>> from glisson.adam.dataset import Variable
    >>> name, value = Variable(name="AETERM", label="Term"), Variable(name="AVAL", label="Value", kind="number")
    >>> rows = pl.DataFrame({"AETERM": ["Pain", None], "AVAL": [1.5, 2.0]})
    >>> csv_text(Dataset(name="x", label="X", variables=(name, value), rows=rows)).splitlines()
    ['"AETERM","AVAL"', '"Pain",1.5', ',2']
    """
    lines = [",".join(_quoted(v.name) for v in dataset.variables)]
    lines += [",".join(_field(cell) for cell in row) for row in dataset.rows.iter_rows()]
    return "\n".join(lines) + "\n"


def _field(cell: object) -> str:
    """Return one cell; every text is quoted, so that no character in it can end the cell or the line."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _quoted(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def check_xport() -> None:
    """Say that pyreadstat is missing, before any work is done.

    Raises
    ------
    NotSupportedError
        If it is.
    """
    try:
        import pyreadstat  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise NotSupportedError(f"{NO_PYREADSTAT}; {INSTALL}, or export as CSV") from None


def xport_bytes(dataset: Dataset) -> tuple[bytes, int]:
    """Return a dataset as a SAS transport file, and how many of its texts had to be cut.

    Parameters
    ----------
    dataset
        Dates become SAS dates with a format; texts longer than 200 bytes are cut, as the format has no room for more.
    """
    import pyreadstat  # noqa: PLC0415 - an extra

    columns, cut = [], 0
    for variable in dataset.variables:
        column = dataset.rows[variable.name]
        if variable.kind == "char":
            texts = [_short(t) for t in column.fill_null("").to_list()]
            cut += sum(short != (text or "") for short, text in zip(texts, column.to_list(), strict=True))
            column = pl.Series(variable.name, texts, dtype=pl.String)
        elif variable.kind == "integer":
            column = column.cast(pl.Float64)
        columns.append(column)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{dataset.name}.xpt"
        pyreadstat.write_xport(
            pl.DataFrame(columns), str(path), file_label=_ascii(dataset.label)[:40], table_name=dataset.name.upper(),
            column_labels=[v.label for v in dataset.variables], file_format_version=5,
            variable_format={v.name: "DATE9." for v in dataset.variables if v.kind == "date"},
        )  # fmt: skip
        return _undated(path.read_bytes()), cut


def _short(text: str) -> str:
    """Cut a text to the bytes of the format, at a character; a tail of blanks would be lost anyway."""
    return text.encode("utf-8")[:TEXT].decode("utf-8", errors="ignore")


def _ascii(text: str) -> str:
    return text.encode("ascii", errors="replace").decode("ascii")


def _undated(raw: bytes) -> bytes:
    """Replace the time of writing, so that the same records are the same bytes."""
    for start in (144, 160, 464, 480):  # made and changed, in the header of the library and of the member
        if len(raw) >= start + 16:
            raw = raw[:start] + _STAMP + raw[start + 16 :]
    return raw


def variables_csv(datasets: Iterable[Dataset]) -> str:
    """Return the list of all variables: dataset, variable, label, type, origin."""
    rows = (
        (one.name, variable.name, variable.label, variable.kind, variable.origin)
        for one in datasets
        for variable in one.variables
    )
    lines = ["dataset,variable,label,type,origin", *(",".join(_quoted(text) for text in row) for row in rows)]
    return "\n".join(lines) + "\n"
