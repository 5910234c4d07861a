"""A control with rows: the same cohort has no effect, another clock is refused, weights are those of the method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glisson.assessing import external_control as module
from glisson.assessing.control_rows import Rows, is_rows, read_rows, rows_of
from glisson.assessing.external_control import external_control
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from glisson.tables import Endpoint


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch) -> None:
    monkeypatch.setattr(module, "RESAMPLES", 12)


def written(folder, text: str):
    path = folder / "control.csv"
    path.write_text(text, encoding="utf-8")
    return path


HEAD = "time_days,event,endpoint,origin,age,male\n"


def test_a_cohort_beside_itself_has_no_effect() -> None:
    ours = {"os": rows_of(demo_cohort())["os"]}
    found = external_control(demo_cohort(), ours, name="itself")
    os = next(c for c in found.contrasts if c.code == "os")
    for detail in ("crude", "weighted"):
        row = os.estimates.one("hazard_ratio", detail=detail)
        assert row.value == pytest.approx(1, abs=1e-6)
        assert os.estimates.one("rmst_difference", detail=detail).value == pytest.approx(0, abs=1e-9)
    assert [r.value for r in os.estimates.select("effective_size")] == pytest.approx([24, 24])
    assert next(c for c in found.contrasts if c.code == "pfs").refused == (
        "The control has no progression-free survival."
    )


@pytest.mark.by_hand
def test_restricted_means_by_hand() -> None:
    # 100 days, both sides. Control: dies on days 20 and 60: mean 0.5 * 20 + 0.5 * 60 = 40. Here: 40 and 80: 60.
    both = Endpoint.from_arrays(
        [20, 60, 40, 80], [1] * 4, keys={"side": ["control"] * 2 + ["this cohort"] * 2}, name="x"
    )
    assert module._difference(both, np.ones(4), 100.0) == pytest.approx(20)
    # The patient who dies on day 60 counts three times: 0.25 * 20 + 0.75 * 60 = 50.
    assert module._difference(both, np.array([1.0, 3.0, 1.0, 1.0]), 100.0) == pytest.approx(10)


def test_a_confounded_control_is_made_alike() -> None:
    # Survival depends on age only; the control is younger. The crude ratio is far from 1, the weighted one nearer.
    generator = np.random.default_rng(3)

    def side(n: int, mean: float) -> Rows:
        age = generator.normal(mean, 5, n)
        time = np.ceil(generator.exponential(400 * np.exp(-(age - 60) / 6))).astype(int)
        data = Endpoint.from_arrays(time, np.ones(n, dtype=int), name="os")
        return Rows(data=data, origin="first_ldt", factors={}, numbers={"age": tuple(age)})

    contrast = module._contrast("os", "Overall survival", side(200, 63), side(400, 59), 0.95, 1)
    crude, weighted = (contrast.estimates.one("hazard_ratio", detail=d).value for d in ("crude", "weighted"))
    assert crude > 1.4
    assert abs(np.log(weighted)) < abs(np.log(crude)) / 2
    assert contrast.covariates == ("age",)
    after = [r.value for r in contrast.estimates.select("standardised_difference") if r.detail.endswith("after")]
    assert max(after) < 0.1


def test_another_clock_and_few_events_are_refused() -> None:
    os = rows_of(demo_cohort())["os"]
    found = external_control(demo_cohort(), {"os": replace(os, origin="met_dx")}, name="x")
    assert "would count on one side only" in found.contrasts[0].refused
    some = replace(os, data=os.data.take(os.data.cause != 1))
    assert (
        "Fewer than 5 events in control" in external_control(demo_cohort(), {"os": some}, name="x").contrasts[0].refused
    )


def test_a_plain_file(tmp_path) -> None:
    path = written(tmp_path, HEAD + "10,1,os,first_ldt,60,1\n20,0,os,first_ldt,,0\n")
    assert is_rows(path)
    rows = read_rows(path)["os"]
    assert (rows.origin, rows.data.n_events) == ("first_ldt", 1)
    assert np.isnan(rows.numbers["age"][1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_days,event\n1,1\n", "endpoint, origin"),
        (HEAD + "x,1,os,first_ldt,1,1\n", "time_days 'x'"),
        (HEAD + "1,2,os,first_ldt,1,1\n", "impossible times or events"),
        (HEAD + "1,1,os,first_ldt,1,1\n1,1,os,met_dx,1,1\n", "counts from"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, said) -> None:
    with pytest.raises(InputError, match=said):
        read_rows(written(tmp_path, text))
