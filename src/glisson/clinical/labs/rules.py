"""CTCAE grades of laboratory values, versions 5 and 6, as thresholds.

Every rule is a table of limits; one function turns them into expressions. Values are compared after rounding to fifteen
significant digits, so that a converted unit never changes a grade.

Source: National Cancer Institute. Common Terminology Criteria for Adverse Events, version 5.0 (2017) and version 6.0
(2025).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import polars as pl

from glisson.clinical.labs.units import ANALYTES
from glisson.errors import SettingsError

Version = Literal["5", "6"]

#: No limit for a grade.
_NONE = (None, None, None, None)
Limits = tuple[float | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one test is graded.

    Parameters
    ----------
    below
        Low values: absolute limits below which grades 1 to 4 begin; for grade 1 ``None`` means the lower limit of
        normal, and ``math.nan`` no such grade.
    uln
        High values: multiples of the upper limit of normal above which grades begin, where the baseline is normal.
    base
        Multiples of the baseline above which grades begin, where the baseline is abnormal; grade 1 begins at its
        multiple itself where ``base_inclusive``.
    either
        Multiples of the baseline above which grades begin whatever the baseline is (creatinine, version 5).
    absolute
        High values: absolute limits above which grades begin (INR).
    anticoagulated
        Multiples of a known baseline that replace the absolute limits under anticoagulation.
    low_base
        Multiples of the baseline that replace those of the limit where the baseline is below normal (creatinine, 6).
    above_both
        Grade 1 is a value above baseline and above normal, and there are no others (alkaline phosphatase, version 6).
    clinical
        Grades that CTCAE gives on clinical grounds only.
    """

    below: tuple[float | None, float, float, float] | None = None
    uln: Limits = _NONE
    base: Limits = _NONE
    base_inclusive: bool = False
    either: Limits = _NONE
    absolute: Limits = _NONE
    anticoagulated: Limits = _NONE
    low_base: Limits = _NONE
    above_both: bool = False
    clinical: str = ""


_NO = math.nan
_INR = Rule(absolute=(1.2, 1.5, 2.5, None), anticoagulated=(1.0, 1.5, 2.5, None))
_TRANSAMINASE = Rule(uln=(1, 3, 5, 20), base=(1.5, 3, 5, 20), base_inclusive=True)
_TRANSAMINASE_6 = Rule(uln=(1, 3, 5, 20), base=(1.0, 1.5, 2, 4), base_inclusive=True)
_CHOLESTATIC = Rule(uln=(1, 2.5, 5, 20), base=(2.0, 2.5, 5, 20), base_inclusive=True)
_WHITE = Rule(below=(None, 3.0, 2.0, 1.0))
_HB = Rule(below=(None, 100, 80, _NO), clinical="grade 4 is given on clinical grounds")
_ALBUMIN = Rule(below=(None, 30, 20, _NO), clinical="grade 4 is given on clinical grounds")

RULES: dict[Version, dict[str, Rule]] = {
    "5": {
        "anc": Rule(below=(None, 1.5, 1.0, 0.5)),
        "wbc": _WHITE,
        "alc": Rule(below=(None, 0.8, 0.5, 0.2)),
        "platelets": Rule(below=(None, 75, 50, 25)),
        "hb": _HB,
        "albumin": _ALBUMIN,
        "alt": _TRANSAMINASE,
        "ast": _TRANSAMINASE,
        "alp": _CHOLESTATIC,
        "ggt": _CHOLESTATIC,
        "bilirubin": Rule(uln=(1, 1.5, 3, 10), base=(1.0, 1.5, 3, 10)),
        "creatinine": Rule(uln=(1, 1.5, 3, 6), either=(None, 1.5, 3, None)),
        "inr": _INR,
        "ldh": Rule(uln=(1, None, None, None)),
    },
    "6": {
        "anc": Rule(below=(1.5, 1.0, 0.5, 0.1)),
        "wbc": _WHITE,
        "platelets": Rule(below=(None, 75, 50, 10)),
        "hb": _HB,
        "albumin": _ALBUMIN,
        "alt": _TRANSAMINASE_6,
        "ast": _TRANSAMINASE_6,
        "alp": Rule(above_both=True),
        "ggt": Rule(uln=(1, 2.5, 5, 20), base=(1.0, 1.5, 3, 10), base_inclusive=True),
        "bilirubin": Rule(uln=(1, 1.5, 3, 10), base=(1.0, 1.5, 2.5, 10), base_inclusive=True),
        "creatinine": Rule(uln=(1, 1.5, 3, 6), low_base=(None, 1.5, 3, None)),
        "inr": _INR,
        "ldh": Rule(uln=(1, None, None, None)),
    },
}

#: What version 6 calls a test that version 5 calls otherwise.
_TERMS_6 = {"platelets": "Thrombocytopenia"}


def term_of(test: str, version: Version) -> str:
    """Return the CTCAE term of a test in a version; empty where it has none.

    Examples
    --------
    >>> term_of("platelets", "5"), term_of("platelets", "6"), term_of("alc", "6"), term_of("sodium", "5")
    ('Platelet count decreased', 'Thrombocytopenia', '', '')
    """
    if test not in RULES[version]:
        return ""
    return _TERMS_6.get(test, ANALYTES[test].term) if version == "6" else ANALYTES[test].term


def with_grade(rows: pl.DataFrame, version: Version, name: str = "grade") -> pl.DataFrame:
    """Add the grade of each row; null where it cannot be told.

    A missing baseline is taken as normal. Where only grade 1 depends on a limit of normal that is missing, higher
    grades are still given and the rest is null.

    Parameters
    ----------
    rows
        With ``test``, ``value``, ``lln``, ``uln``, ``baseline`` and ``on_anticoagulation``, all in stored units.
    version
        CTCAE version.
    name
        Name of the new column.

    Returns
    -------
    DataFrame
        The rows in their order, with the new column.
    """
    numbered = rows.with_row_index("_place")
    parts = []
    for (test,), part in numbered.partition_by("test", as_dict=True).items():
        rule = RULES[version].get(str(test))
        graded = pl.lit(None, dtype=pl.Int64) if rule is None else _grade(rule)
        known = pl.when(pl.col("value").is_not_null()).then(graded).otherwise(None)
        parts.append(part.select("_place", known.alias(name)))
    if not parts:
        return rows.with_columns(pl.lit(None, dtype=pl.Int64).alias(name))
    return rows.with_columns(pl.concat(parts).sort("_place")[name])


def _round(value: pl.Expr) -> pl.Expr:
    return value.round_sig_figs(15)


def _grade(rule: Rule) -> pl.Expr:
    if rule.below is not None:
        return _low(rule.below)
    if rule.above_both:
        return _above_both()
    value, uln, base = _round(pl.col("value")), pl.col("uln"), pl.col("baseline")
    abnormal = (_round(base) > _round(uln)).fill_null(value=False)
    low = (_round(base) < _round(pl.col("lln"))).fill_null(value=False)
    # Under anticoagulation a known baseline replaces the absolute limits.
    treated = pl.lit(value=False)
    if rule.anticoagulated != _NONE:
        treated = pl.col("on_anticoagulation").fill_null(value=False) & base.is_not_null()
    grade, unknown = pl.lit(0, dtype=pl.Int64), pl.lit(value=False)
    if rule.uln != _NONE:
        unknown = uln.is_null()
    for i in range(4):
        hit = pl.lit(value=False)
        if (k := rule.uln[i]) is not None:
            normal = ~abnormal if rule.base != _NONE else pl.lit(value=True)
            if rule.low_base[i] is not None:
                normal = ~low
            hit |= normal & (value > _round(uln * k))
        if (k := rule.base[i]) is not None:
            limit = _round(base * k)
            hit |= abnormal & ((value >= limit) if i == 0 and rule.base_inclusive else (value > limit))
        for factors, when in ((rule.either, pl.lit(value=True)), (rule.low_base, low)):
            if (k := factors[i]) is not None:
                hit |= when & (value > _round(base * k))
        if (k := rule.absolute[i]) is not None:
            hit |= ~treated & (value > k)
        if (k := rule.anticoagulated[i]) is not None:
            hit |= treated & (value > _round(base * k))
        grade = pl.when(hit.fill_null(value=False)).then(pl.lit(i + 1, dtype=pl.Int64)).otherwise(grade)
    return pl.when(unknown & (grade == 0)).then(None).otherwise(grade)


def _low(limits: tuple[float | None, float, float, float]) -> pl.Expr:
    value, lln = _round(pl.col("value")), pl.col("lln")
    first, grade = limits[0], pl.lit(0, dtype=pl.Int64)
    normal = value < _round(lln) if first is None else value < first
    grade = pl.when(normal.fill_null(value=False)).then(pl.lit(1, dtype=pl.Int64)).otherwise(grade)
    for i, limit in enumerate(limits[1:], start=2):
        if not math.isnan(limit):
            grade = pl.when(value < limit).then(pl.lit(i, dtype=pl.Int64)).otherwise(grade)
    return grade if first is not None else pl.when(lln.is_null() & (grade == 0)).then(None).otherwise(grade)


def _above_both() -> pl.Expr:
    value, uln, base = _round(pl.col("value")), pl.col("uln"), pl.col("baseline")
    over_normal, over_base = value > _round(uln), value > _round(base)
    never = ~over_normal.fill_null(value=True) | ~over_base.fill_null(value=True)
    known = uln.is_not_null() & base.is_not_null()
    return (
        pl.when(never).then(pl.lit(0, dtype=pl.Int64)).when(known).then(pl.lit(1, dtype=pl.Int64)).otherwise(None)
    )  # fmt: skip


def grade(
    test: str,
    value: float,
    *,
    uln: float | None = None,
    lln: float | None = None,
    baseline: float | None = None,
    on_anticoagulation: bool = False,
    version: Version = "5",
) -> int | None:
    """Grade one laboratory value by CTCAE.

    Parameters
    ----------
    test
        Code of the data model, e.g. ``"alt"``.
    value, uln, lln, baseline
        In the stored unit (``units.ANALYTES``): value, limits of normal, value before treatment.
    on_anticoagulation
        For INR: whether the baseline rule applies.
    version
        ``"5"`` or ``"6"``.

    Returns
    -------
    int or None
        0 to 4; ``None`` where a limit of normal that decides is missing, or CTCAE has no grade for the test.

    Raises
    ------
    SettingsError
        If the version is neither 5 nor 6.

    Examples
    --------
    >>> grade("alt", 149, uln=40, baseline=100), grade("alt", 149, uln=40, baseline=100, version="6")
    (0, 1)
    >>> grade("creatinine", 91, uln=110, baseline=60), grade("anc", 1.49), grade("anc", 1.7) is None
    (2, 2, True)
    """
    if version not in RULES:
        raise SettingsError(f"CTCAE version {version!r}", expected="5 or 6")
    row = {"test": test, "value": float(value), "lln": lln, "uln": uln, "baseline": baseline,
           "on_anticoagulation": on_anticoagulation}  # fmt: skip
    kinds = {"test": pl.String, "on_anticoagulation": pl.Boolean}
    frame = pl.DataFrame([row], schema={k: kinds.get(k, pl.Float64) for k in row})
    found = with_grade(frame, version)["grade"].item()
    return None if found is None else int(found)
