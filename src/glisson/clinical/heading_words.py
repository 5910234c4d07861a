"""The words by which people head the columns of a spreadsheet, in English, German, Spanish and French.

A group gathers the words for one notion. ``*`` stands for any letters, so that compounds are found; words are written
as ``wording.plain`` leaves them (lower case, no accents). A rule is a list of groups that must all occur in a heading;
a rule that starts with ``=`` must explain the whole heading; one that starts with ``~`` is only a hint.
"""

from __future__ import annotations

import re
from functools import cache

from glisson.clinical.wording import plain

GROUPS: dict[str, tuple[str, ...]] = {
    "age": ("age", "alter", "edad"),
    "alive": ("alive*", "living", "lebt", "lebend*", "vivo", "viva", "vivant", "awd", "ned"),
    "best": ("best", "bestes", "bester", "mejor", "meilleure", "bor"),
    "birth": ("birth*", "dob", "geburt*", "geboren", "nacimiento", "naissance"),
    "cause": ("cause", "reason", "ursache", "*ursache", "causa", "grund"),
    "censored": ("cens*", "lost", "zensiert", "perdido"),
    "centre": ("center", "centre", "hospital", "institution", "zentrum", "klinik", "centro"),
    "cirrhosis": ("cirrh*", "cirh*", "zirrhose", "*zirrhose", "cirrosis", "cirrhose"),
    "contact": (
        "contact", "seen", "visit", "known", "kontakt*", "vorstellung", "nachsorge", "contacto", "control",
        "seguimiento", "visita", "nouvelles", "follow up", "followup", "fu", "lfu",
    ),
    "count": ("number", "no", "n", "anzahl", "numero", "nombre", "count"),
    "date": ("date", "datum", "*datum", "fecha", "fec", "day", "tag", "dia"),
    "death": (
        "dead", "death", "died", "deceased", "exitus", "verstorb*", "gestorb*", "tod", "tot", "todes*", "sterbe*",
        "muert*", "fallec*", "defuncion", "deces", "decede", "dod", "doc",
    ),
    "diagnosis": ("diagnosis", "diagnosed", "dx", "diagnose", "*diagnose", "diagnostico", "diagnostic"),
    "ecog": ("ecog", "performance status", "zubrod"),
    "extrahepatic": ("extrahepat*", "extra hepat*", "ehd", "ehs", "ehm"),
    "event": ("event", "ereignis", "evento", "evenement"),
    "female": ("f", "female", "woman", "w", "weiblich", "frau", "mujer", "femenino", "femme", "feminin"),
    "free": ("free", "*frei*", "libre", "sans"),
    "grade": ("grade", "grad", "grado", "ctcae"),
    "group": ("group", "grp", "gp", "gruppe", "grupo", "class", "category", "score"),
    "harm": (
        "ctcae", "toxicity", "toxizitat", "toxicidad", "nausea", "vomiting", "fever", "fatigue", "ascites", "abscess",
        "encephalopathy", "pancreatitis", "cholecystitis", "neutropenia", "cardiotoxicity", "alopecia", "mucositis",
        "abdominal pain",
    ),
    "histology": ("histolog*", "tumor type", "tumour type", "entity", "entitat", "subtype", "histologia"),
    "id": ("id", "nr", "no", "num", "number", "nummer", "*nummer", "kennung", "numero", "code", "key", "identifier"),
    "imaging": (
        "imaging", "scan", "ct", "mri", "mr", "radiolog*", "bildgebung*", "imagen", "tac", "rm", "staging", "recist",
    ),
    "largest": ("largest", "tumor size", "tumour size", "tr size", "max diameter", "maximum diameter", "mayor"),
    "last": ("last", "latest", "letzt*", "ultim*", "dernier*", "lfu", "lost"),
    "lesions": ("lesions", "tumors", "tumours", "nodules", "lasionen", "herde", "lesiones", "metastases", "metastasen"),
    "lines": (
        "lines", "line", "chemotherapies", "chemo", "systemic", "systemische", "therapielinien", "vortherapien",
        "lineas",
    ),
    "liver": ("liver", "hepatic", "intrahepat*", "intra hepat*", "leber*", "hepatica", "hepatico", "higado", "foie"),
    "liver_only": ("liver only", "liver limited", "liver confined", "limited to liver", "limited to the liver"),
    "liver_pfs": ("hpfs", "lpfs", "ihpfs", "liver pfs", "hepatic pfs"),
    "method": ("method", "modality", "technique", "methode", "verfahren", "metodo", "tecnica", "modalidad"),
    "male": ("m", "male", "man", "mann", "mannlich", "hombre", "varon", "masculino", "homme", "masculin"),
    "metastasis": ("metasta*", "met", "mets"),
    "not": ("no", "not", "non", "without", "never", "kein*", "nicht", "ohne", "sin", "sans", "pas", "free of"),
    "or": ("or", "oder", "o", "ou"),
    "os": ("os", "overall survival", "gesamtuberleben*", "supervivencia global", "survie globale"),
    "other": ("second", "third", "2nd", "3rd", "next", "end", "stop", "zweite*", "segund*", "2", "3"),
    "outside": ("extrahepat*", "extra hepat*", "distant", "fern*"),
    "patient": (
        "patient*", "pat", "subject", "case", "study", "record", "participant", "paciente", "fall", "tcia", "pid",
        "usubjid", "subjid", "pseudonym", "mrn", "nhc",
    ),
    "pfs": ("pfs", "progression free survival", "progression free", "progressionsfrei*", "libre de progresion"),
    "primary": ("primary", "primar*", "primario"),
    "prior": ("prior", "previous", "before", "vor*", "previas", "previos", "anterior*", "past"),
    "progress": ("*progress*", "progres*", "pd", "recurr*", "relaps*", "rezidiv*", "recidiv*"),
    "response": ("response", "resp", "ansprechen", "respuesta", "reponse"),
    "sex": ("sex", "gender", "geschlecht", "sexo", "sexe", "genero"),
    "start": ("start", "begin", "beginn", "inicio", "debut", "enrol*", "onstudy", "on study", "index", "t0", "first"),
    "status": ("status", "event*", "cens*", "cnsr", "indicator", "state", "estado", "ereignis*", "evento", "delta"),
    "survival": ("survival", "uberleben*", "supervivencia", "survie", "surv"),
    "time": (
        "time", "days", "weeks", "wks", "months", "mo", "mos", "years", "duration", "interval", "dauer", "zeit",
        "*zeit", "tage", "wochen", "monate", "*monate", "monaten", "jahre", "tiempo", "dias", "semanas", "meses",
        "jours", "mois", "in",
    ),
    "treat": (
        "treatment", "treated", "procedure", "emboli*", "chemoemboli*", "quimioemboli*", "ablation", "ablacion", "tace",
        "deb tace", "y90", "y 90", "sirt", "tare", "ldt", "lrt", "intervention", "behandlung*", "eingriff*",
        "tratamiento", "procedimiento", "traitement", "therapy", "therapie*", "terapia",
    ),
    "ttp": ("ttp", "time to progression", "time to first progression", "zeit bis progress*", "tiempo hasta progresion"),
    "type": ("type", "kind", "art", "tipo", "name", "group", "arm", "regimen", "chemotherapy", "*art", "given", "used"),
    "unlike": ("cause", "second*", "bl", "baseline", "sum", "grade", "grading", "version", "success"),
    "vital": ("vital status", "vitalstatus", "vital", "estado vital", "statut vital"),
    "year": ("year", "jahr", "*jahr", "ano", "annee", "yob"),
}  # fmt: skip


@cache
def _pattern(group: str) -> re.Pattern[str]:
    words = sorted(GROUPS.get(group, (group,)), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(w).replace(r"\*", r"\w*") for w in words) + r")\b")


def mentions(text: str, group: str) -> str:
    """Return the words of a plain text that belong to a group, or an empty text.

    Examples
    --------
    >>> mentions("fecha de defuncion", "death"), mentions("todesdatum", "date")
    ('defuncion', 'todesdatum')
    """
    found = _pattern(group).search(text)
    return found.group(0) if found else ""


def matches(heading: str, rule: str) -> int:
    """Return how well a rule explains a heading: 0 not at all, 1 a hint, 2 one notion, 3 several or the whole.

    Examples
    --------
    >>> matches("Date of death", "date death"), matches("Death", "=death"), matches("Death cause", "=death")
    (3, 3, 0)
    """
    text, groups = plain(heading), rule.lstrip("=~").split()
    if not all(mentions(text, g) for g in groups):
        return 0
    if rule.startswith("~"):
        return 1
    if not rule.startswith("="):
        return 3 if len(groups) > 1 else 2
    for group in groups:
        text = _pattern(group).sub(" ", text)
    return 0 if text.strip() else 3
