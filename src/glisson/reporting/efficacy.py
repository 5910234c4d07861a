"""Chapter on efficacy: each endpoint overall and by group, with its figures, estimates and comparisons."""

from __future__ import annotations

from glisson.assessment import Assessment, Breakdown, EndpointResult
from glisson.present.document import Block, FigureBlock, Heading, Note, Paragraph, TableBlock
from glisson.present.figures.data import CurveFigure, CurvePanel, panel
from glisson.present.figures.forest import forest
from glisson.present.tabulate import efficacy as tables
from glisson.present.tabulate.common import caption, count, endpoint_caption, find, group_name, unit_of
from glisson.present.words import listed, lower_first, plural, sentence_case
from glisson.reporting.answer import primary
from glisson.reporting.wording import (
    among,
    by_method,
    event_count,
    median_phrase,
    median_sentence,
    origin_of,
    spoken_group,
    words_of,
)

#: Endpoints with curves of their own; the rest are given in tables.
_DRAWN = ("os", "pfs", "liver_pfs", "ttp")
_MOST_DRAWN = 4


def chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter."""
    blocks: list[Block] = [Heading(text="Efficacy", anchor="efficacy")]
    drawn = _with_curves(assessment)
    key = tables.key_results(assessment, words_of(assessment))
    if key is not None:
        blocks += [Paragraph(text="[[key-results]] gives every endpoint overall and by first method."),
                   TableBlock(table=key)]  # fmt: skip
    for endpoint in assessment.endpoints:
        blocks += _endpoint(assessment, endpoint, draw=endpoint.code in drawn)
    return blocks


def _with_curves(assessment: Assessment) -> set[str]:
    known = [e.code for e in assessment.endpoints if e.code in _DRAWN]
    return set((known or [e.code for e in assessment.endpoints])[:_MOST_DRAWN])


def _endpoint(assessment: Assessment, endpoint: EndpointResult, *, draw: bool) -> list[Block]:
    words = words_of(assessment)
    blocks: list[Block] = [Heading(text=endpoint.label, anchor=f"about-{endpoint.code}", level=2)]
    blocks.append(Paragraph(text=_overall_text(assessment, endpoint)))
    method = by_method(endpoint)
    if method is not None:
        blocks.append(Paragraph(lead="By method.", text=_groups_text(assessment, endpoint, method)))
    if draw:
        blocks.append(_main_figure(assessment, endpoint, method))
    blocks.append(TableBlock(table=tables.efficacy(assessment, endpoint, words)))
    blocks += _comparisons(assessment, endpoint)
    if endpoint is primary(assessment):
        blocks += _primary_extras(assessment, endpoint)
    comparison = tables.rule_sets(assessment, endpoint, words)
    if comparison is not None:
        blocks += [_rule_set_text(endpoint), TableBlock(table=comparison)]
    blocks += [Note(text=f"{sentence_case(note).rstrip('.')}.") for note in endpoint.notes]
    return blocks


def _overall_text(assessment: Assessment, endpoint: EndpointResult) -> str:
    words, part = words_of(assessment), endpoint.overall
    statistic = "cumulative_incidence" if endpoint.competing else "survival"
    cause = next((e.detail for e in part.estimates.select(statistic)), "")
    at = [e for e in part.estimates.select(statistic, group=()) if e.detail == cause and e.value is not None]
    times = [f"{words.phrase(e)} at {_month(e.at)} months" for e in at]
    if endpoint.competing:
        text = f"Cumulative incidence of {lower_first(cause.replace('_', ' '))} was {listed(times)}" if times else ""
        text += ", with death before it counted as a competing event" if times else ""
    else:
        text = sentence_case(median_sentence(assessment, endpoint, part, ()))
        text += f"; {_share(endpoint)} was {listed(times)}" if times and text else ""
    text = text or f"No estimate of {lower_first(endpoint.label)} is possible"
    return f"{text} ([[efficacy-{endpoint.code}]])."


def _share(endpoint: EndpointResult) -> str:
    """Return what a proportion without the event is called; only survival has a name of its own."""
    if "survival" in endpoint.label.lower():
        return lower_first(endpoint.label)
    return "the share still in response" if endpoint.code == "dor" else "the share without an event"


def _month(day: float | None) -> str:
    return f"{(day or 0) / 30.4375:.0f}"


def _groups_text(assessment: Assessment, endpoint: EndpointResult, part: Breakdown) -> str:
    words = words_of(assessment)
    if endpoint.competing:
        said = []
    else:
        medians = [(g, find(part.estimates, "median", group=g)) for g in part.estimates.groups()]
        said = [
            f"{median_phrase(endpoint, e, words, part.estimates)} with {spoken_group(assessment, g)}"
            for g, e in medians
            if e is not None
        ]
    text = f"Median {lower_first(endpoint.label)} was {listed(said)}. " if said else ""
    return text + _test_text(assessment, endpoint, part)


def _test_text(assessment: Assessment, endpoint: EndpointResult, part: Breakdown) -> str:
    words = words_of(assessment)
    test = next((e for e in part.tests if e.unit == "p" and e.value is not None), None)
    if test is None:
        return part.sentence
    what, name = "cause-specific hazards" if endpoint.competing else "curves", test.method.split(" (")[0]
    return f"Comparison of the {what}: {words.p(test.value)} ({name}; [[comparisons-{endpoint.code}]])."


def _comparisons(assessment: Assessment, endpoint: EndpointResult) -> list[Block]:
    words = words_of(assessment)
    table = tables.comparisons(assessment, endpoint, words)
    blocks: list[Block] = [TableBlock(table=table)] if table is not None else []
    untested = [b for b in endpoint.breakdowns if b.by and not len(b.tests) and b.sentence and b.by != ("method",)]
    untested += [b for b in endpoint.breakdowns if b.by == ("method",) and b.within and not len(b.tests) and b.sentence]
    by_sentence: dict[str, list[str]] = {}
    for b in untested:
        by_sentence.setdefault(b.sentence, []).append(lower_first(b.title))
    blocks += [
        Paragraph(lead=f"{sentence_case(listed(names))}.", text=text, kind="detail")
        for text, names in by_sentence.items()
    ]
    return blocks


def _primary_extras(assessment: Assessment, endpoint: EndpointResult) -> list[Block]:
    """Curves by extent of disease and within liver-only disease, and the forest plot of all groups."""
    blocks: list[Block] = []
    extra = [
        b
        for b in endpoint.breakdowns
        if len(b.estimates.groups()) > 1 and (b.by == ("extrahepatic",) or (b.by == ("method",) and b.within))
    ]
    if extra:
        blocks.append(
            FigureBlock(
                name=f"{endpoint.code}-extent",
                title=caption(assessment, f"{endpoint.label} by extent of disease"),
                text=_panels_text(extra) + _reading(endpoint),
                alt=_alt(assessment, endpoint, extra),
                data=CurveFigure(panels=tuple(_panel(assessment, endpoint, b) for b in extra[:2])),
            )
        )
    if len(endpoint.breakdowns) > 1:
        blocks.append(_forest_block(assessment, endpoint))
    return blocks


def _forest_block(assessment: Assessment, endpoint: EndpointResult) -> FigureBlock:
    words = words_of(assessment)
    rows = [
        f"{group_name(assessment, e.group)}: {words.cell(e)}"
        for b in endpoint.breakdowns
        for e in b.estimates.select("median")
    ]
    return FigureBlock(
        name=f"{endpoint.code}-forest",
        title=caption(assessment, f"{endpoint.label} overall and in every group"),
        text="Squares, estimates, larger for more patients; lines, 95% confidence intervals; arrows, intervals that go "
        "on beyond the axis or have no upper limit; grey line, estimate for all patients. The groups overlap between "
        "sections and were not assigned at random.",
        alt=f"Forest plot of medians in months. {'; '.join(rows)}.",
        data=forest(assessment, endpoint, words),
    )


def _main_figure(assessment: Assessment, endpoint: EndpointResult, method: Breakdown | None) -> FigureBlock:
    parts = [endpoint.overall, *([method] if method is not None and len(method.estimates.groups()) > 1 else [])]
    start = origin_of(endpoint)
    return FigureBlock(
        name=endpoint.code,
        title=endpoint_caption(assessment, endpoint, f"{endpoint.label} from {start}"),
        text=_counted(endpoint) + _panels_text(parts) + _causes_text(endpoint, parts) + _reading(endpoint),
        alt=_alt(assessment, endpoint, parts),
        data=CurveFigure(panels=tuple(_panel(assessment, endpoint, p) for p in parts)),
    )


def _counted(endpoint: EndpointResult) -> str:
    """Return how many events the curves rest on."""
    rows = endpoint.overall.estimates
    said = among(rows, endpoint, ())
    if endpoint.competing:
        cause = next((e.detail for e in rows.select("cumulative_incidence")), None)
        events, n = (count(rows, name, (), detail) for name, detail in (("events", cause), ("n", None)))
        whole = events is not None and n is not None
        said = f"{event_count(endpoint, events or 0)} among {plural(n or 0, unit_of(endpoint))}" if whole else ""
    return f"{sentence_case(said)}. " if said else ""


def _panel(assessment: Assessment, endpoint: EndpointResult, part: Breakdown) -> CurvePanel:
    label = "Cumulative incidence" if endpoint.competing else endpoint.label
    return panel(
        part.curves,
        title=_panel_title(part),
        y_label=f"{label}, %",
        x_label=f"Months from {origin_of(endpoint)}",
        name_group=lambda group: group_name(assessment, group),
        events_label="Deaths" if endpoint.code == "os" else "Events",
    )


def _panel_title(part: Breakdown) -> str:
    n = sum({c.group: c.n for c in part.curves}.values())
    return f"{part.title if part.by else 'All patients'} (n = {n})"


def _panels_text(parts: list[Breakdown]) -> str:
    if len(parts) < 2:
        return ""
    named = [f"{chr(ord('A') + i)}, {lower_first(_panel_title(p))}" for i, p in enumerate(parts)]
    return f"{'; '.join(named)}. "


def _causes_text(endpoint: EndpointResult, parts: list[Breakdown]) -> str:
    """Say which curves stand for deaths before the event, where they are drawn."""
    causes = [c.detail.replace("_", " ") for c in endpoint.overall.curves]
    if len(causes) < 2 or endpoint.overall not in parts:
        return ""
    where = "A" if len(parts) > 1 else "The figure"
    return f"{where} shows {lower_first(causes[0])} and, competing with it, {listed([c.lower() for c in causes[1:]])}. "


def _reading(endpoint: EndpointResult) -> str:
    method = next((c.method for c in endpoint.overall.curves), "")
    level = next((c.level for c in endpoint.overall.curves), 0.95)
    return (
        f"{method}. Bands, {level * 100:g}% confidence; vertical marks, censored; dotted, fewer than 10 patients at "
        "risk."
    )


def _alt(assessment: Assessment, endpoint: EndpointResult, parts: list[Breakdown]) -> str:
    words = words_of(assessment)
    kind = "Cumulative incidence" if endpoint.competing else endpoint.label
    said = []
    for part in parts:
        for group in part.estimates.groups():
            name = group_name(assessment, group) if part.by else "All patients"
            median = find(part.estimates, "median", group=group)
            if median is not None:
                said.append(f"{name}: median {words.phrase(median)}")
            else:
                last = [e for e in part.estimates.select("cumulative_incidence", group=group) if e.value is not None]
                said += [f"{name}: {words.phrase(e)} at {_month(e.at)} months" for e in last[:1]]
    return f"{kind} curves with numbers at risk. {'; '.join(said)}."


def _rule_set_text(endpoint: EndpointResult) -> Paragraph:
    assert endpoint.comparison is not None
    return Paragraph(
        lead="Censoring rules.",
        text=f"[[rules-{endpoint.code}]] sets the rule set of this report, "
        f"{lower_first(tables.rule_set_name(endpoint.comparison.rule_set))}, beside "
        f"{tables.rule_set_name(endpoint.comparison.other)}.",
    )
