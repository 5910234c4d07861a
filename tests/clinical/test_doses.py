"""Doxorubicin by vein beside doxorubicin through the catheter: what is known, and what contradicts it."""

from __future__ import annotations

import pytest

from glisson.clinical.doses import doxorubicin_doses
from glisson.clinical.integrity_doses import DOSE_RULES
from glisson.clinical.read import read_cohort
from tests.clinical.build import cohort
from tests.corpus.build import xlsx
from tests.corpus.tiny import fill

SESSION = {"session_id": "s", "patient_id": "1", "date": "2021-01-10", "method": "deb_tace", "drug": "Doxorubicin",
           "drug_mg": 100.0}  # fmt: skip
PATIENT = {"patient_id": "1", "sex": "F", "vital_status": "alive", "last_contact_date": "2021-06-30",
           "height_cm": 180.0, "weight_kg": 80.0}  # fmt: skip


def _made(dose: float | None, *regimens: tuple[str, str | None], prior: bool | None = None):
    therapy = [{"patient_id": "1", "regimen": name, "start_date": day} for name, day in regimens]
    more = {"systemic_therapy": therapy} if therapy else {}
    return cohort(patient=[PATIENT | {"dox_sys_mg_m2": dose, "anthracycline_prior": prior}], session=[SESSION], **more)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("made", "systemic", "combined"),
    [
        (_made(300.0), 300.0, 350.0),
        (_made(0.0), 0.0, 50.0),
        (_made(None), None, None),
        (_made(None, prior=False), 0.0, 50.0),
        (_made(None, prior=True), None, None),
        (_made(300.0, ("doxorubicin", "2020-01-10")), 300.0, 350.0),
        (_made(0.0, ("Doxorubicin + ifosfamide", "2020-01-10")), None, None),
        (_made(None, ("adriamycin", None), prior=False), None, None),
        (_made(0.0, ("gemcitabine", "2020-01-10")), 0.0, 50.0),
        (_made(0.0, ("doxorubicin", "2021-03-10")), 0.0, 50.0),
    ],
)
def test_the_dose_by_vein(made, systemic, combined):
    """180 cm and 80 kg are 2 m2, so that 100 mg through the catheter are 50 mg/m2."""
    row = doxorubicin_doses(made).row(0, named=True)
    assert (row["systemic_mg_m2"], row["combined_mg_m2"]) == (systemic, combined)


@pytest.mark.by_hand
def test_whether_a_regimen_began_before_or_later():
    days = ("2021-01-10", "2021-01-11")
    rows = [doxorubicin_doses(_made(0.0, ("doxorubicin", day))).row(0, named=True) for day in days]
    assert [(r["systemic_earlier"], r["systemic_later"]) for r in rows] == [(True, False), (False, True)]


def _hits(made, rule: str) -> list[str]:
    one = next(r for r in DOSE_RULES if r.id == rule)
    return one.hits(made.tables)["patient_id"].to_list()


@pytest.mark.by_hand
def test_doses_that_other_cells_contradict_are_named():
    none = "patient.doxorubicin_none"
    assert _hits(_made(0.0, ("doxorubicin", "2020-01-10")), none) == ["1"]
    assert _hits(_made(0.0, ("doxorubicin", "2021")), none) == []  # may have been after the first session
    assert _hits(_made(300.0, ("doxorubicin", "2020-01-10")), none) == []
    assert _hits(_made(0.0, ("pazopanib", "2020-01-10")), none) == []
    denied = "patient.doxorubicin_denied"
    assert _hits(_made(300.0, prior=False), denied) == ["1"]
    assert [_hits(_made(d, prior=p), denied) for d, p in ((300.0, True), (0.0, False), (300.0, None))] == [[], [], []]


def test_the_rules_are_applied_to_a_workbook_and_name_the_cell(tmp_path):
    doses, prior = fill("patient", "dox_sys_mg_m2", 0, 300, None, 300), fill("patient", "anthracycline_prior", *"nynn")
    made = read_cohort(xlsx(doses, prior)(tmp_path))
    found = [(p.place, p.severity) for p in made.problems if p.rule == "patient.doxorubicin_denied"]
    assert [(place.rpartition("sheet ")[2], severity) for place, severity in found] == [("patient, cell L5", "changes")]
