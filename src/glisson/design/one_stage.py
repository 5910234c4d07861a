"""One stage: enough responders among a fixed number of patients."""

from __future__ import annotations

from typing import Literal

import numpy as np

from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    POWER,
    Number,
    behaviour,
    checked_max_n,
    counted,
    percent,
    rising,
    short_of,
    size_and_power,
)
from glisson.errors import SettingsError
from glisson.kernels.single_stage import at_least, fleming, saw_tooth, smallest, stable

Method = Literal["exact", "fleming"]
Rule = Literal["smallest", "stable"]

NAMES = ("response rate not worth pursuing", "response rate worth pursuing")
#: Patients searched where the caller gives no limit.
LARGEST = 1000
AHERN = "A'Hern RP. Sample size tables for exact single-stage phase II designs. Stat Med 2001;20:859-866."
FLEMING = "Fleming TR. One-sample multiple testing procedure for phase II clinical trials. Biometrics 1982;38:143-151."
CLOPPER = (
    "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial. "
    "Biometrika 1934;26:404-413."
)


def single_stage(
    *,
    p0: Number,
    p1: Number,
    alpha: Number = ALPHA,
    power: Number = POWER,
    method: Method = "exact",
    rule: Rule = "smallest",
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a trial of one arm and one stage with a response as its endpoint.

    Parameters
    ----------
    p0, p1
        Response rate not worth pursuing, and the one worth it.
    alpha, power
        One-sided type I error at most, and power at least.
    method
        ``"exact"``: A'Hern's search with binomial probabilities. ``"fleming"``: the normal approximation; what it
        really has in size and power is calculated exactly.
    rule
        Power is a saw-tooth of n. ``"smallest"``: the smallest n with the power, as in A'Hern's tables. ``"stable"``:
        the smallest n from which on every larger n has it too, for a trial that may end with a few patients more.
    max_n
        Patients within reach. Where they do not suffice, the design with the most power among them is returned, the
        smallest if several have it, and a warning says so.

    Returns
    -------
    TrialDesign
        ``type_i_error`` under the null and ``power`` under the alternative.

    Raises
    ------
    SettingsError
        If a probability is none, ``p1`` is not above ``p0``, or no number of patients within reach permits a test.

    Examples
    --------
    >>> design = single_stage(p0=0.1, p1=0.3)
    >>> design.n, design.boundaries[0].efficacy
    (25, 6.0)
    >>> small = single_stage(p0=0.1, p1=0.3, max_n=16)
    >>> small.n, round(small.characteristics.one("power").value, 3)
    (14, 0.645)
    """
    rates, sizes = rising(p0, p1, NAMES), size_and_power(alpha, power)
    if method not in {"exact", "fleming"}:
        raise SettingsError(f"method {method!r}", expected="exact or fleming")
    if rule not in {"smallest", "stable"}:
        raise SettingsError(f"rule {rule!r}", expected="smallest or stable")
    largest = checked_max_n(max_n, LARGEST)
    if method == "fleming":
        n, cutoff = fleming(rates[0].value, rates[1].value, alpha=sizes[0].value, power=sizes[1].value)
        if n > largest:
            raise SettingsError(
                f"Fleming's design needs {n} patients, and {largest} are within reach",
                todo="use method exact, which finds the design with the most power",
            )
        return _design(n, cutoff, rates, sizes, method="fleming", rule=rule, warning="")
    n, cutoff, warning = _exact(rates, sizes, rule, max_n, largest)
    return _design(n, cutoff, rates, sizes, method="exact", rule=rule, warning=warning)


def _exact(
    rates: tuple[Assumption, Assumption],
    sizes: tuple[Assumption, Assumption],
    rule: Rule,
    max_n: int | None,
    largest: int,
) -> tuple[int, int, str]:
    """Return patients, cut-off and what there is to warn of."""
    # Whether power stays cannot be seen at the end of what is searched: look well beyond it.
    beyond = largest + 200 if rule == "stable" else largest
    teeth = saw_tooth(rates[0].value, rates[1].value, alpha=sizes[0].value, largest=beyond)
    n = (smallest if rule == "smallest" else stable)(teeth, sizes[1].value)
    if n is not None and n <= largest:
        return n, int(teeth.cutoff[n - 1]), ""
    if max_n is None:
        raise SettingsError(
            f"no design of at most {largest} patients tells {rates[1].value:g} from {rates[0].value:g}",
            todo="choose rates further apart, or give max_n",
        )
    within = np.where(teeth.cutoff <= teeth.n, teeth.power, 0.0)[:largest]
    best = int(np.argmax(within))
    if within[best] <= 0:
        raise SettingsError(
            f"not even a response of each of {counted(largest, 'patient')} would be significant at {sizes[0].value:g}",
            todo="raise max_n",
        )
    size = int(teeth.n[best])
    if within[best] >= sizes[1].value:  # only the stable rule gets here
        warning = f"not every number of patients above {size} has a power of {percent(sizes[1].value)}"
    else:
        warning = short_of(sizes[1].value, largest, float(within[best]))
    return size, int(teeth.cutoff[best]), warning


def _design(
    n: int,
    cutoff: int,
    rates: tuple[Assumption, Assumption],
    sizes: tuple[Assumption, Assumption],
    *,
    method: Method,
    rule: Rule,
    warning: str,
) -> TrialDesign:
    """Write the design down."""
    alpha, power = (float(at_least(cutoff, n, rate.value)) for rate in rates)
    warnings = {"power": warning} if warning else {}
    if method == "fleming":
        if alpha > sizes[0].value:
            warnings["type_i_error"] = f"above the {percent(sizes[0].value)} that were asked for"
        if power < sizes[1].value:
            warnings["power"] = f"below the {percent(sizes[1].value)} that were asked for"
    how = {
        "smallest": "the smallest number of patients with that power",
        "stable": "the smallest number of patients from which on every larger one has that power",
    }[rule]
    source = "exact binomial probabilities (A'Hern)" if method == "exact" else "Fleming's normal approximation"
    if method == "fleming":
        how = "n and the limit are rounded"
    rule_text = f"conclude that the treatment merits further study if {cutoff} or more of {n} patients respond"
    protocol = (
        f"This is a single-arm, single-stage trial. A response rate of {percent(rates[0].value)} is not worth "
        f"pursuing, one of {percent(rates[1].value)} is. {counted(n, 'patient')} will be treated; the treatment "
        f"merits further study if {cutoff} or more respond.",
        f"The number of patients comes from {source}, for a one-sided type I error of at most "
        f"{percent(sizes[0].value)} and a power of {percent(sizes[1].value)}: {how}."
        + (f" Note: {warning}." if warning else "")
        + f" Exactly, the type I error is {percent(alpha)} and the power {percent(power)}.",
        "Every treated patient counts in the denominator; a patient whose response cannot be assessed has none. The "
        "response rate is reported with its exact (Clopper-Pearson) interval.",
    )
    rows = behaviour(
        "single_stage", f"exact binomial; design by {source}", n=n, warnings=warnings,
        null={"type_i_error": alpha, "expected_n": n}, alternative={"power": power, "expected_n": n},
    )  # fmt: skip
    return TrialDesign(
        kind="single_stage", title=f"Single-arm, single-stage trial of {counted(n, 'patient')}", n=n,
        assumptions=(*rates, *sizes),
        boundaries=(Boundary(look=1, n=n, scale="responders", efficacy=float(cutoff), rule=rule_text),),
        characteristics=rows, protocol=protocol, references=(AHERN if method == "exact" else FLEMING, CLOPPER),
    )  # fmt: skip
