"""Scans and measurements that lead, by RECIST 1.1, to exactly the planned responses."""

from __future__ import annotations

from datetime import date
from random import Random

from scripts.demo.draw import between, one_of, stream, whole
from scripts.demo.lesions import Lesion, Row, lesions_of
from scripts.demo.local import local_status
from scripts.demo.plan import Plan
from scripts.demo.recist import Reading, assess, course_of

#: Size of the liver targets relative to baseline, scan by scan until progression; the last value repeats.
_COURSES = {
    "SD": (0.97, 0.92, 0.90, 0.91, 0.93, 0.94),
    "PR": (0.81, 0.64, 0.58, 0.57, 0.56, 0.57),
    "CR": (0.72, 0.41, 0.0),
}
#: Growth over the smallest size at progression by the targets; well over the 20 % and 5 mm of RECIST 1.1.
_GROWTH = (1.42, 1.55, 1.70)


def baseline_day(plan: Plan) -> int:
    """Return the day of the scan before treatment, within the four weeks that RECIST allows."""
    return -whole(stream(plan.id, "baseline"), 4, 24)


def imaging_rows(plan: Plan) -> tuple[list[Row], list[Row]]:
    """Return the rows of assessment and measurement, the scan before treatment first.

    Raises
    ------
    ValueError
        If the measurements drawn do not lead to the planned dates of progression.
    """
    rng = stream(plan.id, "scans")
    modality = one_of(rng, ("CT", "CT", "MRI"))
    days = (baseline_day(plan), *plan.scans)
    sizes = _sizes(plan, rng)
    readings = tuple(
        Reading(
            liver_target=_sum(sizes[d], "liver", inside=True),
            outside_target=_sum(sizes[d], "liver", inside=False),
            targets_gone=all(mm == 0 for lesion, mm in sizes[d] if lesion.role == "target"),
            liver_nontarget=_nontarget(plan, sizes[d], d, inside=True),
            outside_nontarget=_nontarget(plan, sizes[d], d, inside=False),
            new_liver=_new(sizes[d], inside=True),
            new_outside=_new(sizes[d], inside=False),
            readable=d not in plan.not_evaluable,
        )
        for d in days
    )
    responses = assess(readings)
    _check_course(plan, days, responses)
    assessments: list[Row] = []
    measurements: list[Row] = []
    for number, (d, response) in enumerate(zip(days, responses, strict=True)):
        key = f"{plan.id}-A{number}"
        assessments.append(_assessment(plan, key, plan.on(d), modality, baseline=number == 0) | response)
        if plan.id == "005" and number > 0:
            assessments[-1]["clinical_pd"] = "yes"
        measurements += [_measurement(plan, rng, key, lesion, mm, d) for lesion, mm in sizes[d]]
    return assessments, measurements


def _sizes(plan: Plan, rng: Random) -> dict[int, list[tuple[Lesion, int]]]:
    """Return for each scan the lesions that are there and their size in mm."""
    sizes: dict[int, list[tuple[Lesion, int]]] = {}
    lesions = lesions_of(plan)
    for number, day in enumerate((baseline_day(plan), *plan.scans)):
        seen = [lesion for lesion in lesions if lesion.first is None or lesion.first <= day]
        sizes[day] = [(lesion, _size(plan, lesion, number, day, rng)) for lesion in seen]
    return sizes


def _size(plan: Plan, lesion: Lesion, number: int, day: int, rng: Random) -> int:
    if number == 0:
        return lesion.size
    if lesion.first is not None:  # a new lesion grows
        return round(lesion.size * (1 + (day - lesion.first) / 500))
    if lesion.organ != "liver":  # stable or slowly growing; progression there is by new lesions
        return round(lesion.size * (1 + min(day, 300) / 2500))
    factor = _liver_factor(plan, number, day)
    return 0 if factor == 0 else max(5, round(lesion.size * factor * between(rng, 0.99, 1.01)))


def _liver_factor(plan: Plan, number: int, day: int) -> float:
    course = _COURSES[plan.shrinkage]
    if plan.liver_pd is None or plan.liver_pd_by != "target" or day < plan.liver_pd:
        return course[min(number, len(course)) - 1]
    before = [course[min(i + 1, len(course)) - 1] for i, d in enumerate(plan.scans) if d < plan.liver_pd]
    after = sum(1 for d in plan.scans if plan.liver_pd < d <= day)
    return min([1.0, *before]) * _GROWTH[min(after, len(_GROWTH) - 1)]


def _sum(sizes: list[tuple[Lesion, int]], organ: str, *, inside: bool) -> int | None:
    """Return the sum of the targets in the liver or outside, None where there is no target."""
    mm = [size for lesion, size in sizes if lesion.role == "target" and (lesion.organ == organ) == inside]
    return sum(mm) if mm else None


def _nontarget(plan: Plan, sizes: list[tuple[Lesion, int]], day: int, *, inside: bool) -> str:
    """Return the response of the non-targets; only a planned progression is unequivocal."""
    old = [mm for lesion, mm in sizes
           if lesion.role == "non_target" and lesion.first is None and (lesion.organ == "liver") == inside]  # fmt: skip
    if not old:
        return ""
    if inside and plan.liver_pd_by == "nontarget" and plan.liver_pd is not None and day >= plan.liver_pd:
        return "PD"
    return "CR" if max(old) == 0 else "NON-CR/NON-PD"


def _new(sizes: list[tuple[Lesion, int]], *, inside: bool) -> bool:
    return any(lesion.first is not None and (lesion.organ == "liver") == inside for lesion, _ in sizes)


def _check_course(plan: Plan, days: tuple[int, ...], responses: tuple[dict[str, str | None], ...]) -> None:
    planned = {"liver_resp": plan.liver_pd, "extrahepatic_resp": plan.outside_pd}
    both = [d for d in planned.values() if d is not None]
    planned["overall_resp"] = min(both, default=None)
    for column, day in planned.items():
        if course_of(days, responses, column) != day:
            raise ValueError(f"patient {plan.id}: {column} PD on {course_of(days, responses, column)}, planned {day}")


def _assessment(plan: Plan, key: str, on: date, modality: str, *, baseline: bool) -> Row:
    return {
        "assessment_id": key,
        "patient_id": plan.id,
        "date": on,
        "modality": modality,
        "phase_contrast": "arterial; portal venous" if modality == "CT" else "dynamic gadolinium",
        "criterion": "recist11",
        "reader": "local",
        "is_baseline": "yes" if baseline else "no",
        "clinical_pd": "no",
    }


def _measurement(plan: Plan, rng: Random, key: str, lesion: Lesion, mm: int, day: int) -> Row:
    status = local_status(plan, lesion, mm, day)
    row: Row = {"assessment_id": key, "lesion_id": lesion.id, "role": lesion.role, "local_status": status}
    if day in plan.not_evaluable:
        return row | {"status": "not_evaluable"}
    if mm == 0:
        return row | {"long_mm": 0, "viable_long_mm": 0 if lesion.organ == "liver" else None, "status": "absent"}
    if lesion.is_node:
        return row | {"long_mm": round(mm * 1.4), "short_mm": mm, "status": "measured"}
    row |= {"long_mm": mm, "status": "too_small" if mm == 5 else "measured"}
    if lesion.organ == "liver" and lesion.role == "target" and mm > 5:
        part = between(rng, 0.8, 0.95) if mm >= lesion.size else between(rng, 0.35, 0.75)
        viable = 0 if status == "none" else mm if status is None else round(mm * part)
        row |= {"viable_long_mm": viable, "hu_mean": round(between(rng, 48, 92))}
    return row
