"""Rubin's rules: one estimate from several imputations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from glisson.errors import InputError, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One estimate from m imputations.

    Parameters
    ----------
    value
        Mean of the estimates.
    within, between, total
        Mean of their variances, variance between them, and within + (1 + 1/m) between.
    df
        Degrees of freedom of Barnard and Rubin; infinite where nothing was missing and the sample is large.
    increase
        Relative increase in variance because of what is missing.
    fmi
        Fraction of missing information. It allows for finite degrees of freedom, so that with few events it is not 0
        even where the imputations agree.
    m
        Imputations.
    """

    value: float
    within: float
    between: float
    total: float
    df: float
    increase: float
    fmi: float
    m: int

    @property
    def error(self) -> float:
        """Standard error."""
        return math.sqrt(self.total)

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """Return confidence limits by Student's distribution."""
        if not 0.5 < level < 1:
            raise SettingsError(f"a confidence level of {level}", expected="a number between 0.5 and 1, e.g. 0.95")
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.error
        return self.value - half, self.value + half


def rubin(estimates: ArrayLike, variances: ArrayLike, *, complete_df: float = math.inf) -> Pooled:
    """Pool the estimates of several imputations.

    Parameters
    ----------
    estimates, variances
        Shape (m,). On a scale on which estimates are nearly normal: log hazard ratios, not hazard ratios.
    complete_df
        Degrees of freedom that the analysis would have without anything missing.

    Raises
    ------
    InputError
        If there are fewer than two imputations, or a value is missing or negative where it cannot be.

    Notes
    -----
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987; degrees of freedom: Barnard J, Rubin DB. Biometrika
    1999;86:948-955.

    Examples
    --------
    >>> pooled = rubin([0.35, 0.42, 0.28, 0.39, 0.46], [0.04, 0.05, 0.045, 0.042, 0.048], complete_df=23)
    >>> round(pooled.value, 2), round(pooled.total, 4), round(pooled.df, 2), round(pooled.fmi, 3)
    (0.38, 0.0507, 17.78, 0.198)
    """
    q, u = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if q.ndim != 1 or q.shape != u.shape or len(q) < 2:
        raise InputError(
            f"{q.size} estimates and {u.size} variances", expected="one of each for two imputations or more"
        )
    if not np.all(np.isfinite(q)) or not np.all(np.isfinite(u)) or np.any(u < 0) or complete_df <= 0:
        raise InputError("an estimate that is missing, a variance below 0 or no degrees of freedom",
                         expected="a finite estimate and variance of each imputation")  # fmt: skip
    m, value, within, between = len(q), float(q.mean()), float(u.mean()), float(q.var(ddof=1))
    extra = (1 + 1 / m) * between
    total = within + extra
    if extra <= 1e-12 * total:  # no more than rounding
        df = complete_df if math.isinf(complete_df) else (complete_df + 1) / (complete_df + 3) * complete_df
        fmi = 2 / (df + 3)
        return Pooled(value=value, within=within, between=between, total=total, df=df, increase=0.0, fmi=fmi, m=m)
    share = extra / total
    df = (m - 1) / share**2
    if not math.isinf(complete_df):
        observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
        df = df * observed / (df + observed) if observed > 0 else 0.0
    df = max(df, 1e-3)
    increase = extra / within if within > 0 else math.inf
    fmi = 1.0 if math.isinf(increase) else (increase + 2 / (df + 3)) / (increase + 1)
    return Pooled(value=value, within=within, between=between, total=total, df=df, increase=increase, fmi=fmi, m=m)
