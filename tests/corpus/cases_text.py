"""Broken CSV files and folders of the relational data model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.corpus.build import csv_bytes, csv_folder, file, files
from tests.corpus.case import Case, blocks, changes, notes, reads, refused
from tests.corpus.tiny import drop, put, sheets

_PATIENTS = csv_bytes(sheets()["patient"])
_MUNICH = put("patient", "primary_site", 2, "Gebärmutter")


def _empty_folder(folder: Path) -> Path:
    out = folder / "nothing"
    out.mkdir()
    return out


FOLDERS: tuple[Case, ...] = (
    reads("folder of CSV files", csv_folder(), sessions=5),
    reads(
        "semicolons and decimal commas",
        csv_folder(delimiter=";", decimal=","),
        sessions=5,
        values=[("patient", "weight_kg", 0, 64.5)],
    ),
    reads("tabs", csv_folder(delimiter="\t"), sessions=5),
    reads("byte order mark", csv_folder(encoding="utf-8-sig"), sessions=5),
    reads("line ends of other systems", csv_folder(newline="\n"), sessions=5),
    reads("accents in UTF-8", csv_folder(_MUNICH), sessions=5),
    reads(
        "other files beside",
        csv_folder(extra={"README.txt": b"see the protocol", ".DS_Store": b"\0\1", "Thumbs.db": b"\0"}),
        sessions=5,
    ),
    refused("no session file", csv_folder(drop("session", "assessment")), "session"),
    refused("empty folder", _empty_folder, "nothing", "csv", "path|folder"),
    refused(
        "empty session file",
        csv_folder(drop("session", "assessment"), extra={"session.csv": b""}),
        "session",
        "empty|no row",
    ),
    notes("not UTF-8", csv_folder(_MUNICH, encoding="latin-1"), "patient.csv", "utf-8", "save|export"),
    refused("UTF-16", csv_folder(encoding="utf-16"), "csv", "utf-8|utf-16", "save|export"),
    refused(
        "NUL bytes",
        csv_folder(drop("patient"), extra={"patient.csv": _PATIENTS.replace(b"uterus", b"ute\0us")}),
        "patient.csv",
        "nul|binary|damaged",
        "save|export|remove",
    ),
    refused(
        "picture named CSV",
        csv_folder(drop("patient"), extra={"patient.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}),
        "patient.csv",
        "utf-8|nul|binary|not a csv|not text",
        "save|export",
    ),
    blocks(
        "row with a cell too many",
        csv_folder(
            drop("patient"), extra={"patient.csv": _PATIENTS.replace(b"004,F,66,uterus", b"004,F,66,uterus, left")}
        ),
        "patient",
        "004|row 5|cell",
    ),
    blocks("row that breaks off", csv_folder(drop("patient"), extra={"patient.csv": _PATIENTS[:-40]}), "patient.csv"),
    refused(
        "quotation mark not closed",
        csv_folder(drop("patient"), extra={"patient.csv": _PATIENTS.replace(b"002,M", b'"002,M')}),
        "patient.csv",
        "quot",
        "check",
    ),
)

DATES: tuple[Case, ...] = (
    blocks("31 April", csv_folder(put("session", "date", 3, "31/04/2016")), "session.csv", "31/04/2016"),
    reads(
        "date with a time",
        csv_folder(put("session", "date", 3, "2016-02-15 08:30")),
        values=[("session", "date", 1, date(2016, 2, 15))],
    ),
    changes("infinite weight", csv_folder(put("patient", "weight_kg", 3, "inf")), "patient.csv", "inf"),
    changes(
        "weight in scientific notation", csv_folder(put("patient", "weight_kg", 3, "8.1e7")), "patient.csv", "8.1e7"
    ),
    changes("weight nan", csv_folder(put("patient", "weight_kg", 3, "nan")), "patient.csv", "nan", "missing|number"),
)

SINGLE: tuple[Case, ...] = (
    refused("empty CSV", file("flat.csv", b""), "flat.csv", "empty"),
    refused(
        "heading only",
        file("flat.csv", "id,treatment date,death date\n"),
        "flat.csv",
        "no row|no patient|any patient|empty",
    ),
    refused("blank lines only", file("flat.csv", "\n\n\n\n"), "flat.csv", "anything", "header"),
    refused("one word", file("flat.csv", "hello"), "flat.csv"),
    refused("web page named CSV", file("flat.csv", "<!DOCTYPE html><html><body>Sign in</body></html>"), "flat.csv"),
    refused("folder without a table", files(paper__pdf="%PDF-1.4"), "export", "csv"),
)

TEXTS = (*FOLDERS, *DATES, *SINGLE)
