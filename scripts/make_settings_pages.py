"""Write what study.toml can hold into the documentation: ``python -m scripts.make_settings_pages``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from glisson.clinical.settings import (
    AnalysisSettings,
    ColumnMap,
    ComparisonSettings,
    EndpointSettings,
    InputSettings,
    ReportSettings,
    ResponseSettings,
    SafetySettings,
    StandardsSettings,
    Study,
)
from glisson.clinical.targets import TARGETS, Role

DOCS = Path(__file__).resolve().parents[1] / "docs"
REFERENCE = DOCS / "reference" / "study-toml.md"
GUIDE = DOCS / "how-to" / "flat-spreadsheet.md"
BEGIN, END = "<!-- targets: begin -->\n", "<!-- targets: end -->\n"

#: How the cells of a column are read, by the role of its meaning.
ROLE_MEANING: dict[Role, str] = {
    "id": "id, kept as text",
    "method": "method",
    "date": "date",
    "time": "duration",
    "status": "two states",
    "choice": "choice",
    "integer": "whole number",
    "number": "number",
    "text": "text",
    "grade": "grade 0 to 5",
    "subgroup": "any groups",
}

_TOP = """# study.toml

<!-- Written by `python -m scripts.make_settings_pages`; correct src/glisson/clinical/settings.py instead. -->

What the people of a study decided. glisson reads the `study.toml` beside the input, or the file given with `--study`.
Every key may be left out; the default then counts, and the report names it as a default. Unknown keys and impossible
values are reported all at once, never ignored.

```toml
title = "Liver-directed therapy, 2012 to 2018"
cutoff = 2019-06-30

[input]
missing = ["n/a"]

[endpoints]
rule_set = "fda_a"
imaging_interval_days = 90

[analysis]
times_months = [6, 12, 18]
```

What each setting does to an endpoint is explained on the page [endpoints](../methods/endpoints.md).
"""

#: Section, heading, text below it.
SECTIONS: tuple[tuple[type[BaseModel], str, str], ...] = (
    (Study, "At the top", "Before the first section."),
    (InputSettings, "[input]", "How the input is read."),
    (
        ColumnMap,
        "[[input.columns]]",
        "One entry for each column of a flat sheet that is used; a column that means two things has two entries.\nAll"
        " meanings are listed in [Use a sheet of your own](../how-to/flat-spreadsheet.md#what-a-column-can-mean).",
    ),
    (EndpointSettings, "[endpoints]", "How endpoints are derived."),
    (AnalysisSettings, "[analysis]", "How estimates are made."),
    (ResponseSettings, "[response]", "How response is derived from measurements."),
    (ComparisonSettings, "[comparison]", "Published treatments beside which the cohort is set."),
    (SafetySettings, "[safety]", "How harm is graded and counted."),
    (
        StandardsSettings,
        "[standards]",
        "What the reporting standards ask and no sheet holds; a text fills its item\n"
        "([Reporting standards](reporting-standards.md)).",
    ),
    (ReportSettings, "[report]", "How the report reads."),
)


def reference() -> str:
    """Return the page with every key of study.toml."""
    lines = [_TOP]
    for section, heading, text in SECTIONS:
        lines += [f"## {heading}", "", text, "", "| key | value | default | meaning |", "|---|---|---|---|"]
        lines += [*_keys(section), ""]
    return "\n".join(lines)


def _keys(section: type[BaseModel]) -> Iterator[str]:
    """Yield a row for each key that is no section of its own."""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            continue
        default = "needed" if field.is_required() else _literal(field.get_default(call_default_factory=True))
        cells = (f"`{name}`", _accepted(field.annotation), default, field.description or "")
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _accepted(kind: Any) -> str:
    """Say which values a key takes."""
    plain = {str: "text", int: "whole number", float: "number", bool: "`true`, `false`"}
    options = [a for a in get_args(kind) if a is not type(None)]
    if kind in plain:
        return plain[kind]
    if get_origin(kind) is tuple:
        return "entries of their own" if options[0] is ColumnMap else f"list: {_accepted(options[0])}"
    if get_origin(kind) is dict:
        return "table: text = text"
    if options and all(isinstance(o, str | int) for o in options):
        return ", ".join(f"`{o}`" for o in options if o)
    return _accepted(options[0]) if options else "date"


def _literal(value: object) -> str:
    """Return a default as it is written; nothing where it is empty."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(f'{v:g}' for v in value)}]`" if value else ""
    return f"`{value}`" if value not in ("", None, {}) else ""


def targets() -> str:
    """Return the table of everything that a column of a flat sheet can mean."""
    lines = ["| `means` | what it is | cells hold | codes |", "|---|---|---|---|"]
    for one in TARGETS:
        codes = ", ".join(f"`{c}`" for c in one.codes)
        holds = f"{ROLE_MEANING[one.role]}{', with its `unit`' if one.measured else ''}"
        lines.append(f"| `{one.name}` | {one.title} | {holds} | {codes} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


def guide(page: str) -> str:
    """Return the guide with the current table."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + targets() + END + rest.split(END)[1]


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8", newline="\n")
    GUIDE.write_text(guide(GUIDE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
