"""P25, P27 and P28 by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glisson.methods.borrowed_prior import BorrowedPrior
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.external import (
    Benchmark,
    Borrowed,
    external_benchmarks,
    prior_data_conflict,
    reconstructed_data,
    widened,
)
from glisson.tables import Endpoint, risk_table
from tests.clinical.build import people
from tests.pitfalls.build import context_of, day, patient

LIKE = Benchmark(
    study="Alike 2015", endpoint="os", statistic="median_months", value=20.0, origin="embolization", line="second",
    histology="lms", n=30,
)  # fmt: skip


def context(*, lines: int = 1, histology: str = "leiomyosarcoma", **given):
    persons = [
        patient(f"A{i}", 100 * i, histology=histology, lines_systemic_before=lines if i > 2 else 1) for i in range(1, 8)
    ]
    systemic = [{"patient_id": f"A{i}", "start_date": day(-200), "regimen": "doxorubicin"} for i in range(1, 8)]
    return replace(context_of(people(persons, systemic_therapy=systemic)), **given)


def test_a_benchmark_of_patients_who_are_alike() -> None:
    assert not external_benchmarks(context(benchmarks=(LIKE,)))
    assert not external_benchmarks(context())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"origin": "randomisation"}, "time from randomisation there, from first liver-directed therapy here"),
        ({"origin": "diagnosis"}, "time from diagnosis there"),
        ({"line": "first"}, "first line there, 7 of 7 (100%) with systemic therapy before here"),
        ({"histology": "mixed_sts"}, "mixed soft tissue sarcoma there, leiomyosarcoma in 7 of 7 (100%) here"),
        ({"subgroup": "radiographic responders"}, "only a group made by its response (radiographic responders)"),
        ({"endpoint": "local_pfs"}, "another endpoint (local pfs)"),
    ],
)
def test_what_differs_is_said(changed, said) -> None:
    (found,) = external_benchmarks(context(benchmarks=(replace(LIKE, **changed), LIKE)))
    assert (found.id, found.severity) == ("P25", "stop")
    assert said in dict(found.numbers)["Alike 2015"]
    assert found.sentence.startswith("1 published number of 1 study ")


@pytest.mark.by_hand
def test_a_median_is_given_again_from_the_same_day_and_in_the_same_line() -> None:
    there = replace(LIKE, origin="randomisation", line="first")
    (found,) = external_benchmarks(context(lines=0, benchmarks=(there,)))
    medians = {r.variable: r.value for r in (*found.naive, *found.corrected) if r.statistic == "median"}
    assert medians == {
        "os (Alike 2015)": pytest.approx(20 * 30.4375),
        "os": 400,
        "os (as in Alike 2015)": 700,  # the five without a line before die on days 300 to 700, 200 after systemic start
    }


def test_what_is_not_stated_is_not_a_difference() -> None:
    silent = replace(LIKE, origin="", line="", histology="")
    assert not external_benchmarks(context(benchmarks=(silent,)))


def test_histology_and_lines_that_are_alike_there_and_not_here() -> None:
    (found,) = external_benchmarks(context(lines=0, histology="GIST", benchmarks=(LIKE,)))
    text = dict(found.numbers)["Alike 2015"]
    assert "second there, 5 of 7 (71%) without systemic therapy before here" in text
    assert "leiomyosarcoma only there, 0 of 7 (0%) here" in text


def test_rates_of_harm_are_a_warning_without_a_contrast() -> None:
    rate = replace(LIKE, endpoint="toxicity:nausea_any_grade", statistic="proportion", value=0.4, line="first")
    (found,) = external_benchmarks(context(benchmarks=(rate,)))
    assert found.severity == "warn"
    assert not len(found.naive) + len(found.corrected)


def curve(kind: str):
    os = Endpoint.from_arrays([100 * i for i in range(1, 11)], [1] * 10, name="os", source_label="Smith 2010")
    return risk_table(replace(os, source_kind=kind))


@pytest.mark.by_hand
def test_a_median_that_was_read_from_a_curve() -> None:
    (found,) = reconstructed_data(context(tables=(curve("reconstructed"),)))
    assert (found.id, found.severity) == ("P27", "info")
    assert "Smith 2010" in found.sentence
    usual, wide = found.naive.one("median"), found.corrected.one("median")
    assert usual.value == wide.value == 550
    assert wide.low <= usual.low < usual.high <= wide.high


def test_observed_counts_need_no_reading_error() -> None:
    assert not reconstructed_data(context(tables=(curve("observed"),)))


def test_a_larger_reading_error_gives_a_wider_interval() -> None:
    rng = np.random.default_rng(3)
    table = risk_table(Endpoint.from_arrays(rng.integers(1, 900, 200), rng.random(200) < 0.8, name="os"))
    rows = [widened(table, click=c).one("median") for c in (0.0001, 0.02, 0.1)]
    assert rows[0].low >= rows[1].low > rows[2].low
    assert rows[0].high <= rows[1].high < rows[2].high
    assert rows[0].low == pytest.approx(kaplan_meier(table).one("median").low, abs=10)


CONTROLS = BorrowedPrior(
    name="AS controls", kind="beta", weights=(0.6648369172642314, 0.3351630827357686),
    first=(16.50955329489178, 3.1331776989736335), second=(50.11245938667696, 8.061541886201868),
)  # fmt: skip


@pytest.mark.by_hand
def test_a_prior_that_the_data_contradict() -> None:
    (found,) = prior_data_conflict(context(priors=(Borrowed(prior=CONTROLS, events=15, size=24, label="response"),)))
    assert (found.id, found.severity) == ("P28", "warn")
    numbers = dict(found.numbers)
    assert numbers["observed"] == "15 of 24"
    assert numbers["weight of the vague part afterwards"] == "0.68"  # exact: 0.6811
    assert found.corrected.one("proportion").value == pytest.approx(0.5788597666736726, abs=1e-9)
    assert found.naive.one("proportion").value < found.corrected.one("proportion").value < 15 / 24


def test_data_that_agree_with_the_prior() -> None:
    assert not prior_data_conflict(context(priors=(Borrowed(prior=CONTROLS, events=6, size=24, label="response"),)))
    assert not prior_data_conflict(context())


def test_rates_in_conflict() -> None:
    prior = BorrowedPrior(name="older series", kind="log_rate", weights=(1.0,), first=(-1.2,), second=(0.2,))
    (found,) = prior_data_conflict(context(priors=(Borrowed(prior=prior, events=20, size=15.0, label="deaths"),)))
    assert "20 in 15.0 person-years were observed" in found.sentence
    assert found.corrected.one("rate").value > found.naive.one("rate").value
