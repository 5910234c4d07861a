"""Between which scans patients progressed, by hand."""

from __future__ import annotations

import math

import pytest

from glisson.clinical.derive import endpoint
from glisson.clinical.interval_times import interval_times, scan_gaps
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from tests.clinical.build import people
from tests.pitfalls.build import patient

COHORT = [
    patient("A", 500, dead=False, scans=[(60, "SD"), (120, "NE"), (180, "PD"), (240, "PD")]),
    patient("B", 500, dead=False, scans=[(70, "PD")]),
    patient("C", 90, scans=[(60, "SD")]),
    patient("D", 500, dead=False, scans=[(60, "SD"), (130, "PR")]),
    patient("E", 500, dead=False),
    patient("F", 200, scans=[(80, "SD"), (150, "PD")]),
]


@pytest.mark.by_hand
def test_six_patients() -> None:
    """Progression between scans, before the first one, death, no event twice, progression before death."""
    times = interval_times(people(COHORT))
    found = {u: (a, b) for u, a, b in zip(times.unit, times.left, times.right, strict=True)}
    assert found == {
        "A": (60, 180),  # the scan that could not be judged shows nothing
        "B": (0, 70),
        "C": (90, 90),
        "D": (130, math.inf),
        "E": (0, math.inf),
        "F": (80, 150),
    }
    assert times.provenance[0].startswith("progression @ assessment row")
    assert times.provenance[2].startswith("death @ patient row")
    assert times.keys["method"].levels == ("deb_tace",)


@pytest.mark.by_hand
def test_gaps_between_scans_end_with_the_endpoint() -> None:
    gaps = scan_gaps(people(COHORT))
    assert gaps.rows() == [
        ("A", 60), ("A", 60), ("A", 60), ("B", 70), ("C", 60), ("D", 60), ("D", 70), ("F", 80), ("F", 70)
    ]  # fmt: skip


def test_it_is_the_usual_endpoint_seen_between_scans() -> None:
    cohort = demo_cohort()
    for code in ("pfs", "liver_pfs"):
        times, usual = interval_times(cohort, code), endpoint(cohort, code)
        assert times.unit.tolist() == usual.unit.tolist()
        assert [
            r if math.isfinite(r) else a for a, r in zip(times.left, times.right, strict=True)
        ] == usual.exit.tolist()
        assert [math.isfinite(r) for r in times.right] == (usual.cause > 0).tolist()
        assert (times.left <= times.right).all()


def test_clinical_progression_is_an_event_on_its_day() -> None:
    rows = [
        {"assessment_id": "A-A1", "patient_id": "A", "date": "2015-03-02", "overall_resp": "SD"},
        {"assessment_id": "A-C", "patient_id": "A", "date": "2015-04-01", "clinical_pd": True},
    ]
    study = {"endpoints": {"clinical_progression_is_event": True}}
    times = interval_times(people([patient("A", 500, dead=False)], study, assessment=rows))
    assert (times.left.tolist(), times.right.tolist()) == ([90], [90])


def test_without_scans_there_is_nothing_to_lie_between() -> None:
    dated = [patient("A", 300, progression_date="2015-03-01")]
    with pytest.raises(InputError, match="not recorded one by one"):
        interval_times(people(dated))
    with pytest.raises(InputError, match="expected one of pfs, liver_pfs"):
        interval_times(people(COHORT), "os")
