"""Codes of the library in words: endpoints, treatments, diseases, origins of time."""

from __future__ import annotations

import re

_ENDPOINT = {
    "os": "Overall survival",
    "pfs": "Progression-free survival",
    "rfs": "Recurrence-free survival",
    "liver_pfs": "Liver progression-free survival",
    "local_pfs": "Local progression-free survival",
    "orr": "Objective response",
    "dcr": "Disease control",
    "complete_response": "Complete response",
    "partial_response": "Partial response",
}
#: Words of methods, diseases, origins and kinds of page that are not their code without underscores.
_NAMES = {
    "deb_tace": "DEB-TACE", "tace": "TACE", "tae": "bland embolization", "y90": "Y-90", "lms": "LMS", "gist": "GIST",
    "mixed_ldt": "several liver-directed", "mixed_sts": "mixed sarcoma", "hcc": "HCC", "ctace": "TACE",
    "lms_lps": "LMS and liposarcoma", "gist_lms_mixed": "GIST and LMS", "rct": "randomised trial",
}  # fmt: skip


def endpoint_words(endpoint: str) -> str:
    """Return an endpoint as printed.

    Examples
    --------
    >>> endpoint_words("os"), endpoint_words("toxicity:febrile_neutropenia_grade3plus")
    ('Overall survival', 'Toxicity: febrile neutropenia grade 3 or worse')
    """
    if endpoint in _ENDPOINT:
        return _ENDPOINT[endpoint]
    family, _, rest = endpoint.rpartition(":")
    text = rest.replace("_", " ").replace("grade3plus", "grade 3 or worse").replace("grade3 4", "grade 3 or 4")
    text = re.sub(r"\bgrade(\d) (\d)\b", r"grade \1 to \2", text)
    text = re.sub(r"\b(lms|gist|rfa|lvef|r0)\b", lambda m: m[0].upper(), text)
    if not family:
        return text[:1].upper() + text[1:]
    return f"{'Pharmacokinetics' if family == 'pk' else family[:1].upper() + family[1:]}: {text}"


def name_words(code: str) -> str:
    """Return a method, disease, line or origin as printed.

    Examples
    --------
    >>> name_words("deb_tace"), name_words("first_liver_directed_treatment"), name_words("third_plus")
    ('DEB-TACE', 'first liver-directed treatment', 'third or later')
    """
    text = _NAMES.get(code, code.replace("_plus", " or later") if code.endswith("_plus") else code)
    text = text.replace("_", " ").replace("liver directed", "liver-directed")
    return re.sub(r"\b(lms|gist|hcc|rfa|sts)\b", lambda m: m[0].upper(), text)


def subgroup_words(subgroup: str) -> str:
    """Return a subgroup or report; nothing for the whole arm.

    Examples
    --------
    >>> subgroup_words("all"), subgroup_words("all (interim)"), subgroup_words("LMS")
    ('', 'interim', 'LMS')
    """
    if subgroup == "all":
        return ""
    inner = subgroup.removeprefix("all (")
    return inner.removesuffix(")") if inner != subgroup else subgroup
