"""Match the cohort to the baseline that a source prints: what the weights did, and the weight of every patient."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment.comparison_matching import Matching
from glisson.clinical.cohort import Cohort
from glisson.errors import InputError
from glisson.evidence import Published
from glisson.methods.maic import match

_AGE, _MALE, _FEMALE = "baseline:age_years", "baseline:male", "baseline:female"


def matched_to(cohort: Cohort, numbers: Sequence[Published]) -> tuple[str, Matching | None]:
    """Say what matching to a published baseline would leave, and return the weights; nothing where none is printed.

    Parameters
    ----------
    cohort
        n patients.
    numbers
        Of one arm. Mean age and the share of men, or of women, are matched, where every patient has them recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> from glisson.evidence import library
    >>> text, found = matched_to(demo_cohort(), library().select(study_id="krzyston2020"))
    >>> found.covariates, found.weights[0][0], len(found.weights)
    (('male sex', 'age'), 'Pt01', 24)
    """
    means = {n.endpoint: n.value for n in numbers
             if n.statistic in {"mean", "proportion"} and n.value is not None and n.subgroup == "all"}  # fmt: skip
    patient = cohort.table("patient")
    columns: dict[str, list[float]] = {}
    target: dict[str, float] = {}
    male = means.get(_MALE)
    if male is None and _FEMALE in means:
        male = 1 - (means[_FEMALE] or 0.0)
    if male is not None and "sex" in patient.columns and patient["sex"].null_count() == 0:
        columns["male sex"] = (patient["sex"].str.to_uppercase().str.slice(0, 1) == "M").cast(pl.Float64).to_list()
        target["male sex"] = male
    if _AGE in means and "age_at_t0" in patient.columns and patient["age_at_t0"].null_count() == 0:
        columns["age"] = patient["age_at_t0"].cast(pl.Float64).to_list()
        target["age"] = float(means[_AGE] or 0)
    if not columns:
        return "", None
    try:
        found = match(columns, target)
    except InputError as error:
        return f"The cohort cannot be matched to its baseline: {error}", None
    name = Pseudonyms.of(cohort)
    ids = [name(str(p)) for p in patient["patient_id"].to_list()]
    printed = [n.value for n in numbers if (n.endpoint, n.statistic, n.subgroup) == (_AGE, "sd", "all") and n.value]
    spreads = {"age": printed[0]} if printed else {}
    matching = Matching(
        covariates=found.names, n=found.n, effective=found.effective, why_not=found.why_not,
        estimates=found.estimates(spreads), weights=tuple(zip(ids, found.weight.tolist(), strict=True)),
    )  # fmt: skip
    rest = "no other prognostic factor was published, so that matching cannot make the comparison fair"
    text = (
        f"Matched to its {' and '.join(columns)}, the {found.n} patients count as {found.effective:.1f} "
        f"(largest weight {found.weight.max():.1f}); {rest}."
    )
    return text, matching
