"""TableModel: a finished table as text cells, before it becomes HTML, Word, Typst or a worksheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center"]
RowKind = Literal["data", "section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Parameters
    ----------
    heading
        What stands at its head.
    above
        Heading shared with its neighbours one level up; empty where there is none.
    align
        Texts are set flush left, numbers centred.
    width
        Relative width, for media that ask for one.
    """

    heading: str
    above: str = ""
    align: Align = "center"
    width: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; the first cell names it.

    Parameters
    ----------
    cells
        One text a column; a section row has only its name.
    indent
        Levels by which the name is moved in.
    """

    cells: tuple[str, ...]
    indent: int = 0
    kind: RowKind = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableModel:
    """A table with its caption.

    Parameters
    ----------
    name
        Anchor and worksheet name, e.g. ``"baseline"``.
    title
        Caption without number; it says how many patients the table is about.
    columns, rows
        Contents.
    notes
        What a reader must know, below the table.
    wide
        Whether it needs the full width of a landscape page.

    Examples
    --------
    >>> table = TableModel(name="t", title="T", columns=(Column(heading="A"),), rows=(Row(cells=("x",)),))
    >>> table.header_levels
    1
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    wide: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that does not fit its columns."""
        for row in self.rows:
            if row.kind == "data" and len(row.cells) != len(self.columns):
                raise ValueError(f"table {self.name}: {len(row.cells)} cells for {len(self.columns)} columns")

    @property
    def header_levels(self) -> int:
        """Number of header rows: 2 where columns share a heading."""
        return 2 if any(c.above for c in self.columns) else 1

    def spans(self) -> tuple[tuple[str, int], ...]:
        """Return the upper header as (heading, number of columns), left to right."""
        out: list[tuple[str, int]] = []
        for column in self.columns:
            if out and column.above and out[-1][0] == column.above:
                out[-1] = (column.above, out[-1][1] + 1)
            else:
                out.append((column.above, 1))
        return tuple(out)


def text_column(heading: str, width: float = 2.0) -> Column:
    """Return a column of text, flush left."""
    return Column(heading=heading, align="left", width=width)


def section(text: str) -> Row:
    """Return a row that heads those below it."""
    return Row(cells=(text,), kind="section")
