"""Finding published numbers by words, and their words on a page."""

from __future__ import annotations

import subprocess
import sys

import pytest

import glisson as gl
from glisson.errors import InputError
from glisson.evidence import library
from glisson.evidence.wording import endpoint_words
from glisson.present.published import interval_words, percent, value_words


def test_words_find_values_that_hold_all_of_them():
    shelf = library()
    assert {a.modality for a in shelf.where(modality="tace").arms} == {"tace", "deb_tace"}
    assert {a.modality for a in shelf.where(modality="=tace").arms} == {"tace"}
    assert {n.endpoint for n in shelf.where(endpoint="os").numbers} == {"os"}
    neutropenia = shelf.where(endpoint="neutropenia toxicity")
    assert all("neutropenia" in n.endpoint for n in neutropenia.numbers)
    assert {(a.study_id, a.arm_id) for a in neutropenia.arms} == {(n.study_id, n.arm_id) for n in neutropenia.numbers}
    assert "lms (pre-KIT era)" in {a.histology for a in shelf.where(histology="LMS pre-KIT").arms}


def test_several_filters_must_all_fit_and_nothing_is_asked_for_by_default():
    shelf = library()
    assert shelf.where().arms == shelf.arms
    assert shelf.where().numbers == shelf.numbers
    found = shelf.where(setting="systemic", line="first", histology="=lms", endpoint="pfs")
    assert {a.study_id for a in found.arms} == {"pautier_lms04", "dambrosio2020"}


def test_what_nobody_reported_is_said_with_what_there_is():
    with pytest.raises(InputError, match=r"modality 'cryotherapy'.*deb_tace"):
        library().where(modality="cryotherapy")
    with pytest.raises(InputError, match=r"endpoint 'orr'"):
        library().where(study_id="krzyston2020", endpoint="orr")


def test_the_module_is_public_and_imported_only_when_used():
    assert gl.evidence.library() is library()
    code = "import sys, glisson as gl; a = 'glisson.evidence' in sys.modules; gl.evidence; "
    code += "print(a, 'glisson.evidence' in sys.modules, 'evidence' in dir(gl))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True", "True"]


@pytest.mark.by_hand
def test_numbers_in_words():
    one = library().select(study_id="pautier_lms04", endpoint="pfs", statistic="rate_at_12m")[0]
    assert (value_words(one), interval_words(one)) == ("16% at 12 months", "95% CI 9.4% to 25.9%")
    assert value_words(one.model_copy(update={"value": None})) == "not given"
    assert interval_words(one.model_copy(update={"ci_high": None})) == "95% CI 9.4% to not reached"
    ratio = library().select(study_id="schoffski2016", statistic="hazard_ratio", subgroup="all")[0]
    assert value_words(ratio) == "hazard ratio 0.75 against dacarbazine"
    assert percent(0.8125) == "81.3%"  # halves are rounded up, as everywhere
    assert percent(1.0) == "100%"
    assert endpoint_words("toxicity:any_grade3_4") == "Toxicity: any grade 3 or 4"
    assert endpoint_words("pk:doxorubicin_auc_ng_min_per_ml").startswith("Pharmacokinetics: doxorubicin")
