"""The command line: exit codes, messages, questions, and that nothing the user had is touched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import glisson as gl
from glisson import cli, terminal
from glisson.clinical.read import demo_paths
from glisson.clinical.study_toml import write_study
from tests.corpus.case import Case
from tests.corpus.test_corpus import CASES, fingerprint

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*args: object) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["glisson", *map(str, args)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return go


FLAT = "id;Treatment date;Method;Date of death or last contact;Vital status\n" + "\n".join(
    f"{i};2015-0{1 + i % 9}-1{i % 7};{'DEB-TACE' if i % 2 else 'MWA'};201{6 + i % 3}-0{1 + i % 8}-11;"
    f"{'dead' if i % 3 else 'alive'}"
    for i in range(1, 13)
)


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    path = tmp_path / "ours.csv"
    path.write_text(FLAT, encoding="utf-8")
    return path


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Two patients are enough for what does not depend on results."""
    path = tmp_path / "few.csv"
    path.write_text("\n".join(FLAT.split("\n")[:3]), encoding="utf-8")
    return path


def test_the_demo_answers_in_words_and_writes_a_report(run, tmp_path):
    done = run("demo", "-o", tmp_path / "out", "--plain", "--formats", "html")
    assert done.code == 0, done.err
    assert "median overall survival was 9.0 months" in done.out
    assert "synthetic" in done.out
    assert "gl.report(gl.assess(gl.demo_cohort())" in done.out
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"report.html", "results.json", "manifest.json"}


def test_the_python_it_prints_reads_the_same_patients(run, few):
    said = run("audit", few, "--yes", "--plain", "--exclude-blocked").out
    findings = eval(said.split("The same in Python:\n")[1], {"gl": gl})
    assert all(f"{finding.title}" in " ".join(said.split()) for finding in findings)


def test_an_earlier_report_is_replaced_only_with_force(run, few, tmp_path):
    out, words = tmp_path / "out", ("assess", few, "--yes", "--plain", "--formats", "")
    assert run(*words, "-o", out).code == 0
    before = fingerprint(out)
    refused = run(*words, "-o", out)
    assert refused.code == 2
    assert "--force" in refused.err
    assert fingerprint(out) == before
    assert run(*words, "-o", out, "--force").code == 0


def test_a_folder_that_is_no_report_is_never_touched(run, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    refused = run("demo", "-o", tmp_path, "--force", "--plain")
    assert refused.code == 2
    assert "thesis.docx" in refused.err
    assert fingerprint(tmp_path).keys() == {"thesis.docx"}


def test_the_same_input_gives_the_same_bytes(run, flat, tmp_path):
    """Of the demonstration cohort, and in another process: tests/reporting/test_results.py."""
    for name in ("a", "b"):
        assert run("assess", flat, "-o", tmp_path / name, "--yes", "--plain", "--formats", "").code == 0
    first, second = (tmp_path / name / "results.json" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_text(encoding="utf-8"))


def test_unambiguous_sheets_need_no_question_and_leave_a_record(run, flat, tmp_path):
    done = run("assess", flat, "-o", tmp_path / "out", "--yes", "--plain", "--formats", "")
    assert done.code == 0, done.err
    study = tmp_path / "study.toml"
    assert "last_contact_date" in study.read_text(encoding="utf-8")
    again = run("assess", flat, "-o", tmp_path / "out2", "--plain", "--formats", "")
    assert again.code == 0
    assert "columns of its own" not in again.out, "what was decided is not asked again"
    assert (tmp_path / "out" / "results.json").exists()


def test_what_must_be_decided_is_listed_and_nothing_is_written(run, tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("id,OS,Death\na,10,1\nb,20,0\nc,7,1\n", encoding="utf-8")
    refused = run("assess", path, "-o", tmp_path / "out", "--yes")
    assert refused.code == 2
    assert "In which unit is column 'OS'?" in refused.err
    assert "Which value of column 'Death' means dead?" in refused.err
    assert fingerprint(tmp_path).keys() == {"codes.csv"}


def test_a_person_is_asked_and_the_answers_are_kept(run, tmp_path, monkeypatch):
    path = tmp_path / "codes.csv"
    path.write_text("id,OS,Death\na,10,1\nb,20,0\nc,7,1\n", encoding="utf-8")
    asked: list[str] = []

    def person(decision, complaint):
        asked.append(decision.question)
        return {"unit": "months", "event": "1"}.get(decision.about, "")

    monkeypatch.setattr(terminal, "_prompt", person)
    study = terminal.settled(path, None, ask=True)
    assert len(asked) >= 2
    assert {m.unit for m in study.input.columns if m.means == "os_time"} == {"months"}
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    assert '"1" = "dead"' in text
    done = run("check", path)
    assert done.code == 0, done.err


def test_settings_that_are_there_are_never_written_over(run, flat, tmp_path):
    (tmp_path / "study.toml").write_text('title = "Ours"\n', encoding="utf-8")
    assert run("check", flat, "--yes").code == 0
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == 'title = "Ours"\n'
    assert 'title = "Ours"' in (tmp_path / "study-2.toml").read_text(encoding="utf-8")


def test_an_empty_template_reads_back(run, tmp_path):
    path = tmp_path / "cohort.xlsx"
    assert run("template", path).code == 0
    assert run("template", path).code == 2
    done = run("check", path)
    assert done.code in (0, 1)


def test_problems_can_be_had_as_a_workbook(run, tmp_path):
    source = demo_paths()[0]
    done = run("check", source, "--xlsx", tmp_path / "problems.xlsx")
    assert done.code == 0
    assert (tmp_path / "problems.xlsx").stat().st_size > 5000
    assert run("check", source, "--xlsx", tmp_path / "problems.xlsx").code == 2


def test_the_computer_is_examined(run):
    done = run("doctor")
    assert done.code == 0
    assert "Python" in done.out


@pytest.mark.parametrize("args", [("assess", "nowhere.xlsx"), ("check", "nowhere.xlsx")])
def test_a_missing_file_is_one_sentence(run, args, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the default folder of a report may hold one where the tests are run
    refused = run(*args)
    assert refused.code == 2
    assert "nowhere.xlsx" in refused.err
    assert len(refused.err.splitlines()) < 4


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_broken_inputs_through_the_commands(run, case: Case, tmp_path):
    """No traceback (it would fail the test), a message, and every file as it was."""
    (tmp_path / "in").mkdir()
    path = case.make(tmp_path / "in")
    settings: tuple[object, ...] = ()
    if case.study is not None:
        write_study(case.study, tmp_path / "settings.toml")
        settings = ("--study", tmp_path / "settings.toml")
    before = fingerprint(tmp_path)
    checked = run("check", path, "--yes", *settings)
    assert checked.code in (0, 1, 2)
    assert checked.out + checked.err
    done = run(
        "assess", path, "-o", tmp_path / "out", "--yes", "--plain", "--formats", "", "--exclude-blocked", *settings
    )
    assert done.code in (0, 2)
    assert (done.code == 0) == (tmp_path / "out" / "results.json").exists()
    assert done.code == 0 or done.err.startswith("glisson: ")
    assert "Traceback" not in done.out + done.err
    after = fingerprint(tmp_path)
    assert {name: after.get(name) for name in before} == before


def test_start_up_imports_nothing_heavy():
    heavy = ("numpy", "polars", "scipy", "matplotlib", "docx")
    code = f"import sys, glisson, glisson.cli; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_an_audit_is_a_letter_in_the_terminal(run, tmp_path):
    source, study = demo_paths()
    out = tmp_path / "letter.html"
    done = run("audit", source, "--study", study, "--plain", "-o", out)
    assert done.code == 0, done.err
    order = [done.out.index(text) for text in ("Must be corrected\n", "Should be considered\n", "Worth knowing\n")]
    assert order == sorted(order)
    assert "judged by" in done.out
    assert "audit(gl.demo_cohort()).findings" in done.out
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    before = fingerprint(tmp_path)
    refused = run("audit", source, "--study", study, "--plain", "-o", out)
    assert refused.code == 2
    assert "--force" in refused.err
    assert fingerprint(tmp_path) == before
    assert run("audit", source, "--study", study, "--plain", "-o", tmp_path / "letter.odt").code == 2


def test_an_audit_of_unusable_input_says_why(run, tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("id,OS,Death\na,10,1\nb,20,0\nc,7,1\n", encoding="utf-8")
    refused = run("audit", path, "--yes")
    assert refused.code == 2
    assert "In which unit is column 'OS'?" in refused.err
    assert run("audit", tmp_path / "nothing.xlsx").code == 2


def _workbook(path: Path, text: str) -> Path:
    """Write a sheet given as text as a workbook."""
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    for line in text.split("\n"):
        book.active.append(line.split(";"))
    book.save(path)
    return path


def test_a_cohort_beside_a_control_with_times_alone(run, tmp_path):
    source = _workbook(tmp_path / "ours.xlsx", FLAT)
    control = tmp_path / "control.csv"
    rows = [f"{40 * i},{int(i % 4 > 0)},os,first_ldt" for i in range(1, 13)]
    control.write_text("time_days,event,endpoint,origin\n" + "\n".join(rows), encoding="utf-8")
    out = tmp_path / "beside.txt"
    done = run("compare", source, "--control", control, "--yes", "-o", out)
    assert done.code == 0, done.err
    assert "Beside a control with rows" in done.out
    assert "12 patients" in done.out
    assert f"control={str(control)!r})" in done.out
    said = " ".join(out.read_text(encoding="utf-8").split())
    assert "Hazard ratio" in said
    assert "no covariate is known on both sides, so that nothing was made alike".capitalize() in said
    assert "not mostly of leiomyosarcoma" in said
    assert run("compare", source, "--control", control, "--yes", "-o", out).code == 2  # an earlier one stays


def test_a_cohort_beside_a_control_that_is_a_workbook(run, tmp_path):
    source, control = (_workbook(tmp_path / f"{name}.xlsx", FLAT) for name in ("ours", "theirs"))
    done = run("compare", source, "--control", control, "--yes")
    assert done.code == 0, done.err
    assert "Beside a control with rows" in done.out
    assert f"control=gl.read_cohort({str(control)!r}, exclude_blocked=True))" in done.out


def test_a_control_that_cannot_be_used_is_refused(run, flat, tmp_path):
    control = tmp_path / "control.csv"
    control.write_text("time_days,event\n10,1\n", encoding="utf-8")
    refused = run("compare", flat, "--control", control, "--yes")
    assert refused.code == 2
    assert "control.csv has no column endpoint, origin" in refused.err
    assert run("compare", flat, "--control", tmp_path / "nothing.csv", "--yes").code == 2
