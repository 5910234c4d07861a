"""P30: many analyses, of which the best could be told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from glisson.assessment import Analysis, Finding
from glisson.pitfalls.context import Context, count_text
from glisson.tables import Estimate, Estimates


def best_of_reporting(context: Context) -> list[Finding]:
    """P30: several endpoints and groupings were analysed, and no protocol says which of them count.

    von Elm E, et al. (STROBE) Lancet 2007;370:1453-1457; Dwan K, et al. PLoS One 2013;8:e66844.
    """
    lines = context.log or _planned(context)
    per = Counter(one.what.split(", ")[0] for one in lines)
    if len(per) < 2 or context.analysis.protocol:
        return []
    groupings = sorted({" and ".join(one.by) for one in lines if one.by})
    digest = log_hash(lines)
    return [
        Finding(
            id="P30",
            title="Many analyses, of which the best could be told",
            severity="info",
            numbers=(
                ("patients", str(context.cohort.n)),
                ("analyses", str(len(lines))),
                ("endpoints", str(len(per))),
                ("groupings", ", ".join(groupings) or "none"),
                ("SHA-256 of the list", digest),
            ),
            sentence=f"{count_text(len(per), 'endpoint')} were analysed in {len(lines)} analyses, "
            "and the settings name no protocol written before.",
            consequence="Of so many analyses some look striking by chance. Told alone, they mislead.",
            remedy="Every analysis that was run is printed, whatever it showed, and listed in the analysis log. The "
            "hash among the numbers is that of the list: a report with fewer analyses has another. Name the protocol "
            "and its date in analysis.protocol.",
            corrected=Estimates(tuple(_count(what, n) for what, n in per.items())),
            reference="von Elm 2007; Dwan 2013",
        )
    ]


def log_hash(lines: Iterable[Analysis]) -> str:
    """Return the SHA-256 of a list of analyses, whatever their order.

    Parameters
    ----------
    lines
        What was run.

    Examples
    --------
    >>> a, b = (Analysis(what=w, estimator="Kaplan-Meier", by=()) for w in ("os", "pfs"))
    >>> log_hash([a, b]) == log_hash([b, a]) != log_hash([a])
    True
    """
    texts = sorted("\t".join((one.what, one.estimator, ",".join(one.by), one.rule_set)) for one in lines)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _planned(context: Context) -> tuple[Analysis, ...]:
    """Return what the endpoints and their grouping variables make, where no log was kept."""
    rule_set = context.cohort.study.endpoints.rule_set
    return tuple(
        Analysis(what=endpoint.label, estimator="survival estimates", by=by, rule_set=rule_set)
        for endpoint in context.endpoints.values()
        for by in ((), *((key,) for key in endpoint.keys))
    )


def _count(what: str, n: int) -> Estimate:
    return Estimate(variable="analyses", statistic="analyses", value=float(n), unit="count", detail=what)
