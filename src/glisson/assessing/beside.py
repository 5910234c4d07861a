"""A comparison with published treatments by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glisson.assessing.assess import printed_names, settings_used, versions
from glisson.assessing.comparison import comparison_result
from glisson.assessing.control_rows import read_rows, rows_of
from glisson.assessing.external_control import external_control
from glisson.assessment import Beside
from glisson.assessment.comparison_control import ControlResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.evidence import Library
from glisson.pitfalls.published import conflicts, redrawn_curves
from glisson.pitfalls.published_control import read_controls


def compare(
    cohort: Cohort,
    wanted: Sequence[str] = (),
    *,
    source: Library | None = None,
    control: Cohort | Path | str | None = None,
) -> Beside:
    """Set a cohort beside published treatments, differences first.

    Parameters
    ----------
    cohort
        Validated records.
    wanted
        Arms of the library as ``study`` or ``study:arm``; by default those of the study's settings.
    source
        Library; by default the one that ships.
    control
        Patients one by one to compare with as well: a cohort, or a CSV file with the columns ``time_days``, ``event``,
        ``endpoint`` and ``origin``; ``source`` says ``reconstructed`` where rows were read from a printed curve.

    Returns
    -------
    Beside

    Raises
    ------
    SettingsError
        If a study or arm is not in the library.
    InputError
        If the file of the control cannot be used.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> [arm.label for arm in compare(demo_cohort(), ["judson2014"]).result.arms]
    ['Judson 2014', 'Judson 2014']
    """
    result, beside = comparison_result(cohort, wanted, source=source), _control(cohort, control)
    found = redrawn_curves(result) + read_controls(beside) + conflicts(result)
    return Beside(
        title=cohort.study.title or "Liver-directed therapy cohort",
        synthetic=cohort.study.synthetic,
        n=cohort.n,
        settings=settings_used(cohort, {}),
        labels=printed_names(patient_keys(cohort)),
        endpoint_labels=(("os", "Overall survival"), ("pfs", "Progression-free survival")),
        result=result,
        files=tuple((f.name, f.sha256) for f in cohort.files),
        versions=versions(),
        control=beside,
        findings=tuple(sorted(found, key=lambda f: (f.severity == "info", f.id))),
    )


def _control(cohort: Cohort, control: Cohort | Path | str | None) -> ControlResult | None:
    if control is None:
        return None
    if isinstance(control, Cohort):
        name = ", ".join(f.name for f in control.files) or control.study.title or "control"
        return external_control(cohort, rows_of(control), name=name)
    return external_control(cohort, read_rows(Path(control)), name=Path(control).name)
