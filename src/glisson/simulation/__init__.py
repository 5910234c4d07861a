"""Simulation of trials: a scenario goes in, what its design would conclude how often comes out.

numba is imported when something is simulated, not before.
"""

from glisson.simulation.adapting import Reestimation, Selection, Stratum
from glisson.simulation.run import simulate
from glisson.simulation.scenario import STATISTICS, Arm, Look, Salvage, Scenario, Statistic
from glisson.simulation.single import Trials, single_trials
from glisson.simulation.survival import Periods, Survival

__all__ = [
    "STATISTICS",
    "Arm",
    "Look",
    "Periods",
    "Reestimation",
    "Salvage",
    "Scenario",
    "Selection",
    "Statistic",
    "Stratum",
    "Survival",
    "Trials",
    "simulate",
    "single_trials",
]
