"""The reporting standards: 50 items, what fills each, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessing.standards import build
from glisson.clinical.read import demo_cohort
from glisson.clinical.schema import TABLES
from glisson.clinical.settings import StandardsSettings, parse_study
from glisson.clinical.standards import ablation, chemoembolization
from glisson.clinical.standards.items import Present, Recorded, Reported, Seen, Stated, answer
from glisson.clinical.standards.radioembolization import ITEMS
from glisson.clinical.standards.scope import scope
from glisson.errors import SettingsError
from glisson.present.document import Heading
from glisson.reporting.chapters import document
from tests.clinical.build import Person, people
from tests.clinical.test_untreatable import on
from tests.demo import assessed
from tests.paths import ROOT

COLUMNS = {t.name: {f.name for f in t.fields} for t in TABLES}


def beads(study: dict[str, Any] | None = None, session: dict[str, Any] | None = None, **tables: Any):
    """Two patients with Y-90, one with ablation; patient b died on day 50."""
    persons = [
        Person(id="a", t0=on(0), last=on(400), method="y90_glass", scans=((on(60), "SD", "SD", "SD"),),
               patient={"ecog_t0": 1, "extrahepatic_t0": "unknown"}),
        Person(id="b", t0=on(0), death=on(50), method="y90", patient={"ecog_t0": None, "extrahepatic_t0": "none"}),
        Person(id="c", t0=on(0), last=on(400), method="ablation_mwa"),
    ]  # fmt: skip
    made = people(persons, study, **tables)
    frame = made.tables["session"].with_columns(**(session or {}))
    return replace(made, tables={**made.tables, "session": frame})


def item(topic: str):
    return next(i for i in ITEMS if i.topic.startswith(topic))


def state(made, topic: str, facts=()) -> tuple[str, str]:
    found = answer(item(topic), scope(made, ("y90",)), facts)
    return found.state, found.where or found.todo


@pytest.mark.by_hand
def test_the_list_has_25_items_of_two_points_and_25_of_one() -> None:
    assert [i.number for i in ITEMS] == [*range(1, 26), *range(1, 26)]
    assert [i.weight for i in ITEMS] == ["major"] * 25 + ["minor"] * 25
    assert len({i.topic for i in ITEMS}) == 50
    assert build(demo_cohort()).radioembolization.points() == (49, 75)


def test_every_source_names_a_column_a_setting_or_a_chapter_that_exists() -> None:
    chapters = {b.text for b in document(assessed()).blocks if isinstance(b, Heading)}
    asked = set()
    for source in (s for i in ITEMS for s in i.sources):
        if isinstance(source, Recorded | Seen | Present):
            assert {c for need in source.columns for c in need.split("|")} <= COLUMNS[source.table], source
        elif isinstance(source, Stated):
            asked.add(source.key)
        else:
            assert isinstance(source, Reported)
            assert source.chapter in chapters
    assert asked == set(StandardsSettings.model_fields) - {"least_recorded"}, "every text fills an item"
    for field in (*chemoembolization.FIELDS, *ablation.FIELDS):
        assert set(field.columns) <= COLUMNS[field.table] | {"size_mm"}, field


def test_the_documentation_lists_every_item_and_field() -> None:
    page = (ROOT / "docs" / "reference" / "reporting-standards.md").read_text(encoding="utf-8")
    for one in ITEMS:
        line = next(x for x in page.splitlines() if x.startswith(f"| {one.number} | {one.topic} |"))
        for source in one.sources:
            said = source.key if isinstance(source, Stated) else source.chapter if isinstance(source, Reported) else (
                source.what if isinstance(source, Seen) else source.columns[-1].split("|")[-1]
            )  # fmt: skip
            assert said in line
    for field in (*chemoembolization.FIELDS, *ablation.FIELDS):
        assert f"| {field.label} | `" in page


@pytest.mark.by_hand
def test_an_item_of_the_data_needs_everybody_concerned() -> None:
    assert state(beads(), "Performance status at") == ("partial", "sheet patient: ecog_t0 (1 of 2 patients)")
    half = beads({"standards": {"least_recorded": 0.5}})
    assert state(half, "Performance status at")[0] == "recorded"
    assert state(beads(), "Tumour stage") == ("missing", "text standards.staging in study.toml")


@pytest.mark.by_hand
def test_unknown_is_not_recorded_and_y90_alone_names_no_microsphere() -> None:
    burden = beads()
    frame = burden.tables["patient"].with_columns(n_liver_lesions=3)
    burden = replace(burden, tables={**burden.tables, "patient": frame})
    assert state(burden, "Distribution")[0] == "partial"
    assert state(beads(), "Microsphere") == ("partial", "sheet session: method (1 of 2 sessions)")


@pytest.mark.by_hand
def test_scans_after_treatment_are_asked_of_those_followed_to_the_first_control() -> None:
    made = beads()
    frame = made.tables["assessment"].with_columns(modality=made.tables["assessment"]["assessment_id"])
    made = replace(made, tables={**made.tables, "assessment": frame})
    found, where = state(made, "Imaging used for follow-up")
    assert found == "recorded"
    assert where.endswith("(1 of 1 patient followed for 84 days)")
    assert state(made, "Imaging at baseline")[0] == "missing"


@pytest.mark.by_hand
def test_laboratory_values_need_both_tests_before_and_after() -> None:
    def lab(test: str, day: int, who: str = "a") -> dict[str, Any]:
        return {"patient_id": who, "date": on(day), "test": test, "value": 1.0, "unit": "g/L"}

    only = beads(lab=[lab("bilirubin", 0), lab("bilirubin", -1, "b"), lab("albumin", 1)])
    assert state(only, "Laboratory values at baseline")[0] == "missing"
    both = beads(lab=[lab(t, d, w) for t in ("bilirubin", "albumin") for d in (0, 30) for w in "ab"])
    assert state(both, "Laboratory values at baseline")[0] == "recorded"
    assert state(both, "Changes of laboratory values")[0] == "recorded"


@pytest.mark.by_hand
def test_a_text_fills_its_item_and_a_blank_one_does_not() -> None:
    assert state(beads({"standards": {"cost": "Not studied."}}), "Cost") == ("stated", "Not studied.")
    assert state(beads({"standards": {"cost": "  "}}), "Cost")[0] == "missing"


@pytest.mark.by_hand
def test_the_report_fills_what_it_can_give() -> None:
    assert state(beads(), "Overall survival", {"os"})[0] == "reported"
    assert state(beads(), "Overall survival")[0] == "missing"
    assert state(beads(), "Limitations", {"findings"})[0] == "reported"
    assert state(beads(), "Limitations")[0] == "missing"
    assert state(beads(), "Univariate")[0] == "missing"


@pytest.mark.by_hand
def test_no_adverse_event_recorded_is_no_item() -> None:
    rows = [{"patient_id": "c", "onset_date": on(3), "term": "Fever", "grade": 1}]
    assert state(beads(adverse_event=rows), "Complications")[0] == "missing", "only the ablated patient had one"
    rows.append({"patient_id": "a", "onset_date": on(3), "term": "Fever", "grade": 1})
    assert state(beads(adverse_event=rows), "Complications") == ("recorded", "sheet adverse_event: term (1 of 1 event)")


@settings(max_examples=15, deadline=None)
@given(keys=st.sets(st.sampled_from(sorted(set(StandardsSettings.model_fields) - {"least_recorded"}))))
@pytest.mark.property
def test_a_text_never_lowers_the_score_and_every_point_has_a_place(keys: set[str]) -> None:
    bare, said = build(beads()), build(beads({"standards": dict.fromkeys(keys, "As stated.")}))
    assert bare is not None
    assert said is not None
    before, after = bare.radioembolization, said.radioembolization
    assert before is not None
    assert after is not None
    asked = {(i.weight, i.number): {s.key for s in i.sources if isinstance(s, Stated)} for i in ITEMS}
    for i, j in zip(before.items, after.items, strict=True):
        assert j.points >= i.points
        assert j.points > 0 or not asked[j.weight, j.number] & keys
        assert bool(j.where) == (j.state != "missing")
        assert bool(j.todo) == (j.points == 0)
    assert after.text == (
        f"{after.points()[0]} of 75 (major {after.points('major')[0]} of 50, minor {after.points('minor')[0]} of 25)"
    )


def test_only_what_was_done_has_a_standard() -> None:
    tace = people([Person(id="a", t0=on(0), last=on(10))])
    result = build(tace)
    assert result is not None
    assert result.radioembolization is None
    assert [one.code for one in result.lists] == ["chemoembolization"]
    assert build(people([Person(id="a", t0=on(0), last=on(10), method="hai")])) is None


@pytest.mark.by_hand
def test_fields_are_asked_of_the_sessions_they_apply_to() -> None:
    made = people(
        [Person(id="a", t0=on(0), last=on(99), method="ctace", sessions=({"date": on(30), "method": "tae"},))]
    )
    frame = made.tables["session"].with_columns(lipiodol_ml=10.0, drug_mg=None)
    made = replace(made, tables={**made.tables, "session": frame})
    fields = {f.label: (f.n, f.of) for f in build(made).lists[0].fields}
    assert fields["Lipiodol, mL"] == (1, 1)
    assert fields["Dose of the drug, mg"] == (0, 1)
    assert fields["Bead or carrier"] == (0, 1), "asked of the bland embolization only"
    assert "Vials" not in fields
    assert fields["Date, for the number of sessions and their interval"] == (2, 2)


@pytest.mark.by_hand
def test_an_ablation_of_no_named_kind_has_no_modality_and_lesions_need_their_sheet() -> None:
    made = people([Person(id="a", t0=on(0), last=on(99), method="ablation")])
    fields = {f.label: (f.n, f.of) for f in build(made).lists[0].fields}
    assert fields["Modality"] == (0, 1)
    assert fields["Smallest margin, mm"] == (0, 0)
    linked = replace(made, tables={**made.tables, "session_lesion": people(
        [], session_lesion=[{"session_id": "a-S1", "lesion_id": "L1", "margin_mm": 5.0},
                            {"session_id": "a-S1", "lesion_id": "L2", "margin_mm": None}]
    ).tables["session_lesion"]})  # fmt: skip
    fields = {f.label: (f.n, f.of) for f in build(linked).lists[0].fields}
    assert fields["Smallest margin, mm"] == (1, 2)


def test_unknown_keys_of_the_section_are_errors() -> None:
    with pytest.raises(SettingsError, match=r"standards\.costs"):
        parse_study({"standards": {"costs": "x"}})
