"""Invented cohorts without a planted error."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from scripts.clean_cohort import CUTOFF, clean_cohort

from glisson.clinical.derive import available, endpoint
from glisson.clinical.integrity import check
from glisson.clinical.relational import Locator


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_check_blocks_it_and_every_endpoint_can_be_derived(seed: int) -> None:
    cohort = clean_cohort(seed)
    found = check(cohort.tables, Locator(sheets={}), today=date(2026, 1, 1), study=cohort.study)
    assert [p for p in found if p.severity != "note"] == []
    assert {code for code, reason in available(cohort) if not reason} >= {"os", "pfs", "ttp", "ttnt"}


def test_the_same_seed_gives_the_same_patients() -> None:
    for name, table in clean_cohort(7).tables.items():
        assert table.equals(clean_cohort(7).tables[name]), name
    assert not clean_cohort(8).table("patient").equals(clean_cohort(7).table("patient"))


@pytest.mark.parametrize(("n", "split", "sizes"), [(24, (13, 6, 5), [13, 6, 5]), (48, (13, 6, 5), [26, 12, 10]),
                                                   (7, (1, 1), [4, 3]), (1, (13, 6, 5), [1])])  # fmt: skip
def test_sizes_of_the_methods(n, split, sizes) -> None:
    counts = clean_cohort(1, n, split).table("session")["method"].value_counts(sort=True)["count"].to_list()
    assert counts == sizes


def test_everybody_is_followed_to_the_cutoff_or_to_death() -> None:
    alive = clean_cohort(3, 200).table("patient").filter(pl.col("death_date").is_null())
    gaps = [(CUTOFF - d).days for d in alive["last_contact_date"]]
    assert 0 <= min(gaps) <= max(gaps) < 30


def test_methods_do_not_differ() -> None:
    os = endpoint(clean_cohort(4, 3000, (1, 1)), "os")
    days, events = ([float(x[os.keys["method"].codes == g].sum()) for g in (0, 1)] for x in (os.exit, os.cause))
    assert events[0] / days[0] == pytest.approx(events[1] / days[1], rel=0.08)
