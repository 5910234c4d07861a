"""A cohort against a control read several times, beside coxph, survfit and Rubin's rules of mice."""

from __future__ import annotations

import math
from collections.abc import Iterator

import glisson as gl
from glisson.assessing.reading_error import READ, over_readings
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def pooled() -> Iterator[Compared]:
    """Log hazard ratio and difference in restricted mean, and the share of their variance between readings."""
    data = golden("reading_error")
    for case in data["cases"]:
        ours, *readings = (
            gl.Endpoint.from_arrays(c["time"], c["event"], name="os") for c in (data["ours"], *case["readings"])
        )
        rows = over_readings(ours, readings, side="side", here="here", there="there", level=0.95)
        extra = 1 + 1 / len(readings)
        for name, statistic in (("ratio", "hazard_ratio"), ("gap", "rmst_difference")):
            value = rows.one(statistic, detail=READ).value or 0.0
            yield Compared(math.log(value) if name == "ratio" else value, case[name]["value"])
            share = rows.one("reading_share", detail=statistic).value
            yield Compared(share, extra * case[name]["between"] / case[name]["total"])


COMPARISONS = (
    Comparison(statistic="control read several times: pooled hazard ratio, restricted mean, share from reading",
               function="assessing.reading_error.over_readings", reference=produced_by("mice", "reading_error"),
               pairs=pooled),
)  # fmt: skip
