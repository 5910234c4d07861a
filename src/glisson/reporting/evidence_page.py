"""The library of published results as one HTML file: everything inside it, nothing fetched, one small script."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from glisson.clinical.whole_file import check_new, write_whole
from glisson.evidence.consistency import check
from glisson.evidence.finding import SURE, Finding
from glisson.evidence.library import Arm, Library, Published
from glisson.evidence.wording import endpoint_words, name_words, subgroup_words
from glisson.present.published import arm_words, extent, interval_words, value_words
from glisson.present.words import opening, sentence_case

TITLE = "The library of published results"
#: Filters of the page: attribute, heading.
_FILTERS = (
    ("modality", "Treatment"),
    ("histology", "Disease"),
    ("endpoint", "Endpoint"),
    ("setting", "Setting"),
    ("line", "Line"),
)
#: Offered by their family: the filter would otherwise have a hundred endpoints.
_FAMILIES = {"toxicity": "Toxicity: all", "baseline": "Baseline: all", "pk": "Pharmacokinetics: all"}


def write_evidence_page(library: Library, path: Path, *, force: bool = False) -> None:
    """Write the page.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``.
    path
        Ends in ``.html``.
    force
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the file exists and ``force`` is false, or cannot be written; an earlier file is unchanged.
    """
    check_new(path, suffix=".html", force=force)
    write_whole(path, evidence_page(library).encode())


def evidence_page(library: Library) -> str:
    """Return a library as one HTML document.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``; also a part of it (``library().where(...)``).

    Examples
    --------
    >>> from glisson.evidence import library
    >>> evidence_page(library().where(study_id="miller2018")).count("<tr class=")
    14
    """
    import jinja2  # noqa: PLC0415 - only the writers need it
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    folder = files("glisson.reporting").joinpath("templates")
    own = {
        n: Markup(folder.joinpath(n).read_text(encoding="utf-8")) for n in ("report.css", "evidence.css", "evidence.js")
    }
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found = sorted(check(library), key=lambda f: list(SURE).index(f.sure))
    page = environment.get_template("evidence.html.j2").render(
        title=TITLE,
        extent=extent(library),
        css=own["report.css"] + own["evidence.css"],
        script=own["evidence.js"],
        figure=_figure(library),
        findings=_findings(library, found),
        filters=[_filter(library, name, heading) for name, heading in _FILTERS],
        studies=_studies(library, found),
        colophon=f"Produced by glisson {version('glisson')}. Numbers are as reported; no abstract is reproduced.",
    )
    return str(page)


def _figure(library: Library) -> dict[str, Any]:
    """Return the map as an element of the page, with its caption."""
    from glisson.present.figures.evidence_map import evidence_map  # noqa: PLC0415
    from glisson.present.figures.render import render_all  # noqa: PLC0415 - drawing is slow to start
    from glisson.reporting.evidence_figure import map_block  # noqa: PLC0415
    from glisson.reporting.html import inline_svg  # noqa: PLC0415

    block = map_block(library)
    svg = inline_svg(render_all([block], kinds=("svg",))[block.name].svg.decode(), block)
    missing = evidence_map(library)
    lists = [
        ("Nobody in this library reports, in any line", missing.missing),
        ("Nor of leiomyosarcoma alone", missing.missing_lms),
    ]
    return {"svg": svg, "title": block.title, "text": block.text, "lists": [one for one in lists if one[1]]}


def _findings(library: Library, found: Sequence[Finding]) -> dict[str, Any] | None:
    """Return what does not fit together, by how sure that is; nothing where everything fits."""
    if not found:
        return None
    several = {f.study_id for f in found if len({g.arm_id for g in found if g.study_id == f.study_id}) > 1}
    label = {
        (a.study_id, a.arm_id): a.label + (f", {name_words(a.arm_id)}" if a.study_id in several else "")
        for a in library.arms
    }
    groups = [
        {
            "heading": f"{sentence_case(sure)}: these numbers {meaning}",
            "findings": [
                {"anchor": f"finding-{i}", "study": f"study-{f.study_id}", "label": label[f.study_id, f.arm_id],
                 "title": f.title, "sentence": f.sentence}
                for i, f in enumerate(found, start=1) if f.sure == sure
            ],
        }
        for sure, meaning in SURE.items()
    ]  # fmt: skip
    intro = (
        f"{opening(len(found), 'finding')} of rules that need nothing but the printed numbers and their rounding. "
        "They say that numbers cannot stand together, not which of them is wrong, nor why: misprints and denominators "
        "that an abstract has no room for are the usual reasons."
    )  # fmt: skip
    return {"intro": intro, "groups": [g for g in groups if g["findings"]]}


def _filter(library: Library, name: str, heading: str) -> dict[str, Any]:
    """Return one filter with its values, as printed, in alphabetical order; families of endpoints come as one."""
    if name == "endpoint":
        values = {_family(n.endpoint) for n in library.numbers}
        options = [(v, _FAMILIES.get(v, endpoint_words(v))) for v in values]
    else:
        options = [(v, name_words(v) if v else "not stated") for v in {getattr(a, name) or "" for a in library.arms}]
    # An empty value means "all" in the page, so what is not stated has a value of its own.
    options = [(value or "-", sentence_case(words)) for value, words in options]
    return {"name": name, "label": heading, "options": sorted(options, key=lambda o: o[1].lower())}


def _family(endpoint: str) -> str:
    family = endpoint.partition(":")[0]
    return family if family in _FAMILIES else endpoint


def _studies(library: Library, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return what the page says of each study, with its rows."""
    out = []
    for study_id in dict.fromkeys(a.study_id for a in library.arms):
        arms = [a for a in library.arms if a.study_id == study_id]
        first = arms[0]
        others = {
            a.study_id: a.label
            for a in library.arms
            if first.overlap_group and a.overlap_group == first.overlap_group and a.study_id != study_id
        }
        about = [first.title_short, first.journal, name_words(first.design)]
        about += [f"{first.centres} centre{'' if first.centres == '1' else 's'}"] if first.centres else []
        out.append(
            {
                "anchor": f"study-{study_id}",
                "label": first.label,
                "about": " · ".join(a for a in about if a),
                "doi": first.doi,
                "pmid": first.pmid,
                "overlap": ", ".join(others.values()),
                "findings": [f"finding-{i}" for i, f in enumerate(found, start=1) if f.study_id == study_id],
                "rows": [row for arm in arms for row in _rows(library, arm)],
            }
        )
    return out


def _rows(library: Library, arm: Arm) -> list[dict[str, Any]]:
    """Return the rows of one arm; an arm without numbers has one row that says so."""
    numbers = [n for n in library.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)]
    shared = [(n, getattr(arm, n) or "-") for n in ("modality", "histology", "setting", "line")]
    words = f"{arm.study_id} {arm.arm_id} {arm.title_short} {' '.join(v for _, v in shared)}"
    shared += [("arm", arm.arm_id), ("words", words)]
    empty = {"subgroup": "", "link": "", "host": "", "interval": "", "n": "", "origin": "", "kind": ""}
    rows: list[dict[str, Any]] = [_row(n) for n in numbers]
    rows = rows or [empty | {"endpoint": "no number of its own", "value": "", "data": [("endpoint", "")]}]
    return [
        row | {"arm": sentence_case(arm_words(arm)), "first": i == 0, "data": [*shared, *row["data"]]}
        for i, row in enumerate(rows)
    ]


def _row(number: Published) -> dict[str, Any]:
    return {
        "endpoint": endpoint_words(number.endpoint),
        "subgroup": subgroup_words(number.subgroup),
        "value": value_words(number),
        "interval": interval_words(number) + (f", P {number.p_value}" if number.p_value else ""),
        "link": number.source_url,
        "host": urlsplit(number.source_url).netloc.removeprefix("www."),
        "n": "" if number.n is None else str(number.n),
        "origin": name_words(number.time_origin),
        "kind": number.source_type.replace("_", " "),
        "data": [("endpoint", _family(number.endpoint))],
    }
