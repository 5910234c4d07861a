"""Running a simulation: the same result however it is run, resuming, refusals."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glisson.errors import InputError, SettingsError
from glisson.simulation import Look, Scenario, simulate, single_trials
from glisson.simulation.blocks import run
from glisson.simulation.plan import plan_of
from glisson.simulation.tally import add
from tests.simulation.scenarios import SCANNED, SEQUENTIAL, SINGLE, SMALL, with_statistic

TRIALS = 5000  # no multiple of a block


@pytest.mark.property
@pytest.mark.parametrize("scenario", [SMALL, SCANNED], ids=lambda s: s.name)
def test_workers_and_executors_do_not_matter(scenario: Scenario) -> None:
    first = simulate(scenario, trials=TRIALS, seed=3, workers=1)
    assert simulate(scenario, trials=TRIALS, seed=3, workers=5) == first
    with ThreadPoolExecutor(3) as pool:
        assert simulate(scenario, trials=TRIALS, seed=3, executor=pool) == first
    assert simulate(scenario, trials=TRIALS, seed=4) != first


@pytest.mark.property
def test_blocks_add_up_in_any_order() -> None:
    plan = plan_of(SMALL)
    whole = run(plan, 5, 0, 8, 2000)
    parts = [run(plan, 5, b, e, 2000) for b, e in ((5, 8), (0, 2), (2, 5))]
    together = add(add(parts[0], parts[1]), parts[2])
    assert all((a == b).all() for a, b in zip(whole, together, strict=True))
    assert whole.trial[0] == 2000


@pytest.mark.by_hand
def test_the_sums_are_those_of_the_single_trials() -> None:
    rows = simulate(SEQUENTIAL, trials=700, seed=3)
    t = single_trials(SEQUENTIAL, trials=700, seed=3)
    early = t.decision[:, 0] == 1
    assert rows.one("efficacy_stop", detail="look 1").value == early.mean()
    assert rows.one("rejection_rate").value == (early | (t.decision[:, 1] == 1)).mean()
    events = t.events[:, 1].copy()
    events[early] = t.events[early, 0]
    assert rows.one("expected_events").value == pytest.approx(events.mean(), abs=1e-12)
    assert rows.one("look_events", detail="look 2").value == pytest.approx(t.events[~early, 1].mean(), abs=1e-12)


class Interrupted(Executor):
    """Takes a few tasks, then breaks off, as a computer may."""

    def __init__(self, tasks: int) -> None:
        self.left = tasks

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.by_hand
def test_a_simulation_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, trials = tmp_path / "run.npz", 60_000
    whole = simulate(SINGLE, trials=trials, seed=3)
    with pytest.raises(KeyboardInterrupt):
        simulate(SINGLE, trials=trials, seed=3, workers=1, executor=Interrupted(6), checkpoint=path)
    seen: list[tuple[int, int]] = []
    again = simulate(SINGLE, trials=trials, seed=3, checkpoint=path, progress=lambda a, b: seen.append((a, b)))
    assert again == whole
    assert 0 < seen[0][0] <= trials
    assert seen[-1] == (trials, trials)
    assert simulate(SINGLE, trials=trials, seed=3, checkpoint=path) == whole
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.by_hand
def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    simulate(SINGLE, trials=500, seed=3, checkpoint=path)
    other = replace(SINGLE, n=41, looks=(Look(patients=41, wait=365, efficacy=1.645),))
    for scenario, trials, seed in ((other, 500, 3), (SINGLE, 501, 3), (SINGLE, 500, 4)):
        with pytest.raises(InputError, match="another scenario, seed or number"):
            simulate(scenario, trials=trials, seed=seed, checkpoint=path)
    path.write_bytes(b"not this")
    with pytest.raises(InputError, match="no checkpoint"):
        simulate(SINGLE, trials=500, seed=3, checkpoint=path)


@pytest.mark.enable_socket
def test_a_dask_cluster_gives_the_same_result() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = simulate(SMALL, trials=TRIALS, seed=3, executor=client.get_executor())
    assert found == simulate(SMALL, trials=TRIALS, seed=3)


@pytest.mark.by_hand
@pytest.mark.parametrize("own", [{"trials": 0}, {"trials": 2 * 10**9}, {"seed": -1}, {"workers": 0}, {"level": 1.0}])
def test_numbers_out_of_range_are_refused(own: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        simulate(SINGLE, **own)


@pytest.mark.by_hand
def test_responders_are_counted_as_simon_does() -> None:
    # First 13 patients, at most 3 responders: stop; 13 or more of 40 at the end: effective.
    looks = (Look(patients=13, wait=60, futility=3), Look(patients=40, wait=60, efficacy=13))
    scenario = replace(with_statistic(SINGLE, name="response"), looks=looks)
    rows = simulate(scenario, trials=60_000, seed=3)
    # Binomial(13, 0.4): P(X <= 3) = 0.16858; the second stage summed by hand with SciPy below.
    from scipy.stats import binom  # noqa: PLC0415

    stop = rows.one("futility_stop", detail="look 1")
    assert stop.low is not None
    assert stop.high is not None
    assert abs(stop.value - binom.cdf(3, 13, 0.4)) < 4 * (stop.high - stop.low) / 3.92
    power = sum(binom.pmf(x, 13, 0.4) * binom.sf(12 - x, 27, 0.4) for x in range(4, 14))
    row = rows.one("rejection_rate")
    assert abs(row.value - power) < 4 * (row.high - row.low) / 3.92


@pytest.mark.by_hand
def test_numba_is_imported_only_when_something_is_simulated() -> None:
    code = (
        "import sys, glisson, glisson.simulation as s; assert 'numba' not in sys.modules; sys.modules['numba'] = None\n"
    )
    code += "from glisson.simulation.run import tally_of\n"
    code += "try: tally_of(None, 1, 1)\nexcept Exception as e: print(type(e).__name__, e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.startswith("NotSupportedError Simulation needs numba")
    assert "glisson[simulate]" in done.stdout
