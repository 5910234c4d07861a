"""Rules about intervals: around their estimate, no narrower than so many patients allow, and in line with P."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from glisson.evidence.finding import Finding, Sure
from glisson.evidence.printed import Printed, Reported
from glisson.evidence.wording import endpoint_words, subgroup_words
from glisson.kernels.exact import Method, binomial_interval

#: P values of a log-rank test and Wald limits of a Cox model differ a little: up to so much on the scale of z.
_Z_APART = 0.5
#: A ratio may lie off the middle of its interval (on the log scale) by so much of its half-width.
_OFF_MIDDLE = 0.1
_EXACT: tuple[Method, ...] = ("wilson", "jeffreys", "mid-p", "clopper-pearson")


def estimates(rows: Sequence[Reported]) -> list[Finding]:
    """C05: an estimate lies in its own interval."""
    out = []
    for row in rows:
        value, low, high = row.value, row.ci_low, row.ci_high
        outside = value and ((low and value.high < low.low) or (high and value.low > high.high))
        if outside:
            text = f"{_words(row)} is {_said(value)}, outside its own interval {_interval(row)}."
            out.append(_finding("C05", row, "certain", text))
    return out


def widths(rows: Sequence[Reported]) -> list[Finding]:
    """C05: intervals of shares and of survival are no narrower than n patients, all followed to the end, allow."""
    out = []
    for row in rows:
        if (
            not (row.statistic == "proportion" or (row.share and row.falling))
            or row.value is None
            or row.ci_low is None
            or row.ci_high is None
            or not row.n
        ):
            continue
        width = row.ci_high.high - row.ci_low.low
        least = narrowest_share(row.value, row.n, row.ci_level, counts=row.statistic == "proportion")
        if width < least:
            wide = _points(row.ci_high.value - row.ci_low.value)
            text = (
                f"{_words(row)}: the interval {_interval(row)} is {wide} wide; {row.n} patients give {_points(least)}"
            )
            text += " or more. It is of another level, or of more patients (or lesions)"
            out.append(_finding("C05", row, "likely", text + "."))
    return out


def narrowest_share(value: Printed, n: int, level: float, *, counts: bool) -> float:
    """Return the width of the narrowest usual interval of a share of n patients.

    Parameters
    ----------
    value
        The share, or a survival probability; censoring can only widen its interval (Greenwood).
    n
        Patients.
    level
        Confidence level.
    counts
        Whether the share is a whole number of patients.

    Examples
    --------
    >>> round(narrowest_share(Printed(value=0.5, digits=2), 20, 0.95, counts=True), 3)
    0.401
    """
    shares = [k / n for k in value.counts(n)] if counts else []
    shares = shares or [min(max(p, 0.0), 1.0) for p in (value.low, value.value, value.high)]
    return min(_narrowest(p, n, level, exact=counts) for p in shares)


def _narrowest(p: float, n: int, level: float, *, exact: bool) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    z, count = float(ndtri(0.5 + level / 2)), p * n
    widths = []
    whole = round(count)
    if exact and abs(count - whole) < 1e-6:
        widths += [high - low for low, high in (binomial_interval(whole, n, level=level, method=m) for m in _EXACT)]
    else:
        half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        widths.append(2 * half)
    if 0 < p < 1:
        se = math.sqrt(p * (1 - p) / n)
        widths += [_back(p, z * se, *scale) for scale in _SCALES]
    return min(widths)


#: Scales on which limits are made: the scale, its slope, and the way back.
_SCALES: tuple[tuple[Callable[[float], float], Callable[[float], float], Callable[[float], float]], ...] = (
    (lambda p: p, lambda _: 1.0, lambda x: x),
    (math.log, lambda p: 1 / p, lambda x: math.exp(min(x, 0.0))),
    (lambda p: math.log(-math.log(p)), lambda p: 1 / (-p * math.log(p)), lambda x: math.exp(-math.exp(min(x, 50.0)))),
    (lambda p: math.log(p / (1 - p)), lambda p: 1 / (p * (1 - p)), lambda x: 1 / (1 + math.exp(-max(min(x, 50), -50)))),
    (lambda p: math.asin(math.sqrt(p)), lambda p: 0.5 / math.sqrt(p * (1 - p)),
     lambda x: math.sin(min(max(x, 0.0), math.pi / 2)) ** 2),
)  # fmt: skip


def _back(
    p: float, half: float, scale: Callable[[float], float], slope: Callable[[float], float],
    back: Callable[[float], float],
) -> float:  # fmt: skip
    """Return the width of limits made on a scale, cut at 0 and 1."""
    middle, reach = scale(p), half * abs(slope(p))
    ends = [min(max(back(middle + sign * reach), 0.0), 1.0) for sign in (-1, 1)]
    return abs(ends[1] - ends[0])


def ratios(rows: Sequence[Reported]) -> list[Finding]:
    """C05: a hazard ratio lies in the middle of its interval, which so many events cannot make narrower."""
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    out = []
    for row in rows:
        value, low, high = row.value, row.ci_low, row.ci_high
        if row.statistic != "hazard_ratio" or value is None or low is None or high is None:
            continue
        if min(value.low, low.low) <= 0:
            continue
        wide = math.log(high.high / low.low)
        most = row.events or row.n
        least = 4 * float(ndtri(0.5 + row.ci_level / 2)) / math.sqrt(most) if most else 0.0
        if wide < least:
            reach = math.exp(least / 2)
            text = (f"{_words(row)} {_said(value)} has the interval {_interval(row)}; {most} "
                    f"{'events' if row.events else 'patients, even if all had the event,'} give at best "
                    f"{value.value / reach:.2f} to {value.value * reach:.2f}")  # fmt: skip
            out.append(_finding("C05", row, "likely", text + "."))
        middle = (math.log(low.low * high.low) / 2, math.log(low.high * high.high) / 2)
        off = max(middle[0] - math.log(value.high), math.log(value.low) - middle[1])
        if off > _OFF_MIDDLE * math.log(high.value / low.value) / 2:
            centre = math.exp(sum(middle) / 2)
            text = (
                f"{_words(row)} {_said(value)} is not in the middle of {_interval(row)}, which on the log scale is at "
            )
            text += f"{centre:.2f}: one of the three is misprinted, or the limits are not those of Wald"
            out.append(_finding("C05", row, "likely", text + "."))
    return out


def p_values(rows: Sequence[Reported]) -> list[Finding]:
    """C06: a ratio and its interval give a z, a P value gives another; they agree."""
    out = []
    for row in rows:
        spans = z_of_interval(row)
        if spans is None or row.p is None:
            continue
        by_p = (_z(row.p[1]), _z(row.p[0]))
        apart = max(spans[0] - by_p[1], by_p[0] - spans[1])
        if apart > _Z_APART:
            text = f"{_words(row)} {_said(row.value)} with {_interval(row)} has P {_p_words(*spans)}, not {_given(row)}"
            out.append(_finding("C06", row, "likely", text + "."))
        elif _verdicts_differ(row):
            text = f"{_words(row)}: the interval {_interval(row)} and {_given(row)} fall on different sides of "
            text += "significance; a test and an interval of different methods can."
            out.append(_finding("C06", row, "note", text))
    return out


def z_of_interval(row: Reported) -> tuple[float, float] | None:
    """Return the range of z that a hazard ratio and its interval allow; nothing without an interval.

    Examples
    --------
    >>> from glisson.evidence.printed import reported
    >>> row = {"endpoint": "os", "statistic": "hazard_ratio", "value": "0.50", "ci_low": "0.25", "ci_high": "1.00"}
    >>> [round(z, 2) for z in z_of_interval(reported([row])[0])]
    [1.9, 2.02]
    """
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    value, low, high = row.value, row.ci_low, row.ci_high
    if row.statistic != "hazard_ratio" or value is None or low is None or high is None:
        return None
    if min(value.low, low.low) <= 0 or high.low <= low.high:
        return None
    level = 2 * float(ndtri(0.5 + row.ci_level / 2))
    errors = math.log(high.low / low.high) / level, math.log(high.high / low.low) / level
    effects = sorted(abs(math.log(v)) for v in (value.low, value.high))
    least = 0.0 if value.low <= 1 <= value.high else effects[0]
    return least / errors[1], effects[1] / errors[0]


def _verdicts_differ(row: Reported) -> bool:
    if row.p is None or row.ci_low is None or row.ci_high is None:
        return False
    limit = 1 - row.ci_level
    excluded = row.ci_low.low > 1 or row.ci_high.high < 1
    included = row.ci_low.high < 1 < row.ci_high.low
    return (excluded and row.p[0] > limit) or (included and row.p[1] < limit)


def _z(p: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    return math.inf if p <= 0 else -float(ndtri(min(p, 1.0) / 2))


def _p_words(low: float, high: float) -> str:
    from scipy.special import ndtr  # noqa: PLC0415 - SciPy only where it is needed

    ps = sorted(2 * float(ndtr(-z)) for z in (low, high))
    return f"{ps[0]:.2g} to {ps[1]:.2g}" if f"{ps[0]:.2g}" != f"{ps[1]:.2g}" else f"{ps[0]:.2g}"


def _given(row: Reported) -> str:
    low, high = row.p or (0.0, 1.0)
    if low <= 0:
        return f"P below {high:.2g}"
    return f"P above {low:.2g}" if high >= 1 else f"P {(low + high) / 2:.3g}"


def _finding(rule: str, row: Reported, sure: Sure, sentence: str) -> Finding:
    numbers = (f"{row.statistic} {_said(row.value)}", _interval(row))
    return Finding(id=rule, study_id=row.study_id, arm_id=row.arm_id, sure=sure, numbers=numbers, sentence=sentence)


def _words(row: Reported) -> str:
    words = endpoint_words(row.endpoint)
    of = f" ({part})" if (part := subgroup_words(row.subgroup)) else ""
    return f"{f'Hazard ratio of {words[:1].lower()}{words[1:]}' if row.statistic == 'hazard_ratio' else words}{of}"


def _said(value: Printed | None) -> str:
    return f"{value.value:.{value.digits}f}" if value else "not given"


def _interval(row: Reported) -> str:
    return f"{_said(row.ci_low)} to {_said(row.ci_high)}"


def _points(width: float) -> str:
    return f"{100 * width:.1f} points"
