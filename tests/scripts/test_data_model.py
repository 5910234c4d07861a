"""The data dictionary in the documentation is what the schema says."""

from __future__ import annotations

import re

from scripts.make_data_model import TARGET, page

from glisson.clinical.schema import TABLES


def test_the_committed_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), "run: python -m scripts.make_data_model"


def test_every_column_has_one_row_with_its_codes() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL))
    assert list(sections) == [t.name for t in TABLES]
    for table in TABLES:
        rows = [line for line in sections[table.name].splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == list(table.names)
        for declared, row in zip(table.fields, rows, strict=True):
            assert len(re.findall(r"(?<!\\)\|", row)) == 7
            assert declared.need in row
            assert all(f"`{c}`" in row for c in declared.choices)
            assert declared.unit in row
