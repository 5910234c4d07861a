"""A simulated trial as a document: how it behaves under each truth, look by look, with Monte Carlo limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from glisson.design.citations import MEHTA
from glisson.design.simulation_file import Simulation
from glisson.design.two_arms import endpoint_words
from glisson.present.document import Block, Document, FigureBlock, Heading, ListBlock, Paragraph, TableBlock
from glisson.present.figures.forest import ForestAxis, ForestFigure, ForestRow, Mark
from glisson.present.figures.lines import axis
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.design import characteristic
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, plural, sentence_case
from glisson.simulation import STATISTICS, Periods, Scenario
from glisson.tables import Estimate, Estimates

_WHOLE = (
    ("rejection_rate", "Success"), ("expected_n", "Patients"), ("expected_events", "Events"),
    ("duration", "Duration, months"), ("hazard_ratio", "Hazard ratio, geometric mean"),
    ("hazard_ratio_rejected", "The same, successes only"),
    ("events_raised", "Events raised after the first look"),
)  # fmt: skip
#: Of a choice, one row a treatment.
_CHOICE = (("picked", "{}: chosen"), ("picked_and_rejected", "{}: chosen, and success"))
_LOOKS = (
    ("reached", "Reached"), ("efficacy_stop", "Success"), ("futility_stop", "Futility"), ("look_day", "Month"),
    ("look_patients", "Patients"), ("look_events", "Events"), ("look_ratio", "Hazard ratio"),
)  # fmt: skip
_REFERENCES = (
    "Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical methods. "
    "Stat Med 2019;38:2074-2102.",
    "Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212.",
)


def simulation_document(simulation: Simulation, rows: Estimates, words: Words | None = None) -> Document:
    """Return the operating characteristics of a simulated trial.

    Parameters
    ----------
    simulation
        What was asked for.
    rows
        Estimates of every scenario, from ``glisson.simulation.simulate``.
    words
        How numbers are written.
    """
    style = words or Words.of("ama")
    raised = any(s.reestimation for s in simulation.scenarios)
    blocks: list[Block] = [
        Paragraph(text=_answer(simulation, rows, style), kind="answer"),
        Heading(text="How it behaves", anchor="behaviour-h"),
        TableBlock(table=scenarios_table(simulation.scenarios, rows, style, simulation.trials)),
        operating_figure(simulation.scenarios, rows, style),
        Heading(text="Look by look", anchor="looks-h"),
        TableBlock(table=looks_table(simulation.scenarios, rows, style)),
        Heading(text="What was assumed", anchor="assumed-h"),
        *(Paragraph(lead=f"{sentence_case(s.name)}. ", text=_assumed(s)) for s in simulation.scenarios),
        Heading(text="References", anchor="references-h"),
        ListBlock(items=_REFERENCES + ((MEHTA,) if raised else ()), numbered=True),
    ]
    return Document(
        title=simulation.title,
        subtitle=f"{simulation.trials:,} simulated trials of each of {plural(len(simulation.scenarios), 'scenario')}",
        banner="",
        blocks=tuple(blocks),
        colophon=f"Produced by glisson {version('glisson')}, seed {simulation.seed}.",
    )


def scenarios_table(scenarios: Sequence[Scenario], rows: Estimates, words: Words, trials: int) -> TableModel:
    """Return one row a characteristic, one column a scenario."""
    wanted = [(s, "", h) for s, h in _WHOLE if any(e.value is not None for e in rows.select(s))]
    treatments = dict.fromkeys(e.detail for e in rows.select("picked"))
    chosen = [(code, name, sentence_case(h.format(name))) for name in treatments for code, h in _CHOICE]
    wanted[1:1] = chosen
    return TableModel(
        name="scenarios",
        title=f"Operating characteristics, {trials:,} trials of each scenario",
        columns=(text_column("", 1.6), *(Column(heading=sentence_case(s.name), width=1.4) for s in scenarios)),
        rows=tuple(Row(cells=(h, *(_cell(rows, s, code, words, d) for s in scenarios))) for code, d, h in wanted),
        notes=("In parentheses the limits of the Monte Carlo error, 95%. Patients, events and months are means.",),
        wide=len(scenarios) > 4,
    )


def operating_figure(scenarios: Sequence[Scenario], rows: Estimates, words: Words) -> FigureBlock:
    """Return probability of success and duration by scenario, with Monte Carlo limits, as a figure."""
    found = [tuple(_first(rows, s, code) for code in ("rejection_rate", "duration")) for s in scenarios]
    marks = [(_mark(success, 1.0, words), _mark(time, 1 / DAYS_PER_MONTH, words)) for success, time in found]
    longest = max((m.high or m.value or 0.0 for _, m in marks), default=1.0)
    months = axis("Months", 0.0, longest)
    data = ForestFigure(
        rows=tuple(ForestRow(label=sentence_case(s.name), marks=m) for s, m in zip(scenarios, marks, strict=True)),
        axes=(
            ForestAxis(heading="Success, %", text_heading="Success (95% limits)", end=1.0, ticks=(0.0, 0.5, 1.0),
                       tick_labels=("0", "50", "100"), reference=None),
            ForestAxis(heading="Duration, months", text_heading="Months (95% limits)", end=max(longest, months.high),
                       ticks=months.ticks, tick_labels=tuple(f"{t:g}" for t in months.ticks), reference=None),
        ),
        counts=False,
    )  # fmt: skip
    said = "; ".join(f"{s.name} {m[0].text}" for s, m in zip(scenarios, marks, strict=True))
    return FigureBlock(
        name="operating", title="Probability of success and expected duration by scenario",
        text="Lines are the 95% limits of the Monte Carlo error, often narrower than the mark.", data=data,
        alt=f"Probability of success by scenario: {said}.",
    )  # fmt: skip


def _first(rows: Estimates, scenario: Scenario, statistic: str) -> Estimate | None:
    return next(iter(rows.select(statistic, group=(("scenario", scenario.name),), detail="")), None)


def _mark(e: Estimate | None, scale: float, words: Words) -> Mark:
    if e is None or e.value is None:
        return Mark(value=None, low=None, high=None, text=NOTHING_TO_PRINT)
    low, high = (None if x is None else x * scale for x in (e.low, e.high))
    return Mark(value=e.value * scale, low=low, high=high, text=characteristic(e, words))


def looks_table(scenarios: Sequence[Scenario], rows: Estimates, words: Words) -> TableModel:
    """Return one row a look, a section a scenario."""
    wanted = [(s, h) for s, h in _LOOKS if any(e.value for e in rows.select(s))]
    lines: list[Row] = []
    for scenario in scenarios:
        lines.append(section(sentence_case(scenario.name)))
        for i, _ in enumerate(scenario.looks, start=1):
            cells = [_cell(rows, scenario, code, words, f"look {i}", bare=True) for code, _ in wanted]
            lines.append(Row(cells=(f"Look {i}", *cells), indent=1))
    return TableModel(
        name="looks",
        title="When the trial stops",
        columns=(text_column("Look", 1.2), *(Column(heading=h, width=1.3) for _, h in wanted)),
        rows=tuple(lines),
        notes=("Shares are of all trials, patients, events and months means over the trials that reached the look.",),
    )


def _cell(
    rows: Estimates, scenario: Scenario, statistic: str, words: Words, detail: str = "", *, bare: bool = False
) -> str:
    found = rows.select(statistic, group=(("scenario", scenario.name),), detail=detail)
    if not len(found):
        return NOTHING_TO_PRINT
    return characteristic(replace(found.rows[0], low=None, high=None) if bare else found.rows[0], words)


def _answer(simulation: Simulation, rows: Estimates, words: Words) -> str:
    said = [f"{s.name} {_cell(rows, s, 'rejection_rate', words)}" for s in simulation.scenarios]
    n = max(s.n for s in simulation.scenarios)
    return f"At most {plural(n, 'patient')}. Probability of success by scenario: {'; '.join(said)}."


def _assumed(s: Scenario) -> str:
    arms = "; ".join(_arm(s, i) for i in range(len(s.arms)))
    within = " within strata" if s.statistic.stratified else ""
    said = [
        f"{plural(s.n, 'patient')}, accrual planned to end in month {s.accrual_end / 30.4375:.1f}; {arms}.",
        f"Decided by the {STATISTICS[s.statistic.name].words}{within}, endpoint {endpoint_words(s.endpoint)}.",
        *_adapted(s),
    ]
    return " ".join(said)


def _adapted(s: Scenario) -> list[str]:
    """Return sentences about strata, the choice of a treatment and raised events."""
    said = []
    if s.strata:
        groups = (f"{x.name} {x.share:.0%} of patients, hazard times {_by_month(x.ratio)}" for x in s.strata)
        said.append(f"Strata: {'; '.join(groups)}.")
    if s.selection is not None:
        c = s.selection
        wait = f", {c.wait / DAYS_PER_MONTH:.3g} months after the last of them entered" if c.wait else ""
        best = {"hazard": "fewest events over time at risk", "response": "the highest share of responders"}.get(c.by)
        best = best or f"the highest Kaplan-Meier survival at month {(c.at or 0.0) / DAYS_PER_MONTH:.3g}"
        said.append(f"One of {', '.join(c.among)} is chosen after {plural(c.patients, 'patient')}{wait}, by {best}.")
    if s.reestimation is not None:
        r = s.reestimation
        said.append(
            f"Where the conditional power at the first look is from {r.least:.0%} to below {r.target:.0%}, the events "
            f"of the second are raised until it is {r.target:.0%}, to {r.most:g} times the plan at most."
        )
    return said


def _by_month(ratio: Periods) -> str:
    """Return a hazard ratio in print, by period where it changes."""
    first, *later = zip(ratio.starts, ratio.values, strict=True)
    return f"{first[1]:g}" + "".join(f", from month {start / DAYS_PER_MONTH:g} {value:g}" for start, value in later)


def _arm(s: Scenario, i: int) -> str:
    arm = s.arms[i]
    survival = arm.survival.median
    said = f"{arm.name}: median {'never reached' if survival > 1e8 else f'{survival / 30.4375:.1f} months'}"
    if arm.progression is not None:
        said += f", progression {arm.progression.median / 30.4375:.1f} months, Kendall's tau {arm.tau:g}"
    if arm.scan_every:
        said += f", scans every {arm.scan_every / 30.4375:.1f} months"
    if arm.dropout is not None:
        said += f", {1 - float(arm.dropout.survival(365.25)):.0%} lost a year"
    return said + (f", response {arm.response:.0%}" if arm.response is not None else "")
