"""Settling at the terminal what the columns of a sheet mean, and keeping the answers in study.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from glisson.errors import SettingsError

if TYPE_CHECKING:
    from glisson.clinical.propose import Proposal
    from glisson.clinical.questions import Decision
    from glisson.clinical.settings import Study

_INTRODUCTION = (
    "This sheet has columns of its own. What follows is how glisson reads them, with the evidence for each choice.\n"
)
_RULE = "-" * 78


def settled(source: Path, study: Path | None, *, ask: bool) -> Study:
    """Return complete settings for an input, proposing and asking where its columns have no settled meaning.

    Parameters
    ----------
    source
        The input.
    study
        Path of study.toml; ``None`` takes the one beside the input, if there is one.
    ask
        Whether somebody is there to answer. Otherwise only unambiguous choices are accepted.

    Raises
    ------
    DecisionsNeeded
        With everything left to decide, and the lines of study.toml to complete.
    """
    from glisson.clinical import decide  # noqa: PLC0415 - start-up stays quick
    from glisson.clinical.read import settings_of  # noqa: PLC0415

    settings = settings_of(source, study)
    proposal = proposal_for(source, settings)
    if proposal is None:
        return settings
    if settings.input.columns:
        return decide.accept_unambiguous(proposal)
    from glisson.clinical.proposal_text import proposal_text  # noqa: PLC0415

    typer.echo(_INTRODUCTION)
    typer.echo(proposal_text(proposal))
    complete = decide.ask(proposal, _prompt) if ask else decide.accept_unambiguous(proposal)
    _keep(complete, proposal, source, study)
    return complete


def proposal_for(source: Path, settings: Study) -> Proposal | None:
    """Return what the columns of an input seem to mean; nothing where they are those of the data model."""
    from glisson.clinical.propose import propose  # noqa: PLC0415
    from glisson.clinical.read import kind_of, sheets_of  # noqa: PLC0415
    from glisson.clinical.redcap import propose_redcap, redcap_tables  # noqa: PLC0415

    if settings.input.kind == "relational":
        return None
    sheets = sheets_of(source)
    kind = kind_of(sheets, settings)
    if kind in {"relational", "cdisc"}:
        return None
    if kind == "flat":
        return propose(sheets, settings)
    if not settings.input.columns and redcap_tables(sheets):
        return None
    return propose_redcap(sheets, settings)


def _prompt(decision: Decision, complaint: str) -> str:
    """Show one question with its options and return what was typed."""
    typer.echo(_RULE)
    if complaint:
        typer.echo(f"{complaint}.")
    typer.echo(decision.question)
    for option, meaning in decision.options:
        typer.echo(f"  {option}" + (f"   {meaning}" if meaning and meaning != option else ""))
    answer: str = typer.prompt(
        "Answer" if decision.required else "Answer (Enter to leave it)", default="", show_default=False
    )
    return answer


def _keep(complete: Study, proposal: Proposal, source: Path, given: Path | None) -> None:
    """Write the decisions beside the input; settings that are there already are completed in a new file."""
    from glisson.clinical.study_toml import write_study  # noqa: PLC0415

    folder = source if source.is_dir() else source.parent
    names = ["study.toml", *(f"study-{i}.toml" for i in range(2, 100))]
    path = next(folder / name for name in names if not (folder / name).exists())
    evidence = {(m.column, m.means): proposal.why(m.column, m.means) for m in complete.input.columns}
    try:
        write_study(complete, path, evidence)
    except SettingsError as error:
        typer.echo(f"The decisions were not kept: {error} They will be asked again next time.")
        return
    again = "" if path.name == "study.toml" and given is None else f" Use it next time: --study {path}"
    typer.echo(f"What was decided is kept in {path}; correct it there.{again}\n")
