from __future__ import annotations

from glisson.present.tabulate import appendix
from glisson.present.tabulate.common import group_name
from tests.reporting.fixture import assessment


def test_problems_name_their_place_and_no_patient() -> None:
    table = appendix.problems(assessment())
    assert table.rows[0].cells[:3] == (
        "Changes a result",
        "demo.xlsx, sheet followup, cell C7",
        "Only the month is known (2017-03)",
    )
    assert table.rows[1].cells[3:] == ("—", "—")


def test_settings_say_where_they_come_from() -> None:
    table = appendix.settings(assessment())
    assert {r.cells[2] for r in table.rows} == {"Chosen", "Default", "Derived from the data"}
    assert [c.heading for c in table.columns] == ["Setting", "Value", "Origin"]  # no reasons, no column for them


def test_a_finding_may_group_by_a_variable_of_its_own() -> None:
    assert group_name(assessment(), (("any session by", "deb_tace"),)) == "DEB-TACE"
    assert group_name(assessment(), ()) == "All patients"
