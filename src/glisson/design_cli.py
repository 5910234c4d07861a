"""The commands that plan trials: ``glisson design two-stage --p0 0.1 --p1 0.3`` and its like."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from glisson.design.kinds import KINDS, Kind
from glisson.design.parameters import Parameter
from glisson.errors import SettingsError

app = typer.Typer(
    help="Plan the next trial: its size, when it stops, how it behaves, and the text for its protocol.",
    no_args_is_help=True,
    add_completion=False,
)

From = Annotated[Path | None, typer.Option("--from", help="results.json of an assessment: it tells what is not typed.")]
Outcome = Annotated[str, typer.Option(help="With --from: which outcome, as pfs, os, liver_pfs, response, toxicity.")]
Method = Annotated[str, typer.Option("--of", help="With --from: one treatment method only, as deb_tace.")]
Rates = Annotated[list[float] | None, typer.Option("--per-year", help="Patients a year, to draw recruitment; several.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for page, Word, PDF, figures, results.json.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier design once the new one is complete.")]
#: Options of every design: default and annotation.
_OWN: dict[str, tuple[Any, Any]] = {
    "from_": (None, From), "outcome": ("", Outcome), "method_of": ("", Method), "per_year": (None, Rates),
    "out": (None, Out), "force": (False, Force),
}  # fmt: skip
_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _command(kind: Kind) -> Callable[..., None]:
    """Return the command of a design: an option for every question it asks, and those all designs share."""
    asked = {name: p for name, p in kind.parameters().items() if _option(p) is not None}

    def run(**typed: Any) -> None:
        own = {name: typed.pop(name) for name in _OWN}
        given = {name: value for name, value in typed.items() if value is not None}
        _plan(kind, given, **own)

    own = [inspect.Parameter(name, _KEYWORD, default=d, annotation=a) for name, (d, a) in _OWN.items()]
    options = [inspect.Parameter(name, _KEYWORD, default=None, annotation=_option(p)) for name, p in asked.items()]
    run.__signature__ = inspect.Signature([*options, *own])  # type: ignore[attr-defined]
    run.__doc__ = kind.summary
    return run


def _option(parameter: Parameter) -> Any:
    """Return the annotation of an option, or nothing where a parameter cannot be typed on a command line."""
    if parameter.plain is None:
        return None
    default = "" if parameter.required or parameter.default is None else f" Default: {_shown(parameter.default)}."
    return Annotated[parameter.plain | None, typer.Option(help=f"{parameter.help}{default}")]


def _shown(default: Any) -> Any:
    return getattr(default, "value", default)


def _plan(
    kind: Kind, given: dict[str, Any], *, from_: Path | None, outcome: str, method_of: str,
    per_year: list[float] | None, out: Path | None, force: bool,
) -> None:  # fmt: skip
    from glisson.design.planning import Told, plan  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.design import design_document  # noqa: PLC0415
    from glisson.reporting.design_folder import check_design, design_json, write_design  # noqa: PLC0415
    from glisson.reporting.plain import WIDTH, plain  # noqa: PLC0415

    if out is not None:
        check_design(out, force=force)
    if from_ is None and (outcome or method_of):
        raise SettingsError("--outcome or --of without an assessment", todo="add --from results.json")
    told = None
    if from_ is not None:
        from glisson.design.cohort_facts import facts_of  # noqa: PLC0415
        from glisson.reporting.results import read_results  # noqa: PLC0415

        told = Told(facts=facts_of(read_results(from_)), outcome=outcome, method=method_of)
    planned = plan(kind, given, told=told, patients_a_year=tuple(per_year or ()))
    document = design_document(planned)
    typer.echo(plain(document, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        names = write_design(document, design_json([planned]), out, force=force)
        typer.echo(f"Written to {out}: {', '.join(names)}")
    typer.echo("The same in Python:\n  " + _python(kind, planned.given))


def _python(kind: Kind, given: Mapping[str, Any]) -> str:
    """Return two lines that plan the same; by the design's name where its function takes tables of assumptions."""
    asked = kind.parameters()
    values = {name: _shown(asked[name].read(value)) for name, value in given.items()}
    tables = any(len(p.path) > 1 for p in asked.values())
    if tables or any(isinstance(v, Mapping) and isinstance(next(iter(v.values())), Mapping) for v in values.values()):
        return f"from glisson.design.kinds import kind\n  kind({kind.name!r}).design({values!r})"
    module, name = kind.home.rsplit(".", 1)
    return f"from {module} import {name}\n  {name}({', '.join(f'{k}={v!r}' for k, v in values.items())})"


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help='A TOML file: design = "smart", and its settings by name.')],
    from_: From = None,
    outcome: Outcome = "",
    method_of: Method = "",
    per_year: Rates = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Plan the design that a file describes; for designs with tables inside tables."""
    from glisson.design.planning import read_plan  # noqa: PLC0415 - start-up stays quick

    kind, given = read_plan(file)
    _plan(kind, given, from_=from_, outcome=outcome, method_of=method_of, per_year=per_year, out=out, force=force)


@app.command()
def suggest(
    source: Annotated[Path, typer.Argument(help="Workbook, CSV file, folder of CSV files, or REDCap export.")],
    centres: Annotated[int, typer.Option(help="How many centres like this one would take part.")] = 5,
    years: Annotated[float, typer.Option(help="For how many years patients may be entered.")] = 4.0,
    patients_a_year: Annotated[
        float | None, typer.Option(help="Patients one centre enters a year; by default as the cohort did.")
    ] = None,
    control: Annotated[
        str, typer.Option("--with", help="Published chemotherapy as study:arm; by default the usual one of the line.")
    ] = "",
    study: Annotated[Path | None, typer.Option("--study", help="Settings; by default study.toml beside it.")] = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Suggest the next study: three candidates from a cohort's own numbers, side by side."""
    from glisson.clinical.read import read_cohort  # noqa: PLC0415
    from glisson.design.next_study import candidates  # noqa: PLC0415 - start-up stays quick
    from glisson.reporting.design import candidates_document  # noqa: PLC0415
    from glisson.reporting.design_folder import check_design, design_json, write_design  # noqa: PLC0415
    from glisson.reporting.plain import WIDTH, plain  # noqa: PLC0415

    if out is not None:
        check_design(out, force=force)
    found = candidates(
        read_cohort(source, study), centres=centres, years=years, patients_a_year=patients_a_year, control=control
    )
    document = candidates_document(found.title, found.told, found.candidates, synthetic=found.synthetic)
    typer.echo(plain(document, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        results = design_json([c.planned for c in found.candidates if c.planned is not None])
        names = write_design(document, results, out, force=force)
        typer.echo(f"Written to {out}: {', '.join(names)}")


for _kind in KINDS:
    app.command(_kind.name, help=_kind.summary)(_command(_kind))
