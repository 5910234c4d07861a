"""study.toml: what the people of the study decided, each setting with its origin."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from glisson.clinical.vocabulary import METHOD_FAMILY
from glisson.errors import SettingsError

Origin = Literal["chosen", "default", "derived"]


class _Section(BaseModel):
    """A section of study.toml; unknown keys are errors, so that no setting is accepted and ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EndpointSettings(_Section):
    """How endpoints are derived."""

    origin: Literal["first_ldt", "liver_met_dx", "met_dx", "systemic_start"] = Field(
        default="first_ldt", description="where time starts; earlier origins give delayed entry"
    )
    rule_set: Literal["policy", "fda_a"] = Field(default="policy", description="censoring rule set")
    imaging_interval_days: int | None = Field(
        default=None, ge=1, description="planned days between scans; without it the cohort's median gap"
    )
    imaging_window_days: int = Field(default=14, ge=0, description="days a scan may be late")
    sd_min_days: int = Field(default=42, ge=0, description="day from which stable disease counts as such")
    clinical_progression_is_event: bool = Field(
        default=False, description="whether progression without imaging ends PFS and TTP (rule set policy only)"
    )
    no_response_is_untreatable: bool = Field(
        default=True,
        description="whether stopping without response to two sessions counts as untreatable progression (TTUP)",
    )
    course_window_days: int = Field(
        default=56, ge=0, description="days within which undeclared sessions belong to the first course"
    )
    criterion: str = Field(
        default="",
        description="recist11, mrecist, easl, choi, mchoi or who; empty: the only one recorded, of several recist11",
    )
    reader: str = Field(default="", description="reader of the scans; empty: all, the worst reading of a date")


class AnalysisSettings(_Section):
    """How estimates are made."""

    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")
    conf_type: Literal["log-log", "log", "plain"] = Field(
        default="log-log", description="kind of interval of Kaplan-Meier estimates and medians"
    )
    times_months: tuple[float, ...] = Field(
        default=(6.0, 12.0, 24.0), description="months at which survival and incidence are given"
    )
    method_grouping: Literal["family", "exact"] = Field(
        default="family", description="microwave and radiofrequency as one method (ablation), or apart"
    )
    subgroups: tuple[str, ...] = Field(
        default=(), description="columns of the patient table by which results are divided as well"
    )
    seed: int = Field(default=20200101, description="seed of random labelings")
    ae_window_days: int = Field(default=30, ge=1, description="days after a session in which adverse events count")
    minimum_events: int = Field(default=5, ge=1, description="events that two groups need to be tested at all")
    protocol: str = Field(
        default="", description="protocol or analysis plan written before the analysis, with its date or registration"
    )


class ResponseSettings(_Section):
    """How response is derived from measurements."""

    source: Literal["derived", "recorded"] = Field(
        default="derived",
        description="whether responses derived from measurements count where there are any, or the recorded ones",
    )
    mrecist_requires_5mm: bool = Field(
        default=False,
        description="whether progression by mRECIST needs 5 mm as well (the text of 2010 does not ask it)",
    )
    liver_targets_max: int = Field(
        default=2, ge=1, description="target lesions in the liver; more than the 2 of RECIST 1.1 are named as such"
    )
    confirm_days: int = Field(
        default=28, ge=0, description="days after which a second scan confirms a complete or partial response"
    )
    confirm_max_ne: int = Field(
        default=1, ge=0, description="scans not evaluable allowed between a response and its confirmation"
    )
    confirm_accept_sd: bool = Field(
        default=False, description="whether one scan with stable disease may lie before the confirming one"
    )
    control_from_days: int = Field(
        default=28, ge=0, description="day after treatment of a lesion from which a scan is its first control"
    )
    control_to_days: int = Field(
        default=84, ge=1, validate_default=True, description="last day on which a scan is the first control"
    )

    @field_validator("control_to_days")
    @classmethod
    def _is_a_window(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("control_from_days", 0):
            raise ValueError("a day on or after control_from_days")
        return value


class SafetySettings(_Section):
    """How harm is graded and counted."""

    liver_function_days: int = Field(
        default=90,
        ge=1,
        description="days after a session in which the worst liver function is looked for, and after a score for death",
    )
    child_pugh_albumin_limit: Literal[28, 30] = Field(
        default=28, description="g/L below which albumin has three points in Child-Pugh; published tables differ"
    )

    y90_hepatic_window_days: int = Field(
        default=90, ge=1, description="days after radioembolization in which hepatic and radiation effects count"
    )
    doxorubicin_warn_mg_m2: float = Field(
        default=400, gt=0, description="cumulative doxorubicin above which heart failure becomes common; a convention"
    )
    doxorubicin_alert_mg_m2: float = Field(
        default=550, gt=0, description="cumulative doxorubicin usually not exceeded; a convention, others take 450"
    )
    sir_long_stay_days: float = Field(
        default=1,
        ge=0,
        description="hospital days added above which SIR 2017 is severe; this study's reading of 24 hours",
    )
    cirse_edition: Literal["2017", "2026"] = Field(default="2017", description="edition of the CIRSE classification")
    cirse_2026_long_stay_days: float | None = Field(
        default=None,
        ge=0,
        description="hospital days added above which CIRSE 2026 is 3b, from the standard; empty: 3 is not divided",
    )
    pes_window_days: int = Field(default=14, ge=1, description="days in which post-embolization syndrome begins")
    reild_from_days: int = Field(default=14, ge=0, description="days after radioembolization after which REILD begins")
    reild_window_days: int = Field(
        default=120, ge=1, validate_default=True, description="days after radioembolization until which REILD begins"
    )
    ctcae_version: Literal["5", "6"] = Field(
        default="5", description="CTCAE version by which laboratory values are graded"
    )

    @field_validator("reild_window_days")
    @classmethod
    def _is_after_its_start(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("reild_from_days", 0):
            raise ValueError("a day after reild_from_days")
        return value


class StandardsSettings(_Section):
    """What the reporting standards ask and no sheet holds, in the authors' own words; a text fills its item."""

    least_recorded: float = Field(
        default=1.0, gt=0, le=1, description="share of the patients or sessions with an item recorded that fills it"
    )
    study_design: str = Field(default="", description="design, e.g. retrospective cohort of consecutive patients")
    inclusion_criteria: str = Field(default="", description="who was included")
    exclusion_criteria: str = Field(default="", description="who was excluded")
    staging: str = Field(default="", description="staging system and stages")
    follow_up_imaging: str = Field(default="", description="planned imaging after treatment: modality and times")
    limitations: str = Field(default="", description="limitations beyond the pitfalls that glisson finds")
    conclusions: str = Field(default="", description="the authors' conclusions")
    sponsorship: str = Field(default="", description="sponsor and funding, or that there was none")
    centres: str = Field(default="", description="participating centres")
    ethics_approval: str = Field(default="", description="approval or waiver of the review board, with its number")
    privacy: str = Field(default="", description="how HIPAA, GDPR or the local law on patient data is complied with")
    metastasis_diagnosis: str = Field(default="", description="how liver metastases were diagnosed")
    flow_stasis: str = Field(default="", description="how stasis of flow was judged and what followed from it")
    tumour_targeting: str = Field(default="", description="how the treated territory was chosen")
    preparatory_imaging: str = Field(default="", description="imaging after the preparatory angiography")
    lung_shunt_formula: str = Field(default="", description="formula of the lung shunt fraction")
    post_treatment_imaging: str = Field(default="", description="imaging of the microspheres after treatment")
    multivariate_analysis: str = Field(default="", description="uni- or multivariate analysis reported elsewhere")
    vascular_anatomy: str = Field(
        default="",
        description="vascular anatomy and missed findings where pneumonitis, cholecystitis or ulcer occurred",
    )
    cost: str = Field(default="", description="cost or cost-effectiveness")


class ComparisonSettings(_Section):
    """Published treatments beside which the cohort is set."""

    arms: tuple[str, ...] = Field(
        default=(),
        description="arms of the evidence library, as study or study:arm; empty: doxorubicin front-line and later "
        "lines, where the cohort is mostly of leiomyosarcoma",
    )


class ReportSettings(_Section):
    """How the report reads."""

    style: Literal["ama", "nejm", "lancet", "plain"] = Field(
        default="ama", description="how numbers and P values are written"
    )
    pseudonymous: bool = Field(
        default=True, description="patients as Pt01, Pt02, ... rather than by the ids of the input"
    )


DateOrder = Literal["", "day_first", "month_first", "iso"]
DurationUnit = Literal["", "days", "weeks", "months", "years", "mm", "cm"]


class ColumnMap(_Section):
    """What one column of a flat sheet means; a column that means two things has two entries."""

    column: str = Field(min_length=1, description="heading as it stands in the sheet")
    means: str = Field(min_length=1, description="one of the meanings listed in docs/how-to/flat-spreadsheet.md")
    unit: DurationUnit = Field(default="", description="unit of a duration or a length")
    date_order: DateOrder = Field(default="", description="order of day and month in dates written as text")
    codes: dict[str, str] = Field(default_factory=dict, description="value as it stands in the sheet -> code")
    missing: tuple[str, ...] = Field(default=(), description="values of this column that mean: not recorded")
    keep: tuple[str, ...] = Field(default=(), description="values that look like a code for missing but are real")
    label: str = Field(default="", description="what a subgroup or an adverse event is called in print")


class InputSettings(_Section):
    """How the input is read."""

    kind: Literal["", "relational", "flat", "redcap"] = Field(
        default="", description="kind of input; empty: recognised"
    )
    sheet: str = Field(default="", description="the sheet that holds the patients")
    date_order: DateOrder = Field(default="", description="for every date column without an order of its own")
    missing: tuple[str, ...] = Field(default=(), description="texts that mean: not recorded, in every column")
    method: str = Field(default="", description="method (a code) of every patient, where no column holds it")
    columns: tuple[ColumnMap, ...] = Field(default=(), description="what the columns of a flat sheet mean")

    @field_validator("method")
    @classmethod
    def _is_a_method(cls, value: str) -> str:
        if value and value not in METHOD_FAMILY:
            raise ValueError(f"one of {', '.join(METHOD_FAMILY)}")
        return value


class Study(_Section):
    """All settings of one study."""

    title: str = Field(default="", description="title of the report")
    synthetic: bool = Field(default=False, description="whether the patients are invented; every page then says so")
    cutoff: date | None = Field(default=None, description="last day of the data; what came later has not happened")
    input: InputSettings = InputSettings()
    endpoints: EndpointSettings = EndpointSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    response: ResponseSettings = ResponseSettings()
    safety: SafetySettings = SafetySettings()
    standards: StandardsSettings = StandardsSettings()
    comparison: ComparisonSettings = ComparisonSettings()
    report: ReportSettings = ReportSettings()

    def origins(self) -> dict[str, Origin]:
        """Return for each setting whether it was chosen or is a default."""
        out: dict[str, Origin] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, _Section):
                chosen = value.model_fields_set
                out |= {f"{name}.{k}": "chosen" if k in chosen else "default" for k in type(value).model_fields}
            else:
                out[name] = "chosen" if name in self.model_fields_set else "default"
        return out


def read_study(path: Path) -> Study:
    """Read study.toml.

    Raises
    ------
    SettingsError
        Naming every key that is unknown or has an impossible value.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path.name} does not exist", todo="check the path, or leave it out") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not readable as TOML: {error}", todo="correct that line") from None
    return parse_study(raw, path.name)


def parse_study(raw: dict[str, Any], place: str = "study.toml") -> Study:
    """Validate settings; every wrong key is named at once."""
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        lines = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']} (found {e['input']!r})" for e in error.errors()]
        raise SettingsError("; ".join(lines), place=place, todo="correct or remove these keys") from None
