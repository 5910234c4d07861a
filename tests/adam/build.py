"""Two patients, few enough to know every row of every dataset, with texts and dates that are hard to keep."""

from __future__ import annotations

from typing import Any

from glisson.clinical.cohort import Cohort
from tests.clinical.build import cohort

_PATIENT = ({"patient_id": "007", "sex": "F", "birth_year": 1960, "age_at_t0": None, "histology": 'spindle, "mixed"',
             "primary_site": "uterus\nor cervix", "extrahepatic_t0": "none", "death_date": "2020-11",
             "cause_of_death": "disease", "last_contact_date": "2020-10-20", "vital_status": "dead",
             "met_dx_date": "2019", "site_id": "Zürich; A"},
            {"patient_id": "0010", "sex": "M", "birth_year": None, "age_at_t0": 61.5, "histology": "GIST",
             "primary_site": "stomach", "extrahepatic_t0": "present", "death_date": None, "cause_of_death": None,
             "last_contact_date": "2021-06-30", "vital_status": "alive", "met_dx_date": None,
             "site_id": None})  # fmt: skip
_SESSION = ({"session_id": "007/1", "patient_id": "007", "date": "2020-01-10", "method": "deb_tace",
             "course_id": "7-C1", "drug": "doxorubicin\u2028irinotecan", "drug_mg": 75.25,
             "technical_success": True},
            {"session_id": "0010/1", "patient_id": "0010", "date": "2020-03-05", "method": "y90_glass",
             "course_id": None, "drug": None, "drug_mg": None, "technical_success": False})  # fmt: skip
_LESION = ({"lesion_id": "007 L1", "patient_id": "007", "organ": "liver", "first_seen_date": "2019-12",
            "is_node": False},
           {"lesion_id": "007 N1", "patient_id": "007", "organ": "lymph node", "first_seen_date": "2020-01-02",
            "is_node": True})  # fmt: skip
_SCAN = {"patient_id": "007", "modality": "CT", "criterion": "recist11", "reader": "local", "is_baseline": False}
_ASSESSMENT = tuple(
    {**_SCAN, "assessment_id": f"007 A{i}", "date": day, "is_baseline": i == 0, "overall_resp": None}
    for i, day in enumerate(("2020-01-02", "2020-03-10", "2020-06-10"))
)
_SIZES = (("007 A0", "007 L1", 50.0, None), ("007 A0", "007 N1", 30.0, 20.0),
          ("007 A1", "007 L1", 30.0, None), ("007 A1", "007 N1", 22.0, 12.0),
          ("007 A2", "007 L1", 44.0, None), ("007 A2", "007 N1", 22.0, 12.0))  # fmt: skip
_MEASUREMENT = tuple(
    dict(zip(("assessment_id", "lesion_id", "long_mm", "short_mm"), row, strict=True))
    | {"role": "target", "status": "measured"}
    for row in _SIZES
)
_LAB = tuple(
    {"patient_id": "007", "date": day, "test": test, "value": value, "unit": unit, "uln": uln, "lln": None}
    for day, test, value, unit, uln in (
        ("2020-01-09", "bilirubin", 0.8, "mg/dL", 1.2), ("2020-01-20", "bilirubin", 2.4, "mg/dL", 1.2),
        ("2020-01-09", "alt", 38.0, "U/L", 40.0), ("2020-01-20", "alt", 450.0, "U/L", 40.0),
        ("2020-01-09", "afp", 4.0, "ug/L", 7.0),
    )
)  # fmt: skip
_EVENT = ({"patient_id": "007", "onset_date": "2020-01-11", "end_date": "2020-01-15", "term": "Nausea", "grade": 2,
           "ctcae_version": "5", "related": "probable", "serious": False, "session_id": "007/1"},
          {"patient_id": "007", "onset_date": "2020-01", "end_date": None, "term": "Fever, 38.5 °C", "grade": 1,
           "ctcae_version": "5", "related": "unlikely", "serious": None, "session_id": None},
          {"patient_id": "0010", "onset_date": "2019-12-01", "end_date": "2019-12-09", "term": "nausea", "grade": 1,
           "ctcae_version": "5", "related": None, "serious": True, "session_id": None})  # fmt: skip
_THERAPY = ({"patient_id": "007", "start_date": "2020-07-01", "end_date": "2020", "regimen": "gemcitabine",
             "line": 2},)  # fmt: skip

TABLES: dict[str, Any] = {
    "patient": _PATIENT, "session": _SESSION, "lesion": _LESION, "assessment": _ASSESSMENT,
    "measurement": _MEASUREMENT, "lab": _LAB, "adverse_event": _EVENT, "systemic_therapy": _THERAPY,
    "session_lesion": ({"session_id": "007/1", "lesion_id": "007 L1", "coverage": "complete", "margin_mm": None},),
}  # fmt: skip


def two(**changed: Any) -> Cohort:
    """Return the cohort of the two patients, with tables replaced."""
    return cohort({"title": "Two", "cutoff": "2021-12-31"}, **{**TABLES, **changed})
