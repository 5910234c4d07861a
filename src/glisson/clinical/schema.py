"""The common data model: which tables, which columns, what may stand in a cell.

One declaration drives reading, checking, the empty workbook and the data dictionary in the documentation. Names are
lower_snake; ``adam`` names the ADaM/SDTM variable where one exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.clinical.vocabulary import CRITERIA, METHOD_FAMILY, RESPONSES

Kind = Literal["id", "text", "choice", "date", "integer", "number", "yes_no", "list"]
Need = Literal["required", "conditional", "optional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a table.

    Parameters
    ----------
    name
        Column name.
    kind
        What a cell holds. Ids stay text; dates may be partial; lists are separated by ``;`` or ``,``.
    need
        ``required`` for every row, ``conditional`` on other columns, or ``optional``.
    choices
        Codes of a choice, in display order.
    low, high
        Plausible limits of a number, inclusive.
    unit
        Unit of a number, as stored.
    meaning
        What the column holds, for the cell comment and the dictionary.
    example
        Text of the example patient's cell.
    adam
        ADaM or SDTM variable.
    """

    name: str
    kind: Kind = "text"
    need: Need = "optional"
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    meaning: str = ""
    example: str = ""
    adam: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet.

    Parameters
    ----------
    name, title
        Sheet name and heading.
    fields
        Columns in order.
    key
        Columns that identify a row; empty where rows need no identity.
    compulsory
        Whether an assessment is impossible without the table.
    adds
        What can be computed with this table and not without it.
    further
        Further rows of the example patient, as (column, text) pairs; an id of the first row that is not given stays.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    compulsory: bool = False
    adds: str = ""
    further: tuple[tuple[tuple[str, str], ...], ...] = ()

    def field(self, name: str) -> Field:
        """Return a column by name."""
        return next(f for f in self.fields if f.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(f.name for f in self.fields)

    @property
    def examples(self) -> tuple[dict[str, str], ...]:
        """Rows of the example patient: the texts of the filled cells by column."""
        first = {f.name: f.example for f in self.fields if f.example}
        kept = {f.name: f.example for f in self.fields if f.kind == "id" and f.example}
        return (first, *(kept | dict(row) for row in self.further))


def _id(name: str, meaning: str, example: str, need: Need = "required", adam: str = "") -> Field:
    return Field(name=name, kind="id", need=need, meaning=meaning, example=example, adam=adam)


def _choice(name: str, choices: tuple[str, ...], meaning: str, example: str, need: Need = "optional") -> Field:
    return Field(name=name, kind="choice", choices=choices, meaning=meaning, example=example, need=need)


def _date(name: str, meaning: str, example: str = "", need: Need = "optional", adam: str = "") -> Field:
    return Field(name=name, kind="date", meaning=meaning, example=example, need=need, adam=adam)


def _number(
    name: str, meaning: str, low: float, high: float, *, unit: str = "", example: str = "", need: Need = "optional"
) -> Field:
    return Field(name=name, kind="number", low=low, high=high, unit=unit, meaning=meaning, example=example, need=need)


def _whole(name: str, meaning: str, low: float, high: float, example: str = "", need: Need = "optional") -> Field:
    return Field(name=name, kind="integer", low=low, high=high, meaning=meaning, example=example, need=need)


def _yes_no(name: str, meaning: str, example: str = "", need: Need = "optional") -> Field:
    return Field(name=name, kind="yes_no", meaning=meaning, example=example, need=need)


def _text(name: str, meaning: str, example: str = "", need: Need = "optional") -> Field:
    return Field(name=name, meaning=meaning, example=example, need=need)


_PATIENT_ID = _id("patient_id", "the patient's pseudonymous id; text, leading zeros are kept", "EX-01", adam="USUBJID")

PATIENT = Table(
    name="patient",
    title="Patients",
    key=("patient_id",),
    compulsory=True,
    fields=(
        _PATIENT_ID,
        _choice("sex", ("M", "F", "U"), "sex", "F", "required"),
        _whole("birth_year", "year of birth (or give age_at_t0)", 1900, 2026, "1957", "conditional"),
        _number("age_at_t0", "age at the first liver-directed session (or give birth_year)", 0, 120, unit="years",
                need="conditional"),
        _whole("ecog_t0", "ECOG performance status before the first session", 0, 4, "1"),
        _text("primary_site", "organ of the primary tumour", "uterus", "required"),
        _text("histology", "histology, words or ICD-O-3", "leiomyosarcoma", "required"),
        _date("primary_dx_date", "diagnosis of the primary tumour", "2015-03"),
        _date("met_dx_date", "first documented metastasis, any site", "2016-08-02"),
        _date("liver_met_dx_date", "first documented liver metastasis", "2016-08-02"),
        _yes_no("cirrhosis", "liver cirrhosis", "no"),
        _number("height_cm", "height", 80, 230, unit="cm", example="168"),
        _number("weight_kg", "weight", 20, 300, unit="kg", example="71"),
        _choice("extrahepatic_t0", ("none", "present", "unknown"), "disease outside the liver at the first session",
                "present", "required"),
        Field(name="extrahepatic_sites", kind="list", meaning="sites outside the liver, separated by ;",
              example="lung; bone"),
        _yes_no("liver_dominant", "liver disease is dominant", "yes"),
        _number("liver_tumour_burden_pct", "share of the liver replaced by tumour", 0, 100, unit="%", example="25"),
        _whole("n_liver_lesions", "number of liver lesions", 0, 500, "4"),
        _number("largest_mm", "largest liver lesion", 1, 400, unit="mm", example="62"),
        _yes_no("resection_prior", "liver resection before the first session", "no"),
        _whole("lines_systemic_before", "lines of systemic therapy before the first session", 0, 20, "1"),
        _yes_no("anthracycline_prior", "anthracycline before the first session", "yes"),
        _number("dox_sys_mg_m2", "cumulative systemic doxorubicin before the first session", 0, 1200, unit="mg/m2",
                example="300"),
        _date("death_date", "date of death, empty if alive", "2018-01-20", "conditional", "DTHDT"),
        _choice("cause_of_death", ("disease", "treatment", "other", "unknown"), "cause of death", "disease"),
        _date("last_contact_date", "last date known alive, or date of death", "2018-01-20", "required", "LSTALVDT"),
        _choice("vital_status", ("alive", "dead"), "status at last contact", "dead", "required"),
        _date("last_imaging_date", "last imaging of the liver (only where there is no assessment sheet)"),
        _date("progression_date", "first progression, any site (only where there is no assessment sheet)"),
        _date("liver_progression_date", "first progression in the liver (only where there is no assessment sheet)"),
        _date("extrahepatic_progression_date",
              "first progression outside the liver (only where there is no assessment sheet)"),
        _choice("best_response", RESPONSES, "best overall response as recorded (only without an assessment sheet)", ""),
        _text("site_id", "centre", "A"),
    ),
)  # fmt: skip

SESSION = Table(
    name="session",
    title="Liver-directed sessions, one row a procedure day and method",
    key=("session_id",),
    compulsory=True,
    fields=(
        _id("session_id", "id of the session", "EX-01-S1"),
        _PATIENT_ID,
        _date("date", "date of the procedure", "2016-10-11", "required"),
        _choice("method", tuple(METHOD_FAMILY), "treatment method", "deb_tace", "required"),
        _text("course_id", "sessions planned together at the first one share a course", "EX-01-C1"),
        _choice("retreat_type", ("first", "planned_stage", "residual", "ltp", "new_lesion"), "why treated again",
                "first"),
        _choice("intent", ("curative", "palliative", "bridging"), "intent", "palliative"),
        _text("target_territory", "segments, lobe or whole_liver", "right lobe"),
        _text("drug", "drug given through the catheter", "doxorubicin"),
        _number("drug_mg", "drug dose", 0, 400, unit="mg", example="75", need="conditional"),
        _text("bead_name", "bead or microsphere product", "DC Bead"),
        _number("bead_min_um", "smallest bead diameter", 10, 2000, unit="um", example="100"),
        _number("bead_max_um", "largest bead diameter", 10, 2000, unit="um", example="300"),
        _number("vials", "vials used", 0, 20, example="1"),
        _number("lipiodol_ml", "lipiodol", 0, 60, unit="mL"),
        _yes_no("stasis_endpoint", "stasis or near stasis reached", "yes"),
        _number("activity_gbq", "administered activity", 0, 30, unit="GBq", need="conditional"),
        _number("dose_gy_tumour", "absorbed dose, tumour", 0, 2000, unit="Gy"),
        _number("dose_gy_normal_liver", "absorbed dose, normal liver", 0, 500, unit="Gy"),
        _number("lung_shunt_pct", "lung shunt", 0, 100, unit="%"),
        _choice("dosimetry", ("bsa", "mird", "partition", "voxel"), "dosimetry method", ""),
        _yes_no("technical_success", "treated as planned with complete delivery or coverage", "yes", "required"),
        _number("fluoroscopy_min", "fluoroscopy time", 0, 600, unit="min", example="22"),
        _number("length_of_stay_d", "length of stay", 0, 365, unit="days", example="1"),
    ),
)  # fmt: skip

LESION = Table(
    name="lesion",
    title="Lesions",
    key=("lesion_id",),
    adds="the lesions that other tables name, checked against each other",
    fields=(
        _id("lesion_id", "id of the lesion", "EX-01-L1"),
        _PATIENT_ID,
        _text("organ", "organ", "liver", "required"),
        _text("segment", "liver segment I-VIII", "VII"),
        _date("first_seen_date", "first seen", "2016-08-02", "required"),
        _yes_no("is_node", "lymph node (short axis is measured)", "no", "required"),
    ),
)  # fmt: skip

SESSION_LESION = Table(
    name="session_lesion",
    title="Which lesion was treated in which session",
    key=("session_id", "lesion_id"),
    adds="which session treated which lesion: the start of local tumour progression",
    fields=(
        _id("session_id", "session", "EX-01-S1"),
        _id("lesion_id", "lesion", "EX-01-L1"),
        _choice("coverage", ("complete", "partial"), "coverage of the lesion", "complete"),
        _number("margin_mm", "smallest margin", -20, 50, unit="mm"),
    ),
)  # fmt: skip

ASSESSMENT = Table(
    name="assessment",
    title="Imaging assessments, one row a patient, date and criterion",
    key=("assessment_id",),
    adds="progression-free survival, liver progression-free survival, response and its duration",
    fields=(
        _id("assessment_id", "id of the assessment", "EX-01-A1"),
        _PATIENT_ID,
        _date("date", "date of the scan", "2017-01-09", "required", "ADT"),
        _choice("modality", ("CT", "MRI", "PET", "US", "other"), "imaging modality", "CT", "required"),
        _text("phase_contrast", "contrast phases", "portal venous"),
        _choice("criterion", CRITERIA, "response criterion", "recist11", "required"),
        _choice("reader", ("local", "central1", "central2"), "who read it", "local"),
        _yes_no("is_baseline", "the scan before treatment", "no"),
        _choice("target_resp", RESPONSES, "target lesions", "SD"),
        _choice("nontarget_resp", RESPONSES, "non-target lesions", "NON-CR/NON-PD"),
        _yes_no("new_lesion", "a new lesion, any site", "no"),
        _choice("overall_resp", RESPONSES, "overall response at this scan", "SD", "conditional"),
        _choice("liver_resp", RESPONSES, "response in the liver", "SD", "conditional"),
        _choice("extrahepatic_resp", RESPONSES, "response outside the liver", "NON-PD", "conditional"),
        _yes_no("clinical_pd", "progression declared clinically, without imaging", "no"),
    ),
    further=(
        (("assessment_id", "EX-01-A0"), ("date", "2016-09-27"), ("modality", "CT"), ("criterion", "recist11"),
         ("reader", "local"), ("is_baseline", "yes")),
    ),
)  # fmt: skip

MEASUREMENT = Table(
    name="measurement",
    title="Lesion measurements",
    key=("assessment_id", "lesion_id"),
    adds="local tumour progression of treated lesions, from local_status",
    fields=(
        _id("assessment_id", "assessment", "EX-01-A1"),
        _id("lesion_id", "lesion", "EX-01-L1"),
        _choice("role", ("target", "non_target"), "role of the lesion", "target", "required"),
        _number("long_mm", "longest diameter", 0, 400, unit="mm", example="58", need="conditional"),
        _number("short_mm", "short axis", 0, 400, unit="mm", need="conditional"),
        _number("viable_long_mm", "longest viable (enhancing) diameter", 0, 400, unit="mm"),
        _number("viable_area_mm2", "viable area", 0, 160000, unit="mm2"),
        _number("hu_mean", "mean attenuation, portal venous phase", -200, 400, unit="HU"),
        _choice("status", ("measured", "too_small", "absent", "not_evaluable", "split", "merged"), "status",
                "measured", "required"),
        _choice("local_status", ("none", "residual", "ltp", "not_evaluable"),
                "viable tumour at the treated site: none; residual = still viable, never gone since treatment; "
                "ltp = local tumour progression, viable again after a scan without; empty before treatment",
                "residual"),
    ),
    further=((("assessment_id", "EX-01-A0"), ("role", "target"), ("long_mm", "62"), ("status", "measured")),),
)  # fmt: skip

LAB_TESTS = (
    "bilirubin", "albumin", "alt", "ast", "alp", "ggt", "creatinine", "inr", "sodium", "hb", "wbc", "anc", "alc",
    "platelets", "afp", "cea", "ldh",
)  # fmt: skip

LAB = Table(
    name="lab",
    title="Laboratory values",
    key=("patient_id", "date", "test"),
    adds="bilirubin before treatment among the differences between methods, low blood counts after it",
    fields=(
        _PATIENT_ID,
        _date("date", "date of the sample", "2016-10-10", "required"),
        _choice("test", LAB_TESTS, "analyte", "bilirubin", "required"),
        _number("value", "value", -1e6, 1e7, example="11", need="required"),
        _text("unit", "unit, as printed by the laboratory", "umol/L", "required"),
        _number("uln", "upper limit of normal, same unit", 0, 1e7, example="21", need="conditional"),
        _number("lln", "lower limit of normal, same unit", 0, 1e7, need="conditional"),
        _yes_no("on_anticoagulation", "on anticoagulation", "no"),
    ),
)  # fmt: skip

ADVERSE_EVENT = Table(
    name="adverse_event",
    title="Adverse events",
    adds="safety by term, grade and method",
    fields=(
        _PATIENT_ID,
        _date("onset_date", "onset", "2016-10-12", "required", "ASTDT"),
        _date("end_date", "end", "2016-10-15"),
        _text("term", "CTCAE term", "Nausea", "required"),
        _whole("grade", "grade 1-5 (0 = assessed, none)", 0, 5, "2", "required"),
        _choice("ctcae_version", ("4", "5", "6"), "CTCAE version", "5", "required"),
        _text("sir_grade", "SIR class"),
        _text("cirse_grade", "CIRSE class"),
        _choice("related", ("unrelated", "unlikely", "possible", "probable", "definite"), "relation to treatment",
                "probable", "required"),
        _yes_no("serious", "serious", "no"),
        _id("session_id", "session it is attributed to", "EX-01-S1", "optional"),
        _yes_no("pes", "part of a post-embolization syndrome", "yes"),
        _yes_no("nte", "caused by non-target embolization", "no"),
        _text("action", "action taken", "antiemetic"),
        _number("hospital_days_added", "hospital days added", 0, 365, unit="days", example="0"),
        _yes_no("icu", "intensive care", "no"),
        _yes_no("intervention", "intervention needed", "no"),
        _yes_no("sequelae", "permanent sequelae", "no"),
        _choice("outcome", ("resolved", "ongoing", "fatal"), "outcome", "resolved"),
    ),
)  # fmt: skip

SYSTEMIC_THERAPY = Table(
    name="systemic_therapy",
    title="Systemic therapy",
    adds="time to next treatment, lines of therapy, censoring at new therapy",
    fields=(
        _PATIENT_ID,
        _date("start_date", "start", "2015-05-04", "required"),
        _date("end_date", "end", "2015-11-20"),
        _text("regimen", "regimen", "doxorubicin", "required"),
        _whole("line", "line", 0, 20, "1"),
        _choice("best_response", RESPONSES, "best response", "SD"),
        _text("stop_reason", "why stopped", "progression"),
    ),
)  # fmt: skip

STOP_REASONS = (
    "hepatic_progression", "vascular_invasion", "extrahepatic_progression", "liver_function", "performance_status",
    "toxicity", "technical", "no_response_after_2", "patient_choice", "completed", "death",
)  # fmt: skip

FOLLOWUP = Table(
    name="followup",
    title="Follow-up contacts",
    adds="further dates on which patients were known to be alive",
    fields=(
        _PATIENT_ID,
        _date("date", "date of contact", "2017-06-01", "required"),
        _yes_no("alive", "alive", "yes", "required"),
        _whole("ecog", "ECOG performance status", 0, 5, "1"),
        _date("ldt_stop_date", "liver-directed therapy stopped", "2017-06-01", "conditional"),
        _choice("ldt_stop_reason", STOP_REASONS, "why stopped", "hepatic_progression", "conditional"),
        _text("qol_tool", "questionnaire", "EORTC QLQ-C30"),
        _number("qol_score", "score", -1000, 1000, example="67"),
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    PATIENT, SESSION, LESION, SESSION_LESION, ASSESSMENT, MEASUREMENT, LAB, ADVERSE_EVENT, SYSTEMIC_THERAPY, FOLLOWUP,
)  # fmt: skip


def table(name: str) -> Table:
    """Return a declared table by name."""
    return next(t for t in TABLES if t.name == name)
