"""The sections on laboratory values and liver function."""

from __future__ import annotations

import pytest

from glisson.assessing.laboratory import laboratory_result
from glisson.clinical.labs.scores import CAVEAT
from glisson.clinical.read import demo_cohort
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.reporting.laboratory import laboratory_section, liver_function_section, methods_text
from tests.clinical.build import Person, people
from tests.present.tabulate.test_laboratory import _lab, four
from tests.reporting.fixture import assessment

pytestmark = pytest.mark.by_hand


def names(blocks: list[Block]) -> list[str]:
    return [b.table.name for b in blocks if isinstance(b, TableBlock)]


def text(blocks: list[Block]) -> str:
    return " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note))


def test_the_sections_of_the_demonstration() -> None:
    result = laboratory_result(demo_cohort())
    assert result is not None
    values = laboratory_section(assessment(), result)
    assert names(values) == ["lab-grades", "lab-methods", "lab-sessions", "lab-shifts", "lab-extremes"]
    assert "aspartate aminotransferase increased in 4 of 24 (17%)" in text(values)
    assert "No treatment-emergent decrease was found in neutrophils, white blood cells, and platelets" in text(values)
    assert "is grade 0 in version 5" in text(values)
    function = liver_function_section(assessment(), result)
    assert names(function) == ["liver-function"]
    assert CAVEAT in text(function)
    assert CAVEAT not in text(values)


def test_the_caveat_is_left_out_where_everybody_has_cirrhosis() -> None:
    units = {"bilirubin": "umol/L", "albumin": "g/L", "inr": "ratio", "creatinine": "umol/L", "sodium": "mmol/L"}
    normal = {"bilirubin": 20, "albumin": 34, "inr": 1.2, "creatinine": 80, "sodium": 136}
    labs = [_lab("a", "2021-01-12", t, v, unit=units[t], uln=None) for t, v in normal.items()]
    for cirrhosis, said in ((True, False), (None, True)):
        patient = {"sex": "F", "cirrhosis": cirrhosis}
        result = laboratory_result(
            people([Person(id="a", t0="2021-01-10", last="2021-12-31", patient=patient)], lab=labs)
        )
        assert result is not None
        assert {"meld_na", "meld_3"} <= {s.score for s in result.scores}
        assert (CAVEAT in text(liver_function_section(assessment(), result))) is said


def test_nothing_severe_and_nothing_scored() -> None:
    persons = [Person(id="a", t0="2021-01-10", last="2021-12-31")]
    result = laboratory_result(people(persons, lab=[_lab("a", "2021-01-12", "alt", 30)]))
    assert result is not None
    blocks = laboratory_section(assessment(), result)
    assert isinstance(blocks[0], Heading)
    assert names(blocks) == ["lab-grades", "lab-shifts", "lab-extremes"]
    assert "No value reached grade 3" in text(blocks)
    assert liver_function_section(assessment(), result) == []


def test_methods_name_the_version_and_the_scores() -> None:
    said = methods_text(four("6"))
    assert "CTCAE version 6" in said
    assert "ALBI grade and Modified ALBI grade" in said
