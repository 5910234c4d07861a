"""One arm against a known survival curve: the one-sample log-rank test, in one stage."""

from __future__ import annotations

from typing import Literal

from glisson.design.accrued import Accrual, fewest
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    POWER,
    Number,
    TimeUnit,
    behaviour,
    counted,
    percent,
    positive,
    size_and_power,
    stated,
)
from glisson.design.stated import checked_max_n as checked
from glisson.errors import SettingsError
from glisson.kernels.planned import Weibull, score
from glisson.kernels.two_stage_logrank import single_power

Variance = Literal["expected", "mean"]

WU = "Wu J. Sample size calculation for the one-sample log-rank test. Pharm Stat 2015;14:26-33."
FINKELSTEIN = (
    "Finkelstein DM, Muzikansky A, Schoenfeld DA. Comparing survival of a sample to that of a standard population. "
    "J Natl Cancer Inst 2003;95:1434-1439."
)
SCHMIDT = (
    "Schmidt R, Kwiecien R, Faldum A, Berthold F, Hero B, Ligges S. Sample size calculation for the one-sample "
    "log-rank "
    "test. Stat Med 2015;34:1031-1040."
)
TRAP = (
    "The hazard ratio multiplies the hazard at every time. Under a Weibull curve the scale of the times changes by its "
    "power -1/shape, not by its inverse."
)


def one_sample_logrank(
    *,
    s0: Number,
    at: Number,
    hazard_ratio: Number,
    follow_up: Number,
    accrual: Number | None = None,
    accrual_rate: Number | None = None,
    shape: Number = 1.0,
    dropout: Number = 0.0,
    alpha: Number = ALPHA,
    power: Number = POWER,
    variance: Variance = "expected",
    max_n: int | None = None,
    unit: TimeUnit = "month",
) -> TrialDesign:
    """Plan a trial of one arm whose survival is compared with a curve that is taken as known.

    Parameters
    ----------
    s0, at
        Survival of the reference at a time.
    hazard_ratio
        Of the alternative to the reference, between 0 and 1.
    follow_up
        Time from the last entry to the analysis.
    accrual, accrual_rate
        How long patients enter, evenly, or how many a unit of time: one of the two.
    shape
        Of the reference's Weibull curve; 1 is a constant hazard.
    dropout
        Constant hazard of dropping out.
    alpha, power
        One-sided type I error and power.
    variance
        The test divides expected less observed events by the root of ``"expected"`` events, or of the ``"mean"`` of
        both.
    max_n
        Patients within reach; a design that has to stay below the wanted power carries a warning.
    unit
        Of all times: day, month, year.

    Returns
    -------
    TrialDesign
        ``type_i_error``, ``power``, ``expected_events`` and ``duration`` (days).

    Raises
    ------
    SettingsError
        If a number is impossible, or no number of patients up to 5000 has the power.

    Notes
    -----
    Wu 2015, with the exact variance under the alternative; a normal approximation.

    Examples
    --------
    >>> design = one_sample_logrank(s0=0.6, at=3, hazard_ratio=0.5, shape=0.5, accrual=9, follow_up=1, power=0.85)
    >>> design.n, round(design.characteristics.one("power").value, 4)
    (45, 0.8528)
    """
    size, wanted = size_and_power(alpha, power)
    if variance not in {"expected", "mean"}:
        raise SettingsError(f"variance {variance!r}", expected="expected or mean")
    reference, given = reference_curve(s0, at, shape, unit)
    ratio = lower_hazard(hazard_ratio)
    plan = Accrual.of(accrual, accrual_rate, follow_up, dropout, unit)
    if plan.duration is not None and plan.duration.value + plan.follow_up.value <= 0:
        raise SettingsError("neither accrual nor follow-up takes any time", expected="time in which events can happen")

    def power_of(n: int) -> float:
        moments = score(reference, ratio.value, plan.follow(n))
        return float(single_power(moments, n, alpha=size.value, average=variance == "mean"))

    n, reached, warning = fewest(power_of, wanted.value, None if max_n is None else checked(max_n, 1))
    events = [n * score(reference, r, plan.follow(n)).observed for r in (1.0, ratio.value)]
    scale = "expected events" if variance == "expected" else "the mean of observed and expected events"
    rows = behaviour(
        "one_sample_logrank", "normal approximation (Wu 2015)", n=n, warnings={"power": warning} if warning else None,
        null={"type_i_error": size.value, "expected_n": n, "expected_events": events[0]},
        alternative={"power": reached, "expected_n": n, "expected_events": events[1]},
    ) + plan.duration_rows("one_sample_logrank", n)  # fmt: skip
    z = float(-_quantile(size.value))
    rule = f"conclude that survival is better than the reference if the one-sample log-rank test exceeds {z:.3f}"
    protocol = (
        f"This is a single-arm trial with a time to an event as its endpoint. Survival of the reference is "
        f"{percent(given[0].value)} at {given[1].value:g} {unit}s (Weibull curve of shape {given[2].value:g}). The "
        "hazard "
        f"worth finding is {ratio.value:g} times the reference's. {TRAP}",
        f"{counted(n, 'patient')} give a power of {percent(reached)} at a one-sided type I error of "
        f"{percent(size.value)} "
        f"(Wu's formula). {plan.sentence(n)} About {events[1]:.1f} events are expected then, and {events[0]:.1f} if "
        "survival "
        "is the reference's." + (f" Note: {warning}." if warning else ""),
        "The analysis compares observed events with those that the reference's cumulative hazard makes expected in "
        "the "
        f"patients' time at risk; their difference is divided by the root of {scale}. The reference counts as known: "
        "its own "
        "uncertainty is not in the type I error, and is shown beside it.",
    )
    return TrialDesign(
        kind="one_sample_logrank", title=f"One-sample log-rank trial of {counted(n, 'patient')}", n=n,
        assumptions=(*given, ratio, *plan.stated(), size, wanted),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=z, rule=rule),),
        characteristics=rows, protocol=protocol, references=(WU, SCHMIDT, FINKELSTEIN),
    )  # fmt: skip


def reference_curve(s0: Number, at: Number, shape: Number, unit: str) -> tuple[Weibull, tuple[Assumption, ...]]:
    """Return the curve of the reference and what it rests on.

    Raises
    ------
    SettingsError
        If survival is not between 0 and 1, or a number not above 0.

    Examples
    --------
    >>> curve, given = reference_curve(0.5, 6, 1.0, "month")
    >>> print(given[0])
    survival of the reference at 6 months 0.5 (typed)
    """
    when, form = positive(at, "time of that survival", f"{unit}s"), positive(shape, "shape of the Weibull curve")
    survival = stated(s0, f"survival of the reference at {when.value:g} {unit}s")
    if not 0 < survival.value < 1:
        raise SettingsError(f"{survival.name} {survival.value:g}", expected="a number between 0 and 1")
    return Weibull.through(survival.value, at=when.value, shape=form.value), (survival, when, form)


def lower_hazard(hazard_ratio: Number) -> Assumption:
    """Return the hazard ratio of an alternative that is better.

    Raises
    ------
    SettingsError
        If it is not between 0 and 1.

    Examples
    --------
    >>> lower_hazard(0.6).value
    0.6
    """
    ratio = stated(hazard_ratio, "hazard ratio to the reference")
    if not 0 < ratio.value < 1:
        raise SettingsError(f"hazard ratio {ratio.value:g}", expected="a number between 0 and 1: a lower hazard")
    return ratio


def _quantile(p: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    return float(ndtri(p))
