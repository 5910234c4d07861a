"""What people write instead of CTCAE terms, and which term it is."""

from __future__ import annotations

from difflib import get_close_matches

from glisson.clinical.ctcae.terms import terms

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
    "access site complication": "Vascular access complication",
}

_INJURY = "the injury of the organ (gastric ulcer, cholecystitis, pancreatitis ...), with nte = yes"

#: The mechanism of an injury, no injury.
NON_TARGET = frozenset({
    "non-target embolization", "nontarget embolization", "non target embolization", "non-target embolisation",
    "nontarget embolisation",
})  # fmt: skip

#: Words that mean several things, with what must be decided.
AMBIGUOUS: dict[str, str] = {
    "biloma": "Biliary fistula, or Hepatobiliary disorders - Other, specify",
    **dict.fromkeys(sorted(NON_TARGET), _INJURY),
    "elevated transaminases": "Alanine or Aspartate aminotransferase increased, better the laboratory values",
    "transaminitis": "Alanine or Aspartate aminotransferase increased, better the laboratory values",
    "reild": "its components (ascites, blood bilirubin increased); the screen for it reads them",
    "cardiotoxicity": "Heart failure, Ejection fraction decreased, or Left ventricular systolic dysfunction",
    "gastrointestinal ulcer": "Gastric ulcer or Duodenal ulcer",
    "infection": "the organ that was infected",
    "bleeding": "the site of the bleeding",
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


def suggestion(text: str) -> str:
    """Return the closest CTCAE term to a text that is none; empty where nothing is close.

    Examples
    --------
    >>> suggestion("abdomnial pain"), suggestion("mood")
    ('Abdominal pain', '')
    """
    close = get_close_matches(same_term(text), [*terms(), *SYNONYMS], n=1, cutoff=0.82)
    return ctcae_term(close[0]) if close else ""
