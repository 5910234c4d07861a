"""Points and numbers at risk from CSV files, and reconstructed times to them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.evidence.reconstruct import Reconstruction

Floats = NDArray[np.float64]


def read_pairs(path: Path | str, what: str) -> list[tuple[float, float]]:
    """Read two columns of numbers from a CSV file.

    Parameters
    ----------
    path
        Commas, semicolons or tabs between columns; where they are no commas, decimal commas are read. A first row
        of words is a heading. Further columns are not read.
    what
        What the rows are, for messages.

    Raises
    ------
    InputError
        Naming every line that does not hold two numbers.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name} cannot be read ({error})", todo="check the name; save it as CSV UTF-8") from None
    mark = next((m for m in ("\t", ";") if m in text), ",")
    pairs, wrong = [], []
    for line, row in enumerate(csv.reader(io.StringIO(text), delimiter=mark), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        values = [_number(cell, comma=mark != ",") for cell in cells[:2]]
        if len(values) == 2 and None not in values:
            pairs.append((values[0] or 0.0, values[1] or 0.0))
        elif line > 1:
            wrong.append(f"line {line}: {mark.join(cells[:2]) or 'empty'}")
    if wrong:
        raise InputError("; ".join(wrong), expected=f"two numbers a line ({what})", place=file.name)
    if not pairs:
        raise InputError(f"{file.name} holds no {what}", expected="two columns of numbers")
    return pairs


def times_csv(made: Reconstruction) -> str:
    """Return reconstructed times as CSV: day, event, one row a patient.

    Parameters
    ----------
    made
        A reconstruction.
    """
    order = np.lexsort((1 - made.endpoint.cause, made.endpoint.exit))
    rows = zip(made.endpoint.exit[order].tolist(), made.endpoint.cause[order].tolist(), strict=True)
    return "days,event\n" + "".join(f"{day},{event}\n" for day, event in rows)


def points_csv(time: Floats, survival: Floats) -> str:
    """Return points as CSV.

    Parameters
    ----------
    time, survival
        Shape (k,).

    Examples
    --------
    >>> print(points_csv(np.array([0.0, 2.5]), np.array([1.0, 0.75])), end="")
    time,survival
    0,1
    2.5,0.75
    """
    return "time,survival\n" + "".join(f"{t:.6g},{s:.6g}\n" for t, s in zip(time, survival, strict=True))


def _number(cell: str, *, comma: bool) -> float | None:
    try:
        return float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return None
