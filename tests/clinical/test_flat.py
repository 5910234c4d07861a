from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from glisson.clinical.decide import DecisionsNeeded
from glisson.clinical.flat import read_flat
from glisson.clinical.raw import CellError
from glisson.clinical.settings import ColumnMap, InputSettings, Study
from glisson.errors import SettingsError
from tests.clinical.flat_sheets import PATIENTS, bare_codes, german_dates, glossary_sheet, sheet, spanish_durations


def declared(*columns: dict[str, object], **other: object) -> Study:
    return Study(input=InputSettings(columns=tuple(ColumnMap(**c) for c in columns), **other))


OS = ({"column": "id", "means": "patient_id"}, {"column": "OS", "means": "os_time", "unit": "weeks"},
      {"column": "Death", "means": "vital_status", "codes": {"1": "dead", "0": "alive"}})  # fmt: skip


def flat(*rows, header=("id", "OS", "Death"), study=None, **more):
    return read_flat((sheet(header, list(rows)),), study or declared(*OS, **more))


def rules(cohort, severity=None):
    return [p.rule for p in cohort.problems if severity in {None, p.severity}]


@pytest.mark.by_hand
def test_dates_become_patients_and_sessions():
    cohort = read_flat((german_dates(),))
    patient, session = cohort.table("patient"), cohort.table("session")
    assert patient["patient_id"].to_list() == [p.id for p in PATIENTS]
    assert session["date"].to_list() == [p.treated for p in PATIENTS]
    assert session["method"].to_list() == ["deb_tace", "deb_tace", "y90_glass", "ablation_mwa", "y90_glass", "unknown"]
    assert patient["death_date"].to_list() == [p.day(p.last) if p.dead else None for p in PATIENTS]
    assert patient["last_contact_date"].to_list() == [p.day(p.last) for p in PATIENTS]
    assert patient["progression_date"].to_list() == [p.day(p.progressed) for p in PATIENTS]
    assert patient["liver_progression_date"].to_list() == [p.day(p.liver) for p in PATIENTS]
    assert patient["extrahepatic_t0"].to_list() == ["present" if p.outside else "none" for p in PATIENTS]
    assert rules(cohort) == ["method.missing"]
    assert not cohort.has("outcome")
    assert cohort.study.input.kind == "flat"


@pytest.mark.by_hand
def test_durations_become_outcomes_in_whole_days():
    study = declared(
        {"column": "Nº paciente", "means": "patient_id"},
        {"column": "Supervivencia global (meses)", "means": "os_time"},
        {"column": "Estado vital", "means": "vital_status"},
    )
    cohort = read_flat((spanish_durations(),), study)
    outcome = cohort.table("outcome")
    assert outcome["days"].to_list() == [p.last for p in PATIENTS]
    assert outcome["event"].to_list() == [p.dead for p in PATIENTS]
    assert outcome["cell"].to_list() == ["D2", "D3", "D4", "D5", "D6", "D7"]
    assert cohort.table("patient")["vital_status"].to_list() == ["dead" if p.dead else "alive" for p in PATIENTS]
    assert cohort.table("session")["date"].null_count() == cohort.n


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("unit", "value", "days"),
    [("days", 10, 10), ("weeks", 20.71428571, 145), ("months", 1, 30), ("months", 12, 365), ("years", 1, 365)],
)
def test_units(unit, value, days):
    os_time = {"column": "OS", "means": "os_time", "unit": unit}
    cohort = flat(("a", value, 1), study=declared(OS[0], os_time, OS[2]))
    assert cohort.table("outcome")["days"].to_list() == [days]


def test_rounding_is_said_once_a_column_and_only_where_it_matters():
    assert "duration.rounded" not in rules(flat(("a", 20.71428571, 1), ("b", 5.0, 0)))
    cohort = flat(("a", 20.3, 1), ("b", 5.45, 0))
    told = [p for p in cohort.problems if p.rule == "duration.rounded"]
    assert len(told) == 1
    assert "2 of 2 durations were rounded to whole days, by up to 0.15 day" in told[0].found


def test_negative_and_unreadable_durations_block_their_patient():
    cohort = flat(("a", -3, 1), ("b", "long", 1), ("c", 10, 1), ("d", None, 0), ("e", 12, None), ("f", 9e5, 1))
    blocked = {(p.patient, p.cell) for p in cohort.problems.blocking}
    assert {("a", "B2"), ("b", "B3"), ("d", "B5"), ("e", "C6"), ("f", "B7")} <= blocked
    assert cohort.table("outcome")["patient_id"].to_list() == ["c"]
    assert cohort.problems.blocked_patients == ("a", "b", "d", "e", "f")


def test_missing_codes_are_used_and_kept_values_are_real():
    columns = (*OS, {"column": "Age", "means": "age_at_t0", "missing": ("-999",)})
    cohort = flat(("a", 10, 1, -999), ("b", 12, 1, 61), header=("id", "OS", "Death", "Age"), study=declared(*columns))
    assert cohort.table("patient")["age_at_t0"].to_list() == [None, 61.0]


def test_ids_stay_text_and_repeated_or_missing_ones_block():
    cohort = flat(("001", 10, 1), ("001", 12, 1), (None, 9, 0))
    assert cohort.table("patient")["patient_id"].to_list() == ["001", "001", "row 4"]
    assert [(p.rule, p.cell) for p in cohort.problems.blocking] == [("id.twice", "A3"), ("id.missing", "A4")]


def test_a_sheet_without_ids_uses_row_numbers():
    cohort = flat((10, 1), (12, 0), header=("OS", "Death"), study=declared(*OS[1:]))
    assert cohort.table("patient")["patient_id"].to_list() == ["row 2", "row 3"]
    assert "id.none" in rules(cohort, "note")


def test_progression_later_than_survival_is_named():
    columns = (
        *OS,
        {"column": "TTP", "means": "ttp_time", "unit": "weeks"},
        {"column": "P", "means": "progression_status", "codes": {"1": "progressed", "0": "not_progressed"}},
    )
    header = ("id", "OS", "Death", "TTP", "P")
    cohort = flat(
        ("a", 10, 1, 12, 1), ("b", 10, 1, 10, 0), ("c", 30, 0, None, None), header=header, study=declared(*columns)
    )
    order = [p for p in cohort.problems if p.rule == "outcome.order"]
    assert [(p.patient, p.cell) for p in order] == [("a", "D2")]
    rows = cohort.table("outcome").filter(pl.col("endpoint") == "ttp")
    assert rows.select("patient_id", "days", "event").rows() == [("a", 84, True), ("b", 70, False)]
    assert [p.severity for p in cohort.problems if p.rule == "outcome.missing"] == ["changes"]


def test_status_and_date_of_death_that_contradict_each_other_block():
    header = ("id", "treatment date", "death date", "last contact date", "vital status")
    day = date(2016, 1, 1)
    cohort = read_flat((sheet(header, [
        ("a", date(2015, 1, 1), None, day, "dead"), ("b", date(2015, 1, 1), day, day, "alive"),
        ("c", date(2015, 1, 1), day, day, "dead"), ("d", date(2015, 1, 1), None, None, "alive"),
        ("e", date(2015, 1, 1), None, None, "alive"),
    ]),))  # fmt: skip
    assert [(p.rule, p.patient, p.cell) for p in cohort.problems.blocking] == [
        ("patient.dead_without_date", "a", "C2"), ("patient.alive_with_death", "b", "E3"),
    ]  # fmt: skip
    contact = cohort.table("patient")["last_contact_date"].to_list()
    assert contact == [day, day, day, date(2015, 1, 1), date(2015, 1, 1)]
    assert rules(cohort, "changes").count("contact.missing") == 2


def test_last_contact_of_the_dead_is_their_death_where_no_column_holds_it():
    header = ("id", "treatment date", "date of death or last follow-up", "status")
    rows = [("a", date(2015, 1, 1), date(2015, 6, 1), "dead"), ("b", date(2015, 1, 1), date(2016, 6, 1), "alive"),
            ("c", date(2015, 1, 1), date(2016, 7, 1), "alive")]  # fmt: skip
    patient = read_flat((sheet(header, rows),)).table("patient")
    assert patient["death_date"].to_list() == [date(2015, 6, 1), None, None]


def test_one_column_for_progression_or_last_imaging():
    columns = (
        {"column": "id", "means": "patient_id"}, {"column": "t0", "means": "session_date"},
        {"column": "end", "means": "last_contact_date"}, {"column": "dead", "means": "vital_status"},
        {"column": "image", "means": "progression_or_imaging_date"},
        {"column": "pd", "means": "progression_status", "codes": {"1": "progressed", "0": "not_progressed"}},
    )  # fmt: skip
    day = date(2015, 1, 1)
    rows = [
        ("a", day, date(2016, 1, 1), "yes", date(2015, 5, 1), 1),
        ("b", day, date(2016, 1, 1), "no", date(2015, 9, 1), 0),
    ]
    cohort = read_flat((sheet(("id", "t0", "end", "dead", "image", "pd"), rows),), declared(*columns))
    patient = cohort.table("patient")
    assert patient["progression_date"].to_list() == [date(2015, 5, 1), None]
    assert patient["last_imaging_date"].to_list() == [date(2015, 5, 1), date(2015, 9, 1)]


def test_impossible_dates_are_found_as_in_the_relational_workbook():
    header = ("id", "treatment date", "death date")
    rows = [
        ("a", date(2015, 1, 1), date(2014, 1, 1)),
        ("b", date(2015, 1, 1), date(2016, 1, 1)),
        ("c", None, date(2016, 1, 1)),
    ]
    cohort = read_flat((sheet(header, rows),))
    blocking = {(p.patient, p.cell) for p in cohort.problems.blocking}
    assert {("a", "B2"), ("c", "B4")} <= blocking
    assert "b" not in cohort.problems.blocked_patients


def test_subgroups_adverse_events_and_baseline():
    header = ("id", "OS", "Death", "CPS", "Nausea grade", "Size", "Cirrh", "dob")
    columns = (
        *OS, {"column": "CPS", "means": "subgroup", "label": "Child-Pugh"},
        {"column": "Nausea grade", "means": "ae_grade"},
        {"column": "Size", "means": "largest_mm", "unit": "cm"}, {"column": "Cirrh", "means": "cirrhosis"},
        {"column": "dob", "means": "birth_date"},
    )  # fmt: skip
    cohort = flat(("a", 10, 1, "A", 2, 4.5, "yes", date(1950, 5, 6)), ("b", 11, 0, None, None, 12, "no", None),
                  header=header, study=declared(*columns))  # fmt: skip
    patient = cohort.table("patient")
    assert patient["Child-Pugh"].to_list() == ["A", None]
    assert patient["largest_mm"].to_list() == [45.0, 120.0]
    assert patient["cirrhosis"].to_list() == [True, False]
    assert patient["birth_year"].to_list() == [1950, None]
    assert "birth_date" not in patient.columns
    assert cohort.table("adverse_event").select("patient_id", "term", "grade").rows() == [("a", "Nausea", 2)]
    assert cohort.study.analysis.subgroups == ("Child-Pugh",)
    with pytest.raises(SettingsError, match="label 'sex'"):
        flat(
            ("a", 10, 1, "A"),
            header=header[:4],
            study=declared(*OS, {"column": "CPS", "means": "subgroup", "label": "sex"}),
        )


def test_negative_intervals_in_unused_columns_are_noted_by_cell():
    rows = [(f"p{i}", 10 + i, 1, -25.86 if i == 3 else 4.0) for i in range(8)]
    cohort = flat(*rows, header=("id", "OS", "Death", "Interval (weeks)"))
    told = next(p for p in cohort.problems if p.rule == "duration.negative")
    assert (told.cell, told.severity, told.patient) == ("D5", "note", "p3")
    assert "-25.86" in told.found


def test_error_values_are_named():
    cohort = flat(("a", CellError("#DIV/0!"), 1), ("b", 10, CellError("#N/A")), ("c", 10, 1))
    assert {p.cell for p in cohort.problems if p.rule == "cell.error"} == {"B2", "C3"}


def test_a_common_method_is_declared_in_the_settings():
    cohort = flat(("a", 10, 1), ("b", 12, 0), method="ablation_mwa")
    assert cohort.table("session")["method"].to_list() == ["ablation_mwa", "ablation_mwa"]


def test_what_is_not_settled_is_refused():
    with pytest.raises(DecisionsNeeded):
        read_flat((bare_codes(),))
    with pytest.raises(DecisionsNeeded, match="dead"):
        flat(("a", 10, 1), ("b", 12, 9))
    with pytest.raises(DecisionsNeeded, match="unit"):
        flat(("a", 10, 1), ("b", 12, 0), study=declared(OS[0], {"column": "OS", "means": "os_time"}, OS[2]))


def test_a_data_dictionary_makes_the_same_sheet_readable():
    study = declared(
        *({"column": c, "means": m} for c, m in (
            ("Study ID", "patient_id"), ("OS (days)", "os_time"), ("Death", "vital_status"), ("PFS (days)", "pfs_time"),
            ("PFS status", "pfs_status"), ("Date of first TACE", "session_date"))),
    )  # fmt: skip
    cohort = read_flat((bare_codes(), glossary_sheet()), study)
    os = cohort.table("outcome").filter(pl.col("endpoint") == "os")
    assert os["event"].to_list() == [p.dead for p in PATIENTS]
    assert set(cohort.table("outcome")["endpoint"]) == {"os", "pfs"}
