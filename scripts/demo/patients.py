"""The patient table."""

from __future__ import annotations

from scripts.demo.draw import between, chance, stream, whole
from scripts.demo.imaging import baseline_day
from scripts.demo.lesions import Row, lesions_of
from scripts.demo.plan import Plan
from scripts.demo.treatment import doxorubicin_mg_m2


def patient_row(plan: Plan) -> Row:
    """Return the row of one patient."""
    rng = stream(plan.id, "patient")
    systemic_start = -90 - 230 * plan.lines
    metastasis = min(systemic_start - whole(rng, 10, 40), baseline_day(plan) - whole(rng, 20, 90))
    primary = metastasis - (0 if chance(rng, 0.3) else whole(rng, 120, 1300))
    liver = metastasis if chance(rng, 0.6) else whole(rng, metastasis, baseline_day(plan) - 5)
    n_liver = sum(1 for x in lesions_of(plan) if x.organ == "liver" and x.first is None) + max(plan.more - 2, 0)
    death = plan.on(plan.os) if plan.dead else None
    return {
        "patient_id": plan.id, "sex": plan.sex, "birth_year": plan.t0.year - plan.age - (plan.t0.month < 7),
        "age_at_t0": plan.age, "ecog_t0": whole(rng, 0, 1) + bool(len(plan.sites) > 1),
        "primary_site": plan.primary, "histology": "leiomyosarcoma",
        "primary_dx_date": plan.on(primary), "met_dx_date": plan.on(metastasis), "liver_met_dx_date": plan.on(liver),
        "cirrhosis": "no", "height_cm": whole(rng, 157, 173) + 9 * (plan.sex == "M"),
        "weight_kg": round(between(rng, 54, 82) + 8 * (plan.sex == "M"), 1),
        "extrahepatic_t0": "present" if plan.sites else "none",
        "extrahepatic_sites": "; ".join(plan.sites).replace("node", "lymph node") or None, "liver_dominant": "yes",
        "liver_tumour_burden_pct": min(70, 2 * (sum(plan.liver) + 15 * plan.more) // 9), "n_liver_lesions": n_liver,
        "largest_mm": max(plan.liver), "resection_prior": "yes" if plan.id in {"004", "016"} else "no",
        "lines_systemic_before": plan.lines, "anthracycline_prior": "yes" if plan.anthracycline else "no",
        "dox_sys_mg_m2": doxorubicin_mg_m2(plan), "death_date": death, "cause_of_death": plan.cause or None,
        "last_contact_date": plan.on(plan.os), "vital_status": "dead" if plan.dead else "alive", "site_id": "A",
    }  # fmt: skip
