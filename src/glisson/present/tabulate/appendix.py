"""What stands behind the results: settings, problems, analyses run, files, STROBE."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.clinical.problems import SEVERITY_MEANING
from glisson.present.table import Row, TableModel, text_column
from glisson.present.tabulate.common import caption
from glisson.present.words import sentence_case

_ORIGIN = {"chosen": "Chosen", "default": "Default", "derived": "Derived from the data"}


def problems(assessment: Assessment) -> TableModel:
    """Return every problem of the data with its place and what to do."""
    rows = tuple(
        Row(
            cells=(
                sentence_case(SEVERITY_MEANING[p.severity]),
                p.place or "—",
                sentence_case(p.found),
                sentence_case(p.expected) or "—",
                sentence_case(p.todo) or "—",
            )
        )
        for p in assessment.problems
    )
    return TableModel(
        name="problems",
        title=caption(assessment, "Problems of the data, worst first"),
        columns=(
            text_column("Weight", 1.3),
            text_column("Place", 1.8),
            text_column("Found", 2.6),
            text_column("Expected", 1.8),
            text_column("What to do", 2),
        ),
        rows=rows,
    )


def settings(assessment: Assessment) -> TableModel:
    """Return every setting and where it came from."""
    rows = tuple(Row(cells=(s.name, s.value or "—", _ORIGIN[s.origin], s.why or "—")) for s in assessment.settings)
    columns = [text_column("Setting", 2.4), text_column("Value", 2.4), text_column("Origin", 1.4)]
    if any(s.why for s in assessment.settings):
        columns.append(text_column("Why", 2.4))
    else:
        rows = tuple(Row(cells=r.cells[:3]) for r in rows)
    return TableModel(
        name="settings",
        title=caption(assessment, "Settings of the analysis"),
        columns=tuple(columns),
        rows=rows,
        notes=("Chosen: written in study.toml. Default: not written there. Derived: computed from the data.",),
    )


def absent(assessment: Assessment) -> TableModel:
    """Return the tables the input does not hold and what each would add."""
    rows = tuple(Row(cells=(name, sentence_case(adds))) for name, adds in assessment.absent)
    return TableModel(
        name="absent",
        title="What further tables of the workbook would add",
        columns=(text_column("Table not in the input", 1), text_column("What it would add", 3)),
        rows=rows,
    )


def analyses(assessment: Assessment) -> TableModel:
    """Return every analysis that was run, so that none tried stays unsaid."""
    run: dict[tuple[str, str, str], list[str]] = {}
    for a in assessment.log:
        by = ", ".join(assessment.label(k) for k in a.by) or "All patients"
        run.setdefault((a.what, by, a.rule_set or "—"), []).append(a.estimator)
    rows = tuple(Row(cells=(what, by, "; ".join(used), rule_set)) for (what, by, rule_set), used in run.items())
    return TableModel(
        name="analyses",
        title=caption(assessment, "Every analysis that was run"),
        columns=(
            text_column("What", 2.4),
            text_column("By", 1.4),
            text_column("Estimators and tests", 4),
            text_column("Rule set", 1),
        ),
        rows=rows,
    )


def files(assessment: Assessment) -> TableModel:
    """Return the input files with their fingerprints."""
    rows = tuple(Row(cells=(name, digest)) for name, digest in assessment.files)
    return TableModel(
        name="files",
        title="Input files",
        columns=(text_column("File", 1), text_column("SHA-256", 2.6)),
        rows=rows,
    )
