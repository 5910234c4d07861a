from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.bivariate_stopping import go_chances, joint_cells, rule_bounds
from glisson.kernels.stopping import (
    calibrated_threshold,
    expected_patients,
    pocock_bounds,
    posterior_bounds,
    stop_chances,
)


@pytest.mark.independent
@pytest.mark.parametrize("p", [0.1, 0.35, 0.8])
def test_chances_to_stop_are_those_of_every_sequence(p: float) -> None:
    bounds, n = [2, 2, 3, 3, 3, 4, 4, 5], 8
    stops = np.zeros(n)
    for path in product((0, 1), repeat=n):
        counts = np.cumsum(path)
        hit = np.flatnonzero(counts >= np.array(bounds))
        if hit.size:
            stops[hit[0]] += p ** sum(path) * (1 - p) ** (n - sum(path))
    assert stop_chances(bounds, p) == pytest.approx(stops, abs=1e-12)
    expected = float(stops @ np.arange(1, n + 1) + (1 - stops.sum()) * n)
    assert expected_patients(bounds, p) == pytest.approx(expected, rel=1e-12)


@pytest.mark.property
@settings(max_examples=12, deadline=None)
@given(p=st.floats(0.05, 0.6), n=st.integers(6, 30), alpha=st.sampled_from([0.02, 0.05, 0.1]))
def test_bounds_keep_alpha_and_the_next_level_does_not(p: float, n: int, alpha: float) -> None:
    looks = range(1, n + 1)
    found = pocock_bounds(n, p, alpha, looks)
    if found is not None:
        assert stop_chances(found[0], p).sum() <= alpha + 1e-9
        rates = np.linspace(0.02, 0.98, 15)
        assert np.all(np.diff([stop_chances(found[0], q).sum() for q in rates]) >= -1e-12)
        assert set(np.diff(found[0]).tolist()) <= {0, 1}
    above = calibrated_threshold(n, p, alpha, (p, 1 - p), looks)
    if above is not None:
        kept = posterior_bounds(n, p, above, (p, 1 - p), looks)
        assert stop_chances(kept, p).sum() <= alpha + 1e-9
        # Any lower threshold lets one more outcome stop the trial.
        looser = posterior_bounds(n, p, above * (1 - 1e-9), (p, 1 - p), looks)
        assert stop_chances(looser, p).sum() > alpha


@pytest.mark.independent
def test_response_and_toxicity_by_every_sequence() -> None:
    few, many, looks = np.array([[0, 1], [-1, 2]]), np.array([[2, 3], [3, 2]]), [3, 5]
    cells = joint_cells(0.4, 0.3, 2.0)
    expected, early = np.zeros(2), np.zeros(2)
    for path in product(range(4), repeat=5):
        chance = float(np.prod([cells[c] for c in path]))
        respond, harmed = (np.cumsum([c in kind for c in path]) for kind in ((0, 1), (0, 2)))
        for rule in range(2):
            on = [respond[k - 1] > few[rule, i] and harmed[k - 1] < many[rule, i] for i, k in enumerate(looks)]
            expected[rule] += chance * all(on)
            early[rule] += chance * (not on[0])
    go, stop = go_chances(few, many, looks, cells)
    assert go == pytest.approx(expected, abs=1e-12)
    assert stop[:, 0] == pytest.approx(early, abs=1e-12)
    assert (go + stop.sum(axis=1)).tolist() == pytest.approx([1.0, 1.0], abs=1e-12)


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(e=st.floats(0.05, 0.95), t=st.floats(0.05, 0.95), link=st.floats(0.1, 10))
def test_cells_have_their_margins_and_association(e: float, t: float, link: float) -> None:
    both, response, toxicity, neither = joint_cells(e, t, link)
    assert min(both, response, toxicity, neither) > 0
    assert both + response == pytest.approx(e)
    assert both + toxicity == pytest.approx(t)
    assert both * neither / (response * toxicity) == pytest.approx(link, rel=1e-5)


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(e=st.floats(0.1, 0.6), t=st.floats(0.1, 0.6), low=st.floats(0.3, 0.6), step=st.floats(0.05, 0.35))
def test_a_stricter_rule_stops_at_more_counts(e: float, t: float, low: float, step: float) -> None:
    few, many = rule_bounds([8, 16], e, t, np.array([low, low + step]), np.array([0.5, 0.5]))
    assert np.all(few[1] >= few[0])
    assert np.all(many[1] <= many[0])
