"""The pages on study.toml are what the settings say."""

from __future__ import annotations

import tomllib

import pytest
from scripts.make_settings_pages import GUIDE, REFERENCE, SECTIONS, guide, reference, targets

import glisson as gl
from glisson.clinical.settings import parse_study
from glisson.clinical.targets import TARGETS


def test_the_committed_pages_are_current() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python -m scripts.make_settings_pages"
    page = GUIDE.read_text(encoding="utf-8")
    assert page == guide(page), "run: python -m scripts.make_settings_pages"


@pytest.mark.parametrize("section", [s for s, *_ in SECTIONS], ids=lambda s: s.__name__)
def test_every_key_is_explained(section) -> None:
    sections = {"input", "endpoints", "analysis", "response", "safety", "standards", "comparison", "report"}
    for name, field in section.model_fields.items():
        assert field.description or (section.__name__ == "Study" and name in sections), name


def test_every_meaning_has_one_row_with_its_codes() -> None:
    rows = targets().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [t.name for t in TARGETS]
    for one, row in zip(TARGETS, rows, strict=True):
        assert all(f"`{code}`" in row for code in one.codes)
        assert row.count("|") == 5


@pytest.mark.parametrize("page", [REFERENCE, GUIDE], ids=lambda p: p.stem)
def test_settings_printed_in_the_pages_are_accepted(page) -> None:
    blocks = page.read_text(encoding="utf-8").split("```toml\n")[1:]
    assert blocks
    for block in blocks:
        parse_study(tomllib.loads(block.split("```")[0]))


def test_the_sheet_of_the_guide_is_read_with_the_settings_of_the_guide(tmp_path) -> None:
    page = GUIDE.read_text(encoding="utf-8")
    (tmp_path / "liver.csv").write_text("Pat. ID" + page.split("```\nPat. ID")[1].split("```")[0], encoding="utf-8")
    (tmp_path / "study.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    cohort = gl.read_cohort(tmp_path / "liver.csv")
    assert cohort.n == 6
    assert not cohort.problems.blocking
    assert gl.endpoint(cohort, "os").n_events == 4
    assert gl.endpoint(cohort, "pfs").n_events == 5
    assert set(gl.endpoint(cohort, "os").factor("method").levels) == {"deb_tace", "y90", "ablation"}
    assert gl.endpoint(cohort, "os").factor("Sex").levels == ("f", "m")
