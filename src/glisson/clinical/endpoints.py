"""The endpoints as data: which records are the event, which compete with it, which end observation without it.

To add an endpoint, write a ``Definition`` and pass it to ``derive.endpoint``; see docs/how-to/add-an-endpoint.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

#: Origins of time and what each is in print.
ORIGIN_TEXT: dict[str, str] = {
    "first_ldt": "first liver-directed therapy",
    "liver_met_dx": "first documented liver metastasis",
    "met_dx": "first documented metastasis",
    "systemic_start": "first recorded systemic therapy",
    "lesion_tx": "first session in which the lesion was treated",
    "response": "first recorded complete or partial response",
}

#: Responses that say something about the disease; NE and an empty cell do not.
EVALUABLE_RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD", "PD")
WITHOUT_PD = tuple(r for r in EVALUABLE_RESPONSES if r != "PD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Rows of a table that count as something on a date.

    Parameters
    ----------
    table, date
        Table of the data model and its date column.
    what
        What such a row is called where it decides an endpoint, e.g. ``"progression in the liver"``.
    where
        Conditions that must all hold: (column, values); ``None`` among the values means not recorded.
    start_counts
        Whether a row on the day of the start counts. Death on day 0 does; a scan on day 0 was before treatment.
    """

    table: str
    date: str
    what: str
    where: tuple[tuple[str, tuple[str | bool | None, ...]], ...] = ()
    start_counts: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it reads, as ``table.column``."""
        return tuple(f"{self.table}.{c}" for c in (self.date, *(c for c, _ in self.where)))

    def __str__(self) -> str:
        """Say in one phrase which rows these are."""
        conditions = " and ".join(f"{c} {_values(v)}" for c, v in self.where)
        return f"{self.what} ({self.table}.{self.date}{' where ' + conditions if conditions else ''})"


def _values(values: tuple[str | bool | None, ...]) -> str:
    words = ["not recorded" if v is None else ("yes" if v else "no") if isinstance(v, bool) else v for v in values]
    return f"is {words[0]}" if len(words) == 1 else f"in {', '.join(words)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One endpoint under one kind of records.

    Parameters
    ----------
    code, label
        Short code and standard term.
    event
        Name of the event of interest, as results print it.
    events
        Records that are the event; the first of them decides.
    competing
        Records that make the event impossible.
    censored
        Records that show a unit without event; the last of them ends observation.
    unknown
        Records used instead for a unit that has none of ``censored`` at all, before or after its start.
    watched_by
        ``"contact"``: known from any contact, so observation reaches the cut-off. ``"imaging"``: known only from
        scans, so the censoring rule sets for missed scans and new therapies apply.
    gaps_known
        Whether every scan is recorded, so that missed ones can be seen; the ``fda_a`` rule set needs it.
    needs
        Columns without which the definition cannot be used, ``"table.column"``; ``|`` separates alternatives.
    unit
        What is at risk: a patient or a lesion (then correlated within the patient).
    origin
        A start of its own (``"response"``, ``"lesion_tx"``); empty where the origin is a choice.
    clinical
        Records that are also the event if the setting ``clinical_progression_is_event`` is on.
    rival
        What the competing records are called together.
    if_set
        (setting of the section ``endpoints``, record that is also the event where it is on).
    """

    code: str
    label: str
    event: str
    events: tuple[Record, ...]
    competing: tuple[Record, ...] = ()
    censored: tuple[Record, ...]
    unknown: tuple[Record, ...] = ()
    watched_by: Literal["contact", "imaging"] = "imaging"
    gaps_known: bool = True
    needs: tuple[str, ...]
    unit: Literal["patient", "lesion"] = "patient"
    origin: str = ""
    clinical: tuple[Record, ...] = field(default=())
    rival: str = "death"
    if_set: tuple[tuple[str, Record], ...] = ()

    def under(self, settings: Any) -> Definition:
        """Return the definition with the events that the settings add, in ``events``."""
        added = tuple(record for name, record in self.if_set if getattr(settings, name))
        return replace(self, events=(*self.events, *added), if_set=())

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of what can happen: the event, then what competes with it."""
        return (self.event, self.rival) if self.competing else (self.event,)


def _progression(column: str, what: str) -> Record:
    return Record(table="assessment", date="date", what=what, where=((column, ("PD",)),), start_counts=False)


def _scan(column: str, *, implied: bool = False) -> Record:
    """Return adequate scans: an evaluable response in the column, or implied by an overall response without PD."""
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = ((column, EVALUABLE_RESPONSES),)
    if implied:
        where = ((column, (None,)), ("overall_resp", WITHOUT_PD))
    return Record(table="assessment", date="date", what="last adequate assessment", where=where, start_counts=False)


DEATH = Record(table="patient", date="death_date", what="death")
DEATH_FIRST = Record(table="patient", date="death_date", what="death before the event")
#: Everything that shows a patient alive; the latest counts.
ALIVE = (
    Record(table="patient", date="last_contact_date", what="last date known alive"),
    Record(table="followup", date="date", what="last date known alive", where=(("alive", (True,)),)),
    Record(table="assessment", date="date", what="last date known alive"),
    Record(table="session", date="date", what="last date known alive"),
)
CLINICAL = Record(
    table="assessment", date="date", what="clinical progression without imaging", where=(("clinical_pd", (True,)),),
    start_counts=False,
)  # fmt: skip
NEXT_THERAPY = Record(
    table="systemic_therapy", date="start_date", what="start of the next systemic therapy", start_counts=False
)

_TREATED = ("session.date", "patient.last_contact_date|patient.death_date")
_SITE = {
    "any": ("overall_resp", "progression_date", "progression"),
    "liver": ("liver_resp", "liver_progression_date", "progression in the liver"),
    "outside": ("extrahepatic_resp", "extrahepatic_progression_date", "progression outside the liver"),
}


def _progression_endpoint(
    code: str, label: str, event: str, site: str, *, death_competes: bool
) -> tuple[Definition, Definition]:
    """Declare an endpoint of progression at a site, from assessments and from single dates of the patient table."""
    column, flat, what = _SITE[site]
    scans = (_scan(column),) if site == "any" else (_scan(column), _scan(column, implied=True))
    imaging = Record(table="patient", date="last_imaging_date", what="last imaging")
    assessed, dated = _progression(column, what), Record(table="patient", date=flat, what=what)
    return (
        Definition(
            code=code, label=label, event=event,
            events=(assessed,) if death_competes else (assessed, DEATH),
            competing=(DEATH_FIRST,) if death_competes else (),
            censored=scans,
            clinical=(CLINICAL,) if site == "any" else (),
            needs=(*_TREATED, "assessment.date", f"assessment.{column}"),
        ),
        Definition(
            code=code, label=label, event=event,
            events=(dated,) if death_competes else (dated, DEATH),
            competing=(DEATH_FIRST,) if death_competes else (),
            censored=(imaging,), unknown=ALIVE, gaps_known=False,
            needs=(*_TREATED, f"patient.{flat}"),
        ),
    )  # fmt: skip


def _local(what: str, statuses: tuple[str, ...]) -> Record:
    return Record(table="local_control", date="date", what=what, where=(("status", statuses),), start_counts=False)


_OS = Definition(
    code="os", label="Overall survival", event="death", events=(DEATH,), censored=ALIVE, watched_by="contact",
    needs=_TREATED,
)  # fmt: skip
_LTP = Definition(
    code="ltp", label="Time to local tumour progression", event="local progression", unit="lesion", origin="lesion_tx",
    events=(_local("local tumour progression", ("ltp",)),), competing=(DEATH_FIRST,),
    censored=(_local("last adequate imaging of the lesion", ("none", "residual", "ltp")),),
    needs=(
        *_TREATED, "session_lesion.lesion_id", "assessment.date",
        "measurement.local_status|measurement.viable_long_mm|measurement.viable_area_mm2",
    ),
)  # fmt: skip
_DOR = Definition(
    code="dor", label="Duration of response", event="progression or death", origin="response",
    events=(_progression("overall_resp", "progression"), DEATH), censored=(_scan("overall_resp"),),
    needs=(*_TREATED, "assessment.date", "assessment.overall_resp"),
)  # fmt: skip
#: Reads only assessments that can make a best response: see ``dated.py``.
_TTR = Definition(
    code="ttr", label="Time to response", event="response",
    events=(Record(table="assessment", date="date", what="complete or partial response",
                   where=(("overall_resp", ("CR", "PR")),), start_counts=False),),
    competing=(_progression("overall_resp", "progression"),
               Record(table="new_therapy", date="date", what="new anticancer therapy", start_counts=False),
               DEATH_FIRST),
    censored=(_scan("overall_resp"),), rival="progression, new therapy or death without response",
    needs=_DOR.needs,
)  # fmt: skip
_TTNT = Definition(
    code="ttnt", label="Time to next systemic therapy", event="next systemic therapy or death",
    events=(NEXT_THERAPY, DEATH), censored=ALIVE, watched_by="contact",
    needs=(*_TREATED, "systemic_therapy.start_date"),
)  # fmt: skip

#: Reasons for stopping liver-directed therapy that make progression untreatable; centres draw this line differently.
UNTREATABLE = (
    "hepatic_progression", "vascular_invasion", "extrahepatic_progression", "liver_function", "performance_status",
    "toxicity",
)  # fmt: skip


def _stopped(what: str, reasons: tuple[str, ...]) -> Record:
    return Record(table="followup", date="ldt_stop_date", what=what, where=(("ldt_stop_reason", reasons),))


_TTUP = Definition(
    code="ttup", label="Time to untreatable progression", event="untreatable progression",
    events=(_stopped("liver-directed therapy stopped as no longer possible", UNTREATABLE),),
    competing=(DEATH_FIRST,), censored=ALIVE, watched_by="contact",
    if_set=(("no_response_is_untreatable",
             _stopped("liver-directed therapy stopped without response to two sessions", ("no_response_after_2",))),),
    needs=(*_TREATED, "followup.ldt_stop_date", "followup.ldt_stop_reason"),
)  # fmt: skip

#: Every endpoint; where a code has several definitions the first that the records allow is used.
DEFINITIONS: tuple[Definition, ...] = (
    _OS,
    *_progression_endpoint("pfs", "Progression-free survival", "progression or death", "any", death_competes=False),
    *_progression_endpoint(
        "liver_pfs", "Liver progression-free survival", "liver progression or death", "liver", death_competes=False
    ),
    *_progression_endpoint("ttp", "Time to progression", "progression", "any", death_competes=True),
    *_progression_endpoint("thp", "Time to liver progression", "liver progression", "liver", death_competes=True),
    *_progression_endpoint(
        "ttehp", "Time to extrahepatic progression", "extrahepatic progression", "outside", death_competes=True
    ),
    _LTP,
    _TTR,
    _DOR,
    _TTNT,
    _TTUP,
)

#: Codes in the order of a report, with their labels.
LABELS: dict[str, str] = {d.code: d.label for d in DEFINITIONS}
#: Endpoints that a sheet can hold as a duration with a status.
RECORDED = ("os", "pfs", "liver_pfs", "ttp")
