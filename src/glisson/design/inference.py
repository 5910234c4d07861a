"""What a group sequential trial says once it has stopped: adjusted estimates, intervals and p-values."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from glisson.design.citations import REPEATED, TSIATIS
from glisson.design.events import information_of_one
from glisson.design.looks import Looks
from glisson.design.rows import row
from glisson.errors import SettingsError
from glisson.kernels.group_sequential import stagewise
from glisson.tables import Estimate, Estimates

#: Sources of what is computed here.
REFERENCES = (TSIATIS, REPEATED)
_WIDEST = 40.0


def adjusted_inference(
    *,
    rules: Looks,
    events: int,
    look: int,
    z: float,
    allocation: float = 1.0,
    margin: float = 1.0,
    endpoint: str = "os",
) -> Estimates:
    """Return the hazard ratio of a trial that stopped at a look, with what looking several times costs.

    Parameters
    ----------
    rules
        The boundaries, from ``looks``. Those for efficacy count; those for futility only where they bind.
    events
        Events at the last planned look.
    look
        Look at which the trial stopped, from 1.
    z
        Log-rank statistic there, positive in favour of the new treatment.
    allocation
        Patients given the new treatment for each given the control.
    margin
        Hazard ratio that was tested.
    endpoint
        Name of the survival time.

    Returns
    -------
    Estimates
        ``hazard_ratio`` as it stands; ``hazard_ratio_median_unbiased`` with its interval of level 1 - 2 alpha
        (one-sided alpha) and ``p_stagewise``, by the order in which earlier looks count as more extreme; and
        ``repeated_interval``, which holds at every look whatever the reason for stopping.

    Raises
    ------
    SettingsError
        If there is no such look.

    Examples
    --------
    >>> from glisson.design.looks import looks
    >>> rules = looks(information=(1 / 3, 2 / 3, 1))
    >>> found = adjusted_inference(rules=rules, events=90, look=2, z=2.9)
    >>> best = found.one("hazard_ratio_median_unbiased")
    >>> [round(x, 3) for x in (best.value, best.low, best.high)]
    [0.473, 0.285, 0.786]
    """
    if not 1 <= look <= len(rules.time):
        raise SettingsError(f"look {look}", expected=f"a look from 1 to {len(rules.time)}")
    error = rules.alpha / rules.sided
    level, time = 1 - 2 * error, float(rules.time[look - 1])
    root = math.sqrt(events * information_of_one(allocation))
    none = np.full(len(rules.time), -np.inf)
    lower = rules.lower if rules.binding or rules.sided == 2 else none

    def beyond(drift: float) -> float:
        return stagewise(rules.time, lower, rules.upper, look, z, drift)

    def ratio(drift: float) -> float:
        return margin * math.exp(-drift / root)

    middle, least, most = (_solve(beyond, p) for p in (0.5, error, 1 - error))
    width = float(rules.upper[look - 1])
    how = f"stagewise order, look {look}"
    repeated = _ratio_row(endpoint, "repeated_interval", z, time, level, f"repeated, look {look}", ratio, width)
    plain = ratio(z / math.sqrt(time))
    return Estimates((
        row(endpoint, "hazard_ratio", plain, "ratio", at=look, method="from z, not adjusted"),
        Estimate(variable=endpoint, statistic="hazard_ratio_median_unbiased", value=ratio(middle), low=ratio(most),
                 high=ratio(least), unit="ratio", at=look, level=level, method=how),
        row(endpoint, "p_stagewise", beyond(0.0), "p", at=look, method=f"one-sided, {how}"),
        repeated,
    ))  # fmt: skip


def _ratio_row(
    endpoint: str,
    statistic: str,
    z: float,
    time: float,
    level: float,
    how: str,
    ratio: Callable[[float], float],
    width: float,
) -> Estimate:
    """Return z plus and minus a boundary, as hazard ratios."""
    if not math.isfinite(width):
        return Estimate(variable=endpoint, statistic=statistic, reason="the look spends nothing", method=how)
    root = math.sqrt(time)
    return Estimate(variable=endpoint, statistic=statistic, value=ratio(z / root), low=ratio((z + width) / root),
                    high=ratio((z - width) / root), unit="ratio", level=level, method=how)  # fmt: skip


def _solve(beyond: Callable[[float], float], probability: float) -> float:
    """Return the drift at which a result as extreme has a given probability."""
    return float(brentq(lambda x: beyond(x) - probability, -_WIDEST, _WIDEST, xtol=1e-11))
