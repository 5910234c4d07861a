"""REDCap exports: raw or with labels, one row a patient or repeating instruments, checkboxes."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import glisson as gl
from glisson.clinical.read import sheets_of
from glisson.clinical.redcap_export import read_export
from tests.corpus.cases_redcap import _DATA, _DICTIONARY

_LABELS = {
    "sex": {"1": "Male", "2": "Female"},
    "extrahepatic": {"0": "No", "1": "Yes"},
    "method": {"1": "DEB-TACE", "2": "Y-90 glass", "3": "MWA"},
    "vital_status": {"0": "Alive", "1": "Dead"},
}

_REPEATING_DICTIONARY = """\
"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels"
record_id,patient,text,"Record ID",
sex,patient,radio,"Sex","F, Female | M, Male"
death_date,patient,text,"Date of death",
last_contact_date,patient,text,"Date of last contact",
vital_status,patient,radio,"Vital status","alive, Alive | dead, Dead"
comorbidity,patient,checkbox,"Comorbidity","1, Cirrhosis | 2, Diabetes"
session_date,session,text,"Date of the session",
session_method,session,dropdown,"Method","deb_tace, DEB-TACE | y90_glass, Y-90 | ablation_mwa, MWA"
ae_term,adverse_event,text,"Adverse event",
ae_grade,adverse_event,text,"Grade",
ae_onset_date,adverse_event,text,"Onset",
"""
_REPEATING = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,death_date,last_contact_date,vital_status,comorbidity___1,\
comorbidity___2,session_date,session_method,ae_term,ae_grade,ae_onset_date
001,,,F,2016-11-20,2016-11-20,dead,1,0,,,,,
001,session,1,,,,,,,2016-01-13,deb_tace,,,
001,session,2,,,,,,,2016-03-02,deb_tace,,,
001,adverse_event,1,,,,,,,,,Abdominal pain,2,2016-01-15
002,,,M,,2017-08-03,alive,0,1,,,,,
002,session,1,,,,,,,2016-03-25,y90_glass,,,
"""


def _write(folder: Path, data: str, dictionary: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "data.csv").write_text(data, encoding="utf-8")
    (folder / "dictionary.csv").write_text(dictionary, encoding="utf-8")
    return folder / "data.csv"


def _labelled() -> str:
    rows = list(csv.DictReader(io.StringIO(_DATA)))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({k: _LABELS.get(k, {}).get(v, v) for k, v in row.items()} for row in rows)
    return out.getvalue()


def test_raw_and_label_exports_are_the_same_cohort(tmp_path):
    raw = gl.read_cohort(_write(tmp_path / "raw", _DATA, _DICTIONARY))
    labelled = gl.read_cohort(_write(tmp_path / "labels", _labelled(), _DICTIONARY))
    assert raw.n == labelled.n == 4
    for table in ("patient", "session"):
        assert (
            raw.table(table)
            .drop("source_row", strict=False)
            .equals(labelled.table(table).drop("source_row", strict=False))
        )
    assert raw.table("session")["method"].to_list() == ["deb_tace", "y90_glass", "ablation_mwa", "deb_tace"]
    assert raw.table("patient")["patient_id"].to_list() == ["001", "002", "003", "004"]
    assert gl.endpoint(raw, "os").exit.tolist() == [312, 496, 607, 427]
    assert gl.endpoint(raw, "os").cause.tolist() == [1, 1, 0, 0]


def test_repeating_instruments_are_the_tables_of_the_data_model(tmp_path):
    cohort = gl.read_cohort(_write(tmp_path / "r", _REPEATING, _REPEATING_DICTIONARY))
    assert cohort.n == 2
    sessions = cohort.table("session")
    assert sessions["patient_id"].to_list() == ["001", "001", "002"]
    assert sessions["date"].to_list() == [date(2016, 1, 13), date(2016, 3, 2), date(2016, 3, 25)]
    events = cohort.table("adverse_event")
    assert events.select("patient_id", "term", "grade").rows() == [("001", "Abdominal pain", 2)]
    assert gl.endpoint(cohort, "os").exit.tolist() == [312, 496]
    assert gl.endpoint(cohort, "os").cause.tolist() == [1, 0]


def test_checkbox_columns_hold_what_was_ticked(tmp_path):
    path = _write(tmp_path / "r", _REPEATING, _REPEATING_DICTIONARY)
    export = read_export(sheets_of(path))
    ticked = {row.record: row.cells["comorbidity"] for row in export.rows if "comorbidity" in row.cells}
    assert ticked == {"001": "Cirrhosis", "002": "Diabetes"}
