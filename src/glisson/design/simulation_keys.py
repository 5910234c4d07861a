"""The keys of a trial to be simulated, with the type and the range of each."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

#: Numbers as TOML has them: no text that looks like one.
Number = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]
ByPeriod = Number | dict[str, Number]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SurvivalPart(_Part):
    """A time to an event: one of a median, hazards a month by period, or nothing but a ratio to the first arm."""

    median_months: Positive | None = None
    hazard_per_month: ByPeriod | None = None
    shape: Positive = 1.0
    cured: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    hazard_ratio: ByPeriod = 1.0


class SalvagePart(_Part):
    """Who changes treatment at progression, and the hazard ratio from then on."""

    share: Share
    hazard_ratio: Positive


class ArmPart(SurvivalPart):
    """One arm; what is not given of survival is that of the first arm."""

    allocation: Annotated[Whole, Field(ge=1)] = 1
    dropout_a_year: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    progression: SurvivalPart | None = None
    tau: Annotated[Number, Field(ge=0, le=0.9)] = 0.0
    scan_every_months: Positive | None = None
    salvage: SalvagePart | None = None
    response: Share | None = None


class LookPart(_Part):
    """One analysis: at so many events, so many months after opening, or after so many patients and months more."""

    events: Annotated[Whole, Field(ge=1)] | None = None
    month: Positive | None = None
    patients: Annotated[Whole, Field(ge=1)] | None = None
    wait_months: Annotated[Number, Field(ge=0)] = 0.0
    efficacy: Number | None = None
    futility: Number | None = None


class StatisticPart(_Part):
    """What decides; against what, for a single arm."""

    name: Literal["logrank", "cox", "one_sample_logrank", "milestone", "rmst", "response"]
    at_months: Positive | None = None
    against: Share | None = None
    against_months: Positive | None = None
    against_curve: SurvivalPart | None = None
    variance: Literal["expected", "mean"] = "expected"
    stratified: Annotated[bool, Strict()] = False


class StratumPart(_Part):
    """Patients who fare alike."""

    name: Annotated[str, Field(min_length=1)]
    share: Annotated[Number, Field(gt=0, le=1)]
    hazard_ratio: ByPeriod = 1.0


class SelectionPart(_Part):
    """The choice of one treatment after so many patients."""

    among: tuple[str, ...]
    patients: Annotated[Whole, Field(ge=1)]
    wait_months: Annotated[Number, Field(ge=0, le=120)] = 0.0
    by: Literal["survival", "response", "hazard"] = "hazard"
    at_months: Positive | None = None

    @model_validator(mode="after")
    def _time_of_survival(self) -> Self:
        if (self.by == "survival") != (self.at_months is not None):
            wanted = "with" if self.by == "survival" else "without"
            raise ValueError(f'by = "{self.by}" goes {wanted} at_months')
        return self


class ReestimationPart(_Part):
    """How the events of the second look are raised after the first."""

    most: Annotated[Number, Field(gt=1, le=10)] = 1.5
    target: Annotated[Number, Field(gt=0, lt=1)] = 0.8
    least: Annotated[Number, Field(gt=0, lt=1)] = 0.36


class TrialPart(_Part):
    """One truth and one design."""

    n: Annotated[Whole, Field(ge=1)]
    accrual_per_month: ByPeriod
    arms: dict[str, ArmPart]
    looks: tuple[LookPart, ...] = ()
    looks_from: str = ""
    statistic: StatisticPart | Literal["logrank", "cox", "response"] = "logrank"
    endpoint: Literal["os", "pfs"] = "os"
    latest_month: Positive | None = None
    strata: tuple[StratumPart, ...] = ()
    selection: SelectionPart | None = None
    reestimation: ReestimationPart | None = None
