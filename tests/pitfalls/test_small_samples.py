"""P08, P12, P19 and P20 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.small_samples import events_per_parameter, immature_curves, separation, tiny_groups
from tests.pitfalls.build import findings, only, patient, values

YEAR = 365.25


def two_by_two(n: int):
    """Return n patients who all die, in two methods and with extrahepatic disease or without: two parameters."""
    return [
        patient(f"A{i:02}", 10 * (i + 1), method=("deb_tace", "y90_glass")[i % 2],
                extrahepatic_t0=("none", "present")[i // 2 % 2])
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("n", "ratio", "severity"), [(8, "4.0", "stop"), (9, "4.5", "stop"), (10, "5.0", "warn"), (19, "9.5", "warn")]
)
def test_too_few_events_for_the_usual_adjustment(n, ratio, severity) -> None:
    found = only(events_per_parameter, two_by_two(n))
    assert (found.id, found.severity) == ("P08", severity)
    assert dict(found.numbers) == {
        "patients": str(n),
        "Overall survival": f"{n} events / 2 parameters = {ratio}",
        "variables in Table 1": "1",
    }
    assert found.sentence.startswith(f"A model with method and extrahepatic disease would have {ratio} events")
    assert {r.group[0][0] for r in found.corrected} == {"method", "extrahepatic"}  # one variable at a time
    usual, firth = found.naive.select("hazard_ratio"), found.corrected.select("hazard_ratio")
    assert [r.group for r in usual] == [r.group for r in firth]
    assert len(firth) == 2
    assert {("Firth" in r.method, "profile" in r.method) for r in firth} == {(True, True)}
    assert {("Firth" in r.method, "Wald" in r.method) for r in usual} == {(False, True)}


def test_ten_events_a_parameter_are_enough() -> None:
    assert not findings(events_per_parameter, two_by_two(20))


def test_without_a_second_level_there_is_no_parameter() -> None:
    assert not findings(events_per_parameter, [patient(n, 100) for n in "AB"])


def test_one_variable_is_named_alone_and_the_worst_endpoint_beside_the_first() -> None:
    persons = [
        patient(f"A{i}", 100 + i, method=("tae", "hai")[i % 2], scans=[(50, "SD")], dead=i > 0) for i in range(8)
    ]
    persons[0] = patient("A0", 300, method="tae", scans=[(50, "PD")], dead=False)
    found = only(events_per_parameter, persons)
    assert "A model with method would have 7.0 events a parameter for overall survival" in found.sentence
    assert "and 1.0 for time to progression" in found.sentence
    assert found.severity == "stop"


#: DEB-TACE: deaths on day 100 and 300, one alive on 200.
TACE = [patient("A", 100), patient("B", 200, dead=False), patient("C", 300)]


@pytest.mark.by_hand
def test_nobody_in_a_group_died() -> None:
    found = only(separation, [*TACE, *(patient(n, d, dead=False, method="tae") for n, d in (("D", 150), ("E", 250)))])
    assert (found.id, found.severity, found.patients) == ("P12", "stop", ("d", "e"))
    assert found.numbers == (("patients", "2"), ("Overall survival, Bland embolization", "0 of 2: no events"))
    assert values(found.corrected, "proportion") == {("tae",): 0}
    assert values(found.corrected, "upper_bound") == {("tae",): pytest.approx(1 - 0.05**0.5)}
    rate = found.corrected.one("rate")
    assert (rate.value, rate.high) == pytest.approx((0, 3.6888794541 / (400 / YEAR)))  # -ln 0.025 events
    # Two deaths against none: the likelihood grows as the ratio goes to 0, unless it is penalised.
    usual, firth = found.naive.one("hazard_ratio"), found.corrected.one("hazard_ratio")
    assert (usual.value, usual.reason) == (None, "not estimable (the ratio grows without end)")
    assert firth.low < firth.value < 1
    assert {r.detail for r in found.corrected} == {"overall survival", "versus deb_tace, overall survival"}


@pytest.mark.by_hand
def test_everybody_in_a_group_died() -> None:
    found = only(separation, [*TACE, patient("D", 150, method="tae"), patient("E", 250, method="tae")])
    assert found.numbers == (("patients", "2"), ("Overall survival, Bland embolization", "2 of 2: only events"))
    assert found.corrected.one("proportion").low == pytest.approx(0.025**0.5)


def other(first: int):
    return [patient("D", first, method="tae"), patient("E", 400, method="tae"),
            patient("F", 500, dead=False, method="tae")]  # fmt: skip


@pytest.mark.by_hand
def test_all_deaths_of_one_group_come_before_those_of_the_other() -> None:
    found = only(separation, [*TACE, *other(350)])
    why = "2 of 3: events only before or after those of the others"
    assert found.numbers == (
        ("patients", "6"),
        ("Overall survival, DEB-TACE", why),
        ("Overall survival, Bland embolization", why),
    )


def test_deaths_that_take_turns_separate_nothing() -> None:
    assert not findings(separation, [*TACE, *other(150)])


def test_one_method_and_no_deaths_at_all_separate_nothing() -> None:
    assert not findings(separation, [patient("A", 100), patient("B", 200)])
    assert not findings(separation, [patient("A", 100, dead=False), patient("B", 200, dead=False, method="tae")])


def sized(n: int, events: int):
    """Return ten patients of DEB-TACE who died, and n of bland embolization of whom some did."""
    first = [patient(f"A{i}", 100 + i) for i in range(10)]
    return first + [patient(f"B{i}", 73 * (i + 1), method="tae", dead=i < events) for i in range(n)]


@pytest.mark.by_hand
@pytest.mark.parametrize(("n", "events"), [(9, 5), (10, 4)])
def test_a_group_of_nine_or_with_four_events_is_tiny(n, events) -> None:
    found = only(tiny_groups, sized(n, events))
    assert (found.id, found.severity, len(found.patients)) == ("P19", "info", n)
    assert found.numbers == (("patients", str(n)), ("Bland embolization", f"n = {n}, {events} events"))
    assert "1 of 2 methods has fewer than 10 patients or fewer than 5 events" in found.sentence
    days = 73 * n * (n + 1) / 2
    assert values(found.corrected, "rate")["tae",] == pytest.approx(events / (days / YEAR))


def test_ten_patients_with_five_events_are_not_tiny() -> None:
    assert not findings(tiny_groups, sized(10, 5))


def test_how_few_events_are_few_is_a_setting() -> None:
    found = only(tiny_groups, sized(10, 5), {"analysis": {"minimum_events": 6}})
    assert "fewer than 6 events" in found.sentence


#: Twenty deaths, one every ten days: five are at risk until day 160, half are alive on day 100.
MATURE = [patient(f"A{i:02}", 10 * i) for i in range(1, 21)]
AT_3 = {"analysis": {"times_months": [3]}}


def test_a_mature_curve_read_in_its_supported_part() -> None:
    assert not findings(immature_curves, MATURE, AT_3)


@pytest.mark.by_hand
def test_an_estimate_read_where_four_are_left() -> None:
    found = only(immature_curves, MATURE, {"analysis": {"times_months": [3, 6]}})
    assert (found.id, found.severity) == ("P20", "warn")
    assert found.sentence == (
        "For overall survival, the estimate at 6 months is read where fewer than 5 patients are at risk."
    )
    assert dict(found.numbers) == {
        "patients": "20",
        "events": "20",
        "at least 5 at risk until": "5.3 months",
        "last observation": "6.6 months",
    }
    assert found.naive.one("survival", at=183).value == pytest.approx(0.1)
    # Ten days each of 20/20, 19/20 ... 5/20.
    assert (found.corrected.one("rmst").value, found.corrected.one("rmst").at) == (pytest.approx(100), 160)


@pytest.mark.by_hand
def test_too_few_events_and_no_median() -> None:
    persons = [patient(f"A{i:02}", 10 * i, dead=i < 10) for i in range(1, 21)]
    found = only(immature_curves, persons, AT_3)
    assert found.sentence == (
        "For overall survival, the curve does not fall below one half, so there is no median; there are only 9 events."
    )
    assert found.naive.one("median").reason == "not reached"
    assert not findings(immature_curves, [*persons[:9], *MATURE[9:]], AT_3)


@pytest.mark.by_hand
def test_of_a_hundred_patients_ten_must_be_at_risk() -> None:
    persons = [patient(f"C{i:02}", 5, dead=False) for i in range(88)] + MATURE[:12]
    found = only(immature_curves, persons, {"analysis": {"times_months": [0.5]}})
    # Twelve are left: ten of them until day 30; the sixth dies on day 60, the seventh on day 70.
    assert found.naive.one("median").value == 65
    assert dict(found.numbers)["at least 10 at risk until"] == "30 days"
    assert "the median is read where fewer than 10 patients are at risk" in found.sentence


def test_four_patients_never_support_a_curve() -> None:
    found = only(immature_curves, MATURE[:4], AT_3)
    assert dict(found.numbers)["at least 5 at risk until"] == "never"
    assert len(found.corrected) == 0
    assert "No part of it is supported." in found.remedy
