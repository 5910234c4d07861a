"""Answering what a proposal leaves open: at a terminal, or in study.toml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as replaced

from glisson.clinical.propose import MISSING, Proposal
from glisson.clinical.questions import NONE, Decision, open_decisions, status_of
from glisson.clinical.settings import ColumnMap, Study
from glisson.clinical.study_toml import study_text
from glisson.clinical.targets import target
from glisson.clinical.wording import number, plain
from glisson.errors import GlissonError


class DecisionsNeeded(GlissonError):  # noqa: N818 - says what happened, like StopIteration
    """The file leaves open what only a person can decide; carries the questions and a draft of study.toml."""

    def __init__(self, proposal: Proposal, decisions: tuple[Decision, ...]) -> None:
        """Compose the message: every question, then the lines to complete.

        Parameters
        ----------
        proposal, decisions
            What is known, and what is not.
        """
        self.proposal, self.decisions = proposal, decisions
        self.draft = draft(proposal, decisions)
        questions = "\n".join(f"  {i}. {d.question} {_answers(decisions, i - 1)}" for i, d in enumerate(decisions, 1))
        count = f"{len(decisions)} thing{'s' if len(decisions) > 1 else ''}"
        super().__init__(
            f"{proposal.place}: {count} must be decided by a person before it can be read.\n"
            f"{questions}\n"
            "Run glisson at a terminal to be asked, or complete these lines and save them as study.toml:\n\n"
            f"{self.draft}"
        )


def _answers(decisions: tuple[Decision, ...], index: int) -> str:
    """Return the answers to one question in brackets, or that they are those of the question before."""
    one = decisions[index]
    if index and one.options == decisions[index - 1].options:
        return "(answers as before)"
    return f"({', '.join(option for option, _ in one.options)})"


#: Answers to one question that may be none of its options before asking ends.
ATTEMPTS = 10

#: Asks one question; the second argument says why the last answer could not be used, empty at first.
Prompt = Callable[[Decision, str], str]


def ask(proposal: Proposal, prompt: Prompt) -> Study:
    """Ask a person everything that is open, one question after another.

    Parameters
    ----------
    proposal
        From ``propose``.
    prompt
        Shows one question and returns the answer as typed; an empty answer to an optional question skips it.

    Returns
    -------
    Study
        Settings with a complete ``input`` section, ready to be written.

    Raises
    ------
    DecisionsNeeded
        If the answers leave no outcome to analyse, or a question is not answered by any of its options.
    """
    while questions := [d for d in open_decisions(proposal) if d.about != "outcome"]:
        complaint = ""
        for _ in range(ATTEMPTS):
            try:
                proposal = answered(proposal, questions[0], prompt(questions[0], complaint).strip())
                break
            except _NotUnderstoodError as error:
                complaint = str(error)
        else:
            raise DecisionsNeeded(proposal, tuple(d for d in open_decisions(proposal) if d.required))
    return accept_unambiguous(proposal)


def accept_unambiguous(proposal: Proposal) -> Study:
    """Return the settings if nothing that matters is open; optional columns that leave a question are not used.

    Raises
    ------
    DecisionsNeeded
        With every question and the lines to add to study.toml.
    """
    decisions = open_decisions(proposal)
    needed = tuple(d for d in decisions if d.required)
    if needed:
        raise DecisionsNeeded(proposal, needed)
    statuses = {m.means for m in proposal.maps}
    used = [m for m in proposal.maps if not m.means.endswith("_time") or status_of(m.means, statuses)]
    doubtful = {(d.column, d.means) for d in decisions if d.about in _OPEN_PARTS}
    return study_of(proposal, tuple(m for m in used if (m.column, m.means) not in doubtful))


def study_of(proposal: Proposal, maps: tuple[ColumnMap, ...]) -> Study:
    """Return the settings with these columns."""
    given = proposal.study
    sheet = {"sheet": proposal.data.name} if proposal.several_sheets else {}
    read = given.input.model_copy(update={"kind": proposal.kind, "columns": maps} | sheet)
    labels = tuple(m.label or m.column for m in maps if m.means == "subgroup")
    groups = given.analysis.subgroups + tuple(x for x in labels if x not in given.analysis.subgroups)
    updates: dict[str, object] = {"input": read}
    if groups != given.analysis.subgroups:
        updates["analysis"] = given.analysis.model_copy(update={"subgroups": groups})
    return given.model_copy(update=updates)


def draft(proposal: Proposal, decisions: tuple[Decision, ...] = ()) -> str:
    """Return study.toml as far as it is settled: ``"?"`` stands where a code, unit or order must be filled in."""
    comments = {(m.column, m.means): list(proposal.why(m.column, m.means)) for m in proposal.maps}
    loose, maps = [], proposal.maps
    for one in decisions:
        if one.about in _OPEN_PARTS:
            maps = tuple(_marked(m, one) if (m.column, m.means) == (one.column, one.means) else m for m in maps)
            line = f'DECIDE "?", one of: {", ".join(option for option, _ in one.options)}'
        elif one.about == "missing":
            line = (
                f"DECIDE whether '{one.value}' was not recorded, missing = [\"{one.value}\"], or is real, keep = [...]"
            )
        else:
            loose.append(f"DECIDE {one}")
            continue
        if line not in comments[one.column, one.means]:
            comments[one.column, one.means].append(line)
    return study_text(study_of(proposal, maps), comments, loose)


#: Questions that concern a part of one column.
_OPEN_PARTS = {"code": "codes", "event": "codes", "unit": "unit", "date_order": "date_order"}


def _marked(one: ColumnMap, decision: Decision) -> ColumnMap:
    """Put a question mark where the answer belongs; reading it is an error that names the place."""
    if decision.about in {"code", "event"}:
        values = [decision.value] if decision.about == "code" else [option for option, _ in decision.options]
        return one.model_copy(update={"codes": one.codes | dict.fromkeys(values, "?")})
    return one.model_copy(update={_OPEN_PARTS[decision.about]: "?"})


class _NotUnderstoodError(GlissonError):
    """An answer that is none of the options."""


def answered(proposal: Proposal, decision: Decision, answer: str) -> Proposal:
    """Return the proposal after one answer.

    Parameters
    ----------
    decision
        One of ``open_decisions(proposal)``.
    answer
        One of its options, in any case; empty skips an optional question.

    Raises
    ------
    GlissonError
        If the answer is none of the options.
    """
    declined = replaced(proposal, declined=proposal.declined | {decision.key})
    if not answer and not decision.required:
        leave = decision.about in _OPEN_PARTS
        return _without(declined, decision) if leave else declined
    if decision.about == "subgroups":
        return _with_subgroups(declined, decision, answer)
    options = [option for option, _ in decision.options]
    choice = next((o for o in options if o == answer), None) or next(
        (o for o in options if plain(o) == plain(answer)), None
    )
    if choice is None:
        raise _NotUnderstoodError(f"'{answer}' is none of {', '.join(options)}")
    return _applied(proposal, declined, decision, choice)


def _applied(proposal: Proposal, declined: Proposal, decision: Decision, choice: str) -> Proposal:
    because = "decided by a person"
    if decision.about == "method":
        return _with_input(proposal, method=choice)
    if decision.about in {"meaning", "column"}:
        if choice == NONE:
            return _without_time(declined, decision.means)
        column, means = (choice, decision.means) if decision.about == "column" else (decision.column, choice)
        return proposal.adding(column, means, because)
    if decision.about == "missing" and choice == MISSING and number(decision.value) is None:
        return _with_input(proposal, missing=(*proposal.study.input.missing, decision.value))
    old = next(m for m in proposal.meanings(decision.column) if m.means == decision.means)
    return proposal.changing(old, _changed(old, decision, choice), because)


def _changed(old: ColumnMap, decision: Decision, choice: str) -> ColumnMap:
    if decision.about == "event":
        meaning = target(old.means)
        event, spared = meaning.codes if meaning else ("event", "censored")
        codes = {option: event if option == choice else spared for option, _ in decision.options}
        return old.model_copy(update={"codes": old.codes | codes})
    if decision.about == "code":
        return old.model_copy(update={"codes": old.codes | {decision.value: choice}})
    if decision.about == "missing":
        part = "missing" if choice == MISSING else "keep"
        return old.model_copy(update={part: (*getattr(old, part), decision.value)})
    return old.model_copy(update={decision.about: choice})


def _with_input(proposal: Proposal, **changes: object) -> Proposal:
    study = proposal.study
    return replaced(proposal, study=study.model_copy(update={"input": study.input.model_copy(update=changes)}))


def _without(proposal: Proposal, decision: Decision) -> Proposal:
    maps = tuple(m for m in proposal.maps if (m.column, m.means) != (decision.column, decision.means))
    return replaced(proposal, maps=maps)


def _without_time(proposal: Proposal, means: str) -> Proposal:
    """Leave a duration out whose status stands in no column."""
    if not means.endswith("_status") or means == "vital_status":
        return proposal
    time = f"{means.removesuffix('_status')}_time"
    # Asking which column holds the duration would begin all over again.
    declined = proposal.declined | {Decision(about="column", question="", means=time).key}
    return replaced(proposal, maps=tuple(m for m in proposal.maps if m.means != time), declined=declined)


def _with_subgroups(proposal: Proposal, decision: Decision, answer: str) -> Proposal:
    names = {plain(option): option for option, _ in decision.options}
    for part in answer.split(","):
        if plain(part) not in names:
            raise _NotUnderstoodError(f"'{part.strip()}' is none of {', '.join(names.values())}")
        proposal = proposal.adding(names[plain(part)], "subgroup", "chosen as a subgroup")
    return proposal
