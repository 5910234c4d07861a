"""Writing a folder: it is there when everything in it is complete, and never takes the place of something else."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glisson.errors import InputError


def check_folder(out: Path, *, manifest: str, what: str, force: bool) -> None:
    """Refuse, before any work is done, a folder that could not be written.

    Parameters
    ----------
    out
        Where the folder will be.
    manifest
        Name of the file that lists, as ``outputs`` with a ``path`` each, what an earlier run wrote.
    what
        What the folder holds, e.g. ``"report"``.
    force
        Whether what an earlier run wrote may be replaced.

    Raises
    ------
    InputError
        If ``out`` is a file, or a folder that an earlier run did not write, or an earlier one without ``force``.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"{out.name} is a file", expected=f"a folder for the {what}", todo="give another name")
    present = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    if not present:
        return
    foreign = sorted(present - _earlier_files(out, manifest))
    if foreign:
        raise InputError(
            f"folder {out.name} holds files that are not part of an earlier {what}: {', '.join(foreign[:5])}"
            + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""),
            expected=f"a new or empty folder, or {'an' if what[0] in 'aeiou' else 'a'} {what} that glisson wrote",
            todo="move them, or give another name; nothing was changed",
        )
    if not force:
        raise InputError(
            f"folder {out.name} holds an earlier {what}",
            expected="a new folder",
            todo="give another name, or --force to replace it; nothing was changed",
        )


def _earlier_files(folder: Path, manifest: str) -> set[str]:
    """Return the files an earlier run says it wrote; none where there is no readable manifest."""
    try:
        listed = json.loads((folder / manifest).read_text(encoding="utf-8"))
        return {str(row["path"]) for row in listed["outputs"]} | {manifest}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``target`` once everything in it was written.

    Parameters
    ----------
    target
        Final place; folders above it are made. An error leaves it as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        folder = Path(scratch) / "new"
        folder.mkdir()
        yield folder
        _swap(folder, target, Path(scratch) / "old")


def save(path: Path, content: str | bytes) -> None:
    """Write a file of the folder; text is UTF-8 with the line ends it has."""
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put the new folder in place of the old one; if that fails the old one comes back."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
