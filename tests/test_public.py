"""The public surface: few names, all of them documented, and a quick start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import glisson as gl
from tests.paths import ROOT


def test_all_is_exactly_what_can_be_reached() -> None:
    assert sorted(gl.__all__) == gl.__all__
    for name in gl.__all__:
        assert getattr(gl, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        gl.nonsense  # noqa: B018


@pytest.mark.parametrize("name", gl.__all__)
def test_each_public_name_is_documented(name: str) -> None:
    assert getattr(gl, name).__doc__
    pages = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").rglob("*.md"))
    assert f"gl.{name}" in pages, f"gl.{name} is on no page of the documentation"


def test_public_names_survive_importing_submodules() -> None:
    # A submodule named like a public function would take its place as soon as it is imported.
    code = "import pkgutil, glisson as gl; names = {m.name for m in pkgutil.iter_modules(gl.__path__)}; "
    code += "print(sorted(names & set(gl.__all__)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["glisson", "glisson.cli"])
def test_start_up_imports_nothing_heavy(module: str) -> None:
    heavy = "{'polars', 'scipy', 'matplotlib', 'docx', 'pydantic', 'numpy'} & set(sys.modules)"
    code = f"import sys, {module}; print(sorted({heavy}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_no_module_outgrows_a_screenful_of_screens() -> None:
    long = {p.name: n for p in (ROOT / "src").rglob("*.py") if (n := len(Path(p).read_text().splitlines())) > 400}
    assert not long
