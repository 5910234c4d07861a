"""Chapter on pitfalls: a statistical reviewer's letter, worst first, and the pre-filled table of the risk of bias."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Finding, FindingSeverity, Reviewed, Spoken
from glisson.present.document import Block, FigureBlock, Heading, ListBlock, Note, Paragraph, TableBlock
from glisson.present.figures.data import CurveFigure, panel
from glisson.present.tabulate import findings as tables
from glisson.present.tabulate.common import caption
from glisson.present.tabulate.findings import Item
from glisson.present.words import listed, lower_first, opening, plural, sentence_case, spelled
from glisson.reporting.wording import words_of

#: Up to so many findings of one pitfall are told with all their numbers; results.json has those of the others.
_FEW = 2
#: What a reviewer calls each severity.
GROUPS: tuple[tuple[str, FindingSeverity], ...] = (
    ("Must be corrected", "stop"),
    ("Should be considered", "warn"),
    ("Worth knowing", "info"),
)


def chapter(assessment: Reviewed) -> list[Block]:
    """Return the blocks of the chapter, worst finding first."""
    blocks: list[Block] = [Heading(text="Pitfalls found", anchor="pitfalls"), *letter(assessment)]
    if assessment.findings:
        text = "[[appendix-pitfalls]] tells them one by one: why each matters, what was done, and what it changes."
        blocks.insert(3, Paragraph(text=text))  # after the opening and the table
    return [*blocks, *_bias(assessment)]


def letter(assessment: Reviewed) -> list[Block]:
    """Return what a statistical reviewer would write, without a salutation."""
    found = tables.items(assessment.findings)
    if not found:
        return [Paragraph(text="No detector found anything.")]
    blocks: list[Block] = [
        Paragraph(text=_opening(found)), TableBlock(table=tables.overview(assessment, GROUPS))
    ]  # fmt: skip
    number = 0
    for name, severity in GROUPS:
        own = [item for item in found if item.severity == severity]
        if own:
            blocks.append(Heading(text=name, anchor=f"pitfalls-{severity}", level=2))
        for item in own:
            number += 1
            blocks += _item(assessment, item, number)
    return blocks


def _opening(found: tuple[Item, ...]) -> str:
    counts = [(sum(item.severity == severity for item in found), severity) for _, severity in GROUPS]
    said = {"stop": "must be corrected", "warn": "should be considered", "info": "worth knowing"}
    parts = [
        f"{spelled(n)} {said[s] if s != 'info' else ('is ' if n == 1 else 'are ') + said[s]}" for n, s in counts if n
    ]
    text = f"{opening(len(found), 'pitfall')} of analyses like this one "
    text += f"{'applies' if len(found) == 1 else 'apply'} to these data ([[findings]]): {listed(parts)}. "
    return text + (
        "A column headed “naive” is the analysis as usually done, printed only to be compared with the corrected one "
        "beside it."
    )


def told(assessment: Spoken, findings: Sequence[Finding]) -> list[Block]:
    """Return findings one after the other, as the letter tells them.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    findings
        Worst first.
    """
    return [b for k, item in enumerate(tables.items(findings), start=1) for b in _item(assessment, item, k)]


def _item(assessment: Spoken, item: Item, number: int) -> list[Block]:
    blocks: list[Block] = [
        Note(kind=item.severity, lead=f"{number}. {item.title} ({item.id}).", text=_found(item)),
    ]
    own = [_own(item, place) for place in range(len(item.findings))]
    if len(item.findings) > 1:
        blocks.append(ListBlock(items=tuple(own)))
    blocks.append(Paragraph(lead="Why it matters.", text=item.shared("consequence") or _all(item, "consequence")))
    reference = f" ({'; '.join(item.references)})" if item.references else ""
    remedy = item.shared("remedy") or _all(item, "remedy")
    blocks.append(Paragraph(lead="What we did.", text=f"{remedy.rstrip('.')}{reference}."))
    if len(item.findings) == 1:
        blocks += _numbers(item)
    if item.patients:
        who = f"{plural(len(item.patients), 'patient')}: {', '.join(item.patients)}."
        blocks.append(Paragraph(lead="Whom it concerns.", text=who))
    table = tables.beside(assessment, item, words_of(assessment))
    if table is not None:
        blocks.append(TableBlock(table=table))
    return [*blocks, *_figures(assessment, item)]


def _found(item: Item) -> str:
    """Return what was found: the sentence, or for several findings what they are about."""
    if len(item.findings) == 1:
        return item.findings[0].sentence
    times = "twice" if len(item.findings) == 2 else f"{spelled(len(item.findings))} times"
    return f"Found {times}: {listed([lower_first(c) for c in item.cases])}."


def _own(item: Item, place: int) -> str:
    """Return what holds for one finding of several."""
    finding = item.findings[place]
    text = f"{sentence_case(item.cases[place])}: {finding.sentence}"
    for field in ("consequence", "remedy"):
        if item.shared(field):
            text += f" {item.own(field, place)}".rstrip()
    return f"{text} {_numbers_text(finding)}".rstrip() if len(item.findings) <= _FEW else text


def _all(item: Item, field: str) -> str:
    """Return the texts of findings that have no sentence in common."""
    return " ".join(dict.fromkeys(getattr(f, field) for f in item.findings))


def _numbers(item: Item) -> list[Block]:
    numbers = _numbers_text(item.findings[0])
    return [Paragraph(lead="Numbers.", text=numbers)] if numbers else []


def _numbers_text(finding: Finding) -> str:
    numbers = "; ".join(f"{name}, {value}" for name, value in finding.numbers)
    return f"{sentence_case(numbers)}." if numbers else ""


def _figures(assessment: Spoken, item: Item) -> list[Block]:
    """Return one figure for the findings of an item that have curves, two panels at most."""
    drawn = [(case, f) for case, f in zip(item.cases, item.findings, strict=True) if f.curves][:2]
    if not drawn:
        return []
    panels = tuple(
        panel(
            f.curves,
            title=sentence_case(case or f.title),
            y_label="Overall survival, %",
            x_label=f"Months from {_start(f.curves[0].variable)}",
            name_group=assessment.group_label,
            events_label="Deaths",
        )
        for case, f in drawn
    )
    named = "; ".join(f"{chr(ord('A') + i)}, {case}" for i, (case, _) in enumerate(drawn)) if len(drawn) > 1 else ""
    return [
        FigureBlock(
            name=f"curves-{item.id.lower()}",
            title=caption(assessment, f"{item.title}: curves with changing groups (Simon-Makuch)"),
            text=f"{named + '. ' if named else ''}Each patient counts in the group without the exposure until it "
            "happens and in the other from then on, so numbers at risk can rise. Curves start at the first landmark "
            "with patients on both sides, among those followed until then. Bands, confidence; vertical marks, "
            "censored; dotted, fewer than 10 patients at risk.",
            alt="Kaplan-Meier curves with delayed entry by an exposure that changes over time. "
            + "; ".join(f"{sentence_case(case or f.title)}: {', '.join(_last(assessment, f))}" for case, f in drawn)
            + ".",
            data=CurveFigure(panels=panels),
        )
    ]


def _start(variable: str) -> str:
    """Return what a name such as ``os (Simon-Makuch from day 30)`` says of its start."""
    return variable.partition("from ")[2].rstrip(")") or "first session"


def _last(assessment: Spoken, finding: object) -> list[str]:
    curves = getattr(finding, "curves", ())
    return [f"{assessment.group_label(c.group)}, {c.n} patients, {int(c.events.sum())} deaths" for c in curves]


def _bias(assessment: Reviewed) -> list[Block]:
    if not assessment.bias:
        return []
    return [
        Heading(text="Risk of bias", anchor="risk-of-bias", level=2),
        Paragraph(
            text="[[robins-i]] follows the seven domains of ROBINS-I (Sterne 2016). What the records can say is filled "
            "in; the judgement of each domain, and of the whole, is to be made by the reviewers."
        ),
        TableBlock(table=tables.bias(assessment)),
    ]
