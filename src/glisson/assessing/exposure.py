"""Treatment in numbers: sessions, courses, intervals, doses, delivery, and why it was repeated or stopped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from glisson.assessing.lesions import SESSIONS, proportion_by_method
from glisson.assessment.exposure import Amount, ExposureResult, Tally
from glisson.clinical.cohort import Cohort
from glisson.clinical.exposure import QUANTITIES, Quantity, bead_sizes, drugs, stops, totals, treatments
from glisson.clinical.groups import method_factor
from glisson.clinical.lesion_outcomes import session_success
from glisson.clinical.schema import SESSION, STOP_REASONS
from glisson.methods.baseline import quartiles
from glisson.tables import Group

#: Reasons for a session after the first day, as recorded.
RETREATMENT = SESSION.field("retreat_type").choices


def build(cohort: Cohort) -> ExposureResult | None:
    """Describe the treatment of a cohort, overall and by method.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    ExposureResult or None
        ``None`` where no session has a date, and for flat sheets: they hold the first session of each patient only.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = build(demo_cohort())
    >>> result.patients, result.sessions, result.courses
    (24, 41, 29)
    >>> result.amount("drug_mg:doxorubicin", (("method", "deb_tace"),), "session").quartiles
    (75.0, 100.0, 150.0)
    """
    if cohort.study.input.kind == "flat" or not cohort.has("session", "date"):
        return None
    rows = drugs(treatments(cohort))
    if rows.is_empty():
        return None
    by_first, by_method = _groups(rows, "first_method"), _groups(rows, "method")
    people = rows.group_by("patient_id", maintain_order=True).agg(
        pl.col("first_method").first(), sessions=pl.len(), courses=pl.col("course").max()
    )
    return ExposureResult(
        patients=len(people),
        sessions=len(rows),
        courses=int(people["courses"].sum()),
        groups=_sizes(by_first),
        methods=_sizes(by_method),
        amounts=(*_intervals(by_first), *_measured(by_method)),
        tallies=(
            _frequency(people, "sessions", "Sessions per patient", by_first),
            _frequency(people, "courses", "Courses per patient", by_first),
            _retreatment(by_first),
            *_stopping(cohort, people, by_first),
            *_beads(by_method),
        ),
        technical=proportion_by_method(_until_cutoff(cohort, rows), SESSIONS, "sessions", cohort.study.analysis.level),
        notes=_notes(cohort, rows),
    )


Groups = Sequence[tuple[Group, pl.DataFrame]]


def _groups(rows: pl.DataFrame, column: str) -> Groups:
    """Return everything, then each method."""
    levels = method_factor(rows[column].to_list()).levels
    return [((), rows), *(((("method", m),), rows.filter(pl.col(column) == m)) for m in levels)]


def _sizes(groups: Groups) -> tuple[tuple[Group, int, int], ...]:
    return tuple((group, part["patient_id"].n_unique(), len(part)) for group, part in groups)


def _until_cutoff(cohort: Cohort, rows: pl.DataFrame) -> pl.DataFrame:
    """Return technical success of the sessions that are described here."""
    known = session_success(cohort).rename({"success": "hit"})
    return known.join(rows.select("session_id"), on="session_id", how="semi")


# -- amounts ---------------------------------------------------------------------------------------------------------


def _amount(
    quantity: Quantity, per: str, group: Group, values: pl.Series, *, name: str = "", label: str = ""
) -> Amount:
    known = values.drop_nulls().cast(pl.Float64).to_numpy()
    return Amount(
        name=name or quantity.name,
        label=label or quantity.label,
        unit=quantity.unit,
        per=per,  # type: ignore[arg-type]
        group=group,
        n=len(known),
        of=len(values),
        quartiles=quartiles(known),
        extremes=(float(known.min()), float(known.max())) if known.size else None,
    )


def _intervals(groups: Groups) -> Iterable[Amount]:
    """Yield days between treatment days, within a course and between courses."""
    for group, part in groups:
        days = part.unique(["patient_id", "date"], maintain_order=True).drop_nulls("gap")
        for name, label, same in (
            ("within", "Between treatment days of one course", True),
            ("between", "Between courses", False),
        ):
            gaps = days.filter(pl.col("same_course") == same)["gap"]
            if len(gaps):
                yield _amount(Quantity(name=name, label=label, unit="days"), "interval", group, gaps)


def _measured(groups: Groups) -> Iterable[Amount]:
    """Yield what was measured at sessions, by the session's own method; all methods together only where it is alike."""
    for group, part in groups:
        for quantity in QUANTITIES:
            if group:
                method = group[0][1]
                yield from _quantity(quantity, group, part, expected=method in quantity.expected)
            elif quantity.name == "length_of_stay_d":
                yield from _quantity(quantity, group, part, expected=False)


def _quantity(quantity: Quantity, group: Group, part: pl.DataFrame, *, expected: bool) -> Iterable[Amount]:
    if not expected and part[quantity.name].null_count() == len(part):
        return
    if quantity.name == "drug_mg":
        yield from _drugs(quantity, group, part)
        return
    yield _amount(quantity, "session", group, part[quantity.name])
    if quantity.summed:
        yield _amount(quantity, "patient", group, totals(part, quantity.name)[quantity.name])


def _drugs(quantity: Quantity, group: Group, part: pl.DataFrame) -> Iterable[Amount]:
    """Yield each drug by itself: milligrams of different drugs do not add up."""
    agents = [a for a in part["agent"].unique().sort().to_list() if a is not None]
    if not agents:
        yield _amount(quantity, "session", group, part["drug_mg"])
    for agent in agents:
        given = part.filter(pl.col("agent") == agent)
        label = agent[:1].upper() + agent[1:]
        for per, values in (("session", given["drug_mg"]), ("patient", totals(given, "drug_mg")["drug_mg"])):
            yield _amount(quantity, per, group, values, name=f"drug_mg:{agent}", label=label)


# -- tallies ---------------------------------------------------------------------------------------------------------


def _frequency(people: pl.DataFrame, column: str, label: str, groups: Groups) -> Tally:
    """Count patients by a number: 1, 2, 3, 4 or more."""
    most = max(int(n) for n in people[column].to_list())
    levels = [str(k) for k in range(1, min(most, 3) + 1)] + (["4 or more"] if most > 3 else [])
    counts = [
        [
            int(v)
            for v in np.bincount(np.minimum(_of(people, g)[column].to_numpy(), 4), minlength=5)[1 : len(levels) + 1]
        ]
        for g, _ in groups
    ]
    return _tally(column, label, "patient", levels, groups, counts, [sum(c) for c in counts])


def _of(people: pl.DataFrame, group: Group) -> pl.DataFrame:
    return people.filter(pl.col("first_method") == group[0][1]) if group else people


def _retreatment(groups: Groups) -> Tally:
    later = [part.filter(pl.col("later")) for _, part in groups]
    counts = [[int((p["retreat_type"] == r).sum()) for r in RETREATMENT] for p in later]
    label = "Why treated again"
    return _tally("retreatment", label, "session", RETREATMENT, groups, counts, [len(p) for p in later])


def _stopping(cohort: Cohort, people: pl.DataFrame, groups: Groups) -> Iterable[Tally]:
    last = stops(cohort)
    if last.is_empty():
        return
    known = people.join(last, on="patient_id", how="left")
    parts = [_of(known, g) for g, _ in groups]
    counts = [[int((p["reason"] == r).sum()) for r in STOP_REASONS] for p in parts]
    label = "Why liver-directed therapy was stopped"
    yield _tally("stop", label, "patient", STOP_REASONS, groups, counts, [len(p) for p in parts])


def _beads(groups: Groups) -> Iterable[Tally]:
    """Yield the sizes of the beads, for methods with any."""
    used = [(g, part) for g, part in groups if g and part["bead_min_um"].null_count() < len(part)]
    if not used:
        return
    sizes = {g: {(low, high): n for low, high, n in bead_sizes(p).rows() if low is not None} for g, p in used}
    levels = sorted({size for found in sizes.values() for size in found})
    counts = [[sizes[g].get(size, 0) for size in levels] for g, _ in used]
    names = [f"{low:g}" if low == high else f"{low:g}–{high:g}" for low, high in levels]
    yield _tally("bead_size", "Bead size, µm", "session", names, used, counts, [len(p) for _, p in used])


def _tally(
    name: str, label: str, unit: str, levels: Sequence[str], groups: Groups, counts: list[list[int]], of: list[int]
) -> Tally:
    return Tally(
        name=name,
        label=label,
        unit=unit,  # type: ignore[arg-type]
        levels=tuple(levels),
        groups=tuple(g for g, _ in groups),
        counts=tuple(tuple(c) for c in counts),
        of=tuple(of),
    )


def _notes(cohort: Cohort, rows: pl.DataFrame) -> tuple[str, ...]:
    notes = []
    undated = len(cohort.table("session").filter(pl.col("date").is_null()))
    if undated:
        notes.append(f"{undated} sessions without a date are not described.")
    after = len(cohort.table("session")) - undated - len(rows)
    if after:
        notes.append(f"{after} sessions after the data cut-off are not described.")
    if rows.filter(pl.col("agent") == "drug not named").height:
        notes.append("Where a dose is recorded without the name of the drug, it stands by itself.")
    return tuple(notes)
