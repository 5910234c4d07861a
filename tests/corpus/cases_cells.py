"""Impossible and doubtful cells, and records that contradict each other."""

from __future__ import annotations

from datetime import date

from tests.corpus import build
from tests.corpus.build import Raw, xlsx
from tests.corpus.case import Case, blocks, changes, notes, reads, settings
from tests.corpus.tiny import add_row, drop, fill, keep_rows, put

_DAY_FIRST = ("13.01.2016", "15.02.2016", "25.03.2016", "14.09.2016", "28.04.2017")
_BOTH = ("01/13/2016", "15/02/2016", "03/25/2016", "14/09/2016", "04/28/2017")
_EITHER = ("01/02/2016", "02/03/2016", "03/04/2016", "09/10/2016", "04/05/2017")

CELLS: tuple[Case, ...] = (
    blocks("30 February", xlsx(put("session", "date", 2, "30 February 2016")), "sheet session, cell C2", "30 february"),
    blocks(
        "2016-02-30",
        xlsx(put("session", "date", 2, "2016-02-30")),
        "sheet session, cell C2",
        "2016-02-30",
        "correct|date",
    ),
    blocks("words for a date", xlsx(put("session", "date", 2, "last spring")), "sheet session, cell C2", "last spring"),
    blocks(
        "error value in a date", xlsx(change=build.error_cell), "sheet session, cell C2", "empty|missing|#n/a|no value"
    ),
    blocks("#N/A as text", xlsx(put("session", "date", 2, "#N/A")), "sheet session, cell C2", "#n/a"),
    blocks("formula without a result", xlsx(put("session", "date", 2, Raw("=D9"))), "sheet session, cell C2"),
    reads(
        "formulas with results",
        xlsx(put("patient", "age_at_t0", 2, Raw("=60+2", 62))),
        values=[("patient", "age_at_t0", 0, 62.0)],
    ),
    reads(
        "serial number for a date",
        xlsx(put("session", "date", 2, 42382)),
        values=[("session", "date", 0, date(2016, 1, 13))],
    ),
    reads("1904 dates", xlsx(date_1904=True), values=[("session", "date", 0, date(2016, 1, 13))]),
    changes(
        "only the month of treatment", xlsx(put("session", "date", 2, "2016-01")), "sheet session, cell C2", "2016-01"
    ),
    changes(
        "month and year of death",
        xlsx(put("patient", "death_date", 2, "2016-11"), put("patient", "last_contact_date", 2, "2016-11")),
        "sheet patient, cell G2",
        "2016-11",
    ),
    reads(
        "day first, provable",
        xlsx(fill("session", "date", *_DAY_FIRST)),
        values=[("session", "date", 0, date(2016, 1, 13))],
    ),
    blocks(
        "day or month first, not provable",
        xlsx(fill("session", "date", *_EITHER)),
        "sheet session",
        "01/02/2016",
        "date_order|day_first|day first",
    ),
    blocks("both orders in one column", xlsx(fill("session", "date", *_BOTH)), "sheet session", "order|month|day"),
    reads(
        "order declared",
        xlsx(fill("session", "date", *_EITHER)),
        values=[("session", "date", 3, date(2016, 10, 9))],
        study=settings(input={"kind": "relational", "date_order": "day_first"}),
    ),
    blocks("two-digit year", xlsx(put("session", "date", 2, "13.01.16")), "sheet session, cell C2", "13.01.16"),
    notes("decimal comma", xlsx(put("patient", "weight_kg", 2, "64,5")), "sheet patient, cell J2", "64,5", "64.5"),
    notes("unit behind a number", xlsx(put("patient", "weight_kg", 2, "64.5 kg")), "sheet patient, cell J2", "64.5 kg"),
    changes(
        "other unit behind a number",
        xlsx(put("patient", "weight_kg", 2, "142 lb")),
        "sheet patient, cell J2",
        "lb",
        "kg",
    ),
    changes("below the limit", xlsx(put("patient", "weight_kg", 2, "<50")), "sheet patient, cell J2", "<50"),
    changes(
        "words for a number", xlsx(put("patient", "weight_kg", 2, "heavy")), "sheet patient, cell J2", "heavy", "number"
    ),
    changes("sentinel -999", xlsx(put("patient", "weight_kg", 2, -999)), "sheet patient, cell J2", "-999", "missing"),
    changes("sentinel n/a", xlsx(put("patient", "weight_kg", 2, "n/a")), "sheet patient, cell J2", "n/a", "missing"),
    changes("age of 999", xlsx(put("patient", "age_at_t0", 2, 999)), "sheet patient, cell C2", "999"),
    reads(
        "sentinel declared",
        xlsx(put("patient", "weight_kg", 2, "n/a"), put("patient", "weight_kg", 3, "-999")),
        sessions=5,
        study=settings(input={"kind": "relational", "missing": ["n/a", "-999"]}),
    ),
    changes(
        "half a performance status", xlsx(put("patient", "ecog_t0", 2, 1.5)), "sheet patient, cell K2", "1.5", "whole"
    ),
    changes("performance status 1-2", xlsx(put("patient", "ecog_t0", 2, "1-2")), "sheet patient, cell K2", "1-2"),
    blocks(
        "unknown method",
        xlsx(put("session", "method", 2, "magic beads")),
        "sheet session, cell D2",
        "magic beads",
        "deb_tace",
    ),
    blocks(
        "unknown vital status",
        xlsx(put("patient", "vital_status", 2, "gone")),
        "sheet patient, cell I2",
        "gone",
        "dead",
    ),
    blocks(
        "vital status coded", xlsx(fill("patient", "vital_status", 1, 1, 2, 2)), "sheet patient, cell I2", "1", "dead"
    ),
    reads(
        "spaces and capitals",
        xlsx(put("patient", "sex", 2, " f "), put("session", "method", 2, "DEB_TACE ")),
        values=[("patient", "sex", 0, "F"), ("session", "method", 0, "deb_tace")],
    ),
    blocks("no patient id", xlsx(put("patient", "patient_id", 3, None)), "sheet patient, cell A3", "patient_id|id"),
    blocks("merged ids", xlsx(change=build.merged_id), "sheet session, cell B3", "blank"),
    blocks(
        "number for an id with zeros", xlsx(put("session", "patient_id", 2, 1)), "sheet session, cell B2", "001|zero"
    ),
    changes("text of 32,000 characters", xlsx(put("patient", "weight_kg", 2, "9" * 32_000)), "sheet patient, cell J2"),
)

RULES: tuple[Case, ...] = (
    blocks(
        "patient twice",
        xlsx(put("patient", "patient_id", 3, "001")),
        "sheet patient, cell A3",
        "earlier row",
        "delete or renumber",
    ),
    blocks("session twice", xlsx(put("session", "session_id", 3, "001-S1")), "sheet session, cell A3", "earlier row"),
    blocks(
        "session of nobody",
        xlsx(put("session", "patient_id", 2, "099")),
        "sheet session, cell B2",
        "sheet patient",
        "correct",
    ),
    blocks("patient without a session", xlsx(keep_rows("session", 4)), "sheet patient", "session"),
    blocks(
        "death before treatment",
        xlsx(
            put("patient", "death_date", 2, date(2015, 11, 20)),
            put("patient", "last_contact_date", 2, date(2015, 11, 20)),
        ),
        "sheet session, cell C2",
        "death",
        "correct",
    ),
    blocks(
        "last contact before a session",
        xlsx(put("patient", "last_contact_date", 4, date(2016, 5, 1))),
        "sheet session, cell C5",
        "contact",
    ),
    blocks(
        "death in the future",
        xlsx(
            put("patient", "death_date", 2, date(2099, 1, 1)), put("patient", "last_contact_date", 2, date(2099, 1, 1))
        ),
        "sheet patient, cell G2",
        "future",
        "correct",
    ),
    blocks(
        "session in 1916",
        xlsx(put("session", "date", 2, date(1916, 1, 13))),
        "sheet session, cell C2",
        "1990",
        "correct",
    ),
    blocks("dead without a date", xlsx(put("patient", "death_date", 2, None)), "sheet patient, cell", "death"),
    blocks(
        "alive with a date of death",
        xlsx(put("patient", "vital_status", 2, "alive")),
        "sheet patient, cell",
        "alive",
        "death",
    ),
    blocks(
        "scan after death", xlsx(put("assessment", "date", 3, date(2017, 7, 20))), "sheet assessment, cell C3", "death"
    ),
    blocks("scan of nobody", xlsx(put("assessment", "patient_id", 3, "099")), "sheet assessment, cell B3", "patient"),
    blocks(
        "method changes, patient repeated",
        xlsx(
            add_row(
                "patient",
                "001",
                "F",
                61,
                "uterus",
                "leiomyosarcoma",
                "present",
                date(2016, 11, 20),
                date(2016, 11, 20),
                "dead",
                64.5,
                1,
            )
        ),
        "sheet patient, cell A6",
        "session sheet",
    ),
    reads(
        "one patient",
        xlsx(keep_rows("patient", 1), keep_rows("session", 2), keep_rows("assessment", 2)),
        n=1,
        sessions=2,
    ),
    reads(
        "no events",
        xlsx(
            fill("patient", "death_date", *[None] * 4),
            fill("patient", "vital_status", *["alive"] * 4),
            drop("assessment"),
        ),
        sessions=5,
    ),
    reads(
        "everybody dies on day 0",
        xlsx(
            *(
                put("patient", column, row, day)
                for column in ("death_date", "last_contact_date")
                for row, day in (
                    (2, date(2016, 1, 13)),
                    (3, date(2016, 3, 25)),
                    (4, date(2016, 9, 14)),
                    (5, date(2017, 4, 28)),
                )
            ),
            fill("patient", "vital_status", *["dead"] * 4),
            drop("assessment"),
            put("session", "date", 3, date(2016, 1, 13)),
        ),
        sessions=5,
    ),
)
