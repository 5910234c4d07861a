"""Complications of systemic doxorubicin among those who had it through the catheter, beside published rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import polars as pl

from glisson.assessing.benchmarks import benchmark_of
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment.doxorubicin import (
    DoseGroup,
    DoxorubicinResult,
    GroupAnswer,
    PublishedRate,
    TermAnswer,
    Verdict,
)
from glisson.clinical import toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.clinical.doses import doxorubicin_doses
from glisson.clinical.emergent import COUNTED, events
from glisson.clinical.groups import patient_keys
from glisson.clinical.labs.counts import worst_lab_grades
from glisson.clinical.labs.graded import graded
from glisson.errors import InputError
from glisson.evidence import Arm, Published, library
from glisson.kernels.exact import binomial_interval, upper_bound
from glisson.methods.exclusion import exclude
from glisson.pitfalls.external import Benchmark
from glisson.tables import CountTable, Factor, Group

#: Key and level of those who had doxorubicin through the catheter.
EXPOSED: Group = (("doxorubicin", "yes"),)

#: Term, grade from which events count, endpoints of the library, and the blood count that shows it.
_TERMS: tuple[tuple[str, Literal["any grade", "grade 3 or worse"], tuple[str, ...], str], ...] = (
    ("Febrile neutropenia", "any grade",
     ("toxicity:febrile_neutropenia", "toxicity:febrile_neutropenia_grade3plus"), ""),
    ("Neutropenia", "any grade", ("toxicity:neutropenia_any_grade",), "anc"),
    ("Leukopenia", "any grade", (), "wbc"),
    ("Thrombocytopenia", "any grade", (), "platelets"),
    ("Oral mucositis", "any grade", ("toxicity:mucositis_any_grade",), ""),
    ("Nausea", "any grade", ("toxicity:nausea_any_grade",), ""),
    ("Vomiting", "any grade", ("toxicity:vomiting_any_grade",), ""),
    ("Alopecia", "any grade", (), ""),
    ("Heart failure", "any grade", ("toxicity:heart_failure",), ""),
    ("Ejection fraction decreased", "any grade", (), ""),
    ("Left ventricular systolic dysfunction", "any grade", (), ""),
)  # fmt: skip
#: Arms of doxorubicin alone.
_ARMS = ("doxorubicin", "doxorubicin_placebo")
_SARCOMA = ("mixed_sts", "lms")
_SYNDROME = ("Nausea", "Vomiting")


def doxorubicin_result(cohort: Cohort) -> DoxorubicinResult | None:
    """Return what the records say of systemic complications of doxorubicin.

    Parameters
    ----------
    cohort
        Validated records with dated sessions.

    Returns
    -------
    DoxorubicinResult or None
        ``None`` where nobody is recorded to have had doxorubicin through the catheter, or no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = doxorubicin_result(demo_cohort())
    >>> result.treated, [t.term for t in result.terms if t.published][:2]
    (14, ['Febrile neutropenia', 'Neutropenia'])
    """
    if not cohort.has("session", "date") or not cohort.has("adverse_event"):
        return None
    doses = doxorubicin_doses(cohort)
    given = {p for p, n in zip(doses["patient_id"], doses["sessions"], strict=True) if n}
    if not given:
        return None
    name, safety, level = Pseudonyms.of(cohort), cohort.study.safety, cohort.study.analysis.level
    window = cohort.study.analysis.ae_window_days
    keys = _keys(cohort, given)
    limits = (safety.doxorubicin_warn_mg_m2, safety.doxorubicin_alert_mg_m2)
    high = [doses.filter(pl.col("combined_mg_m2") > limit)["patient_id"].to_list() for limit in limits]
    ids = cohort.table("patient")["patient_id"].to_list()
    return DoxorubicinResult(
        treated=len(given),
        not_followed=len(_not_followed(cohort, window) & given),
        window_days=window,
        level=level,
        terms=tuple(_term(cohort, keys, level, *term) for term in _TERMS),
        doses=_doses(doses, keys),
        warned=name.all(set(high[0]) - set(high[1])),
        alerted=name.all(high[1]),
        limits=limits,
        exposed=CountTable.of(
            keys["doxorubicin"].values(), ("yes", "no"), keys={"method": keys["method"]}, ids=ids, name="doxorubicin",
            label="Doxorubicin through the catheter",
        ),
        notes=(*_notes(doses), *_unclear(cohort)),
    )  # fmt: skip


def _keys(cohort: Cohort, given: set[str]) -> dict[str, Factor]:
    ids = cohort.table("patient")["patient_id"].to_list()
    exposed = Factor.of(["yes" if i in given else "no" for i in ids], ("yes", "no"))
    return {"method": patient_keys(cohort)["method"], "doxorubicin": exposed}


def _groups(keys: dict[str, Factor]) -> tuple[Group, ...]:
    method = keys["method"]
    present = [level for i, level in enumerate(method.levels) if np.any(method.codes == i)]
    return (EXPOSED, (), *((("method", m),) for m in present))


def _mask(keys: dict[str, Factor], group: Group) -> np.ndarray:
    mask = np.ones(len(keys["method"]), dtype=np.bool_)
    for key, level in group:
        mask &= np.array(keys[key].values()) == level
    return mask


def _term(
    cohort: Cohort,
    keys: dict[str, Factor],
    level: float,
    term: str,
    grade: Literal["any grade", "grade 3 or worse"],
    endpoints: tuple[str, ...],
    count: str,
) -> TermAnswer:
    ids = cohort.table("patient")["patient_id"].to_list()
    names = toxicity.DOXORUBICIN_TERMS[term]
    had = with_event(cohort, names)
    apart = with_event(cohort, names, apart=True) if term in _SYNDROME else None
    published = _published(endpoints, level)
    fallen, measured = with_fall(cohort, count)
    lost = _not_followed(cohort, cohort.study.analysis.ae_window_days) - had - fallen
    groups = []
    for group in _groups(keys):
        members = {i for i, inside in zip(ids, _mask(keys, group), strict=True) if inside}
        n, x, observed = len(members), len(members & (had | fallen)), len(members - lost)
        if not n:
            continue
        groups.append(
            GroupAnswer(
                group=group,
                n=n,
                events=len(members & had),
                counted=x,
                upper=upper_bound(x, n, level=level),
                observed=observed,
                upper_observed=upper_bound(x, observed, level=level) if observed else None,
                apart=None if apart is None else len(members & apart),
                measured=len(members & measured) if count and measured else None,
                low=len(members & fallen) if count and measured else None,
                verdicts=tuple(_verdict(i, p, x, n, level) for i, p in enumerate(published)),
            )
        )
    return TermAnswer(term=term, grade=grade, published=published, groups=tuple(groups))


def with_event(cohort: Cohort, names: Sequence[str], *, apart: bool = False) -> set[str]:
    """Return the patients with an event that counts.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.
    names
        Terms in their compared form, any of which is the event.
    apart
        Whether events of a post-embolization syndrome are left out.
    """
    rows = events(cohort).filter((pl.col("status") == COUNTED) & pl.col("key").is_in(list(names)))
    if apart:
        rows = rows.filter(~pl.col("pes").fill_null(value=False))
    return set(rows["patient_id"].to_list())


def with_fall(cohort: Cohort, test: str) -> tuple[set[str], set[str]]:
    """Return the patients in whom a blood count fell, and those in whom it was measured after treatment.

    Parameters
    ----------
    cohort
        Perhaps with a ``lab`` table.
    test
        ``"anc"``, ``"wbc"``, ``"platelets"``; none finds nobody.
    """
    if not test:
        return set(), set()
    try:
        worst_lab_grades(cohort, test)
    except InputError:
        return set(), set()
    rows = graded(cohort).filter((pl.col("test") == test) & pl.col("in_window") & pl.col("grade").is_not_null())
    return set(rows.filter(pl.col("emergent"))["patient_id"].to_list()), set(rows["patient_id"].to_list())


def _published(endpoints: tuple[str, ...], level: float) -> tuple[PublishedRate, ...]:
    """Return the rates of doxorubicin alone, lowest first."""
    out = [_published_rate(arm, number, rate, level) for number, arm, rate in _numbers(endpoints)]
    return tuple(sorted(out, key=lambda p: (p.rate, p.study)))


def _numbers(endpoints: tuple[str, ...]) -> Iterator[tuple[Published, Arm, float]]:
    """Yield the published proportions of whole arms of doxorubicin alone."""
    shelf = library()
    for name in endpoints:
        for number in shelf.select(endpoint=name, statistic="proportion", subgroup="all", setting="systemic"):
            if number.arm_id in _ARMS and number.value is not None and 0 < number.value < 1:
                yield number, shelf.arm(number.study_id, number.arm_id), number.value


def compared_with(result: DoxorubicinResult | None) -> tuple[Benchmark, ...]:
    """Return the published rates that a result is set beside.

    Parameters
    ----------
    result
        From ``doxorubicin_result``; nothing is compared where there is none.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> {b.statistic for b in compared_with(doxorubicin_result(demo_cohort()))}
    {'proportion'}
    """
    if result is None:
        return ()
    names = tuple(name for _, _, endpoints, _ in _TERMS for name in endpoints)
    return tuple(benchmark_of(number, arm) for number, arm, _ in _numbers(names))


def _published_rate(arm: Arm, number: Published, rate: float, level: float) -> PublishedRate:
    """Return a rate with its interval; of the patients randomised where the source gives no denominator."""
    n, events_there = number.n, number.events
    approximate = n is None or events_there is None
    if approximate:
        n = number.n or arm.n_patients
        events_there = round(rate * n) if n else None
    low, high = binomial_interval(events_there, n, level=level) if n and events_there is not None else (None, None)
    disease = "" if arm.histology in _SARCOMA else f", {arm.histology.replace('_', ' ')} cancer"
    grade = "grade 3 or worse" if "grade3" in number.endpoint else "any grade" if "any_grade" in number.endpoint else ""
    return PublishedRate(
        study=arm.label, arm=arm.arm_id.replace("_", " and ") + disease, grade=grade, rate=rate, n=n,
        events=events_there, approximate=approximate, low=low, high=high, doi=arm.doi, url=number.source_url,
        read_in=number.source_type,
    )  # fmt: skip


def _verdict(place: int, published: PublishedRate, x: int, n: int, level: float) -> Verdict:
    found = exclude(x, n, published.rate, published_events=published.events, published_n=published.n, level=level)
    return Verdict(
        published=place, upper=found.upper, tail=found.tail, excluded=found.excluded,
        surely_excluded=found.surely_excluded, needed=found.needed, surely_needed=found.surely_needed,
    )  # fmt: skip


def _not_followed(cohort: Cohort, window: int) -> set[str]:
    """Return the patients last seen alive before the end of the window."""
    try:
        survival = endpoint(cohort, "os", origin="first_ldt")
    except InputError:
        return set()
    return {str(u) for u in survival.unit[(survival.cause <= 0) & (survival.exit < window)]}


def _doses(rows: pl.DataFrame, keys: dict[str, Factor]) -> tuple[DoseGroup, ...]:
    out = []
    for group in _groups(keys):
        part = rows.filter(pl.Series(_mask(keys, group)))
        if part.is_empty():
            continue
        treated = part.filter(pl.col("sessions") > 0)
        values = {c: _spread(treated[c]) for c in ("arterial_mg", "arterial_mg_m2")}
        values |= {c: _spread(part[c]) for c in ("systemic_mg_m2", "combined_mg_m2")}
        out.append(
            DoseGroup(
                group=group, n=len(part), treated=len(treated), arterial_mg=values["arterial_mg"],
                arterial_n=len(treated["arterial_mg"].drop_nulls()), arterial_mg_m2=values["arterial_mg_m2"],
                arterial_m2_n=len(treated["arterial_mg_m2"].drop_nulls()), systemic_mg_m2=values["systemic_mg_m2"],
                systemic_n=len(part["systemic_mg_m2"].drop_nulls()), combined_mg_m2=values["combined_mg_m2"],
                combined_n=len(part["combined_mg_m2"].drop_nulls()),
            )
        )  # fmt: skip
    return tuple(out)


def _spread(values: pl.Series) -> tuple[float, float, float, float] | None:
    known = values.drop_nulls().to_numpy().astype(np.float64)
    if not len(known):
        return None
    low, median, high = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
    return low, median, high, float(known.max())


def _notes(doses: pl.DataFrame) -> tuple[str, ...]:
    notes = []
    if n := int((doses["undrugged"] > 0).sum()):
        notes.append(
            f"{n} {'patients' if n > 1 else 'patient'} had chemoembolization whose drug is not recorded and "
            f"{'count' if n > 1 else 'counts'} as not having had doxorubicin."
        )
    if n := int(((doses["undosed"] > 0) & (doses["sessions"] > 0)).sum()):
        notes.append(f"The doxorubicin dose of at least one session is not recorded in {n} of those who had it.")
    unknown = doses["systemic_earlier"] & doses["systemic_mg_m2"].is_null()
    if n := int((unknown & (doses["sessions"] > 0)).sum()):
        notes.append(
            f"{n} of those who had doxorubicin through the catheter had a regimen with doxorubicin before, without a "
            "cumulative dose (dox_sys_mg_m2); their sums are not known."
        )
    if n := int((doses["systemic_later"] & (doses["sessions"] > 0)).sum()):
        notes.append(
            f"{n} of those who had doxorubicin through the catheter began a systemic regimen with doxorubicin later, "
            "whose dose is not recorded; it is not in the sums, which are no upper bound for them."
        )
    return tuple(notes)


def _unclear(cohort: Cohort) -> list[str]:
    """Say which recorded words may mean a term that they were not counted under."""
    counted = {name: label for label, names in toxicity.DOXORUBICIN_TERMS.items() for name in names}
    notes = []
    for word, n, terms in toxicity.unclear(cohort):
        labels = list(dict.fromkeys(counted[t.casefold()] for t in terms if t.casefold() in counted))
        if labels and word.casefold() not in counted:
            notes.append(
                f"{n} {'event' if n == 1 else 'events'} recorded as '{word}' may mean {' or '.join(labels)} and "
                f"{'is' if n == 1 else 'are'} counted under none of these terms: correct the word."
            )
    return notes
