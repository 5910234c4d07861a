"""Which published numbers are pooled, and what becomes of them."""

from __future__ import annotations

import pytest

from glisson.errors import InputError
from glisson.evidence import library
from glisson.evidence.eligible import choose, events_behind
from glisson.evidence.library import Arm, Library, Published
from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
from glisson.evidence.pooling import PooledLibrary, pooled
from glisson.methods.meta_counts import meta_proportions
from glisson.tables import EffectTable

OUTCOME = {o.code: o for o in OUTCOMES}
TREATMENT = {t.code: t for t in TREATMENTS}
POPULATION = {p.code: p for p in POPULATIONS}


@pytest.fixture(scope="module")
def result() -> PooledLibrary:
    return pooled(library())


def arm(study: str, arm_id: str = "all", **more: object) -> Arm:
    given = dict.fromkeys(Arm.model_fields, "") | {
        "study_id": study, "arm_id": arm_id, "first_author": study.title(), "year": 2010, "title_short": "T",
        "setting": "liver_directed", "modality": "tace", "histology": "mixed_sts", "n_patients": 20, "n_lms": None,
        "source_url": "https://example.org/s", "design": "retrospective",
    }  # fmt: skip
    return Arm.model_validate(given | more)


def number(study: str, arm_id: str = "all", **more: object) -> Published:
    given = dict.fromkeys(Published.model_fields, "") | {
        "study_id": study, "arm_id": arm_id, "subgroup": "all", "endpoint": "orr", "statistic": "proportion",
        "value": 0.25, "n": 20, "events": 5, "source_url": f"https://example.org/{study}", "source_type": "abstract",
    }  # fmt: skip
    return Published.model_validate(given | more)


def chosen(arms, numbers, outcome="orr", population="sarcoma"):
    shelf = Library(arms=tuple(arms), numbers=tuple(numbers))
    return choose(shelf, OUTCOME[outcome], TREATMENT["tace"], POPULATION[population])


@pytest.mark.parametrize(
    ("of_arm", "of_number", "outcome", "said"),
    [
        ({"histology": "gist_lms_mixed"}, {}, "orr", "gastrointestinal stromal"),
        ({"histology": "lms (pre-KIT era)"}, {}, "orr", "gastrointestinal stromal"),
        ({"design": "systematic_review"}, {}, "orr", "a review"),
        ({}, {"subgroup": "per procedure"}, "orr", "not counted by patient"),
        ({}, {"n": "", "events": ""}, "orr", "number of patients"),
        ({}, {"n": 200, "events": ""}, "orr", "no one number"),
        ({}, {"value": ""}, "orr", "no value"),
        ({}, {"endpoint": "os", "statistic": "rate_at_12m", "time_origin": "diagnosis"}, "os_12m", "from diagnosis"),
        ({}, {"endpoint": "os", "statistic": "rate_at_12m"}, "os_12m", "where time starts"),
        ({}, {"endpoint": "os", "statistic": "rate_at_12m", "time_origin": "ablation", "n": "", "events": ""}, "os_12m",
         "neither an interval nor the number of patients"),
        ({}, {"endpoint": "os", "statistic": "rate_at_12m", "time_origin": "ablation", "value": 1}, "os_12m",
         "no variance"),
        ({}, {"endpoint": "os", "statistic": "median_months", "time_origin": "ablation", "value": 9, "events": ""},
         "os_median", "neither an interval nor the number of deaths"),
    ],
)  # fmt: skip
def test_what_cannot_stand_beside_others_is_refused_with_its_reason(of_arm, of_number, outcome, said):
    found = chosen([arm("a", **of_arm)], [number("a", **of_number)], outcome)
    assert found.used == ()
    assert said in found.refused[0].reason
    # The clean twin is used.
    plain = {k: v for k, v in of_number.items() if k in {"endpoint", "statistic"}}
    clean = plain | {"time_origin": "ablation"} | ({"value": 9, "events": 5} if outcome == "os_median" else {})
    assert chosen([arm("a")], [number("a", **clean)], outcome).used


def test_patients_count_once():
    arms = [arm("a", overlap_group="g"), arm("b", overlap_group="g", year=2015), arm("c", overlap_group="g"), arm("d")]
    numbers = [number("a", n=30), number("b", n=30), number("c", n=10), number("d")]
    found = chosen(arms, numbers)
    assert [u.arm.study_id for u in found.used] == ["b", "d"]  # as many as a, and later
    assert [[u.arm.study_id for u in other] for other in found.alternatives] == [["a"], ["c"]]
    assert all(
        "shares patients with B 2010" in r.reason or "shares patients with B 2015" in r.reason for r in found.refused
    )


def test_an_arm_never_stands_beside_its_whole_and_a_series_is_read_once():
    arms = [arm("a"), arm("a", "small"), arm("b", "left"), arm("b", "right")]
    numbers = [number("a", subgroup="EASL"), number("a", subgroup="mRECIST", events=6, value=0.3),
               number("a", "small"), number("b", "left"), number("b", "right")]  # fmt: skip
    found = chosen(arms, numbers)
    assert [(u.arm.study_id, u.arm.arm_id, u.events) for u in found.used] == [
        ("a", "all", 6), ("b", "left", 5), ("b", "right", 5),
    ]  # fmt: skip
    assert {r.reason for r in found.refused} == {"another reading of the same patients (mRECIST is used)",
                                                 "a part of A 2010, which is used"}  # fmt: skip


@pytest.mark.by_hand
def test_the_count_behind_a_printed_proportion():
    assert events_behind(0.03, 38) == 1  # 1 / 38 = 0.026
    assert events_behind(0.07, 27) == 2  # 2 / 27 = 0.074
    assert events_behind(0.0667, 15) == 1
    assert events_behind(0.5, 20) == 10
    assert events_behind(0.0, 56) == 0
    assert events_behind(0.07, 11) is None  # 1 / 11 = 0.09
    assert events_behind(0.5, 200) is None  # 99, 100 and 101 would all be printed 0.50 or near


def test_no_patients_are_pooled_twice_and_no_gist_where_it_says_so(result):
    for p in result.poolings:
        keys = [(u.arm.study_id, u.arm.arm_id) for u in p.used]
        assert len(set(keys)) == len(keys)
        groups = {(u.arm.overlap_group, u.arm.study_id) for u in p.used if u.arm.overlap_group}
        assert len({g for g, _ in groups}) == len(groups)
        if p.population.code != "with_gist":
            assert not any("gist" in u.arm.histology and "no_gist" not in u.arm.histology for u in p.used)
        assert all(u.arm.histology != "hcc" and u.number.source_url for u in p.used)
        assert bool(p.why_not) == (not p.used)


@pytest.mark.by_hand
def test_resection_and_early_death_by_hand(result):
    p = result.one("early_death", "resection")
    assert [(u.label, u.events, u.n, u.counted) for u in p.used] == [
        ("Grimme 2019", 1, 38, True), ("Zacherl 2011", 1, 15, False), ("Rehders 2009", 2, 27, True),
    ]  # fmt: skip
    assert (p.k, p.n, p.reported) == (3, 80, (0.03, 0.07, 3))
    again = meta_proportions(EffectTable.of_events([1, 1, 2], [38, 15, 27])).one("pooled")
    row = p.estimates.one("pooled")
    assert (row.value, row.low, row.high) == (again.value, again.low, again.high)
    assert result.one("early_death", "resection", "with_gist").n == 147


def test_one_series_keeps_the_limits_of_its_source(result):
    row = result.one("os_median", "y90").estimates.one("pooled")
    assert (row.low / 30.4375, row.high / 30.4375) == (12, 43)
    assert row.method == "limits as printed in the source"


def test_medians_without_variance_are_told_but_not_pooled(result):
    p = result.one("os_median", "resection")
    assert p.k == 0
    assert p.reported == (24, 62, 5)
    assert "neither an interval nor the number of deaths" in p.why_not
    assert result.one("liver_pfs_median", "tace").why_not == "No series in the library reports it."
    with pytest.raises(InputError, match="no pooling of 'os'"):
        result.one("os", "tace")


def test_alternatives_are_pooled_with_the_other_study():
    arms = [arm("a", overlap_group="g"), arm("b", overlap_group="g"), arm("c")]
    numbers = [number("a", n=30, events=10, value=0.33), number("b", n=10, events=1, value=0.1), number("c")]
    found = pooled(Library(arms=tuple(arms), numbers=tuple(numbers)), outcomes=[OUTCOME["orr"]],
                   treatments=[TREATMENT["tace"]], populations=[POPULATION["sarcoma"]]).poolings[0]  # fmt: skip
    assert [a.instead for a in found.alternatives] == [("B 2010",)]
    assert found.alternatives[0].pooled.events == 6


def test_the_same_again(result):
    again = pooled(library(), treatments=[TREATMENT["resection"]], populations=[POPULATION["sarcoma"]])
    for p in again.poolings:
        assert p.estimates.rows == result.one(p.outcome.code, "resection").estimates.rows
