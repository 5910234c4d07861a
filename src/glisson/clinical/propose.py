"""A proposal of what each column of a flat sheet means, with the evidence for it and what only a person can decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from glisson.clinical.coding import code_of, method_codes, stated
from glisson.clinical.column_profile import Profile, profile
from glisson.clinical.glossary import NO_GLOSSARY, Glossary, entry_for, split_glossary, units_in
from glisson.clinical.raw import RawSheet, column_letters
from glisson.clinical.settings import ColumnMap, Study
from glisson.clinical.targets import TARGETS, Target, target
from glisson.clinical.wording import plain
from glisson.errors import InputError, SettingsError

#: Below it a resemblance is shown but never taken.
_ACCEPTABLE = 2
#: Code of a value that means that nothing was recorded.
MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One thing that a column could mean, how strongly (1 to 6), and why."""

    means: str
    score: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFound:
    """One column: what stands in it, what the data dictionary says, what it could mean, best first."""

    profile: Profile
    description: str = ""
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is known about the meaning of a flat sheet; questions and answers are in ``decide``.

    Parameters
    ----------
    data
        The sheet that holds the patients.
    several_sheets
        Whether there are other sheets, so that the name of this one must be recorded.
    kind
        How the input is read.
    columns
        Every column of the sheet.
    glossary
        Data dictionary, empty where there is none.
    maps
        Columns that are taken, as far as they are settled.
    evidence
        Why, by column and meaning.
    study
        Settings that were given; what they declare is not proposed again.
    declined
        Keys of the questions that were answered with "none of them".
    """

    data: RawSheet = field(repr=False)
    several_sheets: bool = False
    kind: Literal["flat", "redcap"] = "flat"
    columns: tuple[ColumnFound, ...] = field(default=(), repr=False)
    glossary: Glossary = field(default_factory=lambda: NO_GLOSSARY, repr=False)
    maps: tuple[ColumnMap, ...] = ()
    evidence: tuple[tuple[str, str, str], ...] = ()
    study: Study = field(default_factory=Study)
    declined: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """File and sheet, in words."""
        return f"{self.data.file}, sheet {self.data.name}" if self.several_sheets else self.data.file

    def column(self, name: str) -> ColumnFound:
        """Return a column by heading."""
        return next(c for c in self.columns if c.profile.column == name)

    def mapped(self, means: str) -> tuple[ColumnMap, ...]:
        """Return the columns taken to mean one thing."""
        return tuple(m for m in self.maps if m.means == means)

    def meanings(self, column: str) -> tuple[ColumnMap, ...]:
        """Return what one column is taken to mean."""
        return tuple(m for m in self.maps if m.column == column)

    def why(self, column: str, means: str) -> tuple[str, ...]:
        """Return the evidence for one meaning of one column."""
        return tuple(text for c, m, text in self.evidence if (c, m) == (column, means))

    def adding(self, column: str, means: str, because: str) -> Proposal:
        """Take a column to mean something, and settle what its words and values settle."""
        settled, reasons = settle(ColumnMap(column=column, means=means), self.column(column), self.glossary)
        rows = tuple((column, means, text) for text in (because, *reasons))
        return replace(self, maps=(*self.maps, settled), evidence=self.evidence + rows)

    def changing(self, old: ColumnMap, new: ColumnMap, because: str) -> Proposal:
        """Settle a further part of a column."""
        maps = tuple(new if m is old else m for m in self.maps)
        return replace(self, maps=maps, evidence=(*self.evidence, (old.column, old.means, because)))


def propose(sheets: Sequence[RawSheet], study: Study | None = None, glossary: Glossary = NO_GLOSSARY) -> Proposal:
    """Propose what each column of a flat sheet means.

    Parameters
    ----------
    sheets
        All sheets of the input; one may be a data dictionary.
    study
        Settings; columns declared there are taken as they are, and no other column is proposed.
    glossary
        Data dictionary from elsewhere.

    Raises
    ------
    InputError
        If no sheet holds patients, or several could.
    """
    study = study or Study()
    data, own = split_glossary(sheets)
    glossary = glossary or own
    sheet = _data_sheet(data, study, glossary)
    columns = _columns(sheet, glossary)
    empty = Proposal(
        data=sheet, several_sheets=len(sheets) > 1, columns=columns, glossary=glossary, study=study,
    )  # fmt: skip
    return _declared(empty) if study.input.columns else _guessed(empty)


def headings(sheet: RawSheet) -> tuple[str, ...]:
    """Return one distinct name for each column: its heading, with the column letter where it is repeated or empty."""
    names = []
    for i, heading in enumerate(sheet.header):
        unique = heading and sheet.header.count(heading) == 1
        names.append(heading if unique else f"{heading} [{column_letters(sheet.first_column + i)}]".strip())
    return tuple(names)


def candidates(found: Profile, description: str) -> tuple[Candidate, ...]:
    """Return what a column could mean, best first, by its heading, its description and its values."""
    options = []
    for one in TARGETS:
        if not plausible(one, found):
            continue
        named, told = one.named(found.column), one.told(description)
        reasons = [f"heading '{found.column}'"] if named else []
        reasons += [f"data dictionary: {description}"] if description and (named or told) else []
        score = named + (1 if named else 2) * bool(told)
        if one.role == "method" and (hits := [v for v, _ in found.counts if method_codes(v)]):
            score += 2
            reasons.append(f"values name methods: {', '.join(hits[:3])}")
        if score:
            options.append(Candidate(means=one.name, score=score, evidence="; ".join(reasons)))
    return tuple(sorted(options, key=lambda c: -c.score))


def plausible(one: Target, found: Profile) -> bool:
    """Whether the values of a column can be what a target asks for; the heading is judged elsewhere."""
    dates = found.dates.total
    texts = [v for v, _ in found.counts if v not in dict(found.missing_like)]
    is_dates = found.mostly(dates) or (dates > 0 and len(found.counts) - dates <= 3)
    if not found.filled or not texts:
        return False
    checks = {
        "id": not is_dates and len(texts) >= 0.5 * found.filled,
        "method": not is_dates and len(texts) <= 20 and (len(texts) < found.filled or found.filled <= 3),
        "date": is_dates,
        "time": not is_dates and found.mostly(found.numbers),
        "status": not is_dates and len(texts) <= 6,
        "choice": not is_dates and len(texts) <= 12,
        "integer": not is_dates and found.mostly(found.numbers),
        "number": not is_dates and found.mostly(found.numbers),
        "text": not is_dates and not found.mostly(found.numbers),
        "grade": found.mostly(found.whole) and len(texts) <= 6,
        "subgroup": False,
    }
    return checks[one.role]


def settle(draft: ColumnMap, found: ColumnFound, glossary: Glossary) -> tuple[ColumnMap, tuple[str, ...]]:
    """Fill in codes, unit and date order as far as words or unambiguous values give them.

    Returns
    -------
    map, reasons
        The column with what could be settled, and why.
    """
    meaning = target(draft.means)
    if meaning is None:
        return draft, ()
    changes: dict[str, object] = {}
    reasons: list[str] = []
    if meaning.codes:
        codes, why = _codes(meaning, draft, found, glossary)
        changes |= {"codes": codes | draft.codes} if codes else {}
        reasons += why
    if meaning.measured and not draft.unit:
        unit, why = _unit(found)
        changes |= {"unit": unit} if unit else {}
        reasons += why
    dates = found.profile.dates
    if meaning.role == "date" and not draft.date_order and (dates.day_first or dates.month_first) and dates.order:
        changes["date_order"] = dates.order
        reasons.append(str(dates))
    return draft.model_copy(update=changes), tuple(reasons)


def _codes(
    meaning: Target, draft: ColumnMap, found: ColumnFound, glossary: Glossary
) -> tuple[dict[str, str], list[str]]:
    """Code each value by what it says itself, or by what dictionary and heading say of it, if they agree."""
    heading = found.profile.column
    values = [v for v, _ in found.profile.values((*draft.missing, *draft.codes))]
    sources = (
        ("data dictionary", entry_for(glossary, heading).codes),
        ("data dictionary", stated(found.description, values)),
        ("heading", stated(heading, values)),
    )
    spanish = meaning.name == "sex" and any(v.casefold() == "h" for v in values)
    codes: dict[str, str] = {}
    reasons: list[str] = []
    for value in values:
        said = [(source, phrases[value]) for source, phrases in sources if value in phrases] or [("value", value)]
        coded = [(source, c) for source, phrase in said if (c := code_of(meaning, phrase, heading))]
        if len({c.code for _, c in coded}) != 1 or (spanish and value.casefold() == "m"):
            continue
        source, first = coded[0]
        codes[value] = first.code
        reasons.append(f"{value} = {first.code} ({source}: {first.because})")
    return codes, reasons


def _unit(found: ColumnFound) -> tuple[str, list[str]]:
    """Take the unit that heading and description name, if it is one only."""
    in_heading, in_text = units_in(found.profile.column), units_in(found.description)
    units = in_heading | in_text
    if len(units) != 1:
        return "", []
    unit = next(iter(units))
    return unit, [f"{unit} ({'heading' if in_heading else 'data dictionary'})"]


def _data_sheet(sheets: Sequence[RawSheet], study: Study, glossary: Glossary) -> RawSheet:
    """Choose the sheet that holds the patients: the declared one, the only one, or the only one with an outcome."""
    filled = [s for s in sheets if s.rows and any(s.header)]
    if study.input.sheet:
        for sheet in sheets:
            if plain(sheet.name) == plain(study.input.sheet):
                return sheet
        names = ", ".join(s.name for s in sheets)
        raise SettingsError(f"there is no sheet '{study.input.sheet}'", expected=names, todo="correct [input] sheet")
    if not filled:
        raise InputError("no sheet holds any patient", expected="a heading row with one row a patient under it",
                         place=sheets[0].file if sheets else "")  # fmt: skip
    if len(filled) == 1:
        return filled[0]
    telling = [s for s in filled if _has_outcome(_columns(s, glossary))]
    if len(telling) == 1:
        return telling[0]
    raise InputError(
        f"several sheets could hold the patients: {', '.join(s.name for s in telling or filled)}",
        place=filled[0].file, todo='name one in study.toml: [input] sheet = "..."',
    )  # fmt: skip


def _has_outcome(columns: Sequence[ColumnFound]) -> bool:
    telling = {"os_time", "pfs_time", "ttp_time", "liver_pfs_time", "death_date", "last_contact_date", "vital_status"}
    return any(c.means in telling and c.score >= _ACCEPTABLE for column in columns for c in column.candidates)


def _columns(sheet: RawSheet, glossary: Glossary) -> tuple[ColumnFound, ...]:
    """Describe every column; a progression status is only looked for where a column is read together with it."""
    out = []
    for i, name in enumerate(headings(sheet)):
        found = profile(name, i, column_letters(sheet.first_column + i), sheet.column(i))
        if found.filled or sheet.header[i]:
            description = entry_for(glossary, name).description
            out.append(ColumnFound(profile=found, description=description, candidates=candidates(found, description)))
    if any(c.means in _WITH_PROGRESSION for column in out for c in top(column)):
        return tuple(out)
    return tuple(replace(c, candidates=tuple(x for x in c.candidates if x.means != "progression_status")) for c in out)


#: Columns beside which a status may be that of progression.
_WITH_PROGRESSION = {
    "pfs_time", "liver_pfs_time", "ttp_time", "progression_date", "liver_progression_date",
    "extrahepatic_progression_date", "progression_or_imaging_date",
}  # fmt: skip


def _declared(empty: Proposal) -> Proposal:
    """Take the columns that the settings declare, and settle what they leave to unambiguous words and values."""
    known = {plain(c.profile.column): c.profile.column for c in empty.columns}
    proposal = empty
    for position, one in enumerate(empty.study.input.columns):
        _check_entry(one, known, f"study.toml, input.columns[{position}]")
        draft = one.model_copy(update={"column": known[plain(one.column)]})
        settled, reasons = settle(draft, proposal.column(draft.column), proposal.glossary)
        rows = tuple((draft.column, draft.means, text) for text in ("declared in study.toml", *reasons))
        proposal = replace(proposal, maps=(*proposal.maps, settled), evidence=proposal.evidence + rows)
    return proposal


def _check_entry(one: ColumnMap, known: Mapping[str, str], place: str) -> None:
    """Refuse an entry that names a column, a meaning or a code that does not exist."""
    meaning = target(one.means)
    if plain(one.column) not in known:
        found, expected = f"there is no column '{one.column}' in the sheet", ", ".join(known.values())
    elif meaning is None:
        found, expected = f"means = '{one.means}' is not known", ", ".join(t.name for t in TARGETS)
    else:
        allowed = (*meaning.codes, MISSING)
        wrong = sorted(set(one.codes.values()) - set(allowed)) if meaning.codes else []
        if not wrong:
            return
        found, expected = f"code {', '.join(wrong)} of column '{one.column}' is not known", ", ".join(allowed)
    raise SettingsError(found, place=place, expected=f"one of {expected}", todo="correct or remove the entry")


def _guessed(empty: Proposal) -> Proposal:
    """Take each column that means one thing only, where no other column means the same as well."""
    proposal = empty
    for column, best in _clear(empty.columns):
        proposal = proposal.adding(column.profile.column, best.means, best.evidence)
    return proposal


def _clear(columns: Sequence[ColumnFound]) -> Iterator[tuple[ColumnFound, Candidate]]:
    """Yield columns whose best meaning has no equal, neither in the column nor among the other columns."""
    for column in columns:
        tops = top(column)
        if len(tops) != 1:
            continue
        best = tops[0]
        rivals = [c for other in columns if other is not column for c in top(other) if c.means == best.means]
        if best.means == "ae_grade" or all(r.score < best.score for r in rivals):
            yield column, best


def top(column: ColumnFound) -> tuple[Candidate, ...]:
    """Return the best acceptable candidates of a column: one, several that are as good, or none."""
    good = [c for c in column.candidates if c.score >= _ACCEPTABLE]
    return tuple(c for c in good if c.score == good[0].score)
