"""P07, P17 and P21 by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, t

from glisson.pitfalls.counting import (
    _errors_of_ratios,
    _ratios_by_method,
    by_current_method,
    clustering,
    denominators,
    double_counting,
)
from glisson.tables import Endpoint
from tests.clinical.build import Person, people
from tests.pitfalls.build import context_of, day, findings, lesions, only, patient, values

YEAR = 365.25


def treated(*success: str) -> list[Person]:
    """Return one patient a text, with one session a letter: y(es), n(o) or ? for not recorded."""
    marks = {"y": True, "n": False, "?": None}
    return [
        Person(
            id=f"A{i}", t0=day(0), last=day(300),
            sessions=tuple({"date": day(30 * k), "technical_success": marks[m]} for k, m in enumerate(text, start=1)),
        )
        for i, text in enumerate(success)
    ]  # fmt: skip


@pytest.mark.by_hand
def test_sessions_of_one_patient_are_alike() -> None:
    found = only(clustering, treated("yy", "nn", "yy", "yn"))
    assert (found.id, found.severity, found.patients) == ("P07", "stop", ("a0", "a1", "a2", "a3"))
    # p = 5/8; residuals 3/4, -5/4, 3/4, -1/4 have squares 2.75: 4/3 * 2.75 / 64 against 15/64 / 8.
    assert dict(found.numbers) == {
        "patients": "4",
        "patients with several": "4",
        "sessions": "8",
        "standard error, sessions as independent": "0.1712",
        "standard error, patients kept whole": "0.2394",
        "correlation within patients": "0.57",  # mean squares 0.4583 and 0.125: (0.3333) / (0.5833)
        "effective number of sessions": "4.1",  # 8 * 0.0293 / 0.0573
    }
    naive, corrected = found.naive.one("proportion"), found.corrected.one("proportion")
    assert (naive.value, corrected.value) == (0.625, 0.625)
    assert (naive.low, naive.high) == pytest.approx((beta.ppf(0.025, 5, 4), beta.ppf(0.975, 6, 3)))
    n = 8 * (15 / 64 / 8) / (4 / 3 * 2.75 / 64) * (t.ppf(0.975, 7) / t.ppf(0.975, 3)) ** 2
    limits = beta.ppf(0.025, 0.625 * n, 0.375 * n + 1), beta.ppf(0.975, 0.625 * n + 1, 0.375 * n)
    assert (corrected.low, corrected.high) == pytest.approx(limits)
    assert corrected.high - corrected.low > naive.high - naive.low


def test_one_recorded_session_each_is_no_cluster() -> None:
    assert not findings(clustering, treated("y", "n", "y?", "y"))
    assert not findings(clustering, treated("?", "?"))


@pytest.mark.by_hand
def test_lesions_of_one_patient_are_not_independent() -> None:
    persons, tables = lesions(of="AAB")
    found = only(clustering, persons, **tables)
    assert (found.id, found.severity, found.patients) == ("P07", "stop", ("a",))
    # One of three lesions progresses. Leaving out lesions gives 0, 1/2, 1/2: 2/3 * (1/9 + 1/36 + 1/36) = 1/9;
    # leaving out patients 0 (B alone) and 1/2 (A alone): 1/2 * 2 * 1/16 = 1/16.
    assert dict(found.numbers) == {
        "patients": "2",
        "patients with several": "1",
        "lesions": "3",
        "standard error on day 365, lesions as independent": "0.3333",
        "standard error on day 365, patients kept whole": "0.2500",
        # Between patients 2/36 + 1/9 = 1/6, within 2/4 = 1/2, size (3 - 5/3) = 4/3: (1/6 - 1/2) / (1/6 + 1/3 * 1/2).
        "correlation within patients": "-1.00",
    }
    assert values(found.naive, "cumulative_incidence")[365,] == pytest.approx(1 / 3)
    row = found.corrected.one("cumulative_incidence", at=365)
    width = 1.959964 * 0.25 / (np.log(1 / 3) / 3)
    assert (row.value, row.low, row.high) == pytest.approx((1 / 3, 3 ** -np.exp(-width), 3 ** -np.exp(width)))


def test_one_lesion_each_is_no_cluster() -> None:
    persons, tables = lesions(of="ABC")
    assert not findings(clustering, persons, **tables)


@pytest.mark.by_hand
def test_shares_of_lesions_are_not_shares_of_patients() -> None:
    persons, tables = lesions(of="AAB")
    found = only(denominators, persons, **tables)
    assert (found.id, found.severity) == ("P17", "warn")
    assert found.numbers == (("patients", "2"), ("sessions", "2"), ("lesions", "3"))
    assert found.naive.one("proportion").value == 2 / 3
    assert found.corrected.one("proportion").value == 1 / 2


@pytest.mark.by_hand
def test_shares_of_sessions_are_not_shares_of_patients() -> None:
    found = only(denominators, treated("yy", "nn", "yy", "yn"))
    assert found.naive.one("proportion").value == 5 / 8
    assert found.corrected.one("proportion").value == 2 / 4


def test_equal_numbers_of_patients_sessions_and_lesions_confuse_nobody() -> None:
    persons, tables = lesions(of="ABC")
    assert not findings(denominators, persons, **tables)


#: Two patients with one method; one may have a second from day 100 on.
OTHERS = [patient("A", 100), patient("B", 200, method="y90_glass")]


@pytest.mark.by_hand
def test_a_patient_with_two_methods_is_counted_twice() -> None:
    found = only(double_counting, [*OTHERS, patient("C", 400, sessions=[(100, "y90_resin")])])
    assert (found.id, found.severity, found.patients) == ("P21", "stop", ("c",))
    assert dict(found.numbers) == {"patients": "1 of 3 (33%)", "sum over methods": "4"}
    assert values(found.naive, "n") == {("deb_tace",): 2, ("y90",): 2}
    assert values(found.naive, "median") == {("deb_tace",): 250, ("y90",): 300}
    assert values(found.corrected, "n") == {("deb_tace",): 2, ("y90",): 1}
    assert values(found.corrected, "median") == {("deb_tace",): 250, ("y90",): 200}
    # DEB-TACE: 100 days of A with a death and 100 of C; Y-90: 200 of B and 300 of C, each with a death.
    assert values(found.corrected, "rate") == {("deb_tace",): 1 / (200 / YEAR), ("y90",): 2 / (500 / YEAR)}


@pytest.mark.parametrize("second", [[(100, "deb_tace")], [(100, None)], []], ids=["same", "not recorded", "none"])
def test_one_method_each_is_counted_once(second) -> None:
    assert not findings(double_counting, [*OTHERS, patient("C", 400, sessions=second)])


def test_glass_and_resin_are_two_methods_only_where_the_study_says_so() -> None:
    persons = [*OTHERS, patient("C", 400, method="y90_glass", sessions=[(100, "y90_resin")])]
    assert not findings(double_counting, persons)
    assert findings(double_counting, persons, {"analysis": {"method_grouping": "exact"}})


def test_methods_without_dates_are_still_counted_twice() -> None:
    persons = [Person(id="A", t0=None, sessions=({"method": "y90_glass"},)), Person(id="B", t0=None)]
    found = only(double_counting, persons)
    assert (found.patients, len(found.naive), len(found.corrected)) == (("a",), 0, 0)


def test_time_is_split_at_every_change_of_method() -> None:
    persons = [
        patient("A", 0, method="hai"),
        patient("B", 90, sessions=[(30, "deb_tace"), (40, "y90_glass"), (50, "y90_glass"), (90, "tae")]),
        patient("C", 60, sessions=[(0, "y90_glass"), (20, "tae")], dead=False),
    ]
    context = context_of(people(persons))
    rows = by_current_method(context, context.survival())
    got = list(
        zip(rows.unit, rows.entry.tolist(), rows.exit.tolist(), rows.cause.tolist(),
            rows.factor("current method").values(), strict=True)
    )  # fmt: skip
    assert got == [
        ("A", -1, 0, 1, "hai"),
        ("B", -1, 40, -1, "deb_tace"), ("B", 40, 90, 1, "y90"),
        ("C", -1, 20, -1, "combined"), ("C", 20, 60, 0, "tae"),
    ]  # fmt: skip


@pytest.mark.by_hand
def test_lesions_counted_twice_halve_the_naive_variance_and_leave_the_robust_one() -> None:
    """Twins of every lesion add no information: only errors that keep patients whole do not shrink."""
    context = context_of(people([patient("A", 100)]))
    time, cause, method = [3, 9, 14, 20, 31, 40, 2, 5, 7, 8, 12, 18], [1] * 12, ["tae"] * 6 + ["deb_tace"] * 6
    ids = [f"p{i}" for i in range(12)]

    def errors(copies: int) -> list[float]:
        ltp = Endpoint.from_arrays(
            time * copies, cause * copies, unit=[f"{i}-{c}" for c in range(copies) for i in ids], cluster=ids * copies,
            causes=["local progression"], keys={"method": method * copies}, name="ltp",
        )  # fmt: skip
        ltp = replace(ltp, cluster=np.array(ids * copies))
        alone, whole = _ratios_by_method(context, ltp)
        assert alone.one("hazard_ratio").n == 12 * copies
        return [float(text) for rows in (alone, whole) for _, text in _errors_of_ratios(rows, "")]

    (naive, _), (naive_of_two, robust_of_two) = errors(1), errors(2)
    assert naive_of_two == pytest.approx(naive / 2**0.5, rel=0.1)  # Efron's ties and Firth's penalty differ a little
    assert robust_of_two > 1.15 * naive_of_two


@pytest.mark.by_hand
def test_a_second_method_counts_from_its_session_on_in_the_hazard_ratio() -> None:
    persons = [patient("A", 100), patient("B", 150), patient("C", 400, sessions=[(200, "y90_glass")]),
               patient("D", 300, method="y90_glass"), patient("E", 90, method="y90_glass")]  # fmt: skip
    found = only(double_counting, persons)
    naive, moving = found.naive.one("hazard_ratio"), found.corrected.one("hazard_ratio")
    assert (naive.n, moving.n) == (5, 5)
    assert naive.group == (("any session by", "y90"),)
    assert moving.group == (("current method", "y90"),)
    assert "latest session" in moving.detail
    # C, who lived longest, counts for both methods in the naive analysis: six rows, six deaths.
    assert (naive.events, moving.events) == (6, 5)
