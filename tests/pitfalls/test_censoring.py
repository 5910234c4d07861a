"""P06 by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.pitfalls.censoring import informative_censoring
from tests.pitfalls.build import findings, only, patient, values

FDA = {"endpoints": {"rule_set": "fda_a", "imaging_interval_days": 60}}


def missed(*, died: int):
    """Return five patients with progression on day 120, and one scanned on day 60 who died some time later."""
    persons = [patient(f"B{i}", 400 + i, dead=False, scans=[(60, "SD"), (120, "PD")]) for i in range(5)]
    persons += [patient("C", 400, dead=False, scans=[(60 * k, "SD") for k in range(1, 7)])]
    return [*persons, patient("A", died, scans=[(60, "SD")])]


@pytest.mark.by_hand
def test_a_death_long_after_censoring_says_nothing() -> None:
    # A missed the scans of days 120, 180 and 240 under the rule set and died on day 300: 240 days after censoring.
    assert not findings(informative_censoring, missed(died=300), FDA)


@pytest.mark.by_hand
def test_deaths_within_90_days_of_new_therapy() -> None:
    persons = missed(died=140)
    persons[-1] = replace(persons[-1], systemic=("2015-03-12",))  # day 70: fda_a censors on day 60, death on day 140
    found = only(informative_censoring, persons, FDA)
    assert (found.id, found.severity, found.patients) == ("P06", "warn", ("a",))
    assert dict(found.numbers)["dead soon after"] == "1 of 2 (50%)"
    medians = {r.variable: r.value for r in found.corrected if r.statistic == "median"}
    assert medians["pfs (policy)"] == 120  # A is an event on day 140
    assert medians["pfs (fda_a)"] == 120
    assert medians["pfs (worst case)"] == 120  # 60, 120 x 5, 360
    between = {r.statistic: r.value for r in found.corrected if r.variable == "pfs (between scans)"}
    assert (between["median_earliest"], between["median_latest"]) == (60, 120)  # all five after day 60, by day 120
    assert "2 patients left, too few to model why" in found.remedy
    assert not findings(informative_censoring, persons, {"endpoints": {"rule_set": "policy"}})


def left(tace: list[int], tae: list[int]):
    """Return patients alive when last seen, and one of each method who died."""
    persons = [
        patient(f"{name}{i:02}", d, method=method, dead=False)
        for name, method, days in (("A", "deb_tace", tace), ("B", "tae", tae))
        for i, d in enumerate(days)
    ]
    return [*persons, patient("A99", 500), patient("B99", 500, method="tae")]


@pytest.mark.by_hand
def test_patients_of_one_method_leave_early() -> None:
    early, late = [10 * i for i in range(1, 9)], [600 + 10 * i for i in range(1, 9)]
    found = only(informative_censoring, left(early, late))
    assert found.title == "Informative censoring: overall survival"
    assert "how soon patients leave depends on method" in found.sentence
    assert "median follow-up differs between methods: DEB-TACE 50 days" in found.sentence  # the fifth of nine
    assert "(P < 0.001)" in found.sentence
    medians = {r.variable: r.value for r in found.corrected if r.statistic == "median"}
    # The 9th and 10th of 18 times are deaths at 500. Weighted, 2 of 10 die there, of whom A99 stands for less than 7.
    assert medians == {"os (worst case)": 500, "os (best case)": None, "os (weighted)": None}
    assert "those who stayed stand for those who left and were like them in method;" in found.remedy
    assert values(found.naive, "events") == {(): 2}


def test_patients_of_both_methods_leave_alike() -> None:
    days = [100 * i for i in range(1, 9)]
    assert not findings(informative_censoring, left(days, [d + 5 for d in days]))


def test_nobody_censored_nobody_left() -> None:
    assert not findings(informative_censoring, [patient(f"A{i}", 100 * i) for i in range(1, 8)])
