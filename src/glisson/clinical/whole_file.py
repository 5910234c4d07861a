"""Writing one file: the whole file is there afterwards, or nothing changed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from glisson.errors import InputError


def check_new(path: Path, *, suffix: str, force: bool) -> None:
    """Refuse, before any work is done, what could not be written.

    Parameters
    ----------
    path
        Where the file will be.
    suffix
        Ending that the name must have, e.g. ``".xlsx"``.
    force
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the name ends otherwise, is that of a folder, or of a file and ``force`` is false.
    """
    if path.suffix.lower() != suffix:
        raise InputError(f"{path.name} does not end in {suffix}", todo=f"name it {path.stem or 'cohort'}{suffix}")
    if path.is_dir():
        raise InputError(f"{path.name} is a folder", expected="the name of a file", todo="give another name")
    if path.exists() and not force:
        raise InputError(
            f"{path.name} exists already",
            todo="give another name, or --force to replace it; nothing was changed",
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its final place and move it there in one step.

    Parameters
    ----------
    path
        Where to; missing folders are made.
    content
        The whole file.

    Raises
    ------
    InputError
        If the folder or the file cannot be written; an earlier file is unchanged.
    """
    scratch = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be written ({error.strerror})",
            todo="close it if it is open in Excel, or choose another folder; nothing was changed",
        ) from None
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
