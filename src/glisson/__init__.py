"""glisson: safety and efficacy of liver-directed cancer therapies.

Examples
--------
>>> import glisson as gl
>>> os = gl.Endpoint.from_arrays([90, 270, 400], [1, 1, 0], keys={"method": ["deb_tace", "y90", "y90"]}, name="os")
>>> gl.kaplan_meier(os).one("median").value
270.0
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glisson import design as design
    from glisson import evidence as evidence
    from glisson.adam import export_adam
    from glisson.assessing import assess, audit, compare
    from glisson.clinical.cohort import Cohort
    from glisson.clinical.derive import endpoint
    from glisson.clinical.read import demo_cohort, read_cohort
    from glisson.methods.compare import logrank, rmst_difference, survival_difference
    from glisson.methods.competing import cumulative_incidence
    from glisson.methods.competing_tests import fine_gray, gray_test
    from glisson.methods.cox import cox
    from glisson.methods.hazard_ratio import hazard_ratio
    from glisson.methods.logistic import logistic
    from glisson.methods.parametric import parametric
    from glisson.methods.proportions import proportion
    from glisson.methods.survival import followup, kaplan_meier, rmst
    from glisson.reporting import report
    from glisson.tables import CountTable, Endpoint, Estimates, RiskTable, risk_table

__version__ = version("glisson")

#: Public names and where they live; they are imported when first used, so that start-up stays quick.
_HOME = {
    "Cohort": "glisson.clinical.cohort",
    "CountTable": "glisson.tables",
    "Endpoint": "glisson.tables",
    "Estimates": "glisson.tables",
    "RiskTable": "glisson.tables",
    "assess": "glisson.assessing",
    "audit": "glisson.assessing",
    "compare": "glisson.assessing",
    "cox": "glisson.methods.cox",
    "cumulative_incidence": "glisson.methods.competing",
    "demo_cohort": "glisson.clinical.read",
    "endpoint": "glisson.clinical.derive",
    "export_adam": "glisson.adam",
    "fine_gray": "glisson.methods.competing_tests",
    "followup": "glisson.methods.survival",
    "gray_test": "glisson.methods.competing_tests",
    "hazard_ratio": "glisson.methods.hazard_ratio",
    "kaplan_meier": "glisson.methods.survival",
    "logistic": "glisson.methods.logistic",
    "logrank": "glisson.methods.compare",
    "parametric": "glisson.methods.parametric",
    "proportion": "glisson.methods.proportions",
    "read_cohort": "glisson.clinical.read",
    "report": "glisson.reporting",
    "risk_table": "glisson.tables",
    "rmst": "glisson.methods.survival",
    "rmst_difference": "glisson.methods.compare",
    "survival_difference": "glisson.methods.compare",
}

#: Modules that are reached as ``gl.evidence`` is, imported when first used.
_MODULES = ("design", "evidence")

__all__ = [
    "Cohort",
    "CountTable",
    "Endpoint",
    "Estimates",
    "RiskTable",
    "assess",
    "audit",
    "compare",
    "cox",
    "cumulative_incidence",
    "demo_cohort",
    "endpoint",
    "export_adam",
    "fine_gray",
    "followup",
    "gray_test",
    "hazard_ratio",
    "kaplan_meier",
    "logistic",
    "logrank",
    "parametric",
    "proportion",
    "read_cohort",
    "report",
    "risk_table",
    "rmst",
    "rmst_difference",
    "survival_difference",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name in _MODULES:
        return import_module(f"glisson.{name}")
    if name not in _HOME:
        msg = f"module 'glisson' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_HOME[name]), name)
    # A submodule of the same name would otherwise hide the function after its import.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, *_MODULES, "__version__"])
