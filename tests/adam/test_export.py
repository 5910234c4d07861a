"""Writing the folder: whole or not at all, never over something else; what the command line says."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace

import pyreadstat
import pytest

from glisson import cli
from glisson.adam import export as export_module
from glisson.adam import export_adam
from glisson.clinical.problems import Problem, Problems
from glisson.clinical.read import demo_paths, read_cohort
from glisson.errors import InputError, NotSupportedError, SettingsError
from tests.adam.build import two
from tests.corpus.test_corpus import fingerprint


@pytest.fixture
def run(monkeypatch, capsys):
    def go(*args):
        monkeypatch.setattr(sys, "argv", ["glisson", *map(str, args)])
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return go


def test_the_folder_holds_datasets_domains_settings_and_a_list_of_variables(tmp_path):
    done = export_adam(two(), tmp_path / "x")
    names = {p.name for p in done.files}
    assert names >= {"adsl.csv", "adtte.csv", "dm.csv", "pr.csv", "variables.csv", "study.toml", "export-manifest.json"}
    listed = list(csv.DictReader(io.StringIO((tmp_path / "x" / "variables.csv").read_text(encoding="utf-8"))))
    by_dataset = {r["dataset"] for r in listed}
    assert by_dataset == {n.removesuffix(".csv") for n in names if n.endswith(".csv")} - {"variables"}
    assert {"dataset": "dm", "variable": "SEX", "label": "Sex", "type": "char", "origin": "patient.sex"} in listed
    manifest = json.loads((tmp_path / "x" / "export-manifest.json").read_text(encoding="utf-8"))
    assert {row["path"] for row in manifest["outputs"]} == names - {"export-manifest.json"}


def test_an_earlier_export_is_replaced_only_with_force(tmp_path):
    export_adam(two(), tmp_path / "x")
    before = fingerprint(tmp_path / "x")
    with pytest.raises(InputError, match="earlier export"):
        export_adam(two(), tmp_path / "x")
    assert fingerprint(tmp_path / "x") == before
    export_adam(two(), tmp_path / "x", force=True, study_id="OTHER")
    assert fingerprint(tmp_path / "x") != before


def test_a_folder_of_something_else_is_never_touched(tmp_path):
    (tmp_path / "thesis.docx").write_text("years")
    with pytest.raises(InputError, match=r"thesis\.docx"):
        export_adam(two(), tmp_path, force=True)
    assert fingerprint(tmp_path).keys() == {"thesis.docx"}


def test_a_failure_leaves_the_earlier_export_as_it_was(tmp_path, monkeypatch):
    export_adam(two(), tmp_path / "x")
    before = fingerprint(tmp_path)

    def broken(*_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(export_module, "_manifest", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        export_adam(two(), tmp_path / "x", force=True)
    assert fingerprint(tmp_path) == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"format": "sas"}, "format 'sas'"), ({"ids": "names"}, "ids 'names'"), ({"study_id": "a b"}, "identifier 'a b'")],
)
def test_arguments_that_are_no_choices_are_refused(tmp_path, wrong, words):
    with pytest.raises(SettingsError, match=words):
        export_adam(two(), tmp_path / "x", **wrong)
    assert not (tmp_path / "x").exists()


def test_blocking_problems_are_refused_unless_their_patients_are_left_out(tmp_path):
    wrong = Problem(severity="blocks", rule="x", found="a death before birth", patient="007")
    blocked = replace(two(), problems=Problems.of([wrong]))
    with pytest.raises(InputError, match="1 blocking problem in the data"):
        export_adam(blocked, tmp_path / "x")
    done = export_adam(blocked.without({"007": "asked"}), tmp_path / "x")
    assert dict(done.rows)["adsl"] == 1
    assert any("left out" in note for note in done.notes)
    assert read_cohort(tmp_path / "x").table("patient")["patient_id"].to_list() == ["Pt01"]


def test_a_cohort_of_which_nobody_is_left_is_refused(tmp_path):
    with pytest.raises(InputError, match="no patient is left to export"):
        export_adam(two().without({"007": "asked", "0010": "asked"}), tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_transport_files_carry_labels_and_sas_dates(tmp_path):
    export_adam(two(), tmp_path / "x", "xpt")
    frame, meta = pyreadstat.read_xport(str(tmp_path / "x" / "adsl.xpt"), output_format="polars")
    assert meta.column_names_to_labels["DTHDT"] == "Date of death"
    assert meta.original_variable_types["DTHDT"] == "DATE9"
    assert str(frame["DTHDT"][0]) == "2020-11-15"
    assert frame["PRIMSITE"][0] == "uterus\nor cervix"


def test_without_pyreadstat_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    export_adam(two(), tmp_path / "x", "xpt")
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(NotSupportedError, match=r"glisson\[cdisc\]"):
        export_adam(two(), tmp_path / "y", "xpt")
    with pytest.raises(InputError, match=r"glisson\[cdisc\]"):
        read_cohort(tmp_path / "x")
    assert not (tmp_path / "y").exists()


def test_a_damaged_transport_file_is_named(tmp_path):
    export_adam(two(), tmp_path / "x", "xpt")
    (tmp_path / "x" / "pr.xpt").write_bytes(b"not a transport file at all" * 40)
    with pytest.raises(InputError, match=r"pr\.xpt.*cannot be read"):
        read_cohort(tmp_path / "x")


def test_the_command_says_what_was_written_and_the_python_for_it(run, tmp_path):
    workbook, settings = demo_paths()
    code, out, err = run("export", workbook, "--study", settings, "-o", tmp_path / "x", "--ids", "input")
    assert code == 0, err
    assert "adsl  24 rows" in out
    assert "Patients have the ids of the input" in out
    assert "ids='input'" in out
    code, _, err = run("export", workbook, "--study", settings, "-o", tmp_path / "x")
    assert code == 2
    assert "--force" in err


def test_the_command_refuses_before_it_reads(run, tmp_path):
    code, _, err = run("export", tmp_path / "absent.xlsx", "--format", "sas", "-o", tmp_path / "x")
    assert code == 2
    assert "expected one of csv, xpt" in err


def test_an_export_is_assessed_like_any_other_folder(run, tmp_path):
    export_adam(two(), tmp_path / "x")
    code, out, err = run("assess", tmp_path / "x", "-o", tmp_path / "out", "--formats", "", "--plain")
    assert code == 0, err
    assert "2 patients had liver-directed therapy" in out or "Two patients had liver-directed therapy" in out
    code, out, _ = run("check", tmp_path / "x", "--xlsx", tmp_path / "marked.xlsx")
    assert code == 0
    assert "derived datasets are not read" in out
