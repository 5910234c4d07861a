"""Every broken input: a message that names the place and the remedy, never a traceback, nothing written over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from glisson.clinical.cohort import Cohort
from glisson.clinical.problems import Problem
from glisson.clinical.read import read_cohort
from glisson.errors import GlissonError
from tests.corpus.case import Case
from tests.corpus.cases_cells import CELLS, RULES
from tests.corpus.cases_flat import FLAT
from tests.corpus.cases_redcap import REDCAP
from tests.corpus.cases_text import TEXTS
from tests.corpus.cases_workbook import WORKBOOKS

CASES = (*WORKBOOKS, *CELLS, *RULES, *TEXTS, *FLAT, *REDCAP)
each_case = pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])


def fingerprint(folder: Path) -> dict[str, str]:
    """Return every file under a folder with its content's hash."""
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


def test_the_corpus_is_as_large_as_promised_and_names_are_unique() -> None:
    broken = [c for c in CASES if c.outcome != "read"]
    assert len(broken) >= 60
    assert len({c.name for c in CASES}) == len(CASES)


@each_case
def test_reading(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    before = fingerprint(tmp_path)
    if case.outcome == "refused":
        with pytest.raises(GlissonError) as raised:
            read_cohort(path, case.study)
        assert not case.unsaid(str(raised.value)), str(raised.value)
    else:
        _judge(case, read_cohort(path, case.study))
    assert fingerprint(tmp_path) == before


def _judge(case: Case, cohort: Cohort) -> None:
    said = "\n".join(f"{p.severity}: {p}" for p in cohort.problems)
    if case.outcome == "reported":
        assert [p for p in cohort.problems if _is(case, p)], said
    if case.outcome == "read" or case.severity != "blocks":
        assert not cohort.problems.blocking, said
    if case.n is not None:
        assert cohort.n == case.n, said
    if case.sessions is not None:
        assert len(cohort.table("session")) == case.sessions, said
    # A message nobody reads is no message.
    assert max(len(str(p)) for p in cohort.problems or ["x"]) < 500
    assert len(cohort.problems) < 250
    for table, column, row, value in case.values:
        assert cohort.table(table)[column][row] == value


def _is(case: Case, problem: Problem) -> bool:
    placed = any(part in problem.place for part in case.place.split("|"))
    told = bool(problem.todo) or problem.severity == "note"
    return problem.severity == case.severity and placed and told and not case.unsaid(str(problem))
