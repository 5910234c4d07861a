"""Severity of complications by SIR and CIRSE, derived from what was done about them.

The facts are hospital days added, intensive care, interventions, transfusions, sequelae and outcome; any scale follows
from them. A threshold that is not certain is a setting of the study.

Sources: Khalilzadeh O, et al. J Vasc Interv Radiol 2017;28:1432-1437 (SIR 2017); Sacks D, et al. J Vasc Interv Radiol
2003;14:S199-S202 (SIR letters); Filippiadis DK, et al. Cardiovasc Intervent Radiol 2017;40:1141-1146 (CIRSE), modified
2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.event_tables import counted_events
from glisson.clinical.groups import patient_keys
from glisson.clinical.settings import SafetySettings
from glisson.errors import SettingsError
from glisson.tables import CountTable

UNKNOWN = "facts not recorded"
NOT_GIVEN = "class not recorded"
NONE = "none"
#: Classes from mildest to worst.
CLASSES: dict[str, tuple[str, ...]] = {
    "sir": ("1", "2", "3", "4", "5"),
    "sir_letter": ("A", "B", "C", "D", "E", "F"),
    "cirse": ("1", "2", "3", "4", "5", "6"),
    "cirse_2026": ("1", "1a", "1b", "2", "3", "3a", "3b", "4", "5", "6"),
}
LABELS = {"sir": "SIR 2017", "sir_letter": "SIR letters (2003)", "cirse": "CIRSE 2017", "cirse_2026": "CIRSE 2026"}

_FACTS: dict[str, Any] = {
    "hospital_days_added": pl.Float64, "icu": pl.Boolean, "intervention": pl.Boolean, "transfusion": pl.Boolean,
    "procedure_completed": pl.Boolean, "sequelae": pl.Boolean, "sequelae_severity": pl.String, "action": pl.String,
    "sir_grade": pl.String, "cirse_grade": pl.String, "outcome": pl.String,
}  # fmt: skip
_SHORT_STAY = 2.0  # days: 48 hours


def complications(cohort: Cohort) -> pl.DataFrame:
    """Return the counted adverse events with their classes.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Returns
    -------
    DataFrame
        ``event``, ``patient_id``, ``term``, ``grade``, ``session``, then ``sir``, ``sir_letter``, ``cirse`` and
        ``cirse_2026``, ``recorded_sir`` and ``recorded_cirse``. A class is null unless the hospital days added and the
        intervention are recorded, or the event was fatal, took intensive care, or left sequelae; other facts that are
        not recorded are taken as no.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    rows = counted_events(cohort)
    table = cohort.table("adverse_event")
    missing = [pl.lit(None, dtype=kind).alias(c) for c, kind in _FACTS.items() if c not in table.columns]
    facts = table.with_columns(missing).select(pl.int_range(pl.len(), dtype=pl.Int64).alias("event"), *_FACTS)
    rows = rows.join(facts, on="event", how="left", maintain_order="left")
    settings = cohort.study.safety
    return rows.select(
        "event", "patient_id", "term", "grade", "session", *_classes(settings), recorded_sir="sir_grade",
        recorded_cirse="cirse_grade",
    )  # fmt: skip


def worst_class(cohort: Cohort, scale: str) -> CountTable:
    """Count patients by the worst class of their complications, by method.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table; n patients.
    scale
        ``"sir"``, ``"sir_letter"``, ``"cirse"`` or ``"cirse_2026"``.

    Returns
    -------
    CountTable
        n patients by ``method``; categories ``none`` (no event), the classes, and ``facts not recorded``.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    SettingsError
        If there is no such scale.
    """
    _known(scale)
    found = complications(cohort).select("patient_id", scale).iter_rows()
    return _worst(cohort, found, scale, UNKNOWN, LABELS[scale])


def worst_recorded_class(cohort: Cohort, scale: str) -> CountTable:
    """Count patients by the worst class that was recorded for their events, by method.

    Parameters
    ----------
    cohort, scale
        As for ``worst_class``. A letter in ``sir_grade`` belongs to ``"sir_letter"``, a number to ``"sir"``; by
        ``"cirse"`` a class of 2026 counts without its letter.

    Returns
    -------
    CountTable
        n patients by ``method``; categories ``none`` (no event), the classes, and ``class not recorded``.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    SettingsError
        If there is no such scale.
    """
    _known(scale)
    column = "recorded_sir" if scale.startswith("sir") else "recorded_cirse"
    found = complications(cohort).select("patient_id", column).iter_rows()
    told = ((patient, _on_scale(text, scale)) for patient, text in found)
    return _worst(cohort, told, scale, NOT_GIVEN, f"{LABELS[scale]}, as recorded")


def class_disagreements(cohort: Cohort) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return the events whose recorded class is not the derived one; the recorded one is kept, never replaced.

    Returns
    -------
    tuple
        (patient id, term, scale, recorded, derived).

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    edition = "cirse_2026" if cohort.study.safety.cirse_edition == "2026" else "cirse"
    out = []
    for row in complications(cohort).iter_rows(named=True):
        letters = plain_class(str(row["recorded_sir"] or "")).upper()
        sir = "sir_letter" if letters in CLASSES["sir_letter"] else "sir"
        for scale, recorded in ((sir, row["recorded_sir"]), (edition, row["recorded_cirse"])):
            derived, told = row[scale], str(recorded or "").strip()
            if told and derived is not None and not _same(told, derived):
                out.append((row["patient_id"], row["term"], LABELS[scale], told, derived))
    return tuple(out)


def plain_class(text: str) -> str:
    """Return a class as it is compared: ``Grade 3B`` and ``3b`` are one, and ``class D`` is ``d``.

    Examples
    --------
    >>> plain_class("Grade 3B"), plain_class("D")
    ('3b', 'd')
    """
    plain = " ".join(text.split()).casefold()
    return plain.removeprefix("cirse").removeprefix("sir").strip().removeprefix("grade").removeprefix("class").strip()


def _known(scale: str) -> None:
    if scale not in CLASSES:
        raise SettingsError(f"scale {scale!r}", expected=f"one of {', '.join(CLASSES)}")


def _on_scale(recorded: str | None, scale: str) -> str | None:
    """Return a recorded class as its scale writes it; ``None`` where it is on another scale, or on none."""
    plain = plain_class(recorded or "")
    if scale == "cirse" and plain in CLASSES["cirse_2026"]:
        plain = plain[:1]
    return {c.casefold(): c for c in CLASSES[scale]}.get(plain)


def _worst(cohort: Cohort, found: Iterable[tuple[str, str | None]], scale: str, unknown: str, label: str) -> CountTable:
    """Count each patient at the worst class among some of (patient, class)."""
    classes = CLASSES[scale]
    rank = {c: i for i, c in enumerate(classes)}
    worst: dict[str, str] = {}
    for patient, one in found:
        held = worst.get(patient)
        if one is None:
            worst.setdefault(patient, unknown)
        elif held is None or held == unknown or rank[one] > rank[held]:
            worst[patient] = one
    ids = cohort.table("patient")["patient_id"].to_list()
    keys = {"method": patient_keys(cohort)["method"]}
    grades = [worst.get(i, NONE) for i in ids]
    return CountTable.of(grades, (NONE, *classes, unknown), keys=keys, ids=ids, name=scale, label=label)


def _same(recorded: str, derived: str) -> bool:
    """Whether two classes agree; a class without its letter agrees with both of its letters."""
    one, other = plain_class(recorded), plain_class(derived)
    return one == other or (one[:1] == other[:1] and one[:1].isdigit() and min(len(one), len(other)) == 1)


def _classes(settings: SafetySettings) -> list[pl.Expr]:
    days = pl.col("hospital_days_added")
    fatal = (pl.col("grade") == 5).fill_null(value=False) | (pl.col("outcome") == "fatal").fill_null(value=False)
    icu, treated = _yes("icu"), _yes("intervention") | _yes("transfusion")
    severe = (pl.col("sequelae_severity") == "severe").fill_null(value=False)
    lasting = _yes("sequelae") | pl.col("sequelae_severity").is_not_null()
    # A blood value of grade 4 threatens nobody by itself.
    threat = (pl.col("grade") == 4).fill_null(value=False) & (pl.col("organ_class") != "Investigations")
    stay, long_stay = (days > 0).fill_null(value=False), (days > _SHORT_STAY).fill_null(value=False)
    sir = _first(
        (fatal, "5"), (threat | severe, "4"), (icu | (days > settings.sir_long_stay_days).fill_null(value=False), "3"),
        (treated | stay, "2"), otherwise="1",
    )  # fmt: skip
    letter = _first(
        (fatal, "F"), (lasting, "E"), (icu | long_stay, "D"), (treated | (days > 1).fill_null(value=False), "C"),
        (stay | pl.col("action").is_not_null(), "B"), otherwise="A",
    )  # fmt: skip
    cirse = _first(
        (fatal, "6"), (severe, "5"), (lasting, "4"), (treated | long_stay | icu, "3"), (stay, "2"), otherwise="1"
    )
    enough = (days.is_not_null() & pl.col("intervention").is_not_null()) | fatal | icu | lasting
    scales = (("sir", sir), ("sir_letter", letter), ("cirse", cirse), ("cirse_2026", _divided(cirse, settings)))
    return [pl.when(enough).then(e).alias(name) for name, e in scales]


def _divided(cirse: pl.Expr, settings: SafetySettings) -> pl.Expr:
    """Return classes 1 and 3 with the letters of 2026, where the facts and the study's threshold allow it."""
    third: pl.Expr = pl.lit("3")
    if settings.cirse_2026_long_stay_days is not None:
        longer = pl.col("hospital_days_added") > settings.cirse_2026_long_stay_days
        third = pl.when(longer).then(pl.lit("3b")).when(~longer).then(pl.lit("3a")).otherwise(pl.lit("3"))
    completed = pl.col("procedure_completed")
    first = pl.when(completed).then(pl.lit("1a")).when(~completed).then(pl.lit("1b")).otherwise(pl.lit("1"))
    return pl.when(cirse == "3").then(third).when(cirse == "1").then(first).otherwise(cirse)


def _yes(column: str) -> pl.Expr:
    return pl.col(column).fill_null(value=False)


def _first(*cases: tuple[pl.Expr, str], otherwise: str) -> pl.Expr:
    """Return the class of the first case that holds."""
    out: pl.Expr = pl.lit(otherwise)
    for condition, name in reversed(cases):
        out = pl.when(condition).then(pl.lit(name)).otherwise(out)
    return out
