"""Adverse events: the usual ones drawn for each session, the notable ones written down."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.demo.draw import chance, one_of, stream, whole
from scripts.demo.lesions import Row
from scripts.demo.plan import Plan
from scripts.demo.treatment import session_id

#: Probability of each term after a session, by method. After embolization with beads they are post-embolization
#: syndrome, also nausea and vomiting in the first days: none is taken for an effect of doxorubicin in the circulation.
_USUAL = {
    "deb_tace": (("Abdominal pain", 0.65), ("Fever", 0.5), ("Nausea", 0.45), ("Fatigue", 0.5), ("Vomiting", 0.2)),
    "y90_glass": (("Fatigue", 0.65), ("Abdominal pain", 0.3), ("Nausea", 0.3), ("Anorexia", 0.3)),
    "ablation_mwa": (("Abdominal pain", 0.5), ("Fever", 0.25), ("Fatigue", 0.2)),
}
_SYNDROME = {"Abdominal pain", "Fever", "Nausea", "Vomiting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notable:
    """One adverse event worth a line of its own; days count from its session."""

    patient: str
    session: int
    after: int
    days: int | None
    term: str
    grade: int
    related: str = "probable"
    serious: bool = False
    pes: bool = False
    nte: bool = False
    action: str = ""
    hospital_days: int = 0
    intervention: bool = False
    outcome: str = "resolved"


NOTABLE: tuple[Notable, ...] = (
    Notable(patient="003", session=1, after=1, days=6, term="Abdominal pain", grade=3, pes=True, serious=True,
            action="iv opioid", hospital_days=2),
    Notable(patient="009", session=1, after=0, days=5, term="Abdominal pain", grade=3, pes=True, serious=True,
            action="iv opioid", hospital_days=3),
    Notable(patient="015", session=2, after=9, days=30, term="Fatigue", grade=3, action="rest, steroid"),
    # A liver abscess is "Hepatic infection" in CTCAE.
    Notable(patient="019", session=1, after=13, days=24, term="Hepatic infection", grade=3, serious=True,
            action="liver abscess: drainage, iv antibiotic", hospital_days=8, intervention=True),
    Notable(patient="011", session=1, after=26, days=40, term="Gastric ulcer", grade=2, nte=True,
            action="proton pump inhibitor"),
    Notable(patient="006", session=2, after=3, days=12, term="Cholecystitis", grade=2, nte=True, action="antibiotic"),
    Notable(patient="010", session=1, after=0, days=3, term="Pneumothorax", grade=1),
    Notable(patient="024", session=1, after=0, days=7, term="Hematoma", grade=1),
    Notable(patient="022", session=1, after=0, days=10, term="Vascular access complication", grade=1),
    Notable(patient="012", session=2, after=150, days=None, term="Ascites", grade=2, related="unlikely",
            action="diuretic", outcome="ongoing"),
    Notable(patient="014", session=1, after=420, days=20, term="Back pain", grade=1, related="unrelated"),
    # Looked for and not there: grade 0.
    Notable(patient="008", session=1, after=24, days=0, term="Alopecia", grade=0, related="unrelated"),
    Notable(patient="018", session=1, after=24, days=0, term="Alopecia", grade=0, related="unrelated"),
)  # fmt: skip


def adverse_event_rows(plan: Plan) -> list[Row]:
    """Return the rows of the adverse_event table, by onset."""
    notable = [n for n in NOTABLE if n.patient == plan.id]
    rows = [_row(plan, n) for n in (*_usual(plan, notable), *notable)]
    return sorted(rows, key=lambda row: (str(row["onset_date"]), str(row["term"])))


def _usual(plan: Plan, notable: list[Notable]) -> list[Notable]:
    """Draw the usual events of each session; a term that is written down for it is not drawn again."""
    out: list[Notable] = []
    written = {(n.session, n.term) for n in notable}
    for number, visit in enumerate(plan.sessions, start=1):
        rng = stream(plan.id, f"adverse events {number}")
        for term, probability in _USUAL[visit.method]:
            happens = chance(rng, probability)
            after = whole(rng, 0, 2) if term in _SYNDROME else whole(rng, 2, 9)
            drawn = Notable(
                patient=plan.id, session=number, after=after, days=whole(rng, 2, 9), term=term,
                grade=1 if chance(rng, 0.62) else 2, related=one_of(rng, ("probable", "definite", "possible")),
                pes=visit.method == "deb_tace" and term in _SYNDROME,
                action={"Fever": "paracetamol", "Nausea": "antiemetic", "Vomiting": "antiemetic"}.get(term, ""),
            )  # fmt: skip
            if happens and (number, term) not in written:
                out.append(drawn)
    return out


def _row(plan: Plan, event: Notable) -> Row:
    onset = plan.sessions[event.session - 1].day + event.after
    end = None if event.days is None else min(onset + event.days, plan.os)
    return {
        "patient_id": plan.id, "onset_date": plan.on(onset), "end_date": None if end is None else plan.on(end),
        "term": event.term, "grade": event.grade, "ctcae_version": "5", "cirse_grade": _cirse(event),
        "related": event.related, "serious": _word(event.serious),
        "session_id": None if event.related == "unrelated" else session_id(plan, event.session),
        "pes": _word(event.pes), "nte": _word(event.nte), "action": event.action or None,
        "hospital_days_added": event.hospital_days, "icu": "no", "intervention": _word(event.intervention),
        "sequelae": "no", "outcome": event.outcome,
    }  # fmt: skip


def _cirse(event: Notable) -> str | None:
    """Return the CIRSE class of events that needed more than observation."""
    if event.hospital_days > 2 or event.intervention:
        return "3"
    return "2" if event.hospital_days else None


def _word(value: bool) -> str:
    return "yes" if value else "no"
