"""Guarantee time on the Stanford heart transplants: fixed, time-dependent and landmark groups, beside R."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import glisson as gl
from glisson.methods.survival import curve
from glisson.pitfalls.guarantee_time import episodes
from glisson.tables import Factor
from scripts.validation.compared import GOLDENS, Compared, Comparison, golden, produced_by

Ints = NDArray[np.int64]


def patients(first_day: int = 0) -> tuple[gl.Endpoint, Ints]:
    """Return survival of the 103 patients and the day of transplant, -1 where there was none."""
    with (GOLDENS / "stanford_heart.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    exit = [int(r["futime"]) + first_day for r in rows]
    day = [int(r["wait_time"]) + first_day if r["wait_time"] else -1 for r in rows]
    return gl.Endpoint.from_arrays(exit, [int(r["fustat"]) for r in rows], name="os"), np.array(day, dtype=np.int64)


def _log_ratio(endpoint: gl.Endpoint) -> float:
    value = gl.cox(endpoint, "x", penalty="none").one("hazard_ratio").value
    return math.log(value) if value else math.nan


def _grouped(endpoint: gl.Endpoint, exposed: NDArray[np.bool_]) -> gl.Endpoint:
    return replace(endpoint, keys={"x": Factor.of(np.where(exposed, "yes", "no"), ["no", "yes"])})


def ratios() -> Iterator[Compared]:
    """Log hazard ratios."""
    theirs, (os, day) = golden("stanford_heart"), patients()
    yield Compared(_log_ratio(_grouped(os, day >= 0)), theirs["naive"]["coef"])
    yield Compared(_log_ratio(episodes(os, "x", day)), theirs["time_dependent"]["coef"])
    yield Compared(_log_ratio(episodes(*_from_day_one())), theirs["heart"]["coef"])
    for mark, fit in theirs["landmark"].items():
        rest, since = _after(os, day, int(mark))
        yield Compared(_log_ratio(_grouped(rest, since == 0)), fit["coef"])


def _from_day_one() -> tuple[gl.Endpoint, str, Ints]:
    os, day = patients(first_day=1)
    return os, "x", np.where(day == 0, -1, day)


def _after(os: gl.Endpoint, day: Ints, mark: int) -> tuple[gl.Endpoint, Ints]:
    """Return who is followed until a landmark, from it on, and the day of transplant after it (0 by then)."""
    rows = np.flatnonzero(os.exit >= mark)
    rest = replace(os.take(rows), exit=os.exit[rows] - mark)
    return rest, np.where(day[rows] < 0, -1, np.maximum(day[rows] - mark, 0))


def curves() -> Iterator[Compared]:
    """Survival by a group that changes over time, from day 30 on."""
    theirs, (os, day) = golden("stanford_heart")["simon_makuch"], patients()
    rest, since = _after(os, day, 30)
    ours = {c.group[0][1]: c for c in curve(episodes(rest, "x", since), "x")}
    for at, group, value in zip(theirs["days"], theirs["group"], theirs["survival"], strict=True):
        yield Compared(ours["after it" if group == "x=1" else "before it"].value_at(at), value)


COMPARISONS = (
    Comparison(
        statistic="Guarantee time: log hazard ratio, fixed, time-dependent and landmark groups",
        function="glisson.pitfalls.guarantee_time.episodes",
        reference=produced_by("survival", "stanford_heart"),
        pairs=ratios,
    ),
    Comparison(
        statistic="Guarantee time: curves of Simon and Makuch",
        function="glisson.pitfalls.guarantee_time.episodes",
        reference=produced_by("survival", "stanford_heart"),
        pairs=curves,
    ),
)
