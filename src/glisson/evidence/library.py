"""The library of published results that ships with the package: arms of studies, and the numbers reported of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from glisson.errors import InputError

Setting = Literal["liver_directed", "systemic", "resection", "registry"]


def _blank(value: Any) -> Any:
    """Return nothing for an empty cell."""
    return None if isinstance(value, str) and not value.strip() else value


Optional = BeforeValidator(_blank)
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, Optional]
Level = Annotated[Annotated[float, Field(gt=0, lt=1)] | None, Optional]
Whole = Annotated[Annotated[int, Field(ge=0)] | None, Optional]
Text = Annotated[str, Field(min_length=1)]

#: So many known values are named when nothing fits.
_SHOWN = 12


class Arm(BaseModel):
    """One arm of a study.

    ``line`` and ``histology`` are as the source gives them; arms with the same ``overlap_group`` probably share
    patients and are never pooled as independent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study_id: Text
    arm_id: Text
    first_author: Text
    year: Whole
    title_short: Text
    journal: str
    doi: str
    pmid: str
    design: str
    centres: str
    setting: Setting
    modality: Text
    histology: Text
    n_patients: Whole
    n_lms: Whole
    line: str
    source_url: Annotated[str, Field(pattern=r"^https?://")]
    overlap_group: str

    @property
    def label(self) -> str:
        """First author and year, where the source gave one."""
        return f"{self.first_author} {self.year}" if self.year else self.first_author

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.n_patients is not None and self.n_lms is not None and self.n_lms > self.n_patients:
            raise ValueError("more patients with leiomyosarcoma than patients")
        return self


class Published(BaseModel):
    """One number as it was reported.

    Proportions and rates lie between 0 and 1, times are in the unit the statistic names, hazard ratios are of the arm
    against ``comparator_arm``. ``n`` is nothing where the denominator was not stated. ``subgroup`` ``"all"`` is the
    whole arm. ``p_value`` is as printed (``"0.03"``, ``"<0.001"``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study_id: Text
    arm_id: Text
    subgroup: Text
    endpoint: Text
    statistic: Text
    value: Number
    ci_low: Number
    ci_high: Number
    ci_level: Level
    n: Whole
    events: Whole
    time_origin: str
    comparator_arm: str
    source_url: Annotated[str, Field(pattern=r"^https?://")]
    source_type: Text
    p_value: Annotated[str, Field(pattern=r"^$|^[<>=]?\s*(0?\.\d+|1(\.0+)?)$")] = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.events is not None and self.n is not None and self.events > self.n:
            raise ValueError("more events than patients")
        share = self.statistic == "proportion" or self.statistic.startswith("rate_at_")
        if share and any(v is not None and not 0 <= v <= 1 for v in (self.value, self.ci_low, self.ci_high)):
            raise ValueError("a proportion outside 0 and 1")
        if self.ci_low is not None and self.ci_high is not None and self.ci_low > self.ci_high:
            raise ValueError("the interval ends before it begins")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """Arms and the numbers reported of them.

    Parameters
    ----------
    arms
        In the order of the file.
    numbers
        Each of an arm that exists.
    """

    arms: tuple[Arm, ...]
    numbers: tuple[Published, ...]

    def arm(self, study_id: str, arm_id: str) -> Arm:
        """Return one arm.

        Raises
        ------
        InputError
            If the library does not hold it.
        """
        for one in self.arms:
            if (one.study_id, one.arm_id) == (study_id, arm_id):
                return one
        raise InputError(f"no arm {arm_id!r} of a study {study_id!r}", expected="a study of glisson.evidence.library()")

    def select(
        self,
        *,
        endpoint: str = "",
        statistic: str = "",
        subgroup: str = "",
        study_id: str = "",
        **of_arm: str,
    ) -> tuple[Published, ...]:
        """Return the numbers that match every criterion given.

        Parameters
        ----------
        endpoint
            A whole name (``"os"``) or, ending in ``*``, how it begins (``"toxicity:*"``).
        statistic, subgroup, study_id
            Whole names.
        of_arm
            Attributes of the arm, e.g. ``setting="systemic"``, ``modality="deb_tace"``.

        Examples
        --------
        >>> [p.study_id for p in library().select(endpoint="toxicity:systemic_doxorubicin_complication")]
        ['krzyston2020']
        """
        known = {(a.study_id, a.arm_id): a for a in self.arms}

        def wanted(number: Published) -> bool:
            arm = known[number.study_id, number.arm_id]
            begins = (
                number.endpoint.startswith(endpoint[:-1]) if endpoint.endswith("*") else number.endpoint == endpoint
            )
            return (
                (not endpoint or begins)
                and (not statistic or number.statistic == statistic)
                and (not subgroup or number.subgroup == subgroup)
                and (not study_id or number.study_id == study_id)
                and all(getattr(arm, name) == value for name, value in of_arm.items())
            )

        return tuple(n for n in self.numbers if wanted(n))

    def where(self, *, endpoint: str = "", **of_arm: str) -> Library:
        """Return the part of the library that fits words, as the command line filters it.

        Parameters
        ----------
        endpoint
            Words of an endpoint: ``"os"``, ``"toxicity"``, ``"toxicity neutropenia"``.
        of_arm
            Words of ``study_id``, ``modality``, ``histology``, ``setting`` or ``line``. All words must stand in the
            value, in any order; a text that begins with ``=`` must be the whole value. ``"tace"`` finds ``tace`` and
            ``deb_tace``, ``"=tace"`` the first alone.

        Returns
        -------
        Library
            Its arms are those that fit and, where an endpoint was asked for, have a number of it.

        Raises
        ------
        InputError
            If nothing fits, with the values there are.

        Examples
        --------
        >>> found = library().where(modality="deb_tace", histology="lms")
        >>> [a.study_id for a in found.arms]
        ['krzyston2020']
        """
        arms = self.arms
        for name, words in of_arm.items():
            if words:
                arms = _fitting(arms, name, words)
        keys = {(a.study_id, a.arm_id) for a in arms}
        numbers = tuple(n for n in self.numbers if (n.study_id, n.arm_id) in keys)
        if endpoint:
            numbers = _fitting(numbers, "endpoint", endpoint)
            keys = {(n.study_id, n.arm_id) for n in numbers}
        return Library(arms=tuple(a for a in arms if (a.study_id, a.arm_id) in keys), numbers=numbers)


def _fitting(rows: tuple[Any, ...], name: str, words: str) -> tuple[Any, ...]:
    """Return the rows whose attribute holds every word; refuse when there is none."""
    wanted = _words(words)
    exact = words.removeprefix("=") if words.startswith("=") else None
    found = tuple(
        r for r in rows if (getattr(r, name) == exact if exact is not None else wanted <= _words(getattr(r, name)))
    )
    if not found:
        known = sorted({getattr(r, name) for r in rows} - {""})
        shown = ", ".join(known[:_SHOWN]) + (f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else "")
        raise InputError(f"nothing in the library has {name.replace('_', ' ')} {words!r}",
                         expected=f"words of {shown}" if known else "")  # fmt: skip
    return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def library(extra: Sequence[Path | str] | Path | str = ()) -> Library:
    """Return the library that ships with the package; only numbers that were read in their source are in it.

    Parameters
    ----------
    extra
        Files of your own with more studies: workbooks, or CSV files, of the same columns
        (``glisson evidence template`` writes an empty one). Their arms and numbers follow those that ship.

    Raises
    ------
    InputError
        With every problem of these files at once.

    Examples
    --------
    >>> len(library().arms) > 70, len(library().numbers) > 350
    (True, True)
    """
    shipped = _shipped()
    if not extra:
        return shipped
    from glisson.evidence.own import read_own  # noqa: PLC0415 - reads workbooks, which few need

    own = read_own([extra] if isinstance(extra, str | Path) else extra, shipped)
    return Library(arms=shipped.arms + own.arms, numbers=shipped.numbers + own.numbers)


@lru_cache(maxsize=1)
def _shipped() -> Library:
    folder = files("glisson") / "data" / "evidence"
    texts = {name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in ("studies", "estimates")}
    return read_library(texts["studies"], texts["estimates"])


def read_library(studies: str, estimates: str) -> Library:
    """Read a library from the text of two CSV files.

    Raises
    ------
    InputError
        Naming every row that is impossible, stands twice, or names an arm that does not exist.
    """
    wrong: list[str] = []
    arms = _rows("studies.csv", studies, Arm, wrong)
    numbers = _rows("estimates.csv", estimates, Published, wrong)
    keys = [(a.study_id, a.arm_id) for a in arms]
    wrong += [f"studies.csv: {' '.join(k)} stands twice" for k in dict.fromkeys(keys) if keys.count(k) > 1]
    known = set(keys)
    wrong += [
        f"estimates.csv: no arm {n.study_id} {n.arm_id}" for n in numbers if (n.study_id, n.arm_id) not in known
    ]  # fmt: skip
    if wrong:
        raise InputError("; ".join(wrong), expected="one row an arm, and numbers that are possible",
                         todo="correct these rows")  # fmt: skip
    return Library(arms=tuple(arms), numbers=tuple(numbers))


def _rows(name: str, text: str, model: type[Any], wrong: list[str]) -> list[Any]:
    out = []
    for line, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            out.append(model.model_validate(_named(row)))
        except ValidationError as error:
            wrong.append(f"{name} line {line}: " + ", ".join(f"{_where(e)}{e['msg']}" for e in error.errors()))
    return out


def _named(row: Mapping[str | None, Any]) -> dict[str, Any]:
    return {str(k): v for k, v in row.items()}


def _where(error: Mapping[str, Any]) -> str:
    place = ".".join(str(p) for p in error["loc"])
    return f"{place}: " if place else ""
