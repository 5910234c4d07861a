"""What a trial may hold besides arms and looks: strata, the choice of a treatment, events raised after a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.errors import SettingsError
from glisson.simulation.survival import Periods

Criterion = Literal["survival", "response", "hazard"]
#: Ways to choose a treatment, by the number the kernels know.
CRITERIA: tuple[Criterion, ...] = ("survival", "response", "hazard")
#: Strata and arms of one scenario at most: three bits of a key each.
MOST_STRATA, MOST_ARMS = 8, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Patients who fare alike.

    Parameters
    ----------
    name
        Its name.
    share
        Probability that a patient belongs to it; those of all strata add up to 1.
    hazard_ratio
        What the hazard of death of every arm is multiplied by in this stratum; by period since entry, its baseline may
        have any form.

    Examples
    --------
    >>> Stratum(name="spread", share=0.5, hazard_ratio=2.0).ratio.values
    (2.0,)
    """

    name: str
    share: float
    hazard_ratio: float | Periods = 1.0

    @property
    def ratio(self) -> Periods:
        """Return the hazard ratio by period."""
        return self.hazard_ratio if isinstance(self.hazard_ratio, Periods) else Periods.constant(self.hazard_ratio)

    def problems(self) -> list[str]:
        """Return what cannot be simulated."""
        ok = isinstance(self.hazard_ratio, Periods) or 1e-3 <= self.hazard_ratio <= 1e3
        said = [] if ok else [f"stratum {self.name}: a hazard ratio of {self.hazard_ratio:g} (0.001 to 1000)"]
        return said + ([] if 0 < self.share <= 1 else [f"stratum {self.name}: a share of {self.share:g}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The choice of one treatment, after which the others get no more patients.

    Parameters
    ----------
    among
        Arms of which one is chosen. One more arm at most, the control, goes on beside it.
    patients
        Patients who enter before the choice, in all arms.
    wait
        Days from the entry of the last of them to the choice; accrual pauses so long.
    by
        ``"survival"``: Kaplan-Meier at day ``at`` is highest; ``"response"``: the share of responders is;
        ``"hazard"``: events over time at risk are lowest. Ties are broken by lot.
    at
        Day of ``"survival"``.
    """

    among: tuple[str, ...]
    patients: int
    wait: float = 0.0
    by: Criterion = "hazard"
    at: float | None = None

    def problems(self, names: tuple[str, ...], n: int) -> list[str]:
        """Return what does not fit to the arms and the number of patients of a scenario."""
        said = []
        if len(set(self.among)) < 2 or len(set(self.among)) < len(self.among):
            said.append(f"a choice among {', '.join(self.among) or 'nothing'} (two arms or more, each once)")
        if unknown := [name for name in self.among if name not in names]:
            said.append(f"a choice among {', '.join(unknown)}, which no arm is called")
        elif len(names) - len(self.among) > 1:
            said.append("two arms or more that no choice is made among (one at most, the control)")
        if not len(names) <= self.patients <= n:
            said.append(f"a choice after {self.patients} patients ({len(names)} to {n})")
        if not 0 <= self.wait <= 4000:
            said.append(f"a choice {self.wait:g} days after the last entry (0 to 4000)")
        if self.by not in CRITERIA:
            said.append(f"a choice by {self.by!r} ({', '.join(CRITERIA)})")
        elif (self.by == "survival") != (self.at is not None) or (self.at is not None and not self.at > 0):
            said.append(f"a choice by {self.by} at day {self.at} (survival has a day above 0, the others have none)")
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Reestimation:
    """Events of the second of two looks, raised where the first is promising (Mehta & Pocock 2011).

    The first look does not stop the trial. Its log-rank statistic and that of the events after it are combined with the
    weights planned (inverse normal).

    Parameters
    ----------
    most
        Most events, as a multiple of those planned at the second look.
    target
        Conditional power, under the trend seen, which the events are raised to reach.
    least
        Conditional power below which they are not raised.
    """

    most: float = 1.5
    target: float = 0.8
    least: float = 0.36

    def problems(self, events: tuple[int | None, ...], n: int) -> list[str]:
        """Return what does not fit to the looks and the number of patients of a scenario."""
        said = []
        if not 1 < self.most <= 10:
            said.append(f"events raised to {self.most:g} times the plan (above 1, 10 at most)")
        if not 0 < self.least < self.target < 1:
            found = f"a conditional power from {self.least:g} on, raised to {self.target:g}"
            said.append(f"{found} (probabilities, the first below the second)")
        if len(events) != 2 or None in events:
            said.append("events raised without two looks that both go by events")
        elif int(self.most * (events[1] or 0)) > n:
            said.append(f"events raised to {int(self.most * (events[1] or 0))} of {n} patients")
        return said


def refuse(problems: list[str]) -> None:
    """Refuse a scenario, with everything that is wrong."""
    if problems:
        raise SettingsError("; ".join(problems), todo="see docs/methods/simulation.md")
