"""P11 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.hazards import nonproportional_hazards
from tests.pitfalls.build import findings, only, patient, values


def arms(tace: list[int], tae: list[int], *, alive: tuple[int, ...] = ()):
    return [
        patient(f"{name}{i:02}", d, method=method, dead=d not in alive)
        for name, method, days in (("A", "deb_tace", tace), ("B", "tae", tae))
        for i, d in enumerate(days)
    ]


#: One method kills early and then nobody, the other slowly.
EARLY = [10, 20, 30, 40, 50, 60, 1000, 1010, 1020, 1030, 1040, 1050]
SLOW = [300, 350, 400, 450, 500, 550, 600, 620, 640, 660, 680, 700]


@pytest.mark.by_hand
def test_curves_that_cross() -> None:
    found = only(nonproportional_hazards, arms(EARLY, SLOW))
    assert (found.id, found.severity) == ("P11", "warn")
    assert dict(found.numbers)["events"] == "24"
    assert dict(found.numbers)["pairs of methods that cross"] == "1"
    assert found.sentence.startswith("The curves of DEB-TACE and ")
    # All dead by day 1050: mean of TAE 6450/12 = 537.5, of DEB-TACE (210 + 6150)/12 = 530.
    assert values(found.corrected, "rmst_difference") == {("tae", 1050): pytest.approx(7.5)}
    assert list(values(found.naive, "hazard_ratio")) == [("tae",)]


def test_one_curve_always_above_the_other() -> None:
    better = [round(1.7 * d) for d in SLOW]
    assert not findings(nonproportional_hazards, arms(SLOW, better))


def test_few_events_prove_nothing() -> None:
    found = only(nonproportional_hazards, arms(SLOW[:6], [d + 3 for d in SLOW[:6]]))
    assert found.severity == "info"
    assert "With 12 events the test of proportional hazards has little power, and its silence" in found.sentence


@pytest.mark.parametrize(
    "persons", [arms([100, 200], []), arms([100], [200]), arms([100, 200], [300, 300], alive=(300,))]
)
def test_nothing_to_compare(persons) -> None:
    assert not findings(nonproportional_hazards, persons)
