"""Tumour response from measurements: sizes of lesions, sums of scans, criteria, best overall response."""

from __future__ import annotations

from glisson.clinical.tumour.criteria import CRITERION, Criterion
from glisson.clinical.tumour.derived import Derived, derivable, derived

__all__ = ["CRITERION", "Criterion", "Derived", "derivable", "derived"]
