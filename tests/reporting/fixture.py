"""A realistic assessment of 24 invented patients, built from arrays with the real estimators."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from glisson.assessment import (
    NOTHING,
    Analysis,
    Assessment,
    Baseline,
    Breakdown,
    EndpointResult,
    Finding,
    FlowStep,
    ResponseResult,
    RuleSetComparison,
    SafetyResult,
    SafetyTerm,
    Setting,
)
from glisson.clinical.problems import Problem, Problems
from glisson.methods.baseline import quartiles, smd_categorical, smd_numeric
from glisson.methods.compare import logrank, rmst_difference, survival_difference
from glisson.methods.competing import cumulative_incidence, incidence_curves
from glisson.methods.proportions import proportion
from glisson.methods.survival import curve, followup, kaplan_meier, rmst
from glisson.tables import CountTable, Endpoint, Estimates, Factor, Group

METHODS = ("deb_tace", "y90", "ablation")
METHOD = ["deb_tace"] * 13 + ["y90"] * 6 + ["ablation"] * 5
EXTRAHEPATIC = ["present"] * 9 + ["none"] * 4 + ["present"] * 4 + ["none"] * 2 + ["present"] * 2 + ["none"] * 3
LINE = [
    "2+", "1", "2+", "1", "1", "0", "2+", "1", "2+", "1", "0", "1",
    "2+", "1", "2+", "2+", "1", "1", "0", "1", "0", "1", "unknown", "2+",
]  # fmt: skip
OS_DAYS = [61, 88, 122, 152, 183, 213, 244, 258, 290, 426, 502, 669, 1205, 76, 137, 274, 320, 610, 795]
OS_DAYS += [198, 365, 730, 1096, 1310]
DEAD = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0]
LIVER_DAYS = [45, 61, 91, 120, 150, 152, 180, 212, 244, 335, 400, 548, 900, 60, 122, 200, 274, 426, 500, 120, 280, 457]
LIVER_DAYS += [914, 1100]
LIVER_EVENT = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0]
TTP_CAUSE = [1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 0, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0]
AGE = [71, 64, 58, 49, 66, 73, 80, 55, 61, 69, 44, 62, 77, 59, 68, 52, 63, 75, 41, 57, 66, 72, 60, 64]
SEX = ["Female", "Male", "Female"] * 8
LARGEST = [88.0, 62.5, 110, 45, 54, 71, 96, 38, 67, 59, 42, 33, 75, 81, 64, 70, np.nan, 49, 58, 21, 34, 27, np.nan, 30]

BEST = [
    "PR", "SD", "PD", "SD", "SD", "PD", "NE", "PR", "SD", "PD", "CR", "SD",
    "PR", "SD", "PD", "SD", "PR", "NE", "SD", "CR", "CR", "SD", "PR", "SD",
]  # fmt: skip

DAYS = (183, 365, 730)
PLAN: tuple[tuple[str, tuple[str, ...], Group], ...] = (
    ("Overall", (), ()),
    ("By treatment method", ("method",), ()),
    ("By extrahepatic disease", ("extrahepatic",), ()),
    ("By prior lines of systemic therapy", ("line",), ()),
    ("By treatment method, disease limited to the liver", ("method",), (("extrahepatic", "none"),)),
)
NO_TEST = "The groups are not tested against each other: no group has 5 events or more."
LABELS = {
    ("method", ""): "Treatment method",
    ("method", "deb_tace"): "DEB-TACE",
    ("method", "y90"): "Y-90 radioembolization",
    ("method", "ablation"): "Ablation",
    ("extrahepatic", ""): "Extrahepatic disease",
    ("extrahepatic", "none"): "Limited to the liver",
    ("extrahepatic", "present"): "Extrahepatic disease",
    ("line", ""): "Prior systemic therapy",
    ("line", "0"): "No prior line",
    ("line", "1"): "One prior line",
    ("line", "2+"): "Two or more prior lines",
    ("line", "unknown"): "Not recorded",
}
_RULES = (
    ("origin", "first liver-directed therapy"),
    ("rule set", "treatment policy: new anticancer therapy does not end observation"),
)


def names(*numbers: int) -> tuple[str, ...]:
    return tuple(f"P{n:02d}" for n in numbers)


def endpoint(name: str, label: str, days: list[int], cause: list[int], causes: tuple[str, ...]) -> Endpoint:
    keys = {
        "method": Factor.of(METHOD, METHODS),
        "extrahepatic": Factor.of(EXTRAHEPATIC, ("none", "present")),
        "line": Factor.of(LINE, ("0", "1", "2+", "unknown")),
    }
    return Endpoint.from_arrays(
        days, cause, unit=names(*range(1, 25)), causes=causes, keys=keys, name=name, label=label
    )


def endpoints() -> dict[str, Endpoint]:
    return {
        "os": endpoint("os", "Overall survival", OS_DAYS, DEAD, ("death",)),
        "liver_pfs": endpoint(
            "liver_pfs", "Liver progression-free survival", LIVER_DAYS, LIVER_EVENT, ("liver progression or death",)
        ),
        "ttp": endpoint("ttp", "Time to progression", LIVER_DAYS, TTP_CAUSE, ("progression", "death")),
    }


def breakdown(one: Endpoint, title: str, by: tuple[str, ...], within: Group) -> Breakdown:
    rows = one.where(**dict(within)) if within else one
    tests = NOTHING
    if len(one.causes) > 1:
        estimates = cumulative_incidence(rows, by, times=DAYS) + followup(rows, by)
        curves = incidence_curves(rows, by)
    else:
        estimates = kaplan_meier(rows, by, times=DAYS) + rmst(rows, by) + followup(rows, by)
        curves = curve(rows, by)
        if by and not within:
            null = "exact" if by == ("extrahepatic",) else "asymptotic"
            tests = logrank(rows, by, null=null) + rmst_difference(rows, by) + survival_difference(rows, by, time=365)
    sentence = NO_TEST if by and not len(tests) else ""
    return Breakdown(
        title=title, by=by, within=within, estimates=estimates, curves=curves, tests=tests, sentence=sentence
    )


def result(code: str, one: Endpoint) -> tuple[EndpointResult, list[Analysis]]:
    parts, log = [], []
    for title, by, within in PLAN:
        part = breakdown(one, title, by, within)
        parts.append(part)
        methods = dict.fromkeys(e.method for e in (*part.estimates, *part.tests) if e.method)
        log += [Analysis(what=one.label, estimator=m, by=by, rule_set="policy") for m in methods]
    comparison = None
    if code == "liver_pfs":
        comparison = RuleSetComparison(
            rule_set="policy",
            other="fda_a",
            differing=names(3, 11),
            estimates=kaplan_meier(one) + kaplan_meier(one, ["method"]),
        )
    return (
        EndpointResult(
            code=code,
            label=one.label,
            competing=len(one.causes) > 1,
            breakdowns=tuple(parts),
            comparison=comparison,
            rules=(*_RULES, ("event", " or ".join(one.causes)), ("censored", "last date known alive")),
            notes=("P01: event within the first imaging interval",) if code == "liver_pfs" else (),
        ),
        log,
    )


def groups() -> tuple[tuple[Group, ...], list[np.ndarray]]:
    method = np.array(METHOD)
    found: tuple[Group, ...] = ((), *((("method", m),) for m in METHODS))
    return found, [np.ones(24, dtype=bool), *(method == m for m in METHODS)]


def pairs() -> list[tuple[str, int, int]]:
    return [(f"{METHODS[i - 1]} v {METHODS[j - 1]}", i, j) for i, j in ((1, 2), (1, 3), (2, 3))]


def number(name: str, label: str, unit: str, values: list[float]) -> Baseline:
    array, (found, masks) = np.array(values, dtype=float), groups()
    return Baseline(
        name=name,
        label=label,
        unit=unit,
        groups=found,
        quartiles=tuple(quartiles(array[m]) for m in masks),
        unknown=tuple(int(np.isnan(array[m]).sum()) for m in masks),
        n=tuple(int(m.sum()) for m in masks),
        smd=tuple((pair, smd_numeric(array[masks[i]], array[masks[j]])) for pair, i, j in pairs()),
    )


def category(name: str, label: str, levels: tuple[str, ...], values: list[str]) -> Baseline:
    array, (found, masks) = np.array(values), groups()
    counts = [np.array([np.sum(array[m] == level) for level in levels]) for m in masks]
    return Baseline(
        name=name,
        label=label,
        levels=levels,
        groups=found,
        counts=tuple(tuple(c.tolist()) for c in counts),
        unknown=tuple(int(m.sum() - c.sum()) for m, c in zip(masks, counts, strict=True)),
        n=tuple(int(m.sum()) for m in masks),
        smd=tuple((pair, smd_categorical(counts[i], counts[j])) for pair, i, j in pairs()),
    )


def term(label: str, worst: dict[int, int]) -> SafetyTerm:
    """Worst grade by patient position, everybody else without the event."""
    grades = ["none", "1", "2", "3", "4", "5"]
    values = [str(worst[i]) if i in worst else "none" for i in range(24)]
    table = CountTable.of(values, grades, keys={"method": Factor.of(METHOD, METHODS)}, name=label, label=label)
    rows = proportion(table, grades[1:]) + proportion(table, grades[1:], "method")
    rows += proportion(table, grades[3:]) + proportion(table, grades[3:], "method")
    return SafetyTerm(term=label, worst=table, estimates=rows)


def findings() -> tuple[Finding, ...]:
    os = endpoints()["os"]
    keep = Estimates(tuple(e for e in kaplan_meier(os, ["method"]) if e.statistic in {"n", "events", "median"}))
    return (
        Finding(
            id="P21",
            title="Patients counted under several methods",
            severity="stop",
            patients=names(4, 9, 20),
            numbers=(("patients", "24"), ("sum over methods", "27")),
            sentence="3 patients were treated by more than one method: counted under each, 24 patients become 27.",
            consequence="The groups share patients, and those who lived long enough for a second method count twice.",
            remedy="Patients are analysed under their first method. The double-counted medians stand beside it.",
            naive=keep,
            corrected=keep,
            reference="Hernan MA. BMJ 2018;360:k182",
        ),
        Finding(
            id="P18",
            title="Confounding by indication",
            severity="warn",
            numbers=(("Largest liver lesion", "2.31"),),
            sentence="The methods were given to different patients.",
            consequence="A difference between methods may be a difference between patients.",
            remedy="Methods are described separately and not ranked.",
            reference="Austin 2009",
        ),
        Finding(
            id="P19",
            title="Tiny groups",
            severity="info",
            sentence="2 of 3 methods have fewer than 10 patients.",
            consequence="Estimates of such groups move by months with one patient more or less.",
            remedy="Exact intervals are printed and no ranking is made.",
        ),
    )


def problems() -> Problems:
    return Problems.of(
        [
            Problem(
                severity="changes",
                rule="date.partial",
                found="only the month is known (2017-03)",
                expected="a day",
                todo="give the day if it is known",
                file="demo.xlsx",
                sheet="followup",
                cell="C7",
            ),
            Problem(
                severity="note",
                rule="text.trimmed",
                found="blank before the text",
                file="demo.xlsx",
                sheet="patient",
                cell="B3",
            ),
        ]
    )


@cache
def assessment() -> Assessment:
    """The whole fixture; built once a session."""
    results = [result(code, one) for code, one in endpoints().items()]
    best = CountTable.of(
        BEST,
        ["CR", "PR", "SD", "PD", "NE"],
        keys={"method": Factor.of(METHOD, METHODS)},
        name="Best overall response",
    )
    rates = proportion(best, ["CR", "PR"]) + proportion(best, ["CR", "PR"], "method")
    rates = Estimates(tuple(replace(e, variable="Objective response", detail="all treated") for e in rates))
    early = CountTable.of(
        ["yes"] + ["no"] * 23, ["yes", "no"], keys={"method": Factor.of(METHOD, METHODS)}, name="death"
    )
    mortality = Estimates(
        tuple(replace(e, at=90.0, detail="") for e in proportion(early, "yes") + proportion(early, "yes", "method"))
    )
    return Assessment(
        title="Liver-directed therapy of metastatic leiomyosarcoma",
        synthetic=True,
        n=24,
        flow=(
            FlowStep(label="Patients in the input", n=25),
            FlowStep(label="Left out because of problems in the data", n=1, left=(("P25", "no treatment date"),)),
            FlowStep(label="Patients analysed", n=24),
            *(FlowStep(label=LABELS["method", m], n=METHOD.count(m)) for m in METHODS),
        ),
        settings=(
            Setting(name="report.style", value="ama", origin="default"),
            Setting(name="analysis.level", value="0.95", origin="default"),
            Setting(name="title", value="Liver-directed therapy of metastatic leiomyosarcoma", origin="chosen"),
            Setting(name="imaging interval", value="91 days", origin="derived"),
        ),
        methods=tuple((m, METHOD.count(m)) for m in METHODS),
        combinations=(
            ("P04", "DEB-TACE, then ablation"),
            ("P09", "DEB-TACE, then Y-90"),
            ("P20", "Ablation, then DEB-TACE"),
        ),
        baseline=(
            number("age_at_t0", "Age at first liver-directed therapy", "years", [float(a) for a in AGE]),
            category("sex", "Sex", ("Female", "Male"), SEX),
            category("extrahepatic_t0", "Extrahepatic disease", ("none", "present"), EXTRAHEPATIC),
            number("largest_mm", "Largest liver lesion", "mm", LARGEST),
            category("line", "Prior systemic therapy", ("0", "1", "2+"), LINE),
        ),
        endpoints=tuple(r for r, _ in results),
        response=ResponseResult(criterion="RECIST 1.1", best=best, estimates=rates),
        safety=SafetyResult(
            terms=(
                term("Any adverse event", {0: 3, 1: 1, 3: 2, 5: 3, 6: 4, 8: 1, 13: 2, 15: 1, 19: 1, 21: 2}),
                term("Abdominal pain", {0: 2, 1: 1, 3: 2, 8: 1, 13: 2, 19: 1}),
                term("Liver abscess", {5: 3}),
                term("Neutropenia", {}),
                term("Heart failure", {}),
            ),
            mortality=mortality,
            window_days=30,
            ctcae_versions=("5.0",),
            notes=("One event has no grade.",),
        ),
        findings=findings(),
        problems=problems(),
        absent=(("lab", "graded laboratory toxicity and liver function"), ("followup", "quality of life")),
        labels=tuple(LABELS.items()),
        log=tuple(line for _, lines in results for line in lines),
        files=(("demo.xlsx", "9f2c" * 16),),
        versions=(("glisson", "0.1.0"), ("numpy", "2.4.6"), ("python", "3.11.7")),
        seed=20200101,
    )


def bare() -> Assessment:
    """Only overall survival of one method: no tests, response, safety, findings or problems."""
    whole = assessment()
    os = whole.endpoint("os")
    return replace(
        whole,
        synthetic=False,
        methods=(("deb_tace", 24),),
        combinations=(),
        baseline=(),
        endpoints=(replace(os, breakdowns=(os.overall,), notes=()),),
        response=None,
        safety=None,
        findings=(),
        problems=Problems(),
        files=(),
    )
