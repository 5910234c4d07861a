"""What a case of the corpus declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glisson.clinical.problems import Severity
from glisson.clinical.settings import Study, parse_study
from tests.corpus.build import Make

#: Table, column, row from 0, value.
Values = Sequence[tuple[str, str, int, object]]
Outcome = Literal["refused", "reported", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input and what must come of it.

    Parameters
    ----------
    name, make
        What is wrong with it, and how it is made.
    outcome
        ``refused``: one deliberate error. ``reported``: read, with a problem. ``read``: read, nothing blocks.
    severity
        Of the problem.
    place
        Text that the place of the problem holds, e.g. ``"sheet session, cell C2"``.
    words
        Each must be in the message, in any case; ``|`` separates alternatives. They name what was found and the remedy.
    n, sessions, values
        Patients and sessions that the cohort holds; values as table, column, row (from 0), value.
    study
        Settings.
    """

    name: str
    make: Make
    outcome: Outcome
    severity: Severity = "blocks"
    place: str = ""
    words: tuple[str, ...] = ()
    n: int | None = None
    sessions: int | None = None
    values: Values = ()
    study: Study | None = None

    def unsaid(self, message: str) -> list[str]:
        """Return the words that a message does not hold."""
        low = message.casefold()
        return [w for w in self.words if not any(part in low for part in w.casefold().split("|"))]


def refused(name: str, make: Make, *words: str, study: Study | None = None) -> Case:
    """Declare an input that cannot be used as it stands."""
    return Case(name=name, make=make, outcome="refused", words=words, study=study)


def blocks(name: str, make: Make, place: str, *words: str, study: Study | None = None) -> Case:
    """Declare an input with a problem that must be settled before an assessment."""
    return Case(name=name, make=make, outcome="reported", place=place, words=words, study=study)


def changes(name: str, make: Make, place: str, *words: str, n: int = 4, study: Study | None = None) -> Case:
    """Declare an input with a problem that changes a result, and that can be assessed."""
    return Case(
        name=name, make=make, outcome="reported", severity="changes", place=place, words=words, n=n, study=study
    )


def notes(name: str, make: Make, place: str, *words: str, n: int = 4, study: Study | None = None) -> Case:
    """Declare an input with something worth knowing."""
    return Case(name=name, make=make, outcome="reported", severity="note", place=place, words=words, n=n, study=study)


def reads(
    name: str,
    make: Make,
    *,
    n: int = 4,
    sessions: int | None = None,
    values: Values = (),
    study: Study | None = None,
) -> Case:
    """Declare an odd input that must be read all the same."""
    return Case(name=name, make=make, outcome="read", n=n, sessions=sessions, values=values, study=study)


def settings(**sections: object) -> Study:
    """Return settings from keys as in study.toml."""
    return parse_study(dict(sections))
