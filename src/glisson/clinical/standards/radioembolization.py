"""The reporting standard of radioembolization as a score: 25 major items of 2 points, 25 minor items of 1.

Salem R, Lewandowski RJ, Gates VL, et al. Research reporting standards for radioembolization of hepatic malignancies. J
Vasc Interv Radiol 2011;22:265-278; as a list with weights in Devcic Z, Rosenberg J, Braat AJ, et al. The efficacy of
hepatic 90Y resin radioembolization for metastatic neuroendocrine tumors: a meta-analysis. J Nucl Med 2014;55:1404-1410
(table 1). The topics are in our words.
"""

from __future__ import annotations

from typing import Literal

from glisson.clinical.standards.items import Item, Present, Recorded, Reported, Seen, Source, Stated

#: Methods the standard is about.
FAMILIES = ("y90",)

_LABS = ("test", ("bilirubin", "albumin"))
_MORE_EVENTS = "more events in at least two groups (analysis.minimum_events)"
_SURVIVAL = "sheet patient: death_date, last_contact_date"


def _patient(*columns: str) -> Recorded:
    return Recorded(table="patient", columns=columns)


def _session(*columns: str) -> Recorded:
    return Recorded(table="session", columns=columns)


def _event(*columns: str) -> Recorded:
    return Recorded(table="adverse_event", columns=columns)


def _stated(key: str) -> Stated:
    return Stated(key=key)


_MAJOR: tuple[tuple[str, tuple[Source, ...]], ...] = (
    ("Study design", (_stated("study_design"),)),
    ("Inclusion criteria", (_stated("inclusion_criteria"),)),
    ("Exclusion criteria", (_stated("exclusion_criteria"),)),
    ("Statistical methods", (Reported(chapter="Methods"),)),
    ("Clinical evaluation at baseline: age, sex", (_patient("age_at_t0|birth_year", "sex"),)),
    ("Imaging at baseline",
     (Seen(table="assessment", columns=("modality",), when="before", what="a scan with its modality"),)),
    ("Laboratory values at baseline",
     (Seen(table="lab", columns=("value",), when="before", each=_LABS, what="bilirubin and albumin"),)),
    ("Primary tumour", (_patient("primary_site", "histology"),)),
    ("Performance status at baseline", (_patient("ecog_t0"),)),
    ("Tumour stage", (_stated("staging"),)),
    ("Distribution of tumour", (_patient("n_liver_lesions|liver_tumour_burden_pct", "extrahepatic_t0"),)),
    ("Prior treatments", (_patient("lines_systemic_before", "resection_prior"),)),
    ("Concomitant therapy", (Present(table="systemic_therapy", columns=("start_date", "end_date")),)),
    ("Microsphere used",
     (_session("bead_name"), Recorded(table="session", columns=("method",), values=("y90_glass", "y90_resin")))),
    ("Dosimetry: method and activity", (_session("dosimetry", "activity_gbq"),)),
    ("Imaging used for follow-up",
     (Seen(table="assessment", columns=("modality",), when="after", what="a scan with its modality"),
      _stated("follow_up_imaging"))),
    ("Method of response assessment", (Recorded(table="assessment", columns=("criterion",)),)),
    ("Time to follow-up",
     (Seen(table="assessment", columns=("date",), when="after", what="a dated scan"), _stated("follow_up_imaging"))),
    ("Tumour response",
     (Seen(table="assessment", columns=("overall_resp|liver_resp",), when="after", what="a response"),)),
    ("Overall survival", (Reported(chapter="Efficacy", needs="os", todo=_SURVIVAL),)),
    ("Changes of laboratory values",
     (Seen(table="lab", columns=("value",), when="after", each=_LABS, what="bilirubin and albumin"),)),
    ("Complications", (_event("term"),)),
    ("Description of adverse events: term and grade", (_event("term", "grade"),)),
    ("Limitations", (_stated("limitations"), Reported(chapter="Pitfalls found", needs="findings"))),
    ("Conclusions", (_stated("conclusions"),)),
)  # fmt: skip

_MINOR: tuple[tuple[str, tuple[Source, ...]], ...] = (
    ("Sponsorship or funding", (_stated("sponsorship"),)),
    ("Participating centres", (_patient("site_id"), _stated("centres"))),
    ("Institutional approval", (_stated("ethics_approval"),)),
    ("Protection of patient data (HIPAA)", (_stated("privacy"),)),
    ("How liver metastases were diagnosed", (_stated("metastasis_diagnosis"),)),
    ("Time from primary diagnosis to treatment", (_patient("primary_dx_date"),)),
    ("Time from diagnosis of liver metastases to treatment", (_patient("liver_met_dx_date"),)),
    ("Absorbed dose, target", (_session("dose_gy_tumour"),)),
    ("Absorbed dose, other tissue", (_session("dose_gy_normal_liver"),)),
    ("Stasis of flow", (_session("stasis_endpoint"), _stated("flow_stasis"))),
    ("Number of sessions", (_session("date"),)),
    ("Targeting of the tumour", (_session("target_territory"), _stated("tumour_targeting"))),
    ("Imaging after the preparatory angiography", (_session("preparatory_imaging"), _stated("preparatory_imaging"))),
    ("Formula of the lung shunt fraction", (_stated("lung_shunt_formula"),)),
    ("Imaging of the microspheres after treatment",
     (_session("post_treatment_imaging"), _stated("post_treatment_imaging"))),
    ("Technical success", (_session("technical_success"),)),
    ("Kaplan-Meier curve of overall survival", (Reported(chapter="Efficacy", needs="os", todo=_SURVIVAL),)),
    ("Performance status after treatment",
     (Seen(table="followup", columns=("ecog",), when="after", what="a contact with ecog"),)),
    ("Univariate or multivariate analysis",
     (Reported(chapter="Efficacy", needs="comparison", todo=_MORE_EVENTS), _stated("multivariate_analysis"))),
    ("Severe toxicity apart from the rest", (_event("grade"),)),
    ("Severe toxicity by CTCAE", (_event("grade", "ctcae_version"),)),
    ("Procedures with complications in detail", (_event("session_id", "action|intervention"),)),
    ("Vascular anatomy where pneumonitis, cholecystitis or ulcer occurred", (_stated("vascular_anatomy"),)),
    ("Cost or cost-effectiveness", (_stated("cost"),)),
    ("Complications by the classification of the Society of Interventional Radiology", (_event("sir_grade"),)),
)  # fmt: skip


def _numbered(weight: Literal["major", "minor"], entries: tuple[tuple[str, tuple[Source, ...]], ...]) -> list[Item]:
    return [Item(number=i, topic=topic, weight=weight, sources=s) for i, (topic, s) in enumerate(entries, start=1)]


#: All 50 items, major ones first; they are numbered within each weight.
ITEMS: tuple[Item, ...] = (*_numbered("major", _MAJOR), *_numbered("minor", _MINOR))
