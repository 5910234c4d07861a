"""RECIST 1.1 from measurements: the published rules, by hand."""

from __future__ import annotations

import json

import polars as pl
import pytest

from glisson.clinical.read import demo_cohort
from glisson.clinical.tumour import derived
from glisson.clinical.tumour.criteria import overall_response
from tests.clinical.tumour.build import measured, on, responses, rows, scan, series
from tests.paths import vector

pytestmark = pytest.mark.by_hand


@pytest.mark.parametrize(
    ("sizes", "want"),
    [
        ((100, 70), ["PR"]),
        ((100, 70.1), ["SD"]),
        ((100, 50, 60), ["PR", "PD"]),
        ((100, 95, 105), ["SD", "SD"]),
        ((100, 60, 55, 64, 66), ["PR", "PR", "PR", "PD"]),
        ((30, 18, 22), ["PR", "SD"]),
        ((50, 60), ["PD"]),
        ((50, 59.9), ["SD"]),
        ((20, 24.9), ["SD"]),
        ((20, 25), ["PD"]),
        ((24, 15, "too_small"), ["PR", "PR"]),
        ((24, "absent", 0), ["CR", "CR"]),
        ((24, "absent", "too_small"), ["CR", "PD"]),
        ((24, 0, 1), ["CR", "PD"]),
        ((40, "not_evaluable", 30), ["NE", "SD"]),
        (("absent", "absent"), [None]),
    ],
)
def test_one_target(sizes, want):
    assert responses(series(sizes)) == want


def test_shared_vectors():
    cases = json.loads(vector("response_criteria.json").read_text(encoding="utf-8"))["target"]
    for case in cases:
        scans = [scan(-5, {"l1": case["baseline_sum_mm"]})]
        for i, value in enumerate(case["followup_sums_mm"], start=1):
            found = {"l1": value}
            if isinstance(value, dict) and "nodes" in value:
                scans[0] = scan(-5, {"l1": case["baseline_sum_mm"] - 20, "g1": 20})
                found = {"l1": value["non_nodal"], "g1": value["nodes"][0]}
            elif isinstance(value, dict):
                half = case["baseline_sum_mm"] / 2
                scans[0] = scan(-5, {"l1": half, "l2": half})
                found = {"l1": value["measured_subset_sum"], "l2": "not_evaluable"}
            scans.append(scan(60 * i, found))
        assert responses(measured(scans), column="target") == case["expected_target_response"], case["label"]


OVERALL = [
    ("CR", "CR", False, "CR"), ("CR", None, False, "CR"), ("CR", "NE", False, "PR"),
    ("CR", "NON-CR/NON-PD", False, "PR"),
    ("PR", "NON-CR/NON-PD", False, "PR"), ("PR", "CR", False, "PR"), ("PR", "NE", False, "PR"),
    ("SD", "NE", False, "SD"), ("SD", None, False, "SD"), ("NE", "NON-CR/NON-PD", False, "NE"),
    ("NE", "NE", False, "NE"), ("NE", None, False, "NE"), ("CR", "PD", False, "PD"), ("PD", "CR", False, "PD"),
    ("CR", "CR", True, "PD"), ("NE", "NE", True, "PD"), (None, "CR", False, "CR"), (None, "NE", False, "NE"),
    (None, "NON-CR/NON-PD", False, "NON-CR/NON-PD"), (None, "NON-CR/NON-PD", True, "PD"), (None, "PD", False, "PD"),
    (None, None, False, "NON-PD"), (None, None, True, "PD"),
]  # fmt: skip


def overall(table):
    columns = {"target": pl.String, "nontarget": pl.String, "new_lesion": pl.Boolean}
    frame = pl.DataFrame(table, schema=columns, orient="row").with_columns(readable=True)
    return frame.select(overall_response()).to_series().to_list()


def test_overall_table():
    assert overall([row[:3] for row in OVERALL]) == [row[3] for row in OVERALL]


def test_overall_table_of_the_shared_vectors():
    cases = json.loads(vector("response_criteria.json").read_text(encoding="utf-8"))["overall_table"]
    given = [(c["target"], c["non_target"], c["new_lesion"]) for c in cases]
    assert overall(given) == [c["overall"] for c in cases]


def test_a_missing_target_is_not_evaluable_unless_the_others_have_grown_enough():
    scans = [
        scan(-5, {"l1": 30, "l2": 30}),
        scan(60, {"l1": 71}),
        scan(120, {"l1": 72}),
        scan(180, {"l1": 30, "l2": 35}),
    ]
    found = rows(derived(measured(scans)))
    assert found["response"].to_list() == ["NE", "PD", "SD"]
    assert found["sum"].to_list() == [None, None, 65.0]
    assert found["nadir"].to_list() == [60.0, 60.0, 60.0], "only complete scans make a nadir"
    assert found["why"][0] == "1 of 2 targets not assessed, the others 71 mm together: NE"
    assert (
        found["why"][1]
        == "1 of 2 targets not assessed, the others 72 mm together, +20% and +12 mm over nadir 60 mm: PD"
    )


def test_the_nadir_skips_incomplete_scans():
    scans = [scan(-5, {"l1": 30, "l2": 30}), scan(60, {"l1": 20, "l2": "not_evaluable"}),
             scan(120, {"l1": 28, "l2": 27}), scan(180, {"l1": 33, "l2": 32})]  # fmt: skip
    found = rows(derived(measured(scans)))
    assert found["nadir"].to_list() == [60.0, 60.0, 55.0]
    assert found["response"].to_list() == ["NE", "SD", "SD"]


def test_lymph_nodes_are_measured_by_their_short_axis_and_block_a_complete_response_from_10_mm():
    def after(node):
        return responses(measured([scan(-5, {"l1": 18, "g1": 20}), scan(60, {"l1": "absent", "g1": node})]))

    assert after(10) == ["PR"]
    assert after(9.9) == ["CR"]
    found = rows(derived(measured([scan(-5, {"l1": 18, "g1": 20}), scan(60, {"l1": "absent", "g1": 8})])))
    assert found["why"].item() == "sum 8 mm, every target gone, nodes below 10 mm: CR"


def test_normal_nodes_are_no_progression_however_much_they_grow():
    scans = [scan(-5, {"g1": 20}), scan(60, {"g1": 3}), scan(120, {"g1": 9}), scan(180, {"g1": 14})]
    assert responses(measured(scans)) == ["CR", "CR", "PD"]


def test_non_targets_by_status():
    def with_others(**after):
        return measured([scan(-5, {"l1": 40, "n1": 8, "n2": 7}), scan(60, {"l1": "absent", **after})])

    assert responses(with_others(n1="absent", n2="absent")) == ["CR"]
    assert responses(with_others(n1="absent", n2="measured")) == ["PR"]
    assert responses(with_others(n1="absent")) == ["PR"], "a non-target without a row was not assessed"
    assert responses(with_others(n1="absent", n2="not_evaluable"), column="nontarget") == ["NE"]
    assert responses(with_others(n1="too_small", n2="not_evaluable"), column="nontarget") == ["NON-CR/NON-PD"]


def test_patients_without_targets_are_judged_by_their_non_targets():
    scans = [scan(-5, {"n1": 8}), scan(60, {"n1": "measured"}), scan(120, {"n1": "absent"}),
             scan(180, {"n1": "not_evaluable"}), scan(240, {"n1": 9}, nontarget_resp="PD")]  # fmt: skip
    assert responses(measured(scans)) == ["NON-CR/NON-PD", "CR", "NE", "PD"]


def test_a_lesion_that_appears_after_the_baseline_is_new():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 40, "x9": "absent"}), scan(120, {"l1": 40, "x9": 6})]
    made = measured(scans)
    assert responses(made) == ["SD", "PD"]
    assert responses(made, site="liver") == ["SD", "SD"]
    assert responses(made, site="outside") == ["NON-PD", "PD"]


def test_a_lesion_first_seen_before_treatment_is_not_new():
    lesions = {"n9": {"first_seen_date": on(-40)}, "l9": {"first_seen_date": on(-40)}}
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 40, "n9": 6, "l9": 12})]
    found = rows(derived(measured(scans, lesions)))
    assert found["response"].to_list() == ["SD"]
    assert found["nontarget"].to_list() == ["NON-CR/NON-PD"]
    assert found["sum"].to_list() == [40.0], "a target without a baseline measurement is not summed"


def test_a_new_lesion_counts_from_the_day_it_was_first_seen_even_without_a_row():
    lesions = {"x9": {"first_seen_date": on(100), "patient_id": "a"}}
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 40}), scan(120, {"l1": 40})]
    assert responses(measured(scans, lesions)) == ["SD", "PD"]


def test_a_lesion_that_was_gone_and_comes_back_is_new():
    scans = [scan(-5, {"l1": 40, "l2": "absent"}), scan(60, {"l1": 40, "l2": 9})]
    assert responses(measured(scans, {"l2": {"first_seen_date": on(-900)}})) == ["PD"]


def test_recorded_new_lesions_are_placed_by_the_recorded_sites():
    def flagged(**recorded):
        made = measured([scan(-5, {"l1": 40, "x1": 20}), scan(60, {"l1": 40, "x1": 20}, new_lesion=True, **recorded)])
        return [responses(made, site=s)[0] for s in ("any", "liver", "outside")], derived(made).notes

    assert flagged(liver_resp="SD", extrahepatic_resp="PD") == (["PD", "SD", "PD"], ())
    assert flagged(liver_resp="PD", extrahepatic_resp="SD") == (["PD", "PD", "SD"], ())
    assert flagged(liver_resp="SD")[0] == ["PD", "SD", "PD"], "not in the liver, so outside"
    found, notes = flagged()
    assert found == ["PD", None, None], "nobody knows where"
    assert notes == (("a", "progression is recorded without saying whether it was in the liver"),)


def test_recorded_progression_of_non_targets_belongs_to_the_only_site_that_has_any():
    scans = [scan(-5, {"l1": 40, "nx1": 8}), scan(60, {"l1": 40, "nx1": 30}, nontarget_resp="PD")]
    made = measured(scans)
    assert [responses(made, site=s)[0] for s in ("any", "liver", "outside")] == ["PD", "SD", "PD"]
    two = measured([scan(-5, {"l1": 40, "nx1": 8, "n1": 8}),
                    scan(60, {"l1": 40, "nx1": 30, "n1": 8}, nontarget_resp="PD")])  # fmt: skip
    assert [responses(two, site=s)[0] for s in ("any", "liver", "outside")] == ["PD", None, None]


def test_non_targets_recorded_only_as_a_response_count_as_such():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": "absent"}, nontarget_resp="NON-CR/NON-PD")]
    assert responses(measured(scans)) == ["PR"]


def test_split_lesions_are_the_sum_of_their_fragments():
    lesions = {"f1": {"part_of": "l1"}, "f2": {"part_of": "l1"}}
    scans = [scan(-5, {"l1": 50}), scan(60, {"l1": "split", "f1": 20, "f2": 16}), scan(120, {"l1": {"status": "split",
             "long_mm": 20.0}, "f1": 11, "f2": 12}), scan(180, {"l1": "split", "f1": "not_evaluable", "f2": 12}),
             scan(240, {"l1": "split"})]  # fmt: skip
    found = rows(derived(measured(scans, lesions)))
    assert found["sum"].to_list() == [36.0, 43.0, None, None]
    assert found["response"].to_list() == ["SD", "SD", "NE", "NE"]
    assert not found["new_lesion"].any(), "fragments are not new lesions"


def test_merged_lesions_count_once():
    base = scan(-5, {"l1": 30, "l2": 20})

    def after(one, two):
        return rows(derived(measured([base, scan(60, {"l1": one, "l2": two})])))["sum"].to_list()

    merged = {"status": "merged", "long_mm": 45.0}
    assert after(merged, "merged") == [45.0]
    assert after(merged, merged) == [45.0]
    assert after("merged", "merged") == [None], "nobody measured the merged lesion"


def test_scans_of_one_day_are_one_visit_and_the_larger_of_two_measurements_counts():
    scans = [scan(-5, {"l1": 40}), scan(-5, {"x1": 20}), scan(60, {"l1": 30, "x1": 20}), scan(60, {"l1": 33})]
    found = rows(derived(measured(scans)))
    assert found["sum"].to_list() == [53.0, 53.0]


def test_the_baseline_may_be_completed_by_scans_of_the_four_weeks_before():
    def total(day):
        made = measured([scan(day, {"x1": 20}), scan(-5, {"l1": 40}), scan(60, {"l1": 40, "x1": 20})],
                        {"x1": {"first_seen_date": on(-100)}})  # fmt: skip
        return rows(derived(made))["sum"].item()

    assert total(-33) == 60.0
    assert total(-34) == 40.0, "too old to be a baseline"


def test_the_baseline_is_the_scan_marked_as_such_else_the_last_before_treatment():
    scans = [scan(-30, {"l1": 60}), scan(-5, {"l1": 40}), scan(60, {"l1": 40})]
    assert rows(derived(measured(scans)))["baseline_sum"].item() == 40.0
    marked = [scan(-30, {"l1": 60}, is_baseline=True), scan(-5, {"l1": 40}), scan(60, {"l1": 40})]
    assert rows(derived(measured(marked)))["baseline_sum"].to_list() == [60.0, 60.0]


def test_each_reader_has_a_course_of_their_own():
    scans = [scan(-5, {"l1": 40}, reader="local"), scan(-5, {"l1": 50}, reader="central1"),
             scan(60, {"l1": 30}, reader="local"), scan(60, {"l1": 30}, reader="central1")]  # fmt: skip
    found = rows(derived(measured(scans))).sort("reader")
    assert found.select("reader", "response").rows() == [("central1", "PR"), ("local", "SD")]


def test_a_scan_without_a_reader_belongs_to_the_only_one():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 20}, reader="local")]
    assert responses(measured(scans)) == ["PR"]


def test_what_cannot_be_derived_says_why():
    def reason(*scans, **more):
        return dict(derived(measured(scans, **more)).unusable).get("a")

    assert reason(scan(60, {"l1": 40})) == "no measured scan before treatment to compare with"
    assert reason(scan(-5, {"l1": 40})) == "no measured scan after treatment"
    assert reason(scan(-5, {"l1": "absent"}), scan(60, {"l1": "absent"})) == "no lesion on the scan before treatment"
    assert reason(scan(-5, {"l1": "measured"}), scan(60, {"l1": 20})) == (
        "a target without a diameter on the scan before treatment"
    )
    assert reason(scan(-5, {"l1": {"long_mm": 20.0, "role": None}}), scan(60, {"l1": 20})) == (
        "a lesion of the baseline scan has no role (target or non_target)"
    )
    assert reason(scan(-5, {"l1": {"local_status": "none", "status": None}})) == (
        "no measurement says whether a lesion is there or how large it is"
    )
    assert reason(scan(-5, {"l1": 40}), scan(60, {"l1": 30})) is None


def test_a_contradiction_counts_as_not_assessed():
    wrong = {"status": "absent", "long_mm": 30.0}
    assert responses(series((40, wrong, 40))) == ["NE", "SD"]


def test_lesions_without_an_organ_are_judged_as_a_whole_only():
    made = measured([scan(-5, {"l1": 40}), scan(60, {"l1": 20})], {"l1": {"organ": None}})
    assert [responses(made, site=s)[0] for s in ("any", "liver", "outside")] == ["PR", None, None]
    assert derived(made).notes == (("a", "a lesion without its organ: the liver and the rest are not judged apart"),)


def test_measurements_of_another_patients_lesion_are_not_used():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 40, "l2": 90})]
    made = measured(scans, {"l2": {"patient_id": "b"}})
    assert responses(made) == ["SD"]


def test_recorded_and_derived_responses_that_differ_are_listed():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 20}, overall_resp="SD", liver_resp="PR"),
             scan(120, {"l1": 20}, overall_resp="PR"),
             scan(180, {"l1": 10}, overall_resp="PD", criterion="mrecist")]  # fmt: skip
    listed = derived(measured(scans)).disagreements
    assert listed.select("assessment_id", "site", "recorded", "derived", "why", "source_row").rows() == [
        ("a-1", "any", "SD", "PR", "sum 20 mm, -50% from baseline 40 mm: PR", 3)
    ]


def test_nothing_after_the_cutoff_is_derived():
    scans = [scan(-5, {"l1": 40}), scan(60, {"l1": 20}), scan(120, {"l1": 60})]
    assert responses(measured(scans, study={"cutoff": on(119)})) == ["PR"]


@pytest.mark.independent
@pytest.mark.parametrize(
    ("site", "column"), [("any", "overall_resp"), ("liver", "liver_resp"), ("outside", "extrahepatic_resp")]
)
def test_the_demonstration_cohort_agrees_with_its_own_recist(site, column):
    """The workbook's responses come from another implementation, in scripts/demo/recist.py."""
    cohort = demo_cohort()
    found = rows(derived(cohort), site).join(cohort.table("assessment"), on="assessment_id", how="inner")
    assert len(found) == 105
    assert found["response"].to_list() == found[column].to_list()
    assert derived(cohort).disagreements.is_empty()


def test_without_measurements_there_is_nothing():
    empty = derived(measured([scan(-5, {"l1": 1})], measurement=[]))
    assert empty.scans.is_empty()
    assert empty.unusable == ()


def test_a_node_that_was_normal_at_baseline_is_new_from_10_mm():
    scans = [scan(-5, {"l1": 40, "g1": 8}), scan(60, {"l1": 40, "g1": 9.9}), scan(120, {"l1": 40, "g1": 10})]
    assert responses(measured(scans)) == ["SD", "PD"]


def test_a_target_not_assessed_at_baseline_makes_no_sum_too_small():
    scans = [scan(-5, {"l1": 40, "l2": "not_evaluable"}), scan(60, {"l1": 20, "l2": 30})]
    assert responses(measured(scans)) == [None]
    new = [*scans, scan(120, {"l1": 20, "l2": 30, "x9": 10})]
    assert responses(measured(new)) == [None, "PD"], "a new lesion is progression whatever the sum"


def test_patients_without_a_role_at_one_lesion_have_no_derived_response_but_others_do():
    scans = [scan(-5, {"l1": 40, "l2": {"long_mm": 20.0, "role": None}}), scan(60, {"l1": 20, "l2": 20}),
             scan(-5, {"l3": 40}, patient="b"), scan(60, {"l3": 20}, patient="b")]  # fmt: skip
    assert rows(derived(measured(scans))).select("patient_id", "response").rows() == [("a", None), ("b", "PR")]
