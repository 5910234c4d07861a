"""Whether a value is what a design asks for: a number, a word, a list or a table, as its function's annotations say."""

from __future__ import annotations

import dataclasses
import numbers
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from glisson.design.plan import Assumption

_TABLES, _LISTS = {Mapping, dict}, {Sequence, tuple, list}


def choices(hint: Any) -> tuple[Any, ...]:
    """Return the types a value may have.

    Examples
    --------
    >>> choices(float | None)
    (<class 'float'>, <class 'NoneType'>)
    """
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return tuple(part for h in typing.get_args(hint) for part in choices(h))
    return (hint,)


def fits(hint: Any, value: Any) -> bool:
    """Return whether a value is of a type; a whole number is a number, a mapping a table of assumptions.

    Examples
    --------
    >>> fits(float, 1), fits(float, "x"), fits(Mapping[str, int], {"Y-90": 8}), fits(tuple[float, float], (1.0,))
    (True, False, True, False)
    """
    return any(_fits_one(h, value) for h in choices(hint))


def _fits_one(hint: Any, value: Any) -> bool:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or origin is Literal:
        return hint is Any or value in args
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint in {int, float}:
        return isinstance(value, numbers.Integral if hint is int else numbers.Real)
    if origin in _TABLES:
        return isinstance(value, Mapping) and all(fits(args[0], k) and fits(args[1], v) for k, v in value.items())
    if origin in _LISTS:
        return _each_fits(args, value)
    table = dataclasses.is_dataclass(hint) and hint is not Assumption and isinstance(value, Mapping)
    return table or not isinstance(hint, type) or isinstance(value, hint)


def _each_fits(args: tuple[Any, ...], values: Any) -> bool:
    if not isinstance(values, (tuple, list)):
        return False
    if len(args) == 1 or Ellipsis in args:
        return all(fits(args[0], value) for value in values)
    return len(values) == len(args) and all(fits(h, v) for h, v in zip(args, values, strict=True))


def wanted(hint: Any) -> str:
    """Return in words what a value has to be.

    Examples
    --------
    >>> wanted(float | Mapping[float, float]), wanted(Sequence[int] | None), wanted(Literal["exact", "fleming"])
    ('a number, or a table of numbers', 'a list of whole numbers', 'exact or fleming')
    """
    return ", or ".join(_said(h) for h in choices(hint) if h is not type(None) and h is not Assumption)


def _said(hint: Any) -> str:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return " or ".join(map(str, args))
    if origin in _TABLES:
        return f"a table of {_several(args[1])}"
    if origin in _LISTS:
        many = f"{len(args)} " if len(args) > 1 and Ellipsis not in args else ""
        return f"a list of {many}{_several(args[0])}"
    if dataclasses.is_dataclass(hint):
        return "a table of " + ", ".join(field.name for field in dataclasses.fields(hint))
    return {float: "a number", int: "a whole number", str: "a word", bool: "true or false"}.get(hint, "something else")


def _several(hint: Any) -> str:
    plural = {float: "numbers", int: "whole numbers", str: "words"}
    first = choices(hint)[0]
    return plural.get(first) or _said(first).replace("a table", "tables").replace("a list", "lists")
