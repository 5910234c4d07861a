"""The findings of an audit as a letter of their own: text, HTML or Word."""

from __future__ import annotations

from pathlib import Path

from glisson.assessment import Audit, Beside
from glisson.clinical.whole_file import check_new, write_whole
from glisson.errors import InputError
from glisson.present.document import Block, Document, Heading, ListBlock, Paragraph
from glisson.present.tabulate.common import people
from glisson.reporting import comparison, comparison_control, pitfalls
from glisson.reporting.plain import plain
from glisson.reporting.references import cited
from glisson.reporting.sources import sources_section

#: What a letter can be written as, by the ending of its name.
SUFFIXES = (".html", ".docx", ".txt")
#: Stands on a letter about invented patients.
_SYNTHETIC = "Synthetic patients: every person and every number in this letter is invented."


def letter(audit: Audit) -> Document:
    """Return an audit as a document.

    Parameters
    ----------
    audit
        From ``glisson.assessing.audit``.

    Examples
    --------
    >>> from glisson.assessing import audit
    >>> from glisson.clinical.read import demo_cohort
    >>> letter(audit(demo_cohort())).blocks[0].text
    'Pitfalls found'
    """
    blocks: list[Block] = pitfalls.chapter(audit)
    references = cited(" ".join(["ROBINS-I", *(f"{f.reference} {f.remedy}" for f in audit.findings)]))
    blocks += [Heading(text="References", anchor="references", level=2), ListBlock(items=references, numbered=True)]
    return _document(audit, "Statistical review", tuple(blocks))


def check_letter(path: Path, *, force: bool = False) -> None:
    """Refuse, before any work is done, what ``write_letter`` could not write.

    Raises
    ------
    InputError
        If the ending is none of ``SUFFIXES``, or the file exists and ``force`` is false.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path.name} ends in none of {', '.join(SUFFIXES)}", todo=f"name it {path.stem or 'letter'}.html"
        )
    check_new(path, suffix=path.suffix.lower(), force=force)


def write_letter(audit: Audit, path: Path, *, force: bool = False) -> None:
    """Write the letter of an audit as HTML, Word or text, by the ending of the name.

    Parameters
    ----------
    audit
        From ``glisson.assessing.audit``.
    path
        Ends in ``.html``, ``.docx`` or ``.txt``.
    force
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        As ``check_letter``, or if the file cannot be written; an earlier file is unchanged.
    """
    write_document(letter(audit), path, force=force)


def comparison_letter(beside: Beside) -> Document:
    """Return a comparison with published treatments as a document.

    Parameters
    ----------
    beside
        From ``glisson.assessing.compare``.
    """
    blocks = comparison.comparison_chapter(beside, beside.result)
    blocks += sources_section(blocks)
    if not blocks:
        blocks = [Paragraph(text=beside.result.refused or "Nothing was compared.")]
    blocks += comparison_control.control_chapter(beside, beside.control)
    if beside.findings:
        blocks += [
            Heading(text="Pitfalls of the comparison", anchor="pitfalls"),
            *pitfalls.told(beside, beside.findings),
        ]
    return _document(beside, "Beside published treatments", tuple(blocks))


def _document(about: Audit | Beside, what: str, blocks: tuple[Block, ...]) -> Document:
    version = dict(about.versions).get("glisson", "")
    files = ", ".join(f"{name} (SHA-256 {digest[:12]}…)" for name, digest in about.files)
    return Document(
        title=about.title,
        subtitle=f"{what}: {people(about)}",
        banner=_SYNTHETIC if about.synthetic else "",
        blocks=blocks,
        colophon=f"Produced by glisson {version}{' from ' if files else ''}{files}. Patients appear under pseudonyms.",
    )


def write_document(document: Document, path: Path, *, force: bool = False) -> None:
    """Write a document as HTML, Word or text, by the ending of the name.

    Raises
    ------
    InputError
        As ``check_letter``, or if the file cannot be written; an earlier file is unchanged.
    """
    check_letter(path, force=force)
    suffix = path.suffix.lower()
    if suffix == ".txt":
        write_whole(path, plain(document).encode())
        return
    from glisson.present.figures.render import render_all  # noqa: PLC0415 - drawing is slow to start

    kinds = ("svg",) if suffix == ".html" else ("png",)
    figures = render_all(document.figures(), kinds=kinds) if document.figures() else {}
    if suffix == ".html":
        from glisson.reporting.html import html  # noqa: PLC0415

        write_whole(path, html(document, figures).encode())
        return
    from glisson.reporting.docx import docx  # noqa: PLC0415

    write_whole(path, docx(document, figures))
