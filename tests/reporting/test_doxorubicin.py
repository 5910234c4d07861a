"""The section on systemic doxorubicin where everything in it occurs."""

from __future__ import annotations

from functools import cache

import pytest

from glisson.assessing.assess import assess
from glisson.assessment import Assessment
from glisson.present.document import Note, Paragraph, TableBlock, unlinked
from glisson.reporting.doxorubicin import _unlooked, answer_sentence, doxorubicin_section
from tests.clinical.build import cohort
from tests.clinical.test_event_tables import event, on

pytestmark = pytest.mark.by_hand


def _count(who: str, day: int, value: float) -> dict[str, object]:
    return {"patient_id": who, "date": on(day), "test": "anc", "value": value, "unit": "10^9/L", "lln": 2.0}


@cache
def everything() -> Assessment:
    """Thirty with beads: one febrile, one whose count fell unseen, one lost, two above the limits; three ablated."""
    beads, ablated = [f"p{i:02}" for i in range(30)], [f"q{i}" for i in range(3)]
    doses = {"p00": 400.0, "p01": 520.0}
    patients = [
        {"patient_id": i, "vital_status": "alive", "last_contact_date": on(9 if i == "p02" else 400),
         "height_cm": 180.0, "weight_kg": 80.0, "dox_sys_mg_m2": doses.get(i, 0.0)}  # 2 m2: 100 mg are 50 mg/m2
        for i in (*beads, *ablated)
    ]  # fmt: skip
    sessions = [
        {"session_id": i, "patient_id": i, "date": on(0), "method": "deb_tace", "drug": "doxorubicin", "drug_mg": 100.0}
        for i in beads
    ]  # fmt: skip
    sessions += [{"session_id": i, "patient_id": i, "date": on(0), "method": "ablation_mwa"} for i in ablated]
    events = [
        event("p03", 6, "Febrile neutropenia", 3),
        event("p04", 1, "Nausea", 1, pes=True),
        event("p05", 1, "Nausea", 1),
        event("q0", 1, "Vomiting", 1),
    ]
    lab = [_count(f"p{i:02}", day, 1.2 if i == 6 and day > 0 else 4.0) for i in range(3, 20) for day in (-1, 10)]
    therapy = [{"patient_id": "p07", "regimen": "doxorubicin", "start_date": on(50)}]
    made = cohort(patient=patients, session=sessions, adverse_event=events, lab=lab, systemic_therapy=therapy)
    return assess(made)


def _texts() -> str:
    blocks = doxorubicin_section(everything(), everything().doxorubicin)
    return unlinked(" ".join(b.text for b in blocks if isinstance(b, Paragraph | Note)))


def _rows(name: str) -> dict[str, tuple[str, ...]]:
    blocks = doxorubicin_section(everything(), everything().doxorubicin)
    table = next(b.table for b in blocks if isinstance(b, TableBlock) and b.table.name == name)
    return {unlinked(row.cells[0]): tuple(unlinked(c) for c in row.cells[1:]) for row in table.rows}


def test_the_text_says_what_was_seen_who_was_looked_at_and_what_contradicts():
    text = _texts()
    assert "Thirty patients had doxorubicin through the catheter" in text
    assert (
        "Recorded were febrile neutropenia in 1 of 30 (3%), neutropenia in 1 of 30 (3%), and nausea in 2 of 30" in text
    )
    assert "apart from a post-embolization syndrome there was nausea in 1." in text
    assert "neutropenia in 1 of 17, more than the adverse events say of neutropenia" in text
    assert "1 patient of them had less than 30 days of follow-up; of the 29 others alone the bound is 10%" in text
    assert "None of them had leukopenia" in text
    assert "What nobody looked for was not seen: alopecia and cardiac function above all." in text
    assert _unlooked({"Ejection fraction decreased"}).endswith("not seen: cardiac function above all.")
    assert _unlooked(set()) == "What nobody looked for was not seen."
    assert "Above 550 mg/m² together: Pt02. Above 400 mg/m² together: Pt01." in text
    assert "1 of those who had doxorubicin through the catheter began a systemic regimen with doxorubicin later" in text


def test_events_keep_rates_from_being_excluded():
    """1 of 30 febrile: up to 14.9 %; 2 of 30 neutropenic, one only by the count: up to 19.5 %."""
    text, rows = _texts(), _rows("doxorubicin-published")
    assert "Febrile neutropenia: 1 of 30 here, true rate up to 15%" in rows
    assert "Neutropenia: 2 of 30 here, true rate up to 20%" in rows
    assert "They do not exclude febrile neutropenia 11.0% (Tap 2017)" in text
    assert "At face value these patients exclude the published neutropenia 38.5% (Tap 2016)" in text
    assert rows["Tap 2016, doxorubicin"]


def test_the_table_prints_bounds_only_where_nobody_had_the_event():
    rows = _rows("doxorubicin-seen")
    assert rows["Followed for 30 days, or died"][:2] == ("29 of 30", "32 of 33")
    assert rows["Febrile neutropenia"][0] == "1 of 30 (3%)"
    assert rows["by blood counts, any grade"][0].startswith(("1 of 17", "0 of"))
    assert rows["Alopecia"][0] == "0 of 30\n(up to 10%)"
    assert rows["apart from post-embolization syndrome"][0].startswith(("1 of 30", "0 of 30"))


def test_the_answer_names_events_before_their_absence():
    said = answer_sentence(everything(), everything().doxorubicin)
    assert said.startswith(
        "Of 30 patients who had doxorubicin through the catheter, 1 had febrile neutropenia and 2 had neutropenia; "
        "none had leukopenia"
    )
    assert "cannot exclude" not in said  # nobody would exclude a rate of what was seen
    assert said.endswith("that leaves true rates up to 10% possible.")
