"""How strong an unmeasured factor must be to take a result away: bounds of bias, tipping points, a better prognosis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from glisson.errors import InputError
from glisson.methods.fits import normal_quantile
from glisson.methods.one_sample import ratio_limits
from glisson.tables import Estimate, Estimates

#: Risk ratios of a factor with the outcome, and its prevalence in the two groups, that are tabulated by default.
STRENGTHS = (1.5, 2.0, 3.0, 5.0)
PREVALENCES = ((0.5, 0.3), (0.7, 0.3), (0.9, 0.3), (0.9, 0.1))


def bounding_factor(exposure: float, outcome: float) -> float:
    """Return the most that a factor can move a risk ratio.

    Parameters
    ----------
    exposure
        By how much more common some level of the factor is in one group than in the other, a ratio of at least 1.
    outcome
        By how much the factor raises the risk of the outcome, a ratio of at least 1.

    Raises
    ------
    InputError
        If one of them is below 1.

    Notes
    -----
    Ding P, VanderWeele TJ. Epidemiology 2016;27:368-377.

    Examples
    --------
    >>> bounding_factor(2.0, 3.0)
    1.5
    """
    if not (exposure >= 1 and outcome >= 1):
        raise InputError(f"ratios {exposure} and {outcome}", expected="ratios of at least 1", todo="give 1 / ratio")
    weaker, stronger = sorted((exposure, outcome))
    # The product over the sum less one, written so that no huge ratio overflows.
    return weaker if math.isinf(stronger) else weaker / (1 + (weaker - 1) / stronger)


def confounding_ratio(outcome: float, here: float, there: float) -> float:
    """Return the ratio that a binary factor alone makes between two groups.

    Parameters
    ----------
    outcome
        Risk (or hazard) ratio of the factor with the outcome, above 0: below 1 for a favourable factor.
    here, there
        Its prevalence in the two groups.

    Raises
    ------
    InputError
        If a prevalence is no proportion, or the ratio is not above 0.

    Notes
    -----
    Bross IDJ. J Chronic Dis 1966;19:637-647; Schneeweiss S. Pharmacoepidemiol Drug Saf 2006;15:291-303.

    Examples
    --------
    >>> round(confounding_ratio(0.5, 0.9, 0.3), 3)
    0.647
    """
    if not outcome > 0 or not 0 <= here <= 1 or not 0 <= there <= 1:
        raise InputError(f"a ratio of {outcome} with prevalences {here} and {there}",
                         expected="a ratio above 0, and prevalences between 0 and 1")  # fmt: skip
    return (here * (outcome - 1) + 1) / (there * (outcome - 1) + 1)


def adjusted_for(
    ratio: float,
    low: float | None,
    high: float | None,
    *,
    name: str,
    strengths: Sequence[float] = STRENGTHS,
    prevalences: Sequence[tuple[float, float]] = PREVALENCES,
    level: float = 0.95,
) -> Estimates:
    """Return what is left of a ratio if a favourable (or adverse) factor had made it look better.

    Parameters
    ----------
    ratio, low, high
        A risk or hazard ratio and its limits; nothing for a limit that is not known.
    name
        What it compares.
    strengths
        Risk ratios, above 1, by which the factor lowers the risk where the ratio is below 1, else raises it.
    prevalences
        Of the factor here and there.
    level
        Of the limits.

    Returns
    -------
    Estimates
        ``adjusted_ratio`` for every strength and pair of prevalences; the detail says which. ``warning`` where the
        limits then include no effect, although those observed do not.

    Raises
    ------
    InputError
        If the ratio is not above 0.

    Notes
    -----
    The observed ratio divided by ``confounding_ratio``; the limits are moved alike, as the factor is taken as known.

    Examples
    --------
    >>> row = adjusted_for(0.5, 0.3, 0.9, name="os", strengths=[2], prevalences=[(0.9, 0.3)]).one("adjusted_ratio")
    >>> round(row.value, 2), round(row.high, 2), row.warning
    (0.77, 1.39, 'the limits include no effect')
    """
    if not ratio > 0:
        raise InputError(f"a ratio of {ratio}", expected="a number above 0")
    sure = (high is not None and high < 1) or (low is not None and low > 1)
    rows = []
    for strength in strengths:
        outcome = 1 / strength if ratio < 1 else strength
        for here, there in prevalences:
            bias = confounding_ratio(outcome, here, there)
            moved = [None if v is None else v / bias for v in (ratio, low, high)]
            crossed = (moved[1] is None or moved[1] <= 1) and (moved[2] is None or moved[2] >= 1)
            rows.append(
                Estimate(
                    variable=name, statistic="adjusted_ratio", value=moved[0], low=moved[1], high=moved[2],
                    unit="ratio", level=level if moved[1] is not None or moved[2] is not None else None,
                    method="divided by the bias of a binary factor (Bross)",
                    detail=f"{strength:g}; {here:g}; {there:g}",
                    warning="the limits include no effect" if sure and crossed else "",
                )
            )  # fmt: skip
    return Estimates(tuple(rows))


def tipping_strength(limit: float, here: float, there: float) -> float | None:
    """Return how strongly a binary factor must act to move a limit to no effect.

    Parameters
    ----------
    limit
        The limit nearer to 1 of a ratio that differs from 1.
    here, there
        Prevalence of the favourable factor (limit below 1), or of the adverse one (above 1), in both groups.

    Returns
    -------
    float or None
        Risk ratio above 1 by which the factor lowers, or raises, the risk; ``None`` where no strength suffices.

    Raises
    ------
    InputError
        If the limit is not above 0, or a prevalence is no proportion.

    Notes
    -----
    ``confounding_ratio`` set equal to the limit and solved for the strength.

    Examples
    --------
    >>> round(tipping_strength(0.8, 0.9, 0.3), 3)
    1.435
    >>> tipping_strength(0.2, 0.6, 0.3) is None
    True
    """
    if not limit > 0 or not 0 <= here <= 1 or not 0 <= there <= 1:
        raise InputError(f"a limit of {limit} with prevalences {here} and {there}",
                         expected="a limit above 0, and prevalences between 0 and 1")  # fmt: skip
    slope = here - limit * there
    if limit == 1:
        return 1.0
    if slope == 0:
        return None
    outcome = 1 + (limit - 1) / slope
    if not outcome > 0 or (outcome < 1) is not (limit < 1):
        return None
    return 1 / outcome if limit < 1 else outcome


def better_prognosis(
    observed: int,
    expected: float,
    factor: float,
    *,
    level: float = 0.95,
    log_error: float = 0.0,
    name: str = "survival",
) -> Estimates:
    """Return which share of a cohort would explain fewer events than expected if its hazard were lower anyway.

    Parameters
    ----------
    observed, expected
        Events, and those that a reference makes expected.
    factor
        Hazard ratio, below 1, of those with the better prognosis against the patients of the reference.
    level
        Confidence level.
    log_error
        Standard error of the logarithm of the cumulative hazard of the reference.
    name
        Endpoint.

    Returns
    -------
    Estimates
        ``share_explaining`` the estimate, and the limit nearer to 1 (``detail``): with a share p the hazard expected is
        1 - p (1 - factor). Where even everybody is not enough the value is missing, with the reason; 0 where nothing is
        to be explained.

    Raises
    ------
    InputError
        If the factor is not between 0 and 1, or nothing is expected.

    Notes
    -----
    Time at risk is taken as the same in both parts, so that the share is one of person-time.

    Examples
    --------
    >>> round(better_prognosis(10, 20.0, 0.3).one("share_explaining", detail="estimate").value, 3)
    0.714
    """
    if not 0 < factor < 1 or not expected > 0:
        raise InputError(f"a hazard ratio of {factor} and {expected} expected events",
                         expected="a ratio between 0 and 1, and something expected")  # fmt: skip
    _, high = ratio_limits(observed, expected, log_error, normal_quantile(level), level)
    rows = []
    for detail, ratio in (("estimate", observed / expected), ("limit", high)):
        share = 0.0 if ratio >= 1 else (1 - ratio) / (1 - factor)
        enough = share <= 1
        rows.append(
            Estimate(variable=name, statistic="share_explaining", value=share if enough else None, unit="probability",
                     method=f"better prognosis, hazard ratio {factor:g}", events=observed, detail=detail,
                     reason="" if enough else "even everybody would not be enough")
        )  # fmt: skip
    return Estimates(tuple(rows))
