"""Set the cohort beside another one with rows: weights that make the control like the cohort, and what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.assessing.control_rows import ENDPOINTS, SOURCES, Rows, rows_of
from glisson.assessing.reading_error import over_members, over_readings
from glisson.assessment.comparison import Difference
from glisson.assessment.comparison_control import ControlContrast, ControlResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import UNKNOWN
from glisson.errors import InputError
from glisson.kernels.weighted import product_limit
from glisson.methods.cox import cox
from glisson.methods.weighting import Weights, propensity_weights, weighted_cox
from glisson.tables import Endpoint, Estimate, Estimates, Factor

Floats = NDArray[np.float64]

#: Names of the two sides; the control is the standard of ratios, this cohort that of the weights.
HERE, THERE, SIDE = "this cohort", "control", "side"
#: Fewer events on a side than this say nothing.
LEAST_EVENTS = 5
#: Resamples of the restricted mean, each with weights of its own.
RESAMPLES = 300
_LABELS = {"line": "line of therapy", "extrahepatic": "extrahepatic disease", "age": "age", "male": "male sex"}


def external_control(cohort: Cohort, control: Mapping[str, Rows], *, name: str) -> ControlResult:
    """Compare a cohort with a control whose patients are known one by one.

    Parameters
    ----------
    cohort
        Validated records.
    control
        Endpoints of the control, from ``rows_of`` or ``read_rows``.
    name
        Of the control.

    Returns
    -------
    ControlResult
        Differences first; then, where endpoint and start of the clock are the same, hazard ratio and difference in
        restricted mean, crude and with weights for the treated (the control stands for patients like these).

    Notes
    -----
    Austin PC. Stat Med 2016;35:5642-5655 (robust variance); the restricted mean by resampling patients on both sides
    and weighing each resample anew, so that the weights' own uncertainty is in it.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> found = external_control(demo_cohort(), {}, name="nothing")
    >>> found.contrasts[0].refused
    'The control has no overall survival.'
    """
    level, seed = cohort.study.analysis.level, cohort.study.analysis.seed
    ours = rows_of(cohort)
    contrasts = tuple(
        _contrast(code, label, ours[code], control.get(code), level, seed)
        for code, label in ENDPOINTS.items()
        if code in ours
    )
    there = max((len(r.data) for r in control.values()), default=0)
    return ControlResult(
        name=name, here=cohort.n, there=there, differences=_differences(ours, control), contrasts=contrasts,
        level=level, seed=seed,
    )  # fmt: skip


def _contrast(code: str, label: str, ours: Rows, control: Rows | None, level: float, seed: int) -> ControlContrast:
    why = _why_not(label, ours, control)
    if why or control is None:
        return ControlContrast(code=code, label=label, refused=why)
    one = _compared(code, label, ours, control, level, seed)
    read, sets = _again(ours, control, level)
    summary = control.data.source_label == SOURCES[2]
    return replace(
        one, reconstructed=control.data.source_kind == "reconstructed" and not summary, from_summary=summary,
        readings=len(control.again), estimates=one.estimates + read,
        warnings=(*one.warnings, *([sets] if sets else [])),
    )  # fmt: skip


def _again(ours: Rows, control: Rows, level: float) -> tuple[Estimates, str]:
    """Return what further readings of the control's curve, or further sets of patients, make of the crude contrast."""
    if not control.again:
        return Estimates(), ""
    shared: dict[str, Any] = {"side": SIDE, "here": HERE, "there": THERE, "level": level}
    try:
        if control.data.source_label == SOURCES[2]:
            return over_members(ours.data, (control.data, *control.again), **shared), ""
        return over_readings(ours.data, control.again, **shared), ""
    except InputError as error:
        return Estimates(), f"the readings could not be combined: {error}"


def _compared(code: str, label: str, ours: Rows, control: Rows, level: float, seed: int) -> ControlContrast:
    """Return the ratios and differences of one endpoint that may be compared."""
    covariates, left_out = _shared(ours, control)
    both, numbers = _joined(ours, control, covariates)
    crude = cox(both, [SIDE], level=level).select("hazard_ratio")
    rows = [replace(r, detail="crude") for r in crude]
    tau = float(min(ours.data.exit.max(), control.data.exit.max()))
    generator = np.random.default_rng(seed)
    rows.append(_gap(both, None, (), {}, tau, level, generator, "crude"))
    if not covariates:
        return ControlContrast(
            code=code, label=label, left_out=left_out, estimates=Estimates(tuple(rows)),
            warnings=("no covariate is known on both sides, so that nothing was made alike",),
        )  # fmt: skip
    factors = [c for c in covariates if c not in numbers]
    try:
        weights = propensity_weights(both, SIDE, factors, numbers=numbers, kind="att", target=HERE)
    except InputError as error:
        return ControlContrast(code=code, label=label, left_out=left_out, estimates=Estimates(tuple(rows)),
                               warnings=(f"no weights could be found: {error}",))  # fmt: skip
    rows += [replace(r, detail="weighted") for r in weighted_cox(both, weights, level=level).select("hazard_ratio")]
    rows.append(_gap(both, weights, factors, numbers, tau, level, generator, "weighted"))
    rows += list(weights.estimates())
    return ControlContrast(
        code=code, label=label, covariates=tuple(_LABELS[c] for c in covariates), left_out=left_out,
        warnings=weights.warnings, estimates=Estimates(tuple(rows)),
    )  # fmt: skip


def _why_not(label: str, ours: Rows, control: Rows | None) -> str:
    """Return why no number is given; empty where one may be."""
    if control is None:
        return f"The control has no {label.lower()}."
    if control.origin != ours.origin:
        return (
            f"The control counts from {control.origin.replace('_', ' ')}, this cohort from its first liver-directed "
            "therapy: the time between would count on one side only."
        )
    few = [side for side, r in ((HERE, ours), (THERE, control)) if r.data.n_events < LEAST_EVENTS]
    return f"Fewer than {LEAST_EVENTS} events in {' and '.join(few)}." if few else ""


def _shared(ours: Rows, control: Rows) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return covariates that both sides know of everybody and that vary; and the others with the reason."""
    used, left_out = [], []
    for name in ("line", "extrahepatic"):
        a, b = ours.factors.get(name, ()), control.factors.get(name, ())
        if not a or not b:
            left_out.append((_LABELS[name], "not known on both sides"))
        elif UNKNOWN in a or UNKNOWN in b:
            left_out.append((_LABELS[name], "unknown of somebody"))
        elif len({*a, *b}) < 2:
            left_out.append((_LABELS[name], "the same in everybody"))
        else:
            used.append(name)
    for name in ("age", "male"):
        x, y = np.array(ours.numbers.get(name, ())), np.array(control.numbers.get(name, ()))
        if not len(x) or not len(y):
            left_out.append((_LABELS[name], "not known on both sides"))
        elif np.isnan(x).any() or np.isnan(y).any():
            left_out.append((_LABELS[name], "unknown of somebody"))
        elif float(np.concatenate([x, y]).std()) == 0:
            left_out.append((_LABELS[name], "the same in everybody"))
        else:
            used.append(name)
    return tuple(used), tuple(left_out)


def _joined(ours: Rows, control: Rows, covariates: tuple[str, ...]) -> tuple[Endpoint, dict[str, Floats]]:
    """Return both sides as one endpoint, the control first, with its covariates."""
    parts = (control, ours)
    side = [THERE] * len(control.data) + [HERE] * len(ours.data)
    keys = {SIDE: Factor.of(side, (THERE, HERE))}
    for name in covariates:
        if name in ours.factors:
            keys[name] = Factor.of([v for p in parts for v in p.factors[name]])
    both = Endpoint.from_arrays(
        np.concatenate([p.data.exit for p in parts]),
        np.concatenate([(p.data.cause == 1).astype(np.int64) for p in parts]),
        entry=np.concatenate([p.data.entry for p in parts]), keys=keys, name=ours.data.name,
    )  # fmt: skip
    numbers = {n: np.concatenate([np.array(p.numbers[n]) for p in parts]) for n in covariates if n in ours.numbers}
    return both, numbers


def _gap(
    both: Endpoint,
    weights: Weights | None,
    factors: list[str] | tuple[()],
    numbers: dict[str, Floats],
    tau: float,
    level: float,
    generator: np.random.Generator,
    detail: str,
) -> Estimate:
    """Return the difference in restricted mean, with percentile limits over resamples of both sides."""
    side = both.factor(SIDE).codes
    value = _difference(both, np.ones(len(both)) if weights is None else weights.weight, tau)
    places = [np.flatnonzero(side == k) for k in (0, 1)]
    found = []
    for _ in range(RESAMPLES):
        index = np.concatenate([generator.choice(p, len(p)) for p in places])
        some = replace(both.take(index), unit=np.arange(len(index)), cluster=np.arange(len(index)))
        try:
            weight = np.ones(len(index)) if weights is None else propensity_weights(
                some, SIDE, list(factors), numbers={k: v[index] for k, v in numbers.items()}, kind="att", target=HERE
            ).weight  # fmt: skip
        except InputError:  # a covariate that does not vary in this resample
            continue
        found.append(_difference(some, weight, tau))
    low, high = (float(q) for q in np.quantile(found, [(1 - level) / 2, (1 + level) / 2])) if found else (None, None)
    return Estimate(
        variable=both.name, statistic="rmst_difference", value=value, low=low, high=high, level=level, unit="day",
        at=tau, n=len(both), events=both.n_events, detail=detail,
        method=f"percentiles of {len(found)} resamples of both sides",
    )  # fmt: skip


def _difference(both: Endpoint, weight: Floats, tau: float) -> float:
    side = both.factor(SIDE).codes
    means = []
    for k in (1, 0):
        mine = np.flatnonzero(side == k)
        time = np.unique(both.exit[mine])
        time = time[time < tau]
        clusters = np.arange(len(mine), dtype=np.int64)
        survival, _ = product_limit(
            time, both.entry[mine], both.exit[mine], both.cause[mine] > 0, weight[mine], clusters
        )
        steps = np.diff(np.concatenate([[0.0], time, [tau]]))
        means.append(float(steps @ np.concatenate([[1.0], survival])))
    return means[0] - means[1]


def _differences(ours: Mapping[str, Rows], control: Mapping[str, Rows]) -> tuple[Difference, ...]:
    """Return how the two sides differ in what both files say."""
    here = next(iter(ours.values()), None)
    there = next(iter(control.values()), None)
    rows = [
        Difference(aspect="Start of the clock", here=_origin(here), there=_origin(there), favours="either",
                   why="time before the day from which one side counts is survived by definition"),
        Difference(aspect="Endpoints", here=", ".join(ours), there=", ".join(control) or "none", favours="either",
                   why="only the same endpoint is compared"),
    ]  # fmt: skip
    for name, label in _LABELS.items():
        rows.append(
            Difference(aspect=label[:1].upper() + label[1:], here=_spread(here, name), there=_spread(there, name),
                       favours="either", why="balanced by the weights where both sides know it")
        )  # fmt: skip
    rows.append(
        Difference(aspect="Selection", here="whoever was treated, found afterwards", there="not in the file",
                   favours="either", why="who was chosen for which treatment, and why, no weight can mend")
    )  # fmt: skip
    return tuple(rows)


def _origin(rows: Rows | None) -> str:
    names = {"first_ldt": "first liver-directed therapy"}
    return "not known" if rows is None else names.get(rows.origin, rows.origin.replace("_", " "))


def _spread(rows: Rows | None, name: str) -> str:
    """Return one covariate of one side in words."""
    if rows is not None and rows.factors.get(name):
        values = rows.factors[name]
        return ", ".join(f"{v} in {values.count(v)}" for v in sorted(set(values)))
    known = np.array([] if rows is None else rows.numbers.get(name, ()), dtype=np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return "not known"
    return f"{int(known.sum())} of {len(known)}" if name == "male" else f"mean {known.mean():.0f}"
