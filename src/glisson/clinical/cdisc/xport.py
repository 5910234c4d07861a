"""SAS transport files (version 5) as sheets; needs pyreadstat."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from glisson.clinical.raw import Cell, RawSheet
from glisson.errors import InputError

NO_PYREADSTAT = "SAS transport files need the package pyreadstat"
INSTALL = "install it: pip install 'glisson[cdisc]'"


def read_xport(path: Path) -> RawSheet:
    """Read a SAS transport file.

    Parameters
    ----------
    path
        File whose name ends in ``.xpt``; its name is that of the dataset.

    Raises
    ------
    InputError
        If pyreadstat is not installed, or the file is damaged.
    """
    try:
        import pyreadstat  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError(NO_PYREADSTAT, todo=f"{INSTALL}, or export as CSV", place=path.name) from None
    try:
        frame, meta = pyreadstat.read_xport(str(path), output_format="polars")
    except Exception as error:  # pyreadstat raises whatever the C library says
        raise InputError(
            f"the file cannot be read as a SAS transport file ({error})", place=path.name,
            expected="a file of version 5", todo="export it again",
        ) from None  # fmt: skip
    header = tuple(str(n).strip().upper() for n in meta.column_names)
    rows = tuple(tuple(_cell(v) for v in row) for row in frame.iter_rows())
    return RawSheet(file=path.name, name=path.stem, header=header, rows=rows, first_row=2)


def _cell(value: Any) -> Cell:
    """Return a value as a cell: no text and no number are blank."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, float) and math.isnan(value):
        return None
    cell: Cell = value
    return cell
