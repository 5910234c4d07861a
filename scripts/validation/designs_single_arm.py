"""Single-arm designs beside R: enumeration, `integrate` and `uniroot`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glisson.design.efficacy_and_toxicity import efficacy_toxicity
from glisson.kernels.planned import (
    FollowUp,
    Weibull,
    log_survival_variance,
    restricted_mean,
    restricted_mean_variance,
    score,
)
from glisson.kernels.stopping import pocock_bounds, stop_chances
from glisson.kernels.two_stage import (
    TwoStage,
    admissible,
    expected_size,
    search,
    stop_probability,
    success_probability,
)
from glisson.kernels.two_stage_inference import limits, p_value, unbiased
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "designs_single_arm"


def two_stage() -> Iterator[Compared]:
    """All admissible two-stage designs."""
    for case in golden(FILE)["two_stage"]:
        p0, p1 = case["p0"], case["p1"]
        rules = search(p0, p1, alpha=case["alpha"], power=case["power"], largest=case["top"])
        for ours, theirs in zip(admissible(rules, p0), case["rules"], strict=True):
            rule = ours.rule
            yield from (Compared(float(getattr(rule, k)), theirs[k]) for k in ("r1", "n1", "r", "n"))
            yield Compared(success_probability(rule, p0), theirs["alpha"])
            yield Compared(success_probability(rule, p1), theirs["power"])
            yield Compared(stop_probability(rule, p0), theirs["pet"])
            yield Compared(expected_size(rule, p0), theirs["en"])


def _after() -> Iterator[tuple[dict[str, Any], tuple[int, int | None, TwoStage]]]:
    for case in golden(FILE)["after"]:
        rule = TwoStage(r1=case["r1"], n1=case["n1"], r=case["r"], n=case["n"])
        yield case, (case["first"], case["second"], rule)


def p_values() -> Iterator[Compared]:
    """p-values after two stages."""
    for case, seen in _after():
        yield Compared(p_value(*seen, case["p0"], n2=case["n2"]), case["p"])


def intervals() -> Iterator[Compared]:
    """Limits after two stages."""
    for case, seen in _after():
        for ours, theirs in zip(limits(*seen, n2=case["n2"]), case["limits"], strict=True):
            yield Compared(ours, theirs)


def estimates() -> Iterator[Compared]:
    """Unbiased estimates after two stages."""
    for case, seen in _after():
        yield Compared(unbiased(*seen, n2=case["n2"]), case["estimate"])


def logrank() -> Iterator[Compared]:
    """Moments of the one-sample log-rank score."""
    for c in golden(FILE)["logrank"]:
        curve = Weibull.through(c["s0"], at=c["at"], shape=c["shape"])
        found = score(curve, c["hr"], FollowUp(accrual=c["a"], until=c["u"], dropout=c["d"]))
        yield from (Compared(getattr(found, k), c[k]) for k in ("expected", "observed", "variance"))


def _curves() -> Iterator[tuple[dict[str, Any], Weibull, FollowUp]]:
    for c in golden(FILE)["greenwood"]:
        curve = Weibull.through(c["s1"], at=c["at"], shape=c["shape"])
        yield c, curve, FollowUp(accrual=c["a"], until=c["u"], dropout=c["d"])


def milestones() -> Iterator[Compared]:
    """Greenwood's variance as planned."""
    for c, curve, follow in _curves():
        yield Compared(log_survival_variance(curve, c["at"], follow), c["log_survival"])


def means() -> Iterator[Compared]:
    """Restricted means and their variances as planned."""
    for c, curve, follow in _curves():
        yield Compared(restricted_mean(curve, c["at"]), c["mean"])
        yield Compared(restricted_mean_variance(curve, c["at"], follow), c["mean_variance"])


def toxicity() -> Iterator[Compared]:
    """Pocock-type bounds and the chance to stop."""
    for c in golden(FILE)["toxicity"]:
        found = pocock_bounds(c["n"], c["p"], c["alpha"], range(1, c["n"] + 1))
        bounds = [] if found is None else found[0].tolist()
        yield from (Compared(float(a), float(b)) for a, b in zip(bounds, c["bounds"], strict=True))
        yield Compared(float(stop_chances(bounds, c["p"]).sum()), c["stop"])


def both() -> Iterator[Compared]:
    """Size, power and the two mixed scenarios of the best bound for response and toxicity."""
    for c in golden(FILE)["efficacy_toxicity"]:
        rows = efficacy_toxicity(
            response0=c["e0"], response1=c["e1"], toxicity0=c["t0"], toxicity1=c["t1"], n=c["looks"][-1],
            looks=c["looks"], alpha=c["alpha"],
        ).characteristics  # fmt: skip
        yield Compared(rows.one("type_i_error").value, c["size"])
        yield Compared(rows.one("power").value, c["power"])
        for name, key in (("effective but toxic", "toxic"), ("safe but ineffective", "weak")):
            yield Compared(rows.one("success", group=(("scenario", name),)).value, c[key])


_R = produced_by("R", FILE)
COMPARISONS = (
    Comparison(
        statistic="admissible two-stage designs", function="design.simon.two_stage",
        reference=f"{_R}, every rule enumerated", pairs=two_stage,
    ),
    Comparison(
        statistic="p-value after two stages", function="design.two_stage_analysis.two_stage_results",
        reference=f"{_R}, sums and `uniroot`", pairs=p_values,
    ),
    Comparison(
        statistic="limits after two stages", function="design.two_stage_analysis.two_stage_results",
        reference=f"{_R}, `uniroot`", pairs=intervals,
    ),
    Comparison(
        statistic="unbiased estimate after two stages", function="design.two_stage_analysis.two_stage_results",
        reference=f"{_R}, `choose`", pairs=estimates,
    ),
    Comparison(
        statistic="moments of the one-sample log-rank score", function="design.one_sample.one_sample_logrank",
        reference=f"{_R}, `integrate`", pairs=logrank,
    ),
    Comparison(
        statistic="Greenwood's variance as planned", function="design.milestones.milestone",
        reference=f"{_R}, `integrate`", pairs=milestones,
    ),
    Comparison(
        statistic="restricted mean and its variance as planned", function="design.restricted_means.restricted_mean",
        reference=f"{_R}, `integrate`", pairs=means,
    ),
    Comparison(
        statistic="toxicity bounds", function="design.toxicity.toxicity_monitoring",
        reference=f"{_R}, every level tried", pairs=toxicity,
    ),
    Comparison(
        statistic="response and toxicity together", function="design.efficacy_and_toxicity.efficacy_toxicity",
        reference=f"{_R}, every bound tried, `dmultinom`", pairs=both,
    ),
)  # fmt: skip
