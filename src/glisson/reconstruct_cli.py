"""The commands that turn published curves into data: ``glisson digitise`` and ``glisson reconstruct``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glisson.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glisson.evidence.digitise import Digitised
    from glisson.evidence.reconstruct import Reconstruction

app = typer.Typer(help="From published Kaplan-Meier curves to data.")

#: Standard deviation of a reading, as a share of the axis: by hand, and from the lines of a file.
_HAND_ERROR, _VECTOR_ERROR = 0.005, 0.0005

Source = Annotated[Path, typer.Argument(help="Points as CSV (time, survival), or a figure: SVG, PDF or PNG.")]
Figure = Annotated[Path, typer.Argument(help="A figure: SVG, PDF or PNG.")]
Curve = Annotated[int | None, typer.Option("--curve", help="Which curve of a figure, as listed without it.")]
Color = Annotated[str, typer.Option("--color", help="Colour of the curve, as #12355b; needed for PNG.")]
Page = Annotated[int, typer.Option("--page", help="Page of a PDF.")]
X0 = Annotated[str, typer.Option("--x0", help="First reference point of the time axis: PLACE=VALUE, or first tick.")]
X1 = Annotated[str, typer.Option("--x1", help="Second one: PLACE=VALUE, or the value of the last tick.")]
Y0 = Annotated[str, typer.Option("--y0", help="First reference point of the survival axis.")]
Y1 = Annotated[str, typer.Option("--y1", help="Second one.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier result once the new one is complete.")]


@app.command()
def digitise(
    figure: Figure,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the points.")] = None,
    curve: Curve = None,
    color: Color = "",
    page: Page = 1,
    x0: X0 = "",
    x1: X1 = "",
    y0: Y0 = "",
    y1: Y1 = "",
    force: Force = False,
) -> None:
    """List the curves of a figure, or write the points of one of them as CSV."""
    from glisson.clinical.whole_file import check_new, write_whole  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.curve_files import points_csv  # noqa: PLC0415
    from glisson.evidence.digitise import at_risk_in, curves_in, listed, listed_rows  # noqa: PLC0415

    if out is None and curve is None and not color and figure.suffix.lower() != ".png":
        found = curves_in(figure, page=page)
        typer.echo(f"Step curves in {figure.name}:\n{listed(found)}" if found else f"No step curve in {figure.name}.")
        rows = at_risk_in(figure, page=page)
        if rows:
            typer.echo(f"Rows that can be numbers at risk:\n{listed_rows(rows)}")
        typer.echo(f"Write the points of one: glisson digitise {figure} --curve 1 -o points.csv")
        return
    if out is not None:
        check_new(out, suffix=".csv", force=force)
    points = _digitised(figure, curve, color, page, (x0, x1, y0, y1))
    text = points_csv(points.time, points.survival)
    for line in points.said:
        typer.echo(line, err=out is None)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text.encode())
    typer.echo(f"{len(points.time)} points written to {out}. Next: glisson reconstruct {out} --at-risk atrisk.csv")


@app.command()
def reconstruct(
    source: Source,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for times, quality and figure.")] = Path("out"),
    at_risk: Annotated[Path | None, typer.Option("--at-risk", help="CSV of the numbers at risk: time, number.")] = None,
    at_risk_row: Annotated[
        int | None, typer.Option("--at-risk-row", help="Or which row of numbers in the figure, as digitise lists them.")
    ] = None,
    n: Annotated[int | None, typer.Option("--n", help="Patients, where no number at risk stands at time 0.")] = None,
    events: Annotated[int | None, typer.Option("--events", help="All events, if known: they are kept exactly.")] = None,
    unit: Annotated[str, typer.Option(help="Unit of the time axis: day, week, month or year.")] = "month",
    percent: Annotated[bool, typer.Option("--percent", help="Survival in the CSV file is in per cent.")] = False,
    method: Annotated[str, typer.Option(help="fitted, or guyot: the algorithm of 2012.")] = "fitted",
    name: Annotated[str, typer.Option(help="Short name of the endpoint.")] = "os",
    label: Annotated[str, typer.Option(help="What the curve is of: study and arm.")] = "",
    draws: Annotated[int, typer.Option(help="Readings with error for the intervals; 0 for none.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of these readings.")] = 20120101,
    error: Annotated[
        float | None,
        typer.Option(help="Their standard deviation as a share of each axis: 0.005, of a vector figure 0.0005."),
    ] = None,
    origin: Annotated[
        str,
        typer.Option(
            help="From which day the curve counts, e.g. first_ldt: writes readings.csv, a control for compare."
        ),
    ] = "",
    curve: Curve = None,
    color: Color = "",
    page: Page = 1,
    x0: X0 = "",
    x1: X1 = "",
    y0: Y0 = "",
    y1: Y1 = "",
    force: Force = False,
) -> None:
    """Rebuild the times of single patients from a published Kaplan-Meier curve."""
    from glisson.evidence.curve_files import read_pairs  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.reconstruct import reconstruct as run  # noqa: PLC0415
    from glisson.reporting.reconstruction import check_reconstruction, write_reconstruction  # noqa: PLC0415

    check_reconstruction(out, force=force)
    if source.suffix.lower() in {".svg", ".pdf", ".png"}:
        points = _digitised(source, curve, color, page, (x0, x1, y0, y1))
        time, survival, said = points.time.tolist(), points.survival.tolist(), points.said
        if percent:
            raise InputError("--percent with a figure", expected="it with a CSV file: a figure says so by its axis")
    elif source.suffix.lower() in {".csv", ".txt", ".tsv"}:
        pairs = read_pairs(source, "time and survival")
        time, survival, said = [t for t, _ in pairs], [s for _, s in pairs], ()
    else:
        raise InputError(f"{source.name} is neither points nor a figure", expected="CSV, SVG, PDF or PNG")
    numbers = _numbers(source, at_risk, at_risk_row, page)
    settings: dict[str, Any] = {
        "n": n, "events": events, "unit": unit, "percent": percent, "method": method, "name": name, "label": label,
        "source": label or source.name,
    }  # fmt: skip
    made = run(time, survival, numbers, **settings)
    usual = _VECTOR_ERROR if source.suffix.lower() in {".svg", ".pdf"} else _HAND_ERROR
    written = write_reconstruction(
        made, out, draws=draws, seed=seed, error=usual if error is None else error, origin=origin, force=force
    )
    for line in said:
        typer.echo(line)
    typer.echo(str(made))
    typer.echo("\n" + written.summary)
    typer.echo(f"\nWritten to {out}: {', '.join(written.files)}")
    if origin:
        typer.echo(f"Next: glisson compare cohort.xlsx --control {out / 'readings.csv'}")
    typer.echo(
        "The same in Python:\n" + _python(source, numbers, made, settings, (curve, color, page, (x0, x1, y0, y1)))
    )


def _numbers(source: Path, at_risk: Path | None, row: int | None, page: int) -> Sequence[tuple[float, Any]]:
    """Return the numbers at risk from a file, or from a row of the figure."""
    from glisson.evidence.curve_files import read_pairs  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.digitise import at_risk_in, listed_rows  # noqa: PLC0415

    if row is None:
        return [] if at_risk is None else read_pairs(at_risk, "time and number at risk")
    if at_risk is not None or source.suffix.lower() not in {".svg", ".pdf"}:
        raise InputError(
            "--at-risk-row with another source of numbers at risk" if at_risk else f"--at-risk-row with {source.name}",
            expected="it with a figure in SVG or PDF, without --at-risk",
        )
    rows = at_risk_in(source, page=page)
    if not 1 <= row <= len(rows):
        raise InputError(f"no row {row} of numbers at risk", expected=f"one of:\n{listed_rows(rows) or '  none'}")
    return rows[row - 1].numbers


def _digitised(figure: Path, curve: int | None, color: str, page: int, ends: tuple[str, str, str, str]) -> Digitised:
    from glisson.evidence.digitise import References  # noqa: PLC0415 - start-up stays quick
    from glisson.evidence.digitise import digitise as read  # noqa: PLC0415

    x0, x1, y0, y1 = ends
    return read(figure, curve=curve, color=color, page=page, references=References(x0=x0, x1=x1, y0=y0, y1=y1))


def _python(
    source: Path,
    at_risk: Sequence[tuple[float, int]],
    made: Reconstruction,
    settings: Mapping[str, object],
    chosen: tuple[int | None, str, int, tuple[str, str, str, str]],
) -> str:
    """Return the Python that does the same."""
    usual = {"n": None, "events": None, "unit": "month", "percent": False, "method": "fitted", "name": "os",
             "label": "", "source": "published curve"}  # fmt: skip
    more = "".join(f", {k}={v!r}" for k, v in settings.items() if v != usual[k])
    numbers = ", ".join(f"({t:g}, {k})" for t, k in zip(made.known.time, made.known.at_risk, strict=True))
    lines = ["from glisson.evidence.reconstruct import reconstruct"]
    if source.suffix.lower() in {".svg", ".pdf", ".png"}:
        curve, color, page, ends = chosen
        own = {"curve": (curve, None), "color": (color, ""), "page": (page, 1)}
        some = "".join(f", {k}={v!r}" for k, (v, plain) in own.items() if v != plain)
        pairs = ", ".join(f"{k}={v!r}" for k, v in zip(("x0", "x1", "y0", "y1"), ends, strict=True) if v)
        some += f", references=References({pairs})" if pairs else ""
        lines.append("from glisson.evidence.digitise import References, digitise")
        lines.append(f"points = digitise({str(source)!r}{some})")
        lines.append("time, survival = points.time, points.survival")
    else:
        lines += ["from glisson.evidence.curve_files import read_pairs",
                  f'time, survival = zip(*read_pairs({str(source)!r}, "points"))']  # fmt: skip
    lines.append(f"made = reconstruct(time, survival, [{numbers if at_risk else ''}]{more})")
    return "\n".join(f"  {line}" for line in lines)
