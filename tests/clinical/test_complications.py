"""SIR and CIRSE classes from facts."""

from __future__ import annotations

import pytest

from glisson.clinical.complications import (
    class_disagreements,
    complications,
    plain_class,
    worst_class,
    worst_recorded_class,
)
from glisson.errors import SettingsError
from tests.clinical.test_event_tables import event, treated

pytestmark = pytest.mark.by_hand

PLAIN = {"hospital_days_added": 0, "intervention": False}


def classes(study=None, **facts):
    row = complications(treated(event(**facts), study=study)).row(0, named=True)
    return row["sir"], row["sir_letter"], row["cirse"], row["cirse_2026"]


@pytest.mark.parametrize(
    ("facts", "want"),
    [
        ({}, ("1", "A", "1", "1")),
        ({"action": "antiemetic"}, ("1", "B", "1", "1")),
        ({"hospital_days_added": 1}, ("2", "B", "2", "2")),
        ({"hospital_days_added": 2}, ("3", "C", "2", "2")),
        ({"hospital_days_added": 2.5}, ("3", "D", "3", "3")),
        ({"intervention": True}, ("2", "C", "3", "3")),
        ({"transfusion": True}, ("2", "C", "3", "3")),
        ({"icu": True}, ("3", "D", "3", "3")),
        ({"sequelae": True}, ("1", "E", "4", "4")),
        ({"sequelae_severity": "mild"}, ("1", "E", "4", "4")),
        ({"sequelae": True, "sequelae_severity": "severe"}, ("4", "E", "5", "5")),
        ({"grade": 4}, ("4", "A", "1", "1")),
        ({"grade": 4, "term": "Neutrophil count decreased"}, ("1", "A", "1", "1")),
        ({"outcome": "fatal"}, ("5", "F", "6", "6")),
        ({"grade": 5, "term": "Sepsis"}, ("5", "F", "6", "6")),
        ({"procedure_completed": True}, ("1", "A", "1", "1a")),
        ({"procedure_completed": False}, ("1", "A", "1", "1b")),
    ],
)
def test_each_class_from_its_facts(facts, want):
    assert classes(**{**PLAIN, **facts}) == want


def test_no_class_without_the_facts_it_rests_on():
    for facts in ({}, {"hospital_days_added": 3}, {"intervention": False}, {"sequelae": False}):
        assert classes(**facts) == (None,) * 4
    assert classes(icu=True) == ("3", "D", "3", "3")
    assert classes(grade=5) == ("5", "F", "6", "6")


def test_thresholds_are_settings():
    longer = {**PLAIN, "hospital_days_added": 2}
    assert classes(study={"safety": {"sir_long_stay_days": 2}}, **longer)[0] == "2"
    study = {"safety": {"cirse_2026_long_stay_days": 5}}
    assert classes(study=study, **{**PLAIN, "hospital_days_added": 6})[3] == "3b"
    assert classes(study=study, **{**PLAIN, "hospital_days_added": 5})[3] == "3a"
    assert classes(study=study, icu=True)[3] == "3", "the stay is not known"


def test_patients_by_worst_class_and_method():
    made = treated(
        event(**PLAIN), event(day=6, **{**PLAIN, "intervention": True}), event("b", grade=2, hospital_days_added=None)
    )
    table = worst_class(made, "cirse")
    assert dict(zip(table.categories, table.by().counts[0].tolist(), strict=True)) == {
        "none": 0, "1": 0, "2": 0, "3": 1, "4": 0, "5": 0, "6": 0, "facts not recorded": 1,
    }  # fmt: skip
    assert table.strata == (("deb_tace",),)
    assert worst_class(treated(event(grade=0)), "sir").by().count("none").item() == 2
    with pytest.raises(SettingsError, match="'clavien'"):
        worst_class(made, "clavien")


def test_recorded_classes_are_compared_and_never_replaced():
    rows = [
        event(**PLAIN, cirse_grade="3", sir_grade="1"), event(day=6, **PLAIN, sir_grade="B"),
        event(day=7, **PLAIN, sir_grade="Grade 1", cirse_grade="1a"), event(day=8, sir_grade="3"),
    ]  # fmt: skip
    made = treated(*rows)
    assert class_disagreements(made) == (
        ("a", "Nausea", "CIRSE 2017", "3", "1"), ("a", "Nausea", "SIR letters (2003)", "B", "A"),
    )  # fmt: skip
    assert complications(made)["recorded_cirse"].to_list() == ["3", None, "1a", None]
    later = treated(
        event(**PLAIN, procedure_completed=False, cirse_grade="1a"), study={"safety": {"cirse_edition": "2026"}}
    )
    assert class_disagreements(later) == (("a", "Nausea", "CIRSE 2026", "1a", "1b"),)


def test_recorded_classes_are_counted_on_their_own_scale():
    made = treated(
        event(sir_grade="Grade 2", cirse_grade="CIRSE 3a"), event(day=6, sir_grade="d"), event(day=7, sir_grade="1"),
        event("b", cirse_grade="none of them"),
    )  # fmt: skip

    def counted(scale):
        table = worst_recorded_class(made, scale).by()
        return {c: n for c, n in zip(table.categories, table.counts[0].tolist(), strict=True) if n}

    assert counted("sir") == {"2": 1, "class not recorded": 1}
    assert counted("sir_letter") == {"D": 1, "class not recorded": 1}
    assert counted("cirse") == {"3": 1, "class not recorded": 1}
    assert counted("cirse_2026") == {"3a": 1, "class not recorded": 1}
    assert worst_recorded_class(made, "sir").label == "SIR 2017, as recorded"
    with pytest.raises(SettingsError, match="'clavien'"):
        worst_recorded_class(made, "clavien")


def test_classes_are_compared_without_their_names():
    assert [plain_class(t) for t in ("SIR Grade 3", "CIRSE 1A", " class d", "4")] == ["3", "1a", "d", "4"]
