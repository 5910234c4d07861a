"""Two arms compared by the difference of restricted mean survival times."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from glisson.design.asked import check_errors, check_most, check_positive
from glisson.design.citations import ROYSTON, UNO
from glisson.design.flow import Flow
from glisson.design.log_rank import crossing, randomised
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import days, months, one_or_two, per_arm, row, within
from glisson.design.sizing import LONGEST, planned_end
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import MONTH, TwoArms
from glisson.errors import SettingsError
from glisson.kernels.courses import restricted_mean
from glisson.tables import Estimate, Estimates

#: Patients beyond which no trial is looked for.
_MANY = 1e7


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
    """Plan a randomised trial compared by the difference of restricted mean survival times.

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
    (108, 140)
    """
    check_errors(alpha, power, sided)
    check_positive(horizon_months, "a horizon of months")
    check_positive(margin_months, "a margin of months", zero=True)
    effect = difference(arms.flow(), horizon_months) + margin_months
    if effect <= 0:
        raise SettingsError(
            f"a difference of {effect - margin_months:.2f} months to month {horizon_months:g}",
            expected="a gain" if margin_months == 0 else "a loss smaller than the margin",
        )
    fit = fitted(arms.flow(), horizon_months, effect, alpha=alpha, power=power, sided=sided, max_n=max_n)
    critical = float(ndtri(1 - alpha / sided))
    aim = "superior" if margin_months == 0 else f"not inferior by more than {margin_months:g} months"
    plus = " plus the margin" if margin_months else ""
    limit = f"{critical:.4f} or more"
    rule = f"The new treatment is declared {aim} if the difference{plus} over its standard error is {limit}."
    horizon = Assumption(name="horizon", value=horizon_months, unit="months", origin=arms.origin)
    return TrialDesign(
        kind="rmst",
        title=f"Two arms, restricted mean to {horizon_months:g} months",
        n=fit.n,
        events=None,
        assumptions=(*arms.assumptions(), horizon),
        boundaries=(Boundary(look=1, n=fit.n, scale="z", efficacy=critical, rule=rule),),
        characteristics=Estimates(tuple(rows(arms.flow(), arms.under_null().flow(), fit, arms.endpoint, alpha, sided))),
        protocol=_protocol(arms, fit, alpha, sided, margin_months),
        references=(ROYSTON, UNO),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Patients of a comparison of restricted means.

    Parameters
    ----------
    control, new
        Patients of the arms.
    horizon, effect, se
        Horizon, difference plus margin, and standard error of the difference, in months.
    power, z
        Power, and the sum of the quantiles of 1 - alpha and of the power wanted.
    limited
        Whether ``max_n`` kept it below what was needed.
    """

    control: int
    new: int
    horizon: float
    effect: float
    se: float
    power: float
    z: float
    limited: bool

    @property
    def n(self) -> int:
        """Patients of both arms."""
        return self.control + self.new


def fitted(
    flow: Flow, horizon: float, effect: float, *, alpha: float, power: float, sided: int, max_n: int | None
) -> Fit:
    """Return how many patients show a difference of restricted means, or what ``max_n`` of them show.

    Parameters
    ----------
    flow
        The arms in calendar time.
    horizon, effect
        Horizon, and difference plus margin, in months.
    alpha, power, sided, max_n
        As for ``rmst_trial``.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> fitted(arms.flow(), 24.0, 4.6, alpha=0.05, power=0.8, sided=2, max_n=None).n
    108
    """
    check_most(max_n)
    z_alpha = float(ndtri(1 - alpha / sided))
    z = z_alpha + float(ndtri(power))
    control, new = per_arm(_wanted(flow, horizon, effect / z), flow.treated)
    limited = max_n is not None and control + new > max_n
    if max_n is not None and limited:
        control, new = within(max_n, flow.treated)
    end = planned_end(flow, control + new)
    if end <= horizon:
        raise SettingsError(
            f"an analysis in month {end:.1f} of means to month {horizon:g}",
            expected="longer follow-up or an earlier horizon",
        )
    se = standard_error(flow, horizon, control, new)
    return Fit(
        control=control,
        new=new,
        horizon=horizon,
        effect=effect,
        se=se,
        power=float(ndtr(effect / se - z_alpha)),
        z=z,
        limited=limited,
    )


def difference(flow: Flow, horizon: float) -> float:
    """Return the difference of restricted means, new treatment minus control, in months.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(difference(arms.flow(), 24), 3)
    4.601
    """
    control, new = means(flow, horizon)
    return new - control


def means(flow: Flow, horizon: float) -> tuple[float, float]:
    """Return the restricted means of control and new treatment, in months.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> [round(x, 3) for x in means(arms.flow(), 24)]
    [11.694, 16.295]
    """
    whole = flow.accrual(1.0)
    end = whole.end + horizon + 1
    control, new = (restricted_mean(c, whole, 0.0, end, horizon)[0] for c in (flow.control, flow.new))
    return control, new


def standard_error(flow: Flow, horizon: float, control: float, new: float) -> float:
    """Return the standard error of the difference of restricted means, in months; infinite without follow-up.

    Parameters
    ----------
    flow, horizon
        As for ``fitted``.
    control, new
        Patients of the arms.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(standard_error(arms.flow(), 24, 54, 54), 2)
    1.63
    """
    accrual = flow.accrual(control + new)
    end = accrual.end + flow.follow_up_months
    if end <= horizon:
        return math.inf
    parts = ((flow.control, control), (flow.new, new))
    return math.sqrt(sum(restricted_mean(c, accrual, flow.dropout, end, horizon)[1] / n for c, n in parts))


def _wanted(flow: Flow, horizon: float, se: float) -> float:
    """Return how many patients give a standard error."""

    def off(n: float) -> float:
        return se / standard_error(flow, horizon, n * (1 - flow.treated), n * flow.treated) - 1

    low = high = 2.0
    while off(high) < 0:
        low, high = high, 2 * high
        if high > _MANY or flow.accrual(high).end > LONGEST:
            raise SettingsError(
                f"accrual would go on for more than {LONGEST / 12:.0f} years",
                expected="a trial that ends",
                todo="enter patients faster, follow them longer, or look for a larger effect",
            )
    return high if high == low else float(brentq(off, low, high, xtol=1e-9))


def rows(flow: Flow, null: Flow, fit: Fit, endpoint: str, alpha: float, sided: int) -> list[Estimate]:
    """Return how a comparison of restricted means behaves.

    Parameters
    ----------
    flow, null
        The arms under the assumptions, and where they are alike.
    fit
        The patients.
    endpoint
        Name of the survival time.
    alpha, sided
        Errors.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> fit = fitted(arms.flow(), 24.0, 4.6, alpha=0.05, power=0.8, sided=2, max_n=None)
    >>> len(rows(arms.flow(), arms.under_null().flow(), fit, "os", 0.05, 2))
    14
    """
    how, at = "variance from the assumed curves, accrual and dropout", fit.horizon * MONTH
    end, (control, new) = planned_end(flow, fit.n), means(flow, fit.horizon)
    out = [
        row(endpoint, "type_i_error", alpha, "probability", NULL, method=f"{sided}-sided, large-sample"),
        row(endpoint, "power", fit.power, "probability", ALTERNATIVE, method=how),
        row(endpoint, "rmst", control * MONTH, "day", (("arm", "control"),), at=at, method="assumed"),
        row(endpoint, "rmst", new * MONTH, "day", (("arm", "new"),), at=at, method="assumed"),
        row(endpoint, "rmst_difference", (new - control) * MONTH, "day", ALTERNATIVE, at=at, method="assumed"),
        row(endpoint, "standard_error", fit.se * MONTH, "day", ALTERNATIVE, at=at, method=how),
        row(endpoint, "detectable_difference", fit.z * fit.se * MONTH, "day", at=at, method=how),
    ]
    for scenario, group in ((null, NULL), (flow, ALTERNATIVE)):
        out += [
            row(endpoint, "expected_n", fit.n, "count", group, method="no interim analysis"),
            row(endpoint, "expected_events", scenario.events(fit.n, end), "count", group, method="by the analysis"),
            row(endpoint, "duration", days(end), "day", group, method="accrual and follow-up"),
        ]
    accrual = flow.accrual(fit.n).end
    return [*out, row(endpoint, "accrual", days(accrual), "day", method="accrual and follow-up")]


def sentence(flow: Flow, fit: Fit, gained: float) -> str:
    """Return the size of the trial in words.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> fit = fitted(arms.flow(), 24.0, 4.6, alpha=0.05, power=0.8, sided=2, max_n=None)
    >>> sentence(arms.flow(), fit, 4.6)[:50]
    '108 patients, entered over 36.0 months and followe'
    """
    return (
        f"{'No more than ' if fit.limited else ''}{fit.n} patients, entered over {months(flow.accrual(fit.n).end)} and "
        f"followed for {flow.follow_up_months:g} months more, give a standard error of {fit.se:.2f} months, and a "
        f"power of {fit.power:.1%} where the difference is {gained:.2f} months."
    )


def _protocol(arms: TwoArms, fit: Fit, alpha: float, sided: int, margin: float) -> tuple[str, ...]:
    design = (
        f"Patients are randomised {randomised(arms.allocation)}. The primary endpoint is {arms.outcome}. The arms are "
        f"compared by the mean time lived within {fit.horizon:g} months, as the area under the Kaplan-Meier curves, by "
        f"a {one_or_two(sided)}-sided test at the {alpha:g} level"
        + (f" against a loss of {margin:g} months." if margin else ".")
    )
    size = sentence(arms.flow(), fit, fit.effect - margin)
    return design, size, "There is no interim analysis.", *crossing(arms)
