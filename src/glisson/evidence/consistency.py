"""Do the printed numbers of a paper fit together? Rules that need nothing but the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from glisson.evidence import check_counts, check_denominators, check_intervals, check_times
from glisson.evidence.finding import SURE, Finding
from glisson.evidence.library import Library, Published
from glisson.evidence.printed import Reported, reported

Rule = Callable[[Sequence[Reported]], list[Finding]]

#: Every rule sees the rows of one study.
RULES: tuple[Rule, ...] = (
    check_counts.shares,
    check_counts.categories,
    check_counts.totals,
    check_times.medians,
    check_times.order,
    check_intervals.estimates,
    check_intervals.widths,
    check_intervals.ratios,
    check_intervals.p_values,
    check_denominators.denominators,
    check_denominators.parts,
)


def check(rows: Library | Iterable[Published | Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Name the numbers of a paper that do not fit together.

    Printed digits stand for every value that is rounded to them, and a finding is ``certain`` only if no such values,
    and no patients, fit.

    Parameters
    ----------
    rows
        A library (``glisson.evidence.library()``), numbers of it, or mappings with its columns, of which only
        ``endpoint``, ``statistic`` and ``value`` are needed (``n_patients`` is the size of the arm). Give values as
        text to keep final zeros: ``"0.50"`` says more than ``0.5``.

    Returns
    -------
    tuple of Finding
        By study, most certain first.

    Raises
    ------
    InputError
        If a row has no endpoint or statistic, or a cell is no number.

    Notes
    -----
    Formulas and references: docs/methods/consistency.md.

    Examples
    --------
    >>> paper = [
    ...     {"endpoint": "os", "statistic": "median_months", "value": "20"},
    ...     {"endpoint": "os", "statistic": "rate_at_24m", "value": "0.54"},
    ... ]
    >>> [(f.id, f.sure) for f in check(paper)]
    [('C04', 'certain')]
    """
    known = reported(rows)
    out: list[Finding] = []
    for study in dict.fromkeys(r.study_id for r in known):
        own = [r for r in known if r.study_id == study]
        found = dict.fromkeys(f for rule in RULES for f in rule(own))
        out += sorted(found, key=lambda f: (list(SURE).index(f.sure), f.id, f.arm_id))
    return tuple(out)
