"""Pick the winner: treatments side by side, the best of which goes on, without a test against a control."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, xlog1py, xlogy

from glisson.design.asked import check_most, check_positive, check_share
from glisson.design.citations import LIU, SIMON
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import one_analysis, row
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import endpoint_words
from glisson.errors import SettingsError
from glisson.kernels.courses import Accrual, Course, expected_events
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

METHODS = ("DEB-TACE", "Y-90", "ablation")
_LARGEST = 5000
_X, _W = np.polynomial.hermite_e.hermegauss(120)


def correct_response(n: int, best: float, other: float, arms: int) -> float:
    """Return the probability that the best of several treatments has most responders, ties broken by lot.

    Parameters
    ----------
    n
        Patients a treatment.
    best, other
        Probability of a response under the best, and under each of the others.
    arms
        Treatments.

    Returns
    -------
    float
        Exact, from binomial distributions.

    Notes
    -----
    Σ_x P(X = x) Σ_j C(k-1, j) f(x)^j F(x-1)^(k-1-j) / (1 + j): j others have as many, the rest fewer.

    Examples
    --------
    >>> round(correct_response(44, 0.35, 0.2, 3), 3)
    0.903
    """
    x = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    own, mass = (np.exp(choose + xlogy(x, p) + xlog1py(n - x, -p)) for p in (best, other))
    fewer = np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    won = sum(math.comb(arms - 1, j) * mass**j * fewer ** (arms - 1 - j) / (1 + j) for j in range(arms))
    return float(own @ np.asarray(won))


def correct_survival(events_best: float, events_other: float, ratio: float, arms: int) -> float:
    """Return the probability that the treatment with the lowest hazard has the lowest estimate.

    Parameters
    ----------
    events_best, events_other
        Events expected under the best, and under each of the others.
    ratio
        Hazard of the others to that of the best, above 1.
    arms
        Treatments.

    Returns
    -------
    float
        Log hazards taken as normal with variances of one over the events.

    Notes
    -----
    Liu PY, Dahlberg S, Crowley J. Biometrics 1993;49:391-398.

    Examples
    --------
    >>> round(correct_survival(30, 30, 1.5, 3), 3)
    0.899
    """
    apart = (math.log(ratio) - _X / math.sqrt(events_best)) * math.sqrt(events_other)
    return float(_W @ ndtr(apart) ** (arms - 1) / math.sqrt(2 * math.pi))


def selection_response(
    *,
    response: float,
    difference: float,
    treatments: Sequence[str] = METHODS,
    correct: float = 0.9,
    endpoint: str = "objective response",
    accrual_per_month: float | None = None,
    origin: str = "typed",
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a randomised trial that picks the treatment with most responders.

    Parameters
    ----------
    response
        Probability of a response under all but the best treatment.
    difference
        How much higher it is under the best.
    treatments
        Their names, two or more.
    correct
        Wanted probability that the best is picked.
    endpoint
        What counts as a response.
    accrual_per_month
        Patients a month of all treatments, for the duration; ``None`` for no duration.
    origin
        Where the numbers come from.
    max_n
        Most patients that can be had in all. Where more are needed, the characteristics say how likely the best is
        picked with these.

    Returns
    -------
    TrialDesign
        With ``correct_selection``, and under no difference the chance of each to be picked.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Examples
    --------
    >>> trial = selection_response(response=0.2, difference=0.15)
    >>> trial.n, round(trial.characteristics.one("correct_selection").value, 3)
    (132, 0.903)
    """
    check_share(response, "a probability of response")
    check_share(response + difference, "a probability of response under the best")
    check_positive(difference, "a difference")
    k = _check(treatments, correct, max_n)

    def chance(n: int) -> float:
        return correct_response(n, response + difference, response, k)

    each, limited = _smallest(chance, correct, k, max_n)
    given = [
        Assumption(name="probability of response, all but the best", value=response, origin=origin),
        Assumption(name="difference to the best", value=difference, origin=origin),
    ]
    what = f"a probability of {endpoint} {difference:.0%} above {response:.0%}"
    return _design(
        "response",
        treatments,
        each,
        chance(each),
        correct,
        endpoint,
        what,
        given,
        SIMON,
        None,
        None if accrual_per_month is None else k * each / _rate(accrual_per_month),
        limited=limited,
    )


def selection_survival(
    *,
    median_months: float,
    hazard_ratio: float,
    accrual_per_month: float,
    follow_up_months: float,
    dropout_a_year: float = 0.0,
    treatments: Sequence[str] = METHODS,
    correct: float = 0.9,
    endpoint: str = "os",
    origin: str = "typed",
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a randomised trial that picks the treatment with the lowest hazard.

    Parameters
    ----------
    median_months
        Median under all but the best treatment, the hazard being constant.
    hazard_ratio
        Hazard of the best to that of the others, below 1.
    accrual_per_month, follow_up_months, dropout_a_year
        Patients a month of all treatments, months from the last patient's entry to the analysis, share lost a year.
    treatments, correct, origin, max_n
        As for ``selection_response``.
    endpoint
        Name of the survival time.

    Returns
    -------
    TrialDesign
        With ``correct_selection`` and the expected events.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Examples
    --------
    >>> trial = selection_survival(median_months=10, hazard_ratio=2 / 3, accrual_per_month=3, follow_up_months=12)
    >>> trial.n, round(trial.characteristics.one("correct_selection").value, 3)
    (117, 0.904)
    """
    check_positive(median_months, "a median of months")
    check_positive(follow_up_months, "months of follow-up", zero=True)
    if not 0 < hazard_ratio < 1:
        raise SettingsError(
            f"a hazard ratio of {hazard_ratio:g}", expected="a number above 0 and below 1: best to others"
        )
    if not 0 <= dropout_a_year < 1:
        raise SettingsError(f"a dropout of {dropout_a_year:g} a year", expected="a share from 0 to below 1")
    k, rate, lost = _check(treatments, correct, max_n), _rate(accrual_per_month), -math.log1p(-dropout_a_year) / 12
    hazard = math.log(2) / median_months

    def events(n: int, of: float) -> float:
        accrual = Accrual(starts=np.zeros(1), rate=np.array([rate / k]), end=n * k / rate)
        return expected_events(Course.piecewise([0], [of]), accrual, lost, accrual.end + follow_up_months)

    def chance(n: int) -> float:
        return correct_survival(events(n, hazard * hazard_ratio), events(n, hazard), 1 / hazard_ratio, k)

    each, limited = _smallest(chance, correct, k, max_n)
    values = (
        ("median, all but the best", median_months, "months"),
        ("hazard ratio of the best", hazard_ratio, ""),
        ("accrual", accrual_per_month, "patients a month"),
        ("follow-up of the last patient", follow_up_months, "months"),
        ("lost within a year", dropout_a_year, ""),
    )
    given = [Assumption(name=a, value=b, unit=c, origin=origin) for a, b, c in values]
    alternative = events(each, hazard * hazard_ratio) + (k - 1) * events(each, hazard)
    what = f"a hazard {hazard_ratio:.2f} times that of the others, whose median is {median_months:g} months,"
    month = k * each / rate + follow_up_months
    return _design(
        "survival",
        treatments,
        each,
        chance(each),
        correct,
        endpoint,
        what,
        given,
        LIU,
        (k * events(each, hazard), alternative),
        month,
        limited=limited,
    )


def _check(treatments: Sequence[str], correct: float, max_n: int | None) -> int:
    k = len(set(treatments))
    if k < 2 or k != len(treatments):
        raise SettingsError(f"treatments {', '.join(treatments) or 'none'}", expected="two or more names, each once")
    if not 1 / k < correct < 1:
        raise SettingsError(
            f"a probability of {correct:g} to pick the best of {k}", expected=f"above 1/{k} and below 1"
        )
    check_most(max_n, at_least=k)
    return k


def _rate(accrual_per_month: float) -> float:
    check_positive(accrual_per_month, "patients a month")
    return accrual_per_month


def _smallest(chance: Callable[[int], float], correct: float, k: int, max_n: int | None) -> tuple[int, bool]:
    """Return the fewest patients a treatment that pick the best often enough, and whether ``max_n`` allows fewer."""
    most = _LARGEST if max_n is None else max_n // k
    high = 1
    while chance(high) < correct:
        if high >= most:
            break
        high = min(2 * high, most)
    if chance(high) < correct:
        if max_n is None:
            raise SettingsError(f"more than {_LARGEST} patients a treatment", expected="a larger difference")
        return most, True
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= correct else (middle, high)
    return high, False


def _design(
    kind: str,
    treatments: Sequence[str],
    each: int,
    reached: float,
    correct: float,
    endpoint: str,
    what: str,
    given: list[Assumption],
    source: str,
    events: tuple[float, float] | None,
    month: float | None,
    *,
    limited: bool,
) -> TrialDesign:
    n = len(treatments) * each
    best = "most responders" if kind == "response" else "the lowest estimated hazard"
    lots = "; ties are broken by lot" if kind == "response" else ""
    rule = f"The treatment with {best} is picked for further study{lots}."
    names = f"{', '.join(treatments[:-1])} and {treatments[-1]}"
    protocol = (
        f"Patients are randomised evenly between {names}. The endpoint is {endpoint_words(endpoint)}. {rule}",
        f"{each} patients a treatment, {n} in all, pick the best with a probability of {reached:.1%} if it has {what} "
        "and the others are alike." + (f" More cannot be expected; {correct:.0%} would need more." if limited else ""),
        "This is no test: a treatment is picked even where all are alike, and none is shown to be better than another "
        "or than chemotherapy. Side effects and feasibility may overrule a narrow difference.",
    )
    how = "binomial, ties by lot" if kind == "response" else "normal log hazards"
    flow, counting = "accrual and follow-up", "accrual and dropout integrated"
    course = [
        each
        for group, seen in zip((NULL, ALTERNATIVE), events or (None, None), strict=True)
        for each in one_analysis(endpoint, group, n, month, flow=flow, reason="accrual not given", events=seen,
                                 counted=counting)
    ]  # fmt: skip
    return TrialDesign(
        kind=f"selection_{kind}",
        title=f"Pick the winner of {len(treatments)}",
        n=n,
        events=None if events is None else math.floor(events[1]),
        assumptions=tuple(given),
        boundaries=(Boundary(look=1, n=n, scale="responders" if kind == "response" else "events", rule=rule),),
        characteristics=Estimates((*_picking(endpoint, reached, len(treatments), how), *course)),
        protocol=protocol,
        references=(source,),
    )


def _picking(endpoint: str, reached: float, k: int, how: str) -> list[Estimate]:
    """Return how often the best is picked, and each where none is best."""
    error = "no error of the first kind is controlled: one treatment is always picked"
    alike = "each treatment where all are alike"
    return [
        row(endpoint, "correct_selection", reached, "probability", ALTERNATIVE, method=how),
        row(endpoint, "picked", 1 / k, "probability", NULL, method=alike, warning=error),
    ]
