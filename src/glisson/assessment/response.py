"""What became of the tumours: patients by response, lesions by local outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.efficacy import NOTHING
from glisson.tables import CountTable, Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """Best overall response by one criterion at one site.

    Parameters
    ----------
    criterion, label
        Code and printed name, e.g. ``recist11``, ``RECIST 1.1``.
    source
        Whether responses were derived from measurements or taken as recorded.
    site
        ``any``, ``liver`` or ``outside``.
    confirmed
        Whether CR and PR needed a second scan.
    best
        Patients by best response and method.
    estimates
        Objective response and disease control over all treated and over evaluable patients.
    note
        What limits the use of this criterion here; empty where nothing does.
    """

    criterion: str
    label: str
    source: Literal["derived", "recorded"]
    site: Literal["any", "liver", "outside"]
    confirmed: bool
    best: CountTable
    estimates: Estimates
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult:
    """How far two ways of reading the same patients or scans agree.

    Parameters
    ----------
    kind
        What differs: two criteria, two readers, or recorded against derived.
    first, second
        The two in words.
    unit
        What was rated twice.
    categories, table
        Shape (C, C): first rating by second.
    estimates
        ``agreement`` and ``kappa``, plain and weighted (in ``detail``).
    discordant
        (pseudonym, what each said) of those on which they differ.
    """

    kind: Literal["criteria", "readers", "recorded and derived"]
    first: str
    second: str
    unit: Literal["patient", "scan"]
    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    estimates: Estimates
    discordant: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One scan whose recorded response is not the one its measurements give."""

    patient: str
    day: int
    site: str
    recorded: str
    derived: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseResult:
    """Response of patients: best overall response, its rates, its depth, its timing, and how sure the readings are.

    Parameters
    ----------
    criterion
        Which responses were used and why, in words.
    source
        Whether they were derived from measurements or taken as recorded.
    best, estimates
        Best overall response of all sites by the study's criterion, unconfirmed, and its rates.
    notes
        What a reader must know.
    not_evaluable
        (reason, patients) of those without a usable assessment.
    others
        The same confirmed, at each site, and by every other criterion that was recorded or can be derived.
    agreements
        Between criteria, readers, and recorded and derived responses.
    disagreements
        Scans on which record and measurements differ.
    depth
        Best change of the sum of target diameters, in percent: ``n``, ``median``, ``minimum``, ``maximum`` by method.
    without_depth
        (reason, patients) for whom there is no such change.
    timing
        Days from the first session to the first response among responders: ``n``, ``median``, ``minimum``, ``maximum``.
    incidence
        Cumulative incidence of response with progression, new therapy and death competing.
    unusable
        (pseudonym, reason) of patients with measurements from which nothing follows.
    """

    criterion: str
    source: Literal["derived", "recorded"] = "recorded"
    best: CountTable
    estimates: Estimates
    notes: tuple[str, ...] = ()
    not_evaluable: tuple[tuple[str, int], ...] = ()
    others: tuple[CriterionResult, ...] = ()
    agreements: tuple[AgreementResult, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    depth: Estimates = NOTHING
    without_depth: tuple[tuple[str, int], ...] = ()
    timing: Estimates = NOTHING
    incidence: Estimates = NOTHING
    unusable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionResult:
    """Outcomes of sessions and lesions, several of which belong to one patient.

    Parameters
    ----------
    lesions, patients
        Treated lesions, and the patients they belong to.
    window
        Days after treatment in which the first control is looked for.
    technical
        ``proportion`` of sessions with technical success, and of lesions covered completely, by method.
    efficacy
        ``proportion`` of lesions without viable tumour at the first control (primary technique efficacy), and after
        re-treatment (assisted), over lesions with a control and over all treated lesions, by method.
    no_control
        (reason, lesions) without a first control.
    progression
        Cumulative incidence of local progression of lesions with death competing: overall, by method, margin and size.
    sizes
        (group, lesions, patients, lesions ever free of viable tumour after treatment) of the groups in ``progression``;
        only those that were free of it can progress locally.
    covariates
        ``hazard_ratio`` of local progression by size before treatment (10 mm) and smallest margin (1 mm), one model
        each over the lesions in which it is recorded; a reason where there are too few progressions.
    reclassified
        (pseudonym and number of the lesion, reason) of recorded progression that is residual tumour by definition.
    derived, statuses
        How many of the local statuses follow from measurements rather than from the record.
    notes
        What a reader must know.
    """

    lesions: int
    patients: int
    window: tuple[int, int]
    technical: Estimates
    efficacy: Estimates
    no_control: tuple[tuple[str, int], ...]
    progression: Estimates
    sizes: tuple[tuple[Group, int, int, int], ...]
    reclassified: tuple[tuple[str, str], ...]
    derived: int
    statuses: int
    covariates: Estimates
    notes: tuple[str, ...] = ()
