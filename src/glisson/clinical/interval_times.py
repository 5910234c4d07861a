"""Between which scans each patient progressed: what an interval-censored analysis reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.clinical.choose import choose
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.clinical.endpoints import Definition
from glisson.clinical.extract import sightings
from glisson.clinical.timeline import timeline
from glisson.errors import InputError
from glisson.tables import Endpoint, Factor

Floats = NDArray[np.float64]

#: Endpoints that are progression or death.
CODES = ("pfs", "liver_pfs")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalTimes:
    """When each patient was last known to be free of the event, and first known to have had it.

    Parameters
    ----------
    name, label
        Short code and standard term.
    unit
        Shape (n,). Patients.
    left, right
        Shape (n,), days from the first session. The event is in ``(left, right]``; on that day where both agree; after
        ``left`` where ``right`` is infinite.
    keys
        Grouping variables.
    provenance
        For each patient which record decided, in words.
    """

    name: str
    label: str
    unit: NDArray[Any]
    left: Floats
    right: Floats
    keys: Mapping[str, Factor]
    provenance: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of patients."""
        return len(self.unit)


def interval_times(cohort: Cohort, code: str = "pfs") -> IntervalTimes:
    """Return between which scans each patient progressed.

    Progression lies after the last adequate scan without it, or after the first session where there was none, and on
    the day of the first scan with it at the latest. A death without progression on a scan is an event on its day. Who
    had neither is free of it until the last adequate scan. Events are those of the endpoint under the ``policy`` rule
    set, counted from the first session; clinical progression, where it counts, is an event on its day.

    Parameters
    ----------
    cohort
        With dated assessments.
    code
        ``"pfs"`` or ``"liver_pfs"``.

    Raises
    ------
    InputError
        If scans are not recorded one by one.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> times = interval_times(demo_cohort())
    >>> len(times), bool((times.left <= times.right).all())
    (24, True)
    """
    if code not in CODES:
        raise InputError(f"no scans bound {code!r}", expected=f"one of {', '.join(CODES)}")
    definition = choose(cohort, code, "policy")
    if definition is None or not definition.gaps_known:
        raise InputError(
            f"{code}: scans are not recorded one by one",
            expected="the table assessment with the date and the response of each scan",
            todo="record the scans without progression as well, or use the usual analysis",
        )
    usual = endpoint(cohort, code, origin="first_ldt", rule_set="policy")
    progressed = _by_scan(usual, definition)
    right = np.where(usual.cause > 0, usual.exit, np.inf)
    left = usual.exit.astype(np.float64)
    last = _last_clear(cohort, definition, usual)
    left[progressed] = last[progressed]
    return IntervalTimes(
        name=usual.name, label=usual.label, unit=usual.unit, left=left, right=right,
        keys=MappingProxyType(dict(usual.keys)), provenance=usual.provenance,
    )  # fmt: skip


def _by_scan(usual: Endpoint, definition: Definition) -> NDArray[np.bool_]:
    """Return whose event is progression on a scan."""
    what = {record.what for record in definition.events if record.table == "assessment"}
    told = [text.split(" @ ")[0] in what for text in usual.provenance]
    return np.array(told, dtype=np.bool_) & (usual.cause > 0)


def _last_clear(cohort: Cohort, definition: Definition, usual: Endpoint) -> Floats:
    """Return the day of the last adequate scan before each exit; 0 where there was none."""
    records = timeline(cohort)
    ends = pl.DataFrame({"patient_id": usual.unit.tolist(), "exit": usual.exit.tolist()})
    people = records.patients.select("patient_id", unit="patient_id", begin="t0")
    people = ends.join(people, on="patient_id", how="left", maintain_order="left")
    seen = sightings(records, definition, people.select("unit", "patient_id", "begin"))
    days = seen.join(people, on="unit", how="inner").with_columns(
        day=(pl.col("date") - pl.col("begin")).dt.total_days()
    )
    last = days.filter(pl.col("day") < pl.col("exit")).group_by("patient_id").agg(pl.col("day").max())
    out = ends.join(last, on="patient_id", how="left", maintain_order="left")["day"].fill_null(0)
    return out.cast(pl.Float64).to_numpy()


def scan_gaps(cohort: Cohort, code: str = "pfs") -> pl.DataFrame:
    """Return the days between consecutive scans of each patient, up to the end of the endpoint.

    Parameters
    ----------
    cohort
        With dated assessments.
    code
        ``"pfs"`` or ``"liver_pfs"``.

    Returns
    -------
    DataFrame
        ``patient_id``, ``gap`` in days; the first gap of a patient is that from the first session.

    Raises
    ------
    InputError
        If scans are not recorded one by one.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> scan_gaps(demo_cohort()).columns
    ['patient_id', 'gap']
    """
    times = interval_times(cohort, code)
    records = timeline(cohort)
    until = pl.DataFrame({
        "patient_id": times.unit.tolist(), "until": np.where(np.isfinite(times.right), times.right, times.left).tolist()
    })  # fmt: skip
    starts = records.patients.select("patient_id", "t0").join(until, on="patient_id", how="inner")
    scans = (
        records.tables["assessment"].select("patient_id", "date").unique().join(starts, on="patient_id", how="inner")
    )
    days = scans.select("patient_id", day=(pl.col("date") - pl.col("t0")).dt.total_days(), until="until")
    days = days.filter((pl.col("day") > 0) & (pl.col("day") <= pl.col("until"))).sort("patient_id", "day")
    return days.select("patient_id", gap=pl.col("day") - pl.col("day").shift(1, fill_value=0).over("patient_id"))
