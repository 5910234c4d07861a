from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from glisson.assessing.safety import early_deaths, safety_result
from glisson.clinical import toxicity
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from glisson.present.tabulate.safety import affected
from tests.clinical.build import Person, cohort, people
from tests.paths import vector

pytestmark = pytest.mark.by_hand

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def event(who="a", day=5, term="Nausea", grade=2, **more):
    onset = {} if day is None else {"onset_date": day if isinstance(day, str) else on(day)}
    return {"patient_id": who, **onset, "term": term, "grade": grade, **more}


def treated(*events, ids="ab", study=None, sessions=(), **person):
    """Patients treated on day 0 and followed for a year, with these adverse events."""
    last = {"last": on(365), **person}
    return people([Person(id=i, t0=on(0), sessions=sessions, **last) for i in ids], study, adverse_event=events)


def worst(made, term=None):
    return toxicity.worst_by_patient(made, term)


# the shared vector ------------------------------------------------------------------------------------------------


def tabulation(window=30):
    """The vector's patients; a grade at baseline is a row of the same term that began before and is ongoing."""
    case = json.loads(vector("ae_tabulation.json").read_text())
    persons = [
        Person(id=i, t0=on(days[0]), last=on(365), sessions=tuple({"date": on(d)} for d in days[1:]))
        for i, days in case["sessions_day_from_first"].items()
    ]
    rows = []
    for e in case["events"]:
        rows.append(event(e["id"], e["day"], e["term"], e["grade"], session_id=f"{e['id']}-S{e['session']}"))
        if "baseline_grade" in e:
            rows.append(event(e["id"], -10, e["term"], e["baseline_grade"], outcome="ongoing"))
    return case, people(persons, {"analysis": {"ae_window_days": window}}, adverse_event=rows)


def test_vector_worst_grade_of_each_patient():
    case, made = tabulation()
    want = {i: str(g) if g else "none" for i, g in case["expected"]["max_grade_per_patient_any_term_30d"].items()}
    assert worst(made) == want
    assert {i: g for i, g in worst(made, "nausea").items() if g != "none"} == {"A": "3"}


def test_vector_rates_over_patients_and_sessions():
    case, made = tabulation()
    patients, sessions = toxicity.worst_grades(made), toxicity.session_worst_grades(made)
    assert (patients.n, sessions.n) == (case["denominator_patients"], case["denominator_sessions"])
    assert patients.by().count("3", "4", "5").tolist() == [case["expected"]["patients_grade_ge3_30d"]]
    assert sessions.by().count("3", "4", "5").tolist() == [case["expected"]["sessions_with_grade_ge3_30d"]]
    assert sessions.unit == "session"
    _, wide = tabulation(window=90)
    assert toxicity.worst_grades(wide).by().count("3", "4", "5").tolist() == [
        case["expected"]["patients_grade_ge3_90d"]
    ]


def test_vector_events_that_do_not_count_are_named():
    _, made = tabulation()
    found = {reason: (n, terms) for reason, n, terms in toxicity.uncounted(made)}
    assert found["before the first session"] == (2, ("Fatigue",))
    assert found["no worse than what was there when treatment began"] == (1, ("Fatigue",))
    assert found["later after a session than the window"] == (2, ("Biliary tract infection", "Gastric ulcer"))
    assert toxicity.terms(made) == ("Fatigue", "Febrile neutropenia", "Hepatic failure", "Nausea")


# which events count -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "grade"), [(-1, "none"), (0, "2"), (30, "2"), (31, "none")])
def test_window_includes_its_first_and_last_day(day, grade):
    assert worst(treated(event(day=day)))["a"] == grade


def test_every_session_opens_a_window():
    made = treated(event(day=100), ids="a", sessions=({"date": on(90)},))
    assert worst(made) == {"a": "2"}
    assert toxicity.session_worst_grades(made).by().counts.tolist() == [[1, 0, 1, 0, 0, 0]]


def test_sessions_are_grouped_by_their_own_method():
    made = treated(event(day=100), ids="a", sessions=({"date": on(90), "method": "y90_glass"},))
    table = toxicity.session_worst_grades(made)
    assert dict(zip(table.strata, table.count("2").tolist(), strict=True)) == {("deb_tace",): 0, ("y90",): 1}
    assert toxicity.worst_grades(made).strata == (("deb_tace",),)


def test_recorded_session_wins_over_the_latest_one():
    second = {"date": on(90), "method": "y90"}
    for session, want in (("a-S1", [1, 0]), (None, [0, 1])):
        made = treated(event(day=95, session_id=session), ids="a", sessions=(second,))
        table = toxicity.session_worst_grades(made)
        assert table.strata == (("deb_tace",), ("y90",))
        assert table.count("2").tolist() == want
    first = treated(event(day=None, session_id="a-S2"), ids="a", sessions=({"date": on(90), "method": "y90"},))
    by_method = toxicity.session_worst_grades(first)
    assert dict(zip(by_method.strata, by_method.count("2").tolist(), strict=True)) == {("deb_tace",): 0, ("y90",): 1}


def test_events_without_a_date_or_a_session_count():
    made = treated(event(day=None), event("b", 3))
    assert worst(made) == {"a": "2", "b": "2"}
    assert toxicity.undated(made) == 1
    assert toxicity.session_worst_grades(made).by().count("2").tolist() == [2]


def test_a_sheet_without_dates_counts_every_event():
    made = cohort(
        patient=[{"patient_id": "a", "vital_status": "alive"}, {"patient_id": "b", "vital_status": "alive"}],
        session=[{"session_id": "s", "patient_id": i, "method": "y90"} for i in "ab"],
        adverse_event=[event("a", None, "Fatigue", 1)],
    )
    assert worst(made) == {"a": "1", "b": "none"}
    with pytest.raises(InputError, match="no session has a date"):
        toxicity.session_worst_grades(made)


def test_a_partial_date_counts_if_any_day_of_it_does():
    assert worst(treated(event(day="2020-01")))["a"] == "2"
    assert worst(treated(event(day="2020")))["a"] == "2"
    assert worst(treated(event(day="2020-02")))["a"] == "none"
    assert worst(treated(event(day="2019-12")))["a"] == "none"
    begun = people([Person(id="a", t0=on(10), last=on(99))], adverse_event=[event(day="2020-01")])
    assert worst(begun) == {"a": "2"}, "the month began before the treatment"


def test_only_worsening_counts_while_the_old_event_lasts():
    before = event(day=-5, grade=2, end_date=on(20))
    assert worst(treated(before, event(day=10, grade=2)))["a"] == "none"
    assert worst(treated(before, event(day=10, grade=3)))["a"] == "3"
    assert worst(treated(before, event(day=25, grade=2)))["a"] == "2", "the old one was over"
    assert worst(treated(before, event(day=10, grade=2, term="Fatigue")))["a"] == "2", "another term"
    assert worst(treated(before, event("b", 10)))["b"] == "2", "another patient"


def test_an_unknown_grade_is_an_event_but_never_beats_a_known_one():
    made = treated(event(grade=None), event("b", grade=None), event("b", grade=1))
    assert worst(made) == {"a": "unknown", "b": "1"}
    table = toxicity.worst_grades(made)
    assert table.categories == ("none", "1", "2", "3", "4", "5", "unknown")
    any_grade = safety_result(made).terms[0].estimates.one("proportion", group=(), detail="any grade")
    assert (any_grade.events, any_grade.n) == (2, 2)
    severe = safety_result(made).terms[0].estimates.one("proportion", group=(), detail="grade 3 or worse")
    assert severe.events == 0
    assert (affected(table, ()), affected(table, (), 3)) == ((2, 2), (0, 2)), "as the report counts them"


def test_grade_5_counts_unless_it_was_judged_unrelated():
    dead = {"grade": 5, "term": "Hepatic failure"}
    assert worst(treated(event(**dead)))["a"] == "5"
    assert worst(treated(event(**dead, related="possible")))["a"] == "5"
    made = treated(event(**dead, related="unrelated"), event(grade=1, related="unrelated"))
    assert worst(made)["a"] == "1", "only death is left out for being unrelated"
    assert [n for reason, n, _ in toxicity.uncounted(made) if reason.startswith("fatal")] == [1]


def test_nothing_after_the_cutoff_has_happened():
    study = {"cutoff": T0 + timedelta(days=7)}
    assert worst(treated(event(day=8), study=study))["a"] == "none"
    assert worst(treated(event(day=7), study=study))["a"] == "2"


# terms ------------------------------------------------------------------------------------------------------------


def test_spelling_of_a_term_does_not_matter():
    made = treated(event(term="nausea "), event("b", term="Nausea"), event("a", 6, term="Nausea", grade=1))
    assert toxicity.terms(made) == ("Nausea",)
    assert worst(made, "NAUSEA") == {"a": "2", "b": "2"}


def test_terms_are_ordered_by_patients_not_by_rows():
    rows = [event(day=d, term="Fever") for d in (1, 2, 3)]
    made = treated(*rows, event(term="Nausea"), event("b", term="Nausea"), event(term="Chills"))
    assert toxicity.terms(made) == ("Nausea", "Chills", "Fever")


def test_grade_0_is_no_event_but_makes_a_term_of_interest():
    made = treated(event(term="Pneumonitis", grade=0), ids="a", method="y90")
    assert worst(made) == {"a": "none"}
    assert toxicity.terms(made) == ()
    assert toxicity.terms_of_interest(made) == ("Pneumonitis",)


def test_doxorubicin_terms_only_where_it_was_given_and_nobody_had_them():
    assert toxicity.terms_of_interest(treated(event(term="Fatigue"), method="y90")) == ()
    interest = toxicity.terms_of_interest(treated(event(term="Neutrophil count decreased")))
    assert "Neutropenia" not in interest
    assert {"Alopecia", "Heart failure", "Febrile neutropenia"} <= set(interest)
    fever = toxicity.terms_of_interest(treated(event(term="Febrile neutropenia", grade=3)))
    assert not {"Neutropenia", "Febrile neutropenia"} & set(fever)
    late = toxicity.terms_of_interest(treated(event(day=200, term="Heart failure", grade=3)))
    assert "Heart failure" not in late, "it happened, only later"
    irinotecan = treated(event(), sessions=(), ids="a")
    other = irinotecan.table("session").to_dicts()[0] | {"drug": "irinotecan", "date": on(0)}
    other.pop("date_to")
    other.pop("source_row")
    made = people([Person(id="a", t0=on(0), last=on(365))], session=[other], adverse_event=[event()])
    assert toxicity.terms_of_interest(made) == ()


@pytest.mark.parametrize(
    ("word", "perhaps"),
    [
        ("alopezia", {"Alopecia"}),
        ("Nausea/vomiting", {"Nausea", "Vomiting"}),
        ("cardiotoxicity", {"Heart failure", "Ejection fraction decreased", "Left ventricular systolic dysfunction"}),
        ("cytopenia", {"Neutropenia", "Leukopenia", "Thrombocytopenia"}),
        ("hiccough of the mind", set()),
    ],
)
def test_nobody_had_it_is_not_said_where_an_unclear_word_may_mean_it(word, perhaps):
    everything = set(toxicity.DOXORUBICIN_TERMS)
    made = treated(event(term=word))
    assert everything - set(toxicity.terms_of_interest(made)) == perhaps
    told = toxicity.unclear(made)
    assert [(t.casefold(), n) for t, n, _ in told] == ([(word.casefold(), 1)] if perhaps else [])
    absent = toxicity.terms_of_interest(treated(event(term=word, grade=0), event(term="Fever")))
    assert everything - {"Heart failure"} <= set(absent), "looked for, and not there"


def test_blood_counts_contradict_that_nobody_had_neutropenia():
    def lab(day, value):
        return {"patient_id": "a", "date": on(day), "test": "anc", "value": value, "lln": 1.8, "unit": "10^9/L"}

    def made(*labs):
        persons = [Person(id="a", t0=on(0), last=on(365))]
        return people(persons, adverse_event=[event(term="Fever")], lab=labs)

    low = made(lab(-3, 4.0), lab(10, 1.2))
    assert toxicity.low_counts(low) == {"Neutropenia": 1}
    assert "Neutropenia" not in toxicity.terms_of_interest(low)
    assert "Febrile neutropenia" in toxicity.terms_of_interest(low), "a count shows no fever"
    assert any("Neutropenia" in note for note in safety_result(low).notes)
    assert "Neutropenia" in toxicity.terms_of_interest(made(lab(-3, 1.2), lab(10, 1.2)))
    assert "Neutropenia" in toxicity.terms_of_interest(made(lab(10, 1.8)))


def test_versions_are_listed_and_a_mixture_is_named():
    made = treated(event(ctcae_version="6"), event("b", ctcae_version="5"))
    assert toxicity.ctcae_versions(made) == ("5", "6")
    assert any("5 and 6" in note for note in safety_result(made).notes)
    assert toxicity.ctcae_versions(treated(event())) == ()


def test_no_adverse_events_at_all():
    made = people([Person(id="a", t0=on(0), last=on(9))])
    for ask in (toxicity.worst_grades, toxicity.terms, toxicity.ctcae_versions, toxicity.terms_of_interest):
        with pytest.raises(InputError, match="no adverse event is recorded"):
            ask(made)
    assert safety_result(made) is None


# the result -------------------------------------------------------------------------------------------------------


def test_safety_of_the_demonstration_cohort():
    made = demo_cohort()
    result = safety_result(made)
    names = [t.term for t in result.terms]
    assert names[:2] == ["Any adverse event", "Abdominal pain"]
    assert "Alopecia" in names
    assert (result.window_days, result.ctcae_versions) == (30, ("5",))
    for term in result.terms:
        assert term.worst.keys == ("method",)
        assert dict(zip(term.worst.strata, term.worst.counts.sum(axis=1).tolist(), strict=True)) == {
            ("deb_tace",): 13, ("y90",): 6, ("ablation",): 5,
        }  # fmt: skip
        groups = [e.group for e in term.estimates.select("proportion", detail="any grade")]
        assert groups == [(), (("method", "deb_tace"),), (("method", "y90"),), (("method", "ablation"),)]
    heart = next(t for t in result.terms if t.term == "Heart failure").estimates
    bound = heart.one("upper_bound", group=(("method", "deb_tace"),), detail="any grade")
    assert bound.value == pytest.approx(1 - 0.05 ** (1 / 13), rel=1e-12)
    assert {e.level for t in result.terms for e in t.estimates} == {0.95}


def test_bounds_follow_the_level_of_the_study():
    made = treated(event("a"), study={"analysis": {"level": 0.9}})
    rows = safety_result(made).terms[0].estimates
    one = rows.one("proportion", group=(), detail="any grade")
    assert (one.low, one.high) == pytest.approx((1 - 0.95**0.5, 0.95**0.5), rel=1e-9)
    assert rows.one("upper_bound", group=(), detail="grade 3 or worse").value == pytest.approx(1 - 0.1**0.5)


def test_early_deaths_count_up_to_and_including_the_day():
    persons = [
        Person(id="a", t0=on(0), death=on(30)), Person(id="b", t0=on(0), death=on(31)),
        Person(id="c", t0=on(0), last=on(365)), Person(id="d", t0=on(0), last=on(30)),
    ]  # fmt: skip
    rows, notes = early_deaths(endpoint(people(persons), "os"), 0.95)
    assert [(r.at, r.events, r.n) for r in rows.select("proportion", group=())] == [(30, 1, 4), (90, 2, 4)]
    assert len(notes) == 1, "d was alive on day 30, but nobody knows of day 90"
    assert "at most 3 of 4 died within 90 days" in notes[0]
    assert [r.warning for r in rows.select("proportion", group=())] == ["", "1 followed for less than 90 days"]


def test_patients_not_watched_for_the_window_are_named_with_what_they_could_change():
    persons = [Person(id="a", t0=on(0), last=on(365)), Person(id="b", t0=on(0), last=on(9))]
    rows = safety_result(people(persons, adverse_event=[event()])).followed
    assert [(f.least, f.group, f.n, f.lost, f.recorded, f.most) for f in rows if not f.group] == [
        (1, (), 2, 1, 1, 2), (3, (), 2, 1, 0, 1),
    ]  # fmt: skip


def test_mortality_starts_at_the_first_session_whatever_the_origin_of_survival():
    study = {"endpoints": {"origin": "met_dx"}}
    made = people(
        [Person(id="a", t0=on(0), death=on(10), patient={"met_dx_date": on(-400)})], study, adverse_event=[event(day=1)]
    )
    assert safety_result(made).mortality.one("proportion", group=(), at=30.0).events == 1
