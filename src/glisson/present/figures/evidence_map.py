"""What a map of the evidence shows: patients behind each endpoint of each treatment, and where there are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from glisson.evidence.library import Arm, Library, Published

#: Columns: heading, and how endpoints of it begin.
ENDPOINTS = (
    ("Overall survival", ("os",)),
    ("Progression-free survival", ("pfs", "rfs")),
    ("Liver or local control", ("liver_pfs", "local_pfs", "liver_progression", "local_")),
    ("Response", ("orr", "dcr", "complete_response", "partial_response", "stable_disease", "progressive_disease")),
    ("Adverse events", ("toxicity:",)),
)
LINES = ("first", "later", "mixed", "not stated")
#: Rows that are always there, empty or not: section, label, modalities.
_ROWS = (
    ("Liver-directed", "DEB-TACE", ("deb_tace",)),
    ("Liver-directed", "TACE", ("tace", "ctace")),
    ("Liver-directed", "Bland embolization", ("tae",)),
    ("Liver-directed", "Y-90", ("y90",)),
    ("Liver-directed", "Ablation", ("ablation",)),
    ("Liver-directed", "Several of these", ("mixed_ldt",)),
    ("Surgery", "Resection", ("resection",)),
    ("Surgery", "Resection and ablation", ("resection_and_or_rfa", "resection_plus_ablation")),
    ("Systemic", "Doxorubicin alone", ("doxorubicin",)),
    ("Systemic", "Doxorubicin with another", ("doxorubicin_*",)),
    ("Systemic", "Other systemic", ()),
)
#: Everything else, by setting; these rows appear only where somebody is in them.
_REST = {
    "liver_directed": ("Liver-directed", "Other liver-directed"),
    "resection": ("Surgery", "Other or no surgery"),
    "systemic": ("Systemic", "Other systemic"),
    "registry": ("Registry", "Any treatment"),
}
_SARCOMA = {"lms", "sts", "lps", "sarcoma", "gist", "angiosarcoma"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """What is known of one endpoint, of one treatment, in one line.

    Parameters
    ----------
    studies
        How many report it; studies that may share patients count once.
    patients
        In them; of studies that may share patients, the largest.
    lms
        Of these, in arms or subgroups of leiomyosarcoma alone; 0 also where their number is not stated.
    lms_alone
        Whether leiomyosarcoma is reported alone at all.
    """

    studies: int
    patients: int
    lms: int
    lms_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One treatment: cells by endpoint, then by line.

    Parameters
    ----------
    section, label
        Its printed name, and the heading it stands under.
    cells
        One an endpoint and line; ``None`` where nobody has reported it.
    """

    section: str
    label: str
    cells: tuple[tuple[MapCell | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMapFigure:
    """Rows of treatments, columns of endpoints, each by line.

    Parameters
    ----------
    rows
        Treatments.
    endpoints, lines
        Headings of the columns, and of their parts.
    largest
        Patients of the fullest cell.
    missing
        Treatments of the liver with the endpoints that nobody has reported in any line, in words.
    missing_lms
        The same for leiomyosarcoma alone.
    """

    rows: tuple[MapRow, ...]
    endpoints: tuple[str, ...]
    lines: tuple[str, ...]
    largest: int
    missing: tuple[str, ...]
    missing_lms: tuple[str, ...]


def evidence_map(library: Library) -> EvidenceMapFigure:
    """Return how many patients with sarcoma stand behind each endpoint of each treatment, by line.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``. Arms of other tumours, of gastrointestinal stromal tumours alone, of placebo,
        and of systematic reviews, whose patients are those of other studies, are left out.

    Returns
    -------
    EvidenceMapFigure
        Rows of liver-directed therapy, surgery and systemic therapy that nobody reports on are there too, and empty.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> figure = evidence_map(library())
    >>> figure.rows[0].label, [c.lms for c in figure.rows[0].cells[4] if c]
    ('DEB-TACE', [13])
    """
    arms = [a for a in library.arms if _is_counted(a)]
    places = {(a.study_id, a.arm_id): _row_of(a) for a in arms}
    usual = [(section, label) for section, label, _ in _ROWS]
    shown = [*usual, *(r for r in dict.fromkeys(_REST.values()) if r not in usual and r in places.values())]
    order = list(dict.fromkeys(section for section, _ in shown))
    rows = []
    for section, label in sorted(shown, key=lambda r: order.index(r[0])):
        inside = [a for a in arms if places[a.study_id, a.arm_id] == (section, label)]
        cells = tuple(
            tuple(_cell(library, [a for a in inside if line_of(a) == line], starts) for line in LINES)
            for _, starts in ENDPOINTS
        )
        rows.append(MapRow(section=section, label=label, cells=cells))
    every = [c for r in rows for part in r.cells for c in part if c]
    return EvidenceMapFigure(
        rows=tuple(rows),
        endpoints=tuple(heading for heading, _ in ENDPOINTS),
        lines=LINES,
        largest=max((c.patients for c in every), default=0),
        missing=_missing(rows, lms=False),
        missing_lms=_missing(rows, lms=True),
    )


def line_of(arm: Arm) -> str:
    """Return first, later, mixed or not stated.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> [line_of(library().arm(s, "all")) for s in ("minchom2010", "chapiro2015", "krzyston2020", "won1997")]
    ['later', 'later', 'mixed', 'not stated']
    """
    words = set(re.findall(r"[a-z]+", arm.line.lower()))
    if not words:
        return "not stated"
    if words & {"mixed", "any"}:
        return "mixed"
    return "first" if words & {"first", "naive"} else "later"


def _is_counted(arm: Arm) -> bool:
    words = set(re.findall(r"[a-z]+", arm.histology.lower()))
    left_out = arm.modality == "placebo" or arm.design.startswith("systematic_review")
    return bool(words & _SARCOMA) and words != {"gist"} and not left_out


def _row_of(arm: Arm) -> tuple[str, str]:
    for section, label, modalities in _ROWS:
        for name in modalities:
            if arm.modality == name or (name.endswith("*") and arm.modality.startswith(name[:-1])):
                return section, label
    return _REST[arm.setting]


def _cell(library: Library, arms: Iterable[Arm], starts: tuple[str, ...]) -> MapCell | None:
    """Return studies and patients behind numbers of these arms whose endpoint begins so."""
    by_study: dict[str, list[tuple[Arm, list[Published]]]] = {}
    for arm in arms:
        own = [n for n in library.numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)]
        own = [n for n in own if n.endpoint.startswith(starts) and n.value is not None]
        if own:
            by_study.setdefault(arm.study_id, []).append((arm, own))
    groups: dict[str, list[tuple[int, int]]] = {}
    for study, parts in by_study.items():
        totals = _of_study(parts)
        groups.setdefault(parts[0][0].overlap_group or study, []).append(totals)
    if not groups:
        return None
    return MapCell(
        lms_alone=any(_lms_rows(a, own) for parts in by_study.values() for a, own in parts),
        studies=len(groups),
        patients=sum(max(t[0] for t in found) for found in groups.values()),
        lms=sum(max(t[1] for t in found) for found in groups.values()),
    )


def _of_study(parts: list[tuple[Arm, list[Published]]]) -> tuple[int, int]:
    """Return patients, and those with leiomyosarcoma alone; an arm "all", or of a registry, can hold others."""
    found = [(_patients(a, n), _lms(a, n)) for a, n in parts]
    if any(a.arm_id == "all" or a.setting == "registry" for a, _ in parts):
        return max(f[0] for f in found), max(f[1] for f in found)
    return sum(f[0] for f in found), sum(f[1] for f in found)


def _patients(arm: Arm, numbers: Iterable[Published]) -> int:
    if arm.n_patients is not None:
        return arm.n_patients
    return max((n.n for n in numbers if n.n and n.statistic != "hazard_ratio"), default=0)


def _lms(arm: Arm, numbers: Iterable[Published]) -> int:
    """Return patients with leiomyosarcoma whose own numbers are reported: the arm, or the largest subgroup."""
    if arm.n_lms is not None and arm.n_lms == arm.n_patients:
        return arm.n_lms
    own = _lms_rows(arm, numbers)
    if not own:
        return 0
    return max((n.n for n in own if n.n and n.statistic != "hazard_ratio"), default=0) or arm.n_lms or 0


def _lms_rows(arm: Arm, numbers: Iterable[Published]) -> list[Published]:
    """Return the numbers of leiomyosarcoma alone: all of an arm that has nothing else, or those of a subgroup."""
    if arm.n_lms is not None and arm.n_lms == arm.n_patients:
        return list(numbers)
    return [n for n in numbers if re.search(r"\bLMS\b", n.subgroup)]


def _missing(rows: Iterable[MapRow], *, lms: bool) -> tuple[str, ...]:
    """Return each liver-directed treatment with the endpoints that nobody has reported."""
    out = []
    for row in rows:
        if row.section != "Liver-directed":
            continue
        absent = [
            heading.lower()
            for (heading, _), part in zip(ENDPOINTS, row.cells, strict=True)
            if not any(c is not None and (c.lms_alone or not lms) for c in part)
        ]
        if absent:
            out.append(f"{row.label}: {'everything' if len(absent) == len(ENDPOINTS) else ', '.join(absent)}")
    return tuple(out)
