from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glisson.errors import InputError
from glisson.reporting.results import Results, read_results, results_json, results_schema
from tests.demo import assessed
from tests.paths import ROOT
from tests.reporting.fixture import assessment, bare


@pytest.mark.parametrize("make", [assessment, bare])
def test_it_reads_back_by_its_schema(make: object, tmp_path: Path) -> None:
    text = results_json(make())  # type: ignore[operator]
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    results = read_results(path)
    assert results == Results.model_validate(make())  # type: ignore[operator]
    assert results.schema_version == "1.0"


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert results_json(assessment()) == results_json(assessment())


def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    """Sets and dictionaries are ordered differently under another hash seed; the file is not."""
    code = (
        "from glisson.assessing import assess; from glisson.clinical.read import demo_cohort; "
        "from glisson.reporting.results import results_json; import sys, hashlib; "
        "sys.stdout.write(hashlib.sha256(results_json(assess(demo_cohort())).encode()).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": "1"}, check=True, capture_output=True
    )
    assert there.stdout.decode() == hashlib.sha256(results_json(assessed()).encode()).hexdigest()


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "docs/reference/results.schema.json").read_text(encoding="utf-8")
    assert published == results_schema(), "run: python -m scripts.make_results_schema"


def test_the_page_about_the_file_names_every_part() -> None:
    page = (ROOT / "docs/reference/results.md").read_text(encoding="utf-8")
    for name in Results.model_fields:
        assert f"| `{name}` |" in page, name


def test_every_estimate_curve_and_finding_is_there_with_full_precision() -> None:
    whole, data = assessment(), json.loads(results_json(assessment()))
    for endpoint, part in zip(whole.endpoints, data["endpoints"], strict=True):
        for b, p in zip(endpoint.breakdowns, part["breakdowns"], strict=True):
            assert len(p["estimates"]) == len(b.estimates)
            assert [e["value"] for e in p["estimates"]] == [e.value for e in b.estimates]
            assert [c["time"] for c in p["curves"]] == [c.time.tolist() for c in b.curves]
    assert [f["id"] for f in data["findings"]] == ["P21", "P18", "P19"]


def test_missing_numbers_are_null_and_no_patient_id_leaves() -> None:
    text = results_json(assessment())
    assert "NaN" not in text
    assert "Infinity" not in text
    assert "patient" not in json.loads(text)["problems"][0]


def test_a_file_of_another_schema_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    data = json.loads(results_json(bare())) | {"schema_version": "9.9"}
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="schema_version"):
        read_results(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_results(tmp_path / "absent.json")
