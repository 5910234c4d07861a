"""P04, P05 and P23 by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.cox import cox
from glisson.pitfalls.time_bias import competing_deaths, selection_on_survival, stale_followup
from glisson.tables import Endpoint
from tests.clinical.build import people
from tests.pitfalls.build import context_of, day, findings, only, patient, values

LATE = [patient(n, d) for n, d in zip("ABCDEF", (100, 120, 140, 160, 180, 200), strict=True)]


@pytest.mark.by_hand
def test_nobody_leaving_early_is_improbable() -> None:
    found = only(selection_on_survival, LATE)
    assert (found.id, found.severity) == ("P04", "warn")
    assert dict(found.numbers) == {
        "patients": "6",
        "shortest follow-up": "3.3 months",
        "probability by chance": "0.018",  # exp(-6 * 6/900 * 100) = exp(-4)
        "early deaths added": "6",  # 6 (exp(6/900 * 100) - 1) = 5.7
    }
    assert "before day 100" in found.sentence
    assert values(found.naive, "median") == {(): 150}  # S = 1/2 from 140 to 160
    assert values(found.corrected, "n") == {(): 12}
    assert values(found.corrected, "median") == {(): 75}  # six of twelve on day 50, the next on day 100


@pytest.mark.by_hand
@pytest.mark.parametrize(("early", "fires"), [(5, False), (72, False), (73, True)])
def test_one_patient_who_left_early_is_enough(early, fires) -> None:
    # The other five have 800 days: 36 m / (800 + m) exceeds -ln 0.05 = 2.996 from m = 72.6 on.
    assert bool(findings(selection_on_survival, [*LATE[1:], patient("A", early)])) is fires


@pytest.mark.parametrize(("days", "fires"), [(14, False), (15, True)])
def test_two_weeks_without_an_exit_are_nothing(days, fires) -> None:
    found = findings(selection_on_survival, [patient(n, days) for n in "ABCDEF"])
    assert bool(found) is fires  # exp(-6) is 0.002 in both


def test_no_survival_no_selection() -> None:
    assert not findings(selection_on_survival, [patient("A", 0)])


#: Five patients: progression on day 100 and 200, one without progression until day 50, two without until 300 and 400.
def five(*, died_first: bool):
    return [
        patient("A", 500, dead=False, scans=[(100, "PD")]),
        patient("B", 500, dead=False, scans=[(200, "PD")]),
        patient("C", 50, dead=died_first, scans=[(50, "SD")]),
        patient("D", 500, dead=False, scans=[(300, "SD")]),
        patient("E", 500, dead=False, scans=[(400, "SD")]),
    ]


@pytest.mark.by_hand
def test_deaths_before_progression_compete_with_it() -> None:
    found = only(competing_deaths, five(died_first=True))
    assert (found.id, found.severity, found.patients) == ("P05", "stop", ("c",))
    assert dict(found.numbers) == {"patients": "1", "deaths before the event": "1 of 5 (20%)"}
    assert found.sentence == "1 of 5 patients died before progression was seen; 2 had it."
    # After the death on day 50 one of four progresses, then one of three: 4/5 * 1/4, then 3/5 * 1/3 more.
    assert values(found.corrected, "cumulative_incidence") == {
        (183,): pytest.approx(0.2),
        (365,): pytest.approx(0.4),
        (730,): None,
    }
    assert values(found.naive, "one_minus_survival") == {
        (183,): pytest.approx(0.25),
        (365,): pytest.approx(0.5),
        (730,): None,
    }


def test_nothing_competes_where_that_patient_lived() -> None:
    assert not findings(competing_deaths, five(died_first=False))


def test_deaths_without_any_progression_bias_nothing() -> None:
    lived = [patient(p.id, 500, dead=p.id == "C", scans=[(50, "SD")]) for p in five(died_first=True)]
    assert not findings(competing_deaths, lived)


@pytest.mark.parametrize(("n", "fires"), [(9, True), (10, False)])
def test_more_than_a_tenth_must_have_died_first(n, fires) -> None:
    persons = [patient("A", 50, scans=[(40, "SD")]), patient("B", 500, dead=False, scans=[(100, "PD")])]
    persons += [patient(f"C{i}", 500, dead=False, scans=[(400, "SD")]) for i in range(n - 2)]
    assert bool(findings(competing_deaths, persons)) is fires


#: Two deaths; two alive whose last contact was 200 and 300 days before the cut-off, and one seen on that day.
def followed(*, updated: bool = False):
    cutoff = 500
    return [
        patient("A", 100),
        patient("B", 450),
        patient("C", cutoff if updated else cutoff - 200, dead=False),
        patient("D", cutoff - 300, dead=False),
        patient("E", cutoff, dead=False),
    ]


CUTOFF = {"cutoff": date.fromisoformat(day(500))}


@pytest.mark.by_hand
def test_patients_alive_were_last_seen_long_ago() -> None:
    found = only(stale_followup, followed(), CUTOFF)
    assert (found.id, found.severity, found.patients) == ("P23", "warn", ("c", "d"))
    assert dict(found.numbers) == {
        "patients": "2",
        "patients counted as alive": "3",
        "median time since last contact": "6.6 months",  # 0, 200, 300 days
        "common closing date": day(200),
    }
    assert "the cut-off" in found.sentence
    # Everybody is closed on day 200: the death on day 450 is not seen yet.
    assert values(found.naive, "events") == {(): 2}
    assert values(found.corrected, "events") == {(): 1}
    assert values(found.corrected, "n") == {(): 5}


def test_contacts_that_were_updated_are_not_stale() -> None:
    assert not findings(stale_followup, followed(updated=True), CUTOFF)


def test_without_a_declared_cutoff_the_last_date_of_the_data_counts() -> None:
    found = only(stale_followup, followed())
    assert "the last date in the data" in found.sentence


def test_patients_treated_after_the_common_date_are_left_out_by_name() -> None:
    late = patient("F", 100, dead=False, t0=date.fromisoformat(day(400)))
    found = findings(stale_followup, [*followed(), late, patient("G", 190, dead=False)], CUTOFF)
    assert values(found[0].corrected, "n") == {(): 6}
    assert "; 1 patient treated after it is left out." in found[0].remedy


def test_nobody_alive_nobody_stale() -> None:
    assert not findings(stale_followup, [p for p in followed() if p.death], CUTOFF)


@pytest.mark.independent
def test_methods_are_compared_by_both_hazards_where_there_are_enough_events() -> None:
    rng = np.random.default_rng(20260101)
    n = 40
    method = np.repeat(["deb_tace", "y90"], n // 2).tolist()
    ttp = Endpoint.from_arrays(
        rng.integers(20, 900, n), rng.choice([0, 1, 2], n, p=[0.2, 0.5, 0.3]), causes=["progression", "death"],
        keys={"method": method}, name="ttp",
    )  # fmt: skip
    context = replace(context_of(people([patient("A", 100)])), endpoints={"ttp": ttp}, pseudonym=str)
    (found,) = competing_deaths(context)
    ratio = found.corrected.one("hazard_ratio")
    assert ratio.detail == "versus deb_tace, cause-specific"
    assert ratio.value == cox(ttp, "method").one("hazard_ratio").value
    theirs = fine_gray(ttp, "method").one("subdistribution_hazard_ratio")
    assert found.corrected.one("subdistribution_hazard_ratio").value == theirs.value
    assert found.corrected.one("p").value == gray_test(ttp, "method").one("p").value
    assert "Gray's test" in found.remedy
    assert "Fine & Gray" in found.reference
    lesions = replace(ttp, name="ltp")
    (found,) = competing_deaths(replace(context, endpoints={"ltp": lesions}))
    assert {r.statistic for r in found.corrected} >= {"hazard_ratio"}
    assert not {r.statistic for r in found.corrected} & {"p", "subdistribution_hazard_ratio"}
    few = replace(ttp, cause=np.where(np.arange(n) < 24, ttp.cause, 2))
    (found,) = competing_deaths(replace(context, endpoints={"ttp": few}))
    assert {r.statistic for r in found.corrected} == {"cumulative_incidence"}
