"""Endpoints that a sheet holds as durations with a status: used as they are, put together where that is sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.clinical.cohort import Cohort
from glisson.clinical.endpoints import LABELS
from glisson.clinical.groups import keys_of_units
from glisson.tables import ORIGIN, Endpoint

Ints = NDArray[np.int64]

#: When a patient who died without recorded progression leaves a recorded time to progression.
DeathAt = Literal["at_ttp", "at_death", "at_last_contact"]

DEATH_AT_TEXT: dict[DeathAt, str] = {
    "at_ttp": "death without recorded progression competes at the recorded time, the end of follow-up for progression; "
    "the sheet does not say whether they progressed between then and death",
    "at_death": "death without recorded progression competes on the day of death; patients alive are censored at the "
    "recorded time",
    "at_last_contact": "death without recorded progression competes on the day of death; patients alive without "
    "recorded progression are taken to be free of it until last contact",
}

_EVENT = {
    "os": "death", "pfs": "progression or death", "liver_pfs": "liver progression or death", "ttp": "progression",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """What a sheet says of one endpoint.

    Parameters
    ----------
    unit
        n patients, in the order of the patient table.
    days, cause
        Shape (n,).
    causes
        Names of the events.
    provenance
        Length n: the record that decided.
    rules
        What was done with the recorded durations.
    left_out
        (patient, reason).
    """

    unit: tuple[str, ...]
    days: Ints
    cause: Ints
    causes: tuple[str, ...]
    provenance: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...] = ()


def recorded_codes(cohort: Cohort) -> set[str]:
    """Return the endpoints that are recorded as durations."""
    if not cohort.has("outcome", "days", "event"):
        return set()
    return set(cohort.table("outcome").drop_nulls(["days", "event"])["endpoint"].to_list())


def from_durations(cohort: Cohort, code: str, survival: Endpoint | None, death_at: DeathAt) -> Endpoint:
    """Return an endpoint from recorded durations.

    Parameters
    ----------
    cohort
        With an ``outcome`` table.
    code
        ``"os"``, ``"pfs"``, ``"liver_pfs"`` or ``"ttp"``.
    survival
        Overall survival of the same patients, where the input gives it: it tells who died without progression.
    death_at
        When such a death counts; only for ``"ttp"``.
    """
    read = _durations(cohort, code, survival, death_at)
    zero = [(u, "event on day 0") for u, d, c in zip(read.unit, read.days, read.cause, strict=True) if c and d == 0]
    rules = [("origin", "first liver-directed therapy"), ("start", "taken to be that of the recorded durations")]
    rules += read.rules
    if read.left_out:
        rules.append(("left out", f"{len(read.left_out)} without a recorded duration"))
    return Endpoint(
        name=code,
        label=LABELS[code],
        unit=np.array(read.unit, dtype=np.str_),
        cluster=np.array(read.unit, dtype=np.str_),
        entry=np.full(len(read.days), ORIGIN, dtype=np.int64),
        exit=read.days,
        cause=read.cause,
        causes=read.causes,
        keys=keys_of_units(cohort, read.unit, read.unit),
        provenance=read.provenance,
        rules=tuple(rules),
        flags=(*read.left_out, *zero),
        source_label=cohort.study.title,
    )


def _durations(cohort: Cohort, code: str, survival: Endpoint | None, death_at: DeathAt) -> Durations:
    if code == "pfs" and "pfs" not in recorded_codes(cohort):
        assert survival is not None
        return _pfs_from_ttp(_read(cohort, "ttp"), survival)
    read = _read(cohort, code)
    if code == "ttp" and survival is not None:
        return _with_competing_death(read, survival, death_at)
    if code == "ttp":
        return _ruled(read, "deaths", "not recorded, so they cannot compete with progression")
    return read


def _read(cohort: Cohort, code: str) -> Durations:
    rows = cohort.table("outcome").filter(pl.col("endpoint") == code).drop_nulls(["days", "event"])
    patients = cohort.table("patient").select("patient_id")
    rows = patients.join(rows, on="patient_id", how="inner", maintain_order="left")
    event = rows["event"].to_numpy().astype(np.int64)
    places = rows["cell"].to_list() if "cell" in rows.columns else [""] * len(rows)
    kinds = ("censored, as recorded", f"{_EVENT[code]}, as recorded")
    absent = patients.join(rows, on="patient_id", how="anti")["patient_id"].to_list()
    return Durations(
        unit=tuple(rows["patient_id"].to_list()),
        days=np.rint(rows["days"].to_numpy().astype(np.float64)).astype(np.int64),
        cause=event,
        causes=(_EVENT[code],),
        provenance=tuple(f"{kinds[e]} @ cell {p}" for e, p in zip(event, places, strict=True)),
        rules=(("durations", f"{LABELS[code].lower()} as recorded in the sheet, with its status"),),
        left_out=tuple((p, f"left out: no recorded {LABELS[code].lower()}") for p in absent),
    )


def _ruled(read: Durations, name: str, text: str) -> Durations:
    return replace(read, rules=(*read.rules, (name, text)))


def _aligned(read: Durations, survival: Endpoint) -> tuple[NDArray[np.bool_], Ints, tuple[str, ...]]:
    """Return for each patient whether they died, the day of death or last contact, and the deciding record."""
    place = {str(u): i for i, u in enumerate(survival.unit)}
    rows = np.array([place.get(u, -1) for u in read.unit], dtype=np.int64)
    dead = (rows >= 0) & (survival.cause[rows] == 1)
    days = np.where(rows >= 0, survival.exit[rows], read.days)
    return dead, days, tuple(survival.provenance[r] if r >= 0 else "" for r in rows)


def _with_competing_death(read: Durations, survival: Endpoint, death_at: DeathAt) -> Durations:
    dead, end, places = _aligned(read, survival)
    competing = (read.cause == 0) & dead
    moved = {
        "at_ttp": np.zeros(len(dead), dtype=np.bool_),
        "at_death": competing,
        "at_last_contact": read.cause == 0,
    }[death_at]
    provenance = tuple(
        f"death without recorded progression{_place(p)}" if c else own
        for c, p, own in zip(competing, places, read.provenance, strict=True)
    )
    text = f"{DEATH_AT_TEXT[death_at]} ({int(competing.sum())} of {len(dead)} patients)"
    return replace(
        _ruled(read, "deaths", text),
        days=np.where(moved, end, read.days),
        cause=np.where(competing, 2, read.cause),
        causes=(*read.causes, "death"),
        provenance=provenance,
    )


def _pfs_from_ttp(read: Durations, survival: Endpoint) -> Durations:
    """Event at the recorded progression, else at death, else censored at the end of follow-up for progression."""
    dead, end, places = _aligned(read, survival)
    died = (read.cause == 0) & dead
    provenance = tuple(
        f"death without recorded progression{_place(p)}" if d else own
        for d, p, own in zip(died, places, read.provenance, strict=True)
    )
    rule = (
        "durations",
        "put together from the recorded time to progression and overall survival: event at progression, else at death, "
        "else censored at the recorded time to progression",
    )
    return replace(
        read,
        days=np.where(died, end, read.days),
        cause=np.where(died, 1, read.cause),
        causes=(_EVENT["pfs"],),
        provenance=provenance,
        rules=(rule,),
    )


def _place(provenance: str) -> str:
    """Return what follows ' @ ', the place of the record, with its mark."""
    _, mark, place = provenance.partition(" @ ")
    return f"{mark}{place}"
