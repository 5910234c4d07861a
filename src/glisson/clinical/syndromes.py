"""Post-embolization syndrome, and the screen for radioembolization-induced liver disease: for a person to judge."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.ctcae.words import SYNDROME
from glisson.clinical.emergent import COUNTED, PAIN, SICKNESS, events
from glisson.clinical.groups import patient_keys
from glisson.clinical.labs.graded import lab_values
from glisson.clinical.session_units import session_units
from glisson.clinical.settled import settled
from glisson.clinical.timeline import timeline
from glisson.clinical.vocabulary import METHOD_FAMILY
from glisson.errors import InputError
from glisson.tables import CountTable

RECORDED, COMPONENTS, NONE = "recorded", "components only", "none"

#: Bilirubin above which the screen looks at a patient: 3 mg/dL, in umol/L.
BILIRUBIN = 51.3
_INFECTION = ("abdominal infection", "biliary tract infection", "gallbladder infection", "hepatic infection",
              "peritoneal infection", "sepsis")  # fmt: skip


def post_embolization_syndrome(cohort: Cohort) -> CountTable:
    """Count patients with a post-embolization syndrome, by method.

    Recorded: a counted event is flagged ``pes``, or the syndrome itself is recorded. Components only: within the
    study's ``pes_window_days`` of one session there are fever, abdominal or hepatic pain, and nausea or vomiting, and
    no infection, but nobody called it a syndrome; a person should look.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table; n patients.

    Returns
    -------
    CountTable
        n patients by ``method``; categories ``none``, ``components only``, ``recorded``.

    Raises
    ------
    InputError
        If no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> table = post_embolization_syndrome(demo_cohort())
    >>> table.categories, int(table.count("recorded").sum())
    (('none', 'components only', 'recorded'), 14)
    """
    recorded, found = _syndromes(cohort)
    named, whole = set(recorded["patient_id"].to_list()), set(found["patient_id"].to_list())
    ids = cohort.table("patient")["patient_id"].to_list()
    kinds = [RECORDED if i in named else COMPONENTS if i in whole else NONE for i in ids]
    keys = {"method": patient_keys(cohort)["method"]}
    return CountTable.of(kinds, (NONE, COMPONENTS, RECORDED), keys=keys, ids=ids, name="pes", label=SYNDROME)


def sessions_with_syndrome(cohort: Cohort) -> pl.DataFrame:
    """Return each dated session with whether a post-embolization syndrome followed.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table and dated sessions.

    Returns
    -------
    DataFrame
        ``session``, ``patient_id``, ``date``, ``method``, ``syndrome`` (``none``, ``components only``, ``recorded``).

    Raises
    ------
    InputError
        If no adverse event is recorded, or no session is dated.
    """
    recorded, found = _syndromes(cohort)
    units = session_units(cohort)
    named, whole = recorded["session"].drop_nulls().to_list(), found["session"].to_list()
    kind = (
        pl.when(pl.col("session").is_in(named))
        .then(pl.lit(RECORDED))
        .when(pl.col("session").is_in(whole))
        .then(pl.lit(COMPONENTS))
        .otherwise(pl.lit(NONE))
    )
    return units.with_columns(syndrome=kind)


def _syndromes(cohort: Cohort) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return patient and session of the recorded syndromes, and of those that have all components and no infection."""
    if not cohort.has("adverse_event"):
        raise InputError("no adverse event is recorded", todo="add the table adverse_event to report safety")
    rows = events(cohort).filter(pl.col("status").is_in([COUNTED, "components"]))
    recorded = rows.filter(pl.col("pes").fill_null(value=False)).select("patient_id", "session")
    window = cohort.study.safety.pes_window_days
    near = rows.filter(pl.col("session").is_not_null() & (pl.col("after") <= window))
    by = near.group_by("patient_id", "session").agg(
        fever=(pl.col("key") == "fever").any(),
        pain=pl.col("key").is_in(PAIN).any(),
        sick=pl.col("key").is_in(SICKNESS).any(),
        infection=pl.col("key").is_in(_INFECTION).any(),
    )
    whole = by.filter(pl.col("fever") & pl.col("pain") & pl.col("sick") & ~pl.col("infection"))
    return recorded, whole.select("patient_id", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A patient whose records are compatible with radioembolization-induced liver disease.

    Parameters
    ----------
    patient
        Patient id.
    day
        Days from the radioembolization to the day on which both signs were there.
    bilirubin
        Highest bilirubin in the window, umol/L.
    ascites
        Where ascites was recorded.
    """

    patient: str
    day: int
    bilirubin: float
    ascites: str


def reild_screen(cohort: Cohort) -> tuple[Screened, ...]:
    """Return the patients to be looked at for radioembolization-induced liver disease.

    After a radioembolization, within the study's window (days 15 to 120), bilirubin above 51.3 umol/L and ascites,
    without progression in the liver from the treatment to the day on which both were there. This is a screen, never a
    diagnosis: biliary obstruction, for one, is not in the records.

    Parameters
    ----------
    cohort
        With dated sessions, laboratory values, and adverse events or follow-up contacts.

    Raises
    ------
    InputError
        If there is no laboratory value.

    Notes
    -----
    Sangro B, et al. Cancer 2008;112:1538-1546; Braat MNGJA, et al. Eur J Gastroenterol Hepatol 2017;29:144-152.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> reild_screen(demo_cohort())
    ()
    """
    treated = _radioembolizations(cohort)
    high = lab_values(cohort).filter((pl.col("test") == "bilirubin") & (pl.col("value") > BILIRUBIN))
    signs = _ascites(cohort)
    pairs = (
        treated.join(high.select("patient_id", "value", seen="date"), on="patient_id", how="inner")
        .join(signs, on="patient_id", how="inner")
        .with_columns(both=pl.max_horizontal("seen", "ascites_date"))
    )
    pairs = pairs.filter(_inside(cohort, "seen"), _inside(cohort, "ascites_date")).with_row_index("pair")
    grown = pairs.join(_liver_progression(cohort), on="patient_id", how="inner")
    grown = grown.filter((pl.col("progressed") > pl.col("session")) & (pl.col("progressed") <= pl.col("both")))
    pairs = pairs.join(grown.select("pair"), on="pair", how="anti")
    first = pairs.sort("patient_id", "both", "value").group_by("patient_id", maintain_order=True)
    rows = first.agg(
        day=(pl.col("both") - pl.col("session")).dt.total_days().first(),
        bilirubin=pl.col("value").max(),
        where=pl.col("where").first(),
    )
    return tuple(Screened(patient=p, day=d, bilirubin=b, ascites=w) for p, d, b, w in rows.iter_rows())


def radioembolized(cohort: Cohort) -> tuple[int, int]:
    """Return how many patients had a radioembolization, and how many of them bilirubin in the window of the screen.

    Raises
    ------
    InputError
        If there is no laboratory value, or no session has a date.
    """
    treated = _radioembolizations(cohort)
    values = lab_values(cohort).filter(pl.col("test") == "bilirubin").select("patient_id", seen="date")
    pairs = treated.join(values, on="patient_id", how="inner").filter(_inside(cohort, "seen"))
    return treated["patient_id"].n_unique(), pairs["patient_id"].n_unique()


def _radioembolizations(cohort: Cohort) -> pl.DataFrame:
    """Return patient and date (``session``) of each radioembolization."""
    radio = [m for m, family in METHOD_FAMILY.items() if family == "y90"]
    sessions = settled(cohort).tables["session"]
    method = pl.col("method") if "method" in sessions.columns else pl.lit(None, dtype=pl.String)
    return sessions.filter(method.is_in(radio)).select("patient_id", session="date")


def _inside(cohort: Cohort, column: str) -> pl.Expr:
    """Whether a date lies in the window of the screen after ``session``."""
    safety = cohort.study.safety
    days = (pl.col(column) - pl.col("session")).dt.total_days()
    return days.is_between(safety.reild_from_days + 1, safety.reild_window_days)


def _ascites(cohort: Cohort) -> pl.DataFrame:
    """Return when ascites was recorded, as an event or at a contact."""
    records = settled(cohort)
    parts = [pl.DataFrame(schema={"patient_id": pl.String, "ascites_date": pl.Date, "where": pl.String})]
    if "adverse_event" in records.tables and cohort.has("adverse_event", "onset_date", "term"):
        rows = events(cohort).filter((pl.col("key") == "ascites") & (pl.col("grade").fill_null(1) > 0))
        onset = records.tables["adverse_event"].with_row_index("event").with_columns(pl.col("event").cast(pl.Int64))
        rows = rows.join(onset.select("event", ascites_date="onset_date"), on="event", how="inner")
        parts.append(rows.select("patient_id", "ascites_date", where=pl.lit("adverse event")).drop_nulls())
    contacts = records.tables.get("followup")
    if contacts is not None and "ascites" in contacts.columns:
        seen = contacts.filter(pl.col("ascites").is_in(["mild", "moderate_severe"]))
        parts.append(seen.select("patient_id", ascites_date="date", where=pl.lit("follow-up contact")).drop_nulls())
    return pl.concat(parts)


def _liver_progression(cohort: Cohort) -> pl.DataFrame:
    """Return the days of progression in the liver, where scans or a date tell them."""
    none = pl.DataFrame(schema={"patient_id": pl.String, "progressed": pl.Date})
    try:
        records = timeline(cohort)
    except InputError:
        return none
    scans = records.tables.get("assessment")
    if scans is not None and "liver_resp" in scans.columns:
        return scans.filter(pl.col("liver_resp") == "PD").select("patient_id", progressed="date")
    patient = records.patients
    if "liver_progression_date" in patient.columns:
        return patient.select("patient_id", progressed="liver_progression_date").drop_nulls()
    return none
