"""The response of a cohort as a whole: rates, other readings, agreement, depth, and what the page says of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from glisson.assessing.response import OFF_LABEL, RATES, response_result
from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import parse_study
from glisson.present.document import Note, Paragraph, TableBlock
from glisson.present.tabulate import response as tables
from glisson.reporting.response import methods_text, response_chapter
from glisson.reporting.results_response import ResponsePart
from tests.clinical.build import cohort
from tests.clinical.test_readings import made, on, plain, said
from tests.reporting.fixture import assessment

OBJECTIVE = RATES[0][0]


def objective(estimates, detail="all treated"):
    row = estimates.one("proportion", variable=OBJECTIVE, detail=detail, group=())
    return row.events, row.n


def chapter(result):
    return response_chapter(replace(assessment(), response=result))


def text_of(blocks):
    return " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note))


def names_of(blocks):
    return [b.table.name for b in blocks if isinstance(b, TableBlock)]


def five(**study):
    """One confirmed response, one unconfirmed, one stable, one progressed, one dead before the first scan."""
    return made(
        {
            "a": plain((-5, 50), (60, 30), (100, 30)),
            "b": plain((-5, 50), (60, 30), (90, 60)),
            "c": plain((-5, 50), (60, 48), (120, 48)),
            "d": plain((-5, 50), (60, 70)),
            "e": [(-5, {}, 50)],
        },
        study,
        patient={"e": {"death_date": on(30), "last_contact_date": on(30), "vital_status": "dead"}},
    )


@pytest.mark.by_hand
def test_five_patients() -> None:
    result = response_result(five())
    assert objective(result.estimates) == (2, 5), "who died before the first scan did not respond"
    assert objective(result.estimates, "evaluable") == (2, 4)
    assert result.not_evaluable == (("died before a first scan", 1),)
    confirmed = next(o for o in result.others if o.site == "any" and o.criterion == "recist11")
    assert (confirmed.confirmed, objective(confirmed.estimates)) == (True, (1, 5))
    assert result.depth.one("median", group=()).value == pytest.approx((-40 - 4) / 2)
    assert (result.depth.one("minimum", group=()).value, result.depth.one("maximum", group=()).value) == (-40, 40)
    assert result.without_depth == (("died before the first scan", 1),)
    assert (result.timing.one("n", group=()).value, result.timing.one("median", group=()).value) == (2, 60)
    last = result.incidence.select("cumulative_incidence", group=()).rows[0]
    assert (last.at, last.value) == (91, pytest.approx(2 / 5))


@pytest.mark.by_hand
def test_a_recorded_response_that_the_measurements_contradict_is_listed() -> None:
    rows = {"a": [(-5, {}, 50), (60, said("SD"), 30)], "b": [(-5, {}, 50), (60, said("SD"), 48)]}
    result = response_result(made(rows))
    assert objective(result.estimates) == (1, 2)
    first = result.disagreements[0]
    assert (first.patient, first.day, first.recorded, first.derived) == ("Pt01", 60, "SD", "PR")
    assert {d.site for d in result.disagreements} == {"any", "liver"}
    assert any(o.source == "recorded" and objective(o.estimates) == (0, 2) for o in result.others)
    pair = next(r for r in result.agreements if r.kind == "recorded and derived")
    assert pair.estimates.one("agreement").value == 0.5
    assert pair.discordant == (("Pt01", "day 60: RECIST 1.1 as recorded SD, derived from measurements PR"),)
    blocks = chapter(result)
    assert "At 2 scans and sites the recorded response is not the one" in text_of(blocks)
    assert "response-disagreements" in names_of(blocks)
    table = tables.disagreements(assessment(), result)
    assert table.rows[0].cells[:5] == ("Pt01", "60", "All sites", "SD", "PR")
    assert "discordant" not in names_of(blocks), "they stand in a table of their own"


@pytest.mark.by_hand
def test_readers_are_compared_and_their_patients_listed() -> None:
    def read(day, local, central):
        return [(day, said(r, reader=who), None) for r, who in ((local, "local"), (central, "central1"))]

    rows = {p: [(-5, {"reader": "local"}, None), *read(60, "PR", "PR"), *read(120, "SD", "PD")] for p in "ab"}
    result = response_result(made(rows))
    pair = next(r for r in result.agreements if r.kind == "readers")
    assert (pair.first, pair.second, pair.unit) == ("RECIST 1.1, reader local", "reader central1", "scan")
    assert pair.estimates.one("agreement").value == 0.5
    assert pair.discordant == (("Pt01", "day 120: reader local SD, reader central1 PD"),
                               ("Pt02", "day 120: reader local SD, reader central1 PD"))  # fmt: skip
    table = tables.discordant(assessment(), result.agreements)
    assert table.rows[0].cells[2] == "Pt01, Pt02"


@pytest.mark.by_hand
def test_enhancement_criteria_are_off_label_outside_hepatocellular_carcinoma() -> None:
    base = made({"a": plain((-5, 50), (60, 30)), "b": plain((-5, 50), (60, 48))})
    measured = base.table("measurement")
    viable = measured.with_columns(viable_long_mm=measured["long_mm"])
    tables_ = {**base.tables, "measurement": viable}

    def notes(histology):
        patient = base.table("patient").with_columns(histology=histology)
        whole = type(base)(tables={**tables_, "patient": patient}, problems=base.problems, study=base.study)
        return {o.note for o in response_result(whole).others if o.criterion == "mrecist"}

    assert notes(pl.lit("leiomyosarcoma")) == {OFF_LABEL}
    assert notes(pl.lit("Hepatocellular carcinoma")) == {""}


@pytest.mark.by_hand
def test_a_best_response_alone_gives_rates_and_nothing_else() -> None:
    rows = [{"patient_id": "a", "best_response": "PR"}, {"patient_id": "b", "best_response": None}]
    whole = cohort(patient=rows, session=[{"session_id": "s", "patient_id": "a", "method": "y90"}])
    result = response_result(whole)
    assert objective(result.estimates) == (1, 2)
    assert (result.others, result.agreements, len(result.depth)) == ((), (), 0)
    blocks = chapter(result)
    assert names_of(blocks) == ["response"]
    assert "as recorded, unconfirmed" in blocks[-1].table.notes[0]


def test_without_any_response_there_is_no_result_and_the_page_says_so() -> None:
    assert response_result(cohort(patient=[{"patient_id": "a"}])) is None
    whole = replace(assessment(), response=None)
    assert "nothing can be said about response" in text_of(response_chapter(whole))


def test_recorded_responses_alone_are_kept_where_the_study_wants_them() -> None:
    whole = demo_cohort()
    study = whole.study.model_copy(update={"response": parse_study({"response": {"source": "recorded"}}).response})
    recorded = response_result(replace(whole, study=study))
    derived = response_result(whole)
    assert recorded.best == derived.best
    assert "as recorded" in recorded.notes[0]
    assert "derived from measurements" in derived.notes[0]


def test_the_page_of_the_demonstration() -> None:
    result = response_result(demo_cohort())
    blocks = chapter(result)
    text = text_of(blocks)
    assert "Of all treated patients 9 of 24 (38%; 95% CI, 19% to 59%) responded" in text
    assert "confirmed by a further scan in 8 of 24" in text
    assert "One patient could not be evaluated: no scan could be evaluated before death." in text
    assert "mRECIST was made for hepatocellular carcinoma" in text
    assert "RECIST 1.1 and mRECIST agreed in 12 of 23 patients" in text
    assert names_of(blocks) == ["response", "response-other", "response-depth", "agreement", "discordant"]
    ids = set(demo_cohort().table("patient")["patient_id"])
    cells = {c for b in blocks if isinstance(b, TableBlock) for r in b.table.rows for c in r.cells}
    assert not ids & cells
    assert ResponsePart.model_validate(result).not_evaluable == (("no scan could be evaluated before death", 1),)


def test_the_methods_name_criteria_and_intervals() -> None:
    text = methods_text(response_result(demo_cohort()))
    assert text.startswith("Best overall response, derived from measurements, by RECIST 1.1")
    assert "besides by mRECIST, Choi, and modified Choi" in text
    assert "Cohen's kappa, bootstrap interval (10000 resamples of units, seed 20200101)" in text


@pytest.mark.by_hand
def test_a_recorded_criterion_says_how_many_patients_it_can_judge():
    whole = demo_cohort()
    scans = whole.table("assessment")
    last = pl.col("assessment_id") == scans["assessment_id"][-1]
    other = scans.with_columns(criterion=pl.when(last).then(pl.lit("mrecist")).otherwise("criterion"))
    result = response_result(replace(whole, tables={**whole.tables, "assessment": other}))
    heads = [tables.heading(o) for o in result.others if o.source == "recorded" and o.criterion == "mrecist"]
    assert set(heads) == {
        "mRECIST, all sites (as recorded; evaluable, 1 of 24 patients)",
        "mRECIST, liver (as recorded; evaluable, 1 of 24 patients)",
    }
