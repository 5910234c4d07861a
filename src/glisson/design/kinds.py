"""The designs by name: which function plans each, which effect it is planned for, and what a cohort can tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from glisson.design.parameters import Parameter, called, parameters_of
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
        The parameter a size is plotted against, and the one it departs from; ``_one`` for a ratio, empty where there
        is none.
    label
        What the effect is, on an axis.
    percent
        Whether the effect is a proportion.
    told
        Parameter to what a cohort tells of it: ``"response"``, ``"survival"``, ``"median"``, ``"hazard_ratio"``.
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
        return parameters_of(self.function)

    def design(self, given: Mapping[str, Any]) -> TrialDesign:
        """Plan it.

        Parameters
        ----------
        given
            Parameter to number, text or assumption.
        """
        asked = self.parameters()
        planned: TrialDesign = called(self.function, {n: asked[n].read(v) for n, v in given.items()}, asked)
        return planned


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
    Kind(
        name="logrank", home="glisson.design.logrank.logrank_trial", effect="hazard_ratio", null="_one",
        label="Hazard ratio planned for", told={"hazard_ratio": "hazard_ratio"},
    ),
    Kind(
        name="group-sequential", home="glisson.design.group_sequential.group_sequential", effect="hazard_ratio",
        null="_one", label="Hazard ratio planned for", told={"hazard_ratio": "hazard_ratio"},
    ),
    Kind(name="basket", home="glisson.design.baskets.basket", told={"p1": "response"}),
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
