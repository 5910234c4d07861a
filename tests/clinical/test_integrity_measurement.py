"""Every rule of lesions and measurements: a planted row that it names, and a clean twin that it leaves alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import glisson as gl
from glisson.clinical.integrity_measurement import measurement_rules
from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import ResponseSettings
from glisson.clinical.tumour import derived
from tests.clinical.tumour.build import measured, on, scan
from tests.corpus.build import xlsx
from tests.corpus.tiny import add_sheet

pytestmark = pytest.mark.by_hand


def found(made, **settings):
    """Return (rule, row, what was found) of every rule that hits."""
    out = []
    for rule in measurement_rules(ResponseSettings(**settings)):
        if all(t in made.tables and c in made.tables[t].columns for t, c in rule.needs):
            rows = rule.hits(made.tables).iter_rows(named=True)
            out += [(rule.id, r["source_row"], r.get("found") or rule.found) for r in rows]
    return out


def of(scans, lesions=None, **settings):
    return found(measured(scans, lesions), **settings)


CLEAN = [scan(-5, {"l1": 40, "x1": 20, "n1": 8}), scan(60, {"l1": 30, "x1": "absent", "n1": 8})]


def test_a_clean_sheet_and_the_demonstration_have_no_hit():
    assert of(CLEAN) == []
    assert found(demo_cohort()) == []


def test_more_than_five_targets():
    names = ["l1", "l2", "x1", "x2", "g1", "g2"]
    lesions = {"x1": {"organ": "bone"}, "x2": {"organ": "bone"}}
    hits = of([scan(-5, dict.fromkeys(names, 20))], lesions)
    assert hits == [("measurement.many_targets", 7, "target 6 of 6 at baseline")]
    assert of([scan(-5, dict.fromkeys(names[:5], 20))], lesions) == []


def test_more_than_two_targets_of_an_organ():
    three = [scan(-5, {"l1": 20, "l2": 20, "l3": 20})]
    assert of(three) == [("measurement.organ_targets", 4, "target 3 of 3 in the liver")]
    assert of(three, liver_targets_max=3) == [("measurement.liver_targets", 4, "target 3 of 3 in the liver")]
    outside = [scan(-5, {"x1": 20, "x2": 20, "x3": 20})]
    assert of(outside, liver_targets_max=5) == [("measurement.organ_targets", 4, "target 3 of 3 in the lung")]


def test_fragments_are_no_targets_of_their_own():
    rows = {"l1": 20, "l2": 20, "f1": 20}
    assert of([scan(-5, rows)], {"f1": {"part_of": "l1"}}) == []


@pytest.mark.parametrize(
    ("name", "size", "rule"),
    [("l1", 9.9, "small_target"), ("l1", 10, ""), ("n1", 5, ""), ("g1", 14.9, "small_node"), ("g1", 15, "")],
)
def test_targets_too_small_to_measure(name, size, rule):
    hits = of([scan(-5, {name: size}), scan(60, {name: 4})])
    assert hits == ([(f"measurement.{rule}", 2, f"a target of {float(size)} mm at baseline")] if rule else [])


def test_targets_measured_by_ultrasound():
    assert of([scan(-5, {"l1": 40, "n1": 9}, modality="US")]) == [
        ("measurement.ultrasound", 2, "a target measured by ultrasound")
    ]
    assert of([scan(-5, {"l1": 40}, modality="CT")]) == []


def test_targets_treated_before():
    treated = {"l1": {"treated_before": True}}
    hit = [("measurement.treated_target", 2, "a target that had been treated before")]
    assert of([scan(-5, {"l1": 40})], treated) == hit
    assert of([scan(-5, {"l1": {"long_mm": 40.0, "progressed_since_treatment": True}})], treated) == []
    assert of([scan(-5, {"n1": 40})], {"n1": {"treated_before": True}}) == []


def test_targets_treated_by_a_session_before_their_baseline():
    scans = [scan(100, {"l1": 40}, is_baseline=True), scan(200, {"l1": 40})]
    made = measured(scans, session_lesion=[{"session_id": "a-S1", "lesion_id": "l1"}])
    assert found(made) == [("measurement.treated_target", 2, "a target that had been treated before")]


def test_a_role_that_changes():
    hits = of([scan(-5, {"l1": 40}), scan(60, {"l1": {"role": "non_target", "long_mm": 40.0}})])
    assert hits == [("measurement.role_changed", 3, "non_target, but target before")]


def test_a_target_measured_without_a_number():
    assert of([scan(-5, {"l1": "measured"})])[0][:2] == ("measurement.no_number", 2)
    assert of([scan(-5, {"g1": {"long_mm": 30.0}})])[0][:2] == ("measurement.no_short_axis", 2)
    assert of([scan(-5, {"n1": "measured"}), scan(60, {"l1": "not_evaluable"})]) == []
    assert of([scan(-5, {"l1": {"viable_long_mm": 30.0}})]) == []


@pytest.mark.parametrize(
    ("status", "size", "text"),
    [("absent", 12, "absent, but 12.0 mm"), ("too_small", 10, "too_small, but 10.0 mm"),
     ("not_evaluable", 30, "not_evaluable, but 30.0 mm"), ("too_small", 6, ""), ("absent", 0, "")],
)  # fmt: skip
def test_a_status_that_the_number_contradicts(status, size, text):
    hits = of([scan(-5, {"l1": 40}), scan(60, {"l1": {"status": status, "long_mm": float(size)}})])
    assert hits == ([("measurement.contradicts_status", 3, text)] if text else [])


def test_diameters_that_exceed_the_longest():
    assert [h[0] for h in of([scan(-5, {"l1": {"long_mm": 30.0, "short_mm": 31.0}})])] == [
        "measurement.short_over_long"
    ]
    hits = of([scan(-5, {"l1": {"long_mm": 30.0, "viable_long_mm": 31.0}})])
    assert [h[0] for h in hits] == ["measurement.viable_over_long"]
    assert of([scan(-5, {"l1": {"long_mm": 30.0, "short_mm": 30.0, "viable_long_mm": 30.0}})]) == []


def test_merged_lesions_without_a_diameter():
    base = scan(-5, {"l1": 30, "l2": 20})
    assert of([base, scan(60, {"l1": "merged", "l2": "merged"})])[0][:2] == ("measurement.merged_unmeasured", 4)
    assert of([base, scan(60, {"l1": {"status": "merged", "long_mm": 45.0}, "l2": "merged"})]) == []


def test_a_lesion_of_another_patient():
    hits = of(CLEAN, {"x1": {"patient_id": "b"}})
    assert ("measurement.other_patient", 3, "the lesion belongs to another patient than the scan") in hits


def test_lesions_without_an_organ():
    assert of(CLEAN, {"l1": {"organ": None}}) == [("lesion.no_organ", 2, "a measured lesion without its organ")]


def test_lesions_measured_before_they_were_seen():
    assert of(CLEAN, {"l1": {"first_seen_date": on(10)}}) == [
        ("lesion.seen_before", 2, f"first seen {on(10)}, but measured on {on(-5)}")
    ]
    assert of(CLEAN, {"l1": {"first_seen_date": "2019-12"}}) == [], "a day of that month is early enough"


def test_fragments_of_nothing():
    assert of(CLEAN, {"l1": {"part_of": "l7"}}) == [("lesion.part_of", 2, "l7 is no other lesion of this patient")]
    assert [h[0] for h in of(CLEAN, {"l1": {"part_of": "l1"}})] == ["lesion.part_of"]


LESION = ["lesion_id", "patient_id", "organ", "first_seen_date", "is_node"]
MEASUREMENT = ["assessment_id", "lesion_id", "role", "long_mm", "status"]


def workbook(folder: Path, *sizes: object) -> Path:
    """Write one patient's liver target at a scan before and scans after treatment."""
    scans = [[f"001-B{i}", "001", date(2016, 1 + 2 * i, 4), "CT", "recist11", "no" if i else "yes"]
             for i in range(len(sizes))]  # fmt: skip
    make = xlsx(
        lambda sheets: sheets.update({"assessment": [sheets["assessment"][0][:6], *scans]}),
        add_sheet("lesion", LESION, ["001-L1", "001", "liver", date(2016, 1, 4), "no"]),
        add_sheet("measurement", MEASUREMENT, *([f"001-B{i}", "001-L1", "target", s, "measured"]
                                                for i, s in enumerate(sizes))),
    )  # fmt: skip
    return make(folder)


def test_a_problem_names_its_cell(tmp_path):
    cohort = gl.read_cohort(workbook(tmp_path, 8, 8))
    (problem,) = [p for p in cohort.problems if p.rule == "measurement.small_target"]
    assert (problem.sheet, problem.cell, problem.patient, problem.severity) == ("measurement", "D2", "001", "changes")
    assert str(problem).endswith(
        "a target of 8.0 mm at baseline; expected a target of at least 10 mm at baseline (RECIST 1.1). "
        "Record the lesion as non_target."
    )


def test_centimetres_and_millimetres_give_the_same_responses(tmp_path):
    def responses(name, *sizes):
        (tmp_path / name).mkdir()
        made = gl.read_cohort(workbook(tmp_path / name, *sizes))
        return derived(made).scans.filter(site="any").select("sum", "nadir", "response", "why")

    assert responses("mm", 40, 26, 32).equals(responses("cm", "4 cm", "2.6 cm", "3,2 cm"))
    assert responses("both", 40, "26 mm", "3.2cm")["response"].to_list() == [None, "PR", "PD"]
