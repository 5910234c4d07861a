"""Laboratory values: before treatment, around each of the first two sessions, and at later scans.

Transaminases rise for some days after a session, most after beads and microwaves. White cells, neutrophils and
platelets of everybody treated with doxorubicin beads stay normal until the next systemic therapy: the published series
had no systemic complication of doxorubicin.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from scripts.demo.draw import between, stream, whole
from scripts.demo.lesions import Row
from scripts.demo.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """Unit, limits of normal, range of values before treatment, printed decimals; the other laboratory's unit."""

    unit: str
    low: float | None = None
    high: float | None = None
    before: tuple[float, float]
    decimals: int = 0
    other_unit: str = ""
    factor: float = 1.0
    other_decimals: int = 1


ANALYTES = {
    "bilirubin": Analyte(unit="umol/L", high=21, before=(6, 17), other_unit="mg/dL", factor=17.1),
    "albumin": Analyte(unit="g/L", low=35, high=50, before=(35, 44), other_unit="g/dL", factor=10),
    "ast": Analyte(unit="U/L", high=40, before=(18, 38)),
    "alt": Analyte(unit="U/L", high=40, before=(15, 38)),
    "alp": Analyte(unit="U/L", low=35, high=120, before=(70, 165)),
    "creatinine": Analyte(unit="umol/L", low=45, high=104, before=(52, 96), other_unit="mg/dL", factor=88.4,
                          other_decimals=2),
    "inr": Analyte(unit="ratio", low=0.8, high=1.2, before=(0.9, 1.15), decimals=2),
    "platelets": Analyte(unit="10^9/L", low=150, high=400, before=(190, 360)),
    "anc": Analyte(unit="10^9/L", low=2.0, high=7.5, before=(3.0, 6.0), decimals=1),
    "hb": Analyte(unit="g/L", low=120, high=175, before=(103, 142), other_unit="g/dL", factor=10),
    "wbc": Analyte(unit="10^9/L", low=4.0, high=11.0, before=(5.2, 9.2), decimals=1),
    "sodium": Analyte(unit="mmol/L", low=135, high=145, before=(136, 143)),
}  # fmt: skip

#: Patients whose samples went to another laboratory with other units.
OTHER_LABORATORY = ("010", "020")
#: Times the value before treatment on the day after a session, by method: AST, ALT.
_RISE = {
    "deb_tace": ((3.0, 8.5), (2.5, 7.0)),
    "y90_glass": ((1.1, 1.9), (1.1, 1.8)),
    "ablation_mwa": ((3.0, 7.5), (2.5, 6.5)),
}
#: Times the value before treatment: usually after a session, and in the last weeks of life.
_MOVES = {
    "bilirubin": ((0.9, 1.4), (1.8, 3.6)),
    "albumin": ((0.90, 1.0), (0.72, 0.84)),
    "alp": ((0.95, 1.2), (1.3, 1.9)),
    "hb": ((0.88, 1.0), (0.85, 0.95)),
}
_STEADY = (0.95, 1.06)


def lab_rows(plan: Plan) -> list[Row]:
    """Return the rows of the lab table."""
    rng = stream(plan.id, "labs")
    before = {name: between(rng, *analyte.before) for name, analyte in ANALYTES.items()}
    rows: list[Row] = []
    for day in _days(plan, rng):
        for name, analyte in ANALYTES.items():
            value = before[name] * _factor(plan, name, day, rng) * between(rng, 0.97, 1.03)
            rows.append(_row(plan, day, name, analyte, _bounded(name, value, day)))
    return rows


def _days(plan: Plan, rng: Random) -> list[int]:
    """Return sampling days: before, the day after, two and four weeks after, and before later scans."""
    days = {-whole(rng, 1, 6)}
    for visit in plan.sessions[:2]:
        days |= {visit.day + 1, visit.day + whole(rng, 12, 16), visit.day + whole(rng, 28, 33)}
    days |= {scan - whole(rng, 0, 2) for scan in plan.scans[1:6]}
    return sorted(d for d in days if d <= plan.os - 2)


def _factor(plan: Plan, name: str, day: int, rng: Random) -> float:
    """Return how a value moved since before treatment."""
    sessions = [v for v in plan.sessions if v.day < day]
    if not sessions:
        return 1.0
    method, since = sessions[-1].method, day - sessions[-1].day
    if name in {"ast", "alt"}:
        early = _RISE[method][name == "alt"]
        return between(rng, *(early if since <= 3 else (1.0, 1.5) if since <= 20 else (0.9, 1.2)))
    if name == "platelets" and method == "y90_glass":
        return between(rng, 0.70, 0.92)
    usual, ending = _MOVES.get(name, (_STEADY, _STEADY))
    return between(rng, *(ending if plan.dead and day > plan.os - 40 else usual))


def _bounded(name: str, value: float, day: int) -> float:
    """Keep the counts that systemic doxorubicin would lower, and what nothing here moves, within normal limits."""
    analyte = ANALYTES[name]
    if name in {"anc", "wbc"}:
        return min(max(value, analyte.low or value), analyte.high or value)
    if name == "platelets":
        return max(value, 151.0)
    if name in {"bilirubin", "ast", "alt"} and day < 0:
        return min(value, (analyte.high or value) - 0.6)
    return value


def _row(plan: Plan, day: int, name: str, analyte: Analyte, value: float) -> Row:
    other = plan.id in OTHER_LABORATORY and analyte.other_unit != ""
    scale = analyte.factor if other else 1.0
    decimals = analyte.other_decimals if other else analyte.decimals
    return {
        "patient_id": plan.id, "date": plan.on(day), "test": name, "value": _rounded(value / scale, decimals),
        "unit": analyte.other_unit if other else analyte.unit,
        "uln": None if analyte.high is None else _rounded(analyte.high / scale, decimals),
        "lln": None if analyte.low is None else _rounded(analyte.low / scale, decimals),
        "on_anticoagulation": "no",
    }  # fmt: skip


def _rounded(value: float, decimals: int) -> float | int:
    return round(value, decimals) if decimals else round(value)
