"""RECIST 1.1 from a million measurements: every scan of 10,000 patients judged, beside a loop over the patients.

The loop is what a careful analyst writes in plain Python: one patient at a time, the same rules, no frame. Both judge
every scan as a whole, in the liver and outside it; glisson looks for new lesions and recorded progression besides, and
writes the arithmetic of each response.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import polars as pl
from timing import line

from glisson.clinical.cohort import Cohort
from glisson.clinical.problems import Problems
from glisson.clinical.settings import Study
from glisson.clinical.tumour import derived

PATIENTS, SCANS, LESIONS = 10_000, 20, 5
LIMIT = 5.0
T0 = date(2015, 1, 1)


def cohort(patients: int, seed: int) -> Cohort:
    """Draw patients with 20 scans of 3 targets and 2 non-targets each; the first scan is before treatment."""
    rng = np.random.default_rng(seed)
    ids = np.char.mod("p%05d", np.arange(patients))
    scan_ids = np.char.add(np.repeat(ids, SCANS), np.tile(np.char.mod("-A%02d", np.arange(SCANS)), patients))
    days = np.tile(np.arange(SCANS) * 60 - 10, patients)
    dates = np.datetime64(T0) + days
    lesion_ids = np.char.add(np.repeat(ids, LESIONS), np.tile(np.char.mod("-L%d", np.arange(LESIONS)), patients))
    first = rng.integers(15, 90, (patients, 1, LESIONS)).astype(float)
    steps = rng.normal(0.0, 0.08, (patients, SCANS, LESIONS))
    steps[:, 0] = 0
    size = np.round(first * np.exp(np.cumsum(steps, axis=1)))
    status = np.full(size.shape, "measured", dtype=object)
    gone = rng.random(size.shape) < 0.01
    unread = rng.random(size.shape) < 0.005
    gone[:, 0] = unread[:, 0] = False
    size[gone], status[gone] = 0.0, "absent"
    status[unread] = "not_evaluable"
    flat = size.ravel()
    long_mm = pl.Series(flat).set(pl.Series(unread.ravel()), None)
    source = pl.int_range(2, patients * SCANS * LESIONS + 2, eager=True)
    tables = {
        "patient": pl.DataFrame({"patient_id": ids, "source_row": np.arange(2, patients + 2)}),
        "session": pl.DataFrame({"session_id": ids, "patient_id": ids, "method": ["deb_tace"] * patients}).with_columns(
            date=pl.lit(T0), date_to=pl.lit(T0), source_row=pl.int_range(2, pl.len() + 2)
        ),
        "assessment": pl.DataFrame(
            {"assessment_id": scan_ids, "patient_id": np.repeat(ids, SCANS), "date": dates, "date_to": dates}
        ).with_columns(criterion=pl.lit("recist11"), source_row=pl.int_range(2, pl.len() + 2)),
        "lesion": pl.DataFrame({"lesion_id": lesion_ids, "patient_id": np.repeat(ids, LESIONS)}).with_columns(
            organ=pl.Series(["liver", "liver", "lung", "liver", "lung"] * patients), is_node=pl.lit(value=False),
            first_seen_date=pl.lit(T0 - timedelta(days=30)),
        ),
        "measurement": pl.DataFrame(
            {
                "assessment_id": np.repeat(scan_ids, LESIONS),
                "lesion_id": np.tile(lesion_ids.reshape(patients, 1, LESIONS), (1, SCANS, 1)).ravel(),
                "role": ["target", "target", "target", "non_target", "non_target"] * (patients * SCANS),
                "status": pl.Series(status.ravel().tolist(), dtype=pl.String),
            }
        ).with_columns(long_mm=long_mm, source_row=source),
    }  # fmt: skip
    return Cohort(tables=tables, problems=Problems(), study=Study())


def loop(made: Cohort) -> dict[tuple[str, str], str]:
    """Judge every scan and site one patient after the other, in plain Python."""
    dates = dict(made.table("assessment").select("assessment_id", "date").iter_rows())
    owner = dict(made.table("assessment").select("assessment_id", "patient_id").iter_rows())
    organ = dict(made.table("lesion").select("lesion_id", "organ").iter_rows())
    scans: dict[str, dict[str, list[tuple[str, str, float | None]]]] = {}
    for scan, lesion, role, status, mm in made.table("measurement").select(
        "assessment_id", "lesion_id", "role", "status", "long_mm"
    ).iter_rows():  # fmt: skip
        value = 0.0 if status == "absent" else None if status == "not_evaluable" else mm
        scans.setdefault(owner[scan], {}).setdefault(scan, []).append((organ[lesion], role, value))
    out: dict[tuple[str, str], str] = {}
    for visits in scans.values():
        order = sorted(visits, key=dates.__getitem__)
        for site in ("any", "liver", "outside"):
            rows = [[r for r in visits[s] if site == "any" or (r[0] == "liver") == (site == "liver")] for s in order]
            baseline = nadir = sum(mm for _, role, mm in rows[0] if role == "target" and mm is not None)
            for scan, here in zip(order[1:], rows[1:], strict=True):
                targets = [mm for _, role, mm in here if role == "target"]
                others = [mm for _, role, mm in here if role != "target"]
                out[scan, site], complete = judged(targets, others, baseline, nadir)
                if complete is not None:
                    nadir = min(nadir, complete)
    return out


def judged(
    targets: list[float | None], others: list[float | None], baseline: float, nadir: float
) -> tuple[str, float | None]:
    """Return the overall response of one scan, and its sum if every target was assessed."""
    read = [mm for mm in targets if mm is not None]
    total, complete = sum(read), len(read) == len(targets)
    grown = total > 0 if nadir == 0 else total >= 1.2 * nadir - 1e-9 * (1 + nadir) and total - nadir >= 5 - 1e-9
    if grown:
        return "PD", total if complete else None
    if not complete:
        return "NE", None
    vanished = all(mm == 0 for mm in read)
    if vanished and all(mm == 0 for mm in others):
        return "CR", total
    if vanished or total <= 0.7 * baseline + 1e-9 * (1 + baseline):
        return "PR", total
    return "SD", total


def main() -> None:
    made = cohort(PATIENTS, 1)
    n = len(made.table("measurement"))
    ours = np.inf
    for _ in range(3):
        derived.cache_clear()
        start = time.perf_counter()
        found = derived(made)
        ours = min(ours, time.perf_counter() - start)
    start = time.perf_counter()
    expected = loop(made)
    theirs = time.perf_counter() - start
    rows = found.scans.filter(~pl.col("baseline"))
    got = {
        (scan, site): response for scan, site, response in rows.select("assessment_id", "site", "response").iter_rows()
    }
    assert got == expected, "the two do not agree"
    note = f"{n:,} measurements, the same {len(got):,} responses on both sides"
    line("RECIST 1.1, 10,000 patients x 20 scans", ours, "a plain Python loop", theirs, note)
    assert ours < LIMIT, f"{ours:.1f} s; expected under {LIMIT:.0f} s"


if __name__ == "__main__":
    main()
