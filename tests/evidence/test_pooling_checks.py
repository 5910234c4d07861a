"""What a pooled value hangs on; the same numbers every time; and nothing pooled that was pooled before."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys

import pytest

from glisson.errors import InputError
from glisson.evidence import library, pooling
from glisson.evidence.eligible import choose
from glisson.evidence.library import Library
from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS, asked_for
from glisson.evidence.pooling import PooledLibrary, pooled
from glisson.evidence.pooling_checks import LEAST, by_treatment, by_tumours, small_series, tumours, without_each
from glisson.methods.meta_counts import meta_proportions
from glisson.present.document import unlinked
from glisson.present.tabulate.pooled_checks import checks_table
from glisson.present.tabulate.pooled_summary import pooled_summary
from glisson.present.words import Words
from glisson.tables import EffectTable
from tests.evidence.test_pooling import arm, number

WORDS = Words.of("ama")


@pytest.fixture(scope="module")
def result() -> PooledLibrary:
    return pooled(library())


@pytest.mark.by_hand
def test_two_treatments_of_one_series_each():
    """7 of 10 beside 6 of 24: log odds 0.847 and -1.099, variances 1/7 + 1/3 and 1/6 + 1/18."""
    arms = [arm("a"), arm("b", modality="y90")]
    rows = [number("a", n=10, events=7, value=0.7), number("b", n=24, events=6, value=0.25)]
    found = by_treatment(pooled(Library(arms=tuple(arms), numbers=tuple(rows))), "orr")
    q = (math.log(7 / 3) - math.log(6 / 18)) ** 2 / (1 / 7 + 1 / 3 + 1 / 6 + 1 / 18)
    assert found.one("q_between").value == pytest.approx(q, rel=1e-12)
    assert found.one("p_between").value == pytest.approx(math.erfc(math.sqrt(q / 2)), rel=1e-9)
    assert [(r.group[0][1], r.events, r.n) for r in found.select("pooled")] == [
        ("TACE or DEB-TACE", 7, 10), ("Y-90 radioembolization", 6, 24),
    ]  # fmt: skip


@pytest.mark.by_hand
def test_one_study_has_its_log_odds_and_their_error():
    rows = meta_proportions(EffectTable.of_events([7], [10], name="orr"))
    assert rows.one("scaled").value == pytest.approx(math.log(7 / 3))
    assert rows.one("scaled_se").value == pytest.approx(math.sqrt(1 / 7 + 1 / 3))
    none = meta_proportions(EffectTable.of_events([0], [10], name="orr"))
    assert (none.one("scaled").value, bool(none.one("scaled").reason)) == (None, True)


def test_each_series_is_left_out_once(result):
    p = result.one("early_death", "resection")
    rows = list(without_each(p).select("pooled"))
    assert [r.detail for r in rows] == [f"without {u.label}" for u in p.used]
    again = meta_proportions(EffectTable.of_events([1, 2], [15, 27])).one("pooled")
    assert (rows[0].value, rows[0].low, rows[0].high) == (again.value, again.low, again.high)
    assert len(without_each(result.one("os_12m", "resection"))) == 0  # two series: nothing is left to pool


def test_kinds_of_tumour_are_told_apart(result):
    p = result.one("os_60m", "resection", "with_gist")
    rows = by_tumours(p)
    assert {r.group[0][1]: len(rows.select("study", group=r.group)) for r in rows.select("pooled")} == {
        "sarcoma of several kinds": 5, "with GIST": 2, "leiomyosarcoma alone": 1,
    }  # fmt: skip
    assert rows.one("p_between").value is not None
    assert len(by_tumours(result.one("orr", "y90"))) == 0
    assert tumours(arm("a", histology="lms")) == "leiomyosarcoma alone"
    assert tumours(arm("a", histology="lms (pre-KIT era)")) == "with GIST"


def test_small_series_are_not_tested_below_ten(result):
    assert max(p.k for p in result.poolings) < 10
    for p in result.poolings:
        if p.used:
            assert small_series(p).one("egger_p").value is None


def test_the_table_of_checks_holds_every_pooling_of_three(result):
    table = checks_table(result, WORDS)
    names = [r.cells[0] for r in table.rows if r.kind == "section"]
    wanted = [p for p in result.poolings if p.k >= LEAST]
    assert len([n for n in names if "by treatment" not in n]) == len(wanted) > 3
    for p in wanted:
        assert sum(r.cells[0] == f"All {p.k} series" for r in table.rows) >= 1
    assert any("not tested (needs ten series)" in r.cells[-1] for r in table.rows)


def test_gist_is_left_out_by_default_and_counts_only_where_asked_for(result):
    table = pooled_summary(result, WORDS)
    heads = [c.heading for c in table.columns]
    first = next(r for r in table.rows if r.cells[0] == "Objective response")
    cells = dict(zip(heads, (unlinked(c) for c in first.cells), strict=True))
    assert (cells["Series"], cells["Patients"]) == ("1", "25")
    assert cells["With series that mix in GIST"].endswith("3 series, 51 patients")
    for p in result.poolings:
        assert p.population.code == "with_gist" or all(tumours(u.arm) != "with GIST" for u in p.used)


def test_the_summary_is_what_is_computed_now(result):
    """No number of the table is kept anywhere: taking a series out of the library changes it."""
    less = Library(
        arms=tuple(a for a in library().arms if a.study_id != "miller2018"),
        numbers=tuple(n for n in library().numbers if n.study_id != "miller2018"),
    )
    whole, without = (pooled_summary(r, WORDS) for r in (result, pooled(less)))
    assert whole == pooled_summary(pooled(library()), WORDS)
    assert {r.cells[0] for r in whole.rows if r.kind == "section"} - {
        r.cells[0] for r in without.rows if r.kind == "section"
    } == {"Y-90 radioembolization"}


def test_no_numbers_are_pooled_twice(monkeypatch):
    asked = []
    real = pooling._estimates
    monkeypatch.setattr(pooling, "_estimates", lambda used, *rest: asked.append(used) or real(used, *rest))
    found = pooled(library())
    assert len(asked) < sum(bool(p.used) for p in found.poolings) + sum(len(p.alternatives) for p in found.poolings)
    for p in found.poolings:
        if p.used:
            assert p.estimates.rows == real(p.used, p.outcome, 0.95).rows
            assert p.used == choose(library(), p.outcome, p.treatment, p.population).used


def test_pooled_results_are_the_same_byte_for_byte_in_another_process(result):
    code = (
        "import hashlib\nfrom glisson.evidence import library\nfrom glisson.evidence.pooling import pooled\n"
        "print(hashlib.sha256(repr(pooled(library())).encode()).hexdigest())"
    )
    here = hashlib.sha256(repr(result).encode()).hexdigest()
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == here


def test_what_is_asked_for_is_known():
    assert asked_for(TREATMENTS, "", "treatment") == TREATMENTS
    assert [t.label for t in asked_for(TREATMENTS, "y90", "treatment")] == ["Y-90 radioembolization"]
    with pytest.raises(InputError, match="no outcome 'response'"):
        asked_for(OUTCOMES, "response", "outcome")
    assert {p.code for p in POPULATIONS} == {"sarcoma", "with_gist", "leiomyosarcoma"}
