"""What a log-rank test is expected to come to in a trial of given size: its score and variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.courses import Accrual, Course, panels

Floats = NDArray[np.float64]


def expected_score(
    control: tuple[Course, Accrual], new: tuple[Course, Accrual], dropout: float, at: float, *, margin: float = 1.0
) -> tuple[float, float]:
    """Return the expected log-rank score in favour of the second arm, and its expected variance, by a calendar time.

    Parameters
    ----------
    control, new
        Courses and accruals of the arms.
    dropout
        Intensity of being lost.
    at
        Calendar time, from the first patient's entry.
    margin
        Hazard ratio that is tested.

    Returns
    -------
    tuple
        ∫ c (π dD - dD₁) and ∫ c π (1 - π) dD: D events of both arms, D₁ of the second, π = m y₁ / (y₀ + m y₁) its share
        of the risk under the hypothesis. The numbers at risk y are random, and both parts are concave in them:
        c = 1 / (1 + x), x = (y₁ (1 - p₀) + y₀ (1 - p₁)) / (y₀ + y₁)², p the chance of being at risk, is one minus the
        second term of a Taylor series. It goes to 1 with many patients.

    Notes
    -----
    Lakatos E. Biometrics 1988;44:229-241, without the correction. Schoenfeld's formula replaces π by the share
    randomised and the difference of hazards by the log hazard ratio.

    Examples
    --------
    >>> half = Accrual(starts=np.zeros(1), rate=np.array([1.5]), end=32.0)
    >>> arms = [(Course.piecewise([0], [hazard]), half) for hazard in (0.07, 0.035)]
    >>> score, variance = expected_score(*arms, 0.0, 44.0)
    >>> round(score / variance**0.5, 3)
    2.836
    """
    (c0, a0), (c1, a1) = control, new
    edges = np.concatenate(
        [[0.0, at], c0.starts, c1.starts, at - a0.starts, at - a1.starts, [at - a0.end, at - a1.end]]
    )
    nodes, weight = panels(edges[(edges >= 0) & (edges <= at)], max(c0.fastest, c1.fastest) + dropout)
    kept = np.exp(-dropout * nodes)
    followed = [kept * a.entered(at - nodes) for a in (a0, a1)]
    (s0, f0), (s1, f1) = c0.at(nodes), c1.at(nodes)
    y0, y1, d0, d1 = s0 * followed[0], s1 * followed[1], f0 * followed[0], f1 * followed[1]
    tiny = np.finfo(np.float64).tiny
    spread = y1 * (1 - y0 / a0.total) + y0 * (1 - y1 / a1.total)
    shrink = weight / (1 + spread / np.maximum((y0 + y1) ** 2, tiny))
    share = margin * y1 / np.maximum(y0 + margin * y1, tiny)
    return float(shrink @ (share * (d0 + d1) - d1)), float(shrink @ (share * (1 - share) * (d0 + d1)))
