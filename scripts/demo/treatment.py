"""Sessions, which lesion they treated, systemic therapy and follow-up."""

from __future__ import annotations

from random import Random

from scripts.demo.draw import between, chance, one_of, stream, whole
from scripts.demo.lesions import Row, treated
from scripts.demo.plan import Plan, Visit

_REGIMENS = ("gemcitabine + docetaxel", "trabectedin", "dacarbazine", "pazopanib", "eribulin")
_ANTHRACYCLINE = "doxorubicin"
#: Milligrams per square metre of a typical course of six cycles.
_COURSE_MG_M2 = 450


def session_id(plan: Plan, number: int) -> str:
    """Return the id of a session, counted from 1."""
    return f"{plan.id}-S{number}"


def session_rows(plan: Plan) -> list[Row]:
    """Return the rows of the session table."""
    rng = stream(plan.id, "sessions")
    rows: list[Row] = []
    course = 0
    for number, visit in enumerate(plan.sessions, start=1):
        course += visit.why != "planned_stage"
        rows.append(
            {
                "session_id": session_id(plan, number),
                "patient_id": plan.id,
                "date": plan.on(visit.day),
                "method": visit.method,
                "course_id": f"{plan.id}-C{course}",
                "retreat_type": visit.why,
                "intent": "curative" if visit.method == "ablation_mwa" and not plan.sites else "palliative",
                "target_territory": _territory(plan, visit, number),
                # One session of the cohort stopped early: spasm of the feeding artery.
                "technical_success": "no" if (plan.id, number) == ("013", 2) else "yes",
                "fluoroscopy_min": None if visit.method == "ablation_mwa" else whole(rng, 12, 41),
                "length_of_stay_d": 0 if visit.method == "y90_glass" else whole(rng, 1, 2),
            }
            | _delivery(rng, visit)
        )
    return rows


def _territory(plan: Plan, visit: Visit, number: int) -> str:
    if visit.method == "ablation_mwa":
        return "segment " + ", ".join(lesion.segment for lesion in treated(plan, number))
    return "left lobe" if visit.why == "planned_stage" else "right lobe"


def _delivery(rng: Random, visit: Visit) -> Row:
    """Return what was given."""
    if visit.method == "deb_tace":
        low, high = one_of(rng, ((70, 150), (100, 300)))
        vials = 1 if chance(rng, 0.6) else 2
        return {
            "drug": _ANTHRACYCLINE, "drug_mg": 75 * vials if chance(rng, 0.7) else 50 * vials, "vials": vials,
            "bead_name": "drug-eluting beads", "bead_min_um": low, "bead_max_um": high,
            "stasis_endpoint": "yes" if chance(rng, 0.8) else "no",
        }  # fmt: skip
    if visit.method == "y90_glass":
        return {
            "bead_name": "glass microspheres", "activity_gbq": round(between(rng, 1.1, 3.6), 2),
            "dose_gy_tumour": round(between(rng, 120, 310)), "dose_gy_normal_liver": round(between(rng, 18, 52)),
            "lung_shunt_pct": round(between(rng, 1.8, 8.5), 1), "dosimetry": "mird",
        }  # fmt: skip
    return {}


def session_lesion_rows(plan: Plan) -> list[Row]:
    """Return the rows of the session_lesion table."""
    rng = stream(plan.id, "coverage")
    rows: list[Row] = []
    for number, visit in enumerate(plan.sessions, start=1):
        ablated = visit.method == "ablation_mwa"
        rows += [
            {
                "session_id": session_id(plan, number),
                "lesion_id": lesion.id,
                "coverage": "complete" if ablated or chance(rng, 0.8) else "partial",
                "margin_mm": whole(rng, 3, 10) if ablated else None,
            }
            for lesion in treated(plan, number)
        ]
    return rows


def systemic_rows(plan: Plan) -> list[Row]:
    """Return lines of systemic therapy before the first session and the next one after it."""
    rng = stream(plan.id, "systemic")
    regimens = [_ANTHRACYCLINE, *_REGIMENS] if plan.anthracycline else list(_REGIMENS)
    rows: list[Row] = []
    start = -90 - 230 * plan.lines
    for line in range(1, plan.lines + 1):
        begin = start + whole(rng, 0, 40)
        end = begin + whole(rng, 95, 160)
        start += 230
        rows.append(_line(plan, line, begin, end, regimens[line - 1], "progression"))
    if plan.next_line is not None:
        end = plan.next_line + whole(rng, 40, 120)
        done = end if end < plan.os - 10 else None
        rows.append(_line(plan, plan.lines + 1, plan.next_line, done, regimens[plan.lines], _why_stopped(plan)))
    return rows


def _why_stopped(plan: Plan) -> str:
    return "progression" if plan.liver_pd or plan.outside_pd else "completed"


def _line(plan: Plan, line: int, begin: int, end: int | None, regimen: str, why: str) -> Row:
    best = one_of(stream(plan.id, f"line {line}"), ("SD", "SD", "PD", "PR")) if why == "progression" else None
    return {
        "patient_id": plan.id, "start_date": plan.on(begin), "end_date": None if end is None else plan.on(end),
        "regimen": regimen, "line": line, "best_response": best if end is not None else None,
        "stop_reason": why if end is not None else None,
    }  # fmt: skip


def doxorubicin_mg_m2(plan: Plan) -> int:
    """Return cumulative systemic doxorubicin before the first session."""
    if not plan.anthracycline or not plan.lines:
        return 0
    return _COURSE_MG_M2 - 75 * whole(stream(plan.id, "doxorubicin"), 0, 4)


def followup_rows(plan: Plan) -> list[Row]:
    """Return contacts about every four months, and the end of liver-directed therapy with its reason."""
    rng = stream(plan.id, "followup")
    days = [d + whole(rng, 0, 12) for d in range(90, plan.os - 20, 125)]
    if not plan.dead:
        days.append(plan.os)
    rows: list[Row] = []
    for day in days:
        ecog = min(3, 1 + (plan.dead and day > plan.os - 60)) if plan.sites else int(plan.dead and day > plan.os - 90)
        rows.append({"patient_id": plan.id, "date": plan.on(day), "alive": "yes", "ecog": ecog})
    stop = _stop(plan)
    if stop is not None:
        day, reason = stop
        rows.append({"patient_id": plan.id, "date": plan.on(day), "alive": "yes", "ecog": 1,
                     "ldt_stop_date": plan.on(day), "ldt_stop_reason": reason})  # fmt: skip
    return sorted(rows, key=lambda row: str(row["date"]))


def _stop(plan: Plan) -> tuple[int, str] | None:
    """Return when liver-directed therapy stopped and why; None where it was not declared stopped."""
    last = plan.sessions[-1].day
    if plan.liver_pd is not None and plan.liver_pd > last and plan.liver_pd + 7 < plan.os:
        return plan.liver_pd + 7, "hepatic_progression"
    if plan.outside_pd is not None and plan.outside_pd > last and plan.outside_pd + 9 < plan.os:
        return plan.outside_pd + 9, "extrahepatic_progression"
    if plan.shrinkage == "CR":
        return plan.scans[2] + 6, "completed"
    return None
