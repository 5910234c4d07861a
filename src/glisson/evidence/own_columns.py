"""The columns of a file with published studies: what each holds, and an example; reading and the template use them."""

from __future__ import annotations

from dataclasses import dataclass

#: Statistics a number can be, besides ``rate_at_<t>m`` and ``rate_at_<t>w``.
STATISTICS = (
    "proportion", "median_months", "median_weeks", "median_days", "hazard_ratio", "count", "mean", "sd", "median",
    "minimum", "maximum",
)  # fmt: skip
#: Sentence for both the template and messages.
RATES = "rate_at_12m for a rate at 12 months, rate_at_24w at 24 weeks"
SETTINGS = ("liver_directed", "systemic", "resection", "registry")
KINDS = ("full_text", "abstract", "conference", "registry", "review_table", "news", "derived_dataset")
STATUS = ("verified", "unverified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        Its heading.
    expected
        What a cell holds, as a phrase.
    example
        Cell of the example row of the template.
    needed
        Whether every row must have it.
    choices
        Offered by the template.
    """

    name: str
    expected: str
    example: str = ""
    needed: bool = False
    choices: tuple[str, ...] = ()


_NUMBER = "a number with a decimal point, or an empty cell"
_WHOLE = "a whole number, or an empty cell"
_URL = "an address that begins with https:// or http://"

STUDIES = (
    Column(name="study_id", expected="a short name of the study", example="doe2024", needed=True),
    Column(name="arm_id", expected="a short name of the arm; all for the whole study", example="all", needed=True),
    Column(name="first_author", expected="the family name of the first author", example="Doe", needed=True),
    Column(name="year", expected=_WHOLE, example="2024"),
    Column(name="title_short", expected="a few words on what the study is", example="Example study", needed=True),
    Column(name="journal", expected="the journal, or an empty cell", example="J Examples"),
    Column(name="doi", expected="the DOI without its address, or an empty cell"),
    Column(name="pmid", expected="the PubMed number, or an empty cell"),
    Column(name="design", expected="e.g. retrospective, prospective, rct", example="retrospective"),
    Column(name="centres", expected="how many centres, or an empty cell", example="1"),
    Column(name="setting", expected=f"one of {', '.join(SETTINGS)}", example="liver_directed", needed=True,
           choices=SETTINGS),
    Column(name="modality", expected="the treatment, e.g. deb_tace, tace, y90, ablation, resection, doxorubicin",
           example="deb_tace", needed=True),
    Column(name="histology", expected="the disease, e.g. lms, mixed_sts", example="lms", needed=True),
    Column(name="n_patients", expected=_WHOLE, example="20"),
    Column(name="n_lms", expected="a whole number, at most n_patients, or an empty cell", example="20"),
    Column(name="line", expected="the line of treatment, e.g. first, second, mixed, or an empty cell",
           example="mixed"),
    Column(name="source_url", expected=_URL, example="https://example.org/doe2024", needed=True),
    Column(name="overlap_group", expected="one name for all studies that may share patients, or an empty cell"),
)  # fmt: skip

NUMBERS = (
    Column(name="study_id", expected="the study_id of an arm", example="doe2024", needed=True),
    Column(name="arm_id", expected="the arm_id of an arm", example="all", needed=True),
    Column(name="subgroup", expected="all for the whole arm, otherwise who the number is about", example="all",
           needed=True),
    Column(name="endpoint", expected="e.g. os, pfs, liver_pfs, orr, toxicity:liver_abscess", example="orr",
           needed=True),
    Column(name="statistic", expected=f"one of {', '.join(STATISTICS)}, or {RATES}", example="proportion", needed=True,
           choices=STATISTICS),
    Column(name="value", expected="a number with a decimal point; proportions and rates between 0 and 1",
           example="0.4"),
    Column(name="ci_low", expected=_NUMBER, example="0.19"),
    Column(name="ci_high", expected=_NUMBER, example="0.64"),
    Column(name="ci_level", expected="a number between 0 and 1, e.g. 0.95, or an empty cell", example="0.95"),
    Column(name="n", expected="a whole number; an empty cell where the source does not say", example="20"),
    Column(name="events", expected="a whole number, at most n, or an empty cell", example="8"),
    Column(name="time_origin", expected="where time starts, e.g. randomisation, or an empty cell"),
    Column(name="comparator_arm", expected="the other arm of a hazard ratio, or an empty cell"),
    Column(name="source_url", expected=_URL, example="https://example.org/doe2024", needed=True),
    Column(name="source_type", expected=f"what was read there, e.g. {', '.join(KINDS)}", example="abstract",
           needed=True),
    Column(name="p_value", expected="a P value as printed, e.g. 0.03 or <0.001, or an empty cell"),
    Column(name="status", expected="verified if the number was read at its source, otherwise unverified",
           example="verified", choices=STATUS),
)  # fmt: skip
#: Columns a file may leave out: those that no row needs.
OPTIONAL = {c.name for c in (*STUDIES, *NUMBERS) if not c.needed}
