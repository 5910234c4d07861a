"""P01 by hand, and on the Stanford heart transplants."""

from __future__ import annotations

import csv
import json
import re
from datetime import date

import numpy as np
import pytest

from glisson.pitfalls.guarantee_time import guarantee_time
from glisson.present.tabulate.findings import beside, items
from glisson.present.words import Words
from tests.paths import ROOT
from tests.pitfalls.build import day, findings, only, patient, values
from tests.reporting.fixture import assessment

YEAR = 365.25
#: Everybody but the one who is exposed: 600 days, two deaths.
OTHERS = (patient("A", 100), patient("B", 200), patient("D", 300, dead=False))


@pytest.mark.by_hand
def test_a_second_method_counts_as_a_group_only_once_it_was_given() -> None:
    found = findings(guarantee_time, [*OTHERS[:2], patient("C", 400, sessions=[(100, "y90_glass")]), OTHERS[2]])
    method, session = found
    assert [f.title.split(": ")[1] for f in found] == ["a second treatment method", "two or more sessions"]
    assert (method.id, method.severity, method.patients) == ("P01", "stop", ("c",))
    assert dict(method.numbers) == {
        "patients": "1 of 4 (25%)",
        "guaranteed share of the group's follow-up": "25%",  # 100 of 400 days
        "left before day 91": "0",
        "followed on that day and exposed by then": "0",
    }
    assert values(method.naive, "median") == {("never",): 200, ("ever",): 400}
    assert values(method.naive, "rate") == {("never",): 2 / (600 / YEAR), ("ever",): 1 / (400 / YEAR)}
    # A, B, D and the first 100 days of C: 700 days, two deaths; the last 300 days of C: one death.
    after, before = 1 / (300 / YEAR), 2 / (700 / YEAR)
    landmark = {("not by day 183",): 1 / ((17 + 117) / YEAR), ("by day 183",): 1 / (217 / YEAR)}
    assert values(method.corrected, "rate") == pytest.approx({("before it",): before, ("after it",): after, **landmark})
    # On day 183 A has left; B dies 17 days later, C 217 days later; D is censored after 117 days.
    assert values(method.corrected, "median") == {("not by day 183",): 17, ("by day 183",): 217}
    assert "from day 183 on" in method.sentence
    assert "On day 30, 91 one of the two groups is empty." in method.remedy
    assert (session.patients, session.numbers) == (method.patients, method.numbers)


@pytest.mark.parametrize(
    "exposed",
    [
        patient("C", 400),
        patient("C", 400, sessions=[(0, "y90_glass")]),  # a combination on the first day is known at the start
        patient("C", 90, sessions=[(100, "y90_glass")], dead=False),  # beyond what was followed
    ],
    ids=["one session", "both methods on the first day", "after the end of follow-up"],
)
def test_without_a_later_method_there_is_nothing_to_find(exposed) -> None:
    study = {"cutoff": date.fromisoformat(day(90))} if exposed.last == day(90) else {}
    assert not findings(guarantee_time, [*OTHERS, exposed], study)


@pytest.mark.by_hand
def test_who_had_both_from_the_start_belongs_to_the_group_without_a_guarantee() -> None:
    both = patient("E", 50, sessions=[(0, "ablation_mwa"), (40, "y90_glass")])
    method, session = findings(guarantee_time, [*OTHERS, patient("C", 400, sessions=[(100, "y90_glass")]), both])
    assert method.patients == ("c",)
    assert "(1 patient from the first day on)" in method.sentence
    assert dict(method.numbers)["guaranteed share of the group's follow-up"] == "22%"  # 100 of 450 days
    assert values(method.naive, "n") == {("never",): 3, ("ever",): 2}
    assert values(method.corrected, "rate")["after it",] == pytest.approx(2 / (350 / YEAR))
    assert values(method.corrected, "n")["by day 30",] == 1
    assert session.patients == ("c", "e")
    assert dict(session.numbers)["guaranteed share of the group's follow-up"] == "31%"  # 140 of 450 days


def test_a_second_session_by_the_first_method_is_no_second_method() -> None:
    found = only(guarantee_time, [*OTHERS, patient("C", 400, sessions=[(80, "deb_tace")])])
    assert found.title == "Guarantee (immortal) time: two or more sessions"
    assert dict(found.numbers)["guaranteed share of the group's follow-up"] == "20%"
    assert dict(found.numbers)["followed on that day and exposed by then"] == "1"
    # Landmarks of day 91 and 183; on day 30 nobody had had it.
    assert set(values(found.corrected, "median")) == {
        ("not by day 91",), ("by day 91",), ("not by day 183",), ("by day 183",),
    }  # fmt: skip


@pytest.mark.by_hand
@pytest.mark.parametrize(("response", "share"), [("PR", "15%"), ("CR", "15%"), ("SD", None), ("PD", None)])
def test_responders_had_to_live_until_their_scan(response, share) -> None:
    found = findings(guarantee_time, [*OTHERS, patient("C", 400, scans=[(60, response)])])
    assert [dict(f.numbers)["guaranteed share of the group's follow-up"] for f in found] == ([share] if share else [])
    assert [f.patients for f in found] == ([("c",)] if share else [])


def test_a_response_after_progression_is_no_response() -> None:
    assert not findings(guarantee_time, [*OTHERS, patient("C", 400, scans=[(60, "PD"), (120, "PR")])])


ANY, SEVERE = "an adverse event", "an adverse event of grade 3 or more"


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("onset", "grade", "titles"),
    [(20, 2, [ANY]), (20, None, [ANY]), (20, 3, [ANY, SEVERE]), (0, 3, []), (20, 0, []), (-5, 3, [])],
)
def test_adverse_events_count_from_their_onset(onset, grade, titles) -> None:
    events = [{"patient_id": "A", "onset_date": day(onset), "term": "Nausea", "grade": grade}]
    found = findings(guarantee_time, [*OTHERS, patient("C", 400)], adverse_event=events)
    assert [f.title.removeprefix("Guarantee (immortal) time: ") for f in found] == titles
    for f in found:
        assert (f.patients, dict(f.numbers)["guaranteed share of the group's follow-up"]) == (("a",), "20%")


@pytest.mark.parametrize(("onsets", "share"), [((-5, 20), "20%"), ((30, 20), "20%"), ((101,), None)])
def test_the_first_event_of_treatment_within_follow_up_counts(onsets, share) -> None:
    events = [{"patient_id": "A", "onset_date": day(d), "term": "Nausea", "grade": 1} for d in onsets]
    found = findings(guarantee_time, OTHERS, adverse_event=events)
    assert [dict(f.numbers)["guaranteed share of the group's follow-up"] for f in found] == ([share] if share else [])


@pytest.mark.by_hand
def test_who_leaves_on_the_landmark_is_still_followed_on_it() -> None:
    persons = [patient("A", 91, sessions=[(91, "tae")]), patient("B", 91), patient("C", 90), patient("D", 300)]
    method = findings(guarantee_time, persons)[0]
    assert values(method.corrected, "n")["by day 91",] == 1
    assert values(method.corrected, "n")["not by day 91",] == 2
    assert dict(method.numbers)["left before day 91"] == "1"


def test_what_happens_to_everybody_makes_no_groups() -> None:
    events = [{"patient_id": p, "onset_date": day(20), "term": "Nausea", "grade": 2} for p in "AB"]
    assert findings(guarantee_time, OTHERS, adverse_event=events)
    assert not findings(guarantee_time, OTHERS[:2], adverse_event=events)


def test_the_clock_is_that_of_the_first_session_whatever_origin_the_study_chose() -> None:
    persons = [patient("C", 400, sessions=[(100, "y90_glass")], liver_met_dx_date="2014-01-01"),
               patient("D", 300, dead=False, liver_met_dx_date="2014-06-01")]  # fmt: skip
    found = findings(guarantee_time, persons, {"endpoints": {"origin": "liver_met_dx"}})
    assert dict(found[0].numbers)["guaranteed share of the group's follow-up"] == "25%"


def test_patients_followed_for_no_time_after_the_exposure_have_no_time_after_it() -> None:
    found = findings(guarantee_time, [*OTHERS, patient("C", 100, sessions=[(100, "y90_glass")])])
    assert dict(found[0].numbers)["guaranteed share of the group's follow-up"] == "100%"
    assert values(found[0].corrected, "rate") == pytest.approx({("before it",): 3 / (700 / YEAR)})


def transplants(exit, died, transplant):
    """Return patients whose heart transplant stands for a second method."""
    return [
        patient(f"{i:03}", int(time), dead=bool(dead), sessions=[] if day is None else [(int(day), "y90_glass")])
        for i, (time, dead, day) in enumerate(zip(exit, died, transplant, strict=True))
    ]


def heart(first_day: int = 0):
    """Return the 103 patients, days counted from 0 or from 1 as R's survival::heart does.

    Crowley J, Hu M. J Am Stat Assoc 1977;72:27-36.
    """
    with (ROOT / "tests/validation/stanford_heart.csv").open(encoding="utf-8") as file:
        rows = [{k: int(v) if v else None for k, v in row.items()} for row in csv.DictReader(file)]
    later = [None if r["wait_time"] is None else r["wait_time"] + first_day for r in rows]
    persons = transplants([r["futime"] + first_day for r in rows], [r["fustat"] for r in rows], later)
    return findings(guarantee_time, persons)[0]


@pytest.fixture(scope="module")
def reference():
    return json.loads((ROOT / "tests/validation/stanford_heart.json").read_text(encoding="utf-8"))


@pytest.mark.against_r
def test_stanford_heart_transplants_naive_in_time_and_from_landmarks(reference) -> None:
    found = heart()
    naive = found.naive.one("hazard_ratio")
    assert (naive.value, naive.n, naive.events) == (
        pytest.approx(np.exp(reference["naive"]["coef"]), rel=1e-6),
        103,
        75,
    )
    assert found.naive.one("p").value < 1e-6
    assert values(found.naive, "rate")["ever",] < 0.5 * values(found.naive, "rate")["never",]
    ratios = {r.group[0][1]: r for r in found.corrected.select("hazard_ratio")}
    theirs = {"after it": reference["time_dependent"]} | {
        f"by day {day}": fit for day, fit in reference["landmark"].items()
    }
    assert ratios.keys() == theirs.keys()
    for level, fit in theirs.items():
        assert (ratios[level].n, ratios[level].events) == (103 if level == "after it" else fit["n"], fit["events"])
        if "Firth" not in ratios[level].method:
            assert ratios[level].value == pytest.approx(np.exp(fit["coef"]), rel=1e-6), level
    assert not [level for level, r in ratios.items() if "Firth" in r.method]
    assert "0.27 as usually done" in found.sentence
    assert "0.92 (0.52 to 1.58) from day 30 on" in found.sentence


@pytest.mark.against_r
def test_stanford_heart_transplants_with_days_counted_from_one(reference) -> None:
    """A transplant on the day of acceptance then comes after a death on it: the published hazard ratio, 1.14."""
    found = heart(first_day=1)
    moving = next(r for r in found.corrected.select("hazard_ratio") if r.group[0][1] == "after it")
    assert moving.value == pytest.approx(np.exp(reference["heart"]["coef"]), rel=1e-6)
    assert re.search(
        r"hazard ratio of death is 0\.27 as usually done, 1\.14 \(0\.6\d to 2\.\d\d\) time-dep", found.sentence
    )
    (item,) = items([found])
    table = beside(assessment(), item, Words.of("ama"))
    first = table.rows[0].cells
    assert first[1] == "Hazard ratio: versus before it"
    assert (first[2].split(" ")[0], first[3].split(" ")[0]) == ("0.27", "1.14")  # the naive beside the corrected


@pytest.mark.against_r
def test_the_curves_of_simon_and_makuch_have_delayed_entry(reference) -> None:
    curves = heart().curves
    theirs = reference["simon_makuch"]
    ours = {c.group[0][1]: c for c in curves}
    for level, code in (("before it", "x=0"), ("after it", "x=1")):
        rows = [i for i, g in enumerate(theirs["group"]) if g == code]
        for i in rows:
            assert ours[level].value_at(theirs["days"][i]) == pytest.approx(theirs["survival"][i], abs=1e-12)
    assert "from day 30" in curves[0].variable
    risk = ours["after it"].at_risk
    assert risk.max() > risk[0], "more are at risk after some have changed sides"


@pytest.mark.by_hand
def test_curves_start_at_a_landmark_among_those_still_followed() -> None:
    """From day 91: A has left. C is exposed from day 100 and dies on 400; B dies on 200, D is censored on 300."""
    persons = [patient("A", 80), patient("B", 200), patient("C", 400, sessions=[(100, "y90_glass")]),
               patient("D", 300, dead=False, sessions=[(60, "y90_glass")])]  # fmt: skip
    before, after = findings(guarantee_time, persons)[0].curves
    assert (before.time.tolist(), before.value.tolist()) == ([9, 109], [1.0, 0.0])
    assert (before.at_risk.tolist(), before.censored.tolist()) == ([2, 1], [0, 0])  # C moved on day 9, not censored
    assert (after.time.tolist(), after.at_risk.tolist()) == ([9, 209, 309], [1, 2, 1])
    assert after.value.tolist() == [1.0, 1.0, 0.0]
