"""The synthetic cohort: the committed workbook is what the script makes, and it says what was published."""

from __future__ import annotations

import json
import statistics
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from scripts.demo.imaging import imaging_rows
from scripts.demo.labs import ANALYTES
from scripts.demo.lesions import Row
from scripts.demo.plan import CUTOFF, PLANS
from scripts.demo.planted import PLANTED, plant
from scripts.demo.workbook import tables, write
from scripts.make_demo_cohort import TARGET

from glisson import Endpoint, kaplan_meier
from glisson.clinical.schema import TABLES, table
from glisson.clinical.settings import read_study
from glisson.clinical.vocabulary import METHOD_FAMILY
from tests.paths import ROOT

GOLDEN = json.loads((ROOT / "tests/validation/demo_cohort.json").read_text())
MONTH = 30.4375
TEXTS = {p.text for p in PLANTED}
#: Effects that doxorubicin in the circulation would have; nausea and vomiting of the first days are not among them.
SYSTEMIC_DOXORUBICIN = {
    "Alopecia", "Mucositis oral", "Febrile neutropenia", "Neutrophil count decreased", "White blood cell decreased",
    "Platelet count decreased", "Heart failure", "Ejection fraction decreased", "Left ventricular systolic dysfunction",
}  # fmt: skip


@cache
def rows(name: str) -> list[Row]:
    return tables()[name]


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def day(value: object) -> date:
    assert isinstance(value, date)
    return value


# the file


def test_the_committed_workbook_is_what_the_script_makes(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.xlsx"
    write(fresh)
    assert sheets(fresh) == sheets(TARGET)


def test_the_same_cohort_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert {i.date_time for i in zipfile.ZipFile(TARGET).infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_the_workbook_is_small_and_says_first_that_it_is_synthetic() -> None:
    assert TARGET.stat().st_size < 200_000
    content = sheets(TARGET)
    assert list(content) == ["README", *(t.name for t in TABLES)]
    assert str(content["README"][0][0]).startswith("SYNTHETIC")


def test_the_settings_say_synthetic_too() -> None:
    study = read_study(TARGET.with_name("demo_study.toml"))
    assert study.synthetic
    assert "synthetic" in study.title.lower()
    assert study.cutoff == CUTOFF


# what was published


def test_first_method_sex_age_and_combinations() -> None:
    first = {str(r["patient_id"]): METHOD_FAMILY[str(r["method"])] for r in reversed(rows("session"))}
    assert sorted(first.values()) == ["ablation"] * 5 + ["deb_tace"] * 13 + ["y90"] * 6
    used = {p: {str(r["method"]) for r in rows("session") if r["patient_id"] == p} for p in first}
    assert sum(len(methods) > 1 for methods in used.values()) == 3
    assert sorted(str(r["sex"]) for r in rows("patient")) == ["F"] * 16 + ["M"] * 8
    ages = [float(str(r["age_at_t0"])) for r in rows("patient")]
    assert (round(statistics.mean(ages), 1), round(statistics.stdev(ages), 1)) == (62.8, 11.4)


def test_most_are_pretreated_and_have_disease_outside_the_liver() -> None:
    assert sum(r["extrahepatic_t0"] == "present" for r in rows("patient")) == 16
    assert sum(int(str(r["lines_systemic_before"])) > 0 for r in rows("patient")) == 20


@pytest.mark.against_r
@pytest.mark.parametrize(
    ("name", "liver_only", "months"), [("os", False, "9.0"), ("liver_pfs", False, "9.0"), ("os", True, "22.0")]
)
def test_published_medians(name: str, liver_only: bool, months: str) -> None:
    plans = [p for p in PLANS if not (liver_only and p.sites)]
    ends = [(p.os, p.dead) if name == "os" else p.liver_pfs for p in plans]
    endpoint = Endpoint.from_arrays([d for d, _ in ends], [e for _, e in ends], name=name)
    median = kaplan_meier(endpoint).one(statistic="median").value
    golden = GOLDEN["liver_only" if liver_only else "overall"][name]["median"]
    assert median is not None
    assert median == golden
    assert f"{median / MONTH:.1f}" == months


@pytest.mark.against_r
def test_the_plan_is_what_r_was_given() -> None:
    for plan, patient in zip(PLANS, GOLDEN["patients"], strict=True):
        assert (plan.id, METHOD_FAMILY[plan.method], not plan.sites) == (
            patient["id"], patient["method"], bool(patient["liver_only"]),
        )  # fmt: skip
        assert (plan.os, plan.dead) == (patient["os"], bool(patient["dead"]))
        assert plan.liver_pfs == (patient["liver_pfs"], bool(patient["liver_pfs_event"]))
        assert plan.pfs == (patient["pfs"], bool(patient["pfs_event"]))


def test_no_systemic_doxorubicin_event_after_beads() -> None:
    beads = {r["patient_id"] for r in rows("session") if r["method"] == "deb_tace"}
    of_beads = [r for r in rows("adverse_event") if r["patient_id"] in beads and r["grade"] != 0]
    assert len(of_beads) > 40
    assert not [r for r in of_beads if r["term"] in SYSTEMIC_DOXORUBICIN]
    gut = [r for r in of_beads if r["term"] in {"Nausea", "Vomiting"}]
    assert all(r["pes"] == "yes" for r in gut if "deb_tace" in _method_of(str(r["session_id"])))
    for name in ("anc", "wbc", "platelets"):
        low = ANALYTES[name].low
        assert low is not None
        counts = [r for r in rows("lab") if r["patient_id"] in beads and r["test"] == name]
        assert all(float(str(r["value"])) >= low for r in counts)


def _method_of(session: str) -> str:
    return next(str(r["method"]) for r in rows("session") if r["session_id"] == session)


# what a patient can be


def test_progression_comes_in_the_order_that_nature_allows() -> None:
    for plan in PLANS:
        assert plan.pfs[0] <= plan.liver_pfs[0] <= plan.os
        assert all(s.day < plan.os for s in plan.sessions)
        assert all(0 < s <= plan.os for s in plan.scans)
        assert plan.on(plan.os) <= CUTOFF


def test_recorded_responses_follow_from_the_measurements() -> None:
    """RECIST 1.1 once more, from the cells of the workbook."""
    sums: dict[str, list[int | None]] = {}
    for row in rows("assessment"):
        now = _target_sum(str(row["assessment_id"]))
        before = sums.setdefault(str(row["patient_id"]), [])
        if row["is_baseline"] == "no":
            assert row["target_resp"] == _response([s for s in before if s is not None], now), row["assessment_id"]
        before.append(now)


def _target_sum(assessment: str) -> int | None:
    targets = [r for r in rows("measurement") if r["assessment_id"] == assessment and r["role"] == "target"]
    if any(r["status"] == "not_evaluable" for r in targets):
        return None
    return sum(int(str(r["short_mm"] if "short_mm" in r else r["long_mm"])) for r in targets)


def _response(before: Sequence[int], now: int | None) -> str:
    if now is None:
        return "NE"
    if now - min(before) >= 5 and now / min(before) >= 1.2 - 1e-9:
        return "PD"
    return "CR" if now == 0 else "PR" if now / before[0] <= 0.7 + 1e-9 else "SD"


def test_progression_in_the_workbook_is_on_the_planned_days() -> None:
    for plan in PLANS:
        own = [r for r in rows("assessment") if r["patient_id"] == plan.id]
        for column, planned in (("liver_resp", plan.liver_pd), ("extrahepatic_resp", plan.outside_pd)):
            seen = next((day(r["date"]) for r in own if r.get(column) == "PD"), None)
            assert seen == (None if planned is None else plan.on(planned)), (plan.id, column)


def test_at_most_two_targets_an_organ_and_five_in_all() -> None:
    for plan in PLANS:
        _, measurements = imaging_rows(plan)
        first = [m["lesion_id"] for m in measurements if m["role"] == "target"
                 and str(m["assessment_id"]).endswith("-A0")]  # fmt: skip
        organs = [r["organ"] for r in rows("lesion") if r["lesion_id"] in first]
        assert 1 <= len(first) <= 5
        assert max(organs.count(o) for o in set(organs)) <= 2


def test_nothing_happens_before_birth_or_after_death() -> None:
    last = {plan.id: plan.on(plan.os) for plan in PLANS}
    for name in ("session", "assessment", "lab", "adverse_event", "systemic_therapy", "followup"):
        for row in rows(name):
            for column, value in row.items():
                if isinstance(value, datetime | date):
                    assert day(value) <= last[str(row["patient_id"])], (name, column, row["patient_id"])


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    for declared in TABLES:
        if declared.key:
            keys = [tuple(r[k] for k in declared.key) for r in rows(declared.name)]
            assert len(keys) == len(set(keys)), declared.name
    known = {key: {r[key] for r in rows(of)} for of, key in
             (("patient", "patient_id"), ("session", "session_id"), ("lesion", "lesion_id"),
              ("assessment", "assessment_id"))}  # fmt: skip
    for declared in TABLES:
        for row in rows(declared.name):
            assert all(row[k] in known[k] for k in known if row.get(k) is not None)


def test_every_cell_but_the_planted_is_what_the_schema_declares() -> None:
    for declared in TABLES:
        for row in rows(declared.name):
            for name, value in row.items():
                if value is not None and value not in TEXTS:
                    _check_cell(declared.name, name, value)
            required = [f.name for f in declared.fields if f.need == "required"]
            assert all(row.get(name) is not None for name in required)


def _check_cell(where: str, name: str, value: object) -> None:
    field = table(where).field(name)
    if field.kind == "choice":
        assert value in field.choices, (where, name, value)
    elif field.kind == "yes_no":
        assert value in {"yes", "no"}, (where, name, value)
    elif field.kind == "date":
        assert isinstance(value, date), (where, name, value)
    elif field.kind in {"number", "integer"}:
        assert isinstance(value, int | float), (where, name, value)
        assert field.low is None or value >= field.low
        assert field.high is None or value <= field.high
    else:
        assert isinstance(value, str), (where, name, value)


def test_local_progression_follows_a_scan_without_viable_tumour_at_a_treated_site() -> None:
    treated: dict[str, date] = {}
    session_day = {r["session_id"]: day(r["date"]) for r in rows("session")}
    for row in rows("session_lesion"):
        at, lesion = session_day[row["session_id"]], str(row["lesion_id"])
        treated[lesion] = min(at, treated.get(lesion, at))
    scan_day = {r["assessment_id"]: day(r["date"]) for r in rows("assessment")}
    seen: dict[str, list[object]] = {}
    for row in rows("measurement"):
        lesion = str(row["lesion_id"])
        after = lesion in treated and scan_day[row["assessment_id"]] > treated[lesion]
        assert (row["local_status"] is not None) == after, (row["assessment_id"], lesion)
        if row["local_status"] == "ltp":
            assert "none" in seen[lesion], lesion
        assert (row.get("viable_long_mm") == 0) <= (row["local_status"] == "none")
        seen.setdefault(lesion, []).append(row["local_status"])
    first = sorted(lesion for lesion, statuses in seen.items() if "ltp" in statuses)
    assert first == ["004-L1", "011-L2", "018-L2", "020-L1"]


# the planted problems


def test_planted_problems_are_in_the_workbook_and_in_the_documentation() -> None:
    fresh = tables()
    content = sheets(TARGET)
    page = (ROOT / "docs/reference/demo-cohort.md").read_text(encoding="utf-8")
    for planted, row in plant(fresh):
        column = table(planted.table).names.index(planted.column)
        assert content[planted.table][row - 1][column] == planted.text
        cell = f"{_letters(column)}{row}"
        assert f"| {planted.table} | {cell} | {planted.column} | `{planted.text}` | {planted.meaning} |" in page
    assert all(isinstance(line[0], str) and len(line[0]) == 3 for line in content["patient"][1:])


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)
