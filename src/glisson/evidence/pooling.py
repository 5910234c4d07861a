"""The library pooled: what all published series together say, by outcome and method of treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glisson.errors import InputError
from glisson.evidence.eligible import DAYS_PER_MONTH, Chosen, Refused, Used, choose
from glisson.evidence.library import Library, Published
from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS, Outcome, Population, Treatment
from glisson.methods.effects import effect_table
from glisson.methods.meta import meta_analysis
from glisson.methods.meta_counts import meta_proportions
from glisson.tables import EffectTable, Estimate, Estimates

#: Results by outcome and the numbers behind them.
_Made = dict[tuple[str | int, ...], Estimates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The pooled value with other studies in place of those that share patients with them."""

    instead: tuple[str, ...]
    pooled: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """One outcome after one treatment in one population.

    Parameters
    ----------
    outcome, treatment, population
        What was pooled.
    used
        The arms, each with its number and source.
    refused
        Numbers that are not in it, each with the reason.
    estimates
        As ``meta_analysis`` and ``meta_proportions`` give them; empty where nothing can be pooled.
    alternatives
        Sensitivity to which study stands for a group that shares patients.
    """

    outcome: Outcome
    treatment: Treatment
    population: Population
    used: tuple[Used, ...]
    refused: tuple[Refused, ...]
    estimates: Estimates
    alternatives: tuple[Alternative, ...] = ()

    @property
    def k(self) -> int:
        """Number of arms that are pooled."""
        return len(self.used)

    @property
    def n(self) -> int | None:
        """Number of patients; nothing where a source does not give it."""
        sizes = [u.n for u in self.used]
        return None if None in sizes or not sizes else sum(s or 0 for s in sizes)

    @property
    def reported(self) -> tuple[float, float, int] | None:
        """Lowest and highest value and how many, those included that are not pooled only for want of a variance."""
        values = [n.value for n in self.told if n.value is not None]
        return (values[0], values[-1], len(values)) if values else None

    @property
    def told(self) -> tuple[Published, ...]:
        """The numbers ``reported`` counts, from the lowest to the highest value."""
        numbers = [u.number for u in self.used] + [r.number for r in self.refused if r.only_uncertain]
        return tuple(sorted((n for n in numbers if n.value is not None), key=lambda n: n.value or 0.0))

    @property
    def why_not(self) -> str:
        """Return, where nothing is pooled, the reason in a sentence."""
        if self.used:
            return ""
        if not self.refused:
            return "No series in the library reports it."
        # Of an arm whose whole is refused, its parts need no words of their own.
        whole = {r.arm.study_id for r in self.refused if not r.part}
        told = [r for r in self.refused if not r.part or r.arm.study_id not in whole]
        reasons = dict.fromkeys(r.reason for r in told)
        parts = [f"{', '.join(dict.fromkeys(r.label for r in told if r.reason == why))}: {why}" for why in reasons]
        return f"{'. '.join(parts)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledLibrary:
    """All poolings, by population, treatment and outcome."""

    poolings: tuple[Pooling, ...]
    level: float

    def one(self, outcome: str, treatment: str, population: str = "sarcoma") -> Pooling:
        """Return the pooling with these codes.

        Raises
        ------
        InputError
            If there is none.
        """
        for p in self.poolings:
            if (p.outcome.code, p.treatment.code, p.population.code) == (outcome, treatment, population):
                return p
        raise InputError(f"no pooling of {outcome!r} after {treatment!r} in {population!r}")

    @property
    def populations(self) -> tuple[Population, ...]:
        """Populations in their order."""
        return tuple(dict.fromkeys(p.population for p in self.poolings))

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """Treatments in their order."""
        return tuple(dict.fromkeys(p.treatment for p in self.poolings))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Outcomes in their order."""
        return tuple(dict.fromkeys(p.outcome for p in self.poolings))


def pooled(
    library: Library,
    *,
    outcomes: Sequence[Outcome] = OUTCOMES,
    treatments: Sequence[Treatment] = TREATMENTS,
    populations: Sequence[Population] = POPULATIONS,
    level: float = 0.95,
) -> PooledLibrary:
    """Pool the published series of liver metastases of sarcoma.

    Parameters
    ----------
    library
        Published numbers; all that ship with the package were read in their source.
    outcomes, treatments, populations
        What to pool; by default everything.
    level
        Confidence level.

    Returns
    -------
    PooledLibrary
        One ``Pooling`` for each outcome, treatment and population, also where nothing can be pooled.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> found = pooled(library(), outcomes=OUTCOMES[:1], treatments=TREATMENTS[2:3], populations=POPULATIONS[:1])
    >>> row = found.one("orr", "y90").estimates.one("pooled")
    >>> row.events, row.n, round(row.value, 2), round(row.low, 2), round(row.high, 2)
    (14, 39, 0.36, 0.21, 0.53)
    """
    poolings = []
    made: _Made = {}
    for population in populations:
        for treatment in treatments:
            for outcome in outcomes:
                chosen = choose(library, outcome, treatment, population)
                poolings.append(_pooling(outcome, treatment, population, chosen, level, made))
    return PooledLibrary(poolings=tuple(poolings), level=level)


def _pooling(
    outcome: Outcome, treatment: Treatment, population: Population, chosen: Chosen, level: float, made: _Made
) -> Pooling:
    estimates = _once(chosen.used, outcome, level, made) if chosen.used else Estimates()
    alternatives = []
    for other in chosen.alternatives:
        group = other[0].arm.overlap_group
        instead = (*(u for u in chosen.used if u.arm.overlap_group != group), *other)
        row = _once(instead, outcome, level, made).one("pooled")
        alternatives.append(Alternative(instead=tuple(u.label for u in other), pooled=row))
    return Pooling(outcome=outcome, treatment=treatment, population=population, used=chosen.used,
                   refused=chosen.refused, estimates=estimates, alternatives=tuple(alternatives))  # fmt: skip


def _once(used: Sequence[Used], outcome: Outcome, level: float, made: _Made) -> Estimates:
    """Return what numbers say together; the same numbers chosen for another population are not pooled again."""
    key: tuple[str | int, ...] = (outcome.code, *(id(u.number) for u in used))
    if key not in made:
        made[key] = _estimates(used, outcome, level)
    return made[key]


def _estimates(used: Sequence[Used], outcome: Outcome, level: float) -> Estimates:
    """Return what the chosen numbers say together."""
    table = table_of(used, outcome)
    if outcome.kind == "proportion":
        return meta_proportions(table, level=level)
    printed = {u.label: limits for u in used if (limits := _printed(u.number, outcome, level))}
    return Estimates(tuple(_as_printed(row, printed, len(used)) for row in meta_analysis(table, level=level)))


def _printed(number: Published, outcome: Outcome, level: float) -> tuple[float, float] | None:
    """Return the limits a source gives, in the unit of the estimates, if they are of this level."""
    if number.ci_low is None or number.ci_high is None or (number.ci_level or 0.95) != level:
        return None
    unit = DAYS_PER_MONTH if outcome.kind == "median" else 1.0
    return number.ci_low * unit, number.ci_high * unit


def _as_printed(row: Estimate, printed: dict[str, tuple[float, float]], k: int) -> Estimate:
    """Give a study, and a pooled value that is one study, the limits of its source."""
    alone = k == 1 and row.statistic in {"pooled", "common"} and printed
    if not alone and (row.statistic != "study" or row.detail not in printed):
        return row
    low, high = next(iter(printed.values())) if alone else printed[row.detail]
    return replace(row, low=low, high=high, method="limits as printed in the source")


def table_of(used: Sequence[Used], outcome: Outcome) -> EffectTable:
    """Return chosen numbers as a table of effects; those that share patients with others are no longer among them.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> chosen = choose(library(), OUTCOMES[8], TREATMENTS[2], POPULATIONS[0])
    >>> table_of(chosen.used, OUTCOMES[8]).study
    ('Miller 2018',)
    """
    study = [u.label for u in used]
    source = [u.number.source_url for u in used]
    if outcome.kind == "proportion":
        return EffectTable.of_events(
            [u.events or 0 for u in used], [u.n or 0 for u in used], study=study, name=outcome.code,
            label=outcome.label, source=source,
        )  # fmt: skip
    survival = outcome.kind == "survival"
    sizes = [u.n for u in used if u.n is not None]
    return effect_table(
        [u.effect for u in used if u.effect is not None], study, scale="cloglog" if survival else "log",
        name=outcome.code, label=outcome.label, unit="probability" if survival else "day",
        n=sizes if len(sizes) == len(used) else (), source=source,
    )  # fmt: skip
