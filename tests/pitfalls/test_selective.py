"""P30."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessment import Analysis
from glisson.clinical.read import demo_cohort
from glisson.pitfalls.selective import best_of_reporting, log_hash
from tests.pitfalls.build import context_of, findings, only, patient

SCANNED = [patient(f"A{i}", 100 * i, scans=[(50, "SD")]) for i in range(1, 5)]


@pytest.mark.by_hand
def test_every_analysis_is_counted_by_endpoint() -> None:
    log = tuple(Analysis(what=w, estimator="Kaplan-Meier", by=by) for w, by in (
        ("Overall survival", ()), ("Overall survival", ("method",)), ("Overall survival, extrahepatic = none", ()),
        ("Progression-free survival", ()),
    ))  # fmt: skip
    (found,) = best_of_reporting(replace(context_of(demo_cohort()), log=log))
    assert (found.id, found.severity) == ("P30", "info")
    numbers = dict(found.numbers)
    assert (numbers["analyses"], numbers["endpoints"], numbers["groupings"]) == ("4", "2", "method")
    assert numbers["SHA-256 of the list"] == log_hash(log)
    assert [(r.detail, r.value) for r in found.corrected] == [("Overall survival", 3), ("Progression-free survival", 1)]


def test_without_a_log_the_endpoints_count() -> None:
    assert dict(only(best_of_reporting, SCANNED).numbers)["endpoints"] != "1"


def test_a_protocol_says_which_count() -> None:
    assert not findings(best_of_reporting, SCANNED, {"analysis": {"protocol": "NCT00000000, version 2 of 2015-01-01"}})


def test_one_endpoint_is_no_choice() -> None:
    assert not findings(best_of_reporting, [patient(f"A{i}", 100 * i) for i in range(1, 5)])


def test_the_hash_is_that_of_the_list_whatever_its_order() -> None:
    a, b = Analysis(what="a", estimator="x", by=("m",)), Analysis(what="a", estimator="x", by=())
    assert log_hash([a, b]) == log_hash([b, a])
    assert len({log_hash([]), log_hash([a]), log_hash([b]), log_hash([a, b])}) == 4
