"""The designs by name: which function plans each, which effect it is planned for, and what a cohort can tell it."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from glisson.design.plan import TrialDesign
from glisson.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One design.

    Parameters
    ----------
    name
        On the command line and in design.toml.
    home
        Module and function.
    effect, null
        The parameter a size is plotted against, and the one it departs from; empty where there is none.
    label
        What the effect is, on an axis.
    percent
        Whether the effect is a proportion.
    told
        Parameter to what a cohort tells of it: ``"response"``, ``"survival"``, ``"median"``.
    """

    name: str
    home: str
    effect: str = ""
    null: str = ""
    label: str = ""
    percent: bool = False
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., TrialDesign]:
        """The function that plans it."""
        module, name = self.home.rsplit(".", 1)
        return getattr(import_module(module), name)  # type: ignore[no-any-return]

    @property
    def summary(self) -> str:
        """Its first line of documentation."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def parameters(self) -> dict[str, Parameter]:
        """Return what it is asked, in order."""
        function = self.function
        hints, told = typing.get_type_hints(function), _described(function.__doc__ or "")
        return {
            name: Parameter(name=name, hint=hints[name], default=p.default, help=told.get(name, ""))
            for name, p in inspect.signature(function).parameters.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One question of a design.

    Parameters
    ----------
    name
        Of the parameter.
    hint
        Its type.
    default
        ``inspect.Parameter.empty`` where it has to be given.
    help
        What it is.
    """

    name: str
    hint: Any
    default: Any
    help: str

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is inspect.Parameter.empty


#: Designs in the order of the documentation.
KINDS: tuple[Kind, ...] = (
    Kind(
        name="single-stage", home="glisson.design.single_stage.single_stage", effect="p1", null="p0",
        label="Response rate planned for", percent=True, told={"p1": "response"},
    ),
    Kind(
        name="two-stage", home="glisson.design.two_stage.two_stage", effect="p1", null="p0",
        label="Response rate planned for", percent=True, told={"p1": "response"},
    ),
    Kind(
        name="precision-median", home="glisson.design.precision.median_precision", effect="median_months",
        null="excluded_months", label="True median, months", told={"median_months": "median"},
    ),
    Kind(
        name="precision-proportion", home="glisson.design.precision.proportion_precision",
        told={"proportion": "response"},
    ),
    Kind(name="basket", home="glisson.design.basket.basket", told={"p1": "response"}),
)  # fmt: skip


def kind(name: str) -> Kind:
    """Return a design by its name.

    Raises
    ------
    SettingsError
        If there is none of that name.

    Examples
    --------
    >>> kind("two-stage").effect
    'p1'
    """
    for one in KINDS:
        if one.name == name.replace("_", "-"):
            return one
    raise SettingsError(f"there is no design {name!r}", expected="one of " + ", ".join(k.name for k in KINDS))


def _described(doc: str) -> dict[str, str]:
    """Return what a docstring says of each parameter, as plain text."""
    lines = inspect.cleandoc(doc).splitlines()
    out: dict[str, str] = {}
    try:
        start = lines.index("Parameters") + 2
    except ValueError:
        return out
    names: list[str] = []
    for line in lines[start:]:
        if line and not line.startswith(" "):
            if re.fullmatch(r"(Returns|Raises|Notes|Examples|Yields)", line):
                break
            names = [name.strip() for name in line.split(",")]
            out |= dict.fromkeys(names, "")
        elif line:
            for name in names:
                out[name] = f"{out[name]} {line.strip()}".strip()
    return {name: text.replace("``", "").replace('"', "") for name, text in out.items()}
