"""P29 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.dates import imputed_dates
from tests.clinical.build import Person
from tests.pitfalls.build import day, findings, lesions, only, patient, values

OTHERS = [patient(n, d) for n, d in zip("ABDE", (10, 20, 300, 400), strict=True)]


@pytest.mark.by_hand
def test_a_death_in_march() -> None:
    found = only(imputed_dates, [*OTHERS, Person(id="C", t0=day(0), death="2015-03")])
    assert (found.id, found.severity, found.patients) == ("P29", "info", ("c",))
    assert dict(found.numbers) == {"patients": "1", "decided by a partial date": "1 of 5 (20%)"}
    # The third of five deaths: 15, 1 or 31 March, counted from 1 January.
    assert found.naive.one("median").value == 73
    assert found.corrected.one("median", detail="earliest possible day").value == 59
    assert found.corrected.one("median", detail="latest possible day").value == 89


@pytest.mark.parametrize("death", ["2015-03-15", "2015-03-01"])
def test_a_death_on_a_day_of_march(death) -> None:
    assert not findings(imputed_dates, [*OTHERS, Person(id="C", t0=day(0), death=death)])


@pytest.mark.parametrize(("n", "fires"), [(9, True), (10, False)])
def test_more_than_a_tenth_of_the_times_must_rest_on_one(n, fires) -> None:
    persons = [patient(f"A{i}", 100) for i in range(n - 1)]
    assert bool(findings(imputed_dates, [*persons, Person(id="C", t0=day(0), death="2015-03")])) is fires


@pytest.mark.by_hand
def test_a_death_on_the_day_of_the_first_session_is_kept() -> None:
    found = only(imputed_dates, [*OTHERS, patient("C", 0)])
    assert (found.id, found.severity, found.patients) == ("P29", "info", ("c",))
    assert dict(found.numbers) == {"patients": "1", "events on day 0": "1 of 5 (20%)"}
    assert values(found.naive, "n") == {(): 4}  # as software does that needs times above zero
    assert values(found.naive, "median") == {(): 160}
    assert values(found.corrected, "n") == {(): 5}
    assert values(found.corrected, "median") == {(): 20}


@pytest.mark.parametrize("last", [patient("C", 1), patient("C", 0, dead=False)], ids=["a day later", "censored"])
def test_without_an_event_on_day_0_nothing_is_found(last) -> None:
    assert not findings(imputed_dates, [*OTHERS, last])


def test_lesions_are_told_by_their_patients_and_deaths_compete() -> None:
    persons, tables = lesions(of="AAB")
    scans = ((persons[0].scans[0]), ("2015-04", "SD", None, None), persons[0].scans[2])
    found = findings(imputed_dates, [Person(id="A", t0=day(0), last=day(500), scans=scans), persons[1]], **tables)
    ltp = next(f for f in found if "local" in f.title)
    assert ltp.patients == ("a",)
    assert dict(ltp.numbers)["decided by a partial date"] == "1 of 3 (33%)"
    assert "1 of 3 lesions" in ltp.sentence
    assert {r.statistic for r in ltp.naive} == {"n", "events", "cumulative_incidence"}
