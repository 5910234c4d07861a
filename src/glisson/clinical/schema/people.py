"""Patients, their sessions, other therapy and follow-up."""

from __future__ import annotations

from glisson.clinical.schema.fields import (
    PATIENT_ID,
    Field,
    Table,
    choice,
    day,
    ident,
    number,
    whole,
    words,
    yes_no,
)
from glisson.clinical.vocabulary import METHOD_FAMILY, RESPONSES

PATIENT = Table(
    name="patient",
    title="Patients",
    key=("patient_id",),
    compulsory=True,
    fields=(
        PATIENT_ID,
        choice("sex", ("M", "F", "U"), "sex", "F", "required"),
        whole("birth_year", "year of birth (or give age_at_t0)", 1900, 2026, "1957", "conditional"),
        number("age_at_t0", "age at the first liver-directed session (or give birth_year)", 0, 120, unit="years",
                need="conditional"),
        whole("ecog_t0", "ECOG performance status before the first session", 0, 4, "1"),
        words("primary_site", "organ of the primary tumour", "uterus", "required"),
        words("histology", "histology, words or ICD-O-3", "leiomyosarcoma", "required"),
        day("primary_dx_date", "diagnosis of the primary tumour", "2015-03"),
        day("met_dx_date", "first documented metastasis, any site", "2016-08-02"),
        day("liver_met_dx_date", "first documented liver metastasis", "2016-08-02"),
        yes_no("cirrhosis", "liver cirrhosis", "no"),
        number("height_cm", "height", 80, 230, unit="cm", example="168"),
        number("weight_kg", "weight", 20, 300, unit="kg", example="71"),
        choice("extrahepatic_t0", ("none", "present", "unknown"), "disease outside the liver at the first session",
                "present", "required"),
        Field(name="extrahepatic_sites", kind="list", meaning="sites outside the liver, separated by ;",
              example="lung; bone"),
        yes_no("liver_dominant", "liver disease is dominant", "yes"),
        number("liver_tumour_burden_pct", "share of the liver replaced by tumour", 0, 100, unit="%", example="25"),
        whole("n_liver_lesions", "number of liver lesions", 0, 500, "4"),
        number("largest_mm", "largest liver lesion", 1, 400, unit="mm", example="62"),
        yes_no("resection_prior", "liver resection before the first session", "no"),
        whole("lines_systemic_before", "lines of systemic therapy before the first session", 0, 20, "1"),
        yes_no("anthracycline_prior", "anthracycline before the first session", "yes"),
        number("dox_sys_mg_m2", "cumulative systemic doxorubicin before the first session", 0, 1200, unit="mg/m2",
                example="300"),
        day("death_date", "date of death, empty if alive", "2018-01-20", "conditional", "DTHDT"),
        choice("cause_of_death", ("disease", "treatment", "other", "unknown"), "cause of death", "disease"),
        day("last_contact_date", "last date known alive, or date of death", "2018-01-20", "required", "LSTALVDT"),
        choice("vital_status", ("alive", "dead"), "status at last contact", "dead", "required"),
        day("last_imaging_date", "last imaging of the liver (only where there is no assessment sheet)"),
        day("progression_date", "first progression, any site (only where there is no assessment sheet)"),
        day("liver_progression_date", "first progression in the liver (only where there is no assessment sheet)"),
        day("extrahepatic_progression_date",
              "first progression outside the liver (only where there is no assessment sheet)"),
        choice("best_response", RESPONSES, "best overall response as recorded (only without an assessment sheet)", ""),
        words("site_id", "centre", "A"),
    ),
)  # fmt: skip

SESSION = Table(
    name="session",
    title="Liver-directed sessions, one row a procedure day and method",
    key=("session_id",),
    compulsory=True,
    fields=(
        ident("session_id", "id of the session", "EX-01-S1"),
        PATIENT_ID,
        day("date", "date of the procedure", "2016-10-11", "required"),
        choice("method", tuple(METHOD_FAMILY), "treatment method", "deb_tace", "required"),
        words("course_id", "sessions planned together at the first one share a course", "EX-01-C1"),
        choice("retreat_type", ("first", "planned_stage", "residual", "ltp", "new_lesion"), "why treated again",
                "first"),
        choice("intent", ("curative", "palliative", "bridging"), "intent", "palliative"),
        words("target_territory", "segments, lobe or whole_liver", "right lobe"),
        words("drug", "drug given through the catheter", "doxorubicin"),
        number("drug_mg", "drug dose", 0, 400, unit="mg", example="75", need="conditional"),
        words("bead_name", "bead or microsphere product", "DC Bead"),
        number("bead_min_um", "smallest bead diameter", 10, 2000, unit="um", example="100"),
        number("bead_max_um", "largest bead diameter", 10, 2000, unit="um", example="300"),
        number("vials", "vials used", 0, 20, example="1"),
        number("lipiodol_ml", "lipiodol", 0, 60, unit="mL"),
        yes_no("stasis_endpoint", "stasis or near stasis reached", "yes"),
        number("activity_gbq", "administered activity", 0, 30, unit="GBq", need="conditional"),
        number("dose_gy_tumour", "absorbed dose, tumour", 0, 2000, unit="Gy"),
        number("dose_gy_normal_liver", "absorbed dose, normal liver", 0, 500, unit="Gy"),
        number("lung_shunt_pct", "lung shunt", 0, 100, unit="%"),
        choice("dosimetry", ("bsa", "mird", "partition", "voxel"), "dosimetry method", ""),
        yes_no("technical_success", "treated as planned with complete delivery or coverage", "yes", "required"),
        number("fluoroscopy_min", "fluoroscopy time", 0, 600, unit="min", example="22"),
        number("length_of_stay_d", "length of stay", 0, 365, unit="days", example="1"),
    ),
)  # fmt: skip

SYSTEMIC_THERAPY = Table(
    name="systemic_therapy",
    title="Systemic therapy",
    adds="time to next treatment, lines of therapy, censoring at new therapy",
    fields=(
        PATIENT_ID,
        day("start_date", "start", "2015-05-04", "required"),
        day("end_date", "end", "2015-11-20"),
        words("regimen", "regimen", "doxorubicin", "required"),
        whole("line", "line", 0, 20, "1"),
        choice("best_response", RESPONSES, "best response", "SD"),
        words("stop_reason", "why stopped", "progression"),
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
        PATIENT_ID,
        day("date", "date of contact", "2017-06-01", "required"),
        yes_no("alive", "alive", "yes", "required"),
        whole("ecog", "ECOG performance status", 0, 5, "1"),
        day("ldt_stop_date", "liver-directed therapy stopped", "2017-06-01", "conditional"),
        choice("ldt_stop_reason", STOP_REASONS, "why stopped", "hepatic_progression", "conditional"),
        words("qol_tool", "questionnaire", "EORTC QLQ-C30"),
        number("qol_score", "score", -1000, 1000, example="67"),
    ),
)  # fmt: skip
