from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from glisson.clinical.problems import Problems
from glisson.clinical.raw import read_sheets
from glisson.clinical.read import demo_paths, read_cohort
from glisson.errors import InputError, SettingsError
from glisson.reporting import check_target, missing, report, write
from tests.reporting.fixture import assessment, bare


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_written_and_the_manifest_ties_it_together(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    written = report(assessment(), out)
    names = {p.relative_to(out).as_posix() for p in written}
    assert {"report.html", "report.docx", "tables.xlsx", "problems.xlsx", "results.json", "manifest.json"} <= names
    assert {"figures/os.pdf", "figures/os.svg", "figures/os.tiff", "figures/captions.txt"} <= names
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for row in manifest["outputs"]:
        assert hashlib.sha256((out / row["path"]).read_bytes()).hexdigest() == row["sha256"]
    assert {row["path"] for row in manifest["outputs"]} | {"manifest.json"} == names
    assert manifest["inputs"] == [{"name": "demo.xlsx", "sha256": "9f2c" * 16}]
    assert manifest["seed"] == 20200101
    assert {s["origin"] for s in manifest["settings"]} == {"chosen", "default", "derived"}
    assert [p.name for p in out.parent.iterdir()] == ["out"]  # no trace of the scratch folder


def test_two_runs_are_byte_identical(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    report(bare(), first)
    report(bare(), second)
    assert contents(first) == contents(second)


def test_only_the_formats_asked_for_are_written(tmp_path: Path) -> None:
    report(bare(), tmp_path / "out", formats=("xlsx",))
    assert set(contents(tmp_path / "out")) == {"tables.xlsx", "results.json", "manifest.json"}


def test_problems_come_with_the_marked_input(tmp_path: Path) -> None:
    workbook, study = demo_paths()
    problems = read_cohort(workbook, study).problems
    found = replace(bare(), problems=problems)
    report(found, tmp_path / "marked", formats=("xlsx",), sheets=read_sheets(workbook))
    report(found, tmp_path / "listed", formats=("xlsx",))
    names = {p.name: load_workbook(p / "problems.xlsx").sheetnames for p in (tmp_path / "marked", tmp_path / "listed")}
    assert "patient" in names["marked"]
    assert "patient" not in names["listed"]
    assert names["listed"][0] == names["marked"][0] == "Problems"
    manifest = json.loads((tmp_path / "marked" / "manifest.json").read_text(encoding="utf-8"))
    assert "problems.xlsx" in {row["path"] for row in manifest["outputs"]}
    report(replace(found, problems=Problems()), tmp_path / "clean", formats=("xlsx",), sheets=read_sheets(workbook))
    assert not (tmp_path / "clean" / "problems.xlsx").exists()


def test_an_earlier_report_is_replaced_only_on_demand(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(assessment(), out, formats=("xlsx",))
    before = contents(out)
    with pytest.raises(InputError, match="earlier report"):
        report(bare(), out, formats=())
    assert contents(out) == before
    report(bare(), out, formats=(), force=True)
    assert set(contents(out)) == {"results.json", "manifest.json"}


def test_a_failure_leaves_the_earlier_report_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    report(bare(), out, formats=())
    before = contents(out)

    def broken(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(write, "manifest_json", broken)
    with pytest.raises(OSError, match="no space left"):
        report(assessment(), out, formats=("xlsx",), force=True)
    assert contents(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_files_of_others_are_never_touched(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(InputError, match=r"thesis\.docx"):
        report(bare(), tmp_path, formats=(), force=force)
    assert set(contents(tmp_path)) == {"thesis.docx"}


def test_a_note_put_into_an_earlier_report_is_not_lost(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(bare(), out, formats=())
    (out / "my notes.txt").write_text("important")
    with pytest.raises(InputError, match=r"my notes\.txt"):
        report(bare(), out, formats=(), force=True)
    assert (out / "my notes.txt").read_text() == "important"


def test_an_empty_folder_is_welcome_and_a_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report(bare(), tmp_path / "empty", formats=())
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        check_target(tmp_path / "file", (), force=True)


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="odt"):
        check_target(tmp_path / "out", ("html", "odt"), force=False)


def test_without_typst_only_the_pdf_is_missing_and_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "can_write_pdf", lambda: False)
    assert missing(("html", "pdf"))["pdf"].startswith("report.pdf was not written because Typst is not installed")
    report(bare(), tmp_path / "out", formats=("html", "pdf"))
    assert set(contents(tmp_path / "out")) == {"report.html", "results.json", "manifest.json"}


def test_progress_names_each_step(tmp_path: Path) -> None:
    said: list[str] = []
    report(bare(), tmp_path / "out", formats=("html", "xlsx"), progress=said.append)
    assert said[-2:] == ["tables.xlsx", "report.html"]
