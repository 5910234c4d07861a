"""Writing study.toml: the record of what was decided, each entry with the evidence beside it as a comment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from glisson.clinical.settings import ColumnMap, Study
from glisson.errors import SettingsError

#: Sections in the order of the file.
_SECTIONS = ("input", "endpoints", "analysis", "response", "safety", "standards", "report")

_HEADER = (
    "What was decided about this study. glisson reads this file instead of asking again.",
    "Correct it by hand where it is wrong: unknown keys and impossible values are reported, never ignored.",
)

#: Evidence by column and meaning.
Evidence = Mapping[tuple[str, str], Sequence[str]]


def study_text(study: Study, evidence: Evidence | None = None, remarks: Iterable[str] = ()) -> str:
    """Return study.toml as text; reading it gives the same settings.

    Parameters
    ----------
    study
        Settings; those that were not chosen are left out, so that they follow the defaults.
    evidence
        Lines to print as comments above each column.
    remarks
        Lines to print as comments at the top.

    Examples
    --------
    >>> print(study_text(Study(title="Demo")).splitlines()[-1])
    title = "Demo"
    """
    lines = [f"# {line}" for line in (*_HEADER, *remarks)]
    if top := _pairs(study, skip=_SECTIONS):
        lines += ["", *top]
    for name in _SECTIONS:
        section: BaseModel = getattr(study, name)
        pairs = _pairs(section, skip=("columns",))
        if pairs:
            lines += ["", f"[{name}]", *pairs]
    for one in study.input.columns:
        lines += ["", *_column(one, (evidence or {}).get((one.column, one.means), ()))]
    return "\n".join(lines).rstrip() + "\n"


def write_study(study: Study, path: Path, evidence: Evidence | None = None, *, force: bool = False) -> None:
    """Write study.toml in one step: either the whole file is there afterwards, or nothing changed.

    Parameters
    ----------
    study, evidence
        As for ``study_text``.
    path
        Where to; the folder must exist.
    force
        Whether an existing file may be replaced.

    Raises
    ------
    SettingsError
        If the file exists and ``force`` is false, or it cannot be written.
    """
    text = study_text(study, evidence)
    if path.exists() and not force:
        raise SettingsError(f"{path.name} exists already", todo="rename it, or write over it with --force")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".study-", suffix=".toml")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be written: {error.strerror}", todo="choose a folder that can be written to"
        ) from None


def _column(one: ColumnMap, evidence: Sequence[str]) -> Iterator[str]:
    """One ``[[input.columns]]`` entry; its codes follow as a table, so that each stands on a line of its own."""
    for text in evidence:
        yield from (f"# {line}" for line in text.splitlines())
    yield "[[input.columns]]"
    yield from _pairs(one, skip=("codes",))
    if one.codes:
        yield "[input.columns.codes]"
        yield from (f"{_quoted(value)} = {_quoted(code)}" for value, code in one.codes.items())


def _pairs(section: BaseModel, skip: tuple[str, ...] = ()) -> list[str]:
    """Lines ``key = value`` of the settings that were chosen."""
    chosen = ((name, getattr(section, name)) for name in type(section).model_fields if name in section.model_fields_set)
    return [f"{name} = {_value(value)}" for name, value in chosen if name not in skip and value is not None]


def _value(value: object) -> str:
    """One value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A TOML basic string."""
    special = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(special.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
