"""What a design is asked: its function's parameters, tables of assumptions laid open, and how each is typed as text."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from glisson.design.fits import choices, fits, wanted
from glisson.design.plan import Assumption
from glisson.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One question of a design.

    Parameters
    ----------
    name
        On a command line and in design.toml.
    path
        Where its value goes: names of the parameter, then of fields of the tables inside.
    hint
        Its type.
    default
        ``inspect.Parameter.empty`` where it has to be given.
    help
        What it is.
    """

    name: str
    path: tuple[str, ...]
    hint: Any
    default: Any
    help: str

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is inspect.Parameter.empty

    @property
    def plain(self) -> Any:
        """The type of its text: a number, a word, one of several words; ``str`` for lists and tables; or nothing."""
        return _plain(self.hint)

    def read(self, value: Any) -> Any:
        """Return what was typed as the value the design takes: lists and tables come as text.

        Raises
        ------
        SettingsError
            If it is none.

        Examples
        --------
        >>> from collections.abc import Mapping
        >>> p = Parameter(name="hazard_ratio", path=(), hint=float | Mapping[float, float], default=None, help="")
        >>> p.read("0:1, 3:0.5"), p.read("0.6")
        ({0.0: 1.0, 3.0: 0.5}, 0.6)
        """
        read = self._of_text(value) if isinstance(value, str) and value not in _words(self.hint) else value
        plain = read.value if isinstance(read, Assumption) else read
        if plain is not None and not fits(self.hint, plain):
            raise SettingsError(f"{self.name} {read!r}", expected=wanted(self.hint))
        return read

    def _of_text(self, value: str) -> Any:
        origins = {typing.get_origin(h) or h for h in choices(self.hint)}
        if origins & {Mapping, dict}:
            return self._table(value, number=float in origins)
        if origins & {Sequence, tuple, list}:
            parts = tuple(part.strip() for part in value.split(","))
            if str in _parts(self.hint):
                return parts
            one = self._whole if int in _parts(self.hint) else self._number
            return tuple(one(part) for part in parts)
        return value

    def _table(self, text: str, *, number: bool) -> Any:
        if number and not re.search("[:=]", text):
            return self._number(text)
        pairs = [re.split("[:=]", part) for part in text.split(",")]
        if any(len(pair) != 2 for pair in pairs):
            raise SettingsError(f"{self.name} {text!r}", expected="pairs such as 0:1,3:0.5 or DEB-TACE=12,Y-90=8")
        keys = typing.get_args(next(h for h in choices(self.hint) if typing.get_origin(h) in {Mapping, dict}))
        table = {
            key.strip() if keys[0] is str else self._number(key): (
                self._whole(value) if keys[1] is int else self._number(value)
            )
            for key, value in pairs
        }
        if len(table) < len(pairs):
            raise SettingsError(f"{self.name} {text!r} names one of its keys twice", expected="each once")
        return table

    def _whole(self, text: str) -> int:
        number = self._number(text)
        if not number.is_integer():
            raise SettingsError(f"{self.name} holds {text.strip()!r}", expected="a whole number")
        return int(number)

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise SettingsError(f"{self.name} holds {text.strip()!r}", expected="a number") from None


def parameters_of(function: Callable[..., Any], path: tuple[str, ...] = (), before: str = "") -> dict[str, Parameter]:
    """Return what a design is asked, in order; fields of tables of assumptions stand for the table.

    Parameters
    ----------
    function
        A design, or the class of a table.
    path, before
        Where the fields of a table go, and what their names begin with.
    """
    hints, told = typing.get_type_hints(function), _told(function)
    out: dict[str, Parameter] = {}
    asked = inspect.signature(function).parameters
    several = sum(_table_of(hints[name]) is not None for name in asked) > 1
    for name, p in asked.items():
        table = _table_of(hints[name])
        if table is not None:
            inside = f"{before}{name}_" if path or several or p.default is None else before
            for field in parameters_of(table, (*path, name), inside).values():
                loose = field if p.default is inspect.Parameter.empty else dataclasses.replace(field, default=None)
                out[field.name] = loose
        elif not (path and name in {"origin", "origins"}):
            default = _default(p.default)
            out[f"{before}{name}"] = Parameter(
                name=f"{before}{name}", path=(*path, name), hint=hints[name], default=default, help=told.get(name, "")
            )
    return out


def called(function: Callable[..., Any], given: Mapping[str, Any], asked: Mapping[str, Parameter]) -> Any:
    """Call a design with what was given by name; tables of assumptions keep the origin of each number.

    Parameters
    ----------
    function
        The design.
    given
        Name to number, text or assumption.
    asked
        From ``parameters_of``.
    """
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        *tables, last = asked[name].path
        inside = arguments
        for table in tables:
            inside = inside.setdefault(table, {})
        sourced = bool(tables) and isinstance(value, Assumption)
        if sourced:
            inside.setdefault("origins", {})[last] = value.origin
        inside[last] = value.value if sourced else value
    return _built(function, arguments)


def _made(hint: Any, value: Any) -> Any:
    """Return tables of assumptions, also inside other tables, from plain ones."""
    table = _table_of(hint)
    if isinstance(value, Mapping):
        if table is not None:
            return _built(table, value)
        inner = [part for h in choices(hint) for part in typing.get_args(h) if _table_of(part) is not None]
        return {key: _made(inner[0], one) for key, one in value.items()} if inner else value
    return tuple(_made(None, one) for one in value) if isinstance(value, list) else value


def _parts(hint: Any) -> set[Any]:
    return {part for h in choices(hint) for part in typing.get_args(h)}


def _built(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(function)
    unknown = sorted(set(arguments) - set(hints))
    if unknown:
        raise SettingsError(f"unknown assumption {', '.join(unknown)}", expected="any of " + ", ".join(_asked(hints)))
    asked = inspect.signature(function).parameters
    missing = [name for name, p in asked.items() if _default(p.default) is inspect.Parameter.empty
               and repr(p.default) != "<factory>" and name not in arguments]  # fmt: skip
    if missing:
        given = f"{', '.join(arguments)} without {', '.join(missing)}" if arguments else f"no {', '.join(missing)}"
        raise SettingsError(f"{_what(function)}: {given}", todo="give all of them, or none")
    for name, value in arguments.items():
        if value is not None and not fits(hints[name], value):
            raise SettingsError(f"{_what(function)}: {name} {value!r}", expected=wanted(hints[name]))
    return function(**{name: _made(hints[name], value) for name, value in arguments.items()})


def _asked(hints: Mapping[str, Any]) -> list[str]:
    return [name for name in hints if name != "return"]


def _what(function: Callable[..., Any]) -> str:
    """Return the name of a design or table in words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", function.__name__).lower().replace("_", " ")


def _table_of(hint: Any) -> Callable[..., Any] | None:
    """Return the table of assumptions a parameter is, if it is one."""
    found: list[Any] = [h for h in choices(hint) if dataclasses.is_dataclass(h) and h is not Assumption]
    return found[0] if found else None


def _default(default: Any) -> Any:
    return inspect.Parameter.empty if repr(default) == "<factory>" else default


def _plain(hint: Any) -> Any:
    kinds = [h for h in choices(hint) if h is not type(None) and h is not Assumption]
    if any(typing.get_origin(h) in {Mapping, dict, Sequence, tuple, list} for h in kinds):
        return str
    words = _words(hint)
    if words and len(kinds) == sum(typing.get_origin(h) is Literal for h in kinds):
        return Literal[words]
    return kinds[0] if len(kinds) == 1 and kinds[0] in {int, float, str, bool} else None


def _words(hint: Any) -> tuple[Any, ...]:
    """Return the words a parameter may be."""
    return tuple(word for h in choices(hint) if typing.get_origin(h) is Literal for word in typing.get_args(h))


def _told(function: Callable[..., Any]) -> dict[str, str]:
    """Return what a docstring says of each parameter, as plain text."""
    out: dict[str, str] = {}
    names: list[str] = []
    for line in _parameter_lines(inspect.cleandoc(function.__doc__ or "")):
        if not line.startswith(" "):
            names = [name.strip() for name in line.split(",")]
            out |= dict.fromkeys(names, "")
        else:
            for name in names:
                out[name] = f"{out[name]} {line.strip()}".strip()
    return {name: text.replace("``", "").replace('"', "") for name, text in out.items()}


def _parameter_lines(doc: str) -> list[str]:
    match = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", doc, flags=re.MULTILINE | re.DOTALL)
    return [line for line in match[1].splitlines() if line.strip()] if match else []
