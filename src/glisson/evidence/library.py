"""The library of published results that ships with the package: arms of studies, and the numbers reported of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from glisson.errors import InputError

Setting = Literal["liver_directed", "systemic", "resection", "registry"]


def _blank(value: Any) -> Any:
    """Return nothing for an empty cell."""
    return None if isinstance(value, str) and not value.strip() else value


Optional = BeforeValidator(_blank)
Number = Annotated[float | None, Optional]
Whole = Annotated[int | None, Optional]
Text = Annotated[str, Field(min_length=1)]


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
    whole arm.
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
    ci_level: Number
    n: Whole
    events: Whole
    time_origin: str
    comparator_arm: str
    source_url: Annotated[str, Field(pattern=r"^https?://")]
    source_type: Text

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


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the library that ships with the package; only numbers that were read in their source are in it.

    Examples
    --------
    >>> len(library().arms) > 70, len(library().numbers) > 350
    (True, True)
    """
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
