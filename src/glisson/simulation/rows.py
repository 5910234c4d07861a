"""From sums over trials to estimates, each with its Monte Carlo limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.exact import binomial_interval
from glisson.simulation.scenario import STATISTICS, Scenario
from glisson.simulation.tally import (
    DAY_SCALE,
    LOOK,
    ONE,
    RATIO_LIMIT,
    RATIO_SCALE,
    TRIAL,
    Z_SCALE,
    Tally,
)
from glisson.tables import Estimate, Estimates
from glisson.tables.estimates import Unit

Ints = NDArray[np.int64]

#: Quantiles of the hazard ratio and of the duration that are given.
_RATIOS = (0.025, 0.25, 0.5, 0.75, 0.975)
_DURATIONS = (0.1, 0.5, 0.9)
_NONE = "not estimable (in no trial)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes rows of one scenario."""

    scenario: Scenario
    seed: int
    level: float
    trials: int

    def row(self, statistic: str, **own: Any) -> Estimate:
        """Return a row; ``own`` completes it."""
        words = STATISTICS[self.scenario.statistic.name].words
        method = f"{self.trials:,} simulated trials, seed {self.seed}; {words}; Monte Carlo limits"
        group = (("scenario", self.scenario.name),)
        return Estimate(variable=self.scenario.endpoint, statistic=statistic, group=group, method=method,
                        level=self.level, **own)  # fmt: skip

    @property
    def z(self) -> float:
        """Return the normal quantile of the level."""
        from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

        return float(ndtri((1 + self.level) / 2))

    def share(self, statistic: str, x: int, n: int, detail: str = "") -> Estimate:
        """Return a share of trials with Wilson's limits."""
        if not n:
            return self.row(statistic, unit="probability", n=0, reason=_NONE, detail=detail)
        low, high = binomial_interval(x, n, level=self.level, method="wilson")
        return self.row(statistic, value=x / n, low=low, high=high, unit="probability", n=n, detail=detail)

    def mean(
        self, statistic: str, sums: Ints, place: int, n: int, scale: float, unit: Unit, detail: str = "", *,
        log: bool = False,
    ) -> Estimate:  # fmt: skip
        """Return a mean with normal limits; of a logarithm, raised again."""
        if not n:
            return self.row(statistic, unit=unit, n=0, reason=_NONE, detail=detail)
        mean, square = int(sums[place]) / scale / n, int(sums[place + 1]) / scale / n
        half = self.z * math.sqrt(max(square - mean**2, 0.0) / n)
        values = (mean, mean - half, mean + half)
        value, low, high = (math.exp(v) for v in values) if log else values
        return self.row(statistic, value=value, low=low, high=high, unit=unit, n=n, detail=detail)

    def quantile(self, statistic: str, counts: Ints, at: float, edges: tuple[float, float], unit: Unit,
                 detail: str = "", *, log: bool = False) -> Estimate:  # fmt: skip
        """Return a quantile of a histogram; limits are quantiles one Monte Carlo error of the share away."""
        n = int(counts.sum())
        if not n:
            return self.row(statistic, at=at, unit=unit, n=0, reason=_NONE, detail=detail)
        half = self.z * math.sqrt(at * (1 - at) / n)
        places = [_quantile(counts, min(max(p, 0.0), 1.0), edges) for p in (at, at - half, at + half)]
        value, low, high = (math.exp(v) for v in places) if log else places
        return self.row(statistic, at=at, value=value, low=low, high=high, unit=unit, n=n, detail=detail)


def _quantile(counts: Ints, p: float, edges: tuple[float, float]) -> float:
    """Return a quantile, straight between the edges of a bin."""
    total = np.concatenate([[0], np.cumsum(counts)])
    wanted = p * total[-1]
    place = int(np.clip(np.searchsorted(total, wanted, side="left") - 1, 0, len(counts) - 1))
    inside = (wanted - total[place]) / max(int(counts[place]), 1)
    return edges[0] + (edges[1] - edges[0]) * (place + min(max(float(inside), 0.0), 1.0)) / len(counts)


def estimates_of(scenario: Scenario, tally: Tally, *, seed: int, level: float) -> Estimates:
    """Return the rows that ``simulate`` documents."""
    trial = tally.trial
    n = int(trial[TRIAL.trials])
    w = _Writer(scenario=scenario, seed=seed, level=level, trials=n)
    rows = [
        w.share("rejection_rate", int(trial[TRIAL.rejected]), n),
        w.mean("expected_n", trial, TRIAL.patients, n, ONE, "count"),
        w.mean("expected_events", trial, TRIAL.events, n, ONE, "count"),
        w.mean("duration", trial, TRIAL.day, n, DAY_SCALE, "day"),
    ]
    span = (0.0, scenario.last_day)
    rows += [w.quantile("duration_quantile", tally.days, q, span, "day") for q in _DURATIONS]
    if scenario.ratio_wanted:
        known, kept = int(trial[TRIAL.ratio_known]), int(trial[TRIAL.ratio_rejected_known])
        rows += [
            w.mean("hazard_ratio", trial, TRIAL.ratio, known, RATIO_SCALE, "ratio", log=True),
            w.mean("hazard_ratio_rejected", trial, TRIAL.ratio_rejected, kept, RATIO_SCALE, "ratio", log=True),
            w.share("hazard_ratio_not_estimable", n - known, n),
            *_ratios(w, tally.ratios[-1], ""),
        ]
    if scenario.selection is not None:
        chosen = [arm.name for arm in scenario.arms if arm.name in scenario.selection.among]
        for name, (picked, won) in zip(chosen, tally.picked.tolist(), strict=True):
            rows += [w.share("picked", picked, n, name), w.share("picked_and_rejected", won, n, name)]
    if scenario.reestimation is not None:
        rows.append(w.share("events_raised", int(tally.raised[0]), n))
    for k, sums in enumerate(tally.looks):
        rows += _look(w, scenario, sums, tally.ratios[k], k, n)
    return Estimates(tuple(rows))


def _ratios(w: _Writer, counts: Ints, detail: str) -> list[Estimate]:
    """Return quantiles of the hazard ratio; bins are 1% wide."""
    edges = (-float(RATIO_LIMIT), float(RATIO_LIMIT))
    return [w.quantile("hazard_ratio_quantile", counts, q, edges, "ratio", detail, log=True) for q in _RATIOS]


def _look(w: _Writer, scenario: Scenario, sums: Ints, ratios: Ints, k: int, n: int) -> list[Estimate]:
    """Return the rows of one look; means are over the trials that reach it, shares of stops over all."""
    detail, reached = f"look {k + 1}", int(sums[LOOK.reached])
    known = reached - int(sums[LOOK.unknown])
    rows = [
        w.share("reached", reached, n, detail),
        w.share("efficacy_stop", int(sums[LOOK.efficacy]), n, detail),
        w.share("futility_stop", int(sums[LOOK.futility]), n, detail),
        w.mean("look_day", sums, LOOK.day, reached, DAY_SCALE, "day", detail),
        w.mean("look_patients", sums, LOOK.patients, reached, ONE, "count", detail),
        w.mean("look_events", sums, LOOK.events, reached, ONE, "count", detail),
        w.mean("look_statistic", sums, LOOK.z, known, Z_SCALE, "", detail),
        w.share("statistic_not_estimable", reached - known, reached, detail),
    ]
    if scenario.looks[k].events is not None:
        rows.append(w.share("events_not_reached", int(sums[LOOK.short]), reached, detail))
    if scenario.ratio_wanted:
        number = int(sums[LOOK.ratio_known])
        rows.append(w.mean("look_ratio", sums, LOOK.ratio, number, RATIO_SCALE, "ratio", detail, log=True))
        rows += _ratios(w, ratios, detail)
    return rows
