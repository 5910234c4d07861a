"""The findings alone: what a statistical reviewer would write about a cohort."""

from __future__ import annotations

from collections.abc import Callable

from glisson.assessing.assess import prepared, printed_names, printed_problems, settings_used, versions
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment import Audit
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.pitfalls import find
from glisson.pitfalls.robins_i import robins_i


def audit(cohort: Cohort, *, progress: Callable[[str], None] | None = None) -> Audit:
    """Look for every pitfall in a cohort, and fill the domains of ROBINS-I with what the records say.

    Parameters
    ----------
    cohort
        Validated records without blocking problems.
    progress
        Called with the name of each step.

    Returns
    -------
    Audit
        Findings, worst first, each with the usual and the corrected analysis.

    Raises
    ------
    InputError
        If blocking problems are left, or no endpoint can be derived.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> audit(demo_cohort()).findings[0].title
    'Guarantee (immortal) time: a second treatment method'
    """
    step = progress or (lambda _: None)
    context, _ = prepared(cohort, step, harms=False)
    step("pitfalls")
    findings = find(context)
    return Audit(
        title=cohort.study.title or "Liver-directed therapy cohort",
        synthetic=cohort.study.synthetic,
        n=cohort.n,
        findings=findings,
        bias=robins_i(context, findings),
        problems=printed_problems(cohort, Pseudonyms.of(cohort)),
        settings=settings_used(cohort, context.endpoints),
        labels=printed_names(patient_keys(cohort)),
        endpoint_labels=tuple((code, one.label) for code, one in context.endpoints.items()),
        files=tuple((f.name, f.sha256) for f in cohort.files),
        versions=versions(),
    )
