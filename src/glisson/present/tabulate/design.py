"""A planned trial as tables: what it assumes, when it stops, how it behaves; and several of them side by side."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.design.baskets import AT_LEAST_ONE
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.suggest import Candidate
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, plural, sentence_case
from glisson.tables import Estimate

#: Names of what a design does, in the order of the table.
STATISTICS = {
    "type_i_error": "Success (type I error)",
    "type_i_error_nominal": "Success (type I error) that the formula takes for granted",
    "power": "Success (power)",
    "power_by_formula": "Success (power), by the textbook formula",
    "power_fixed": "Success (power), without an increase",
    "increase": "Events raised after the look",
    "planned_n": "Patients without an increase",
    "planned_events": "Events without an increase",
    "assurance": "Success, averaged over what is known so far",
    "early_stop": "Stopped before the end",
    "stop_futility": "Stopped for futility",
    "stop_efficacy": "Stopped for efficacy",
    "expected_n": "Patients, on average",
    "expected_events": "Events, on average",
    "duration": "Duration, months",
    "accrual": "Recruitment, months",
    "look_time": "Time of the look, months",
    "average_hazard_ratio": "Hazard ratio, averaged over the events",
    "critical_hazard_ratio": "Hazard ratio that is just significant",
    "detectable_hazard_ratio": "Hazard ratio that the trial can show with the wanted power",
    "efficacy_p": "Limit for success as a one-sided P",
    "efficacy_hazard_ratio": "Limit for success as a hazard ratio",
    "futility_hazard_ratio": "Limit for futility as a hazard ratio",
    "inflation": "Events at most, over those of a trial with one look",
    "half_width": "Half width of the interval",
}
#: Looks up to which each has its row.
_MANY_LOOKS = 6
#: Statistics of one look, whose number stands in ``at``.
_OF_A_LOOK = {
    "stop_futility", "stop_efficacy", "look_time", "efficacy_p", "efficacy_hazard_ratio", "futility_hazard_ratio",
    "early_stop",
}  # fmt: skip

#: The same as headings of narrow columns.
_SHORT = {
    "n": "Patients at most", "expected_n": "Patients on average", "type_i_error": "Type I error",
    "early_stop": "Stopped early, no effect",
}  # fmt: skip
#: What each scenario means.
SCENARIOS = {"null": "If the therapy is no better", "alternative": "If it is as good as assumed"}


def assumptions_table(design: TrialDesign, name: str = "assumptions") -> TableModel:
    """Return what a design rests on, and where each number comes from.

    Examples
    --------
    >>> from glisson.design.precision import proportion_precision
    >>> assumptions_table(proportion_precision(proportion=0.3, half_width=0.1)).rows[0].cells
    ('True proportion', '0.3', 'typed')
    """
    return TableModel(
        name=name,
        title=f"What the design assumes. {design.title}",
        columns=(text_column("Assumption", 2.2), Column(heading="Value"), text_column("Where it comes from", 2.6)),
        rows=tuple(Row(cells=(sentence_case(a.name), _value(a), a.origin)) for a in design.assumptions),
    )


def _value(a: Assumption) -> str:
    return f"{a.value:.4g}{' ' + a.unit if a.unit else ''}"


def boundaries_table(design: TrialDesign, name: str = "boundaries") -> TableModel:
    """Return when a design stops and what it then concludes; of many looks those at which a limit changes."""
    limits = [(b.efficacy, b.futility) for b in design.boundaries]
    changing = [b for i, b in enumerate(design.boundaries) if i == 0 or limits[i] != limits[i - 1]]
    short = len(limits) > _MANY_LOOKS and len(changing) < len(limits)
    shown = changing if short else design.boundaries
    timed = any(b.events is not None for b in design.boundaries)
    columns = [Column(heading="Look", width=0.5), Column(heading="Patients", width=0.7)]
    if timed:
        columns.append(Column(heading="Events", width=0.7))
    columns += [Column(heading="Compared", width=0.9), Column(heading="Success at", width=0.9)]
    columns += [Column(heading="Futility at", width=0.9), text_column("Rule", 3.4)]
    return TableModel(
        name=name,
        title=f"Looks at the data. {design.title}",
        columns=tuple(columns),
        rows=tuple(Row(cells=_look(b, timed=timed)) for b in shown),
        notes=("Only looks at which a limit changes; between them the limit of the look before holds.",)
        if short
        else (),
        wide=len(columns) > 6,
    )


def _look(b: Boundary, *, timed: bool) -> tuple[str, ...]:
    counts = ("n", "events") if timed else ("n",)
    cells = [str(b.look), *(_count(getattr(b, c)) for c in counts), b.scale, _limit(b.efficacy), _limit(b.futility)]
    return (*cells, sentence_case(b.rule))


def _count(value: int | None) -> str:
    return NOTHING_TO_PRINT if value is None else f"{value:,}"


def _limit(value: float | None) -> str:
    if value is None:
        return NOTHING_TO_PRINT
    return f"{value:g}" if float(value).is_integer() else f"{value:.3f}"


def behaviour_table(design: TrialDesign, words: Words, name: str = "behaviour") -> TableModel:
    """Return the operating characteristics of a design: a section a scenario."""
    rows: list[Row] = []
    scenarios = [e for e in design.characteristics if not e.group or e.group[0][0] == "scenario"]
    for group in dict.fromkeys(e.group for e in scenarios):
        rows.append(section(_scenario(", ".join(level for _, level in group))))
        rows += [
            Row(cells=(_label(e), characteristic(e, words), e.method), indent=1)
            for e in design.characteristics.select(group=group)
        ]
    return TableModel(
        name=name,
        title=f"How the design behaves. {design.title}",
        columns=(text_column("What happens", 2.4), Column(heading="Value", width=1.2), text_column("How found", 2.4)),
        rows=tuple(rows),
    )


def _label(e: Estimate) -> str:
    label = STATISTICS.get(e.statistic, sentence_case(e.statistic.replace("_", " ")))
    if e.at is not None and e.statistic in _OF_A_LOOK:
        label += f", look {e.at:.0f}"
    return label + (f", {e.detail}" if e.detail else "")


def design_in_short(design: TrialDesign, words: Words) -> str:
    """Return size, time, power and type I error of a design in one sentence.

    Examples
    --------
    >>> from glisson.design.simon import two_stage
    >>> design_in_short(two_stage(p0=0.1, p1=0.3), Words.of("ama"))
    'At most 29 patients, 2 looks at the data: power 80.5%, type I error 4.7%.'
    """
    looks = max((b.look for b in design.boundaries), default=1)
    size = f"{'At most ' if looks > 1 else ''}{plural(design.n, 'patient')}"
    parts = [size, *([plural(design.events, "event")] if design.events else [])]
    parts += [f"{looks} looks at the data"] if looks > 1 else []
    months = _said(design, "duration", words)
    parts += [f"about {months} months"] if months != NOTHING_TO_PRINT else []
    said = [
        f"{name} {_said(design, statistic, words)}"
        for statistic, name in (("power", "power"), ("type_i_error", "type I error"), ("assurance", "assurance"))
        if len(design.characteristics.select(statistic)) and _said(design, statistic, words) != NOTHING_TO_PRINT
    ]
    return ", ".join(parts) + (f": {', '.join(said)}." if said else ".")


def alternatives_table(design: TrialDesign, words: Words, name: str = "alternatives") -> TableModel | None:
    """Return the designs that another weight would choose, where there are any: a row each."""
    rows = [e for e in design.characteristics if e.group and e.group[0][0] == "design"]
    if not rows:
        return None
    statistics = list(dict.fromkeys(e.statistic for e in rows))
    scenarios = {s: list(dict.fromkeys(e.detail for e in rows if e.statistic == s)) for s in statistics}
    wanted = [(s, d) for s in statistics for d in scenarios[s]]
    lines = []
    for group in dict.fromkeys(e.group for e in rows):
        mine = {(e.statistic, e.detail): characteristic(e, words) for e in rows if e.group == group}
        cells = [mine.get(key, NOTHING_TO_PRINT) for key in wanted]
        lines.append(Row(cells=(group[0][1], *cells)))
    headings = [_SHORT.get(s, sentence_case(s.replace("_", " "))) + (f", {d}" if d else "") for s, d in wanted]
    return TableModel(
        name=name,
        title=f"Admissible designs. {design.title}",
        columns=(text_column("Design", 1.4), *(Column(heading=h) for h in headings)),
        rows=tuple(lines),
        wide=len(wanted) > 5,
    )


def _scenario(name: str) -> str:
    return SCENARIOS.get(name, sentence_case(name or "whatever the truth"))


def characteristic(e: Estimate, words: Words) -> str:
    """Return one operating characteristic in print; a simulated one with its Monte Carlo interval."""
    if e.value is None:
        return e.reason or NOTHING_TO_PRINT
    if e.low is not None and e.high is not None:
        return f"{_number(e, e.value)} ({words.limits(_number(e, e.low), _number(e, e.high))})"
    return _number(e, e.value)


def _number(e: Estimate, value: float) -> str:
    if e.unit == "probability":
        return f"{100 * value:.1f}%"
    if e.unit == "day":
        return f"{value / DAYS_PER_MONTH:.1f}"
    if e.unit == "count":
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return f"{value:,.2f}" if e.unit == "ratio" else f"{value:,.3g}"


def candidates_table(candidates: Sequence[Candidate], words: Words, name: str = "candidates") -> TableModel:
    """Return candidate studies side by side: a column each.

    Parameters
    ----------
    candidates
        Those that are within reach.
    words
        How numbers are written.
    """
    designs = [(c, c.planned.design) for c in candidates if c.planned is not None]
    rows = [
        Row(cells=("Design", *(d.title for _, d in designs))),
        Row(cells=("Patients", *(f"{d.n:,}" for _, d in designs))),
        Row(cells=("Events", *(_count(d.events) for _, d in designs))),
        Row(cells=("Looks at the data", *(str(max((b.look for b in d.boundaries), default=1)) for _, d in designs))),
    ]
    rows += [
        Row(cells=(label, *(_headline(c, statistic, words) for c, _ in designs))) for statistic, label in _HEADLINE
    ]
    return TableModel(
        name=name,
        title="Candidate studies side by side",
        columns=(text_column("", 1.6), *(Column(heading=c.question, width=1.8) for c, _ in designs)),
        rows=tuple(rows),
        notes=(
            "Power: probability of success if the effect is as large as in the cohort, which a selected series "
            "overstates. Assurance: the same, averaged over all effects the cohort leaves possible.",
        ),
    )


_HEADLINE = (
    ("duration", "Duration, months"), ("type_i_error", "Type I error"), ("power", "Power"), ("assurance", "Assurance"),
    ("expected_n", "Patients on average, if no better"),
)  # fmt: skip


def _headline(candidate: Candidate, statistic: str, words: Words) -> str:
    found = candidate.headline.select(statistic)
    if not len(found):
        return NOTHING_TO_PRINT
    row = found.rows[0]
    return characteristic(row, words) + (f", {row.detail}" if row.detail == AT_LEAST_ONE else "")


def _said(design: TrialDesign, statistic: str, words: Words) -> str:
    """Return a statistic in short: if the therapy is as good as assumed where it depends; a range over scenarios."""
    found = [e for e in design.characteristics.select(statistic) if e.value is not None]
    told = [e for e in found if ("scenario", "alternative") in e.group or ("scenario", "null") in e.group] or found
    told = [e for e in told if ("scenario", "alternative") in e.group] or told
    if not told:
        return NOTHING_TO_PRINT
    if all(("scenario", s) not in told[0].group for s in SCENARIOS) and len(told) > 1:
        ends = [min(told, key=lambda e: e.value or 0.0), max(told, key=lambda e: e.value or 0.0)]
        return words.limits(*(_number(e, e.value or 0.0) for e in ends)) + " over the scenarios"
    return characteristic(told[0], words)
