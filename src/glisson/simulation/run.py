"""Simulate a scenario: blocks of trials on all cores, a cluster, or whatever takes them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glisson.errors import SettingsError
from glisson.simulation.checkpoint import fingerprint, load, save
from glisson.simulation.plan import BLOCK, Plan, plan_of
from glisson.simulation.rows import estimates_of
from glisson.simulation.scenario import Scenario
from glisson.simulation.tally import MOST_TRIALS, Tally, add, empty_tally
from glisson.tables import Estimates

if TYPE_CHECKING:
    Bools = NDArray[np.bool_]

Progress = Callable[[int, int], None]

#: Blocks of one task at most; a task is what a worker is handed at a time.
_TASK = 256
#: Seconds between two checkpoints at least.
_EVERY = 5.0


def simulate(
    scenario: Scenario,
    *,
    trials: int = 100_000,
    seed: int = 20200101,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Simulate a trial many times and estimate how the design behaves.

    Parameters
    ----------
    scenario
        Truth and design.
    trials
        Simulated trials.
    seed
        Of the random numbers, 0 to 2**63 - 1. The result depends on scenario, trials and seed alone: neither on workers
        or executor, nor on interruptions.
    workers
        Threads; ``None`` for one on each core.
    executor
        Takes the work instead of threads: any of ``concurrent.futures``, or ``client.get_executor()`` of a Dask client.
    progress
        Called with finished and planned trials.
    checkpoint
        File of finished blocks, written every few seconds and at the end. Where it exists the simulation goes on from
        there; of another scenario, seed or number of trials it is refused.
    level
        Of the Monte Carlo intervals.

    Returns
    -------
    Estimates
        In group ``(("scenario", name),)``: ``rejection_rate``; at each look (``detail="look 1"``, ...) ``reached``,
        ``efficacy_stop``, ``futility_stop``, ``look_day``, ``look_patients``, ``look_events``, ``look_ratio``; at the
        end of the trial ``expected_n``, ``expected_events``, ``duration`` (days) with its quantiles, ``hazard_ratio``
        (geometric mean) with its quantiles, ``hazard_ratio_rejected`` among trials that reject. Limits are those of the
        Monte Carlo error; ``n`` is the number of trials behind the value.

    Raises
    ------
    SettingsError
        If trials, seed, workers or level are out of range.
    NotSupportedError
        Without numba.
    InputError
        If the checkpoint is of another simulation or cannot be written.

    Examples
    --------
    >>> from glisson.simulation import Arm, Look, Periods, Scenario, Statistic, Survival
    >>> reference = Survival.exponential(median=180)
    >>> scenario = Scenario(
    ...     name="median 270 days",
    ...     arms=(Arm(name="y90", survival=reference.times(2 / 3)),),
    ...     n=40,
    ...     accrual=Periods.constant(40 / 730),
    ...     looks=(Look(patients=40, wait=365, efficacy=1.645),),
    ...     statistic=Statistic(name="one_sample_logrank", against=reference),
    ... )
    >>> row = simulate(scenario, trials=20_000, seed=1).one("rejection_rate")
    >>> round(row.value, 1), row.n
    (0.8, 20000)
    """
    workers = checked(trials, seed, workers, level)
    tally = tally_of(
        plan_of(scenario), trials, seed, workers=workers, executor=executor, progress=progress, checkpoint=checkpoint
    )
    return estimates_of(scenario, tally, seed=seed, level=level)


def checked(trials: int, seed: int, workers: int | None, level: float) -> int:
    """Refuse numbers out of range; return the workers."""
    if not 1 <= trials <= MOST_TRIALS:
        raise SettingsError(f"{trials:,} trials", expected=f"1 to {MOST_TRIALS:,}")
    if not 0 <= seed < 2**63:
        raise SettingsError(f"seed {seed}", expected="0 to 2**63 - 1")
    if workers is not None and workers < 1:
        raise SettingsError(f"{workers} workers", expected="1 or more")
    if not 0 < level < 1:
        raise SettingsError(f"level {level:g}", expected="a probability between 0 and 1, like 0.95")
    return workers or _cores()


def _cores() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tally_of(
    plan: Plan,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> Tally:
    """Return the sums over all trials; parameters as for ``simulate``."""
    from glisson.simulation.blocks import run  # noqa: PLC0415 - numba, half a second and more

    blocks, path = -(-trials // BLOCK), None if checkpoint is None else Path(checkpoint)
    mark = fingerprint(plan, seed, trials) if path else ""
    tally, done = load(path, mark, plan, blocks) if path else (empty_tally(plan), np.zeros(blocks, dtype=np.bool_))
    tasks, saved = _tasks(done.copy(), workers), time.monotonic()
    waiting: dict[Future[Tally], tuple[int, int]] = {}
    with ThreadPoolExecutor(workers) if executor is None else nullcontext(executor) as pool:
        try:
            while True:
                while len(waiting) < 4 * workers and (task := next(tasks, None)):
                    waiting[pool.submit(run, plan, seed, *task, trials)] = task
                if not waiting:
                    return tally
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    begin, end = waiting.pop(future)
                    tally = add(tally, future.result())
                    done[begin:end] = True
                if progress:
                    progress(min(int(done.sum()) * BLOCK, trials), trials)
                if path and time.monotonic() - saved > _EVERY:
                    save(path, mark, tally, done)
                    saved = time.monotonic()
        finally:
            for future in waiting:
                future.cancel()
            if path:
                save(path, mark, tally, done)


def _tasks(done: Bools, workers: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of unfinished blocks, about eight a worker or more."""
    size = max(1, min(_TASK, len(done) // (8 * workers)))
    begin = 0
    while begin < len(done):
        if done[begin]:
            begin += 1
            continue
        end = begin + 1
        while end < min(begin + size, len(done)) and not done[end]:
            end += 1
        yield begin, end
        begin = end
