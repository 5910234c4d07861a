"""mRECIST, EASL, WHO, Choi and modified Choi from measurements, by hand."""

from __future__ import annotations

import json

import pytest

from glisson.clinical.tumour import derivable, derived
from glisson.errors import InputError
from tests.clinical.tumour.build import measured, responses, rows, scan, series
from tests.paths import vector

pytestmark = pytest.mark.by_hand


def viable(*values, long_mm=100.0):
    return series([{"long_mm": long_mm, "viable_long_mm": float(v)} for v in values])


def areas(*values):
    return series([{"long_mm": 40.0, "viable_area_mm2": float(v)} for v in values])


@pytest.mark.parametrize(
    ("values", "want"),
    [
        ((80, 56), ["PR"]), ((80, 0), ["CR"]), ((80, 40, 48), ["PR", "PD"]), ((80, 57, 70), ["SD", "PD"]),
        ((20, 12, 15), ["PR", "PD"]), ((80, 0, 3), ["CR", "PD"]),
    ],
)  # fmt: skip
def test_mrecist(values, want):
    assert responses(viable(*values), "mrecist") == want


def test_mrecist_of_the_shared_vectors():
    for case in json.loads(vector("response_criteria.json").read_text(encoding="utf-8"))["mrecist"]:
        made = viable(case["baseline_viable_sum"], *case["viable"])
        assert responses(made, "mrecist") == case.get("expect", case.get("expect_literal"))


def test_mrecist_with_the_five_millimetres_of_recist():
    study = {"response": {"mrecist_requires_5mm": True}}
    scans = [scan(60 * i - 5, {"l1": {"long_mm": 30.0, "viable_long_mm": v}}) for i, v in enumerate((20.0, 12.0, 15.0))]
    assert responses(measured(scans, study=study), "mrecist") == ["PR", "SD"]
    assert responses(measured(scans), "mrecist") == ["PR", "PD"]


def test_a_lesion_not_viable_at_baseline_is_judged_by_its_size():
    scans = [scan(-5, {"l1": {"long_mm": 40.0, "viable_long_mm": 30.0}, "x1": 20}),
             scan(60, {"l1": {"long_mm": 40.0, "viable_long_mm": 0.0}, "x1": 20}),
             scan(120, {"l1": {"long_mm": 40.0, "viable_long_mm": 0.0}, "x1": "absent"})]  # fmt: skip
    found = derived(measured(scans), "mrecist")
    assert rows(found)["sum"].to_list() == [20.0, 0.0]
    assert rows(found)["response"].to_list() == ["PR", "CR"]
    assert rows(found, "liver")["response"].to_list() == ["CR", "CR"]
    assert found.notes == (("a", "targets without a viable diameter at baseline are judged by their size (RECIST)"),)


def test_a_lesion_without_a_viable_diameter_later_is_not_evaluable_unless_it_is_gone():
    scans = [scan(-5, {"l1": {"long_mm": 40.0, "viable_long_mm": 30.0}}), scan(60, {"l1": 40}),
             scan(120, {"l1": "absent"})]  # fmt: skip
    assert responses(measured(scans), "mrecist") == ["NE", "CR"]


def test_non_targets_without_viable_tumour_are_gone_by_mrecist():
    gone = {"long_mm": 12.0, "viable_long_mm": 0.0}
    base = {"l1": {"long_mm": 40.0, "viable_long_mm": 30.0}, "n1": {"long_mm": 12.0, "viable_long_mm": 12.0}}
    made = measured([scan(-5, base), scan(60, {"l1": {"long_mm": 40.0, "viable_long_mm": 0.0}, "n1": gone})])
    assert responses(made, "mrecist") == ["CR"]
    assert responses(made) == ["SD"]


@pytest.mark.parametrize(
    ("values", "want"),
    [
        ((1000, 500), ["PR"]), ((1000, 501), ["SD"]), ((1000, 0), ["CR"]), ((1000, 400, 501), ["PR", "PD"]),
        ((1000, 400, 500), ["PR", "PR"]), ((1000, 1250), ["SD"]), ((1000, 1251), ["PD"]),
    ],
)  # fmt: skip
def test_easl(values, want):
    assert responses(areas(*values), "easl") == want


def test_easl_of_the_shared_vectors():
    for case in json.loads(vector("response_criteria.json").read_text(encoding="utf-8"))["easl"]:
        assert responses(areas(case["baseline_area"], *case["area"]), "easl") == case["expect"]


def test_by_easl_targets_without_an_area_count_among_the_non_targets():
    scans = [scan(-5, {"l1": {"long_mm": 40.0, "viable_area_mm2": 900.0}, "x1": 20}),
             scan(60, {"l1": {"long_mm": 40.0, "viable_area_mm2": 0.0}, "x1": 20})]  # fmt: skip
    found = rows(derived(measured(scans), "easl"))
    assert found.select("targets", "nontarget", "response").row(0) == (1, "NON-CR/NON-PD", "PR")


def products(*pairs):
    return series([{"long_mm": float(a), "short_mm": float(b)} for a, b in pairs])


@pytest.mark.parametrize(
    ("pairs", "want"),
    [
        (((40, 20), (20, 20)), ["PR"]), (((40, 20), (20.1, 20)), ["SD"]), (((40, 20), (0, 0)), ["CR"]),
        (((40, 20), (50, 20)), ["SD"]), (((40, 20), (50.1, 20)), ["PD"]),
    ],
)  # fmt: skip
def test_who(pairs, want):
    assert responses(products(*pairs), "who") == want


def test_who_needs_two_diameters_of_every_target():
    scans = [scan(-5, {"l1": {"long_mm": 40.0, "short_mm": 20.0}, "l2": 30}), scan(60, {"l1": 20, "l2": 15})]
    found = derived(measured(scans), "who")
    assert rows(found)["response"].to_list() == [None]
    assert found.unusable == (("a", "a target without two diameters on the scan before treatment"),)


def choi(size, density, *, nodule=False, new=False, hu=100.0):
    after = {"long_mm": 100.0 + size, "hu_mean": None if density is None else hu * (1 + density / 100),
             "new_nodule": nodule}  # fmt: skip
    lesions = {"l1": after} | ({"x9": 10} if new else {})
    return measured([scan(-5, {"l1": {"long_mm": 100.0, "hu_mean": hu}}), scan(60, lesions)])


@pytest.mark.parametrize(
    ("size", "density", "by_choi", "by_modified"),
    [
        (-10, 0, "PR", "SD"), (0, -15, "PR", "SD"), (12, -20, "PR", "PD"), (10, 0, "PD", "PD"), (-40, 20, "PR", "SD"),
        (-10, -15, "PR", "PR"), (-9.9, -14.9, "SD", "SD"), (9.9, 0, "SD", "SD"), (-100, 0, "CR", "CR"),
        (-20, None, "PR", "NE"), (0, None, "NE", "SD"), (20, None, "NE", "PD"),
    ],
)  # fmt: skip
def test_choi_and_modified_choi(size, density, by_choi, by_modified):
    made = choi(size, density)
    assert responses(made, "choi") == [by_choi]
    assert responses(made, "mchoi") == [by_modified]


def test_choi_of_the_shared_vectors():
    for case in json.loads(vector("response_criteria.json").read_text(encoding="utf-8"))["choi"]:
        made = choi(case["size_change_pct"], case["hu_change_pct"], nodule=case["new_intratumoural_nodule"],
                    new=case["new_lesion"])  # fmt: skip
        assert responses(made, "choi") == [case["expected"]]
        if "modified_choi" in case:
            assert responses(made, "mchoi") == [case["modified_choi"]]


def test_by_choi_new_lesions_and_nodules_come_before_response():
    assert responses(choi(-30, -30, nodule=True), "choi") == ["PD"]
    assert responses(choi(-30, -30, new=True), "choi") == ["PD"]


def test_attenuation_is_the_mean_over_the_targets_not_the_mean_of_their_changes():
    made = measured(
        scan(day, {"l1": {"long_mm": 40.0, "hu_mean": one}, "l2": {"long_mm": 40.0, "hu_mean": two}})
        for day, one, two in ((-5, 20.0, 100.0), (60, 10.0, 98.0))
    )
    found = rows(derived(made, "choi"))
    assert found["why"].item() == "sum 80 mm, 0% from baseline 80 mm, attenuation -10%: SD"


def test_iodized_oil_makes_attenuation_useless():
    scans = [scan(-5, {"l1": {"long_mm": 40.0, "hu_mean": 60.0}}), scan(60, {"l1": {"long_mm": 20.0, "hu_mean": 30.0}})]
    session = {"session_id": "a-S1", "patient_id": "a", "date": "2020-01-01"}
    for given in ({"method": "ctace"}, {"method": "deb_tace", "lipiodol_ml": 10.0}):
        found = derived(measured(scans, session=[session | given]), "choi")
        assert rows(found)["response"].to_list() == [None]
        assert found.unusable == (("a", "iodized oil was given before the scans, so attenuation cannot be compared"),)
    assert responses(measured(scans, session=[session | {"method": "tae", "lipiodol_ml": 0.0}]), "choi") == ["PR"]


def test_which_criteria_the_measurements_give():
    assert derivable(series([40, 30])) == ("recist11",)
    assert derivable(viable(80, 40)) == ("recist11", "mrecist")
    assert derivable(areas(900, 400)) == ("recist11", "easl")
    assert derivable(products((40, 20), (30, 20))) == ("recist11", "who")
    assert derivable(choi(0, 0)) == ("recist11", "choi", "mchoi")
    assert derivable(measured([scan(-5, {"n1": 9}), scan(60, {"n1": 9})])) == ("recist11",)
    assert derivable(series([40])) == ()


def test_an_unknown_criterion_is_refused():
    with pytest.raises(InputError, match=r"no criterion percist\. expected one of recist11, mrecist"):
        derived(series([40, 30]), "percist")
