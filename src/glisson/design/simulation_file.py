"""A trial to be simulated, as a TOML file in months: arms, accrual, looks, and the truths it is tried under."""

from __future__ import annotations

import copy
import itertools
import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from glisson.design.simulation_keys import (
    ArmPart,
    ByPeriod,
    SelectionPart,
    StratumPart,
    SurvivalPart,
    TrialPart,
)
from glisson.errors import SettingsError
from glisson.simulation import (
    Arm,
    Look,
    Periods,
    Reestimation,
    Salvage,
    Scenario,
    Selection,
    Statistic,
    Stratum,
    Survival,
)

#: Days of a month.
MONTH = 30.4375
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a file asks for.

    Parameters
    ----------
    title
        Of the trial.
    scenarios
        Truths it is tried under.
    trials, seed
        Simulated trials of each, and the seed of the random numbers.
    """

    title: str
    scenarios: tuple[Scenario, ...]
    trials: int
    seed: int


def read_simulation(path: Path) -> Simulation:
    """Read a trial to be simulated.

    Parameters
    ----------
    path
        A TOML file: ``title``, ``trials``, ``seed``, the keys of a trial, and ``[scenarios.NAME]`` tables with what is
        different there. Without scenarios the trial itself is the only one.

    Raises
    ------
    SettingsError
        Listing everything that cannot be used, with the name of the key.
    """
    given = _read(path)
    title, trials, seed = (given.pop(k, d) for k, d in (("title", path.stem), ("trials", 100_000), ("seed", 20200101)))
    for value, what in ((trials, "trials"), (seed, "seed")):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise SettingsError(f"{path.name}: {what} {value!r}", expected="a whole number")
    truths = given.pop("scenarios", {}) or {"as planned": {}}
    if not isinstance(truths, dict) or not all(isinstance(t, dict) for t in truths.values()):
        raise SettingsError(f"{path.name}: scenarios", expected="tables such as [scenarios.null]")
    heard = {name: _Complaints() for name in truths}
    made = [_scenario(name, _merged(given, changes), path, heard[name]) for name, changes in truths.items()]
    _refuse({f"scenarios.{name}" if truths[name] else "": said for name, said in heard.items()}, path)
    return Simulation(title=str(title), scenarios=tuple(s for s in made if s), trials=trials, seed=seed)


@dataclass(frozen=True, slots=True)
class _Complaints:
    """What is wrong with one scenario, gathered so that all of it is said at once."""

    said: list[str] = field(default_factory=list)

    def tried(self, make: Callable[[], Made]) -> Made | None:
        """Return what is made, or nothing and keep the complaint."""
        try:
            return make()
        except SettingsError as error:
            self.said.append(f"{error.found} (expected {error.expected})" if error.expected else error.found)
            return None


def _refuse(heard: Mapping[str, _Complaints], path: Path) -> None:
    """Refuse a file with all complaints; what every scenario meets is said once."""
    places: dict[str, list[str]] = {}
    for place, complaints in heard.items():
        for complaint in complaints.said:
            places.setdefault(complaint, []).append(place)
    said: dict[str, list[str]] = {}
    for complaint, where in places.items():
        common = "" in where or 1 < len(where) == len(heard)
        said.setdefault("" if common else " and ".join(where), []).append(complaint)
    if said:
        found = "; ".join(f"{place}{': ' if place else ''}{'; '.join(c)}" for place, c in sorted(said.items()))
        raise SettingsError(f"{path.name}: {found}", todo="see docs/how-to/design-a-trial.md for the keys")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}", expected="a TOML file") from None


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with some keys changed, tables inside tables too."""
    out = copy.deepcopy(dict(base))
    for key, value in changes.items():
        inner = isinstance(value, dict) and isinstance(out.get(key), dict) and not _by_period(value)
        out[key] = _merged(out[key], value) if inner else value
    return out


def _by_period(table: Mapping[str, Any]) -> bool:
    return all(key.replace(".", "", 1).isdigit() for key in table)


def _scenario(name: str, given: dict[str, Any], path: Path, heard: _Complaints) -> Scenario | None:
    """Return a scenario, or nothing where there are complaints."""
    try:
        part = TrialPart.model_validate(given)
    except ValidationError as error:
        heard.said.extend(_complaint(e) for e in error.errors() if _of_its_kind(e))
        return None
    arms = heard.tried(lambda: _arms(part))
    accrual = heard.tried(lambda: _periods(part.accrual_per_month, 1 / MONTH, "accrual_per_month"))
    looks = heard.tried(lambda: _looks(part, path))
    statistic = heard.tried(lambda: _statistic(part))
    strata = heard.tried(lambda: _strata(part.strata))
    if arms is None or accrual is None or looks is None or statistic is None or strata is None:
        return None
    return heard.tried(
        lambda: Scenario(
            name=name, arms=arms, n=part.n, accrual=accrual, looks=looks, statistic=statistic, endpoint=part.endpoint,
            latest=None if part.latest_month is None else part.latest_month * MONTH, strata=strata,
            selection=None if part.selection is None else _selection(part.selection),
            reestimation=None if part.reestimation is None else Reestimation(**part.reestimation.model_dump()),
        )
    )  # fmt: skip


def _of_its_kind(error: Mapping[str, Any]) -> bool:
    """Return whether a complaint is about the kind of value given, where a key takes a table or a plain value."""
    last = str(error["loc"][-1])
    if last.startswith("dict[") or last == "StatisticPart":
        return isinstance(error["input"], dict)
    return not (last.startswith(("float", "literal[")) and isinstance(error["input"], dict))


def _complaint(error: Mapping[str, Any]) -> str:
    """Return one key and what is wrong with it."""
    said = {"extra_forbidden": "no such key", "missing": "missing"}.get(error["type"])
    if error["type"] == "tuple_type" and len(error["loc"]) == 1:
        said = f"should be tables, each under [[{error['loc'][0]}]]"
    message = said or error["msg"].replace("Input should be", "should be").removeprefix("Value error, ")
    kinds = ("literal[", "dict[", "StatisticPart")
    key = [p for p in error["loc"] if p != "float" and not str(p).startswith(kinds)]
    return f"{_key(key)}: {message.replace('tuple', 'list')}"


def _key(parts: Iterable[str | int]) -> str:
    """Return a key in print: ``("strata", 1, "share")`` is ``strata 2, share``."""
    said, before = "", ""
    for part in parts:
        said += f" {part + 1}" if isinstance(part, int) else f"{before}{part}"
        before = ", " if isinstance(part, int) else "."
    return said


def _arms(part: TrialPart) -> tuple[Arm, ...]:
    if not part.arms:
        raise SettingsError("a trial without arms", expected="one to six tables such as [arms.chemotherapy]")
    first = next(iter(part.arms.values()))
    return tuple(
        Arm(
            name=name,
            survival=_survival(arm, first, f"arms.{name}"),
            allocation=arm.allocation,
            dropout=_dropout(arm.dropout_a_year),
            progression=_progression(arm, first, f"arms.{name}.progression"),
            tau=arm.tau,
            scan_every=None if arm.scan_every_months is None else arm.scan_every_months * MONTH,
            salvage=None if arm.salvage is None else Salvage(**arm.salvage.model_dump()),
            response=arm.response,
        )
        for name, arm in part.arms.items()
    )


def _progression(arm: ArmPart, first: ArmPart, where: str) -> Survival | None:
    if arm.progression is None:
        return None
    return _survival(arm.progression, first.progression or arm.progression, where)


def _survival(part: SurvivalPart, first: SurvivalPart, where: str) -> Survival:
    given = part if part.median_months or part.hazard_per_month is not None else first
    if given.median_months and given.hazard_per_month is not None:
        raise SettingsError(f"{where}: median_months and hazard_per_month", expected="one of the two")
    if given.median_months is None and given.hazard_per_month is None:
        raise SettingsError(f"{where}: no survival", expected="median_months or hazard_per_month, at least of one arm")
    if given.hazard_per_month is not None:
        table = _periods(given.hazard_per_month, 1 / MONTH, f"{where}: hazard_per_month")
        base = Survival.piecewise(table.starts, table.values)
    elif given.shape != 1:
        base = Survival.weibull(shape=given.shape, median=float(given.median_months or 0) * MONTH)
    else:
        base = Survival.exponential(median=float(given.median_months or 0) * MONTH)
    cured = base.with_cured(given.cured) if given.cured else base
    return cured.times(_periods(part.hazard_ratio, 1.0, f"{where}: hazard_ratio"))


def _dropout(share: float) -> Survival | None:
    if not share:
        return None
    return Survival.exponential(hazard=-math.log1p(-share) / (12 * MONTH))


def _periods(table: ByPeriod, unit: float, what: str) -> Periods:
    """Return values by period; starts are months."""
    for value in table.values() if isinstance(table, dict) else [table]:
        if not 0 <= value < math.inf:
            raise SettingsError(f"{what} of {value:g}", expected="a number from 0 on")
    if not isinstance(table, dict):
        return Periods.constant(float(table) * unit)
    if not any(key.strip() in {"0", "0.0"} for key in table):
        raise SettingsError(f"{what} from months {', '.join(table)}", expected="the first from month 0")
    try:
        pairs = sorted((float(start) * MONTH, float(value) * unit) for start, value in table.items())
    except ValueError:
        found = f"{what} from months {', '.join(table)}"
        raise SettingsError(found, expected="months as keys, such as {0 = 1.0, 3 = 0.5}") from None
    return Periods(starts=tuple(s for s, _ in pairs), values=tuple(v for _, v in pairs))


def _statistic(part: TrialPart) -> Statistic:
    if isinstance(part.statistic, str):
        return Statistic(name=part.statistic)
    given = part.statistic
    against: Survival | float | None = given.against
    if given.against_months is not None:
        against = given.against_months * MONTH
    if given.against_curve is not None:
        against = _survival(given.against_curve, given.against_curve, "statistic.against_curve")
    at = None if given.at_months is None else given.at_months * MONTH
    return Statistic(name=given.name, at=at, against=against, variance=given.variance, stratified=given.stratified)


def _strata(parts: Iterable[StratumPart]) -> tuple[Stratum, ...]:
    return tuple(
        Stratum(
            name=part.name,
            share=part.share,
            hazard_ratio=_periods(part.hazard_ratio, 1.0, f"strata {i}: hazard_ratio")
            if isinstance(part.hazard_ratio, dict)
            else part.hazard_ratio,
        )
        for i, part in enumerate(parts, start=1)
    )


def _selection(part: SelectionPart) -> Selection:
    return Selection(
        among=part.among, patients=part.patients, wait=part.wait_months * MONTH, by=part.by,
        at=None if part.at_months is None else part.at_months * MONTH,
    )  # fmt: skip


def _looks(part: TrialPart, path: Path) -> tuple[Look, ...]:
    if bool(part.looks) == bool(part.looks_from):
        raise SettingsError(f"{'both' if part.looks else 'neither'} of looks and looks_from",
                            expected="one of them")  # fmt: skip
    if part.looks_from:
        return _looks_of_design(path.parent / part.looks_from)
    for i, look in enumerate(part.looks, start=1):
        given = [name for name in ("events", "month", "patients") if getattr(look, name) is not None]
        if len(given) != 1:
            raise SettingsError(f"look {i} goes by {' and '.join(given) or 'nothing'}",
                                expected="one of events, month and patients")  # fmt: skip
    for name in ("events", "month", "patients"):
        places = [getattr(look, name) for look in part.looks if getattr(look, name) is not None]
        if any(later <= earlier for earlier, later in itertools.pairwise(places)):
            raise SettingsError(f"looks at {', '.join(f'{p:g}' for p in places)} {name}",
                                expected="rising numbers")  # fmt: skip
    return tuple(
        Look(
            day=None if look.month is None else look.month * MONTH, events=look.events, patients=look.patients,
            wait=look.wait_months * MONTH, efficacy=look.efficacy, futility=look.futility,
        )
        for look in part.looks
    )  # fmt: skip


def _looks_of_design(path: Path) -> tuple[Look, ...]:
    """Return the looks of a design that ``glisson design`` wrote."""
    try:
        design = json.loads(path.read_text(encoding="utf-8"))["designs"][0]
        boundaries = design["boundaries"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        found = f"looks_from {path.name} cannot be read"
        raise SettingsError(found, expected="the results.json of glisson design") from None
    if any(b["scale"] != "z" or b["events"] is None for b in boundaries):
        raise SettingsError(f"{path.name} holds a {design['design']} design",
                            expected="one whose looks go by events and z, such as group-sequential")  # fmt: skip
    return tuple(Look(events=b["events"], efficacy=b["efficacy"], futility=b["futility"]) for b in boundaries)
