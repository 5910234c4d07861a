"""The questions that a proposal leaves open: which column, which code, which unit, which order, what means missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from glisson.clinical.column_profile import Profile
from glisson.clinical.propose import MISSING, ColumnFound, Proposal, plausible, top
from glisson.clinical.settings import ColumnMap
from glisson.clinical.targets import RECORDED_ENDPOINTS, Target, target
from glisson.clinical.vocabulary import METHOD_FAMILY, METHOD_LABEL
from glisson.clinical.wording import number

About = Literal["meaning", "column", "event", "code", "unit", "date_order", "missing", "method", "subgroups", "outcome"]
#: Answer to "which column?" where there is none.
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that the file does not say and a person must.

    Parameters
    ----------
    about
        Kind of question.
    column, means, value
        What it is about, as far as it applies.
    question
        One sentence.
    options
        Answers that are understood, each with what it means.
    evidence
        What was found that bears on it.
    required
        Whether the sheet cannot be read without it; otherwise an empty answer leaves the column out.
    """

    about: About
    question: str
    column: str = ""
    means: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    required: bool = True

    @property
    def key(self) -> str:
        """Identify the question."""
        return "|".join((self.about, self.column, self.means, self.value))

    def __str__(self) -> str:
        """Return the question with its answers in one line."""
        answers = [option for option, _ in self.options]
        return f"{self.question} ({', '.join(answers)})" if answers else self.question


def open_decisions(proposal: Proposal) -> tuple[Decision, ...]:
    """Return every question that is open, the most consequential first."""
    found = (
        *_ties(proposal), *_companions(proposal), *_outcome(proposal), *_method(proposal), *_parts(proposal),
        *_missing(proposal), *_subgroups(proposal),
    )  # fmt: skip
    return tuple(d for d in found if d.key not in proposal.declined)


def _title(name: str) -> str:
    meaning = target(name)
    return meaning.title if meaning else name


def _columns_as_options(columns: list[ColumnFound]) -> tuple[tuple[str, str], ...]:
    return (*((c.profile.column, str(c.profile)) for c in columns), (NONE, "no column"))


def _ties(proposal: Proposal) -> Iterator[Decision]:
    """A column that could mean several things, and a thing that several columns could mean."""
    if proposal.study.input.columns:
        return
    rivals: dict[str, list[ColumnFound]] = {}
    for column in proposal.columns:
        name = column.profile.column
        if proposal.meanings(name):
            continue
        best = [c for c in top(column) if not proposal.mapped(c.means)]
        if len(best) == 1:
            rivals.setdefault(best[0].means, []).append(column)
        elif best:
            yield Decision(
                about="meaning", column=name, question=f"What does column '{name}' mean?",
                options=(*((c.means, _title(c.means)) for c in best), (NONE, "something else")),
                evidence=_about_column(column), required=any(_needed(c.means) for c in best),
            )  # fmt: skip
    for means, columns in rivals.items():
        yield Decision(
            about="column", means=means, question=f"Which column holds: {_title(means)}?",
            options=_columns_as_options(columns), required=_needed(means),
        )  # fmt: skip


def _needed(means: str) -> bool:
    meaning = target(means)
    return bool(meaning and meaning.required)


def _about_column(column: ColumnFound) -> tuple[str, ...]:
    text = f"data dictionary: {column.description}" if column.description else ""
    return tuple(t for t in (str(column.profile), text) if t)


def status_of(time: str, meanings: set[str]) -> str:
    """Return the meaning that says which durations end in an event: the endpoint's own, or the patient's."""
    code = time.removesuffix("_time")
    shared = {"os": "vital_status", "ttp": "progression_status"}.get(code, "")
    return next((m for m in (f"{code}_status", shared) if m in meanings), "")


def _companions(proposal: Proposal) -> Iterator[Decision]:
    """Which column says who had the event, for each duration."""
    meanings = {m.means for m in proposal.maps}
    tied = {c.means for column in proposal.columns if not proposal.meanings(column.profile.column) for c in top(column)}
    for code, name in RECORDED_ENDPOINTS.items():
        time, status = f"{code}_time", f"{code}_status"
        if time not in meanings or status_of(time, meanings):
            continue
        if not proposal.study.input.columns and status_of(time, tied):
            continue
        yield Decision(
            about="column", means=status,
            question=f"Column '{proposal.mapped(time)[0].column}' is the {_title(time)}; which column says who had the"
            f" event of {name} and who was censored?",
            options=_columns_as_options(_fitting(proposal, status)),
        )  # fmt: skip


def _fitting(proposal: Proposal, means: str) -> list[ColumnFound]:
    """Columns whose values could be what is asked for."""
    meaning = target(means)
    return [c for c in proposal.columns if meaning and plausible(meaning, c.profile)]


#: What an outcome in dates is made of.
_OUTCOME = ("session_date", "death_date", "last_contact_date", "vital_status")


def _outcome(proposal: Proposal) -> Iterator[Decision]:
    """Columns to look for where no outcome was recognised."""
    meanings = {m.means for m in proposal.maps}
    if any(f"{code}_time" in meanings for code in RECORDED_ENDPOINTS):
        return
    if "session_date" in meanings and ("death_date" in meanings or {"last_contact_date", "vital_status"} <= meanings):
        return
    tied = {c.means for column in proposal.columns for c in top(column)} - meanings
    if not proposal.study.input.columns and tied & {"os_time", *_OUTCOME}:
        return
    for means in (*_OUTCOME, "os_time"):
        columns = [c for c in _fitting(proposal, means) if not proposal.meanings(c.profile.column)]
        columns.sort(key=lambda c: all(one.means != means for one in c.candidates))  # those that hint at it come first
        if columns and means not in meanings:
            yield Decision(
                about="column", means=means, question=f"Which column holds: {_title(means)}?",
                options=_columns_as_options(columns), required=False,
            )  # fmt: skip
    yield Decision(
        about="outcome",
        question="No outcome was recognised: glisson needs the date of the first treatment with the date of death, or"
        " with the date of last contact and who is dead, or the time from treatment with a status; declare the columns"
        " that hold them",
        options=tuple((m, _title(m)) for m in (*_OUTCOME, "os_time", "os_status")),
    )


def _method(proposal: Proposal) -> Iterator[Decision]:
    """Where the method of treatment stands."""
    if proposal.mapped("method") or proposal.study.input.method:
        return
    options = [c for c in _fitting(proposal, "method") if not proposal.meanings(c.profile.column)]
    options = [c for c in options if not c.profile.mostly(c.profile.numbers)]
    column = Decision(
        about="column", means="method", question="Which column holds the method of treatment?",
        options=_columns_as_options(options), required=False,
    )  # fmt: skip
    if options and column.key not in proposal.declined:
        yield column
        return
    yield Decision(
        about="method", question="Which method had every patient of this sheet? (empty: not recorded)",
        options=_method_options(), required=False,
    )  # fmt: skip


def _method_options() -> tuple[tuple[str, str], ...]:
    return tuple((code, METHOD_LABEL[code]) for code in METHOD_FAMILY)


def _parts(proposal: Proposal) -> Iterator[Decision]:
    """Codes, units and date orders that neither words nor values settle."""
    for one in proposal.maps:
        meaning, column = target(one.means), proposal.column(one.column)
        if meaning is None:
            continue
        if meaning.codes:
            used = one.means != "progression_status" or _needs_progression(proposal)
            yield from _open_codes(proposal, one, meaning, column, required=meaning.required and used)
        if meaning.measured and not one.unit:
            units = ("days", "weeks", "months", "years") if meaning.role == "time" else ("mm", "cm")
            others = {f"column '{m.column}' is in {m.unit}" for m in proposal.maps if m.unit in units}
            yield Decision(
                about="unit", column=one.column, means=one.means, question=f"In which unit is column '{one.column}'?",
                options=tuple((u, u) for u in units), evidence=(*_about_column(column), *sorted(others)),
                required=meaning.required,
            )  # fmt: skip
        dates = column.profile.dates
        written = dates.either + dates.day_first + dates.month_first
        if meaning.role == "date" and written and not one.date_order and not proposal.study.input.date_order:
            orders = {f"column '{m.column}' is {m.date_order.replace('_', ' ')}" for m in proposal.maps if m.date_order}
            yield Decision(
                about="date_order", column=one.column, means=one.means,
                question=f"Is 03/04/2016 in column '{one.column}' the 3rd of April or the 4th of March?",
                options=(("day_first", "3rd of April"), ("month_first", "4th of March")),
                evidence=(str(column.profile), *sorted(orders)), required=meaning.required,
            )  # fmt: skip


def _needs_progression(proposal: Proposal) -> bool:
    """Whether a column is read together with the status of progression."""
    return bool(proposal.mapped("ttp_time") or proposal.mapped("progression_or_imaging_date"))


def _open_codes(
    proposal: Proposal, one: ColumnMap, meaning: Target, column: ColumnFound, *, required: bool
) -> Iterator[Decision]:
    without = (*one.codes, *one.missing, *proposal.study.input.missing)
    values = column.profile.values(without)
    evidence = _about_column(column)
    if meaning.role == "status" and len(values) == 2 and not one.codes:
        event, spared = meaning.codes
        yield Decision(
            about="event", column=one.column, means=one.means,
            question=f"Which value of column '{one.column}' means {event.replace('_', ' ')}?"
            f" (the other one is {spared.replace('_', ' ')})",
            options=tuple((v, f"{n} patients") for v, n in values), evidence=evidence, required=required,
        )  # fmt: skip
        return
    if meaning.role == "method":
        options = (*_method_options(), ("unknown", "not recorded"))
    else:
        options = (*((c, c.replace("_", " ")) for c in meaning.codes), (MISSING, "not recorded"))
    for value, count in values:
        yield Decision(
            about="code", column=one.column, means=one.means, value=value,
            question=f"What is '{value}' ({count} patient{'s' if count > 1 else ''}) in column '{one.column}',"
            f" {meaning.title}?",
            options=options, evidence=evidence, required=required,
        )  # fmt: skip


def _missing(proposal: Proposal) -> Iterator[Decision]:
    """Texts and numbers that may mean "not recorded"; where columns are declared, such cells are problems instead."""
    if proposal.study.input.columns:
        return
    asked: set[str] = set()
    for one in proposal.maps:
        meaning = target(one.means)
        if meaning is None or meaning.codes or meaning.role in {"text", "subgroup"}:
            continue
        known = {*one.missing, *one.keep, *proposal.study.input.missing, *asked}
        column = proposal.column(one.column).profile
        for value, count in _odd_values(column, meaning):
            if value not in known:
                asked |= {value} if number(value) is None else set()
                yield Decision(
                    about="missing", column=one.column, means=one.means, value=value,
                    question=f"'{value}' stands {count} time{'s' if count > 1 else ''} in column '{one.column}',"
                    f" {meaning.title}. Does it mean that nothing was recorded?",
                    options=((MISSING, "not recorded"), ("real", "a real value")),
                )  # fmt: skip


def _odd_values(column: Profile, meaning: Target) -> Iterator[tuple[str, int]]:
    """Values that look like codes for missing, and texts that repeat in a column of numbers or dates."""
    yield from column.missing_like
    if meaning.role in {"time", "integer", "number", "grade"}:
        yield from (
            (v, n) for v, n in column.counts if n > 1 and number(v) is None and (v, n) not in column.missing_like
        )
    if meaning.role == "date":
        yield from (
            (v, n) for v, n in column.counts
            if n > 1 and not any(c.isdigit() for c in v) and (v, n) not in column.missing_like
        )  # fmt: skip


def _subgroups(proposal: Proposal) -> Iterator[Decision]:
    if proposal.study.input.columns:
        return
    columns = [
        c for c in proposal.columns
        if not proposal.meanings(c.profile.column) and 2 <= len(c.profile.counts) <= 6 and c.profile.filled > 6
    ]  # fmt: skip
    if columns:
        yield Decision(
            about="subgroups", question="Which columns are subgroups to report as well, separated by commas?",
            options=tuple((c.profile.column, str(c.profile)) for c in columns), required=False,
        )  # fmt: skip
