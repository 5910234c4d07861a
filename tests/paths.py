"""Where the tests find optional material that is not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(*parts: str) -> Path:
    """Return a path in the folder of shared material, or skip the test with the reason."""
    base = Path(os.environ.get("GLISSON_SHARED", ROOT.parent / "shared"))
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)}, which is not part of the project (set GLISSON_SHARED)")
    return path


def shared_data(*parts: str) -> Path:
    """Return a path of the real data sets, or skip the test with the reason."""
    return shared("data", *parts)


def vector(name: str) -> Path:
    """Return the path of a shared test vector, or skip the test with the reason."""
    return shared("vectors", name)
