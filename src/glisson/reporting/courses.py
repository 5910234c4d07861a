"""Figures of single patients: depth of response, course, laboratory values over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from glisson.assessing.courses import LEAST_GRADE
from glisson.assessing.lab_courses import LEAST_FOR_MEDIAN
from glisson.assessment import Assessment
from glisson.assessment.courses import CoursesResult, PatientCourse
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.present.document import Block, FigureBlock, Heading, Note, Paragraph
from glisson.present.figures.courses import MOST_COLUMNS, CoursesFigure, lab_figure
from glisson.present.figures.patient_timeline import MOST_PATIENTS, PER_FIGURE, TimelineFigure, timelines
from glisson.present.figures.spider import SpiderFigure, spider
from glisson.present.figures.swimmer import MOST_BARS, MOST_PAGES, swimmers
from glisson.present.figures.waterfall import WaterfallFigure, percent, waterfall
from glisson.present.tabulate.common import caption
from glisson.present.words import DAYS_PER_MONTH, listed, lower_first, plural
from glisson.reporting.wording import words_of


def response_figures(assessment: Assessment, result: CoursesResult) -> list[Block]:
    """Return waterfall and spider plot, for the chapter on response.

    Parameters
    ----------
    assessment
        Whose labels and style apply.
    result
        Courses of the patients; without target sums there is no such figure.

    Returns
    -------
    list of Block
        Empty where no patient has a target sum.
    """
    if not result.criterion or not result.patients:
        return []
    labels = _method_labels(assessment)
    blocks: list[Block] = [_waterfall_block(assessment, result, waterfall(result, labels))]
    drawn = spider(result, labels)
    if drawn.panels:
        blocks.append(_spider_block(assessment, result, drawn))
    return blocks


def course_section(assessment: Assessment, result: CoursesResult) -> list[Block]:
    """Return the section on the course of each patient: swimmer plot and timelines, or why they are not printed.

    Parameters
    ----------
    assessment, result
        As for ``response_figures``.
    """
    blocks: list[Block] = [Heading(text="Course of each patient", anchor="courses", level=2)]
    n, labels = len(result.patients), _method_labels(assessment)
    if not n:
        return [*blocks, *(Paragraph(text=note) for note in result.notes)]
    pages = swimmers(result, labels)
    text = "[[swimmer]] shows treatment, response and progression of each patient"
    text += f" on {len(pages)} pages." if len(pages) > 1 else "."
    if not pages:
        text = f"A swimmer plot is printed for up to {MOST_BARS * MOST_PAGES} patients; this cohort has {n}."
    drawn = timelines(result, labels)
    if drawn:
        text += " [[timelines-1]] and the figures after it give each patient a timeline." if len(drawn) > 1 else (
            " [[timelines-1]] gives each patient a timeline."
        )  # fmt: skip
    else:
        text += f" Timelines of single patients are printed for up to {MOST_PATIENTS} patients; this cohort has {n}."
    blocks.append(Paragraph(text=text))
    for number, page in enumerate(pages, start=1):
        part = f", part {number} of {len(pages)}" if len(pages) > 1 else ""
        title = caption(assessment, f"Treatment, response and progression of each patient{part}", len(page.bars))
        name = "swimmer" if number == 1 else f"swimmer-{number}"
        blocks.append(FigureBlock(name=name, title=title, text=_swimmer_text(result), alt=_swimmer_alt(result),
                                  data=page))  # fmt: skip
    blocks += [_timeline_block(assessment, result, f, i, len(drawn)) for i, f in enumerate(drawn)]
    return blocks + [Note(text=note) for note in result.notes]


def lab_figures(assessment: Assessment, result: CoursesResult) -> list[Block]:
    """Return the figure of laboratory values over time, for the section on laboratory values; none without values.

    Parameters
    ----------
    assessment, result
        As for ``response_figures``.
    """
    figure = lab_figure(result, _method_labels(assessment))
    if figure is None:
        return []
    n = sum(column.n for column in figure.columns)
    names = listed([lower_first(row.label) for row in figure.rows])
    return [
        FigureBlock(
            name="lab-courses",
            title=caption(assessment, "Laboratory values from 30 days before to 180 days after the first session", n),
            text=_lab_text(result, figure),
            alt=f"Lines of {names} over time, one a patient, with medians, by method. {_lab_alt(assessment, figure)}",
            data=figure,
        )
    ]


def _method_labels(assessment: Assessment) -> Mapping[str, str]:
    """Return printed names; a method that nobody had first has its name from the vocabulary."""
    own = {level: text for (key, level), text in assessment.labels if key == "method" and level}
    return METHOD_LABEL | own


def _waterfall_block(assessment: Assessment, result: CoursesResult, figure: WaterfallFigure) -> FigureBlock:
    known, n = len(figure.bars), len(result.patients)
    text = (
        f"Lowest change of the target sum from before treatment by {result.label}, up to the first progression and any "
        f"new therapy, in {known} of {n} patients; colours, method of the first session; letters or tones, best "
        f"overall response ({_by(result)}, without confirmation). Dashed lines, {percent(result.shrink)}% and "
        f"{percent(result.grow)}%: the first is where response begins; progression is counted from the smallest sum, "
        "not from before treatment. "
    )
    if result.criterion in {"choi", "mchoi"}:
        text += "By this criterion attenuation decides as well, so a bar alone is no response. "
    lacking = Counter(c.why_none or "no target sum" for c in result.patients if c.best_change is None)
    if lacking:
        text += f"Empty slots, patients without a change: {listed([f'{why} ({k})' for why, k in lacking.items()])}. "
    clipped = [f"{b.patient} {percent(b.change)}%" for b in figure.bars if b.clipped]
    if clipped:
        text += f"Beyond the axis: {listed(clipped)}. "
    if any(b.new_lesion for b in figure.bars):
        text += "A new lesion is progression, whatever the sum. "
    return FigureBlock(
        name="waterfall",
        title=caption(assessment, "Best change of the target sum of each patient", n),
        text=text.strip(),
        alt=_waterfall_alt(assessment, figure, n),
        data=figure,
    )


def _waterfall_alt(assessment: Assessment, figure: WaterfallFigure, n: int) -> str:
    words, changes = words_of(assessment), sorted(b.change for b in figure.bars)
    if not changes:
        return f"Waterfall plot without bars: none of {plural(n, 'patient')} has a change of the target sum."
    reached = sum(c <= figure.lines[0][0] + 1e-9 for c in changes)
    middle = changes[len(changes) // 2] if len(changes) % 2 else sum(changes[len(changes) // 2 - 1 :][:2]) / 2
    return (
        f"Waterfall plot of {len(changes)} of {plural(n, 'patient')}: median change {words.number(middle, 0)}%, from "
        f"{words.number(changes[0], 0)}% to {words.number(changes[-1], 0)}%; {reached} at or below "
        f"{figure.lines[0][1]}; new lesions in {sum(b.new_lesion for b in figure.bars)}."
    )


def _by(result: CoursesResult) -> str:
    """Return the criterion of the responses without the remark on its choice."""
    return result.response.split(" (", maxsplit=1)[0] or "as recorded"


def _spider_block(assessment: Assessment, result: CoursesResult, figure: SpiderFigure) -> FigureBlock:
    lines = [line for panel in figure.panels for line in panel.lines]
    without = len(result.patients) - len(lines)
    text = (
        f"Change of the target sum from before treatment by {result.label}, one line a patient, by method of the "
        "first session, up to the first progression or the last scan before a new therapy, at scans with all targets "
        "assessed. Dashed lines, "
        f"{percent(result.shrink)}% and {percent(result.grow)}%. "
    )
    if any(line.new_lesion for line in lines):
        text += "Stars, progression with a new lesion. "
    if any(c > figure.high for line in lines for c in line.change):
        text += f"Lines end at {percent(figure.high)}%; triangles, scans beyond it. "
    text += f"Without a complete sum after treatment: {without} of {len(result.patients)} patients."
    panels = [f"{p.title}: {sum(line.change[-1] < 0 for line in p.lines)} below the start" for p in figure.panels]
    return FigureBlock(
        name="spider",
        title=caption(assessment, "Change of the target sum over time", len(lines)),
        text=text,
        alt=f"Spider plot over {figure.end:.0f} months. At the last scan shown: {'; '.join(panels)}.",
        data=figure,
    )


def _swimmer_text(result: CoursesResult) -> str:
    text = (
        "Bars, time from the first session to death or last contact, by method of the first session, which gives them "
        "their colour; the longest first. Patients who live longer have more time for sessions, responses and "
        "progression, so the number of marks does not compare methods."
    )
    if result.response:
        text += f" Response and progression by {_by(result)}."
    if any(end is None for c in result.patients for _, end, _ in c.systemic):
        text += " Systemic therapy without a recorded end is drawn to the end of the bar."
    return text


def _swimmer_alt(result: CoursesResult) -> str:
    patients = result.patients
    died, responded = sum(c.died for c in patients), sum(c.first_response is not None for c in patients)
    progressed = sum(c.progression is not None for c in patients)
    longest = max(c.end for c in patients) / DAYS_PER_MONTH
    return (
        f"Swimmer plot of {plural(len(patients), 'patient')}, the longest followed for {longest:.0f} months: "
        f"{responded} responded, {progressed} progressed, {died} died, {len(patients) - died} alive at last contact."
    )


def _timeline_block(
    assessment: Assessment, result: CoursesResult, figure: TimelineFigure, number: int, of: int
) -> FigureBlock:
    part = result.patients[number * PER_FIGURE : (number + 1) * PER_FIGURE]
    who = part[0].patient if len(part) == 1 else f"{part[0].patient} to {part[-1].patient}"
    text = (
        "Each on an axis of its own. Number, change of the target sum from before treatment in percent, after the sum "
        f"before treatment; bar, the course as in the swimmer plot; AE, adverse events of grade {LEAST_GRADE} or worse "
        "that count, bold from grade 3. Words for which there is no room are left out."
    )
    if result.response:
        text += f" Responses by {_by(result)}."
    return FigureBlock(
        name=f"timelines-{number + 1}",
        title=caption(assessment, f"Timelines of {who}, figure {number + 1} of {of}", len(part)),
        text=text,
        alt=f"Timelines. {' '.join(_told(c) for c in part)}",
        data=figure,
    )


def _told(course: PatientCourse) -> str:
    """Return the course of one patient in one sentence."""
    months = f"{course.end / DAYS_PER_MONTH:.1f} months"
    said = [plural(len(course.sessions), "session")]
    said += [f"best response {course.best}"] if course.best else []
    said += [f"progression at {course.progression / DAYS_PER_MONTH:.1f} months"] if course.progression else []
    return f"{course.patient}: {', '.join(said)}, {'died' if course.died else 'alive'} at {months}."


def _lab_text(result: CoursesResult, figure: CoursesFigure) -> str:
    text = (
        "Thin lines, patients; thick lines, medians of periods of days with values of "
        f"{LEAST_FOR_MEDIAN} patients or more, each counted once a period; vertical line, first session; dashed "
        "lines, limits of normal (the most frequent one where laboratories differ) and between ALBI grades. Enzymes as "
        "multiples of the upper limit of normal on a logarithmic scale. Of several values of a day the worst is shown. "
        "Later sessions are not marked, and later medians are those of patients who were still alive and measured."
    )
    if figure.left_out:
        text += (
            f" The {MOST_COLUMNS} methods with the most patients are shown; not {listed(list(figure.left_out))}, whose "
            "values are in the tables."
        )
    lost = [f"{c.label} {c.without_limit}" for c in result.labs if c.without_limit]
    return text + (f" Values without an upper limit of normal, left out: {listed(lost)}." if lost else "")


def _lab_alt(assessment: Assessment, figure: CoursesFigure) -> str:
    said, words = [], words_of(assessment)
    for row in figure.rows:
        low = any(name == "LLN" for _, name in row.limits)
        worst, word = (min, "lowest") if low else (max, "highest")
        found = [(worst(v for _, v in cell.median), m.label) for m, cell in zip(figure.columns, row.cells, strict=True)
                 if cell.median]  # fmt: skip
        if found:
            value, label = worst(found)
            said.append(f"{row.label}: {word} median {words.measure(value)} {row.unit} ({label})")
    return f"{'; '.join(said)}." if said else "No method has enough patients for a median."
