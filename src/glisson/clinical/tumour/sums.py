"""What each scan adds up to, anywhere, in the liver and outside it: targets, non-targets, new lesions."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from glisson.clinical.tumour.criteria import NODE_MM, Criterion
from glisson.clinical.tumour.visits import Visits

#: Parts of the body that are judged apart, and everything together.
SITES = ("any", "liver", "outside")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Scans by site.

    Parameters
    ----------
    grid
        One row a visit and site: ``declared`` (lesions recorded as targets at baseline), ``unmeasured`` (whether one of
        them lacks what the criterion sums), ``targets`` (those that have it), ``assessed``, ``sum`` (complete scans
        only), ``part``, ``gone``, ``baseline_sum``, ``nadir``, ``hu_change``, ``nodule``, ``nontargets``,
        ``remaining``, ``vanished``, ``listed_new``, ``readable``, ``covered`` (every target has a row), ``by_size``.
    unclear
        (patient, reason) where the records do not say what the lesions at baseline are.
    unplaced
        Patients with a lesion whose organ is not recorded: they are judged as a whole only.
    """

    grid: pl.DataFrame
    unclear: tuple[tuple[str, str], ...]
    unplaced: tuple[str, ...]


def sums(seen: Visits, criterion: Criterion) -> Sums:
    """Add up each scan by site.

    Targets are the lesions recorded as such at the baseline that can be measured there by the criterion; other lesions
    of the baseline are non-targets. What was not there at the baseline is new.
    """
    rows = _classified(seen, criterion)
    untold = rows.filter(pl.col("kind") == "untold")["patient_id"].unique().sort().to_list()
    unplaced = rows.filter(pl.col("inside").is_null())["patient_id"].unique().sort().to_list()
    lists = pl.concat([_expected(rows), _expected(rows, "inside")])
    found = pl.concat([_counted(rows), _counted(rows, "inside")])
    new = _unlisted_new(seen, rows)
    grid = _grid(seen.scans).join(lists, on=["course", "site"], how="left", maintain_order="left")
    grid = grid.join(found, on=["visit", "site"], how="left", maintain_order="left")
    grid = grid.join(new, on=["visit", "site"], how="left", maintain_order="left")
    return Sums(
        grid=_followed(_filled(grid)),
        unclear=tuple((p, "a lesion of the baseline scan has no role (target or non_target)") for p in untold),
        unplaced=tuple(unplaced),
    )


def _classified(seen: Visits, criterion: Criterion) -> pl.DataFrame:
    """Give each row its kind: target, nontarget, new, untold (no role at baseline) or ignored."""
    rows, viable = seen.rows, criterion.measure in {"viable", "area"}
    at_base = rows.filter(pl.col("visit") == pl.col("base_visit"))
    fallback = ~(pl.col("size") > 0).fill_null(value=False) if viable else pl.lit(value=False)
    usable = pl.col("plain") if criterion.measure == "viable" else pl.col("size")
    measurable = (pl.when(fallback).then(usable).otherwise(pl.col("size")) > 0).fill_null(value=False)
    target = pl.col("role") == "target"
    kind = (
        pl.when(~pl.col("seen")).then(pl.lit("absent"))
        .when(pl.col("role").is_null()).then(pl.lit("untold"))
        .when(target & measurable).then(pl.lit("target"))
        .when(target & pl.lit(criterion.measure != "area")).then(pl.lit("unmeasured"))
        .otherwise(pl.lit("nontarget"))
    )  # fmt: skip
    dense = pl.when(pl.col("status") != "too_small").then(pl.col("hu_mean"))
    base = at_base.select("course", "lesion_id", kind=kind, fallback=fallback, hu_base=dense)
    rows = rows.join(base, on=["course", "lesion_id"], how="left", maintain_order="left")
    fallback = pl.col("fallback").fill_null(value=False)
    known = pl.col("first_seen_date") <= pl.col("base_date")
    later = (
        pl.when(known.fill_null(value=False) & (pl.col("kind").is_null()))
        .then(pl.when(pl.col("role") == "non_target").then(pl.lit("nontarget")).otherwise(pl.lit("ignored")))
        .otherwise(pl.lit("new"))
    )
    return rows.with_columns(
        size=pl.when(fallback).then(usable).otherwise(pl.col("size")),
        there=pl.when(fallback).then(pl.col("seen")).otherwise(pl.col("there")),
        kind=pl.when(pl.col("kind").is_null() | (pl.col("kind") == "absent")).then(later).otherwise(pl.col("kind")),
        fallback=fallback,
    )


def _expected(rows: pl.DataFrame, by: str = "") -> pl.DataFrame:
    """Count the lesions of each course and site that every scan should show, and add up the baseline."""
    rows, keys = _at_sites(rows, by)
    target = pl.col("kind") == "target"
    base = target & (pl.col("visit") == pl.col("base_visit"))
    dense = base & pl.col("hu_base").is_not_null()
    return rows.group_by("course", *keys).agg(
        targets=base.sum(),
        baseline_sum=pl.col("size").filter(base).sum(),
        declared=((pl.col("role") == "target") & (pl.col("visit") == pl.col("base_visit"))
                  & pl.col("kind").is_in(["target", "unmeasured", "nontarget"])).sum(),
        unmeasured=(pl.col("kind") == "unmeasured").any(),
        nontargets=pl.col("lesion_id").filter(pl.col("kind") == "nontarget").n_unique(),
        by_size=(base & pl.col("fallback")).sum(),
        hu_base=pl.col("hu_base").filter(dense).mean(),
    ).pipe(_named, by)  # fmt: skip


def _counted(rows: pl.DataFrame, by: str = "") -> pl.DataFrame:
    """Count what each visit shows by site."""
    rows, keys = _at_sites(rows, by)
    target, other, new = (pl.col("kind") == k for k in ("target", "nontarget", "new"))
    size, there = pl.col("size"), pl.col("there")
    node = pl.col("is_node") & (size < NODE_MM)
    present = target & (size > 0)
    dense = present & pl.col("hu_base").is_not_null()
    told = pl.when(pl.col("status") != "too_small").then(pl.col("hu_mean"))
    return rows.group_by("visit", *keys).agg(
        rows=target.sum(),
        assessed=(target & size.is_not_null()).sum(),
        part=size.filter(target).sum(),
        gone=((size == 0) | node).filter(target).fill_null(value=False).all(),
        hu=pl.when((dense & told.is_null()).any()).then(None).otherwise(told.filter(dense).mean()),
        nodule=(target & pl.col("new_nodule").fill_null(value=False)).any(),
        remaining=(other & there.fill_null(value=False)).sum(),
        vanished=(other & ~there.fill_null(value=True)).sum(),
        listed_new=(new & there.fill_null(value=False)).any(),
        evaluable=(there.is_not_null() | size.is_not_null()).any(),
    ).pipe(_named, by)  # fmt: skip


def _at_sites(rows: pl.DataFrame, by: str) -> tuple[pl.DataFrame, list[str]]:
    return (rows.filter(pl.col(by).is_not_null()), [by]) if by else (rows, [])


def _named(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Name the site of each row."""
    if not by:
        return frame.with_columns(site=pl.lit("any"))
    return frame.with_columns(site=pl.when(by).then(pl.lit("liver")).otherwise(pl.lit("outside"))).drop(by)


def _unlisted_new(seen: Visits, rows: pl.DataFrame) -> pl.DataFrame:
    """Return visits from the day on which a new lesion was first seen, where they have no row for it."""
    late = seen.lesions.drop_nulls("first_seen_date").filter(pl.col("whole") == pl.col("lesion_id"))
    visits = seen.scans.select("visit", "course", "patient_id", "date", "base_date").unique()
    pairs = late.select("lesion_id", "inside", "first_seen_date", patient_id="owner")
    first = visits.group_by("patient_id").agg(pl.col("base_date").min())
    pairs = pairs.join(first, on="patient_id", how="inner").filter(pl.col("first_seen_date") > pl.col("base_date"))
    pairs = pairs.drop("base_date").join(visits, on="patient_id", how="inner")
    pairs = pairs.filter((pl.col("first_seen_date") > pl.col("base_date"))
                         & (pl.col("first_seen_date") <= pl.col("date")))  # fmt: skip
    pairs = pairs.join(rows.select("visit", "lesion_id"), on=["visit", "lesion_id"], how="anti")
    old = rows.filter(pl.col("kind").is_in(["new", "ignored"]).not_()).select("course", "lesion_id").unique()
    pairs = pairs.join(old, on=["course", "lesion_id"], how="anti")
    inside = pl.when("inside").then(pl.lit("liver")).otherwise(pl.lit("outside"))
    placed = pairs.drop_nulls("inside").select("visit", site=inside)
    both = pl.concat([placed, pairs.select("visit", site=pl.lit("any"))])
    return both.unique().with_columns(unlisted_new=pl.lit(value=True))


def _grid(scans: pl.DataFrame) -> pl.DataFrame:
    """Return every visit once a site, in order."""
    visits = scans.select("visit", "course", "patient_id", "date", "t0", "baseline").unique().sort("visit")
    return visits.join(pl.DataFrame({"site": SITES}), how="cross", maintain_order="left")


def _filled(grid: pl.DataFrame) -> pl.DataFrame:
    counts = ("targets", "nontargets", "by_size", "declared", "rows", "assessed", "remaining", "vanished")
    flags = ("unmeasured", "gone", "nodule", "listed_new", "unlisted_new", "evaluable")
    grid = grid.with_columns(
        *(pl.col(c).fill_null(0).cast(pl.Int64) for c in counts),
        *(pl.col(c).fill_null(value=False) for c in flags),
        pl.col("part").fill_null(0.0),
    )
    whole = grid.filter(pl.col("site") == "any").select("visit", readable="evaluable")
    return grid.join(whole, on="visit", how="left", maintain_order="left").with_columns(
        listed_new=pl.col("listed_new") | pl.col("unlisted_new"),
        covered=pl.col("rows") == pl.col("targets"),
    )


def _followed(grid: pl.DataFrame) -> pl.DataFrame:
    """Add the complete sums, the nadir of the earlier ones and the change of attenuation."""
    complete = (pl.col("targets") > 0) & (pl.col("assessed") == pl.col("targets"))
    grid = grid.with_columns(
        sum=pl.when(complete).then(pl.col("part")),
        baseline_sum=pl.when(pl.col("targets") > 0).then(pl.col("baseline_sum")),
        hu_change=pl.when(pl.col("hu_base") > 0).then(pl.col("hu") / pl.col("hu_base") - 1),
    )
    lowest = pl.col("sum").cum_min().forward_fill().shift(1)
    return grid.sort("site", "visit").with_columns(nadir=lowest.over("course", "site"))
