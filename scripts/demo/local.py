"""Local control: whether viable tumour is left, or comes back, where a lesion was treated."""

from __future__ import annotations

from scripts.demo.draw import chance, stream
from scripts.demo.lesions import Lesion, treated
from scripts.demo.plan import Plan, Visit

#: Share of embolized lesions that lose all enhancement, where the targets shrink and where they do not.
_CLEARS = {"SD": 0.2, "PR": 0.75, "CR": 1.0}


def local_status(plan: Plan, lesion: Lesion, mm: int, day: int) -> str | None:
    """Return the status of the treated site on a scan; None before the lesion was treated.

    Progression is told from residual tumour as the data model declares: only a site that a scan after treatment had
    shown free of viable tumour can progress.
    """
    first = next((visit.day for visit in _treatments(plan, lesion)), None)
    if first is None or day <= first:
        return None
    if day in plan.not_evaluable:
        return "not_evaluable"
    clear = _clear_from(plan, lesion)
    if lesion.grows(plan, day):
        seen = [d for d in plan.scans if first < d < day and d not in plan.not_evaluable]
        was_clear = any(d >= clear and not lesion.grows(plan, d) for d in seen) if clear is not None else False
        return "ltp" if was_clear else "residual"
    return "none" if mm == 0 or (clear is not None and day >= clear) else "residual"


def _treatments(plan: Plan, lesion: Lesion) -> list[Visit]:
    """Return the sessions that treated a lesion, in order."""
    return [visit for number, visit in enumerate(plan.sessions, start=1) if lesion in treated(plan, number)]


def _clear_from(plan: Plan, lesion: Lesion) -> int | None:
    """Return the day from which scans show no viable tumour, unless the lesion grows again; None if they never do."""
    visits = [v for v in _treatments(plan, lesion) if not lesion.grows(plan, v.day)]
    if not visits or lesion.first is not None:
        return None
    if visits[-1].method == "ablation_mwa" or chance(stream(lesion.id, "local"), _CLEARS[plan.shrinkage]):
        return visits[-1].day + 1  # a retreatment for residual tumour means that there was some until then
    return None
