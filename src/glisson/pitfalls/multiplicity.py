"""P09, multiplicity: many tests, of which some are small by chance."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment import Finding
from glisson.methods.multiplicity import adjusted, familywise_error
from glisson.pitfalls.context import Context, count_text
from glisson.tables import Estimate, Estimates

#: Tests from which it is said, and from which it is a warning; the level at which they are counted as small.
SOME, MANY, ALPHA = 5, 10, 0.05


def multiplicity(context: Context) -> list[Finding]:
    """P09: the report compares groups in more than five tests.

    Holm S. Scand J Stat 1979;6:65-70; Wang R, et al. N Engl J Med 2007;357:2189-2194.
    """
    tests = shown_tests(context)
    m = len(tests)
    if m <= SOME:
        return []
    holm = adjusted(tests)
    below, left = (sum(r.value is not None and r.value < ALPHA for r in rows) for rows in (tests, holm))
    chance = familywise_error(m, level=ALPHA)
    return [
        Finding(
            id="P09",
            title="Multiplicity",
            severity="warn" if m > MANY else "info",
            numbers=(
                ("patients", str(context.cohort.n)),
                ("tests between groups", str(m)),
                (f"P below {ALPHA:g}", str(below)),
                (f"P below {ALPHA:g} after Holm's adjustment", str(left)),
                ("chance of at least one where nothing differs", f"{chance:.0%}"),
            ),
            sentence=f"The endpoints are compared between groups in {m} tests, of which {below} {_give(below)} P below "
            f"{ALPHA:g}.",
            consequence=f"If nothing differed and the tests were independent, at least one of {m} would give P below "
            f"{ALPHA:g} with a probability of {chance:.0%}, and {m * ALPHA:.1f} would on average.",
            remedy=f"All are given, each beside the P value that Holm's method adjusts for {m} tests; "
            f"{count_text(left, 'test')} {'stays' if left == 1 else 'stay'} below {ALPHA:g}. Estimates and intervals "
            "are not adjusted: each describes its own difference.",
            naive=tests,
            corrected=holm,
            reference="Holm 1979; Wang 2007",
        )
    ]


def _give(count: int) -> str:
    return "gives" if count == 1 else "give"


def shown_tests(context: Context) -> Estimates:
    """Return one P value for each comparison of groups of the endpoints, named by endpoint and breakdown.

    An approximation printed beside a simulated P value is no test of its own.
    """
    rows: list[Estimate] = []
    for result in context.results:
        for part in result.breakdowns:
            first = next((r for r in part.tests.select("p") if r.value is not None), None)
            if first is not None:
                title = part.title[:1].lower() + part.title[1:]
                rows.append(replace(first, detail=f"{result.label.lower()}, {title}", low=None, high=None, level=None))
    return Estimates(tuple(rows))
