"""E-values: how strongly an unmeasured confounder would have to act to explain an association away."""

from __future__ import annotations

import math
from typing import Literal

from glisson.errors import InputError, SettingsError
from glisson.tables import Estimate, Estimates

Kind = Literal["rr", "hr", "or", "smd"]

#: Share with the event from which an outcome is common: odds and hazard ratios are then no risk ratios.
COMMON = 0.15
#: A standardised mean difference of 1 corresponds to this log risk ratio.
SMD_TO_LOG_RATIO = 0.91


def e_value(
    ratio: float,
    low: float | None = None,
    high: float | None = None,
    *,
    kind: Kind = "rr",
    rare: bool | None = None,
    name: str = "association",
) -> Estimates:
    """Return the E-value of an estimate and of the limit of its interval that is nearer to no effect.

    Parameters
    ----------
    ratio
        A risk, hazard or odds ratio; or a standardised mean difference.
    low, high
        Its confidence limits, where there are any.
    kind
        ``"rr"``, ``"hr"``, ``"or"`` or ``"smd"``.
    rare
        For hazard and odds ratios, whether fewer than 15 % had the event by the end of follow-up: they are then taken
        as risk ratios, else converted. It must be said, and has no default.
    name
        What the ratio compares; ``variable`` of the rows.

    Returns
    -------
    Estimates
        ``e_value`` with detail ``"estimate"``, and with detail ``"limit"`` where limits were given: 1 where the
        interval includes no effect.

    Raises
    ------
    InputError
        If a ratio is not positive, or the limits do not enclose it.
    SettingsError
        If ``kind`` is not one of its choices, or ``rare`` is missing where it matters.

    Notes
    -----
    VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268-274; conversions of common outcomes and of differences:
    VanderWeele TJ. Biometrics 2020;76:746-752; Chinn S. Stat Med 2000;19:3127-3131. For a risk ratio RR > 1 it is
    RR + sqrt(RR (RR - 1)), below 1 that of 1 / RR. A confounder weaker than this, with treatment and with outcome and
    on top of what was adjusted for, cannot explain the estimate; one as strong need not exist.

    Examples
    --------
    >>> rows = e_value(0.8, 0.71, 0.91)
    >>> [round(r.value, 3) for r in rows]
    [1.809, 1.429]
    """
    _check(ratio, low, high, kind, rare)
    method = f"E-value{_how(kind, rare)}"
    rows = [Estimate(variable=name, statistic="e_value", value=_of(_risk_ratio(ratio, kind, rare)), unit="ratio",
                     method=method, detail="estimate")]  # fmt: skip
    if low is not None and high is not None:
        first, last = (_risk_ratio(v, kind, rare) for v in (low, high))
        value = 1.0 if first <= 1 <= last else _of(first if first > 1 else last)
        note = "the interval includes no effect" if value == 1.0 else ""
        rows.append(Estimate(variable=name, statistic="e_value", value=value, unit="ratio", method=method,
                             detail="limit", reason=note))  # fmt: skip
    return Estimates(tuple(rows))


def _check(ratio: float, low: float | None, high: float | None, kind: str, rare: bool | None) -> None:
    if kind not in {"rr", "hr", "or", "smd"}:
        raise SettingsError(f"kind {kind!r}", expected="rr, hr, or or smd")
    if kind in {"hr", "or"} and rare is None:
        raise SettingsError(f"rare is not said for kind {kind!r}",
                            expected="whether fewer than 15% had the event by the end of follow-up")  # fmt: skip
    if (low is None) != (high is None):
        raise InputError("one confidence limit without the other", expected="both or none")
    given = [v for v in (low, ratio, high) if v is not None]
    if not all(math.isfinite(v) for v in given) or given != sorted(given) or (kind != "smd" and min(given) <= 0):
        raise InputError(f"a ratio of {ratio} with limits {low} and {high}",
                         expected="numbers in the order low, ratio, high; ratios above 0")  # fmt: skip


def _risk_ratio(value: float, kind: str, rare: bool | None) -> float:
    if kind == "smd":
        return math.exp(SMD_TO_LOG_RATIO * value)
    if kind == "rr" or rare:
        return value
    if kind == "or":
        return math.sqrt(value)
    # 1 - 0.5^x as -expm1(-x log 2), which keeps its digits where x is small.
    return math.expm1(-math.sqrt(value) * math.log(2)) / math.expm1(-math.sqrt(1 / value) * math.log(2))


def _of(ratio: float) -> float:
    ratio = max(ratio, 1 / ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def _how(kind: str, rare: bool | None) -> str:
    if kind == "smd":
        return " of the risk ratio exp(0.91 d)"
    if kind == "rr":
        return ""
    name = "hazard" if kind == "hr" else "odds"
    return f", {name} ratio of a rare event" if rare else f", {name} ratio converted (common event)"
