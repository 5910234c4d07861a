"""Mean survival within a horizon against a fixed value: one arm, one stage."""

from __future__ import annotations

import math

from scipy.special import ndtr, ndtri

from glisson.design.accrued import Accrual, fewest
from glisson.design.milestones import within_reach
from glisson.design.plan import Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    POWER,
    Number,
    TimeUnit,
    behaviour,
    checked_max_n,
    counted,
    percent,
    positive,
    size_and_power,
    stated,
)
from glisson.errors import SettingsError
from glisson.kernels.planned import Weibull
from glisson.kernels.planned import restricted_mean as mean_within
from glisson.kernels.planned import restricted_mean_variance as mean_variance

ROYSTON = (
    "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and "
    "analysis of randomized trials with a time-to-event outcome. BMC Med Res Methodol 2013;13:152."
)


def restricted_mean(
    *,
    tau: Number,
    mean0: Number,
    s1: Number,
    at: Number,
    follow_up: Number,
    accrual: Number | None = None,
    accrual_rate: Number | None = None,
    shape: Number = 1.0,
    dropout: Number = 0.0,
    alpha: Number = ALPHA,
    power: Number = POWER,
    max_n: int | None = None,
    unit: TimeUnit = "month",
) -> TrialDesign:
    """Plan a trial of one arm that compares the mean survival time within a horizon with a fixed value.

    Parameters
    ----------
    tau
        The horizon.
    mean0
        Restricted mean not worth pursuing: a number, below ``tau``.
    s1, at
        Survival worth pursuing at a time.
    shape
        Of the Weibull curve through it.
    follow_up, accrual, accrual_rate, dropout, alpha, power, max_n, unit
        As for ``milestone``.

    Returns
    -------
    TrialDesign
        ``type_i_error``, ``power`` and ``duration`` (days).

    Raises
    ------
    SettingsError
        If a number is impossible, the alternative has no longer mean than ``mean0``, nobody is followed to the
        horizon, or no design is within reach.

    Notes
    -----
    n = (z_alpha + z_beta)^2 v / (mean1 - mean0)^2 with the variance v of the area under the Kaplan-Meier curve.

    Examples
    --------
    >>> restricted_mean(tau=12, mean0=6.5, s1=0.6, at=6, accrual=24, follow_up=6).n
    113
    """
    plan = Accrual.of(accrual, accrual_rate, follow_up, dropout, unit)
    horizon, form = positive(tau, "horizon", f"{unit}s"), positive(shape, "shape of the Weibull curve")
    when = positive(at, "time of that survival", f"{unit}s")
    fixed = positive(mean0, "restricted mean not worth pursuing", f"{unit}s")
    high = stated(s1, f"survival at {when.value:g} {unit}s worth pursuing")
    if not 0 < high.value < 1:
        raise SettingsError(f"{high.name} {high.value:g}", expected="a number between 0 and 1")
    size, wanted = size_and_power(alpha, power)
    curve = Weibull.through(high.value, at=when.value, shape=form.value)
    mean1 = mean_within(curve, horizon.value)
    if fixed.value >= mean1:
        raise SettingsError(
            f"a restricted mean worth pursuing of {mean1:.4g} {unit}s is not above {fixed.value:g}",
            expected="an alternative that is better than the null",
        )
    within_reach(plan, horizon, max_n, "horizon")
    z = -float(ndtri(size.value))

    def power_of(n: int) -> float:
        follow = plan.follow(n)
        if follow.until <= horizon.value:
            return 0.0
        return float(ndtr((mean1 - fixed.value) / math.sqrt(mean_variance(curve, horizon.value, follow) / n) - z))

    n, reached, warning = fewest(power_of, wanted.value, None if max_n is None else checked_max_n(max_n, 1))
    rows = behaviour(
        "restricted_mean", "normal approximation, area under the Kaplan-Meier curve", n=n,
        warnings={"power": warning} if warning else None,
        null={"type_i_error": size.value, "expected_n": n}, alternative={"power": reached, "expected_n": n},
    ) + plan.duration_rows("restricted_mean", n)  # fmt: skip
    rule = (
        f"conclude that survival is better if the mean within {horizon.value:g} {unit}s lies more than {z:.3f} "
        f"standard errors above {fixed.value:g} {unit}s"
    )
    text = (
        f"This is a single-arm trial. A mean survival within {horizon.value:g} {unit}s of {fixed.value:g} {unit}s is "
        f"not worth pursuing, one of {mean1:.3g} is ({percent(high.value)} alive at {when.value:g} {unit}s, Weibull "
        f"curve of shape {form.value:g}). {plan.sentence(n)}",
        f"{counted(n, 'patient')} give a power of {percent(reached)} at a one-sided type I error of "
        f"{percent(size.value)}, by a "
        "normal approximation for the area under the Kaplan-Meier curve." + (f" Note: {warning}." if warning else ""),
        f"Analysis: {rule}.",
    )
    return TrialDesign(
        kind="restricted_mean", title=f"Mean survival within {horizon.value:g} {unit}s in {counted(n, 'patient')}", n=n,
        assumptions=(horizon, fixed, high, when, form, *plan.stated(), size, wanted),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=z, rule=rule),), characteristics=rows, protocol=text,
        references=(ROYSTON,),
    )  # fmt: skip
