"""What a textbook formula promises, in rows of its own, and what to say where a design does not keep it."""

from __future__ import annotations

import math

from glisson.design.plan import Assumption
from glisson.design.stated import ALTERNATIVE, NULL, percent
from glisson.tables import Estimate, Estimates

#: Differences below this are those of rounding.
_SAME = 5e-4


def beside(variable: str, method: str, n: int, alpha: float, power: float) -> Estimates:
    """Return the nominal type I error and the power by a formula.

    Parameters
    ----------
    variable
        Kind of the design.
    method
        The formula.
    n
        Patients.
    alpha, power
        What the formula takes for granted and gives.

    Examples
    --------
    >>> [row.statistic for row in beside("x", "normal approximation", 54, 0.05, 0.8052)]
    ['type_i_error_nominal', 'power_by_formula']
    """
    pairs = ((NULL, "type_i_error_nominal", alpha), (ALTERNATIVE, "power_by_formula", power))
    return Estimates(tuple(
        Estimate(variable=variable, statistic=name, group=group, value=float(value), unit="probability", method=method,
                 n=n)
        for group, name, value in pairs
    ))  # fmt: skip


def simulated(trials: int, seed: int, share: float) -> str:
    """Return how a probability was simulated, with the Monte Carlo standard error of a share.

    Examples
    --------
    >>> simulated(40_000, 1, 0.16)
    '40,000 simulated trials, seed 1, Monte Carlo standard error up to 0.18 points'
    """
    points = 100 * math.sqrt(share * (1 - share) / trials)
    return f"{trials:,} simulated trials, seed {seed}, Monte Carlo standard error up to {points:.2f} points"


def unlike(
    error: float, power: float, size: Assumption, wanted: Assumption, short: str = "", *, trials: int | None = None
) -> dict[str, str]:
    """Return the warnings of a design that was found by a formula and does not do what was asked of it.

    Parameters
    ----------
    error, power
        What the design does.
    size, wanted
        What was asked.
    short
        Said already of a design that had to stay within reach.
    trials
        Simulated trials, whose Monte Carlo error is allowed for (two standard errors); ``None`` where nothing was
        simulated.

    Examples
    --------
    >>> size, wanted = (Assumption(name="", value=value, origin="default") for value in (0.05, 0.8))
    >>> unlike(0.0536, 0.793, size, wanted)["type_i_error"]
    'a type I error of 5.4% where 5% were asked for'
    >>> unlike(0.041, 0.819, size, wanted)
    {'type_i_error': '', 'power': ''}
    """

    def off(value: float) -> float:
        return _SAME if trials is None else max(_SAME, 2 * math.sqrt(value * (1 - value) / trials))

    over, under = error > size.value + off(size.value), power < wanted.value - off(wanted.value)
    asked = f"where {percent(size.value)} were asked for", f"where {percent(wanted.value)} were asked for"
    return {
        "type_i_error": f"a type I error of {percent(error)} {asked[0]}" if over else "",
        "power": short or (f"a power of {percent(power)} {asked[1]}" if under else ""),
    }
