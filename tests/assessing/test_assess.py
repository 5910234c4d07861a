"""The list of what is estimated for whom: the published medians, which tests run, who is compared."""

from __future__ import annotations

import pytest

import glisson as gl
from glisson.assessing.by_method import logged
from glisson.assessment import Assessment
from glisson.errors import InputError
from tests.demo import assessed

MONTH = 30.4375


@pytest.fixture(scope="module")
def demo() -> Assessment:
    return assessed()


def _part(assessment: Assessment, code: str, by: tuple[str, ...], within=()):
    parts = assessment.endpoint(code).breakdowns
    return next(b for b in parts if b.by == by and b.within == within)


def test_the_published_medians_come_back(demo):
    medians = {code: demo.endpoint(code).overall.estimates.one("median").value for code in ("os", "liver_pfs")}
    assert {code: round(days / MONTH, 1) for code, days in medians.items()} == {"os": 9.0, "liver_pfs": 9.0}
    liver_only = _part(demo, "os", ("extrahepatic",)).estimates.one("median", group=(("extrahepatic", "none"),))
    assert round(liver_only.value / MONTH, 1) == 22.0


def test_methods_are_those_of_the_series(demo):
    assert demo.methods == (("deb_tace", 13), ("y90", 6), ("ablation", 5))
    assert len(demo.combinations) == 3


@pytest.mark.parametrize(("code", "start"), [("os", "exact"), ("liver_pfs", "exact"), ("ttnt", "Monte Carlo")])
def test_the_deciding_comparisons_are_exact_and_the_others_state_their_error(demo, code, start):
    tests = [e for e in _part(demo, code, ("method",)).tests if e.statistic == "p"]
    assert tests[0].method.startswith(start)
    assert (tests[0].low is None) == (start == "exact")
    assert len(tests) == (1 if start == "exact" else 2), "the usual approximation stands beside a simulated p"


def test_few_events_are_a_sentence_instead_of_a_test(demo):
    part = _part(demo, "os", ("method",), (("extrahepatic", "none"),))
    assert not len(part.tests)
    assert part.sentence.startswith("The groups are not tested against each other: no group has 5 events")


def test_patients_of_unknown_method_are_shown_and_not_compared(tmp_path):
    rows = [f"p{i};2015-01-1{i % 9};{m};2016-0{1 + i % 8}-11;dead" for i, m in enumerate(["MWA", "DEB-TACE", ""] * 6)]
    path = tmp_path / "ours.csv"
    path.write_text("\n".join(["id;Treatment date;Method;Date of death or last contact;Vital status", *rows]))
    part = _part(gl.assess(gl.read_cohort(path)), "os", ("method",))
    shown = {dict(g)["method"] for g in part.estimates.groups() if g}
    compared = {dict(e.group)["method"] for e in part.tests if e.statistic == "observed"}
    assert shown == {"ablation", "deb_tace", "unknown"}
    assert compared == {"ablation", "deb_tace"}


@pytest.mark.parametrize("n", [1, 2, 5])
def test_nobody_with_disease_limited_to_the_liver_leaves_that_breakdown_out(tmp_path, n):
    head = "id;Treatment date;Method;Extrahepatic disease;Date of death or last contact;Vital status"
    rows = [f"p{i};2015-01-1{i};DEB-TACE;yes;2016-0{1 + i}-11;dead" for i in range(n)]
    path = tmp_path / "ours.csv"
    path.write_text("\n".join([head, *rows]))
    result = gl.assess(gl.read_cohort(path)).endpoint("os")
    shown = {(b.by, b.within) for b in result.breakdowns}
    assert (("extrahepatic",), ()) in shown
    assert not any(within for _, within in shown)
    assert result.overall.estimates.one("median").n == n


def test_blocking_problems_stop_it_with_the_first_cells(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text(
        "id;Treatment date;Method;Date of death or last contact;Vital status\n"
        "a;2015-01-10;MWA;2014-03-11;dead\nb;2015-02-10;MWA;2016-03-11;dead\n"
    )
    with pytest.raises(InputError, match=r"must be settled first.*ours.csv.*--exclude-blocked"):
        gl.assess(gl.read_cohort(path))
    path.write_text("\n".join(path.read_text().split("\n")[:2]))
    with pytest.raises(InputError, match=r"every patient .1. is left out because of blocking problems"):
        gl.assess(gl.read_cohort(path, exclude_blocked=True))


def test_everything_that_was_run_is_in_the_log(demo):
    run = {a.estimator for a in demo.log}
    named = {e.method for x in demo.endpoints for b in x.breakdowns for e in (*b.estimates, *b.tests) if e.method}
    separately = {a.estimator for a in logged(demo.by_method)}
    assert separately
    models = [m for one in demo.regression.survival for m in one.models]
    fitted = [e for m in models for e in (*m.ratios, *m.proportional, m.test) if e]
    fitted += [e for c in demo.regression.competing for e in (*c.cause_specific, *c.subdistribution, *c.gray)]
    fitted += [e for one in demo.regression.survival for part in one.means for e in part]
    fitted += [e for one in demo.regression.binary for _, ratios in one.models for e in ratios]
    fitted += list(demo.regression.shapes)
    named |= {e.method.partition(" (chi-square")[0] for e in fitted if e.method}
    assert run == named | separately
