"""P14 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.imaging import Gaps, _overlap, imaging_intervals
from tests.pitfalls.build import findings, only, patient, values


def scanned(tace: int, y90: int, n: int = 3, times: int = 3):
    """Return n patients of each of two methods, scanned every so many days, progressing on the last scan."""
    return [
        patient(
            f"{arm}{i}", 900, dead=False, method=method,
            scans=[(step * k, "PD" if k == times else "SD") for k in range(1, times + 1)],
        )
        for arm, method, step in (("A", "deb_tace", tace), ("B", "y90_glass", y90))
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.by_hand
def test_scans_every_two_and_every_three_months() -> None:
    found = only(imaging_intervals, scanned(60, 90))
    assert (found.id, found.severity, found.patients) == ("P14", "warn", ())
    assert found.numbers == (
        ("patients", "6"),
        ("median days between scans, DEB-TACE", "60 days (60 to 60)"),
        ("median days between scans, Y-90 radioembolization", "90 days (90 to 90)"),
        ("largest ratio of medians", "1.50"),
        ("shared part of the interquartile ranges", "0%"),
    )
    assert found.sentence.startswith("Scans were a median of 60 days apart after DEB-TACE and of 90 days after Y-90")
    # Dated by the scan, all progress on day 180 and 270; between scans, after day 120 and 180.
    assert values(found.naive, "median") == {("deb_tace",): 180, ("y90",): 270}
    assert values(found.corrected, "median_earliest") == {("deb_tace",): 120, ("y90",): 180}
    assert values(found.corrected, "median_latest") == {("deb_tace",): 180, ("y90",): 270}


@pytest.mark.parametrize(("tace", "y90", "fires"), [(60, 60, False), (100, 125, True), (100, 126, True)])
def test_like_schedules_are_nothing(tace, y90, fires) -> None:
    # 100 and 125 are not more than 1.25 apart, but share no part of their interquartile ranges.
    assert bool(findings(imaging_intervals, scanned(tace, y90))) is fires


@pytest.mark.by_hand
def test_the_clean_twin_is_scanned_alike() -> None:
    """The same irregular gaps in both methods."""
    days = [(50, "SD"), (110, "SD"), (180, "SD"), (230, "PD")]
    persons = [
        patient(f"{m[0]}{i}", 900, dead=False, method=m, scans=days)
        for m in ("deb_tace", "y90_glass")
        for i in range(3)
    ]  # fmt: skip
    assert not findings(imaging_intervals, persons)


def test_gaps_after_progression_do_not_count() -> None:
    """After progression the patients of one method were scanned twice a year."""
    persons = scanned(60, 60)
    late = [
        patient(p.id, 900, dead=False, method=p.method,
                scans=[*[(60 * k, "PD" if k == 3 else "SD") for k in (1, 2, 3)], (360, "PD"), (540, "PD")])
        for p in persons[3:]
    ]  # fmt: skip
    assert not findings(imaging_intervals, [*persons[:3], *late])


@pytest.mark.parametrize(("n", "times", "fires"), [(1, 6, False), (2, 2, False), (2, 3, True)])
def test_few_gaps_or_one_patient_say_nothing(n, times, fires) -> None:
    assert bool(findings(imaging_intervals, scanned(60, 120, n, times))) is fires


def test_without_scans_nothing_is_found() -> None:
    persons = [patient("A", 100), patient("B", 200, method="y90_glass")]
    assert not findings(imaging_intervals, persons)
    dated = [
        patient(n, 300, method=m, progression_date="2015-03-01") for n, m in (("A", "deb_tace"), ("B", "y90_glass"))
    ]
    assert not findings(imaging_intervals, dated)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("other", "share"),
    [((10, 15, 20), 1.0), ((15, 20, 25), 0.5), ((20, 25, 30), 0.0), ((12, 12, 12), 1.0), ((9, 9, 9), 0.0)],
)  # fmt: skip
def test_overlap_of_quartiles(other, share) -> None:
    assert _overlap(Gaps(10, 15, 20), Gaps(*other)) == share
