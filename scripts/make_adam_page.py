"""Write the list of exported variables: ``python -m scripts.make_adam_page`` from the project's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glisson.adam.dataset import Dataset
from glisson.adam.export import datasets
from glisson.adam.responses import ORDER
from glisson.adam.times import PARAMETERS
from glisson.clinical.cdisc.domains import DOMAINS, LAB_CODES, Domain, short_label
from glisson.clinical.endpoints import LABELS
from glisson.clinical.labs.units import ANALYTES
from glisson.clinical.read import demo_cohort

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "adam.md"

_TOP = """# Exported datasets

<!-- Written by `python -m scripts.make_adam_page`; correct the modules of src/glisson/adam and the domains in
src/glisson/clinical/cdisc/domains.py instead. -->

`glisson export` writes analysis datasets in the manner of ADaM and, beside them, the records from which all of them are
derived as domains with names like those of SDTM. [How to export](../how-to/export-adam.md) says when to use which.
`variables.csv` in the folder is this list for the cohort at hand.

Names have at most eight characters, labels at most forty. In CSV files dates stand as YYYY-MM-DD; in SAS transport
files they are SAS dates with the format DATE9. Dates of domains end in `DTC` and are text, so that a date known to the
month stays `2016-08`. `Y` is yes, `N` no; a flag whose origin names only `Y` is blank where it does not hold.
Study days count the day of the first session as 1 and the day before it as -1. Days between dates (`AVAL` of `adtte`,
`DAYSAFT`) count from 0; only `--adam-day-count` makes `AVAL` and `ENTRY` one more.

These datasets follow the ADaM Implementation Guide, version 1.3, and its model for time to event. They are not a
submission: terms are not coded in MedDRA, there is no define.xml, and some variables have names of their own where the
guide has none.
"""
_DOMAINS = """## Domains

One domain a table of [the data model](data-model.md), one row a record. A domain holds the variables of the columns
that the cohort has. Each begins with `STUDYID`, `DOMAIN`, `USUBJID` and its sequence number within the subject, which
`SRCSEQ` of the analysis datasets refers to. Values are those that were read: units converted, choices by their codes.
Structure differs from SDTM where its vertical form would split a record: RS has one row an assessment, TR one row a
measured lesion. XL and XO are sponsor-defined; XO is there only for recorded durations. What a flat sheet holds as
subgroups stands in DM as `SUBGRP01`, `SUBGRP02`, ... A numeric variable of which some value was read from a bound, such
as `<5`, is text with the sign. Where patients were left out of the assessment, XP holds them: `SUBJID` and `XPREASON`.
"""


def page() -> str:
    """Return the page as Markdown."""
    domains = {d.code.lower() for d in DOMAINS}
    analysis = [d for d in datasets(demo_cohort()).datasets if d.name not in domains]
    lines = [_TOP, "| dataset | a row is |", "|---|---|"]
    lines += [f"| [{d.name}](#{d.name}) | {d.label} |" for d in analysis]
    lines += [f"| [{d.code.lower()}](#{d.code.lower()}) | {d.label} |" for d in DOMAINS]
    lines += ["", "## Analysis datasets"]
    for one in analysis:
        lines += ["", *_analysis(one)]
    lines += ["", _DOMAINS.rstrip()]
    for domain in DOMAINS:
        lines += ["", *_domain(domain)]
    return "\n".join(lines) + "\n"


def _analysis(one: Dataset) -> Iterator[str]:
    """Yield the lines of an analysis dataset, then what its parameters mean."""
    yield from (f"### {one.name}", "", f"{one.label}.", "", "| variable | label | type | origin |", "|---|---|---|---|")
    for variable in one.variables:
        yield _row(f"`{variable.name}`", variable.label, variable.kind, variable.origin)
    if one.name == "adtte":
        yield from ("", "| PARAMCD | endpoint |", "|---|---|")
        yield from (_row(f"`{p}`", f"{LABELS[code]} (`{code}`)") for code, p in PARAMETERS.items())
    if one.name == "adrs":
        yield from ("", "| AVALC | AVAL |", "|---|---|")
        yield from (_row(f"`{response}`", str(number)) for response, number in ORDER.items())
    if one.name == "adlb":
        yield from ("", "| PARAMCD | test | unit of AVAL |", "|---|---|---|")
        yield from (_row(f"`{c}`", ANALYTES[test].label, ANALYTES[test].unit) for test, c in LAB_CODES.items())


def _domain(domain: Domain) -> Iterator[str]:
    """Yield the lines of a domain."""
    yield from (f"### {domain.code.lower()}", "", f"{domain.label}.", "")
    yield from ("| variable | label | origin |", "|---|---|---|")
    for column in domain.declared.fields:
        if column.name in domain.variables:
            origin = f"`{domain.table}.{column.name}`"
            yield _row(f"`{domain.variables[column.name]}`", short_label(column), origin)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8", newline="\n")
