"""Analytes, the units laboratories print, and what each is in the stored unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Direction = Literal["high", "low", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """One laboratory test.

    Parameters
    ----------
    code, label
        Code of the data model and printed name.
    unit
        Stored unit.
    factors
        Units in plain form (see ``plain_unit``) to what a value in them is multiplied by.
    low, high
        What a value in the stored unit can plausibly be; outside, the unit is probably another.
    normal
        What its limit of normal can plausibly be (the upper one, or the lower one where low values are abnormal).
    term
        CTCAE term of an abnormal value; empty where CTCAE has none.
    direction
        Whether high or low values are the abnormal ones.
    """

    code: str
    label: str
    unit: str
    factors: dict[str, float]
    low: float
    high: float
    normal: tuple[float, float] = (0, math.inf)
    term: str = ""
    direction: Direction = ""


_ENZYME = {"u/l": 1.0, "iu/l": 1.0, "ukat/l": 60.0}
_CELLS = {
    "10^9/l": 1.0, "g/l": 1.0, "gpt/l": 1.0, "10^3/ul": 1.0, "10^3/mm3": 1.0, "k/ul": 1.0, "k/mm3": 1.0, "/nl": 1.0,
    "1000/ul": 1.0, "/ul": 1e-3, "/mm3": 1e-3, "cells/ul": 1e-3, "cells/mm3": 1e-3, "10^6/ml": 1.0,
}  # fmt: skip
_PROTEIN = {"g/l": 1.0, "g/dl": 10.0, "mg/dl": 0.01, "mg/ml": 1.0}
_RATIO = {"ratio": 1.0, "1": 1.0, "inr": 1.0, "": 1.0}


def _enzyme(code: str, label: str, term: str, normal: tuple[float, float], *, most: float = 30_000) -> Analyte:
    return Analyte(code=code, label=label, unit="U/L", factors=_ENZYME, low=1, high=most, normal=normal, term=term,
                   direction="high")  # fmt: skip


def _cells(code: str, label: str, most: float, normal: tuple[float, float], term: str) -> Analyte:
    return Analyte(code=code, label=label, unit="10^9/L", factors=_CELLS, low=0, high=most, normal=normal, term=term,
                   direction="low")  # fmt: skip


#: Every analyte of the data model. Molar factors: bilirubin 17.1, creatinine 88.4 umol/L per mg/dL.
ANALYTES: dict[str, Analyte] = {
    a.code: a
    for a in (
        Analyte(code="bilirubin", label="Bilirubin", unit="umol/L",
                factors={"umol/l": 1.0, "mg/dl": 17.1, "mg/l": 1.71}, low=1.0, high=1200,
                normal=(8, 60), term="Blood bilirubin increased", direction="high"),
        Analyte(code="albumin", label="Albumin", unit="g/L", factors=_PROTEIN, low=8, high=70, normal=(20, 50),
                term="Hypoalbuminemia", direction="low"),
        _enzyme("alt", "Alanine aminotransferase", "Alanine aminotransferase increased", (10, 150)),
        _enzyme("ast", "Aspartate aminotransferase", "Aspartate aminotransferase increased", (10, 150)),
        _enzyme("alp", "Alkaline phosphatase", "Alkaline phosphatase increased", (30, 700)),
        _enzyme("ggt", "Gamma-glutamyl transferase", "GGT increased", (10, 300)),
        Analyte(code="creatinine", label="Creatinine", unit="umol/L",
                factors={"umol/l": 1.0, "mg/dl": 88.4, "mg/l": 8.84, "mmol/l": 1000.0}, low=10, high=2500,
                normal=(40, 250), term="Creatinine increased", direction="high"),
        Analyte(code="inr", label="INR", unit="ratio", factors=_RATIO, low=0.5, high=20, normal=(0.9, 2),
                term="INR increased", direction="high"),
        Analyte(code="sodium", label="Sodium", unit="mmol/L", factors={"mmol/l": 1.0, "meq/l": 1.0}, low=90, high=190),
        Analyte(code="hb", label="Haemoglobin", unit="g/L", factors={"g/l": 1.0, "g/dl": 10.0, "mmol/l": 16.114},
                low=20, high=260, normal=(80, 180), term="Anemia", direction="low"),
        _cells("wbc", "White blood cells", 500, (1, 8), "White blood cell decreased"),
        _cells("anc", "Neutrophils", 400, (0.5, 4), "Neutrophil count decreased"),
        _cells("alc", "Lymphocytes", 400, (0.2, 3), "Lymphocyte count decreased"),
        _cells("platelets", "Platelets", 3000, (50, 300), "Platelet count decreased"),
        Analyte(code="afp", label="Alpha-fetoprotein", unit="ug/L",
                factors={"ug/l": 1.0, "ng/ml": 1.0, "iu/ml": 1.21, "ku/l": 1.21}, low=0, high=1e7),
        Analyte(code="cea", label="Carcinoembryonic antigen", unit="ug/L", factors={"ug/l": 1.0, "ng/ml": 1.0}, low=0,
                high=1e6),
        _enzyme("ldh", "Lactate dehydrogenase", "Blood lactate dehydrogenase increased", (50, 1000), most=100_000),
    )
}  # fmt: skip


#: Other spellings of a unit.
_SAME = {
    "e9/l": "10^9/l", "10^9": "10^9/l", "thou/ul": "10^3/ul", "th/ul": "10^3/ul", "tsd/ul": "10^3/ul",
    "tsd./ul": "10^3/ul", "gm/dl": "g/dl", "gm/l": "g/l", "g%": "g/dl", "mg%": "mg/dl", "mval/l": "meq/l",
    "units/l": "u/l", "unit/l": "u/l",
}  # fmt: skip
_SIGNS = str.maketrans("µμ×⁹³⁶", "uux936")


def plain_unit(text: str) -> str:
    """Return a unit in the form in which units are compared: case, blanks and typographic signs do not matter.

    Examples
    --------
    >>> plain_unit(" µmol / L"), plain_unit("x10⁹/L"), plain_unit("10*3/uL"), plain_unit("IU/l")
    ('umol/l', '10^9/l', '10^3/ul', 'iu/l')
    """
    plain = text.casefold().translate(_SIGNS)
    plain = re.sub(r"\s+", "", plain).replace("mcmol", "umol").replace("mcg", "ug").replace("per", "/")
    plain = re.sub(r"^[x*·]?10[\^*e]+(\d)|^[x*·]?10([3-9])(?=/)", r"10^\1\2", plain)
    plain = re.sub(r"/c(?:u\.?)?mm$", "/mm3", plain)
    return _SAME.get(plain, plain)


def factor(test: str, unit: str) -> float | None:
    """Return what a value in a unit is multiplied by to be in the stored unit; ``None`` for an unknown unit.

    Examples
    --------
    >>> factor("bilirubin", "mg/dL"), factor("hb", "g/dL"), factor("anc", "/µL"), factor("albumin", "mmol/L")
    (17.1, 10.0, 0.001, None)
    """
    return ANALYTES[test].factors.get(plain_unit(unit))


def accepted_units(test: str) -> str:
    """Return the units that are understood for a test, in words.

    Examples
    --------
    >>> accepted_units("bilirubin")
    'umol/L, mg/dL, mg/L'
    """
    named = {"umol/l": "umol/L", "mg/dl": "mg/dL", "mg/l": "mg/L", "g/l": "g/L", "g/dl": "g/dL", "u/l": "U/L",
             "10^9/l": "10^9/L", "/ul": "/uL", "mmol/l": "mmol/L", "ratio": "ratio", "ug/l": "ug/L"}  # fmt: skip
    known = [named[u] for u in ANALYTES[test].factors if u in named]
    return ", ".join(dict.fromkeys(known))
