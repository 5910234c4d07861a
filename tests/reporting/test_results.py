from __future__ import annotations

import json
from pathlib import Path

import pytest

from glisson.errors import InputError
from glisson.reporting.results import Results, read_results, results_json
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
