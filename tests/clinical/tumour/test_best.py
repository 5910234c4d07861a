"""Best overall response, unconfirmed and confirmed, by hand and against a published algorithm's cases."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from glisson.clinical.response import best_by_patient, best_response
from glisson.clinical.tumour.best import Confirmation, confirmed, unconfirmed
from glisson.errors import InputError, SettingsError
from tests.clinical.tumour.build import measured, scan
from tests.paths import vector

START = date(2020, 1, 1)


def scans(*pairs):
    return [(START + timedelta(days=d), r) for d, r in pairs]


def judged(judge, *pairs, **rule):
    response, day = judge(scans(*pairs), START, Confirmation(**rule))
    return response, None if day is None else (day - START).days


@pytest.mark.independent
def test_cases_of_the_published_algorithm():
    data = json.loads(vector("external/confirmed_bor_admiralonco.json").read_text(encoding="utf-8"))
    starts = {i: date.fromisoformat(d) for i, d in data["treatment_start"].items()}
    first = data["tests"][0]["expected"]
    n = 0
    for case in data["tests"]:
        given = case["params"]
        rule = Confirmation(
            start_window=given["ref_start_window"], confirm=given["ref_confirm"], max_ne=given["max_nr_ne"],
            accept_sd=given["accept_sd"], missing_as_ne=given["missing_as_ne"],
            stop_at_progression=given["stop_at_first_pd"],
        )  # fmt: skip
        expected = {**(first if "others" in case["expected"] else {}), **case["expected"]}
        expected.pop("others", None)
        seen = {i: [] for i in starts}
        for row in data["observations"]:
            seen[str(row["id"])].append((date.fromisoformat(row["date"]), row["resp"]))
        if "override" in case:
            seen["7"] = [(date(2020, 4, 2), "ND")]
        for i, (response, day) in expected.items():
            assert confirmed(seen[i], starts[i], rule) == (response, day and date.fromisoformat(day)), (given, i)
            n += 1
    assert n == 27


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("pairs", "want"),
    [
        ([(60, "CR"), (90, "CR")], ("CR", 60)),
        ([(60, "CR"), (87, "CR")], ("SD", 60)),
        ([(60, "CR"), (87, "CR"), (120, "CR")], ("CR", 60)),
        ([(60, "PR"), (90, "PR")], ("PR", 60)),
        ([(60, "PR"), (90, "CR")], ("PR", 60)),
        ([(60, "PR"), (90, "CR"), (120, "CR")], ("CR", 90)),
        ([(60, "PR"), (75, "NE"), (90, "PR")], ("PR", 60)),
        ([(60, "PR"), (70, "NE"), (80, "NE"), (90, "PR")], ("SD", 60)),
        ([(60, "PR"), (90, "SD"), (120, "PR")], ("SD", 60)),
        ([(60, "PR"), (90, "PD")], ("SD", 60)),
        ([(30, "PR"), (50, "PD")], ("PD", 50)),
        ([(30, "PR")], ("NE", 30)),
        ([(60, "CR"), (90, "PR"), (120, "PR")], ("PR", 90)),
        ([(60, "PR"), (70, "CR"), (100, "PR")], ("SD", 60)),
        ([(60, "SD"), (90, "PD")], ("SD", 60)),
        ([(60, "NON-CR/NON-PD")], ("NON-CR/NON-PD", 60)),
        ([(60, "NE")], ("NE", 60)),
        ([], ("NE", None)),
        ([(60, "PD"), (90, "CR"), (120, "CR")], ("PD", 60)),
    ],
)
def test_confirmed(pairs, want):
    assert judged(confirmed, *pairs) == want


@pytest.mark.by_hand
def test_one_scan_with_stable_disease_may_be_accepted():
    pairs = [(60, "PR"), (75, "SD"), (90, "PR")]
    assert judged(confirmed, *pairs) == ("SD", 60)
    assert judged(confirmed, *pairs, accept_sd=True) == ("PR", 60)
    assert judged(confirmed, (60, "PR"), (70, "SD"), (80, "SD"), (90, "PR"), accept_sd=True) == ("SD", 60)
    assert judged(confirmed, (60, "CR"), (75, "SD"), (90, "CR"), accept_sd=True) == ("SD", 60)


@pytest.mark.by_hand
def test_unconfirmed_and_the_day_that_shows_it():
    assert judged(unconfirmed, (60, "PR"), (90, "CR"), (120, "PD")) == ("CR", 90)
    assert judged(unconfirmed, (30, "SD")) == ("NE", 30)
    assert judged(unconfirmed, (30, "SD"), (50, "PD"), (80, "CR")) == ("PD", 50)


@pytest.mark.by_hand
def test_the_order_of_the_scans_does_not_matter():
    pairs = [(120, "CR"), (60, "PR"), (90, "CR")]
    assert judged(confirmed, *pairs) == judged(confirmed, *sorted(pairs)) == ("CR", 90)


def shrinking(**study):
    """One patient whose only target shrinks to 60 % and stays, read at 60 and 90 days."""
    return measured([scan(-5, {"l1": 50}), scan(60, {"l1": 30}), scan(90, {"l1": 30})], study=study)


@pytest.mark.by_hand
def test_best_response_from_measurements():
    made = shrinking()
    table = best_response(made)
    assert (table.name, table.label) == ("best_response", "Best overall response")
    assert best_by_patient(made) == {"a": "PR"}
    assert best_by_patient(made, confirmed=True) == {"a": "PR"}
    assert best_by_patient(shrinking(response={"confirm_days": 31}), confirmed=True) == {"a": "SD"}
    assert best_by_patient(made, site="liver") == {"a": "PR"}
    assert best_response(made, confirmed=True, site="liver").label == "Confirmed best overall response in the liver"


@pytest.mark.by_hand
def test_settings_of_confirmation():
    ne = [scan(-5, {"l1": 50}), scan(60, {"l1": 30}), scan(75, {"l1": "not_evaluable"}), scan(90, {"l1": 30})]
    assert best_by_patient(measured(ne), confirmed=True) == {"a": "PR"}
    assert best_by_patient(measured(ne, study={"response": {"confirm_max_ne": 0}}), confirmed=True) == {"a": "SD"}
    sd = [scan(-5, {"l1": 50}), scan(60, {"l1": 34}), scan(75, {"l1": 36}), scan(90, {"l1": 34})]
    assert best_by_patient(measured(sd), confirmed=True) == {"a": "SD"}
    assert best_by_patient(measured(sd, study={"response": {"confirm_accept_sd": True}}), confirmed=True) == {"a": "PR"}


@pytest.mark.by_hand
def test_a_criterion_that_nobody_recorded_is_derived():
    row = {"long_mm": 50.0, "viable_long_mm": 40.0}
    made = measured([scan(-5, {"l1": row}, overall_resp=None), scan(60, {"l1": row | {"viable_long_mm": 0.0}})])
    assert best_by_patient(made) == {"a": "SD"}
    assert best_by_patient(made, "mrecist") == {"a": "CR"}
    with pytest.raises(InputError, match="no response"):
        best_by_patient(made, "easl")


@pytest.mark.by_hand
def test_a_recorded_criterion_that_cannot_be_derived_is_asked_for():
    scanned = [scan(-5, {"l1": 50}), scan(60, {"l1": 30}, overall_resp="PR")]
    with pytest.raises(SettingsError, match="no assessment is recorded by it"):
        best_by_patient(measured(scanned), "easl")


@pytest.mark.by_hand
def test_the_recorded_best_response_of_a_patient_is_neither_confirmed_nor_of_a_site():
    made = measured([scan(-5, {"l1": 50})], patient=[{"patient_id": "a", "best_response": "PR"}])
    assert best_by_patient(made) == {"a": "PR"}
    for more in ({"confirmed": True}, {"site": "liver"}):
        with pytest.raises(InputError, match="no response"):
            best_by_patient(made, **more)
