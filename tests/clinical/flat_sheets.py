"""Small synthetic flat sheets in the shapes hospitals keep them: languages, dates or durations, codes, traps.

Every patient is invented; the same few patients appear under different headings, so that what is read can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from glisson.clinical.raw import RawSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """One invented patient; days count from treatment."""

    id: str
    treated: date
    method: str
    progressed: int | None
    liver: int | None
    last: int
    dead: bool
    sex: str
    outside: bool

    def day(self, days: int | None) -> date | None:
        return None if days is None else self.treated + timedelta(days=days)


PATIENTS = (
    Invented(id="007", treated=date(2015, 3, 4), method="DEB-TACE", progressed=120, liver=120, last=400, dead=True,
             sex="M", outside=True),
    Invented(id="008", treated=date(2015, 4, 25), method="DEB-TACE", progressed=None, liver=None, last=250, dead=True,
             sex="F", outside=False),
    Invented(id="009", treated=date(2015, 5, 6), method="Y-90 glass", progressed=90, liver=None, last=610, dead=False,
             sex="F", outside=False),
    Invented(id="010", treated=date(2015, 6, 17), method="MWA", progressed=None, liver=None, last=700, dead=False,
             sex="F", outside=True),
    Invented(id="011", treated=date(2015, 7, 28), method="Y-90 glass", progressed=200, liver=210, last=300, dead=True,
             sex="M", outside=True),
    Invented(id="012", treated=date(2015, 8, 9), method="", progressed=60, liver=60, last=95, dead=True,
             sex="F", outside=False),
)  # fmt: skip


def sheet(header: tuple[str, ...], rows: list[tuple[object, ...]], name: str = "Patients") -> RawSheet:
    return RawSheet(file="flat.xlsx", name=name, header=header, rows=tuple(rows), first_row=2)


def _written(day: date | None, pattern: str) -> str | None:
    return None if day is None else day.strftime(pattern)


def german_dates() -> RawSheet:
    """Dates as d.m.Y text, day first provable, words for the status."""
    header = ("Patienten-Nr.", "Geschlecht", "Behandlungsdatum", "Verfahren", "Datum Progress", "Datum Leberprogress",
              "Todesdatum", "Datum letzter Kontakt", "Vitalstatus", "Extrahepatisch")  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (
            p.id, {"M": "männlich", "F": "weiblich"}[p.sex], _written(p.treated, "%d.%m.%Y"), p.method or None,
            _written(p.day(p.progressed), "%d.%m.%Y"), _written(p.day(p.liver), "%d.%m.%Y"),
            _written(p.day(p.last), "%d.%m.%Y") if p.dead else None, _written(p.day(p.last), "%d.%m.%Y"),
            "verstorben" if p.dead else "lebt", "ja" if p.outside else "nein",
        )
        for p in PATIENTS
    ]  # fmt: skip
    return sheet(header, rows)


def spanish_durations() -> RawSheet:
    """Durations in months with words for the status; hombre and mujer abbreviated to H and M."""
    header = ("Nº paciente", "Sexo", "Tipo de tratamiento", "Supervivencia global (meses)", "Estado vital")
    rows: list[tuple[object, ...]] = [
        (p.id, {"M": "H", "F": "M"}[p.sex], p.method or "no consta", round(p.last / 30.4375, 3),
         "fallecido" if p.dead else "vivo")
        for p in PATIENTS
    ]  # fmt: skip
    return sheet(header, rows)


def bare_codes() -> RawSheet:
    """English headings, real dates, bare 0/1 codes, -999 and n/a; nothing says what the codes mean."""
    header = ("Study ID", "sex", "Date of first TACE", "TACE type", "PFS (days)", "PFS status", "OS (days)", "Death",
              "Age")  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (
            p.id, p.sex, p.treated, p.method or "n/a", min(p.progressed or p.last, p.last),
            float(p.progressed is not None or p.dead), p.last, float(p.dead), 60.0 + i if i else -999.0,
        )
        for i, p in enumerate(PATIENTS)
    ]  # fmt: skip
    return sheet(header, rows)


def ambiguous_dates() -> RawSheet:
    """No day above 12 anywhere: 03/04/2015 could be either."""
    header = ("id", "treatment date", "method", "date of death or last follow-up", "status")
    rows: list[tuple[object, ...]] = [
        (p.id, f"03/0{i + 1}/2015", "MWA", f"05/0{i + 1}/2016", "dead" if p.dead else "alive")
        for i, p in enumerate(PATIENTS)
    ]
    return sheet(header, rows)


def glossary_sheet() -> RawSheet:
    """A data dictionary for ``bare_codes``, with a heading row of its own."""
    rows: list[tuple[object, ...]] = [
        ("Study ID", "pseudonym"),
        ("sex", "M male, F female"),
        ("Death", "1 = dead, 0 = alive or lost"),
        ("PFS status", "event = 1; censored = 0"),
    ]
    return sheet(("variable", "description"), rows, name="Legend")


def write_csv(raw: RawSheet, path: Path, separator: str = ",") -> Path:
    """Write a sheet as CSV, real dates as ISO."""
    lines = [raw.header, *raw.rows]
    quote = '"{}"'.format
    path.write_text(
        "\n".join(separator.join("" if c is None else quote(c) for c in line) for line in lines), encoding="utf-8"
    )
    return path
