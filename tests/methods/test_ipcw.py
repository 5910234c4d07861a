"""Inverse probability of censoring weights: by hand, against R, and what must hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError
from glisson.methods.ipcw import censoring_weighted_survival, staying
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint
from tests.validation.goldens import golden


@pytest.mark.by_hand
def test_three_of_eight_leave_on_one_day():
    """Of four in a two leave on day 2, of four in b one: the hazards are as 2 to 1, and in b 3 / (4·2 + 4) = 1/4.

    On day 3 one of the two left in a dies, of the three left in b none; each in a weighs exp(1/2), each in b exp(1/4).
    """
    os = Endpoint.from_arrays([2, 2, 3, 9, 2, 9, 9, 9], [0, 0, 1, 1, 0, 1, 1, 1], keys={"arm": list("aaaabbbb")})
    model = staying(os, "arm", penalty="none")
    assert float(model.model.beta[0]) == pytest.approx(-math.log(2), abs=1e-9)
    assert model.probability[0] == pytest.approx([1, math.exp(-1 / 2), math.exp(-1 / 2)], abs=1e-9)
    a, b = math.exp(1 / 2), math.exp(1 / 4)
    row = censoring_weighted_survival(os, "arm", times=[3], penalty="none").one("survival")
    assert row.value == pytest.approx(1 - a / (2 * a + 3 * b), abs=1e-9)


@pytest.mark.by_hand
def test_who_has_the_event_on_a_day_is_not_at_risk_of_leaving_on_it():
    """The hazard of leaving on day 2 is 2 of the 4 without the event; the arms are alike."""
    os = Endpoint.from_arrays([2, 2, 5, 2, 2, 5], [1, 0, 1, 1, 0, 1], keys={"arm": list("aaabbb")})
    assert staying(os, "arm", penalty="none").probability[0] == pytest.approx([1, math.exp(-1 / 2)], abs=1e-12)


@pytest.mark.against_r
@pytest.mark.parametrize("who", ["all", "f", "m"])
def test_weighted_curves_and_robust_limits(who):
    theirs, d = golden("ipcw"), golden("ipcw")["data"]
    os = Endpoint.from_arrays(d["time"], np.array(d["dead"], dtype=int), keys={"sex": d["sex"], "ecog": d["ecog"]})
    rows = censoring_weighted_survival(os, ["sex", "ecog"], () if who == "all" else "sex", numbers={"age": d["age"]},
                                       times=theirs["at"], penalty="none")  # fmt: skip
    rows = rows.select(group=() if who == "all" else (("sex", who),))
    for part, ours in (("surv", "value"), ("low", "low"), ("high", "high")):
        assert [getattr(r, ours) for r in rows.select("survival")] == pytest.approx(theirs[who][part], rel=1e-9)
    assert rows.one("median").value == theirs[who]["median"]
    if who == "all":  # the weights do something
        apart = np.array([r.value for r in rows.select("survival")]) - theirs["unweighted"]
        assert np.abs(apart).max() > 0.01


def _both_are_there(os: Endpoint) -> bool:
    """Whether on a day on which somebody leaves both arms have patients who could."""
    arm = np.array(os.factor("arm").values())
    for day in os.exit[os.cause == 0]:
        if len(set(arm[(os.exit > day) | ((os.exit == day) & (os.cause == 0))])) == 2:
            return True
    return False


cohorts = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=10)


@pytest.mark.property
@settings(max_examples=12, deadline=None)
@given(cohorts, st.randoms(use_true_random=False))
def test_within_what_is_weighted_for_the_curves_are_those_of_kaplan_and_meier(rows, random):
    """In one arm all weigh the same on each day. Order, and the unit of time, do not matter."""
    time, event, arm = zip(*rows, strict=True)
    os = Endpoint.from_arrays(time, event, keys={"arm": arm}, name="os")
    if all(event) or len(set(arm)) < 2:
        with pytest.raises(InputError):
            censoring_weighted_survival(os, "arm", "arm")
        return
    try:
        weighted = censoring_weighted_survival(os, "arm", "arm", times=[6])
    except InputError:  # whenever somebody leaves, one arm alone is still there: nothing is known of the other
        assert not _both_are_there(os)
        return
    plain = kaplan_meier(os, "arm", times=[6])
    for row in weighted.select("survival"):
        theirs = plain.one("survival", group=row.group)
        assert row.value == pytest.approx(theirs.value, abs=1e-9) if theirs.value is not None else row.reason
    whole = censoring_weighted_survival(os, "arm", times=[6])
    mixed = random.sample(range(len(os)), len(os))
    again = censoring_weighted_survival(
        Endpoint.from_arrays([3 * time[i] for i in mixed], [event[i] for i in mixed],
                             keys={"arm": [arm[i] for i in mixed]}, name="os"), "arm", times=[18],
    )  # fmt: skip
    one, other = (r.one("survival") for r in (whole, again))
    assert other.value == pytest.approx(one.value, abs=1e-7) if one.value is not None else other.reason


def test_what_cannot_be_weighted_is_refused():
    arm = {"arm": ["a", "b"]}
    for os, words in (
        (Endpoint.from_arrays([1, 2], [1, 1], keys=arm), "nobody is censored"),
        (Endpoint.from_arrays([1, 2], [1, 2], keys=arm, causes=["x", "y"]), "several causes"),
        (Endpoint.from_arrays([1, 2], [1, 0], keys={"arm": ["a", "a"]}), "no covariate"),
    ):
        with pytest.raises(InputError, match=words):
            censoring_weighted_survival(os, "arm")


def test_who_stands_for_many_is_named():
    """Eleven of twelve leave on day 1, alike in both arms: each who stays stands for more than ten."""
    os = Endpoint.from_arrays([*([1] * 22), 5, 6], [*([0] * 22), 1, 0], keys={"arm": list("ab" * 12)})
    row = censoring_weighted_survival(os, "arm", times=[5]).one("survival")
    assert row.warning == ""  # exp(22/24): the hazard of one day is what the model sees
    days = [*range(1, 23), 30, 40]
    os = Endpoint.from_arrays(days, [*([0] * 22), 1, 0], keys={"arm": list("ab" * 12)})
    assert "one patient stands for 1" in censoring_weighted_survival(os, "arm", times=[30]).one("survival").warning
