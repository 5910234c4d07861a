"""Lesions, which of them were treated, scans and measurements."""

from __future__ import annotations

from glisson.clinical.schema.fields import (
    PATIENT_ID,
    Table,
    choice,
    day,
    ident,
    number,
    words,
    yes_no,
)
from glisson.clinical.vocabulary import CRITERIA, RESPONSES

LESION = Table(
    name="lesion",
    title="Lesions",
    key=("lesion_id",),
    adds="response in the liver and outside it apart, new lesions by the day they were first seen",
    fields=(
        ident("lesion_id", "id of the lesion", "EX-01-L1"),
        PATIENT_ID,
        words("organ", "organ", "liver", "required"),
        words("segment", "liver segment I-VIII", "VII"),
        day("first_seen_date", "first seen", "2016-08-02", "required"),
        yes_no("is_node", "lymph node (short axis is measured)", "no", "required"),
        ident("part_of", "the lesion of which this one is a fragment, where a lesion has split", "", "optional"),
        yes_no("treated_before", "treated locally or irradiated before the first session", "no"),
    ),
)  # fmt: skip

SESSION_LESION = Table(
    name="session_lesion",
    title="Which lesion was treated in which session",
    key=("session_id", "lesion_id"),
    adds="which session treated which lesion: the start of local tumour progression",
    fields=(
        ident("session_id", "session", "EX-01-S1"),
        ident("lesion_id", "lesion", "EX-01-L1"),
        choice("coverage", ("complete", "partial"), "coverage of the lesion", "complete"),
        number("margin_mm", "smallest margin", -20, 50, unit="mm"),
    ),
)  # fmt: skip

ASSESSMENT = Table(
    name="assessment",
    title="Imaging assessments, one row a patient, date and criterion",
    key=("assessment_id",),
    adds="progression-free survival, liver progression-free survival, response and its duration",
    fields=(
        ident("assessment_id", "id of the assessment", "EX-01-A1"),
        PATIENT_ID,
        day("date", "date of the scan", "2017-01-09", "required", "ADT"),
        choice("modality", ("CT", "MRI", "PET", "US", "other"), "imaging modality", "CT", "required"),
        words("phase_contrast", "contrast phases", "portal venous"),
        choice("criterion", CRITERIA, "response criterion", "recist11", "required"),
        choice("reader", ("local", "central1", "central2"), "who read it", "local"),
        yes_no("is_baseline", "the scan before treatment", "no"),
        choice("target_resp", RESPONSES, "target lesions", "SD"),
        choice("nontarget_resp", RESPONSES, "non-target lesions", "NON-CR/NON-PD"),
        yes_no("new_lesion", "a new lesion, any site", "no"),
        choice("overall_resp", RESPONSES, "overall response at this scan", "SD", "conditional"),
        choice("liver_resp", RESPONSES, "response in the liver", "SD", "conditional"),
        choice("extrahepatic_resp", RESPONSES, "response outside the liver", "NON-PD", "conditional"),
        yes_no("clinical_pd", "progression declared clinically, without imaging", "no"),
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
    adds="response by RECIST 1.1, mRECIST, EASL, WHO and Choi; local tumour progression of treated lesions",
    fields=(
        ident("assessment_id", "assessment", "EX-01-A1"),
        ident("lesion_id", "lesion", "EX-01-L1"),
        choice("role", ("target", "non_target"), "role of the lesion", "target", "required"),
        number("long_mm", "longest diameter", 0, 400, unit="mm", example="58", need="conditional"),
        number("short_mm", "short axis", 0, 400, unit="mm", need="conditional"),
        number("viable_long_mm", "longest viable (enhancing) diameter", 0, 400, unit="mm"),
        number("viable_area_mm2", "viable area", 0, 160000, unit="mm2"),
        number("hu_mean", "mean attenuation, portal venous phase", -200, 400, unit="HU"),
        choice("status", ("measured", "too_small", "absent", "not_evaluable", "split", "merged"), "status",
                "measured", "required"),
        choice("local_status", ("none", "residual", "ltp", "not_evaluable"),
                "viable tumour at the treated site: none; residual = still viable, never gone since treatment; "
                "ltp = local tumour progression, viable again after a scan without; empty before treatment",
                "residual"),
        yes_no("progressed_since_treatment",
                "at baseline, of a lesion treated before: it has grown since, so that it may be a target (RECIST 1.1)"),
        yes_no("new_nodule", "a new or growing nodule within the lesion (Choi)"),
    ),
    further=((("assessment_id", "EX-01-A0"), ("role", "target"), ("long_mm", "62"), ("status", "measured")),),
)  # fmt: skip
