from __future__ import annotations

import tomllib

import pytest

from glisson.clinical.decide import DecisionsNeeded, accept_unambiguous, answered, ask
from glisson.clinical.propose import propose
from glisson.clinical.questions import Decision, open_decisions
from glisson.errors import GlissonError
from tests.clinical.flat_sheets import (
    ambiguous_dates,
    bare_codes,
    german_dates,
    glossary_sheet,
    sheet,
    spanish_durations,
)


class Person:
    """Answers by key of the question; records what was asked and every complaint."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers, self.asked, self.complaints = answers, [], []

    def __call__(self, decision: Decision, complaint: str) -> str:
        self.asked.append(decision.key)
        self.complaints += [complaint] if complaint else []
        return self.answers.pop(decision.key, "")


BARE = {
    "event|Death|vital_status|": "1",
    "event|PFS status|pfs_status|": "1",
    "code|TACE type|method|n/a": "unknown",
    "missing|Age|age_at_t0|-999": "missing",
}


def maps(study):
    return {m.means: m for m in study.input.columns}


def test_nothing_is_asked_where_everything_is_said():
    study = accept_unambiguous(propose((german_dates(),)))
    assert study.input.kind == "flat"
    assert len(study.input.columns) == 10


def test_bare_codes_are_refused_with_every_question_and_lines_to_complete():
    with pytest.raises(DecisionsNeeded) as error:
        accept_unambiguous(propose((bare_codes(),)))
    assert {d.key for d in error.value.decisions} == set(BARE)
    draft = tomllib.loads(error.value.draft)
    death = next(c for c in draft["input"]["columns"] if c["column"] == "Death")
    assert death["codes"] == {"0": "?", "1": "?"}
    assert "-999" in str(error.value)
    assert "study.toml" in str(error.value)


def test_answers_complete_the_settings():
    person = Person(dict(BARE))
    study = ask(propose((bare_codes(),)), person)
    found = maps(study)
    assert found["vital_status"].codes == {"1": "dead", "0": "alive"}
    assert found["pfs_status"].codes == {"1": "event", "0": "censored"}
    assert found["age_at_t0"].missing == ("-999",)
    assert found["method"].codes["n/a"] == "unknown"
    assert set(BARE) <= set(person.asked)
    accept_unambiguous(propose((bare_codes(),), study))


def test_an_answer_that_is_no_option_is_asked_again():
    proposal = propose((bare_codes(),))
    question = next(d for d in open_decisions(proposal) if d.about == "event")
    with pytest.raises(GlissonError, match=r"'yes' is none of 0, 1|'yes' is none of 1, 0"):
        answered(proposal, question, "yes")
    stubborn = iter(["perhaps", "1"])

    def prompt(decision, complaint):
        if decision.key == "event|Death|vital_status|":
            return next(stubborn)
        return BARE.get(decision.key, "")

    assert maps(ask(proposal, prompt))["vital_status"].codes["1"] == "dead"


def test_date_order_that_no_value_proves_is_asked():
    with pytest.raises(DecisionsNeeded) as error:
        accept_unambiguous(propose((ambiguous_dates(),)))
    asked = {(d.about, d.column) for d in error.value.decisions}
    assert asked == {("date_order", "treatment date"), ("date_order", "date of death or last follow-up")}
    person = Person({d.key: "month_first" for d in error.value.decisions})
    study = ask(propose((ambiguous_dates(),)), person)
    assert maps(study)["last_contact_date"].date_order == "month_first"


def test_h_and_m_leave_sex_out_unless_it_is_answered():
    proposal = propose((spanish_durations(),))
    person = Person({"code|Tipo de tratamiento|method|no consta": "unknown", "code|Sexo|sex|M": "F"})
    found = maps(ask(proposal, person))
    assert "sex" not in found, "an optional column with a question left open is not used"
    person = Person(
        {"code|Tipo de tratamiento|method|no consta": "unknown", "code|Sexo|sex|M": "F", "code|Sexo|sex|H": "M"}
    )
    assert maps(ask(proposal, person))["sex"].codes == {"M": "F", "H": "M"}


def test_unit_that_nothing_names_is_asked_with_the_others_shown():
    rows = [("a", 10, 5, "dead", "event"), ("b", 20, 9, "alive", "censored"), ("c", 7, 7, "dead", "event")]
    raw = sheet(("id", "OS", "PFS (weeks)", "Death", "PFS status"), rows)
    questions = [d for d in open_decisions(propose((raw,))) if d.required]
    assert [(d.about, d.column) for d in questions] == [("unit", "OS")]
    assert "column 'PFS (weeks)' is in weeks" in questions[0].evidence


def test_one_status_may_serve_two_durations():
    raw = sheet(("pfs", "os", "status"), [(5, 9, 1), (7, 7, 1), (3, 12, 0)])
    answers = {
        "meaning|status||": "vital_status", "column||pfs_status|": "status", "unit|pfs|pfs_time|": "days",
        "unit|os|os_time|": "days", "event|status|vital_status|": "1", "event|status|pfs_status|": "1",
    }  # fmt: skip
    study = ask(propose((raw,)), Person(answers))
    assert {(m.column, m.means) for m in study.input.columns} == {
        ("pfs", "pfs_time"), ("os", "os_time"), ("status", "vital_status"), ("status", "pfs_status"),
    }  # fmt: skip


def test_a_duration_whose_status_stands_nowhere_is_left_out():
    raw = sheet(
        ("id", "OS days", "Death", "PFS days"), [("a", 9, "dead", 4), ("b", 8, "alive", 3), ("c", 7, "dead", 2)]
    )
    study = ask(propose((raw,)), Person({"column||pfs_status|": "none"}))
    assert "pfs_time" not in maps(study)
    assert "os_time" in maps(study)


def test_no_outcome_is_refused_even_after_asking():
    raw = sheet(("id", "age", "sex"), [("a", 61, "F"), ("b", 70, "M"), ("c", 66, "F")])
    with pytest.raises(DecisionsNeeded, match="No outcome was recognised"):
        ask(propose((raw,)), Person({}))


def test_columns_nobody_recognises_can_be_named_by_the_person():
    raw = sheet(("a", "b", "c"), [("2015-01-01", "2016-01-01", "dead"), ("2015-02-01", "2015-09-01", "dead"),
                                  ("2015-03-01", "2017-01-01", "alive")])  # fmt: skip
    answers = {"column||session_date|": "a", "column||last_contact_date|": "b", "column||vital_status|": "c",
               "column||death_date|": "none"}  # fmt: skip
    study = ask(propose((raw,)), Person(answers))
    assert {m.means for m in study.input.columns} == {"session_date", "last_contact_date", "vital_status"}


def test_subgroups_and_a_common_method_are_optional():
    raw = sheet(("id", "OS days", "Death", "Child-Pugh"),
                [(f"p{i}", 10 + i, "dead" if i % 2 else "alive", "AB"[i % 2]) for i in range(8)])  # fmt: skip
    person = Person({"column||method|": "none", "method|||": "ablation_mwa", "subgroups|||": "Child-Pugh"})
    study = ask(propose((raw,)), person)
    assert study.input.method == "ablation_mwa"
    assert study.analysis.subgroups == ("Child-Pugh",)
    assert maps(study)["subgroup"].column == "Child-Pugh"


def test_texts_in_date_columns_are_asked_about_once():
    raw = sheet(("id", "treatment date", "progression date", "death date"),
                [("a", "2015-01-01", ".", "2016-01-01"), ("b", "2015-02-01", ".", "."),
                 ("c", "2015-03-01", "2015-09-01", "2016-02-01"),
                 ("d", "2015-03-02", "2015-09-01", "alive"), ("e", "2015-03-02", "2015-09-01", "alive")])  # fmt: skip
    questions = [d for d in open_decisions(propose((raw,))) if d.about == "missing"]
    assert [(d.column, d.value) for d in questions] == [("progression date", "."), ("death date", "alive")]
    study = ask(propose((raw,)), Person({d.key: "missing" for d in questions}))
    assert study.input.missing == (".", "alive")


def test_questions_show_counts_and_dictionary():
    raw = bare_codes()
    legend = sheet(
        ("Study ID", "id"), [("Death", "vital status at last contact"), ("OS (days)", "days")], name="Legend"
    )
    question = next(d for d in open_decisions(propose((raw, legend))) if d.column == "Death")
    assert any("1 (4), 0 (2)" in e for e in question.evidence)
    assert any("vital status at last contact" in e for e in question.evidence)
    assert glossary_sheet().name == "Legend"
