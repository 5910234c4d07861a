"""Planning and simulating from the command line: every design once, what is written, one sentence for what fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from glisson import cli
from glisson.clinical.read import demo_paths
from glisson.design.kinds import KINDS
from glisson.reporting.results import results_json
from tests.corpus.test_corpus import fingerprint
from tests.demo import assessed

Run = Callable[..., SimpleNamespace]

_ARMS = "--control-median-months 5 --hazard-ratio 0.5 --accrual-per-month 4 --follow-up-months 9"
_STRATEGY = (
    "--{0}-name {0} --{0}-first-median-months {1} --{0}-die-first 0.1 --{0}-get-second 0.6 "
    "--{0}-second-median-months 6 --{0}-untreated-median-months 3"
)
#: Design to the smallest arguments that give one, and the patients it then has.
ONCE = {
    "single-stage": ("--p0 0.1 --p1 0.4", 13),
    "two-stage": ("--p0 0.1 --p1 0.4", 15),
    "milestone": ("--s0 0.4 --s1 0.6 --at 6 --accrual 18 --follow-up 6", 42),
    "one-sample-logrank": ("--s0 0.4 --at 6 --hazard-ratio 0.5 --follow-up 6 --accrual 12", 22),
    "one-sample-logrank-two-stage": ("--s0 0.4 --at 6 --hazard-ratio 0.4 --follow-up 6 --accrual-rate 2", 16),
    "restricted-mean": ("--tau 12 --mean0 6 --s1 0.7 --at 6 --follow-up 12 --accrual 12", 16),
    "toxicity-monitoring": ("--p-limit 0.2 --n 12 --p-high 0.4", 12),
    "efficacy-toxicity": (
        "--response0 0.2 --response1 0.5 --toxicity0 0.4 --toxicity1 0.15 --n 20 --looks 10,20", 20,
    ),
    "logrank": (_ARMS, 82),
    "group-sequential": (f"{_ARMS} --information 0.5,1 --futility pocock-type", 94),
    "rmst": (f"{_ARMS} --horizon-months 12", 106),
    "promising-zone": (_ARMS, 123),
    "blinded-reestimation": (f"{_ARMS} --at-month 12 --events-seen 12 --person-months 150", 88),
    "selection-response": ("--response 0.2 --difference 0.2 --treatments TACE,Y-90", 36),
    "selection-survival": ("--median-months 5 --hazard-ratio 0.6 --accrual-per-month 4 --follow-up-months 6", 75),
    "delayed-start": (
        f"{_STRATEGY.format('first', 8)} {_STRATEGY.format('later', 3)} --horizon-months 24 --accrual-per-month 5 "
        "--follow-up-months 24", 78,
    ),
    "borrowed-single-arm": ("--p0 0.14 --p1 0.45 --responders 4 --patients 24 --vague 0.5", 11),
    "borrowed-control": ("--treated 20 --controls 10 --p-treated 0.4 --responders 5 --patients 36 --drifts 0,0.1", 30),
    "basket": ("--sizes DEB-TACE=8,Y-90=6 --p0 0.1 --p1 0.5", 14),
    "precision-median": ("--median-months 9 --excluded-months 5 --accrual-per-year 12 --follow-up-months 12", 27),
    "precision-proportion": ("--proportion 0.3 --half-width 0.15", 39),
}  # fmt: skip
SMART = """design = "smart"
compare = [["TACE", "doxorubicin"], ["doxorubicin", "trabectedin"]]
milestone_months = 12
accrual_per_month = 3
[treatments.TACE]
controlled = 0.6
alive_controlled = 0.8
salvage = {doxorubicin = 0.5, trabectedin = 0.45}
[treatments.doxorubicin]
controlled = 0.4
alive_controlled = 0.7
salvage = {TACE = 0.5, trabectedin = 0.35}
"""
STRATA = """design = "stratified-logrank"
hazard_ratio = 0.5
control_median_months = 10
accrual_per_month = 3
follow_up_months = 12
strata = {"liver only" = {share = 0.6, control_median_months = 16}, spread = {share = 0.4, control_median_months = 5}}
"""


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
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("assessment") / "results.json"
    path.write_text(results_json(assessed()), encoding="utf-8")
    return path


def test_help_lists_every_design_as_a_plan(run: Run) -> None:
    shown = run("design", "--help").out
    assert {k.name for k in KINDS} <= set(shown.split())
    assert all(k.summary.startswith("Plan ") for k in KINDS)
    assert "Default: 0.05." in run("design", "two-stage", "--help").out


def test_every_design_is_run_here() -> None:
    assert {*ONCE, "smart", "stratified-logrank"} == {k.name for k in KINDS}


@pytest.mark.parametrize("name", ONCE)
def test_each_design_from_typed_numbers(run: Run, name: str) -> None:
    words, n = ONCE[name]
    done = run("design", name, *words.split())
    assert done.code == 0, done.err
    assert f"of {n} patients" in done.out
    for part in ("What the design assumes", "How the design behaves", "Text for the protocol", "The same in Python"):
        assert part in done.out
    assert "nan" not in done.out.split()


@pytest.mark.parametrize(("text", "n"), [(SMART, 317), (STRATA, 96)])
def test_designs_with_tables_from_a_file(run: Run, file: Callable[[str], Path], text: str, n: int) -> None:
    done = run("design", "run", file(text))
    assert done.code == 0, done.err
    assert f"of {n} patients" in done.out


@pytest.mark.parametrize(("name", "n"), [("two-stage", 15), ("basket", 14), ("group-sequential", 94)])
def test_the_line_of_python_gives_the_same_design(run: Run, name: str, n: int) -> None:
    said = run("design", name, *ONCE[name][0].split()).out.split("The same in Python:")[1]
    head, call = (line.strip() for line in said.strip().splitlines())
    scope: dict[str, object] = {}
    exec(head, scope)
    assert eval(call, scope).n == n


def test_a_folder_holds_page_word_and_results(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("design", "two-stage", "--p0", 0.1, "--p1", 0.4, "--per-year", 12, "-o", out)
    assert run(*words).code == 0
    names = {p.name for p in out.iterdir()}
    assert names >= {"design.html", "design.docx", "results.json", "manifest.json", "power.svg", "accrual.png"}
    listed = {o["path"] for o in json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs"]}
    assert listed == names - {"manifest.json"}
    told = json.loads((out / "results.json").read_text(encoding="utf-8"))["designs"][0]
    assert (told["design"], told["n"], told["given"]) == ("two-stage", 15, {"p0": 0.1, "p1": 0.4})
    before = fingerprint(out)
    refused = run(*words)
    assert refused.code == 2
    assert "--force" in refused.err
    assert fingerprint(out) == before
    other = ("design", "toxicity-monitoring", *ONCE["toxicity-monitoring"][0].split(), "-o", out, "--force")
    assert run(*other).code == 0
    assert "power.svg" not in {p.name for p in out.iterdir()}
    (out / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert run(*other).code == 2
    assert (out / "thesis.txt").exists()


#: Design, options put in the place of the valid ones, and what the one sentence says.
REFUSED = [
    *(
        (name, "--power 1.2", "power")
        for name in ("single-stage", "milestone", "one-sample-logrank", "rmst", "logrank")
    ),
    *((name, "--hazard-ratio -1", "hazard ratio of -1") for name in ("logrank", "rmst", "selection-survival")),
    *((name, "--hazard-ratio 1.5", "hazard ratio") for name in ("one-sample-logrank", "group-sequential")),
    *((name, "--max-n -5", "-5") for name in ("two-stage", "logrank", "promising-zone", "selection-response")),
    *((name, "--cross-over-share 0.3", "without median_months_to_progression") for name in ("logrank", "rmst")),
    ("two-stage", "--p1 0.1", "is not above"),
    ("two-stage", "--p1 0.101", "no two-stage design of at most 300 patients"),
    ("two-stage", "--per-year 0", "patients a year of 0"),
    ("one-sample-logrank", "--hazard-ratio 0.9999", "not even 5000 patients"),
    ("logrank", "--max-n 2", "2 patients give 1 event by month"),
    ("logrank", "--hazard-ratio 0.9999", "more than 50 years"),
    ("logrank", "--hazard-ratio 0:1,3:x", "holds 'x'"),
    ("logrank", "--hazard-ratio 1:0.5", "the first from month 0"),
    ("logrank", "--accrual-months 12", "both of"),
    ("logrank", "--endpoint ,", ""),
    ("group-sequential", "--information 0.5,0.4,1", "increasing to 1"),
    ("milestone", "--method exact --dropout 0.1", "log-log"),
    ("toxicity-monitoring", "--n 100000", "1 to 1000"),
    ("toxicity-monitoring", "--looks 5.5,10", "a whole number"),
    ("toxicity-monitoring", "--boundary bayesian --prior 1", "a list of 2 numbers"),
    ("efficacy-toxicity", "--toxicity1 0.5", "is not above"),
    ("basket", "--sizes A=2.5,B=3", "a whole number"),
    ("basket", "--sizes A=3,A=4", "twice"),
    ("basket", "--sizes A", "pairs such as"),
    ("borrowed-single-arm", "--responders 20 --certainty 0.5", "1 patient without a response"),
    ("borrowed-control", "--drifts=-0.9,2", "at least one that leaves a proportion"),
    ("delayed-start", "--first-die-first 1.5", "a proportion from 0 to 1"),
    ("precision-proportion", "--half-width 0.0001", "do not give a half width"),
    ("precision-median", "--median-months 4", "above the value to exclude"),
]


@pytest.mark.parametrize(("name", "changed", "said"), [r for r in REFUSED if r[2]])
def test_impossible_requests_are_one_sentence(run: Run, tmp_path: Path, name: str, changed: str, said: str) -> None:
    refused = run("design", name, *ONCE[name][0].split(), *changed.split(), "-o", tmp_path / "out")
    assert refused.code == 2
    assert refused.err.startswith("glisson: ")
    assert said in refused.err
    assert "Traceback" not in refused.err
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_named_at_once_and_what_is_unknown_too(run: Run) -> None:
    assert "two-stage needs p0, p1" in run("design", "two-stage").err
    assert "No such option" in run("design", "two-stage", "--rate", 0.3).err
    assert "No such command" in run("design", "three-stage").err
    assert "add --from" in run("design", "two-stage", "--p0", 0.1, "--outcome", "pfs").err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p0 = ", "cannot be read"),
        ("p0 = 0.1", "names no design"),
        ('design = "three-stage"', "there is no design 'three-stage'"),
        (
            'design = "two-stage"\np0 = "x"\nfoo = 1\nbar = 2\nmax_n = 20.5',
            "no setting bar, foo; two-stage needs p1; p0 'x', expected a number; max_n 20.5, expected a whole number",
        ),
        (SMART.replace("controlled = 0.4\n", "", 1).replace("alive_", "", 0), "without controlled"),
        (SMART.replace("salvage = {TACE", "salvages = {TACE"), "unknown assumption salvages"),
        (SMART.replace(', ["doxorubicin", "trabectedin"]]', "]"), "a list of 2 lists of 2 words"),
        (SMART.replace('"trabectedin"]]', '"imatinib"]]'), "no regime doxorubicin, then imatinib"),
        ('design = "logrank"\n[cross_over]\nshare = 0.3\nfoo = 1', "no setting cross_over_foo"),
    ],
)
def test_a_file_says_all_that_is_wrong(run: Run, file: Callable[[str], Path], text: str, said: str) -> None:
    refused = run("design", "run", file(text))
    assert refused.code == 2
    assert said in refused.err


def test_tables_of_assumptions_in_a_file(run: Run, file: Callable[[str], Path]) -> None:
    shared = 'design = "logrank"\n[arms]\ncontrol_median_months = 5\nhazard_ratio = {0 = 1, 3 = 0.5}\n'
    done = run("design", "run", file(f"{shared}accrual_per_month = 4\nfollow_up_months = 9\n"
                                     "[cross_over]\nshare = 0.3\nmedian_months_to_progression = 3\n"
                                     "hazard_ratio_after = 1"))  # fmt: skip
    assert done.code == 0, done.err
    assert "Hazard ratio from month 3" in done.out


def test_an_assessment_tells_what_is_not_typed(run: Run, results: Path) -> None:
    done = run("design", "two-stage", "--p0", 0.14, "--from", results, "--max-n", 20)
    assert done.code == 0, done.err
    assert "9 of 24" in done.out
    assert "assurance" in done.out
    words = ("design", "logrank", "--control-median-months", 4.6, "--accrual-per-month", 1, "--follow-up-months", 12)
    told = run(*words, "--max-n", 40, "--from", results, "--outcome", "os")
    assert told.code == 0, told.err
    assert "over the control arm's hazard" in told.out
    assert "cannot be the hazard ratio" in run(*words, "--from", results, "--outcome", "response").err
    assert run(*words, "--from", results, "--outcome", "foo").code == 2
    assert run(*words, "--from", results, "--of", "surgery").code == 2


def test_a_file_that_is_no_assessment(run: Run, tmp_path: Path, file: Callable[[str], Path]) -> None:
    refused = run("design", "two-stage", "--p0", 0.14, "--from", file(SMART))
    assert refused.code == 2
    assert "plan.toml is not a results file" in refused.err
    assert "cannot be read" in run("design", "two-stage", "--p0", 0.14, "--from", tmp_path / "none.json").err


def test_three_candidates_for_the_demonstration(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "next"
    done = run("design", "suggest", demo_paths()[0], "--study", demo_paths()[1], "-o", out)
    assert done.code == 0, done.err
    assert "Three candidate studies" in done.out
    assert "Synthetic data: every patient is invented." in done.out
    told = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert [d["design"] for d in told["designs"]] == ["two-stage", "basket", "group-sequential"]
    assert {"design.html", "design.docx", "manifest.json"} <= {p.name for p in out.iterdir()}
    assert run("design", "suggest", tmp_path / "none.xlsx").code == 2
