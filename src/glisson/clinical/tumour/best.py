"""Best overall response of one patient: unconfirmed, and confirmed by a later scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: Categories from best to worst; ``ND`` is a scan that was not done, ``MISSING`` nobody's scan.
ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD", "PD", "NE", "ND", "MISSING")
_RANK = {response: rank for rank, response in enumerate(ORDER)}
_STABLE = ("NON-CR/NON-PD", "NON-PD")

Scan = tuple[date, str]
Best = tuple[str, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What confirms a response.

    Parameters
    ----------
    start_window
        Days after the start of treatment from which stable disease counts as such.
    confirm
        Days after which a further scan confirms a response.
    max_ne
        Scans not evaluable that may lie between the two.
    accept_sd
        Whether one scan with stable disease may lie between a partial response and its confirmation.
    missing_as_ne
        Whether a patient without any scan is ``NE`` rather than ``MISSING``.
    stop_at_progression
        Whether scans after the first progression are left out.
    """

    start_window: int = 42
    confirm: int = 28
    max_ne: int = 1
    accept_sd: bool = False
    missing_as_ne: bool = True
    stop_at_progression: bool = True


def confirmed(scans: Sequence[Scan], start: date, rule: Confirmation) -> Best:
    """Return the confirmed best overall response, and the day of the scan that shows it.

    A complete response needs another one at least ``confirm`` days later, a partial response a partial or complete one,
    with nothing in between that contradicts it: only scans not evaluable, few enough, and for a partial response
    one of stable disease, if that is accepted. A complete response that turns into a partial one confirms neither. A
    response that is not confirmed counts as stable disease, once the time for that has come.

    Parameters
    ----------
    scans
        (day, overall response), one a day.
    start
        Day of the first session.
    rule
        What confirms a response.

    Returns
    -------
    tuple
        The response and its day; no day where there is no scan.

    Notes
    -----
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, table 3.

    Examples
    --------
    >>> days = [date(2020, 3, 1), date(2020, 5, 1), date(2020, 7, 1)]
    >>> confirmed(list(zip(days, ["PR", "PR", "PD"], strict=True)), date(2020, 1, 1), Confirmation())
    ('PR', datetime.date(2020, 3, 1))
    >>> confirmed(list(zip(days, ["PR", "SD", "PD"], strict=True)), date(2020, 1, 1), Confirmation())
    ('SD', datetime.date(2020, 3, 1))
    """
    read = _considered(scans, stop=rule.stop_at_progression)
    held = [(_confirmed_as(read, i, start, rule), day) for i, (day, _) in enumerate(read)]
    return _first_best(held, rule)


def unconfirmed(scans: Sequence[Scan], start: date, rule: Confirmation) -> Best:
    """Return the best overall response and its day; stable disease seen too early is not evaluable.

    Parameters
    ----------
    scans, start, rule
        As in ``confirmed``.

    Examples
    --------
    >>> unconfirmed([(date(2020, 2, 1), "SD"), (date(2020, 3, 1), "PR")], date(2020, 1, 1), Confirmation())
    ('PR', datetime.date(2020, 3, 1))
    """
    read = _considered(scans, stop=rule.stop_at_progression)
    held = []
    for day, response in read:
        early = response in {"SD", *_STABLE} and (day - start).days < rule.start_window
        held.append(("NE" if early else response, day))
    return _first_best(held, rule)


def _considered(scans: Sequence[Scan], *, stop: bool) -> list[Scan]:
    """Return the scans in order, up to the first progression."""
    read = sorted(scans)
    first = next((i for i, (_, response) in enumerate(read) if response == "PD"), None)
    return read if first is None or not stop else read[: first + 1]


def _first_best(held: Sequence[tuple[str, date]], rule: Confirmation) -> Best:
    if not held:
        return ("NE" if rule.missing_as_ne else "MISSING"), None
    return min(held, key=lambda item: (_RANK[item[0]], item[1]))


def _confirmed_as(read: Sequence[Scan], place: int, start: date, rule: Confirmation) -> str:
    """Return what one scan counts as: confirmed, or what it is worth without confirmation."""
    day, response = read[place]
    if response == "CR" and _holds(read, place, ("CR",), rule):
        return "CR"
    if response == "PR" and _holds(read, place, ("CR", "PR"), rule):
        return "PR"
    if response in {"PD", "NE", "ND"}:
        return response
    if (day - start).days < rule.start_window:
        return "NE"
    return response if response in _STABLE else "SD"


def _holds(read: Sequence[Scan], place: int, wanted: tuple[str, ...], rule: Confirmation) -> bool:
    """Whether the first later scan that can confirm does, with nothing in between that contradicts."""
    day = read[place][0]
    later = read[place + 1 :]
    end = next((i for i, (d, r) in enumerate(later) if r in wanted and (d - day).days >= rule.confirm), None)
    if end is None:
        return False
    between = [r for _, r in later[: end + 1]]
    allowed = {*wanted, "NE"} | ({"SD"} if rule.accept_sd and "PR" in wanted else set())
    if not set(between) <= allowed or between.count("NE") > rule.max_ne or between.count("SD") > 1:
        return False
    lost = "CR" in between and "PR" in between[between.index("CR") :]
    return not lost
