"""What is exported is read back: the same records, the same results, the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.adam import export_adam
from glisson.assessing import assess
from glisson.assessing.assess import flow
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.clinical.cdisc.domains import DOMAINS, LINKS
from glisson.clinical.cohort import Cohort
from glisson.clinical.flat import read_flat
from glisson.clinical.groups import patient_keys
from glisson.clinical.read import demo_cohort, read_cohort
from glisson.clinical.settings import parse_study
from glisson.reporting.results import results_json
from tests.adam.build import two
from tests.clinical.build import cohort
from tests.clinical.flat_sheets import german_dates, sheet, spanish_durations
from tests.corpus.build import write_workbook
from tests.corpus.test_corpus import fingerprint
from tests.corpus.tiny import sheets

#: What differs on purpose: the names of the files, their problems, and how the first input was read.
_OWN = {"files", "problems"}


def results(of: Cohort) -> dict[str, Any]:
    found = json.loads(results_json(assess(of)))
    found["settings"] = [s for s in found["settings"] if not s["name"].startswith("input.")]
    return {k: v for k, v in found.items() if k not in _OWN}


def same_records(one: Cohort, other: Cohort) -> None:
    assert set(one.tables) == set(other.tables)
    for name, frame in one.tables.items():
        back = other.tables[name]
        columns = [c for c in frame.columns if c not in {"source_row", "cell"}]
        assert set(columns) <= set(back.columns), name
        for column in columns:
            kept = back[column].cast(frame.schema[column])
            assert frame[column].to_list() == kept.to_list(), f"{name}.{column}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("exports")
    for name in ("csv", "xpt"):
        export_adam(demo_cohort(), root / name, name)
    export_adam(demo_cohort(), root / "input", ids="input")
    return {name: root / name for name in ("csv", "xpt", "input")}


def test_the_demo_gives_the_same_results_from_its_export(folders):
    back = read_cohort(folders["csv"])
    assert not back.problems.blocking
    assert results(back) == results(demo_cohort())


def test_transport_files_hold_the_same_records_as_csv(folders):
    one, other = read_cohort(folders["csv"]), read_cohort(folders["xpt"])
    same_records(one, other)
    assert one.study == other.study


def test_the_ids_of_the_input_come_back_with_their_zeros(folders):
    same_records(demo_cohort(), read_cohort(folders["input"]))
    assert read_cohort(folders["input"]).table("patient")["patient_id"][0] == "001"


def test_a_pseudonymous_export_holds_no_id_of_the_input(folders):
    whole = demo_cohort()
    ids: set[str] = set()
    for frame in whole.tables.values():
        for column in {"patient_id", *LINKS} & set(frame.columns):
            ids |= set(frame[column].drop_nulls().to_list())
    text = "".join(p.read_text(encoding="utf-8") for p in folders["csv"].iterdir())
    assert len(ids) > 200
    assert not [i for i in ids if f'"{i}"' in text or f"-{i}-" in text]


@pytest.mark.parametrize("kind", ["csv", "xpt"])
def test_the_same_records_are_the_same_bytes(tmp_path, kind):
    for name in ("a", "b"):
        export_adam(two(), tmp_path / name, kind)
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")


@pytest.mark.parametrize("kind", ["csv", "xpt"])
@pytest.mark.by_hand
def test_hard_texts_and_partial_dates_survive(tmp_path, kind):
    whole = two()
    export_adam(whole, tmp_path / "x", kind, ids="input")
    back = read_cohort(tmp_path / "x")
    same_records(whole, back)
    died = back.table("patient").select("death_date", "death_date_to").row(0)
    assert died == (date(2020, 11, 1), date(2020, 11, 30))
    assert back.table("session")["drug"][0] == "doxorubicin\u2028irinotecan"
    assert back.table("patient")["primary_site"][0] == "uterus\nor cervix"
    assert back.study.cutoff == date(2021, 12, 31)


def _with_bound_and_blocked(folder: Path) -> Cohort:
    """One bilirubin that is a bound, and one patient who died before the last session."""
    made = sheets()
    made["lab"] = [["patient_id", "date", "test", "value", "unit", "uln"],
                   ["001", date(2016, 1, 4), "bilirubin", "< 3.25", "umol/L", 21],
                   ["001", date(2016, 1, 20), "bilirubin", 30.1, "umol/L", 21]]  # fmt: skip
    first = next(r for r in made["session"] if r[1] == "002")
    made["session"].append(["002-S9", "002", "not a date", *first[3:]])
    return read_cohort(write_workbook(folder / "cohort.xlsx", made), exclude_blocked=True)


@pytest.mark.parametrize("kind", ["csv", "xpt"])
@pytest.mark.by_hand
def test_patients_left_out_and_bounds_come_back(tmp_path, kind):
    whole = _with_bound_and_blocked(tmp_path)
    assert [p for p, _ in whole.excluded] == ["002"]
    export_adam(whole, tmp_path / "x", kind)
    back = read_cohort(tmp_path / "x")
    assert len(back.excluded) == 1
    assert back.excluded[0][1] == whole.excluded[0][1]
    told = [p.found for p in back.problems if p.rule == "number.bound"]
    assert told == ["'<3.25' is a bound, used as 3.25"]
    assert back.table("lab")["value"].to_list() == [3.25, 30.1]
    flows = [flow(c, patient_keys(c)["method"], Pseudonyms.of(c)) for c in (whole, back)]
    assert flows[0] == flows[1]
    assert [s.n for s in flows[0] if s.left] == [1]
    export_adam(back, tmp_path / "again", kind)
    twice = read_cohort(tmp_path / "again")
    assert (twice.excluded, twice.n) == (back.excluded, back.n)
    assert [p.found for p in twice.problems if p.rule == "number.bound"] == told


def test_a_reason_quotes_no_id_beside_a_pseudonym(tmp_path):
    whole = replace(two(), excluded=(("0099", "patient 0099 stands in row 3 already (a.csv, row 9)"),))
    export_adam(whole, tmp_path / "x")
    assert "0099" not in (tmp_path / "x" / "xp.csv").read_text(encoding="utf-8")
    export_adam(whole, tmp_path / "y", ids="input")
    assert read_cohort(tmp_path / "y").excluded == whole.excluded


def test_pseudonyms_keep_the_order_of_sessions_lesions_and_scans(tmp_path):
    lesions = [
        {"lesion_id": f"L{i}", "patient_id": "007", "organ": "liver", "first_seen_date": "2019-12-01", "is_node": False}
        for i in (2, 10, 1)
    ]
    export_adam(two(lesion=lesions, measurement=(), session_lesion=()), tmp_path / "x")
    back = read_cohort(tmp_path / "x").table("lesion")["lesion_id"].to_list()
    assert back == ["Pt01-L3", "Pt01-L2", "Pt01-L1"]  # as texts, L1 < L10 < L2


def test_rows_of_nobody_stay_rows_of_nobody(tmp_path):
    more = [{"assessment_id": "lost", "lesion_id": "nowhere", "role": "target", "long_mm": 9.0, "status": "measured"}]
    for ids in ("pseudonym", "input"):
        export_adam(two(measurement=more), tmp_path / ids, ids=ids)
        back = read_cohort(tmp_path / ids)
        assert len(back.table("measurement")) == 1
        assert "measurement.unknown_assessment" in {p.rule for p in back.problems} or back.problems.blocking


@pytest.mark.parametrize("make", [german_dates, spanish_durations], ids=["dates", "durations"])
def test_a_flat_sheet_gives_the_same_results_from_its_export(tmp_path, make):
    whole = read_flat((make(),)) if make is german_dates else _durations()
    export_adam(whole, tmp_path / "x")
    back = read_cohort(tmp_path / "x")
    assert not back.problems.blocking, list(back.problems)
    assert results(back) == results(whole)


def _durations() -> Cohort:
    columns = [{"column": "Nº paciente", "means": "patient_id"}, {"column": "Sexo", "means": "sex"},
               {"column": "Tipo de tratamiento", "means": "method"},
               {"column": "Supervivencia global (meses)", "means": "os_time", "unit": "months"},
               {"column": "Estado vital", "means": "os_status"}]  # fmt: skip
    columns[1]["codes"] = {"H": "M", "M": "F"}
    columns[2]["missing"] = ["no consta"]
    return read_flat((spanish_durations(),), parse_study({"input": {"columns": columns}}))


def test_subgroups_of_a_flat_sheet_come_back(tmp_path):
    rows = [(f"{i}", "MWA", f"2015-01-1{i}", f"2016-02-1{i}", "dead", ("low", "high")[i % 2]) for i in range(8)]
    header = ("id", "method", "treatment date", "date of death", "status", "Ki-67")
    means = ("patient_id", "method", "session_date", "death_date", "vital_status", "subgroup")
    columns = [{"column": c, "means": m} for c, m in zip(header, means, strict=True)]
    columns[-1]["label"] = "ki67"
    whole = read_flat((sheet(header, rows),), parse_study({"input": {"columns": columns}}))
    export_adam(whole, tmp_path / "x")
    back = read_cohort(tmp_path / "x")
    assert back.table("patient")["ki67"].to_list() == whole.table("patient")["ki67"].to_list()
    assert back.study.analysis.subgroups == whole.study.analysis.subgroups


def test_every_column_of_the_data_model_has_a_variable_of_its_own():
    for domain in DOMAINS:
        named = {"patient_id", *domain.variables}
        assert set(domain.declared.names) == named & set(domain.declared.names), domain.code
        assert set(domain.variables) <= set(domain.declared.names), domain.code
        variables = list(domain.variables.values())
        assert len(set(variables)) == len(variables)
        assert not set(variables) & domain.structural - {"SUBJID"}
        assert all(len(v) <= 8 and v == v.upper() and v.isalnum() for v in variables)


def test_settings_in_the_folder_are_found_and_those_given_still_win(folders):
    back = read_cohort(folders["csv"])
    assert back.study.synthetic
    assert back.study.cutoff == date(2019, 6, 30)
    given_ = replace(demo_cohort(), problems=back.problems).study.model_copy(update={"title": "Mine"})
    assert read_cohort(folders["csv"], given_).study.title == "Mine"


def test_a_study_that_declares_a_workbook_still_reads_the_export(folders):
    study = demo_cohort().study
    assert study.input.kind == "relational"
    assert read_cohort(folders["csv"], study).n == 24


def test_problems_name_the_cell_of_the_domain(tmp_path):
    export_adam(two(), tmp_path / "x")
    path = tmp_path / "x" / "pr.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"deb_tace"', '"deb_taec"'), encoding="utf-8")
    problem = next(p for p in read_cohort(tmp_path / "x").problems if p.rule == "choice.unknown")
    assert (problem.file, problem.sheet, problem.cell, problem.column) == ("pr.csv", "pr", "G2", "method")


def test_a_domain_that_was_deleted_is_missing_not_invented(tmp_path):
    export_adam(two(), tmp_path / "x")
    (tmp_path / "x" / "lb.csv").unlink()
    assert "lab" not in read_cohort(tmp_path / "x").tables
    (tmp_path / "x" / "pr.csv").write_text('"STUDYID","USUBJID","PRSPID"\n', encoding="utf-8")
    assert read_cohort(tmp_path / "x").table("session").is_empty()


_DATE = st.dates(date(2015, 1, 1), date(2018, 12, 28))
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(_TEXT, _DATE, st.integers(0, 900), st.booleans(), st.sampled_from(("day", "month", "year"))),
        min_size=1,
        max_size=4,
    )
)
def test_random_cohorts_come_back(tmp_path_factory, rows):
    patients, sessions = [], []
    for i, (text, day, days, dead, known) in enumerate(rows):
        words = f"of {text}".strip()
        end = date.fromordinal(day.toordinal() + days)
        death = {"day": end.isoformat(), "month": f"{end:%Y-%m}", "year": f"{end:%Y}"}[known] if dead else None
        patients.append({"patient_id": f"{i:03d}", "sex": "F", "birth_year": 1950 + i, "histology": words,
                         "primary_site": "uterus", "extrahepatic_t0": "none", "death_date": death,
                         "last_contact_date": end.isoformat(),
                         "vital_status": "dead" if dead else "alive"})  # fmt: skip
        sessions.append({"session_id": f"s{i}", "patient_id": f"{i:03d}", "date": day.isoformat(), "method": "tae",
                         "technical_success": dead, "drug_mg": days / 7})  # fmt: skip
    whole = cohort(patient=patients, session=sessions)
    folder = tmp_path_factory.mktemp("random")
    export_adam(whole, folder / "x", ids="input")
    same_records(whole, read_cohort(folder / "x"))


def test_what_is_read_twice_is_what_was_written_twice(folders, tmp_path):
    back = read_cohort(folders["csv"])
    export_adam(replace(back, files=()), tmp_path / "again")
    for path in folders["csv"].glob("*.csv"):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name
