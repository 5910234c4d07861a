"""Covariates of a regression: grouping variables against their first level, and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.tables import Factor, Group

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One coefficient.

    Parameters
    ----------
    term
        The variable it belongs to.
    level, reference
        The level it stands for and the one it is compared with; empty for a number.
    unit
        What one step of a number is, in words.
    """

    term: str
    level: str = ""
    reference: str = ""
    unit: str = ""

    @property
    def group(self) -> Group:
        """The group a level defines; nothing for a number."""
        return ((self.term, self.level),) if self.level else ()

    @property
    def contrast(self) -> str:
        """What is compared, in words."""
        return f"versus {self.reference}" if self.level else f"per {self.unit or '1'} of {self.term}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Columns of a model and their values.

    Parameters
    ----------
    columns
        p coefficients.
    x
        Shape (n, p).
    dropped
        Levels that nobody has, which get no coefficient: (term, level).
    """

    columns: tuple[Column, ...]
    x: Floats
    dropped: tuple[tuple[str, str], ...] = ()

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return len(self.columns)

    @property
    def terms(self) -> tuple[str, ...]:
        """Variables in order."""
        return tuple(dict.fromkeys(c.term for c in self.columns))

    def places(self, term: str) -> list[int]:
        """Return the columns of a variable."""
        return [i for i, c in enumerate(self.columns) if c.term == term]


def design(
    factors: Mapping[str, Factor],
    numbers: Mapping[str, ArrayLike] | None,
    n: int,
    units: Mapping[str, str] | None = None,
) -> Design:
    """Return the design matrix of grouping variables and numbers.

    Parameters
    ----------
    factors
        Each of length n; the first level that somebody has is the reference.
    numbers
        Each of shape (n,).
    n
        Rows.
    units
        For a number, what one step is called, e.g. ``{"age": "10 years"}``.

    Raises
    ------
    InputError
        If a number has missing values or another length.
    """
    columns: list[Column] = []
    values: list[NDArray[np.float64] | NDArray[np.bool_]] = []
    dropped: list[tuple[str, str]] = []
    for name, factor in factors.items():
        present = [i for i in range(len(factor.levels)) if np.any(factor.codes == i)]
        dropped += [(name, level) for i, level in enumerate(factor.levels) if i not in present]
        for i in present[1:]:
            columns.append(Column(term=name, level=factor.levels[i], reference=factor.levels[present[0]]))
            values.append(factor.codes == i)
    for name, given in (numbers or {}).items():
        number = np.asarray(given, dtype=np.float64)
        if number.shape != (n,):
            raise InputError(f"covariate {name} has {number.size} values", expected=f"{n}, one a row")
        if not np.all(np.isfinite(number)):
            missing = int(np.sum(~np.isfinite(number)))
            raise InputError(
                f"covariate {name} is missing in {missing} of {n} rows",
                expected="a number in every row",
                todo="leave these rows out visibly with take(), or impute them",
            )
        columns.append(Column(term=name, unit=(units or {}).get(name, "")))
        values.append(number)
    lines = np.empty((len(values), n))  # one contiguous line a covariate
    for line, one in zip(lines, values, strict=True):
        line[:] = one
    return Design(columns=tuple(columns), x=lines.T, dropped=tuple(dropped))


def named(keys: Mapping[str, Factor], wanted: Sequence[str], what: str) -> dict[str, Factor]:
    """Return the grouping variables named, or say which do not exist.

    Raises
    ------
    InputError
        If one does not exist.
    """
    missing = [k for k in wanted if k not in keys]
    if missing:
        raise InputError(f"no grouping variable {', '.join(missing)}", expected=f"one of {', '.join(keys) or 'none'}",
                         todo=f"name it among the keys of {what}")  # fmt: skip
    return {k: keys[k] for k in wanted}
