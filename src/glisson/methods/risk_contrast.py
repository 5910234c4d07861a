"""The difference and the ratio of two proportions that were observed apart from each other, with exact intervals."""

from __future__ import annotations

import math
from typing import Any

from glisson.errors import InputError
from glisson.kernels.exact_unconditional import unconditional_interval
from glisson.tables import Estimate, Estimates, Group

METHOD = "exact unconditional, score statistic: Chan-Zhang limits with Berger-Boos restriction, gamma 1e-6"


def risk_contrast(
    events: int,
    n: int,
    other_events: int,
    other_n: int,
    *,
    variable: str,
    group: Group = (),
    detail: str = "",
    ratio: bool = True,
    level: float = 0.95,
) -> Estimates:
    """Compare the proportion of a group with that of another one.

    Parameters
    ----------
    events, n
        Units with the event, and all of them.
    other_events, other_n
        Those of the other group, a published one for instance.
    variable, group, detail
        What is compared, in whom, and with what.
    ratio
        Whether the ratio is wanted as well.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``risk_difference`` (here less there) and ``risk_ratio`` (here over there). Where nobody had the event there, or
        on either side, the ratio has a reason, or no upper limit.

    Raises
    ------
    InputError
        If a group is empty, or has more events than units.

    Notes
    -----
    Chan ISF, Zhang Z. Biometrics 1999;55:1202-1209. Berger RL, Boos DD. J Am Stat Assoc 1994;89:1012-1016.
    Unconditional: each limit errs with at most half of ``1 - level``, whatever the two proportions are.

    Examples
    --------
    >>> rows = risk_contrast(0, 13, 9, 65, variable="febrile neutropenia")
    >>> [(r.statistic, round(r.value, 2), round(r.low, 2), round(r.high, 2)) for r in rows]
    [('risk_difference', -0.14, -0.25, 0.11), ('risk_ratio', 0.0, 0.0, 1.89)]
    """
    for x, size in ((events, n), (other_events, other_n)):
        if size < 1 or not 0 <= x <= size:
            raise InputError(f"{x} events of {size}", expected="at least one unit, and no more events than units")
    shared: dict[str, Any] = {"variable": variable, "group": group, "detail": detail, "n": n, "events": events}
    low, high = unconditional_interval(events, n, other_events, other_n, level=level)
    difference = Estimate(statistic="risk_difference", value=events / n - other_events / other_n, low=low, high=high,
                          level=level, unit="probability", method=METHOD, **shared)  # fmt: skip
    if not ratio:
        return Estimates((difference,))
    if not other_events:
        reason = "not estimable (nobody had the event there)"
        return Estimates((difference, Estimate(statistic="risk_ratio", unit="ratio", reason=reason, **shared)))
    low, high = unconditional_interval(events, n, other_events, other_n, effect="ratio", level=level)
    quotient = Estimate(statistic="risk_ratio", value=(events / n) / (other_events / other_n), low=low,
                        high=high if math.isfinite(high) else None, level=level, unit="ratio", method=METHOD,
                        **shared)  # fmt: skip
    return Estimates((difference, quotient))
