from __future__ import annotations

import pytest

from glisson.clinical.propose import propose
from glisson.clinical.settings import ColumnMap, InputSettings, Study
from glisson.errors import InputError, SettingsError
from tests.clinical.flat_sheets import (
    ambiguous_dates,
    bare_codes,
    german_dates,
    glossary_sheet,
    sheet,
    spanish_durations,
)  # fmt: skip


def meanings(*sheets, study=None):
    return {m.column: m.means for m in propose(sheets, study).maps}


def test_german_headings_are_understood():
    assert meanings(german_dates()) == {
        "Patienten-Nr.": "patient_id", "Geschlecht": "sex", "Behandlungsdatum": "session_date", "Verfahren": "method",
        "Datum Progress": "progression_date", "Datum Leberprogress": "liver_progression_date",
        "Todesdatum": "death_date", "Datum letzter Kontakt": "last_contact_date", "Vitalstatus": "vital_status",
        "Extrahepatisch": "extrahepatic_t0",
    }  # fmt: skip


def test_spanish_headings_are_understood():
    assert meanings(spanish_durations()) == {
        "Nº paciente": "patient_id", "Sexo": "sex", "Tipo de tratamiento": "method",
        "Supervivencia global (meses)": "os_time", "Estado vital": "vital_status",
    }  # fmt: skip


def test_day_first_is_taken_only_where_a_value_proves_it():
    orders = {m.column: m.date_order for m in propose((german_dates(),)).maps if m.date_order}
    assert orders == dict.fromkeys(
        ("Behandlungsdatum", "Datum Progress", "Datum Leberprogress", "Todesdatum", "Datum letzter Kontakt"),
        "day_first",
    )
    assert not any(m.date_order for m in propose((ambiguous_dates(),)).maps)


def test_words_settle_codes_and_bare_numbers_do_not():
    german = {m.means: m.codes for m in propose((german_dates(),)).maps}
    assert german["vital_status"] == {"verstorben": "dead", "lebt": "alive"}
    assert german["sex"] == {"weiblich": "F", "männlich": "M"}
    assert german["extrahepatic_t0"] == {"ja": "present", "nein": "none"}
    bare = {m.means: m.codes for m in propose((bare_codes(),)).maps}
    assert bare["vital_status"] == {}
    assert bare["pfs_status"] == {}


def test_h_and_m_are_not_taken_for_male():
    assert next(m for m in propose((spanish_durations(),)).maps if m.means == "sex").codes == {}


def test_data_dictionary_settles_codes():
    proposal = propose((bare_codes(), glossary_sheet()))
    assert proposal.data.name == "Patients"
    codes = {m.means: m.codes for m in proposal.maps}
    assert codes["vital_status"] == {"1": "dead", "0": "alive"}
    assert codes["pfs_status"] == {"1": "event", "0": "censored"}
    assert any("data dictionary" in text for text in proposal.why("Death", "vital_status"))


def test_dictionary_and_heading_that_disagree_settle_nothing():
    raw = sheet(("id", "OS (weeks)", "dead_1_alive_0"), [("a", 10.0, 1.0), ("b", 20.0, 0.0), ("c", 30.0, 1.0)])
    legend = sheet(
        ("id", "id"), [("dead_1_alive_0", "alive = 1, dead = 0"), ("OS (weeks)", "in months")], name="Legend"
    )
    proposal = propose((raw, legend))
    assert next(m for m in proposal.maps if m.means == "vital_status").codes == {}
    assert next(m for m in proposal.maps if m.means == "os_time").unit == ""


def test_method_values_are_coded_by_words_and_blanks_do_not_matter():
    codes = next(m for m in propose((german_dates(),)).maps if m.means == "method").codes
    assert codes == {"DEB-TACE": "deb_tace", "Y-90 glass": "y90_glass", "MWA": "ablation_mwa"}


def test_two_columns_for_one_thing_are_not_chosen_between():
    raw = sheet(("id", "OS", "OS ", "Death"), [("a", 1, 2, "dead"), ("b", 3, 4, "alive"), ("c", 5, 6, "dead")])
    assert "os_time" not in {m.means for m in propose((raw,)).maps}


def test_repeated_headings_get_their_letter():
    raw = sheet(("id", "Datum", "Datum"), [("a", "1", "2")])
    assert [c.profile.column for c in propose((raw,)).columns] == ["id", "Datum [B]", "Datum [C]"]


def test_declared_columns_are_taken_as_they_are():
    study = Study(input=InputSettings(columns=(ColumnMap(column="death", means="vital_status"),)))
    assert meanings(bare_codes(), study=study) == {"Death": "vital_status"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (ColumnMap(column="Dead", means="vital_status"), "there is no column 'Dead'"),
        (ColumnMap(column="Death", means="mortality"), "means = 'mortality' is not known"),
        (ColumnMap(column="Death", means="vital_status", codes={"1": "?"}), "code ? of column 'Death'"),
    ],
)
def test_impossible_declarations_are_named(entry, words):
    with pytest.raises(SettingsError, match=r"input\.columns\[0\]") as error:
        propose((bare_codes(),), Study(input=InputSettings(columns=(entry,))))
    assert words in str(error.value)


def test_no_patients_and_several_sheets_are_said():
    with pytest.raises(InputError, match="no sheet holds any patient"):
        propose((sheet(("id",), []),))
    with pytest.raises(InputError, match="several sheets could hold the patients"):
        propose((german_dates(), sheet(*_copy(german_dates()), name="Copy")))
    with pytest.raises(SettingsError, match="there is no sheet 'Other'"):
        propose((german_dates(),), Study(input=InputSettings(sheet="Other")))


def _copy(raw):
    return raw.header, list(raw.rows)


def test_evidence_of_a_column_never_holds_a_patients_value():
    proposal = propose((german_dates(),))
    text = " ".join(t for _, _, t in proposal.evidence)
    assert not any(p in text for p in ("007", "04.03.2015", "008"))
    assert "007" not in repr(proposal)
