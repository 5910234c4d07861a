"""Watching toxicity while patients enter: stop when too many are harmed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import Number, behaviour, counted, percent, rising, stated
from glisson.errors import SettingsError
from glisson.kernels.stopping import (
    calibrated_threshold,
    expected_patients,
    pocock_bounds,
    posterior_bounds,
    stop_chances,
)

NAMES = ("highest tolerable toxicity rate", "toxicity rate that should stop the trial")
STOP = Assumption(name="probability to stop at the highest tolerable toxicity rate", value=0.05, origin="default")
#: Patients through whom the exact recursion goes within seconds.
LARGEST = 1000
IVANOVA = (
    "Ivanova A, Qaqish BF, Schell MJ. Continuous toxicity monitoring in phase II trials in oncology. "
    "Biometrics 2005;61:540-545."
)
THALL = "Thall PF, Simon R. Practical Bayesian guidelines for phase IIB clinical trials. Biometrics 1994;50:337-349."


def toxicity_monitoring(
    *,
    p_limit: Number,
    n: int,
    p_high: Number | None = None,
    alpha: Number = STOP,
    boundary: Literal["pocock", "bayesian"] = "pocock",
    prior: tuple[float, float] | None = None,
    threshold: float | None = None,
    looks: Sequence[int] | None = None,
) -> TrialDesign:
    """Plan at how many toxicities a trial stops.

    Parameters
    ----------
    p_limit
        Highest tolerable probability of a toxicity.
    n
        Patients of the trial.
    p_high
        Probability of a toxicity that should stop it, for its power; ``None`` leaves that out.
    alpha
        Probability to stop at all, at most, if the rate is ``p_limit``.
    boundary
        ``"pocock"``: the same binomial tail probability at every look, the highest that keeps ``alpha``.
        ``"bayesian"``: stop if the posterior probability of a rate above ``p_limit`` exceeds a threshold.
    prior
        Beta prior of the Bayesian bound; by default one patient's worth at ``p_limit``.
    threshold
        Of the posterior probability; by default the lowest that keeps ``alpha``.
    looks
        Numbers of patients after which there is a look; by default after each.

    Returns
    -------
    TrialDesign
        ``type_i_error`` (probability to stop at ``p_limit``), ``power`` (at ``p_high``), and ``expected_n``, both
        exact.

    Raises
    ------
    SettingsError
        If a number is impossible, or no bound keeps ``alpha``.

    Notes
    -----
    Ivanova et al. 2005; Thall & Simon 1994. With a threshold of your own ``alpha`` is shown, not kept.

    Examples
    --------
    >>> design = toxicity_monitoring(p_limit=0.2, n=20, p_high=0.4)
    >>> [int(b.futility) for b in design.boundaries][:6]
    [3, 4, 4, 4, 5, 5]
    >>> [round(r.value, 3) for r in design.characteristics if r.statistic in {"type_i_error", "power"}]
    [0.048, 0.552]
    """
    size = stated(alpha, STOP.name)
    if not 0 < size.value < 1:
        raise SettingsError(f"alpha {size.value:g}", expected="a number between 0 and 1")
    limit = stated(p_limit, NAMES[0])
    if not 0 < limit.value < 1:
        raise SettingsError(f"{limit.name} {limit.value:g}", expected="a number between 0 and 1")
    rates = (limit,) if p_high is None else rising(limit, p_high, NAMES)
    check_patients(n)
    places = checked_looks(looks, n, every=True)
    if boundary == "pocock":
        if prior is not None or threshold is not None:
            raise SettingsError("a prior or threshold with boundary pocock", todo="they belong to boundary bayesian")
        found = pocock_bounds(n, limit.value, size.value, places)
        if found is None:
            raise SettingsError(_none(size.value, n), todo="raise n or alpha, or look less often")
        bounds, level = found
        how = f"the exact binomial probability of as many toxicities is {level:.4g} or less at the limit (Pocock-type)"
    elif boundary == "bayesian":
        weights = (limit.value, 1 - limit.value) if prior is None else prior
        if len(weights) != 2:
            raise SettingsError(f"a prior of {len(weights)} numbers", expected="the two of a beta distribution")
        if min(weights) <= 0 or (threshold is not None and not 0 < threshold < 1):
            raise SettingsError(f"prior {weights} with threshold {threshold}",
                                expected="parameters above 0 and a threshold between 0 and 1")  # fmt: skip
        above = threshold or calibrated_threshold(n, limit.value, size.value, weights, places)
        if above is None:
            raise SettingsError(_none(size.value, n), todo="raise n or alpha, or look less often")
        bounds = posterior_bounds(n, limit.value, above, weights, places)
        how = (
            f"the posterior probability of a rate above the limit exceeds {above:.4g} "
            f"(prior Beta({weights[0]:g}, {weights[1]:g}))"
        )
    else:
        raise SettingsError(f"boundary {boundary!r}", expected="pocock or bayesian")
    return _design([int(b) for b in bounds], places, n, rates, size, boundary=boundary, how=how)


def check_patients(n: int) -> None:
    """Refuse what is no number of patients, or more than the exact recursion can go through.

    Raises
    ------
    SettingsError
        If it is.

    Examples
    --------
    >>> check_patients(0)
    Traceback (most recent call last):
    glisson.errors.SettingsError: 0 patients. expected a whole number from 1 to 1000.
    """
    if not 1 <= n <= LARGEST or int(n) != n:
        raise SettingsError(counted(n, "patient"), expected=f"a whole number from 1 to {LARGEST}")


def _none(alpha: float, n: int) -> str:
    return f"no bound stops a trial of {counted(n, 'patient')} at the tolerable rate with at most {alpha:g}"


def checked_looks(looks: Sequence[int] | None, n: int, *, every: bool = False) -> tuple[int, ...]:
    """Return the looks in order; with ``every`` none means after each patient, else only the last.

    Raises
    ------
    SettingsError
        If they do not rise, or leave the trial.

    Examples
    --------
    >>> checked_looks([10, 20], 20), checked_looks(None, 3, every=True)
    ((10, 20), (1, 2, 3))
    """
    if looks is None:
        return tuple(range(1, n + 1)) if every else (n,)
    places = tuple(int(k) for k in looks)
    if (
        not places
        or list(places) != list(looks)
        or list(places) != sorted(set(places))
        or places[0] < 1
        or places[-1] > n
    ):
        raise SettingsError(f"looks after {', '.join(map(str, looks)) or 'nobody'} of {n} patients",
                            expected="rising numbers of patients within the trial")  # fmt: skip
    return places


def _design(
    bounds: list[int],
    looks: tuple[int, ...],
    n: int,
    rates: tuple[Assumption, ...],
    size: Assumption,
    *,
    boundary: str,
    how: str,
) -> TrialDesign:
    """Write the design down."""
    stop = [float(stop_chances(bounds, rate.value).sum()) for rate in rates]
    expected = [expected_patients(bounds, rate.value) for rate in rates]
    warnings = {"type_i_error": f"above {percent(size.value)}"} if stop[0] > size.value + 1e-9 else None
    rows = behaviour(
        "toxicity_monitoring", "exact recursion over patients", n=n, warnings=warnings,
        null={"type_i_error": stop[0], "early_stop": stop[0], "expected_n": expected[0]},
        alternative={"power": stop[1], "early_stop": stop[1], "expected_n": expected[1]} if len(rates) > 1 else {},
    )  # fmt: skip
    real = [(k, bounds[k - 1]) for k in looks if bounds[k - 1] <= k]
    listed = tuple(
        Boundary(look=i, n=k, scale="toxicities", futility=float(b),
                 rule=f"stop if {b} or more of the first {k} patients have a toxicity")
        for i, (k, b) in enumerate(real, start=1)
    )  # fmt: skip
    runs = [(b, [k for k, _ in run]) for b, run in groupby(real, key=lambda each: each[1])]
    words = "; ".join(
        f"{b} among {ks[0] if len(ks) == 1 else f'{ks[0]} to {ks[-1]}'}" for b, ks in runs
    ) or "no number of toxicities"  # fmt: skip
    often = "after each patient" if len(looks) == n else "after " + ", ".join(map(str, looks)) + " patients"
    more = (
        f" If it is {percent(rates[1].value)}, the trial stops with {percent(stop[1])} and expects {expected[1]:.1f}."
        if len(rates) > 1 else ""
    )  # fmt: skip
    protocol = (
        f"Toxicity is watched {often}. A rate of {percent(rates[0].value)} is the highest that is tolerable. The "
        f"trial stops as soon as {how}. That is, with these numbers of toxicities among patients: {words}.",
        f"If the rate is {percent(rates[0].value)}, a trial of {counted(n, 'patient')} stops with a probability of "
        f"{percent(stop[0])} and expects {expected[0]:.1f} patients.{more} These numbers are exact.",
        "A patient counts when the time in which the toxicity is looked for is over, or as soon as it occurs.",
    )
    sources = (IVANOVA,) if boundary == "pocock" else (THALL, IVANOVA)
    return TrialDesign(
        kind="toxicity_monitoring", title=f"Toxicity bounds for {counted(n, 'patient')} ({boundary})", n=n,
        assumptions=(*rates, size), boundaries=listed, characteristics=rows, protocol=protocol, references=sources,
    )  # fmt: skip
