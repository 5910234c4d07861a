"""The demonstration cohort, assessed once in each process that runs tests."""

from __future__ import annotations

from functools import cache

from glisson.assessing import assess
from glisson.assessment import Assessment
from glisson.clinical.read import demo_cohort


@cache
def assessed() -> Assessment:
    """Return the whole assessment; nobody changes it."""
    return assess(demo_cohort())
