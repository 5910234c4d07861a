"""A scenario as the arrays that the kernels read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.promising import Promising
from glisson.simulation.adapting import CRITERIA
from glisson.simulation.network import odd_even_merge
from glisson.simulation.scenario import STATISTICS, Arm, Look, Scenario
from glisson.simulation.survival import Periods, Survival

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Trials that share one stream of random numbers.
BLOCK = 256
#: What stands for a number without limit; float32 can still be multiplied by it.
_FAR = 1e30
#: Bits of a key below the time: for the event and the arm of two; for the event, the arm and the stratum of several.
SHORT, LONG = 2, 7
#: What is added to a key for each stratum.
STRATUM = 8
#: Where the table of raised events begins, its cells to a unit of z, and its cells.
Z_BEGIN, Z_CELLS, Z_ALL = -2.0, 512, 4096
#: Kinds of looks.
DAY, EVENTS, PATIENTS = 0, 1, 2


class Laws(NamedTuple):
    """M distributions.

    From cumulative hazard to days (direction 0) the stages are passed in order: ratios, cured, hazards or a power; from
    days to cumulative hazard (direction 1) backwards.
    """

    pieces: Singles  # (M, stage, direction, P, 3): where a piece begins, its slope, its largest contribution
    counts: Ints  # (M, stage): number of pieces, 0 for a stage that is left out
    shapes: Floats  # (M, 3): share cured, shape, scale
    units: Singles  # (M,): days that a cumulative hazard of 1 takes if the hazard is constant, 0 if it is not


class Plan(NamedTuple):
    """What the kernels read, for A arms, K looks, S strata and C treatments that may be chosen, else 1."""

    arm: Ints  # (C, n) arm of each patient
    role: Ints  # (C, A): place of an arm in the analysis, -1 for none
    network: Ints  # (S, 3)
    laws: Laws
    models: Ints  # (S * A, 3): death, progression, dropout; -1 for none
    numbers: Floats  # (A, 5): theta, share to salvage, ratio then, days between scans, response; 0 or -1 for none
    looks: Ints  # (K, 2): kind, count
    days: Floats  # (K,): day, or days to wait
    limits: Floats  # (K, 2): efficacy, futility
    accrual: int
    reference: int  # distribution of the one-sample test; -1 for none
    statistic: int
    at: float
    against: float
    mean_variance: int
    arms: int  # that are compared
    several: int  # more than two, or within strata
    shift: int  # bits of a key below the time
    strata: Singles  # (S,): shares added up
    chosen: Ints  # (C,): the arm
    choice: Ints  # (2,): how a treatment is chosen, -1 for not at all; after how many patients
    choice_days: Floats  # (2,): day of survival, days to wait
    raised: Ints  # (Z_ALL,): events of the second look by z at the first; empty where they stay
    joint: int  # progression matters
    pfs: int
    tied: int  # times come from scans
    ordered: int  # keys must be sorted
    ratio: int  # Cox is wanted
    latest: float
    ticks: float  # ticks of a key in a day


def plan_of(scenario: Scenario) -> Plan:
    """Return the arrays of a scenario."""
    pfs = scenario.endpoint == "pfs"
    models: list[Survival | Periods] = []

    def place(model: Survival | Periods | None) -> int:
        if model is None:
            return -1
        models.append(model)
        return len(models) - 1

    known = STATISTICS[scenario.statistic.name]
    against = scenario.statistic.against
    accrual = place(scenario.accrual)
    reference = place(against if isinstance(against, Survival) else None)
    ratios = [s.ratio for s in scenario.strata] or [Periods.constant(1.0)]
    rows = [(place(a.survival.times(r)), place(a.progression), place(a.dropout)) for r in ratios for a in scenario.arms]
    arm, role, chosen = _allocation(scenario)
    several = scenario.statistic.name == "logrank" and (scenario.compared > 2 or scenario.statistic.stratified)
    shift, choice = LONG if several else SHORT, scenario.selection
    return Plan(
        arm=arm,
        role=role,
        network=odd_even_merge(scenario.n),
        laws=_laws(models),
        models=np.array(rows, dtype=np.int64),
        numbers=np.array([_numbers(a) for a in scenario.arms]),
        looks=np.array([_kind(look) for look in scenario.looks], dtype=np.int64),
        days=np.array([look.wait if look.day is None else look.day for look in scenario.looks], dtype=np.float64),
        limits=np.array([(_limit(x.efficacy, _FAR), _limit(x.futility, -_FAR)) for x in scenario.looks]),
        accrual=accrual,
        reference=reference,
        statistic=known.code,
        at=float(scenario.statistic.at or 0.0),
        against=float(against) if isinstance(against, int | float) else 0.0,
        mean_variance=int(scenario.statistic.variance == "mean"),
        arms=scenario.compared,
        several=int(several),
        shift=shift,
        strata=np.cumsum([s.share for s in scenario.strata] or [1.0]).astype(np.float32),
        chosen=chosen,
        choice=np.array([CRITERIA.index(choice.by), choice.patients] if choice else [-1, 0], dtype=np.int64),
        choice_days=np.array([choice.at or 0.0, choice.wait] if choice else [0.0, 0.0]),
        raised=_raised(scenario),
        joint=int(pfs or any(a.salvage for a in scenario.arms)),
        pfs=int(pfs),
        tied=int(pfs and any(a.scan_every for a in scenario.arms)),
        ordered=int(known.ordered or scenario.ratio_wanted),
        ratio=int(scenario.ratio_wanted),
        latest=float(scenario.last_day),
        ticks=(2 ** (31 - shift) - 64) / float(scenario.last_day),
    )


def _allocation(scenario: Scenario) -> tuple[Ints, Ints, Ints]:
    """Return the arm of each patient and the role of each arm for every treatment that may be chosen, and which it is.

    Patients come in whole cycles, arms spread within a cycle.
    """
    weights = np.array([arm.allocation for arm in scenario.arms])
    everybody, choice = np.arange(len(weights)), scenario.selection
    if choice is None:
        return _cycles(weights, scenario.n)[None], everybody[None], np.zeros(1, dtype=np.int64)
    chosen = np.array([i for i, arm in enumerate(scenario.arms) if arm.name in choice.among], dtype=np.int64)
    control = [i for i in range(len(weights)) if i not in chosen]
    first, after = _cycles(weights, choice.patients), scenario.n - choice.patients
    arms, roles = [], np.full((len(chosen), len(weights)), -1, dtype=np.int64)
    for c, winner in enumerate(chosen):
        stay = np.isin(everybody, [*control, winner])
        arms.append(np.concatenate([first, _cycles(np.where(stay, weights, 0), after)]))
        roles[c, control], roles[c, winner] = 0, len(control)
    return np.array(arms, dtype=np.int64), roles, chosen


def _cycles(weights: Ints, n: int) -> Ints:
    """Return the arm of each of n patients."""
    cycle = sorted(((k + 0.5) / w, i) for i, w in enumerate(weights.tolist()) for k in range(w))
    return np.resize(np.array([i for _, i in cycle], dtype=np.int64), n)


def _raised(scenario: Scenario) -> Ints:
    """Return the events of the second look for each cell of z at the first."""
    rule, looks = scenario.reestimation, scenario.looks
    if rule is None:
        return np.zeros(0, dtype=np.int64)
    first, planned, limit = float(looks[0].events or 0), float(looks[1].events or 0), float(looks[1].efficacy or 0.0)
    zone = Promising(time=first / planned, critical=limit, most=rule.most, target=rule.target, least=rule.least)
    z = Z_BEGIN + (np.arange(Z_ALL) + 0.5) / Z_CELLS
    total = np.round(planned * (zone.time + zone.second(z)))
    return np.asarray(np.minimum(total, np.floor(planned * rule.most)), dtype=np.int64)


def _numbers(arm: Arm) -> tuple[float, ...]:
    """Return theta of Clayton's copula, salvage, scans and response."""
    theta = 2 * arm.tau / (1 - arm.tau)
    share, ratio = (arm.salvage.share, arm.salvage.hazard_ratio) if arm.salvage else (0.0, 1.0)
    return theta, share, ratio, arm.scan_every or 0.0, -1.0 if arm.response is None else arm.response


def _kind(look: Look) -> tuple[int, int]:
    if look.events is not None:
        return EVENTS, look.events
    return (PATIENTS, look.patients) if look.patients is not None else (DAY, 0)


def _limit(value: float | None, none: float) -> float:
    return none if value is None else float(value)


def _laws(models: list[Survival | Periods]) -> Laws:
    """Return the arrays of all distributions."""
    stages = [_stages(m) for m in models]
    most = max(len(s.starts) if s else 1 for pair in stages for s in pair[:2])
    pieces = np.zeros((len(models), 2, 2, most, 3), dtype=np.float32)
    counts = np.zeros((len(models), 2), dtype=np.int64)
    shapes = np.array([s[2] for s in stages], dtype=np.float64)
    for m, stage in enumerate(stages):
        for j, periods in enumerate(stage[:2]):
            if periods is not None:
                counts[m, j] = len(periods.starts)
                pieces[m, j, :, : counts[m, j]] = _pieces(periods)
    constant = (counts[:, 0] == 0) & (counts[:, 1] == 1) & (shapes[:, 0] == 0)
    return Laws(pieces, counts, shapes, np.where(constant, pieces[:, 1, 0, 0, 1], 0).astype(np.float32))


def _stages(model: Survival | Periods) -> tuple[Periods | None, Periods | None, tuple[float, float, float]]:
    """Return what a cumulative hazard passes on the way to days: ratios, hazards; and cured, shape, scale."""
    if isinstance(model, Periods):
        return None, model, (0.0, 1.0, 1.0)
    if model.hazard is not None and not model.cured:
        return None, model.hazard.times(model.ratio), (0.0, 1.0, 1.0)
    begins = model.base(np.array(model.ratio.starts))
    ratios: Periods | None = Periods(starts=tuple(float(b) for b in begins), values=model.ratio.values)
    if model.ratio == Periods.constant(1.0):
        ratios = None
    return ratios, model.hazard, (model.cured, model.shape if model.hazard is None else 1.0, model.scale)


def _pieces(periods: Periods) -> Floats:
    """Return shape (2, P, 3): from area to place, and from place to area."""
    starts, values = np.array(periods.starts), np.array(periods.values)
    width = np.append(np.diff(starts), _FAR)
    area = periods.area(starts)
    with np.errstate(divide="ignore"):
        slope = np.minimum(1 / values, _FAR)
    back = np.stack([area, slope, width], axis=1)
    forth = np.stack([starts, values, np.minimum(width * values, _FAR)], axis=1)
    out: Floats = np.stack([back, forth])
    return out
