"""Complication classes, post-embolization syndrome, and the screen for radioembolization-induced liver disease."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from glisson.assessing.lesions import proportion_by_method
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment import NOTHING
from glisson.assessment.safety import ClassDifference, Complications, ReildRow, ReildScreen, Syndrome
from glisson.clinical.cohort import Cohort
from glisson.clinical.complications import CLASSES, class_disagreements, worst_class, worst_recorded_class
from glisson.clinical.groups import UNKNOWN
from glisson.clinical.syndromes import (
    COMPONENTS,
    RECORDED,
    post_embolization_syndrome,
    radioembolized,
    reild_screen,
    sessions_with_syndrome,
)
from glisson.errors import InputError
from glisson.methods.proportions import proportion
from glisson.tables import CountTable, Estimates

#: What counts as a syndrome, by the name of the row.
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("recorded", (RECORDED,)),
    ("possible", (RECORDED, COMPONENTS)),
)


def complications(cohort: Cohort, name: Pseudonyms) -> Complications | None:
    """Return complications by SIR and CIRSE; ``None`` where no class can be derived and none was recorded.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.
    name
        Pseudonyms.
    """
    safety = cohort.study.safety
    names = ("sir", "sir_letter", _edition(cohort))
    derived = [t for t in (worst_class(cohort, s) for s in names) if _has_class(t)]
    recorded = [t for t in (worst_recorded_class(cohort, s) for s in names) if _has_class(t)]
    differences = tuple(
        ClassDifference(patient=name(p), term=term, scale=scale, recorded=told, derived=derived)
        for p, term, scale, told, derived in class_disagreements(cohort)
    )
    if not derived and not recorded:
        return None
    return Complications(
        scales=tuple(derived),
        recorded=tuple(recorded),
        differences=differences,
        sir_long_stay_days=safety.sir_long_stay_days,
        cirse_2026_long_stay_days=safety.cirse_2026_long_stay_days if safety.cirse_edition == "2026" else None,
    )


def _has_class(table: CountTable) -> bool:
    return bool(table.count(*CLASSES[table.name]).any())


def _edition(cohort: Cohort) -> str:
    return "cirse_2026" if cohort.study.safety.cirse_edition == "2026" else "cirse"


def syndrome(cohort: Cohort, level: float) -> Syndrome | None:
    """Return post-embolization syndrome per patient and session; ``None`` where nobody may have had one.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.
    level
        Confidence level.
    """
    table = post_embolization_syndrome(cohort)
    if not table.count(RECORDED, COMPONENTS).any():
        return None
    rows: list[Estimates] = []
    for detail, kinds in KINDS:
        for by in ((), ("method",)):
            found = proportion(table, kinds, by, level=level)
            rows.append(Estimates(tuple(replace(r, detail=detail) for r in found)))
    sessions = NOTHING
    if cohort.has("session", "date"):
        frame = sessions_with_syndrome(cohort).with_columns(pl.col("method").fill_null(UNKNOWN))
        for detail, kinds in KINDS:
            hits = frame.with_columns(hit=pl.col("syndrome").is_in(kinds))
            sessions += proportion_by_method(hits, table.label, detail, level)
    return Syndrome(
        patients=table,
        estimates=Estimates(tuple(r for part in rows for r in part)),
        sessions=sessions,
        window_days=cohort.study.safety.pes_window_days,
    )


def reild(cohort: Cohort, name: Pseudonyms) -> ReildScreen | None:
    """Return the screen for radioembolization-induced liver disease; ``None`` where it has nothing to look at.

    Parameters
    ----------
    cohort
        Validated records.
    name
        Pseudonyms.
    """
    try:
        treated, measured = radioembolized(cohort)
        found = reild_screen(cohort)
    except InputError:
        return None
    if not treated:
        return None
    safety = cohort.study.safety
    return ReildScreen(
        treated=treated,
        measured=measured,
        found=tuple(
            ReildRow(patient=name(s.patient), day=s.day, bilirubin=s.bilirubin, ascites=s.ascites) for s in found
        ),
        from_days=safety.reild_from_days,
        to_days=safety.reild_window_days,
    )
