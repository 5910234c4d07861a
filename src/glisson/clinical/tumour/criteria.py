"""The response criteria as data, and the rules by which sums and statuses become responses.

Every rule is an expression on named columns, so that one patient and a hundred thousand are judged by the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

#: Comparisons allow for rounding in the last digits: 70 of 100 mm is a decrease of 30 %.
TOLERANCE = 1e-9

Measure = Literal["size", "viable", "area", "product"]
#: How attenuation takes part: not at all, as an alternative to shrinkage, or together with it.
Density = Literal["none", "either", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One response criterion.

    Parameters
    ----------
    code, label, source
        Code, name in print, and where it is published.
    measure
        What is summed over the targets: RECIST sizes, viable diameters, viable areas, or products of diameters.
    shrink
        Decrease from baseline, as a share, from which targets respond.
    growth
        Increase over the nadir, as a share, from which they progress.
    above
        Whether the increase must exceed ``growth``; else reaching it is enough.
    least
        Increase over the nadir that progression needs besides, in the unit of the sum.
    density
        How the mean attenuation of the targets takes part.
    """

    code: str
    label: str
    source: str
    measure: Measure
    shrink: float
    growth: float
    above: bool = False
    least: float = 0.0
    density: Density = "none"

    @property
    def unit(self) -> str:
        """Unit of the sum."""
        return "mm" if self.measure in {"size", "viable"} else "mm2"


#: Least decrease of the mean attenuation, as a share, that counts as response by Choi.
LESS_DENSE = 0.15
#: Short axis from which a lymph node is no longer normal, in mm.
NODE_MM = 10.0

_RECIST = Criterion(
    code="recist11", label="RECIST 1.1", source="Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.",
    measure="size", shrink=0.30, growth=0.20, least=5.0,
)  # fmt: skip
_MRECIST = Criterion(
    code="mrecist", label="mRECIST", source="Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60.",
    measure="viable", shrink=0.30, growth=0.20,
)  # fmt: skip
_EASL = Criterion(
    code="easl", label="EASL", source="Bruix J, et al. J Hepatol 2001;35:421-430.",
    measure="area", shrink=0.50, growth=0.25, above=True,
)  # fmt: skip
_WHO = Criterion(
    code="who", label="WHO", source="Miller AB, et al. Cancer 1981;47:207-214.",
    measure="product", shrink=0.50, growth=0.25, above=True,
)  # fmt: skip
_CHOI = Criterion(
    code="choi", label="Choi", source="Choi H, et al. J Clin Oncol 2007;25:1753-1759.",
    measure="size", shrink=0.10, growth=0.10, density="either",
)  # fmt: skip
_MCHOI = Criterion(
    code="mchoi", label="modified Choi", source="Nathan PD, et al. Cancer Biol Ther 2010;9:15-19.",
    measure="size", shrink=0.10, growth=0.10, density="both",
)  # fmt: skip

#: The criteria by which responses can be derived.
CRITERION: dict[str, Criterion] = {c.code: c for c in (_RECIST, _MRECIST, _EASL, _WHO, _CHOI, _MCHOI)}


def grown(criterion: Criterion, value: pl.Expr, nadir: pl.Expr) -> pl.Expr:
    """Whether a sum has grown over the nadir by as much as progression needs.

    After a nadir of 0 there is no percentage, and anything that is seen again is growth.

    Parameters
    ----------
    criterion
        How much that is.
    value, nadir
        Sum of the scan and smallest earlier sum.

    Examples
    --------
    >>> sums = pl.DataFrame({"now": [66.0, 64.0, 12.0], "nadir": [55.0, 55.0, 0.0]})
    >>> sums.select(grown(CRITERION["recist11"], pl.col("now"), pl.col("nadir")))["now"].to_list()
    [True, False, True]
    """
    limit, slack = nadir * (1 + criterion.growth), TOLERANCE * (1 + nadir)
    enough = value > limit + slack if criterion.above else value >= limit - slack
    least = (value - nadir >= criterion.least - slack) & (value > nadir)
    return pl.when(nadir > 0).then(enough & least).otherwise(value > 0)


def target_response(criterion: Criterion) -> pl.Expr:
    """Return the response of the targets.

    Reads ``targets`` (how many there are at baseline), ``assessed`` (how many were assessed at this scan), ``part``
    (sum over those), ``gone`` (every target vanished, nodes below 10 mm), ``baseline_sum``, ``nadir``, and by Choi
    ``hu_change`` (relative change of the mean attenuation) and ``nodule`` (a new or growing nodule within a target).

    A target that was not assessed makes the scan not evaluable, unless the others alone have grown as much as
    progression needs. Lymph nodes that are all normal again are no progression, however much they grew below 10 mm.
    """
    part, baseline, nadir = pl.col("part"), pl.col("baseline_sum"), pl.col("nadir")
    complete = pl.col("assessed") == pl.col("targets")
    smaller = part <= baseline * (1 - criterion.shrink) + TOLERANCE * (1 + baseline)
    larger = grown(criterion, part, nadir).fill_null(value=False)
    vanished = complete & pl.col("gone")
    if criterion.density != "none":
        judged = _choi(criterion, smaller, larger, complete, vanished)
    else:
        judged = (
            pl.when(vanished).then(pl.lit("CR"))
            .when(larger).then(pl.lit("PD"))
            .when(~complete).then(pl.lit("NE"))
            .when(smaller).then(pl.lit("PR"))
            .otherwise(pl.lit("SD"))
        )  # fmt: skip
    return pl.when(pl.col("targets") > 0).then(judged)


def _choi(criterion: Criterion, smaller: pl.Expr, larger: pl.Expr, complete: pl.Expr, vanished: pl.Expr) -> pl.Expr:
    """Return the response by Choi: a nodule before response, and response before growth."""
    less_dense = pl.col("hu_change") <= -LESS_DENSE + TOLERANCE
    unknown = less_dense.is_null()
    if criterion.density == "either":
        responds, untold = smaller | less_dense.fill_null(value=False), unknown
    else:
        responds, untold = smaller & less_dense.fill_null(value=False), smaller & unknown
    growth_first = criterion.density == "both"
    return (
        pl.when(pl.col("nodule")).then(pl.lit("PD"))
        .when(vanished).then(pl.lit("CR"))
        .when(larger & (~complete | pl.lit(growth_first))).then(pl.lit("PD" if growth_first else "NE"))
        .when(~complete).then(pl.lit("NE"))
        .when(responds).then(pl.lit("PR"))
        .when(untold).then(pl.lit("NE"))
        .when(larger).then(pl.lit("PD"))
        .otherwise(pl.lit("SD"))
    )  # fmt: skip


def nontarget_response() -> pl.Expr:
    """Return the response of the non-targets.

    Reads ``nontargets`` (how many there are), ``remaining`` (still to be seen), ``vanished``, and ``unequivocal``
    (progression recorded as such): no measurement makes a non-target progress.
    """
    every = pl.col("vanished") == pl.col("nontargets")
    return (
        pl.when(pl.col("unequivocal")).then(pl.lit("PD"))
        .when(pl.col("nontargets") == 0).then(None)
        .when(pl.col("remaining") > 0).then(pl.lit("NON-CR/NON-PD"))
        .when(every).then(pl.lit("CR"))
        .otherwise(pl.lit("NE"))
    )  # fmt: skip


def overall_response() -> pl.Expr:
    """Return the overall response.

    Reads ``target``, ``nontarget`` (missing where there was no such disease at baseline), ``new_lesion`` and
    ``readable`` (whether anything at all could be assessed). Where there was no disease, there is no progression.

    Examples
    --------
    >>> scan = {"target": ["CR", "CR", "SD"], "nontarget": ["NE", "CR", None], "new_lesion": [False, True, False]}
    >>> pl.DataFrame(scan | {"readable": [True] * 3}).select(overall_response()).to_series().to_list()
    ['PR', 'PD', 'SD']
    """
    target, nontarget = pl.col("target"), pl.col("nontarget")
    return (
        pl.when(pl.col("new_lesion") | (target == "PD").fill_null(value=False)
                | (nontarget == "PD").fill_null(value=False)).then(pl.lit("PD"))
        .when(target.is_null() & nontarget.is_not_null()).then(nontarget)
        .when(target.is_null() & pl.col("readable")).then(pl.lit("NON-PD"))
        .when(target.is_null()).then(pl.lit("NE"))
        .when((target == "CR") & nontarget.is_in(["NON-CR/NON-PD", "NE"]).fill_null(value=False)).then(pl.lit("PR"))
        .otherwise(target)
    )  # fmt: skip
