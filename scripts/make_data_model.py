"""Write the data dictionary from the schema: ``python -m scripts.make_data_model`` from the project's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glisson.clinical.schema import TABLES, Field, Table
from glisson.clinical.template_text import KIND_MEANING, NEED_MEANING, limits

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "data-model.md"

_TOP = """# The data model

<!-- Written by `python -m scripts.make_data_model`; correct src/glisson/clinical/schema.py instead. -->

A cohort is up to {tables} tables: the sheets of a workbook (`glisson template cohort.xlsx` writes an empty one with an
example patient) or the CSV files of a folder.
{needed} are needed; every other table adds what is said below it.
How to fill them in is told in [Prepare your data](../how-to/prepare-your-data.md).

Names of sheets and columns may be written in any case, with spaces or underscores. Ids join the tables. Numbers stand
in the unit given here; a unit typed behind a number is converted where that is unambiguous, and listed. A value
outside the limits is not used, and listed.
"""


def page() -> str:
    """Return the page as Markdown."""
    needed = " and ".join(f"[{t.name}](#{t.name})" for t in TABLES if t.compulsory)
    lines = [_TOP.format(tables=len(TABLES), needed=needed), "| need | means |", "|---|---|"]
    lines += [f"| {need} | {text} |" for need, text in NEED_MEANING.items()]
    lines += ["", "| kind | a cell holds |", "|---|---|"]
    lines += [f"| {_kind(kind)} | {text} |" for kind, text in KIND_MEANING.items()]
    for table in TABLES:
        lines += ["", *_section(table)]
    return "\n".join(lines) + "\n"


def _section(table: Table) -> Iterator[str]:
    """Yield the lines of one table."""
    yield f"## {table.name}"
    yield ""
    key = f" Identified by {' and '.join(f'`{k}`' for k in table.key)}." if table.key else ""
    yield f"{table.title}.{' Needed for every assessment.' if table.compulsory else f' Adds {table.adds}.'}{key}"
    yield ""
    yield "| column | need | holds | meaning | example | ADaM, SDTM |"
    yield "|---|---|---|---|---|---|"
    for declared in table.fields:
        cells = (
            f"`{declared.name}`", declared.need, _holds(declared), declared.meaning, declared.example, declared.adam,
        )  # fmt: skip
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _kind(kind: str) -> str:
    return kind.replace("_", "/")


def _holds(declared: Field) -> str:
    """Return what a cell holds: the codes of a choice, or the kind with its limits."""
    if declared.choices:
        return ", ".join(f"`{c}`" for c in declared.choices)
    text = limits(declared)
    return f"{_kind(declared.kind)}, {text}" if text else _kind(declared.kind)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8", newline="\n")
