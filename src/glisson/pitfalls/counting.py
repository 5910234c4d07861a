"""Pitfalls of counting: clusters, denominators, patients counted twice, unlike groups."""

from __future__ import annotations

import numpy as np
import polars as pl

from glisson.assessment import Finding
from glisson.methods.proportions import proportion
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.context import Context, medians
from glisson.tables import CountTable, Endpoint, Estimates, Factor


def clustering(context: Context) -> list[Finding]:
    """P07: several sessions or lesions of one patient are not independent.

    Rao JNK, Scott AJ. Biometrics 1992;48:577-585.
    """
    found = []
    if context.cohort.has("session", "technical_success"):
        frame = context.cohort.table("session").drop_nulls("technical_success")
        rows = frame.group_by("patient_id", maintain_order=True).agg(
            n=pl.len(), x=(pl.col("technical_success").cast(pl.Int64)).sum()
        )
        if len(frame) > len(rows):
            found.append(_clustered_sessions(rows["x"].to_numpy(), rows["n"].to_numpy()))
    ltp = context.endpoints.get("ltp")
    if ltp is not None and len(ltp) > len(np.unique(ltp.cluster)):
        found.append(_clustered_lesions(ltp))
    return found


def _clustered_sessions(success: np.ndarray, sessions: np.ndarray) -> Finding:  # type: ignore[type-arg]
    """Compare the interval that takes sessions as independent with one whose n is divided by the design effect."""
    total, hits, patients = int(sessions.sum()), int(success.sum()), len(sessions)
    effect = design_effect(success, sessions)
    naive = proportion(_counted(hits, total, "session", "technical success, sessions as independent"), "yes")
    shrunk = total / effect
    small_n = max(1, round(shrunk))
    small_x = min(small_n, round(hits / total * small_n))
    corrected = proportion(_counted(small_x, small_n, "session", f"technical success, effective n {small_n}"), "yes")
    return Finding(
        id="P07",
        title="Clustering of sessions within patients",
        severity="warn",
        numbers=(("sessions", str(total)), ("patients", str(patients)), ("design effect", f"{effect:.2f}")),
        sentence=f"{total} sessions belong to {patients} patients, so they do not count as {total} independent "
        f"observations: the design effect is {effect:.2f}.",
        consequence="Intervals computed over sessions are too narrow when sessions of one patient are alike.",
        remedy="Outcomes are reported per patient. For technical success per session the exact interval uses the "
        "effective number of sessions.",
        naive=naive,
        corrected=corrected,
        reference="Rao & Scott 1992",
    )


def design_effect(success: np.ndarray, size: np.ndarray) -> float:  # type: ignore[type-arg]
    """Return the variance of a ratio over clusters divided by the binomial variance, at least 1.

    Parameters
    ----------
    success, size
        Shape (m,): successes and observations of each of m clusters.
    """
    m, total = len(size), size.sum()
    p = success.sum() / total
    if m < 2 or p in (0.0, 1.0):
        return 1.0
    variance = m / (m - 1) * np.sum((success - p * size) ** 2) / total**2
    return max(1.0, float(variance / (p * (1 - p) / total)))


def _counted(hits: int, total: int, unit: str, name: str) -> CountTable:
    return CountTable.of(["yes"] * hits + ["no"] * (total - hits), ["no", "yes"], unit=unit, name=name)


def _clustered_lesions(ltp: Endpoint) -> Finding:
    patients = np.unique(ltp.cluster)
    rows = [_first_of(ltp, p) for p in patients]
    per_patient = Endpoint.from_arrays(
        [r[0] for r in rows], [r[1] for r in rows], causes=("local progression",), name="ltp per patient"
    )
    per_lesion = Endpoint.from_arrays(
        ltp.exit, (ltp.cause == 1).astype(np.int64), causes=("local progression",), name="ltp per lesion"
    )
    return Finding(
        id="P07",
        title="Clustering of lesions within patients",
        severity="stop",
        numbers=(("lesions", str(len(ltp))), ("patients", str(len(patients)))),
        sentence=f"{len(ltp)} lesions belong to {len(patients)} patients; lesions of one patient share liver, tumour "
        "biology and operator.",
        consequence="Standard errors that take lesions as independent are wrong, usually too small.",
        remedy="Beside the lesion-level curve stands the time to the first local progression of each patient.",
        naive=medians(kaplan_meier(per_lesion)),
        corrected=medians(kaplan_meier(per_patient)),
        reference="Therneau TM, Grambsch PM. Modeling Survival Data, 2000, chapter 8",
    )


def _first_of(ltp: Endpoint, patient: object) -> tuple[int, int]:
    """Return the first local progression of a patient's lesions, or the end of observation of all of them."""
    rows = np.flatnonzero(ltp.cluster == patient)
    events = rows[ltp.cause[rows] == 1]
    return (int(ltp.exit[events].min()), 1) if len(events) else (int(ltp.exit[rows].max()), 0)


def denominators(context: Context) -> list[Finding]:
    """P17: percentages of lesions or sessions beside percentages of patients.

    Puijk RS, et al. Radiology 2021;301:533-540.
    """
    sizes = {"patients": context.cohort.n}
    sizes |= {t + "s": len(context.cohort.table(t)) for t in ("session", "lesion") if context.cohort.has(t)}
    if len(set(sizes.values())) < 2:
        return []
    text = ", ".join(f"{n} {what}" for what, n in sizes.items())
    return [
        Finding(
            id="P17",
            title="Lesions, sessions and patients as denominators",
            severity="info",
            numbers=tuple((what, str(n)) for what, n in sizes.items()),
            sentence=f"The data hold {text}; a percentage of one is not a percentage of another.",
            consequence="A local control of lesions reads like a control of patients' disease, and is always higher.",
            remedy="Every table and figure names its unit and its n; survival, response and adverse events are per "
            "patient.",
            reference="Puijk 2021",
        )
    ]


def double_counting(context: Context) -> list[Finding]:
    """P21: patients who had several methods, counted under each of them."""
    os = context.endpoints.get("os")
    sessions = context.sessions()
    if os is None or sessions.is_empty() or "method" not in os.keys:
        return []
    used = sessions.group_by("patient_id").agg(pl.col("method").unique().sort())
    methods = {p: list(m) for p, m in zip(used["patient_id"], used["method"], strict=True)}
    several = {p for p, m in methods.items() if len(m) > 1}
    if not several:
        return []
    counted = sum(len(m) for m in methods.values())
    return [
        Finding(
            id="P21",
            title="Patients counted under several methods",
            severity="stop",
            patients=context.names(several),
            numbers=(("patients", str(len(methods))), ("sum over methods", str(counted))),
            sentence=f"{len(several)} patients were treated by more than one method: counted under each, "
            f"{len(methods)} patients become {counted}.",
            consequence="The groups share patients, and those who lived long enough for a second method are counted "
            "more than once.",
            remedy="Patients are analysed under their first method (intention to treat). The double-counted medians "
            "stand beside it.",
            naive=medians(_double_counted(os, methods)),
            corrected=medians(kaplan_meier(os, ["method"])),
            reference="Hernan MA. BMJ 2018;360:k182",
        )
    ]


def _double_counted(os: Endpoint, methods: dict[str, list[str]]) -> Estimates:
    pairs = [(i, m) for i, c in enumerate(os.cluster) for m in methods.get(str(c), [])]
    rows = os.take(np.array([i for i, _ in pairs]))
    keyed = Endpoint.from_arrays(
        rows.exit, rows.cause, causes=os.causes, keys={"any session by": Factor.of([m for _, m in pairs])},
        name="os (counted under every method)",
    )  # fmt: skip
    return kaplan_meier(keyed, ["any session by"])


def confounding_by_indication(context: Context) -> list[Finding]:
    """P18: methods were given to different patients.

    Austin PC. Stat Med 2009;28:3083-3107.
    """
    limit = 0.1 if context.cohort.n >= 30 else 0.25
    unlike = [
        (row.label, pair, value)
        for row in context.baseline
        for pair, value in row.smd
        if value is not None and abs(value) > limit
    ]
    if not unlike:
        return []
    worst: dict[str, float] = {}
    for label, _, value in unlike:
        worst[label] = max(worst.get(label, 0.0), abs(value))
    top = sorted(worst.items(), key=lambda item: -item[1])
    return [
        Finding(
            id="P18",
            title="Confounding by indication",
            severity="warn",
            numbers=tuple((label, f"{value:.2f}") for label, value in top),
            sentence=f"The methods were given to different patients: {len(top)} baseline variables differ by more than "
            f"{limit:g} standard deviations between at least two methods, most of all {top[0][0].lower()} "
            f"({top[0][1]:.2f}).",
            consequence="A difference between methods may be a difference between patients.",
            remedy="Methods are described separately and not ranked; they are compared again within disease limited "
            "to the liver. With so few events no adjustment is trustworthy.",
            reference="Austin 2009",
        )
    ]
