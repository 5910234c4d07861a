"""The section on systemic doxorubicin, and the sentence on it for the answer."""

from __future__ import annotations

from glisson.assessing.doxorubicin import EXPOSED
from glisson.assessment import Assessment
from glisson.assessment.doxorubicin import DoxorubicinResult, GroupAnswer, PublishedRate, TermAnswer
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock, linked
from glisson.present.tabulate import doxorubicin as tables
from glisson.present.words import Words, listed, lower_first, opening, plural
from glisson.reporting.wording import words_of


def doxorubicin_section(assessment: Assessment, result: DoxorubicinResult) -> list[Block]:
    """Return the blocks of the section."""
    words = words_of(assessment)
    blocks: list[Block] = [
        Heading(text="Systemic doxorubicin", anchor="doxorubicin", level=2),
        Paragraph(text=_seen(result, words)),
        TableBlock(table=tables.observed(assessment, result, words)),
    ]
    published = tables.against(assessment, result, words)
    if published is not None:
        blocks += [
            Paragraph(lead="Beside chemotherapy.", text=_against(result, words)),
            TableBlock(table=published),
        ]
    blocks += [
        Paragraph(lead="Doses.", text=_doses(result)),
        TableBlock(table=tables.doses(assessment, result, words)),
    ]
    return blocks + [Note(text=n) for n in result.notes]


def answer_sentence(assessment: Assessment, result: DoxorubicinResult) -> str:
    """Return what the answer says of systemic doxorubicin: what was seen, what was not, and what that excludes."""
    words = words_of(assessment)
    n = _own(result.terms[0]).n
    clear = [t for t in result.terms if not _own(t).counted]
    seen = [t for t in result.terms if _own(t).counted and _own(t).apart is None]
    patients = f"{plural(n, 'patient')} who had doxorubicin through the catheter"
    text = f"Of {patients}, "
    if seen:
        text += listed([f"{_own(t).counted} had {lower_first(t.term)}" for t in seen])
        text += "; " if clear else ""
    if clear:
        text += f"none had {listed([lower_first(t.term) for t in clear], 'or')}"
        text += f"; that leaves true rates up to {words.percent(_own(clear[0]).upper, n)} possible"
        text += _febrile(next((t for t in clear if t.term == "Febrile neutropenia"), None), words)
    return f"{text}."


def short_sentence(assessment: Assessment, result: DoxorubicinResult) -> str:
    """Return the same for the first page, which names the complications that were seen and counts the others."""
    words = words_of(assessment)
    n = _own(result.terms[0]).n
    clear = [t for t in result.terms if not _own(t).counted]
    seen = [t for t in result.terms if _own(t).counted and _own(t).apart is None]
    febrile = next((t for t in clear if t.term == "Febrile neutropenia"), None)
    if febrile is None or len(clear) < 2:
        return answer_sentence(assessment, result)
    text = f"Of {plural(n, 'patient')} who had doxorubicin through the catheter, "
    text += "".join(f"{_own(t).counted} had {lower_first(t.term)}, " for t in seen)
    text += f"none had febrile neutropenia or any of {len(clear) - 1} other complications of systemic doxorubicin "
    text += f"([[doxorubicin-seen]]); that leaves true rates up to {words.percent(_own(febrile).upper, n)} possible"
    return f"{text}{_febrile(febrile, words)}."


def _febrile(term: TermAnswer | None, words: Words) -> str:
    """Return which published rates of febrile neutropenia are excluded, where nobody had one."""
    if term is None or not term.published:
        return ""
    own = _own(term)
    kept = [v for v in own.verdicts if not v.excluded]
    rates = sorted((term.published[v.published] for v in kept or own.verdicts), key=lambda p: p.rate)
    ends = [linked(words.percent(p.rate, 100), p.url) for p in (rates[0], rates[-1])]
    said = ends[0] if rates[0].rate == rates[-1].rate else " to ".join(ends)
    what = f"the {said} febrile neutropenia of first-line doxorubicin"
    if not kept:
        return f", and at face value excludes {what}"
    needed = max(v.needed for v in kept)
    return f", and so cannot exclude {what} (that would take {needed} patients without one)"


def methods_text(result: DoxorubicinResult, words: Words) -> str:
    """Return the paragraph of the methods."""
    return (
        "Published rates of doxorubicin alone are those of the library of published results; a rate is called excluded "
        f"if it lies above the exact one-sided {words.level(result.level)} upper bound of this cohort. A patient in "
        "whom a blood count fell counts as having had the event. Body surface area by Mosteller's formula."
    )


def _own(term: TermAnswer) -> GroupAnswer:
    return next(g for g in term.groups if g.group == EXPOSED)


def _seen(result: DoxorubicinResult, words: Words) -> str:
    clear = [t for t in result.terms if not _own(t).counted]
    first = _own(result.terms[0])
    n = first.n
    text = f"{opening(n, 'patient')} had doxorubicin through the catheter ([[doxorubicin-seen]]). "
    if clear:
        upper = words.percent(_own(clear[0]).upper, n)
        text += (
            f"None of them had {listed([lower_first(t.term) for t in clear], 'or')}: each could still occur in up to "
            f"{upper} of such patients. "
        )
    had = [f"{lower_first(t.term)} in {words.count_of(_own(t).events, n)}" for t in result.terms if _own(t).events]
    if had:
        text += f"Recorded were {listed(had)}. "
    apart = [(t, _own(t).apart) for t in result.terms if _own(t).events and _own(t).apart is not None]
    if apart:
        text += "Nausea and vomiting after embolization are mostly effects of the embolization: apart from a "
        text += f"post-embolization syndrome there was {listed([f'{lower_first(t.term)} in {k}' for t, k in apart])}. "
    return text + _counts(result, n) + _followed(result, words) + _unlooked({t.term for t in clear})


def _unlooked(clear: set[str]) -> str:
    """Say that nothing is seen where nobody looks, and name what is looked for least, unless it was seen."""
    looks = {"Alopecia": "alopecia", "Ejection fraction decreased": "cardiac function"}
    least = [words for term, words in looks.items() if term in clear]
    return f"What nobody looked for was not seen{f': {listed(least)} above all' if least else ''}."


def _counts(result: DoxorubicinResult, n: int) -> str:
    """Say what the blood counts show, and where they contradict the records."""
    known = [(t, own) for t in result.terms for own in [_own(t)] if own.measured is not None]
    fell = [f"{lower_first(t.term)} in {own.low} of {own.measured}" for t, own in known if own.low]
    missed = [lower_first(t.term) for t, own in known if own.counted > own.events]
    if not known:
        return "No blood count tells whether the bone marrow was affected. "
    if not fell:
        return f"Blood counts after treatment, known of {min(o.measured or 0 for _, o in known)} of {n}, did not fall. "
    text = f"Blood counts after treatment show {listed(fell)}"
    if missed:
        text += f", more than the adverse events say of {listed(missed)}; such patients count as having had it"
    return f"{text}. "


def _followed(result: DoxorubicinResult, words: Words) -> str:
    if not result.not_followed:
        return ""
    text = f"{plural(result.not_followed, 'patient')} of them had less than {result.window_days} days of follow-up"
    clear = [_own(t) for t in result.terms if not _own(t).counted and _own(t).upper_observed is not None]
    if clear:
        text += f"; of the {clear[0].observed} others alone the bound is "
        text += words.percent(clear[0].upper_observed, clear[0].observed)
    return f"{text}. "


def _against(result: DoxorubicinResult, words: Words) -> str:
    yes: list[str] = []
    no: list[str] = []
    open_: list[int] = []
    for term in result.terms:
        own = _own(term)
        for verdict in own.verdicts:
            published = term.published[verdict.published]
            text = _linked(term.term, published, words)
            (yes if verdict.excluded else no).append(text)
            if not verdict.excluded and not own.counted:
                open_.append(verdict.needed)
    text = ""
    if yes:
        text += f"At face value these patients exclude the published {listed(yes)}. "
    if no:
        text += f"They do not exclude {listed(no)}. "
    if open_:
        span = f"{min(open_)} to {max(open_)}" if min(open_) < max(open_) else str(max(open_))
        text += f"To exclude those of which nobody here had the event would take {span} patients without one. "
    missing = [lower_first(t.term) for t in result.terms if not t.published]
    if missing:
        text += f"The library holds no comparable rate of doxorubicin alone for {listed(missing)}. "
    return text + _by_method(result, words) + "Details in [[doxorubicin-published]]."


def _linked(term: str, published: PublishedRate, words: Words) -> str:
    """Return a published rate with its study, leading to where it was read."""
    return f"{lower_first(term)} {linked(f'{words.percent(published.rate, 100)} ({published.study})', published.url)}"


def _by_method(result: DoxorubicinResult, words: Words) -> str:
    """Say whether those whose first method was DEB-TACE, the group series report, exclude the same."""
    beads = (("method", "deb_tace"),)
    own = {t.term: {g.group: g for g in t.groups} for t in result.terms}
    if any(beads not in groups for groups in own.values()):
        return ""
    n = own[result.terms[0].term][beads].n
    text = f"Of the {n} patients whose first method was DEB-TACE "
    changed = [
        _linked(t.term, t.published[a.published], words)
        for t in result.terms
        for a, b in zip(own[t.term][EXPOSED].verdicts, own[t.term][beads].verdicts, strict=True)
        if a.excluded != b.excluded
    ]
    return f"{text}the same holds. " if not changed else f"{text}it is otherwise for {listed(changed)}. "


def _doses(result: DoxorubicinResult) -> str:
    warn, alert = result.limits
    text = "[[doxorubicin-doses]] gives the doses. "
    if result.alerted:
        text += f"Above {alert:g} mg/m² together: {listed(list(result.alerted))}. "
    if result.warned:
        text += f"Above {warn:g} mg/m² together: {listed(list(result.warned))}. "
    if not result.alerted and not result.warned:
        text += f"No known sum was above {warn:g} mg/m². "
    return (
        text
        + "The limits are conventions for doxorubicin by vein; what beads add to the exposure of the heart is less."
    )
