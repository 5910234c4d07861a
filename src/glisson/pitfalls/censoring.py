"""P06: patients who leave because of how they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.derive import compare_rule_sets
from glisson.clinical.interval_times import interval_times
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.errors import InputError
from glisson.methods.compare import logrank
from glisson.methods.cox import cox
from glisson.methods.interval_censored import turnbull
from glisson.methods.ipcw import censoring_weighted_survival
from glisson.methods.survival import followup
from glisson.pitfalls.context import Context, count_text, days_text, noted, percent_text
from glisson.tables import Endpoint, Estimates

Texts = NDArray[np.str_]

#: Days after the end of follow-up for progression within which a death speaks of what was missed.
SOON = 90
#: Share of the censored with such a death, P of leaving by a factor, hazard ratio of it, and ratio of follow-up.
LIMIT_SHARE, LIMIT_P, LIMIT_RATIO, LIMIT_FOLLOWUP = 0.1, 0.1, 1.5, 1.25
#: Patients censored below which leaving is not modelled, and those a coefficient above which its size alone counts.
FEW_CENSORED, ENOUGH_CENSORED = 5, 30

#: Smallest P value that is printed as a number.
SMALLEST = 0.001
#: Grouping variables known at the start.
FACTORS = {"method": "method", "extrahepatic": "extrahepatic disease", "line": "prior lines"}


@dataclass(frozen=True, slots=True)
class _Sign:
    """One sign that leaving is not chance: in words, with its number."""

    text: str
    number: tuple[str, str]


def informative_censoring(context: Context) -> list[Finding]:
    """P06: patients leave observation because of how they are.

    Food and Drug Administration. Clinical trial endpoints for the approval of cancer drugs and biologics. 2018; Robins
    JM, Finkelstein DM. Biometrics 2000;56:779-788.
    """
    found = []
    for code in ("os", "pfs"):
        endpoint = context.endpoints.get(code)
        if endpoint is None or len(endpoint.causes) > 1:
            continue
        died = _soon_dead(context, endpoint) if code == "pfs" else np.zeros(0, dtype=np.str_)
        signs = [*_deaths(endpoint, died), *_unequal_leaving(endpoint), *_unequal_followup(endpoint)]
        if signs:
            found.append(_finding(context, endpoint, died, signs))
    return found


def _soon_dead(context: Context, pfs: Endpoint) -> Texts:
    """Return patients censored for progression who died within 90 days after it."""
    os = context.endpoints.get("os")
    if os is None:
        return np.zeros(0, dtype=np.str_)
    died = {str(u): int(d) for u, d, c in zip(os.unit, os.exit, os.cause, strict=True) if c == 1}
    censored = [(str(u), int(d)) for u, d, c in zip(pfs.unit, pfs.exit, pfs.cause, strict=True) if c == 0]
    return np.array([u for u, d in censored if u in died and 0 <= died[u] - d <= SOON], dtype=np.str_)


def _deaths(endpoint: Endpoint, died: Texts) -> list[_Sign]:
    censored = int(np.sum(endpoint.cause == 0))
    if not censored or len(died) <= LIMIT_SHARE * censored:
        return []
    share = percent_text(len(died), censored)
    return [_Sign(f"{share} of those censored died within {SOON} days after it", ("dead soon after", share))]


def reversed_endpoint(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint whose event is to be censored; who had the event is no longer at risk of it.

    Parameters
    ----------
    endpoint
        With one cause.

    Examples
    --------
    >>> reversed_endpoint(Endpoint.from_arrays([5, 8], [1, 0])).cause.tolist()
    [0, 1]
    """
    return replace(endpoint, cause=np.where(endpoint.cause == 0, 1, 0), causes=("censored",), name="leaving")


def _unequal_leaving(endpoint: Endpoint) -> list[_Sign]:
    """Model the hazard of being censored by each factor; P values by Holm over the factors."""
    leaving = reversed_endpoint(endpoint)
    factors = [k for k in FACTORS if k in endpoint.keys and len(np.unique(endpoint.keys[k].codes)) > 1]
    if leaving.n_events < FEW_CENSORED or not factors:
        return []
    fitted = {k: cox(leaving, k) for k in factors}
    tested = [(row.value, k) for k, rows in fitted.items() for row in rows.select("p", detail=k)]
    ps = sorted((p, k) for p, k in tested if p is not None)
    signs = []
    for place, (p, k) in enumerate(ps):
        if p * (len(ps) - place) >= LIMIT_P:
            break
        said = f"P = {p:.3f}" if p >= SMALLEST else f"P < {SMALLEST}"
        signs.append(
            _Sign(f"how soon patients leave depends on {FACTORS[k]} ({said})", (f"leaving by {FACTORS[k]}", said))
        )
    named = {s.number[0] for s in signs}
    for k, rows in fitted.items():
        ratios = [r.value for r in rows.select("hazard_ratio") if r.value is not None]
        enough = leaving.n_events >= ENOUGH_CENSORED * max(1, len(ratios))
        far = [r for r in ratios if max(r, 1 / r) > LIMIT_RATIO]
        if enough and far and f"leaving by {FACTORS[k]}" not in named:
            worst = max(far, key=lambda r: max(r, 1 / r))
            text = f"the hazard of leaving differs by {FACTORS[k]} (hazard ratio {worst:.1f})"
            signs.append(_Sign(text, (f"leaving by {FACTORS[k]}", f"hazard ratio {worst:.1f}")))
    return signs


def _unequal_followup(endpoint: Endpoint) -> list[_Sign]:
    """Compare median follow-up between methods, where more than chance makes it differ."""
    if "method" not in endpoint.keys:
        return []
    leaving = reversed_endpoint(endpoint)
    codes = endpoint.keys["method"].codes
    usable = [g for g in np.unique(codes) if np.sum(leaving.cause[codes == g] == 1) >= 3]
    if len(usable) < 2:
        return []
    rows = np.isin(codes, usable)
    medians = {r.group[0][1]: r.value for r in followup(endpoint.take(rows), "method").select("followup", at=0.5)}
    known = {level: v for level, v in medians.items() if v}
    if len(known) < 2:
        return []
    short, long = min(known, key=lambda m: known[m]), max(known, key=lambda m: known[m])
    p = logrank(leaving.take(rows), "method", null="asymptotic").one("p").value
    if known[long] / known[short] <= LIMIT_FOLLOWUP or p is None or p >= LIMIT_P:
        return []
    text = ", ".join(f"{METHOD_LABEL.get(m, m)} {days_text(known[m])}" for m in (short, long))
    return [_Sign(f"median follow-up differs between methods: {text}", ("median follow-up", text))]


def _finding(context: Context, endpoint: Endpoint, died: Texts, signs: list[_Sign]) -> Finding:
    label, censored = endpoint.label.lower(), int(np.sum(endpoint.cause == 0))
    contrast, explained = _rule_sets(context, endpoint), _explained(endpoint)
    between = _between_scans(context) if len(contrast) else Estimates()
    weighted = _weighted(context, endpoint, explained)
    text = "; ".join(s.text for s in signs)
    return Finding(
        id="P06",
        title=f"Informative censoring: {label}",
        severity="warn",
        patients=context.names(died),
        numbers=(
            ("patients", str(len(died) or censored)),
            ("censored", percent_text(censored, len(endpoint))),
            *(s.number for s in signs),
        ),
        sentence=f"Of {count_text(len(endpoint), 'patient')}, {censored} are censored for {label}; {text}.",
        consequence="Every estimate takes those who left to be like those who stayed. Where the sick leave, it is too "
        "good; where the well stop coming, it is too bad.",
        remedy="Bounds: everybody who was censored had the event on that day, or stayed free of it as long as anybody "
        "was followed. No assumption on who left can lead outside of them."
        + (" The two censoring rule sets stand beside each other." if len(contrast) else "")
        + (" So does the estimate in which progression lies anywhere between two scans." if len(between) else "")
        + _weighting(endpoint, explained, weighted),
        naive=context.medians(endpoint),
        corrected=_bounds(context, endpoint) + contrast + between + weighted,
        reference="FDA 2018; Robins & Finkelstein 2000",
    )


def _bounds(context: Context, endpoint: Endpoint) -> Estimates:
    """Return the medians if everybody censored had the event at once, and if all were free of it to the end.

    Parameters
    ----------
    context
        Whose settings apply.
    endpoint
        With one cause.
    """
    censored = endpoint.cause == 0
    last = int(endpoint.exit.max())
    worst = replace(endpoint, cause=np.ones_like(endpoint.cause), name=f"{endpoint.name} (worst case)")
    best = replace(endpoint, exit=np.where(censored, last, endpoint.exit), name=f"{endpoint.name} (best case)")
    return noted(context.medians(worst), "all censored had the event then") + noted(
        context.medians(best), "all censored were free of it to the end"
    )


def _rule_sets(context: Context, endpoint: Endpoint) -> Estimates:
    if endpoint.name != "pfs" or not context.cohort.has("assessment", "date"):
        return Estimates()
    try:
        policy, fda, _ = compare_rule_sets(context.cohort, "pfs")
    except InputError:
        return Estimates()
    return context.medians(replace(policy, name="pfs (policy)")) + context.medians(replace(fda, name="pfs (fda_a)"))


def _between_scans(context: Context) -> Estimates:
    """Return Turnbull's median of progression-free survival, without limits."""
    try:
        times = interval_times(context.cohort)
    except InputError:  # scans are not recorded one by one
        return Estimates()
    rows = turnbull(times.left, times.right, level=context.analysis.level, draws=0, name="pfs (between scans)")
    return noted(rows, "progression between two scans")


def _explained(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the factors that the censored are enough to model: one coefficient for each five."""
    left, out = int(np.sum(endpoint.cause == 0)) // FEW_CENSORED, []
    for key in FACTORS:
        size = len(np.unique(endpoint.keys[key].codes)) - 1 if key in endpoint.keys else 0
        if 0 < size <= left:
            out.append(key)
            left -= size
    return tuple(out)


def _weighted(context: Context, endpoint: Endpoint, explained: tuple[str, ...]) -> Estimates:
    """Return the median with the inverse probability of staying as weight; nothing where too few left."""
    if not explained or not endpoint.n_events:
        return Estimates()
    try:
        named = replace(endpoint, name=f"{endpoint.name} (weighted)")
        rows = censoring_weighted_survival(named, explained, level=context.analysis.level)
    except InputError:  # the model of leaving has no maximum
        return Estimates()
    return noted(rows, "weighted by the inverse probability of staying")


def _weighting(endpoint: Endpoint, explained: tuple[str, ...], weighted: Estimates) -> str:
    """Say what the weights put right, or why there are none."""
    if len(weighted):
        factors = _listed([FACTORS[k] for k in explained])
        return (
            f" Weighted by the inverse probability of staying, those who stayed stand for those who left and were like "
            f"them in {factors}; what else made patients leave is not put right."
        )
    censored = count_text(int(np.sum(endpoint.cause == 0)), "patient")
    return f" {censored} left, too few to model why, so that nobody is weighted for those who did."


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
