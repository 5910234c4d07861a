"""Pitfall of a control whose rows were read from a printed curve (P27)."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment import Finding
from glisson.assessment.comparison_control import ControlContrast, ControlResult
from glisson.pitfalls.external import CLICK
from glisson.tables import Estimate, Estimates


def read_controls(result: ControlResult | None, *, click: float = CLICK) -> list[Finding]:
    """P27: a control whose rows were read from a printed curve, or agree with summary numbers, as its file says.

    Parameters
    ----------
    result
        The control beside the cohort; its own estimates are used, none is computed again.
    click
        Reading error of survival.

    Returns
    -------
    list of Finding
        One for each such endpoint. Where the file holds further readings, the estimates that were combined over them;
        else the crude difference in restricted mean up to τ with limits widened by ``click`` τ,
        the most by which the area under a curve can move if no point of it moves by more than ``click``. A warning
        where only the usual limits exclude 0.

    Notes
    -----
    Guyot P, et al. BMC Med Res Methodol 2012;12:9.

    Examples
    --------
    >>> read_controls(None)
    []
    """
    if result is None:
        return []
    read = [_finding(result, c, click) for c in result.contrasts if c.reconstructed and not c.refused]
    return read + [_from_summary(result, c) for c in result.contrasts if c.from_summary and not c.refused]


def _finding(result: ControlResult, contrast: ControlContrast, click: float) -> Finding:
    if len(contrast.estimates.select("reading_share")):
        return _read_again(result, contrast)
    crude = contrast.estimates.select("rmst_difference", detail="crude")
    wide = [_widened(e, click) for e in crude]
    turned = any(_excludes_zero(a) and not _excludes_zero(b) for a, b in zip(crude, wide, strict=True))
    label = contrast.label.lower()
    days = next((click * e.at for e in crude if e.at is not None), 0.0)
    return Finding(
        id="P27",
        title=f"Reconstructed data: {label} of the control",
        severity="warn" if turned else "info",
        numbers=(("rows of the control", str(result.there)), ("limits wider on either side by", f"{days:.1f} days")),
        sentence=f"The {label} of {result.name} was read from a printed curve, not from records of patients."
        + (" Only without the error of the reading do the limits exclude 0." if turned else ""),
        consequence="The reading has an error of its own, and when patients were censored is partly guessed. Intervals "
        "that take the rows as observed are too narrow.",
        remedy=f"The limits of the crude difference in restricted mean are widened by a reading error of "
        f"{100 * click:g} percentage points all along the curve. The hazard ratios, and whatever is weighted, take the "
        "rows as observed.",
        naive=crude,
        corrected=Estimates(tuple(wide)),
        reference="Guyot 2012",
    )


def _read_again(result: ControlResult, contrast: ControlContrast) -> Finding:
    """Return the finding where the curve was read several times, so that its error is in the estimates themselves."""
    rows = contrast.estimates
    kinds = ("hazard_ratio", "rmst_difference")
    crude = tuple(e for k in kinds for e in rows.select(k, detail="crude"))
    own = tuple(e for k in kinds for e in rows.select(k, detail="with reading error"))
    turned = [b for a, b in zip(crude, own, strict=True) if _excludes(a) and not _excludes(b)]
    label = contrast.label.lower()
    shares = {e.detail: e.value or 0.0 for e in rows.select("reading_share")}
    return Finding(
        id="P27",
        title=f"Reconstructed data: {label} of the control",
        severity="warn" if turned else "info",
        numbers=(
            ("patients of the control", str(result.there)),
            ("readings", str(contrast.readings)),
            ("variance of the log hazard ratio from reading", f"{100 * shares['hazard_ratio']:.1f}%"),
            ("variance of the difference in restricted mean from reading", f"{100 * shares['rmst_difference']:.1f}%"),
        ),
        sentence=f"The {label} of {result.name} was read from a printed curve, {contrast.readings} times, and not from "
        "records of patients." + (" Only without the error of the reading do the limits exclude no effect." if turned
                                  else ""),
        consequence="The reading has an error of its own, and when patients were censored is partly guessed. Intervals "
        "that take the rows as observed are too narrow.",
        remedy="What each reading gives is combined by Rubin's rules: the variance is that within the readings plus "
        "that between them. What every reading shares, such as a curve drawn wrongly, is in neither.",
        naive=Estimates(crude),
        corrected=Estimates(own),
        reference="Guyot 2012; Rubin 1987",
    )  # fmt: skip


def _from_summary(result: ControlResult, contrast: ControlContrast) -> Finding:
    """Return the finding where the control is known from summary numbers alone."""
    kinds, rows, label = ("hazard_ratio", "rmst_difference"), contrast.estimates, contrast.label.lower()
    return Finding(
        id="P27",
        title=f"Reconstructed data: {label} of the control",
        severity="warn",
        numbers=(("patients of the control", str(result.there)), ("sets of patients", str(contrast.readings + 1))),
        sentence=f"The {label} of {result.name} is that of patients who agree with a few summary numbers.",
        consequence="Where survival runs between these numbers, and when patients were censored, is assumed. Intervals "
        "that take the rows as observed are too narrow.",
        remedy="Beside them stands the range over all sets of patients that agree with the numbers. It is one of "
        "assumptions and no confidence interval.",
        naive=Estimates(tuple(e for k in kinds for e in rows.select(k, detail="crude"))),
        corrected=Estimates(tuple(e for k in kinds for e in rows.select(k, detail="range of the sets"))),
        reference="Guyot 2012",
    )


def _excludes(e: Estimate) -> bool:
    """Whether the limits of a ratio exclude 1, or those of a difference 0."""
    none = 1.0 if e.statistic == "hazard_ratio" else 0.0
    return (e.low is not None and e.low > none) or (e.high is not None and e.high < none)


def _widened(e: Estimate, click: float) -> Estimate:
    if e.low is None or e.high is None or e.at is None:
        return e
    by = click * e.at
    return replace(e, low=e.low - by, high=e.high + by, method=f"{e.method}, widened by the reading error")


def _excludes_zero(e: Estimate) -> bool:
    return (e.low is not None and e.low > 0) or (e.high is not None and e.high < 0)
