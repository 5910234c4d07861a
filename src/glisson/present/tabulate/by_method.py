"""Outcomes separately by method: as counted beside partially pooled, and under three priors."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.by_method import ByMethodResult, MethodOutcome
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_name
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, lower_first, plural, sentence_case
from glisson.tables import Estimate, Estimates, Group
from glisson.tables.estimates import group_text

_MONTHS = (6, 12)
_RATIO = {"hazard": "pooled_rate_ratio", "proportion": "pooled_odds_ratio"}
_MAIN = {"hazard": "pooled_median", "proportion": "pooled_proportion"}
_RAW = {"hazard": "raw_median", "proportion": "raw_proportion"}


def survival(assessment: Assessment, result: ByMethodResult, words: Words) -> TableModel | None:
    """Return medians and survival by method, as counted and partially pooled."""
    outcomes = [o for o in result.outcomes if o.kind == "hazard"]
    if not outcomes:
        return None
    rows: list[Row] = []
    for outcome in outcomes:
        rows.append(section(outcome.label))
        for group in outcome.groups:
            mine = outcome.under(result.scale).select(group=group)
            times = [_cell(find(mine, "pooled_survival", at=_day(m)), words) for m in _MONTHS]
            cells = (group_name(assessment, group), *_both(mine, outcome, words), *times, _best(mine, outcome))
            rows.append(Row(cells=cells, indent=1))
    return TableModel(
        name="by-method-survival",
        title=caption(assessment, "Survival separately by method, as counted and partially pooled", _counted(outcomes)),
        columns=(
            text_column("Method", 2.2),
            Column(heading="Events / patients", width=1.0),
            Column(heading="Median alone, months", width=1.6),
            Column(heading="Median pooled, months", width=1.6),
            *(Column(heading=f"Pooled at {m} months", width=1.5) for m in _MONTHS),
            Column(heading="Probability of the lowest hazard", width=1.1),
        ),
        rows=tuple(rows),
        notes=(
            f"In brackets {words.level(result.level)} limits: exact for a method alone, credible for pooled values. "
            "Both take the hazard of a method as constant, so medians differ from those of the Kaplan-Meier curves. "
            f"Prior between methods: half-normal({result.scale:g}). Alone: from the own patients of a method; "
            "pooled: also from what the others say of it.",
        ),
        wide=True,
    )


def proportions(assessment: Assessment, result: ByMethodResult, words: Words) -> TableModel | None:
    """Return response and severe toxicity by method, as counted and partially pooled."""
    outcomes = [o for o in result.outcomes if o.kind == "proportion"]
    if not outcomes:
        return None
    rows: list[Row] = []
    for outcome in outcomes:
        rows.append(section(outcome.label))
        for group in outcome.groups:
            mine = outcome.under(result.scale).select(group=group)
            cells = (group_name(assessment, group), *_both(mine, outcome, words), _best(mine, outcome))
            rows.append(Row(cells=cells, indent=1))
    wish = " and ".join(f"{o.better} for {lower_first(o.label)}" for o in outcomes)
    return TableModel(
        name="by-method-proportions",
        title=caption(
            assessment, "Response and severe toxicity separately by method, as counted and partially pooled",
            _counted(outcomes),
        ),
        columns=(
            text_column("Method", 2.2),
            Column(heading="With it / patients", width=1.1),
            Column(heading="Alone", width=1.6),
            Column(heading="Pooled", width=1.6),
            Column(heading="Probability of being best", width=1.2),
        ),
        rows=tuple(rows),
        notes=(f"Limits and prior as for survival. Best: {wish}.",),
    )  # fmt: skip


def priors(assessment: Assessment, result: ByMethodResult, words: Words) -> TableModel:
    """Return pooled values, ranks and ratios under each prior."""
    scales = [r.scale for r in result.outcomes[0].readings]
    rows: list[Row] = []
    for outcome in result.outcomes:
        rows.append(section(f"{outcome.label}: {'median, months' if outcome.kind == 'hazard' else 'proportion'}"))
        for group in outcome.groups:
            cells = [_under(outcome.under(s).select(group=group), outcome, words) for s in scales]
            cells.append(_under(outcome.bent.select(group=group), outcome, words))
            rows.append(Row(cells=(group_name(assessment, group), *cells), indent=1))
        for later, earlier in pairs(outcome):
            cells = [_one_line(ratio(outcome.under(s), _RATIO[outcome.kind], later, earlier), words) for s in scales]
            cells.append(_one_line(ratio(outcome.bent, _RATIO[outcome.kind], later, earlier), words))
            rows.append(Row(cells=(pair_name(assessment, outcome, later, earlier), *cells), indent=1))
    above = "Scale of the half-normal prior between methods"
    return TableModel(
        name="by-method-priors",
        title=caption(assessment, "The same under three priors, with ratios of methods", _counted(result.outcomes)),
        columns=(
            text_column("Method, or pair of methods", 3.0),
            *(Column(heading=f"{s:g}{' (used)' if s == result.scale else ''}", above=above, width=1.8) for s in scales),
            Column(heading=f"{result.scale:g}, hazard changing at 6 and 12 months", width=1.8),
        ),
        rows=tuple(rows),
        wide=True,
        notes=(
            "Pooled values with credible limits; after the semicolon the probability that the method is best. The "
            "smaller the scale, the more alike methods are taken to be before the data: nine pairs in ten lie within a "
            "factor of 1.8 of each other with scale 0.25, of 3.1 with 0.5, of 9.5 with 1.0.",
            f"Ratios and probabilities from {plural(result.draws, 'draw')}, seed {result.seed}.",
        ),
    )


def could(assessment: Assessment, result: ByMethodResult, words: Words) -> TableModel:
    """Return what each comparison of two methods could have shown, and how likely its order turns in a new cohort."""
    rows: list[Row] = []
    for outcome in result.outcomes:
        hazard = outcome.kind == "hazard"
        rows.append(section(f"{outcome.label}: {'hazard ratio' if hazard else 'difference, percentage points'}"))
        for later, earlier in pairs(outcome):
            found = {e.statistic: e for e in outcome.could.select(detail=pair_key(later, earlier))}
            name = "ratio" if hazard else "difference"
            low, high = found[f"detectable_{name}_below"], found[f"detectable_{name}_above"]
            rough = found.get("detectable_ratio_schoenfeld")
            between = f"{_name_in(assessment, later)} to {_name_in(assessment, earlier)}"
            if not hazard:
                between = f"{_name_in(assessment, later)} minus {_name_in(assessment, earlier)}"
            turned = found["reversal"]
            cells = (
                sentence_case(between), f"{low.events} / {low.n}", _found(low, words), _found(high, words),
                NOTHING_TO_PRINT if rough is None or not rough.value else
                f"{words.number(1 / rough.value, 2)} or {words.number(rough.value, 2)}",
                turned.reason if turned.value is None else likely(turned.value),
            )  # fmt: skip
            rows.append(Row(cells=cells, indent=1))
    return TableModel(
        name="by-method-could",
        title=caption(assessment, "What each comparison of two methods could have shown", _counted(result.outcomes)),
        columns=(
            text_column("Comparison", 2.4),
            Column(heading="Events / patients", width=0.9),
            Column(heading="At most", above="Found with 80% power", width=1.1),
            Column(heading="At least", above="Found with 80% power", width=1.1),
            Column(heading="By Schoenfeld's formula", above="Found with 80% power", width=1.2),
            Column(heading="Probability that the order turns", width=1.2),
        ),
        rows=tuple(rows),
        notes=(
            f"Two-sided {100 - result.level * 100:g}%. Hazard ratios: exact test of how the events seen split between "
            "the two methods, given the time at risk; Schoenfeld's formula, which assumes many events, for comparison. "
            "Differences: Fisher's exact test, all tables enumerated, if the method named second had the proportion of "
            "all patients. None: these numbers would miss even the most extreme truth more often "
            "than one time in five. Last column: a new cohort of the same size and time at risk ranks the two the "
            "other way round (posterior predictive, ties half); 50% is a draw of lots.",
        ),
    )


def _found(e: Estimate, words: Words) -> str:
    """Return what would be found; the note says what "none" means."""
    return e.reason.split(",")[0] if e.value is None else words.value(e)


def _name_in(assessment: Assessment, group: Group) -> str:
    return lower_first(group_name(assessment, group))


def pairs(outcome: MethodOutcome) -> list[tuple[Group, Group]]:
    """Return the pairs of methods, the later in table order first."""
    groups = outcome.groups
    return [(groups[j], groups[i]) for i in range(len(groups)) for j in range(i + 1, len(groups))]


def pair_name(assessment: Assessment, outcome: MethodOutcome, later: Group, earlier: Group) -> str:
    """Return ``Hazard ratio, ablation to DEB-TACE``."""
    what = "Hazard ratio" if outcome.kind == "hazard" else "Odds ratio"
    return f"{what}, {lower_first(group_name(assessment, later))} to {lower_first(group_name(assessment, earlier))}"


def ratio(estimates: Estimates, statistic: str, later: Group, earlier: Group) -> Estimate | None:
    """Return the ratio of two methods."""
    return find(estimates, statistic, detail=pair_key(later, earlier))


def pair_key(later: Group, earlier: Group) -> str:
    """Return by what the rows of a pair are found."""
    return f"{group_text(later)} versus {group_text(earlier)}"


def chance_best(outcome: MethodOutcome, estimates: Estimates, group: Group) -> float:
    """Return the probability that a method is best."""
    found = find(estimates, f"probability_{outcome.better}", group=group)
    return 0.0 if found is None or found.value is None else found.value


def likely(share: float) -> str:
    """Return a probability estimated from draws in words, without claiming certainty.

    Examples
    --------
    >>> likely(0.6658), likely(0.0004), likely(1.0)
    ('67%', '<1%', '>99%')
    """
    return "<1%" if share < 0.005 else ">99%" if share > 0.995 else f"{share * 100:.0f}%"


def _day(months: int) -> float:
    return float(round(months * DAYS_PER_MONTH))


def _counted(outcomes: tuple[MethodOutcome, ...] | list[MethodOutcome]) -> int:
    """Return the patients of the outcome that most are counted in."""
    return max(_patients(o) for o in outcomes)


def _patients(outcome: MethodOutcome) -> int:
    rows = outcome.readings[0].estimates.select(_MAIN[outcome.kind])
    return sum(e.n or 0 for e in rows)


def _both(mine: Estimates, outcome: MethodOutcome, words: Words) -> tuple[str, str, str]:
    """Return events of patients, the value alone, and the pooled value."""
    pooled = find(mine, _MAIN[outcome.kind])
    counts = NOTHING_TO_PRINT if pooled is None else f"{pooled.events} / {pooled.n}"
    return counts, _cell(find(mine, _RAW[outcome.kind]), words), _cell(pooled, words)


def _cell(e: Estimate | None, words: Words) -> str:
    """Return a value above its limits."""
    if e is None:
        return NOTHING_TO_PRINT
    limits = words.bounds(e)
    return f"{words.value(e)}\n({words.limits(*limits)})" if limits else words.value(e)


def _one_line(e: Estimate | None, words: Words) -> str:
    return NOTHING_TO_PRINT if e is None else words.cell(e)


def _best(mine: Estimates, outcome: MethodOutcome) -> str:
    found = find(mine, f"probability_{outcome.better}")
    return NOTHING_TO_PRINT if found is None or found.value is None else likely(found.value)


def _under(mine: Estimates, outcome: MethodOutcome, words: Words) -> str:
    pooled = find(mine, _MAIN[outcome.kind])
    return NOTHING_TO_PRINT if pooled is None else f"{words.cell(pooled)}; {_best(mine, outcome)}"
