"""Write what the published series say together into the documentation: ``python -m scripts.make_published_page``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from glisson.evidence import library
from glisson.evidence.pooling import pooled
from glisson.present.document import pieces
from glisson.present.table import TableModel
from glisson.present.tabulate.pooled import pooled_tables
from glisson.present.words import Words

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "published-pooled.md"

_TOP = """# What all published series together say

<!-- Written by `python -m scripts.make_published_page` from the library; do not edit by hand. -->

Liver metastases of sarcoma and leiomyosarcoma after TACE, Y-90, ablation and resection: the numbers of
[the library of published results](evidence.md), pooled as the page [meta-analysis](../methods/meta-analysis.md) says.
Which numbers may be pooled:

- the same outcome, of the whole arm, counted by patient; one reading where a series gives several;
- time that runs from the treatment;
- series that mix in gastrointestinal stromal tumours, or are older than the test that tells them apart, only where the
  heading says so;
- of series that probably share patients the one with most patients, then the latest;
- never an arm beside the whole it is a part of, and no systematic reviews.

```python
from glisson.evidence import library
from glisson.evidence.outcomes import OUTCOMES, POPULATIONS
from glisson.evidence.pooling import pooled

survival = [o for o in OUTCOMES if o.code == "os_60m"]
found = pooled(library(), outcomes=survival, populations=POPULATIONS[:1]).one("os_60m", "resection")
print([used.label for used in found.used])
print(found.estimates.one("pooled"))
```

"""


def page() -> str:
    """Return the whole page."""
    tables = pooled_tables(pooled(library()), Words.of("plain"))
    return _TOP + "\n".join(_markdown(t) for t in tables)


def _markdown(table: TableModel) -> str:
    lines = [f"## {table.title}", "", _row(c.heading for c in table.columns)]
    lines.append("|" + "|".join("---" if c.align == "left" else ":-:" for c in table.columns) + "|")
    for row in table.rows:
        cells = [f"**{row.cells[0]}**", *[""] * (len(table.columns) - 1)] if row.kind == "section" else row.cells
        lines.append(_row(cells))
    return "\n".join([*lines, "", *(f"{note}\n" for note in table.notes)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_cell(c) for c in cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _cell(text: str) -> str:
    parts = pieces(text, {})
    return "".join(_link(part, url) if url else part for part, url in parts)


def _link(text: str, url: str) -> str:
    return f"<{url}>" if text == url else f"[{text}]({url.replace('(', '%28').replace(')', '%29')})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
