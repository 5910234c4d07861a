from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.clinical.settings import (
    AnalysisSettings,
    ColumnMap,
    EndpointSettings,
    InputSettings,
    ReportSettings,
    Study,
    parse_study,
    read_study,
)  # fmt: skip
from glisson.clinical.study_toml import study_text, write_study
from glisson.errors import SettingsError

FULL = Study(
    title='A "quoted" title \\ with\ttab',
    cutoff=date(2020, 1, 31),
    synthetic=True,
    input=InputSettings(
        kind="flat", sheet="data table", missing=(".", "n/a"), date_order="day_first",
        columns=(
            ColumnMap(column="Größe [cm]", means="largest_mm", unit="cm", missing=("-999",), keep=("99",)),
            ColumnMap(
                column="method", means="method", codes={'LC "beads"': "deb_tace", "a=b # c": "ctace", "": "tae"}
            ),
            ColumnMap(column="CPS", means="subgroup", label="Child-Pugh"),
        ),
    ),
    endpoints=EndpointSettings(rule_set="fda_a", imaging_interval_days=60, clinical_progression_is_event=True),
    analysis=AnalysisSettings(level=0.9, times_months=(6.0, 12.5), subgroups=("Child-Pugh",)),
    report=ReportSettings(style="nejm"),
)  # fmt: skip


def test_every_setting_comes_back(tmp_path):
    path = tmp_path / "study.toml"
    write_study(FULL, path, {("CPS", "subgroup"): ["chosen\nby a person"]})
    back = read_study(path)
    assert back == FULL
    assert back.origins() == FULL.origins()
    assert '# chosen\n# by a person\n[[input.columns]]\ncolumn = "CPS"' in path.read_text(encoding="utf-8")


@pytest.mark.property
@given(text=st.text(max_size=30), value=st.text(min_size=1, max_size=20))
def test_any_text_survives(text, value):
    study = Study(title=text, input=InputSettings(missing=(value,), columns=(
        ColumnMap(column=value, means="method", codes={value: text}),)))  # fmt: skip
    assert parse_study(tomllib.loads(study_text(study))) == study


def test_an_existing_file_is_kept_without_force(tmp_path):
    path = tmp_path / "study.toml"
    write_study(Study(title="one"), path)
    with pytest.raises(SettingsError, match="exists already"):
        write_study(Study(title="two"), path)
    assert read_study(path).title == "one"
    write_study(Study(title="two"), path, force=True)
    assert read_study(path).title == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["study.toml"], "no leftover of the writing"


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="cannot be written"):
        write_study(Study(), tmp_path / "none" / "study.toml")


def test_unknown_keys_are_errors():
    with pytest.raises(SettingsError, match=r"input\.columns\.0\.colour"):
        parse_study({"input": {"columns": [{"column": "a", "means": "method", "colour": "red"}]}})


def test_a_method_for_everybody_is_one_of_the_codes() -> None:
    assert parse_study({"input": {"method": "y90_glass"}}).input.method == "y90_glass"
    with pytest.raises(SettingsError, match=r"input\.method.*deb_tace.*found 'TACE'"):
        parse_study({"input": {"method": "TACE"}})
