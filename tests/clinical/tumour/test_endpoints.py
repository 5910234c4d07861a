"""Derived responses in the timeline and the endpoints."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import glisson as gl
from glisson.clinical.derive import available
from glisson.clinical.read import demo_cohort
from glisson.clinical.response import best_response
from glisson.clinical.settings import parse_study
from glisson.clinical.timeline import timeline
from glisson.errors import InputError
from tests.clinical.tumour.build import measured, on, scan

pytestmark = pytest.mark.by_hand

GROWTH = [scan(-5, {"l1": 40, "x1": 20}), scan(60, {"l1": 30, "x1": 20}), scan(120, {"l1": 38, "x1": 20}),
          scan(180, {"l1": 38, "x1": 30})]  # fmt: skip


def days(cohort, name):
    found = gl.endpoint(cohort, name)
    return found.exit.tolist(), found.cause.tolist()


def test_endpoints_from_measurements_alone():
    made = measured(GROWTH)
    # Sums 60, 50, 58 (+16 %), 68 mm (+36 % over 50); in the liver 40, 30, 38 (+27 %); outside 20, 20, 20, 30 (+50 %).
    assert days(made, "pfs") == ([180], [1])
    assert days(made, "ttp") == ([180], [1])
    assert days(made, "liver_pfs") == ([120], [1])
    assert days(made, "thp") == ([120], [1])
    assert days(made, "ttehp") == ([180], [1])


def test_duration_of_response_from_measurements():
    made = measured([scan(-5, {"l1": 40}), scan(60, {"l1": 20}), scan(120, {"l1": 30})])
    assert days(made, "dor") == ([60], [1])


def test_the_rules_say_where_responses_come_from():
    rules = dict(gl.endpoint(measured(GROWTH), "pfs").rules)
    assert rules["response"] == "derived from measurements by RECIST 1.1 at all 3 scans"
    mixed = [*GROWTH, scan(240, {}, overall_resp="PD"), scan(300, {"l1": 38, "x1": 30}, overall_resp="SD")]
    rules = dict(gl.endpoint(measured(mixed), "pfs").rules)
    assert rules["response"] == (
        "derived from measurements by RECIST 1.1 at 4 of 5 scans, recorded at the rest; 1 disagrees and is listed"
    )


def test_without_measurements_nothing_is_said():
    scans = [scan(60, {}, overall_resp="SD"), scan(120, {}, overall_resp="PD")]
    made = measured(scans, lesions={"l1": {}}, measurement=[])
    assert days(made, "pfs") == ([120], [1])
    assert "response" not in dict(gl.endpoint(made, "pfs").rules)
    assert timeline(made).tables["assessment"]["response_source"].to_list() == ["recorded", "recorded"]


def test_recorded_responses_count_if_the_study_says_so():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 80}, overall_resp="SD"), scan(120, {"l1": 80}, overall_resp="PD")]
    assert days(measured(scans), "pfs") == ([60], [1])
    recorded = measured(scans, study={"response": {"source": "recorded"}})
    assert days(recorded, "pfs") == ([120], [1])
    assert "response" not in dict(gl.endpoint(recorded, "pfs").rules)


def test_a_recorded_response_stays_where_the_measurements_do_not_tell():
    scans = [scan(-5, {"l1": 40, "l2": 40}), scan(60, {"l1": 40}, overall_resp="PR"),
             scan(120, {"l1": 40, "l2": "not_evaluable"}, overall_resp="PR")]  # fmt: skip
    table = timeline(measured(scans)).tables["assessment"]
    assert table.select("overall_resp", "response_source").rows() == [("PR", "recorded"), ("NE", "derived")]


def test_a_criterion_chosen_but_not_recorded_is_derived():
    row = {"long_mm": 50.0, "viable_long_mm": 40.0}
    scans = [scan(-5, {"l1": row}), scan(60, {"l1": row | {"viable_long_mm": 60.0}}, overall_resp="SD")]
    made = measured(scans, study={"endpoints": {"criterion": "mrecist"}})
    found = gl.endpoint(made, "pfs")
    assert (found.exit.tolist(), found.cause.tolist()) == ([60], [1])
    assert dict(found.rules)["criterion"] == "mRECIST (chosen, derived from measurements)"
    assert days(measured(scans), "pfs") == ([60], [0])


def test_more_targets_in_the_liver_than_recist_allows_are_named():
    scans = [scan(d, {"l1": 40, "l2": 40, "l3": 40}) for d in (-5, 60)]
    rules = dict(gl.endpoint(measured(scans, study={"response": {"liver_targets_max": 5}}), "pfs").rules)
    assert rules["response"] == "derived from measurements by liver-RECIST, 3 lesions at the only scan"


def test_baseline_measurements_alone_give_no_endpoint():
    made = measured([scan(-5, {"l1": 40})])
    reasons = dict(available(made))
    assert reasons["pfs"].startswith("Progression-free survival needs assessment.overall_resp")
    with pytest.raises(InputError, match=r"assessment\.overall_resp"):
        gl.endpoint(made, "pfs")


def test_a_demonstration_of_its_records_gives_the_same_endpoints_derived_and_recorded():
    derived = demo_cohort()
    study = derived.study.model_copy(update={"response": parse_study({"response": {"source": "recorded"}}).response})
    recorded = gl.Cohort(tables=derived.tables, problems=derived.problems, study=study)
    for name in ("pfs", "liver_pfs", "ttp", "thp", "ttehp", "dor"):
        one, two = gl.endpoint(derived, name), gl.endpoint(recorded, name)
        assert one.exit.tolist() == two.exit.tolist()
        assert one.cause.tolist() == two.cause.tolist()
        assert dict(one.rules)["response"] == "derived from measurements by RECIST 1.1 at all 105 scans"


def test_scans_after_the_cutoff_and_scans_without_any_response_are_not_counted():
    scans = [*GROWTH, scan(200, {}), scan(400, {"l1": 38, "x1": 30})]
    rules = dict(gl.endpoint(measured(scans, study={"cutoff": on(300)}), "pfs").rules)
    assert rules["response"] == "derived from measurements by RECIST 1.1 at all 3 scans"


def test_one_reader_of_several():
    scans = [scan(-5, {"l1": 40}, reader="local"), scan(-5, {"l1": 40}, reader="central1"),
             scan(60, {"l1": 50}, reader="local"), scan(60, {"l1": 40}, reader="central1")]  # fmt: skip
    assert days(measured(scans), "pfs") == ([60], [1]), "the worst reading of a date counts"
    assert days(measured(scans, study={"endpoints": {"reader": "central1"}}), "pfs") == ([60], [0])


def test_scans_recorded_by_another_criterion_still_count_where_their_measurements_tell():
    whole = demo_cohort()
    scans = whole.table("assessment")
    some = pl.int_range(pl.len()).is_in([9, 10, 11])
    other = scans.with_columns(
        criterion=pl.when(some).then(pl.lit("mrecist")).otherwise("criterion"),
        overall_resp=pl.when(some).then(pl.lit("PD")).otherwise("overall_resp"),
    )
    mixed = replace(whole, tables={**whole.tables, "assessment": other})
    for code in ("recist11", "mrecist", "choi"):
        assert best_response(mixed, code).by().counts.tolist() == best_response(whole, code).by().counts.tolist()
    bare = replace(mixed, tables={k: v for k, v in mixed.tables.items() if k != "measurement"})
    records = timeline(bare, criterion="recist11").tables["assessment"]
    assert len(records.filter(pl.col("criterion") == "mrecist")) == 0, "without measurements they say nothing"
