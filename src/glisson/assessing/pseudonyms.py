"""Pseudonyms: ids in outputs never are the ids of the input, unless the study says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from glisson.clinical.cohort import Cohort

#: An id that a message quotes.
_QUOTED_ID = re.compile(r"\b(patient|\w+_id) \S+(?= (?:is not in|stands in|stands twice))")


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Patient ids to the names printed, in the order of the patient sheet, excluded patients included.

    They are Pt01, Pt02, ...: P01, P02, ... are the ids of pitfalls.
    """

    names: dict[str, str]

    @classmethod
    def of(cls, cohort: Cohort) -> Pseudonyms:
        """Number the patients of a cohort in the order of their rows."""
        frame = cohort.table("patient")
        rows = dict(zip(frame["patient_id"].to_list(), frame["source_row"].to_list(), strict=True))
        ids = sorted(rows, key=lambda i: (rows[i] is None, rows[i] or 0, i))
        ids += [i for i, _ in cohort.excluded if i not in rows]
        if not cohort.study.report.pseudonymous:
            return cls({i: i for i in ids})
        width = max(2, len(str(len(ids))))
        return cls({patient: f"Pt{number:0{width}d}" for number, patient in enumerate(ids, start=1)})

    def __call__(self, patient: str) -> str:
        """Return the printed name of one patient."""
        return self.names.get(str(patient), "Pt??")

    def hide(self, text: str) -> str:
        """Return a sentence about the data without the ids it quotes; the cell it names still tells which.

        Examples
        --------
        >>> Pseudonyms({"007": "Pt01"}).hide("patient 007 stands in row 3 already")
        'patient of this cell stands in row 3 already'
        """
        shown = all(name == patient for patient, name in self.names.items())
        return text if shown else _QUOTED_ID.sub(r"\1 of this cell", text)

    def all(self, patients: Iterable[str]) -> tuple[str, ...]:
        """Return the printed names in order."""
        return tuple(sorted({self(p) for p in patients}))
