"""P27 and P28 where the cohort is set beside published treatments."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from glisson.assessing import external_control
from glisson.assessing.beside import compare
from glisson.assessing.comparison import comparison_result
from glisson.assessing.control_rows import read_rows
from glisson.assessment.comparison import ComparedArm, ComparisonResult, Contrast, PublishedCurve
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.assessment.comparison_control import ControlContrast, ControlResult
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from glisson.evidence import Library, library
from glisson.methods.map_prior import borrowed, power_prior, predicted_rate
from glisson.methods.one_sample import Reference, one_sample_logrank
from glisson.pitfalls.external import prior_data_conflict, reconstructed_data
from glisson.pitfalls.published import conflicts, redrawn_curves
from glisson.pitfalls.published_control import read_controls
from glisson.reporting.letter import comparison_letter
from glisson.reporting.plain import plain
from glisson.tables import Endpoint, Estimate, Estimates
from tests.clinical.build import people
from tests.pitfalls.build import context_of, patient


def _result(error: float, *, points: int = 1, days: int = 160) -> ComparisonResult:
    """Ten people who all die on one day beside a median of 100 days: each goes through days ln 2 / 100."""
    os = Endpoint.from_arrays([days] * 10, [1] * 10, name="os")
    rows = one_sample_logrank(os, Reference.of("Smith 2010", {100: 0.5}, log_error=error), variance="mean")
    curve = PublishedCurve(points=points, last=100.0, until=200.0, log_error=error)
    contrast = Contrast(code="os", label="Overall survival", published="", url="", estimates=rows, curve=curve)
    arm = ComparedArm(study="smith2010", arm="x", label="Smith 2010", treatment="x", line="any", here=10, there=30,
                      url="", differences=(), contrasts=(contrast,))  # fmt: skip
    return ComparisonResult(arms=(arm,), level=0.95)


@pytest.mark.by_hand
def test_the_exact_curve_stands_beside_the_one_with_its_error() -> None:
    (found,) = redrawn_curves(_result(0.3))
    expected = 10 * 160 * math.log(2) / 100  # 11.09
    assert (found.id, found.severity) == ("P27", "info")
    numbers = dict(found.numbers)
    assert numbers["through a median alone"] == "1 of 1"
    assert numbers["used beyond the last published point"] == "1 of 1"
    naive, own = found.naive.one("rate_ratio"), found.corrected.one("rate_ratio")
    assert naive.value == own.value == pytest.approx(10 / expected)
    assert naive.low == pytest.approx(4.795389 / expected, rel=1e-6)  # exact limits of ten events
    assert naive.high == pytest.approx(18.390356 / expected, rel=1e-6)
    below = math.hypot(math.log(4.795389 / 10), 1.959964 * 0.3)
    assert own.low == pytest.approx(10 / expected * math.exp(-below), rel=1e-6)
    z = (expected - 10) / math.sqrt((expected + 10) / 2)
    assert found.naive.one("p").value == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-9)
    assert found.naive.one("p").value < found.corrected.one("p").value


def test_a_conclusion_that_only_an_exact_curve_gives_is_a_warning() -> None:
    late = _result(0.4, days=320)  # 22 expected
    assert late.arms[0].contrasts[0].estimates.one("rate_ratio").high > 1
    (found,) = redrawn_curves(late)
    assert found.severity == "warn"
    assert "overall survival beside Smith 2010" in found.sentence
    assert found.naive.one("rate_ratio").high < 1
    (sure,) = redrawn_curves(_result(0.01, days=320))
    assert sure.severity == "info"


def test_a_curve_whose_error_nobody_knows_is_a_warning() -> None:
    (found,) = redrawn_curves(_result(0.0))
    assert found.severity == "warn"
    assert "neither an interval nor a number of patients" in found.sentence
    assert dict(found.numbers)["standard errors of the log hazard"] == "not known"


def test_several_points_are_no_median_alone() -> None:
    (found,) = redrawn_curves(_result(0.3, points=3))
    assert dict(found.numbers)["through a median alone"] == "0 of 1"


def _borrowing(rate: float, events: int = 30, years: float = 10.0) -> ComparisonResult:
    prior = predicted_rate([rate, rate], [0.1, 0.1], name="published arms of the same line")
    rows = borrowed(prior, events, years, variable="Overall survival")
    rows += power_prior(events, years, 200.0, 200.0 / rate, kind="rate", variable="Overall survival")
    one = Borrowing(line="later", code="os", label="Overall survival", sources=("drug (Smith 2010)",), n=20,
                    events=events, years=years, until=500.0, estimates=rows)  # fmt: skip
    return ComparisonResult(arms=(), level=0.95, borrowing=(one,))


def test_borrowed_hazards_that_the_cohort_contradicts() -> None:
    (found,) = conflicts(_borrowing(0.5))  # six times as many as borrowed
    assert (found.id, found.severity) == ("P28", "warn")
    assert "drug (Smith 2010)" in found.sentence
    assert dict(found.numbers)["observed"] == "30 events in 10.0 person-years"
    whole = found.naive.one("rate").value
    mixed, alone = (e.value for e in found.corrected.select("rate"))
    assert whole < mixed < alone
    assert whole == pytest.approx((0.5 + 200 + 30) / (400 + 10))  # Jeffreys, everything pooled


def test_borrowed_hazards_that_agree() -> None:
    assert not conflicts(_borrowing(3.0))
    refused = replace(_borrowing(0.5).borrowing[0], refused="Nobody was at risk.")
    assert not conflicts(ComparisonResult(arms=(), level=0.95, borrowing=(refused,)))


def test_nothing_is_found_without_a_comparison() -> None:
    context = context_of(people([patient(f"A{i}", 100 * i) for i in range(1, 8)]))
    assert not reconstructed_data(context)
    assert not prior_data_conflict(context)
    silent = replace(context, comparison=ComparisonResult(arms=(), level=0.95, refused="Nothing to compare with."))
    assert not reconstructed_data(silent)
    assert not prior_data_conflict(silent)


@pytest.fixture(scope="module")
def beside() -> ComparisonResult:
    return comparison_result(demo_cohort(), harms=False)


def test_the_comparison_of_a_cohort_reaches_both_detectors(beside) -> None:
    context = context_of(people([patient(f"A{i}", 100 * i) for i in range(1, 8)]))
    (found,) = reconstructed_data(replace(context, comparison=beside))
    given = [c for a in beside.arms for c in a.contrasts if not c.refused]
    assert dict(found.numbers)["comparisons"] == str(len(given))
    assert [e.value for e in found.corrected.select("rate_ratio")] == [
        c.estimates.one("rate_ratio").value for c in given
    ]
    assert all(c.curve is not None and c.curve.until >= c.curve.last for c in given)
    planted = replace(beside, borrowing=_borrowing(0.5).borrowing)
    assert [f.id for f in prior_data_conflict(replace(context, comparison=planted))] == ["P28"]


def test_no_comparison_is_made_for_other_diseases() -> None:
    cohort = demo_cohort()
    patients = cohort.table("patient").with_columns(pl.lit("hepatocellular carcinoma").alias("histology"))
    other = replace(cohort, tables={**cohort.tables, "patient": patients})
    assert not redrawn_curves(comparison_result(other, harms=False))


def test_harms_can_be_left_out(beside) -> None:
    assert beside.safety is None
    assert np.all([len(b.estimates) or b.refused for b in beside.borrowing])


def _control(low: float, high: float, **given) -> ControlResult:
    row = Estimate(variable="os", statistic="rmst_difference", value=(low + high) / 2, low=low, high=high, level=0.95,
                   unit="day", at=1000, n=40, events=30, detail="crude", method="resamples")  # fmt: skip
    given = {"reconstructed": True} | given
    one = ControlContrast(code="os", label="Overall survival", estimates=Estimates((row,)), **given)
    return ControlResult(
        name="control.csv", here=20, there=20, differences=(), contrasts=(one,), level=0.95, seed=1
    )  # fmt: skip


@pytest.mark.by_hand
def test_a_control_that_was_read_from_a_curve() -> None:
    (found,) = read_controls(_control(20, 90))
    assert (found.id, found.severity) == ("P27", "info")
    row = found.corrected.one("rmst_difference")
    assert (row.low, row.high) == (15, 95)  # 0.005 of 1000 days on either side
    assert found.naive.one("rmst_difference").low == 20
    (near,) = read_controls(_control(3, 90))
    assert near.severity == "warn"
    assert "do the limits exclude 0" in near.sentence


def test_a_control_of_patients_needs_no_reading_error() -> None:
    assert not read_controls(None)
    assert not read_controls(_control(3, 90, reconstructed=False))
    assert not read_controls(_control(3, 90, refused="Fewer than 5 events in control."))


def test_the_file_of_a_control_says_where_its_rows_come_from(tmp_path) -> None:
    path = tmp_path / "control.csv"

    def kind(column: str, value: str) -> str:
        path.write_text(f"time_days,event,endpoint,origin{column}\n10,1,os,first_ldt{value}\n", encoding="utf-8")
        return read_rows(path)["os"].data.source_kind

    assert kind(",source", ",reconstructed") == "reconstructed"
    assert kind(",source", ",observed") == kind(",source", ",") == kind("", "") != "reconstructed"
    with pytest.raises(InputError, match="source guessed"):
        kind(",source", ",guessed")


def test_a_read_control_reaches_the_letter_of_the_comparison(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(external_control, "RESAMPLES", 12)
    path = tmp_path / "control.csv"
    rows = "\n".join(f"{40 * i},1,os,first_ldt,reconstructed" for i in range(1, 13))
    path.write_text(f"time_days,event,endpoint,origin,source\n{rows}\n", encoding="utf-8")
    empty = Library(arms=library().arms, numbers=())
    done = compare(demo_cohort(), ["judson2014:doxorubicin"], source=empty, control=path)
    assert [f.title for f in done.findings] == ["Reconstructed data: overall survival of the control"]
    assert "The overall survival of control.csv was read from a printed curve" in " ".join(
        plain(comparison_letter(done)).split()
    )
