"""The cohort beside published arms: same line only, same clock only, and the unfair comparison refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from glisson.assessing.comparison import DEFAULT, _up_to, comparison_result
from glisson.clinical.read import demo_cohort
from glisson.errors import SettingsError
from glisson.evidence import library
from glisson.tables import Endpoint


@pytest.fixture(scope="module")
def result():
    return comparison_result(demo_cohort())


def test_front_line_stands_beside_front_line(result) -> None:
    assert {f"{a.study}:{a.arm}" for a in result.arms} == set(DEFAULT)
    lines = {a.study: (a.line, a.here) for a in result.arms}
    assert lines["judson2014"] == ("front", 4)
    assert lines["demetri2016"] == ("later", 20)
    for arm in result.arms:
        for contrast in arm.contrasts:
            for row in contrast.estimates.select("observed"):
                assert row.n == arm.here


def test_liver_pfs_is_never_set_beside_pfs(result) -> None:
    for arm in result.arms:
        liver = next(c for c in arm.contrasts if c.code == "liver_pfs")
        assert not len(liver.estimates)
        assert "never shorter than PFS" in liver.refused


def test_few_events_get_a_ratio_and_no_p_value(result) -> None:
    for arm in result.arms:
        for contrast in (c for c in arm.contrasts if not c.refused):
            ratio = contrast.estimates.one("rate_ratio")
            assert ratio.low is not None
            assert len(contrast.estimates.select("p")) == (ratio.events >= 5)
            assert len(contrast.estimates.select("rmst_difference")) == (ratio.events >= 5)


def test_by_hand_events_expected_of_pazopanib(result) -> None:
    # Van der Graaf 2012: median 12.5 months; each of 20 patients goes through ln 2 / 380.5 a day, up to 25 months.
    arm = next(a for a in result.arms if a.study == "vandergraaf2012_palette")
    os = next(c for c in arm.contrasts if c.code == "os").estimates
    cohort = demo_cohort()
    from glisson.clinical.derive import endpoint  # noqa: PLC0415

    whole = endpoint(cohort, "os")
    pretreated = np.array([v in {"1", "2+"} for v in whole.factor("line").values()])
    days = np.minimum(whole.exit[pretreated], int(25 * 30.4375))
    assert os.one("expected").value == pytest.approx(days.sum() * np.log(2) / (12.5 * 30.4375), rel=1e-9)


def test_other_clocks_are_refused() -> None:
    arms = comparison_result(demo_cohort(), ["nguyen2022_mskmet:lms_with_metastases"]).arms
    refused = [c.refused for c in arms[0].contrasts if c.code == "os"]
    assert "would count on one side only" in refused[0] or "gives no median" in refused[0]


def test_an_unknown_study_is_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="no published nobody2020"):
        comparison_result(demo_cohort(), ["nobody2020"])


def test_other_diseases_are_not_compared_unless_asked() -> None:
    cohort = demo_cohort()
    patient = cohort.table("patient").with_columns(pl.lit("hepatocellular carcinoma").alias("histology"))
    other = replace(cohort, tables={**cohort.tables, "patient": patient})
    quiet = comparison_result(other)
    assert quiet.arms == ()
    assert "not mostly of leiomyosarcoma" in quiet.refused
    assert comparison_result(other, ["varela2007:deb_tace"]).arms


def test_every_arm_of_the_library_can_be_asked_for() -> None:
    studies = sorted({a.study_id for a in library().arms})
    for arm in comparison_result(demo_cohort(), studies).arms:
        assert len(arm.differences) == 6
        for contrast in arm.contrasts:
            assert bool(contrast.refused) != bool(len(contrast.estimates))


def test_follow_up_is_cut_where_nothing_is_published() -> None:
    whole = Endpoint.from_arrays([10, 50, 90], [1, 1, 0], entry=[-1, -1, 60], name="os")
    cut = _up_to(whole, 40)
    assert cut.exit.tolist() == [10, 40]
    assert cut.cause.tolist() == [1, 0]
