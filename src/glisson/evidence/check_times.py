"""Rules about survival curves: a curve falls, passes one half at its median, and lies below that of survival itself."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.evidence.finding import Finding
from glisson.evidence.printed import Reported
from glisson.evidence.wording import endpoint_words, name_words, subgroup_words

#: Twelve months are 360 to 366 days: times this near to each other are not told apart.
_SAME_TIME = 0.02
#: Endpoints of which death is an event, so that nobody is free of them longer than alive.
_WITH_DEATH = ("pfs", "rfs")


def medians(rows: Sequence[Reported]) -> list[Finding]:
    """C04: before the median at least half are free of the event, from then on at most half."""
    out = []
    for row in rows:
        span = row.median_months if row.falling else None
        if span is None:
            continue
        for rate in rows:
            text = _against(span, rate) if _same_curve(row, rate) else ""
            if text:
                other = _other_origin(row, span, rows)
                sentence = f"{_words(row)}: the median is {_median(row)}, so {text}.{other}"
                out.append(_finding(row, (f"median {_median(row)}", _rate(rate)), sentence))
    return out


def _against(span: tuple[float, float], rate: Reported) -> str:
    """Return why a rate does not go with a median; empty where it may."""
    time = rate.months
    if time is None or rate.value is None:
        return ""
    if time >= span[1] * (1 + _SAME_TIME) and rate.value.low > 0.5:
        return f"at most half can be left at {_time(rate)}, where {_share(rate)} are reported"
    if time <= span[0] * (1 - _SAME_TIME) and rate.value.high < 0.5:
        return f"at least half must be left at {_time(rate)}, where {_share(rate)} are reported"
    return ""


def _other_origin(row: Reported, span: tuple[float, float], rows: Sequence[Reported]) -> str:
    """Say which other origin of time has rates that the median fits, if any has."""
    for origin in dict.fromkeys(r.time_origin for r in rows if r.endpoint == row.endpoint):
        others = [r for r in rows if _group(r) == _group(row) and r.time_origin == origin and r.months and r.value]
        if origin == row.time_origin or not others or any(_against(span, r) for r in others):
            continue
        return f" It would fit the rates counted from {name_words(origin) or 'an origin that is not named'}."
    return ""


def order(rows: Sequence[Reported]) -> list[Finding]:
    """C04: a curve never rises; progression-free survival does not outlast survival."""
    out = []
    for one in rows:
        for two in rows:
            if _rises(one, two):
                text = f"{_words(one)} is {_rate(one)} and {_rate(two)}, and no curve rises."
                out.append(_finding(one, (_rate(one), _rate(two)), text))
            if one.endpoint in _WITH_DEATH and two.endpoint == "os" and _group(one)[:2] == _group(two)[:2]:
                out += _outlasts(one, two)
    return out


def _rises(one: Reported, two: Reported) -> bool:
    if (
        not one.falling
        or not _same_curve(one, two)
        or one.months is None
        or two.months is None
        or one.value is None
        or two.value is None
    ):
        return False
    return one.months * (1 + _SAME_TIME) < two.months and two.value.low > one.value.high


def _outlasts(free: Reported, alive: Reported) -> list[Finding]:
    """Compare an endpoint of which death is an event with survival; patients may leave the two on different days."""
    if free.time_origin != alive.time_origin:
        return []
    later = free.median_months and alive.median_months and free.median_months[0] > alive.median_months[1]
    same = free.months is not None and free.months == alive.months and free.value and alive.value
    above = same and free.value and alive.value and free.value.low > alive.value.high
    if not later and not above:
        return []
    texts = (_median(free), _median(alive)) if later else (_rate(free), _rate(alive))
    sentence = f"{_words(free)} ({texts[0]}) is longer than survival ({texts[1]}), although death ends both"
    sentence += "; patients who left between progression and death can do that, where there are few."
    numbers = (f"{free.endpoint} {texts[0]}", f"os {texts[1]}")
    return [Finding(id="C04", study_id=free.study_id, arm_id=free.arm_id, sure="note", numbers=numbers,
                    sentence=sentence)]  # fmt: skip


def _group(row: Reported) -> tuple[str, str, str]:
    return row.arm_id, row.subgroup, row.endpoint


def _same_curve(one: Reported, two: Reported) -> bool:
    same_n = one.n == two.n or one.n is None or two.n is None
    return _group(one) == _group(two) and one.time_origin == two.time_origin and same_n


def _finding(row: Reported, numbers: tuple[str, ...], sentence: str) -> Finding:
    return Finding(id="C04", study_id=row.study_id, arm_id=row.arm_id, sure="certain", numbers=numbers,
                   sentence=sentence)  # fmt: skip


def _words(row: Reported) -> str:
    of = f" ({words})" if (words := subgroup_words(row.subgroup)) else ""
    origin = f" from {name_words(row.time_origin)}" if row.time_origin else ""
    return f"{endpoint_words(row.endpoint)}{origin}{of}"


def _median(row: Reported) -> str:
    return f"{row.value.value:g} {row.statistic.removeprefix('median_')}" if row.value else ""


def _time(row: Reported) -> str:
    text = row.statistic.removeprefix("rate_at_")
    return f"{text[:-1]} {'months' if text.endswith('m') else 'weeks'}"


def _share(row: Reported) -> str:
    return f"{100 * row.value.value:.{max(row.value.digits - 2, 0)}f}%" if row.value else ""


def _rate(row: Reported) -> str:
    return f"{_share(row)} at {_time(row)}"
