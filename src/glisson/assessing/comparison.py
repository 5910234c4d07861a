"""Set the cohort beside published treatments: the differences first, then what they leave comparable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from glisson.assessing.borrowed_rates import borrowed_rates
from glisson.assessing.comparison_borrowing import borrowing
from glisson.assessing.comparison_matching import matched_to
from glisson.assessing.comparison_safety import comparison_safety
from glisson.assessing.comparison_tipping import tipping
from glisson.assessment.borrowed_rates import Line
from glisson.assessment.comparison import ComparedArm, ComparisonResult, Contrast, Difference, PublishedCurve
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import available, endpoint
from glisson.clinical.groups import patient_keys
from glisson.errors import InputError, SettingsError
from glisson.evidence import Arm, Library, Published, library
from glisson.evidence.reference import TREATMENT_STARTS, point, reach, reference_curve, reported
from glisson.evidence.wording import name_words
from glisson.methods.e_value import e_value
from glisson.methods.one_sample import one_sample_logrank, rmst_against
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint, Estimates
from glisson.tables.endpoint import CENSORED

#: Doxorubicin front-line, and what is given later, where the cohort is of leiomyosarcoma and names nothing else.
DEFAULT = (
    "pautier_lms04:doxorubicin", "tap2020_announce:doxorubicin_placebo", "seddon2017_geddis:doxorubicin",
    "judson2014:doxorubicin", "demetri2016:trabectedin", "schoffski2016:eribulin", "vandergraaf2012_palette:pazopanib",
)  # fmt: skip
#: Fewer patients than this say nothing beside a published arm; fewer events get a ratio with its limits, and no more.
LEAST_PATIENTS, LEAST_EVENTS = 3, 5
#: Share of a cohort that makes it one of leiomyosarcoma.
_MOSTLY = 0.5
_LINES: dict[str, Line] = {
    "first": "front", "anthracycline-naive": "front", "second": "later", "second_plus": "later",
    "third_plus": "later", "salvage": "later",
}  # fmt: skip
_LEVELS = {"front": ("0",), "later": ("1", "2+")}
_ENDPOINTS = (("os", "Overall survival"), ("pfs", "Progression-free survival"), ("liver_pfs", "Liver PFS"))


def comparison_result(
    cohort: Cohort, wanted: Sequence[str] = (), *, source: Library | None = None, harms: bool = True
) -> ComparisonResult:
    """Compare a cohort with published arms in the same line of therapy.

    Parameters
    ----------
    cohort
        Validated records.
    wanted
        Arms as ``study`` or ``study:arm``; by default those the study names, else doxorubicin front-line and later
        lines for cohorts that are mostly leiomyosarcoma.
    source
        Library; by default the one that ships.
    harms
        Whether adverse events are compared as well, which takes most of the time.

    Raises
    ------
    SettingsError
        If a study or arm is not in the library.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = comparison_result(demo_cohort(), ["judson2014:doxorubicin"])
    >>> result.arms[0].label, result.arms[0].line
    ('Judson 2014', 'front')
    """
    level, known = cohort.study.analysis.level, source or library()
    asked = tuple(wanted) or cohort.study.comparison.arms
    if not asked:
        if not _mostly_leiomyosarcoma(cohort):
            text = (
                "The cohort is not mostly of leiomyosarcoma, for which arms to compare with are built in; name others "
                "under comparison.arms in study.toml."
            )
            return ComparisonResult(arms=(), level=level, refused=text)
        asked = DEFAULT
    endpoints = _endpoints(cohort)
    order = {"front": 0, "later": 1, "any": 2}
    chosen = _arms(known, asked)
    arms = [_compared(cohort, known, arm, endpoints, level) for arm in chosen]
    safety = comparison_safety(cohort, known, chosen, level) if harms else None
    by_line: list[tuple[Line, Arm]] = [(_LINES.get(a.line, "any"), a) for a in chosen]
    return ComparisonResult(
        arms=tuple(sorted(arms, key=lambda a: order[a.line])),
        level=level,
        safety=safety,
        borrowing=_borrowed(known, chosen, endpoints, level),
        rates=borrowed_rates(cohort, known, by_line, safety, _members(cohort), level),
    )


def _members(cohort: Cohort) -> dict[Line, frozenset[str]]:
    """Return the patients of each line."""
    before = patient_keys(cohort)["line"].values()
    both = list(zip(cohort.table("patient")["patient_id"].to_list(), before, strict=True))
    return {
        "any": frozenset(p for p, _ in both),
        "front": frozenset(p for p, v in both if v in _LEVELS["front"]),
        "later": frozenset(p for p, v in both if v in _LEVELS["later"]),
    }


def _borrowed(
    known: Library, chosen: Sequence[Arm], endpoints: Mapping[str, Endpoint], level: float
) -> tuple[Borrowing, ...]:
    """Return what can be borrowed, by line and endpoint; one arm a study, as two of them share their patients' fate."""
    out = []
    lines: tuple[Line, ...] = ("front", "later", "any")
    for line in lines:
        for code, label in _ENDPOINTS:
            if code not in endpoints or code == "liver_pfs":
                continue
            ours = _of_line(endpoints[code], line)
            found: dict[str, tuple[Arm, Sequence[Published]]] = {}
            for arm in chosen:
                told = reported(
                    [n for n in known.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)], code
                )
                if _LINES.get(arm.line, "any") == line and told and not _why_not(told, ours):
                    found.setdefault(arm.overlap_group or arm.study_id, (arm, told))
            if found:
                out.append(borrowing(line, code, label, ours, list(found.values()), level=level))
    return tuple(out)


def _mostly_leiomyosarcoma(cohort: Cohort) -> bool:
    if not cohort.has("patient", "histology"):
        return False
    words = cohort.table("patient")["histology"].str.to_lowercase().fill_null("")
    return int(words.str.contains("leiomyosarcoma|^lms|8890|8891|8896").sum()) >= _MOSTLY * len(words)


def _arms(known: Library, asked: Sequence[str]) -> list[Arm]:
    """Return the arms named; a study alone stands for all of its arms that are no parts of others."""
    out, missing = [], []
    for name in asked:
        study, _, arm = name.partition(":")
        found = [a for a in known.arms if a.study_id == study and (a.arm_id == arm if arm else True)]
        whole = [a for a in found if a.arm_id == "all"]
        out += whole if whole and not arm else found
        missing += [] if found else [name]
    if missing:
        studies = sorted({a.study_id for a in known.arms})
        raise SettingsError(
            f"no published {', '.join(missing)}", expected=f"studies of the library: {', '.join(studies)}"
        )
    return out


def _endpoints(cohort: Cohort) -> dict[str, Endpoint]:
    """Return what may be compared, counted from the first liver-directed therapy whatever the study declares."""
    reasons = dict(available(cohort))
    out = {}
    for code, _ in _ENDPOINTS:
        if reasons.get(code) == "":
            try:
                out[code] = endpoint(cohort, code, origin="first_ldt")
            except InputError:  # durations only, that run from another day
                continue
    return out


def _compared(cohort: Cohort, known: Library, arm: Arm, endpoints: Mapping[str, Endpoint], level: float) -> ComparedArm:
    line: Line = _LINES.get(arm.line, "any")
    numbers = tuple(n for n in known.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id))
    chosen = {code: _of_line(e, line) for code, e in endpoints.items()}
    everybody = patient_keys(cohort)["line"]
    matched, matching = matched_to(cohort, numbers)
    here = sum(v in _LEVELS[line] for v in everybody.values()) if line != "any" else cohort.n
    return ComparedArm(
        study=arm.study_id,
        arm=arm.arm_id,
        label=arm.label,
        treatment=name_words(arm.modality),
        line=line,
        here=here,
        there=arm.n_patients,
        url=arm.source_url,
        differences=_differences(cohort, arm, numbers, line),
        contrasts=tuple(
            _contrast(code, label, chosen, numbers, arm, level) for code, label in _ENDPOINTS if code in chosen
        ),
        matched=matched,
        matching=matching,
    )


def _of_line(whole: Endpoint, line: Line) -> Endpoint:
    if line == "any":
        return whole
    wanted = _LEVELS[line]
    return whole.take(np.array([v in wanted for v in whole.factor("line").values()], dtype=np.bool_))


# -- numbers ---------------------------------------------------------------------------------------------------------


def _contrast(
    code: str, label: str, chosen: Mapping[str, Endpoint], numbers: Sequence[Published], arm: Arm, level: float
) -> Contrast:
    """Compare one endpoint, or say why not."""
    if code == "liver_pfs" and not reported(numbers, "liver_pfs"):
        return Contrast(
            code=code, label=label, published="not reported", url=arm.source_url,
            refused="Progression outside the liver does not end liver PFS, so that it is never shorter than PFS: set "
            "beside the PFS of another treatment it would win without any effect. PFS is compared with PFS.",
        )  # fmt: skip
    told = reported(numbers, code)
    if not told:
        text = f"The source gives no median of {label.lower()} for this arm."
        return Contrast(code=code, label=label, published="not reported", url=arm.source_url, refused=text)
    base = Contrast(
        code=code, label=label, published=_said(told), url=told[0].source_url,
        numbers=tuple((_number_said(n), n.source_url) for n in told if n.value is not None),
    )  # fmt: skip
    why = _why_not(told, chosen[code])
    if why:
        return replace(base, refused=why)
    reference, assumed = reference_curve(told, f"{arm.label}, {name_words(arm.modality)}", arm.n_patients)
    whole = chosen[code]
    last, until = reach(told)
    os = _up_to(whole, int(until))
    rows = kaplan_meier(whole, level=level).select("median")
    test = one_sample_logrank(os, reference, variance="mean", level=level)
    ratio = test.one("rate_ratio")
    if os.n_events >= LEAST_EVENTS:
        rows += test + rmst_against(whole, reference, min(last, float(whole.exit.max())), level=level)
        rows += tipping(test, log_error=reference.log_error, level=level)
    else:
        rows += Estimates(tuple(r for r in test if r.statistic != "p"))
    if ratio.value:
        rows += e_value(ratio.value, ratio.low, ratio.high, kind="hr", rare=False, name=f"{label} beside {arm.label}")
    curve = PublishedCurve(points=len(reference.times), last=last, until=until, log_error=reference.log_error)
    return replace(base, assumed=f"{assumed}; up to day {until:.0f}", estimates=Estimates(tuple(rows)), curve=curve)


def _up_to(whole: Endpoint, day: int) -> Endpoint:
    """Return an endpoint whose units are followed up to a day: no published number reaches further."""
    inside = whole.take(whole.entry < day)
    later = inside.exit > day
    return replace(inside, exit=np.where(later, day, inside.exit), cause=np.where(later, CENSORED, inside.cause))


def _why_not(told: Sequence[Published], ours: Endpoint) -> str:
    """Return why no number is given; empty where one may be."""
    origin = told[0].time_origin
    if not origin:
        return "The source, as read, does not say from which day it counts."
    if origin not in TREATMENT_STARTS:
        return (
            f"It counts from {origin.replace('_', ' ')}, this cohort from the first treatment: the time between would "
            "count on one side only."
        )
    if len(ours) < LEAST_PATIENTS:
        return f"Only {len(ours)} of this cohort are in the same line of therapy."
    return ""


def _said(told: Sequence[Published]) -> str:
    """Return the published numbers in words, with their subgroup."""
    of = told[0].subgroup
    return ", ".join(_number_said(n) for n in told if n.value is not None) + (f"; {of} only" if of == "LMS" else "")


def _number_said(n: Published) -> str:
    """Return one published median or rate in words."""
    value = n.value or 0.0
    if not n.statistic.startswith("median_"):
        unit = "months" if n.statistic.endswith("m") else "weeks"
        return f"{100 * value:.0f}% at {n.statistic.removeprefix('rate_at_')[:-1]} {unit}"
    text = f"median {value:g} {n.statistic.removeprefix('median_')}"
    if n.ci_low is not None and n.ci_high is not None:
        text += f" ({100 * (n.ci_level or 0.95):g}% CI, {n.ci_low:g} to {n.ci_high:g})"
    return text


# -- differences -----------------------------------------------------------------------------------------------------


def _differences(cohort: Cohort, arm: Arm, numbers: Sequence[Published], line: Line) -> tuple[Difference, ...]:
    """Return how the two differ, each with its probable direction."""
    trial = arm.design == "rct"
    rows = [
        Difference(
            aspect="Disease", here=_sites(cohort), there=_disease(arm), favours="either",
            why="patients chosen for treatment of the liver have most of their disease there; those of trials of drugs "
            "have it anywhere, and other histologies fare differently",
        ),
        Difference(
            aspect="Line of therapy", here=_lines_here(cohort, line), there=_stated(arm.line), favours="either",
            why="whoever was treated before has outlived earlier therapy and failed it",
        ),
        Difference(
            aspect="Start of the clock", here="first liver-directed therapy", there=_origins(numbers),
            favours="the published arm" if trial else "either",
            why="randomisation is some days before treatment" if trial else "the day is that of the treatment studied",
        ),
        Difference(
            aspect="Selection", here="whoever was treated, found afterwards", there=_stated(arm.design),
            favours="the published arm" if trial else "either",
            why="trials exclude frail patients and poor organ function" if trial else "both were chosen by clinicians",
        ),
        Difference(
            aspect="Scans", here="as clinical care asked for", there="at fixed intervals" if trial else "not stated",
            favours="this cohort" if trial else "either", why="rarer scans find progression later (PFS only)",
        ),
        Difference(
            aspect="Era", here=_years(cohort), there=f"published {arm.year}" if arm.year else "not stated",
            favours="either", why="imaging, supportive care and later lines changed",
        ),
    ]  # fmt: skip
    return tuple(rows)


def _stated(code: str) -> str:
    return name_words(code) or "not stated"


def _sites(cohort: Cohort) -> str:
    factor = patient_keys(cohort)["extrahepatic"]
    limited = sum(v == "none" for v in factor.values())
    return f"liver metastases, limited to the liver in {limited} of {cohort.n}"


def _disease(arm: Arm) -> str:
    text = name_words(arm.histology)
    if not arm.n_lms or not arm.n_patients or arm.n_lms == arm.n_patients:
        return text
    return f"{text}, leiomyosarcoma in {arm.n_lms} of {arm.n_patients}"


def _lines_here(cohort: Cohort, line: Line) -> str:
    values = patient_keys(cohort)["line"].values()
    count = {level: values.count(level) for level in ("0", "1", "2+")}
    text = f"none before in {count['0']}, one in {count['1']}, two or more in {count['2+']}"
    only = {"front": "; only those with none are compared", "later": "; only those with one or more are compared"}
    return text + only.get(line, "")


def _origins(numbers: Sequence[Published]) -> str:
    found = dict.fromkeys(n.time_origin for n in numbers if n.endpoint in {"os", "pfs"} and point(n))
    return " or ".join(TREATMENT_STARTS.get(o, o.replace("_", " ")) or "not stated" for o in found) or "not stated"


def _years(cohort: Cohort) -> str:
    if not cohort.has("session", "date"):
        return "not recorded"
    days = cohort.table("session")["date"].drop_nulls()
    first, last = days.min(), days.max()
    return f"treated {first.year} to {last.year}" if len(days) else "not recorded"  # type: ignore[union-attr]
