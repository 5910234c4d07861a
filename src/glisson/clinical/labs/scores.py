"""Liver function scores: ALBI, Child-Pugh, MELD, MELD-Na and MELD 3.0, in the units in which values are stored."""

from __future__ import annotations

import math
from typing import Literal

from glisson.errors import InputError

Ascites = Literal["none", "mild", "moderate_severe"]
Encephalopathy = Literal["none", "grade_1_2", "grade_3_4"]

ASCITES: tuple[Ascites, ...] = ("none", "mild", "moderate_severe")
ENCEPHALOPATHY: tuple[Encephalopathy, ...] = ("none", "grade_1_2", "grade_3_4")

#: What a reader must know of scores made for cirrhosis.
CAVEAT = (
    "Child-Pugh and MELD were made for cirrhosis; in patients with metastases and no cirrhosis they are not validated "
    "and say little. ALBI needs no judgement, but was made for hepatocellular carcinoma."
)
_BILIRUBIN, _CREATININE, _ALBUMIN = 17.1, 88.4, 10.0  # stored unit per mg/dL, mg/dL, g/dL


def albi(bilirubin: float, albumin: float) -> float:
    """Return the albumin-bilirubin score.

    Parameters
    ----------
    bilirubin
        umol/L.
    albumin
        g/L.

    Raises
    ------
    InputError
        If a value is not above 0.

    Notes
    -----
    0.66 log10(bilirubin) - 0.085 albumin. Johnson PJ, et al. J Clin Oncol 2015;33:550-558.

    Examples
    --------
    >>> round(albi(20.52, 35), 6)
    -2.108963
    """
    _positive(bilirubin=bilirubin, albumin=albumin)
    return 0.66 * math.log10(bilirubin) - 0.085 * albumin


def albi_grade(score: float) -> str:
    """Return the ALBI grade: 1 up to -2.60, 2 up to -1.39, 3 above.

    Examples
    --------
    >>> albi_grade(-2.6), albi_grade(-2.59), albi_grade(-1.39), albi_grade(-1.38)
    ('1', '2', '2', '3')
    """
    return "1" if score <= -2.60 else "2" if score <= -1.39 else "3"


def modified_albi_grade(score: float) -> str:
    """Return the modified ALBI grade, which divides grade 2 at -2.27.

    Notes
    -----
    Hiraoka A, et al. Liver Cancer 2017;6:325-336.

    Examples
    --------
    >>> modified_albi_grade(-2.586), modified_albi_grade(-2.109), modified_albi_grade(-0.8)
    ('2a', '2b', '3')
    """
    grade = albi_grade(score)
    return grade if grade != "2" else "2a" if score < -2.27 else "2b"


def child_pugh(
    bilirubin: float,
    albumin: float,
    inr: float,
    ascites: Ascites,
    encephalopathy: Encephalopathy,
    *,
    albumin_limit: float = 28.0,
) -> tuple[int, str]:
    """Return Child-Pugh points and class.

    Parameters
    ----------
    bilirubin, albumin, inr
        umol/L, g/L, ratio. Bilirubin below 2, to 3, above 3 mg/dL; INR below 1.7, to 2.3, above.
    ascites, encephalopathy
        As recorded.
    albumin_limit
        g/L below which albumin has three points: 28, in some tables 30.

    Returns
    -------
    tuple
        5 to 15 points; class A up to 6, B up to 9, C above.

    Notes
    -----
    Pugh RNH, et al. Br J Surg 1973;60:646-649.

    Examples
    --------
    >>> child_pugh(51.3, 28, 2.3, "mild", "grade_1_2"), child_pugh(17.1, 40, 1.0, "none", "none")
    ((10, 'C'), (5, 'A'))
    """
    _positive(bilirubin=bilirubin, albumin=albumin, inr=inr)
    # Limits are given in conventional units; compared to ten digits so that a converted value meets its limit.
    mg, g = round(bilirubin / _BILIRUBIN, 10), round(albumin, 10)
    points = 1 if mg < 2 else 2 if mg <= 3 else 3
    points += 1 if g > 35 else 2 if g >= albumin_limit else 3
    points += 1 if inr < 1.7 else 2 if inr <= 2.3 else 3
    points += 1 + ASCITES.index(ascites) + 1 + ENCEPHALOPATHY.index(encephalopathy)
    return points, "A" if points <= 6 else "B" if points <= 9 else "C"


def meld(bilirubin: float, creatinine: float, inr: float, *, dialysis: bool = False) -> int:
    """Return MELD as used by the United Network for Organ Sharing, 6 to 40.

    Parameters
    ----------
    bilirubin, creatinine, inr
        umol/L, umol/L, ratio. Values below 1 (mg/dL) count as 1, creatinine above 4 mg/dL or under dialysis as 4.
    dialysis
        Whether the patient is on dialysis.

    Notes
    -----
    Kamath PS, et al. Hepatology 2001;33:464-470; bounds of the OPTN policy.

    Examples
    --------
    >>> meld(2.5 * 17.1, 1.2 * 88.4, 1.5), meld(13.7, 62, 0.9)
    (16, 6)
    """
    return _bounded(10 * _initial(bilirubin, creatinine, inr, dialysis=dialysis))


def meld_na(bilirubin: float, creatinine: float, inr: float, sodium: float, *, dialysis: bool = False) -> int:
    """Return MELD-Na, which adds sodium (125 to 137 mmol/L) where MELD is above 11.

    Parameters
    ----------
    bilirubin, creatinine, inr, sodium
        umol/L, umol/L, ratio, mmol/L.
    dialysis
        Whether the patient is on dialysis.

    Notes
    -----
    Kim WR, et al. N Engl J Med 2008;359:1018-1026, in the form of the OPTN policy of 2016.

    Examples
    --------
    >>> meld_na(2.5 * 17.1, 1.2 * 88.4, 1.5, 135)
    18
    """
    _positive(sodium=sodium)
    initial = 10 * _initial(bilirubin, creatinine, inr, dialysis=dialysis)
    if initial <= 11:
        return _bounded(initial)
    missing = 137 - min(max(sodium, 125), 137)
    return _bounded(initial + 1.32 * missing - 0.033 * initial * missing)


def meld_3(
    bilirubin: float,
    creatinine: float,
    inr: float,
    sodium: float,
    albumin: float,
    *,
    female: bool,
    dialysis: bool = False,
) -> int:
    """Return MELD 3.0, which adds sex and albumin (15 to 35 g/L) and ends creatinine at 3 mg/dL.

    Parameters
    ----------
    bilirubin, creatinine, inr, sodium, albumin
        umol/L, umol/L, ratio, mmol/L, g/L.
    female
        Sex.
    dialysis
        Whether the patient is on dialysis.

    Notes
    -----
    Kim WR, et al. Gastroenterology 2021;161:1887-1895.

    Examples
    --------
    >>> meld_3(2.5 * 17.1, 1.2 * 88.4, 1.5, 135, 30, female=False)
    18
    """
    _positive(bilirubin=bilirubin, creatinine=creatinine, inr=inr, sodium=sodium, albumin=albumin)
    b = math.log(max(bilirubin / _BILIRUBIN, 1.0))
    c = math.log(3.0 if dialysis else min(max(creatinine / _CREATININE, 1.0), 3.0))
    missing = 137 - min(max(sodium, 125), 137)
    low = 3.5 - min(max(albumin / _ALBUMIN, 1.5), 3.5)
    score = 1.33 * female + 4.56 * b + 0.82 * missing - 0.24 * missing * b + 9.09 * math.log(max(inr, 1.0))
    return _bounded(score + 11.14 * c + 1.85 * low - 1.83 * low * c + 6)


def _initial(bilirubin: float, creatinine: float, inr: float, *, dialysis: bool) -> float:
    """Return MELD(i) divided by 10, rounded to one decimal as the policy does."""
    _positive(bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    c = 4.0 if dialysis else min(max(creatinine / _CREATININE, 1.0), 4.0)
    raw = 0.957 * math.log(c) + 0.378 * math.log(max(bilirubin / _BILIRUBIN, 1.0)) + 1.12 * math.log(max(inr, 1.0))
    return math.floor((raw + 0.643) * 10 + 0.5) / 10


def _bounded(score: float) -> int:
    """Round halves up and keep within 6 and 40."""
    return min(max(math.floor(round(score, 9) + 0.5), 6), 40)


def _positive(**values: float) -> None:
    wrong = [name for name, value in values.items() if not (math.isfinite(value) and value > 0)]
    if wrong:
        raise InputError(f"{' and '.join(wrong)} is not above 0", expected="a measured value in the stored unit")
