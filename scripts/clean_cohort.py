"""Invented cohorts in which nothing is wrong: what a detector finds in them is chance, or inherent to such studies.

``clean_cohort(seed)`` returns one in memory. Methods are drawn at random and have no effect; every patient has one
session, complete baseline values, a scan every eight weeks until progression, and a last contact within a month of the
cut-off. ``python -m scripts.clean_cohort 50`` prints how often each detector finds something in that many cohorts.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.problems import Problems
from glisson.clinical.schema import TABLES
from glisson.clinical.settings import parse_study

METHODS = ("deb_tace", "y90_glass", "ablation_mwa")
CUTOFF = date(2020, 6, 30)
#: First day of accrual, and days it lasted.
_OPENED, _ACCRUAL = date(2012, 1, 2), 2190
#: Mean days to death and to progression.
_DEATH, _PROGRESSION = 900, 450
_SCAN_GAP = 56
_TYPES = {"yes_no": pl.Boolean, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date}
#: Test, unit, mean, spread, upper limit of normal.
_LABS = (
    ("bilirubin", "umol/L", 11.0, 3.0, 21.0),
    ("albumin", "g/L", 40.0, 3.0, 50.0),
    ("alt", "U/L", 28.0, 8.0, 45.0),
    ("ast", "U/L", 27.0, 7.0, 40.0),
    ("creatinine", "umol/L", 75.0, 10.0, 104.0),
    ("platelets", "10^9/L", 240.0, 40.0, 400.0),
)

Rows = list[dict[str, Any]]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods" / "pitfalls.md"
BEGIN, END = "<!-- alarms: begin -->\n", "<!-- alarms: end -->\n"


def clean_cohort(seed: int, n: int = 24, split: tuple[int, ...] = (13, 6, 5)) -> Cohort:
    """Return an invented cohort with methods that do not differ, complete data and regular scans.

    Parameters
    ----------
    seed
        Of everything that is drawn.
    n
        Patients.
    split
        Patients with each of ``METHODS``; scaled to ``n`` where it does not add up to it.

    Returns
    -------
    Cohort
        Tables ``patient``, ``session``, ``lesion``, ``session_lesion``, ``assessment``, ``lab``, ``adverse_event``,
        ``systemic_therapy`` and ``followup``.

    Examples
    --------
    >>> cohort = clean_cohort(1)
    >>> cohort.n, cohort.table("session")["method"].value_counts(sort=True)["count"].to_list()
    (24, [13, 6, 5])
    """
    rng = np.random.default_rng(seed)
    methods = rng.permutation(np.repeat(METHODS[: len(split)], _sizes(n, split)))
    tables: dict[str, Rows] = {}
    for i, method in enumerate(methods, start=1):
        for name, rows in _patient(rng, f"C{i:03}", str(method)).items():
            tables.setdefault(name, []).extend(rows)
    study = parse_study({"title": f"Clean cohort {seed}", "synthetic": True, "cutoff": CUTOFF})
    frames = {name: _frame(name, rows) for name, rows in tables.items() if rows}
    return Cohort(tables=frames, problems=Problems(), study=study)


def _sizes(n: int, split: tuple[int, ...]) -> list[int]:
    """Return sizes in the proportion of the split that add up to n."""
    ends = np.floor(np.cumsum(split) * n / sum(split) + 0.5).astype(int)
    return np.diff(ends, prepend=0).tolist()


def _patient(rng: np.random.Generator, name: str, method: str) -> dict[str, Rows]:
    t0 = _OPENED + timedelta(days=int(rng.integers(_ACCRUAL)))
    death = t0 + timedelta(days=max(1, round(rng.exponential(_DEATH))))
    dead = death <= CUTOFF
    last = death if dead else CUTOFF - timedelta(days=int(rng.integers(30)))
    found = t0 - timedelta(days=round(14 + rng.gamma(2.0, 120.0)))
    outside = bool(rng.random() < 0.5)
    person = {
        "patient_id": name, "sex": str(rng.choice(["F", "M"])), "birth_year": t0.year - int(rng.integers(40, 76)),
        "ecog_t0": int(rng.choice([0, 1, 2], p=[0.55, 0.35, 0.1])), "primary_site": "uterus",
        "histology": "leiomyosarcoma", "liver_met_dx_date": found,
        "met_dx_date": found - timedelta(days=int(rng.integers(60)) if outside else 0),
        "primary_dx_date": found - timedelta(days=int(rng.integers(90, 1500))), "cirrhosis": False,
        "extrahepatic_t0": "present" if outside else "none", "liver_dominant": True,
        "n_liver_lesions": 1 + int(rng.poisson(2.0)), "largest_mm": float(rng.integers(15, 70)),
        "resection_prior": bool(rng.random() < 0.3), "lines_systemic_before": int(rng.choice([0, 1, 2])),
        "anthracycline_prior": bool(rng.random() < 0.5), "death_date": death if dead else None,
        "cause_of_death": "disease" if dead else None, "last_contact_date": last,
        "vital_status": "dead" if dead else "alive",
    }  # fmt: skip
    scans, progression = _scans(rng, name, t0, last)
    started = progression + timedelta(days=21) if progression else None
    again = started is not None and started < last and rng.random() < 0.6
    drug = {"drug": "doxorubicin", "drug_mg": float(rng.integers(50, 101))} if method == "deb_tace" else {}
    return {
        "patient": [person],
        "session": [{"session_id": f"{name}-S1", "patient_id": name, "date": t0, "method": method,
                     "intent": "palliative", "technical_success": True, **drug}],
        "lesion": [{"lesion_id": f"{name}-L1", "patient_id": name, "organ": "liver", "first_seen_date": found,
                    "is_node": False}],
        "session_lesion": [{"session_id": f"{name}-S1", "lesion_id": f"{name}-L1", "coverage": "complete"}],
        "assessment": scans,
        "lab": _labs(rng, name, t0, last),
        "adverse_event": _events(rng, name, t0, last),
        "systemic_therapy": [{"patient_id": name, "start_date": started, "regimen": "doxorubicin"}] if again else [],
        "followup": [{"patient_id": name, "date": last, "alive": not dead}],
    }  # fmt: skip


def _scans(rng: np.random.Generator, name: str, t0: date, last: date) -> tuple[Rows, date | None]:
    """Return the scan before treatment and one every eight weeks, up to the first that shows progression."""
    worse = t0 + timedelta(days=round(rng.exponential(_PROGRESSION)))
    responds, in_liver = rng.random() < 0.35, rng.random() < 0.6
    shared = {"patient_id": name, "modality": "CT", "criterion": "recist11", "reader": "local"}
    first = t0 - timedelta(days=int(rng.integers(3, 15)))
    rows: Rows = [{**shared, "assessment_id": f"{name}-A0", "date": first, "is_baseline": True}]
    k = 1
    while (day := t0 + timedelta(days=_SCAN_GAP * k + int(rng.integers(-3, 4)))) <= last:
        response = "PD" if day >= worse else "PR" if responds and k >= 2 else "SD"
        liver = response if response != "PD" or in_liver else "SD"
        outside = "PD" if response == "PD" and not in_liver else "SD"
        rows.append({**shared, "assessment_id": f"{name}-A{k}", "date": day, "is_baseline": False,
                     "overall_resp": response, "liver_resp": liver, "extrahepatic_resp": outside})  # fmt: skip
        if response == "PD":
            return rows, day
        k += 1
    return rows, None


def _labs(rng: np.random.Generator, name: str, t0: date, last: date) -> Rows:
    """Return the values of the week before treatment and of day 30."""
    days = [t0 - timedelta(days=int(rng.integers(1, 8))), t0 + timedelta(days=30)]
    return [
        {"patient_id": name, "date": day, "test": test, "value": round(float(rng.normal(mean, spread)), 1),
         "unit": unit, "uln": uln}
        for day in days
        if day <= last
        for test, unit, mean, spread, uln in _LABS
    ]  # fmt: skip


def _events(rng: np.random.Generator, name: str, t0: date, last: date) -> Rows:
    """Return events of the day after treatment: half the patients have nausea, a tenth pain of grade 3."""
    onset = t0 + timedelta(days=1)
    drawn = [("Nausea", 1, 0.5), ("Fatigue", 2, 0.3), ("Abdominal pain", 3, 0.1)]
    return [
        {"patient_id": name, "onset_date": onset, "end_date": min(onset + timedelta(days=3), last), "term": term,
         "grade": grade, "ctcae_version": "5", "related": "probable", "session_id": f"{name}-S1"}
        for term, grade, chance in drawn
        if rng.random() < chance
    ]  # fmt: skip


def _frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return one table of the data model; a date has the latest day it can mean beside it."""
    rows = list(rows)
    kinds = next({f.name: f.kind for f in t.fields} for t in TABLES if t.name == name)
    data: dict[str, pl.Series] = {}
    for column in dict.fromkeys(c for row in rows for c in row):
        data[column] = pl.Series([row.get(column) for row in rows], dtype=_TYPES.get(kinds[column], pl.String))
        if kinds[column] == "date":
            data[f"{column}_to"] = data[column]
    data["source_row"] = pl.Series(range(2, len(rows) + 2), dtype=pl.Int64)
    return pl.DataFrame(data)


def alarms_in(seed: int) -> set[tuple[str, str]]:
    """Return id and severity of what the detectors find in one clean cohort."""
    from glisson.assessing import audit  # noqa: PLC0415 - only to count

    return {(f.id, f.severity) for f in audit(clean_cohort(seed)).findings}


def alarms(cohorts: int, workers: int = 2) -> Counter[tuple[str, str]]:
    """Return in how many of so many clean cohorts each detector finds something, by id and severity."""
    found: Counter[tuple[str, str]] = Counter()
    with ProcessPoolExecutor(workers) as pool:
        for one in pool.map(alarms_in, range(1, cohorts + 1), chunksize=5):
            found.update(one)
    return found


def table(found: Counter[tuple[str, str]], cohorts: int) -> str:
    """Return the counts in Markdown, a row for each detector that found anything."""
    lines = [f"| detector | stop | warn | info | of {cohorts} cohorts |", "|---|--:|--:|--:|--:|"]
    for code in sorted({code for code, _ in found}):
        counts = [found[code, severity] for severity in ("stop", "warn", "info")]
        lines.append(f"| `{code}` | {' | '.join(map(str, counts))} | {100 * max(counts) / cohorts:.0f}% |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    counted = table(alarms(total), total)
    print(counted)
    if "--write" in sys.argv:
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        PAGE.write_text(before + BEGIN + counted + END + rest.split(END)[1], encoding="utf-8")
