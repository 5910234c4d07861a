"""P01, guarantee time: groups defined by what happened after treatment began."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.context import Context, medians
from glisson.tables import Endpoint, Estimates, Factor

LANDMARK_DAYS = 91


def guarantee_time(context: Context) -> list[Finding]:
    """P01: groups defined by something that happens after treatment start, such as a response or a second method.

    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719; Giobbie-Hurder A, et al. J Clin Oncol
    2013;31:2963-2969.
    """
    os = context.endpoints.get("os")
    if os is None or os.source_kind != "observed":
        return []
    start = context.first_session()
    found = []
    for title, reached in (
        ("a second treatment method", _second_method(context)),
        ("two or more sessions", _second_session(context)),
        ("an objective response", _responses(context)),
    ):
        exposed = {p: (d - start[p]).days for p, d in reached.items() if p in start and d > start[p]}
        if exposed:
            found.append(_guarantee_finding(context, os, title, exposed))
    return found


def _guarantee_finding(context: Context, os: Endpoint, title: str, exposed: dict[str, int]) -> Finding:
    """Set the naive comparison beside the landmark analysis."""
    ids = [str(c) for c in os.cluster]
    day = np.array([exposed.get(i, -1) for i in ids])
    ever = day >= 0
    guaranteed = float(np.minimum(day[ever], os.exit[ever]).sum())
    total = float(os.exit[ever].sum())
    naive = _grouped(os, ever, title, "naive")
    alive = os.exit >= LANDMARK_DAYS
    by_then = ever & (day <= LANDMARK_DAYS)
    corrected = Estimates()
    if by_then[alive].any() and not by_then[alive].all():
        corrected = _grouped(_from_landmark(os.take(alive)), by_then[alive], f"{title} by the landmark", "landmark")
    return Finding(
        id="P01",
        title="Guarantee (immortal) time",
        severity="stop",
        patients=context.names(set(exposed)),
        numbers=(
            ("patients", str(len(exposed))),
            ("guaranteed share of their follow-up", f"{100 * guaranteed / total:.0f} %" if total else "0 %"),
            ("landmark", f"day {LANDMARK_DAYS}"),
            ("left before the landmark", str(int((~alive).sum()))),
        ),
        sentence=(
            f"{len(exposed)} patients reached {title} after their first session. Until then they could not have died "
            f"in that group: {100 * guaranteed / max(total, 1):.0f} % of their follow-up is guaranteed survival."
        ),
        consequence="Survival curves drawn from the first session by this grouping favour the exposed patients even "
        "if the exposure does nothing.",
        remedy=f"No result of this report groups patients by it. Beside the naive comparison stands the landmark "
        f"analysis: patients still followed on day {LANDMARK_DAYS}, grouped by what had happened by then, followed "
        "from that day on."
        + ("" if len(corrected) else " Here the landmark leaves one of the two groups empty, so nothing can be said."),
        naive=naive,
        corrected=corrected,
        reference="Anderson 1983; Giobbie-Hurder 2013",
    )


def _grouped(endpoint: Endpoint, exposed: NDArray[np.bool_], title: str, kind: str) -> Estimates:
    factor = Factor.of(np.where(exposed, "yes", "no"), ["no", "yes"])
    keyed = Endpoint.from_arrays(
        endpoint.exit, endpoint.cause, unit=endpoint.unit, causes=endpoint.causes, keys={title: factor},
        name=f"{endpoint.name} ({kind})",
    )  # fmt: skip
    return medians(kaplan_meier(keyed, [title]))


def _from_landmark(endpoint: Endpoint) -> Endpoint:
    return Endpoint.from_arrays(
        endpoint.exit - LANDMARK_DAYS, endpoint.cause, unit=endpoint.unit, causes=endpoint.causes, name=endpoint.name
    )


def _second_method(context: Context) -> dict[str, date]:
    sessions = context.sessions().with_columns(first=pl.col("method").first().over("patient_id"))
    later = sessions.filter(pl.col("method") != pl.col("first")).group_by("patient_id").agg(pl.col("date").min())
    return dict(zip(later["patient_id"], later["date"], strict=True))


def _second_session(context: Context) -> dict[str, date]:
    sessions = context.sessions().unique(["patient_id", "date"]).sort("patient_id", "date")
    second = sessions.group_by("patient_id", maintain_order=True).agg(pl.col("date").get(1, null_on_oob=True))
    return {p: d for p, d in zip(second["patient_id"], second["date"], strict=True) if d is not None}


def _responses(context: Context) -> dict[str, date]:
    if not context.cohort.has("assessment", "overall_resp", "date"):
        return {}
    frame = context.cohort.table("assessment").filter(pl.col("overall_resp").is_in(["CR", "PR"]))
    first = frame.group_by("patient_id").agg(pl.col("date").min())
    return dict(zip(first["patient_id"], first["date"], strict=True))
