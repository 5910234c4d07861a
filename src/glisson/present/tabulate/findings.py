"""Findings as a reviewer tells them: one item a pitfall, its cases in one table, the naive beside the corrected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glisson.assessment import Finding, FindingSeverity, Reviewed, Spoken
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, group_name
from glisson.present.tabulate.efficacy import statistic_label
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, listed, lower_first, sentence_case
from glisson.tables import Estimate, Estimates

#: Statistics printed of a pitfall that has many; results.json holds all of them.
_PRINTED = {
    "P01": ("hazard_ratio",),
    "P08": ("hazard_ratio",),
    "P20": ("median", "rmst"),
    "P21": ("median", "rate", "hazard_ratio"),
}
#: A naive statistic stands beside the corrected one of another name.
_SAME = {"one_minus_survival": "cumulative_incidence"}
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)%])\. (?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One pitfall with all findings of it.

    Parameters
    ----------
    id, severity, title
        Of the findings; what differs between their titles is in ``cases``.
    findings, cases
        The findings, and what each is about; one empty case where there is one finding.
    """

    id: str
    severity: FindingSeverity
    title: str
    findings: tuple[Finding, ...]
    cases: tuple[str, ...]

    @property
    def patients(self) -> tuple[str, ...]:
        """Pseudonyms of everybody concerned, sorted."""
        return tuple(sorted({p for f in self.findings for p in f.patients}))

    @property
    def references(self) -> tuple[str, ...]:
        """Sources, each once."""
        return tuple(dict.fromkeys(r for f in self.findings for r in f.reference.rstrip(".").split("; ") if r))

    def shared(self, field: str) -> str:
        """Return the sentences of a field that all findings have in common."""
        first, *others = [_sentences(getattr(f, field)) for f in self.findings]
        return " ".join(s for s in first if all(s in other for other in others))

    def own(self, field: str, place: int) -> str:
        """Return the sentences of a field that only some findings have."""
        shared = _sentences(self.shared(field))
        return " ".join(s for s in _sentences(getattr(self.findings[place], field)) if s not in shared)


def items(findings: Sequence[Finding]) -> tuple[Item, ...]:
    """Return findings of the same pitfall and severity as one item, in the order of the first of each.

    Examples
    --------
    >>> one = {"severity": "warn", "sentence": "S.", "consequence": "C.", "remedy": "R."}
    >>> found = [Finding(id="P20", title=f"Immature curve: {x}", **one) for x in ("survival", "response")]
    >>> [(i.title, i.cases) for i in items(found)]
    [('Immature curve', ('survival', 'response'))]
    """
    together: dict[tuple[str, FindingSeverity], list[Finding]] = {}
    for f in findings:
        together.setdefault((f.id, f.severity), []).append(f)
    return tuple(_item(tuple(found)) for found in together.values())


def _item(found: tuple[Finding, ...]) -> Item:
    titles = [f.title for f in found]
    if len(found) == 1:
        title, cases = titles[0], [""]
    else:
        parts = [t.partition(": ") for t in titles]
        if all(p[2] for p in parts) and len({p[0] for p in parts}) == 1:
            title, cases = parts[0][0], [p[2] for p in parts]
        else:
            distinct = list(dict.fromkeys(p[0] for p in parts))
            title, cases = listed([distinct[0], *map(lower_first, distinct[1:])]), titles
    return Item(id=found[0].id, severity=found[0].severity, title=title, findings=found, cases=tuple(cases))


def _sentences(text: str) -> list[str]:
    parts = _SENTENCE_END.split(text)
    return [p if p.endswith(".") else f"{p}." for p in parts if p]


def overview(assessment: Reviewed, groups: Sequence[tuple[str, FindingSeverity]]) -> TableModel:
    """Return the list of pitfalls found, worst first, one row a pitfall.

    Parameters
    ----------
    assessment
        With its findings.
    groups
        What each severity is called, and the severity.
    """
    names = {severity: name for name, severity in groups}
    rows = tuple(
        Row(
            cells=(
                item.id,
                item.title,
                sentence_case("; ".join(c for c in item.cases if c)) or _sentences(item.findings[0].sentence)[0],
                names[item.severity],
                str(len(item.patients)) if item.patients else NOTHING_TO_PRINT,
            )
        )
        for item in items(assessment.findings)
    )
    return TableModel(
        name="findings",
        title=caption(assessment, "Pitfalls found, worst first"),
        columns=(
            text_column("Id", 0.5),
            text_column("Pitfall", 2.0),
            text_column("Where, or what was found", 4.2),
            text_column("Weight", 1.2),
            text_column("Patients", 0.8),
        ),
        rows=rows,
        notes=("Id: number of the detector. Patients: how many the finding names; —, it concerns the cohort.",),
    )


def beside(assessment: Spoken, item: Item, words: Words) -> TableModel | None:
    """Return the naive analyses of a pitfall beside the corrected ones, or ``None`` where none was run."""
    rows: list[Row] = []
    for case, finding in zip(item.cases, item.findings, strict=True):
        own = _paired(assessment, item.id, finding, words)
        if own and case:
            rows.append(section(sentence_case(case)))
        rows += own
    if not rows:
        return None
    level = next((e.level for f in item.findings for e in (*f.corrected, *f.naive) if e.level), 0.95)
    columns = [text_column("Group", 2.2), text_column("Statistic", 2.6)]
    columns += [Column(heading="Naive:\nas usually done", width=2), Column(heading="Corrected", width=2)]
    title = f"{item.title}: the naive and the corrected analysis"
    if not any(len(f.naive) for f in item.findings):  # no column of dashes
        columns.pop(2)
        rows = [r if r.kind == "section" else replace(r, cells=(*r.cells[:2], r.cells[3])) for r in rows]
        title = f"{item.title}: what was computed instead"
    notes = [f"Estimates with {words.level(level)} confidence intervals; below them, events / n."]
    if item.id in _PRINTED:
        notes.append("All other statistics of these analyses are in results.json.")
    warned = dict.fromkeys(e.warning for f in item.findings for e in f.corrected if e.warning)
    notes += [f"{sentence_case(w).rstrip('.')}." for w in warned if len(warned) <= _MOST_WARNINGS]
    return TableModel(
        name=f"finding-{item.id.lower()}-{item.severity}",
        title=caption(assessment, title),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(notes),
    )


#: Several analyses stand in place of one: the naive one has a row of its own, and is not set beside the first of them.
_APART = frozenset({"P16"})
#: More different warnings than this are left to results.json.
_MOST_WARNINGS = 2


def _paired(assessment: Spoken, detector: str, finding: Finding, words: Words) -> list[Row]:
    """Return rows in which a naive statistic stands beside the corrected one of the same group and time."""
    naive, corrected = _shown(detector, finding.naive), _shown(detector, finding.corrected)
    left, rows = list(naive), []
    ratios = [e for e in naive if e.statistic == "hazard_ratio"]
    for e in corrected:
        match = next((o for o in left if _key(o) == _key(e)), None) if detector not in _APART else None
        if match is not None:
            left.remove(match)
        elif e.statistic == "hazard_ratio" and len(ratios) == 1:
            match = ratios[0]
            left = [o for o in left if o is not match]
        rows.append(_row(assessment, e, words, match, e))
    rows = [_row(assessment, e, words, e, None) for e in left] + rows
    return _by_endpoint(assessment, [*left, *corrected], rows)


def _by_endpoint(assessment: Spoken, shown: list[Estimate], rows: list[Row]) -> list[Row]:
    """Head rows by endpoint where one finding is about several of them, and name the endpoint nowhere else."""
    labels = dict(assessment.endpoint_labels)
    found = list(dict.fromkeys(e.variable.split(" ")[0] for e in shown))
    if len(found) < 2 or not all(code in labels for code in found) or not all(" " not in e.variable for e in shown):
        return rows
    out: list[Row] = []
    for code in found:
        out.append(section(labels[code]))
        end = lower_first(labels[code])
        for e, row in zip(shown, rows, strict=True):
            if e.variable == code:
                said = row.cells[1].removesuffix(end).rstrip(" ,:")
                out.append(replace(row, cells=(row.cells[0], said, *row.cells[2:])))
    return out


def _shown(detector: str, estimates: Estimates) -> list[Estimate]:
    chosen = [e for e in estimates if e.statistic not in {"n", "events"}]
    only = [e for e in chosen if e.statistic in _PRINTED.get(detector, ())]
    return only or chosen


def _key(e: Estimate) -> tuple[object, ...]:
    # What a detail says besides is the cause of a competing risk, or the name of the variant.
    detail = e.detail.partition(", ")[0] if e.statistic == "hazard_ratio" else ""
    levels = tuple(level for _, level in e.group)  # a finding may group by a variable of its own, as “any session by”
    return _SAME.get(e.statistic, e.statistic), levels, e.at, detail, e.variable.split(" ")[0]


def _row(assessment: Spoken, e: Estimate, words: Words, naive: Estimate | None, corrected: Estimate | None) -> Row:
    cells = tuple(NOTHING_TO_PRINT if x is None else _cell(x, words) for x in (naive, corrected))
    return Row(cells=(_group(assessment, e), _statistic(assessment, e), *cells), indent=1)


def _cell(e: Estimate, words: Words) -> str:
    """Return an estimate with events / n below it."""
    text = words.cell(e)
    return f"{text}\n{e.events} / {e.n}" if e.unit != "p" and e.events is not None and e.n else text


def _statistic(assessment: Spoken, e: Estimate) -> str:
    if e.detail.startswith("versus "):
        level, _, rest = e.detail.removeprefix("versus ").partition(", ")
        key = e.group[0][0] if e.group else ""
        against = lower_first(group_name(assessment, ((key, level),)))
        e = replace(e, detail=", ".join(t for t in (f"versus {against}", rest) if t))
    if e.statistic == "one_minus_survival":  # the name of what it stands for; the column says that it is naive
        at = f" at {e.at / DAYS_PER_MONTH:.0f} months" if e.at is not None and e.at > 1 else ""
        return f"Cumulative incidence{at}"
    return statistic_label(e)


def _group(assessment: Spoken, e: Estimate) -> str:
    """Return the group of a row; what everybody had, where one table holds several such things."""
    if e.unit == "p" and not e.group:
        return "All groups"
    if e.group or " " not in e.variable:
        return group_name(assessment, e.group)
    code, rest = e.variable.split(" ", 1)
    labels = dict(assessment.endpoint_labels)
    return f"{labels[code]} {rest}" if code in labels else sentence_case(e.variable)


def bias(assessment: Reviewed) -> TableModel:
    """Return the domains of ROBINS-I with the facts that bear on each; the last column is left to people."""
    rows = tuple(
        Row(
            cells=(
                f"{number}. {domain.name}",
                domain.question,
                " ".join(domain.facts),
                ", ".join(domain.findings) or NOTHING_TO_PRINT,
                sentence_case(domain.judgement),
            )
        )
        for number, domain in enumerate(assessment.bias, start=1)
    )
    return TableModel(
        name="robins-i",
        title=caption(assessment, "Risk of bias: the domains of ROBINS-I, filled with what the records say"),
        columns=(
            text_column("Domain", 1.7),
            text_column("What reviewers decide", 2),
            text_column("Facts from the records", 4.2),
            text_column("Findings", 1.0),
            text_column("Judgement", 1.3),
        ),
        rows=rows,
        notes=("No judgement is made here: it needs knowledge of the field, and of how patients were chosen.",),
        wide=True,
    )
