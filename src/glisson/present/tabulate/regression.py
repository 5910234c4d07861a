"""Regression models: unadjusted beside adjusted, cause-specific beside subdistribution."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.regression import CompetingModels, CoxResult, RegressionResult, SurvivalModels
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, group_name
from glisson.present.words import NOTHING_TO_PRINT, Words, lower_first, plural, sentence_case
from glisson.tables import Estimates, Group

_REFERENCE = "1 (reference)"


def survival(assessment: Assessment, result: RegressionResult, words: Words) -> TableModel | None:
    """Return the Cox models of all endpoints, the unadjusted beside the adjusted, or ``None`` where there is none."""
    if not result.survival:
        return None
    rows: list[Row] = []
    for one in result.survival:
        rows += [section(one.label), *_ratio_rows(assessment, one, words)]
        rows += [*_mean_rows(assessment, one, words), *_fit_rows(one, words)]
    level = next((e.level for one in result.survival for m in one.models for e in m.ratios if e.level), 0.95)
    above = f"Hazard ratio ({words.level(level)} CI)"
    notes = [
        "Events / parameters: what the coefficients rest on; below 10 Firth's penalty is the default. Concordance is "
        "that on the data of the fit, which flatters it."
    ]
    why = dict.fromkeys(m.penalty for one in result.survival for m in one.models if m.penalty)
    if any("no finite maximum" in text for text in why):
        notes.append("Where the usual likelihood has no finite maximum, Firth's penalty is the only fit.")
    notes += dict.fromkeys(m.sentence for one in result.survival for m in one.models if m.sentence)
    return TableModel(
        name="regression-survival",
        title=caption(assessment, "Cox models by treatment method"),
        columns=(
            text_column("Group", 2.6),
            Column(heading="By method", above=above, width=2),
            Column(heading="Adjusted for\nextrahepatic disease", above=above, width=2),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _ratio_rows(assessment: Assessment, one: SurvivalModels, words: Words) -> list[Row]:
    groups: list[Group] = list(dict.fromkeys(e.group for m in one.models for e in m.ratios))
    first = group_name(assessment, (("method", one.reference),))
    rows = [Row(cells=(first, *_both([_REFERENCE] * len(one.models))), indent=1)]
    for group in groups:
        detail = next(e.detail for m in one.models for e in m.ratios if e.group == group)
        name = group_name(assessment, group)
        if group[0][0] != "method":
            level = detail.removeprefix("versus ")
            name += f", against {group_name(assessment, ((group[0][0], level),)).lower()}"
        rows.append(Row(cells=(name, *_both([_cell(m.ratios, group, words) for m in one.models])), indent=1))
    return rows


def _mean_rows(assessment: Assessment, one: SurvivalModels, words: Words) -> list[Row]:
    """Return the differences in restricted mean that belong to the models."""
    groups: list[Group] = list(dict.fromkeys(e.group for part in one.means for e in part))
    at = next((e.at for part in one.means for e in part if e.at is not None), None)
    return [
        Row(
            cells=(
                f"{group_name(assessment, group)}: months more or less in the first {words.months(at)}",
                *_both([_cell(part, group, words) for part in one.means]),
            ),
            indent=1,
        )
        for group in groups
    ]


def binary(assessment: Assessment, result: RegressionResult, words: Words) -> TableModel | None:
    """Return odds ratios of response and of severe harm by method, or ``None`` where there are none."""
    if not result.binary:
        return None
    adjusted = any(len(one.models) > 1 for one in result.binary)
    wide = _both if adjusted else list
    rows: list[Row] = []
    for one in result.binary:
        rows.append(section(f"{one.label} ({one.events} of {plural(one.n, 'patient')})"))
        first = group_name(assessment, (("method", one.reference),))
        rows.append(Row(cells=(first, *wide([_REFERENCE] * len(one.models))), indent=1))
        groups: list[Group] = list(dict.fromkeys(e.group for _, ratios in one.models for e in ratios))
        for group in groups:
            name = group_name(assessment, group)
            if group[0][0] != "method":
                level = next(e.detail for _, ratios in one.models for e in ratios if e.group == group)
                name += f", against {group_name(assessment, ((group[0][0], level.removeprefix('versus ')),)).lower()}"
            cells = [_cell(ratios, group, words) for _, ratios in one.models]
            rows.append(Row(cells=(name, *wide(cells)), indent=1))
        rarer = min(one.events, one.n - one.events)
        per = [f"{rarer} / {len(ratios)} = {words.number(rarer / len(ratios))}" for _, ratios in one.models]
        rows.append(Row(cells=("Rarer outcome / parameters", *wide(per)), indent=1))
    level_of = next((e.level for one in result.binary for _, ratios in one.models for e in ratios if e.level), 0.95)
    above = f"Odds ratio ({words.level(level_of)} CI)"
    methods = dict.fromkeys(e.method for one in result.binary for _, ratios in one.models for e in ratios if e.method)
    return TableModel(
        name="regression-binary",
        title=caption(assessment, "Logistic models of response and severe harm by treatment method"),
        columns=(
            text_column("Group", 2.6),
            Column(heading="By method", above=above, width=2),
            *([Column(heading="Adjusted for\nextrahepatic disease", above=above, width=2)] if adjusted else []),
        ),
        rows=tuple(rows),
        notes=(
            f"{sentence_case('; '.join(methods))}.",
            *(f"{one.label}, {lower_first(one.sentence)}" for one in result.binary if one.sentence),
        ),
    )


def shapes(assessment: Assessment, result: RegressionResult, words: Words) -> TableModel | None:
    """Return distributions of overall survival, the best fitting first, or ``None`` where none was fitted."""
    names = list(dict.fromkeys(e.detail for e in result.shapes.select("aic")))
    if not names:
        return None
    days = list(dict.fromkeys(e.at for e in result.shapes.select("survival") if e.at is not None))
    rows = []
    for name in names:
        mine = result.shapes.select(detail=name)
        aic = next(iter(mine.select("aic")))
        median = next(iter(mine.select("median")), None)
        at = [next(iter(mine.select("survival", at=day)), None) for day in days]
        cells = [words.cell(e) if e is not None else NOTHING_TO_PRINT for e in (median, *at)]
        rows.append(Row(cells=(sentence_case(name), words.number(aic.value) if aic.value else aic.reason, *cells)))
    return TableModel(
        name="regression-shapes",
        title=caption(assessment, "Overall survival by distributions fitted to everybody, the best fit first"),
        columns=(
            text_column("Distribution", 1.6),
            Column(heading="AIC", width=0.8),
            Column(heading="Median, months", width=1.5),
            *(Column(heading=f"{round(d / 365.25)} year{'s' if d > 400 else ''}", width=1.4) for d in days),
        ),
        rows=tuple(rows),
        notes=(
            "AIC: lower is better; differences below 2 are none. Where the distributions disagree, the data do not "
            "say. No interval holds the doubt about which of them is right.",
        ),
    )


def _both(cells: list[str]) -> list[str]:
    return [*cells, NOTHING_TO_PRINT][:2] if len(cells) < 2 else cells


def _cell(ratios: Estimates, group: Group, words: Words) -> str:
    found = next(iter(ratios.select(group=group)), None)
    return NOTHING_TO_PRINT if found is None else words.cell(found)


def _fit_rows(one: SurvivalModels, words: Words) -> list[Row]:
    """Return what tells how far to trust a model."""
    per = [f"{m.events} / {m.parameters} = {words.number(m.events / m.parameters)}" for m in one.models]
    fit = ["Firth's penalty" if m.penalty else "Usual likelihood" for m in one.models]
    rows = [("Events / parameters", per), ("Fit", fit)]
    if any(m.test for m in one.models):
        tests = [words.value(m.test) if m.test else NOTHING_TO_PRINT for m in one.models]
        rows.append((f"Method, {words.p_symbol}", tests))
    if any(len(m.proportional) for m in one.models):
        rows.append((f"Proportional hazards, {words.p_symbol}", [_whole_test(m, words) for m in one.models]))
    rows.append(("Concordance", [words.number(m.concordance.value, 2) if m.concordance else "" for m in one.models]))
    return [Row(cells=(name, *_both(cells)), indent=1) for name, cells in rows]


def _whole_test(model: CoxResult, words: Words) -> str:
    found = next(iter(model.proportional.select("p", detail="model")), None)
    return NOTHING_TO_PRINT if found is None else words.value(found)


def competing(assessment: Assessment, result: RegressionResult, words: Words) -> TableModel | None:
    """Return cause-specific beside subdistribution hazard ratios, or ``None`` where neither was fitted."""
    shown = [one for one in result.competing if len(one.cause_specific)]
    if not shown:
        return None
    rows: list[Row] = []
    for one in shown:
        rows += [section(f"{one.label} ({plural(one.events, 'event')} in {plural(one.n, one.unit)})")]
        rows += _competing_rows(assessment, one, words)
    level = next((e.level for one in shown for e in one.cause_specific if e.level), 0.95)
    above = f"Hazard ratio ({words.level(level)} CI)"
    methods = dict.fromkeys(e.method for one in shown for e in (*one.cause_specific, *one.subdistribution) if e.method)
    return TableModel(
        name="regression-competing",
        title=caption(assessment, "Methods compared where deaths compete with the event"),
        columns=(
            text_column("Group", 2.6),
            Column(heading="Cause-specific", above=above, width=2),
            Column(heading="Subdistribution", above=above, width=2),
            Column(heading=f"Gray's test,\n{words.p_symbol}", width=1.2),
        ),
        rows=tuple(rows),
        notes=(
            "Cause-specific: the rate of the event among those still free of everything. Subdistribution: who will "
            "have had it in the end, also because fewer died before.",
            f"{sentence_case('; '.join(methods))}.",
            *(one.sentence for one in shown if one.sentence),
        ),
    )


def _competing_rows(assessment: Assessment, one: CompetingModels, words: Words) -> list[Row]:
    test = next(iter(one.gray), None)
    first = group_name(assessment, (("method", one.reference),))
    sub = _REFERENCE if len(one.subdistribution) else NOTHING_TO_PRINT
    rows = [Row(cells=(first, _REFERENCE, sub, words.value(test) if test else NOTHING_TO_PRINT), indent=1)]
    for e in one.cause_specific:
        other = _cell(one.subdistribution, e.group, words)
        rows.append(Row(cells=(group_name(assessment, e.group), words.cell(e), other, ""), indent=1))
    return rows
