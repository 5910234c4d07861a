"""No patient's id leaves in a report, whatever is wrong with the data."""

from __future__ import annotations

from pathlib import Path

import glisson as gl

_SHEET = "Study ID;Treatment date;Method;Date of death or last contact;Vital status\n" + "\n".join(
    f"KLINIK-{name};2015-0{1 + i}-1{i};{'DEB-TACE' if i % 2 else 'MWA'};201{6 + i % 3}-0{1 + i}-11;"
    f"{'dead' if i % 3 else 'alive'}"
    for i, name in enumerate(("Q7", "R8", "S9", "T1", "U2", "V3", "V3"))
)


def _everything(folder: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.suffix in {".html", ".json", ".svg"})


def test_ids_stay_in_the_input(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text(_SHEET, encoding="utf-8")
    cohort = gl.read_cohort(path, exclude_blocked=True)
    assert cohort.excluded
    assert any("KLINIK-V3" in str(p) for p in cohort.problems), "at the terminal the cell is quoted"
    gl.report(gl.assess(cohort), tmp_path / "out", formats=("html",))
    text = _everything(tmp_path / "out")
    assert "Pt01" in text
    assert "KLINIK" not in text


def test_ids_are_printed_where_the_study_says_so(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text(_SHEET.rsplit("\n", 1)[0], encoding="utf-8")
    (tmp_path / "study.toml").write_text("[report]\npseudonymous = false\n", encoding="utf-8")
    gl.report(gl.assess(gl.read_cohort(path)), tmp_path / "out", formats=("html",))
    assert "KLINIK-" in _everything(tmp_path / "out")
