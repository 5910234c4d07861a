"""Time to response by hand: what is a response, and what makes one impossible."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.clinical.response import best_by_patient
from glisson.methods.competing import cumulative_incidence
from tests.clinical.build import Person, people

T0 = date(2020, 1, 1)


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def person(who: str, *scans: tuple[int, str], **more) -> Person:
    return Person(id=who, t0=on(0), scans=tuple((on(d), r, r, r) for d, r in scans), **{"last": on(500), **more})


@pytest.mark.by_hand
def test_seven_patients() -> None:
    made = people([
        person("a", (60, "SD"), (120, "PR"), (180, "CR")),
        person("b", (60, "PD"), (120, "PR")),
        person("c", (60, "SD"), (120, "SD")),
        person("d", death=on(40), last=None),
        person("e", (60, "SD"), (150, "PR"), systemic=(on(100),)),
        person("f", (60, "SD"), (100, "PR"), systemic=(on(100),)),
        person("g", (60, "PR"), (60, "PD")),
    ])  # fmt: skip
    ttr = endpoint(made, "ttr")
    assert ttr.causes == ("response", "progression, new therapy or death without response")
    assert ttr.exit.tolist() == [120, 60, 120, 40, 100, 100, 60]
    assert ttr.cause.tolist() == [1, 2, 0, 2, 2, 1, 2], "of two readings on one day the worst counts"
    assert ttr.provenance[0].startswith("complete or partial response @ assessment row 3")
    assert ttr.provenance[1] == "progression @ assessment row 5"
    assert ttr.provenance[4].startswith("new anticancer therapy")


@pytest.mark.independent
def test_where_all_are_followed_the_incidence_ends_at_the_response_rate() -> None:
    cohort = demo_cohort()
    best = best_by_patient(cohort)
    ttr = endpoint(cohort, "ttr")
    responders = {u for u, r in best.items() if r in {"CR", "PR"}}
    assert {str(u) for u in ttr.unit[ttr.cause == 1]} == responders
    last = cumulative_incidence(ttr, times=[190]).one("cumulative_incidence", detail="response")
    assert last.value == pytest.approx(len(responders) / len(best))
