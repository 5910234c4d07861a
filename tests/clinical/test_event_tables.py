"""Adverse events beyond terms: a worked cohort, sessions, classes, judgements, late ones, words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessing.safety import safety_result
from glisson.clinical import event_tables, toxicity
from glisson.clinical.emergent import events
from glisson.clinical.session_units import fates
from glisson.errors import InputError, SettingsError
from tests.clinical.build import Person, people

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def event(who="a", day=5, term="Nausea", grade=2, **more):
    return {"patient_id": who, "onset_date": None if day is None else on(day), "term": term, "grade": grade, **more}


def treated(*rows, study=None, sessions=(), **person):
    last = {"last": on(400), "method": "deb_tace", **person}
    return people([Person(id=i, t0=on(0), sessions=sessions, **last) for i in "ab"], study, adverse_event=rows)


# seven patients with eight sessions, every count worked out by hand -------------------------------------------------

RECORDED = (
    ("A", 1, 2, "Nausea", 2), ("A", 1, 5, "Nausea", 1), ("A", 2, 70, "Nausea", 3), ("A", 1, 20, "Fatigue", 1),
    ("B", 1, 45, "Gastric ulcer", 3), ("B", 1, 100, "Biliary tract infection", 3), ("C", 1, -3, "Fatigue", 2),
    ("C", 1, 10, "Fatigue", 2), ("D", 1, 6, "Fatigue", 2), ("E", 1, 12, "Febrile neutropenia", 4),
    ("F", 1, 25, "Hepatic failure", 5),
)  # fmt: skip


def worked(study=None, ulcer="probable", infection="possible"):
    persons = [
        Person(id=i, t0=on(0), sessions=({"date": on(68)},) if i == "A" else (),
               **({"death": on(26)} if i == "F" else {"last": on(365)}))
        for i in "ABCDEFG"
    ]  # fmt: skip
    judged = {"Gastric ulcer": ulcer, "Biliary tract infection": infection}
    rows = [event(i, day, term, g, session_id=f"{i}-S{s}", related=judged.get(term)) for i, s, day, term, g in RECORDED]
    rows.append(event("D", -10, "Fatigue", 2, outcome="ongoing"))
    return people(persons, study, adverse_event=rows)


def counted(made):
    rows = events(made).filter(events(made)["status"] == "counted")
    return sorted(zip(rows["patient_id"], rows["term"], rows["grade"], strict=True))


@pytest.mark.by_hand
def test_worked_cohort_events_and_worst_grades():
    made = worked()
    assert counted(made) == sorted([
        ("A", "Nausea", 2), ("A", "Nausea", 1), ("A", "Nausea", 3), ("A", "Fatigue", 1), ("C", "Fatigue", 2),
        ("E", "Febrile neutropenia", 4), ("F", "Hepatic failure", 5),
    ])  # fmt: skip
    assert toxicity.worst_by_patient(made) == dict(
        zip("ABCDEFG", ("3", "none", "2", "none", "4", "5", "none"), strict=True)
    )
    assert {i: g for i, g in toxicity.worst_by_patient(made, "nausea").items() if g != "none"} == {"A": "3"}
    wide = worked({"analysis": {"ae_window_days": 90}})
    severe = [toxicity.worst_grades(m).by().count("3", "4", "5").item() for m in (made, wide)]
    assert severe == [3, 4]


@pytest.mark.by_hand
def test_worked_cohort_sessions():
    made = worked()
    rows = toxicity.sessions_by_grade(made).sort("patient_id", "date")
    assert rows["worst"].to_list() == ["2", "3", "none", "2", "none", "4", "5", "none"]
    result = safety_result(made)
    severe = result.sessions.one("proportion", group=(), detail="grade 3 or worse")
    assert (severe.events, severe.n) == (3, 8)
    dead = result.session_mortality.one("proportion", group=(), at=30.0)
    assert (dead.events, dead.n) == (1, 8)
    patients = result.mortality.one("proportion", group=(), at=30.0)
    assert (patients.events, patients.n) == (1, 7)


@pytest.mark.by_hand
def test_worked_cohort_late_events():
    late, omitted = event_tables.late_events(worked())
    assert [(e.term, e.after, e.related) for e in late] == [
        ("Gastric ulcer", 45, "probable"), ("Biliary tract infection", 100, "possible"),
    ]  # fmt: skip
    assert omitted == 0
    for judgement in (None, "unrelated", "unlikely"):
        late, omitted = event_tables.late_events(worked(ulcer=judgement, infection=judgement))
        assert [e.term for e in late] == ["Gastric ulcer"], "until day 90 whatever its cause"
        assert omitted == 1


# windows and sessions ---------------------------------------------------------------------------------------------


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("term", "method", "day", "grade"),
    [
        ("Gastric ulcer", "y90_glass", 90, "2"), ("Gastric ulcer", "y90_resin", 91, "none"),
        ("Gastric ulcer", "deb_tace", 31, "none"), ("Fatigue", "y90", 31, "none"), ("liver abscess", "y90", 60, "2"),
    ],
)  # fmt: skip
def test_radiation_effects_have_a_longer_window(term, method, day, grade):
    assert toxicity.worst_by_patient(treated(event(day=day, term=term), method=method))["a"] == grade
    study = {"safety": {"y90_hepatic_window_days": 30}}
    short = toxicity.worst_by_patient(treated(event(day=day, term=term), method=method, study=study))["a"]
    assert short == "none"


@pytest.mark.by_hand
def test_a_later_session_cuts_the_window_of_an_earlier_one():
    second = {"date": on(20), "method": "deb_tace"}
    late = event(day=60, term="Ascites", grade=3)
    made = treated(late, method="y90", sessions=(second,))
    assert toxicity.worst_by_patient(made)["a"] == "3", "within 90 days of the radioembolization"
    assert set(toxicity.sessions_by_grade(made)["worst"].to_list()) == {"none"}, "40 days after the second session"
    assert event_tables.outside_own_window(made) == 1
    assert any("cut short" in n for n in safety_result(made).notes)
    named = treated({**late, "session_id": "a-S1"}, method="y90", sessions=(second,))
    assert toxicity.session_worst_grades(named).by("method").count("3").sum() == 1, "recorded with the first"


@pytest.mark.by_hand
def test_a_fatal_event_without_a_grade_is_a_death():
    row = event(term="Hepatic failure", grade=None, outcome="fatal")
    assert toxicity.worst_by_patient(treated({**row, "related": "unrelated"}))["a"] == "none"
    assert toxicity.worst_by_patient(treated(row, patient={"cause_of_death": "disease"}))["a"] == "none"
    assert toxicity.worst_by_patient(treated({**row, "related": "possible"}))["a"] == "unknown"


@pytest.mark.by_hand
def test_a_death_belongs_to_the_last_session():
    persons = [
        Person(id="a", t0=on(0), death=on(40), sessions=({"date": on(20)},)),
        Person(id="b", t0=on(0), last=on(29)),
        Person(id="c", t0=on(0), death=on(31)),
    ]
    made = people(persons)
    fate = {(r["patient_id"], r["date"].isoformat()): r["fate"] for r in fates(made, 30).iter_rows(named=True)}
    assert fate == {
        ("a", on(0)): "alive", ("a", on(20)): "dead", ("b", on(0)): "not followed", ("c", on(0)): "alive",
    }  # fmt: skip


@pytest.mark.by_hand
def test_death_of_the_disease_is_toxicity_only_if_judged_related():
    def grade(related, cause):
        row = event(term="Hepatic failure", grade=5, related=related)
        return toxicity.worst_by_patient(treated(row, patient={"cause_of_death": cause}))["a"]

    assert grade(None, "disease") == "none"
    assert grade("possible", "disease") == "5"
    assert grade("unlikely", "treatment") == "none"
    assert grade(None, "treatment") == "5"
    assert grade(None, None) == "5", "nobody knows why"


# classes, judgements, events, words -------------------------------------------------------------------------------


@pytest.mark.by_hand
def test_a_patient_counts_once_a_class():
    made = treated(
        event(term="Nausea", grade=1), event(term="vomiting", grade=3), event("b", term="Odd thing", grade=2)
    )
    found = {t.label: t.by().counts[0].tolist() for t in event_tables.class_worst_grades(made)}
    other = "Terms not in the CTCAE table"
    assert found == {"Gastrointestinal disorders": [1, 0, 0, 1, 0, 0], other: [1, 0, 1, 0, 0, 0]}


@pytest.mark.by_hand
def test_judged_events_and_those_nobody_judged():
    rows = [event(related="unlikely", grade=3), event(related="possible", grade=1), event("b", grade=4, serious=True)]
    made = treated(*rows)
    assert event_tables.selected_worst_grades(made, "related").by().counts[0].tolist() == [1, 1, 0, 0, 0, 0]
    assert event_tables.selected_worst_grades(made, "serious").by().counts[0].tolist() == [1, 0, 0, 0, 1, 0]
    assert event_tables.selected_worst_grades(made, "nte") is None
    assert event_tables.unjudged(made) == 1
    with pytest.raises(SettingsError, match="'grave'"):
        event_tables.selected_worst_grades(made, "grave")
    assert (
        event_tables.selected_worst_grades(treated(event(term="Non-target embolization")), "nte").by().count("2") == 1
    )


@pytest.mark.by_hand
def test_events_are_counted_by_grade():
    made = treated(event(grade=1), event(day=6, grade=1), event("b", grade=None), event(grade=0, term="Fever"))
    assert event_tables.event_counts(made) == (("Gastrointestinal disorders", "Nausea", (2, 0, 0, 0, 0, 1), 2),)


@pytest.mark.by_hand
def test_words_are_mapped_and_listed():
    made = treated(event(term="Liver abscess"), event(term="NAUSEA "), event("b", term="nauseaa"), event(term="Biloma"))
    assert event_tables.mapped_words(made) == (("liver abscess", "Hepatic infection", 1),)
    assert event_tables.unlisted_terms(made) == (("Biloma", 1, "Biliary fistula"), ("nauseaa", 1, "Nausea"))
    assert toxicity.worst_by_patient(made, "hepatic infection")["a"] == "2"
    assert toxicity.worst_by_patient(made, "liver abscess")["a"] == "2", "asked for by either word"


@pytest.mark.by_hand
def test_who_was_not_followed_could_change_this_much():
    lost = {"a"}
    made = treated(event(grade=1), event("b", grade=None))
    had, may = event_tables.possible_rates(made, lost, 3)
    assert (had, may) == ({"a": False, "b": False}, {"a": True, "b": True})
    had, may = event_tables.possible_rates(made, lost, 1)
    assert had == may == {"a": True, "b": True}


def test_without_adverse_events_every_table_says_so():
    made = people([Person(id="a", t0=on(0), last=on(9))])
    for ask in (event_tables.class_worst_grades, event_tables.event_counts, event_tables.late_events,
                event_tables.mapped_words, event_tables.unlisted_terms, event_tables.unjudged):  # fmt: skip
        with pytest.raises(InputError, match="no adverse event is recorded"):
            ask(made)


# properties -------------------------------------------------------------------------------------------------------

TERMS = ("Nausea", "Fever", "Abdominal pain", "Alopecia", "liver abscess", "Ascites", "Odd thing",
         "Post-embolization syndrome")  # fmt: skip
rows = st.builds(
    event,
    st.sampled_from("ab"),
    st.one_of(st.none(), st.integers(-20, 130)),
    st.sampled_from(TERMS),
    st.one_of(st.none(), st.integers(1, 5)),
    related=st.sampled_from([None, "unrelated", "possible"]),
)


def rank(grade: str) -> float:
    return {"none": 0, "unknown": 0.5}[grade] if grade in {"none", "unknown"} else float(grade)


def tallies(made):
    table = toxicity.worst_grades(made).by().counts.tolist()
    sessions = toxicity.session_worst_grades(made).by("method").counts.tolist()
    classes = {t.label: t.by().counts.tolist() for t in event_tables.class_worst_grades(made)}
    return table, sessions, classes, toxicity.worst_by_patient(made)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=6), rows, st.sampled_from(["deb_tace", "y90"]))
def test_the_worst_grade_never_falls_when_an_event_is_added(some, more, method):
    if more["onset_date"] is not None and more["onset_date"] < on(0):
        more = {**more, "onset_date": on(3)}  # what was there before treatment may explain later events
    before = toxicity.worst_by_patient(treated(*some, method=method))
    after = toxicity.worst_by_patient(treated(*some, more, method=method))
    assert all(rank(after[i]) >= rank(before[i]) for i in "ab")


@pytest.mark.property
@settings(max_examples=20, deadline=None)
@given(st.lists(rows, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_spelling_and_grade_0_change_nothing(some, random):
    want = tallies(treated(*some))
    other = [{**r, "term": random.choice((str.upper, str.lower, str.title, " {} ".format))(r["term"])} for r in some]
    random.shuffle(other)
    assert tallies(treated(*other, event(grade=0, term="Nausea"), event("b", 40, "Fever", 0))) == want
