"""What is simulated: arms, accrual, looks at the data and the statistic that decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from glisson.errors import SettingsError
from glisson.simulation.adapting import MOST_ARMS, MOST_STRATA, Reestimation, Selection, Stratum, refuse
from glisson.simulation.survival import Periods, Survival

StatisticName = Literal["logrank", "cox", "one_sample_logrank", "milestone", "rmst", "response"]
EndpointName = Literal["os", "pfs"]

#: Patients of one simulated trial at most; the memory of a block grows with them.
MOST_PATIENTS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A registered statistic: for how many arms, and what its value is.

    Parameters
    ----------
    code
        Number by which the kernels know it.
    arms
        Numbers of arms it is defined for.
    words
        Name for a table or a protocol.
    ordered
        Whether it needs the patients in order of their times.
    """

    code: int
    arms: tuple[int, ...]
    words: str
    ordered: bool = True


#: The registered statistics. All are on the z scale and grow with the benefit of the second arm (of the only arm,
#: against the reference), but for ``response``, which counts responders, and ``logrank`` of three arms or more: a
#: chi-square of one degree of freedom less than there are arms.
STATISTICS: dict[StatisticName, Known] = {
    "logrank": Known(code=0, arms=(2, 3, 4, 5, 6), words="log-rank test"),
    "cox": Known(code=1, arms=(2,), words="Wald test of the Cox hazard ratio"),
    "one_sample_logrank": Known(code=2, arms=(1,), words="one-sample log-rank test", ordered=False),
    "milestone": Known(code=3, arms=(1, 2), words="Kaplan-Meier survival at a day, log-log scale"),
    "rmst": Known(code=4, arms=(1, 2), words="restricted mean survival"),
    "response": Known(code=5, arms=(1,), words="number of responders", ordered=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """What is compared with the boundaries at each look.

    Parameters
    ----------
    name
        A name of ``STATISTICS``.
    at
        Day of ``milestone`` and ``rmst``.
    against
        Of a single arm: the reference distribution (``one_sample_logrank``) or the reference value: a probability
        (``milestone``), days (``rmst``).
    variance
        Of ``one_sample_logrank``: ``"expected"`` events, or the ``"mean"`` of observed and expected ones.
    stratified
        Of ``logrank``: whether patients are compared within strata only.
    """

    name: StatisticName
    at: float | None = None
    against: Survival | float | None = None
    variance: Literal["expected", "mean"] = "expected"
    stratified: bool = False

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if self.name not in STATISTICS:
            raise SettingsError(f"statistic {self.name!r}", expected=", ".join(STATISTICS))
        timed = self.name in {"milestone", "rmst"}
        if timed != (self.at is not None) or (self.at is not None and not self.at > 0):
            expected = "a day above 0" if timed else "no day"
            raise SettingsError(f"statistic {self.name} at={self.at}", expected=expected)
        if self.name == "one_sample_logrank" and not isinstance(self.against, Survival):
            raise SettingsError("a one-sample log-rank test against nothing", expected="against=Survival...")
        if isinstance(self.against, Survival) != (self.name == "one_sample_logrank"):
            raise SettingsError(f"statistic {self.name} against a distribution", expected="one_sample_logrank")
        if self.variance not in {"expected", "mean"}:
            raise SettingsError(f"variance {self.variance!r}", expected="expected or mean")
        if self.stratified and self.name != "logrank":
            raise SettingsError(f"statistic {self.name} within strata", expected="logrank")

    def check_arms(self, arms: int) -> None:
        """Refuse a number of arms the statistic is not for, and a single arm without a reference."""
        known = STATISTICS[self.name]
        if arms not in known.arms:
            raise SettingsError(f"{known.words} with {arms} arms", expected=" or ".join(map(str, known.arms)))
        wants = self.name in {"milestone", "rmst"} and arms == 1
        if wants != isinstance(self.against, int | float):
            expected = "a reference value: against=" if wants else "no reference value"
            raise SettingsError(f"{known.words} with {arms} arms against {self.against}", expected=expected)
        if wants and self.name == "milestone" and not 0 < float(self.against) < 1:  # type: ignore[arg-type]
            raise SettingsError(f"a reference survival of {self.against}", expected="a probability between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """Patients of an arm who change to another treatment when their disease progresses.

    Parameters
    ----------
    share
        Probability of changing at progression.
    hazard_ratio
        By which the hazard of death is multiplied from then on.
    """

    share: float
    hazard_ratio: float

    def __post_init__(self) -> None:
        """Refuse what is no probability or no ratio."""
        if not 0 <= self.share <= 1:
            raise SettingsError(f"a share of {self.share:g} who change", expected="0 to 1")
        if not 1e-3 <= self.hazard_ratio <= 1e3:
            raise SettingsError(f"hazard ratio {self.hazard_ratio:g} after a change", expected="0.001 to 1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm, as assumed.

    Parameters
    ----------
    name
        Its name.
    survival
        Time from entry to death (of the endpoint ``"os"``, any single event).
    allocation
        Patients of this arm in each cycle of allocation: 2 and 1 for two to one.
    dropout
        Time to loss from sight; ``None`` for nobody.
    progression
        Time to progression if nobody died first; ``None`` where the endpoint does not need it.
    tau
        Kendall's tau between time to progression and time to death, 0 to 0.9.
    scan_every
        Days between scheduled scans; progression is seen at the next one. ``None``: at once.
    salvage
        What happens to some at progression.
    response
        Probability of a response.
    """

    name: str
    survival: Survival
    allocation: int = 1
    dropout: Survival | None = None
    progression: Survival | None = None
    tau: float = 0.0
    scan_every: float | None = None
    salvage: Salvage | None = None
    response: float | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if self.allocation < 1:
            raise SettingsError(f"arm {self.name}: allocation {self.allocation}", expected="a whole number from 1")
        if not 0 <= self.tau <= 0.9:
            raise SettingsError(f"arm {self.name}: Kendall's tau {self.tau:g}", expected="0 to 0.9")
        if self.progression is None and (self.tau or self.scan_every or self.salvage):
            found = f"arm {self.name}: tau, scans or salvage without progression"
            raise SettingsError(found, expected="progression=Survival...")
        if self.scan_every is not None and not self.scan_every > 0:
            raise SettingsError(f"arm {self.name}: scans every {self.scan_every:g} days", expected="a number above 0")
        if self.response is not None and not 0 <= self.response <= 1:
            raise SettingsError(f"arm {self.name}: response {self.response:g}", expected="a probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One analysis: when it takes place and when the trial stops there.

    Exactly one of ``day``, ``events`` and ``patients`` is given. No look is earlier than the one before.

    Parameters
    ----------
    day
        Days since the trial opened.
    events
        As soon as there are so many events of the endpoint in all arms.
    patients
        When so many patients have entered, and ``wait`` days more. The number of all patients with ``wait`` is a least
        follow-up.
    wait
        Days after the entry of the last of them.
    efficacy, futility
        The trial stops with a rejection where the statistic is at or above ``efficacy``, without one where it is at or
        below ``futility``; ``None`` where the look cannot stop so.
    """

    day: float | None = None
    events: int | None = None
    patients: int | None = None
    wait: float = 0.0
    efficacy: float | None = None
    futility: float | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        given = [x for x in (self.day, self.events, self.patients) if x is not None]
        if len(given) != 1 or not given[0] > 0:
            found = f"a look at day {self.day}, {self.events} events, {self.patients} patients"
            raise SettingsError(found, expected="one of the three, above 0")
        if self.wait < 0 or (self.wait and self.patients is None):
            raise SettingsError(f"a look with wait={self.wait:g}", expected="0 or more, with patients=")
        if self.efficacy is not None and self.futility is not None and self.futility > self.efficacy:
            raise SettingsError(f"futility {self.futility:g} above efficacy {self.efficacy:g}", expected="below it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One truth and one design.

    Parameters
    ----------
    name
        For the tables.
    arms
        One, or two: control first; three to six for ``logrank`` of all, or with a ``selection``.
    n
        Patients planned in all.
    accrual
        Patients a day, by period since the trial opened. All n enter; when is random, as in a Poisson process.
    looks
        The analyses in order; the last is the final one and has ``efficacy``.
    statistic
        What is compared with the boundaries.
    endpoint
        ``"os"``: death. ``"pfs"``: progression, as seen at scans, or death.
    hazard_ratio
        Whether Cox's hazard ratio is estimated at each look of two arms; never beside a statistic within strata.
    latest
        Day since opening at which a look takes place at the latest, events or not. ``None``: ten years after the
        planned end of accrual.
    strata
        Groups of patients who fare alike; a patient belongs to one at random.
    selection
        How one of several treatments is chosen before the looks. They then compare it with the control, or assess it by
        a statistic of one arm where there is no control.
    reestimation
        How the events of the second look are raised after the first.

    Examples
    --------
    >>> control = Survival.exponential(median=274)
    >>> scenario = Scenario(
    ...     name="hazard ratio 0.6",
    ...     arms=(Arm(name="chemotherapy", survival=control), Arm(name="y90", survival=control.times(0.6))),
    ...     n=120,
    ...     accrual=Periods.constant(120 / 730),
    ...     looks=(Look(events=45, efficacy=2.9626), Look(events=90, efficacy=1.9686)),
    ...     statistic=Statistic(name="logrank"),
    ... )
    >>> scenario.accrual_end
    730.0
    """

    name: str
    arms: tuple[Arm, ...]
    n: int
    accrual: Periods
    looks: tuple[Look, ...]
    statistic: Statistic
    endpoint: EndpointName = "os"
    hazard_ratio: bool = True
    latest: float | None = None
    strata: tuple[Stratum, ...] = ()
    selection: Selection | None = None
    reestimation: Reestimation | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        if not 1 <= len(self.arms) <= MOST_ARMS or len({a.name for a in self.arms}) != len(self.arms):
            found = f"arms {[a.name for a in self.arms]}"
            raise SettingsError(found, expected=f"one to {MOST_ARMS} arms with their own names")
        if not len(self.arms) <= self.n <= MOST_PATIENTS:
            raise SettingsError(f"{self.n} patients", expected=f"{len(self.arms)} to {MOST_PATIENTS}")
        refuse(self._problems())
        self.statistic.check_arms(self.compared)
        if self.endpoint not in {"os", "pfs"}:
            raise SettingsError(f"endpoint {self.endpoint!r}", expected="os or pfs")
        if self.endpoint == "pfs" and any(a.progression is None for a in self.arms):
            raise SettingsError("endpoint pfs without progression", expected="progression= of each arm")
        counted = self.statistic.name == "response" or (self.selection is not None and self.selection.by == "response")
        if counted and any(a.response is None for a in self.arms):
            raise SettingsError("responders counted, but no probability of response", expected="response= of the arm")
        if not self.looks or self.looks[-1].efficacy is None:
            raise SettingsError("no final look with a limit for efficacy", expected="efficacy= of the last look")
        for look in self.looks:
            if (look.events or 0) > self.n or (look.patients or 0) > self.n:
                raise SettingsError(f"a look after {look.events or look.patients} of {self.n} patients",
                                    expected=f"{self.n} at most")  # fmt: skip
        if not math.isfinite(self.accrual_end):
            raise SettingsError("accrual that never reaches n", expected="a rate above 0 in the last period")
        if not self.accrual_end < self.last_day <= 40_000:
            found = f"accrual until day {self.accrual_end:.0f}, the latest look on day {self.last_day:.0f}"
            raise SettingsError(found, expected="a latest look after accrual, within 40,000 days")

    def _problems(self) -> list[str]:
        """Return what is wrong with strata, selection and re-estimation, all of it."""
        said = [f"strata: {p}" for s in self.strata for p in s.problems()]
        shares = sum(s.share for s in self.strata)
        if len(self.strata) > MOST_STRATA or (self.strata and abs(shares - 1) > 1e-6):
            said.append(f"strata: {len(self.strata)} whose shares add up to {shares:g} ({MOST_STRATA} at most, to 1)")
        if len({s.name for s in self.strata}) != len(self.strata):
            said.append("strata: two of one name")
        if self.strata and (self.endpoint == "pfs" or any(a.salvage for a in self.arms)):
            said.append("strata: together with endpoint pfs or salvage, which is not supported")
        if self.statistic.stratified and not self.strata:
            said.append("strata: none, but a statistic within strata")
        if self.selection is not None:
            names = tuple(a.name for a in self.arms)
            said += [f"selection: {p}" for p in self.selection.problems(names, self.n)]
        if self.reestimation is not None:
            events = tuple(look.events for look in self.looks)
            said += [f"reestimation: {p}" for p in self.reestimation.problems(events, self.n)]
            if self.selection is not None or self.compared != 2 or self.statistic.name != "logrank":
                said.append("reestimation: of a trial that is no log-rank test of two arms, or with a selection")
            if any(x is not None for look in self.looks[:1] for x in (look.efficacy, look.futility)):
                said.append("reestimation: a first look that stops the trial and raises its events (one of the two)")
        return said

    @property
    def compared(self) -> int:
        """Return the number of arms that the looks compare."""
        return len(self.arms) - (len(self.selection.among) - 1 if self.selection else 0)

    @property
    def accrual_end(self) -> float:
        """Return the day by which n patients are expected."""
        return float(self.accrual.when(self.n)) + (self.selection.wait if self.selection else 0.0)

    @property
    def last_day(self) -> float:
        """Return the day of the latest possible look."""
        return self.accrual_end + 3652.5 if self.latest is None else self.latest

    @property
    def ratio_wanted(self) -> bool:
        """Return whether Cox's hazard ratio is estimated."""
        wanted = self.hazard_ratio and not self.statistic.stratified
        return self.compared == 2 and (wanted or self.statistic.name == "cox")
