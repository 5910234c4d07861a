"""By which criterion published responses were read, and by which version of CTCAE events were graded."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from glisson.evidence.library import Published

#: Criteria by what they measure: those of one family give the same responses but for the number of target lesions.
FAMILIES: dict[str, tuple[str, ...]] = {
    "recist": ("recist", "recist 1.0", "recist 1.1", "recist11"),
    "mrecist": ("mrecist",),
    "easl": ("easl",),
    "qeasl": ("qeasl",),
    "choi": ("choi",),
    "mchoi": ("mchoi", "modified choi"),
    "who": ("who",),
}
_FAMILY = {name: family for family, names in FAMILIES.items() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How a study defined its outcomes, as far as that was read.

    Parameters
    ----------
    study_id
        Key in the library.
    criterion
        Of tumour response, e.g. ``"RECIST 1.1"``; ``"RECIST"`` where the page does not say the version.
    ctcae
        By which adverse events were graded; empty where the page does not say.
    source_url
        Where it was read.
    """

    study_id: str
    criterion: str
    ctcae: str
    source_url: str


def family(criterion: str) -> str:
    """Return the family of a criterion, in any case; empty where it is none that is known.

    Examples
    --------
    >>> family("RECIST 1.0") == family("recist11"), family("mRECIST"), family("index tumour")
    (True, 'mrecist', '')
    """
    return _FAMILY.get(criterion.strip().lower(), "")


@lru_cache(maxsize=1)
def definitions() -> dict[str, Definition]:
    """Return the definitions that were read, by study.

    Examples
    --------
    >>> definitions()["judson2014"].ctcae
    'NCI CTC 2.0'
    """
    text = (files("glisson") / "data" / "evidence" / "definitions.csv").read_text(encoding="utf-8")
    return {row["study_id"]: Definition(**row) for row in csv.DictReader(text.splitlines())}


def criterion_of(number: Published) -> tuple[str, str]:
    """Return the criterion of a published response and where that was read; two empty texts where it is not known.

    Parameters
    ----------
    number
        A response rate. A criterion may stand in its ``subgroup``; else that of its study is taken.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> shelf = library()
    >>> [criterion_of(n)[0] for n in shelf.select(study_id="chapiro2015", endpoint="orr")]
    ['EASL', 'mRECIST', 'qEASL']
    >>> criterion_of(shelf.select(study_id="karavasilis2008", endpoint="orr")[0])
    ('', '')
    """
    if family(number.subgroup):
        return number.subgroup, number.source_url
    known = definitions().get(number.study_id)
    return (known.criterion, known.source_url) if known else ("", "")
