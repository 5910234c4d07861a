"""What all published series together say, in one table: the answer, and how it hangs on who is counted."""

from __future__ import annotations

from glisson.evidence.pooling import PooledLibrary, Pooling
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.pooled import limits_cell, patients_cell, pooled_cell, reported_cell
from glisson.present.words import NOTHING_TO_PRINT, Words, listed, lower_first, plural

_MAIN, _GIST, _LMS = "sarcoma", "with_gist", "leiomyosarcoma"


def pooled_summary(result: PooledLibrary, words: Words) -> TableModel:
    """Return one row an outcome after each treatment: series without GIST, then with them, then leiomyosarcoma alone.

    Parameters
    ----------
    result
        All three populations of ``glisson.evidence.pooling.pooled``.
    words
        How numbers are written.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, TREATMENTS
    >>> from glisson.evidence.pooling import pooled
    >>> from glisson.present.document import unlinked
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[2:3])
    >>> [unlinked(cell) for cell in pooled_summary(found, Words.of("ama")).rows[1].cells[:4]]
    ['Objective response', '1', '39', '36% (21% to 53%)']
    """
    rows: list[Row] = []
    for treatment in result.treatments:
        own = []
        for outcome in result.outcomes:
            three = [result.one(outcome.code, treatment.code, p) for p in (_MAIN, _GIST, _LMS)]
            if any(p.reported for p in three):
                own.append(Row(cells=_cells(three, words), indent=1))
        if own:
            rows += [section(treatment.label), *own]
    return TableModel(
        name="pooled-summary",
        title="What all published series together say of liver-directed treatment and resection in sarcoma",
        columns=(
            text_column("Outcome", 2.2),
            Column(heading="Series", above="GIST left out", width=0.6),
            Column(heading="Patients", above="GIST left out", width=0.85),
            Column(heading=f"Pooled ({words.level(result.level)} CI)", above="GIST left out", width=1.6),
            Column(heading="A new series", above="GIST left out", width=1.3),
            Column(heading="Reported", above="GIST left out", width=1.3),
            Column(heading="With series that mix in GIST", width=1.9),
            Column(heading="Leiomyosarcoma alone", width=1.5),
        ),
        rows=tuple(rows),
        notes=_notes(result, words),
        wide=True,
    )


def _cells(three: list[Pooling], words: Words) -> tuple[str, ...]:
    main, gist, lms = three
    name = main.outcome.label + (", months" if main.outcome.kind == "median" else "")
    if not main.used:
        own = ["0" if main.refused else NOTHING_TO_PRINT, NOTHING_TO_PRINT]
        own += ["not pooled" if main.reported else NOTHING_TO_PRINT, NOTHING_TO_PRINT]
    else:
        own = [
            str(main.k),
            patients_cell(main),
            pooled_cell(main, words),
            limits_cell(main.estimates.one("prediction"), words),
        ]
    same = {u.number for u in gist.used} == {u.number for u in main.used}
    more = "no other series" if same and main.used else _other(gist, words)
    return (name, *own, reported_cell(main, words), more, _other(lms, words))


def _new(p: Pooling, words: Words) -> str:
    return limits_cell(p.estimates.one("prediction"), words)


def _other(p: Pooling, words: Words) -> str:
    """Return the pooled value with the number of series, or what was reported."""
    if not p.used:
        return reported_cell(p, words)
    return f"{pooled_cell(p, words)}\n{p.k} series" + (f", {patients_cell(p)} patients" if p.n is not None else "")


def _notes(result: PooledLibrary, words: Words) -> tuple[str, ...]:
    notes = [
        f"Random effects with {words.level(result.level)} limits: proportions by a binomial model with a random "
        "intercept (t, series − 1 degrees of freedom), survival on the log(−log) and medians on the log scale by REML "
        "with Knapp-Hartung limits, never shorter than Wald's. One series: its own limits. A new series: where its "
        "true value is expected, from three series on. Reported: lowest and highest value, those included that come "
        "without a variance. GIST: gastrointestinal stromal tumours, and series older than the test for them.",
        "With two or three series random effects say next to nothing: read the series themselves. Survival printed "
        "without limits has limits here that are too narrow: censoring before that time is not known.",
        "Single-arm series of different patients: rows of different treatments are no comparison. Of series that "
        "probably share patients one is used.",
    ]
    notes += _beads(result)
    counted = dict.fromkeys(u.label for p in result.poolings for u in p.used if u.counted)
    if counted:
        notes.append(f"Events were worked out from the printed proportion and n in {listed(list(counted))}.")
    largest = max((p.k for p in result.poolings), default=0)
    notes.append(
        f"The largest of these poolings has {plural(largest, 'series', 'series')}; a test whether small series tell "
        "something else than large ones needs ten. Small series with good results are published more readily: the "
        "truth is rather worse than these values."
    )
    return tuple(notes)


def _beads(result: PooledLibrary) -> list[str]:
    """Say which outcomes after chemoembolization are of drug-eluting beads."""
    beads = [
        lower_first(p.outcome.label)
        for p in result.poolings
        if any(number.arm.modality == "deb_tace" for number in p.used)
    ]
    if beads:
        return [f"Among the series of chemoembolization, drug-eluting beads: {listed(list(dict.fromkeys(beads)))}."]
    return [
        "DEB-TACE alone: no series in the library reports any of these outcomes of sarcoma. What stands under TACE or "
        "DEB-TACE is of conventional chemoembolization."
    ]
