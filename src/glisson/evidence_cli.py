"""``glisson evidence``: look up published numbers, check those of a paper, add your own."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from glisson.evidence import Arm, Library, Published

app = typer.Typer(no_args_is_help=False, add_completion=False, help="Published results, each with its source.")

_WORDS = "all words must stand in the value; =value for the whole value"
Modality = Annotated[str, typer.Option("--modality", help=f"Treatment, e.g. tace: {_WORDS}.")]
Histology = Annotated[str, typer.Option("--histology", help="Disease, e.g. lms.")]
Endpoint = Annotated[str, typer.Option("--endpoint", help="Endpoint, e.g. os, or toxicity neutropenia.")]
Setting = Annotated[str, typer.Option("--setting", help="liver_directed, systemic, resection or registry.")]
Line = Annotated[str, typer.Option("--line", help="Line of treatment, e.g. first.")]
Extra = Annotated[
    list[Path] | None, typer.Option("--extra", help="File with studies of your own; can be given several times.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]

_BROADEST = 120


@app.callback(invoke_without_command=True)
def evidence(
    context: typer.Context,
    modality: Modality = "",
    histology: Histology = "",
    endpoint: Endpoint = "",
    setting: Setting = "",
    line: Line = "",
    extra: Extra = None,
) -> None:
    """List the arms of published studies; with --endpoint also the numbers themselves."""
    if context.invoked_subcommand is not None:
        return
    from glisson.present.published import extent  # noqa: PLC0415 - start-up stays quick

    shelf = _library(extra).where(
        endpoint=endpoint, modality=modality, histology=histology, setting=setting, line=line
    )  # fmt: skip
    for arm in shelf.arms:
        numbers = [n for n in shelf.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)]
        _say_arm(arm, numbers)
        for number in numbers if endpoint else ():
            _say_number(number)
    typer.echo(f"\n{extent(shelf)}.")
    typer.echo("All numbers of a study: glisson evidence show STUDY. Everything with filters: glisson evidence html")
    asked = {"endpoint": endpoint, "modality": modality, "histology": histology, "setting": setting, "line": line}
    call = ", ".join(f"{name}={value!r}" for name, value in asked.items() if value)
    typer.echo(f"The same in Python:\n  gl.evidence.library().where({call}).numbers")


@app.command()
def show(
    study: Annotated[str, typer.Argument(help="Name of a study, e.g. krzyston2020.")],
    extra: Extra = None,
) -> None:
    """Show every number of one study with what it is about, and where it was read."""
    from glisson.evidence.wording import name_words  # noqa: PLC0415 - start-up stays quick

    shelf = _library(extra).where(study_id=f"={study}" if study else "")
    first = shelf.arms[0]
    typer.echo(f"{first.label}. {first.title_short}. {first.journal}".rstrip(". ") + ".")
    about = [
        ("design", name_words(first.design)),
        ("centres", first.centres),
        ("setting", name_words(first.setting)),
        ("doi", first.doi),
        ("pmid", first.pmid),
        ("read at", first.source_url),
    ]
    for label, text in about:
        if text:
            typer.echo(f"  {label:<9}{text}")
    if first.overlap_group:
        typer.echo(
            f"  {'overlap':<9}{first.overlap_group}: probably shares patients with the other studies of this name"
        )
    for arm in shelf.arms:
        numbers = [n for n in shelf.numbers if n.arm_id == arm.arm_id]
        _say_arm(arm, numbers)
        for number in numbers:
            _say_number(number, source=number.source_url != first.source_url)
    typer.echo(f"\nThe same in Python:\n  gl.evidence.library().select(study_id={study!r})")


@app.command()
def html(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write the page.")] = Path("evidence.html"),
    extra: Extra = None,
    force: Force = False,
) -> None:
    """Write one page with every number, searched and filtered in the browser; it fetches nothing."""
    from glisson.clinical.whole_file import check_new  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.evidence_page import write_evidence_page  # noqa: PLC0415

    check_new(out, suffix=".html", force=force)
    write_evidence_page(_library(extra), out, force=force)
    typer.echo(f"Written to {out}.")


@app.command("map")
def map_(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to: .svg, .pdf, .png or .tiff.")] = Path("map.svg"),
    extra: Extra = None,
    force: Force = False,
) -> None:
    """Draw who has reported what of which treatment in which line, and what nobody has."""
    from glisson.present.figures.evidence_map import evidence_map  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.evidence_figure import check_map, write_map  # noqa: PLC0415

    check_map(out, force=force)
    shelf = _library(extra)
    write_map(shelf, out, force=force)
    figure = evidence_map(shelf)
    for heading, missing in (("", figure.missing), (" of leiomyosarcoma alone", figure.missing_lms)):
        typer.echo(f"Nobody in this library reports{heading}:" if missing else f"Nothing is missing{heading}.")
        for line in missing:
            typer.echo(_wrapped(line, "  ", "    "))
    typer.echo(f"Written to {out}.")


@app.command()
def audit(
    study: Annotated[str, typer.Argument(help="Name of a study; by default all of them.")] = "",
    extra: Extra = None,
) -> None:
    """Name the numbers of published studies that do not fit together, and say how sure that is."""
    from glisson.evidence import check as findings_of  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.finding import SURE  # noqa: PLC0415
    from glisson.present.published import extent  # noqa: PLC0415
    from glisson.present.words import plural, sentence_case  # noqa: PLC0415

    shelf = _library(extra).where(study_id=f"={study}" if study else "")
    findings = findings_of(shelf)
    for sure, meaning in SURE.items():
        found = [f for f in findings if f.sure == sure]
        if found:
            typer.echo(f"\n{sentence_case(sure)}: these numbers {meaning}.")
        for finding in found:
            whose = f"{finding.id} {finding.study_id} {finding.arm_id}: "
            typer.echo(_wrapped(whose + finding.sentence, "  ", "      "))
    typer.echo(f"\n{plural(len(findings), 'finding')} in {extent(shelf)}.")
    where = f".where(study_id={'=' + study!r})" if study else ""
    typer.echo(f"The same in Python:\n  gl.evidence.check(gl.evidence.library(){where})")


@app.command()
def pool(
    treatment: Annotated[str, typer.Option("--treatment", help="One treatment: tace, tae, y90, ablation ...")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="One outcome: orr, early_death, os_60m ...")] = "",
    gist: Annotated[
        bool, typer.Option("--gist/--no-gist", help="Take series that mix in gastrointestinal stromal tumours.")
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="Also without each series, by kind of tumour and by treatment.")
    ] = False,
    extra: Extra = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write it here: .html, .docx or .txt.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier file.")] = False,
) -> None:
    """Say what all published series together say of each liver-directed treatment, and what cannot be pooled."""
    from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS, asked_for  # noqa: PLC0415
    from glisson.evidence.pooling import pooled  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.letter import check_letter, write_document  # noqa: PLC0415
    from glisson.reporting.plain import WIDTH, plain  # noqa: PLC0415
    from glisson.reporting.published import pooled_document  # noqa: PLC0415

    if out is not None:
        check_letter(out, force=force)
    codes = ("with_gist" if gist else "sarcoma", "leiomyosarcoma")
    result = pooled(
        _library(extra),
        outcomes=asked_for(OUTCOMES, outcome, "outcome"),
        treatments=asked_for(TREATMENTS, treatment, "treatment"),
        populations=[p for p in POPULATIONS if p.code in codes],
    )
    document = pooled_document(result, checks=checks)
    typer.echo(plain(document, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        write_document(document, out, force=force)
        typer.echo(f"Written to {out}.")
    given = f"extra={[str(f) for f in extra]!r}" if extra else ""
    typer.echo(
        "The same in Python:\n  from glisson.evidence.outcomes import POPULATIONS\n"
        "  from glisson.evidence.pooling import pooled\n"
        f"  pooled(gl.evidence.library({given}), populations=[p for p in POPULATIONS if p.code in {codes!r}])"
    )


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Workbook, or CSV files, with studies and estimates.")],
) -> None:
    """List every problem in studies of your own with its cell; exit with 1 if any blocks."""
    from glisson.evidence import Library, library  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.own import check_own  # noqa: PLC0415
    from glisson.present.published import extent  # noqa: PLC0415

    own = check_own(files, library())
    for problem in own.problems:
        typer.echo(f"{problem.severity:<8}{problem}")
    blocking = len(own.problems.blocking)
    good = extent(Library(arms=own.arms, numbers=own.numbers))
    typer.echo(f"{good} can be used" + (f"; problems to correct first: {blocking}." if blocking else "."))
    if blocking:
        raise typer.Exit(1)
    typer.echo(f"The same in Python:\n  gl.evidence.library(extra={[str(f) for f in files]!r})")


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Where to write the empty workbook, e.g. studies.xlsx.")],
    force: Force = False,
) -> None:
    """Write an empty workbook for studies of your own, with one example."""
    from glisson.evidence.own_template import write_own_template  # noqa: PLC0415 - start-up stays quick

    write_own_template(path, force=force)
    typer.echo(f"Written to {path}. Replace the example, then run: glisson evidence check {path}")


def _library(extra: list[Path] | None) -> Library:
    from glisson.evidence import library  # noqa: PLC0415 - start-up stays quick

    return library(extra or ())


def _say_arm(arm: Arm, numbers: list[Published]) -> None:
    from glisson.present.published import arm_words  # noqa: PLC0415
    from glisson.present.words import plural  # noqa: PLC0415

    words = f"{arm.study_id} {arm.arm_id}: {arm_words(arm)}; {plural(len(numbers), 'number')}"
    typer.echo(_wrapped(words, "\n", "    "))


def _say_number(number: Published, *, source: bool = True) -> None:
    """One number: what, value and interval, then what it is about and where it was read."""
    from glisson.evidence.wording import endpoint_words, name_words, subgroup_words  # noqa: PLC0415
    from glisson.present.published import interval_words, value_words  # noqa: PLC0415

    interval = interval_words(number)
    of = f" [{words}]" if (words := subgroup_words(number.subgroup)) else ""
    p = f", P {number.p_value}" if number.p_value else ""
    text = f"{endpoint_words(number.endpoint)}{of}: {value_words(number)}"
    about = [
        "" if number.n is None or f"of {number.n})" in text else f"n {number.n}",
        f"from {name_words(number.time_origin)}" if number.time_origin else "",
        f"read in: {number.source_type.replace('_', ' ')}",
    ]
    line = f"{text}{f' ({interval})' if interval else ''}{p}; {', '.join(a for a in about if a)}"
    typer.echo(_wrapped(line, "  - ", "    "))
    if source:
        typer.echo(f"    {number.source_url}")


def _wrapped(text: str, first: str, then: str) -> str:
    width = min(_BROADEST, shutil.get_terminal_size((_BROADEST, 24)).columns)
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False,
                         replace_whitespace=False)  # fmt: skip
