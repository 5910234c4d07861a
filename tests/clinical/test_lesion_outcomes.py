"""Treated lesions by hand: the first control, re-treatment, derived local status, residual told from progression."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.clinical.derive import endpoint
from glisson.clinical.lesion_outcomes import (
    NO_CONTROL,
    lesion_outcomes,
    margin_stratum,
    reclassified,
    session_success,
    size_stratum,
)
from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import parse_study
from glisson.clinical.timeline import timeline
from glisson.errors import InputError, SettingsError
from tests.clinical.build import cohort

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def made(scans, sessions=((0, {}),), *, end=900, death=None, study=None, link=None):
    """One patient with one lesion: scans as (day, measurement), sessions as (day, columns)."""
    return cohort(
        study,
        patient=[{"patient_id": "a", "last_contact_date": on(death or end), "death_date": on(death) if death else None,
                  "vital_status": "dead" if death else "alive"}],
        session=[{"session_id": f"S{d}", "patient_id": "a", "date": on(d), "method": "ablation_mwa", **more}
                 for d, more in sessions],
        lesion=[{"lesion_id": "L", "patient_id": "a", "organ": "liver", "first_seen_date": on(-30), "is_node": False}],
        session_lesion=[{"session_id": f"S{d}", "lesion_id": "L", **(link or {})} for d, _ in sessions],
        assessment=[{"assessment_id": f"A{i}", "patient_id": "a", "date": on(d), "criterion": "recist11"}
                    for i, (d, _) in enumerate(scans)],
        measurement=[{"assessment_id": f"A{i}", "lesion_id": "L", "role": "target", "status": "measured", **m}
                     for i, (_, m) in enumerate(scans)],
    )  # fmt: skip


def recorded(*scans):
    return [(d, {"local_status": s, "long_mm": 30.0}) for d, s in scans]


def one(*args, **kwargs) -> dict:
    return lesion_outcomes(made(*args, **kwargs)).row(0, named=True)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("scans", "primary"),
    [
        ([(40, "none")], True),
        ([(40, "residual")], False),
        ([(28, "none")], True),
        ([(84, "none")], True),
        ([(27, "none")], None),
        ([(85, "none")], None),
        ([(40, "not_evaluable"), (70, "none")], True),
        ([(40, "residual"), (70, "none")], False),
        ([(40, "none"), (70, "ltp")], True),
        ([(40, "none"), (40, "residual")], False),
    ],
)
def test_the_first_adequate_scan_in_the_window_decides(scans, primary) -> None:
    found = one(recorded(*scans))
    assert found["primary"] is primary
    assert (found["no_control"] is None) == (primary is not None)


@pytest.mark.by_hand
def test_the_window_is_a_setting() -> None:
    study = {"response": {"control_from_days": 80, "control_to_days": 120}}
    assert one(recorded((40, "residual"), (100, "none")), study=study)["primary"] is True
    with pytest.raises(SettingsError, match="control_to_days"):
        parse_study({"response": {"control_from_days": 100}})


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("scans", "more", "why"),
    [
        ([(40, "not_evaluable")], {}, NO_CONTROL[0]),
        ([(90, "none")], {"sessions": ((0, {}), (60, {"retreat_type": "residual"}))}, NO_CONTROL[1]),
        ([(10, "none")], {"death": 50}, NO_CONTROL[2]),
        ([(10, "none")], {"end": 50}, NO_CONTROL[3]),
        ([(10, "none")], {}, NO_CONTROL[4]),
    ],
)
def test_a_lesion_without_a_first_control_says_why(scans, more, why) -> None:
    found = one(recorded(*scans), **more)
    assert (found["primary"], found["assisted"], found["no_control"]) == (None, None, why)


@pytest.mark.by_hand
def test_residual_tumour_treated_again_is_assisted_efficacy_only() -> None:
    again = {"sessions": ((0, {}), (60, {"retreat_type": "residual"}))}
    found = one(recorded((40, "residual"), (100, "none")), **again)
    assert (found["primary"], found["retreated"], found["assisted"]) == (False, True, True)
    still = one(recorded((40, "residual"), (100, "residual")), **again)
    assert (still["assisted"], still["assisted_unknown"]) == (False, False)
    unseen = one(recorded((40, "residual")), **again)
    assert (unseen["assisted"], unseen["assisted_unknown"]) == (False, True)
    untouched = one(recorded((40, "residual"), (100, "none")))
    assert (untouched["retreated"], untouched["assisted"]) == (False, False)


@pytest.mark.by_hand
def test_the_scan_on_the_day_of_the_next_treatment_was_before_it() -> None:
    found = one(recorded((60, "residual")), sessions=((0, {}), (60, {"retreat_type": "residual"})))
    assert (found["primary"], found["retreated"]) == (False, True)


@pytest.mark.by_hand
def test_planned_stages_belong_to_the_first_course() -> None:
    def end(**more):
        found = one(recorded((100, "none")), sessions=((0, {}), (40, more)))
        return (found["course_end"] - T0).days

    assert end(retreat_type="planned_stage") == 40
    assert end(retreat_type="residual") == 0
    assert end(course_id="C2") == 40, "no course on the first day: within the course window"
    staged = ((0, {"course_id": "C1"}), (40, {"course_id": "C2"}))
    assert one(recorded((100, "none")), sessions=staged)["course_end"] == T0
    assert one(recorded((150, "none")), sessions=((0, {}), (57, {})))["course_end"] == T0


@pytest.mark.by_hand
def test_size_margin_and_coverage() -> None:
    scans = [(-20, {"long_mm": 25.0}), (-5, {"long_mm": 31.0}), (40, {"long_mm": 20.0, "local_status": "none"})]
    found = one(scans, link={"margin_mm": 6.0, "coverage": "complete"})
    assert (found["size_mm"], found["margin_mm"], found["coverage"]) == (31, 6, "complete")
    assert (size_stratum(31), margin_stratum(6)) == (">30 to 50 mm", "5 to 10 mm")
    staged = one(scans, sessions=((0, {}), (20, {"retreat_type": "planned_stage"})))
    assert (staged["coverage"], staged["margin_mm"]) == (None, None)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("scans", "want"),
    [
        ([(40, {"viable_long_mm": 0.0}), (90, {"viable_long_mm": 9.0})], ["none", "ltp"]),
        ([(40, {"viable_long_mm": 9.0}), (90, {"viable_long_mm": 12.0})], ["residual", "residual"]),
        ([(40, {"viable_area_mm2": 0.0}), (90, {"viable_area_mm2": 4.0})], ["none", "ltp"]),
        ([(40, {"status": "absent"}), (90, {"viable_long_mm": 5.0})], ["none", "ltp"]),
        ([(40, {"status": "not_evaluable"}), (90, {"viable_long_mm": 0.0})], ["not_evaluable", "none"]),
        ([(40, {"long_mm": 30.0}), (90, {"viable_long_mm": 0.0})], ["none"]),
        ([(-5, {"viable_long_mm": 20.0}), (0, {"viable_long_mm": 20.0}), (40, {"viable_long_mm": 0.0})], ["none"]),
        ([(40, {"local_status": "none"}), (90, {"viable_long_mm": 7.0})], ["none", "ltp"]),
        ([(40, {"local_status": "none", "viable_long_mm": 8.0})], ["none"]),
    ],
)
def test_local_status_from_the_viable_part(scans, want) -> None:
    local = timeline(made(scans)).tables["local_control"].sort("date")
    assert local["status"].to_list() == want


@pytest.mark.by_hand
def test_progression_never_seen_clear_is_residual_and_listed() -> None:
    never = made(recorded((40, "residual"), (90, "ltp")))
    assert [lesion for lesion, _ in reclassified(never)] == ["L"]
    assert endpoint(never, "ltp").n_events == 0
    clear = made(recorded((40, "none"), (90, "ltp")))
    assert reclassified(clear) == ()
    assert endpoint(clear, "ltp").n_events == 1


@pytest.mark.by_hand
def test_local_progression_can_be_derived_alone() -> None:
    scans = [(40, {"viable_long_mm": 0.0, "long_mm": 28.0}), (90, {"viable_long_mm": 9.0, "long_mm": 28.0})]
    ltp = endpoint(made(scans), "ltp")
    assert (ltp.n_events, ltp.exit.tolist()) == (1, [90])
    assert reclassified(made(scans)) == ()
    with pytest.raises(InputError, match=r"measurement\.local_status or measurement\.viable_long_mm"):
        endpoint(made([(40, {"long_mm": 28.0})]), "ltp")


@pytest.mark.independent
def test_the_derivation_agrees_with_every_recorded_status_of_the_demonstration() -> None:
    whole = demo_cohort()
    kept = timeline(whole).tables["local_control"].filter(pl.col("status").is_not_null())
    bare = whole.table("measurement").drop("local_status")
    tables = {**whole.tables, "measurement": bare}
    derived = timeline(type(whole)(tables=tables, problems=whole.problems, study=whole.study)).tables["local_control"]
    both = kept.join(derived, on=["lesion_id", "date"], how="inner", suffix="_derived")
    assert len(both) > 120
    assert both.filter(pl.col("status") != pl.col("status_derived")).is_empty()


@pytest.mark.by_hand
def test_sessions_keep_their_own_method_and_unrecorded_success() -> None:
    whole = made([], sessions=((0, {"technical_success": True}), (90, {"method": "y90_glass"})))
    assert session_success(whole).select("method", "success").rows() == [("ablation", True), ("y90", None)]


@pytest.mark.by_hand
def test_without_linked_lesions_there_is_nothing_to_judge() -> None:
    bare = cohort(patient=[{"patient_id": "a"}], session=[{"session_id": "s", "patient_id": "a", "date": on(0)}])
    with pytest.raises(InputError, match="session_lesion"):
        lesion_outcomes(bare)


SCANS = st.lists(st.tuples(st.integers(1, 200), st.sampled_from(["none", "residual", "ltp", "not_evaluable"])),
                 min_size=1, max_size=6)  # fmt: skip


@pytest.mark.property
@given(SCANS, st.integers(10, 150))
@settings(max_examples=25, deadline=None)
def test_what_holds_for_every_lesion(scans, again) -> None:
    sessions = ((0, {}), (again, {"retreat_type": "residual"}))
    found, turned = one(recorded(*scans), sessions), one(recorded(*scans[::-1]), sessions)
    assert found == turned, "the order of rows does not matter"
    assert not found["primary"] or found["assisted"]
    assert (found["control"] is None) == (found["no_control"] is not None)
    assert found["control"] is None or 28 <= (found["control"] - T0).days <= min(84, again)
