"""From a design's name and what was typed, with a cohort's assessment for the rest, to the design and its curves."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glisson.design.assurance import assurance
from glisson.design.cohort_facts import EVERYBODY, CohortFacts, Fact
from glisson.design.curves import Curve, accrual_curve, effects_around, power_curve, size_curve
from glisson.design.kinds import Kind, kind
from glisson.design.parameters import Parameter
from glisson.design.plan import Assumption, TrialDesign
from glisson.design.stated import DAYS, positive
from glisson.errors import SettingsError
from glisson.tables import Estimates

#: What of a cohort stands for each role, unless something else is asked for.
_USUAL = {"response": "response", "survival": "pfs", "median": "pfs", "hazard_ratio": "pfs"}
_NAMES = {"response": "response rate", "median": "median", "survival": "survival", "hazard_ratio": "hazard ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A cohort's assessment, and what of it is wanted.

    Parameters
    ----------
    facts
        What was counted.
    outcome
        Outcome to take, as ``"pfs"``; empty for the usual one of a design.
    method
        Treatment method to take; empty for all patients.
    """

    facts: CohortFacts
    outcome: str = ""
    method: str = EVERYBODY

    def fact(self, role: str) -> Fact:
        """Return what was counted for a role.

        Raises
        ------
        SettingsError
            If the outcome does not fit the role, or the assessment does not hold it.
        """
        found = self.facts.one(self.outcome or _USUAL[role], self.method)
        wanted = "proportion" if role == "response" else "hazard"
        if found.kind != wanted:
            raise SettingsError(
                f"{found.label} cannot be the {_NAMES[role]} of this design",
                expected="response or toxicity" if wanted == "proportion" else "os, pfs or liver_pfs",
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A design with what is drawn of it.

    Parameters
    ----------
    kind
        Which design.
    given
        Every parameter that was given, as numbers.
    design
        The design; with an assurance, where a cohort tells of responders.
    power, size
        Curves, where there are any.
    accrual
        Patients against months, one a rate.
    """

    kind: Kind
    given: Mapping[str, Any]
    design: TrialDesign
    power: Curve | None = None
    size: Curve | None = None
    accrual: tuple[tuple[str, Curve], ...] = ()


def plan(
    kind: Kind, given: Mapping[str, Any], *, told: Told | None = None, patients_a_year: tuple[float, ...] = ()
) -> Planned:
    """Plan a design.

    Parameters
    ----------
    kind
        Which.
    given
        Parameter to value; what is not given is taken from the cohort or by default.
    told
        A cohort's assessment.
    patients_a_year
        Rates of accrual to draw.

    Raises
    ------
    SettingsError
        Naming every parameter that is missing or unknown at once, or why there is no such design.

    Examples
    --------
    >>> from glisson.design.kinds import kind
    >>> plan(kind("two-stage"), {"p0": 0.1, "p1": 0.3}).design.n
    29
    """
    parameters = kind.parameters()
    full = dict(given)
    if told is not None:
        full |= {name: _from_cohort(role, told, given) for name, role in kind.told.items() if name not in given}
    _check(kind, full, parameters)
    design = kind.design(full)
    if told is not None and "response" in kind.told.values() and design.boundaries:
        design = _with_assurance(design, told)
    return Planned(
        kind=kind, given=full, design=design, power=power_curve(design, _value(full.get(kind.effect))),
        size=_size(kind, full), accrual=_accrual(design, patients_a_year),
    )  # fmt: skip


def _check(kind: Kind, full: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> None:
    """Refuse everything that is unknown, missing or not of its type, at once."""
    unknown = sorted(set(full) - set(parameters))
    missing = [name for name, p in parameters.items() if p.required and name not in full]
    found = [f"{kind.name} has no setting {', '.join(unknown)}"] if unknown else []
    found += [f"{kind.name} needs {', '.join(missing)}"] if missing else []
    for name in [name for name in full if name in parameters]:
        try:
            parameters[name].read(full[name])
        except SettingsError as error:
            found.append(f"{error.found}, expected {error.expected}")
    if not found:
        return
    expected = "settings among " + ", ".join(parameters) if unknown else ""
    todo = "give what is missing, or take what a cohort can tell from its assessment (--from results.json)"
    raise SettingsError("; ".join(found), expected=expected, todo=todo if missing else "")


def read_plan(path: Path) -> tuple[Kind, dict[str, Any]]:
    """Return the design a file asks for: ``design = "smart"``, then its settings; tables of assumptions are tables.

    Parameters
    ----------
    path
        A TOML file.

    Raises
    ------
    SettingsError
        If it cannot be read, or names no design.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}", expected="a TOML file") from None
    if not isinstance(given.get("design"), str):
        raise SettingsError(f"{path.name} names no design", expected='a line such as design = "two-stage"')
    chosen = kind(given.pop("design"))
    return chosen, {name: _periods(value) for name, value in _laid_open(chosen, given).items()}


def _laid_open(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with tables such as ``[cross_over]`` and ``[arms]`` under the names their fields have."""
    known, out = kind.parameters(), dict[str, Any]()
    for name, value in given.items():
        inside = {p.path[-1]: p.name for p in known.values() if p.path[:-1][-1:] == (name,)}
        if name not in known and inside and isinstance(value, dict):
            out |= {inside.get(key, f"{name}_{key}"): one for key, one in value.items()}
        else:
            out[name] = value
    return out


def _periods(value: Any) -> Any:
    """Return a table whose keys are all numbers with numbers as keys: values by period."""
    if not isinstance(value, dict):
        return value
    try:
        return {float(key): number for key, number in value.items()}
    except ValueError:
        return {key: _periods(inner) for key, inner in value.items()}


def _from_cohort(role: str, told: Told, given: Mapping[str, Any]) -> Assumption:
    fact = told.fact(role)
    origin = f"assessment: {fact.counted}"
    if role == "response":
        return Assumption(name=f"{fact.label.lower()} rate", value=fact.value, origin=origin)
    if role == "survival":
        at = _value(given.get("at_months") or given.get("at")) or 6.0
        return told.facts.survival_at(fact.outcome, at * DAYS["month"], fact.method)
    if not fact.events:
        raise SettingsError(f"{fact.label} of {fact.method_label or 'all methods'} has no event, hence no median",
                            todo="type the assumption")  # fmt: skip
    median = math.log(2) / fact.value / DAYS["month"]
    if role == "hazard_ratio":
        control = _value(given.get("control_median_months"))
        if control is None:
            raise SettingsError("a hazard ratio from the cohort without a control median",
                                todo="give control_median_months, or the hazard ratio")  # fmt: skip
        return Assumption(
            name="hazard ratio", value=control / median, origin=f"{origin}, over the control arm's hazard"
        )
    name = f"median {fact.label[0].lower()}{fact.label[1:]}"
    return Assumption(name=name, value=median, unit="months", origin=f"{origin}, constant hazard")


def _with_assurance(design: TrialDesign, told: Told) -> TrialDesign:
    if any(b.scale != "responders" for b in design.boundaries):
        return design
    row = assurance(design, told.fact("response"))
    return replace(design, characteristics=design.characteristics + Estimates((row,)))


def _value(number: Any) -> float | None:
    if isinstance(number, Assumption):
        return number.value
    return float(number) if isinstance(number, (int, float)) else None


def _size(kind: Kind, full: Mapping[str, Any]) -> Curve | None:
    planned = _value(full.get(kind.effect))
    null = 1.0 if kind.null == "_one" else _value(full.get(kind.null))
    if not kind.effect or not planned or not null or planned == null or full.get("max_n") is not None:
        return None
    around = effects_around(planned, null)
    inside = [e for e in around if not kind.percent or e < 1]
    return size_curve(
        lambda effect: kind.design(dict(full) | {kind.effect: effect}), inside, kind.label, planned=planned,
        percent=kind.percent,
    )  # fmt: skip


def _accrual(design: TrialDesign, rates: tuple[float, ...]) -> tuple[tuple[str, Curve], ...]:
    for rate in rates:
        positive(rate, "patients a year")
    return tuple(
        (f"{rate:g} patients a year", curve) for rate, curve in zip(rates, accrual_curve(design.n, rates), strict=True)
    )
