"""Pieces of a Word file that python-docx has no function for: styles, fields, bookmarks, headers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from glisson.present.document import Document, Heading

#: A4 with 20 mm margins.
PAGE_MM, MARGIN_MM = (210.0, 297.0), 20.0
TEXT_WIDTH_MM = PAGE_MM[0] - 2 * MARGIN_MM
#: Room below the last line of a table or figure, in English Metric Units (11 points).
AFTER_FLOAT = 11 * 12700
SERIF, SANS = "Times New Roman", "Arial"
NAVY, SOFT, LINK = "12355B", "57606A", "1A5A96"


def prepare(file: Any, document: Document) -> None:
    """Set page, styles, header, footer and properties of a new file."""
    from docx.shared import Mm  # noqa: PLC0415 - only this writer needs it

    section = file.sections[0]
    section.page_width, section.page_height = (Mm(x) for x in PAGE_MM)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(MARGIN_MM))
    _styles(file)
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    add_text(header, document.banner or document.title, color="7A3B00" if document.banner else SOFT)
    add_text(footer, "Page ")
    add_field(footer, "PAGE", "1")
    add_text(footer, " of ")
    add_field(footer, "NUMPAGES", "1")
    about = file.core_properties
    about.title, about.subject, about.author = document.title, document.subtitle, "glisson"
    about.language, about.comments, about.last_modified_by, about.revision = "en-US", document.banner, "glisson", 1


def _styles(file: Any) -> None:
    """Give every style its type, size and spacing in one table."""
    rows: tuple[tuple[str, str, str, float, bool, str, float, float], ...] = (
        # name, based on, type, size, bold, colour, space before, space after (points)
        ("Normal", "", SERIF, 11, False, "000000", 0, 6),
        ("Body Text", "Normal", SERIF, 11, False, "000000", 0, 6),
        ("Answer", "Normal", SERIF, 10, False, "000000", 0, 3),
        ("Title", "Normal", SANS, 16, True, NAVY, 0, 3),
        ("Subtitle", "Normal", SANS, 10, False, SOFT, 0, 4),
        ("Heading 1", "Normal", SANS, 15, True, NAVY, 14, 4),
        ("Heading 2", "Normal", SANS, 12, True, "000000", 14, 4),
        ("Contents Title", "Normal", SANS, 12, True, NAVY, 14, 4),
        ("Contents 1", "Normal", SANS, 9, True, "000000", 3, 0),
        ("Contents 2", "Normal", SANS, 9, False, SOFT, 0, 0),
        ("Caption", "Normal", SANS, 9, False, "000000", 10, 4),
        ("Figure", "Normal", SANS, 9, False, "000000", 10, 0),
        ("Table Text", "Normal", SANS, 7, False, "000000", 0, 0),
        ("Table Note", "Normal", SANS, 7.5, False, SOFT, 3, 3),
        ("Remark", "Normal", SERIF, 10.5, False, "000000", 3, 8),
        ("Colophon", "Normal", SANS, 8, False, SOFT, 18, 0),
        ("Header", "Normal", SANS, 8, True, SOFT, 0, 0),
        ("Footer", "Normal", SANS, 8, False, SOFT, 0, 0),
        ("List Bullet", "Normal", SERIF, 11, False, "000000", 0, 2),
        ("List Number", "Normal", SERIF, 10, False, "000000", 0, 2),
    )
    for name, based_on, family, size, bold, color, before, after in rows:
        _style(file, name, based_on, family, size, bold=bold, color=color, before=before, after=after)
    file.styles["Figure"].paragraph_format.keep_with_next = True
    file.styles["Remark"].paragraph_format.left_indent = _points(10)
    file.styles["Contents 2"].paragraph_format.left_indent = _points(10)
    for level in (1, 2):
        _page_number_tab(file.styles[f"Contents {level}"])


def _page_number_tab(style: Any) -> None:
    """Set page numbers flush right, with dots before them."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415 - only this writer needs it
    from docx.shared import Mm  # noqa: PLC0415

    style.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _style(
    file: Any,
    name: str,
    based_on: str,
    family: str,
    size: float,
    *,
    bold: bool,
    color: str,
    before: float,
    after: float,
) -> None:
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - only this writer needs it
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import RGBColor  # noqa: PLC0415

    known = {s.name for s in file.styles}
    style = file.styles[name] if name in known else file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if based_on:
        style.base_style = file.styles[based_on]
    style.font.name, style.font.size, style.font.bold, style.font.italic = family, _points(size), bold, False
    style.font.color.rgb = RGBColor.from_string(color)
    fonts = style.element.rPr.rFonts
    for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(attribute), None)
    for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(attribute), family)
    for path in (f"{qn('w:pPr')}/{qn('w:pBdr')}", f"{qn('w:rPr')}/{qn('w:spacing')}"):  # ornaments of the template
        for found in style.element.findall(path):
            found.getparent().remove(found)
    style.paragraph_format.space_before, style.paragraph_format.space_after = _points(before), _points(after)
    style.paragraph_format.line_spacing = 1.0 if "Table" in name else 1.12
    style.paragraph_format.widow_control = True


def _points(size: float) -> Any:
    from docx.shared import Pt  # noqa: PLC0415 - only this writer needs it

    return Pt(size)


def element(tag: str, **attributes: str) -> Any:
    """Return a WordprocessingML element, e.g. ``element("w:fldChar", fldCharType="begin")``."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - only this writer needs it
    from docx.oxml.ns import qn  # noqa: PLC0415

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def add_text(paragraph: Any, text: str, *, bold: bool = False, color: str = "") -> None:
    """Add a run of text."""
    from docx.shared import RGBColor  # noqa: PLC0415 - only this writer needs it

    run = paragraph.add_run(text)
    if bold:
        run.bold = True
    if color:
        run.font.color.rgb = RGBColor.from_string(color)


def add_field(paragraph: Any, instruction: str, shown: str, *, bold: bool = False, stale: bool = False) -> None:
    """Add a field that Word can update, with the text shown until then; a stale one it updates on opening the file."""
    for kind in ("begin", "instruction", "separate", "text", "end"):
        run = paragraph.add_run(shown if kind == "text" else None)
        if bold:
            run.bold = True
        if kind == "instruction":
            code = element("w:instrText")
            code.text = f" {instruction} "
            run._r.append(code)
        elif kind != "text":
            dirty = {"dirty": "true"} if stale and kind == "begin" else {}
            run._r.append(element("w:fldChar", fldCharType=kind, **dirty))


def add_link(paragraph: Any, url: str, text: str) -> None:
    """Add text that leads to an address."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - only this writer needs it
    from docx.oxml.ns import qn  # noqa: PLC0415

    link = element("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    add_text(paragraph, text, color=LINK)
    link.append(paragraph.runs[-1]._r)
    paragraph._p.append(link)


def bookmark_name(anchor: str) -> str:
    """Return a name Word accepts for a bookmark."""
    return "g_" + anchor.replace("-", "_")[:36]


def bookmark(paragraph: Any, anchor: str, write: Callable[[Any], None]) -> None:
    """Put what ``write`` adds to the paragraph into a bookmark."""
    name = bookmark_name(anchor)
    number = str(sum(1 for _ in paragraph.part.element.iter(element("w:bookmarkStart").tag)) + 1)
    paragraph._p.append(element("w:bookmarkStart", id=number, name=name))
    write(paragraph)
    paragraph._p.append(element("w:bookmarkEnd", id=number))


def caption_number(paragraph: Any, anchor: str, label: str) -> None:
    """Write ``Table 3`` or ``Table A3`` with a number that Word counts itself, anew in every appendix."""
    kind, number = label.split(" ")
    letter = number.rstrip("0123456789")

    def write(p: Any) -> None:
        add_text(p, f"{kind} {letter}", bold=True)
        add_field(p, f"SEQ {kind}{'_' * bool(letter)}{letter} \\* ARABIC", number.removeprefix(letter), bold=True)

    bookmark(paragraph, anchor, write)


def add_contents(file: Any, headings: Sequence[Heading]) -> None:
    """Add the list of contents; its page numbers are fields that Word fills when it opens the file."""
    add_text(paragraph(file, "Contents Title"), "Contents")
    for heading in headings:
        line = paragraph(file, f"Contents {min(heading.level, 2)}")
        link = element("w:hyperlink", anchor=bookmark_name(heading.anchor), history="1")
        add_text(line, heading.full_text)
        add_text(line, "\t")
        add_field(line, f"PAGEREF {bookmark_name(heading.anchor)} \\h", " ", stale=True)
        for run in line.runs:
            link.append(run._r)
        line._p.append(link)


def paragraph(file: Any, style: str) -> Any:
    """Add an empty paragraph; the style is set by its id, because looking it up by name takes longer than the rest."""
    added = file.add_paragraph()
    added._p.style = style.replace(" ", "")
    return added


def left_rule(paragraph: Any, color: str) -> None:
    """Draw a coloured rule to the left of a paragraph."""
    borders = element("w:pBdr")
    borders.append(element("w:left", val="single", sz="18", space="8", color=color))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")


def add_banner(file: Any, text: str) -> None:
    """Add a shaded line that cannot be overlooked."""
    banner = paragraph(file, "Remark")
    left_rule(banner, "7A3B00")
    add_text(banner, text, bold=True, color="7A3B00")
