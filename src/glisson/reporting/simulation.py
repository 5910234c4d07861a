"""A simulated trial as a document: how it behaves under each truth, look by look, with Monte Carlo limits."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from glisson.design.simulation_file import Simulation
from glisson.present.document import Block, Document, Heading, ListBlock, Paragraph, TableBlock
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.design import characteristic
from glisson.present.words import NOTHING_TO_PRINT, Words, plural
from glisson.simulation import STATISTICS, Scenario
from glisson.tables import Estimates

_WHOLE = (
    ("rejection_rate", "Success"), ("expected_n", "Patients"), ("expected_events", "Events"),
    ("duration", "Duration, months"), ("hazard_ratio", "Hazard ratio, geometric mean"),
    ("hazard_ratio_rejected", "The same, successes only"),
)  # fmt: skip
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
    blocks: list[Block] = [
        Paragraph(text=_answer(simulation, rows, style), kind="answer"),
        Heading(text="How it behaves", anchor="behaviour-h"),
        TableBlock(table=scenarios_table(simulation.scenarios, rows, style, simulation.trials)),
        Heading(text="Look by look", anchor="looks-h"),
        TableBlock(table=looks_table(simulation.scenarios, rows, style)),
        Heading(text="What was assumed", anchor="assumed-h"),
        *(Paragraph(lead=f"{s.name}. ", text=_assumed(s)) for s in simulation.scenarios),
        Heading(text="References", anchor="references-h"),
        ListBlock(items=_REFERENCES, numbered=True),
    ]
    return Document(
        title=simulation.title,
        subtitle=f"{simulation.trials:,} simulated trials of each of {plural(len(simulation.scenarios), 'scenario')}",
        banner="",
        blocks=tuple(blocks),
        colophon=f"Produced by glisson {version('glisson')}, seed {simulation.seed}.",
    )


def scenarios_table(scenarios: Sequence[Scenario], rows: Estimates, words: Words, trials: int) -> TableModel:
    """Return one row a scenario."""
    wanted = [(s, h) for s, h in _WHOLE if any(e.value is not None for e in rows.select(s))]
    return TableModel(
        name="scenarios",
        title=f"Operating characteristics, {trials:,} trials of each scenario",
        columns=(text_column("Scenario", 1.6), *(Column(heading=h, width=1.4) for _, h in wanted)),
        rows=tuple(Row(cells=(s.name, *(_cell(rows, s, code, words) for code, _ in wanted))) for s in scenarios),
        notes=("In parentheses the limits of the Monte Carlo error, 95%. Patients, events and months are means.",),
        wide=True,
    )


def looks_table(scenarios: Sequence[Scenario], rows: Estimates, words: Words) -> TableModel:
    """Return one row a look, a section a scenario."""
    wanted = [(s, h) for s, h in _LOOKS if any(e.value is not None for e in rows.select(s))]
    lines: list[Row] = []
    for scenario in scenarios:
        lines.append(section(scenario.name))
        for i, _ in enumerate(scenario.looks, start=1):
            cells = [_cell(rows, scenario, code, words, f"look {i}") for code, _ in wanted]
            lines.append(Row(cells=(f"Look {i}", *cells), indent=1))
    return TableModel(
        name="looks",
        title="When the trial stops",
        columns=(text_column("Look", 1.2), *(Column(heading=h, width=1.3) for _, h in wanted)),
        rows=tuple(lines),
        notes=("Reached, success, futility: shares of all trials. The rest: means over the trials that reached it.",),
        wide=True,
    )


def _cell(rows: Estimates, scenario: Scenario, statistic: str, words: Words, detail: str = "") -> str:
    found = rows.select(statistic, group=(("scenario", scenario.name),), detail=detail)
    return characteristic(found.rows[0], words) if len(found) else NOTHING_TO_PRINT


def _answer(simulation: Simulation, rows: Estimates, words: Words) -> str:
    said = [f"{s.name} {_cell(rows, s, 'rejection_rate', words)}" for s in simulation.scenarios]
    n = max(s.n for s in simulation.scenarios)
    return f"At most {plural(n, 'patient')}. Probability of success by scenario: {'; '.join(said)}."


def _assumed(s: Scenario) -> str:
    arms = "; ".join(_arm(s, i) for i in range(len(s.arms)))
    return (
        f"{plural(s.n, 'patient')}, accrual planned to end in month {s.accrual_end / 30.4375:.1f}; {arms}. "
        f"Decided by the {STATISTICS[s.statistic.name].words}, endpoint {s.endpoint.upper()}."
    )


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
