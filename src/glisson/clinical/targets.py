"""What a column of a flat sheet can mean, and how its heading gives it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.clinical.heading_words import matches, mentions
from glisson.clinical.vocabulary import METHOD_FAMILY, RESPONSES
from glisson.clinical.wording import plain

Role = Literal["id", "method", "date", "time", "status", "choice", "integer", "number", "text", "grade", "subgroup"]

#: Endpoints that a sheet may hold as a duration with a status, and their names.
RECORDED_ENDPOINTS = {
    "os": "overall survival",
    "pfs": "progression-free survival",
    "liver_pfs": "liver progression-free survival",
    "ttp": "time to progression",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One meaning of a column.

    Parameters
    ----------
    name
        Code in study.toml; the name of the column of the data model where there is one.
    role
        How its cells are read.
    title
        What it is called in a question.
    words
        Rules of ``heading_words`` for headings.
    described
        Rules for the description in a data dictionary.
    unless
        Groups of words; a heading with one of them is something else.
    codes
        Codes a value can stand for.
    required
        Whether a sheet cannot be read while a part of it is undecided.
    """

    name: str
    role: Role
    title: str
    words: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    required: bool = False

    @property
    def measured(self) -> bool:
        """Whether its values need a unit."""
        return self.role == "time" or self.name == "largest_mm"

    def named(self, heading: str) -> int:
        """Return how well a heading names this target, 0 to 3."""
        if any(mentions(plain(heading), group) for group in self.unless):
            return 0
        return max((matches(heading, rule) for rule in self.words), default=0)

    def told(self, description: str) -> int:
        """Return how well the description in a data dictionary names this target, 0 to 3."""
        return max((matches(description, rule) for rule in self.described), default=0)


def _date(name: str, title: str, words: tuple[str, ...], unless: tuple[str, ...] = ()) -> Target:
    return Target(name=name, role="date", title=title, words=words, unless=unless, required=True)


def _endpoint(code: str, words: tuple[str, ...], unless: tuple[str, ...] = ()) -> tuple[Target, Target]:
    """Duration and status of one recorded endpoint."""
    title = RECORDED_ENDPOINTS[code]
    return (
        Target(
            name=f"{code}_time", role="time", title=f"duration of {title}", words=words, described=words,
            unless=("date", "status", *unless), required=True,
        ),
        Target(
            name=f"{code}_status", role="status", title=f"{title}: event or censored", words=(f"{code} status",),
            unless=("date", *unless), codes=("event", "censored"), required=True,
        ),
    )  # fmt: skip


_IDENTITY = (
    Target(
        name="patient_id", role="id", title="the patient's id", words=("patient id", "=id", "=patient", "patient"),
        described=("patient id",), unless=("date", "centre", "lesions", "status", "death", "treat"),
    ),
    Target(
        name="method", role="method", title="the method of treatment", codes=(*METHOD_FAMILY, "unknown"), required=True,
        words=("treat type", "treat method", "=method", "=type", "=treat", "method"),
        described=("treat used", "treat type", "method used"),
        unless=("date", "prior", "lines", "response", "count", "status", "progress", "imaging", "unlike", "histology"),
    ),
    Target(name="site_id", role="text", title="the centre", words=("=centre", "=centre id"), unless=("primary",)),
)  # fmt: skip

_DATES = (
    _date(
        "session_date", "date of the first treatment", ("date treat", "start treat", "~start"),
        ("last", "other", "death", "birth", "imaging", "progress", "diagnosis", "time", "contact", "prior"),
    ),
    _date("death_date", "date of death", ("date death", "=death"), ("last", "contact", "birth", "cause", "or")),
    _date(
        "last_contact_date", "date of last contact", ("last contact", "date last", "death or last", "date contact"),
        ("imaging", "progress", "free", "survival", "treat"),
    ),
    _date(
        "progression_date", "date of the first progression, any site", ("date progress", "=progress", "start progress"),
        ("liver", "outside", "last", "or", "free", "imaging", "pfs"),
    ),
    _date(
        "liver_progression_date", "date of the first progression in the liver", ("liver progress",),
        ("outside", "last", "or", "free", "imaging"),
    ),
    _date(
        "extrahepatic_progression_date", "date of the first progression outside the liver", ("outside progress",),
        ("last", "or", "free"),
    ),
    _date("last_imaging_date", "date of the last imaging", ("last imaging",), ("progress", "free", "response")),
    _date(
        "progression_or_imaging_date", "date of progression, or of the last imaging where there was none",
        ("progress or last", "progress or imaging", "date pfs"), ("liver", "outside"),
    ),
    _date(
        "primary_dx_date", "date of diagnosis of the primary tumour", ("date diagnosis", "primary diagnosis"),
        ("metastasis", "liver", "birth", "time", "histology"),
    ),
    _date("liver_met_dx_date", "date of the first liver metastasis", ("date liver metastasis",)),
    _date("birth_date", "date of birth (only the year is kept)", ("=birth", "date birth"), ("year",)),
)  # fmt: skip

_OUTCOMES = (
    Target(
        name="vital_status", role="status", title="dead or alive at last contact", codes=("dead", "alive"),
        words=("vital", "death", "alive", "survival status", "last status", "=status"),
        described=("death", "alive"), unless=("cause", "date", "time", "progress", "pfs", "ttp"), required=True,
    ),
    Target(
        name="progression_status", role="status", title="progressed or not", codes=("progressed", "not_progressed"),
        words=("progress status", "progress", "=status"), described=("progress",),
        unless=("date", "free", "pfs", "outside", "last", "time"), required=True,
    ),
    *_endpoint("os", ("=os", "=os time", "os", "=survival", "survival time", "~time contact"),
               ("free", "progress", "death")),
    *_endpoint("pfs", ("=pfs", "=pfs time", "pfs"), ("liver",)),
    *_endpoint("liver_pfs", ("=liver_pfs", "liver_pfs", "liver pfs")),
    *_endpoint("ttp", ("=ttp", "=ttp time", "ttp")),
)  # fmt: skip

_BASELINE = (
    Target(name="sex", role="choice", title="sex", codes=("M", "F", "U"), words=("=sex", "sex")),
    Target(name="age_at_t0", role="number", title="age in years", words=("=age", "=age time", "age"),
           unless=("group", "birth")),
    Target(name="birth_year", role="integer", title="year of birth", words=("birth year", "=yob")),
    Target(name="ecog_t0", role="integer", title="ECOG performance status", words=("=ecog", "ecog", "=ps")),
    Target(name="extrahepatic_t0", role="choice", title="disease outside the liver",
           codes=("present", "none", "unknown"), words=("extrahepatic", "liver_only"),
           described=("extrahepatic",), unless=("progress", "date", "time")),
    Target(name="lines_systemic_before", role="integer", title="lines of systemic therapy before",
           words=("prior lines", "count lines", "=lines"), unless=("date", "response")),
    Target(name="histology", role="text", title="histology", words=("=histology", "=diagnosis", "histology"),
           unless=("date", "grade")),
    Target(name="primary_site", role="text", title="organ of the primary tumour",
           words=("=primary", "primary site", "primary tumor", "primary tumour", "primartumor"),
           unless=("date", "diagnosis")),
    Target(name="cirrhosis", role="choice", title="liver cirrhosis", codes=("yes", "no"), words=("cirrhosis",),
           unless=("group",)),
    Target(name="n_liver_lesions", role="integer", title="number of liver lesions", words=("count lesions",)),
    Target(name="largest_mm", role="number", title="largest liver lesion", words=("largest",), unless=("unlike",)),
    Target(name="best_response", role="choice", title="best overall response", codes=RESPONSES,
           words=("best response", "=best", "=response"), unless=("date", "unlike", "liver", "lines")),
    Target(name="ae_grade", role="grade", title="worst grade of an adverse event", words=("harm grade", "=harm"),
           unless=("date", "version", "histology")),
)  # fmt: skip

#: Never proposed: a person declares it.
SUBGROUP = Target(name="subgroup", role="subgroup", title="a subgroup to report")

TARGETS: tuple[Target, ...] = (*_IDENTITY, *_DATES, *_OUTCOMES, *_BASELINE, SUBGROUP)
_BY_NAME = {t.name: t for t in TARGETS}


def target(name: str) -> Target | None:
    """Return a target by name, ``None`` where there is none."""
    return _BY_NAME.get(name)
