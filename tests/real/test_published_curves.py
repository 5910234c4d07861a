"""Digitised curves of two published trials: what comes out is what the publications say."""

from __future__ import annotations

import numpy as np
import pytest

import glisson as gl
from glisson.evidence.curve_files import read_pairs
from glisson.evidence.reconstruct import reconstruct
from glisson.tables import Factor
from tests.paths import shared_data

pytestmark = [pytest.mark.real_data]


def test_keynote_189_has_its_survival_and_hazard_ratio() -> None:
    # Gandhi and others, N Engl J Med 2018;378:2078, abstract (pubmed.ncbi.nlm.nih.gov/29658856): 616 patients; survival
    # at 12 months 69.2 % (64.1 to 73.8) and 49.4 % (42.1 to 56.2); hazard ratio 0.49 (0.38 to 0.64). Patients by arm:
    # Gadgeel and others, J Clin Oncol 2020;38:1505, abstract. Neither gives the number of deaths; the
    # width of the interval of the ratio rests on it.
    said = {"pembro": (410, 69.2, 64.1, 73.8), "pbo": (206, 49.4, 42.1, 56.2)}
    arms = {}
    for arm, (n, survival, low, high) in said.items():
        points = read_pairs(shared_data("km_digitised", f"keynote189_os_{arm}_clicks.csv"), "points")
        at_risk = read_pairs(shared_data("km_digitised", f"keynote189_os_{arm}_NAR.csv"), "numbers at risk")
        made = reconstruct([t for t, _ in points], [s for _, s in points], at_risk)
        assert made.quality.n == n
        assert all(r.rebuilt == r.printed for r in made.quality.at_risk)
        row = gl.kaplan_meier(made.endpoint, times=[365.25]).one("survival")
        assert [100 * v for v in (row.value, row.low, row.high)] == pytest.approx([survival, low, high], abs=0.3)
        arms[arm] = made.endpoint
    group = Factor.of([arm for arm, e in arms.items() for _ in range(len(e))], ["pbo", "pembro"])
    both = gl.Endpoint.from_arrays(
        np.concatenate([e.exit for e in arms.values()]), np.concatenate([e.cause for e in arms.values()]),
        keys={"arm": group}, name="os",
    )  # fmt: skip
    ratio = gl.cox(both, ["arm"]).one("hazard_ratio")
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.49, 0.38, 0.64), abs=0.012)
