"""From the numbers published of an arm to a reference curve, or to the sentence that says why there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from scipy.special import ndtri

from glisson.evidence.library import Published
from glisson.methods.one_sample import Reference

DAYS = {"months": 30.4375, "m": 30.4375, "weeks": 7.0, "w": 7.0, "days": 1.0}
#: Clocks that start with the treatment studied; randomisation precedes it by days.
TREATMENT_STARTS = {
    "randomisation": "randomisation",
    "first_liver_directed_treatment": "first liver-directed therapy",
    "radioembolization": "radioembolization",
    "embolization": "embolization",
    "chemoembolization": "chemoembolization",
    "ablation": "ablation",
    "liver_resection": "liver resection",
}
#: A point within this share of the time to another one, and no further from its probability, says nothing new.
_CLOSE, _ROUNDED = 0.1, 0.05
#: How far a curve is used: up to the last published time, or so many medians.
_MEDIANS = 2.0
#: Reports of an arm, the one to be preferred first.
_PREFERRED = ("LMS", "all", "all (final)")


def reported(numbers: Sequence[Published], endpoint: str) -> tuple[Published, ...]:
    """Return the numbers of one endpoint of one arm, of the report to be preferred: leiomyosarcoma before everybody.

    Parameters
    ----------
    numbers
        Of one arm.
    endpoint
        ``"os"`` or ``"pfs"``.
    """
    of = [n for n in numbers if n.endpoint == endpoint]
    for subgroup in _PREFERRED:
        found = tuple(n for n in of if n.subgroup == subgroup and point(n) is not None)
        if any(n.statistic.startswith("median_") for n in found):
            return found
    return ()


def point(number: Published) -> tuple[float, float] | None:
    """Return a median or a rate at a time as (day, survival); nothing for other statistics.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> point(library().select(study_id="judson2014", endpoint="pfs", statistic="median_months")[0])
    (140.0125, 0.5)
    """
    if number.value is None:
        return None
    if number.statistic.startswith("median_"):
        return number.value * DAYS[number.statistic.removeprefix("median_")], 0.5
    rate = re.fullmatch(r"rate_at_(\d+)([mw])", number.statistic)
    return (int(rate[1]) * DAYS[rate[2]], number.value) if rate else None


def reference_curve(numbers: Sequence[Published], name: str, patients: int | None) -> tuple[Reference, str]:
    """Return a curve through the published points, and what was assumed.

    Parameters
    ----------
    numbers
        From ``reported``.
    name
        How the curve is called.
    patients
        Of the arm: where there is no interval, no fewer than one in ``sqrt(patients)`` is how well it can be known.

    Notes
    -----
    The hazard is constant between points. A point that contradicts the median is left out, and so is one so close to it
    that the hazard between them would be one of rounding.
    """
    points: dict[float, float] = {}
    left_out = []
    medians_first = sorted(numbers, key=lambda n: not n.statistic.startswith("median_"))
    for number in medians_first:
        at = point(number)
        if at is None or not 0 < at[1] < 1:
            continue
        day, survival = at
        if any(abs(d - day) < _CLOSE * d and abs(s - survival) <= _ROUNDED for d, s in points.items()):
            continue  # the median again: the hazard between the two would be that of rounding
        if all((d < day) == (s > survival) and d != day for d, s in points.items()):
            points[day] = survival
        else:
            left_out.append(number.statistic.replace("rate_at_", "the rate at "))
    error, how = _log_error(numbers, patients)
    shape = "an exponential curve through the median" if len(points) == 1 else (
        f"constant hazards between {len(points)} published points"
    )  # fmt: skip
    text = f"{shape}; {how}"
    if left_out:
        text += f"; {', '.join(left_out)} left out, which contradicts the median"
    return Reference.of(name, points, log_error=error), text


def reach(numbers: Sequence[Published]) -> tuple[float, float]:
    """Return the last published time, and the day up to which the curve may stand for the arm: twice the median or so.

    Parameters
    ----------
    numbers
        From ``reported``.
    """
    known = [at for n in numbers if (at := point(n)) is not None]
    last = max(day for day, _ in known)
    return last, max(last, _MEDIANS * next(day for day, survival in known if survival == 0.5))


def _log_error(numbers: Sequence[Published], patients: int | None) -> tuple[float, str]:
    """Return how well the log hazard is known, and from what that was read."""
    for number in numbers:
        if number.statistic.startswith("median_") and number.ci_low and number.ci_high:
            z = float(ndtri(0.5 + (number.ci_level or 0.95) / 2))
            return (math.log(number.ci_high) - math.log(number.ci_low)) / (2 * z), "its uncertainty from the interval"
    events = [n.events for n in numbers if n.events]
    if events:
        return 1 / math.sqrt(max(events)), f"its uncertainty from {max(events)} events"
    sizes = [n.n for n in numbers if n.n] or ([patients] if patients else [])
    if sizes:
        most = max(sizes)
        return 1 / math.sqrt(
            most
        ), f"no interval published: its uncertainty is that of {most} events, the least possible"
    return 0.0, "neither interval nor size was published: it is taken as known"
