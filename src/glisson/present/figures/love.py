"""What a balance plot shows: standardised differences of covariates before and after weighting, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glisson.methods.weighting import LABEL, Weights

#: Difference from which groups count as unlike; drawn as a line.
LIMIT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoveRow:
    """One covariate.

    Parameters
    ----------
    label
        Its printed name.
    before, after
        Largest absolute standardised difference of two groups; ``None`` where groups share no value.
    text
        Both in words.
    """

    label: str
    before: float | None
    after: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoveFigure:
    """Rows, largest difference before weighting first, and the axis.

    Parameters
    ----------
    rows
        One a covariate.
    end
        End of the axis, which begins at 0.
    ticks
        On the axis.
    limit
        Where the line of small differences stands.
    foot
        Effective sample sizes and the kind of weights, in words.
    """

    rows: tuple[LoveRow, ...]
    end: float
    ticks: tuple[float, ...]
    limit: float
    foot: str


def love(weights: Weights, labels: Mapping[str, str] | None = None) -> LoveFigure:
    """Return how alike groups are before and after weighting.

    Parameters
    ----------
    weights
        From ``propensity_weights``.
    labels
        Printed names of covariates and of groups, where they differ from their codes.

    Returns
    -------
    LoveFigure
        Named after Thomas Love, who drew it first.

    Examples
    --------
    >>> from glisson.methods.weighting import propensity_weights
    >>> from glisson.tables import Endpoint
    >>> keys = {"arm": list("aaabbb"), "sex": list("ffmfmm")}
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6], [1] * 6, keys=keys, name="os")
    >>> love(propensity_weights(os, "arm", "sex"), {"sex": "Sex"}).rows[0].text
    '0.71 to 0.00'
    """
    names = labels or {}
    rows = []
    for one in weights.balance:
        name = names.get(one.term, one.term)
        label = f"{name}: {names.get(one.level, one.level)}" if one.level and _levels(weights, one.term) > 1 else name
        rows.append(LoveRow(label=label, before=one.before, after=one.after,
                            text=f"{_text(one.before)} to {_text(one.after)}"))  # fmt: skip
    rows.sort(key=lambda r: -1e9 if r.before is None else -r.before)
    largest = max((v for r in rows for v in (r.before, r.after) if v is not None), default=0.0)
    end = max(0.5, 1.08 * largest)
    step = next(s for s in (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1e9) if end / s <= 6)
    ticks = tuple(round(i * step, 2) for i in range(int(end / step) + 1))
    return LoveFigure(rows=tuple(rows), end=end, ticks=ticks, limit=LIMIT, foot=_foot(weights, names))


def _levels(weights: Weights, term: str) -> int:
    return sum(b.term == term for b in weights.balance)


def _text(value: float | None) -> str:
    return "no overlap" if value is None else f"{value:.2f}"


def _foot(weights: Weights, names: Mapping[str, str]) -> str:
    sizes = [
        f"{names.get(level, level)} {value:.1f} of {int((weights.group.codes == i).sum())}"
        for i, (level, value) in enumerate(zip(weights.group.levels, weights.effective, strict=True))
    ]
    return f"Effective sample size: {', '.join(sizes)} ({LABEL[weights.kind]})"
