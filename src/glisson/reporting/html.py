"""The report as one HTML file: styles, figures and tables inside it, nothing fetched, no script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from glisson.present.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    TableBlock,
    is_address,
    pieces,
    unlinked,
)
from glisson.present.figures.render import Rendered
from glisson.present.table import Row, TableModel

#: Lines of a cell up to this length stay on one line.
_KEPT_TOGETHER = 24
_NAME = re.compile(r"\b[A-Z]{1,3}-[A-Z0-9]+\b")


def html(document: Document, figures: Mapping[str, Rendered]) -> str:
    """Return the whole page.

    Parameters
    ----------
    document
        Blocks of the report.
    figures
        Every figure of the document, rendered, by name.

    Returns
    -------
    str
        A complete HTML document.
    """
    import jinja2  # noqa: PLC0415 - only this writer needs it

    folder = files("glisson.reporting").joinpath("templates")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    labels = document.labels()
    environment.filters["inline"] = lambda text: _inline(text, labels)
    environment.filters["cell"] = _cell
    views = [_view(block, labels, figures) for block in document.blocks]
    page = environment.get_template("report.html.j2").render(
        document=document,
        blocks=views,
        contents=_contents(document),
        css=_safe(folder.joinpath("report.css").read_text(encoding="utf-8")),
    )
    return str(page)


def _view(block: Block, labels: Mapping[str, str], figures: Mapping[str, Rendered]) -> dict[str, Any]:
    """Return what the template needs to know of one block."""
    match block:
        case Heading():
            return {"kind": "heading", "block": block, "level": block.level + 1}
        case Paragraph():
            return {"kind": "paragraph", "block": block}
        case Note():
            return {"kind": "note", "block": block}
        case ListBlock():
            return {"kind": "list", "block": block}
        case TableBlock(table=table):
            return {"kind": "table", "table": table, "label": labels[table.name]} | _parts(table)
        case FigureBlock():
            picture = inline_svg(figures[block.name].svg.decode(), block)
            return {"kind": "figure", "block": block, "label": labels[block.name], "svg": picture}


def _contents(document: Document) -> list[tuple[Heading, list[Heading]]]:
    """Return chapters with the sections of each, for the navigation."""
    out: list[tuple[Heading, list[Heading]]] = []
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            out.append((block, []))
        elif isinstance(block, Heading) and out:
            out[-1][1].append(block)
    return out


def _parts(table: TableModel) -> dict[str, Any]:
    """Return the upper header row as (heading, columns, first column), the rows by section, heads of the cells."""
    upper, place = [], 0
    for heading, span in table.spans():
        upper.append((heading, span, table.columns[place]))
        place += span
    heads = [f"{c.above}: {c.heading}" if c.above else c.heading for c in table.columns]
    return {"upper": upper, "groups": _groups(table), "heads": [h.replace("\n", " ") for h in heads]}


def _groups(table: TableModel) -> list[tuple[str, list[Row]]]:
    """Return the rows under each section heading; rows before the first have none."""
    out: list[tuple[str, list[Row]]] = []
    for row in table.rows:
        if row.kind == "section":
            out.append((row.cells[0], []))
        else:
            if not out:
                out.append(("", []))
            out[-1][1].append(row)
    return out


def _inline(text: str, labels: dict[str, str]) -> Any:
    """Return text with links for its references."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with Jinja2

    out = Markup()
    for part, target in pieces(text, labels):
        if is_address(target):
            out += Markup('<a class="source" href="{}">{}</a>').format(target, part)
        else:
            out += Markup('<a href="#{}">{}</a>').format(target, part) if target else _whole(escape(part))
    return out


def _whole(text: Any) -> Any:
    """Return escaped text in which a name like Y-90 stays on one line."""
    if "-" not in text:
        return text
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return Markup(_NAME.sub(r'<span class="together">\g<0></span>', str(text)))


def _cell(text: str) -> Any:
    """Return a cell with its line breaks; short lines are not broken further."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    together = Markup('<span class="together">{}</span>')
    lines = [(len(unlinked(line)), _inline(line, {})) for line in text.split("\n")]
    return Markup(" <br>").join(together.format(x) if size <= _KEPT_TOGETHER else x for size, x in lines)


def _safe(text: str) -> Any:
    """Mark our own style sheet and figures as markup; nothing from the input comes this way unescaped."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return Markup(text)


def inline_svg(svg: str, block: FigureBlock) -> Any:
    """Return an SVG file as an element of the page: no prolog, identifiers of its own, a text alternative."""
    from markupsafe import escape  # noqa: PLC0415 - comes with Jinja2

    body = svg[svg.index("<svg") :]
    box = re.search(r'viewBox="([^"]+)"', body)
    inner = body[body.index(">") + 1 :]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = re.sub(r'\bid="', f'id="{block.name}-', inner)
    inner = re.sub(r'(xlink:href="|href="|url\()#', rf"\g<1>#{block.name}-", inner)
    inner = inner.replace("xlink:href", "href")
    head = f'<svg role="img" aria-label="{escape(block.alt)}" viewBox="{box[1] if box else ""}">'
    return _safe(head + inner)
