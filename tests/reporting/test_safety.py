"""The chapter on safety where everything in it occurs, and where nothing does."""

from __future__ import annotations

import json
from functools import cache

import pytest

from glisson.assessing.assess import assess
from glisson.assessment import Assessment
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.table import TableModel
from glisson.reporting.results import Results, results_json
from glisson.reporting.safety import methods_text, safety_chapter
from tests.clinical.build import Person, people
from tests.clinical.test_event_tables import event, on

pytestmark = pytest.mark.by_hand

QUIET = {"hospital_days_added": 0, "intervention": False, "ctcae_version": "5"}


@cache
def everything() -> Assessment:
    """Six patients: late events, other words, a syndrome, both signs of REILD, a short follow-up, an unlike class."""
    persons = [
        *(Person(id=i, t0=on(0), last=on(400), method="y90_glass") for i in ("one", "two")),
        *(Person(id=i, t0=on(0), last=on(400), sessions=({"date": on(60)},)) for i in ("three", "four")),
        Person(id="five", t0=on(0), last=on(9)),
        Person(id="six", t0=on(0), death=on(80)),
    ]
    rows = [
        event("one", 50, "Ascites", 2, **QUIET, related="probable"),
        event("one", 20, "gastric ulcer", 3, **QUIET, nte=True, serious=True, related="definite"),
        event("two", 120, "Biliary tract infection", 3, **QUIET, related="possible"),
        event("two", 300, "Back pain", 1, **QUIET, related="unrelated"),
        event("three", 1, "Fever", 1, **QUIET, related="probable"),
        event("three", 2, "Abdominal pain", 2, **QUIET, related="probable"),
        event("three", 3, "Nausea", 1, **QUIET, related="probable"),
        event(
            "four", 5, "Liver abscess", 3, hospital_days_added=8, intervention=True, cirse_grade="2", ctcae_version="5"
        ),
        event("four", 45, "Nauseaa", 1, **QUIET),
        event("four", 62, "Nauseaa", 1, **QUIET),
        event("six", 4, "PES", 2, **QUIET, related="definite"),
    ]
    lab = [
        {"patient_id": "one", "date": on(40), "test": "bilirubin", "value": 70.0, "unit": "umol/L", "uln": 21.0},
    ]  # fmt: skip
    return assess(people(persons, adverse_event=rows, lab=lab))


def tables(blocks: list[Block]) -> dict[str, TableModel]:
    return {b.table.name: b.table for b in blocks if isinstance(b, TableBlock)}


def texts(blocks: list[Block]) -> str:
    return " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note | Heading))


def cells(table: TableModel, name: str) -> tuple[str, ...]:
    return next(r.cells for r in table.rows if r.cells[0] == name)


def test_every_section_has_its_table() -> None:
    blocks = safety_chapter(everything())
    assert set(tables(blocks)) == {
        "worst-grades", "events-any", "events-severe", "events-none", "events-bounds", "events-classes",
        "events-selected", "events-all", "events-sessions", "complications", "complication-differences",
        "pes", "reild", "mortality", "events-late", "events-words",
    }  # fmt: skip
    anchors = [b.anchor for b in blocks if isinstance(b, Heading)] + list(tables(blocks))
    assert len(anchors) == len(set(anchors))


def test_tables_say_what_was_recorded() -> None:
    found = tables(safety_chapter(everything()))
    assert cells(found["events-all"], "Hepatic infection")[1:] == ("0", "0", "1", "0", "0", "1", "1")
    assert cells(found["events-words"], "Liver abscess") == ("Liver abscess", "Hepatic infection", "1")
    assert cells(found["events-words"], "Nauseaa")[1].endswith("perhaps Nausea")
    late = [r.cells for r in found["events-late"].rows if r.kind == "data"]
    assert late == [
        ("Nauseaa", "1", "45", "Not recorded", "Pt04"),
        ("Biliary tract infection", "3", "120", "Possible", "Pt02"),
    ]
    assert [r.cells for r in found["reild"].rows] == [
        ("Pt01", "50", "70", "adverse event", "Possible REILD: adjudicate")
    ]
    assert [r.cells for r in found["complication-differences"].rows] == [
        ("Hepatic infection", "CIRSE 2017", "2", "3", "Pt04")
    ]
    bounds = [r.cells[:2] for r in found["events-bounds"].rows if r.kind == "data"]
    assert bounds[0] == ("Not followed to the end of the window", "1")
    assert bounds[1:3] == [
        ("As recorded: nobody else had one", "4 of 6 (67%)"), ("At most: they all had one", "5 of 6 (83%)"),
    ]  # fmt: skip
    assert bounds[3][1] == "2 of 6 (33%)"
    sessions = found["events-sessions"]
    assert sessions.title.endswith("(8 sessions of 6 patients)")
    assert cells(sessions, "Adverse event of grade 3 or worse")[1].startswith("2 of 8 (25%)")
    assert any("1 followed for less than 30 days" in n for n in sessions.notes)
    syndrome = [r.cells[1].split("\n")[0] for r in found["pes"].rows if r.kind == "data"]
    assert syndrome == ["1 of 6 (17%)", "2 of 6 (33%)", "1 of 8 (13%)", "2 of 8 (25%)"]


def test_sentences_say_what_matters() -> None:
    text = texts(safety_chapter(everything()))
    assert "One patient met these conditions ([[reild]])" in text
    assert "One patient had no bilirubin in that time." in text
    assert "One recorded class differs from the derived one ([[complication-differences]])" in text
    assert "One further patient had all its components after one session and was not said to have it: review." in text
    assert "One patient was followed for less than 30 days and cannot be fully evaluated" in text
    assert "Two events began after the window and are in no rate" in text
    assert "One event was recorded in other words" in text
    assert "1 event more than 90 days after a session is not listed as late" in text
    assert "90 days for hepatic and radiation effects" in text
    assert "CIRSE 2017" in methods_text(everything().safety)


def test_no_patient_id_reaches_the_outputs() -> None:
    whole = everything()
    blocks = safety_chapter(whole)
    shown = {c for t in tables(blocks).values() for r in t.rows for c in r.cells}
    assert not shown & {"one", "two", "three", "four", "five", "six"}
    written = json.loads(results_json(whole))["safety"]
    assert [e["patient"] for e in written["late"]] == ["Pt04", "Pt02"]
    assert [r["patient"] for r in written["reild"]["found"]] == ["Pt01"]
    assert Results.model_validate_json(results_json(whole)).safety is not None


def test_edition_and_thresholds_stand_below_the_classes() -> None:
    def made(study):
        persons = [Person(id="a", t0=on(0), last=on(400))]
        return assess(people(persons, study, adverse_event=[event(hospital_days_added=4, intervention=False)]))

    first = tables(safety_chapter(made({})))["complications"]
    assert "CIRSE of 2017" in first.notes[0]
    assert "more than 1 day;" in first.notes[0]
    new = tables(safety_chapter(made({"safety": {"cirse_edition": "2026"}})))["complications"]
    assert "class 3 not divided" in new.notes[0]
    assert cells(new, "3 (therapy or longer stay)")[1] == "1"
    study = {"safety": {"cirse_edition": "2026", "cirse_2026_long_stay_days": 3.5, "sir_long_stay_days": 2}}
    split = tables(safety_chapter(made(study)))["complications"]
    assert cells(split, "3b (therapy or longer stay, longer)")[1] == "1"
    assert "3b where the stay grew by more than 3.5 days" in split.notes[0]
    assert "more than 2 days;" in split.notes[0]


def test_recorded_classes_are_reported_where_nothing_can_be_derived() -> None:
    persons = [Person(id=i, t0=on(0), last=on(400)) for i in "ab"]
    whole = assess(people(persons, adverse_event=[event(sir_grade="3"), event("b", cirse_grade="2")]))
    blocks = safety_chapter(whole)
    table = tables(blocks)["complications"]
    assert [r.cells[0] for r in table.rows if r.kind == "section"] == [
        "SIR 2017, as recorded", "CIRSE 2017, as recorded",
    ]  # fmt: skip
    assert cells(table, "3 (severe)")[1] == "1"
    assert cells(table, "2 (stay below 48 hours)")[1] == "1"
    assert "nothing can be derived to compare them with" in texts(blocks)
    assert "complication classes" not in methods_text(whole.safety)
    written = json.loads(results_json(whole))["safety"]["complications"]
    assert (written["scales"], len(written["recorded"])) == ([], 2)


def test_recorded_classes_stand_below_the_derived_ones() -> None:
    blocks = safety_chapter(everything())
    sections = [r.cells[0] for r in tables(blocks)["complications"].rows if r.kind == "section"]
    assert sections == ["SIR 2017", "SIR letters (2003)", "CIRSE 2017", "CIRSE 2017, as recorded"]
    persons = [Person(id="a", t0=on(0), last=on(400))]
    agreed = safety_chapter(assess(people(persons, adverse_event=[event(**QUIET, cirse_grade="1")])))
    assert "No recorded class differs from the derived one." in texts(agreed)
    nothing = safety_chapter(assess(people(persons, adverse_event=[event(**QUIET)])))
    assert "No class was recorded that could be compared with it." in texts(nothing)


def test_a_sheet_without_facts_has_no_empty_sections() -> None:
    persons = [Person(id="a", t0=on(0), last=on(400))]
    blocks = safety_chapter(assess(people(persons, adverse_event=[event()])))
    assert set(tables(blocks)) == {
        "worst-grades", "events-any", "events-none", "events-classes", "events-all", "events-sessions", "mortality",
    }  # fmt: skip
    assert "Everybody was followed for at least 30 days or until death." in texts(blocks)
