"""The CTCAE terms met in liver-directed therapy, by organ class, each with the grades that exist in versions 5 and 6.

Source: National Cancer Institute. Common Terminology Criteria for Adverse Events, version 5.0 (2017) and version 6.0
(2025). Terms that are not here, and all terms of other versions, are counted as recorded, and their grades are not
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Version = Literal["5", "6"]
#: Versions whose terms and grades are known here.
VERSIONS: tuple[Version, ...] = get_args(Version)

_ByClass = Mapping[str, Mapping[str, tuple[str, ...]]]
#: Version 5: organ class, then terms by the grades that exist.
_TABLE: _ByClass = {
    "Blood and lymphatic system disorders": {"1-5": ("Anemia",), "3-5": ("Febrile neutropenia",)},
    "Cardiac disorders": {"1-5": ("Heart failure",), "3-5": ("Left ventricular systolic dysfunction",)},
    "Gastrointestinal disorders": {
        "1-5": ("Ascites", "Constipation", "Diarrhea", "Duodenal hemorrhage", "Duodenal ulcer", "Gastric hemorrhage",
                "Gastric ulcer", "Gastritis", "Mucositis oral", "Vomiting"),
        "1-3": ("Abdominal pain", "Nausea"), "2-5": ("Pancreatitis",),
    },
    "General disorders and administration site conditions": {
        "1-5": ("Fever", "Injection site reaction"),
        "1-3": ("Chills", "Edema limbs", "Fatigue", "Flu like symptoms", "Malaise", "Non-cardiac chest pain", "Pain"),
    },
    "Hepatobiliary disorders": {
        "1-5": ("Bile duct stenosis", "Hepatic hemorrhage", "Hepatobiliary disorders - Other, specify"),
        "1-3": ("Gallbladder pain", "Hepatic pain"),
        "2-5": ("Biliary fistula", "Budd-Chiari syndrome", "Cholecystitis", "Portal hypertension",
                "Portal vein thrombosis", "Sinusoidal obstruction syndrome"),
        "3-5": ("Hepatic failure",),
        "4-5": ("Gallbladder necrosis", "Gallbladder perforation", "Hepatic necrosis"),
    },
    "Immune system disorders": {"1-5": ("Allergic reaction",)},
    "Infections and infestations": {
        "1-5": ("Hepatitis viral", "Infections and infestations - Other, specify"),
        "2-5": ("Abdominal infection", "Biliary tract infection", "Enterocolitis infectious", "Gallbladder infection",
                "Hepatic infection"),
        "3-5": ("Peritoneal infection", "Sepsis"),
    },
    "Injury, poisoning and procedural complications": {
        "1-5": ("Arterial injury", "Burn", "Dermatitis radiation", "Infusion related reaction",
                "Injury, poisoning and procedural complications - Other, specify", "Intraoperative arterial injury",
                "Intraoperative hepatobiliary injury", "Postoperative hemorrhage",
                "Radiation recall reaction (dermatologic)", "Vascular access complication", "Wound complication"),
        "1-2": ("Bruising",), "1-3": ("Fall",), "2-5": ("Postoperative thoracic procedure complication",),
    },
    "Investigations": {
        "1-5": ("Investigations - Other, specify",),
        "1-4": ("Alanine aminotransferase increased", "Alkaline phosphatase increased",
                "Aspartate aminotransferase increased", "Blood bilirubin increased", "Creatinine increased",
                "GGT increased", "Lymphocyte count decreased", "Neutrophil count decreased",
                "Platelet count decreased", "White blood cell decreased"),
        "1-3": ("INR increased", "Weight loss"), "2-4": ("Ejection fraction decreased",),
    },
    "Metabolism and nutrition disorders": {
        "1-5": ("Anorexia", "Dehydration", "Hypoalbuminemia", "Hyponatremia"), "3-5": ("Tumor lysis syndrome",),
    },
    "Musculoskeletal and connective tissue disorders": {"1-3": ("Back pain",)},
    "Nervous system disorders": {"1-5": ("Encephalopathy",), "1-3": ("Dizziness", "Headache")},
    "Psychiatric disorders": {"1-3": ("Insomnia",)},
    "Renal and urinary disorders": {"3-5": ("Acute kidney injury",)},
    "Respiratory, thoracic and mediastinal disorders": {
        "1-5": ("Dyspnea", "Pleural effusion", "Pneumonitis", "Pneumothorax"), "1-3": ("Cough", "Hiccups"),
    },
    "Skin and subcutaneous tissue disorders": {"1-2": ("Alopecia",), "1-3": ("Pruritus",)},
    "Vascular disorders": {"1-5": ("Hematoma", "Hypertension", "Hypotension", "Thromboembolic event")},
}  # fmt: skip

#: Terms that are new in version 6.
_NEW_6: _ByClass = {
    "Blood and lymphatic system disorders": {"1-1": ("Lymphopenia",), "1-5": ("Thrombocytopenia",)},
    "Cardiac disorders": {"1-3": ("Left ventricular dysfunction",)},
    "Gastrointestinal disorders": {"1-5": ("Hematemesis", "Hematochezia")},
    "General disorders and administration site conditions": {"1-3": ("Peripheral edema",)},
    "Hepatobiliary disorders": {"1-5": ("Biliary obstruction",), "2-5": ("Hepatitis",)},
    "Infections and infestations": {"2-5": ("Pneumonia",)},
    "Injury, poisoning and procedural complications": {
        "2-5": ("Anesthetic complication", "Post biopsy bleeding", "Tissue injury"),
    },
    "Vascular disorders": {"1-5": ("Venous thromboembolism",)},
}
#: Terms of both versions whose grades are others in version 6, and one that replaces a term there.
_OTHERWISE_6: _ByClass = {
    "Investigations": {"1-1": ("Alkaline phosphatase increased",)},
    "Metabolism and nutrition disorders": {"1-5": ("Tumor lysis syndrome",)},
    "Vascular disorders": {"2-5": ("Hypertension",), "3-5": ("Arterial thromboembolism",)},
}
#: Terms of version 5 that version 6 no longer has, and what it has instead.
REPLACED_6: dict[str, tuple[str, ...]] = {
    "Edema limbs": ("Peripheral edema",),
    "Ejection fraction decreased": ("Left ventricular dysfunction",),
    "Left ventricular systolic dysfunction": ("Heart failure", "Left ventricular dysfunction"),
    "Lymphocyte count decreased": ("Lymphopenia",),
    "Platelet count decreased": ("Thrombocytopenia",),
    "Thromboembolic event": ("Venous thromboembolism", "Arterial thromboembolism"),
}
#: Terms of version 5 that were not looked up in version 6: their grades are not checked there.
_UNSEEN_6 = frozenset({
    "Back pain", "Enterocolitis infectious", "Headache", "Intraoperative arterial injury",
    "Intraoperative hepatobiliary injury",
})  # fmt: skip

OTHER_CLASS = "Terms not in the CTCAE table"

#: Effects on the liver and of radiation, which may appear later after radioembolization than the usual window.
LATE_AFTER_RADIATION = frozenset({
    "Alanine aminotransferase increased", "Alkaline phosphatase increased", "Ascites",
    "Aspartate aminotransferase increased", "Bile duct stenosis", "Biliary fistula", "Biliary tract infection",
    "Blood bilirubin increased", "Cholecystitis", "Dermatitis radiation", "Duodenal hemorrhage", "Duodenal ulcer",
    "Encephalopathy", "GGT increased", "Gallbladder necrosis", "Gallbladder perforation", "Gastric hemorrhage",
    "Gastric ulcer", "Gastritis", "Hepatic failure", "Hepatic infection", "Hepatic necrosis", "Hypoalbuminemia",
    "Pancreatitis", "Pneumonitis", "Portal hypertension", "Portal vein thrombosis",
    "Radiation recall reaction (dermatologic)", "Sinusoidal obstruction syndrome",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One CTCAE term: its organ class, and the lowest and highest grade that exist."""

    name: str
    organ_class: str
    lowest: int
    highest: int


@lru_cache(maxsize=2)
def terms(version: Version = "5") -> dict[str, Term]:
    """Return the terms of a version by their name in small letters.

    Examples
    --------
    >>> alopecia = terms()["alopecia"]
    >>> alopecia.lowest, alopecia.highest
    (1, 2)
    >>> [(terms(v)["hypertension"].lowest, terms(v)["hypertension"].highest) for v in ("5", "6")]
    [(1, 5), (2, 5)]
    """
    out = _read(_TABLE)
    if version == "6":
        gone = {name.casefold() for name in (*REPLACED_6, *_UNSEEN_6)}
        out = {key: term for key, term in out.items() if key not in gone} | _read(_NEW_6) | _read(_OTHERWISE_6)
    return out


@lru_cache(maxsize=1)
def new_in_6() -> frozenset[str]:
    """Return the terms that version 5 does not have, in small letters.

    Examples
    --------
    >>> "thrombocytopenia" in new_in_6(), "anemia" in new_in_6()
    (True, False)
    """
    return frozenset(_read(_NEW_6))


def _read(table: _ByClass) -> dict[str, Term]:
    out: dict[str, Term] = {}
    for organ_class, by_grades in table.items():
        for grades, names in by_grades.items():
            low, high = (int(g) for g in grades.split("-"))
            out |= {n.casefold(): Term(name=n, organ_class=organ_class, lowest=low, highest=high) for n in names}
    return out


def organ_class(term: str) -> str:
    """Return the organ class of a term of either version; ``OTHER_CLASS`` for a term that is in no table.

    Examples
    --------
    >>> organ_class("hepatic infection"), organ_class("Pneumonia")
    ('Infections and infestations', 'Infections and infestations')
    """
    key = " ".join(term.split()).casefold()
    found = terms().get(key) or terms("6").get(key)
    return OTHER_CLASS if found is None else found.organ_class
