"""How size, power and time of a design hang together: the numbers behind its figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glisson.design.plan import TrialDesign
from glisson.design.power import power_at, what_is_true
from glisson.errors import GlissonError

#: Effects at which a size is worked out, and truths at which a power is.
_SIZES, _TRUTHS = 9, 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points of one quantity against another.

    Parameters
    ----------
    x, y
        Points; only those that exist.
    x_label, y_label
        What they are, with the unit.
    percent_x, percent_y
        Whether they are proportions.
    planned
        The place of the horizontal axis the design was planned for.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str
    y_label: str
    percent_x: bool = False
    percent_y: bool = False
    planned: float | None = None


def power_curve(design: TrialDesign, planned: float | None = None) -> Curve | None:
    """Return the probability of success against the truth: a proportion of responders or a hazard ratio.

    Parameters
    ----------
    design
        Any design; without such a truth there is no curve.
    planned
        The truth it was planned for.
    """
    about = what_is_true(design)
    if not about:
        return None
    share = about == "proportion"
    truth = np.linspace(0.0, 1.0, _TRUTHS) if share else np.linspace(0.3, 1.1, _TRUTHS // 2)
    return Curve(
        x=tuple(truth.tolist()), y=tuple(power_at(design, truth).tolist()),
        x_label="True proportion of responders" if share else "True hazard ratio", y_label="Probability of success",
        percent_x=share, percent_y=True, planned=planned,
    )  # fmt: skip


def size_curve(
    make: Callable[[float], TrialDesign], effects: Sequence[float], label: str, *, planned: float, percent: bool = False
) -> Curve | None:
    """Return the patients a design needs against the effect it is planned for.

    Parameters
    ----------
    make
        From an effect to the design.
    effects
        Effects to try; those with no design are left out.
    label
        What the effect is.
    planned
        The effect of the design at hand.
    percent
        Whether the effect is a proportion.
    """
    points = []
    for effect in sorted({*effects, planned}):
        try:
            points.append((effect, float(make(effect).n)))
        except GlissonError:
            continue
    if len(points) < 2:
        return None
    return Curve(
        x=tuple(x for x, _ in points), y=tuple(y for _, y in points), x_label=label, y_label="Patients",
        percent_x=percent, planned=planned,
    )  # fmt: skip


def effects_around(planned: float, null: float, *, count: int = _SIZES) -> tuple[float, ...]:
    """Return effects around the planned one, from nearer the null to further from it, on a log scale where above 0.

    Examples
    --------
    >>> [round(e, 2) for e in effects_around(0.3, 0.1, count=3)]
    [0.22, 0.3, 0.42]
    """
    distance = math.log(planned / null)
    low, high = planned * math.exp(-0.3 * distance), planned * math.exp(0.3 * distance)
    return tuple(float(e) for e in np.geomspace(low, high, count))


def accrual_curve(n: int, patients_a_year: Sequence[float]) -> tuple[Curve, ...]:
    """Return patients entered against months, for several rates of accrual.

    Parameters
    ----------
    n
        Patients in all.
    patients_a_year
        Rates.

    Examples
    --------
    >>> accrual_curve(24, [12])[0].x
    (0.0, 24.0)
    """
    return tuple(
        Curve(x=(0.0, 12 * n / rate), y=(0.0, float(n)), x_label="Months since the first patient", y_label="Patients")
        for rate in patients_a_year
    )
