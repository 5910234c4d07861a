"""What the benchmarks share: the best of several timings, and one line of output a comparison."""

from __future__ import annotations

import time
from collections.abc import Callable


def best(call: Callable[[], object], *, seconds: float = 1.0, least: int = 3, most: int = 2000) -> float:
    """Return the shortest time of one call, repeated for about so many seconds, and so many times at least.

    The shortest, because everything else a computer does at the same time can only add to it.
    """
    shortest, spent, runs = float("inf"), 0.0, 0
    while runs < least or (spent < seconds and runs < most):
        start = time.perf_counter()
        call()
        took = time.perf_counter() - start
        shortest, spent, runs = min(shortest, took), spent + took, runs + 1
    return shortest


def in_turn(*calls: Callable[[], object], seconds: float = 1.0, rounds: int = 4) -> list[float]:
    """Return the shortest time of each call, timed in turn, so that a busy moment of the computer hits all alike."""
    return [
        min(times) for times in zip(*([best(c, seconds=seconds) for c in calls] for _ in range(rounds)), strict=True)
    ]


def human(seconds: float) -> str:
    """Write a time with a fitting unit."""
    for size, unit in ((60, "min"), (1, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def line(what: str, ours: float, peer: str, theirs: float, note: str = "") -> None:
    """Print our time, the peer's and the ratio."""
    ratio = theirs / ours
    words = f"{what:<44} glisson {human(ours):>8}   {peer} {human(theirs):>8}   ratio {_short(ratio)}"
    print(words + (f"   {note}" if note else ""), flush=True)


def only(what: str, ours: float, note: str = "") -> None:
    """Print a time that nobody can be put beside."""
    print(f"{what:<44} glisson {human(ours):>8}" + (f"   {note}" if note else ""), flush=True)


def _short(ratio: float) -> str:
    """Write a ratio with two or three digits that mean something."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
