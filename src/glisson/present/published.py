"""Published numbers in words: what a row of the library says, as a page or a terminal prints it."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from glisson.evidence.library import Arm, Library, Published
from glisson.evidence.wording import name_words
from glisson.present.words import plural

#: Statistics of durations, and the words of their unit.
MEDIANS = {"median_months": "months", "median_weeks": "weeks", "median_days": "days"}
_RATE = re.compile(r"rate_at_(\d+(?:\.\d+)?)([mw])$")
_STATISTIC = {"mean": "mean", "sd": "standard deviation", "median": "median", "count": "", "minimum": "least",
              "maximum": "most"}  # fmt: skip


def value_words(number: Published) -> str:
    """Return the value of a number with its unit, count and comparison, without its interval.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> rows = library().select(study_id="miller2018")
    >>> [value_words(r) for r in rows if r.endpoint in ("orr", "os") and r.subgroup == "all"]
    ['36% (14 of 39)', 'median 30 months']
    """
    if number.value is None:
        return "not given"
    if number.statistic == "proportion":
        return percent(number.value) + _count(number)
    return _measured(number, number.value)


def _count(number: Published) -> str:
    if number.events is None:
        return ""
    return f" ({number.events} of {number.n})" if number.n else f" ({number.events})"


def _measured(number: Published, value: float) -> str:
    """Return a rate, duration, ratio or count."""
    rate = _RATE.match(number.statistic)
    if rate:
        return f"{percent(value)} at {rate[1]} {'months' if rate[2] == 'm' else 'weeks'}"
    if number.statistic in MEDIANS:
        return f"median {plain(value)} {MEDIANS[number.statistic]}"
    if number.statistic == "hazard_ratio":
        against = f" against {name_words(number.comparator_arm)}" if number.comparator_arm else ""
        return f"hazard ratio {plain(value)}{against}"
    if number.statistic == "count" and number.events is not None:
        return plural(number.events, "event")
    return f"{_STATISTIC.get(number.statistic, number.statistic.replace('_', ' '))} {plain(value)}".strip()


def interval_words(number: Published) -> str:
    """Return the interval of a number; empty where none was reported.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> interval_words(library().select(study_id="miller2018", endpoint="os", subgroup="all")[0])
    '95% CI 12 to 43'
    """
    if number.ci_low is None and number.ci_high is None:
        return ""
    share = number.statistic == "proportion" or number.statistic.startswith("rate_at_")
    low, high = (
        "not reached" if v is None else percent(v) if share else plain(v) for v in (number.ci_low, number.ci_high)
    )
    return f"{plain(100 * (number.ci_level or 0.95))}% CI {low} to {high}"


def percent(share: float) -> str:
    """Return a share as a percentage with the digits it was given with, at most one decimal.

    Examples
    --------
    >>> percent(0.36), percent(0.0513), percent(0.4)
    ('36%', '5.1%', '40%')
    """
    return plain(float((Decimal(repr(share)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))) + "%"


def plain(value: float) -> str:
    """Return a number without needless zeros.

    Examples
    --------
    >>> plain(20.0), plain(0.672)
    ('20', '0.672')
    """
    return str(int(value)) if float(value).is_integer() else f"{round(value, 6):g}" if abs(value) < 1e5 else f"{value}"


def arm_words(arm: Arm) -> str:
    """Return an arm: method, disease, line and patients.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> arm_words(library().arm("krzyston2020", "deb_tace"))
    'DEB-TACE; LMS; line: mixed (majority pretreated); 13 patients'
    """
    line = f"line: {name_words(arm.line)}" if arm.line else "line not stated"
    n = "patients not stated" if arm.n_patients is None else f"{arm.n_patients} patients"
    lms = f", {arm.n_lms} with LMS" if arm.n_lms and arm.n_lms != arm.n_patients else ""
    return f"{name_words(arm.modality)}; {name_words(arm.histology)}; {line}; {n}{lms}"


def extent(library: Library) -> str:
    """Return how much a library holds.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> extent(library().where(study_id="krzyston2020"))
    '1 study, 4 arms, 9 numbers'
    """
    studies = len({a.study_id for a in library.arms})
    return (
        f"{plural(studies, 'study', 'studies')}, {plural(len(library.arms), 'arm')}, "
        f"{plural(len(library.numbers), 'number')}"
    )
