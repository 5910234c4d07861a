"""Response and toxicity watched together, with the bound that finds a good treatment most often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glisson.design.one_stage import NAMES as RESPONSE
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import Number, counted, percent, positive, rising, stated
from glisson.design.toxicity import check_patients, checked_looks
from glisson.errors import SettingsError
from glisson.kernels.bivariate_stopping import go_chances, joint_cells, rule_bounds
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

TOXICITY = ("toxicity rate worth accepting", "toxicity rate too high to accept")
SIZE = Assumption(name="type I error", value=0.1, origin="default")
#: Values of lambda and gamma that are tried.
LAMBDAS, GAMMAS = np.arange(1, 100) / 100, np.arange(0, 21) / 20
ZHOU = (
    "Zhou H, Lee JJ, Yuan Y. BOP2: Bayesian optimal design for phase II clinical trials with simple and complex "
    "endpoints. Stat Med 2017;36:3302-3314."
)
BRYANT = (
    "Bryant J, Day R. Incorporating toxicity considerations into the design of two-stage phase II clinical trials. "
    "Biometrics 1995;51:1372-1383."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scenario:
    name: str
    response: float
    toxicity: float


def efficacy_toxicity(
    *,
    response0: Number,
    response1: Number,
    toxicity0: Number,
    toxicity1: Number,
    n: int,
    looks: Sequence[int] | None = None,
    alpha: Number = SIZE,
    odds_ratio: Number = 1.0,
    control: Literal["null", "each"] = "null",
) -> TrialDesign:
    """Plan a trial that goes on only while response is likely high enough and toxicity low enough.

    Parameters
    ----------
    response0, response1
        Response rate not worth pursuing, and the one worth it.
    toxicity0, toxicity1
        Toxicity rate too high to accept, and the one worth accepting, which is lower.
    n
        Patients at most.
    looks
        Numbers of patients after which there is a look; by default only the end. The end is always one.
    alpha
        Type I error at most.
    odds_ratio
        Association of response and toxicity within a patient; 1 is independence.
    control
        What ``alpha`` holds for: ``"null"``, where the treatment is neither effective nor safe, as published;
        ``"each"``, also where only one of the two fails, which is far stricter.

    Returns
    -------
    TrialDesign
        ``type_i_error``, ``power``, ``expected_n``, ``early_stop``, and the probability to succeed (``success``) where
        the treatment is effective but toxic, or safe but ineffective.

    Raises
    ------
    SettingsError
        If a number is impossible, or no bound keeps ``alpha``.

    Notes
    -----
    Zhou, Lee & Yuan 2017: after k patients the trial stops where the posterior probability that response is above
    ``response0``, or that toxicity is below ``toxicity0``, is lower than lambda (k / n)^gamma. All lambda (0.01 to
    0.99) and gamma (0 to 1) are tried; of those that keep ``alpha`` the one with the most power is taken, then the one
    that expects fewest patients under the null. All probabilities are exact.

    Examples
    --------
    >>> design = efficacy_toxicity(response0=0.2, response1=0.4, toxicity0=0.4, toxicity1=0.2, n=30, looks=[10, 20])
    >>> [(b.n, b.futility) for b in design.boundaries]
    [(10, 1.0), (20, 3.0), (30, 7.0)]
    """
    rates, harms = rising(response0, response1, RESPONSE), rising(toxicity1, toxicity0, TOXICITY)
    size, link = stated(alpha, SIZE.name), positive(odds_ratio, "odds ratio of response and toxicity")
    if not 0 < size.value < 1:
        raise SettingsError(f"a type I error of {size.value:g}", expected="a number between 0 and 1")
    check_patients(n)
    if control not in {"null", "each"}:
        raise SettingsError(f"control {control!r}", expected="null or each")
    places = checked_looks(looks, n)
    places = places if places[-1] == n else (*places, n)
    scenarios = (
        _Scenario(name="null", response=rates[0].value, toxicity=harms[1].value),
        _Scenario(name="alternative", response=rates[1].value, toxicity=harms[0].value),
        _Scenario(name="effective but toxic", response=rates[1].value, toxicity=harms[1].value),
        _Scenario(name="safe but ineffective", response=rates[0].value, toxicity=harms[0].value),
    )
    scale, power = (grid.ravel() for grid in np.meshgrid(LAMBDAS, GAMMAS, indexing="ij"))
    few, many = rule_bounds(places, rates[0].value, harms[1].value, scale, power)
    _, first = np.unique(np.hstack([few, many]), axis=0, return_index=True)
    few, many = few[first], many[first]
    go, stop = zip(*(go_chances(few, many, places, joint_cells(s.response, s.toxicity, link.value)) for s in scenarios),
                   strict=True)  # fmt: skip
    errors = go[0] if control == "null" else np.max([go[0], go[2], go[3]], axis=0)
    kept = errors <= size.value + 1e-12
    if not kept.any() or not (go[1][kept] > 0).any():
        raise SettingsError(f"no bound of {counted(n, 'patient')} keeps a type I error of {size.value:g}",
                            todo="raise n or alpha")  # fmt: skip
    sizes = np.array(places)
    expected = [s[:, :-1] @ sizes[:-1] + (1 - s[:, :-1].sum(axis=1)) * n for s in stop]
    order = np.lexsort((expected[0], -go[1].round(10), ~kept))
    best = int(order[0])
    chosen = [
        (float(g[best]), float(e[best]), float(s[best, :-1].sum())) for g, e, s in zip(go, expected, stop, strict=True)
    ]
    rule = (float(scale[first[best]]), float(power[first[best]]))
    bounds = [(int(a), int(b)) for a, b in zip(few[best], many[best], strict=True)]
    return _design(scenarios, chosen, bounds, places, rule, (*rates, *harms, size, link), control)


def _design(
    scenarios: Sequence[_Scenario],
    chosen: Sequence[tuple[float, float, float]],
    bounds: Sequence[tuple[int, int]],
    looks: tuple[int, ...],
    rule: tuple[float, float],
    assumptions: tuple[Assumption, ...],
    control: str,
) -> TrialDesign:
    """Write the design down."""
    n = looks[-1]
    rows: list[Estimate] = []
    names = {"null": "type_i_error", "alternative": "power"}
    for scenario, (go, size, stop) in zip(scenarios, chosen, strict=True):
        values = {names.get(scenario.name, "success"): go, "expected_n": size, "early_stop": stop}
        rows.extend(
            Estimate(variable="efficacy_toxicity", statistic=name, group=(("scenario", scenario.name),), value=value,
                     unit="count" if name == "expected_n" else "probability", n=n,
                     method="exact recursion over patients",
                     detail=f"response {percent(scenario.response)}, toxicity {percent(scenario.toxicity)}")
            for name, value in values.items()
        )  # fmt: skip
    listed = []
    for i, (k, (few, many)) in enumerate(zip(looks, bounds, strict=True), start=1):
        parts = [f"{few} or fewer responses" if few > 0 else "no response"] if few >= 0 else []
        parts += [f"{many} or more toxicities"] if many <= k else []
        stop_text = (
            f"{'stop' if i < len(looks) else 'not promising'} if {' or '.join(parts) or 'nothing'} among {k} patients"
        )
        listed.append(
            Boundary(look=i, n=k, scale="responders", futility=float(few) if few >= 0 else None,
                     efficacy=float(few + 1) if i == len(looks) else None, rule=stop_text)
        )  # fmt: skip
    response0, response1, toxicity1, toxicity0, size, link = (a.value for a in assumptions)
    null, alternative, toxic, weak = chosen
    what = "is neither effective nor safe" if control == "null" else "is not effective, not safe, or neither"
    protocol = (
        f"Response and toxicity are watched together in at most {counted(n, 'patient')}, with looks after "
        f"{', '.join(map(str, looks))}. A response rate of {percent(response0)} is not worth pursuing, one of "
        f"{percent(response1)} is; a toxicity rate of {percent(toxicity0)} is too high, one of {percent(toxicity1)} "
        "is worth "
        "accepting. The decisions: " + "; ".join(b.rule for b in listed) + ".",
        "The bounds are posterior probabilities: after k patients the trial stops where the probability of a response "
        f"rate above {percent(response0)}, or of a toxicity rate below {percent(toxicity0)}, is less than {rule[0]:g} "
        f"(k / {n})^{rule[1]:g}. The prior counts as one patient. The two numbers were chosen for the most power at a "
        f"type I error of at most {percent(size)} where the treatment {what}.",
        f"Exactly, the type I error is {percent(null[0])} and the power {percent(alternative[0])} (odds ratio of "
        f"response and toxicity {link:g}). A treatment that is effective but toxic succeeds with {percent(toxic[0])}, "
        f"one that is safe but ineffective with {percent(weak[0])}. Expected patients: {null[1]:.1f} if neither, "
        f"{alternative[1]:.1f} if both.",
    )
    return TrialDesign(
        kind="efficacy_toxicity", title=f"Response and toxicity together in {counted(n, 'patient')}", n=n,
        assumptions=assumptions, boundaries=tuple(listed), characteristics=Estimates(tuple(rows)), protocol=protocol,
        references=(ZHOU, BRYANT),
    )  # fmt: skip
