"""P24 by hand."""

from __future__ import annotations

from datetime import date

import pytest

from glisson.pitfalls.calendar import calendar_drift
from tests.pitfalls.build import findings, only, patient, values


def treated(late_method: str, *, better: int):
    """Return twelve patients, one a year; the later half by one method, each living longer than the one before."""
    return [
        patient(f"A{i:02}", 100 + better * i + (7 * i) % 5, t0=date(2000 + i, 3, 1),
                method="deb_tace" if i < 6 else late_method)
        for i in range(12)
    ]  # fmt: skip


@pytest.mark.by_hand
def test_a_method_of_the_later_years_and_survival_that_improves() -> None:
    found = only(calendar_drift, treated("tae", better=40))
    assert (found.id, found.severity) == ("P24", "info")
    numbers = dict(found.numbers)
    # Ranks 1..12 against six zeros and six ones: covariance 3, standard deviations sqrt(143/12) and 1/2 (of ranks 3).
    assert numbers["rank correlation of DEB-TACE with the calendar"] == "-0.87"
    assert numbers["years of accrual"] == "11.0"
    crude, adjusted = (values(e, "hazard_ratio")[("tae",)] for e in (found.naive, found.corrected))
    assert crude < 0.2  # nobody of the later method died before the sixth of the earlier
    assert adjusted > crude  # the year explains it


def test_survival_that_does_not_change() -> None:
    assert not findings(calendar_drift, treated("tae", better=0))


def test_methods_that_do_not_change() -> None:
    persons = treated("deb_tace", better=40)
    mixed = [patient(p.id, 100 + 40 * i, t0=date(2000 + i, 3, 1), method="tae" if i % 2 else "deb_tace")
             for i, p in enumerate(persons)]  # fmt: skip
    assert not findings(calendar_drift, mixed)
    assert not findings(calendar_drift, persons)
