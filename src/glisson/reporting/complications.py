"""Sections on complication classes, post-embolization syndrome, and radioembolization-induced liver disease."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.safety import Complications, ReildScreen, Syndrome
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import complications as tables
from glisson.present.tabulate.common import find
from glisson.present.words import listed, opening, plural
from glisson.reporting.wording import words_of


def complication_section(assessment: Assessment, result: Complications | None) -> list[Block]:
    """Return the blocks on SIR and CIRSE; none where no class could be derived."""
    if result is None:
        return []
    blocks: list[Block] = [
        Heading(text="Severity of complications", anchor="complication-classes", level=2),
        Paragraph(text=_classes_text(result)),
        TableBlock(table=tables.classes(assessment, result, words_of(assessment))),
    ]
    if result.differences:
        blocks.append(TableBlock(table=tables.differences(assessment, result)))
    return blocks


def _classes_text(result: Complications) -> str:
    n = len(result.differences)
    if not result.scales:
        told = listed([s.label.removesuffix(", as recorded") for s in result.recorded])
        return (
            f"[[complications]] gives the recorded classes ({told}). What was done about the events is not recorded, "
            "so nothing can be derived to compare them with."
        )
    scales = listed([s.label for s in result.scales])
    text = f"The class of each event follows from what was done about it, by {scales} ([[complications]])."
    if not result.recorded:
        return f"{text} No class was recorded that could be compared with it."
    if not n:
        return f"{text} No recorded class differs from the derived one."
    differ = f"{opening(n, 'recorded class', 'recorded classes')} differ{'s' if n == 1 else ''} from the derived one"
    return f"{text} {differ} ([[complication-differences]])."


def syndrome_section(assessment: Assessment, result: Syndrome | None) -> list[Block]:
    """Return the blocks on post-embolization syndrome; none where nobody may have had one."""
    if result is None:
        return []
    words = words_of(assessment)
    row = find(result.estimates, "proportion", group=(), detail="recorded")
    per = find(result.sessions, "proportion", group=(), detail="recorded")
    only = int(result.patients.count("components only").sum())
    text = "" if row is None else f"A post-embolization syndrome was recorded in {words.rate(row, 'patients')}"
    text += f" and after {words.rate(per, 'sessions')}" if per is not None else ""
    text += " ([[pes]]). "
    if only:
        text += (
            f"{opening(only, 'further patient')} had all its components after one session and "
            f"{'was' if only == 1 else 'were'} not said to have it: review. "
        )
    text += "It is expected after embolization, and is reported apart from complications."
    return [
        Heading(text="Post-embolization syndrome", anchor="pes-section", level=2),
        Paragraph(text=text),
        TableBlock(table=tables.syndrome(assessment, result, words)),
    ]


def reild_section(assessment: Assessment, screen: ReildScreen | None) -> list[Block]:
    """Return the blocks on the screen for radioembolization-induced liver disease; none without radioembolization."""
    if screen is None:
        return []
    text = (
        f"More than {screen.from_days} and up to {screen.to_days} days after radioembolization, the records of "
        f"{plural(screen.treated, 'patient')} so treated were searched for bilirubin above 51.3 µmol/L (3 mg/dL) with "
        "ascites and without progression in the liver. "
    )
    lacking = screen.treated - screen.measured
    text += f"{opening(lacking, 'patient')} had no bilirubin in that time. " if lacking else ""
    heading = Heading(text="Radioembolization-induced liver disease", anchor="reild-section", level=2)
    if not screen.found:
        return [heading, Paragraph(text=f"{text}Nobody met these conditions. This is a screen, not a diagnosis.")]
    text += (
        f"{opening(len(screen.found), 'patient')} met these conditions ([[reild]]): possible radioembolization-induced "
        "liver disease, to be adjudicated. No diagnosis and no grade is given here, and biliary obstruction must be "
        "excluded."
    )
    return [
        heading,
        Paragraph(text=text),
        TableBlock(table=tables.reild(assessment, screen, words_of(assessment))),
    ]
