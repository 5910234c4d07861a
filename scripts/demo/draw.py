"""Random draws that are the same on every Python: only ``Random.random`` has that promise."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from scripts.demo.plan import SEED

T = TypeVar("T")


def stream(patient: str, topic: str) -> Random:
    """Return the random numbers of one patient and topic, so that a change elsewhere does not move them."""
    return Random(f"{SEED}-{patient}-{topic}")


def between(rng: Random, low: float, high: float) -> float:
    """Draw a number, uniform."""
    return low + (high - low) * rng.random()


def whole(rng: Random, low: int, high: int) -> int:
    """Draw a whole number, both ends included."""
    return low + int(rng.random() * (high - low + 1))


def one_of(rng: Random, values: Sequence[T]) -> T:
    """Draw one of several."""
    return values[int(rng.random() * len(values))]


def chance(rng: Random, probability: float) -> bool:
    """Draw yes or no."""
    return rng.random() < probability
