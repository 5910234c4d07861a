"""Pitfalls of a comparison with published treatments: redrawn curves taken as exact (P27), hazards borrowed (P28)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import ndtr

from glisson.assessment import Finding
from glisson.assessment.comparison import ComparisonResult, Contrast, PublishedCurve
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.kernels.exact import poisson_interval
from glisson.pitfalls.context import count_text
from glisson.tables import Estimate, Estimates

#: P below which observed counts are in conflict with a prior.
LIMIT_P = 0.05
_LINES = {"front": "front-line", "later": "later lines", "any": "whatever the line"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redrawn:
    """One endpoint beside one redrawn curve, and the same with the curve taken as exact."""

    name: str
    curve: PublishedCurve
    ratio: Estimate
    exact: Estimate
    corrected: Estimates
    naive: Estimates

    @property
    def widened(self) -> float | None:
        """How many times as wide the limits are on the log scale as with an exact curve."""
        if not all((self.ratio.low, self.ratio.high, self.exact.low, self.exact.high)):
            return None
        own, taken = (math.log((e.high or 1) / (e.low or 1)) for e in (self.ratio, self.exact))
        return own / taken

    @property
    def turned(self) -> bool:
        """Whether the limits exclude 1 only if the curve is taken as exact."""
        return _excludes_one(self.exact) and not _excludes_one(self.ratio)


def redrawn_curves(result: ComparisonResult | None) -> list[Finding]:
    """P27: curves of other studies that were redrawn from their published medians and rates.

    Parameters
    ----------
    result
        The cohort beside published treatments; its own estimates are used, none is computed again.

    Returns
    -------
    list of Finding
        One, where any number was set beside a redrawn curve; a warning where the error of a curve is not known, or
        where it decides whether the limits exclude 1; else for information.

    Notes
    -----
    Finkelstein DM, et al. J Natl Cancer Inst 2003;95:1434-1439.

    Examples
    --------
    >>> redrawn_curves(None)
    []
    """
    drawn = [] if result is None else [d for a in result.arms for c in a.contrasts if (d := _redrawn(a.label, c))]
    if not drawn:
        return []
    alone, beyond = ([d for d in drawn if test(d.curve)] for test in (_exponential, _beyond))
    unknown, turned = [d for d in drawn if not d.curve.log_error], [d for d in drawn if d.turned]
    sentence = (
        f"{count_text(len(drawn), 'comparison')} with published treatments {'rests' if len(drawn) == 1 else 'rest'} on "
        f"curves redrawn from published medians and rates, {_share(alone, drawn)} from a median alone, and not on "
        "patients."
    )
    if turned:
        sentence += f" Only with the curve taken as exact would the limits exclude 1: {_names(turned)}."
    if unknown:
        sentence += f" The source gives neither an interval nor a number of patients: {_names(unknown)}."
    return [
        Finding(
            id="P27",
            title="Reconstructed data: published curves",
            severity="warn" if unknown or turned else "info",
            numbers=(
                ("comparisons", str(len(drawn))),
                ("through a median alone", _share(alone, drawn)),
                ("used beyond the last published point", _share(beyond, drawn)),
                ("standard errors of the log hazard", _range([d.curve.log_error for d in drawn if d.curve.log_error])),
                ("times as wide as with an exact curve (log scale)", _range([w for d in drawn if (w := d.widened)])),
                ("limits that exclude 1 only with an exact curve", str(len(turned))),
            ),
            sentence=sentence,
            consequence="A published number has an error of its own: limits that take it as exact are too narrow. A "
            "curve through a median alone has a constant hazard by assumption; where the hazard changed, the expected "
            "events are wrong by an amount that no limit shows.",
            remedy="The error of the published median, from its interval and else from its events or patients, is in "
            "the limits and P values of the comparison; beside them stand those of a curve taken as exact. The "
            "assumed shape is in neither."
            + (" A source that gives nothing to tell its error is taken as exact in both." if unknown else ""),
            naive=sum((d.naive for d in drawn), Estimates()),
            corrected=sum((d.corrected for d in drawn), Estimates()),
            reference="Finkelstein 2003",
        )
    ]


def _redrawn(study: str, contrast: Contrast) -> _Redrawn | None:
    """Return a contrast with what it would be on an exact curve; nothing where no number was given."""
    rows, curve = contrast.estimates, contrast.curve
    ratio = next(iter(rows.select("rate_ratio")), None)
    expected = next((e.value for e in rows.select("expected")), None)
    if curve is None or ratio is None or ratio.value is None or not expected:
        return None
    observed = ratio.events or 0
    low, high = poisson_interval(observed, expected, level=ratio.level or 0.95)
    exact = replace(ratio, low=low, high=high, method="observed over expected, exact Poisson limits")
    tests = rows.select("p")
    naive = [exact]
    for test in tests:
        p = min(1.0, float(2 * ndtr(-abs(expected - observed) / math.sqrt((observed + expected) / 2))))
        naive.append(replace(test, value=p, method="one-sample log-rank, variance of observed and expected"))
    return _Redrawn(
        name=f"{contrast.label.lower()} beside {study}", curve=curve, ratio=ratio, exact=exact,
        corrected=Estimates((ratio, *tests)), naive=Estimates(tuple(naive)),
    )  # fmt: skip


def _exponential(curve: PublishedCurve) -> bool:
    return curve.points == 1


def _beyond(curve: PublishedCurve) -> bool:
    return curve.until > curve.last


def _excludes_one(e: Estimate) -> bool:
    return (e.low is not None and e.low > 1) or (e.high is not None and e.high < 1)


def _share(some: Sequence[_Redrawn], whole: Sequence[_Redrawn]) -> str:
    return f"{len(some)} of {len(whole)}"


def _names(some: Sequence[_Redrawn]) -> str:
    return ", ".join(dict.fromkeys(d.name for d in some))


def _range(values: Sequence[float]) -> str:
    if not values:
        return "not known"
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"


def conflicts(result: ComparisonResult | None) -> list[Finding]:
    """P28: hazards of published arms, borrowed for the cohort's own, that its events contradict.

    Parameters
    ----------
    result
        The cohort beside published treatments; its own estimates are used, none is computed again.

    Notes
    -----
    Box GEP. J R Stat Soc A 1980;143:383-430; Schmidli H, et al. Biometrics 2014;70:1023-1032.

    Examples
    --------
    >>> conflicts(None)
    []
    """
    found = [] if result is None else [_conflict(b) for b in result.borrowing if not b.refused]
    return [f for f in found if f is not None]


def _conflict(one: Borrowing) -> Finding | None:
    rows = one.estimates
    p = next((e.value for e in rows.select("p")), None)
    if p is None or p >= LIMIT_P:
        return None
    before, after = (
        next((e.value or 0.0 for e in rows.select("informative_weight", detail=d)), 0.0) for d in ("before", "after")
    )
    size = next((e.value or 0.0 for e in rows.select("prior_size")), 0.0)
    said = f"= {p:.3f}" if p >= 0.001 else "< 0.001"
    of = f"{count_text(one.events, 'event')} in {one.years:.1f} person-years"
    rates = {e.detail: e for e in rows.select("rate")}
    where = f"{one.label.lower()}, {_LINES[one.line]}"
    return Finding(
        id="P28",
        title=f"A borrowed prior in conflict with the data: {where}",
        severity="warn",
        numbers=(
            ("patients", str(one.n)),
            ("observed", of),
            ("prior worth", f"{size:.1f} events"),
            ("P of such data under the prior", said.removeprefix("= ")),
            ("weight of what was borrowed before and after", f"{before:.2f} and {after:.2f}"),
        ),
        sentence=f"{of} were observed. Under the prior borrowed from {', '.join(one.sources)}, data as improbable as "
        f"these have P {said}.",
        consequence="Published hazards that count like the cohort's own make a compromise between two things that "
        "disagree, with an interval that is too narrow and may hold neither.",
        remedy="The prior is mixed with a vague one of weight 0.2: where the data are far from what was borrowed, the "
        f"mixture lets go of it. What was borrowed has a weight of {after:.2f} afterwards; the rate without it stands "
        "beside. A small weight says that nothing should be borrowed.",
        naive=Estimates((replace(rates["1"], detail="published events counted as one's own"),)) if "1" in rates
        else Estimates(),
        corrected=Estimates(tuple(rates[d] for d in ("borrowed", "alone") if d in rates)),
        reference="Box 1980; Schmidli 2014",
    )  # fmt: skip
