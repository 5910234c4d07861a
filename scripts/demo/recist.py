"""RECIST 1.1 from sums of diameters, as far as the synthetic cohort needs it, written apart from the package.

The recorded responses of the workbook come from here, so that the package, which derives responses by its own code,
is checked against something that is not itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one scan shows; the first is the baseline. Sums in mm, None where there is no target."""

    liver_target: int | None
    outside_target: int | None
    targets_gone: bool
    liver_nontarget: str
    outside_nontarget: str
    new_liver: bool
    new_outside: bool
    readable: bool = True


def assess(readings: Sequence[Reading]) -> tuple[dict[str, str | None], ...]:
    """Return the recorded responses of each scan; the baseline has none."""
    out: list[dict[str, str | None]] = [dict.fromkeys(("target_resp", "nontarget_resp", "overall_resp"))]
    read = [readings[0]]
    for reading in readings[1:]:
        if not reading.readable:
            out.append(dict.fromkeys(("target_resp", "overall_resp", "liver_resp", "extrahepatic_resp"), "NE"))
            continue
        read.append(reading)
        out.append(_responses(read))
    return tuple(out)


def course_of(days: Sequence[int], responses: Sequence[dict[str, str | None]], column: str) -> int | None:
    """Return the day of the first progression in a column."""
    return next((d for d, r in zip(days, responses, strict=True) if r.get(column) == "PD"), None)


def _responses(read: Sequence[Reading]) -> dict[str, str | None]:
    """Return the responses of the last of the readable scans."""
    now = read[-1]
    every = [(r.liver_target or 0) + (r.outside_target or 0) for r in read]
    target = _target(every, gone=now.targets_gone)
    nontargets = [r for r in (now.liver_nontarget, now.outside_nontarget) if r]
    nontarget = next((r for r in ("PD", "NON-CR/NON-PD", "CR") if r in nontargets), "")
    outside = [r.outside_target for r in read if r.outside_target is not None]
    liver = [r.liver_target for r in read if r.liver_target is not None]
    return {
        "target_resp": target,
        "nontarget_resp": nontarget or None,
        "new_lesion": "yes" if now.new_liver or now.new_outside else "no",
        "overall_resp": _combine(target, nontarget, new=now.new_liver or now.new_outside),
        "liver_resp": _combine(_target(liver, gone=liver[-1] == 0), now.liver_nontarget, new=now.new_liver),
        "extrahepatic_resp": _combine(
            _target(outside, gone=outside[-1] == 0) if outside else "", now.outside_nontarget, new=now.new_outside
        ),
    }  # fmt: skip


def _target(sums: Sequence[int], *, gone: bool) -> str:
    """Return the response of the targets: progression is looked at before response."""
    baseline, nadir, now = sums[0], min(sums[:-1]), sums[-1]
    if 5 * now >= 6 * nadir and now - nadir >= 5:  # whole numbers: exactly 20 % counts
        return "PD"
    if gone:
        return "CR"
    return "PR" if 10 * now <= 7 * baseline else "SD"


def _combine(target: str, nontarget: str, *, new: bool) -> str:
    """Combine targets, non-targets and new lesions by the table of RECIST 1.1."""
    if new or "PD" in {target, nontarget}:
        return "PD"
    if not target:  # no target there: the non-targets decide; without any there is nothing to progress
        return nontarget or "NON-PD"
    if target == "CR" and nontarget not in {"", "CR"}:
        return "PR"
    return target
