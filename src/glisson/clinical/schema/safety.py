"""Laboratory values and adverse events."""

from __future__ import annotations

from glisson.clinical.schema.fields import (
    PATIENT_ID,
    Table,
    choice,
    day,
    ident,
    number,
    whole,
    words,
    yes_no,
)

LAB_TESTS = (
    "bilirubin", "albumin", "alt", "ast", "alp", "ggt", "creatinine", "inr", "sodium", "hb", "wbc", "anc", "alc",
    "platelets", "afp", "cea", "ldh",
)  # fmt: skip

LAB = Table(
    name="lab",
    title="Laboratory values",
    key=("patient_id", "date", "test"),
    adds="laboratory toxicity by CTCAE grade, shifts, liver function before and after treatment",
    fields=(
        PATIENT_ID,
        day("date", "date of the sample", "2016-10-10", "required"),
        choice("test", LAB_TESTS, "analyte", "bilirubin", "required"),
        number("value", "value", -1e6, 1e7, example="11", need="required"),
        words("unit", "unit, as printed by the laboratory", "umol/L", "required"),
        number("uln", "upper limit of normal, same unit", 0, 1e7, example="21", need="conditional"),
        number("lln", "lower limit of normal, same unit", 0, 1e7, need="conditional"),
        yes_no("on_anticoagulation", "on anticoagulation", "no"),
    ),
)  # fmt: skip

ADVERSE_EVENT = Table(
    name="adverse_event",
    title="Adverse events",
    adds="safety by term, grade and method",
    fields=(
        PATIENT_ID,
        day("onset_date", "onset", "2016-10-12", "required", "ASTDT"),
        day("end_date", "end", "2016-10-15"),
        words("term", "CTCAE term", "Nausea", "required"),
        whole("grade", "grade 1-5 (0 = assessed, none)", 0, 5, "2", "required"),
        choice("ctcae_version", ("4", "5", "6"), "CTCAE version", "5", "required"),
        words("sir_grade", "SIR class"),
        words("cirse_grade", "CIRSE class"),
        choice("related", ("unrelated", "unlikely", "possible", "probable", "definite"), "relation to treatment",
                "probable", "required"),
        yes_no("serious", "serious", "no"),
        ident("session_id", "session it is attributed to", "EX-01-S1", "optional"),
        yes_no("pes", "part of a post-embolization syndrome", "yes"),
        yes_no("nte", "caused by non-target embolization", "no"),
        words("action", "action taken", "antiemetic"),
        number("hospital_days_added", "hospital days added", 0, 365, unit="days", example="0"),
        yes_no("icu", "intensive care", "no"),
        yes_no("intervention", "intervention needed", "no"),
        yes_no("transfusion", "blood products given", "no"),
        yes_no("procedure_completed", "the procedure was completed in spite of the event", "yes"),
        yes_no("sequelae", "permanent sequelae", "no"),
        choice("sequelae_severity", ("mild", "severe"), "severe: assistance needed in daily life", ""),
        choice("outcome", ("resolved", "ongoing", "fatal"), "outcome", "resolved"),
    ),
)  # fmt: skip
