"""Two arms compared by the difference of restricted mean survival times."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from glisson.design.asked import check_errors, check_most, check_positive
from glisson.design.citations import ROYSTON, UNO
from glisson.design.logrank import crossing, randomised
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import ALTERNATIVE, NULL, days, months, per_arm, row, within
from glisson.design.sizing import LONGEST, planned_end
from glisson.design.two_arms import MONTH, TwoArms
from glisson.errors import SettingsError
from glisson.kernels.courses import restricted_mean
from glisson.tables import Estimate, Estimates


def rmst_trial(
    *,
    arms: TwoArms,
    horizon_months: float,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    margin_months: float = 0.0,
    max_n: int | None = None,
) -> TrialDesign:
    """Return a randomised trial compared by the difference of restricted mean survival times.

    Parameters
    ----------
    arms
        Hazards, accrual, follow-up, dropout, allocation and cross-over. Hazards need not be proportional.
    horizon_months
        To which the means are restricted; it must lie before the analysis.
    alpha, power, sided
        Errors.
    margin_months
        Loss of mean that is to be excluded for non-inferiority; 0 for superiority.
    max_n
        Most patients that can be had.

    Returns
    -------
    TrialDesign
        With ``rmst`` of either arm, ``rmst_difference`` and its ``standard_error`` in days, ``power`` and
        ``detectable_difference``.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Notes
    -----
    n = (z_α + z_β)² (σ₁²/p + σ₀²/(1-p)) / (Δ + margin)², p the share given the new treatment and σ² the variance of the
    area under the Kaplan-Meier curve for one patient, from the assumed curve, accrual and dropout.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> trial = rmst_trial(arms=arms, horizon_months=24)
    >>> trial.n, round(trial.characteristics.one("rmst_difference").value)
    (108, 124)
    """
    check_errors(alpha, power, sided)
    check_positive(horizon_months, "a horizon of months")
    check_positive(margin_months, "a margin of months", zero=True)
    check_most(max_n)
    z = float(ndtri(1 - alpha / sided) + ndtri(power))
    effect = difference(arms, horizon_months) + margin_months
    if effect <= 0:
        raise SettingsError(
            f"a difference of {effect - margin_months:.2f} months to month {horizon_months:g}",
            expected="a gain" if margin_months == 0 else "a loss smaller than the margin",
        )  # fmt: skip
    wanted = _wanted(arms, horizon_months, effect / z)
    limited = max_n is not None and sum(per_arm(wanted, arms.treated)) > max_n
    control, new = within(max_n, arms.treated) if limited and max_n is not None else per_arm(wanted, arms.treated)
    n = control + new
    end = planned_end(arms, n)
    if end <= horizon_months:
        raise SettingsError(f"an analysis in month {end:.1f} of means to month {horizon_months:g}",
                            expected="longer follow-up or an earlier horizon")  # fmt: skip
    se = standard_error(arms, horizon_months, control, new)
    reached = float(ndtr(effect / se - ndtri(1 - alpha / sided)))
    critical = float(ndtri(1 - alpha / sided))
    aim = "superior" if margin_months == 0 else f"not inferior by more than {margin_months:g} months"
    rule = f"The new treatment is declared {aim} if the difference{' plus the margin' if margin_months else ''} over its standard error is {critical:.4f} or more."  # noqa: E501
    return TrialDesign(
        kind="rmst", title=f"Two arms, restricted mean to {horizon_months:g} months", n=n, events=None,
        assumptions=(*arms.assumptions(), Assumption(name="horizon", value=horizon_months, unit="months", origin=arms.origin)),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=critical, rule=rule),),
        characteristics=Estimates(tuple(_rows(arms, horizon_months, control, new, se, reached, z, alpha, sided))),
        protocol=_protocol(arms, horizon_months, n, se, reached, alpha, sided, margin_months, limited=limited),
        references=(ROYSTON, UNO),
    )  # fmt: skip


def difference(arms: TwoArms, horizon: float) -> float:
    """Return the difference of restricted means, new treatment minus control, in months.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(difference(arms, 24), 3)
    4.086
    """
    later = horizon + 1
    whole = arms.accrual(1.0)
    control, new = (restricted_mean(c, whole, 0.0, later + whole.end, horizon)[0] for c in (arms.control(), arms.new()))
    return new - control


def standard_error(arms: TwoArms, horizon: float, control: float, new: float) -> float:
    """Return the standard error of the difference of restricted means, in months.

    Parameters
    ----------
    arms, horizon
        As for ``rmst_trial``.
    control, new
        Patients of the arms.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(standard_error(arms, 24, 54, 54), 2)
    1.45
    """
    accrual = arms.accrual(control + new)
    end = accrual.end + arms.follow_up_months
    if end <= horizon:
        return math.inf
    return math.sqrt(
        sum(
            restricted_mean(course, accrual, arms.dropout, end, horizon)[1] / n
            for course, n in ((arms.control(), control), (arms.new(), new))
        )
    )


def _wanted(arms: TwoArms, horizon: float, se: float) -> float:
    """Return how many patients give a standard error."""

    def off(n: float) -> float:
        found = standard_error(arms, horizon, n * (1 - arms.treated), n * arms.treated)
        return se / found - 1

    low = high = 2.0
    while off(high) < 0:
        low, high = high, 2 * high
        if high > 1e7 or arms.accrual(high).end > LONGEST:
            raise SettingsError(f"accrual would go on for more than {LONGEST / 12:.0f} years", expected="a trial that ends",
                                todo="enter patients faster, follow them longer, or look for a larger effect")  # fmt: skip
    return high if high == low else float(brentq(off, low, high, xtol=1e-9))


def _rows(
    arms: TwoArms, horizon: float, control: int, new: int, se: float, reached: float, z: float, alpha: float, sided: int
) -> list[Estimate]:
    name, how, n = arms.endpoint, "variance from the assumed curves, accrual and dropout", control + new
    whole = arms.accrual(n)
    end = whole.end + arms.follow_up_months
    means = [restricted_mean(c, whole, arms.dropout, end, horizon)[0] for c in (arms.control(), arms.new())]
    at = horizon * MONTH
    rows = [
        row(name, "type_i_error", alpha, "probability", NULL, method=f"{sided}-sided, large-sample"),
        row(name, "power", reached, "probability", ALTERNATIVE, method=how),
        row(name, "rmst", means[0] * MONTH, "day", (("arm", "control"),), at=at, method="assumed"),
        row(name, "rmst", means[1] * MONTH, "day", (("arm", "new"),), at=at, method="assumed"),
        row(name, "rmst_difference", (means[1] - means[0]) * MONTH, "day", ALTERNATIVE, at=at, method="assumed"),
        row(name, "standard_error", se * MONTH, "day", ALTERNATIVE, at=at, method=how),
        row(name, "detectable_difference", z * se * MONTH, "day", at=at, method=how),
    ]  # fmt: skip
    for scenario, group in ((arms.under_null(), NULL), (arms, ALTERNATIVE)):
        rows += [
            row(name, "expected_n", n, "count", group, method="no interim analysis"),
            row(name, "expected_events", scenario.events(n, end), "count", group, method="by the analysis"),
            row(name, "duration", days(end), "day", group, method="accrual and follow-up"),
        ]  # fmt: skip
    return [*rows, row(name, "accrual", days(whole.end), "day", method="accrual and follow-up")]


def _protocol(
    arms: TwoArms, horizon: float, n: int, se: float, reached: float, alpha: float, sided: int, margin: float,
    *, limited: bool,
) -> tuple[str, ...]:  # fmt: skip
    effect = difference(arms, horizon)
    design = (
        f"Patients are randomised {randomised(arms.allocation)}. The primary endpoint is {arms.endpoint}. The arms are "
        f"compared by the mean time lived within {horizon:g} months, as the area under the Kaplan-Meier curves, by a "
        f"{sided}-sided test at the {alpha:g} level" + (f" against a loss of {margin:g} months." if margin else ".")
    )
    end = planned_end(arms, n)
    number = (
        f"{'No more than ' if limited else ''}{n} patients, entered over {months(end - arms.follow_up_months)} and "
        f"followed for {arms.follow_up_months:g} months more, give a standard error of {se:.2f} months, and a power of "
        f"{reached:.1%} where the difference is {effect:.2f} months."
    )
    return design, number, "There is no interim analysis.", *crossing(arms)
