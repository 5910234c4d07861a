"""Rules about denominators: of how many patients a number is, and whether a part is larger than the whole."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from glisson.evidence.check_counts import RESPONSES, about
from glisson.evidence.finding import Finding, Sure
from glisson.evidence.printed import Reported

#: Rows of lesions, procedures or both arms are not of the patients of one arm.
_OTHER_UNITS = re.compile(r"lesion|procedure|session|tumou?r|cycle|both_arms|per_patient|pk:")
#: Words of a subgroup that name a criterion or a report, not some of the patients.
_WHOLE = re.compile(
    r"^all\b|recist|easl|(?-i:\bWHO\b)|choi|evaluable|assessable|intention to treat|itt\b|response|final|interim",
    re.IGNORECASE,
)

#: More endpoints than this are not named one by one.
_LISTED = 3


def denominators(rows: Sequence[Reported]) -> list[Finding]:
    """C07: a number that is given of the arm is of fewer patients than the arm has."""
    out = []
    for arm in dict.fromkeys(r.arm_id for r in rows):
        own = [r for r in rows if r.arm_id == arm and _of_patients(r) and _of_the_arm(r)]
        explained = {r.events for r in rows if r.arm_id == arm and r.events is not None}
        for n in dict.fromkeys(r.n for r in own):
            fewer = [r for r in own if r.n == n and n is not None and r.n_patients and n < r.n_patients]
            if fewer and not (n in explained and all(r.median_months for r in fewer)):
                out.append(_fewer(fewer))
        out += _implied([r for r in own if r.n is None])
    return out


def _fewer(rows: Sequence[Reported]) -> Finding:
    first = rows[0]
    n, whole = first.n or 0, first.n_patients or 0
    text = f"{_listed(rows)} {'is' if len(rows) == 1 else 'are'} of {n} of {whole} patients."
    counted = next((r for r in rows if r.events is not None and r.statistic == "proportion"), None)
    if counted and counted.events is not None:
        least, most = counted.events, counted.events + whole - n
        named = "" if len(rows) == 1 else f"{about(counted)}: "
        text += f" {named}{least} of {n} is {_percent(least / n)}; of all {whole} it lies between "
        text += f"{_percent(least / whole)} if none of the others had it and {_percent(most / whole)} if all had."
    return _finding("C07", first, "note", (f"n {n}", f"{whole} patients"), text)


def _implied(rows: Sequence[Reported]) -> list[Finding]:
    """Counts with shares and no denominator: the one they have in common, where it is not the arm's."""
    usable = [
        r for r in rows if r.statistic == "proportion" and r.events and r.value and r.value.low > 0 and r.n_patients
    ]
    if not usable:
        return []
    spans = [
        (math.ceil(r.events / r.value.high), math.floor(r.events / r.value.low)) for r in usable if r.value and r.events
    ]
    whole = usable[0].n_patients or 0
    low, high = max(s[0] for s in spans), min(s[1] for s in spans)
    if all(a <= whole <= b for a, b in spans):
        return []
    if low > high:
        text = f"{_listed(usable)} have counts and shares of different denominators, and none is given"
    else:
        of = f"{low}" if low == high else f"{low} to {high}"
        text = f"{_listed(usable)}: counts and shares mean {of} patients, not the {whole} of the arm"
    return [_finding("C07", usable[0], "note", (f"{whole} patients",), text + ".")]


def parts(rows: Sequence[Reported]) -> list[Finding]:
    """C08: nothing is of more patients than the arm, a pair of arms or the study has."""
    out = []
    sizes = {r.arm_id: r.n_patients for r in rows if r.n_patients}
    everybody = sizes.get("all")
    for row in rows:
        if row.n is None or not _of_patients(row):
            continue
        if row.statistic == "hazard_ratio":
            limit = sum(sizes.get(a, 0) for a in {row.arm_id, row.comparator_arm})
            known = row.arm_id in sizes and (row.comparator_arm in sizes or not row.comparator_arm)
            limit = limit if known else 0
        else:
            limit = row.n_patients or 0
        if limit and row.n > limit:
            text = f"{_listed([row])} is of {row.n} patients, more than the {limit} there are."
            out.append(_finding("C08", row, "certain", (f"n {row.n}", f"{limit} patients"), text))
    for arm, size in sizes.items():
        if everybody and size and size > everybody:
            first = next(r for r in rows if r.arm_id == arm)
            text = f"The arm has {size} patients, more than the {everybody} of the study."
            out.append(_finding("C08", first, "certain", (f"{size} patients", f"{everybody} patients"), text))
    return out


def _of_patients(row: Reported) -> bool:
    return not _OTHER_UNITS.search(f"{row.endpoint} {row.subgroup}".lower())


def _of_the_arm(row: Reported) -> bool:
    if row.statistic == "hazard_ratio":
        return False
    return row.subgroup == "all" or (
        bool(_WHOLE.search(row.subgroup)) and (row.endpoint in RESPONSES or row.subgroup.startswith("all"))
    )


def _listed(rows: Iterable[Reported]) -> str:
    """Return the endpoints of rows, each once, the first as the beginning of a sentence."""
    names = list(dict.fromkeys(about(r) for r in rows))
    if len(names) > _LISTED:
        return f"{len(names)} numbers ({names[0]} and others)"
    names = [names[0], *(f"{n[:1].lower()}{n[1:]}" for n in names[1:])]
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _finding(rule: str, row: Reported, sure: Sure, numbers: tuple[str, ...], sentence: str) -> Finding:
    return Finding(id=rule, study_id=row.study_id, arm_id=row.arm_id, sure=sure, numbers=numbers, sentence=sentence)
