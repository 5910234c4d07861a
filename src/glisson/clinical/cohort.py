"""Cohort: validated records of patients treated by liver-directed therapy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from glisson.clinical.problems import Problems
from glisson.clinical.settings import Study
from glisson.errors import InputError

if TYPE_CHECKING:
    from typing import Literal

    import polars as pl

    from glisson.clinical.labs.function import Score
    from glisson.tables import CountTable

    Site = Literal["any", "liver", "outside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that was read: its name and SHA-256, never its path."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort:
    """Typed tables of the common data model with everything known about their quality.

    Parameters
    ----------
    tables
        Polars frames by table name, columns as declared in ``schema`` and only those that the input holds, plus
        ``source_row`` (row number in the input). A date column ``x`` holds the earliest day it can mean and ``x_to``
        the latest; they are equal unless the date is partial.
        The extra table ``outcome`` holds endpoints recorded as durations (flat sheets): ``patient_id``,
        ``endpoint`` ("os", "pfs", "liver_pfs", "ttp"), ``days``, ``event`` (True/False), ``cell``.
    problems
        Everything found while reading and checking.
    study
        The declared settings, each with its origin.
    files
        What was read.
    excluded
        Patients left out of the tables because of blocking problems, with the reason.
    """

    tables: Mapping[str, pl.DataFrame]
    problems: Problems
    study: Study
    files: tuple[InputFile, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Freeze the mapping."""
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table exists with at least one row, and these columns hold at least one value."""
        frame = self.tables.get(table)
        if frame is None or frame.is_empty():
            return False
        return all(c in frame.columns and frame[c].null_count() < len(frame) for c in columns)

    def table(self, name: str) -> pl.DataFrame:
        """Return one table, or say that the input does not hold it."""
        if name not in self.tables:
            raise InputError(f"the input has no {name} table", expected=f"one of {', '.join(self.tables)}")
        return self.tables[name]

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.tables["patient"])

    def without(self, patients: Mapping[str, str]) -> Cohort:
        """Leave patients out of every table, visibly: their ids and reasons stay in ``excluded``."""
        import polars as pl  # noqa: PLC0415 - half a second that most callers do not need

        gone = list(patients)
        tables: dict[str, pl.DataFrame] = {}
        for name, frame in self.tables.items():
            if "patient_id" in frame.columns:
                tables[name] = frame.filter(~pl.col("patient_id").is_in(gone))
        kept = {
            key: set(tables[of][key]) for of, key in (("session", "session_id"), ("assessment", "assessment_id"))
            if of in tables and key in tables[of].columns
        }  # fmt: skip
        for name, frame in self.tables.items():
            for key, ids in kept.items():
                if name not in tables and key in frame.columns:
                    tables[name] = frame.filter(pl.col(key).is_in(list(ids)))
        return replace(self, tables=tables, excluded=self.excluded + tuple(patients.items()))

    def response(self, criterion: str = "", *, confirmed: bool = False, site: Site = "any") -> CountTable:
        """Count patients by best overall response, by every grouping variable of the patients.

        Parameters
        ----------
        criterion
            ``"recist11"``, ``"mrecist"``, ``"easl"``, ``"who"``, ``"choi"`` or ``"mchoi"``; by default the study's.
            Derived from measurements where there are any.
        confirmed
            Whether a response needs a second scan.
        site
            ``"any"``, ``"liver"`` or ``"outside"``.

        Raises
        ------
        InputError
            If no response is recorded or can be derived.

        Examples
        --------
        >>> import glisson as gl
        >>> from glisson.clinical.read import demo_cohort
        >>> gl.proportion(demo_cohort().response("mrecist"), ["CR", "PR"]).one("proportion").events
        18
        """
        from glisson.clinical.response import best_response  # noqa: PLC0415 - a cohort is at the bottom of its room

        return best_response(self, criterion, confirmed, site=site)

    def toxicity(self, term: str | None = None, *, unit: Literal["patient", "session"] = "patient") -> CountTable:
        """Count patients, or sessions, by the worst grade of an adverse event, by method.

        Parameters
        ----------
        term
            CTCAE term in any case; ``None`` takes all terms together.
        unit
            Whether a patient or a session is counted once.

        Raises
        ------
        InputError
            If no adverse event is recorded.

        Examples
        --------
        >>> from glisson.clinical.read import demo_cohort
        >>> demo_cohort().toxicity("alopecia").by().counts.tolist()
        [[24, 0, 0, 0, 0, 0]]
        """
        from glisson.clinical.toxicity import session_worst_grades, worst_grades  # noqa: PLC0415

        return (worst_grades if unit == "patient" else session_worst_grades)(self, term)

    def liver_function(self, score: Score = "albi") -> CountTable:
        """Count patients by liver function before treatment and at its worst after it, by method.

        Parameters
        ----------
        score
            ``"albi"``, ``"malbi"``, ``"child_pugh"``, ``"meld"``, ``"meld_na"`` or ``"meld_3"``.

        Raises
        ------
        InputError
            If there is no laboratory value.

        Examples
        --------
        >>> from glisson.clinical.read import demo_cohort
        >>> demo_cohort().liver_function().keys
        ('method', 'baseline')
        """
        from glisson.clinical.labs.function import liver_function_table  # noqa: PLC0415

        return liver_function_table(self, score)

    def __repr__(self) -> str:
        """Return one line without any patient's value."""
        sizes = ", ".join(f"{len(frame)} {name}" for name, frame in self.tables.items())
        return f"<Cohort {self.study.title or 'untitled'}: {sizes}; {len(self.problems)} problems>"
