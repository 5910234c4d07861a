"""Firth's penalised partial likelihood: half the log determinant of the information is added."""

from __future__ import annotations

import numpy as np

from glisson.kernels.cox import CoxData, Moments, linear_predictor, moments
from glisson.kernels.newton import Point
from glisson.kernels.risk_sets import Floats


def penalised(data: CoxData, beta: Floats) -> Point:
    """Return the penalised log likelihood, its gradient, and the information of the likelihood as curvature.

    Parameters
    ----------
    data
        Prepared rows.
    beta
        Shape (p,).

    Notes
    -----
    Firth D. Biometrika 1993;80:27-38; Heinze G, Schemper M. Biometrics 2001;57:114-119.
    """
    plain = moments(data, beta)
    inverse, log_determinant = _inverse(plain)
    gradient = plain.score
    if inverse is not None:
        gradient = plain.score + 0.5 * np.einsum("jk,jkm->m", inverse, _third(data, beta))
    return Point(plain.loglik + 0.5 * log_determinant, gradient, plain.information)


def _inverse(plain: Moments) -> tuple[Floats | None, float]:
    if not np.all(np.isfinite(plain.information)):
        return None, -np.inf
    sign, log_determinant = np.linalg.slogdet(plain.information)
    if sign <= 0 or not np.isfinite(log_determinant):
        return None, -np.inf
    inverse = np.asarray(np.linalg.inv(plain.information), dtype=np.float64)
    return inverse, float(log_determinant)


def _third(data: CoxData, beta: Floats) -> Floats:
    """Return the derivative of the information, shape (p, p, p): third central moments of the covariates at risk."""
    sets, p = data.sets, data.p
    eta = linear_predictor(data, beta)
    risk = data.load * np.exp(eta - (float(eta.max()) if len(eta) else 0.0))
    raw: dict[tuple[int, ...], Floats] = {}
    for powers in _powers(p):
        values = risk * np.prod(data.x[:, powers], axis=1) if powers else risk
        at_risk, died = sets.at_risk(values), sets.over_events(values[sets.died])
        raw[powers] = at_risk[data.member] - data.fraction * died[data.member]
    total = raw[()]
    mean = [raw[(j,)] / total for j in range(p)]
    out = np.empty((p, p, p))
    for j, k, m in (w for w in _powers(p) if len(w) == 3):
        central = (
            raw[j, k, m] / total
            - mean[j] * raw[k, m] / total
            - mean[k] * raw[j, m] / total
            - mean[m] * raw[j, k] / total
            + 2 * mean[j] * mean[k] * mean[m]
        )
        value = float(data.share @ central)
        for one in {(j, k, m), (j, m, k), (k, j, m), (k, m, j), (m, j, k), (m, k, j)}:
            out[one] = value
    return out


def _powers(p: int) -> list[tuple[int, ...]]:
    """Return (), (j), (j, k) and (j, k, m) with indices in order."""
    single = [(j,) for j in range(p)]
    double = [(j, k) for j in range(p) for k in range(j, p)]
    triple = [(j, k, m) for j, k in double for m in range(k, p)]
    return [(), *single, *double, *triple]
