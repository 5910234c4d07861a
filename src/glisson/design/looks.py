"""Looks at accumulating data: which boundaries, on the scale of information, whatever the endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glisson.design.asked import check_errors, check_positive
from glisson.design.citations import HWANG, JENNISON, KIM, LAN, OBRIEN, PAMPALLONA, POCOCK, WANG
from glisson.errors import SettingsError
from glisson.kernels.group_sequential import (
    bounds_with_futility,
    drift_for,
    exits,
    fixed_drift,
    shaped_bounds,
    spent_bounds,
)
from glisson.kernels.spending import hwang_shih_decani, obrien_fleming_type, pocock_type, power_family

Floats = NDArray[np.float64]

#: Boundaries given as constants, and functions that spend an error.
Shape = Literal["obrien-fleming", "pocock", "wang-tsiatis"]
Spending = Literal["obrien-fleming-type", "pocock-type", "power", "hwang-shih-decani"]

_TITLE = {
    "obrien-fleming": "O'Brien and Fleming's boundaries",
    "pocock": "Pocock's boundaries",
    "wang-tsiatis": "boundaries of Wang and Tsiatis' family, Δ = {shape:g}",
    "obrien-fleming-type": "Lan and DeMets' spending function of O'Brien and Fleming's type",
    "pocock-type": "Lan and DeMets' spending function of Pocock's type",
    "power": "the spending function α t^{shape:g}",
    "hwang-shih-decani": "Hwang, Shih and DeCani's spending function, γ = {shape:g}",
}
_SOURCE = {
    "obrien-fleming": OBRIEN, "pocock": POCOCK, "wang-tsiatis": WANG, "obrien-fleming-type": LAN, "pocock-type": LAN,
    "power": KIM, "hwang-shih-decani": HWANG,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Boundaries of Z and how they behave.

    Parameters
    ----------
    time
        Fractions of the information at the looks, shape (K,).
    lower, upper
        Boundaries of Z, positive in favour of the new treatment, shape (K,); infinite where a look does not stop so.
    drift
        Mean of Z at the last look with which the power is reached.
    inflation
        Largest information over that of a trial with one look.
    alpha, power, sided
        Errors.
    binding
        Whether crossing the lower boundary must stop the trial.
    names
        The rules for efficacy and, where there is one, futility, in words.
    references
        Their sources.
    """

    time: Floats
    lower: Floats
    upper: Floats
    drift: float
    inflation: float
    alpha: float
    power: float
    sided: int
    binding: bool
    names: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def futility(self) -> bool:
        """Whether a look before the last may stop for futility."""
        return self.sided == 1 and bool(np.any(np.isfinite(self.lower[:-1])))

    def exits(self, drift: float) -> tuple[Floats, Floats]:
        """Return the probabilities of stopping below and above at each look."""
        return exits(self.time, self.lower, self.upper, drift)

    def stops(self, drift: float) -> Floats:
        """Return the probability of the trial ending at each look, shape (K,), summing to 1."""
        below, above = self.exits(drift)
        early = below + above
        return np.append(early[:-1], 1 - early[:-1].sum())


def looks(
    *,
    information: Sequence[float] = (0.5, 1.0),
    alpha: float = 0.025,
    power: float = 0.8,
    sided: int = 1,
    efficacy: Shape | Spending = "obrien-fleming-type",
    shape: float | None = None,
    futility: Spending | Sequence[float] | None = None,
    futility_shape: float | None = None,
    binding: bool = False,
) -> Looks:
    """Return the boundaries of a group sequential trial.

    Parameters
    ----------
    information
        Fractions of the information at the looks, increasing to 1.
    alpha, power, sided
        Errors. Two-sided boundaries are symmetric.
    efficacy
        Rule of the upper boundary.
    shape
        Its parameter: Δ of ``"wang-tsiatis"``, exponent of ``"power"``, γ of ``"hwang-shih-decani"``.
    futility
        How the error of the second kind is spent; or boundaries of Z at the looks before the last; or nothing.
    futility_shape
        The parameter of that function.
    binding
        Whether the lower boundary must be obeyed. If so, the upper boundary is lower, and alpha is exceeded where it is
        not obeyed. If not, alpha holds either way.

    Returns
    -------
    Looks
        Boundaries and drift.

    Raises
    ------
    SettingsError
        If there are no such boundaries.

    Examples
    --------
    >>> found = looks(information=(0.5, 1))
    >>> found.upper.round(4).tolist(), round(found.inflation, 4)
    ([2.9626, 1.9686], 1.0037)
    """
    check_errors(alpha, power, sided)
    time = _times(information)
    if sided == 2 and futility is not None:
        raise SettingsError("futility with a two-sided test", expected="a one-sided test", todo="halve alpha, sided=1")
    if binding and futility is None:
        raise SettingsError("a binding rule for futility, and no rule", expected="futility")
    error, count = alpha / sided, len(time)
    none, references = np.full(count, -np.inf), [_SOURCE[_known(efficacy)], JENNISON]
    names = [_TITLE[efficacy].format(shape=_shape(efficacy, shape))]
    if isinstance(futility, str):
        beta = _spend(futility, time, 1 - power, futility_shape)
        if efficacy in {"obrien-fleming", "pocock", "wang-tsiatis"}:
            raise SettingsError(
                f"futility by a spending function beside {efficacy}", expected="a function for alpha too"
            )
        lower, upper, drift = bounds_with_futility(time, _spend(efficacy, time, error, shape), beta, binding=binding)
        names.append(_TITLE[futility].format(shape=_shape(futility, futility_shape)))
        references += [PAMPALLONA, _SOURCE[futility]]
    else:
        fixed = none if futility is None else np.append(_given(futility, count, futility_shape), -np.inf)
        upper = _upper(efficacy, time, error, shape, fixed if binding else none, both=sided == 2)
        lower = -upper if sided == 2 else fixed
        if np.any(lower[:-1] >= upper[:-1]):
            raise SettingsError("a boundary for futility above that for efficacy", expected="below it at every look")
        drift = drift_for(time, lower, upper, power)
        lower = np.append(lower[:-1], upper[-1]) if futility is not None else lower
        names += [] if futility is None else ["limits of z given in advance"]
    return Looks(
        time=time, lower=lower, upper=upper, drift=drift, inflation=(drift / fixed_drift(error, power)) ** 2,
        alpha=alpha, power=power, sided=sided, binding=binding, names=tuple(names),
        references=tuple(dict.fromkeys(references)),
    )  # fmt: skip


def _times(information: Sequence[float]) -> Floats:
    time = np.asarray(information, dtype=np.float64)
    if time.ndim != 1 or not len(time) or time[0] <= 0 or np.any(np.diff(time) <= 0) or abs(time[-1] - 1) > 1e-9:
        raise SettingsError(f"looks at {tuple(information)} of the information", expected="fractions increasing to 1")
    return time


def _known(name: str) -> str:
    if name not in _SOURCE:
        raise SettingsError(f"the rule {name}", expected=f"one of {', '.join(_SOURCE)}")
    return name


def _shape(name: str, shape: float | None) -> float:
    """Return the parameter of a rule: needed by some, refused by the others."""
    wants = name in {"wang-tsiatis", "power", "hwang-shih-decani"}
    if wants and shape is None:
        raise SettingsError(f"{name} without a shape", expected="Δ, the exponent or γ")
    if not wants and shape is not None:
        raise SettingsError(f"a shape of {shape:g} for {name}, which has none", expected="no shape")
    if name == "power":
        check_positive(float(shape or 0.0), "an exponent")
    return 0.0 if shape is None else shape


def _spend(name: str, time: Floats, error: float, shape: float | None) -> Floats:
    value = _shape(_known(name), shape)
    if name == "obrien-fleming-type":
        return obrien_fleming_type(time, error)
    if name == "pocock-type":
        return pocock_type(time, error)
    if name == "power":
        return power_family(time, error, value)
    if name == "hwang-shih-decani":
        return hwang_shih_decani(time, error, value)
    raise SettingsError(f"{name} spends no error", expected="a spending function, e.g. obrien-fleming-type")


def _upper(name: str, time: Floats, error: float, shape: float | None, lower: Floats, *, both: bool) -> Floats:
    if name in {"obrien-fleming", "pocock", "wang-tsiatis"}:
        delta = {"obrien-fleming": 0.0, "pocock": 0.5}.get(name, _shape(name, shape))
        return shaped_bounds(time, error, delta - 0.5, lower=lower, both=both)
    return spent_bounds(time, _spend(name, time, error, shape), lower=lower, both=both)


def _given(futility: Sequence[float], count: int, shape: float | None) -> Floats:
    if shape is not None:
        raise SettingsError("a shape for limits of futility that are given", expected="no shape")
    if len(futility) != count - 1:
        raise SettingsError(f"{len(futility)} limits for futility", expected=f"{count - 1}, one a look before the last")
    return np.asarray(futility, dtype=np.float64)
