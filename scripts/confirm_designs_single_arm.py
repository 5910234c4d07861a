"""Single-arm designs beside trials drawn at random: does each design do what its formula says?

``python -m scripts.confirm_designs_single_arm`` draws the trials (a few minutes), writes
``tests/validation/designs_single_arm_confirmed.json`` and the tables of ``docs/methods/designs-single-arm.md``. The
seed is fixed. What a design prints must agree within three Monte Carlo standard errors, be it exact, simulated by
the design itself or a normal approximation. What textbook formulas say stands in a table of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from glisson.design.efficacy_and_toxicity import efficacy_toxicity
from glisson.design.milestones import milestone
from glisson.design.one_sample import one_sample_logrank
from glisson.design.one_sample_two_stage import one_sample_logrank_two_stage
from glisson.design.one_stage import single_stage
from glisson.design.plan import TrialDesign
from glisson.design.restricted_means import restricted_mean
from glisson.design.simon import two_stage
from glisson.design.toxicity import toxicity_monitoring
from glisson.design.two_stage_analysis import planned_rule, two_stage_deviation
from glisson.kernels.drawn_trials import trials_for
from glisson.kernels.planned import Weibull
from glisson.kernels.planned import restricted_mean as mean_within
from glisson.kernels.two_stage_inference import cutoffs

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "tests" / "validation" / "designs_single_arm_confirmed.json"
PAGE = ROOT / "docs" / "methods" / "designs-single-arm.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
SEED = 20201124
COUNTED, FOLLOWED, SURVIVAL, _AT_ONCE = 400_000, 100_000, 40_000, 10_000
#: What a formula says of a statistic.
FORMULAS = {"type_i_error": "type_i_error_nominal", "power": "power_by_formula"}

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
#: Scenario, statistic and what became of every trial.
Outcome = tuple[str, str, Bools]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One probability: as calculated and as simulated."""

    design: str
    kind: str
    n: int
    scenario: str
    statistic: str
    calculated: float
    simulated: float
    trials: int
    drawn: int = 0

    @property
    def error(self) -> float:
        """Return the standard error where the calculation is right; with that of the ``drawn`` trials of a design."""
        size = 1 / self.trials + (1 / self.drawn if self.drawn else 0.0)
        return math.sqrt(self.calculated * (1 - self.calculated) * size)

    @property
    def distance(self) -> float:
        """Return the difference in standard errors."""
        return (self.simulated - self.calculated) / self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A design, how its calculation is meant, and the trials."""

    name: str
    kind: str
    design: TrialDesign
    trials: int
    draw: Callable[[np.random.Generator, TrialDesign, int], Iterator[Outcome]]


def values(design: TrialDesign) -> dict[str, float]:
    """Return the assumptions by name."""
    return {a.name: a.value for a in design.assumptions}


def first(design: TrialDesign, *places: int) -> tuple[float, ...]:
    """Return assumptions by place."""
    return tuple(design.assumptions[i].value for i in places)


# Responses.


def draw_single(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    for scenario, statistic, p in zip(
        ("null", "alternative"), ("type_i_error", "power"), first(design, 0, 1), strict=True
    ):
        responders = (rng.random((trials, design.n)) < p).sum(axis=1)
        yield scenario, statistic, responders >= (design.boundaries[0].efficacy or 0)


def draw_two_stage(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    rule, p0, p1, _ = planned_rule(design)
    for scenario, statistic, p in (("null", "type_i_error", p0), ("alternative", "power", p1)):
        patients = rng.random((trials, rule.n)) < p
        early = patients[:, : rule.n1].sum(axis=1) <= rule.r1
        yield scenario, "early_stop", early
        yield scenario, statistic, ~early & (patients.sum(axis=1) > rule.r)


def draw_deviation(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    p0, p1 = first(design, 0, 1)
    rule = planned_rule(two_stage_deviation(plan=two_stage(p0=p0, p1=p1), n1=design.boundaries[0].n))[0]
    size = design.n - rule.n1
    need = cutoffs(rule, p0, size)
    for scenario, statistic, p in (("null", "type_i_error", p0), ("alternative", "power", p1)):
        x1 = (rng.random((trials, rule.n1)) < p).sum(axis=1)
        x2 = (rng.random((trials, size)) < p).sum(axis=1)
        yield scenario, statistic, (x1 > rule.r1) & (x2 >= need[x1])


def draw_toxicity(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    looks = np.array([b.n for b in design.boundaries]) - 1
    bounds = np.array([b.futility for b in design.boundaries])
    for scenario, statistic, p in zip(
        ("null", "alternative"), ("type_i_error", "power"), first(design, 0, 1), strict=True
    ):
        harmed = np.cumsum(rng.random((trials, design.n)) < p, axis=1)[:, looks]
        yield scenario, statistic, (harmed >= bounds).any(axis=1)


def draw_both(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    e0, e1, t1, t0 = first(design, 0, 1, 2, 3)
    looks = np.array([b.n for b in design.boundaries]) - 1
    few = np.array([-1 if b.futility is None else b.futility for b in design.boundaries])
    many = np.array([int(b.rule.split(" or more toxicities")[0].split()[-1]) for b in design.boundaries])
    for scenario, statistic, e, t in (
        ("null", "type_i_error", e0, t0), ("alternative", "power", e1, t1),
        ("effective but toxic", "success", e1, t0), ("safe but ineffective", "success", e0, t1),
    ):  # fmt: skip
        respond = np.cumsum(rng.random((trials, design.n)) < e, axis=1)[:, looks]
        harmed = np.cumsum(rng.random((trials, design.n)) < t, axis=1)[:, looks]
        yield scenario, statistic, ((respond > few) & (harmed < many)).all(axis=1)


# Survival.


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Many trials: entry, time to the event, time to dropping out; all shape (trials, n)."""

    entry: Floats
    event: Floats
    leave: Floats

    @classmethod
    def of(
        cls, rng: np.random.Generator, curve: Weibull, trials: int, n: int, accrual: float, dropout: float
    ) -> Trials:
        entry = np.sort(rng.random((trials, n)), axis=1) * accrual
        event = rng.exponential(size=(trials, n)) ** (1 / curve.shape) / curve.rate
        leave = rng.exponential(size=(trials, n)) / dropout if dropout else np.full((trials, n), np.inf)
        return cls(entry, event, leave)

    def seen(self, until: Floats | float) -> tuple[Floats, Bools]:
        """Return follow-up and events at an analysis."""
        time = np.minimum(np.minimum(self.event, self.leave), np.clip(until - self.entry, 0, None))
        return time, self.event <= time


def z_logrank(null: Weibull, time: Floats, event: Bools, *, average: bool = False) -> Floats:
    expected, observed = null.cumulative(time).sum(axis=1), event.sum(axis=1)
    scale = (expected + observed) / 2 if average else expected
    return np.asarray((expected - observed) / np.sqrt(scale))


def kaplan_meier(time: Floats, event: Bools, until: float) -> tuple[Floats, Floats, Floats]:
    """Return sorted times up to a day, survival after each, and the terms of Greenwood's sum."""
    order = np.argsort(time, axis=1)
    time, event = np.take_along_axis(time, order, 1), np.take_along_axis(event, order, 1)
    at_risk = time.shape[1] - np.arange(time.shape[1])
    counts = event & (time <= until)
    survival = np.cumprod(1 - counts / at_risk, axis=1)
    terms = counts / (at_risk * np.maximum(at_risk - 1, 1))
    return np.minimum(time, until), survival, terms


def z_milestone(time: Floats, event: Bools, at: float, s0: float) -> Floats:
    _, survival, terms = kaplan_meier(time, event, at)
    last, spread = survival[:, -1], np.sqrt(terms.sum(axis=1))
    with np.errstate(all="ignore"):
        z = (math.log(-math.log(s0)) - np.log(-np.log(last))) * -np.log(last) / spread
    return np.where(last >= 1, np.inf, np.where(last <= 0, -np.inf, z))


def z_mean(time: Floats, event: Bools, tau: float, mean0: float) -> Floats:
    time, survival, terms = kaplan_meier(time, event, tau)
    gaps = np.diff(time, axis=1, append=tau) * survival
    ahead = np.cumsum(gaps[:, ::-1], axis=1)[:, ::-1]
    mean = time[:, 0] + ahead[:, 0]
    return np.asarray((mean - mean0) / np.sqrt((ahead**2 * terms).sum(axis=1)))


def draw_survival(kind: str) -> Callable[[np.random.Generator, TrialDesign, int], Iterator[Outcome]]:
    """Return what draws trials of one kind of one-stage survival design."""

    def draw(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
        v, limit = values(design), design.boundaries[0].efficacy or 0.0
        span = v.get("accrual", design.n / v.get("accrual rate", math.inf))
        more, lost = v["follow-up after the last entry"], v["hazard of dropping out"]
        if kind in {"expected", "mean"}:
            s0, at, shape, ratio = first(design, 0, 1, 2, 3)
            null = Weibull.through(s0, at=at, shape=shape)
            curves = null, null.proportional(ratio)
        elif kind == "milestone":
            s0, s1, at, shape = first(design, 0, 1, 2, 3)
            null, better = (Weibull.through(s, at=at, shape=shape) for s in (s0, s1))
            curves = null, better
        else:
            tau, mean0, s1, at, shape = first(design, 0, 1, 2, 3, 4)
            rate = brentq(lambda r: mean_within(Weibull(shape=shape, rate=r), tau) - mean0, 1e-6, 1e3)
            curves = Weibull(shape=shape, rate=float(rate)), Weibull.through(s1, at=at, shape=shape)
        for scenario, statistic, curve in zip(("null", "alternative"), ("type_i_error", "power"), curves, strict=True):
            time, event = Trials.of(rng, curve, trials, design.n, span, lost).seen(span + more)
            if kind in {"expected", "mean"}:
                z = z_logrank(curves[0], time, event, average=kind == "mean")
            else:
                z = z_milestone(time, event, at, s0) if kind == "milestone" else z_mean(time, event, tau, mean0)
            yield scenario, statistic, z > limit

    return draw


def draw_two_looks(rng: np.random.Generator, design: TrialDesign, trials: int) -> Iterator[Outcome]:
    """The look comes when patient n1 would enter; those before enter evenly until then, the others evenly after."""
    s0, at, shape, ratio, rate, more, lost = first(design, 0, 1, 2, 3, 4, 5, 6)
    null = Weibull.through(s0, at=at, shape=shape)
    look, end = design.boundaries
    n1, span = look.n or 0, design.n / rate
    turn = n1 / rate
    for scenario, statistic, curve in (
        ("null", "type_i_error", null),
        ("alternative", "power", null.proportional(ratio)),
    ):
        drawn = Trials.of(rng, curve, trials, design.n, 1.0, lost)
        before, after = rng.random((trials, n1)) * turn, turn + rng.random((trials, design.n - n1)) * (span - turn)
        drawn = Trials(np.concatenate([before, after], axis=1), drawn.event, drawn.leave)
        time, event = drawn.seen(turn)
        early = z_logrank(null, time[:, :n1], event[:, :n1]) <= (look.futility or 0.0)
        yield scenario, "early_stop", early
        yield scenario, statistic, ~early & (z_logrank(null, *drawn.seen(span + more)) > (end.efficacy or 0.0))


def cases() -> Iterator[Case]:
    """Yield all designs."""

    def exact(name: str, design: TrialDesign, draw: Callable[..., Iterator[Outcome]]) -> Case:
        return Case(name=name, kind="exact", design=design, trials=COUNTED, draw=draw)

    plan = two_stage(p0=0.1, p1=0.3)
    yield exact("one stage, A'Hern", single_stage(p0=0.1, p1=0.3), draw_single)
    yield exact("one stage, Fleming", single_stage(p0=0.2, p1=0.4, method="fleming"), draw_single)
    yield exact("one stage, at most 16", single_stage(p0=0.1, p1=0.3, max_n=16), draw_single)
    yield exact("Simon, optimal", plan, draw_two_stage)
    yield exact("Simon, minimax", two_stage(p0=0.2, p1=0.4, criterion="minimax"), draw_two_stage)
    yield exact("Simon, 12 then 15 instead of 10 then 19", two_stage_deviation(plan=plan, n1=12, n2=15), draw_deviation)
    yield exact("milestone, counted", milestone(s0=0.4, s1=0.6, at=6, accrual=24, follow_up=6), draw_single)
    yield exact("toxicity, Pocock-type", toxicity_monitoring(p_limit=0.2, n=24, p_high=0.4), draw_toxicity)
    bayesian = toxicity_monitoring(p_limit=0.2, n=24, p_high=0.4, boundary="bayesian", looks=(6, 12, 18, 24))
    yield exact("toxicity, Bayesian", bayesian, draw_toxicity)
    both = efficacy_toxicity(response0=0.2, response1=0.4, toxicity0=0.4, toxicity1=0.2, n=40, looks=(10, 20, 30))
    yield exact("response and toxicity", both, draw_both)
    yield from _log_rank()
    for small in (True, False):
        yield from _survival(small)


def _log_rank() -> Iterator[Case]:
    """Yield one-sample log-rank tests in one stage."""
    late = {"s0": 0.5, "at": 9, "shape": 0.8, "accrual": 24, "follow_up": 3, "dropout": 0.01}
    for variance, name in (("expected", "one-sample log-rank"), ("mean", "one-sample log-rank, mean variance")):
        for method, more in (("normal", ""), ("exact", ", exact")):
            one = one_sample_logrank(**late, hazard_ratio=0.6, variance=variance, method=method)
            yield Case(name=name + more, kind="exact", design=one, trials=FOLLOWED, draw=draw_survival(variance))
        few = one_sample_logrank(**late, hazard_ratio=0.6, variance=variance, max_n=16)
        yield Case(name=f"{name}, at most 16", kind="exact", design=few, trials=FOLLOWED, draw=draw_survival(variance))
    once = {"s0": 0.5, "at": 6, "hazard_ratio": 0.5, "accrual_rate": 3, "follow_up": 6}
    one = one_sample_logrank(**once)
    yield Case(name="one-sample log-rank, 3 a month", kind="exact", design=one, trials=FOLLOWED,
               draw=draw_survival("expected"))  # fmt: skip


def _survival(small: bool) -> Iterator[Case]:
    """Yield designs that are simulated themselves or approximate; larger ones look for smaller effects."""
    late = {"accrual": 24, "follow_up": 3, "dropout": 0.01}
    size = "" if small else ", larger"
    one = milestone(s0=0.4, s1=0.6 if small else 0.5, at=6, shape=0.8, **late)
    yield Case(name=f"milestone, log(-log S){size}", kind="simulated", design=one, trials=SURVIVAL,
               draw=draw_survival("milestone"))  # fmt: skip
    looks = one_sample_logrank_two_stage(s0=0.5, at=9, hazard_ratio=0.6 if small else 0.75, dropout=0.01, follow_up=12,
                                         accrual_rate=1.5 if small else 6)  # fmt: skip
    yield Case(name=f"one-sample log-rank, two stages{size}", kind="simulated", design=looks, trials=SURVIVAL,
               draw=draw_two_looks)  # fmt: skip
    mean = restricted_mean(tau=12, mean0=6.0 if small else 6.8, s1=0.6, at=6, accrual=24, follow_up=6, dropout=0.01)
    yield Case(name=f"restricted mean{size}", kind="normal", design=mean, trials=SURVIVAL,
               draw=draw_survival("restricted mean"))  # fmt: skip


def confirm(case: Case, number: int) -> list[Row]:
    """Draw the trials of one case."""
    rng = np.random.default_rng([SEED, number])
    hits: dict[tuple[str, str], float] = {}
    parts = range(0, case.trials, _AT_ONCE)
    for _ in parts:
        for scenario, statistic, outcome in case.draw(rng, case.design, _AT_ONCE):
            hits[scenario, statistic] = hits.get((scenario, statistic), 0.0) + float(outcome.mean()) / len(parts)
    rows = []
    for (scenario, statistic), seen in hits.items():
        for name in (statistic, FORMULAS.get(statistic, "")):
            found = case.design.characteristics.select(name, group=(("scenario", scenario),)).rows if name else ()
            if not found and name == statistic:
                raise ValueError(f"{case.name}: no {statistic}")
            kind = case.kind if name == statistic else "formula"
            drawn = trials_for(case.design.n) if kind == "simulated" else 0
            rows += [Row(design=case.name, kind=kind, n=case.design.n, scenario=scenario, statistic=name, drawn=drawn,
                         calculated=float(row.value or 0), simulated=seen, trials=case.trials)
                     for row in found]  # fmt: skip
    return rows


def read() -> list[Row]:
    """Return the rows that are kept."""
    return [Row(**row) for row in json.loads(RESULT.read_text(encoding="utf-8"))["rows"]]


def table(rows: list[Row]) -> str:
    """Return the tables of the page: what designs print, and what formulas say."""
    words = {"type_i_error": "type I error", "power": "power", "early_stop": "early stop", "success": "success"}
    words |= {formula: words[statistic] for statistic, formula in FORMULAS.items()}
    lines = ["| design | n | if the truth is | | printed | simulated | difference in standard errors |",
             "|---|--:|---|---|--:|--:|--:|"]  # fmt: skip
    formulas = ["| design | n | | formula | simulated | off by, in points |", "|---|--:|---|--:|--:|--:|"]
    for row in rows:
        what = words[row.statistic]
        if row.kind == "formula":
            off = 100 * (row.calculated - row.simulated)
            seen = f"{row.calculated:.4f} | {row.simulated:.4f} | {off:+.1f} |"
            formulas.append(f"| {row.design} | {row.n} | {what} | {seen}")
            continue
        name = row.design + ("" if row.kind == "exact" else f" ({row.kind})")
        seen = f"{row.calculated:.4f} | {row.simulated:.4f} | {row.distance:+.1f} |"
        lines.append(f"| {name} | {row.n} | {row.scenario} | {what} | {seen}")
    return "\n".join(lines) + "\n\nThe formulas, for what they are:\n\n" + "\n".join(formulas) + "\n"


def main() -> None:
    """Draw everything and write both files."""
    rows = [row for i, case in enumerate(cases()) for row in confirm(case, i)]
    text = json.dumps({"seed": SEED, "rows": [asdict(row) for row in rows]}, indent=1)
    RESULT.write_text(text + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(rows) + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
