"""Agreement between ratings beside R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from glisson.kernels.agreement import KappaWeights, kappa_error
from glisson.methods.agreement import agreement
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def ratings(table: list[list[int]]) -> tuple[list[str], list[str], list[str]]:
    """Return the two ratings of every unit of a square table, and the categories."""
    categories = [str(i) for i in range(len(table))]
    rows, columns = np.nonzero(np.array(table))
    times = np.array(table)[rows, columns]
    return [str(i) for i in np.repeat(rows, times)], [str(i) for i in np.repeat(columns, times)], categories


def kappas(weights: KappaWeights) -> Iterator[Compared]:
    """Kappa with its standard error."""
    for case in golden("agreement")["kappa"]:
        value, error = case[weights]
        yield Compared(agreement(*ratings(case["table"]), weights=weights).one("kappa").value, value)
        yield Compared(kappa_error(case["table"], weights), error)


_VCD = produced_by("vcd", "agreement")
_WEIGHTS: tuple[tuple[str, KappaWeights], ...] = (
    ("Cohen's kappa", "none"),
    ("kappa, linear weights", "linear"),
    ("kappa, quadratic weights", "quadratic"),
)
COMPARISONS = tuple(
    Comparison(
        statistic=f"{name} with standard error",
        function="methods.agreement.agreement",
        reference=_VCD,
        pairs=partial(kappas, weights),
    )
    for name, weights in _WEIGHTS
)
