"""The library pooled, as tables: by treatment, what is not pooled and why, and where every number was read."""

from __future__ import annotations

from glisson.evidence.pooling import PooledLibrary, Pooling
from glisson.present.document import linked
from glisson.present.figures.pooled_forest import spread_in_words
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.words import NOTHING_TO_PRINT, Words, listed, lower_first, plural
from glisson.tables import Estimate


def pooled_tables(result: PooledLibrary, words: Words) -> tuple[TableModel, ...]:
    """Return for each population what the series say together and what is not pooled; then the sources.

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
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[2:3], populations=POPULATIONS[:1])
    >>> pooled_tables(found, Words.of("ama"))[0].rows[1].cells[:2]
    ('Objective response', '1')
    """
    tables: list[TableModel] = []
    for population in result.populations:
        tables.append(pooled_table(result, population.code, words))
        refused = refused_table(result, population.code)
        if refused.rows:
            tables.append(refused)
    return (*tables, sources_table(result, words))


def pooled_table(result: PooledLibrary, population: str, words: Words) -> TableModel:
    """Return what all published series together say, by treatment, in one population."""
    rows: list[Row] = []
    silent: list[str] = []
    for treatment in result.treatments:
        mine = [p for p in _of(result, population) if p.treatment == treatment]
        if not any(p.used or p.refused for p in mine):
            silent.append(treatment.label)
        told = [p for p in mine if p.reported]
        if not told:
            continue
        rows.append(section(treatment.label))
        rows += [Row(cells=_cells(p, words), indent=1) for p in told]
    label = next(p.label for p in result.populations if p.code == population)
    return TableModel(
        name=f"pooled-{population.replace('_', '-')}",
        title=f"What all published series together say. {label}",
        columns=(
            text_column("Outcome", 2.2),
            Column(heading="Series", width=0.6),
            Column(heading="Patients", width=0.7),
            Column(heading=f"Pooled ({words.level(result.level)} CI)", width=1.7),
            Column(heading="All together", width=1.6),
            Column(heading="A new series", width=1.4),
            Column(heading="I²", width=1.2),
            Column(heading="Reported", width=1.3),
        ),
        rows=tuple(rows),
        notes=_notes(result, population, silent),
        wide=True,
    )


def _cells(p: Pooling, words: Words) -> tuple[str, ...]:
    n = patients_cell(p)
    unit = ", months" if p.outcome.kind == "median" else ""
    name = f"{p.outcome.label}{unit}"
    if not p.used:
        return (name, "0", NOTHING_TO_PRINT, "not pooled", *[NOTHING_TO_PRINT] * 3, reported_cell(p, words))
    common, prediction, i2 = (p.estimates.one(s) for s in ("common", "prediction", "i2"))
    alone = p.k == 1
    return (
        name, str(p.k), n, pooled_cell(p, words), NOTHING_TO_PRINT if alone else words.cell(common),
        limits_cell(prediction, words), NOTHING_TO_PRINT if alone else _cell_i2(i2, words), reported_cell(p, words),
    )  # fmt: skip


def patients_cell(p: Pooling) -> str:
    """Return how many patients; where they are those of one series, with the address of that one."""
    if p.n is None:
        return NOTHING_TO_PRINT
    return linked(str(p.n), p.used[0].number.source_url) if p.k == 1 else str(p.n)


def pooled_cell(p: Pooling, words: Words) -> str:
    """Return the pooled value with its limits; where it is that of one series, with the address of that one."""
    text = words.cell(p.estimates.one("pooled"))
    return linked(text, p.used[0].number.source_url) if p.k == 1 else text


def limits_cell(e: Estimate, words: Words) -> str:
    """Return the limits of an estimate; a dash where it has none."""
    bounds = words.bounds(e)
    return words.limits(*bounds) if e.value is not None and bounds else NOTHING_TO_PRINT


def _cell_i2(e: Estimate, words: Words) -> str:
    if e.value is None:
        return NOTHING_TO_PRINT
    bounds = words.bounds(e)
    value = words.percent(e.value, None)
    return f"{value} ({words.limits(*bounds)})" if bounds else value


def reported_cell(p: Pooling, words: Words) -> str:
    """Return the lowest and highest value as printed, each with its address, and of how many series."""
    if p.reported is None:
        return NOTHING_TO_PRINT
    low, high, k = p.reported
    months = p.outcome.kind == "median"
    ends = [words.measure(v) if months else words.percent(v, None) for v in (low, high)]
    urls = [p.told[0].source_url, p.told[-1].source_url]
    first, last = (linked(text, url) for text, url in zip(ends, urls, strict=True))
    return first if low == high else f"{words.limits(first, last)} ({k} series)"


def _notes(result: PooledLibrary, population: str, silent: list[str]) -> tuple[str, ...]:
    level = words_level(result.level)
    notes = [
        f"Pooled: random effects with {level} limits. Proportions: binomial model with a random intercept, t with "
        "(series − 1) degrees of freedom; survival: log(−log) scale, medians: log scale, both by REML with "
        "Knapp-Hartung limits, not shorter than Wald's. One series: its own limits. All together: as if all series "
        "estimated one value. A new series: where its true value is expected (t with series − 2 degrees of freedom). "
        "Reported: lowest and highest value, those included that come without a variance.",
        "Survival is reported without limits: its variance is taken as if nobody had been censored before that time, "
        "so that limits are too narrow.",
        "With two or three series random effects say next to nothing: read the series themselves.",
        "The series are single-arm and their patients differ: rows of different treatments are not a comparison.",
    ]
    mine = _of(result, population)
    differing = {p.outcome.note: p.outcome.label for p in reversed(mine) if p.k > 1 and p.outcome.note}
    notes += [f"{label}: {note}." for note, label in differing.items()]
    counted = dict.fromkeys(u.label for p in mine for u in p.used if u.counted)
    if counted:
        notes.append(f"Events were worked out from the printed proportion and n in {listed(list(counted))}.")
    for p in mine:
        for other in p.alternatives:
            what = f"{p.treatment.label}, {lower_first(p.outcome.label)}"
            notes.append(f"{what}: with {listed(list(other.instead))} instead, {_plain(other.pooled)}.")
    if silent:
        notes.append(
            f"No series in the library reports any of these outcomes after {listed([inside(s) for s in silent])}."
        )
    return tuple(notes)


def inside(label: str) -> str:
    """Return a treatment's name as it stands inside a sentence; names that begin with an abbreviation stay."""
    return label if label[1:2].isupper() or label.startswith("Y-") else lower_first(label)


def _plain(e: Estimate) -> str:
    return Words.of("plain").cell(e)


def words_level(level: float) -> str:
    """Return a level as a percentage.

    Examples
    --------
    >>> words_level(0.95)
    '95%'
    """
    return Words.of("plain").level(level)


def refused_table(result: PooledLibrary, population: str) -> TableModel:
    """Return where nothing is pooled although numbers were published, and why."""
    heading = next(p.label for p in result.populations if p.code == population)
    why: dict[tuple[str, str], list[str]] = {}
    for p in _of(result, population):
        if p.refused and not p.used:
            why.setdefault((p.treatment.label, p.why_not), []).append(p.outcome.label)
    return TableModel(
        name=f"not-pooled-{population.replace('_', '-')}",
        title=f"Not pooled, and why. {heading}",
        columns=(text_column("Treatment", 1.2), text_column("Outcomes", 1.8), text_column("Why", 4.2)),
        rows=tuple(Row(cells=(label, "; ".join(outcomes), told)) for (label, told), outcomes in why.items()),
        wide=True,
    )


def sources_table(result: PooledLibrary, words: Words) -> TableModel:
    """Return every number that is pooled in any population, with its source."""
    rows: dict[tuple[str, ...], None] = {}
    for treatment in result.treatments:
        for outcome in result.outcomes:
            for p in result.poolings:
                if p.treatment == treatment and p.outcome == outcome:
                    rows |= {(treatment.label, outcome.label, *_source(p, i, words)): None for i in range(p.k)}
    return TableModel(
        name="pooled-sources",
        title=f"Sources of the pooled numbers ({plural(len(rows), 'number')})",
        columns=(
            text_column("Treatment", 1.2), text_column("Outcome", 1.5), text_column("Series", 1.2),
            Column(heading="Reported", width=1.0), text_column("Tumours", 1.3), text_column("Source", 3.0),
        ),
        rows=tuple(Row(cells=cells) for cells in rows),
        wide=True,
    )  # fmt: skip


def _source(p: Pooling, i: int, words: Words) -> tuple[str, str, str, str]:
    used = p.used[i]
    url = used.number.source_url
    value = used.number.value or 0.0
    if p.outcome.kind == "proportion":
        text = f"{used.events} of {used.n}"
    elif p.outcome.kind == "survival":
        text = f"{words.percent(value, None)} of {used.n}"
    else:
        text = f"{words.measure(value)} months"
    return used.label, linked(text, url), used.arm.histology.replace("_", " "), linked(url, url)


def heterogeneity_line(pooling: Pooling, words: Words) -> str:
    """Return I², τ² and the test of heterogeneity of one pooling in a line."""
    return spread_in_words(pooling, words) if pooling.used else pooling.why_not


def _of(result: PooledLibrary, population: str) -> list[Pooling]:
    return [p for p in result.poolings if p.population.code == population]
