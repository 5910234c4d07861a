"""What people write instead of CTCAE terms, and which term it is."""

from __future__ import annotations

from difflib import get_close_matches

from glisson.clinical.ctcae.terms import REPLACED_6, Term, Version, new_in_6, terms

#: Words that mean one CTCAE term.
SYNONYMS: dict[str, str] = {
    "agranulocytosis": "Neutrophil count decreased",
    "neutropenia": "Neutrophil count decreased",
    "neutrophils decreased": "Neutrophil count decreased",
    "neutropenic fever": "Febrile neutropenia",
    "leucopenia": "White blood cell decreased",
    "leukopenia": "White blood cell decreased",
    "white blood cell count decreased": "White blood cell decreased",
    "platelets decreased": "Platelet count decreased",
    "thrombocytopenia": "Platelet count decreased",
    "lymphopenia": "Lymphocyte count decreased",
    "neutropaenia": "Neutrophil count decreased",
    "febrile neutropaenia": "Febrile neutropenia",
    "leucopaenia": "White blood cell decreased",
    "leukopaenia": "White blood cell decreased",
    "thrombocytopaenia": "Platelet count decreased",
    "low platelets": "Platelet count decreased",
    "anaemia": "Anemia",
    "hair loss": "Alopecia",
    "mucositis": "Mucositis oral",
    "oral mucositis": "Mucositis oral",
    "stomatitis": "Mucositis oral",
    "cardiac failure": "Heart failure",
    "congestive heart failure": "Heart failure",
    "decreased ejection fraction": "Ejection fraction decreased",
    "left ventricular ejection fraction decreased": "Ejection fraction decreased",
    "lvef decreased": "Ejection fraction decreased",
    "left ventricular dysfunction": "Left ventricular systolic dysfunction",
    "hepatic abscess": "Hepatic infection",
    "liver abscess": "Hepatic infection",
    "cholangitis": "Biliary tract infection",
    "hepatic encephalopathy": "Encephalopathy",
    "liver failure": "Hepatic failure",
    "hepatic insufficiency": "Hepatic failure",
    "appetite loss": "Anorexia",
    "decreased appetite": "Anorexia",
    "loss of appetite": "Anorexia",
    "pyrexia": "Fever",
    "asthenia": "Fatigue",
    "tiredness": "Fatigue",
    "abdominal discomfort": "Abdominal pain",
    "epigastric pain": "Abdominal pain",
    "right upper quadrant pain": "Abdominal pain",
    "ruq pain": "Abdominal pain",
    "diarrhoea": "Diarrhea",
    "haematoma": "Hematoma",
    "dyspnoea": "Dyspnea",
    "deep vein thrombosis": "Thromboembolic event",
    "pulmonary embolism": "Thromboembolic event",
    "venous thromboembolism": "Thromboembolic event",
    "radiation pneumonitis": "Pneumonitis",
    "radiation dermatitis": "Dermatitis radiation",
    "gastric ulceration": "Gastric ulcer",
    "gastrointestinal ulcer, stomach": "Gastric ulcer",
    "alt increased": "Alanine aminotransferase increased",
    "ast increased": "Aspartate aminotransferase increased",
    "hyperbilirubinaemia": "Blood bilirubin increased",
    "hyperbilirubinemia": "Blood bilirubin increased",
    "hypoalbuminaemia": "Hypoalbuminemia",
    "acute renal failure": "Acute kidney injury",
    "acute pancreatitis": "Pancreatitis",
    "acute cholecystitis": "Cholecystitis",
    "liver haemorrhage": "Hepatic hemorrhage",
    "hepatic haemorrhage": "Hepatic hemorrhage",
    "gastric haemorrhage": "Gastric hemorrhage",
    "duodenal haemorrhage": "Duodenal hemorrhage",
    "hyponatraemia": "Hyponatremia",
    "portal vein thrombus": "Portal vein thrombosis",
    "tumour lysis syndrome": "Tumor lysis syndrome",
    "septicaemia": "Sepsis",
    "septicemia": "Sepsis",
    "rigors": "Chills",
    "shivering": "Chills",
    "itching": "Pruritus",
    "leg oedema": "Edema limbs",
    "peripheral edema": "Edema limbs",
    "peripheral oedema": "Edema limbs",
    "access site complication": "Vascular access complication",
}

_INJURY = "the injury of the organ (gastric ulcer, cholecystitis, pancreatitis ...), with nte = yes"

_BOTH = frozenset({
    "nausea/vomiting", "nausea / vomiting", "nausea and vomiting", "nausea & vomiting", "nausea, vomiting",
    "nausea + vomiting", "nausea or vomiting", "vomiting/nausea", "vomiting and nausea", "n/v",
})  # fmt: skip

#: The mechanism of an injury, no injury.
NON_TARGET = frozenset({
    "non-target embolization", "nontarget embolization", "non target embolization", "non-target embolisation",
    "nontarget embolisation",
})  # fmt: skip

#: Words that mean several things, with what must be decided.
AMBIGUOUS: dict[str, str] = {
    "biloma": "Biliary fistula, or Hepatobiliary disorders - Other, specify",
    **dict.fromkeys(sorted(NON_TARGET), _INJURY),
    **dict.fromkeys(sorted(_BOTH), "Nausea and Vomiting, which are two terms, each with its grade"),
    "cytopenia": "Neutrophil, White blood cell or Platelet count decreased, better the laboratory values",
    "jaundice": "Blood bilirubin increased, Bile duct stenosis, or Hepatic failure",
    "elevated transaminases": "Alanine or Aspartate aminotransferase increased, better the laboratory values",
    "transaminitis": "Alanine or Aspartate aminotransferase increased, better the laboratory values",
    "reild": "its components (ascites, blood bilirubin increased); the screen for it reads them",
    **dict.fromkeys(
        ("cardiotoxicity", "cardiomyopathy"),
        "Heart failure, Ejection fraction decreased, or Left ventricular systolic dysfunction",
    ),
    "gastrointestinal ulcer": "Gastric ulcer or Duodenal ulcer",
    "infection": "the organ that was infected",
    "bleeding": "the site of the bleeding",
    "gastrointestinal bleeding": "the site of the bleeding",
    "gi bleeding": "the site of the bleeding",
}

_CARDIAC = ("Heart failure", "Ejection fraction decreased", "Left ventricular systolic dysfunction")
#: Terms that an ambiguous word may mean, where they can be named.
_MAY_MEAN: dict[str, tuple[str, ...]] = {
    "biloma": ("Biliary fistula",),
    **dict.fromkeys(_BOTH, ("Nausea", "Vomiting")),
    "cytopenia": ("Neutrophil count decreased", "White blood cell decreased", "Platelet count decreased"),
    "jaundice": ("Blood bilirubin increased", "Bile duct stenosis", "Hepatic failure"),
    **dict.fromkeys(
        ("elevated transaminases", "transaminitis"),
        ("Alanine aminotransferase increased", "Aspartate aminotransferase increased"),
    ),
    "cardiotoxicity": _CARDIAC,
    "cardiomyopathy": _CARDIAC,
    "gastrointestinal ulcer": ("Gastric ulcer", "Duodenal ulcer"),
}

#: A syndrome, not a term: its components are graded, and the rows are flagged. Counted where there are none.
SYNDROME = "Post-embolization syndrome"
SYNDROMES = frozenset({
    "postembolization syndrome", "post-embolization syndrome", "post embolization syndrome",
    "postembolisation syndrome", "post-embolisation syndrome", "pes",
})  # fmt: skip


def same_term(text: str) -> str:
    """Return a term in the form in which it is compared: case and blanks do not matter.

    Examples
    --------
    >>> same_term(" Abdominal  Pain")
    'abdominal pain'
    """
    return " ".join(text.split()).casefold()


def ctcae_term(text: str) -> str:
    """Return the CTCAE term that a text means; the text itself where it is none that is known.

    Every name of the post-embolization syndrome, which is no term, becomes one name.

    Examples
    --------
    >>> ctcae_term("liver abscess"), ctcae_term("NAUSEA"), ctcae_term("biloma")
    ('Hepatic infection', 'Nausea', 'biloma')
    """
    plain = same_term(text)
    if plain in terms():
        return terms()[plain].name
    if plain in SYNDROMES:
        return SYNDROME
    return SYNONYMS.get(plain, " ".join(text.split()))


def term_in(text: str, version: Version) -> Term | None:
    """Return the term that a text means in a version; nothing where its grades are not known here.

    Examples
    --------
    >>> platelets = term_in("thrombocytopenia", "6")
    >>> platelets.name, platelets.highest, term_in("thrombocytopenia", "5").name
    ('Thrombocytopenia', 5, 'Platelet count decreased')
    """
    known, meant = terms(version), ctcae_term(text)
    names = [same_term(text), meant.casefold()]
    if version == "6":
        instead = REPLACED_6.get(meant, ())
        names += [instead[0].casefold()] if len(instead) == 1 else []
    return next((known[n] for n in names if n in known), None)


def other_version(text: str, version: Version) -> str:
    """Say that a term is one of the other version only; empty where it is not, or where its words mean a known term.

    Examples
    --------
    >>> other_version("Platelet count decreased", "6")
    "'Platelet count decreased' is no term of CTCAE version 6, which has Thrombocytopenia instead"
    >>> other_version("pneumonia", "5"), other_version("Thrombocytopenia", "5"), other_version("Nausea", "6")
    ("'pneumonia' is a term of CTCAE version 6, not of version 5", '', '')
    """
    plain = same_term(text)
    if version == "6":
        instead = next((new for old, new in REPLACED_6.items() if old.casefold() == plain), ())
        return f"'{text}' is no term of CTCAE version 6, which has {' or '.join(instead)} instead" if instead else ""
    only = plain in new_in_6() and ctcae_term(text).casefold() not in terms()
    return f"'{text}' is a term of CTCAE version 6, not of version 5" if only else ""


def suggestion(text: str) -> str:
    """Return the closest CTCAE term to a text that is none; empty where nothing is close.

    Examples
    --------
    >>> suggestion("abdomnial pain"), suggestion("mood")
    ('Abdominal pain', '')
    """
    close = get_close_matches(same_term(text), [*terms(), *new_in_6(), *SYNONYMS], n=1, cutoff=0.82)
    return ctcae_term(close[0]) if close else ""


def may_mean(text: str) -> tuple[str, ...]:
    """Return the CTCAE terms that an unclear text may mean: of an ambiguous word, or the closest to a misspelling.

    Nobody can say that such a term did not occur. Empty for a text that is clear, and where nothing can be named.

    Examples
    --------
    >>> may_mean("nausea/vomiting"), may_mean("alopezia"), may_mean("hair loss")
    (('Nausea', 'Vomiting'), ('Alopecia',), ())
    """
    plain = same_term(text)
    if plain in _MAY_MEAN:
        return _MAY_MEAN[plain]
    if plain in AMBIGUOUS or plain in SYNDROMES or ctcae_term(text).casefold() in terms():
        return ()
    near = suggestion(text)
    return (near,) if near else ()
