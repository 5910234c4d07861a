"""What designs ask, how answers are read, curves drawn around a design, and the tables of a design in print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from glisson.design.curves import accrual_curve, effects_around, power_curve, size_curve
from glisson.design.fits import fits, wanted
from glisson.design.kinds import KINDS, kind
from glisson.design.parameters import Parameter, called, parameters_of
from glisson.design.plan import Assumption
from glisson.design.planning import plan
from glisson.design.simon import two_stage
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.toxicity import toxicity_monitoring
from glisson.errors import SettingsError
from glisson.present.tabulate.design import assumptions_table, behaviour_table, boundaries_table
from glisson.present.words import Words

AMA = Words.of("ama")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inner:
    """Inside.

    Parameters
    ----------
    share
        Of all.
    """

    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arms:
    """A table.

    Parameters
    ----------
    median
        In months.
    inner
        More.
    """

    median: float | Mapping[float, float]
    inner: _Inner | None = None
    origin: str = "typed"
    origins: Mapping[str, str] = field(default_factory=dict)


def _design(*, arms: _Arms, alpha: float | Assumption = 0.05, how: Literal["exact", "normal"] = "exact") -> Any:
    """Plan nothing.

    Parameters
    ----------
    alpha
        An ``error``,
        in "two" lines.
    """
    return arms, alpha, how


def _parameter(hint: Any) -> Parameter:
    return Parameter(name="x", path=("x",), hint=hint, default=None, help="")


def test_tables_are_laid_open() -> None:
    asked = parameters_of(_design)
    assert list(asked) == ["median", "inner_share", "alpha", "how"]
    assert asked["inner_share"].path == ("arms", "inner", "share")
    assert [p.required for p in asked.values()] == [True, False, False, False]
    assert asked["alpha"].help == "An error, in two lines."
    assert (asked["median"].plain, asked["alpha"].plain) == (str, float)
    assert asked["how"].plain == Literal["exact", "normal"]


def test_numbers_come_back_where_they_belong_and_keep_their_origin() -> None:
    asked = parameters_of(_design)
    median = Assumption(name="median", value=5.0, origin="assessment: 7 of 24")
    arms, alpha, how = called(_design, {"median": median, "inner_share": 0.3, "alpha": 0.1, "how": "normal"}, asked)
    assert (arms.median, arms.inner, arms.origins) == (5.0, _Inner(share=0.3), {"median": "assessment: 7 of 24"})
    assert (alpha, how) == (0.1, "normal")


def test_a_table_without_one_of_its_numbers_is_refused() -> None:
    with pytest.raises(SettingsError, match="no median"):
        called(_Arms, {}, {})
    with pytest.raises(SettingsError, match="unknown assumption x"):
        called(_Arms, {"x": 1.0}, parameters_of(_Arms) | {"x": _parameter(float)})


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (float | Mapping[float, float], "0:1, 3=0.5", {0.0: 1.0, 3.0: 0.5}),
        (float | Mapping[float, float], "0.6", 0.6),
        (Mapping[str, int], "DEB-TACE=12, Y-90=8", {"DEB-TACE": 12, "Y-90": 8}),
        (Sequence[int] | None, "10,20", (10, 20)),
        (Sequence[float], "0.5, 1", (0.5, 1.0)),
        (tuple[str, ...], "TACE, Y-90", ("TACE", "Y-90")),
        (Literal["exact", "normal"], "normal", "normal"),
        (str, "a: b", "a: b"),
    ],
)
def test_text_becomes_numbers_lists_and_tables(hint: Any, text: str, value: Any) -> None:
    assert _parameter(hint).read(text) == value


@pytest.mark.parametrize(
    ("hint", "given"),
    [
        (Mapping[str, int], "A=2.5"), (Mapping[str, int], "A=1,A=2"), (Mapping[str, int], "A"), (float, "x"),
        (Sequence[int], "1.5"), (Sequence[float], "a"), (float, True), (int, 2.5), (float, [0.1]),
        (tuple[float, float], (1.0,)), (Literal["exact"], "best"), (Mapping[float, float], {"a": 1.0}),
    ],
)  # fmt: skip
def test_what_is_not_of_its_type_is_refused(hint: Any, given: Any) -> None:
    with pytest.raises(SettingsError, match=r"^x "):
        _parameter(hint).read(given)


def test_nothing_given_is_left_to_the_design() -> None:
    assert _parameter(int | None).read(None) is None


def test_types_in_words() -> None:
    assert fits(_Inner, {"share": 1})
    assert fits(_Inner, _Inner(share=0.5))
    assert not fits(_Inner, 3)
    assert wanted(tuple[tuple[str, str], tuple[str, str]]) == "a list of 2 lists of 2 words"
    assert wanted(_Inner) == "a table of share"
    assert wanted(bool) == "true or false"


def test_every_design_explains_every_parameter() -> None:
    for one in KINDS:
        unexplained = [name for name, p in one.parameters().items() if not p.help.rstrip().endswith((".", "}"))]
        assert not unexplained, f"{one.name}: {unexplained}"


def test_all_problems_of_a_plan_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        plan(kind("two-stage"), {"p0": "x", "foo": 1})
    for part in ("no setting foo", "needs p1", "p0 'x', expected a number"):
        assert part in str(refused.value)


@pytest.mark.by_hand
def test_the_power_curve_passes_through_power_and_type_one_error() -> None:
    design = two_stage(p0=0.1, p1=0.4)
    curve = power_curve(design, 0.4)
    assert curve is not None
    rows = design.characteristics
    for rate, statistic, group in ((0.1, "type_i_error", NULL), (0.4, "power", ALTERNATIVE)):
        at = curve.x.index(pytest.approx(rate))
        assert curve.y[at] == pytest.approx(rows.one(statistic, group=group).value, abs=1e-12)
    assert (curve.y[0], curve.y[-1], curve.planned) == (0.0, 1.0, 0.4)
    assert list(curve.y) == sorted(curve.y)


def test_sizes_without_a_design_are_left_out() -> None:
    def make(effect: float) -> Any:
        if effect < 0.3:
            raise SettingsError("none")
        return two_stage(p0=0.1, p1=effect)

    curve = size_curve(make, [0.2, 0.5], "rate", planned=0.4)
    assert curve is not None
    assert curve.x == (0.4, 0.5)
    assert curve.y[0] > curve.y[1]
    assert size_curve(make, [0.2], "rate", planned=0.4) is None


@pytest.mark.parametrize(("planned", "null"), [(0.3, 0.1), (0.5, 1.0), (9.0, 5.0)])
def test_effects_lie_around_the_planned_one(planned: float, null: float) -> None:
    around = effects_around(planned, null)
    assert math.prod(around) ** (1 / len(around)) == pytest.approx(planned)
    assert all(abs(math.log(e / null)) > 0 for e in around)


@pytest.mark.by_hand
def test_recruitment_takes_patients_over_rate() -> None:
    assert [c.x[1] for c in accrual_curve(24, [12, 6])] == [24.0, 48.0]


def test_tables_of_a_design() -> None:
    design = two_stage(p0=0.1, p1=0.4)
    assert assumptions_table(design).rows[0].cells == ("Response rate not worth pursuing", "0.1", "typed")
    looks = boundaries_table(design)
    assert [row.cells[1] for row in looks.rows] == [str(b.n) for b in design.boundaries]
    cells = [row.cells for row in behaviour_table(design, AMA).rows]
    assert cells[0][:1] == ("If the therapy is no better",)
    power = design.characteristics.one("power", group=ALTERNATIVE).value
    assert f"{100 * (power or 0):.1f}%" in next(c[1] for c in cells if c[0] == "Success (power)")


@pytest.mark.by_hand
def test_of_many_looks_those_at_which_a_limit_changes() -> None:
    design = toxicity_monitoring(p_limit=0.2, n=28)
    table = boundaries_table(design)
    limits = [row.cells[4] for row in table.rows]
    assert limits == sorted(set(limits), key=int)
    assert len(limits) < len(design.boundaries)
    assert table.notes
    assert all(row.cells[-1].startswith("Stop if") for row in table.rows)
