"""Micro cohorts for the detectors: patients in days from their first session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from glisson.assessing.assess import ENDPOINTS
from glisson.assessing.baseline import table_one
from glisson.assessment import Finding
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import available, endpoint
from glisson.clinical.groups import patient_keys
from glisson.pitfalls.context import Context, Detector
from tests.clinical.build import Person, people

T0 = date(2015, 1, 1)


def day(days: int, t0: date = T0) -> str:
    """Return a day counted from the first session, as a sheet writes it."""
    return str(t0 + timedelta(days=days))


def patient(
    name: str,
    days: int,
    *,
    dead: bool = True,
    t0: date = T0,
    method: str = "deb_tace",
    sessions: Iterable[tuple[int, str]] = (),
    scans: Iterable[tuple[int, str]] = (),
    **columns: Any,
) -> Person:
    """Return a patient followed for some days; later sessions and scans as (day, method) and (day, response)."""
    return Person(
        id=name,
        t0=str(t0),
        death=day(days, t0) if dead else None,
        last=day(days, t0),
        method=method,
        sessions=tuple({"date": day(d, t0), "method": m} for d, m in sessions),
        scans=tuple((day(d, t0), response, None, None) for d, response in scans),
        patient=columns,
    )


def lesions(*, of: str) -> tuple[list[Person], dict[str, Any]]:
    """Return three treated lesions of the given patients, the first with local progression after a clear scan."""
    persons = [patient(p, 500, dead=p == "C", method="ablation_mwa", scans=[(50, "SD"), (100, "SD"), (400, "SD")])
               for p in dict.fromkeys(of)]  # fmt: skip
    owner = {f"L{i}": p for i, p in enumerate(of)}
    rows = []
    for i, (lesion, p) in enumerate(owner.items()):
        rows.append({"assessment_id": f"{p}-A1", "lesion_id": lesion, "local_status": "none"})
        if i == 0:
            rows.append({"assessment_id": f"{p}-A2", "lesion_id": lesion, "local_status": "ltp"})
        else:
            rows.append({"assessment_id": f"{p}-A3", "lesion_id": lesion, "local_status": "none"})
    return persons, {
        "lesion": [{"lesion_id": k, "patient_id": p, "organ": "liver"} for k, p in owner.items()],
        "session_lesion": [{"session_id": f"{p}-S1", "lesion_id": k} for k, p in owner.items()],
        "measurement": rows,
    }


def context_of(cohort: Cohort) -> Context:
    """Return what the assessment hands to the detectors."""
    allowed = dict(available(cohort))
    keys = patient_keys(cohort)
    return Context(
        cohort=cohort,
        endpoints={code: endpoint(cohort, code) for code in ENDPOINTS if allowed.get(code) == ""},
        results=(),
        baseline=table_one(cohort, keys["method"], {}),
        safety=None,
        pseudonym=str.lower,
    )


def findings(
    detector: Detector, persons: Iterable[Person], study: Mapping[str, Any] | None = None, **tables: Any
) -> list[Finding]:
    """Return what one detector finds in a cohort; the printed names of patients are their ids in lower case."""
    return detector(context_of(people(persons, dict(study or {}), **tables)))


def only(
    detector: Detector, persons: Iterable[Person], study: Mapping[str, Any] | None = None, **tables: Any
) -> Finding:
    """Return the single finding of a detector."""
    (found,) = findings(detector, persons, study, **tables)
    return found


def values(estimates: Iterable[Any], statistic: str) -> dict[Any, Any]:
    """Return the values of a statistic by the levels of its group and the day at which it is taken."""
    return {
        (*(level for _, level in r.group), *(() if r.at is None else (r.at,))): r.value
        for r in estimates
        if r.statistic == statistic
    }
