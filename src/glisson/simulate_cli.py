"""The command that simulates a trial: ``glisson simulate design.toml``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from concurrent.futures import Executor

app = typer.Typer(help="Simulate trials.")


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A TOML file: arms, accrual, looks and the truths to try, in months.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for page, Word, PDF, results.json.")] = None,
    trials: Annotated[
        int | None, typer.Option(help="Simulated trials of each scenario; by default as in the file.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers; by default as in the file.")] = None,
    workers: Annotated[int | None, typer.Option(help="Threads; by default one on each core.")] = None,
    cluster: Annotated[str, typer.Option(help="Address of a Dask scheduler that does the work (extra cluster).")] = "",
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder of finished blocks; an interrupted run goes on from there.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier result once the new one is complete.")
    ] = False,
) -> None:
    """Simulate a trial under several truths: how often it succeeds, when it stops, with how many patients."""
    from glisson.design.simulation_file import read_simulation  # noqa: PLC0415 - start-up stays quick
    from glisson.errors import SettingsError  # noqa: PLC0415
    from glisson.reporting.design_folder import check_design, simulation_json, write_design  # noqa: PLC0415
    from glisson.reporting.plain import WIDTH, plain  # noqa: PLC0415
    from glisson.reporting.simulation import simulation_document  # noqa: PLC0415
    from glisson.simulation import simulate as run  # noqa: PLC0415
    from glisson.tables import Estimates  # noqa: PLC0415

    if out is not None:
        check_design(out, force=force)
    asked = read_simulation(file)
    asked = replace(asked, trials=asked.trials if trials is None else trials, seed=asked.seed if seed is None else seed)
    if resume is not None:
        try:
            resume.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"--resume {resume}: {error.strerror}", expected="a folder") from None
    _say_compiling()
    rows = Estimates(())
    with _executor(cluster) as executor:
        for i, scenario in enumerate(asked.scenarios, start=1):
            checkpoint = None if resume is None else resume / f"scenario-{i}.npz"
            with _bar(scenario.name) as progress:
                rows += run(scenario, trials=asked.trials, seed=asked.seed, workers=workers, executor=executor,
                            progress=progress, checkpoint=checkpoint)  # fmt: skip
    document = simulation_document(asked, rows)
    typer.echo(plain(document, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    if out is not None:
        names = write_design(document, simulation_json(asked, rows), out, force=force)
        typer.echo(f"Written to {out}: {', '.join(names)}")


def _say_compiling() -> None:
    from glisson.simulation.jit import compiled_before  # noqa: PLC0415 - imports numba

    if not compiled_before():
        typer.echo("Compiling the simulation for this computer: under a minute, once.", err=True)


@contextmanager
def _executor(address: str) -> Iterator[Executor | None]:
    """Yield the executor of a Dask cluster, or nothing for threads."""
    if not address:
        yield None
        return
    from glisson.errors import NotSupportedError, SettingsError  # noqa: PLC0415

    try:
        from dask.distributed import Client  # noqa: PLC0415
    except ImportError:
        raise NotSupportedError("A cluster needs the extra `cluster`: pip install 'glisson[cluster]'.") from None
    try:
        client = Client(address)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SettingsError(f"--cluster {address}: {error}", expected="an address such as tcp://host:8786") from None
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show progress on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, planned: bar.update(task, completed=done, total=planned)
