"""Names and order of strata: tuples of level names in the order in which levels are shown."""

from __future__ import annotations

from glisson.tables.endpoint import Factor

Stratum = tuple[str, ...]
Orders = tuple[tuple[str, ...], ...]


def stratum_name(code: int, factors: list[Factor]) -> Stratum:
    """Return the level names behind a combined code."""
    names: list[str] = []
    for factor in reversed(factors):
        code, level = divmod(code, len(factor.levels))
        names.append(factor.levels[level])
    return tuple(reversed(names))


def sorted_strata(strata: tuple[Stratum, ...], order: Orders) -> tuple[Stratum, ...]:
    """Sort strata by the display order of their levels."""
    ranks = [{level: i for i, level in enumerate(levels)} for levels in order]
    return tuple(sorted(strata, key=lambda s: tuple(r[v] for r, v in zip(ranks, s, strict=True))))


def join_orders(first: Orders, second: Orders) -> Orders:
    """Join display orders: the longer one if it holds all levels of the other, else alphabetical."""
    return tuple(_join(a, b) for a, b in zip(first, second, strict=True))


def _join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    if first == second or set(second) < set(first):
        return first
    if set(first) < set(second):
        return second
    return tuple(sorted(set(first) | set(second)))
