"""The list of exported variables in the documentation is what the export writes."""

from __future__ import annotations

import re

import pytest
from scripts.make_adam_page import TARGET, page

from glisson.adam.export import datasets
from glisson.clinical.cdisc.domains import DOMAINS
from glisson.clinical.read import demo_cohort


@pytest.fixture(scope="module")
def sections() -> dict[str, list[str]]:
    found = re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page(), re.MULTILINE | re.DOTALL)
    return {name: [line for line in text.splitlines() if line.startswith("| `")] for name, text in found}


def test_the_committed_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), "run: python -m scripts.make_adam_page"


def test_every_variable_of_the_demonstration_cohort_has_one_row(sections: dict[str, list[str]]) -> None:
    structural = {"STUDYID", "DOMAIN", "USUBJID"}
    domains = {d.code.lower(): d for d in DOMAINS}
    for one in datasets(demo_cohort()).datasets:
        listed = [row.split("`")[1] for row in sections[one.name]]
        if one.name in domains:
            own = [v.name for v in one.variables if v.name not in structural | {domains[one.name].sequence}]
            assert sorted(own, key=listed.index) == own  # the order of the file is that of the page
        else:
            assert listed[: len(one.variables)] == [v.name for v in one.variables]


def test_every_column_that_a_domain_can_hold_has_one_row(sections: dict[str, list[str]]) -> None:
    for domain in DOMAINS:
        assert sorted(row.split("`")[1] for row in sections[domain.code.lower()]) == sorted(domain.variables.values())
        assert all(f"`{domain.table}." in row for row in sections[domain.code.lower()])


def test_no_row_breaks_its_table(sections: dict[str, list[str]]) -> None:
    for rows in sections.values():
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {3, 4, 5}
        assert all("||" not in row.replace(" ", "") for row in rows)
