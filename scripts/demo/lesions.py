"""Lesions: where they are, how large at baseline, and which session treated them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.demo.draw import stream, whole
from scripts.demo.plan import Plan

Row = dict[str, object]

_SEGMENTS = ("IVa", "VIII", "VI", "VII", "V", "II", "III", "IVb")
#: Disease outside the liver that is followed without being measured.
_UNMEASURED = ("bone", "peritoneum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One lesion and its size at baseline (short axis of a node); new ones have the day they were first seen."""

    id: str
    organ: str
    role: str
    size: int
    segment: str = ""
    first: int | None = None

    @property
    def is_node(self) -> bool:
        """Whether the short axis is what counts."""
        return self.organ == "node"

    def grows(self, plan: Plan, day: int) -> bool:
        """Whether a liver lesion of the baseline is progressing on a day."""
        by = {"target": "target", "non_target": "nontarget"}[self.role]
        progressing = plan.liver_pd is not None and plan.liver_pd_by == by and day >= plan.liver_pd
        return progressing and self.organ == "liver" and self.first is None


def lesions_of(plan: Plan) -> tuple[Lesion, ...]:
    """Return the lesions at baseline, then those that appear."""
    rng = stream(plan.id, "lesions")
    found = [Lesion(id="", organ="liver", role="target", size=size) for size in plan.liver]
    # Two or three of the further lesions are enough to follow.
    found += [Lesion(id="", organ="liver", role="non_target", size=whole(rng, 9, 18)) for _ in range(min(plan.more, 2))]
    for organ in plan.sites:
        role = "non_target" if organ in _UNMEASURED else "target"
        found.append(Lesion(id="", organ=organ, role=role, size=whole(rng, 16, 24)))
    if plan.liver_pd_by == "new" and plan.liver_pd is not None:
        found.append(Lesion(id="", organ="liver", role="non_target", size=whole(rng, 11, 19), first=plan.liver_pd))
    if plan.outside_pd is not None:
        organ = "lung" if plan.sites in {(), ("lung",)} else "peritoneum"
        found.append(Lesion(id="", organ=organ, role="non_target", size=whole(rng, 10, 17), first=plan.outside_pd))
    first_segment = whole(rng, 0, len(_SEGMENTS) - 1)
    return tuple(
        replace(
            lesion,
            id=f"{plan.id}-L{i + 1}",
            segment=_SEGMENTS[(first_segment + i) % len(_SEGMENTS)] if lesion.organ == "liver" else "",
        )
        for i, lesion in enumerate(found)
    )


def lesion_rows(plan: Plan, baseline: int) -> list[Row]:
    """Return the rows of the lesion table."""
    return [
        {
            "lesion_id": lesion.id,
            "patient_id": plan.id,
            "organ": {"node": "lymph node"}.get(lesion.organ, lesion.organ),
            "segment": lesion.segment or None,
            "first_seen_date": plan.on(baseline if lesion.first is None else lesion.first),
            "is_node": "yes" if lesion.is_node else "no",
        }
        for lesion in lesions_of(plan)
    ]


def treated(plan: Plan, number: int) -> list[Lesion]:
    """Return the liver lesions treated in a session, counted from 1."""
    visit = plan.sessions[number - 1]
    old = [x for x in lesions_of(plan) if x.organ == "liver" and x.first is None]
    new = [x for x in lesions_of(plan) if x.organ == "liver" and x.first is not None]
    if visit.why == "new_lesion":
        return new
    if visit.method == "ablation_mwa":
        return [x for x in old if x.role == "target"]
    staged = any(v.why == "planned_stage" for v in plan.sessions)
    if not staged or visit.why == "residual":
        return old
    return old[number - 1 :: 2] if number <= 2 else old
