"""The arithmetic of each response in words."""

from __future__ import annotations

import polars as pl

from glisson.clinical.tumour.criteria import Criterion

_UNIT = {"mm": "mm", "mm2": "mm²"}


def number(value: pl.Expr) -> pl.Expr:
    """Write a number with one decimal at most.

    Examples
    --------
    >>> pl.DataFrame({"x": [66.0, 12.25, -0.04]}).select(number(pl.col("x"))).to_series().to_list()
    ['66', '12.3', '0']
    """
    return _rounded(value).cast(pl.String).str.strip_suffix(".0")


def signed(value: pl.Expr) -> pl.Expr:
    """Write a number with its sign."""
    return pl.when(_rounded(value) > 0).then(pl.format("+{}", number(value))).otherwise(number(value))


def _rounded(value: pl.Expr) -> pl.Expr:
    """Round, without a zero that has a sign."""
    shown = value.round(1, mode="half_away_from_zero")
    return pl.when(shown == 0).then(0.0).otherwise(shown)


def worded(grid: pl.DataFrame, criterion: Criterion) -> pl.DataFrame:
    """Add ``why``: how the response of each scan follows from its numbers.

    Parameters
    ----------
    grid
        The columns of ``Sums.grid`` with ``target``, ``nontarget``, ``new_lesion``, ``response``, ``baseline``,
        ``change_pct``, ``from_nadir`` and ``from_nadir_pct``.
    criterion
        By which the responses were derived.
    """
    grid = grid.with_columns(  # each number is written once, and used where it is needed
        *(number(pl.col(c)).alias(f"_{c}") for c in ("part", "baseline_sum", "nadir")),
        *(signed(pl.col(c)).alias(f"_{c}") for c in ("change_pct", "from_nadir", "from_nadir_pct")),
    )
    parts = pl.concat_str(
        [_targets(criterion), _nontargets(), pl.when("new_lesion").then(pl.lit("new lesion"))],
        separator="; ", ignore_nulls=True,
    )  # fmt: skip
    parts = pl.when(parts == "").then(pl.lit("no lesion here")).otherwise(parts)
    text = pl.format("{}: {}", parts, pl.col("response").fill_null("not told"))
    why = pl.when(pl.col("baseline")).then(_baseline(criterion)).otherwise(text)
    return grid.with_columns(why=why).select(pl.exclude("^_.*$"))


def _baseline(criterion: Criterion) -> pl.Expr:
    total = pl.format("baseline sum {} " + _UNIT[criterion.unit] + " of {} targets", pl.col("_baseline_sum"),
                      "targets")  # fmt: skip
    total = pl.when(pl.col("targets") == 1).then(total.str.strip_suffix("s")).otherwise(total)
    by_size = pl.when(pl.col("by_size") > 0).then(
        pl.format(" ({} by size: not viable or not measured as such)", "by_size")
    )
    total = pl.concat_str([total, by_size.fill_null("")])
    return pl.when(pl.col("targets") > 0).then(total).otherwise(pl.lit("baseline without a target"))


def _targets(criterion: Criterion) -> pl.Expr:
    """Word the sum, and what it is compared with."""
    unit = _UNIT[criterion.unit]
    whole = pl.format("sum {} " + unit, pl.col("_part"))
    missing = pl.col("targets") - pl.col("assessed")
    lacking = pl.format("{} of {} targets not assessed", missing, "targets")
    others = pl.format("{}, the others {} " + unit + " together", lacking, pl.col("_part"))
    part = pl.when(pl.col("assessed") > 0).then(others).otherwise(lacking)
    complete = missing == 0
    base = pl.format("{}% from baseline {} " + unit, pl.col("_change_pct"), pl.col("_baseline_sum"))
    over = pl.format("{}% and {} " + unit + " over nadir {} " + unit, pl.col("_from_nadir_pct"),
                     pl.col("_from_nadir"), pl.col("_nadir"))  # fmt: skip
    against = (
        pl.when(pl.col("target") == "CR").then(_nothing_left(criterion))
        .when((pl.col("target") == "PD") & (pl.col("nadir") == 0)).then(pl.lit(f"after nadir 0 {unit}"))
        .when(pl.col("target") == "PD").then(over)
        .when((pl.col("target") == "SD") & (pl.col("nadir") < pl.col("baseline_sum")))
        .then(pl.concat_str([base, over], separator=", "))
        .otherwise(pl.when(complete).then(base))
    )  # fmt: skip
    sentence = pl.concat_str(
        [pl.when(complete).then(whole).otherwise(part), against, *_density(criterion)], separator=", ",
        ignore_nulls=True,
    )  # fmt: skip
    return pl.when(pl.col("targets") > 0).then(sentence)


def _nothing_left(criterion: Criterion) -> pl.Expr:
    gone = "no viable tumour in any target" if criterion.measure in {"viable", "area"} else "every target gone"
    nodes = pl.when(pl.col("part") > 0).then(pl.lit(", nodes below 10 mm")).otherwise(pl.lit(""))
    return pl.concat_str([pl.lit(gone), nodes])


def _density(criterion: Criterion) -> list[pl.Expr]:
    """Word the attenuation where the criterion reads it."""
    if criterion.density == "none":
        return []
    change = pl.format("attenuation {}%", signed(100 * pl.col("hu_change")))
    told = pl.when(pl.col("hu_change").is_not_null()).then(change).otherwise(pl.lit("attenuation not recorded"))
    return [told, pl.when("nodule").then(pl.lit("new or growing nodule in a target"))]


def _nontargets() -> pl.Expr:
    told = pl.format("non-targets {}", "nontarget")
    return pl.when(pl.col("nontarget").is_not_null()).then(told)
