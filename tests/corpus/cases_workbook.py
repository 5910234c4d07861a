"""Broken workbooks of the relational data model."""

from __future__ import annotations

from tests.corpus import build
from tests.corpus.build import file, xlsx
from tests.corpus.case import Case, blocks, changes, notes, reads, refused
from tests.corpus.tiny import add_row, add_sheet, drop, drop_column, fill, keep_rows, put, rename

_HTML = "<html><body><table><tr><td>patient_id</td></tr><tr><td>001</td></tr></table></body></html>"

FILES: tuple[Case, ...] = (
    refused("empty file", file("cohort.xlsx", b""), "cohort.xlsx", "empty", "export|save|again"),
    refused("no such file", lambda folder: folder / "absent.xlsx", "absent.xlsx", "does not exist|no such", "path"),
    refused("encrypted", build.encrypted, "cohort.xlsx", "password|encrypted", "save|remove"),
    refused(
        "transfer broke off", build.truncated, "cohort.xlsx", "damaged|not a|cannot be read|incomplete", "save|open"
    ),
    refused("damaged sheet", build.damaged, "cohort.xlsx", "damaged|cannot be read", "save|open"),
    refused("archive that is no workbook", build.plain_zip, "cohort.xlsx", "not a|no workbook|damaged", "save"),
    refused("zip bomb", build.bomb, "cohort.xlsx", "unpack|large|too big", "save|remove|copy|split"),
    refused("workbook that is html", file("cohort.xlsx", _HTML), "cohort.xlsx", "html|web page", "save"),
    refused("old workbook that is html", file("cohort.xls", _HTML), "cohort.xls", "html|web page", "save"),
    refused(
        "workbook that is text", file("cohort.xlsx", "patient_id,sex\n001,F\n"), "cohort.xlsx", "csv|text", "save|name"
    ),
    refused("word document", file("cohort.docx", b"PK\3\4 something"), "cohort.docx", "xlsx", "csv"),
    refused("statistics file", file("cohort.sav", b"$FL2@(#) SPSS"), "cohort.sav", "xlsx", "csv|export"),
)

SHEETS: tuple[Case, ...] = (
    refused(
        "one empty sheet",
        xlsx(drop("patient", "session", "assessment"), add_sheet("Sheet1")),
        "cohort.xlsx",
        "empty|no patient|anything",
        "heading|header",
    ),
    refused(
        "patient sheet under another name",
        xlsx(rename("patient", "Tabelle1"), rename("session", "Tabelle2"), rename("assessment", "Tabelle3")),
        "cohort.xlsx",
        "tabelle1",
        "patient",
    ),
    refused("no patient sheet", xlsx(drop("patient")), "cohort.xlsx", "there is no sheet patient", "template"),
    refused("no session sheet", xlsx(drop("session", "assessment")), "cohort.xlsx", "session", "sheet|add|decide"),
    refused(
        "empty patient sheet",
        xlsx(drop("patient"), add_sheet("patient")),
        "patient",
        "empty|no row|no readable patient",
    ),
    refused("patients: heading only", xlsx(keep_rows("patient", 0)), "sheet patient", "no row|no readable patient"),
    notes("unknown sheet", xlsx(add_sheet("Budget", ["remember"], ["the milk"])), "Budget", "not read|ignored|unknown"),
    changes("misspelt sheet", xlsx(rename("assessment", "assesment")), "assesment", "assessment"),
    reads("hidden sheet", xlsx(hidden=["assessment"]), sessions=5),
    reads("only patients and sessions", xlsx(drop("assessment")), sessions=5),
    reads("empty optional sheet", xlsx(drop("assessment"), add_sheet("assessment")), sessions=5),
    blocks("required column missing", xlsx(drop_column("session", "date")), "sheet session", "date", "add the column"),
    blocks(
        "required column of patients missing",
        xlsx(drop_column("patient", "vital_status")),
        "sheet patient",
        "vital_status",
        "add|column",
    ),
    notes("unknown column", xlsx(fill("patient", "shoe_size", 38, 43, 39, 40)), "sheet patient", "shoe_size"),
    changes(
        "misspelt column",
        xlsx(fill("patient", "cause_of_deth", "disease", "disease", None, None)),
        "sheet patient",
        "cause_of_deth",
    ),
    reads("column without a heading", xlsx(fill("patient", "", "x", None, None, None)), sessions=5),
    blocks(
        "heading twice",
        xlsx(fill("patient", "sex ", "F", "M", "F", "M"), put("patient", "sex ", 1, "sex")),
        "patient",
        "sex",
        "twice|two columns|repeated|same",
    ),
    notes(
        "title above the headings",
        xlsx(add_row("patient", "Our cohort, status June", at=1)),
        "sheet patient",
        "title",
    ),
    blocks(
        "heading repeated among the rows",
        xlsx(add_row("session", "session_id", "patient_id", "date", "method", "technical_success", at=4)),
        "sheet session",
        "heading|date",
        "remove|delete|row|correct",
    ),
    reads("200 more columns", xlsx(*(fill("patient", f"extra_{i}", 1, 2, 3, 4) for i in range(200))), sessions=5),
)

SIZE: tuple[Case, ...] = (
    reads("huge declared range", build.huge_range, sessions=5),
    refused(
        "cell at the far end", xlsx(change=build.far_cell), "cohort.xlsx", "large|cells|column", "delete|copy|remove"
    ),
    reads("16,384 columns", xlsx(change=build.wide_heading), sessions=5),
    reads("3,000 formatted empty rows", xlsx(change=build.formatted_rows), sessions=5),
    reads("blank rows between", xlsx(add_row("patient", at=3), add_row("session", at=3)), sessions=5),
)

WORKBOOKS = (*FILES, *SHEETS, *SIZE)
