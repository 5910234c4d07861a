"""The field's terms: treatment methods, response categories, laboratory units."""

from __future__ import annotations

#: Treatment methods of a session, with the family by which outcomes are reported.
METHOD_FAMILY: dict[str, str] = {
    "deb_tace": "deb_tace",
    "ctace": "ctace",
    "tae": "tae",
    "y90_glass": "y90",
    "y90_resin": "y90",
    "y90": "y90",
    "ablation_mwa": "ablation",
    "ablation_rfa": "ablation",
    "ablation_cryo": "ablation",
    "ablation_ire": "ablation",
    "ablation": "ablation",
    "hai": "hai",
    "ho166": "ho166",
    "combined": "combined",
    "other": "other",
}

#: What each code is called in print.
METHOD_LABEL: dict[str, str] = {
    "deb_tace": "DEB-TACE",
    "ctace": "Conventional TACE",
    "tae": "Bland embolization",
    "y90": "Y-90 radioembolization",
    "y90_glass": "Y-90 radioembolization (glass)",
    "y90_resin": "Y-90 radioembolization (resin)",
    "ablation": "Ablation",
    "ablation_mwa": "Microwave ablation",
    "ablation_rfa": "Radiofrequency ablation",
    "ablation_cryo": "Cryoablation",
    "ablation_ire": "Irreversible electroporation",
    "hai": "Hepatic arterial infusion",
    "ho166": "Ho-166 radioembolization",
    "combined": "Combination on the first day",
    "other": "Other method",
    "unknown": "Method not recorded",
}

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD", "PD", "NE")

CRITERIA = ("recist11", "mrecist", "easl", "choi", "who")
