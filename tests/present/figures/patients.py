"""Invented courses of patients for the figures."""

from __future__ import annotations

import random
from typing import Any

from glisson.assessment.courses import CoursesResult, LabCourse, LabLine, LabMedian, PatientCourse
from glisson.clinical.vocabulary import METHOD_LABEL

LABELS = METHOD_LABEL
METHODS = ("deb_tace", "y90", "ablation")


def course(number: int = 1, method: str = "deb_tace", end: int = 300, **more: Any) -> PatientCourse:
    shared: dict[str, Any] = {"patient": f"Pt{number:02d}", "method": method, "end": end, "died": True,
                              "sessions": ((0, method),)}  # fmt: skip
    return PatientCourse(**(shared | more))


def result(*patients: PatientCourse, methods: tuple[str, ...] = METHODS, **more: Any) -> CoursesResult:
    used = tuple(m for m in methods if any(c.method == m for c in patients)) or methods
    shared: dict[str, Any] = {"criterion": "recist11", "label": "RECIST 1.1", "unit": "mm", "shrink": -30.0,
                              "grow": 20.0, "response": "RECIST 1.1"}  # fmt: skip
    return CoursesResult(methods=used, patients=patients, **(shared | more))


def many(n: int, seed: int = 1, *, scans: bool = True) -> CoursesResult:
    """Return n patients with everything a figure can show."""
    draw, out = random.Random(seed), []
    for i in range(n):
        end = draw.randint(20, 1500)
        days = list(range(45, end, 80))[:9] if scans else []
        changes = [(d, draw.uniform(-100, 160)) for d in days]
        best = min((c for _, c in changes), default=None)
        progressed = draw.choice([None, *days]) if days else None
        out.append(
            course(
                i + 1, draw.choice(METHODS), end, died=draw.random() < 0.7, best_change=best,
                why_none="" if days else draw.choice(["no scan after treatment", "died before the first scan"]),
                best=draw.choice(["CR", "PR", "SD", "PD", "NON-PD"]) if days else "NE", confirmed="PR",
                new_lesion_day=progressed if draw.random() < 0.4 else None, baseline_sum=80.0,
                changes=((-10, 0.0), *changes), counted_to=progressed or max(days, default=None),
                sessions=((0, "deb_tace"), (draw.randint(1, end), "hai")),
                systemic=((-200, -100, "doxorubicin"), (draw.randint(-50, end), None, "gemcitabine + docetaxel $")),
                responses=tuple((d, draw.choice(["PR", "SD", "PD"]), "any") for d in days),
                first_response=days[0] if days else None, progression=progressed,
                progression_liver=progressed if draw.random() < 0.6 else None,
                progression_outside=progressed if draw.random() < 0.6 else None,
                events=tuple((draw.randint(0, 30), "Alanine aminotransferase increased", g) for g in (2, 3, 2, 4, 2)),
            )
        )  # fmt: skip
    return result(*out)


def lab_course(test: str = "alt", **more: Any) -> LabCourse:
    lines = tuple(LabLine(patient=f"Pt0{i}", method="deb_tace", days=(-5, 2, 90), values=(0.5 * i, 4.0 * i, 0.8 * i))
                  for i in (1, 2, 3))  # fmt: skip
    shared: dict[str, Any] = {
        "test": test, "label": "Alanine aminotransferase", "unit": "× ULN", "limits": ((1.0, "ULN"),), "scale": "log",
        "lines": lines, "medians": (LabMedian(method="deb_tace", points=((-5, 1.0, 3), (2, 8.0, 3))),),
        "patients": (("deb_tace", 3),),
    }  # fmt: skip
    return LabCourse(**(shared | more))
