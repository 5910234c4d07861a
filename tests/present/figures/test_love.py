from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.methods.balance import Balance, PairDifference
from glisson.methods.weighting import propensity_weights
from glisson.present.figures.draw_love import draw
from glisson.present.figures.love import love
from glisson.tables import Endpoint


def weights():
    keys = {"arm": list("aabbbbaab"), "sex": list("ffffffmmm"), "line": list("012012012")}
    os = Endpoint.from_arrays(range(1, 10), [1] * 9, keys=keys, name="os")
    return propensity_weights(os, "arm", ["sex", "line"], numbers={"age": [50, 61, 55, 70, 64, 58, 49, 66, 73]})


def test_rows_are_the_balance_with_the_largest_difference_first() -> None:
    made = weights()
    figure = love(made, {"sex": "Sex", "2": "two or more", "line": "Prior lines"})
    assert {r.label for r in figure.rows} == {
        "Sex",
        "Prior lines: 0",
        "Prior lines: 1",
        "Prior lines: two or more",
        "age",
    }
    before = [r.before for r in figure.rows]
    assert before == sorted(before, reverse=True)
    sex = next(r for r in figure.rows if r.label == "Sex")
    assert (sex.before, sex.after) == (made.balance[0].before, made.balance[0].after)
    assert sex.text == f"{sex.before:.2f} to {sex.after:.2f}"
    assert figure.ticks[0] == 0
    assert max(before) <= figure.end
    sizes = ", ".join(f"{g} {s:.1f} of {n}" for g, s, n in zip("ab", made.effective, (4, 5), strict=True))
    assert figure.foot == f"Effective sample size: {sizes} (overlap weights)"


@pytest.mark.by_hand
def test_no_overlap_has_words_but_no_mark_and_comes_first() -> None:
    apart = Balance(term="sex", pairs=(PairDifference(first="a", second="b", before=None, after=None),), means=(0, 1))
    made = weights()
    figure = love(replace(made, balance=(*made.balance, apart)))
    assert (figure.rows[0].before, figure.rows[0].text) == (None, "no overlap to no overlap")
    marks = [a for a in draw(figure).findobj() if getattr(a, "get_marker", lambda: None)() == "o"]
    assert len(marks) == 2 * (len(figure.rows) - 1) + 2  # two in the heading


def test_a_large_difference_stays_on_the_axis() -> None:
    far = Balance(term="size", pairs=(PairDifference(first="a", second="b", before=-7.5, after=0.1),), means=(0, 1))
    figure = love(replace(weights(), balance=(far,)))
    assert figure.end > 7.5
    assert len(figure.ticks) <= 8
