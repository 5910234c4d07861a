"""Patients of a printed curve as several readings of it give them, and the file in which a comparison takes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glisson.errors import SettingsError
from glisson.evidence.curve_input import UNIT_DAYS
from glisson.evidence.from_summary import FromSummary
from glisson.evidence.reconstruct import Reconstruction, on_layout, times_in_days
from glisson.evidence.redigitise import reread
from glisson.tables import Endpoint

#: Readings of a curve that a comparison is given.
READINGS = 50
_HEAD = "time_days,event,endpoint,origin,source,reading\n"


def reread_patients(
    reconstruction: Reconstruction, *, readings: int = READINGS, seed: int = 20120101, error: float = 0.005
) -> tuple[Endpoint, ...]:
    """Return the patients that rebuild a curve, once for each time it is read again with error.

    Parameters
    ----------
    reconstruction
        Of the curve as it was read; n patients.
    readings
        How often it is read.
    seed, error
        As in ``redigitise.reread``.

    Returns
    -------
    tuple of Endpoint
        n patients each, in whole days; numbers at risk, and the total of events where it is known, are the printed
        ones in every reading.

    Raises
    ------
    SettingsError
        If there are fewer than two readings, or the error is no share.

    Notes
    -----
    What is estimated from each of them is combined by Rubin's rules (``methods.rubin``): they are imputations of the
    patients behind a figure.

    Examples
    --------
    >>> from glisson.evidence.reconstruct import reconstruct
    >>> made = reconstruct([0, 2, 3, 5], [1, 0.9, 0.675, 0.45], [(0, 10), (3, 8)], events=5)
    >>> [(len(e), e.n_events) for e in reread_patients(made, readings=3, seed=1)]
    [(10, 5), (10, 5), (10, 5)]
    """
    drawn = reread(reconstruction, draws=readings, seed=seed, error=error)
    days = UNIT_DAYS[reconstruction.unit]
    grid, _ = on_layout(reconstruction.points, reconstruction.known)
    plain = reconstruction.endpoint
    out = []
    for time, events, at_risk in zip(drawn.time, drawn.events, drawn.at_risk, strict=True):
        censored = at_risk - events - np.append(at_risk[1:], 0)
        exit_, event = times_in_days(replace(grid, time=time / days), events, censored, days)
        made = Endpoint.from_arrays(exit_, event, name=plain.name, label=plain.label, source_label=plain.source_label)
        out.append(replace(made, source_kind="reconstructed", rules=plain.rules))
    return tuple(out)


def readings_csv(
    reconstruction: Reconstruction,
    *,
    origin: str,
    readings: int = READINGS,
    seed: int = 20120101,
    error: float = 0.005,
) -> str:
    """Return the patients of a curve, as read and read again, as the CSV file that ``compare --control`` takes.

    Parameters
    ----------
    reconstruction, readings, seed, error
        As in ``reread_patients``.
    origin
        From which day the curve counts: ``"first_ldt"`` for the treatment studied, or another name.

    Raises
    ------
    SettingsError
        If no origin is given, or as ``reread_patients``.

    Examples
    --------
    >>> from glisson.evidence.reconstruct import reconstruct
    >>> made = reconstruct([0, 2, 3, 5], [1, 0.9, 0.675, 0.45], [(0, 10), (3, 8)], events=5)
    >>> readings_csv(made, origin="first_ldt", readings=2).splitlines()[:2]
    ['time_days,event,endpoint,origin,source,reading', '61,1,os,first_ldt,reconstructed,0']
    """
    again = reread_patients(reconstruction, readings=readings, seed=seed, error=error)
    return _csv((reconstruction.endpoint, *again), origin, "reconstructed")


def members_csv(known: FromSummary, *, origin: str) -> str:
    """Return the sets of patients that agree with summary numbers as the CSV file that ``compare --control`` takes.

    Parameters
    ----------
    known
        From ``from_summary``; its middle member stands first.
    origin
        As in ``readings_csv``.

    Raises
    ------
    SettingsError
        If no origin is given.

    Examples
    --------
    >>> from glisson.evidence.from_summary import from_summary
    >>> known = from_summary(10, median=12.0, events=6, end=30)
    >>> sorted({line.rsplit(",", 2)[1] for line in members_csv(known, origin="first_ldt").splitlines()[1:]})
    ['summary']
    """
    return _csv(tuple(m.endpoint for m in known.members), origin, "summary")


def _csv(sets: tuple[Endpoint, ...], origin: str, source: str) -> str:
    if not origin:
        raise SettingsError("no origin of the curve", expected="from which day it counts, e.g. first_ldt")
    lines = [
        f"{day},{cause},{one.name},{origin},{source},{place}"
        for place, one in enumerate(sets)
        for day, cause in zip(one.exit.tolist(), one.cause.tolist(), strict=True)
    ]
    return _HEAD + "\n".join(lines) + "\n"
