"""What a randomised trial of a survival time rests on: hazards by period, accrual, dropout, cross-over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from glisson.clinical.endpoints import LABELS
from glisson.design.asked import check_positive, check_share
from glisson.design.flow import Flow
from glisson.design.plan import Assumption
from glisson.errors import SettingsError
from glisson.kernels.courses import Accrual, Course

Floats = NDArray[np.float64]

#: A number, or numbers from the months at which they begin: ``{0: 0.10, 6: 0.05}``.
ByPeriod = float | Mapping[float, float]
#: Days of a month.
MONTH = 30.4375


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossOver:
    """Patients of the control arm who are given the new treatment once their disease has progressed.

    Parameters
    ----------
    share
        Share of those with progression who are given it.
    median_months_to_progression
        Under the control treatment.
    hazard_ratio_after
        Hazard of death from then on, to that of the control treatment. 1: it comes too late to help; the trial's
        hazard ratio: it helps as much as it would have at first.
    """

    share: float
    median_months_to_progression: float
    hazard_ratio_after: float

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        check_share(self.share, "a share that crosses over", ends=True)
        check_positive(self.median_months_to_progression, "a median of months to progression")
        check_positive(self.hazard_ratio_after, "a hazard ratio after crossing over")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoArms:
    """The tables of assumptions of a randomised trial of a survival time.

    Parameters
    ----------
    control_median_months
        Median of the control arm, its hazard being constant. This or ``control_hazard``.
    control_hazard
        Hazard a month of the control arm from the months on study at which it begins: ``{0: 0.10, 6: 0.05}``.
    hazard_ratio
        Of the new treatment to the control; from the months at which it begins where it changes: ``{0: 1.0, 3: 0.5}``
        for an effect that is delayed.
    accrual_per_month
        Patients a month, of both arms; from the months at which they begin where the rate changes. See
        ``accrual_of_centres``. This or ``accrual_months``.
    accrual_months
        How long patients shall be entered, evenly; the rate is then what the design asks for.
    follow_up_months
        From the last patient's entry to the analysis.
    dropout_a_year
        Share lost within 12 months, in either arm.
    allocation
        Patients given the new treatment for each given the control.
    cross_over
        Cross-over at progression; ``None`` for none.
    endpoint
        Name of the survival time.
    origin
        Where the numbers come from; ``origins`` says otherwise for one of them by its name above.

    Raises
    ------
    SettingsError
        If a number is impossible, or two say the same.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.6, accrual_per_month=3, follow_up_months=12)
    >>> print(arms.assumptions()[0])
    control arm's median 10 months (typed)
    """

    control_median_months: float | None = None
    control_hazard: Mapping[float, float] | None = None
    hazard_ratio: ByPeriod
    accrual_per_month: ByPeriod | None = None
    accrual_months: float | None = None
    follow_up_months: float
    dropout_a_year: float = 0.0
    allocation: float = 1.0
    cross_over: CrossOver | None = None
    endpoint: str = "os"
    origin: str = "typed"
    origins: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        _one_of("control_median_months", self.control_median_months, "control_hazard", self.control_hazard)
        _one_of("accrual_per_month", self.accrual_per_month, "accrual_months", self.accrual_months)
        if self.control_median_months is not None:
            check_positive(self.control_median_months, "a median of months in the control arm")
        for what, table in (
            ("a hazard a month", self.control_hazard),
            ("a hazard ratio", self.hazard_ratio),
            ("patients a month", self.accrual_per_month),
        ):
            if table is not None:
                _check_table(table, what)
        if self.accrual_months is not None:
            check_positive(self.accrual_months, "months of accrual")
        check_positive(self.follow_up_months, "months of follow-up", zero=True)
        if not 0 <= self.dropout_a_year < 1:
            raise SettingsError(f"a dropout of {self.dropout_a_year:g} a year", expected="a share from 0 to below 1")
        check_positive(self.allocation, "an allocation")
        if not self.endpoint.strip():
            raise SettingsError("an endpoint without a name", expected="such as os or pfs")
        known = set(self.__dataclass_fields__)
        if strange := sorted(set(self.origins) - known):
            raise SettingsError(f"an origin of {', '.join(strange)}", expected="names of the assumptions of TwoArms")

    @property
    def outcome(self) -> str:
        """The endpoint in the words of a sentence."""
        return endpoint_words(self.endpoint)

    @property
    def treated(self) -> float:
        """Share given the new treatment."""
        return self.allocation / (1 + self.allocation)

    @property
    def dropout(self) -> float:
        """Intensity of being lost, a month."""
        return -math.log1p(-self.dropout_a_year) / 12

    @property
    def proportional(self) -> bool:
        """Whether one hazard ratio holds all the time."""
        constant = not isinstance(self.hazard_ratio, Mapping) or len(set(self.hazard_ratio.values())) == 1
        return constant and self.cross_over is None

    @property
    def ratio(self) -> float:
        """The one hazard ratio, or the last."""
        return float(_table(self.hazard_ratio)[1][-1])

    def with_ratio(self, ratio: ByPeriod) -> TwoArms:
        """Return the same with another hazard ratio."""
        return replace(self, hazard_ratio=ratio)

    def under_null(self, margin: float | None = None) -> TwoArms:
        """Return the same with no difference, or one of the margin; those who cross over gain nothing then."""
        return replace(self, hazard_ratio=margin or 1.0, cross_over=None)

    def control(self) -> Course:
        """Return the course of the control arm: not yet progressed, progressed, crossed over."""
        starts, hazard = self._hazard()
        if self.cross_over is None or self.cross_over.share == 0:
            return Course.piecewise(starts, hazard)
        c, p = self.cross_over, len(starts)
        progression = math.log(2) / c.median_months_to_progression
        moves = np.zeros((p, 3, 3))
        moves[:, 0, 1], moves[:, 0, 2] = (1 - c.share) * progression, c.share * progression
        event = hazard[:, None] * np.array([1.0, 1.0, c.hazard_ratio_after])
        return Course(starts=starts, moves=moves, event=event, first=np.array([1.0, 0.0, 0.0]))

    def new(self) -> Course:
        """Return the course of the new treatment's arm."""
        starts, hazard = self._hazard()
        ratio_starts, ratio = _table(self.hazard_ratio)
        both = np.union1d(starts, ratio_starts)
        return Course.piecewise(both, hazard[_period(starts, both)] * ratio[_period(ratio_starts, both)])

    def accrual(self, patients: float) -> Accrual:
        """Return the accrual of so many patients of both arms."""
        if self.accrual_per_month is None:
            months = float(self.accrual_months or 0.0)
            return Accrual(starts=np.zeros(1), rate=np.array([patients / months]), end=months)
        starts, rate = _table(self.accrual_per_month)
        return Accrual(starts=starts, rate=rate, end=math.inf).until(patients)

    def flow(self) -> Flow:
        """Return the courses of both arms in calendar time."""
        return Flow(control=self.control(), new=self.new(), enter=self.accrual, allocation=self.allocation,
                    dropout=self.dropout, follow_up_months=self.follow_up_months)  # fmt: skip

    def events(self, patients: float, at_month: float) -> float:
        """Return the events expected by a month after the first patient's entry."""
        return self.flow().events(patients, at_month)

    def month_of(self, patients: float, events: float) -> float | None:
        """Return the month in which so many events are expected; ``None`` where they never are."""
        return self.flow().month_of(patients, events)

    def mean_log_ratio(self, patients: float, at_month: float) -> float:
        """Return the log hazard ratio of the arms, averaged over the events expected by a month."""
        return math.log(self.ratio) if self.proportional else self.flow().mean_log_ratio(patients, at_month)

    def assumptions(self) -> tuple[Assumption, ...]:
        """Return every number with its origin."""
        rows: list[tuple[str, str, float, str]] = []
        if self.control_median_months is not None:
            rows.append(("control_median_months", "control arm's median", self.control_median_months, "months"))
        rows += _rows("control_hazard", "control arm's hazard", self.control_hazard, "a month")
        rows += _rows("hazard_ratio", "hazard ratio", self.hazard_ratio, "")
        rows += _rows("accrual_per_month", "accrual", self.accrual_per_month, "patients a month")
        if self.accrual_months is not None:
            rows.append(("accrual_months", "duration of accrual", self.accrual_months, "months"))
        rows.append(("follow_up_months", "follow-up of the last patient", self.follow_up_months, "months"))
        rows.append(("dropout_a_year", "lost within a year", self.dropout_a_year, ""))
        rows.append(("allocation", "new treatment to control", self.allocation, ""))
        if self.cross_over is not None:
            c = self.cross_over
            rows += [
                ("cross_over", "share crossing over at progression", c.share, ""),
                ("cross_over", "control arm's median time to progression", c.median_months_to_progression, "months"),
                ("cross_over", "hazard ratio after crossing over", c.hazard_ratio_after, ""),
            ]
        return tuple(
            Assumption(name=name, value=value, unit=unit, origin=self.origins.get(key, self.origin))
            for key, name, value, unit in rows
        )

    def _hazard(self) -> tuple[Floats, Floats]:
        if self.control_hazard is not None:
            return _table(self.control_hazard)
        return np.zeros(1), np.array([math.log(2) / float(self.control_median_months or 1.0)])


def endpoint_words(code: str) -> str:
    """Return an endpoint in the words of a sentence; what is no code stays as it is.

    Examples
    --------
    >>> endpoint_words("os"), endpoint_words("objective response")
    ('overall survival', 'objective response')
    """
    label = LABELS.get(code.lower())
    return code if label is None else label[0].lower() + label[1:]


def accrual_of_centres(*, centres: int, patients_a_year: float, opening_months: float = 0.0) -> dict[float, float]:
    """Return the accrual of centres that treat a few such patients a year each.

    Parameters
    ----------
    centres
        How many take part.
    patients_a_year
        Patients one centre enters a year.
    opening_months
        Months over which the centres open, evenly, the first at once.

    Returns
    -------
    dict
        Patients a month from the months at which each rate begins, for ``TwoArms``.

    Raises
    ------
    SettingsError
        If a number is impossible.

    Examples
    --------
    >>> accrual_of_centres(centres=12, patients_a_year=2)
    {0.0: 2.0}
    >>> accrual_of_centres(centres=3, patients_a_year=4, opening_months=6)
    {0.0: 0.3333333333333333, 3.0: 0.6666666666666666, 6.0: 1.0}
    """
    check_positive(centres, "a number of centres")
    check_positive(patients_a_year, "patients a year of a centre")
    check_positive(opening_months, "months of opening", zero=True)
    each = patients_a_year / 12
    if opening_months == 0 or centres == 1:
        return {0.0: centres * each}
    return {i * opening_months / (centres - 1): (i + 1) * each for i in range(centres)}


def _rows(key: str, name: str, table: ByPeriod | None, unit: str) -> list[tuple[str, str, float, str]]:
    if table is None:
        return []
    if not isinstance(table, Mapping):
        return [(key, name, float(table), unit)]
    return [(key, f"{name} from month {start:g}", float(value), unit) for start, value in sorted(table.items())]


def _table(table: ByPeriod) -> tuple[Floats, Floats]:
    """Return starts and values."""
    if not isinstance(table, Mapping):
        return np.zeros(1), np.array([float(table)])
    return np.array(sorted(table), dtype=np.float64), np.array([float(table[k]) for k in sorted(table)])


def _check_table(table: ByPeriod, what: str) -> None:
    if isinstance(table, Mapping) and min(table, default=1.0) != 0:
        raise SettingsError(f"{what} from month {min(table, default=math.nan):g}", expected="the first from month 0")
    starts, values = _table(table)
    for start in starts[1:].tolist():
        check_positive(start, f"a month from which there is {what}")
    for value in values.tolist():
        check_positive(value, what)


def _period(starts: Floats, at: Floats) -> NDArray[np.int64]:
    return np.searchsorted(starts, at, side="right") - 1


def _one_of(name: str, value: object, other_name: str, other: object) -> None:
    if (value is None) == (other is None):
        found = "neither" if value is None else "both"
        raise SettingsError(f"{found} of {name} and {other_name}", expected="one of them")
