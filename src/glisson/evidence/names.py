"""Codes of the evidence library in the words of the field."""

from __future__ import annotations

_TREATMENT = {
    "deb_tace": "DEB-TACE", "tace": "TACE", "tae": "bland embolization", "ctace": "conventional TACE",
    "y90": "Y-90 radioembolization", "mixed_ldt": "liver-directed therapy",
    "doxorubicin_ifosfamide": "doxorubicin and ifosfamide", "doxorubicin_trabectedin": "doxorubicin and trabectedin",
    "doxorubicin_olaratumab": "doxorubicin and olaratumab", "doxorubicin_dacarbazine": "doxorubicin and dacarbazine",
    "gemcitabine_docetaxel": "gemcitabine and docetaxel", "chemotherapy_mixed": "chemotherapy of various kinds",
}  # fmt: skip
_DISEASE = {
    "lms": "leiomyosarcoma", "mixed_sts": "soft-tissue sarcoma", "lms_lps": "leiomyosarcoma or liposarcoma",
    "mixed_sts_non_adipocytic": "soft-tissue sarcoma without liposarcoma", "lms_uterine": "uterine leiomyosarcoma",
    "lms_soft_tissue": "leiomyosarcoma of soft tissue", "mixed_sts_and_gist": "soft-tissue sarcoma and GIST",
    "gist_lms_mixed": "leiomyosarcoma mixed with GIST", "hcc": "hepatocellular carcinoma", "gist": "GIST",
}  # fmt: skip
_LINE = {
    "first": "first", "second": "second", "second_plus": "second or later", "third_plus": "third or later",
    "anthracycline-naive": "no anthracycline before", "salvage": "salvage", "": "not stated",
}  # fmt: skip
_DESIGN = {"rct": "randomised trial", "": "not stated"}


def treatment(code: str) -> str:
    """Return what a modality is called.

    Examples
    --------
    >>> treatment("y90"), treatment("pazopanib")
    ('Y-90 radioembolization', 'pazopanib')
    """
    return _TREATMENT.get(code, code.replace("_", " "))


def disease(code: str) -> str:
    """Return what a histology is called."""
    return _DISEASE.get(code, code.replace("_", " "))


def line(code: str) -> str:
    """Return what a line of therapy is called."""
    return _LINE.get(code, code.replace("_", " "))


def design(code: str) -> str:
    """Return what a design is called."""
    return _DESIGN.get(code, code.replace("_", " "))
