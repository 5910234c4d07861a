"""What the empty workbook says: comments of the headings and the sheet README."""

from __future__ import annotations

from glisson.clinical.schema import PATIENT, TABLES, Field, Kind, Need

TITLE = "Records of liver-directed therapy: workbook to fill in"

#: What each kind of heading asks for.
NEED_MEANING: dict[Need, str] = {
    "required": "Fill in every row. A blank cell is reported; where it would make an outcome wrong it stops the "
    "assessment until it is settled.",
    "conditional": "Fill in where it applies, e.g. the date of death of patients who died.",
    "optional": "Fill in what you have; leave the rest empty. Whole columns may be deleted.",
}

#: How a cell of each kind is filled in.
KIND_MEANING: dict[Kind, str] = {
    "id": "an id, kept as text: 007 stays 007",
    "text": "text",
    "choice": "one of a list",
    "date": "a date, YYYY-MM-DD; where the day or month is not known YYYY-MM or YYYY",
    "integer": "a whole number",
    "number": "a number",
    "yes_no": "yes or no",
    "list": "several texts separated by ;",
}


def limits(declared: Field) -> str:
    """Return the plausible limits of a number in words: ``0 to 400 mg``.

    Parameters
    ----------
    declared
        A column.

    Examples
    --------
    >>> limits(PATIENT.field("height_cm"))
    '80 to 230 cm'
    """
    if declared.low is None or declared.high is None:
        return declared.unit
    return f"{declared.low:.12g} to {declared.high:.12g} {declared.unit}".strip()


def header_comment(declared: Field) -> str:
    """Return the comment of a heading: what the column holds, how, and whether it is needed.

    Parameters
    ----------
    declared
        A column.

    Examples
    --------
    >>> print(header_comment(PATIENT.field("height_cm")))
    Height.
    Holds: a number, 80 to 230 cm
    Need: optional
    Example: 168
    """
    meaning = declared.meaning or declared.name
    holds = KIND_MEANING[declared.kind]
    if declared.choices:
        holds = f"one of {', '.join(declared.choices)}"
    elif text := limits(declared):
        holds += f", {text}"
    lines = [f"{meaning[0].upper()}{meaning[1:]}.", f"Holds: {holds}", f"Need: {declared.need}"]
    return "\n".join([*lines, *([f"Example: {declared.example}"] if declared.example else [])])


def guide() -> tuple[tuple[str, str], ...]:
    """Return the topics of the sheet README, each with its text."""
    example = PATIENT.field("patient_id").example
    needed = " and ".join(t.name for t in TABLES if t.compulsory)
    return (
        ("Start", f"Fill in {needed}; add the sheets you have data for and leave or delete the others. Point at a "
         "heading to read what its column holds. Keep the names of sheets and columns."),
        ("Example", f"The rows in violet italics are one invented patient, {example}. Delete them, or type over them, "
         "before you assess your own patients."),
        ("Ids", "Use pseudonyms, never names, dates of birth or hospital numbers. The same patient_id in every sheet "
         "joins what belongs to one patient; session_id, lesion_id and assessment_id do the same for sessions, "
         "lesions and scans. Ids are text, so leading zeros stay."),
        ("One row", "A patient has one row in patient, however many treatments. Every procedure day and method has a "
         "row of its own in session, every scan in assessment, every event in adverse_event."),
        ("Dates", "Year, month, day: 2016-03-21. Where the day is not known type '2016-03, where only the year is "
         "known type '2016: the apostrophe keeps Excel from making up a day. Never fill in a day that is not known; "
         "an incomplete date is kept as such and listed."),
        ("Units", "Numbers stand in the unit that the comment of the heading names (mm, GBq, mg ...), without the "
         "unit. Laboratory values are typed as printed, with their unit and limits of normal beside them."),
        ("Not known", "Leave the cell empty. Do not type 0, 99 or n/a: they are taken for values or reported. Write "
         "no where something was looked for and absent."),
        ("Check", "Run `glisson check` on the workbook: it names every doubtful cell and what to do about it. Then run "
         "`glisson assess`. Nothing leaves your computer."),
    )  # fmt: skip
