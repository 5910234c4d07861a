"""The command line: thin commands over the Python functions; each says which Python does the same."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glisson import evidence_cli
from glisson.errors import GlissonError
from glisson.reconstruct_cli import app as reconstruct_app
from glisson.simulate_cli import app as simulate_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glisson.assessment import Assessment
    from glisson.clinical.cohort import Cohort
    from glisson.clinical.problems import Problems

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Safety and efficacy of liver-directed cancer therapies, from your own spreadsheet. "
    "Nothing leaves this machine.",
)

app.add_typer(evidence_cli.app, name="evidence")
app.add_typer(reconstruct_app)
app.add_typer(simulate_app)

#: Everything a report can be written as.
ALL_FORMATS = "html,docx,pdf,figures,xlsx"
#: Exit codes: data problems that block, and input or settings that cannot be used.
BLOCKED, UNUSABLE = 1, 2

Input = Annotated[Path, typer.Argument(help="Workbook, CSV file, folder of CSV files, or REDCap export.")]
Formats = Annotated[str, typer.Option(help="Which of html, docx, pdf, figures, xlsx to write, separated by commas.")]
StudyFile = Annotated[
    Path | None, typer.Option("--study", help="Settings; by default study.toml beside the input, if there is one.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier result once the new one is complete.")]
Plain = Annotated[bool, typer.Option("--plain", help="No progress bar and no colour.")]


@app.command()
def assess(
    source: Input,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report; it must not exist.")] = Path("out"),
    study: StudyFile = None,
    formats: Formats = ALL_FORMATS,
    exclude_blocked: Annotated[
        bool, typer.Option("--exclude-blocked", help="Leave out patients with blocking problems, visibly.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept unambiguous choices without asking.")] = False,
    force: Force = False,
    plain: Plain = False,
) -> None:
    """Assess a cohort: report, figures, tables and results, overall and by treatment method."""
    from glisson.clinical.raw import read_sheets  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting import check_target, report  # noqa: PLC0415

    wanted = tuple(f.strip() for f in formats.split(",") if f.strip())
    check_target(out, wanted, force=force)
    cohort = _cohort(source, study, exclude_blocked=exclude_blocked, ask=not yes)
    _say_problems(cohort.problems, source)
    with _steps(plain=plain) as step:
        from glisson.assessing import assess as run  # noqa: PLC0415

        result = run(cohort, progress=step)
        sheets = read_sheets(source) if len(result.problems) and "xlsx" in wanted else ()
        written = report(result, out, formats=wanted, force=force, progress=step, sheets=sheets)
    _say_answer(result, out, written)
    typer.echo(f"\nThe same in Python:\n  gl.report(gl.assess({_read(source, study, exclude_blocked)}), {str(out)!r})")


@app.command()
def audit(
    source: Input,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the letter here: .html, .docx or .txt.")
    ] = None,
    study: StudyFile = None,
    exclude_blocked: Annotated[
        bool, typer.Option("--exclude-blocked", help="Leave out patients with blocking problems, visibly.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept unambiguous choices without asking.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier letter.")] = False,
    plain: Plain = False,
) -> None:
    """List the pitfalls of a cohort as a statistical reviewer would, each beside its correction."""
    from glisson.reporting.letter import check_letter, letter, write_letter  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.plain import WIDTH  # noqa: PLC0415
    from glisson.reporting.plain import plain as as_text  # noqa: PLC0415

    if out is not None:
        check_letter(out, force=force)
    cohort = _cohort(source, study, exclude_blocked=exclude_blocked, ask=not yes)
    _say_problems(cohort.problems, source)
    with _steps(plain=plain) as step:
        from glisson.assessing import audit as run  # noqa: PLC0415

        result = run(cohort, progress=step)
    typer.echo("\n" + as_text(letter(result), min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        write_letter(result, out, force=force)
        typer.echo(f"Written to {out}.")
    typer.echo(f"The same in Python:\n  gl.audit({_read(source, study, exclude_blocked)}).findings")


@app.command()
def compare(
    source: Input,
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", help="A published study, or study:arm, of the library; may be given several times."),
    ] = None,
    control: Annotated[
        Path | None,
        typer.Option(
            help="Patients to compare with one by one: a cohort, or a CSV of time_days, event, endpoint, origin."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the comparison here: .html, .docx or .txt.")
    ] = None,
    study: StudyFile = None,
    exclude_blocked: Annotated[
        bool, typer.Option("--exclude-blocked", help="Leave out patients with blocking problems, visibly.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept unambiguous choices without asking.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier comparison.")] = False,
) -> None:
    """Set a cohort beside published treatments: differences first, numbers only where they are fair."""
    from glisson.reporting.letter import check_letter, comparison_letter, write_document  # noqa: PLC0415
    from glisson.reporting.plain import WIDTH, plain  # noqa: PLC0415

    if out is not None:
        check_letter(out, force=force)
    cohort = _cohort(source, study, exclude_blocked=exclude_blocked, ask=not yes)
    _say_problems(cohort.problems, source)
    from glisson.assessing import compare as run  # noqa: PLC0415

    rows = _control(control, ask=not yes)
    document = comparison_letter(run(cohort, beside or (), control=rows))
    typer.echo("\n" + plain(document, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        write_document(document, out, force=force)
        typer.echo(f"Written to {out}.")
    arms = f", {beside!r}" if beside else ""
    other = ""
    if control is not None:
        other = ", control=" + (repr(str(control)) if rows is control else _read(control, None, True))
    typer.echo(f"The same in Python:\n  gl.compare({_read(source, study, exclude_blocked)}{arms}{other})")


@app.command()
def check(
    source: Input,
    study: StudyFile = None,
    xlsx: Annotated[Path | None, typer.Option(help="Also write the problems, with the cells marked, here.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Accept unambiguous choices without asking.")] = False,
    force: Force = False,
) -> None:
    """List every problem in the data with its cell; exit with 1 if any blocks an assessment."""
    cohort = _cohort(source, study, exclude_blocked=False, ask=not yes)
    for problem in cohort.problems:
        typer.echo(f"{problem.severity:<8}{problem}")
    _say_problems(cohort.problems, source)
    if xlsx is not None:
        from glisson.clinical.problems_xlsx import write_problems  # noqa: PLC0415
        from glisson.clinical.raw import read_sheets  # noqa: PLC0415

        write_problems(xlsx, cohort.problems, read_sheets(source), force=force)
        typer.echo(f"Written to {xlsx}.")
    if cohort.problems.blocking:
        raise typer.Exit(BLOCKED)


@app.command()
def export(
    source: Input,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the datasets.")] = Path("adam"),
    study: StudyFile = None,
    format: Annotated[str, typer.Option(help="csv, or xpt: SAS transport files, which need pyreadstat.")] = "csv",  # noqa: A002
    ids: Annotated[str, typer.Option(help="pseudonym: Pt01, Pt02, ... as in reports; input: ids as they are.")] = (
        "pseudonym"
    ),
    study_id: Annotated[str, typer.Option("--study-id", help="STUDYID of every dataset.")] = "GLISSON",
    adam_day_count: Annotated[
        bool, typer.Option("--adam-day-count", help="Durations count first and last day: end - start + 1.")
    ] = False,
    exclude_blocked: Annotated[
        bool, typer.Option("--exclude-blocked", help="Leave out patients with blocking problems, visibly.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept unambiguous choices without asking.")] = False,
    force: Force = False,
) -> None:
    """Write ADaM-style datasets for statisticians, with the records from which they are derived."""
    from glisson.adam import check_export, export_adam  # noqa: PLC0415 - start-up stays quick

    check_export(out, format, ids=ids, study_id=study_id, force=force)
    cohort = _cohort(source, study, exclude_blocked=exclude_blocked, ask=not yes)
    _say_problems(cohort.problems, source)
    done = export_adam(
        cohort, out, format, ids=ids, study_id=study_id, adam_day_count=adam_day_count, force=force
    )  # fmt: skip
    typer.echo("\n" + "\n".join(f"  {name:<6}{_counted(n, 'row')}" for name, n in done.rows))
    for name, reason in done.left_out:
        typer.echo(f"  {name:<6}not written: {reason}")
    typer.echo("\n" + "\n".join(done.notes))
    chosen = {"ids": (ids, "pseudonym"), "study_id": (study_id, "GLISSON"), "adam_day_count": (adam_day_count, False)}
    more = "".join(f", {name}={value!r}" for name, (value, usual) in chosen.items() if value != usual)
    typer.echo(f"\nWritten to {out}. Read it back: glisson assess {out}")
    read = _read(source, study, exclude_blocked)
    typer.echo(f"The same in Python:\n  gl.export_adam({read}, {str(out)!r}, {format!r}{more})")


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Where to write the empty workbook, e.g. cohort.xlsx.")],
    force: Force = False,
) -> None:
    """Write an empty workbook with drop-downs, cell comments and one example patient."""
    from glisson.clinical.template import write_template  # noqa: PLC0415

    write_template(path, force=force)
    typer.echo(f"Written to {path}. Replace the example patient, then run: glisson check {path}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")] = Path("out/demo"),
    formats: Formats = ALL_FORMATS,
    force: Force = False,
    plain: Plain = False,
) -> None:
    """Assess the bundled synthetic cohort of 24 patients."""
    from glisson.clinical.read import demo_paths  # noqa: PLC0415

    workbook, settings = demo_paths()
    assess(workbook, out=out, study=settings, formats=formats, force=force, plain=plain)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False,
)  # fmt: skip
def design(context: typer.Context) -> None:
    """Plan the next trial: glisson design two-stage --p0 0.1 --p1 0.3; glisson design --help lists all designs."""
    from glisson.design_cli import app as designs  # noqa: PLC0415 - its options are those of the designs themselves

    typer.main.get_command(designs).main(args=context.args or ["--help"], prog_name="glisson design")


@app.command()
def doctor() -> None:
    """Check this computer: versions, processor, fonts, optional parts."""
    from glisson.doctor import examine  # noqa: PLC0415

    good = True
    for finding in examine():
        good &= finding.ok
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.found}")
        if finding.todo:
            typer.echo(f"      {finding.todo}")
    if not good:
        raise typer.Exit(BLOCKED)


def _read(source: Path, study: Path | None, exclude_blocked: bool) -> str:
    """Return the Python that reads the same cohort."""
    from glisson.clinical.read import demo_paths  # noqa: PLC0415

    if (source, study) == demo_paths():
        return "gl.demo_cohort()"
    files = ", ".join(repr(str(f)) for f in (source, study) if f is not None)
    return f"gl.read_cohort({files}{', exclude_blocked=True' if exclude_blocked else ''})"


def _cohort(source: Path, study: Path | None, *, exclude_blocked: bool, ask: bool) -> Cohort:
    """Read the input; an unknown sheet is first given a meaning, by its study.toml or by asking."""
    from glisson.clinical.read import read_cohort  # noqa: PLC0415
    from glisson.terminal import settled  # noqa: PLC0415

    settings = settled(source, study, ask=ask and sys.stdin.isatty())
    return read_cohort(source, settings, exclude_blocked=exclude_blocked)


def _control(path: Path | None, *, ask: bool) -> Cohort | Path | None:
    """Return a control: the path of a plain CSV of times, or a cohort that is read as any other."""
    if path is None:
        return None
    if path.suffix.lower() == ".csv":
        from glisson.assessing.control_rows import is_rows  # noqa: PLC0415

        if is_rows(path):
            return path
    return _cohort(path, None, exclude_blocked=True, ask=ask)


def _say_problems(problems: Problems, source: Path) -> None:
    from glisson.clinical.problems import SEVERITY_MEANING  # noqa: PLC0415

    if not len(problems):
        typer.echo("No problems found in the data.")
        return
    blocks, changes, notes = (len(problems.severity(s)) for s in SEVERITY_MEANING)
    typer.echo(
        f"{_counted(len(problems), 'problem')} in the data: blocking an assessment {blocks}, changing a result "
        f"{changes}, notes {notes}. All of them with their cells: glisson check {source}"
    )


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _say_answer(result: Assessment, out: Path, written: tuple[Path, ...]) -> None:
    from glisson.reporting.answer import answer_text  # noqa: PLC0415

    typer.echo("\n" + answer_text(result))
    stops = [f for f in result.findings if f.severity == "stop"]
    if stops:
        typer.echo(f"\n{_counted(len(stops), 'finding')} that would mislead, shown with the correction:")
        for finding in stops:
            typer.echo(f"  {finding.id} {finding.title}")
    typer.echo(f"\nReport: {out / 'report.html'}")
    others = sorted({p.name for p in written if p.parent == out} - {"report.html"})
    typer.echo("Also:   " + ", ".join(others))


@contextmanager
def _steps(*, plain: bool) -> Iterator[Callable[[str], None]]:
    """Show progress on a terminal, and nothing elsewhere."""
    if plain or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda text: bar.update(task, description=text)


def main() -> None:
    """Run the command line; deliberate errors are one message and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except GlissonError as error:
        typer.echo(f"glisson: {error}", err=True)
        sys.exit(UNUSABLE)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
