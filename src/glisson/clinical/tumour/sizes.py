"""What one row of the measurement sheet says of a lesion: its size by a criterion, gone or still there."""

from __future__ import annotations

import polars as pl

from glisson.clinical.tumour.criteria import NODE_MM, Measure

#: Diameter that a lesion too small to measure stands for, in mm.
TOO_SMALL_MM = 5.0
#: Statuses of a lesion that is there.
_THERE = ("measured", "too_small", "split", "merged")

_LONG, _SHORT, _STATUS, _NODE = pl.col("long_mm"), pl.col("short_mm"), pl.col("status"), pl.col("is_node")


def size(measure: Measure) -> pl.Expr:
    """Return the size of a lesion as a criterion sums it; missing where it was not assessed.

    A lesion that is absent has size 0; one too small to measure the value given, else 5 mm (25 mm2). ``absent`` beside
    a number above 0 contradicts itself and counts as not assessed, until the sheet is corrected.

    Parameters
    ----------
    measure
        ``"size"``: longest diameter, of a lymph node its short axis; ``"viable"``: longest viable diameter;
        ``"area"``: viable area; ``"product"``: longest diameter times short axis.

    Examples
    --------
    >>> rows = pl.DataFrame({
    ...     "status": ["measured", "too_small", "absent", "measured"], "long_mm": [41.0, None, None, 22.0],
    ...     "short_mm": [None, None, None, 16.0], "is_node": [False, False, False, True],
    ... })
    >>> rows.select(size("size"))["size"].to_list()
    [41.0, 5.0, 0.0, 16.0]
    """
    value = _value(measure)
    least = TOO_SMALL_MM if measure in {"size", "viable"} else TOO_SMALL_MM**2
    # A lesion too small to measure may still be measured as free of viable tumour; a size of 0 is a blank there.
    small = value if measure in {"viable", "area"} else pl.when(value > 0).then(value)
    return (
        pl.when(_STATUS == "not_evaluable")
        .then(None)
        .when((_STATUS == "absent") & ((_LONG > 0) | (value > 0)).fill_null(value=False))
        .then(None)
        .when(_STATUS == "absent")
        .then(0.0)
        .when(_STATUS == "too_small")
        .then(small.fill_null(least))
        .otherwise(value)
        .alias("size")
    )


def _value(measure: Measure) -> pl.Expr:
    if measure == "viable":
        return pl.col("viable_long_mm")
    if measure == "area":
        return pl.col("viable_area_mm2")
    if measure == "product":
        return _LONG * _SHORT
    return pl.when(_NODE).then(_SHORT).otherwise(_LONG)


def there(measure: Measure) -> pl.Expr:
    """Whether a lesion is to be seen: true, false, or missing where the scan does not tell.

    By criteria of viable tumour a lesion without any is gone; a lymph node below 10 mm is normal.

    Examples
    --------
    >>> rows = pl.DataFrame({
    ...     "status": ["measured", "absent", "not_evaluable", "measured"], "long_mm": [12.0, 0.0, None, 14.0],
    ...     "short_mm": [None, None, None, 9.0], "is_node": [False, False, False, True],
    ... })
    >>> rows.select(there("size"))["there"].to_list()
    [True, False, None, False]
    """
    sized = size("size")
    seen: pl.Expr = (
        pl.when(_STATUS == "not_evaluable")
        .then(None)
        .when(sized.is_not_null())
        .then(pl.when(_NODE).then(sized >= NODE_MM).otherwise(sized > 0))
        .when(_STATUS.is_in(_THERE))
        .then(pl.lit(value=True))
    )
    if measure in {"viable", "area"}:
        seen = pl.when(_value(measure) == 0).then(pl.lit(value=False)).otherwise(seen)
    return seen.alias("there")
