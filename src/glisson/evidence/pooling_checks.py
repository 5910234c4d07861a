"""What a pooled value hangs on: one series, the kind of tumour, the treatment, small series."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.evidence.eligible import Used
from glisson.evidence.library import Arm
from glisson.evidence.outcomes import Outcome, mixes_gist
from glisson.evidence.pooling import PooledLibrary, Pooling, table_of
from glisson.methods.meta import meta_analysis
from glisson.methods.meta_checks import Analyse, leave_one_out, small_study_effects, subgroups
from glisson.methods.meta_counts import meta_proportions
from glisson.tables import EffectTable, Estimates

#: Kinds of tumour that are told apart.
LEIOMYOSARCOMA, SEVERAL, WITH_GIST = "leiomyosarcoma alone", "sarcoma of several kinds", "with GIST"
#: Series from which on leaving one out leaves something to pool.
LEAST = 3


def tumours(arm: Arm) -> str:
    """Return which kind of tumour the patients of an arm have.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> [tumours(library().arm(s, "all")) for s in ("won1997", "miller2018", "krzyston2020")]
    ['with GIST', 'sarcoma of several kinds', 'leiomyosarcoma alone']
    """
    if mixes_gist(arm):
        return WITH_GIST
    return LEIOMYOSARCOMA if arm.histology.startswith("lms") else SEVERAL


def without_each(pooling: Pooling, level: float = 0.95) -> Estimates:
    """Return the pooled value without each series in turn; nothing where fewer than three are pooled.

    Parameters
    ----------
    pooling
        One outcome after one treatment.
    level
        Confidence level.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
    >>> from glisson.evidence.pooling import pooled
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[:1], populations=POPULATIONS[1:2])
    >>> [r.detail for r in without_each(found.poolings[0]).select("pooled")]
    ['without Chapiro 2015', 'without Rajan 2001', 'without Won 1997']
    """
    if pooling.k < LEAST:
        return Estimates()
    return leave_one_out(table_of(pooling.used, pooling.outcome), _analyse(pooling.outcome, level))


def by_tumours(pooling: Pooling, level: float = 0.95) -> Estimates:
    """Return the pooled value of each kind of tumour, and whether they differ; nothing where all are of one kind.

    Parameters
    ----------
    pooling, level
        As in ``without_each``; series that mix in gastrointestinal stromal tumours are a kind of their own.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
    >>> from glisson.evidence.pooling import pooled
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[:1], populations=POPULATIONS[1:2])
    >>> [r.group[0][1] for r in by_tumours(found.poolings[0]).select("pooled")]
    ['sarcoma of several kinds', 'with GIST']
    """
    kinds = [tumours(u.arm) for u in pooling.used]
    return _split(pooling.used, kinds, pooling.outcome, "tumours", level)


def by_treatment(result: PooledLibrary, outcome: str, population: str = "sarcoma") -> Estimates:
    """Return the pooled value of one outcome after each treatment, and whether they differ.

    The series are single-arm and their patients were chosen for their treatment: a difference is not an effect.

    Parameters
    ----------
    result
        What ``glisson.evidence.pooling.pooled`` returns.
    outcome, population
        Codes, as of ``PooledLibrary.one``.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS
    >>> from glisson.evidence.pooling import pooled
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], populations=POPULATIONS[:1])
    >>> [(r.group[0][1], r.events, r.n) for r in by_treatment(found, "orr").select("pooled")]
    [('TACE or DEB-TACE', 12, 25), ('Y-90 radioembolization', 14, 39), ('Ablation', 5, 7)]
    """
    mine = [p for p in result.poolings if (p.outcome.code, p.population.code) == (outcome, population)]
    used = [u for p in mine for u in p.used]
    return _split(used, [p.treatment.label for p in mine for _ in p.used], mine[0].outcome, "treatment", result.level)


def small_series(pooling: Pooling) -> Estimates:
    """Return whether small series tell something else than large ones; below ten series the reason why not.

    Parameters
    ----------
    pooling
        One outcome after one treatment, with a series at least.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
    >>> from glisson.evidence.pooling import pooled
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[:1], populations=POPULATIONS[1:2])
    >>> small_series(found.poolings[0]).one("egger_p").reason
    'not tested (3 studies; such a test needs ten)'
    """
    return small_study_effects(table_of(pooling.used, pooling.outcome))


def _split(used: Sequence[Used], names: Sequence[str], outcome: Outcome, key: str, level: float) -> Estimates:
    """Return subgroups; nothing where there is one kind, or a series that stands under several names."""
    if len(set(names)) < 2:
        return Estimates()
    return subgroups(table_of(used, outcome), names, _analyse(outcome, level), key=key)


def _analyse(outcome: Outcome, level: float) -> Analyse:
    def run(table: EffectTable) -> Estimates:
        return (
            meta_proportions(table, level=level) if outcome.kind == "proportion" else meta_analysis(table, level=level)
        )

    return run
