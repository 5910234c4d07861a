from __future__ import annotations

from datetime import date, timedelta

import pytest

from glisson.assessing.response import response_result
from glisson.clinical.response import DISEASE_CONTROL, best_by_patient, best_response, criterion_text
from glisson.errors import InputError, SettingsError
from tests.clinical.build import Person, cohort, people
from tests.clinical.test_endpoints import worked_patients

pytestmark = pytest.mark.by_hand

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def best(*scans, study=None, **person) -> str:
    """Best response of one patient; scans are (day, overall response)."""
    rows = tuple((on(d), r, r, r) for d, r in scans)
    return best_by_patient(people([Person(id="a", t0=on(0), scans=rows, last=on(900), **person)], study))["a"]


def test_worked_patients():
    made, expected = worked_patients()
    found = best_by_patient(made)
    assert found == {i: e["BOR_unconfirmed"] for i, e in expected.items()}
    assert {i: r in DISEASE_CONTROL for i, r in found.items()} == {i: e["DCR"] for i, e in expected.items()}


@pytest.mark.parametrize(
    ("scans", "want"),
    [
        ([(60, "SD"), (120, "PR"), (180, "CR")], "CR"),
        ([(60, "PR"), (120, "SD")], "PR"),
        ([(60, "PD"), (120, "CR")], "PD"),
        ([(60, "SD"), (120, "PD"), (180, "PR")], "SD"),
        ([(60, "NE"), (120, "SD")], "SD"),
        ([(60, "NE")], "NE"),
        ([(60, "NON-CR/NON-PD"), (120, "PD")], "NON-CR/NON-PD"),
    ],
)
def test_best_response_up_to_progression(scans, want):
    assert best(*scans) == want


@pytest.mark.parametrize(("day", "want"), [(41, "NE"), (42, "SD")])
def test_stable_disease_needs_its_time(day, want):
    assert best((day, "SD")) == want


def test_early_stable_disease_says_nothing_but_early_response_and_progression_do():
    assert best((20, "SD"), (60, "PD")) == "PD"
    assert best((20, "PR")) == "PR"
    assert best((20, "PD")) == "PD"
    assert best((20, "SD"), study={"endpoints": {"sd_min_days": 14}}) == "SD"


def test_the_worst_reading_of_a_date_counts():
    assert best((60, "CR"), (60, "SD"), (120, "SD")) == "SD"
    assert best((60, "NE"), (60, "PR")) == "PR", "not evaluable only where nothing else was read"


def test_responses_after_a_new_therapy_do_not_count_unless_wanted():
    scans = tuple((on(d), r, r, r) for d, r in ((60, "SD"), (120, "PR")))
    made = people([Person(id="a", t0=on(0), scans=scans, last=on(200), systemic=(on(90),))])
    assert best_by_patient(made) == {"a": "SD"}
    assert best_by_patient(made, until_new_therapy=False) == {"a": "PR"}
    same_day = people([Person(id="a", t0=on(0), scans=scans, last=on(200), systemic=(on(120),))])
    assert best_by_patient(same_day) == {"a": "PR"}


def test_scans_after_the_cutoff_and_before_treatment_do_not_count():
    assert best((60, "SD"), (120, "CR"), study={"cutoff": T0 + timedelta(days=119)}) == "SD"
    assert best((0, "CR"), (60, "SD")) == "SD"


def test_a_marked_baseline_is_needed_where_any_is_marked():
    def row(who, day, response, *, baseline):
        return {
            "assessment_id": f"{who}{day}", "patient_id": who, "date": on(day), "criterion": "recist11",
            "overall_resp": response, "is_baseline": baseline,
        }  # fmt: skip

    rows = [
        row("a", -10, None, baseline=True), row("a", 60, "PR", baseline=False), row("b", 60, "PR", baseline=False),
    ]  # fmt: skip
    persons = [Person(id=i, t0=on(0), last=on(100)) for i in "ab"]
    assert best_by_patient(people(persons, assessment=rows)) == {"a": "PR", "b": "NE"}


def test_one_criterion_at_a_time():
    def row(criterion, response):
        return {
            "assessment_id": criterion, "patient_id": "a", "date": on(60), "criterion": criterion,
            "overall_resp": response,
        }  # fmt: skip

    def made(*rows, **settings):
        return people([Person(id="a", t0=on(0), last=on(100))], {"endpoints": settings}, assessment=rows)

    both = row("recist11", "SD"), row("mrecist", "PR")
    assert best_by_patient(made(*both)) == {"a": "SD"}
    assert "by default; also recorded: mRECIST" in criterion_text(made(*both))
    assert best_by_patient(made(*both, criterion="mrecist")) == {"a": "PR"}
    assert criterion_text(made(row("choi", "PR"))) == "Choi (the only one recorded)"
    with pytest.raises(SettingsError, match=r"endpoints\.criterion"):
        best_by_patient(made(row("choi", "PR"), row("easl", "PD")))
    with pytest.raises(SettingsError, match="no assessment is recorded by it"):
        best_by_patient(made(*both, criterion="who"))


def test_recorded_best_response_where_there_are_no_scans():
    rows = [{"patient_id": "a", "best_response": "PR"}, {"patient_id": "b", "best_response": None}]
    made = cohort(patient=rows, session=[{"session_id": "s", "patient_id": "a", "method": "y90"}])
    assert best_by_patient(made) == {"a": "PR", "b": "NE"}
    assert criterion_text(made) == "criterion not recorded"
    with pytest.raises(InputError, match="no response is recorded"):
        best_by_patient(cohort(patient=[{"patient_id": "a"}]))


def test_both_denominators():
    """Two of four treated responded; one was not evaluable, so two of three evaluable did."""
    answers = {"a": "PR", "b": "CR", "c": "PD", "d": "NE"}
    persons = [Person(id=i, t0=on(0), last=on(99), scans=((on(60), r, r, r),)) for i, r in answers.items()]
    made = people(persons)
    assert best_response(made).by().counts.tolist() == [[1, 1, 0, 0, 0, 1, 1]]
    rates = response_result(made).estimates
    for detail, n in (("all treated", 4), ("evaluable", 3)):
        row = rates.one("proportion", variable="Objective response rate", group=(), detail=detail)
        assert (row.events, row.n) == (2, n)
