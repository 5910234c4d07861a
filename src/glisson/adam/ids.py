"""Ids in a dataset: pseudonyms as in reports, or the ids of the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from glisson.assessing.pseudonyms import Pseudonyms
from glisson.clinical.cdisc.domains import LINKS
from glisson.clinical.cohort import Cohort

Choice = Literal["pseudonym", "input"]

#: Tables whose rows have an id, with its column and the letter of its pseudonym.
_OWN = (("session", "session_id", "S"), ("lesion", "lesion_id", "L"), ("assessment", "assessment_id", "A"))


@dataclass(frozen=True, slots=True)
class Ids:
    """What each id is called.

    Parameters
    ----------
    subjects
        By patient id; nothing where ids stay as they are.
    links
        By kind (session, lesion, assessment) and id.
    courses
        By patient and course.
    """

    subjects: Mapping[str, str] | None = None
    links: Mapping[str, Mapping[str, str]] | None = None
    courses: Mapping[tuple[str, str], str] | None = None

    @classmethod
    def of(cls, cohort: Cohort, choice: Choice) -> Ids:
        """Return the names of a cohort's ids.

        Sessions, lesions and scans are numbered within their patient in the order of their ids, so that sorting by
        name and by id is the same.

        Examples
        --------
        >>> from glisson.clinical.read import demo_cohort
        >>> ids = Ids.of(demo_cohort(), "pseudonym")
        >>> ids.subject("001"), ids.link("lesion_id", "001-L2")
        ('Pt01', 'Pt01-L2')
        """
        if choice == "input":
            return cls()
        report = cohort.study.report.model_copy(update={"pseudonymous": True})
        hidden = replace(cohort, study=cohort.study.model_copy(update={"report": report}))
        subjects = Pseudonyms.of(hidden).names
        links: dict[str, Mapping[str, str]] = {}
        for table, column, letter in _OWN:
            links[table] = _numbered(_owners(cohort, table, column), _mentioned(cohort, table), subjects, letter)
        pairs = _owners(cohort, "session", "course_id")
        own = {(p, c) for c, p in pairs}
        courses: dict[tuple[str, str], str] = {}
        for patient in {p for p, _ in own}:
            named = _numbered([(c, p) for p, c in own if p == patient], (), subjects, "C")
            courses |= {(patient, c): name for c, name in named.items()}
        return cls(subjects, links, courses)

    def subject(self, patient: str | None) -> str | None:
        """Return what a patient is called."""
        if self.subjects is None or patient is None:
            return patient
        return self.subjects.get(patient, "Pt??")

    def link(self, column: str, value: str | None, patient: str | None = None) -> str | None:
        """Return what the id in a column is called."""
        if self.links is None or value is None:
            return value
        kind = LINKS[column]
        if kind == "course":
            return (self.courses or {}).get((patient or "", value), "course")
        return self.links[kind].get(value, "unknown")


def _owners(cohort: Cohort, table: str, column: str) -> list[tuple[str, str]]:
    """Return (id, patient) of a table's rows; of an id that stands twice the first row."""
    if not cohort.has(table, column, "patient_id"):
        return []
    rows = cohort.table(table).select(column, "patient_id").drop_nulls().rows()
    return rows if column == "course_id" else list({i: (i, p) for i, p in reversed(rows)}.values())


def _mentioned(cohort: Cohort, kind: str) -> set[str]:
    """Return every id of a kind that any table names."""
    found: set[str] = set()
    for frame in cohort.tables.values():
        for column, of in LINKS.items():
            if of == kind and column in frame.columns:
                found |= set(frame[column].drop_nulls().to_list())
    return found


def _numbered(
    owners: Iterable[tuple[str, str]], mentioned: Iterable[str], subjects: Mapping[str, str], letter: str
) -> dict[str, str]:
    """Number ids within their patient; those of nobody among themselves."""
    by_patient: dict[str, list[str]] = {}
    for one, patient in owners:
        by_patient.setdefault(subjects.get(patient, "Pt??"), []).append(one)
    known = {i for ids in by_patient.values() for i in ids}
    by_patient.setdefault("Pt??", []).extend(set(mentioned) - known)
    out: dict[str, str] = {}
    for name, ids in by_patient.items():
        width = len(str(len(ids)))
        out |= {one: f"{name}-{letter}{n:0{width}d}" for n, one in enumerate(sorted(set(ids)), start=1)}
    return out
