"""Which items of the reporting standards a cohort fills."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from glisson.assessing.efficacy import plan, why_no_test
from glisson.assessment.standards import FieldList, FieldRow, StandardItem, StandardScore, StandardsResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.clinical.standards import ablation, chemoembolization, radioembolization
from glisson.clinical.standards.fields import StandardField, completeness
from glisson.clinical.standards.items import answer
from glisson.clinical.standards.scope import scope
from glisson.errors import InputError
from glisson.tables import risk_table


def build(cohort: Cohort, *, findings: int = 0) -> StandardsResult | None:
    """Return how complete a cohort is by the standards of the methods that were used.

    Parameters
    ----------
    cohort
        Validated records.
    findings
        Pitfalls found, which the report lists as limitations.

    Returns
    -------
    StandardsResult or None
        ``None`` where no dated session is of a method with a standard, and for flat sheets, which have no columns for
        what the standards ask.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = build(demo_cohort())
    >>> result.radioembolization.points()[1], [one.code for one in result.lists]
    (75, ['chemoembolization', 'ablation'])
    """
    if cohort.study.input.kind == "flat":
        return None
    score = _score(cohort, findings)
    lists = [
        _list(cohort, code, module.TITLE, module.FAMILIES, module.FIELDS)
        for code, module in (("chemoembolization", chemoembolization), ("ablation", ablation))
    ]
    known = tuple(one for one in lists if one is not None)
    return StandardsResult(radioembolization=score, lists=known) if score is not None or known else None


def _score(cohort: Cohort, findings: int) -> StandardScore | None:
    found = scope(cohort, radioembolization.FAMILIES)
    if found is None:
        return None
    facts = {*_analysed(cohort), *(["findings"] if findings else [])}
    items = []
    for item in radioembolization.ITEMS:
        one = answer(item, found, facts)
        items.append(
            StandardItem(number=item.number, topic=item.topic, weight=item.weight, state=one.state, where=one.where,
                         todo=one.todo)
        )  # fmt: skip
    return StandardScore(
        patients=found.patients,
        sessions=len(found.sessions),
        items=tuple(items),
        least_recorded=cohort.study.standards.least_recorded,
    )


def _analysed(cohort: Cohort) -> Collection[str]:
    """Return what the report gives: overall survival, and a test of at least two of its groups."""
    try:
        survival = endpoint(cohort, "os")
    except InputError:
        return ()
    settings = cohort.study.analysis
    by = [keys for _, keys, within in plan(survival, settings.subgroups) if keys and not within]
    compared = any(not why_no_test(risk_table(survival, keys), keys, settings) for keys in by)
    return ("os", "comparison") if compared else ("os",)


def _list(
    cohort: Cohort, code: str, title: str, families: Sequence[str], fields: Sequence[StandardField]
) -> FieldList | None:
    found = scope(cohort, families)
    if found is None:
        return None
    rows = [
        FieldRow(label=one.label, n=n, of=of, unit="session" if one.table == "session" else "lesion", place=one.place)
        for one, n, of in completeness(found, fields)
    ]
    return FieldList(code=code, title=title, patients=found.patients, sessions=len(found.sessions), fields=tuple(rows))
