"""P26: responses that are missing because of how patients fared."""

from __future__ import annotations

from glisson.assessment import Finding
from glisson.clinical.response import OBJECTIVE_RESPONSE, best_by_patient
from glisson.clinical.vocabulary import RESPONSES
from glisson.errors import InputError
from glisson.methods.proportions import proportion
from glisson.pitfalls.context import Context, count_text, percent_text
from glisson.tables import CountTable, Estimates

#: Share of patients without an evaluable response above which it is a warning; an early death is always named.
LIMIT_SHARE = 0.15


def missing_responses(context: Context) -> list[Finding]:
    """P26: patients without an evaluable response, of whom some died before the first scan.

    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.
    """
    try:
        best = best_by_patient(context.cohort)
    except InputError:  # nothing is recorded that could be missing
        return []
    without = {p for p, response in best.items() if response == "NE"}
    early = _died_unseen(context, without)
    if not without or len(without) == len(best) or (len(without) <= LIMIT_SHARE * len(best) and not early):
        return []
    share, n = percent_text(len(without), len(best)), count_text(len(early), "patient")
    seen = _rate(context, best, (set(best) - without) | early, "evaluable or died early") if early else Estimates()
    verb = "has" if len(without) == 1 else "have"
    died = f" {n} died before any scan." if early else ""
    return [
        Finding(
            id="P26",
            title="Responses that are missing",
            severity="warn" if len(without) > LIMIT_SHARE * len(best) else "info",
            patients=context.names(without),
            numbers=(
                ("patients", str(len(without))),
                ("not evaluable", share),
                ("died before any scan", str(len(early))),
            ),
            sentence=f"{len(without)} of {count_text(len(best), 'patient')} {verb} no evaluable response.{died}",
            consequence="Who dies, or is too ill to be scanned, has not responded. A response rate of evaluable "
            "patients leaves them out and is too high.",
            remedy="All treated patients are the denominator of this report, and who was not evaluable has not "
            "responded. Beside it stands the rate of evaluable patients, with early deaths as no response.",
            naive=_rate(context, best, set(best) - without, "evaluable"),
            corrected=seen + _rate(context, best, set(best), "all treated"),
            reference="Eisenhauer 2009",
        )
    ]


def _died_unseen(context: Context, without: set[str]) -> set[str]:
    """Return who died without a scan after treatment."""
    records, cohort = context.records(), context.cohort
    if records is None or not cohort.has("patient", "death_date") or not cohort.has("assessment", "date"):
        return set()
    died = set(records.patients.drop_nulls("death_date")["patient_id"].to_list())
    return without & died - set(records.tables["assessment"]["patient_id"].to_list())


def _rate(context: Context, best: dict[str, str], who: set[str], name: str) -> Estimates:
    values = [best[p] for p in best if p in who]
    table = CountTable.of(values, RESPONSES, name=f"response ({name})", label=f"Objective response ({name})")
    return proportion(table, OBJECTIVE_RESPONSE, level=context.analysis.level)
