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


_RATE: dict[str, Any] = {"label": "Response rate planned for", "percent": True, "effect": "p1", "null": "p0"}
_RATIO: dict[str, Any] = {"label": "Hazard ratio planned for", "effect": "hazard_ratio", "null": "_one"}
_RATIO_TOLD = {"hazard_ratio": "hazard_ratio"}


def _kind(name: str, home: str, told: Mapping[str, str] | None = None, **about: Any) -> Kind:
    return Kind(name=name, home=f"glisson.design.{home}", told=told or {}, **about)


#: Designs in the order of the documentation.
KINDS: tuple[Kind, ...] = (
    _kind("single-stage", "one_stage.single_stage", {"p1": "response"}, **_RATE),
    _kind("two-stage", "simon.two_stage", {"p1": "response"}, **_RATE),
    _kind("milestone", "milestones.milestone", {"s1": "survival"}, effect="s1", null="s0", percent=True,
          label="Survival planned for"),
    _kind("one-sample-logrank", "one_sample.one_sample_logrank", **_RATIO),
    _kind("one-sample-logrank-two-stage", "one_sample_two_stage.one_sample_logrank_two_stage", **_RATIO),
    _kind("restricted-mean", "restricted_means.restricted_mean", {"s1": "survival"}),
    _kind("toxicity-monitoring", "toxicity.toxicity_monitoring"),
    _kind("efficacy-toxicity", "efficacy_and_toxicity.efficacy_toxicity", {"response1": "response"}),
    _kind("logrank", "log_rank.logrank_trial", _RATIO_TOLD, **_RATIO),
    _kind("group-sequential", "sequential.group_sequential", _RATIO_TOLD, **_RATIO),
    _kind("rmst", "rmst.rmst_trial", _RATIO_TOLD, **_RATIO),
    _kind("stratified-logrank", "stratified.stratified_logrank"),
    _kind("promising-zone", "reestimation.promising_zone", _RATIO_TOLD, **_RATIO),
    _kind("blinded-reestimation", "reestimation.blinded_reestimation"),
    _kind("selection-response", "selection.selection_response"),
    _kind("selection-survival", "selection.selection_survival"),
    _kind("delayed-start", "sequences.delayed_start"),
    _kind("smart", "smart.smart_trial"),
    _kind("borrowed-single-arm", "borrowing.single_arm_after_series", {"p1": "response"}, **_RATE),
    _kind("borrowed-control", "borrowing.control_from_series", {"p_treated": "response"}),
    _kind("basket", "baskets.basket", {"p1": "response"}),
    _kind("precision-median", "precision.median_precision", {"median_months": "median"}, effect="median_months",
          null="excluded_months", label="True median, months"),
    _kind("precision-proportion", "precision.proportion_precision", {"proportion": "response"}),
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
