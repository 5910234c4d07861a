"""ADTR: target lesions and their sums, one row a scan."""

from __future__ import annotations

import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, flag, study_day, variables
from glisson.adam.source import CORE, SOURCE, Source
from glisson.clinical.responses import criterion_code
from glisson.clinical.settled import settled
from glisson.clinical.tumour.criteria import CRITERION
from glisson.clinical.tumour.derived import derived
from glisson.clinical.tumour.visits import visits

_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("PARAMCD", "Parameter code", "char", "LDIAMn, nth target of the subject; SDIAM, SDIAMLIV, SDIAMEXH: sums"),
    ("PARAM", "Parameter", "char", "with the unit of AVAL"),
    ("PARCAT1", "Parameter category", "char", "criterion"),
    ("TRGRPID", "Lesion group", "char", "TARGET"),
    ("TRLNKID", "Lesion", "char", "lesion.lesion_id; blank for sums"),
    ("TULOC", "Location of the lesion", "char", "lesion.organ"),
    ("EVAL", "Reader", "char", "assessment.reader"),
    ("ADT", "Analysis date", "date", "assessment.date"),
    ("ADY", "Analysis relative day", "integer", "ADT against TRTSDT, day 1 is TRTSDT"),
    ("AVISIT", "Analysis visit", "char", "Baseline, Scan 1, Scan 2, ... of the reader"),
    ("AVISITN", "Analysis visit (N)", "integer", "0 baseline, 1, 2, ..."),
    ("AVAL", "Analysis value", "number", "size as the criterion sums it; 0: gone; blank: not assessed"),
    ("BASE", "Baseline value", "number", "AVAL where ABLFL is Y"),
    ("CHG", "Change from baseline", "number", "AVAL - BASE"),
    ("PCHG", "Percent change from baseline", "number", "100 * CHG / BASE"),
    ("NADIR", "Smallest earlier value", "number", "the baseline's among them"),
    ("CHGNAD", "Change from NADIR", "number", "AVAL - NADIR"),
    ("PCHGNAD", "Percent change from NADIR", "number", "100 * CHGNAD / NADIR"),
    ("ABLFL", "Baseline record flag", "char", "Y: last scan before treatment"),
    ("ANL01FL", "Analysis flag", "char", "Y: sums, one row a scan day and reader"),
    ("CRIT1", "Criterion 1", "char", "decrease of the sum that makes a partial response"),
    ("CRIT1FL", "Criterion 1 met", "char", "Y or N, sums after baseline"),
    ("CRIT2", "Criterion 2", "char", "increase of the sum over nadir that makes progression"),
    ("CRIT2FL", "Criterion 2 met", "char", "Y or N, sums after baseline"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE, *SOURCE))
_SUMS = {"any": ("SDIAM", "Sum of all target lesions"), "liver": ("SDIAMLIV", "Sum of target lesions in the liver"),
         "outside": ("SDIAMEXH", "Sum of target lesions outside it")}  # fmt: skip
_SIZES = {"size": "diameter (mm)", "viable": "viable diameter (mm)", "area": "viable area (mm2)",
          "product": "product of diameters (mm2)"}  # fmt: skip


def adtr(source: Source) -> Dataset | None:
    """Return ADTR by the study's criterion; ``None`` where it says no size.

    Parameters
    ----------
    source
        What the datasets are made from; the cohort has measurements, assessments and dated sessions.
    """
    code = criterion_code(source.cohort)
    if code not in CRITERION:
        return None
    frame = pl.concat([_sizes(source, code), _sums(source, code)], how="diagonal")
    if frame.is_empty():
        return None
    frame = source.with_subject(frame)
    visit = pl.format("Scan {}", "AVISITN")
    frame = frame.with_columns(
        PARCAT1=pl.lit(CRITERION[code].label),
        TRGRPID=pl.lit("TARGET"),
        ADY=study_day(pl.col("ADT"), pl.col("TRTSDT")),
        AVISIT=pl.when(pl.col("AVISITN") == 0).then(pl.lit("Baseline")).otherwise(visit),
        ABLFL=flag(pl.col("AVISITN") == 0),
    )
    place = {p: i for i, p in enumerate(source.subjects["patient_id"].to_list())}
    frame = frame.with_columns(order=pl.col("patient_id").replace_strict(place, return_dtype=pl.Int64))
    frame = frame.sort("order", "sums", "number", "EVAL", "AVISITN", maintain_order=True)
    return dataset("adtr", "Target lesions and their sums, one row a scan", VARIABLES, frame)


def _sizes(source: Source, code: str) -> pl.DataFrame:
    """Return the size of each target lesion on each scan."""
    records = settled(source.cohort)
    rule = CRITERION[code]
    seen = visits(records.tables, records.bounds, code, rule.measure)
    base = seen.rows.filter((pl.col("visit") == pl.col("base_visit")) & (pl.col("role") == "target"))
    base = base.filter((pl.col("size") > 0).fill_null(value=False)).sort("course", "lesion_id")
    lesions = base.select("patient_id", "lesion_id").unique(maintain_order=True).sort("patient_id", "lesion_id")
    lesions = lesions.with_columns(number=pl.int_range(1, pl.len() + 1).over("patient_id"))
    scans = seen.scans.select("visit", reader="by", baseline="baseline").unique("visit").sort("visit")
    rows = seen.rows.join(base.select("course", "lesion_id", BASE="size"), on=["course", "lesion_id"], how="inner")
    rows = rows.join(lesions, on=["patient_id", "lesion_id"], how="inner").join(scans, on="visit", how="inner")
    rows = _numbered(rows.sort("visit", "number"), seen.scans)
    lowest = pl.col("size").cum_min().forward_fill().shift(1).over("course", "lesion_id", order_by="visit")
    rows = rows.with_columns(NADIR=lowest)
    organ = source.cohort.table("lesion") if "lesion" in source.cohort.tables else None
    if organ is not None and "organ" in organ.columns:
        named = organ.select("lesion_id", TULOC="organ").unique("lesion_id", keep="first")
        rows = rows.join(named, on="lesion_id", how="left", maintain_order="left")
    rows = rows.join(_measured(source), on=["patient_id", "lesion_id", "date"], how="left", maintain_order="left")
    value, base_value, nadir = pl.col("size"), pl.col("BASE"), pl.col("NADIR")
    return rows.with_columns(
        PARAMCD=pl.format("LDIAM{}", "number"),
        PARAM=pl.format(f"Target lesion {{}}, {_SIZES[rule.measure]}", "number"),
        TRLNKID=source.link("lesion_id", rows["lesion_id"]),
        EVAL=pl.when(pl.col("reader") != "").then(pl.col("reader")),
        ADT="date",
        AVAL=value,
        CHG=value - base_value,
        PCHG=100 * (value - base_value) / base_value,
        CHGNAD=value - nadir,
        PCHGNAD=pl.when(nadir > 0).then(100 * (value - nadir) / nadir),
        sums=pl.lit(value=False),
        SRCDOM=pl.when(pl.col("SRCSEQ").is_not_null()).then(pl.lit("TR")),
        SRCVAR=pl.when(pl.col("SRCSEQ").is_not_null()).then(_variable(rule.measure)),
    )


def _variable(measure: str) -> pl.Expr:
    """Return the variable of TR that holds the size."""
    if measure in {"viable", "area"}:
        return pl.lit("VLDIAM" if measure == "viable" else "VAREA")
    return pl.when(pl.col("is_node")).then(pl.lit("SAXIS")).otherwise(pl.lit("LDIAM"))


def _measured(source: Source) -> pl.DataFrame:
    """Return the record of each measurement: the first of a lesion and day."""
    records = settled(source.cohort)
    scans = records.tables["assessment"].select("assessment_id", "patient_id", "date")
    rows = records.tables["measurement"].join(scans, on="assessment_id", how="inner", maintain_order="left")
    rows = rows.unique(["patient_id", "lesion_id", "date"], keep="first", maintain_order=True)
    return rows.select(
        "patient_id", "lesion_id", "date", SRCSEQ=source.sequence("measurement", rows["source_row"])
    )  # fmt: skip


def _numbered(rows: pl.DataFrame, scans: pl.DataFrame) -> pl.DataFrame:
    """Number the scans of each course from the baseline, 0."""
    order = scans.select("course", "visit").unique().sort("course", "visit")
    order = order.with_columns(AVISITN=pl.int_range(pl.len(), dtype=pl.Int64).over("course"))
    return rows.join(order.select("visit", "AVISITN"), on="visit", how="inner", maintain_order="left")


def _sums(source: Source, code: str) -> pl.DataFrame:
    """Return the sums of each scan with their changes, as response is derived from them."""
    found, rule = derived(source.cohort, code).scans, CRITERION[code]
    rows = found.filter(pl.col("targets") > 0).unique(["patient_id", "reader", "date", "site"], keep="first",
                                                      maintain_order=True)  # fmt: skip
    rows = rows.with_columns(
        AVISITN=pl.col("date").rank("dense").over("patient_id", "reader", "site").cast(pl.Int64) - 1
    )
    site = pl.col("site")
    unit = "mm2" if rule.measure in {"area", "product"} else "mm"
    after = ~pl.col("baseline") & pl.col("sum").is_not_null()
    rows = rows.with_columns(
        PARAMCD=site.replace_strict({s: c for s, (c, _) in _SUMS.items()}),
        PARAM=site.replace_strict({s: f"{text} ({unit})" for s, (_, text) in _SUMS.items()}),
        EVAL=pl.when(pl.col("reader") != "").then(pl.col("reader")),
        ADT="date", AVAL="sum", BASE="baseline_sum", CHG="change_mm", PCHG="change_pct", NADIR="nadir",
        CHGNAD="from_nadir", PCHGNAD="from_nadir_pct", sums=pl.lit(value=True),
        number=site.replace_strict({s: i for i, s in enumerate(_SUMS)}, return_dtype=pl.Int64),
        ANL01FL=pl.lit("Y"),
        SRCDOM=pl.lit("RS"), SRCVAR=pl.lit("RSDTC"), SRCSEQ=source.sequence("assessment", rows["source_row"]),
    )  # fmt: skip
    return rows.with_columns(
        CRIT1=pl.lit(_decrease(rule.code)), CRIT2=pl.lit(_increase(rule.code)),
        CRIT1FL=pl.when(after).then(_met(pl.col("target").is_in(["PR", "CR"]))),
        CRIT2FL=pl.when(after).then(_met(pl.col("target") == "PD")),
    )  # fmt: skip


def _met(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition.fill_null(value=False)).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _decrease(code: str) -> str:
    """Say what makes a partial response of the targets."""
    return f"Targets in complete or partial response ({CRITERION[code].label})"


def _increase(code: str) -> str:
    """Say what makes progression of the targets."""
    return f"Targets in progression ({CRITERION[code].label})"
