"""Rubin's rules, beside R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.methods.rubin import rubin
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def rules() -> Iterator[Compared]:
    """Mean, total variance, degrees of freedom (relative) and fraction of missing information."""
    for case in golden("imputation")["rules"]:
        pooled = rubin(case["q"], case["u"], complete_df=case["dfcom"])
        yield Compared(pooled.value, case["qbar"])
        yield Compared(pooled.total, case["t"])
        yield Compared(pooled.df / case["df"], 1.0)
        yield Compared(pooled.fmi, case["fmi"])


COMPARISONS = (
    Comparison(statistic="pooling of imputations: mean, variance, degrees of freedom, missing information",
               function="methods.rubin.rubin", reference=produced_by("mice", "imputation"), pairs=rules),
)  # fmt: skip
