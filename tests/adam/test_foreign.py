"""ADaM datasets that others made: what can be used is used, the rest is named; never a wrong number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from glisson.adam import export_adam
from glisson.clinical.derive import available, endpoint
from glisson.clinical.read import read_cohort
from glisson.errors import InputError
from tests.adam.build import two
from tests.paths import shared_data

ADSL = """USUBJID,SEX,AGE,TRT01A,TRTSDT,DTHFL,DTHDT,LSTALVDT,HISTOL,PRIMSITE,EXHEPBL
S-001,F,61,DEB-TACE,2019-01-10,Y,2019-12-01,2019-12-01,leiomyosarcoma,uterus,none
S-002,M,55,Y-90 radioembolization (glass),2019-02-01,,,2020-05-01,GIST,stomach,present
"""
ADTTE = """USUBJID,PARAMCD,PARAM,STARTDT,ADT,AVAL,CNSR
S-001,PFS,Progression-free survival,2019-01-10,2019-05-10,121,0
S-002,PFS,Progression-free survival,2019-02-01,2019-08-01,182,1
S-001,TTDE,Time to first dermatologic event,2019-01-10,2019-02-01,23,0
"""
ADAE = """USUBJID,ASTDT,AETERM,AETOXGR,AEREL,AESER
S-001,2019-01-12,Nausea,2,NOT RELATED,N
S-002,2019-02-03,Fatigue,1,PROBABLE,N
"""


def write(folder: Path, **datasets: str) -> Path:
    for name, text in datasets.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def rules(folder: Path) -> dict[str, str]:
    return {p.rule: str(p) for p in read_cohort(folder).problems}


@pytest.mark.by_hand
def test_subjects_times_and_events_are_read(tmp_path):
    found = read_cohort(write(tmp_path, adsl=ADSL, adtte=ADTTE, adae=ADAE))
    assert not found.problems.blocking, list(found.problems)
    assert found.table("session")["method"].to_list() == ["deb_tace", "y90_glass"]
    assert found.table("patient")["vital_status"].to_list() == ["dead", "alive"]
    pfs, os = endpoint(found, "pfs"), endpoint(found, "os")
    assert (pfs.exit.tolist(), pfs.cause.tolist()) == ([120, 181], [1, 0])  # dates, not AVAL, which counts one more
    assert (os.exit.tolist(), os.cause.tolist()) == ([325, 455], [1, 0])
    assert found.table("adverse_event")["related"].to_list() == ["unrelated", "probable"]


def test_a_parameter_without_an_endpoint_is_named_and_counted(tmp_path):
    text = rules(write(tmp_path, adsl=ADSL, adtte=ADTTE))["cdisc.parameter"]
    assert "TTDE is not read (1 row)" in text
    assert text.startswith("adtte.csv, sheet adtte")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("S-001,PFS,Progression-free survival,2019-01-10,", "S-001,PFS,Progression-free survival,2019-01-03,",
         "time starts on another day than treatment"),
        ("2019-05-10,121,0", "2019-01-05,121,0", "ADT lies before STARTDT"),
        ("2019-05-10,121,0", ",121,0", "no dates, and AVAL is not a number of days"),
        ("2019-05-10,121,0", "2019-05-10,121,", "CNSR is blank or negative"),
    ],
)  # fmt: skip
def test_a_duration_that_could_be_wrong_is_not_used(tmp_path, old, new, why):
    folder = write(tmp_path, adsl=ADSL, adtte=ADTTE.replace(old, new))
    assert why in rules(folder)["cdisc.duration"]
    assert read_cohort(folder).table("outcome")["patient_id"].to_list() == ["S-002"]


def test_durations_without_dates_count_where_their_unit_is_days(tmp_path):
    bare = "USUBJID,PARAMCD,AVAL,AVALU,CNSR\nS-001,OS,325,DAYS,0\nS-002,OS,15.2,MONTHS,1\n"
    found = read_cohort(write(tmp_path, adsl=ADSL, adtte=bare))
    assert found.table("outcome").select("patient_id", "days").rows() == [("S-001", 325)]


def test_two_rows_of_a_subject_are_never_two_units(tmp_path):
    again = ADTTE + "S-001,PFS,Progression-free survival,2019-01-10,2019-03-10,60,1\n"
    folder = write(tmp_path, adsl=ADSL, adtte=again)
    assert "PFS: 2 not read: the subject has several rows of it" in rules(folder)["cdisc.duration"]
    assert endpoint(read_cohort(folder), "pfs").unit.tolist() == ["S-002"]


@pytest.mark.by_hand
def test_the_analysis_flag_chooses_among_rows_of_a_subject(tmp_path):
    lines = ADTTE.splitlines()
    flagged = [f"{lines[0]},ANL01FL", *(f"{line},Y" for line in lines[1:]),
               "S-001,PFS,Progression-free survival,2019-01-10,2019-03-10,60,1,"]  # fmt: skip
    folder = write(tmp_path, adsl=ADSL, adtte="\n".join(flagged) + "\n")
    assert "PFS: 1 not read: ANL01FL chooses another row" in rules(folder)["cdisc.duration"]
    assert endpoint(read_cohort(folder), "pfs").exit.tolist() == [120, 181]


def test_a_subject_who_is_not_in_adsl_is_named(tmp_path):
    folder = write(tmp_path, adsl=ADSL, adtte=ADTTE.replace("S-001,PFS", "S-009,PFS"))
    assert "PFS: 1 not read: the subject is not in ADSL" in rules(folder)["cdisc.duration"]
    assert read_cohort(folder).table("outcome")["patient_id"].to_list() == ["S-002"]


def test_a_survival_that_adsl_tells_otherwise_is_named_and_not_used(tmp_path):
    survival = "USUBJID,PARAMCD,STARTDT,ADT,CNSR\nS-001,OS,2019-01-10,2019-12-01,{}\nS-002,OS,2019-02-01,2020-05-01,1\n"
    folder = write(tmp_path, adsl=ADSL, adtte=survival.format(0))
    assert "cdisc.survival" not in rules(folder)
    write(tmp_path, adtte=survival.format(1))
    assert "1 row of OS differ" in rules(folder)["cdisc.survival"]
    assert "See row 2" in rules(folder)["cdisc.survival"]
    os = endpoint(read_cohort(folder), "os")
    assert (os.exit.tolist(), os.cause.tolist()) == ([325, 455], [1, 0])


def test_days_without_dates_are_said_to_count_perhaps_one_more(tmp_path):
    bare = "USUBJID,PARAMCD,AVAL,AVALU,CNSR\nS-001,OS,326,DAYS,0\nS-002,OS,NaN,DAYS,1\nS-002,PFS,4,DAYS,NaN\n"
    told = rules(write(tmp_path, adsl=ADSL, adtte=bare))
    assert "1 row without STARTDT and ADT" in told["cdisc.day_count"]
    assert "cdisc.survival" not in told  # 326 with the added day are the 325 of ADSL
    assert "cdisc.day_count" not in rules(write(tmp_path, adtte=ADTTE))


def test_what_is_missing_is_named_by_its_variable(tmp_path):
    without = "\n".join(line.rsplit(",", 4)[0] for line in ADSL.splitlines()) + "\n"
    blocking = [str(p) for p in read_cohort(write(tmp_path, adsl=without, adtte=ADTTE)).problems.blocking]
    assert len(blocking) == 1
    assert "the variable LSTALVDT is missing" in blocking[0]
    told = [p.found for p in read_cohort(tmp_path).problems]
    assert "technical_success is not known: ADaM has no variable for it" in told


def test_datasets_of_our_own_without_their_records_tell_the_same_survival(tmp_path):
    whole = two()
    export_adam(whole, tmp_path / "x", ids="input", study_id="S", adam_day_count=True)
    for path in (tmp_path / "x").iterdir():
        if path.name not in {"adsl.csv", "adtte.csv", "adae.csv"}:
            path.unlink()
    back = read_cohort(tmp_path / "x")
    assert "cdisc.survival" not in {p.rule for p in back.problems}
    for code in ("os", "pfs", "liver_pfs"):
        one, other = endpoint(whole, code), endpoint(back, code)
        assert other.unit.tolist() == [f"S-{u}" for u in one.unit]
        assert (other.exit.tolist(), other.cause.tolist()) == (one.exit.tolist(), one.cause.tolist())


def test_numbers_are_read_as_sas_dates_and_said(tmp_path):
    numbers = ADSL.replace("2019-01-10", "21559").replace("2019-02-01", "21581")
    folder = write(tmp_path, adsl=numbers, adae=ADAE)
    assert read_cohort(folder).table("session")["date"].to_list() == [date(2019, 1, 10), date(2019, 2, 1)]
    assert "days since 1960-01-01" in rules(folder)["cdisc.sas_date"]


def test_a_treatment_that_is_no_method_blocks_with_its_cell(tmp_path):
    found = read_cohort(write(tmp_path, adsl=ADSL.replace("DEB-TACE", "Placebo"), adae=ADAE))
    problem = next(p for p in found.problems.blocking if p.rule == "choice.unknown")
    assert (problem.file, problem.cell, problem.found) == ("adsl.csv", "D2", "'Placebo'")


def test_words_of_severity_are_no_grades(tmp_path):
    severe = ADAE.replace("AETOXGR", "AESEV").replace(",2,", ",MODERATE,").replace(",1,", ",MILD,")
    folder = write(tmp_path, adsl=ADSL, adae=severe)
    assert "no CTCAE grades" in rules(folder)["cdisc.severity"]
    assert "grade" not in read_cohort(folder).table("adverse_event").columns


def test_datasets_that_are_not_read_are_named(tmp_path):
    found = rules(write(tmp_path, adsl=ADSL, adrs="USUBJID,PARAMCD,AVALC\nS-001,OVRLRESP,PR\n"))
    assert "adrs.csv" in found["cdisc.unread"]
    found = rules(write(tmp_path, adtte="USUBJID,PARAM\nS-001,x\n"))
    assert "cdisc.unread" in found


def test_adsl_alone_is_a_flat_sheet_and_no_subject_is_no_cohort(tmp_path):
    with pytest.raises(InputError, match="no readable patient"):
        read_cohort(write(tmp_path, adsl=ADSL.splitlines()[0] + "\n", adae=ADAE))


@pytest.mark.real_data
def test_the_cdisc_pilot_study_is_named_for_what_it_is():
    found = read_cohort(shared_data("cdisc_pilot"))
    told = {p.rule: p for p in found.problems}
    assert "TTDE is not read (254 rows)" in told["cdisc.parameter"].found
    assert "no CTCAE grades" in told["cdisc.severity"].found
    assert {p.found for p in found.problems if p.rule == "choice.unknown"} == {
        "'Placebo'", "'Xanomeline High Dose'", "'Xanomeline Low Dose'",
    }  # fmt: skip
    assert all(reason for _, reason in available(found))  # no endpoint, so no number
    assert found.table("session")["date"].min() is not None
    assert "outcome" not in found.tables
