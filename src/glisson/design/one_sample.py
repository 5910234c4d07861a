"""One arm against a known survival curve: the one-sample log-rank test, in one stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.design.accrued import Accrual, fewest
from glisson.design.by_formula import beside, unlike
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
    short_of,
    size_and_power,
    stated,
)
from glisson.design.stated import checked_max_n as checked
from glisson.errors import SettingsError
from glisson.kernels.one_sample_exact import critical, joint, rejects
from glisson.kernels.planned import Weibull, score
from glisson.kernels.two_stage_logrank import single_power

Variance = Literal["expected", "mean"]
Method = Literal["normal", "exact"]

#: How type I error and power are worked out, whichever way the patients were.
EXACT = "exact under the assumptions, Fourier inversion"

WU = "Wu J. Sample size calculation for the one-sample log-rank test. Pharm Stat 2015;14:26-33."
FINKELSTEIN = (
    "Finkelstein DM, Muzikansky A, Schoenfeld DA. Comparing survival of a sample to that of a standard population. "
    "J Natl Cancer Inst 2003;95:1434-1439."
)
SCHMIDT = (
    "Schmidt R, Kwiecien R, Faldum A, Berthold F, Hero B, Ligges S. Sample size calculation for the one-sample "
    "log-rank test. Stat Med 2015;34:1031-1040."
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
    method: Method = "normal",
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
    method
        How patients and limit are found. ``"normal"``: Wu's formula and a normal quantile, as published. ``"exact"``:
        the fewest patients with the power, and the limit that the test exceeds with probability ``alpha`` under the
        null.
    max_n
        Patients within reach; a design that has to stay below the wanted power carries a warning.
    unit
        Of all times: day, month, year.

    Returns
    -------
    TrialDesign
        ``type_i_error`` and ``power``, exact under the assumptions; ``type_i_error_nominal`` and ``power_by_formula``;
        ``expected_events`` and ``duration`` (days).

    Raises
    ------
    SettingsError
        If a number is impossible, or no number of patients up to 5000 has the power.

    Notes
    -----
    Wu 2015, with the exact variance under the alternative. In small trials the test scaled by expected events rejects a
    true null less often than ``alpha``, the one scaled by the mean more often: what is printed is how often.

    Examples
    --------
    >>> asked = {"s0": 0.6, "at": 3, "hazard_ratio": 0.5, "shape": 0.5, "accrual": 9, "follow_up": 1, "power": 0.85}
    >>> for method in ("normal", "exact"):
    ...     design = one_sample_logrank(**asked, method=method)
    ...     rows = design.characteristics
    ...     print(design.n, [round(rows.one(name).value, 4) for name in ("type_i_error", "power", "power_by_formula")])
    45 [0.0409, 0.8639, 0.8528]
    41 [0.05, 0.8567, 0.8188]
    """
    size, wanted = size_and_power(alpha, power)
    if variance not in {"expected", "mean"}:
        raise SettingsError(f"variance {variance!r}", expected="expected or mean")
    if method not in {"normal", "exact"}:
        raise SettingsError(f"method {method!r}", expected="normal or exact")
    reference, given = reference_curve(s0, at, shape, unit)
    ratio = lower_hazard(hazard_ratio)
    plan = Accrual.of(accrual, accrual_rate, follow_up, dropout, unit)
    if plan.duration is not None and plan.duration.value + plan.follow_up.value <= 0:
        raise SettingsError("neither accrual nor follow-up takes any time", expected="time in which events can happen")

    trial = _Trial(reference=reference, ratio=ratio.value, plan=plan, alpha=size.value, average=variance == "mean")
    limit = None if max_n is None else checked(max_n, 1)
    n, reached, short = (trial.exactly if method == "exact" else trial.as_published)(wanted.value, limit)
    z = trial.limit(n) if method == "exact" else trial.z
    error, reached = trial.rejects(n, 1.0, z), trial.rejects(n, ratio.value, z)
    warnings = unlike(error, reached, size, wanted, short_of(wanted.value, n, reached) if short else "")
    note = "; ".join(filter(None, warnings.values()))
    events = [n * score(reference, r, plan.follow(n)).observed for r in (1.0, ratio.value)]
    rows = behaviour(
        "one_sample_logrank", EXACT, n=n, warnings=warnings,
        null={"type_i_error": error, "expected_n": n, "expected_events": events[0]},
        alternative={"power": reached, "expected_n": n, "expected_events": events[1]},
    ) + beside("one_sample_logrank", "normal approximation (Wu 2015)", n, size.value, trial.formula(n))  # fmt: skip
    rule = f"conclude that survival is better than the reference if the one-sample log-rank test exceeds {z:.3f}"
    return TrialDesign(
        kind="one_sample_logrank", title=f"One-sample log-rank trial of {counted(n, 'patient')}", n=n,
        assumptions=(*given, ratio, *plan.stated(), size, wanted),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=z, rule=rule),),
        characteristics=rows + plan.duration_rows("one_sample_logrank", n),
        protocol=_protocol(trial, given, n, (error, reached), events, method, note),
        references=(WU, SCHMIDT, FINKELSTEIN),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What does not change with the number of patients."""

    reference: Weibull
    ratio: float
    plan: Accrual
    alpha: float
    average: bool

    @property
    def z(self) -> float:
        """Return the normal quantile."""
        return -_quantile(self.alpha)

    def formula(self, n: int) -> float:
        """Return the power by Wu's formula."""
        moments = score(self.reference, self.ratio, self.plan.follow(n))
        return float(single_power(moments, n, alpha=self.alpha, average=self.average))

    def rejects(self, n: int, ratio: float, z: float) -> float:
        """Return how often the test of n patients exceeds z."""
        return rejects(joint(self.reference, ratio, self.plan.follow(n), n), z, average=self.average)

    def limit(self, n: int) -> float:
        """Return the limit that a true null exceeds with probability alpha."""
        return critical(joint(self.reference, 1.0, self.plan.follow(n), n), self.alpha, average=self.average)

    def power(self, n: int) -> float:
        """Return the power with that limit."""
        return self.rejects(n, self.ratio, self.limit(n))

    def as_published(self, wanted: float, max_n: int | None) -> tuple[int, float, str]:
        """Return the patients of Wu's formula, as ``fewest`` does."""
        return fewest(self.formula, wanted, max_n)

    def exactly(self, wanted: float, max_n: int | None) -> tuple[int, float, str]:
        """Return the fewest patients by the exact power; those of the formula say where to look first."""
        if max_n is not None:
            return fewest(self.power, wanted, max_n)
        near = 2 * self.as_published(wanted, None)[0]
        found = fewest(self.power, wanted, near)
        return found if not found[2] else fewest(self.power, wanted, None)


def _protocol(
    trial: _Trial, given: tuple[Assumption, ...], n: int, shares: tuple[float, float], events: list[float],
    method: Method, warning: str,
) -> tuple[str, ...]:  # fmt: skip
    plan, unit = trial.plan, trial.plan.unit
    scale = "the mean of observed and expected events" if trial.average else "expected events"
    if method == "exact":
        how = "Both are exact under these assumptions; the limit of the test is the one that gives this type I error."
    else:
        how = (
            "Both are exact under these assumptions. The number of patients is that of Wu's formula, a normal "
            f"approximation that says {percent(trial.formula(n))} and {percent(trial.alpha)}."
        )
    return (
        f"This is a single-arm trial with a time to an event as its endpoint. Survival of the reference is "
        f"{percent(given[0].value)} at {given[1].value:g} {unit}s (Weibull curve of shape {given[2].value:g}). The "
        f"hazard worth finding is {trial.ratio:g} times the reference's. {TRAP}",
        f"{counted(n, 'patient')} give a power of {percent(shares[1])} at a one-sided type I error of "
        f"{percent(shares[0])}. {how} {plan.sentence(n)} About {events[1]:.1f} events are expected then, and "
        f"{events[0]:.1f} if survival is the reference's." + (f" Note: {warning}." if warning else ""),
        "The analysis compares observed events with those that the reference's cumulative hazard makes expected in the "
        f"patients' time at risk; their difference is divided by the root of {scale}. The reference counts as known: "
        "its own uncertainty is not in the type I error, and is shown beside it.",
    )


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
