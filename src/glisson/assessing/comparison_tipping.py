"""What an unmeasured factor would have to be to explain a difference from a published arm."""

from __future__ import annotations

from glisson.methods.tipping_point import PREVALENCES, adjusted_for, better_prognosis, tipping_strength
from glisson.tables import Estimate, Estimates

#: Hazard ratios of those with the better prognosis that are tried.
FACTORS = (0.5, 0.25)


def tipping(rows: Estimates, *, log_error: float, level: float) -> Estimates:
    """Return how the ratio of observed to expected events would move, and what would move its limit to 1.

    Parameters
    ----------
    rows
        ``observed``, ``expected`` and ``rate_ratio`` of one endpoint beside a published arm.
    log_error
        Standard error of the logarithm of the published cumulative hazard.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``adjusted_ratio`` for each strength of a factor and each pair of prevalences; ``tipping_strength`` for each
        pair, where the ratio lies beyond chance; ``share_explaining`` where fewer events were seen than expected.

    Examples
    --------
    >>> from glisson.methods.one_sample import Reference, one_sample_logrank
    >>> from glisson.tables import Endpoint
    >>> os = Endpoint.from_arrays([300] * 10, [1] * 6 + [0] * 4, name="os")
    >>> rows = tipping(one_sample_logrank(os, Reference.of("x", {100: 0.5})), log_error=0.0, level=0.95)
    >>> round(rows.one("share_explaining", detail="estimate; 0.25").value, 2)
    0.95
    """
    ratio = rows.one("rate_ratio")
    observed, expected = rows.one("observed").value, rows.one("expected").value
    if not ratio.value or observed is None or not expected:
        return Estimates(())
    out = adjusted_for(ratio.value, ratio.low, ratio.high, name=ratio.variable, level=level)
    found: list[Estimate] = []
    limit = ratio.high if ratio.value < 1 else ratio.low
    if limit and (limit < 1) is (ratio.value < 1):
        for here, there in PREVALENCES:
            strength = tipping_strength(limit, here, there)
            found.append(
                Estimate(
                    variable=ratio.variable, statistic="tipping_strength", value=strength, unit="ratio",
                    method="strength of a binary factor that moves the limit to 1", detail=f"{here:g}; {there:g}",
                    reason="" if strength else "no strength suffices",
                )
            )  # fmt: skip
    if ratio.value < 1:
        for factor in FACTORS:
            shares = better_prognosis(round(observed), expected, factor, level=level, log_error=log_error,
                                      name=ratio.variable)  # fmt: skip
            found += [
                Estimate(
                    variable=r.variable, statistic=r.statistic, value=r.value, unit=r.unit, method=r.method,
                    events=r.events, detail=f"{r.detail}; {factor:g}", reason=r.reason,
                )
                for r in shares
            ]  # fmt: skip
    return out + Estimates(tuple(found))
