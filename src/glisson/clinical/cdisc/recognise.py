"""Whether an input is a folder of CDISC datasets: domains written by glisson, or ADaM datasets of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from glisson.clinical.raw import RawSheet

#: ADaM datasets that say something beside ADSL.
ANALYSIS = ("adtte", "adae", "adrs", "adtr", "adlb")
_OURS = {"dm": {"USUBJID", "SUBJID"}, "pr": {"USUBJID", "PRSPID"}}


def by_name(sheets: Sequence[RawSheet]) -> dict[str, RawSheet]:
    """Return the sheets by their name in small letters."""
    return {s.name.strip().casefold(): s for s in sheets}


def heads(sheet: RawSheet) -> list[str]:
    """Return the variables of a dataset."""
    return [h.strip().upper() for h in sheet.header]


def is_domains(sheets: Sequence[RawSheet]) -> bool:
    """Whether the input holds the domains that glisson writes."""
    return _holds(by_name(sheets), _OURS)


def is_adam(sheets: Sequence[RawSheet]) -> bool:
    """Whether the input holds ADSL and another ADaM dataset."""
    named = by_name(sheets)
    return _holds(named, {"adsl": {"USUBJID"}}) and any(_holds(named, {a: {"USUBJID"}}) for a in ANALYSIS)


def is_cdisc(sheets: Sequence[RawSheet]) -> bool:
    """Whether the input is a folder of CDISC datasets."""
    return is_domains(sheets) or is_adam(sheets)


def _holds(named: Mapping[str, RawSheet], wanted: Mapping[str, set[str]]) -> bool:
    return all(name in named and variables <= set(heads(named[name])) for name, variables in wanted.items())
