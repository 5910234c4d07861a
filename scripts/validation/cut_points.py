"""Maximally selected log-rank statistics beside R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.methods.cutpoint import maximally_selected
from glisson.tables import Endpoint, Estimates
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def found(case: dict[str, list[float]]) -> Estimates:
    """Return the best cut-point of a case."""
    endpoint = Endpoint.from_arrays(case["time"], case["status"], name="os")
    return maximally_selected(endpoint, case["x"], smallest=golden("cut_points")["smallest"], draws=1)


def by_definition() -> Iterator[Compared]:
    """The largest statistic, the cut-point and the P value of Lausen and Schumacher."""
    for case in golden("cut_points")["cases"]:
        rows = found(case)
        yield Compared(rows.one("max_statistic").value, case["statistic"])
        yield Compared(rows.one("cut_point").value, case["cut"])
        yield Compared(rows.one("p", detail="best of all cuts").value, case["p"])


def coin() -> Iterator[Compared]:
    """The largest statistic where no times are tied."""
    for case in golden("cut_points")["cases"]:
        if "coin" in case:
            yield Compared(found(case).one("max_statistic").value, case["coin"])


COMPARISONS = (
    Comparison(
        statistic="best cut-point, its statistic and P value (Lausen-Schumacher)",
        function="methods.cutpoint.maximally_selected",
        reference=produced_by("survival", "cut_points"),
        pairs=by_definition,
    ),
    Comparison(
        statistic="maximally selected log-rank statistic",
        function="methods.cutpoint.maximally_selected",
        reference=produced_by("coin", "cut_points"),
        pairs=coin,
    ),
)
