"""Numbers that do not fit together are found; numbers of real patients, rounded, are never called impossible."""

from __future__ import annotations

import itertools
import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glisson as gl
from glisson.errors import InputError
from glisson.evidence import check, library
from glisson.evidence.check_counts import total_bounds
from glisson.evidence.check_intervals import narrowest_share
from glisson.evidence.consistency import RULES
from glisson.evidence.finding import SURE, TITLES
from glisson.evidence.printed import Printed
from tests.evidence.papers import curve, paper, rounded, share
from tests.validation.goldens import golden


def ids(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f.id, f.sure) for f in check(rows)]


# -- the library ---------------------------------------------------------------------------------------------------


def test_the_known_contradictions_of_the_library_are_found_and_explained():
    found = {(f.study_id, f.id): f for f in check(library())}
    rajan = found["rajan2001", "C04"]
    assert rajan.sure == "certain"
    assert "the median is 20 months, so at most half can be left at 24 months, where 54%" in rajan.sentence
    assert "It would fit the rates counted from first liver-directed treatment" in rajan.sentence
    ablation = found["mda_ablation2024", "C03"]
    assert (ablation.sure, "89 or more" in ablation.sentence) == ("certain", True)
    chapiro = found["chapiro2015", "C07"]
    assert (chapiro.sure, "of 25 of 30 patients" in chapiro.sentence) == ("note", True)
    assert "37% if none of the others had it and 53% if all had" in chapiro.sentence
    geddis = found["seddon2017_geddis", "C02"]
    assert (geddis.sure, geddis.arm_id, "add up to 129 of 128 patients" in geddis.sentence) == (
        "certain", "gem_doc", True,
    )  # fmt: skip


def test_best_responses_without_those_not_evaluable_are_only_noted():
    shelf = library()
    rows: list[Any] = [
        n.model_dump()
        for n in shelf.select(study_id="seddon2017_geddis")
        if n.arm_id == "gem_doc" and n.endpoint != "not_evaluable"
    ]
    found = [f for f in check(rows) if f.id == "C02"]
    assert [(f.sure, "103 of 128" in f.sentence) for f in found] == [("note", True)]
    whole = [f for f in check(shelf.where(study_id="=seddon2017_geddis")) if f.arm_id == "doxorubicin"]
    assert [f for f in whole if f.id == "C02"] == []  # 2 + 23 + 60 + 25 + 19 = 129 of 129


def test_every_finding_of_the_library_was_looked_at():
    # A new one must be looked at too, and docs/methods/consistency.md names their number.
    found = check(library())
    assert sorted((f.study_id, f.arm_id, f.id, f.sure) for f in found) == [
        ("chapiro2015", "all", "C07", "note"),
        ("demetri2016", "dacarbazine", "C07", "note"),
        ("demetri2016", "trabectedin", "C07", "note"),
        ("maluccio2006", "all", "C07", "note"),
        ("marudanayagam", "all", "C01", "certain"),
        ("mda_ablation2024", "all", "C03", "certain"),
        ("rajan2001", "all", "C04", "certain"),
        ("seddon2017_geddis", "gem_doc", "C02", "certain"),
        ("tap2016_jgdg", "doxorubicin", "C07", "note"),
        ("tap2016_jgdg", "doxorubicin_olaratumab", "C07", "note"),
        ("vandergraaf2012_palette", "pazopanib", "C07", "note"),
        ("varela2007", "deb_tace", "C01", "note"),
    ]
    assert all(f.id in TITLES and f.sure in SURE and f.sentence.endswith(".") and f.numbers for f in found)


# -- by hand: what must be found, and its clean twin ---------------------------------------------------------------

MEDIAN = {"endpoint": "os", "statistic": "median_months", "value": "20"}
RATE = {"endpoint": "os", "statistic": "rate_at_12m", "value": "0.50", "n": 25}
CR_PR = (share("complete_response", "0.20", n=10), share("partial_response", "0.30", n=10))
HR = {"endpoint": "os", "statistic": "hazard_ratio", "value": "0.50", "ci_low": "0.25", "ci_high": "1.00"}


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("wrong", "right", "rule", "sure"),
    [
        ([share("orr", "0.54", n=36)], [share("orr", "0.54", n=35)], "C01", "certain"),
        ([share("orr", "0.48", n=25, events=11)], [share("orr", "0.48", n=25, events=12)], "C01", "certain"),
        ([share("orr", "0.666", n=27)], [share("orr", "0.667", n=27)], "C01", "note"),
        ([share("baseline:lms", "0.30", n=20, n_patients=20, n_lms=7)],
         [share("baseline:lms", "0.35", n=20, n_patients=20, n_lms=7)], "C01", "certain"),
        ([share("complete_response", "0.10", n=10), share("partial_response", "0.40", n=10),
          share("stable_disease", "0.40", n=10), share("progressive_disease", "0.20", n=10)],
         [share("complete_response", "0.10", n=10), share("partial_response", "0.40", n=10),
          share("stable_disease", "0.40", n=10), share("progressive_disease", "0.10", n=10)], "C02", "certain"),
        ([share("stable_disease", "0.60"), share("progressive_disease", "0.45")],
         [share("stable_disease", "0.60"), share("progressive_disease", "0.40")], "C02", "certain"),
        ([share("orr", "0.40", n=10), *CR_PR],
         [share("orr", "0.50", n=10), *CR_PR],
         "C02", "certain"),
        ([share("orr", "0.50", n=10), share("dcr", "0.40", n=10)],
         [share("orr", "0.50", n=10), share("dcr", "0.50", n=10)], "C02", "certain"),
        ([MEDIAN, {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.54"}],
         [MEDIAN, {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.50"}], "C04", "certain"),
        ([MEDIAN, {"endpoint": "os", "statistic": "rate_at_12m", "value": "0.45"}],
         [MEDIAN, {"endpoint": "os", "statistic": "rate_at_12m", "value": "0.50"}], "C04", "certain"),
        ([{"endpoint": "os", "statistic": "rate_at_12m", "value": "0.45"},
          {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.47"}],
         [{"endpoint": "os", "statistic": "rate_at_12m", "value": "0.47"},
          {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.47"}], "C04", "certain"),
        ([MEDIAN, MEDIAN | {"endpoint": "pfs", "value": "22"}],
         [MEDIAN, MEDIAN | {"endpoint": "pfs", "value": "20"}], "C04", "note"),
        ([MEDIAN | {"ci_low": "22", "ci_high": "30"}], [MEDIAN | {"ci_low": "21", "ci_high": "30"}], "C05", "certain"),
        ([share("orr", "0.50", n=20, ci_low="0.40", ci_high="0.60")],
         [share("orr", "0.50", n=20, ci_low="0.27", ci_high="0.73")], "C05", "likely"),
        ([RATE | {"ci_low": "0.41", "ci_high": "0.60"}],
         [RATE | {"ci_low": "0.31", "ci_high": "0.68"}],
         "C05", "likely"),
        ([HR | {"ci_low": "0.40", "ci_high": "0.63", "events": 40}], [HR | {"events": 40}], "C05", "likely"),
        ([HR | {"ci_high": "1.40"}], [HR], "C05", "likely"),
        ([HR | {"p_value": "0.001"}], [HR | {"p_value": "0.05"}], "C06", "likely"),
        ([HR | {"ci_low": "0.26", "ci_high": "0.96", "p_value": "0.06"}],
         [HR | {"ci_low": "0.26", "ci_high": "0.96", "p_value": "0.04"}], "C06", "note"),
        ([share("orr", "0.44", n=25, events=11, n_patients=30)], [share("orr", "0.44", n=25, events=11, n_patients=25)],
         "C07", "note"),
        ([share("toxicity:fatigue", "0.65", events=155, n_patients=246)],
         [share("toxicity:fatigue", "0.65", events=155, n_patients=239)], "C07", "note"),
        ([share("orr", "0.40", n=40, subgroup="LMS", n_patients=30)],
         [share("orr", "0.40", n=20, subgroup="LMS", n_patients=30)], "C08", "certain"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_contradiction_and_leaves_its_twin_alone(wrong, right, rule, sure):
    assert (rule, sure) in ids(*wrong)
    assert ids(*right) == []


@pytest.mark.by_hand
def test_the_number_of_lesions_beside_a_typical_patient():
    def rows(total: int) -> list[dict[str, Any]]:
        per = {"endpoint": "lesions_per_patient", "n": 5}
        return [
            {"endpoint": "lesions", "statistic": "count", "value": total},
            per | {"statistic": "median", "value": 2},
            per | {"statistic": "minimum", "value": 1},
            per | {"statistic": "maximum", "value": 4},
        ]

    # 1 1 2 2 4 is the fewest, 1 2 2 4 4 the most.
    assert [t for t in range(5, 20) if not check(rows(t))] == [10, 11, 12, 13]
    assert "10 or more" in check(rows(9))[0].sentence
    assert "13 at most" in check(rows(14))[0].sentence
    mean = {"endpoint": "lesions_per_patient", "statistic": "mean", "value": "2.6", "n": 30}
    assert ids({"endpoint": "lesions", "statistic": "count", "value": 77}, mean) == []
    assert ids({"endpoint": "lesions", "statistic": "count", "value": 84}, mean) == [("C03", "certain")]


def test_rows_of_other_units_groups_and_origins_are_not_compared():
    assert ids(share("complete_response_lesion", "0.905", n=84, n_patients=55)) == []
    assert ids(share("toxicity:any", "0", n=77, subgroup="per procedure", n_patients=30)) == []
    rate = {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.54"}
    assert ids(MEDIAN, rate | {"time_origin": "diagnosis"}) == []
    assert ids(MEDIAN, rate | {"subgroup": "LMS"}) == []
    assert ids(MEDIAN, rate | {"arm_id": "b"}) == []
    duration = {"endpoint": "duration_of_response", "statistic": "median_months", "value": 6, "n": 10, "n_patients": 30}
    assert ids(share("orr", "0.33", n=30, events=10, n_patients=30), duration) == []


def test_incidences_may_rise_and_have_no_median_at_one_half():
    rates = [
        {"endpoint": "local_progression", "statistic": f"rate_at_{m}m", "value": v} for m, v in ((12, 0.1), (24, 0.6))
    ]
    assert ids(*rates, {"endpoint": "local_progression", "statistic": "median_months", "value": 18}) == []
    for name in ("liver_pfs", "chemotherapy_free_survival", "os"):
        assert ids(*[r | {"endpoint": name} for r in rates]) == [("C04", "certain")], name


def test_assessments_with_different_names_are_never_called_impossible():
    parts = [share("stable_disease", "0.60", n=10, subgroup="3 months"), share("progressive_disease", "0.50", n=10)]
    assert ids(*parts) == [("C02", "likely")]
    assert ids(*[p | {"subgroup": "all"} for p in parts]) == [("C02", "certain")]
    confirmed = share("orr", "0.20", n=10, subgroup="confirmed")
    assert ids(confirmed, *CR_PR) == [("C02", "likely")]


def test_patients_who_are_some_of_the_arm_have_their_own_denominator():
    row = share("orr", "0.40", n=10, n_patients=30)
    assert ids(row | {"subgroup": "patients who had two sessions"}) == []
    assert ids(row | {"subgroup": "WHO"}) == [("C07", "note")]


def test_several_criteria_are_not_added_up():
    rows = [share("partial_response", "0.60", n=10, subgroup=c) for c in ("RECIST", "EASL")]
    assert ids(*rows, share("progressive_disease", "0.40", n=10, subgroup="RECIST")) == []


def test_final_zeros_count_where_the_value_is_text():
    assert ids(share("orr", "0.400", n=24)) == [("C01", "certain")]
    assert ids(share("orr", 0.4, n=24)) == [("C01", "certain")]  # whole per cents: 10 of 24 is 42%
    assert ids(MEDIAN | {"value": "24.0"}, {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.51"}) == []


def test_cells_that_are_no_numbers_are_refused_by_row():
    with pytest.raises(InputError, match="row 1 has no endpoint"):
        check([{"statistic": "count", "value": 1}])
    with pytest.raises(InputError, match="row 1 holds something that is no number"):
        check([share("orr", "many")])
    with pytest.raises(InputError, match="no number"):
        check([share("orr", float("nan"))])
    with pytest.raises(InputError, match="confidence level 95"):
        check([share("orr", "0.4", ci_level=95)])
    assert check([]) == ()


# -- properties ----------------------------------------------------------------------------------------------------


@pytest.mark.property
@given(st.integers(1, 120), st.integers(0, 1000), st.integers(2, 4))
def test_counts_behind_a_share_are_those_that_print_so(n, thousandths, digits):
    value = Printed.of(f"{thousandths / 1000:.{digits}f}")
    assert value is not None
    step = Decimal(1).scaleb(-digits)
    shown = Decimal(str(value.value)).quantize(step)
    printed = [k for k in range(n + 1) if (Decimal(k) / n).quantize(step, ROUND_HALF_UP) == shown]
    assert set(printed) <= set(value.counts(n))
    # A range beyond those holds only exact halves, which may also have been rounded down.
    for k in set(value.counts(n)) - set(printed):
        assert abs(abs(k / n - value.value) - 0.5 * 10.0**-digits) < 1e-8


@pytest.mark.independent
@given(st.integers(1, 6), st.integers(0, 4), st.integers(0, 4))
def test_bounds_of_a_total_are_those_of_all_possible_patients(n, least, extra):
    most = least + extra
    by_median: dict[float, list[int]] = {}
    for values in itertools.combinations_with_replacement(range(least, most + 1), n):
        if values[0] == least and values[-1] == most:
            by_median.setdefault(float(np.median(values)), []).append(sum(values))
    for median, sums in by_median.items():
        assert total_bounds(n, median, least, most) == (min(sums), max(sums))
        free = total_bounds(n, median)
        assert free is not None
        assert free[0] <= min(sums)
        assert free[1] is None


@pytest.mark.property
@settings(max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 80), st.integers(2, 4), st.booleans(), st.booleans())
def test_numbers_of_patients_rounded_are_never_called_impossible(seed, n, digits, midpoint, counts):
    found = check(paper(seed, n, digits, midpoint=midpoint, counts=counts))
    assert [str(f) for f in found if f.sure == "certain"] == []
    assert [str(f) for f in found if f.sure == "likely"] == []


@pytest.mark.property
@given(st.integers(0, 10**6), st.integers(3, 40), st.permutations(range(11)))
def test_the_order_of_rows_does_not_matter(seed, n, order):
    rows = paper(seed, n, 2, midpoint=False, counts=True)
    rows[0] = rows[0] | {"value": "99"}
    shuffled = [rows[i] for i in order if i < len(rows)] + rows[11:]
    assert {f.id for f in check(shuffled)} == {f.id for f in check(rows)}


@pytest.mark.property
@given(st.integers(3, 45), st.integers(0, 100))
def test_a_share_that_no_count_gives_is_always_found(n, percent):
    at = Decimal(percent) / 100
    near = [abs(Decimal(k) / n - at) <= Decimal("0.005") for k in range(n + 1)]
    cut = [math.floor(Decimal(100 * k) / n) == percent for k in range(n + 1)]
    found = ids(share("orr", f"{at:.2f}", n=n))
    assert found == ([] if any(near) else [("C01", "note" if any(cut) else "certain")])


@pytest.mark.independent
@pytest.mark.parametrize("seed", range(12))
def test_cox_models_agree_with_their_own_p_values(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 120))
    time, arm = np.ceil(rng.exponential(300, n)).astype(int) + 1, rng.integers(0, 2, n)
    event = (rng.uniform(size=n) < 0.8).astype(int)
    assert len(set(arm[event == 1].tolist())) == 2, "another seed: nobody had the event in one arm"
    os = gl.Endpoint.from_arrays(time, event, keys={"arm": ["ab"[a] for a in arm]}, name="os")
    one = gl.cox(os, "arm").one("hazard_ratio")
    z = 2 * 1.959964 * math.log(one.value) / math.log(one.high / one.low)
    p = math.erfc(abs(z) / math.sqrt(2))
    row = {"endpoint": "os", "statistic": "hazard_ratio", "value": rounded(one.value, 2), "n": n,
           "events": int(event.sum()), "ci_low": rounded(one.low, 2), "ci_high": rounded(one.high, 2),
           "p_value": rounded(p, 3) if p >= 0.001 else "<0.001"}  # fmt: skip
    assert check([row]) == ()


@pytest.mark.property
@given(st.integers(2, 60), st.integers(0, 10**6))
def test_censoring_never_makes_an_interval_narrower_than_the_bound(n, seed):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 30, n).astype(float), rng.integers(0, 2, n)
    for _, value, total in curve(time, event)[1:]:
        if 0 < value < 1:
            bound = narrowest_share(Printed(value=value, digits=12), n, 0.95, counts=False)
            assert bound <= 2 * 1.959964 * value * math.sqrt(total) + 1e-6


@pytest.mark.against_r
def test_no_cox_model_of_r_is_called_too_narrow_or_in_doubt():
    for case in golden("consistency")["ratios"]:
        assert case["se"] >= 2 / math.sqrt(case["events"])
        printed = {n: rounded(case[k], 2) for n, k in (("value", "ratio"), ("ci_low", "low"), ("ci_high", "high"))}
        row = {"endpoint": "os", "statistic": "hazard_ratio", "events": case["events"], **printed}
        assert check([row | {"p_value": rounded(case["p"], 3) if case["p"] >= 0.001 else "<0.001"}]) == ()
        assert [f.id for f in check([row | {"events": int(case["events"] / 4)}])] == ["C05"]


@pytest.mark.against_r
def test_the_narrowest_interval_is_that_of_r():
    for case in golden("consistency")["shares"]:
        value = Printed(value=case["x"] / case["n"], digits=12)
        assert narrowest_share(value, case["n"], 0.95, counts=True) == pytest.approx(case["narrowest"], abs=1e-8), case


def test_every_rule_is_run():
    assert len(RULES) == 11
    assert len(set(TITLES)) == 8
