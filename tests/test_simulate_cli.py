"""`glisson simulate`: the same seed gives the same bytes, a run goes on where it stopped, a broken file says why."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from glisson import cli
from glisson.design.simulation_file import MONTH, read_simulation
from glisson.kernels.exact import binomial_interval
from glisson.simulation import Periods, Reestimation, Selection, Stratum
from tests.paths import ROOT

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
STRATA = """[[strata]]
name = "liver only"
share = 0.6
[[strata]]
name = "spread"
share = 0.4
hazard_ratio = {0 = 1, 3 = 2.5}
"""
#: Where a table can be put into the file.
NEXT = '[scenarios."no'
RAISED = "[reestimation]\nmost = 1.4\n"
HOW_TO = (ROOT / "docs" / "how-to" / "design-a-trial.md").read_text(encoding="utf-8")
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
        ("hazard_ratio = 0.6", 'hazard_ratio = "0.6"', "arms.y90.hazard_ratio: should be a valid number"),
        ("n = 60", 'n = 60\nstatistic = {name = "logrank", stratified = 1}', "stratified: should be a valid boolean"),
        ("n = 60", 'n = 60\nstatistic = {name = "cox", stratified = true}', "cox within strata (expected logrank)"),
        ("n = 60", 'n = 60\nstatistic = {name = "logrank", stratified = true}', "strata: none"),
        (NEXT, '[strata]\nname = "a"\n' + NEXT, "strata: should be tables, each under [[strata]]"),
        (NEXT, '[[strata]]\nname = "a"\nshare = "all"\nx = 1\n' + NEXT,
         "strata 1, share: should be a valid number; strata 1, x: no such key"),
        (NEXT, STRATA.replace("0.4", "0.7") + NEXT, "strata: 2 whose shares add up to 1.3"),
        (NEXT, STRATA.replace("0 = 1", "1 = 1") + NEXT, "strata 2: hazard_ratio from months 1, 3"),
        (NEXT, '[selection]\namong = "y90"\npatients = true\nby = "luck"\n' + NEXT,
         "selection.among: should be a valid list; selection.patients: should be a valid integer; selection.by: "),
        (NEXT, '[selection]\namong = ["y90", "x"]\npatients = 99\n' + NEXT,
         "selection: a choice among x, which no arm is called; selection: a choice after 99 patients (2 to 60)"),
        (NEXT, '[selection]\namong = ["y90"]\npatients = 9\nby = "survival"\n' + NEXT,
         'selection: by = "survival" goes with at_months'),
        (NEXT, "[reestimation]\nmost = 1\nleast = 0\n" + NEXT,
         "reestimation.most: should be greater than 1; reestimation.least: should be greater than 0"),
        (NEXT, "[reestimation]\nmost = 2\nleast = 0.9\n" + NEXT,
         "raised to 80 of 60 patients; reestimation: a first look that stops the trial"),
    ],
)  # fmt: skip
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


def test_everything_wrong_is_said_at_once_and_where(run: Run, trial: Callable[..., Path]) -> None:
    file = trial("events = 20", "events = 50")
    text = file.read_text(encoding="utf-8").replace("hazard_ratio = 0.6", "hazard_ratio = -1")
    file.write_text(text + "accrual_per_month = -5\n[scenarios.third]\nfoo = 1\n", encoding="utf-8")
    said = run("simulate", file).err
    assert said.count("arms.y90: hazard_ratio of -1") == 1
    assert "scenarios.as planned: arms.y90: hazard_ratio of -1" in said
    assert "accrual_per_month of -5" in said
    assert "scenarios.third: foo: no such key" in said
    assert "scenarios.no effect and scenarios.as planned: looks at 50, 40 events" in said


def test_strata_and_raised_events_are_read_as_written(trial: Callable[..., Path]) -> None:
    file = trial(NEXT, STRATA + RAISED + NEXT)
    file.write_text(file.read_text(encoding="utf-8").replace("efficacy = 2.9626\n", ""), encoding="utf-8")
    for scenario in read_simulation(file).scenarios:
        assert scenario.strata == (
            Stratum(name="liver only", share=0.6),
            Stratum(name="spread", share=0.4, hazard_ratio=Periods(starts=(0.0, 3 * MONTH), values=(1.0, 2.5))),
        )
        assert scenario.reestimation == Reestimation(most=1.4, target=0.8, least=0.36)
        assert not scenario.statistic.stratified


def test_strata_and_raised_events_are_told(run: Run, trial: Callable[..., Path]) -> None:
    file = trial("n = 60", 'n = 60\nstatistic = {name = "logrank", stratified = true}')
    text = file.read_text(encoding="utf-8").replace(NEXT, STRATA + NEXT)
    file.write_text(text, encoding="utf-8")
    told = " ".join(run("simulate", file).out.split())
    assert "Decided by the log-rank test within strata" in told
    assert (
        "Strata: liver only 60% of patients, hazard times 1; spread 40% of patients, hazard times 1, from month 3"
        in told
    )
    text = TRIAL.replace("efficacy = 2.9626\n", "").replace(NEXT, RAISED + NEXT)
    file.write_text(text, encoding="utf-8")
    told = " ".join(run("simulate", file).out.split())
    assert re.search(r"Events raised after the first look \d+\.\d% \(", told)
    assert "raised until it is 80%, to 1.4 times the plan at most" in told
    assert "Mehta CR, Pocock SJ" in told


def test_the_winner_of_three_is_picked_as_the_how_to_says(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "winner.toml"
    file.write_text(next(t for t in _blocks() if "[selection]" in t), encoding="utf-8")
    asked = read_simulation(file)
    methods = ("DEB-TACE", "Y-90", "ablation")
    assert asked.scenarios[0].selection == Selection(among=methods, patients=36, wait=3 * MONTH, by="response")
    done = run("simulate", file, "--trials", 2000, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    rows = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["characteristics"]

    def share(statistic: str, scenario: str, detail: str = "") -> float:
        wanted = (statistic, {"scenario": scenario}, detail)
        return float(next(r["value"] for r in rows if (r["statistic"], dict(r["group"]), r["detail"]) == wanted))

    for scenario in ("no effect", "as planned"):
        assert sum(share("picked", scenario, m) for m in methods) == pytest.approx(1)
        won = sum(share("picked_and_rejected", scenario, m) for m in methods)
        assert won == pytest.approx(share("rejection_rate", scenario))
    for method in methods:
        low, high = binomial_interval(round(2000 * share("picked", "no effect", method)), 2000, level=0.999)
        assert low < 1 / 3 < high
    assert abs(share("picked", "as planned", "Y-90") - _picked_best()) < 3.3 * math.sqrt(0.25 / 2000)
    told = " ".join(done.out.split())
    assert "Y-90: chosen, and success" in told
    assert "chosen after 36 patients, 3 months after the last of them entered, by the highest share of resp" in told


def _picked_best() -> float:
    """Return how often 12 patients with response 0.4 have most responders beside twice 12 with 0.2; ties by lot."""
    pmf = {p: [math.comb(12, k) * p**k * (1 - p) ** (12 - k) for k in range(13)] for p in (0.2, 0.4)}
    total = 0.0
    for k in range(13):
        below, same = sum(pmf[0.2][:k]), pmf[0.2][k]
        total += pmf[0.4][k] * (below**2 + 2 * below * same / 2 + same**2 / 3)
    return total


def _blocks() -> list[str]:
    """Return the files for ``glisson simulate`` that the how-to page shows."""
    found = re.findall(r"^```toml\n(.*?)^```", HOW_TO, re.MULTILINE | re.DOTALL)
    return [text for text in found if "[[looks]]" in text]


def test_the_files_of_the_how_to_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    assert len(_blocks()) == 2
    for text in _blocks():
        file.write_text(text, encoding="utf-8")
        assert read_simulation(file).trials == 100_000
