"""`glisson simulate`: the same seed gives the same bytes, a run goes on where it stopped, a broken file says why."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from glisson import cli

pytest.importorskip("numba")

Run = Callable[..., SimpleNamespace]

TRIAL = """title = "Y-90 before chemotherapy"
trials = 200
seed = 20260101
n = 60
accrual_per_month = 5
[arms.chemotherapy]
median_months = 9
dropout_a_year = 0.1
[arms.y90]
hazard_ratio = 0.6
[[looks]]
events = 20
efficacy = 2.9626
[[looks]]
events = 40
efficacy = 1.9686
[scenarios."no effect".arms.y90]
hazard_ratio = 1
[scenarios."as planned"]
"""
LOOKS = TRIAL[TRIAL.index("[[looks]]") : TRIAL.index("[scenarios")]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "200")

    def go(*args: object) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["glisson", *map(str, args)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=" ".join(captured.err.split()))

    return go


@pytest.fixture
def trial(tmp_path: Path) -> Callable[..., Path]:
    def write(old: str = "", new: str = "") -> Path:
        path = tmp_path / "trial.toml"
        path.write_text(TRIAL.replace(old, new) if old else TRIAL, encoding="utf-8")
        return path

    return write


def test_a_trial_under_two_truths(run: Run, trial: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("simulate", trial(), "-o", out)
    assert done.code == 0, done.err
    assert "200 simulated trials of each of 2 scenarios" in done.out
    assert {"design.html", "design.docx", "operating.svg", "results.json", "manifest.json"} <= {
        p.name for p in out.iterdir()
    }
    told = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert (told["trials"], told["seed"], len(told["scenarios"])) == (200, 20260101, 2)
    success = [c["value"] for c in told["characteristics"] if c["statistic"] == "rejection_rate"]
    assert 0 <= success[0] < 0.15 < success[1] < 0.9
    refused = run("simulate", trial(), "-o", out)
    assert refused.code == 2
    assert "--force" in refused.err


def test_the_same_seed_gives_the_same_bytes_and_resuming_too(
    run: Run, trial: Callable[..., Path], tmp_path: Path
) -> None:
    for name, more in (("a", ()), ("b", ("--workers", 2)), ("c", ("--resume", tmp_path / "blocks")),
                       ("d", ("--resume", tmp_path / "blocks")), ("e", ("--seed", 5))):  # fmt: skip
        done = run("simulate", trial(), "--trials", 60, *more, "-o", tmp_path / name)
        assert done.code == 0, done.err
    first, *rest = ((tmp_path / name / "results.json").read_bytes() for name in "abcde")
    assert rest[:3] == [first] * 3
    assert rest[3] != first
    assert len(list((tmp_path / "blocks").iterdir())) == 2


def test_looks_of_a_design_that_was_planned(run: Run, trial: Callable[..., Path], tmp_path: Path) -> None:
    words = "--control-median-months 9 --hazard-ratio 0.5 --accrual-per-month 5 --follow-up-months 12"
    assert run("design", "group-sequential", *words.split(), "-o", tmp_path / "plan").code == 0
    file = trial("n = 60", 'n = 100\nlooks_from = "plan/results.json"')
    file.write_text(file.read_text(encoding="utf-8").replace(LOOKS, ""), encoding="utf-8")
    done = run("simulate", file, "--trials", 50)
    assert done.code == 0, done.err
    assert "Look 2" in done.out
    assert run("design", "two-stage", "--p0", 0.1, "--p1", 0.4, "-o", tmp_path / "plan", "--force").code == 0
    refused = run("simulate", file, "--trials", 50)
    assert refused.code == 2
    assert "holds a two-stage design" in refused.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("n = 60", "n = 0\nfoo = 1\nbar = 2", "foo: no such key; bar: no such key"),
        ("n = 60", "n = 0\nfoo = 1", "n: should be greater than or equal to 1"),
        ("n = 60", 'n = 60\nlooks_from = "a.json"', "both of looks and looks_from"),
        (LOOKS, "", "neither of looks and looks_from"),
        ("n = 60", 'n = 60\nstatistic = "foo"', "should be 'logrank', 'cox' or 'response'"),
        ("n = 60", 'n = 60\nendpoint = "pfs"', "without progression"),
        ("trials = 200", "trials = 2.5", "trials 2.5"),
        ("seed = 20260101", 'seed = "x"', "seed 'x'"),
        ("median_months = 9\n", "", "no survival"),
        ("median_months = 9", "median_months = 9\nhazard_per_month = 0.1", "expected one of the two"),
        ("median_months = 9", "median_months = nan", "median_months: should be greater than 0"),
        ("hazard_ratio = 0.6", "hazard_ratio = -1", "arms.y90: hazard_ratio of -1"),
        ("hazard_ratio = 0.6", "hazard_ratio = {1 = 1, 3 = 0.5}", "the first from month 0"),
        ("hazard_ratio = 0.6", "hazard_ratio = {0 = 1, a = 0.5}", "months as keys"),
        ("events = 20", "events = 50", "looks at 50, 40 events"),
        ("events = 20", "events = 20\nmonth = 3", "look 1 goes by events and month"),
        ("events = 20\n", "", "look 1 goes by nothing"),
        ("events = 40", "events = 80", "80 of 60 patients"),
        ('[scenarios."as planned"]', '[scenarios."as planned"]\nfoo = 1', "scenarios.as planned: foo"),
        ('[scenarios."as planned"]', "x = ", "cannot be read"),
    ],
)
def test_a_broken_file_says_why(run: Run, trial: Callable[..., Path], old: str, new: str, said: str) -> None:
    refused = run("simulate", trial(old, new))
    assert refused.code == 2
    assert refused.err.startswith("glisson: ")
    assert said in refused.err


def test_impossible_options(run: Run, trial: Callable[..., Path], tmp_path: Path) -> None:
    file = trial()
    assert "0 trials" in run("simulate", file, "--trials", 0).err
    assert "-1" in run("simulate", file, "--seed", -1).err
    assert "0 workers" in run("simulate", file, "--workers", 0).err
    assert "expected a folder" in run("simulate", file, "--resume", file).err
    assert run("simulate", tmp_path / "none.toml").code == 2
