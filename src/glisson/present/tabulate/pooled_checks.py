"""What the pooled values hang on, as a table: without each series, by kind of tumour, by treatment."""

from __future__ import annotations

from glisson.evidence.pooling import PooledLibrary, Pooling
from glisson.evidence.pooling_checks import LEAST, by_treatment, by_tumours, small_series, without_each
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.words import Words, lower_first, plural, sentence_case
from glisson.tables import Estimates


def checks_table(result: PooledLibrary, words: Words) -> TableModel:
    """Return for each pooling of three series or more what it hangs on, then each outcome by treatment.

    Parameters
    ----------
    result
        What ``glisson.evidence.pooling.pooled`` returns.
    words
        How numbers are written.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
    >>> from glisson.evidence.pooling import pooled
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[:1], populations=POPULATIONS[1:2])
    >>> checks_table(found, Words.of("ama")).rows[1].cells
    ('All 3 series', '41% (4% to 91%)')
    """
    rows: list[Row] = []
    for pooling in result.poolings:
        if pooling.k >= LEAST:
            rows += _rows(pooling, result.level, words)
    for population in result.populations:
        for outcome in result.outcomes:
            found = by_treatment(result, outcome.code, population.code)
            if len(found):
                rows.append(section(f"{outcome.label} by treatment. {population.label}"))
                rows += _parts(found, "treatments", words)
    return TableModel(
        name="pooled-checks",
        title="What the pooled values hang on",
        columns=(
            text_column("Series pooled", 3.0),
            Column(heading=f"Pooled ({words.level(result.level)} CI)", width=1.6),
        ),
        rows=tuple(rows),
        notes=(
            "Each part has its own variance between series; parts are compared by chi-square. A part of one series "
            "has limits of its own, on the scale of the pooling. Treatments were not given to the same patients: a "
            "difference between them is no effect of treatment.",
        ),
    )  # fmt: skip


def _rows(p: Pooling, level: float, words: Words) -> list[Row]:
    rows = [
        section(f"{p.treatment.label}: {lower_first(p.outcome.label)}. {p.population.label}"),
        Row(cells=(f"All {p.k} series", words.cell(p.estimates.one("pooled"))), indent=1),
    ]
    left = without_each(p, level).select("pooled")
    rows += [Row(cells=(sentence_case(e.detail), words.cell(e)), indent=1) for e in left]
    rows += _parts(by_tumours(p, level), "kinds of tumour", words)
    egger = small_series(p).one("egger_p")
    told = "not tested (needs ten series)" if egger.value is None else words.p(egger.value)
    return [*rows, Row(cells=("Small series beside large ones", told), indent=1)]


def _parts(found: Estimates, what: str, words: Words) -> list[Row]:
    """Return a row a part, and whether parts differ."""
    if not len(found):
        return []
    pooled = found.select("pooled")
    rows = []
    for e in pooled:
        k = len(found.select("study", group=e.group))
        rows.append(
            Row(cells=(f"{sentence_case(e.group[0][1])}: {plural(k, 'series', 'series')}", words.cell(e)), indent=1)
        )
    p = found.one("p_between")
    told = p.reason if p.value is None else words.p(p.value)
    return [*rows, Row(cells=(f"Difference between {what}", told), indent=1)]
