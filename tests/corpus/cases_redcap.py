"""REDCap exports that are incomplete or contradict their data dictionary."""

from __future__ import annotations

from tests.corpus.build import file, files
from tests.corpus.case import Case, reads, refused, settings

_DICTIONARY = """\
"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Identifier?"
record_id,patient,text,"Record ID",,
sex,patient,radio,"Sex","1, Male | 2, Female",
age,patient,text,"Age at first treatment",,
extrahepatic,patient,radio,"Extrahepatic disease","0, No | 1, Yes",
treatment_date,patient,text,"Date of treatment",,
method,patient,radio,"Method","1, DEB-TACE | 2, Y-90 glass | 3, MWA",
last_contact,patient,text,"Date of last contact",,
vital_status,patient,radio,"Vital status","0, Alive | 1, Dead",
visit_date,scan,text,"Date of scan",,
overall,scan,radio,"Overall response","1, CR | 2, PR | 3, SD | 4, PD",
"""
_DATA = """\
record_id,sex,age,extrahepatic,treatment_date,method,last_contact,vital_status,patient_complete
001,2,61,1,2016-01-13,1,2016-11-20,1,2
002,1,70,0,2016-03-25,2,2017-08-03,1,2
003,2,48,0,2016-09-14,3,2018-05-14,0,2
004,2,66,1,2017-04-28,1,2018-06-29,0,2
"""
_REPEATING = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,treatment_date,method,last_contact,vital_status,visit_date,overall
001,,,2,2016-01-13,1,2016-11-20,1,,
001,scan,1,,,,,,2016-04-18,3
001,mystery,1,,,,,,2016-05-18,3
"""

REDCAP: tuple[Case, ...] = (
    reads("raw export with its dictionary", files(data__csv=_DATA, dictionary__csv=_DICTIONARY)),
    refused("missing dictionary", file("data.csv", _DATA), "data.csv", "dictionary|vital_status|method|sex"),
    refused("dictionary without records", files(dictionary__csv=_DICTIONARY), "dictionary|export", "record|csv"),
    refused(
        "records: heading only",
        files(data__csv=_DATA.splitlines()[0] + "\n", dictionary__csv=_DICTIONARY),
        "data|export",
        "no record|record",
    ),
    refused(
        "two files of records",
        files(data__csv=_DATA, old__csv=_DATA, dictionary__csv=_DICTIONARY),
        "several",
        "data.csv",
        "old.csv",
        "path|one of them",
    ),
    refused(
        "unknown repeating instrument", files(data__csv=_REPEATING, dictionary__csv=_DICTIONARY), "mystery|study.toml"
    ),
    refused(
        "code that the dictionary does not know",
        files(data__csv=_DATA.replace(",3,2018-05-14", ",7,2018-05-14"), dictionary__csv=_DICTIONARY),
        "method",
        "7",
    ),
    refused(
        "dictionary of another project",
        files(
            data__csv=_DATA,
            dictionary__csv=_DICTIONARY.replace("method", "weather")
            .replace("vital_status", "wind")
            .replace("sex", "rain"),
        ),
        "data.csv|export",
        "vital_status|method|status",
    ),
    refused(
        "nothing but ids",
        files(data__csv="record_id,patient_complete\n001,2\n002,2\n", dictionary__csv=_DICTIONARY),
        "data.csv|export|redcap",
    ),
    refused(
        "settings for another kind",
        files(data__csv=_DATA, dictionary__csv=_DICTIONARY),
        "patient|session|relational",
        study=settings(input={"kind": "relational"}),
    ),
)
