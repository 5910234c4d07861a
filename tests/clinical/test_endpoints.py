from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from glisson.clinical.derive import available, compare_rule_sets, endpoint
from glisson.clinical.endpoints import LABELS
from glisson.errors import InputError, SettingsError
from tests.clinical.build import Person, cohort, people
from tests.paths import vector

pytestmark = pytest.mark.by_hand

T0 = date(2020, 1, 1)
#: Two missed scans are more than 2 x 90 + 14 = 194 days.
PLAN = {"endpoints": {"imaging_interval_days": 90, "imaging_window_days": 14}}


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def scan(day: int, overall: str | None, liver: str | None = None, outside: str | None = None):
    return (on(day), overall, liver or overall, outside or overall)


def one(person: Person, code: str, study=PLAN, tables=None, **options) -> tuple[int, int]:
    """Days and cause of a single patient."""
    made = endpoint(people([person], study, **(tables or {})), code, **options)
    assert len(made.exit) == 1
    return int(made.exit[0]), int(made.cause[0])


def of(made) -> dict[str, tuple[int, int]]:
    return {str(u): (int(t), int(c)) for u, t, c in zip(made.unit, made.exit, made.cause, strict=True)}


# the shared vector ------------------------------------------------------------------------------------------------

COLUMNS = {
    "OS": ("os", "policy"), "PFS_policy": ("pfs", "policy"), "PFS_fda": ("pfs", "fda_a"),
    "hPFS_policy": ("liver_pfs", "policy"), "hPFS_fda": ("liver_pfs", "fda_a"), "TTP": ("ttp", "policy"),
    "THP": ("thp", "policy"), "TEHP": ("ttehp", "policy"), "DoR": ("dor", "policy"),
}  # fmt: skip


def worked_patients():
    """The worked patients as a cohort under the vector's settings, with what is expected of each."""
    case = json.loads(vector("endpoint_derivation.json").read_text())
    said = case["settings"]
    study = {
        "cutoff": date.fromisoformat(said["data_cutoff"]),
        "endpoints": {
            "imaging_interval_days": said["interval_days"], "imaging_window_days": said["window_days"],
            "sd_min_days": said["sd_min_days"],
        },
    }  # fmt: skip
    persons = [
        Person(
            id=p["id"], t0=p["input"]["t0"], scans=tuple(map(tuple, p["input"]["asm"])), death=p["input"]["death"],
            last=p["input"]["last"], systemic=tuple(d for d in [p["input"].get("nact")] if d),
        )
        for p in case["patients"]
    ]  # fmt: skip
    return people(persons, study), {p["id"]: p["expected"] for p in case["patients"]}


@pytest.mark.parametrize("column", COLUMNS)
def test_worked_patients(column):
    made, expected = worked_patients()
    code, rule_set = COLUMNS[column]
    found = of(endpoint(made, code, rule_set=rule_set))
    rows = {i: e[column] for i, e in expected.items() if column in e}
    assert rows
    assert found == {i: (e["days"], e.get("event", e.get("state"))) for i, e in rows.items()}


def test_worked_patients_differ_between_the_rule_sets_as_expected():
    made, expected = worked_patients()
    for code, name in (("pfs", "PFS"), ("liver_pfs", "hPFS")):
        want = [
            i for i, e in expected.items()
            if [e[f"{name}_policy"][k] for k in ("days", "event")] != [e[f"{name}_fda"][k] for k in ("days", "event")]
        ]  # fmt: skip
        assert list(compare_rule_sets(made, code)[2]) == want


# survival ---------------------------------------------------------------------------------------------------------


def test_days_are_end_minus_start():
    assert one(Person(id="a", t0=on(0), death=on(10)), "os") == (10, 1)
    assert one(Person(id="a", t0=on(0), last=on(10)), "os") == (10, 0)


def test_death_on_the_day_of_treatment_is_kept_at_day_0_and_flagged():
    made = endpoint(people([Person(id="a", t0=on(0), death=on(0))]), "os")
    assert of(made) == {"a": (0, 1)}
    assert ("a", "death on day 0") in made.flags


def test_death_after_the_cutoff_has_not_happened():
    study = {"cutoff": T0 + timedelta(days=100)}
    assert one(Person(id="a", t0=on(0), death=on(101)), "os", study) == (100, 0)
    assert one(Person(id="a", t0=on(0), death=on(100)), "os", study) == (100, 1)
    assert one(Person(id="a", t0=on(0), last=on(300)), "os", study) == (100, 0)


def test_the_latest_sign_of_life_counts():
    person = Person(id="a", t0=on(0), last=on(10), scans=(scan(40, "SD"),))
    assert one(person, "os") == (40, 0)
    follow = {"followup": [{"patient_id": "a", "date": on(70), "alive": True}]}
    assert one(person, "os", tables=follow) == (70, 0)


def test_leaving_before_coming_is_refused():
    with pytest.raises(InputError, match="died or were last seen before their first session"):
        one(Person(id="a", t0=on(10), death=on(9)), "os")


# progression ------------------------------------------------------------------------------------------------------


def test_progression_outside_the_liver_does_not_end_liver_pfs():
    scans = (scan(90, "PD", "SD", "PD"), scan(180, "PD", "SD", "PD"))
    person = Person(id="a", t0=on(0), scans=scans, last=on(200))
    assert one(person, "pfs") == (90, 1)
    assert one(person, "liver_pfs") == (180, 0)
    assert one(person, "ttp") == (90, 1)
    assert one(person, "thp") == (180, 0)
    assert one(person, "ttehp") == (90, 1)


def test_progression_in_the_liver_is_no_extrahepatic_progression():
    person = Person(id="a", t0=on(0), scans=(scan(90, "PD", "PD", "NON-PD"),), death=on(150))
    assert one(person, "thp") == (90, 1)
    assert one(person, "ttehp") == (150, 2), "death before it competes"
    assert one(person, "liver_pfs") == (90, 1)


def test_nobody_is_censored_on_a_scan_that_said_nothing():
    person = Person(id="a", t0=on(0), scans=(scan(90, "SD"), scan(180, "NE")), last=on(400))
    assert one(person, "pfs") == (90, 0)


def test_without_a_scan_time_ends_on_day_0_unless_death_comes():
    persons = [
        Person(id="scanned", t0=on(0), scans=(scan(60, "SD"),), last=on(70)),
        Person(id="alive", t0=on(0), last=on(400)),
        Person(id="at T2", t0=on(0), death=on(194)),
        Person(id="after T2", t0=on(0), death=on(195)),
    ]
    made = people(persons, PLAN)
    policy = {"scanned": (60, 0), "alive": (0, 0), "at T2": (194, 1), "after T2": (195, 1)}
    assert of(endpoint(made, "pfs", rule_set="policy")) == policy
    assert of(endpoint(made, "pfs", rule_set="fda_a")) == policy | {"after T2": (0, 0)}


def test_a_very_early_progression_counts():
    assert one(Person(id="a", t0=on(0), scans=(scan(19, "PD"),), last=on(30)), "pfs") == (19, 1)


def test_a_scan_on_the_day_of_treatment_came_before_it():
    assert one(Person(id="a", t0=on(0), scans=(scan(0, "PD"), scan(60, "SD")), last=on(90)), "pfs") == (60, 0)


def test_progression_and_death_on_one_day_are_one_progression():
    person = Person(id="a", t0=on(0), scans=(scan(90, "PD"),), death=on(90))
    assert one(person, "ttp") == (90, 1)
    assert one(person, "pfs") == (90, 1)
    other = Person(id="b", t0=on(0), scans=(scan(30, "SD"), scan(60, "SD")), last=on(70))
    assert of(endpoint(people([other, person], PLAN), "ttp"))["a"] == (90, 1), "wherever its row stands"


def test_event_after_two_missed_scans_is_censored_under_fda_a_only():
    for gap, want in ((194, (284, 1)), (195, (90, 0))):
        person = Person(id="a", t0=on(0), scans=(scan(90, "SD"), scan(90 + gap, "PD")), last=on(400))
        assert one(person, "pfs", rule_set="fda_a") == want
        assert one(person, "pfs", rule_set="policy") == (90 + gap, 1)


def test_new_therapy_censors_under_fda_a_only():
    scans = (scan(90, "SD"), scan(170, "SD"), scan(250, "PD"))
    person = Person(id="a", t0=on(0), scans=scans, last=on(300), systemic=(on(170),))
    assert one(person, "pfs", rule_set="policy") == (250, 1)
    assert one(person, "pfs", rule_set="fda_a") == (170, 0), "the scan on the day it began still counts"
    before = Person(id="a", t0=on(0), scans=scans, last=on(300), systemic=(on(-20),))
    assert one(before, "pfs", rule_set="fda_a") == (250, 1), "therapy that ran already is not new"
    after = Person(id="a", t0=on(0), scans=scans, last=on(300), systemic=(on(250),))
    assert one(after, "pfs", rule_set="fda_a") == (250, 1), "therapy on the day of progression came after it"


def test_new_therapy_after_progression_changes_nothing():
    person = Person(id="a", t0=on(0), scans=(scan(90, "PD"),), last=on(300), systemic=(on(91),))
    assert one(person, "pfs", rule_set="fda_a") == (90, 1)


@pytest.mark.parametrize(
    ("second", "want"),
    [
        ({"retreat_type": "planned_stage"}, (180, 1)),
        ({"retreat_type": "new_lesion"}, (90, 0)),
        ({}, (90, 0)),
    ],
)
def test_a_later_session_outside_the_plan_is_new_therapy_under_fda_a(second, want):
    sessions = ({"date": on(100), **second},)
    person = Person(id="a", t0=on(0), scans=(scan(90, "SD"), scan(180, "PD")), last=on(200), sessions=sessions)
    assert one(person, "pfs", rule_set="fda_a") == want
    assert one(person, "pfs", rule_set="policy") == (180, 1)


def test_a_session_within_the_course_window_belongs_to_the_plan():
    for day, want in ((56, (180, 1)), (57, (50, 0))):
        scans = (scan(50, "SD"), scan(180, "PD"))
        person = Person(id="a", t0=on(0), scans=scans, last=on(200), sessions=({"date": on(day)},))
        assert one(person, "pfs", rule_set="fda_a") == want


def test_clinical_progression_is_an_event_only_by_declaration():
    row = {
        "assessment_id": "x", "patient_id": "a", "date": on(60), "criterion": "recist11", "overall_resp": "NE",
        "clinical_pd": True,
    }  # fmt: skip
    earlier = {**row, "assessment_id": "w", "date": on(30), "overall_resp": "SD", "clinical_pd": False}
    person, tables = Person(id="a", t0=on(0), last=on(90)), {"assessment": [earlier, row]}
    made = endpoint(people([person], PLAN, **tables), "pfs")
    assert of(made) == {"a": (30, 0)}
    assert ("a", "clinical progression without imaging is not counted") in made.flags
    chosen = {"endpoints": {**PLAN["endpoints"], "clinical_progression_is_event": True}}
    assert one(person, "pfs", chosen, tables) == (60, 1)
    assert one(person, "pfs", chosen, tables, rule_set="fda_a") == (30, 0)


def test_the_cutoff_hides_later_scans():
    study = {"cutoff": T0 + timedelta(days=100), **PLAN}
    person = Person(id="a", t0=on(0), scans=(scan(90, "SD"), scan(101, "PD")), death=on(120))
    assert one(person, "pfs", study) == (90, 0)
    assert one(person, "ttp", study) == (90, 0)


def test_single_dates_of_the_patient_table_serve_where_there_are_no_scans():
    def made(**dates):
        return Person(id="a", t0=on(0), last=on(300), patient=dates)

    both = made(progression_date=on(100), last_imaging_date=on(100))
    assert one(both, "pfs") == (100, 1)
    other = Person(id="b", t0=on(0), last=on(300), patient={"last_imaging_date": on(200), "progression_date": None})
    assert of(endpoint(people([both, other], PLAN), "pfs")) == {"a": (100, 1), "b": (200, 0)}
    assert of(endpoint(people([both, other], PLAN), "ttp")) == {"a": (100, 1), "b": (200, 0)}


# local progression ------------------------------------------------------------------------------------------------


def lesions(*status, death=None, last=None, sessions=(), treated=(("a-S1", "L1"),)):
    """One patient; ``status`` are (day, lesion, local status)."""
    days = sorted({d for d, _, _ in status})
    person = Person(
        id="a", t0=on(0), death=death, last=last, sessions=sessions, scans=tuple(scan(d, "SD") for d in days)
    )
    ids = {d: f"a-A{i}" for i, d in enumerate(days, start=1)}
    return people(
        [person], PLAN,
        lesion=[{"lesion_id": name, "patient_id": "a", "organ": "liver"} for name in sorted({x for _, x in treated})],
        session_lesion=[{"session_id": s, "lesion_id": x} for s, x in treated],
        measurement=[{"assessment_id": ids[d], "lesion_id": x, "local_status": s} for d, x, s in status],
    )  # fmt: skip


def test_local_progression_needs_an_earlier_scan_free_of_tumour():
    made = endpoint(lesions((60, "L1", "none"), (150, "L1", "ltp"), last=on(200)), "ltp")
    assert of(made) == {"L1": (150, 1)}
    assert made.cluster.tolist() == ["a"]
    residual = endpoint(lesions((60, "L1", "residual"), (150, "L1", "ltp"), last=on(200)), "ltp")
    assert of(residual) == {"L1": (150, 0)}
    assert any(unit == "L1" and "residual" in note for unit, note in residual.flags)


def test_a_scan_of_the_same_day_is_no_earlier_one():
    made = endpoint(lesions((60, "L1", "none"), (60, "L1", "ltp"), last=on(200)), "ltp")
    assert of(made) == {"L1": (60, 0)}


def test_death_competes_with_local_progression_in_every_lesion():
    rows = ((60, "L1", "none"), (60, "L2", "none"), (90, "L2", "ltp"))
    treated = (("a-S1", "L1"), ("a-S1", "L2"))
    made = endpoint(lesions(*rows, death=on(120), treated=treated), "ltp")
    assert of(made) == {"L1": (120, 2), "L2": (90, 1)}
    assert set(made.cluster.tolist()) == {"a"}


def test_a_lesion_starts_at_its_own_first_treatment_with_its_own_method():
    rows = ((60, "L1", "none"), (60, "L2", "none"), (150, "L1", "none"), (150, "L2", "none"))
    sessions = ({"date": on(30), "method": "ablation_mwa"},)
    treated = (("a-S1", "L1"), ("a-S2", "L2"), ("a-S2", "L1"))
    made = endpoint(lesions(*rows, last=on(200), sessions=sessions, treated=treated), "ltp")
    assert of(made) == {"L1": (150, 0), "L2": (120, 0)}
    assert dict(zip(made.unit.tolist(), made.keys["method"].values(), strict=True)) == {
        "L1": "deb_tace", "L2": "ablation",
    }  # fmt: skip


def test_a_scan_that_could_not_show_the_lesion_does_not_extend_its_time():
    made = endpoint(lesions((60, "L1", "none"), (150, "L1", "not_evaluable"), last=on(200)), "ltp")
    assert of(made) == {"L1": (60, 0)}


# duration of response, next therapy -------------------------------------------------------------------------------


def test_duration_of_response_starts_at_the_first_response():
    scans = (scan(60, "SD"), scan(120, "PR"), scan(180, "CR"), scan(300, "PD"))
    responder = Person(id="a", t0=on(0), scans=scans, last=on(310))
    stable = Person(id="b", t0=on(0), scans=(scan(60, "SD"),), last=on(310))
    dead = Person(id="c", t0=on(0), scans=(scan(60, "PR"),), death=on(200))
    going = Person(id="d", t0=on(0), scans=(scan(60, "CR"), scan(130, "CR")), last=on(310))
    once = Person(id="e", t0=on(0), scans=(scan(60, "PR"),), last=on(310))
    made = endpoint(people([responder, stable, dead, going, once], PLAN), "dor")
    assert of(made) == {"a": (180, 1), "c": (140, 1), "d": (70, 0), "e": (0, 0)}


def test_a_response_after_progression_is_none():
    person = Person(id="a", t0=on(0), scans=(scan(60, "PD"), scan(120, "PR")), last=on(200))
    with pytest.raises(InputError, match="no patient has a recorded complete or partial response"):
        one(person, "dor")


def test_next_systemic_therapy_or_death():
    persons = [
        Person(id="a", t0=on(0), last=on(300), systemic=(on(-90), on(120), on(200))),
        Person(id="b", t0=on(0), death=on(150)),
        Person(id="c", t0=on(0), last=on(300)),
        Person(id="d", t0=on(0), last=on(300), systemic=(on(0),)),
    ]
    made = endpoint(people(persons, PLAN), "ttnt")
    assert of(made) == {"a": (120, 1), "b": (150, 1), "c": (300, 0), "d": (300, 0)}


# origins ----------------------------------------------------------------------------------------------------------


def test_an_earlier_origin_is_entered_late():
    persons = [
        Person(id="a", t0=on(0), death=on(100), patient={"liver_met_dx_date": on(-200), "met_dx_date": on(-400)}),
        Person(id="b", t0=on(0), last=on(50), patient={"liver_met_dx_date": None, "met_dx_date": on(-10)}),
    ]
    liver = endpoint(people(persons), "os", origin="liver_met_dx")
    assert of(liver) == {"a": (300, 1)}
    assert liver.entry.tolist() == [200]
    assert any(unit == "b" and "left out" in note for unit, note in liver.flags)
    anywhere = endpoint(people(persons), "os", origin="met_dx")
    assert of(anywhere) == {"a": (500, 1), "b": (60, 0)}
    assert anywhere.entry.tolist() == [400, 10]


def test_an_origin_after_treatment_begins_there():
    person = Person(id="a", t0=on(0), death=on(100), systemic=(on(30),))
    made = endpoint(people([person]), "os", origin="systemic_start")
    assert of(made) == {"a": (70, 1)}
    assert made.entry.tolist() == [-1]
    earlier = Person(id="a", t0=on(0), death=on(100), systemic=(on(30), on(-60)))
    entered = endpoint(people([earlier]), "os", origin="systemic_start")
    assert of(entered) == {"a": (160, 1)}
    assert entered.entry.tolist() == [60]


def test_origins_that_do_not_exist_or_do_not_apply():
    made = people([Person(id="a", t0=on(0), death=on(100), scans=(scan(60, "PR"),))])
    with pytest.raises(SettingsError, match="origin 'diagnosis'"):
        endpoint(made, "os", origin="diagnosis")
    with pytest.raises(SettingsError, match="Duration of response"):
        endpoint(made, "dor", origin="met_dx")
    with pytest.raises(InputError, match="no patient has a date of first documented metastasis"):
        endpoint(made, "os", origin="met_dx")
    with pytest.raises(SettingsError, match="rule_set 'fda'"):
        endpoint(made, "pfs", rule_set="fda")


# partial dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("partial", "day"), [("middle", 14), ("earliest", 0), ("latest", 30)])
def test_a_partial_death_is_a_day_of_its_month(partial, day):
    person = Person(id="a", t0="2020-01-10", death="2020-03", last="2020-02-01")
    want = (date(2020, 3, 1) + timedelta(days=day) - date(2020, 1, 10)).days
    made = endpoint(people([person]), "os", partial=partial)
    assert of(made) == {"a": (want, 1)}
    assert ("a", "partial date: the day that decides the time was assumed") in made.flags


def test_a_partial_death_is_never_before_the_last_contact_or_the_treatment():
    assert one(Person(id="a", t0="2020-01-10", death="2020-03", last="2020-03-20"), "os") == (70, 1)
    assert one(Person(id="a", t0="2020-01-20", death="2020-01", last="2020-01-20"), "os") == (0, 1)
    assert one(Person(id="a", t0="2020-01-10", death="2020", last="2020-02-01"), "os")[0] == 173, "1 July"


def test_a_partial_progression_lies_between_treatment_and_death():
    person = Person(id="a", t0="2020-03-20", scans=(("2020-03", "PD", "PD", "PD"),), last="2020-06-01")
    assert one(person, "pfs") == (1, 1)
    person = Person(id="a", t0="2020-01-01", scans=(("2020-03", "PD", "PD", "PD"),), death="2020-03-05")
    assert one(person, "pfs") == (64, 1)


def test_a_partial_session_is_not_after_the_death():
    assert one(Person(id="a", t0="2020-03", death="2020-03-10"), "os") == (0, 1)


# recorded durations -----------------------------------------------------------------------------------------------


def recorded(*rows):
    patients = [{"patient_id": i, "vital_status": "alive"} for i in dict.fromkeys(r[0] for r in rows)]
    outcome = [{"patient_id": i, "endpoint": e, "days": d, "event": x, "cell": "A1"} for i, e, d, x in rows]
    return cohort(PLAN, patient=patients, outcome=outcome)


def test_recorded_durations_are_used_as_they_are():
    made = recorded(("a", "os", 100, True), ("b", "os", 80, False))
    assert of(endpoint(made, "os")) == {"a": (100, 1), "b": (80, 0)}
    with pytest.raises(InputError, match="another origin"):
        endpoint(made, "os", origin="met_dx")


def test_every_endpoint_says_why_it_is_not_available():
    reasons = dict(available(recorded(("a", "os", 100, True))))
    assert list(reasons) == list(LABELS)
    assert reasons["os"] == ""
    assert all(reason for code, reason in reasons.items() if code != "os")
