"""Is this computer fit to run glisson? Looks, changes nothing."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    what: str
    found: str
    ok: bool = True
    todo: str = ""


CORE = ("numpy", "scipy", "polars", "pydantic", "python-calamine", "xlsxwriter", "matplotlib", "jinja2", "python-docx")
EXTRAS = {"typst": "PDF reports: pip install 'glisson[pdf]'"}


def examine() -> Iterator[Check]:
    """Yield every check in order.

    Examples
    --------
    >>> all(check.ok for check in examine())
    True
    """
    python = sys.version_info
    yield Check(
        what="Python",
        found=platform.python_version(),
        ok=python >= (3, 11),
        todo="" if python >= (3, 11) else "install Python 3.11 or newer",
    )
    yield _processor()
    for package in ("glisson", *CORE):
        yield _package(package)
    for package, use in EXTRAS.items():
        present = importlib.util.find_spec(package) is not None
        yield Check(
            what=f"{package} (optional)", found=version(package) if present else "absent", todo="" if present else use
        )


def _package(name: str) -> Check:
    try:
        return Check(what=name, found=version(name))
    except PackageNotFoundError:
        return Check(
            what=name, found="absent", ok=False, todo="reinstall glisson: pip install --force-reinstall glisson"
        )


def _processor() -> Check:
    """Polars needs AVX2 on x86; without it the process would die with an illegal instruction."""
    machine = platform.machine()
    flags = Path("/proc/cpuinfo")
    if machine not in {"x86_64", "AMD64"} or not flags.exists():
        return Check(what="processor", found=machine)
    has = "avx2" in flags.read_text(encoding="utf-8", errors="replace")
    return Check(
        what="processor",
        found=f"{machine}, {'with' if has else 'without'} AVX2",
        ok=has or importlib.util.find_spec("polars_runtime_compat") is not None,
        todo="" if has else "install the build for older processors: pip install 'glisson[oldcpu]'",
    )
