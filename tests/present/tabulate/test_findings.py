"""Findings of one pitfall told together; the naive beside the corrected."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment import Finding
from glisson.present.tabulate import findings as tables
from glisson.present.words import Words
from glisson.reporting.pitfalls import GROUPS
from glisson.tables import Estimate, Estimates
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")
MEDIAN = Estimate(variable="os", statistic="median", value=300.0, unit="day", n=24, events=17)


def finding(title: str = "Trouble", naive=(), corrected=(), **values) -> Finding:
    own = {"id": "P99", "severity": "warn", "sentence": "S.", "consequence": "C.", "remedy": "R.", "title": title}
    return Finding(**own | {"naive": Estimates(tuple(naive)), "corrected": Estimates(tuple(corrected))} | values)


def rows(*found: Finding) -> list[tuple[str, ...]]:
    (item,) = tables.items(found)
    table = tables.beside(assessment(), item, WORDS)
    assert table is not None
    return [r.cells for r in table.rows]


def test_findings_are_listed_worst_first_in_words() -> None:
    table = tables.overview(assessment(), GROUPS)
    assert [r.cells for r in table.rows] == [
        (
            "P21",
            "Patients counted under several methods",
            "3 patients were treated by more than one method: counted under each, 24 patients become 27.",
            "Must be corrected",
            "3",
        ),
        (
            "P18",
            "Confounding by indication",
            "The methods were given to different patients.",
            "Should be considered",
            "—",
        ),
        ("P19", "Tiny groups", "2 of 3 methods have fewer than 10 patients.", "Worth knowing", "—"),
    ]


def test_findings_of_one_pitfall_and_severity_are_one_item() -> None:
    found = [finding("Trouble: here"), finding("Trouble: there"), finding("Trouble: far", severity="info"),
             finding("Other", id="P98")]  # fmt: skip
    assert [(i.id, i.severity, i.title, i.cases) for i in tables.items(found)] == [
        ("P99", "warn", "Trouble", ("here", "there")),
        ("P99", "info", "Trouble: far", ("",)),
        ("P98", "warn", "Other", ("",)),
    ]
    (item,) = tables.items([finding("Several readers"), finding("Mixed response criteria")])
    assert (item.title, item.cases) == (
        "Several readers and mixed response criteria", ("Several readers", "Mixed response criteria")
    )  # fmt: skip


def test_what_findings_share_is_said_once_and_the_rest_with_each() -> None:
    found = [
        finding("T: a", remedy="All was done. On day 30 too.", patients=("Pt02", "Pt01"), reference="A; B."),
        finding("T: b", remedy="All was done. On day 91 too.", patients=("Pt02",), reference="B"),
    ]
    (item,) = tables.items(found)
    assert item.shared("remedy") == "All was done."
    assert [item.own("remedy", i) for i in (0, 1)] == ["On day 30 too.", "On day 91 too."]
    assert (item.patients, item.references) == (("Pt01", "Pt02"), ("A", "B"))


def test_the_naive_stands_beside_the_corrected_of_the_same_group_and_time() -> None:
    shorter = replace(MEDIAN, value=200.0)
    assert rows(finding(naive=[MEDIAN], corrected=[shorter])) == [
        ("All patients", "Median, months", "9.9\n17 / 24", "6.6\n17 / 24"),
    ]
    other = replace(shorter, group=(("method", "deb_tace"),))
    assert rows(finding(naive=[MEDIAN], corrected=[other])) == [
        ("All patients", "Median, months", "9.9\n17 / 24", "—"),
        ("DEB-TACE", "Median, months", "—", "6.6\n17 / 24"),
    ]


def test_a_mixture_stands_beside_none_of_its_parts() -> None:
    naive, one, other = (
        Estimate(variable="response", statistic="proportion", value=v, low=0.1, high=0.9, unit="probability",
                 level=0.95, n=24, events=round(24 * v), detail=text)
        for v, text in ((0.5, "all criteria together"), (0.25, "mRECIST"), (0.75, "RECIST 1.1"))
    )  # fmt: skip
    shown = rows(finding(id="P16", naive=[naive], corrected=[one, other]))
    assert [("—" in r[2], "—" in r[3]) for r in shown] == [(False, True), (True, False), (True, False)]
    assert "all criteria together" in shown[0][1]


def test_one_minus_kaplan_meier_is_compared_with_the_cumulative_incidence() -> None:
    naive = Estimate(variable="ttp", statistic="one_minus_survival", at=365.0, value=0.5, unit="probability", n=24)
    right = replace(naive, statistic="cumulative_incidence", detail="progression", value=0.4)
    assert rows(finding(naive=[naive], corrected=[right])) == [
        ("All patients", "Cumulative incidence at 12 months: progression", "50%", "40%"),
    ]


def test_one_naive_hazard_ratio_is_set_beside_every_corrected_one() -> None:
    naive = Estimate(variable="os (naive)", statistic="hazard_ratio", group=(("x", "ever"),), value=0.27, unit="ratio")
    moving = replace(naive, group=(("x", "after it"),), value=1.14)
    landmark = replace(naive, group=(("x", "by day 30"),), value=0.92)
    found = finding(naive=[MEDIAN, naive], corrected=[moving, landmark], id="P01")
    assert [r[2:] for r in rows(found)] == [("0.27", "1.14"), ("0.27", "0.92")]  # of P01 only ratios are printed


def test_without_a_naive_analysis_there_is_no_column_for_it() -> None:
    (item,) = tables.items([finding(corrected=[MEDIAN])])
    table = tables.beside(assessment(), item, WORDS)
    assert [c.heading for c in table.columns] == ["Group", "Statistic", "Corrected"]
    assert tables.beside(assessment(), tables.items([finding()])[0], WORDS) is None


def test_rows_of_different_things_are_told_apart() -> None:
    shares = [
        Estimate(variable=v, statistic="proportion", value=0.5, unit="probability")
        for v in ("ttp per lesion", "technical success")
    ]
    own = replace(MEDIAN, group=(("a second method", "yes"),))
    assert [r[0] for r in rows(finding(naive=[*shares, own]))] == [
        "Time to progression per lesion", "Technical success", "A second method: yes",
    ]  # fmt: skip


def test_rows_of_several_endpoints_are_headed_by_them() -> None:
    share = Estimate(variable="os", statistic="proportion", value=0.5, unit="probability", detail="overall survival")
    ratio = Estimate(variable="ttp", statistic="hazard_ratio", value=2.0, unit="ratio", group=(("method", "y90"),),
                     detail="versus deb_tace, time to progression")  # fmt: skip
    usual = replace(ratio, value=None, reason="not estimable")
    assert rows(finding(naive=[usual], corrected=[share, ratio])) == [
        ("Overall survival",),
        ("All patients", "Proportion", "—", "50%"),
        ("Time to progression",),
        ("Y-90 radioembolization", "Hazard ratio: versus DEB-TACE", "not estimable", "2.00"),
    ]
