"""The error of reading a control's curve: identity where readings agree, by hand, and against R."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from glisson.assessing import external_control as module
from glisson.assessing.control_rows import Rows, read_rows
from glisson.assessing.reading_error import RANGE, READ, over_members, over_readings
from glisson.errors import InputError, SettingsError
from glisson.evidence.from_summary import from_summary
from glisson.evidence.readings import members_csv, readings_csv, reread_patients
from glisson.evidence.reconstruct import reconstruct
from glisson.methods.compare import rmst_difference
from glisson.methods.cox import cox
from glisson.pitfalls.published_control import read_controls
from glisson.tables import Endpoint, Factor
from tests.validation.goldens import golden

GOLDEN = golden("reading_error")
SIDES = {"side": "side", "here": "here", "there": "there", "level": 0.95}


def endpoint(case: dict) -> Endpoint:
    return Endpoint.from_arrays(case["time"], case["event"], name="os")


OURS = endpoint(GOLDEN["ours"])


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch) -> None:
    monkeypatch.setattr(module, "RESAMPLES", 12)


@pytest.fixture(scope="module")
def made():
    return reconstruct(
        [0, 2, 3, 5, 7, 9, 12, 15, 18, 22, 26], [1, 0.95, 0.9, 0.85, 0.75, 0.7, 0.6, 0.5, 0.45, 0.35, 0.3],
        [(0, 20), (12, 12)], events=13,
    )  # fmt: skip


@pytest.mark.against_r
@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda c: f"{len(c['readings'])} readings")
def test_against_coxph_survfit_and_pool_scalar(case) -> None:
    rows = over_readings(OURS, [endpoint(r) for r in case["readings"]], **SIDES)
    m = len(case["readings"])
    for name, statistic in (("ratio", "hazard_ratio"), ("gap", "rmst_difference")):
        pooled, row = case[name], rows.one(statistic, detail=READ)
        half = student.ppf(0.975, pooled["df"]) * math.sqrt(pooled["total"])
        expected = [pooled["value"], pooled["value"] - half, pooled["value"] + half]
        found = [row.value, row.low, row.high]
        if statistic == "hazard_ratio":
            found = [math.log(x) for x in found]
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-7)
        share = (1 + 1 / m) * pooled["between"] / pooled["total"]
        assert rows.one("reading_share", detail=statistic).value == pytest.approx(share, rel=1e-6)
    assert rows.one("rmst_difference", detail=READ).at == case["tau"]


@pytest.mark.by_hand
def test_equal_readings_leave_the_estimate_as_it_is() -> None:
    control = endpoint(GOLDEN["cases"][0]["readings"][0])
    rows = over_readings(OURS, [control] * 4, **SIDES)
    side = Factor.of(["there"] * len(control) + ["here"] * len(OURS), ("there", "here"))
    both = Endpoint.from_arrays(
        np.concatenate([control.exit, OURS.exit]), np.concatenate([control.cause, OURS.cause]), keys={"side": side},
        name="os",
    )  # fmt: skip
    tau = float(min(control.exit.max(), OURS.exit.max()))
    plain = cox(both, ["side"], interval="wald").one("hazard_ratio")
    gap = rmst_difference(both, ["side"], tau=tau).one("rmst_difference")
    for one in (plain, gap):
        row = rows.one(one.statistic, detail=READ)
        assert (row.value, row.low, row.high) == pytest.approx((one.value, one.low, one.high), rel=1e-9)
    assert [r.value for r in rows.select("reading_share")] == [0.0, 0.0]


@pytest.mark.by_hand
def test_restricted_means_of_two_readings_by_hand() -> None:
    # All die, tau 100. Here on days 40 and 100: mean 70. Control read twice, dying on 20 and 100 (60), on 40 and 100
    # (70): differences 10 and 0, mean 5, B = 50. Variance of such a mean: (area after)² d/(r(r-d))
    # at the first death = (S (tau - t))² / 2, with S = 1/2: here (30)² / 2 = 450; control (40)² / 2 = 800, and 450.
    ours = Endpoint.from_arrays([40, 100], [1, 1], name="os")
    read = [Endpoint.from_arrays([t, 100], [1, 1], name="os") for t in (20, 40)]
    rows = over_readings(ours, read, **SIDES)
    row = rows.one("rmst_difference", detail=READ)
    within, between = (450 + 800 + 450 + 450) / 2, 1.5 * 50
    assert (row.value, row.at) == (5.0, 100.0)
    share = between / (within + between)
    assert rows.one("reading_share", detail="rmst_difference").value == pytest.approx(share)
    half = student.ppf(0.975, 1 / share**2) * math.sqrt(within + between)
    assert (row.low, row.high) == pytest.approx((5 - half, 5 + half))


def test_readings_that_differ_widen_and_say_by_how_much() -> None:
    shares, widths = [], []
    for case in GOLDEN["cases"][:2]:
        rows = over_readings(OURS, [endpoint(r) for r in case["readings"]], **SIDES)
        shares.append(rows.one("reading_share", detail="hazard_ratio").value)
        row = rows.one("hazard_ratio", detail=READ)
        widths.append(math.log(row.high / row.low))
    assert 0 < shares[0] < shares[1] < 1
    assert widths[0] < widths[1]


def test_the_order_of_readings_and_of_patients_does_not_matter() -> None:
    readings = [endpoint(r) for r in GOLDEN["cases"][1]["readings"]]
    shuffled = [r.take(np.random.default_rng(k).permutation(len(r))) for k, r in enumerate(reversed(readings))]
    rows, same = (over_readings(OURS, r, **SIDES) for r in (readings, shuffled))
    for a, b in zip(rows, same, strict=True):
        limits = [(x, y) for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)) if x is not None]
        assert [x for x, _ in limits] == pytest.approx([y for _, y in limits], rel=1e-9)


def test_patients_read_again_keep_what_is_printed(made) -> None:
    again = reread_patients(made, readings=6, seed=3, error=0.01)
    assert len(again) == 6
    for one in again:
        assert (len(one), one.n_events, one.source_kind) == (20, 13, "reconstructed")
        assert int((one.exit >= round(12 * 30.4375)).sum()) == 12  # the number at risk at twelve months
    assert len({tuple(one.exit.tolist()) for one in again}) == 6
    same = reread_patients(made, readings=6, seed=3, error=0.01)
    assert all(np.array_equal(a.exit, b.exit) for a, b in zip(again, same, strict=True))


def compared(path) -> module.ControlContrast:
    ours = Rows(data=OURS, origin="first_ldt", factors={}, numbers={})
    return module._contrast("os", "Overall survival", ours, read_rows(path)["os"], 0.95, 1)


def test_a_file_of_readings_reaches_the_contrast_and_its_pitfall(made, tmp_path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(readings_csv(made, origin="first_ldt", readings=5, error=0.02), encoding="utf-8")
    contrast = compared(path)
    assert (contrast.reconstructed, contrast.readings) == (True, 5)
    again = read_rows(path)["os"].again
    assert contrast.estimates.select("hazard_ratio", detail=READ) == over_readings(
        OURS, again, side=module.SIDE, here=module.HERE, there=module.THERE, level=0.95
    ).select("hazard_ratio")
    result = module.ControlResult(
        name="readings.csv", here=14, there=20, differences=(), contrasts=(contrast,), level=0.95, seed=1
    )
    (found,) = read_controls(result)
    assert found.id == "P27"
    assert dict(found.numbers)["readings"] == "5"
    assert [e.statistic for e in found.corrected] == ["hazard_ratio", "rmst_difference"]
    assert all(e.detail == READ for e in found.corrected)


def test_summary_numbers_give_a_range_without_a_level(tmp_path) -> None:
    known = from_summary(24, median=12.0, rates={24: 0.3}, events=15, end=36)
    path = tmp_path / "members.csv"
    path.write_text(members_csv(known, origin="first_ldt"), encoding="utf-8")
    contrast = compared(path)
    assert (contrast.reconstructed, contrast.from_summary, contrast.readings) == (False, True, len(known.members) - 1)
    row = contrast.estimates.one("hazard_ratio", detail=RANGE)
    assert row.level is None
    assert row.low < row.value < row.high
    every = [m.endpoint for m in known.members]
    assert over_members(OURS, every, **SIDES).one("hazard_ratio").value == pytest.approx(row.value)
    result = module.ControlResult(
        name="members.csv", here=14, there=24, differences=(), contrasts=(contrast,), level=0.95, seed=1
    )
    (found,) = read_controls(result)
    assert "summary numbers" in found.sentence


HEAD = "time_days,event,endpoint,origin,source,reading"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["10,1,os,first_ldt,reconstructed,0", "10,1,os,first_ldt,reconstructed,2"], "readings 0, 2"),
        (["10,1,os,first_ldt,reconstructed,0", *["10,1,os,first_ldt,reconstructed,1"] * 2], "readings of 1 to 2"),
        (["10,1,os,first_ldt,,0", "10,1,os,first_ldt,,1"], "with the source observed"),
        (["10,1,os,first_ldt,reconstructed,x"], "reading 'x'"),
    ],
)
def test_files_of_readings_that_cannot_be_used(tmp_path, lines, said) -> None:
    path = tmp_path / "control.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_rows(path)


def test_covariates_of_a_figure_are_refused(tmp_path) -> None:
    path = tmp_path / "control.csv"
    rows = [f"{10 + k},1,os,first_ldt,reconstructed,{k},60" for k in range(2)]
    path.write_text("\n".join([f"{HEAD},age", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="age beside readings"):
        read_rows(path)


def test_what_cannot_be_combined(made) -> None:
    with pytest.raises(InputError, match="1 reading"):
        over_readings(OURS, [OURS], **SIDES)
    with pytest.raises(SettingsError, match="no origin"):
        readings_csv(made, origin="")
