"""Meta-analysis of estimates with known variances: random effects, heterogeneity, prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import meta as kernel
from glisson.kernels.meta import Tau2
from glisson.methods.fits import normal_quantile
from glisson.tables import EffectTable, Estimate, Estimates
from glisson.tables.effect_table import Scale
from glisson.tables.estimates import Unit

Floats = NDArray[np.float64]
Interval = Literal["knapp-hartung", "wald"]

TAU2_LABEL: dict[str, str] = {"reml": "REML", "pm": "Paule-Mandel", "dl": "DerSimonian-Laird"}
#: Below this number of studies a warning says that little is known of how far studies differ.
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """A pooled value on the scale of the table, and what its limits are made of.

    Parameters
    ----------
    mu, se
        Pooled value and its standard error, which the limits use.
    df
        Degrees of freedom of t; nothing for the normal distribution.
    """

    mu: float
    se: float
    df: int | None

    def limits(self, level: float) -> tuple[float, float]:
        """Return the interval on the scale of the table."""
        half = quantile(level, self.df) * self.se
        return self.mu - half, self.mu + half


def meta_analysis(
    table: EffectTable,
    *,
    tau2: Tau2 = "reml",
    interval: Interval = "knapp-hartung",
    safeguard: bool = True,
    prediction: bool = True,
    level: float = 0.95,
) -> Estimates:
    """Pool estimates with their variances by random effects, the common effect beside.

    Parameters
    ----------
    table
        Finite estimates; for counts with empty cells use ``meta_proportions`` or ``meta_rates``.
    tau2
        Variance between studies: ``"reml"``, ``"pm"`` (Paule-Mandel) or ``"dl"`` (DerSimonian-Laird).
    interval
        ``"knapp-hartung"``: t with k - 1 degrees of freedom; ``"wald"``: normal.
    safeguard
        Whether the Knapp-Hartung factor is kept at 1 at least, so that an interval is never shorter than Wald's because
        a few studies happen to agree.
    prediction
        Whether to give the interval in which the true value of a new study is expected: t with k - 2 degrees of
        freedom, from three studies on.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``study`` and ``weight`` of each (``detail`` names it); ``pooled``, ``common`` and ``prediction`` in the table's
        unit; ``scaled`` and ``scaled_se``, the pooled value and its plain standard error on the table's scale;
        ``tau2``, ``i2`` and ``h2`` with Q-profile limits; ``q`` and its ``p``. With one study ``pooled`` is that study.

    Raises
    ------
    InputError
        If there is no study, if studies share patients, or if a study has no finite estimate.

    Notes
    -----
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159; Hartung J, Knapp G. Stat Med
    2001;20:3875-3889.

    Examples
    --------
    >>> table = EffectTable(name="hr", label="", study=("a", "b", "c"), estimate=np.array([0.1, 0.3, 0.2]),
    ...     variance=np.array([0.04, 0.02, 0.08]), scale="log", unit="ratio")
    >>> row = meta_analysis(table).one("pooled")
    >>> round(row.value, 3), round(row.low, 3), round(row.high, 3)
    (1.257, 0.793, 1.991)
    """
    if interval not in ("knapp-hartung", "wald") or tau2 not in TAU2_LABEL:
        raise SettingsError(f"interval {interval!r}, tau2 {tau2!r}", expected="knapp-hartung or wald; reml, pm or dl")
    normal_quantile(level)
    usable(table)
    y, v, k = table.estimate, table.variance, table.k
    common, between = kernel.fit(y, v, 0.0), kernel.tau2_of(y, v, tau2)
    effects = kernel.fit(y, v, between)
    middle = Middle(mu=effects.mu, se=math.sqrt(effects.variance), df=None)
    method = f"random effects, {TAU2_LABEL[tau2]}, Wald interval"
    if interval == "knapp-hartung" and k > 1:
        factor = kernel.hartung_knapp_scale(effects, k, safeguard=safeguard)
        middle = Middle(mu=effects.mu, se=math.sqrt(factor * effects.variance), df=k - 1)
        method = f"random effects, {TAU2_LABEL[tau2]}, Knapp-Hartung interval (t, {k - 1} df"
        method += ", factor at least 1)" if safeguard else ")"
    if k == 1:
        method = "the one study, its own interval"
    about = shared(table) | {"level": level}
    plain = Middle(mu=common.mu, se=math.sqrt(common.variance), df=None)
    rows = [
        *study_rows(table, about, (1 / (v + between)) * effects.variance),
        pooled_row(table, "pooled", middle, method, about),
        pooled_row(table, "common", plain, "common effect, inverse variance, Wald interval", about),
        *scaled_rows(table, effects.mu, math.sqrt(effects.variance), method),
    ]
    if prediction:
        rows.append(prediction_row(table, middle, between, about))
    return Estimates((*rows, *_spread_rows(table, between, tau2, level)))


def usable(table: EffectTable) -> None:
    """Refuse a table that cannot be pooled.

    Raises
    ------
    InputError
        If there is no study, if studies share patients, or if a study has no finite estimate.

    Examples
    --------
    >>> usable(EffectTable.of_events([1, 2], [9, 9], name="orr"))
    """
    independent(table)
    edge = [s for s, y in zip(table.study, table.estimate, strict=True) if not np.isfinite(y)]
    if edge:
        raise InputError(
            f"{table.name}: {', '.join(edge)} has no events, or nothing else, and so no finite {table.scale}",
            expected="finite estimates",
            todo="use meta_proportions or meta_rates, which need no continuity correction",
        )


def independent(table: EffectTable) -> None:
    """Refuse an empty table, and studies of the same patients.

    Raises
    ------
    InputError
        If there is no study, or if studies share patients.

    Examples
    --------
    >>> independent(EffectTable.of_events([1], [9], name="orr"))
    """
    if not table.k:
        raise InputError(f"{table.name}: no study", expected="one study or more")
    for group in table.sharing():
        raise InputError(
            f"{table.name}: {' and '.join(group)} probably share patients",
            expected="independent studies",
            todo="keep one of them and show the others as a sensitivity analysis",
        )


def back(scale: Scale, x: float) -> float:
    """Return a value taken back from the scale of a table.

    Examples
    --------
    >>> back("logit", 0.0), back("log", 0.0), round(back("cloglog", 0.0), 3), back("logit", float("-inf"))
    (0.5, 1.0, 0.368, 0.0)
    """
    if scale == "identity":
        return x
    if scale == "log":
        return math.exp(x) if x < 700 else math.inf
    if scale == "cloglog":
        return math.exp(-math.exp(x)) if x < 700 else 0.0
    return 1 / (1 + math.exp(-x)) if x >= 0 else 1 - 1 / (1 + math.exp(x)) if x > -30 else math.exp(x)


def quantile(level: float, df: int | None) -> float:
    """Return the two-sided quantile of t, or of the normal distribution where there are no degrees of freedom.

    Examples
    --------
    >>> round(quantile(0.95, 1), 3), round(quantile(0.95, None), 3)
    (12.706, 1.96)
    """
    if df is None:
        return normal_quantile(level)
    from scipy.special import stdtrit  # noqa: PLC0415 - SciPy only where it is needed

    return float(stdtrit(df, 0.5 + level / 2))


def shared(table: EffectTable) -> dict[str, Any]:
    """Return what all rows of a meta-analysis have in common."""
    n = None if table.n is None else round(float(table.n.sum()))
    events = None if table.events is None else round(float(table.events.sum()))
    return {"variable": table.name, "unit": unit_of(table), "n": n, "events": events}


def unit_of(table: EffectTable) -> Unit:
    """Return the unit of the rows; a unit that estimates do not have is left empty."""
    known: dict[str, Unit] = {"probability": "probability", "ratio": "ratio", "per person-year": "per person-year",
                              "day": "day"}  # fmt: skip
    return known.get(table.unit, "")


def few(k: int) -> str:
    """Return the warning for a small number of studies.

    Examples
    --------
    >>> few(3)
    '3 studies say little about how far studies differ'
    """
    if k == 2:
        return "two studies cannot show how far studies differ: read each of them, not the pooled value"
    return f"{k} studies say little about how far studies differ" if 1 < k < FEW else ""


def pooled_row(table: EffectTable, statistic: str, middle: Middle, method: str, about: dict[str, Any]) -> Estimate:
    """Return a value with its limits, taken back from the scale of the table."""
    low, high = sorted(back(table.scale, x) for x in middle.limits(about["level"]))
    warning = "; ".join(x for x in (few(table.k) if statistic == "pooled" else "", table.note) if x)
    return Estimate(statistic=statistic, value=back(table.scale, middle.mu), low=low, high=high, method=method,
                    warning=warning, **about)  # fmt: skip


def scaled_rows(table: EffectTable, mu: float, se: float, method: str) -> list[Estimate]:
    """Return pooled value and standard error on the scale of the table."""
    own: dict[str, Any] = {"variable": table.name, "method": method, "detail": table.scale}
    return [Estimate(statistic="scaled", value=mu, **own), Estimate(statistic="scaled_se", value=se, **own)]


def study_rows(table: EffectTable, about: dict[str, Any], weight: Floats) -> list[Estimate]:
    """Return each study with its normal interval on the scale, and its share of the weight."""
    rows = []
    for i, study in enumerate(table.study):
        middle = Middle(mu=float(table.estimate[i]), se=math.sqrt(float(table.variance[i])), df=None)
        own = about | {"detail": study, **counts_of(table, i)}
        low, high = sorted(back(table.scale, x) for x in middle.limits(about["level"]))
        rows.append(Estimate(statistic="study", value=back(table.scale, middle.mu), low=low, high=high,
                             method=f"normal interval on the {table.scale} scale", **own))  # fmt: skip
        rows.append(Estimate(statistic="weight", variable=table.name, value=float(weight[i]), unit="probability",
                             detail=study))  # fmt: skip
    return rows


def counts_of(table: EffectTable, i: int) -> dict[str, int | None]:
    """Return units and events of one study."""
    return {
        "n": None if table.n is None else round(float(table.n[i])),
        "events": None if table.events is None else round(float(table.events[i])),
    }


def prediction_row(table: EffectTable, middle: Middle, tau2: float, about: dict[str, Any]) -> Estimate:
    """Return the interval in which the true value of a new study is expected."""
    k = table.k
    value = back(table.scale, middle.mu)
    method = f"prediction interval, t with {k - 2} df" if k > 2 else "prediction interval"
    if k < 3:
        return Estimate(statistic="prediction", method=method, reason="needs three studies", **about)
    half = quantile(about["level"], k - 2) * math.sqrt(tau2 + middle.se**2)
    low, high = sorted(back(table.scale, x) for x in (middle.mu - half, middle.mu + half))
    return Estimate(statistic="prediction", value=value, low=low, high=high, method=method, warning=few(k), **about)


def _spread_rows(table: EffectTable, between: float, method: Tau2, level: float) -> list[Estimate]:
    """Return τ², I² and H² with Q-profile limits, Q and its P."""
    found = kernel.heterogeneity(table.estimate, table.variance)
    own: dict[str, Any] = {"variable": table.name}
    if table.k < 2:
        return [Estimate(statistic=s, reason="not estimable (1 study)", **own) for s in ("tau2", "i2", "h2", "q", "p")]
    limits = kernel.q_profile(table.estimate, table.variance, level)
    about = own | {"method": f"{TAU2_LABEL[method]}, Q-profile interval", "warning": few(table.k), "level": level}
    if limits is None:
        about |= {"warning": "the Q-profile interval is empty: the studies agree more than chance lets expect",
                  "level": None}  # fmt: skip
    rows = []
    for statistic in ("tau2", "i2", "h2"):
        value, low, high = (
            None if x is None else _share(statistic, x, found.within) for x in (between, *(limits or (None, None)))
        )
        unit: Unit = "probability" if statistic == "i2" else ""
        rows.append(Estimate(statistic=statistic, value=value, low=low, high=high, unit=unit, **about))
    test: dict[str, Any] = own | {"method": f"Cochran's Q, chi-square with {found.df} df"}
    rows.append(Estimate(statistic="q", value=found.q, **test))
    rows.append(Estimate(statistic="p", value=found.p, unit="p", **test))
    return rows


def _share(statistic: str, tau2: float, within: float) -> float:
    """Return τ² itself, its share of the whole variance (I²), or the whole over that within studies (H²)."""
    if statistic == "tau2":
        return tau2
    return tau2 / (tau2 + within) if statistic == "i2" else 1 + tau2 / within
