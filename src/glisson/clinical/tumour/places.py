"""Progression that was recorded without a measurement: where it was."""

from __future__ import annotations

import polars as pl

_EVALUABLE_LAST = ("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD", "PD")


def recorded_findings(scans: pl.DataFrame) -> pl.DataFrame:
    """Return what the assessments of each visit say of non-targets and new lesions.

    Returns
    -------
    DataFrame
        ``visit``, ``said_nontarget`` (the worst of them), ``said_new``, ``said_liver``, ``said_outside``.
    """
    rank = {r: i for i, r in enumerate(_EVALUABLE_LAST)}

    def worst(column: str) -> pl.Expr:
        codes = pl.col(column).replace_strict(rank, default=None, return_dtype=pl.Int64).max()
        return codes.replace_strict(dict(enumerate(_EVALUABLE_LAST)), default=None, return_dtype=pl.String)

    return scans.group_by("visit").agg(
        said_nontarget=worst("nontarget_resp"),
        said_new=pl.col("new_lesion").fill_null(value=False).any(),
        said_liver=worst("liver_resp"),
        said_outside=worst("extrahepatic_resp"),
    )


def placed(grid: pl.DataFrame) -> pl.DataFrame:
    """Add ``unequivocal``, ``new_lesion`` and ``ambiguous`` to the scans by site.

    A new lesion, or progression of non-targets, that is recorded as a flag belongs to the site whose recorded response
    is PD. Without recorded responses of the sites, progression of non-targets belongs to the only site that has any.
    Else nobody knows where it was, and the sites are ``ambiguous``.

    Parameters
    ----------
    grid
        Visits by site with what was recorded (``recorded_findings``), ``listed_new`` and ``nontargets``.
    """
    anywhere = pl.col("site") == "any"
    inside = pl.col("site") == "liver"
    here = pl.when(inside).then(pl.col("said_liver")).otherwise(pl.col("said_outside"))
    there = pl.when(inside).then(pl.col("said_outside")).otherwise(pl.col("said_liver"))
    says, excludes = (here == "PD").fill_null(value=False), (there == "PD").fill_null(value=False)
    # One recorded site without progression leaves the other.
    remains = here.is_null() & there.is_not_null() & ~excludes
    by_record = says | remains
    silent = here.is_null() & there.is_null()
    contradiction = here.is_not_null() & there.is_not_null() & ~says & ~excludes
    listed = pl.col("listed_new")
    own = pl.col("nontargets")
    grid = grid.join(_anywhere(grid), on="visit", how="left", maintain_order="left")
    flagged = pl.col("said_new") & ~pl.col("new_anywhere")
    progressed = (pl.col("said_nontarget") == "PD").fill_null(value=False)
    only_here = (own > 0) & (own == pl.col("every"))
    several = (pl.col("most") < pl.col("every")) | (pl.col("every") == 0)
    untold = silent | contradiction
    grid = grid.with_columns(
        new_lesion=listed | (flagged & (anywhere | by_record)),
        unequivocal=progressed & (anywhere | by_record | (silent & only_here)),
        ambiguous=~anywhere & ((flagged & untold) | (progressed & (contradiction | (silent & several)))),
    )
    without = (pl.col("nontargets") == 0) & pl.col("said_nontarget").is_not_null() & anywhere
    return grid.with_columns(unlisted=without).drop("new_anywhere", "every", "most")


def _anywhere(grid: pl.DataFrame) -> pl.DataFrame:
    """Return of each visit whether a new lesion is listed, how many non-targets there are, and the most at one site."""
    anywhere = pl.col("site") == "any"
    whole = grid.filter(anywhere).select("visit", new_anywhere="listed_new", every="nontargets")
    most = grid.filter(~anywhere).group_by("visit").agg(most=pl.col("nontargets").max())
    return whole.join(most, on="visit", how="left")
