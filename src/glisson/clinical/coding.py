"""What the values of a column stand for, as far as the words say it: states, methods, sex, responses.

Nothing here knows that 1 usually means dead. A code is only given where the value itself, the heading or the data
dictionary says in words what it stands for; everything else is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from glisson.clinical.heading_words import mentions
from glisson.clinical.targets import Target
from glisson.clinical.wording import plain, shown

_YES = {"y", "yes", "ja", "j", "si", "s", "oui", "o", "true", "da", "да", "present", "positive"}
_NO = {"n", "no", "nein", "non", "false", "nie", "нет", "absent", "none", "negative", "keine"}
_RESPONSES = {
    "cr": "CR", "complete response": "CR", "complete remission": "CR",
    "pr": "PR", "partial response": "PR", "partial remission": "PR",
    "sd": "SD", "stable disease": "SD", "stable": "SD",
    "pd": "PD", "progressive disease": "PD", "progression": "PD",
    "ne": "NE", "not evaluable": "NE", "not assessed": "NE",
    "non cr non pd": "NON-CR/NON-PD", "non pd": "NON-PD",
}  # fmt: skip

#: Method code, the words that name it, and what they are.
_METHODS = (
    ("deb_tace", r"\b(deb|debdox|debiri|drug eluting|d tace|deb ?tace|eluting)\b|\b(dc|lc|m1) beads?\b"
                 r"|\b(hepa ?sphere\w*|tandem|life ?pearl)\b", "a drug-eluting bead"),
    ("ctace", r"\bc tace\b|\bctace\b|\b(conventional|konventionell\w*|convencional)\b|\b(lipiodol|ethiodol)\b",
     "conventional or oil-based chemoembolization"),
    ("tae", r"\btae\b|\bbland\w*\b|\bblanda\b", "embolization without a drug"),
    ("y90_glass", r"\bthera ?sphere\w*\b|\bglas{1,2}\b", "glass microspheres"),
    ("y90_resin", r"\bsir ?spheres?\b|\bresin\b|\bharz\w*\b|\bresina\b", "resin microspheres"),
    ("y90", r"\by ?90\b|\b90 ?y\b|\byttrium\b|\bradio ?emboli\w*\b|\bsirt\b|\btare\b", "yttrium-90"),
    ("ho166", r"\bho ?166\b|\bholmium\b|\bquirem\w*\b", "holmium-166"),
    ("ablation_mwa", r"\bmwa\b|\bmicro ?wave\w*\b|\bmikrowelle\w*\b|\bmicroondas\b", "microwave"),
    ("ablation_rfa", r"\brfa\b|\bradio ?fre\w*\b", "radiofrequency"),
    ("ablation_cryo", r"\bcryo\w*\b|\bkryo\w*\b|\bcrio\w*\b", "cryoablation"),
    ("ablation_ire", r"\bire\b|\belectroporation\b|\bnanoknife\b", "electroporation"),
    ("ablation", r"\bablat\w*\b|\bablac\w*\b|\bthermo ?ablat\w*\b", "ablation"),
    ("hai", r"\bhai\b|\bhepatic arter\w+ infusion\b|\bhaic\b", "arterial infusion"),
)  # fmt: skip
#: Named without its kind it has no code of its own, but is a method all the same.
_CHEMOEMBOLIZATION = r"\btace\b|\b(chemo|chimio|quimio) ?emboli\w*\b"
_EMBOLIZATION = {"deb_tace", "ctace", "tae"}
_GENERAL = {"y90": {"y90_glass", "y90_resin"}, "ablation": {c for c, _, _ in _METHODS if c.startswith("ablation_")}}


@dataclass(frozen=True, slots=True)
class Coded:
    """The code of one value and the words that say so."""

    code: str
    because: str


def method_codes(text: str) -> tuple[Coded, ...]:
    """Return every method that a text names; the specific one where a general one is named as well.

    Examples
    --------
    >>> [c.code for c in method_codes("doxorubicin LC beads")], method_codes("TACE")
    (['deb_tace'], ())
    >>> [c.code for c in method_codes("Y-90 TheraSphere")], [c.code for c in method_codes("DEB-TACE + MWA")]
    (['y90_glass'], ['deb_tace', 'ablation_mwa'])
    """
    words = plain(text)
    found = {code: (m.group(0), what) for code, pattern, what in _METHODS if (m := re.search(pattern, words))}
    for general, special in _GENERAL.items():
        if special & set(found):
            found.pop(general, None)
    return tuple(Coded(code, f"'{said}' is {what}") for code, (said, what) in found.items())


def stated(text: str, values: Collection[str]) -> dict[str, str]:
    """Return what each value stands for where a heading or a description spells it out.

    Parameters
    ----------
    text
        ``"patient censored = 0, patient progressed = 1"``, ``"1=Male, 2=Female"``, ``"Death_1_Alive_0"``.
    values
        Values that occur in the column; others are not looked for.

    Examples
    --------
    >>> stated("patient censored = 0, patient progressed = 1", ["0", "1"])
    {'0': 'patient censored', '1': 'patient progressed'}
    >>> stated("Y = 1 N = 0", ["0", "1"])
    {'1': 'Y', '0': 'N'}
    >>> stated("Death_1_StillAlive_0", ["0", "1"])
    {'1': 'Death', '0': 'StillAlive'}
    >>> stated("Status", ["0", "1"])
    {}
    """
    found: dict[str, str] = {}
    for left, right in re.findall(r"([^=:,;()|]+?)\s*[=:]\s*([^=:,;()|]+?)(?=$|[,;()|.]|\s+\S+\s*[=:])", text):
        a, b = shown(left), shown(right)
        if (b in values) != (a in values):
            found.setdefault(*((b, a) if b in values else (a, b)))
    return found or _stated_by_position(text, values)


def _stated_by_position(heading: str, values: Collection[str]) -> dict[str, str]:
    """Read headings such as ``Death_1_Alive_0`` and ``status_0alive_1dead``: words and codes that alternate."""
    parts = [p for p in re.split(r"[_\s]+|(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", heading) if p]
    places = [i for i, p in enumerate(parts) if p in values]
    if len(values) < 2 or {parts[i] for i in places} != set(values) or len(places) != len(values):
        return {}
    after = places[-1] == len(parts) - 1
    bounds = [-1, *places] if after else [*places, len(parts)]
    words = [" ".join(parts[a + 1 : b]) for a, b in pairwise(bounds)]
    return {parts[i]: w for i, w in zip(places, words, strict=False)} if all(words) else {}


def code_of(target: Target, phrase: str, heading: str) -> Coded | None:
    """Return the code that a phrase stands for under a heading, or ``None`` where the words do not say.

    Parameters
    ----------
    target
        What the column means.
    phrase
        A value that is a word (``"deceased"``), or what a data dictionary says of a value (``"patient died"``).
    heading
        Heading of the column; decides what "yes" means.
    """
    if target.role == "status":
        return _state(target, phrase, heading)
    if target.role == "method":
        codes = method_codes(phrase)
        return codes[0] if len(codes) == 1 and not _second_method(codes[0].code, phrase) else None
    words = plain(phrase)
    if target.name in {"best_response", "sex"}:
        return _coded(_RESPONSES.get(words) if target.name == "best_response" else _sex(words), phrase)
    answer = _yes_no(words)
    if answer is None and words in target.codes:
        return _coded(words, phrase)
    if target.name == "extrahepatic_t0" and answer is not None:
        outside = answer != bool(mentions(plain(heading), "liver_only"))
        return _coded("present" if outside else "none", phrase, heading)
    return None if answer is None else _coded("yes" if answer else "no", phrase, heading)


def _second_method(code: str, phrase: str) -> bool:
    """Whether chemoembolization of an unnamed kind stands beside another method, as in "RFA + TACE"."""
    return code not in _EMBOLIZATION and re.search(_CHEMOEMBOLIZATION, plain(phrase)) is not None


def _coded(code: str | None, phrase: str, heading: str = "") -> Coded | None:
    if code is None:
        return None
    return Coded(code, f"'{phrase}'" + (f" under the heading '{heading}'" if heading else ""))


def _yes_no(words: str) -> bool | None:
    return True if words in _YES else False if words in _NO else None


def _sex(words: str) -> str | None:
    male, female = words and mentions(words, "male") == words, words and mentions(words, "female") == words
    return "M" if male and not female else "F" if female and not male else None


def _happened(target: Target, words: str) -> bool | None:
    """Whether words say that the event of a status happened; ``None`` where they do not say."""
    groups = {
        "vital_status": ("death",), "os_status": ("death", "event"), "progression_status": ("progress", "event"),
        "ttp_status": ("progress", "event"),
    }.get(target.name, ("death", "progress", "event"))  # fmt: skip
    event = any(mentions(words, g) for g in groups)
    spared = bool(mentions(words, "censored") or mentions(words, "alive"))
    if event == spared:
        return None
    return event != bool(mentions(words, "not"))


def _state(target: Target, phrase: str, heading: str) -> Coded | None:
    event, spared = target.codes
    answer = _yes_no(plain(phrase))
    if answer is None:
        happened = _happened(target, plain(phrase))
        return None if happened is None else Coded(event if happened else spared, f"'{phrase}'")
    named = _happened(target, plain(heading))
    if named is None:
        return None
    return _coded(event if named == answer else spared, phrase, heading)
