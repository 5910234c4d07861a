"""Agreement between criteria, between readers, and between what was recorded and what the measurements give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import polars as pl

from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment.response import AgreementResult
from glisson.clinical.assessments import CRITERION_TEXT
from glisson.clinical.cohort import Cohort
from glisson.clinical.readings import (
    AS_STABLE,
    ORDERED,
    Reading,
    best_by_reading,
    further_readings,
    pairs_of_readers,
    pairs_with_record,
    recorded_criteria,
)
from glisson.clinical.tumour import derivable
from glisson.methods.agreement import WEIGHT_LABEL, agreement, cross_table
from glisson.tables import Estimates

Kind = Literal["criteria", "readers", "recorded and derived"]


def agreements(cohort: Cohort, main: Reading, name: Pseudonyms) -> tuple[AgreementResult, ...]:
    """Compare the study's criterion with every other, readers with each other, and records with measurements.

    Parameters
    ----------
    cohort
        Validated records.
    main
        The reading of the study's endpoints.
    name
        Pseudonyms of the patients.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> from glisson.clinical.readings import main_reading
    >>> cohort = demo_cohort()
    >>> first = agreements(cohort, main_reading(cohort), Pseudonyms.of(cohort))[0]
    >>> first.kind, first.first, first.second, first.unit
    ('criteria', 'RECIST 1.1', 'mRECIST', 'patient')
    """
    out = _criteria(cohort, main, name)
    for code in recorded_criteria(cohort):
        label = CRITERION_TEXT.get(code, code)
        for (a, b), pairs in pairs_of_readers(cohort, code).items():
            words = (f"{label}, reader {a}", f"reader {b}")
            out.append(_scans(cohort, "readers", words, pairs, name))
        if code in derivable(cohort):
            words = (f"{label} as recorded", "derived from measurements")
            out.append(_scans(cohort, "recorded and derived", words, pairs_with_record(cohort, code), name))
    return tuple(r for r in out if sum(map(sum, r.table)))


def _criteria(cohort: Cohort, main: Reading, name: Pseudonyms) -> list[AgreementResult]:
    """Compare best responses of patients, unconfirmed, at any site."""
    own = best_by_reading(cohort, main)
    out = []
    for other in further_readings(cohort):
        if other.site != "any" or other.criterion == main.criterion:
            continue
        theirs = best_by_reading(cohort, other)
        rows = [(p, _step(own[p]), _step(theirs[p])) for p in own]
        known = [(p, a, b) for p, a, b in rows if a in ORDERED and b in ORDERED]
        differ = [(p, f"{main.label} {a}, {other.label} {b}") for p, a, b in known if a != b]
        out.append(
            AgreementResult(
                kind="criteria",
                first=main.label,
                second=other.label,
                unit="patient",
                categories=ORDERED,
                table=cross_table([a for _, a, _ in known], [b for _, _, b in known], ORDERED),
                estimates=_estimates(cohort, known, f"{main.label} and {other.label}"),
                discordant=tuple((name(p), text) for p, text in differ),
            )
        )
    return out


def _scans(
    cohort: Cohort, kind: Kind, words: tuple[str, str], pairs: pl.DataFrame, name: Pseudonyms
) -> AgreementResult:
    """Compare two responses of the same scans; several scans of a patient are one cluster."""
    rows = [(p, day, _step(a), _step(b)) for p, day, a, b in pairs.iter_rows()]
    rows = [r for r in rows if r[2] in ORDERED and r[3] in ORDERED]
    known = [(p, a, b) for p, _, a, b in rows]
    short = [w.split(", ")[-1] for w in words]
    differ = [(p, f"day {day}: {short[0]} {a}, {short[1]} {b}") for p, day, a, b in rows if a != b]
    return AgreementResult(
        kind=kind,
        first=words[0],
        second=words[1],
        unit="scan",
        categories=ORDERED,
        table=cross_table([a for _, a, _ in known], [b for _, _, b in known], ORDERED),
        estimates=_estimates(cohort, known, " and ".join(words)),
        discordant=tuple((name(p), text) for p, text in differ),
    )


def _estimates(cohort: Cohort, known: Sequence[tuple[str, str, str]], variable: str) -> Estimates:
    """Return the share of equal ratings once, and kappa without and with weights."""
    settings, rows = cohort.study.analysis, []
    first, second = [a for _, a, _ in known], [b for _, _, b in known]
    patients = [p for p, _, _ in known]
    for weights in WEIGHT_LABEL:
        found = agreement(first, second, ORDERED, weights=weights, cluster=patients, level=settings.level,  # type: ignore[arg-type]
                          seed=settings.seed, name=variable, detail=weights)  # fmt: skip
        rows += [r for r in found if r.statistic == "kappa" or weights == "none"]
    return Estimates(tuple(replace(r, detail="" if r.statistic != "kappa" else r.detail) for r in rows))


def _step(response: str) -> str:
    return AS_STABLE.get(response, response)
