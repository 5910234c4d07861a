"""The map of the evidence with its caption, on the page and as a file of its own."""

from __future__ import annotations

from pathlib import Path

from glisson.clinical.whole_file import check_new, write_whole
from glisson.errors import InputError
from glisson.evidence.library import Library
from glisson.present.document import FigureBlock
from glisson.present.figures.evidence_map import evidence_map

#: What the map can be written as, by the ending of its name.
SUFFIXES = (".svg", ".pdf", ".png", ".tiff")


def map_block(library: Library) -> FigureBlock:
    """Return the map with its caption.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> "DEB-TACE: everything" in map_block(library()).alt
    False
    """
    data = evidence_map(library)
    missing = "; ".join(data.missing) or "nothing"
    text = (
        "The area of a disc is the patients with sarcoma in studies that report an endpoint, by treatment and line; "
        "their number stands below it where it is under 200. Dark: leiomyosarcoma reported alone. A cross: nobody in "
        "this library. Of studies that may share patients the largest is counted. Hepatocellular carcinoma, "
        "gastrointestinal stromal tumours alone, placebo and systematic reviews are left out."
    )
    return FigureBlock(
        name="evidence-map",
        title="Published evidence by treatment, endpoint and line",
        text=text,
        alt=f"Map of published evidence. Liver-directed treatment, not reported in any line: {missing}.",
        data=data,
    )


def check_map(path: Path, *, force: bool = False) -> None:
    """Refuse, before any work is done, what ``write_map`` could not write.

    Raises
    ------
    InputError
        If the ending is none of ``SUFFIXES``, or the file exists and ``force`` is false.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path.name} ends in none of {', '.join(SUFFIXES)}", todo=f"name it {path.stem or 'map'}.svg")
    check_new(path, suffix=path.suffix.lower(), force=force)


def write_map(library: Library, path: Path, *, force: bool = False) -> None:
    """Write the map as SVG, PDF, PNG or TIFF, by the ending of the name.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``.
    path
        Ends in ``.svg``, ``.pdf``, ``.png`` or ``.tiff``.
    force
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        As ``check_map``, or if the file cannot be written; an earlier file is unchanged.
    """
    check_map(path, force=force)
    from glisson.present.figures.render import render_all  # noqa: PLC0415 - drawing is slow to start

    block = map_block(library)
    kind = path.suffix.lower().removeprefix(".")
    write_whole(path, getattr(render_all([block], kinds=(kind,))[block.name], kind))
