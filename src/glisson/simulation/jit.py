"""Compilation of the kernels: numba is imported here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from glisson.errors import NotSupportedError

try:
    from numba import njit
    from numba.core import config as _config
except ImportError:  # pragma: no cover - the tests run with numba
    raise NotSupportedError(
        "Simulation needs numba, which is not installed; install it with: pip install 'glisson[simulate]'"
    ) from None

config: Any = _config
Function = TypeVar("Function", bound=Callable[..., Any])

#: No Python lock, no check for division by zero (IEEE rules), and a multiplication may be fused with an addition. None
#: of the other liberties of "fast" arithmetic is taken: infinities and the order of additions are kept.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
#: Left out of functions that only compiled functions call: what Python needs to call them takes long to compile.
_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
#: Modules with compiled functions, or with constants that are compiled into them.
_SOURCES = (
    "jit", "lanes", "room", "plan", "tally", "drawing", "cutting", "ranks", "curves", "groups", "choosing", "blocks",
)  # fmt: skip


def cache_folder() -> Path | None:
    """Return the folder of the machine code, in the user's cache; ``None`` where nothing can be written.

    Its name has a digest of the sources, because numba looks only at the module of a function and not at those it
    calls. ``NUMBA_CACHE_DIR`` names another place.
    """
    here = Path(__file__).parent
    digest = sha256(b"".join((here / f"{name}.py").read_bytes() for name in _SOURCES)).hexdigest()[:12]
    try:
        given = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
        base = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
        folder = Path(given or base or Path.home() / ".cache") / "glisson" / f"kernels-{digest}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


_FOLDER = cache_folder()


def compiled_before() -> bool:
    """Return whether machine code of these kernels is kept on this computer."""
    return _FOLDER is not None and any(_FOLDER.rglob("*.nbc"))


def compiled(function: Function) -> Function:
    """Compile a function that compiled functions call, when it is first called."""
    return _compiled(function, _INNER)


def callable_from_python(function: Function) -> Function:
    """Compile a function that Python calls."""
    return _compiled(function, {"no_cfunc_wrapper": True})


def _compiled(function: Function, more: dict[str, Any]) -> Function:
    """Compile, and keep the machine code where there is a place for it."""
    if _FOLDER is None:
        return cast(Function, njit(**_OPTIONS, **more)(function))
    before, config.CACHE_DIR = config.CACHE_DIR, str(_FOLDER)
    try:
        return cast(Function, njit(cache=True, **_OPTIONS, **more)(function))
    finally:
        config.CACHE_DIR = before
