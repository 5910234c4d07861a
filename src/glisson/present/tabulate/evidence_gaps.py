"""What nobody has reported: the empty places of the map of published evidence, in words."""

from __future__ import annotations

from glisson.evidence import Library
from glisson.present.figures.evidence_map import evidence_map
from glisson.present.table import Row, TableModel, text_column
from glisson.present.words import NOTHING_TO_PRINT, sentence_case


def gaps(library: Library) -> TableModel:
    """Return which endpoints of each liver-directed treatment nobody in a library reports.

    Parameters
    ----------
    library
        From ``glisson.evidence.library``.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> gaps(library()).rows[0].cells[:2]
    ('DEB-TACE', 'Overall survival, progression-free survival, liver or local control, response')
    """
    data = evidence_map(library)
    any_sarcoma, alone = (dict(line.split(": ", 1) for line in lines) for lines in (data.missing, data.missing_lms))
    treatments = [row.label for row in data.rows if row.section == "Liver-directed"]
    rows = [
        Row(cells=(_name(t), *(sentence_case(found.get(t, NOTHING_TO_PRINT)) for found in (any_sarcoma, alone))))
        for t in treatments
        if t in any_sarcoma or t in alone
    ]
    return TableModel(
        name="evidence-gaps",
        title="Endpoints that nobody in the library of published results reports, in any line of treatment",
        columns=(
            text_column("Treatment", 1.3),
            text_column("Of any sarcoma", 3.0),
            text_column("Of leiomyosarcoma alone", 3.0),
        ),
        rows=tuple(rows),
        notes=(
            "The library holds what was found and read in its source; a series that is missing can be added to it.",
        ),
    )


def _name(treatment: str) -> str:
    return "Several of these methods" if treatment == "Several of these" else treatment
