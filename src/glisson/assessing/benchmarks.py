"""Published numbers as benchmarks: what the assessment sets beside the cohort, with who they were of."""

from __future__ import annotations

from glisson.errors import InputError
from glisson.evidence import Arm, Published
from glisson.pitfalls.external import Benchmark


def benchmark_of(number: Published, arm: Arm) -> Benchmark:
    """Return a number of the library of published results as a benchmark.

    Parameters
    ----------
    number, arm
        The number, and the arm that it is of.

    Raises
    ------
    InputError
        If the library has no value.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> shelf = library()
    >>> number = shelf.select(endpoint="os", statistic="median_months", setting="liver_directed")[0]
    >>> benchmark_of(number, shelf.arm(number.study_id, number.arm_id)).endpoint
    'os'
    """
    if number.value is None:
        raise InputError(f"{arm.label} has no value of {number.endpoint}", expected="a number")
    return Benchmark(
        study=arm.label, endpoint=number.endpoint, statistic=number.statistic, value=number.value,
        origin=number.time_origin, line=arm.line, histology=arm.histology, subgroup=number.subgroup, n=number.n,
    )  # fmt: skip
