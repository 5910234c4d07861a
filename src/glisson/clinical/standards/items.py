"""What can fill an item of a reporting standard, and whether it does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import polars as pl

from glisson.clinical.standards.scope import Scope, When, recorded

State = Literal["recorded", "stated", "reported", "partial", "missing"]

#: What one row of a sheet is, singular and plural.
_ROWS = {
    "patient": ("patient", "patients"),
    "session": ("session", "sessions"),
    "adverse_event": ("event", "events"),
    "assessment": ("scan", "scans"),
    "session_lesion": ("treated lesion", "treated lesions"),
}
_WHEN = {"": "", "before": " up to the first session", "after": " after the first session"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether an item is filled.

    Parameters
    ----------
    state
        ``recorded`` in the data, ``stated`` in study.toml, ``reported`` by the report itself, ``partial``: recorded for
        too few, or ``missing``.
    where
        Where it stands; empty where it is missing.
    todo
        How to record it; empty where it is filled.
    """

    state: State
    where: str = ""
    todo: str = ""

    @property
    def filled(self) -> bool:
        """Whether it counts."""
        return self.state in {"recorded", "stated", "reported"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Columns that every row concerned must hold: the patients, their sessions, their adverse events.

    Parameters
    ----------
    table, columns
        Sheet and columns; ``a|b`` is either.
    values
        Codes that say enough, where not every one does.
    """

    table: str
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()

    def answer(self, scope: Scope, least: float) -> Answer:
        """Return whether enough rows have them."""
        frame = scope.rows(self.table)
        held = recorded(frame, self.columns)
        if self.values and len(frame):
            held = held & frame[self.columns[0]].is_in(self.values).fill_null(value=False)
        return _share(int(held.sum()), len(frame), _ROWS[self.table], self._place(), self._todo(), least)

    def _place(self) -> str:
        return f"sheet {self.table}: {_columns(self.columns)}"

    def _todo(self) -> str:
        codes = f" ({' or '.join(self.values)})" if self.values else ""
        return f"{self._place()}{codes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Rows of another sheet that every patient must have, before or after the first session.

    Parameters
    ----------
    table, columns, when
        Sheet, what such a row must hold, and when.
    each
        Values of a column of which each must be there, e.g. two laboratory tests.
    what
        What such a row is, in words.
    """

    table: str
    columns: tuple[str, ...]
    when: When
    what: str
    each: tuple[str, tuple[str, ...]] = ("", ())

    def answer(self, scope: Scope, least: float) -> Answer:
        """Return whether enough patients have such rows; after treatment, of those followed to the first control."""
        frame = scope.rows(self.table, self.when)
        frame = frame.filter(recorded(frame, self.columns))
        column, values = self.each
        found = set(frame["patient_id"].to_list())
        for value in values:
            known = frame.filter(pl.col(column) == value) if column in frame.columns else frame.clear()
            found &= set(known["patient_id"].to_list())
        due = scope.starts.select("patient_id")
        noun = ("patient", "patients")
        if self.when == "after":
            days = scope.cohort.study.response.control_to_days
            due = scope.followed(days)
            noun = (f"patient followed for {days} days", f"patients followed for {days} days")
        count = len(found & set(due["patient_id"].to_list()))
        place = f"sheet {self.table}: {self.what}{_WHEN[self.when]}"
        return _share(count, len(due), noun, place, place, least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A sheet that the input must hold, with values in these columns."""

    table: str
    columns: tuple[str, ...]

    def answer(self, scope: Scope, least: float) -> Answer:  # noqa: ARG002 - all sources answer alike
        """Return whether the sheet is there."""
        place = f"sheet {self.table}: {_columns(self.columns)}"
        if scope.cohort.has(self.table, *self.columns):
            return Answer(state="recorded", where=place)
        return Answer(state="missing", todo=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A text in the section ``standards`` of study.toml."""

    key: str

    def answer(self, scope: Scope, least: float) -> Answer:  # noqa: ARG002 - all sources answer alike
        """Return whether the text is there."""
        text = str(getattr(scope.cohort.study.standards, self.key)).strip()
        if text:
            return Answer(state="stated", where=text)
        return Answer(state="missing", todo=f"text standards.{self.key} in study.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Something that the report itself gives.

    Parameters
    ----------
    chapter
        Heading under which it stands.
    needs
        Fact without which it is not there: ``"os"``, ``"comparison"``; empty where it always is.
    todo
        What would make it possible.
    """

    chapter: str
    needs: str = ""
    todo: str = ""

    def answer_given(self, facts: Collection[str]) -> Answer:
        """Return whether the report has it, given what could be analysed."""
        if not self.needs or self.needs in facts:
            return Answer(state="reported", where=f"this report: {self.chapter}")
        return Answer(state="missing", todo=self.todo)


Source = Recorded | Seen | Present | Stated | Reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a scored list.

    Parameters
    ----------
    number, topic
        Place in its list and what it asks, in our words.
    weight
        ``major`` or ``minor``.
    sources
        What can fill it; any of them is enough.
    """

    number: int
    topic: str
    weight: Literal["major", "minor"]
    sources: tuple[Source, ...]


def answer(item: Item, scope: Scope, facts: Collection[str]) -> Answer:
    """Return whether an item is filled: by the first source that fills it, else what is there and how to add the rest.

    Parameters
    ----------
    item
        What is asked.
    scope
        Whom it is about.
    facts
        What the report could analyse, for ``Reported``.
    """
    least = scope.cohort.study.standards.least_recorded
    answers = [s.answer_given(facts) if isinstance(s, Reported) else s.answer(scope, least) for s in item.sources]
    for one in answers:
        if one.filled:
            return one
    todo = " or ".join(dict.fromkeys(one.todo for one in answers if one.todo))
    partial = next((one for one in answers if one.state == "partial"), None)
    if partial is not None:
        return Answer(state="partial", where=partial.where, todo=todo)
    return Answer(state="missing", todo=todo)


def _share(count: int, of: int, noun: tuple[str, str], place: str, todo: str, least: float) -> Answer:
    if not count:
        return Answer(state="missing", todo=todo)
    where = f"{place} ({count} of {of} {noun[0] if of == 1 else noun[1]})"
    if count / of >= least - 1e-9:
        return Answer(state="recorded", where=where)
    return Answer(state="partial", where=where, todo=todo)


def _columns(columns: tuple[str, ...]) -> str:
    return ", ".join(c.replace("|", " or ") for c in columns)
