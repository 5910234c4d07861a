"""Firth's penalised partial likelihood: half the log determinant of the information is added."""

from __future__ import annotations

import numpy as np

from glisson.kernels.cox import CoxData, Moments, moments
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
    x, powers = data.x.T, _powers(p)
    eta = beta @ x + data.offset
    risk = data.load * np.exp(eta - (float(eta.max()) if len(eta) else 0.0))
    products = _products(x, powers) * risk
    at_risk = sets.add_up(products[:, sets.order] * sets.sign)
    died = np.add.reduceat(products[:, sets.died], np.searchsorted(sets.cell, np.arange(sets.cells)), axis=1)
    member, share = data.member, data.share
    each = at_risk[:, member] - data.fraction * died[:, member]
    raw = dict(zip(powers, each, strict=True))
    total = raw[()]
    mean = [raw[(j,)] / total for j in range(p)]
    out = np.empty((p, p, p))
    for j, k, m in (w for w in powers if len(w) == 3):
        central = (
            raw[j, k, m] / total
            - mean[j] * raw[k, m] / total
            - mean[k] * raw[j, m] / total
            - mean[m] * raw[j, k] / total
            + 2 * mean[j] * mean[k] * mean[m]
        )
        value = float(share @ central)
        for one in {(j, k, m), (j, m, k), (k, j, m), (k, m, j), (m, j, k), (m, k, j)}:
            out[one] = value
    return out


def _products(x: Floats, powers: list[tuple[int, ...]]) -> Floats:
    """Return the products of covariates that are named, one line each: shape (len(powers), m)."""
    out = np.ones((len(powers), x.shape[1]))
    place = {one: i for i, one in enumerate(powers)}
    for i, one in enumerate(powers[1:], start=1):
        np.multiply(out[place[one[:-1]]], x[one[-1]], out=out[i])
    return out


def _powers(p: int) -> list[tuple[int, ...]]:
    """Return (), (j), (j, k) and (j, k, m) with indices in order."""
    single = [(j,) for j in range(p)]
    double = [(j, k) for j in range(p) for k in range(j, p)]
    triple = [(j, k, m) for j, k in double for m in range(k, p)]
    return [(), *single, *double, *triple]
