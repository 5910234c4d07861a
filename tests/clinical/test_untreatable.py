"""Time to untreatable progression by hand: which reasons for stopping count, and what a stop contradicts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessing.assess import ENDPOINTS
from glisson.clinical.derive import available, endpoint
from glisson.clinical.endpoints import UNTREATABLE
from glisson.clinical.integrity_stops import STOP_RULES
from glisson.clinical.read import read_cohort
from glisson.clinical.schema import STOP_REASONS
from glisson.errors import InputError
from tests.clinical.build import Person, people
from tests.corpus.build import xlsx
from tests.corpus.tiny import add_sheet

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def stop(who: str, day: int | None, reason: str | None) -> dict[str, object]:
    return {"patient_id": who, "date": on(day or 0), "alive": True, "ldt_stop_date": None if day is None else on(day),
            "ldt_stop_reason": reason}  # fmt: skip


def patients(study=None, sessions=(), **more):
    """Six patients: stopped as untreatable, without response, by choice, dead before, dead later, after the cut-off."""
    persons = [
        Person(id="a", t0=on(0), last=on(400), sessions=sessions),
        Person(id="b", t0=on(0), last=on(400)),
        Person(id="c", t0=on(0), last=on(300)),
        Person(id="d", t0=on(0), death=on(90)),
        Person(id="e", t0=on(0), death=on(200)),
        Person(id="f", t0=on(0), last=on(500)),
    ]
    stops = [
        stop("a", 100, "hepatic_progression"), stop("b", 150, "no_response_after_2"), stop("c", 60, "patient_choice"),
        stop("d", 90, "death"), stop("e", 120, "liver_function"), stop("f", 480, "toxicity"),
    ]  # fmt: skip
    return people(persons, {"cutoff": on(450), **(study or {})}, followup=stops, **more)


@pytest.mark.by_hand
def test_six_patients() -> None:
    ttup = endpoint(patients(), "ttup")
    assert ttup.causes == ("untreatable progression", "death")
    assert ttup.exit.tolist() == [100, 150, 300, 90, 120, 450]
    assert ttup.cause.tolist() == [1, 1, 0, 2, 1, 0], "a stop by choice or for death is no untreatable progression"
    assert ttup.provenance[0] == "liver-directed therapy stopped as no longer possible @ followup row 2"
    assert ttup.provenance[1] == "liver-directed therapy stopped without response to two sessions @ followup row 3"
    assert ttup.provenance[3] == "death before the event @ patient row 5"
    assert ttup.provenance[5].startswith("alive at the data cut-off"), "a stop after the cut-off has not happened"


@pytest.mark.by_hand
def test_without_response_may_be_left_out() -> None:
    ttup = endpoint(patients({"endpoints": {"no_response_is_untreatable": False}}), "ttup")
    assert ttup.cause.tolist() == [1, 0, 0, 2, 1, 0]
    assert ttup.exit.tolist()[1] == 400
    rules = dict(ttup.rules)
    assert "no_response_after_2" not in rules["event"]
    assert "no_response_after_2" in dict(endpoint(patients(), "ttup").rules)["event"]


@settings(max_examples=20, deadline=None)
@given(reason=st.sampled_from(STOP_REASONS), day=st.integers(0, 399))
@pytest.mark.property
def test_a_stop_is_an_event_exactly_for_the_reasons_that_count(reason: str, day: int) -> None:
    made = people(
        [Person(id="a", t0=on(0), last=on(400)), Person(id="b", t0=on(0), last=on(400))],
        followup=[stop("a", day, reason), stop("b", 400, "technical")],
    )
    ttup = endpoint(made, "ttup")
    counts = reason in (*UNTREATABLE, "no_response_after_2")
    assert ttup.cause.tolist() == [int(counts), 0]
    assert ttup.exit.tolist() == [day if counts else 400, 400]


def test_it_is_part_of_the_report_and_says_what_it_needs() -> None:
    assert "ttup" in ENDPOINTS
    bare = people([Person(id="a", t0=on(0), last=on(10))])
    assert "followup.ldt_stop_date" in dict(available(bare))["ttup"]
    with pytest.raises(InputError, match=r"followup\.ldt_stop_reason"):
        endpoint(bare, "ttup")


# what a stop contradicts


def hits(made, rule: str) -> list[str]:
    one = next(r for r in STOP_RULES if r.id == rule)
    return one.hits(made.tables)["patient_id"].to_list()


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("followup.stop_without_reason", stop("a", 100, None)),
        ("followup.stop_without_date", stop("a", None, "toxicity")),
        ("followup.stop_after_death", stop("d", 91, "toxicity")),
        ("followup.stop_before_first", stop("a", -1, "toxicity")),
    ],
)
def test_a_stop_that_cannot_be_is_named(rule: str, row: dict[str, object]) -> None:
    fine = [stop("a", 100, "toxicity"), stop("d", 90, "death")]
    persons = [Person(id="a", t0=on(0), last=on(400)), Person(id="d", t0=on(0), death=on(90))]
    assert hits(people(persons, followup=fine), rule) == []
    assert hits(people(persons, followup=[*fine, row]), rule) == [row["patient_id"]]


@pytest.mark.by_hand
def test_a_session_after_an_untreatable_stop_is_named_and_after_another_stop_is_not() -> None:
    assert hits(patients(sessions=({"date": on(100)},)), "session.after_stop") == []
    assert hits(patients(sessions=({"date": on(101)},)), "session.after_stop") == ["a"]
    later = people([Person(id="c", t0=on(0), last=on(90), sessions=({"date": on(70)},))],
                   followup=[stop("c", 60, "completed")])  # fmt: skip
    assert hits(later, "session.after_stop") == []


def test_the_rules_are_applied_to_a_workbook_and_name_the_cell(tmp_path: Path) -> None:
    heading = ["patient_id", "date", "alive", "ldt_stop_date", "ldt_stop_reason"]
    row = ["001", date(2016, 2, 1), "yes", date(2016, 2, 1), "toxicity"]
    lone = ["004", date(2018, 1, 1), "yes", date(2018, 1, 1), None]
    made = read_cohort(xlsx(add_sheet("followup", heading, row, lone))(tmp_path))
    found = {p.rule: (p.place, p.severity) for p in made.problems if "stop" in p.rule}
    assert found.keys() == {"session.after_stop", "followup.stop_without_reason"}
    assert found["followup.stop_without_reason"][0].endswith("sheet followup, cell D3")
    assert found["session.after_stop"][0].endswith("sheet session, cell C3")
