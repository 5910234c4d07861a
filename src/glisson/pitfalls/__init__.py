"""Pitfalls of retrospective cohorts: one detector a function, each with its remedy."""

from glisson.pitfalls.find import DETECTORS, find

__all__ = ["DETECTORS", "find"]
