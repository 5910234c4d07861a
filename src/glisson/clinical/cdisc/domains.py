"""One domain a table of the data model: which SDTM-like variable holds which column.

The domains carry the records exactly: one row a record, dates as they are known (``2016-08`` stays partial). Names are
those of SDTM where it has one; the others are of the same form. Structure differs from SDTM where its vertical form
would split a record: RS has one row an assessment, TR one row a measured lesion. XL and XO are sponsor-defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import shorten

from glisson.clinical.schema import Field, Table, table
from glisson.clinical.schema.fields import PATIENT_ID

#: Longest label of a variable in the SAS transport format.
LABEL = 40
#: Standard codes of laboratory tests.
LAB_CODES: dict[str, str] = {
    "bilirubin": "BILI", "albumin": "ALB", "alt": "ALT", "ast": "AST", "alp": "ALP", "ggt": "GGT",
    "creatinine": "CREAT", "inr": "INR", "sodium": "SODIUM", "hb": "HGB", "wbc": "WBC", "anc": "NEUT", "alc": "LYM",
    "platelets": "PLAT", "afp": "AFP", "cea": "CEA", "ldh": "LDH",
}  # fmt: skip

#: Recorded durations with a status: the extra table of flat sheets.
OUTCOME = Table(
    name="outcome",
    title="Endpoints recorded as durations",
    fields=(
        PATIENT_ID,
        Field(name="endpoint", kind="choice", choices=("os", "pfs", "liver_pfs", "ttp"), need="required",
              meaning="endpoint"),
        Field(name="days", kind="integer", low=0, high=40000, need="required", unit="days", meaning="duration"),
        Field(name="event", kind="yes_no", need="required", meaning="whether the event happened"),
        Field(name="cell", meaning="cell of the input"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One domain.

    Parameters
    ----------
    code
        Two letters; the file is named like them.
    table
        Table of the data model.
    label
        What a row is.
    variables
        Variable by column of the table. Columns of a date end in ``DTC`` and hold text.
    codes
        By column: what a value of the data model is called here.
    """

    code: str
    table: str
    label: str
    variables: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def declared(self) -> Table:
        """The table of the data model."""
        return OUTCOME if self.table == OUTCOME.name else table(self.table)

    @property
    def sequence(self) -> str:
        """Variable that numbers the records of a subject."""
        return f"{self.code}SEQ"

    @property
    def structural(self) -> frozenset[str]:
        """Variables that hold no column of the table."""
        return frozenset({"STUDYID", "DOMAIN", "USUBJID", self.sequence})

    def column_of(self, variable: str) -> str:
        """Return the column that a variable holds, empty where none."""
        return next((c for c, v in self.variables.items() if v == variable), "")


def short_label(declared: Field) -> str:
    """Return a label that fits the SAS transport format.

    Examples
    --------
    >>> short_label(Field(name="x", meaning="first progression, any site (only where there is no assessment sheet)"))
    'First progression, any site'
    """
    text = declared.meaning.split(" (")[0].split(";")[0].split(":")[0]
    unit = f" ({declared.unit})" if declared.unit else ""
    text = shorten(text, LABEL - len(unit), placeholder="...") + unit
    return text[:1].upper() + text[1:]


_DM = Domain(
    code="DM", table="patient", label="Demographics and baseline, one row a patient",
    variables={
        "patient_id": "SUBJID", "sex": "SEX", "birth_year": "BRTHDTC", "age_at_t0": "AGE", "ecog_t0": "ECOGBL",
        "primary_site": "PRIMSITE", "histology": "HISTOL", "primary_dx_date": "PDXDTC", "met_dx_date": "METDTC",
        "liver_met_dx_date": "LMETDTC", "cirrhosis": "CIRRHFL", "ascites_t0": "ASCITBL", "encephalopathy_t0": "ENCEPBL",
        "height_cm": "HEIGHTBL", "weight_kg": "WEIGHTBL", "extrahepatic_t0": "EXHEPBL",
        "extrahepatic_sites": "EXHSITES", "liver_dominant": "LIVDOMFL", "liver_tumour_burden_pct": "TUMBURD",
        "n_liver_lesions": "NLIVLES", "largest_mm": "LARGEST", "resection_prior": "PRRESFL",
        "lines_systemic_before": "PRLINES", "anthracycline_prior": "PRANTFL", "dox_sys_mg_m2": "PRDOXM2",
        "death_date": "DTHDTC", "cause_of_death": "DTHCAUS", "last_contact_date": "RFPENDTC",
        "vital_status": "VITALST", "last_imaging_date": "LIMGDTC", "progression_date": "PRGDTC",
        "liver_progression_date": "LPRGDTC", "extrahepatic_progression_date": "EPRGDTC", "best_response": "BESTRESP",
        "site_id": "SITEID",
    },
)  # fmt: skip
_PR = Domain(
    code="PR", table="session", label="Liver-directed sessions, one row a session",
    variables={
        "session_id": "PRSPID", "date": "PRSTDTC", "method": "PRTRT", "course_id": "PRGRPID",
        "retreat_type": "PRRETYP", "intent": "PRINTENT", "target_territory": "PRLOC", "drug": "PRDRUG",
        "drug_mg": "PRDRUGMG", "bead_name": "PRBEAD", "bead_min_um": "PRBEADMN", "bead_max_um": "PRBEADMX",
        "vials": "PRVIALS", "lipiodol_ml": "PRLIPML", "stasis_endpoint": "PRSTASFL", "activity_gbq": "PRACTGBQ",
        "dose_gy_tumour": "PRGYTUM", "dose_gy_normal_liver": "PRGYLIV", "lung_shunt_pct": "PRLSPCT",
        "dosimetry": "PRDOSIM", "technical_success": "PRTECHFL", "fluoroscopy_min": "PRFLUMIN",
        "length_of_stay_d": "PRSTAYD", "selectivity": "PRSELECT", "cone_beam_ct": "PRCBCTFL",
        "antibiotics": "PRANTBFL", "preparatory_imaging": "PRPREIMG", "post_treatment_imaging": "PRPOSIMG",
        "device": "PRDEVICE", "power_w": "PRPOWERW", "ablation_min": "PRABLMIN", "applicators": "PRAPPLN",
        "n_ablations": "PRABLN", "guidance": "PRGUIDE", "approach": "PRAPPR", "adjunct": "PRADJUNC",
    },
)  # fmt: skip
_TU = Domain(
    code="TU", table="lesion", label="Lesions, one row a lesion",
    variables={
        "lesion_id": "TULNKID", "organ": "TULOC", "segment": "TUSEGM", "first_seen_date": "TUDTC",
        "is_node": "TUNODEFL", "part_of": "TUPARTOF", "treated_before": "TUPRTRFL",
    },
)  # fmt: skip
_XL = Domain(
    code="XL", table="session_lesion", label="Which session treated which lesion",
    variables={"session_id": "XLPRID", "lesion_id": "XLLNKID", "coverage": "XLCOVER", "margin_mm": "XLMARGIN"},
)  # fmt: skip
_RS = Domain(
    code="RS", table="assessment", label="Imaging assessments, one row a scan and criterion",
    variables={
        "assessment_id": "RSSPID", "date": "RSDTC", "modality": "RSMETHOD", "phase_contrast": "RSPHASE",
        "criterion": "RSCAT", "reader": "RSEVALID", "is_baseline": "RSBLFL", "target_resp": "TRGRESP",
        "nontarget_resp": "NTRGRESP", "new_lesion": "NEWLFL", "overall_resp": "OVRLRESP", "liver_resp": "LIVRESP",
        "extrahepatic_resp": "EXHRESP", "clinical_pd": "CLINPDFL",
    },
)  # fmt: skip
_TR = Domain(
    code="TR", table="measurement", label="Measurements, one row a scan and lesion",
    variables={
        "assessment_id": "TRRSID", "lesion_id": "TRLNKID", "role": "TRGRPID", "long_mm": "LDIAM", "short_mm": "SAXIS",
        "viable_long_mm": "VLDIAM", "viable_area_mm2": "VAREA", "hu_mean": "HUMEAN", "status": "TRSTATUS",
        "local_status": "LOCSTAT", "progressed_since_treatment": "PROGTRFL", "new_nodule": "NEWNODFL",
    },
)  # fmt: skip
_LB = Domain(
    code="LB", table="lab", label="Laboratory values, one row a value",
    variables={
        "date": "LBDTC", "test": "LBTESTCD", "value": "LBORRES", "unit": "LBORRESU", "uln": "LBORNRHI",
        "lln": "LBORNRLO", "on_anticoagulation": "LBACOAFL",
    },
    codes={"test": LAB_CODES},
)  # fmt: skip
_AE = Domain(
    code="AE", table="adverse_event", label="Adverse events, one row an event",
    variables={
        "onset_date": "AESTDTC", "end_date": "AEENDTC", "term": "AETERM", "grade": "AETOXGR",
        "ctcae_version": "AETOXVER", "sir_grade": "AESIRGR", "cirse_grade": "AECIRGR", "related": "AEREL",
        "serious": "AESER", "session_id": "AEPRID", "pes": "AEPESFL", "nte": "AENTEFL", "action": "AEACNOTH",
        "hospital_days_added": "AEHDAYS", "icu": "AEICUFL", "intervention": "AEINTVFL", "transfusion": "AETRANFL",
        "procedure_completed": "AEPRCFL", "sequelae": "AESEQUFL", "sequelae_severity": "AESEQSEV",
        "outcome": "AEOUT",
    },
)  # fmt: skip
_CM = Domain(
    code="CM", table="systemic_therapy", label="Systemic therapy, one row a line",
    variables={
        "start_date": "CMSTDTC", "end_date": "CMENDTC", "regimen": "CMTRT", "line": "CMLINE",
        "best_response": "CMBOR", "stop_reason": "CMRSDISC",
    },
)  # fmt: skip
_SS = Domain(
    code="SS", table="followup", label="Follow-up contacts, one row a contact",
    variables={
        "date": "SSDTC", "alive": "SSALIVFL", "ecog": "SSECOG", "ldt_stop_date": "LDTENDTC",
        "ldt_stop_reason": "LDTRSDIS", "ascites": "SSASCIT", "encephalopathy": "SSENCEPH", "qol_tool": "SSQSCAT",
        "qol_score": "SSQSSCOR",
    },
)  # fmt: skip
_XO = Domain(
    code="XO", table="outcome", label="Endpoints recorded as durations",
    variables={"endpoint": "XOTESTCD", "days": "XODAYS", "event": "XOEVNTFL", "cell": "XOCELL"},
)  # fmt: skip

DOMAINS: tuple[Domain, ...] = (_DM, _PR, _TU, _XL, _RS, _TR, _LB, _AE, _CM, _SS, _XO)
#: The patients who were left out of every table, each with the reason: a sponsor-defined domain that is no table.
LEFT_OUT = "XP"
LEFT_OUT_VARIABLES = {"SUBJID": "Subject identifier for the study", "XPREASON": "Why the subject was left out"}
#: Columns of ids of their own: which table they name.
LINKS: dict[str, str] = {
    "session_id": "session", "lesion_id": "lesion", "part_of": "lesion", "assessment_id": "assessment",
    "course_id": "course",
}  # fmt: skip


def domain_of(table_name: str) -> Domain:
    """Return the domain of a table."""
    return next(d for d in DOMAINS if d.table == table_name)
