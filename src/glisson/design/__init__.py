"""The next trial: its size, its boundaries, what it would conclude how often, and the text for the protocol.

Examples
--------
>>> import glisson as gl
>>> gl.design.two_stage(p0=0.1, p1=0.3).n
29
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glisson.design.baskets import basket
    from glisson.design.borrowing import (
        borrowed_control,
        borrowed_single_arm,
        control_from_series,
        single_arm_after_series,
    )
    from glisson.design.efficacy_and_toxicity import efficacy_toxicity
    from glisson.design.log_rank import logrank_trial
    from glisson.design.milestones import milestone
    from glisson.design.next_study import candidates
    from glisson.design.one_sample import one_sample_logrank
    from glisson.design.one_sample_two_stage import one_sample_logrank_two_stage
    from glisson.design.one_stage import single_stage
    from glisson.design.plan import Assumption, Boundary, TrialDesign
    from glisson.design.precision import median_precision, proportion_precision
    from glisson.design.reestimation import blinded_reestimation, promising_zone
    from glisson.design.restricted_means import restricted_mean
    from glisson.design.rmst import rmst_trial
    from glisson.design.selection import selection_response, selection_survival
    from glisson.design.sequences import Strategy, delayed_start
    from glisson.design.sequential import group_sequential
    from glisson.design.simon import two_stage
    from glisson.design.smart import FirstTreatment, smart_trial
    from glisson.design.stratified import Stratum, stratified_logrank
    from glisson.design.toxicity import toxicity_monitoring
    from glisson.design.two_arms import CrossOver, TwoArms, accrual_of_centres
    from glisson.design.two_stage_analysis import two_stage_deviation, two_stage_results

#: Names and the modules they are in; imported when first used. No module may bear the name of what it holds.
_HOME = {
    "Assumption": "plan", "Boundary": "plan", "CrossOver": "two_arms", "FirstTreatment": "smart",
    "Strategy": "sequences", "Stratum": "stratified", "TrialDesign": "plan", "TwoArms": "two_arms",
    "accrual_of_centres": "two_arms", "basket": "baskets", "blinded_reestimation": "reestimation",
    "borrowed_control": "borrowing", "borrowed_single_arm": "borrowing", "candidates": "next_study",
    "control_from_series": "borrowing", "delayed_start": "sequences", "efficacy_toxicity": "efficacy_and_toxicity",
    "group_sequential": "sequential", "logrank_trial": "log_rank", "median_precision": "precision",
    "milestone": "milestones", "one_sample_logrank": "one_sample",
    "one_sample_logrank_two_stage": "one_sample_two_stage", "promising_zone": "reestimation",
    "proportion_precision": "precision", "restricted_mean": "restricted_means", "rmst_trial": "rmst",
    "selection_response": "selection", "selection_survival": "selection", "single_arm_after_series": "borrowing",
    "single_stage": "one_stage", "smart_trial": "smart", "stratified_logrank": "stratified",
    "toxicity_monitoring": "toxicity", "two_stage": "simon", "two_stage_deviation": "two_stage_analysis",
    "two_stage_results": "two_stage_analysis",
}  # fmt: skip

__all__ = [
    "Assumption", "Boundary", "CrossOver", "FirstTreatment", "Strategy", "Stratum", "TrialDesign", "TwoArms",
    "accrual_of_centres", "basket", "blinded_reestimation", "borrowed_control", "borrowed_single_arm", "candidates",
    "control_from_series", "delayed_start", "efficacy_toxicity", "group_sequential", "logrank_trial",
    "median_precision", "milestone", "one_sample_logrank", "one_sample_logrank_two_stage", "promising_zone",
    "proportion_precision", "restricted_mean", "rmst_trial", "selection_response", "selection_survival",
    "single_arm_after_series", "single_stage", "smart_trial", "stratified_logrank", "toxicity_monitoring", "two_stage",
    "two_stage_deviation", "two_stage_results",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
