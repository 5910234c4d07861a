from __future__ import annotations

import pytest

from glisson.clinical.coding import code_of, method_codes, stated
from glisson.clinical.targets import target


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("means", "phrase", "heading", "code"),
    [
        ("vital_status", "Patient died at follow-up date", "", "dead"),
        ("vital_status", "patient still alive or lost to FU", "", "alive"),
        ("vital_status", "not dead", "", "alive"),
        ("vital_status", "yes", "Death", "dead"),
        ("vital_status", "no", "Alive", "dead"),
        ("vital_status", "ja", "verstorben", "dead"),
        ("vital_status", "fallecida", "", "dead"),
        ("vital_status", "décédé", "", "dead"),
        ("vital_status", "yes", "Status", None),
        ("vital_status", "1", "Death", None),
        ("vital_status", "alive or dead", "", None),
        ("os_status", "yes", "Censored", "censored"),
        ("progression_status", "no progression", "", "not_progressed"),
        ("progression_status", "kein Progress", "", "not_progressed"),
        ("ttp_status", "patient censored", "", "censored"),
        ("pfs_status", "progression or death", "", "event"),
        ("extrahepatic_t0", "yes", "Liver only", "none"),
        ("extrahepatic_t0", "yes", "Extrahepatic disease", "present"),
        ("extrahepatic_t0", "Unknown", "Liver only", "unknown"),
        ("extrahepatic_t0", "none", "Extrahepatic disease", "none"),
        ("cirrhosis", "Y", "", "yes"),
        ("sex", "weiblich", "", "F"),
        ("sex", "M", "", "M"),
        ("sex", "1", "", None),
        ("best_response", "Stable disease", "", "SD"),
        ("method", "TACE", "", None),
        ("method", "DEB-TACE + MWA", "", None),
        ("method", "RFA + TACE", "", None),
        ("method", "Mikrowelle, dann Chemoembolisation", "", None),
        ("method", "drug-eluting chemoembolization", "", "deb_tace"),
        ("method", "Lipiodol-TACE", "", "ctace"),
    ],
)
def test_words_give_codes_and_numbers_do_not(means, phrase, heading, code):
    meaning = target(means)
    assert meaning is not None
    found = code_of(meaning, phrase, heading)
    assert (found.code if found else None) == code


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("doxorubicin LC beads", "deb_tace"),
        ("DEBTACE", "deb_tace"),
        ("c-TACE", "ctace"),
        ("TheraSphere", "y90_glass"),
        ("SIR-Spheres", "y90_resin"),
        ("SIRT", "y90"),
        ("Mikrowellenablation", "ablation_mwa"),
        ("ablación por radiofrecuencia", "ablation_rfa"),
        ("Cisplatin, doxorubicin, Mitomycin-C", None),
        ("Cisplastin", None),
    ],
)
def test_method_names(text, code):
    codes = [c.code for c in method_codes(text)]
    assert codes == ([code] if code else [])


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Status (0=alive, 1=dead)", ["0", "1"], {"0": "alive", "1": "dead"}),
        ("1: lebt, 2: verstorben", ["1", "2"], {"1": "lebt", "2": "verstorben"}),
        ("status_0alive_1dead", ["0", "1"], {"0": "alive", "1": "dead"}),
        ("Censored_0_progressed_1", ["0", "1"], {"0": "Censored", "1": "progressed"}),
        ("PS_bclc_0_0_1-2_1_3-4_3", ["0", "1", "3"], {}),
        ("Death", ["0", "1"], {}),
        ("1=Male, 2=Female", ["1", "2"], {"1": "Male", "2": "Female"}),
    ],
)
def test_codes_stated_in_words(text, values, expected):
    assert stated(text, values) == expected
