"""Randomised designs simulated patient by patient, beside what they promise (docs/methods/designs-randomised.md).

``python -m scripts.confirm_designs_randomised`` from the project's folder writes
``tests/validation/designs_randomised_confirmed.json`` and the tables of the page; a few minutes. What a design prints
must agree within three Monte Carlo standard errors; what a textbook formula says stands in a table of its own. Trials
are rows of arrays and patients are columns. The seed is fixed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.design.log_rank import logrank_trial
from glisson.design.plan import TrialDesign
from glisson.design.reestimation import promising_zone
from glisson.design.rmst import rmst_trial
from glisson.design.selection import selection_response, selection_survival
from glisson.design.sequences import Strategy, delayed_start
from glisson.design.sequential import group_sequential
from glisson.design.smart import FirstTreatment, smart_trial
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.stratified import Stratum, stratified_logrank
from glisson.design.two_arms import MONTH, CrossOver, TwoArms
from glisson.kernels.courses import Course
from glisson.kernels.promising import Promising

Floats = NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods" / "designs-randomised.md"
BEGIN, END = "<!-- simulated: begin -->\n", "<!-- simulated: end -->\n"
RESULT = PAGE.parents[2] / "tests" / "validation" / "designs_randomised_confirmed.json"
SEED, TRIALS = 20260101, 40_000
#: Powers by a formula that is known to approximate; the others have to agree.
FORMULA = "power by formula"


@dataclass(frozen=True, slots=True)
class Row:
    """One promise and what came of it."""

    design: str
    statistic: str
    promised: float
    seen: float
    error: float

    @property
    def apart(self) -> float:
        """Distance in Monte Carlo standard errors."""
        return (self.seen - self.promised) / self.error


@dataclass(frozen=True, slots=True)
class Trials:
    """Patients of simulated trials, shape (B, n): entry, months to the event, months to being lost, new treatment."""

    entry: Floats
    event: Floats
    lost: Floats
    new: NDArray[np.bool_]

    def month_of(self, events: int | NDArray[np.int64]) -> Floats:
        """Return the month of the d-th event of each trial, infinite where there is none; d may differ by trial."""
        when = np.sort(np.where(self.event <= self.lost, self.entry + self.event, np.inf), axis=1)
        which = np.broadcast_to(np.asarray(events), (len(when),))
        return np.asarray(when[np.arange(len(when)), which - 1])

    def seen_by(self, month: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Return time on study, minus one where not entered yet, and whether the event was seen."""
        left = month[:, None] - self.entry
        time = np.minimum(np.minimum(self.event, self.lost), left)
        seen = (self.event <= self.lost) & (self.entry + self.event <= month[:, None])  # as rounded in month_of
        return np.where(left > 0, time, -1.0), seen

    def score(self, month: Floats, margin: float = 1.0) -> tuple[Floats, Floats]:
        """Return the log-rank score in favour of the new treatment, and its variance, by a month in each trial."""
        time, seen = self.seen_by(month)
        return logrank(time, seen, self.new, margin)

    def take(self, patients: NDArray[np.int64] | slice) -> Trials:
        """Return some of the patients of every trial."""
        return Trials(self.entry[:, patients], self.event[:, patients], self.lost[:, patients], self.new[:, patients])


def logrank(
    time: Floats, seen: NDArray[np.bool_], new: NDArray[np.bool_], margin: float = 1.0
) -> tuple[Floats, Floats]:
    """Return expected minus observed events under the new treatment, and the variance; no two times are equal."""
    order = np.argsort(-time, axis=1)
    sorted_new = np.take_along_axis(new, order, axis=1)
    event = np.take_along_axis(seen, order, axis=1)
    risk_new = np.cumsum(sorted_new, axis=1) * margin
    share = risk_new / (risk_new + np.cumsum(~sorted_new, axis=1))
    return ((share - sorted_new) * event).sum(axis=1), (share * (1 - share) * event).sum(axis=1)


def times(course: Course, shape: tuple[int, int], rng: np.random.Generator, *, crossing: CrossOver | None) -> Floats:
    """Return times of a piecewise exponential course; some cross over at progression."""
    hazard, starts = course.event[:, 0], course.starts
    before = np.concatenate([[0.0], np.cumsum(hazard[:-1] * np.diff(starts))])

    def cumulative(t: Floats) -> Floats:
        k = np.searchsorted(starts, t, side="right") - 1
        return np.asarray(before[k] + hazard[k] * (t - starts[k]))

    def inverse(h: Floats) -> Floats:
        k = np.searchsorted(before, h, side="right") - 1
        return np.asarray(starts[k] + (h - before[k]) / hazard[k])

    wanted = rng.standard_exponential(shape)
    if crossing is None:
        return inverse(wanted)
    progression = rng.standard_exponential(shape) * crossing.median_months_to_progression / math.log(2)
    reached = cumulative(progression)
    crosses = (rng.random(shape) < crossing.share) & (reached < wanted)
    return inverse(np.where(crosses, reached + (wanted - reached) / crossing.hazard_ratio_after, wanted))


def patients(arms: TwoArms, design: TrialDesign, rng: np.random.Generator) -> Trials:
    """Return trials of the size of a design."""
    n = design.n
    new_n = round(n * arms.treated)
    new = np.zeros((TRIALS, n), dtype=bool)
    new[:, n - new_n :] = True
    event = np.hstack([
        times(arms.control(), (TRIALS, n - new_n), rng, crossing=arms.cross_over),
        times(arms.new(), (TRIALS, new_n), rng, crossing=None),
    ])  # fmt: skip
    accrual = arms.accrual(n)
    # Entry times are uniform in the number entered.
    grid = np.linspace(0, accrual.end, 4001)
    entry = np.interp(rng.random((TRIALS, n)) * n, accrual.entered(grid), grid)
    lost = rng.standard_exponential((TRIALS, n)) / arms.dropout if arms.dropout else np.full((TRIALS, n), np.inf)
    return Trials(entry, event, lost, new)


def share(design: str, statistic: str, promised: float | None, hits: NDArray[np.bool_]) -> Row:
    """Return a row for a probability."""
    p = float(promised if promised is not None else math.nan)
    return Row(design, statistic, p, float(hits.mean()), math.sqrt(p * (1 - p) / len(hits)))


def powers(name: str, design: TrialDesign, hits: NDArray[np.bool_]) -> Iterator[Row]:
    """Return the power that the design prints, and that by the formula, which is shown beside."""
    for statistic, label in (("power", "power"), ("power_by_formula", FORMULA)):
        yield share(name, label, design.characteristics.one(statistic).value, hits)


def mean(design: str, statistic: str, promised: float | None, values: Floats) -> Row:
    """Return a row for a mean."""
    error = float(values.std(ddof=1) / math.sqrt(len(values)))
    return Row(design, statistic, float(promised if promised is not None else math.nan), float(values.mean()), error)


def logrank_rows(name: str, arms: TwoArms, rng: np.random.Generator, **asked: Any) -> Iterator[Row]:
    """One log-rank test."""
    design = logrank_trial(arms=arms, **asked)
    margin = asked.get("non_inferiority_margin")
    at = arms.accrual(design.n).end + arms.follow_up_months
    for scenario, group in ((arms.under_null(margin), NULL), (arms, ALTERNATIVE)):
        trials = patients(scenario, design, rng)
        score, variance = trials.score(trials.month_of(int(design.events or 0)), margin or 1.0)
        z, critical = score / np.sqrt(variance), float(design.boundaries[0].efficacy or 0.0)
        rows = design.characteristics
        if group == NULL:
            two = asked.get("sided", 2) == 2
            yield share(name, "type_i_error", rows.one("type_i_error").value, (np.abs(z) if two else z) >= critical)
        else:
            yield from powers(name, design, z >= critical)
        seen = trials.seen_by(np.full(TRIALS, at))[1].sum(axis=1).astype(np.float64)
        yield mean(name, f"events by month {at:.1f}, {group[0][1]}", scenario.events(design.n, at), seen)


def sequential_rows(arms: TwoArms, rng: np.random.Generator) -> Iterator[Row]:
    """Three looks with futility, obeyed."""
    name = "group sequential, futility obeyed"
    design = group_sequential(arms=arms, information=(1 / 3, 2 / 3, 1), futility="obrien-fleming-type", binding=True)
    rows = design.characteristics
    for scenario, group in ((arms.under_null(), NULL), (arms, ALTERNATIVE)):
        trials = patients(scenario, design, rng)
        going = np.ones(TRIALS, dtype=bool)
        success, events = np.zeros(TRIALS, dtype=bool), np.zeros(TRIALS)
        for b in design.boundaries:
            score, variance = trials.score(trials.month_of(int(b.events or 0)))
            z = score / np.sqrt(variance)
            wins = going & (z >= float(b.efficacy or 0.0))
            ends = wins | (
                going & (z <= b.futility) if b.futility is not None else going & (b is design.boundaries[-1])
            )
            success |= wins
            events[ends] = float(b.events or 0)
            going &= ~ends
        if group == NULL:
            yield share(name, "type_i_error", rows.one("type_i_error").value, success)
        else:
            yield from powers(name, design, success)
        early = events < float(design.events or 0)
        yield share(name, f"early stop, {group[0][1]}", rows.one("early_stop", group=group).value, early)
        yield mean(name, f"events, {group[0][1]}", rows.one("expected_events", group=group).value, events)


def restricted(time: Floats, seen: NDArray[np.bool_], horizon: float) -> tuple[Floats, Floats]:
    """Return areas under Kaplan-Meier curves and their variances (Greenwood), shape (B,)."""
    order = np.argsort(time, axis=1)
    t, d = np.take_along_axis(time, order, axis=1), np.take_along_axis(seen, order, axis=1)
    n = t.shape[1]
    risk = n - np.arange(n)
    event = d & (t <= horizon)
    survival = np.cumprod(np.where(event, 1 - 1 / risk, 1.0), axis=1)
    stops = np.minimum(np.hstack([t, np.full((len(t), 1), horizon)]), horizon)
    steps = np.diff(stops, axis=1) * survival
    area = np.minimum(t[:, 0], horizon) + steps.sum(axis=1)
    rest = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    greenwood = np.where(event & (risk > 1), 1 / (risk * np.maximum(risk - 1, 1)), 0.0)
    return area, (rest**2 * greenwood).sum(axis=1)


def mean_rows(name: str, trials: Trials, at: float, horizon: float, design: TrialDesign) -> Iterator[Row]:
    """A comparison of restricted means, in months."""
    time, seen = trials.seen_by(np.full(TRIALS, at))
    new = trials.new[0]
    (m0, v0), (m1, v1) = (restricted(time[:, keep], seen[:, keep], horizon) for keep in (~new, new))
    rows = design.characteristics
    z = (m1 - m0) / np.sqrt(v0 + v1)
    yield share(name, "power", rows.one("power").value, z >= float(design.boundaries[0].efficacy or 0.0))
    yield mean(name, "difference of means, months", (rows.one("rmst_difference").value or 0.0) / MONTH, m1 - m0)


def stratified_rows(arms: TwoArms, rng: np.random.Generator) -> Iterator[Row]:
    """Two strata; the test with and without them."""
    name, strata = "stratified log-rank", {
        "liver only": Stratum(share=0.5, control_median_months=18),
        "spread": Stratum(share=0.5, control_median_months=5),
    }  # fmt: skip
    design = stratified_logrank(arms=arms, strata=strata)
    trials, half = patients(arms, design, rng), (np.arange(design.n) % 2).astype(bool)
    months = np.where(half, 18.0, 5.0) / 10.0
    trials = Trials(trials.entry, trials.event * months, trials.lost, trials.new)
    month = trials.month_of(int(design.events or 0))
    parts = [trials.take(np.flatnonzero(keep)).score(month) for keep in (half, ~half)]
    z = sum(s for s, _ in parts) / np.sqrt(sum(v for _, v in parts))
    rows = design.characteristics
    yield from powers(name, design, z >= 1.959964)
    trials = patients(arms, design, rng)
    months = np.where(rng.random(trials.event.shape) < 0.5, 18.0, 5.0) / 10.0
    trials = Trials(trials.entry, trials.event * months, trials.lost, trials.new)
    score, variance = trials.score(trials.month_of(int(design.events or 0)))
    yield share(name, "power where strata are ignored", rows.one("unstratified_power").value,
                score / np.sqrt(variance) >= 1.959964)  # fmt: skip


def selection_rows(rng: np.random.Generator) -> Iterator[Row]:
    """Three treatments."""
    design = selection_response(response=0.2, difference=0.15)
    each = design.n // 3
    counts = rng.binomial(each, [0.2, 0.2, 0.35], (TRIALS, 3)) + rng.random((TRIALS, 3)) / 2
    promised = design.characteristics.one("correct_selection").value
    yield share("selection, responders", "best picked", promised, counts.argmax(axis=1) == 2)
    design = selection_survival(median_months=10, hazard_ratio=2 / 3, accrual_per_month=3, follow_up_months=12)
    each = design.n // 3
    end = design.n / 3.0
    entry = rng.random((TRIALS, 3, each)) * end
    hazard = math.log(2) / 10 * np.array([1, 1, 2 / 3])[:, None]
    event = rng.standard_exponential((TRIALS, 3, each)) / hazard
    seen = event <= end + 12 - entry
    rate = seen.sum(axis=2) / np.minimum(event, end + 12 - entry).sum(axis=2)
    promised = design.characteristics.one("correct_selection").value
    yield share("selection, survival", "best picked", promised, rate.argmin(axis=1) == 2)


def promising_rows(arms: TwoArms, rng: np.random.Generator) -> Iterator[Row]:
    """Events raised after a promising look, from survival times."""
    name, design = "promising zone", promising_zone(arms=arms)
    first, final = design.boundaries
    planned = int(design.characteristics.one("planned_events").value or 0)
    rule = Promising(time=int(first.events or 0) / planned, critical=float(final.efficacy or 0.0), most=1.5,
                     target=0.8, least=0.36)  # fmt: skip
    for scenario, group in ((arms.under_null(), NULL), (arms, ALTERNATIVE)):
        trials = patients(scenario, design, rng)
        s1, v1 = trials.score(trials.month_of(int(first.events or 0)))
        z1 = s1 / np.sqrt(v1)
        total = np.minimum(np.round(planned * (rule.time + rule.second(z1))), float(final.events or 0)).astype(np.int64)
        s2, v2 = trials.score(trials.month_of(total))
        z = math.sqrt(rule.time) * z1 + math.sqrt(1 - rule.time) * (s2 - s1) / np.sqrt(v2 - v1)
        rows = design.characteristics
        if group == NULL:
            yield share(name, "type_i_error", rows.one("type_i_error").value, z >= rule.critical)
        else:
            yield from powers(name, design, z >= rule.critical)
        yield share(name, f"increase, {group[0][1]}", rows.one("increase", group=group).value, total > planned)


def strategy_times(strategy: Strategy, n: int, rng: np.random.Generator) -> Floats:
    """Return survival times of a strategy."""
    unit = 1 / math.log(2)
    first = rng.standard_exponential((TRIALS, n)) * strategy.first_median_months * unit
    second = rng.random((TRIALS, n)) < strategy.get_second
    median = np.where(second, strategy.second_median_months, strategy.untreated_median_months)
    after = rng.standard_exponential((TRIALS, n)) * median * unit
    return first + np.where(rng.random((TRIALS, n)) < strategy.die_first, 0.0, after)


def order_rows(rng: np.random.Generator) -> Iterator[Row]:
    """A treatment first or at progression."""
    tace = Strategy(name="TACE first", first_median_months=8, die_first=0.1, get_second=0.6,
                    second_median_months=9, untreated_median_months=3)  # fmt: skip
    chemo = Strategy(name="chemotherapy first", first_median_months=4, die_first=0.1, get_second=0.5,
                     second_median_months=10, untreated_median_months=3)  # fmt: skip
    design = delayed_start(first=tace, later=chemo, horizon_months=24, accrual_per_month=3, follow_up_months=12)
    n, half = design.n, design.n // 2
    event = np.hstack([strategy_times(chemo, half, rng), strategy_times(tace, half, rng)])
    new = np.broadcast_to(np.arange(n) >= half, (TRIALS, n))
    trials = Trials(rng.random((TRIALS, n)) * n / 3, event, np.full((TRIALS, n), np.inf), new)
    yield from mean_rows("first or at progression", trials, n / 3 + 12, 24.0, design)


def smart_rows(rng: np.random.Generator) -> Iterator[Row]:
    """Two randomisations, weighted proportions."""
    treatments = {
        "TACE": FirstTreatment(controlled=0.6, alive_controlled=0.75, salvage={"doxorubicin": 0.4, "other": 0.35}),
        "doxorubicin": FirstTreatment(controlled=0.4, alive_controlled=0.6, salvage={"TACE": 0.3, "other": 0.25}),
    }
    regimes = (("TACE", "doxorubicin"), ("doxorubicin", "TACE"))
    design = smart_trial(treatments=treatments, compare=regimes, milestone_months=18, accrual_per_month=4)
    n = design.n
    arm, option = (rng.random((TRIALS, n)) < 0.5 for _ in range(2))
    values, variances = [], []
    for (first, second), mine in zip(regimes, (arm, ~arm), strict=True):
        t = treatments[first]
        controlled = rng.random((TRIALS, n)) < t.controlled
        alive = rng.random((TRIALS, n)) < np.where(controlled, t.alive_controlled, t.salvage[second])
        weight = mine * np.where(controlled, 2.0, 4.0 * option)
        value = (weight * alive).sum(axis=1) / weight.sum(axis=1)
        values.append(value)
        residual = weight * (alive - value[:, None])
        variances.append((residual**2).sum(axis=1) / weight.sum(axis=1) ** 2)
    z = (values[0] - values[1]) / np.sqrt(variances[0] + variances[1])
    yield from powers("SMART", design, z >= 1.959964)
    difference = treatments["TACE"].value("doxorubicin") - treatments["doxorubicin"].value("TACE")
    yield mean("SMART", "difference of regimes", difference, values[0] - values[1])


def arms(ratio: float | dict[float, float] = 0.5, **more: object) -> TwoArms:
    """Return the arms of the page."""
    given = {"control_median_months": 10, "accrual_per_month": 3, "follow_up_months": 12, "dropout_a_year": 0.05}
    return TwoArms(hazard_ratio=ratio, **(given | more))  # type: ignore[arg-type]


def log_rank_cases() -> Iterator[tuple[str, TwoArms, dict[str, Any]]]:
    """Yield names, arms and what is asked of trials with one log-rank test."""
    yield "log-rank", arms(), {}
    yield "log-rank, to its full power", arms(), {"method": "score"}
    yield "log-rank, 40 patients", arms(), {"max_n": 40}
    yield "log-rank, two to one", arms(0.6, allocation=2), {}
    yield "log-rank, one to two", arms(allocation=0.5), {}
    margin = {"non_inferiority_margin": 1.5, "sided": 1, "alpha": 0.05}
    yield "log-rank, non-inferiority 1.5", arms(0.9), margin
    yield "log-rank, effect after 3 months", arms({0: 1.0, 3: 0.5}), {}
    crossing = CrossOver(share=0.6, median_months_to_progression=4, hazard_ratio_after=0.7)
    yield "log-rank, cross-over", arms(cross_over=crossing), {}


def all_rows() -> Iterator[Row]:
    """Every design."""
    rng = np.random.default_rng(SEED)

    for name, assumed, asked in log_rank_cases():
        yield from logrank_rows(name, assumed, rng, **asked)
    yield from sequential_rows(arms(), rng)
    design = rmst_trial(arms=arms(), horizon_months=24)
    yield from mean_rows(
        "restricted mean", patients(arms(), design, rng), arms().accrual(design.n).end + 12, 24.0, design
    )
    yield from stratified_rows(arms(), rng)
    yield from promising_rows(arms(), rng)
    yield from selection_rows(rng)
    yield from order_rows(rng)
    yield from smart_rows(rng)


def is_formula(row: Row) -> bool:
    """Return whether a row is a formula's, which only approximates."""
    return row.statistic == FORMULA


def read() -> list[Row]:
    """Return the rows that are kept."""
    return [Row(**row) for row in json.loads(RESULT.read_text(encoding="utf-8"))["rows"]]


def table(rows: list[Row]) -> str:
    """Return the tables in Markdown: what designs print, and what formulas say."""
    head = "| design | statistic | printed | simulated | Monte Carlo SE | apart, in SE |\n|---|---|--:|--:|--:|--:|\n"
    first = head + "".join(
        f"| {r.design} | {r.statistic.replace('_', ' ')} | {r.promised:.4g} | {r.seen:.4g} | {r.error:.2g} "
        f"| {r.apart:+.1f} |\n"
        for r in rows
        if not is_formula(r)
    )
    second = "| design | power by formula | simulated | off by, in points |\n|---|--:|--:|--:|\n" + "".join(
        f"| {r.design} | {r.promised:.4g} | {r.seen:.4g} | {100 * (r.promised - r.seen):+.1f} |\n"
        for r in rows
        if is_formula(r)
    )
    return f"{first}\nThe formulas, for what they are:\n\n{second}"


def main() -> None:
    """Draw everything and write both files."""
    rows = list(all_rows())
    text = json.dumps({"seed": SEED, "trials": TRIALS, "rows": [asdict(row) for row in rows]}, indent=1)
    RESULT.write_text(text + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(rows) + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
