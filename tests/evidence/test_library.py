"""The library of published results: whole, possible, and found by what is asked."""

from __future__ import annotations

import pytest

from glisson.errors import InputError
from glisson.evidence import library
from glisson.evidence.library import Arm, Published, read_library

ARM = dict.fromkeys(Arm.model_fields, "") | {
    "study_id": "s", "arm_id": "a", "first_author": "Doe", "year": "2020", "title_short": "T", "setting": "systemic",
    "modality": "doxorubicin", "histology": "lms", "n_patients": "10", "source_url": "https://example.org/s",
}  # fmt: skip
NUMBER = dict.fromkeys(Published.model_fields, "") | {
    "study_id": "s", "arm_id": "a", "subgroup": "all", "endpoint": "os", "statistic": "proportion", "value": "0.5",
    "n": "10", "events": "5", "source_url": "https://example.org/s", "source_type": "abstract",
}  # fmt: skip


def _csv(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(r.values()) for r in rows)])


def test_every_number_has_its_arm_and_a_source():
    shelf = library()
    assert len({(a.study_id, a.arm_id) for a in shelf.arms}) == len(shelf.arms)
    known = {(a.study_id, a.arm_id) for a in shelf.arms}
    assert all((n.study_id, n.arm_id) in known for n in shelf.numbers)
    assert len({a.study_id for a in shelf.arms}) == 42
    assert len(shelf.numbers) == 387


def test_published_proportions_agree_with_their_counts():
    for n in library().select(statistic="proportion"):
        if n.events is not None and n.n and n.value is not None:
            assert n.value == pytest.approx(n.events / n.n, abs=0.01), n


def test_heart_failure_rises_with_the_dose_and_studies_of_the_same_patients_are_known():
    doses = [n for n in library().select(study_id="swain2003") if n.subgroup != "all"]
    assert [(n.subgroup, n.value) for n in doses] == [
        (f"estimated at {dose} mg/m2", share) for dose, share in ((400, 0.05), (500, 0.16), (550, 0.26), (700, 0.48))
    ]
    shared = {a.study_id for a in library().arms if a.overlap_group == "announce"}
    assert shared == {"tap2020_announce", "jones2021"}


def test_numbers_are_found_by_what_they_are_and_by_their_arm():
    found = library().select(endpoint="toxicity:febrile_neutropenia", setting="systemic", modality="doxorubicin")
    assert {n.study_id for n in found} == {"tap2017_sarc021", "ryan2016_picasso3"}
    assert library().select(endpoint="toxicity:*", study_id="krzyston2020")[0].value == 0
    assert library().arm("judson2014", "doxorubicin").label == "Judson 2014"
    with pytest.raises(InputError, match="no arm 'x'"):
        library().arm("judson2014", "x")


@pytest.mark.parametrize(
    ("arm", "number", "said"),
    [
        ({}, {"events": "11"}, "more events than patients"),
        ({}, {"value": "1.5"}, "outside 0 and 1"),
        ({}, {"ci_low": "0.6", "ci_high": "0.4"}, "ends before it begins"),
        ({}, {"arm_id": "b"}, "no arm s b"),
        ({"n_lms": "11"}, {}, "more patients with leiomyosarcoma"),
        ({"setting": "elsewhere"}, {}, "setting"),
        ({"source_url": "a journal"}, {}, "source_url"),
        ({"year": "twenty"}, {}, "year"),
    ],
)
def test_what_is_impossible_is_refused_with_its_line(arm, number, said):
    read_library(_csv(ARM), _csv(NUMBER))
    with pytest.raises(InputError, match=said):
        read_library(_csv(ARM | arm), _csv(NUMBER | number))


def test_an_arm_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="stands twice"):
        read_library(_csv(ARM, ARM), _csv(NUMBER))
