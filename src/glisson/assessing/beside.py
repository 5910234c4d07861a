"""A comparison with published treatments by itself."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessing.assess import printed_names, settings_used, versions
from glisson.assessing.comparison import comparison_result
from glisson.assessment import Beside
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.evidence import Library


def compare(cohort: Cohort, wanted: Sequence[str] = (), *, source: Library | None = None) -> Beside:
    """Set a cohort beside published treatments, differences first.

    Parameters
    ----------
    cohort
        Validated records.
    wanted
        Arms of the library as ``study`` or ``study:arm``; by default those of the study's settings.
    source
        Library; by default the one that ships.

    Returns
    -------
    Beside

    Raises
    ------
    SettingsError
        If a study or arm is not in the library.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> [arm.label for arm in compare(demo_cohort(), ["judson2014"]).result.arms]
    ['Judson 2014', 'Judson 2014']
    """
    return Beside(
        title=cohort.study.title or "Liver-directed therapy cohort",
        synthetic=cohort.study.synthetic,
        n=cohort.n,
        settings=settings_used(cohort, {}),
        labels=printed_names(patient_keys(cohort)),
        endpoint_labels=(),
        result=comparison_result(cohort, wanted, source=source),
        files=tuple((f.name, f.sha256) for f in cohort.files),
        versions=versions(),
    )
