"""The reference values of meta-analysis cover the whole grid: a cell that is missing fails."""

from __future__ import annotations

from scripts.validation import meta

from tests.validation.goldens import golden


def test_no_cell_of_the_grid_is_missing():
    values = golden("meta")
    assert len(meta.NORMAL) == 6 * 3
    assert len(meta.COUNTS) == 2 * 6 * 3
    assert set(values["normal"]) == set(values["analysed"]) == set(meta.NORMAL)
    assert set(values["counts"]) == set(values["fitted"]) == set(meta.COUNTS)
    for cell in meta.NORMAL:
        k, found = int(cell.split("_")[0]), values["analysed"][cell]
        assert meta.table_of(cell).k == k
        for method in meta.METHODS:
            assert {"mu", "tau2", "q", "p", "wald"} <= set(found[method])
            assert ({"knha", "adhoc", "profile", "weight"} <= set(found[method])) == (k > 1)
            assert ({"prediction", "without"} <= set(found[method])) == (k > 2)
        assert ("egger" in found) == (k >= 10)
    for cell in meta.COUNTS:
        k, found = int(cell.split("_")[1]), values["fitted"][cell]
        assert len(meta.counts_of(cell, 25).x) == k
        assert ("exact" in found) == (k == 1)
        for nodes in meta.NODES if k > 1 else ():
            assert {"mu", "tau", "se", "lr"} <= set(found[f"n{nodes}"])


def test_the_grid_has_what_it_promises():
    zeros = [meta.counts_of(c, 25).x for c in meta.COUNTS if c.endswith("_zeros") and "_1_" not in c]
    assert all((x == 0).any() and (x > 0).any() for x in zeros)
    spread = [golden("meta")["analysed"][c]["REML"]["tau2"] for c in meta.NORMAL if "_heterogeneous" in c]
    assert sum(t > 0.1 for t in spread) >= 4
    alike = [golden("meta")["analysed"][f"{k}_alike"]["REML"]["profile"]["empty"] for k in meta.SIZES[1:]]
    assert any(alike)


def test_every_comparison_has_as_many_values_as_the_grid_asks_for():
    counted = {
        c.statistic: sum(1 for _ in c.pairs()) for c in meta.COMPARISONS if "random intercept" not in c.statistic
    }
    assert counted["random effects: pooled value (REML, Paule-Mandel, DL)"] == 18 * 3
    assert counted["its Wald and Knapp-Hartung limits"] == 2 * 3 * (3 + 5 * 3 * 3)
    assert counted["τ²"] == counted["Cochran's Q"] == 15 * 3
    assert counted["prediction interval"] == 12 * 3 * 3 * 2
    assert counted["leave one out"] == 3 * 3 * (3 + 5 + 10 + 20)
    assert counted["likelihood ratio against one value a study"] == 2 * 30
    assert counted["one study, exact"] == 3 * 6
    models = [c for c in meta.COMPARISONS if c.statistic.endswith("intercept: pooled value")]
    assert [sum(1 for _ in c.pairs()) for c in models] == [15, 15]
