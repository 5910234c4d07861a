"""Rules about counts: shares of so many patients, categories that add up, totals beside a typical patient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from glisson.evidence.finding import Finding, Sure
from glisson.evidence.printed import Printed, Reported
from glisson.evidence.wording import endpoint_words, subgroup_words

#: Best responses: everybody has exactly one.
CATEGORIES = ("complete_response", "partial_response", "stable_disease", "progressive_disease", "not_evaluable")
#: Made of which categories.
_SUMS = {"orr": CATEGORIES[:2], "dcr": CATEGORIES[:3]}
RESPONSES = (*CATEGORIES, *_SUMS)
#: So many units fewer are tried to say which denominator would fit.
_FEWER = 10


def shares(rows: Sequence[Reported]) -> list[Finding]:
    """C01: a share of n patients is a whole number of patients, after rounding to the printed digits."""
    out = []
    for row in rows:
        if row.statistic != "proportion" or row.value is None or not row.n:
            continue
        if row.events is not None:
            out += _share_of_count(row, row.value, row.n, row.events)
        elif not row.value.counts(row.n):
            out.append(_impossible_share(row, row.value, row.n))
        if row.endpoint == "baseline:lms" and row.n_lms is not None and row.n == row.n_patients:
            out += _other_count(row, row.n_lms)
    return out


def _share_of_count(row: Reported, value: Printed, n: int, events: int) -> list[Finding]:
    if events in value.counts(n):
        return []
    cut = events in value.cut_counts(n)
    text = f"{events} of {n} is {_percent(events / n)}, not {_printed(value)}"
    text += ": the digits were cut off, not rounded" if cut else ": the count, the share or the denominator is another"
    return [_finding("C01", row, "note" if cut else "certain", (_printed(value), f"{events} of {n}"),
                     f"{about(row)}: {text}.")]  # fmt: skip


def _impossible_share(row: Reported, value: Printed, n: int) -> Finding:
    """No count of n has the printed share; say what would."""
    cut = list(value.cut_counts(n))
    if cut:
        text = f"{cut[0]} of {n} is {_percent(cut[0] / n)}: the digits were cut off, not rounded"
        return _finding(
            "C01", row, "note", (_printed(value), f"n {n}"), f"{about(row)}: {_printed(value)} of {n}; {text}."
        )
    near = round(value.value * n)
    around = sorted({max(near - 1, 0), near, min(near + 1, n)}, key=lambda k: abs(k / n - value.value))[:2]
    text = f"no number of {n} patients is {_printed(value)} ("
    text += ", ".join(f"{k} of {n} is {_percent(k / n)}" for k in sorted(around)) + ")"
    fewer = next((m for m in range(n - 1, max(n - _FEWER, 0), -1) if value.counts(m)), None)
    if fewer:
        text += (
            f"; {value.counts(fewer)[0]} of {fewer} would be, so that {n - fewer} of them may not have been assessed"
        )
    return _finding("C01", row, "certain", (_printed(value), f"n {n}"), f"{about(row)}: {text}.")


def _other_count(row: Reported, count: int) -> list[Finding]:
    allowed = row.counted
    if allowed is None or not allowed or count in allowed:
        return []
    text = f"{count} patients with leiomyosarcoma, and a share that means {_between(allowed)} of {row.n}."
    return [_finding("C01", row, "certain", (f"{count} with leiomyosarcoma", _between(allowed)), text)]


def categories(rows: Sequence[Reported]) -> list[Finding]:
    """C02: best responses add up to the patients, and sums of them to objective response and disease control."""
    out = []
    keys = dict.fromkeys((r.arm_id, r.n) for r in rows if r.endpoint in RESPONSES and r.statistic == "proportion")
    for arm, n in keys:
        same = [r for r in rows if (r.arm_id, r.n) == (arm, n) and r.endpoint in RESPONSES]
        for group in _assessments(same):
            out += _added_up(group, n)
    return out


def _assessments(rows: Sequence[Reported]) -> list[dict[str, Reported]]:
    """Return rows by category, one assessment each; what several criteria share belongs to none alone."""
    single = {e: found[0] for e in RESPONSES if len(found := [r for r in rows if r.endpoint == e]) == 1}
    several = [r for r in rows if r.endpoint not in single]
    if not several:
        return [single]
    return [
        {r.endpoint: r for r in rows if r.subgroup == subgroup} for subgroup in dict.fromkeys(r.subgroup for r in rows)
    ]


def _added_up(group: dict[str, Reported], n: int | None) -> list[Finding]:
    parts = {c: group[c] for c in CATEGORIES if c in group}
    out = []
    if "complete_response" not in parts and "partial_response" not in parts and "orr" in group:
        parts["orr"] = group["orr"]
    if len(parts) > 1:
        out += _sum_over_all(parts, n)
    for whole, names in _SUMS.items():
        if whole in group and parts.keys() & set(names):
            out += _sum_of(group[whole], [parts[p] for p in names if p in parts], complete=set(names) <= parts.keys())
    if {"orr", "dcr"} <= group.keys():
        out += _sum_of(group["dcr"], [group["orr"]], complete=False)
    return out


def _sum_over_all(parts: dict[str, Reported], n: int | None) -> list[Finding]:
    first = next(iter(parts.values()))
    if n is None:
        least = sum(r.value.low for r in parts.values() if r.value)
        if least <= 1:
            return []
        text = f"the shares add up to at least {_percent(least)}: {_listed(parts.values())}"
        return [
            _finding("C02", first, _sure(parts.values()), _named(parts.values()), text[:1].upper() + text[1:] + ".")
        ]
    allowed = [r.counted for r in parts.values()]
    if any(a is None or not a for a in allowed):
        return []
    low, high = sum(a[0] for a in allowed if a), sum(a[-1] for a in allowed if a)
    if low > n:
        text = f"Best responses add up to {low} of {n} patients: {_listed(parts.values())}"
        text += ". Somebody is counted twice, or one of the counts is another"
        return [_finding("C02", first, _sure(parts.values()), _named(parts.values()), text + ".")]
    whole = {"stable_disease", "progressive_disease"} <= parts.keys()
    whole &= {"orr"} <= parts.keys() or set(CATEGORIES[:2]) <= parts.keys()
    if whole and high < n:
        sure: Sure = "likely" if "not_evaluable" in parts else "note"
        text = f"Best responses add up to {high} of {n} patients: {_listed(parts.values())}"
        text += f". The other {n - high} {'has' if n - high == 1 else 'have'} none"
        text += "" if sure == "note" else ", although those not evaluable are counted"
        return [_finding("C02", first, sure, _named(parts.values()), text + ".")]
    return []


def _sum_of(whole: Reported, parts: Sequence[Reported], *, complete: bool) -> list[Finding]:
    """Compare a sum with its parts; some stable disease may be too short to count as control, so it can be smaller."""
    allowed, of_parts = _span(whole), [_span(p) for p in parts]
    if allowed is None or any(p is None for p in of_parts):
        return []
    low, high = sum(p[0] for p in of_parts if p), sum(p[1] for p in of_parts if p)
    more = (_responders(parts) if whole.endpoint == "dcr" else low) > allowed[1]
    less = complete and high < allowed[0]
    if not more and not less:
        return []
    text = f"{endpoint_words(whole.endpoint)} is {_said(whole)}, but {_listed(parts)} add up to "
    text += _many(low, high, whole) + ": they are not of the same assessment, or one of them is wrong."
    return [_finding("C02", whole, _sure([whole, *parts]), _named([whole, *parts]), text)]


def _sure(rows: Iterable[Reported]) -> Sure:
    """Rows of one assessment contradict each other; of assessments with different names they may be of other days."""
    return "certain" if len({r.subgroup for r in rows}) == 1 else "likely"


def _responders(parts: Sequence[Reported]) -> float:
    """Least number, or share, with a response among parts."""
    spans = [_span(p) for p in parts if p.endpoint in {"orr", *CATEGORIES[:2]}]
    return sum(s[0] for s in spans if s)


def _span(row: Reported) -> tuple[float, float] | None:
    """Return counts that a row allows, or shares where n is not known."""
    if row.n is None:
        return (row.value.low, row.value.high) if row.value else None
    return (row.counted[0], row.counted[-1]) if row.counted else None


def totals(rows: Sequence[Reported]) -> list[Finding]:
    """C03: so many lesions in so many patients cannot be had with the median and range, or mean, that are given."""
    out = []
    for row in rows:
        per = [r for r in rows if r.endpoint == f"{row.endpoint}_per_patient" and r.arm_id == row.arm_id
               and r.subgroup == row.subgroup and r.value]  # fmt: skip
        if row.statistic != "count" or row.value is None or not per:
            continue
        typical = {r.statistic: r for r in per}
        n = next((r.n for r in (*per, row) if r.n), None) or row.n_patients
        if n and "median" in typical:
            out += _total_of_median(row, typical, n)
        mean = typical.get("mean")
        if n and mean and mean.value and not mean.value.low <= row.value.value / n <= mean.value.high:
            total, each = row.value.value, mean.value.value
            text = f"{total:g} {_things(row)} in {n} patients are {total / n:.2f} each, not {each:g}."
            out.append(_finding("C03", row, "certain", (f"{total:g} in {n}", f"mean {each:g}"), text))
    return out


def _total_of_median(row: Reported, typical: dict[str, Reported], n: int) -> list[Finding]:
    value = {name: r.value.value for name, r in typical.items() if r.value}
    least, most, middle = value.get("minimum"), value.get("maximum"), typical["median"].value
    if middle is None or row.value is None:
        return []
    # A median of whole numbers is whole or, of an even number of them, may lie half-way: 1.5 can be printed as 2.
    step = 0.5 if n % 2 == 0 else 1.0
    medians = [step * k for k in range(math.ceil(middle.low / step), math.floor(middle.high / step) + 1)]
    bounds = [b for m in medians if (b := total_bounds(n, m, least, most)) is not None]
    total = row.value.value
    if not bounds or any(low <= total and (high is None or total <= high) for low, high in bounds):
        return []
    lowest, highest = min(b[0] for b in bounds), max(math.inf if b[1] is None else b[1] for b in bounds)
    spread = f" (range {least:g} to {most:g})" if most is not None and least is not None else ""
    text = f"{total:g} {_things(row)} in {n} patients do not go with a median of {middle.value:g}{spread} a patient: "
    text += f"that makes {lowest:g} or more" if total < lowest else f"that makes {highest:g} at most"
    text += ". The median is of some of the patients only, or the total counts something else."
    return [_finding("C03", row, "certain", (f"{total:g} in {n}", f"median {middle.value:g}{spread}"), text)]


def total_bounds(
    n: int, median: float, least: float | None = None, most: float | None = None
) -> tuple[float, float | None] | None:
    """Return the smallest and largest sum of n whole numbers with a given median, least and largest value.

    Parameters
    ----------
    n
        How many.
    median
        A whole number, or one and a half where n is even.
    least, most
        Smallest and largest of them, where known; none is below 0.

    Returns
    -------
    tuple or None
        The largest sum is ``None`` where the largest value is not known; nothing where no such numbers exist.

    Examples
    --------
    >>> total_bounds(55, 2, 1, 8)
    (89.0, 271.0)
    >>> total_bounds(4, 2.5, 1, 4)
    (10.0, 10.0)
    """
    half, odd = divmod(n, 2)
    floor, twice = (0.0 if least is None else least), 2 * median
    if odd:
        pairs = [(median, median)]
    else:
        pairs = [(float(b), twice - b) for b in range(math.ceil(floor), math.floor(median) + 1)]
    sums = [
        _sums(half - (not odd), half - (not odd), pair, least, most, middle=median if odd else sum(pair))
        for pair in pairs
        if floor <= pair[0] and (most is None or pair[1] <= most) and _ends_fit(n, pair, least, most)
    ]
    if not sums:
        return None
    return float(min(s[0] for s in sums)), None if most is None else float(max(s[1] for s in sums))


def _ends_fit(n: int, middle: tuple[float, float], least: float | None, most: float | None) -> bool:
    """Whether the least and largest value can be among n when those in the middle are given."""
    if n > 2:
        return True
    return (least is None or least == middle[0]) and (most is None or most == middle[1])


def _sums(
    below: int, above: int, pair: tuple[float, float], least: float | None, most: float | None, *, middle: float
) -> tuple[float, float]:  # fmt: skip
    """Return the extreme sums of so many values below and above those in the middle."""
    low = middle + (0.0 if least is None else least) * below + pair[1] * above
    low += most - pair[1] if most is not None and above else 0.0
    high = middle + pair[0] * below + (most or 0.0) * above
    high -= pair[0] - least if least is not None and below else 0.0
    return low, high


def _finding(
    rule: str, row: Reported, sure: Sure, numbers: Iterable[str], sentence: str
) -> Finding:  # fmt: skip
    return Finding(
        id=rule, study_id=row.study_id, arm_id=row.arm_id, sure=sure, numbers=tuple(numbers), sentence=sentence
    )


def about(row: Reported) -> str:
    """Return what a row is about, for the beginning of a sentence."""
    of = subgroup_words(row.subgroup)
    return endpoint_words(row.endpoint).removeprefix("Baseline: ") + (f" ({of})" if of else "")


def _lower(row: Reported) -> str:
    words = endpoint_words(row.endpoint)
    return words[:1].lower() + words[1:]


def _things(row: Reported) -> str:
    return (row.endpoint.partition(":")[2] or row.endpoint).replace("_", " ")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _printed(value: Printed) -> str:
    return f"{100 * value.value:.{max(value.digits - 2, 0)}f}%"


def _between(allowed: range) -> str:
    return str(allowed[0]) if len(allowed) == 1 else f"{allowed[0]} to {allowed[-1]}"


def _said(row: Reported) -> str:
    if row.events is not None:
        return f"{row.events} of {row.n}" if row.n else str(row.events)
    return _printed(row.value) if row.value else "not given"


def _named(rows: Iterable[Reported]) -> tuple[str, ...]:
    return tuple(f"{_lower(r)} {_said(r)}" for r in rows)


def _listed(rows: Iterable[Reported]) -> str:
    return ", ".join(f"{_lower(r)} {r.events if r.events is not None else _said(r)}" for r in rows)


def _many(low: float, high: float, whole: Reported) -> str:
    if whole.n is not None:
        return f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return _percent((low + high) / 2)
