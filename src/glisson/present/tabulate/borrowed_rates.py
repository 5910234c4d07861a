"""Response and toxicity rates of the cohort as observed, and with published series borrowed from."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.borrowed_rates import BorrowedGroup, BorrowedRate, BorrowedRates, BorrowedSeries
from glisson.methods.borrowed_proportion import POWERS
from glisson.methods.map_prior import CONFLICT
from glisson.present.document import linked
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.tabulate.comparison import LINES
from glisson.present.tabulate.comparison_safety import name_of
from glisson.present.words import NOTHING_TO_PRINT, Words, lower_first
from glisson.tables import Estimate

#: Powers whose medians are printed.
_SHOWN = tuple(w for w in POWERS if w in {0.1, 0.5, 1.0})


def rates(assessment: Spoken, result: BorrowedRates, words: Words) -> TableModel | None:
    """Return one section a rate with its series, and a row for each group; ``None`` where nothing was borrowed."""
    rows: list[Row] = []
    for rate in result.rates:
        rows.append(section(f"{heading(rate)}: {'; '.join(_told(s, words) for s in series_of(rate))}"))
        rows += [Row(cells=_cells(assessment, rate, g, words), indent=1) for g in rate.groups]
    if not rows:
        return None
    level = words.level(result.level)
    powers = ", ".join(words.percent(w, 50) for w in _SHOWN)
    return TableModel(
        name="comparison-rates",
        title=caption(assessment, "Rates of response and of adverse events, with published series borrowed from"),
        columns=(
            text_column("Patients", 1.7),
            Column(heading=f"Observed ({level} CI)", width=1.7),
            Column(heading="Predicted by the series; worth", width=1.7),
            Column(heading=f"Borrowed: median ({level} CrI)", above="Robust predictive prior", width=1.5),
            Column(heading="Weight after", above="Robust predictive prior", width=0.8),
            Column(heading="Patients borrowed", above="Robust predictive prior", width=0.9),
            Column(heading="P of conflict", above="Robust predictive prior", width=0.8),
            Column(heading=f"At {powers}", above="Power prior: median", width=1.4),
            Column(heading=f"At the weight the data suggest ({level} CrI)", above="Power prior: median", width=1.7),
        ),
        rows=tuple(rows),
        notes=(
            "Observed: exact interval (Clopper-Pearson). Predicted: what the series together say of one more like "
            "them, with a half-normal prior (scale 0.5) of the spread of their logits; worth: patients of a beta "
            "distribution with the same mean and variance. Robust prior: this prediction with weight 80% and a "
            "uniform part with 20%; weight after: that of the prediction once the cohort is seen. Patients borrowed: "
            "what the posterior is worth beyond the cohort and a uniform prior; below 0, prior and data disagree so "
            "much that doubt grew. P of conflict: of data as improbable as these under the prediction (Box 1980); "
            f"below {CONFLICT:g} nothing that was borrowed should be read. Power prior: published patients count at "
            "that weight; as the data suggest: the weight has a uniform prior. CrI: credible interval. About: events "
            "or denominator worked out from a printed percentage. Groups below three patients are left out.",
            _definitions(result),
        ),
        wide=True,
    )


def conflicts(assessment: Spoken, result: BorrowedRates, words: Words) -> TableModel | None:
    """Return from how many events on each group would contradict its series, and what would then be estimated."""
    rows: list[Row] = []
    for rate in result.rates:
        mine = [Row(cells=_turns(assessment, rate, g, words), indent=1) for g in rate.groups]
        rows += [section(heading(rate)), *mine]
    if not rows:
        return None
    return TableModel(
        name="comparison-conflict",
        title=caption(assessment, "What borrowing would do if the cohort contradicted the published series"),
        columns=(
            text_column("Patients", 1.8),
            Column(heading="Events", above="More than predicted", width=0.9),
            Column(heading="Borrowed median; weight", above="More than predicted", width=1.8),
            Column(heading="Events", above="Fewer than predicted", width=0.9),
            Column(heading="Borrowed median; weight", above="Fewer than predicted", width=1.8),
        ),
        rows=tuple(rows),
        notes=(
            f"Events: the number nearest to the prediction at which P of conflict is below {CONFLICT:g}, among as many "
            "patients as there are; none: no number can contradict the series, so that agreement says nothing. The "
            "median with its interval is what the robust prior would then give, the weight that of the informative "
            "part.",
        ),
        wide=True,
    )


def heading(rate: BorrowedRate) -> str:
    """Return what a rate is of."""
    if rate.kind == "response":
        return f"{rate.term} by {rate.definition}" + (f", {LINES[rate.line]}" if rate.line != "any" else "")
    return f"{rate.term}, {rate.definition.split(',')[0]}, beside {rate.treatment}"


def series_of(rate: BorrowedRate) -> tuple[BorrowedSeries, ...]:
    """Return every series that some group borrows from."""
    return tuple(dict.fromkeys(s for g in rate.groups for s in g.series))


def _named(assessment: Spoken, rate: BorrowedRate, g: BorrowedGroup) -> str:
    return "All of that line" if not g.group and rate.line != "any" else name_of(assessment, g.group)


def _told(one: BorrowedSeries, words: Words) -> str:
    about = "about " if one.counted else ""
    count = linked(f"{about}{words.count_of(one.events, one.n)}", one.url)
    return f"{count} with {one.treatment} ({one.label})"


def _cells(assessment: Spoken, rate: BorrowedRate, g: BorrowedGroup, words: Words) -> tuple[str, ...]:
    rows = g.estimates
    observed, prior, size = (find(rows, s) for s in ("proportion", "prior_mean", "prior_size"))
    after, gained = find(rows, "informative_weight", detail="after"), find(rows, "size_borrowed")
    p, power = find(rows, "p", detail="prior-data conflict"), find(rows, "power")
    name = _named(assessment, rate, g)
    if g.series != series_of(rate):
        name += f" (from {', '.join(s.label for s in g.series)})"
    worth = f"; {words.number(size.value, 0)} patients" if size is not None else ""
    medians = [_share(find(rows, "posterior_median", detail=f"power; {w:g}"), words) for w in _SHOWN]
    suggested = find(rows, "posterior_median", detail="power; normalised")
    weight = f"{words.percent(power.value, 50)}: " if power is not None else ""
    return (
        name,
        f"{g.events} of {g.n}: {_cell(observed, words)}",
        f"{_cell(prior, words)}{worth}",
        _cell(find(rows, "posterior_median", detail="borrowed"), words),
        words.percent(after.value, 50) if after is not None else NOTHING_TO_PRINT,
        words.number(gained.value) if gained is not None else NOTHING_TO_PRINT,
        words.p_cell(p.value) if p is not None else NOTHING_TO_PRINT,
        ", ".join(medians),
        f"{weight}{_cell(suggested, words)}",
    )


def _turns(assessment: Spoken, rate: BorrowedRate, g: BorrowedGroup, words: Words) -> tuple[str, ...]:
    cells = [_named(assessment, rate, g)]
    for side, sign in (("above", "or more"), ("below", "or fewer")):
        turn = find(g.estimates, "conflict_from", detail=side)
        then = find(g.estimates, "posterior_median", detail=f"if {side}")
        weight = find(g.estimates, "informative_weight", detail=f"if {side}")
        if turn is None or turn.value is None or then is None or weight is None:
            cells += ["none", NOTHING_TO_PRINT]
            continue
        edge = round(turn.value) in {0, g.n}
        cells.append(f"{turn.value:.0f}{'' if edge else f' {sign}'} of {g.n}")
        cells.append(f"{_cell(then, words)}; {words.percent(weight.value, 50)}")
    return tuple(cells)


def _cell(e: Estimate | None, words: Words) -> str:
    """Return a share with its interval, as few patients allow."""
    if e is None or e.value is None or e.low is None or e.high is None:
        return NOTHING_TO_PRINT
    low, high = words.percent(e.low, 50), words.percent(e.high, 50)
    return f"{words.percent(e.value, 50)} ({words.limits(low, high)})"


def _share(e: Estimate | None, words: Words) -> str:
    return NOTHING_TO_PRINT if e is None else words.percent(e.value, 50)


def _definitions(result: BorrowedRates) -> str:
    """Return by what the series were judged, each with where that was read, and what is not known."""
    known: dict[str, str] = {}
    unknown: list[str] = []
    for rate in result.rates:
        for s in series_of(rate):
            name = f"{s.label} ({'response' if rate.kind == 'response' else 'events'})"
            if s.definition_url:
                known[name] = f"{name} {linked(s.definition, s.definition_url)}"
            else:
                unknown.append(s.label)
    text = f"Definitions there: {'; '.join(known.values())}." if known else ""
    if unknown:
        text += f" The version of CTCAE is not on the pages read of {', '.join(dict.fromkeys(unknown))}."
    here = dict.fromkeys(r.definition.split(", ", 1)[-1] for r in result.rates)
    return f"{text.strip()} Here: {lower_first('; '.join(here))}.".strip()
