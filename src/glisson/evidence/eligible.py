"""Which numbers of the library may be pooled, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from glisson.evidence.library import Arm, Library, Published
from glisson.evidence.outcomes import FROM_TREATMENT, Outcome, Population, Treatment, of_sarcoma
from glisson.methods.effects import Effect, log_median, survival_at

DAYS_PER_MONTH = 30.4375
#: Parts of the names of arms that are abbreviations.
_SHORT = frozenset({"gist", "lms", "rfa", "tace", "tae", "y90", "deb"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A number that may be pooled.

    Parameters
    ----------
    arm, number
        Whose it is, and the row of the library.
    n, events
        Patients behind it, and for a proportion those with the event.
    effect
        For survival and medians the estimate on its scale.
    counted
        Whether the events were worked out from the proportion and n because the source gives only these.
    """

    arm: Arm
    number: Published
    n: int | None
    events: int | None = None
    effect: Effect | None = None
    counted: bool = False

    @property
    def label(self) -> str:
        """Study and, where the arm is a part of it, the arm."""
        return label_of(self.arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A number that is not pooled, and why.

    Parameters
    ----------
    reason
        A sentence without the final full stop.
    only_uncertain
        Whether everything else fits, and only its variance is unknown: it still counts among what was reported.
    part
        Whether the number is of a part of the arm only.
    """

    arm: Arm
    number: Published
    reason: str
    only_uncertain: bool = False
    part: bool = False

    @property
    def label(self) -> str:
        """Study and, where the arm is a part of it, the arm."""
        return label_of(self.arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Numbers to pool, those refused, and for each group that shares patients the studies not chosen."""

    used: tuple[Used, ...]
    refused: tuple[Refused, ...]
    alternatives: tuple[tuple[Used, ...], ...]


def label_of(arm: Arm) -> str:
    """Return author and year, with the arm where it is a part of the study.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> label_of(library().arm("brudvik2015", "lms")), label_of(library().arm("miller2018", "all"))
    ('Brudvik 2015, LMS', 'Miller 2018')
    """
    if arm.arm_id in {"all", "resected", "pooled"}:
        return arm.label
    words = [word.upper() if word in _SHORT else word for word in arm.arm_id.split("_")]
    return f"{arm.label}, {' '.join(words)}"


def choose(library: Library, outcome: Outcome, treatment: Treatment, population: Population) -> Chosen:
    """Choose the numbers of one outcome after one treatment that may be pooled.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
    >>> found = choose(library(), OUTCOMES[0], TREATMENTS[2], POPULATIONS[0])
    >>> [u.label for u in found.used], [r.label for r in found.refused]
    (['Miller 2018'], [])
    """
    refused: list[Refused] = []
    fit: list[Used] = []
    for arm, number in _rows_of(library, outcome):
        if not _about(arm, number, outcome, treatment):
            continue
        objection = population.objection(arm) or _objection(arm, number, outcome)
        if objection:
            part = outcome.preference(number.subgroup) is None
            refused.append(Refused(arm=arm, number=number, reason=objection, part=part))
            continue
        made = _made(arm, number, outcome)
        if isinstance(made, Used):
            fit.append(made)
        else:
            refused.append(Refused(arm=arm, number=number, reason=made, only_uncertain=True))
    fit = _one_reading(fit, outcome, refused)
    fit = _whole_arms(fit, refused)
    used, alternatives = _independent(fit, refused)
    return Chosen(used=tuple(used), refused=tuple(refused), alternatives=tuple(alternatives))


def _rows_of(library: Library, outcome: Outcome) -> list[tuple[Arm, Published]]:
    """Return the numbers of an outcome's endpoints with their arms, in the order of the library."""
    by_endpoint = _by_endpoint(library)
    if len(outcome.endpoints) == 1:
        return [(arm, number) for _, arm, number in by_endpoint.get(outcome.endpoints[0], ())]
    found = [row for name in outcome.endpoints for row in by_endpoint.get(name, ())]
    return [(arm, number) for _, arm, number in sorted(found, key=lambda row: row[0])]


@lru_cache(maxsize=4)
def _by_endpoint(library: Library) -> dict[str, list[tuple[int, Arm, Published]]]:
    """Return the numbers of sarcoma by endpoint, each with its place and arm; a library never changes."""
    arms = {(a.study_id, a.arm_id): a for a in library.arms if of_sarcoma(a)}
    out: dict[str, list[tuple[int, Arm, Published]]] = {}
    for place, number in enumerate(library.numbers):
        arm = arms.get((number.study_id, number.arm_id))
        if arm is not None:
            out.setdefault(number.endpoint, []).append((place, arm, number))
    return out


def _about(arm: Arm, number: Published, outcome: Outcome, treatment: Treatment) -> bool:
    """Return whether a number of this outcome's endpoints is such a number after this treatment."""
    counted = outcome.kind == "proportion" and number.statistic == "count"
    return (number.statistic == outcome.statistic or counted) and arm.modality in treatment.modalities


def _objection(arm: Arm, number: Published, outcome: Outcome) -> str:
    """Return why a number cannot stand beside others, or nothing."""
    if arm.design == "systematic_review":
        return "a review: its patients come from series that may stand here themselves"
    if outcome.preference(number.subgroup) is None:
        return f"not of all patients, or not counted by patient ({number.subgroup})"
    if outcome.kind != "proportion" and number.time_origin not in FROM_TREATMENT:
        origin = number.time_origin.replace("_", " ")
        return (
            f"time runs from {origin}, not from the treatment"
            if origin
            else "the source does not say where time starts"
        )
    return ""


def _made(arm: Arm, number: Published, outcome: Outcome) -> Used | str:
    """Return a number with what pooling needs of it, or the reason why that is not known."""
    if number.value is None:
        return "the source gives no value"
    return _counts(arm, number, number.value) if outcome.kind == "proportion" else _effect(arm, number, outcome)


def _effect(arm: Arm, number: Published, outcome: Outcome) -> Used | str:
    """Return survival at a time or a median with its variance."""
    value, low, high = number.value or 0.0, number.ci_low, number.ci_high
    level, deaths = number.ci_level or 0.95, number.events
    if outcome.kind == "survival":
        if not 0 < value < 1:
            return f"a survival of {value:g} has no variance"
        if None in (low, high) and not number.n:
            return "the source gives neither an interval nor the number of patients"
        return Used(arm=arm, number=number, n=number.n,
                    effect=survival_at(value, n=number.n, low=low, high=high, level=level))  # fmt: skip
    if None in (low, high) and not deaths:
        return "the source gives neither an interval nor the number of deaths"
    low, high = (None if x is None else x * DAYS_PER_MONTH for x in (low, high))
    effect = log_median(value * DAYS_PER_MONTH, low=low, high=high, level=level, events=deaths)
    return Used(arm=arm, number=number, n=number.n, effect=effect)


def _counts(arm: Arm, number: Published, value: float) -> Used | str:
    """Return events among patients."""
    if number.n is None:
        return "the source does not give the number of patients"
    events = round(value) if number.statistic == "count" else number.events
    counted = events is None
    if events is None:
        events = events_behind(value, number.n)
    if events is None:
        return f"no one number of {number.n} patients gives the proportion that was printed"
    return Used(arm=arm, number=number, n=number.n, events=events, counted=counted)


def events_behind(share: float, n: int) -> int | None:
    """Return the one number of events that, over n, rounds to a printed proportion; nothing where there is none or two.

    Parameters
    ----------
    share
        A proportion printed with two decimals or more.
    n
        Patients.

    Examples
    --------
    >>> events_behind(0.07, 27), events_behind(0.03, 38), events_behind(0.5, 200), events_behind(0.07, 11)
    (2, 1, None, None)
    """
    digits = max(2, len(f"{share:.6f}".rstrip("0").partition(".")[2]))
    half = 0.5 * 10.0**-digits + 1e-9
    fits = [x for x in range(n + 1) if abs(x / n - share) <= half]
    return fits[0] if len(fits) == 1 else None


def _one_reading(fit: list[Used], outcome: Outcome, refused: list[Refused]) -> list[Used]:
    """Keep the preferred reading of each arm."""
    kept: dict[tuple[str, str], Used] = {}
    for one in sorted(fit, key=lambda u: outcome.preference(u.number.subgroup) or 0):
        first = kept.setdefault((one.arm.study_id, one.arm.arm_id), one)
        if first is not one:
            told = first.number.subgroup if first.number.subgroup != "all" else first.number.endpoint
            refused.append(Refused(arm=one.arm, number=one.number,
                                   reason=f"another reading of the same patients ({told} is used)"))  # fmt: skip
    return [u for u in fit if kept[u.arm.study_id, u.arm.arm_id] is u]


def _whole_arms(fit: list[Used], refused: list[Refused]) -> list[Used]:
    """Drop an arm that stands beside the whole it is a part of."""
    kept = []
    for one in fit:
        whole = next((u for u in fit if u is not one and _part_of(one.arm, u.arm)), None)
        if whole is None:
            kept.append(one)
        else:
            refused.append(Refused(arm=one.arm, number=one.number, reason=f"a part of {whole.label}, which is used"))
    return kept


def _part_of(arm: Arm, whole: Arm) -> bool:
    same = arm.study_id == whole.study_id and arm.arm_id != whole.arm_id
    return same and (whole.arm_id == "all" or arm.arm_id.startswith(f"{whole.arm_id}_"))


def _independent(fit: list[Used], refused: list[Refused]) -> tuple[list[Used], list[tuple[Used, ...]]]:
    """Keep one study of each group that shares patients: most patients, then the latest, then by name."""
    dropped: set[str] = set()
    alternatives: list[tuple[Used, ...]] = []
    for group in sorted({u.arm.overlap_group for u in fit} - {""}):
        studies: dict[str, list[Used]] = {}
        for one in (u for u in fit if u.arm.overlap_group == group):
            studies.setdefault(one.arm.study_id, []).append(one)
        ranked = sorted(studies.values(), key=lambda us: (-_patients(us), -(us[0].arm.year or 0), us[0].arm.study_id))
        for others in ranked[1:]:
            alternatives.append(tuple(others))
            dropped.add(others[0].arm.study_id)
            refused += [
                Refused(arm=u.arm, number=u.number, reason=f"probably shares patients with {ranked[0][0].arm.label},"
                        " which is used because it has more of them, or is later")
                for u in others
            ]  # fmt: skip
    return [u for u in fit if u.arm.study_id not in dropped], alternatives


def _patients(used: Iterable[Used]) -> int:
    return sum(u.n or 0 for u in used)
