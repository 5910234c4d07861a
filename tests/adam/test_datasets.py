"""Rows of the analysis datasets, worked out by hand, and what holds of every export."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from glisson.adam.dataset import Dataset
from glisson.adam.domains import date_text
from glisson.adam.export import datasets
from glisson.adam.files import xport_bytes
from glisson.clinical.derive import endpoint
from glisson.clinical.labs.graded import graded
from glisson.clinical.read import demo_cohort
from glisson.clinical.response import best_response
from glisson.clinical.toxicity import worst_grades
from glisson.clinical.tumour.derived import derived
from glisson.errors import InputError
from tests.adam.build import two
from tests.clinical.build import cohort


def rows(name: str, cohort_: Any = None, **more: Any) -> pl.DataFrame:
    made = datasets(cohort_ or two(), study_id="TWO", **more)
    return next(d.rows for d in made.datasets if d.name == name)


def only(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    found = frame.filter(*(pl.col(k) == v for k, v in where.items()))
    assert len(found) == 1, found
    return found.row(0, named=True)


@pytest.mark.by_hand
def test_a_patient_who_died_in_a_month_known_only():
    first = only(rows("adsl"), SUBJID="Pt01")
    assert first["USUBJID"] == "TWO-Pt01"
    assert (first["TRTSDT"], first["TRT01A"], first["TRTMETH"]) == (date(2020, 1, 10), "DEB-TACE", "deb_tace")
    assert first["AGE"] == 60  # 2020 - 1960
    assert (first["DTHDT"], first["DTHDTF"], first["DTHFL"]) == (date(2020, 11, 15), "D", "Y")
    assert (first["LSTALVDT"], first["EOSDT"]) == (date(2020, 10, 20), date(2020, 11, 15))
    assert (first["ITTFL"], first["SAFFL"], first["EFFL"]) == ("Y", "Y", "Y")


@pytest.mark.by_hand
def test_a_patient_alive_who_was_never_scanned():
    second = only(rows("adsl"), SUBJID="Pt02")
    assert (second["AGE"], second["EFFL"], second["DTHFL"], second["DTHDT"]) == (61.5, "N", None, None)
    assert second["LSTALVDT"] == second["EOSDT"] == date(2021, 6, 30)


@pytest.mark.by_hand
def test_sums_and_lesions():
    found = rows("adtr")
    last = only(found, PARAMCD="SDIAM", AVISITN=2)  # 44 mm and a node of 12 mm, after 70 and 42 mm
    assert (last["AVAL"], last["BASE"], last["CHG"], last["PCHG"], last["NADIR"]) == (56, 70, -14, -20, 42)
    assert (last["CHGNAD"], last["PCHGNAD"]) == (14, pytest.approx(100 / 3))
    assert (last["CRIT1FL"], last["CRIT2FL"], last["ABLFL"]) == ("N", "Y", None)
    assert (last["SRCDOM"], last["SRCSEQ"], last["ADY"]) == ("RS", 3, 153)
    node = only(found, PARAMCD="LDIAM2", AVISITN=1)  # of a node the short axis
    assert (node["AVAL"], node["BASE"], node["NADIR"], node["TULOC"]) == (12, 20, 20, "lymph node")
    assert (node["SRCDOM"], node["SRCVAR"], node["SRCSEQ"], node["TRLNKID"]) == ("TR", "SAXIS", 4, "Pt01-L2")
    assert found.filter(pl.col("ABLFL") == "Y")["ADY"].unique().to_list() == [-8]


@pytest.mark.by_hand
def test_responses_of_scans_and_patients():
    found = rows("adrs").filter(pl.col("USUBJID") == "TWO-Pt01")
    scans = found.filter(pl.col("PARAMCD") == "OVRLRESP")
    assert scans.select("ADT", "AVALC", "AVAL", "AVALSRC").rows() == [
        (date(2020, 3, 10), "PR", 2, "DERIVED"), (date(2020, 6, 10), "PD", 6, "DERIVED"),
    ]  # fmt: skip
    assert only(found, PARAMCD="BOR")["AVALC"] == "PR"
    assert only(found, PARAMCD="CBOR")["AVALC"] == "SD"  # nothing confirmed it
    assert only(found, PARAMCD="PD")["ADT"] == date(2020, 6, 10)
    assert only(rows("adrs"), USUBJID="TWO-Pt02", PARAMCD="PD")["AVALC"] == "N"


@pytest.mark.by_hand
def test_times_with_the_records_that_decided():
    found = rows("adtte")
    died = only(found, PARAMCD="OS", USUBJID="TWO-Pt01")
    assert (died["AVAL"], died["CNSR"], died["EVENTN"], died["EVNTDESC"]) == (310, 0, 1, "death")
    assert (died["SRCDOM"], died["SRCVAR"], died["SRCSEQ"]) == ("DM", "DTHDTC", 1)
    alive = only(found, PARAMCD="OS", USUBJID="TWO-Pt02")
    assert (alive["AVAL"], alive["CNSR"], alive["CNSDTDSC"]) == (482, 1, "last date known alive")
    assert (alive["STARTDT"], alive["ADT"], alive["ENTRY"]) == (date(2020, 3, 5), date(2021, 6, 30), None)
    rival = only(found, PARAMCD="TTEHP", USUBJID="TWO-Pt01")
    assert (rival["AVAL"], rival["CNSR"], rival["EVENTN"], rival["EVENT"]) == (310, 1, 2, "death")
    response = only(found, PARAMCD="DOR")
    assert (response["STARTDT"], response["AVAL"]) == (date(2020, 3, 10), 92)
    therapy = only(found, PARAMCD="TTNT", USUBJID="TWO-Pt01")
    assert (therapy["AVAL"], therapy["SRCDOM"], therapy["SRCVAR"]) == (173, "CM", "CMSTDTC")


def test_the_day_count_of_adam_adds_one_to_every_duration():
    plain, more = rows("adtte"), rows("adtte", adam_day_count=True)
    assert (more["AVAL"] - plain["AVAL"]).unique().to_list() == [1]
    assert more["ADT"].equals(plain["ADT"])


def test_delayed_entry_is_counted_like_the_duration():
    late = cohort(
        {"endpoints": {"origin": "met_dx"}},
        patient=[{"patient_id": "1", "met_dx_date": "2020-01-01", "last_contact_date": "2020-06-01",
                  "vital_status": "alive"}],
        session=[{"session_id": "s", "patient_id": "1", "date": "2020-01-31", "method": "tae"}],
    )  # fmt: skip
    one, other = (only(rows("adtte", late, adam_day_count=c), PARAMCD="OS") for c in (False, True))
    assert (one["STARTDT"], one["ENTRY"], one["AVAL"]) == (date(2020, 1, 1), 30, 152)
    assert (other["ENTRY"], other["AVAL"]) == (31, 153)


@pytest.mark.by_hand
def test_events_before_and_after_treatment():
    found = rows("adae")
    first, second, third = (found.row(i, named=True) for i in range(3))
    assert (first["AEDECOD"], first["ATOXGRN"], first["ASTDY"], first["AENDY"]) == ("Nausea", 2, 2, 6)
    assert (first["AREL"], first["AEPRID"], first["DAYSAFT"], first["TRTEMFL"]) == ("RELATED", "Pt01-S1", 1, "Y")
    assert (second["ASTDT"], second["ASTDTF"], second["DAYSAFT"]) == (date(2020, 1, 15), "D", 5)
    assert (second["AREL"], second["AOCCIFL"], second["AOCCPIFL"]) == ("NOT RELATED", None, "Y")
    assert (third["TRTEMFL"], third["ASTATUS"], third["AREL"], third["AESER"]) == (None, "before", None, "Y")


@pytest.mark.by_hand
def test_laboratory_values_in_stored_units():
    found = rows("adlb")
    worst = only(found, PARAMCD="BILI", ADY=11)  # 2.4 mg/dL is 41.04 umol/L, twice a limit of 20.52: grade 2
    assert (worst["AVAL"], worst["ANRHI"], worst["BASE"], worst["CHG"]) == (41.04, 20.52, 13.68, 27.36)
    assert (worst["ATOXGRN"], worst["BTOXGRN"], worst["TRTEMFL"], worst["ANRIND"]) == (2, 0, "Y", "HIGH")
    assert (worst["SRCDOM"], worst["SRCVAR"], worst["SRCSEQ"]) == ("LB", "LBORRES", 2)
    marker = only(found, PARAMCD="AFP")  # CTCAE has no grade for it
    assert (marker["ATOXGRN"], marker["ATOXDSC"], marker["ABLFL"]) == (None, None, "Y")


@pytest.fixture(scope="module")
def demo() -> dict[str, Dataset]:
    return {d.name: d for d in datasets(demo_cohort()).datasets}


def test_times_are_those_of_the_endpoints(demo):
    for code, parameter in (("os", "OS"), ("ttp", "TTP"), ("ltp", "LTP")):
        found = demo["adtte"].rows.filter(pl.col("PARAMCD") == parameter)
        expected = endpoint(demo_cohort(), code)
        assert found["AVAL"].to_list() == expected.exit.tolist()
        assert found["EVENTN"].to_list() == expected.cause.tolist()
        assert ((found["EVENTN"] == 1) == (found["CNSR"] == 0)).all()
        assert ((found["ADT"] - found["STARTDT"]).dt.total_days() == found["AVAL"]).all()
        assert found["SRCSEQ"].null_count() == 0


def test_best_response_and_worst_grades_are_those_of_the_report(demo):
    best = best_response(demo_cohort()).by()
    found = demo["adrs"].rows.filter(pl.col("PARAMCD") == "BOR")
    assert [found.filter(pl.col("AVALC") == c).height for c in best.categories] == best.counts[0].tolist()
    worst = worst_grades(demo_cohort()).by()
    marked = demo["adae"].rows.filter(pl.col("AOCCIFL") == "Y")
    assert [marked.filter(pl.col("ATOXGR") == c).height for c in worst.categories[1:]] == worst.counts[0].tolist()[1:]


def test_sums_are_those_of_the_response_and_add_up_from_the_lesions(demo):
    found = demo["adtr"].rows
    told = derived(demo_cohort()).scans.filter((pl.col("site") == "any") & pl.col("sum").is_not_null())
    sums = found.filter(pl.col("PARAMCD") == "SDIAM").drop_nulls("AVAL")
    assert sorted(sums["AVAL"]) == sorted(told["sum"])
    parts = (
        found.filter(pl.col("PARAMCD").str.starts_with("LDIAM")).group_by("USUBJID", "ADT").agg(pl.col("AVAL").sum())
    )
    both = sums.join(parts, on=["USUBJID", "ADT"], how="left", suffix="_parts")
    assert both["AVAL_parts"].null_count() == 0
    assert both.filter((pl.col("AVAL") - pl.col("AVAL_parts")).abs() > 1e-9).is_empty()


def test_the_baseline_of_laboratory_values_is_that_of_their_grades(demo):
    expected = graded(demo_cohort()).drop_nulls("baseline")["baseline"].sum()
    found = demo["adlb"].rows.filter(pl.col("ATOXDSC").is_not_null())
    assert found.drop_nulls("BASE")["BASE"].sum() == pytest.approx(expected)
    flagged = found.filter(pl.col("ABLFL") == "Y")
    assert (flagged["AVAL"] == flagged["BASE"]).all()
    assert flagged.select("USUBJID", "PARAMCD").is_unique().all()


def test_sequence_numbers_name_one_record_of_the_domain(demo):
    for name in ("pr", "rs", "tr", "lb", "ae", "cm", "ss"):
        keys = demo[name].rows.select("USUBJID", f"{name.upper()}SEQ")
        assert keys.is_unique().all()
    scan = demo["adtte"].rows.filter(pl.col("SRCDOM") == "RS")
    known = demo["rs"].rows.select("USUBJID", SRCSEQ="RSSEQ", day="RSDTC")
    joined = scan.join(known, on=["USUBJID", "SRCSEQ"], how="left")
    assert (joined["day"] == joined["ADT"].cast(pl.String)).all()


def test_names_and_labels_fit_the_transport_format(demo):
    for one in demo.values():
        names = [v.name for v in one.variables]
        assert len(set(names)) == len(names)
        assert all(len(v.name) <= 8 and len(v.label) <= 40 and v.label.isascii() for v in one.variables), one.name
        assert one.rows.columns == names


def test_texts_too_long_for_the_transport_format_are_cut_at_a_character_and_counted():
    long = [{"patient_id": "007", "onset_date": "2020-01-11", "term": "é" * 150, "grade": 1}]
    made = next(d for d in datasets(two(adverse_event=long)).datasets if d.name == "ae")
    content, cut = xport_bytes(made)
    assert cut == 1
    assert ("é" * 100).encode() in content
    assert ("é" * 101).encode() not in content


def test_a_cohort_of_two_tables_says_which_datasets_it_lacks():
    made = datasets(cohort(
        patient=[{"patient_id": "1", "last_contact_date": "2020-06-01", "vital_status": "alive"}],
        session=[{"session_id": "s", "patient_id": "1", "date": "2020-01-31", "method": "tae"}],
    ))  # fmt: skip
    assert [d.name for d in made.datasets] == ["adsl", "adtte", "dm", "pr"]
    assert dict(made.left_out)["adlb"] == "it needs lab.date, lab.value, lab.unit"


def test_a_date_that_is_neither_day_month_nor_year_is_refused():
    assert date_text(date(2020, 2, 1), date(2020, 2, 29)) == "2020-02"
    assert date_text(date(2019, 1, 1), date(2019, 12, 31)) == "2019"
    with pytest.raises(InputError, match="cannot be written"):
        date_text(date(2020, 2, 1), date(2020, 2, 20), "lab")
