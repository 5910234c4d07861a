"""Assessment: everything the data can honestly say, as values, before any of it is put into words."""

from __future__ import annotations

from glisson.assessment.audit import Audit, Beside, Reviewed, Spoken
from glisson.assessment.efficacy import NOTHING, Baseline, Breakdown, EndpointResult, RuleSetComparison
from glisson.assessment.response import ResponseResult
from glisson.assessment.safety import SafetyResult, SafetyTerm
from glisson.assessment.whole import Analysis, Assessment, BiasDomain, Finding, FindingSeverity, FlowStep, Setting

__all__ = [
    "NOTHING",
    "Analysis",
    "Assessment",
    "Audit",
    "Baseline",
    "Beside",
    "BiasDomain",
    "Breakdown",
    "EndpointResult",
    "Finding",
    "FindingSeverity",
    "FlowStep",
    "ResponseResult",
    "Reviewed",
    "RuleSetComparison",
    "SafetyResult",
    "SafetyTerm",
    "Setting",
    "Spoken",
]
