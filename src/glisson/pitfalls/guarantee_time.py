"""P01, guarantee time: groups defined by what happened after treatment began."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.response import responses_on_treatment
from glisson.methods.compare import logrank
from glisson.methods.survival import curve
from glisson.pitfalls.context import Context, count_text, percent_text, regrouped
from glisson.tables import Curve, Endpoint, Estimate, Estimates, Factor
from glisson.tables.endpoint import MOVED

Ints = NDArray[np.int64]

#: Landmarks of one, three (primary: the usual first control) and six months.
LANDMARKS = (30, 91, 183)
PRIMARY = 91


def guarantee_time(context: Context) -> list[Finding]:
    """P01: groups defined by something that happens after treatment start, such as a response or a second method.

    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719; Giobbie-Hurder A, et al. J Clin Oncol
    2013;31:2963-2969; Mantel N, Byar DP. J Am Stat Assoc 1974;69:81-86.
    """
    os = context.survival()
    start = context.first_session()
    if os is None or not start:
        return []
    found = []
    for title, reached in (
        ("a second treatment method", _second_method(context)),
        ("two or more sessions", _second_session(context)),
        ("an objective response", _responses(context)),
        ("an adverse event", _adverse_events(context, 1)),
        ("an adverse event of grade 3 or more", _adverse_events(context, 3)),
    ):
        day = _exposure_days(os, start, reached)
        if (day > 0).any() and (day < 0).any():  # where all are exposed there is nothing to compare them with
            found.append(_guarantee_finding(context, os, title, day))
    return found


def _exposure_days(os: Endpoint, start: dict[str, date], reached: dict[str, date]) -> Ints:
    """Return for each patient the day of exposure, -1 where there was none in follow-up; day 0 is known before."""
    ids = [str(c) for c in os.cluster]
    day = np.array([(reached[i] - start[i]).days if i in reached and i in start else -1 for i in ids], dtype=np.int64)
    return np.where(day <= os.exit, day, -1)


def _guarantee_finding(context: Context, os: Endpoint, title: str, day: Ints) -> Finding:
    """Set the naive comparison beside the time-dependent and the landmark analyses."""
    ever, later = day >= 0, day > 0
    n, total, guaranteed = int(later.sum()), int(os.exit[ever].sum()), int(day[ever].sum())
    share = f"{100 * guaranteed / total:.0f}%"
    known = int((day == 0).sum())
    since = f" ({count_text(known, 'patient')} from the first day on)" if known else ""
    usable = [mark for mark in LANDMARKS if _splits(os, day, mark)]
    naive, in_time = _naive(context, os, title, ever), _time_dependent(context, os, title, day)
    landmarks = {mark: _landmark(context, os, title, day, mark) for mark in usable}
    return Finding(
        id="P01",
        title=f"Guarantee (immortal) time: {title}",
        severity="stop",
        patients=context.names(os.cluster[later]),
        numbers=(
            ("patients", percent_text(n, len(os))),
            ("guaranteed share of the group's follow-up", share),
            (f"left before day {PRIMARY}", str(int((os.exit < PRIMARY).sum()))),
            (
                "followed on that day and exposed by then",
                str(int((ever & (day <= PRIMARY) & (os.exit >= PRIMARY)).sum())),
            ),
        ),
        sentence=f"{count_text(n, 'patient')} can be put in a group with {title}{since} only because of what happened "
        f"after the first session; {share} of that group's follow-up is guaranteed survival."
        + _ratios_text(naive, in_time, landmarks),
        consequence="They cannot have died before it happened. Survival counted from the first session by this "
        "grouping favours the exposed patients even if the exposure does nothing.",
        remedy="No result of this report groups patients by it. Each patient counts as unexposed until it happens and "
        "as exposed from then on: in a time-dependent Cox model, in deaths per person-year, in the test of Mantel and "
        "Byar, and in the curves of Simon and Makuch. Landmark analyses take who is still followed on a fixed day, "
        f"grouped by what had happened by then.{_marks_text(usable)}",
        naive=naive,
        corrected=in_time + sum(landmarks.values(), Estimates()),
        curves=simon_makuch(context, os, title, day, usable[0]) if usable else (),
        reference="Anderson 1983; Mantel & Byar 1974; Simon & Makuch 1984; Giobbie-Hurder 2013",
    )


def _marks_text(usable: list[int]) -> str:
    left_out = ", ".join(str(mark) for mark in LANDMARKS if mark not in usable)
    if not usable:
        return " On no landmark are there patients both with and without it."
    return f" On day {left_out} one of the two groups is empty." if left_out else ""


def _ratios_text(naive: Estimates, in_time: Estimates, landmarks: dict[int, Estimates]) -> str:
    """Say what becomes of the hazard ratio."""
    usual, moving = (next(iter(e.select("hazard_ratio")), None) for e in (naive, in_time))
    if usual is None or moving is None or usual.value is None or moving.value is None:
        return ""
    said = [f"{usual.value:.2f} as usually done", f"{moving.value:.2f}{_limits_text(moving)} time-dependent"]
    for mark, rows in landmarks.items():
        ratio = next(iter(rows.select("hazard_ratio")), None)
        if ratio is not None and ratio.value is not None:
            said.append(f"{ratio.value:.2f}{_limits_text(ratio)} from day {mark} on")
    return f" The hazard ratio of death is {', '.join(said[:-1])} and {said[-1]}."


def _limits_text(e: Estimate) -> str:
    return "" if e.low is None or e.high is None else f" ({e.low:.2f} to {e.high:.2f})"


def _naive(context: Context, os: Endpoint, title: str, ever: NDArray[np.bool_]) -> Estimates:
    group = Factor.of(np.where(ever, "ever", "never"), ["never", "ever"])
    keyed = regrouped(os, "os (naive)", {title: group}, np.arange(len(os)))
    rows = context.medians(keyed, title) + context.rates(keyed, title) + _p(context, keyed, title)
    return rows + context.ratios(keyed, title, wald=True)


def _time_dependent(context: Context, os: Endpoint, title: str, day: Ints) -> Estimates:
    """Count each patient as unexposed until the exposure, then as exposed: Cox's model and Mantel-Byar."""
    keyed = episodes(os, title, day)
    return context.ratios(keyed, title) + context.rates(keyed, title) + _p(context, keyed, title)


def simon_makuch(context: Context, os: Endpoint, title: str, day: Ints, mark: int) -> tuple[Curve, ...]:
    """Return survival by an exposure that changes over time, from a landmark on, each group with delayed entry.

    Parameters
    ----------
    context
        With the settings of the analysis.
    os
        n patients, all observed from the origin.
    title
        Name of the exposure.
    day
        Shape (n,): day of exposure, 0 where it was known at the start, -1 where there was none.
    mark
        Day on which both curves start, among those followed until then.

    Notes
    -----
    Simon R, Makuch RW. Stat Med 1984;3:35-44. From a landmark on, because before it few are exposed, and one death
    among them would take the curve down for good.
    """
    rows = np.flatnonzero(os.exit >= mark)
    later = replace(os.take(rows), exit=os.exit[rows] - mark, name=f"os (Simon-Makuch, from day {mark})", flags=())
    since = np.where(day[rows] < 0, -1, np.maximum(day[rows] - mark, 0))
    keyed = replace(episodes(later, title, since), name=later.name)
    return curve(keyed, title, conf_type=context.analysis.conf_type, level=context.analysis.level)


def episodes(os: Endpoint, title: str, day: Ints) -> Endpoint:
    """Split the follow-up of exposed patients at the day of exposure.

    Parameters
    ----------
    os
        n patients, all observed from the origin.
    title
        Name of the grouping variable, with levels ``before it`` and ``after it``.
    day
        Shape (n,): day of exposure, 0 where it was known at the start, -1 where there was none.

    Returns
    -------
    Endpoint
        A patient exposed on their last day had no time after it.
    """
    later = np.flatnonzero((day > 0) & (day < os.exit))
    exit, cause = os.exit.copy(), os.cause.copy()
    exit[later], cause[later] = day[later], MOVED
    rows = np.concatenate([np.arange(len(os)), later])
    states = np.concatenate([np.where(day == 0, "after it", "before it"), np.repeat("after it", len(later))])
    return replace(
        regrouped(os, "os (time-dependent)", {title: Factor.of(states, ["before it", "after it"])}, rows),
        entry=np.concatenate([os.entry, day[later]]),
        exit=np.concatenate([exit, os.exit[later]]),
        cause=np.concatenate([cause, os.cause[later]]),
    )


def _splits(os: Endpoint, day: Ints, mark: int) -> bool:
    """Whether a landmark has patients on both sides."""
    followed = os.exit >= mark
    by_then = (day >= 0) & (day <= mark)
    return bool(by_then[followed].any() and not by_then[followed].all())


def _landmark(context: Context, os: Endpoint, title: str, day: Ints, mark: int) -> Estimates:
    rows = np.flatnonzero(os.exit >= mark)
    levels = [f"not by day {mark}", f"by day {mark}"]
    group = Factor.of(np.where((day[rows] >= 0) & (day[rows] <= mark), levels[1], levels[0]), levels)
    keyed = regrouped(os, f"os (from day {mark})", {title: group}, rows)
    keyed = replace(keyed, exit=keyed.exit - mark)
    return context.ratios(keyed, title) + context.medians(keyed, title) + context.rates(keyed, title)


def _p(context: Context, keyed: Endpoint, title: str) -> Estimates:
    """Return the log-rank test where both groups have enough events for one."""
    factor = keyed.factor(title)
    events = [int(np.sum(keyed.cause[factor.codes == i] == 1)) for i in range(len(factor.levels))]
    if min(events) < context.analysis.minimum_events:
        return Estimates()
    return logrank(keyed, title, null="asymptotic").select("p")


def _dates(frame: pl.DataFrame) -> dict[str, date]:
    return dict(zip(frame["patient_id"], frame["date"], strict=True))


def _second_method(context: Context) -> dict[str, date]:
    """Return the first day on which a second method had been used; the first session where both were used on it."""
    sessions = context.sessions().drop_nulls("method")
    first = sessions.unique(["patient_id", "method"], keep="first", maintain_order=True)
    second = first.group_by("patient_id", maintain_order=True).agg(pl.col("date").get(1, null_on_oob=True))
    return _dates(second.drop_nulls("date"))


def _second_session(context: Context) -> dict[str, date]:
    days = context.sessions().unique(["patient_id", "date"])
    later = days.filter(pl.col("date") > pl.col("date").min().over("patient_id"))
    return _dates(later.group_by("patient_id").agg(pl.col("date").min()))


def _responses(context: Context) -> dict[str, date]:
    """Return the first response that counts for the best overall response."""
    records = context.records()
    if records is None or not context.cohort.has("assessment", "date", "overall_resp"):
        return {}
    frame = responses_on_treatment(records, context.cohort.study.endpoints)
    return _dates(frame.filter(pl.col("response").is_in(["CR", "PR"])).group_by("patient_id").agg(pl.col("date").min()))


def _adverse_events(context: Context, least: int) -> dict[str, date]:
    """Return the first onset, on or after the day of the first session, of an event of at least a grade."""
    records, start = context.records(), context.first_session()
    if records is None or not context.cohort.has("adverse_event", "onset_date"):
        return {}
    frame = records.tables["adverse_event"].drop_nulls("onset_date")
    if "grade" in frame.columns:  # an event without a grade is an event, but not known to be severe
        frame = frame.filter(pl.col("grade").fill_null(1) >= least)
    elif least > 1:
        return {}
    first: dict[str, date] = {}
    for patient, day in zip(frame["patient_id"], frame["onset_date"], strict=True):
        if patient in start and day >= start[patient]:
            first[patient] = min(day, first.get(patient, day))
    return first
