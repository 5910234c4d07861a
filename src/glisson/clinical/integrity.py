"""Integrity of the records: every rule is applied, and every hit names its cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from glisson.clinical.integrity_doses import DOSE_RULES
from glisson.clinical.integrity_events import EVENT_RULES
from glisson.clinical.integrity_labs import LAB_RULES
from glisson.clinical.integrity_measurement import measurement_rules
from glisson.clinical.integrity_rules import RULES, Rule, Tables, where
from glisson.clinical.integrity_stops import STOP_RULES
from glisson.clinical.problems import Problem
from glisson.clinical.relational import Locator
from glisson.clinical.schema import TABLES
from glisson.clinical.settings import Study

EARLIEST = date(1990, 1, 1)


def check(tables: Tables, locator: Locator, *, today: date, study: Study) -> list[Problem]:
    """Apply every rule.

    Parameters
    ----------
    tables
        Typed tables.
    locator
        Where they stand in the input.
    today
        Dates after it are impossible.
    study
        Dates after the data cut-off are noted; limits that are settings are the study's.
    """
    problems: list[Problem] = []
    for rule in (
        *RULES,
        *STOP_RULES,
        *LAB_RULES,
        *EVENT_RULES,
        *DOSE_RULES,
        *measurement_rules(study.response),
        *_key_rules(),
        *_date_rules(today, study.cutoff),
    ):
        if not all(t in tables and c in tables[t].columns for t, c in rule.needs):
            continue
        problems += [_problem(rule, row, locator) for row in rule.hits(tables).iter_rows(named=True)]
    return problems


def _problem(rule: Rule, row: dict[str, Any], locator: Locator) -> Problem:
    return locator.problem(
        rule.table,
        row["source_row"],
        rule.column,
        patient=row.get("patient_id") or "",
        severity=rule.severity,
        rule=rule.id,
        found=row.get("found") or rule.found,
        expected=rule.expected,
        todo=rule.todo,
    )


def _key_rules() -> list[Rule]:
    """Keys are unique."""
    return [
        Rule(
            id=f"{t.name}.twice",
            severity="blocks",
            table=t.name,
            column=t.key[0],
            needs=tuple((t.name, k) for k in t.key),
            hits=_duplicates(t.name, t.key),
            found=f"the same {' and '.join(t.key)} stand{'s' if len(t.key) == 1 else ''} in an earlier row",
            expected="one row each"
            if t.name != "patient"
            else "one row a patient; further methods go to the session sheet",
            todo="delete or renumber one of the rows",
        )
        for t in TABLES
        if t.key
    ]


def _duplicates(table: str, key: tuple[str, ...]) -> Callable[[Tables], pl.DataFrame]:
    return lambda tables: tables[table].filter(pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct())


def _date_rules(today: date, cutoff: date | None) -> list[Rule]:
    """Dates lie between 1990 and today; what happened after the cut-off is noted."""
    rules = []
    for table in TABLES:
        for declared in table.fields:
            if declared.kind != "date":
                continue
            at: dict[str, Any] = {"table": table.name, "column": declared.name, "needs": ((table.name, declared.name),)}
            name, old = declared.name, declared.name in {"primary_dx_date"}
            rules.append(
                Rule(
                    id="date.future",
                    severity="blocks",
                    **at,
                    hits=where(table.name, pl.col(name) > today),
                    found="a date in the future",
                    expected="a date that has been",
                    todo="correct the year",
                )
            )
            rules.append(
                Rule(
                    id="date.old",
                    severity="note" if old else "blocks",
                    **at,
                    hits=where(table.name, pl.col(f"{name}_to") < EARLIEST),
                    found="a date before 1990",
                    expected="a date from 1990 on",
                    todo="correct the year",
                )
            )
            if cutoff is not None:
                rules.append(
                    Rule(
                        id="date.cutoff",
                        severity="note",
                        **at,
                        hits=where(table.name, (pl.col(name) > cutoff) & (pl.col(name) <= today)),
                        found=f"a date after the data cut-off ({cutoff})",
                        expected="a date up to the cut-off",
                        todo="nothing: what happened after the cut-off is not counted",
                    )
                )
    return rules
