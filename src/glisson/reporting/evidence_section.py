"""The section on what has been published: who has reported what, and what all series together say."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparisonResult
from glisson.evidence import Library, library
from glisson.evidence.outcomes import of_sarcoma
from glisson.evidence.pooling import PooledLibrary, Pooling, pooled
from glisson.present.document import Block, FigureBlock, Heading, Paragraph, TableBlock, linked
from glisson.present.figures.pooled_forest import pooled_forest
from glisson.present.tabulate.evidence_gaps import gaps
from glisson.present.tabulate.pooled import inside
from glisson.present.tabulate.pooled_summary import pooled_summary
from glisson.present.words import Words, listed, plural, sentence_case
from glisson.reporting.evidence_figure import map_block
from glisson.reporting.wording import words_of

#: Series from which on a forest plot is drawn here.
_LEAST = 3
_POPULATIONS = "sarcoma", "with_gist"
_MAP = (
    "[[evidence-map]] shows who has reported which endpoint of which treatment, in which line, and of how many "
    "patients; [[evidence-gaps]] names what nobody has. There, even a small cohort adds what is not known."
)


def evidence_section(assessment: Spoken, result: ComparisonResult | None, known: Library | None = None) -> list[Block]:
    """Return the blocks of the section; none where the cohort is not set beside arms of sarcoma.

    Parameters
    ----------
    assessment
        Whose words apply.
    result
        Published arms beside the cohort.
    known
        Library; by default the one that ships.
    """
    shelf = known or library()
    if result is None or not is_shown(result, shelf):
        return []
    words = words_of(assessment)
    found = pooled(shelf, level=result.level)
    blocks: list[Block] = [
        Heading(text="What has been published, and what has not", anchor="published-evidence", level=2),
        Paragraph(text=_MAP),
        map_block(shelf),
        TableBlock(table=gaps(shelf)),
        Paragraph(lead="All series together.", text=_together(found)),
        TableBlock(table=pooled_summary(found, words)),
    ]
    return blocks + forest_blocks([p for p in (_drawn(found, t.code) for t in found.treatments) if p], words)


def is_shown(result: ComparisonResult, known: Library | None = None) -> bool:
    """Return whether the cohort is set beside any arm of sarcoma, of which the pooled series are."""
    shelf = known or library()
    return any(_sarcoma(shelf, a.study, a.arm) for a in result.arms)


def methods_text() -> str:
    """Return how published series were pooled, for the chapter on methods."""
    return (
        "Published series were pooled only where they report the same outcome of whole arms, counted by patient, from "
        "the day of treatment: proportions by a binomial model with a random intercept (Stijnen 2010), survival at a "
        "time and medians with random effects by restricted maximum likelihood (Viechtbauer 2005) and Knapp-Hartung "
        "limits. Of series that probably share patients one was used; series that mix in gastrointestinal stromal "
        "tumours stand apart."
    )


def _sarcoma(shelf: Library, study: str, arm: str) -> bool:
    """Return whether a compared arm is of sarcoma, whatever its treatment."""
    found = next((a for a in shelf.arms if (a.study_id, a.arm_id) == (study, arm)), None)
    return found is not None and of_sarcoma(found.model_copy(update={"setting": "liver_directed"}))


def _together(found: PooledLibrary) -> str:
    """Say how much there is to pool."""
    main = [p for p in found.poolings if p.population.code == "sarcoma" and p.used]
    several = [p for p in main if p.k > 1]
    text = (
        f"[[pooled-summary]] pools the published series by treatment. Without those that mix in gastrointestinal "
        f"stromal tumours, {plural(len(main), 'outcome')} of a treatment can be given with limits, "
    )
    if not several:
        return text + "each from one series only."
    which = dict.fromkeys(p.treatment.label for p in several)
    text += f"and only {len(several)} of them from more than one series, all after {listed([w.lower() for w in which])}"
    return text + ". Of the others a single series is all there is."


def _drawn(found: PooledLibrary, treatment: str) -> Pooling | None:
    """Return the pooling of a treatment with most series, those without GIST first; nothing where all have few."""
    for population in _POPULATIONS:
        mine = [p for p in found.poolings if (p.treatment.code, p.population.code) == (treatment, population)]
        most = max(mine, key=lambda p: p.k, default=None)
        if most is not None and most.k >= _LEAST:
            return most
    return None


def forest_blocks(poolings: Sequence[Pooling], words: Words) -> list[Block]:
    """Return a forest plot of each pooling that has any series.

    Parameters
    ----------
    poolings
        Outcomes after treatments.
    words
        How numbers are written.
    """
    blocks: list[Block] = []
    for p in poolings:
        figure = pooled_forest(p, words)
        if figure is None:
            continue
        name = f"forest-{p.outcome.code}-{p.treatment.code}-{p.population.code}"
        title = f"{sentence_case(p.outcome.label)} after {inside(p.treatment.label)}. {p.population.label}"
        rows = ", ".join(f"{s.label} {s.text}" for s in figure.series)
        read = listed([linked(s.label, s.link) for s in figure.series])
        blocks.append(FigureBlock(name=name, title=title, text=f"Series: {read}.", alt=rows, data=figure))
    return blocks
