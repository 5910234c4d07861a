"""The commands that turn curves into data: what they write, say and refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from glisson.assessing.control_rows import read_rows
from glisson.cli import app
from glisson.errors import GlissonError
from glisson.evidence.readings import READINGS
from glisson.reporting.reconstruction import write_reconstruction

FIGURES = Path(__file__).parent / "evidence" / "figures"
POINTS = "time;survival\n0;100\n2;80\n5;50\n9;50\n"


def run(*words, code=0):
    done = CliRunner().invoke(app, [str(w) for w in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.csv").write_text(POINTS)
    (tmp_path / "atrisk.csv").write_text("month,n\n0,10\n3,8\n6,4\n")
    return tmp_path


def test_points_become_a_folder_and_the_python_that_does_the_same_runs(folder):
    said = run("reconstruct", "points.csv", "--at-risk", "atrisk.csv", "--events", 5, "--percent", "-o", "out",
               "--draws", 50, "--label", "Doe 2020, arm A")  # fmt: skip
    assert "numbers at risk: all 3 met exactly" in said
    assert "patients 10, events 5 (5 given)" in said
    assert "Median" in said
    names = {p.name for p in (folder / "out").iterdir()}
    assert names == {"times.csv", "points.csv", "quality.txt", "reconstruction.json", "reconstruction.svg",
                     "reconstruction.pdf", "reconstruction.png", "manifest.json"}  # fmt: skip
    rows = list(csv.DictReader((folder / "out" / "times.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 10
    assert [int(r["days"]) for r in rows if r["event"] == "1"] == [61, 61, 152, 152, 152]
    data = json.loads((folder / "out" / "reconstruction.json").read_text())
    assert data["source_kind"] == "reconstructed"
    assert data["label"] == "Doe 2020, arm A"
    assert data["quality"]["events"] == 5
    listed = {o["path"] for o in json.loads((folder / "out" / "manifest.json").read_text())["outputs"]}
    assert listed == names - {"manifest.json"}
    code = said.split("The same in Python:\n")[1]
    space = {}
    exec("\n".join(line.strip() for line in code.splitlines()), space)  # as the terminal shows it
    assert sorted(space["made"].endpoint.exit.tolist()) == sorted(int(r["days"]) for r in rows)


def test_with_an_origin_the_readings_are_written_for_a_comparison(folder):
    said = run("reconstruct", "points.csv", "--at-risk", "atrisk.csv", "--events", 5, "--percent", "-o", "out",
               "--draws", 0, "--origin", "first_ldt")  # fmt: skip
    assert "Next: glisson compare cohort.xlsx --control" in said
    rows = read_rows(folder / "out" / "readings.csv")["os"]
    assert (len(rows.data), rows.data.n_events, rows.origin, len(rows.again)) == (10, 5, "first_ldt", READINGS)


def test_nothing_is_written_over_without_force(folder):
    run("reconstruct", "points.csv", "--n", 10, "--percent", "-o", "out", "--draws", 0)
    before = (folder / "out" / "times.csv").read_bytes()
    with pytest.raises(GlissonError, match="earlier reconstruction"):
        run("reconstruct", "points.csv", "--n", 12, "--percent", "-o", "out", "--draws", 0)
    assert (folder / "out" / "times.csv").read_bytes() == before
    run("reconstruct", "points.csv", "--n", 12, "--percent", "-o", "out", "--draws", 0, "--force")
    assert (folder / "out" / "times.csv").read_bytes() != before
    (folder / "out" / "mine.txt").write_text("mine")
    with pytest.raises(GlissonError, match=r"mine\.txt"):
        run("reconstruct", "points.csv", "--n", 12, "--percent", "-o", "out", "--force")


def test_a_failure_leaves_nothing_behind(folder, monkeypatch):
    monkeypatch.setattr("glisson.reporting.reconstruction._save_figure", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("reconstruct", "points.csv", "--n", 10, "--percent", "-o", "out", "--draws", 0)
    assert not (folder / "out").exists()
    assert not [p for p in folder.iterdir() if p.name.startswith(".out")]
    assert write_reconstruction.__doc__


def test_a_figure_is_listed_read_and_reconstructed(folder):
    figure = FIGURES / "base_svglite.svg"
    said = run("digitise", figure)
    assert "1  #12355b     7 steps" in said or "#12355b" in said
    run("digitise", figure, "--color", "#12355b", "-o", "mp.csv")
    assert (folder / "mp.csv").read_text().startswith("time,survival\n")
    with pytest.raises(GlissonError, match="exists already"):
        run("digitise", figure, "--color", "#12355b", "-o", "mp.csv")
    from_points = run("reconstruct", "mp.csv", "--n", 21, "--events", 9, "--unit", "week", "-o", "a", "--draws", 20)
    from_figure = run("reconstruct", figure, "--color", "#12355b", "--n", 21, "--events", 9, "--unit", "week", "-o",
                      "b", "--draws", 20)  # fmt: skip
    assert "events 9 (9 given)" in from_points
    assert "standard deviation of 0.05 %" in from_figure
    assert (folder / "a" / "times.csv").read_bytes() == (folder / "b" / "times.csv").read_bytes()
    points = run("digitise", figure, "--color", "#12355b")
    assert "time,survival" in points


def test_bad_lines_are_all_named_with_their_place(folder):
    (folder / "bad.csv").write_text("time,survival\n0,1\n2,high\n3,0.8\n4\n")
    with pytest.raises(GlissonError, match=r"bad\.csv: line 3: 2,high; line 5: 4"):
        run("reconstruct", "bad.csv", "--n", 10)
    (folder / "empty.csv").write_text("time,survival\n")
    with pytest.raises(GlissonError, match="holds no time and survival"):
        run("reconstruct", "empty.csv", "--n", 10)
    with pytest.raises(GlissonError, match=r"missing\.csv cannot be read"):
        run("reconstruct", "missing.csv", "--n", 10)
    with pytest.raises(GlissonError, match="neither points nor a figure"):
        run("reconstruct", "a.docx", "--n", 10)
    (folder / "rise.csv").write_text("0,10\n3,11\n")
    with pytest.raises(GlissonError, match="row 2: 11 at risk at 3 after 10"):
        run("reconstruct", "points.csv", "--percent", "--at-risk", "rise.csv")


def test_decimal_commas_are_read_where_commas_do_not_part_columns(folder):
    (folder / "comma.csv").write_text("0;1\n2,5;0,8\n5;0,5\n")
    said = run("reconstruct", "comma.csv", "--n", 10, "-o", "out", "--draws", 0)
    assert "events 5" in said


SMALL = (
    '<svg xmlns="http://www.w3.org/2000/svg"><g stroke="black"><polyline points="0,0 50,0 50,50 100,50"/>'
    + "".join(
        f'<line x1="{x}" y1="100" x2="{x}" y2="103"/><line x1="-3" y1="{x}" x2="0" y2="{x}"/>' for x in (0, 50, 100)
    )
    + "</g>"
    + "".join(f'<text x="{x}" y="110">{x // 5}</text><text x="-9" y="{x}">{100 - x}</text>' for x in (0, 50, 100))
    + '<text x="-30" y="130">At risk</text><text x="0" y="130">8</text><text x="50" y="130">6</text>'
    + '<text x="100" y="130">2</text></svg>'
)


def test_numbers_at_risk_come_from_the_figure(folder):
    (folder / "f.svg").write_text(SMALL)
    said = run("digitise", "f.svg")
    assert "from (0.0, 0.0) to (100.0, 50.0)" in said  # the tick at survival 1 is no part of the curve
    assert "1  At risk: 8 at 0, 6 at 10, 2 at 20" in said
    said = run("reconstruct", "f.svg", "--at-risk-row", 1, "--events", 3, "-o", "out", "--draws", 0)
    assert "patients 8, events 3 (3 given)" in said
    assert "[(0, 8), (10, 6), (20, 2)]" in said
    with pytest.raises(GlissonError, match="no row 2"):
        run("reconstruct", "f.svg", "--at-risk-row", 2, "-o", "b")
    with pytest.raises(GlissonError, match="with another source"):
        run("reconstruct", "f.svg", "--at-risk-row", 1, "--at-risk", "atrisk.csv", "-o", "b")
    with pytest.raises(GlissonError, match=r"--at-risk-row with points\.csv"):
        run("reconstruct", "points.csv", "--at-risk-row", 1, "-o", "b")
