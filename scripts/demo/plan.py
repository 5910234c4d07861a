"""The plan of the 24 synthetic patients: who they are and what decides their endpoints.

Everything that a published aggregate depends on is written here by hand, so that it can be read and checked; only what
no aggregate depends on (laboratory values, doses, common adverse events) is drawn at random with a fixed seed.
Days count from the first liver-directed session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

#: Changing it changes every drawn value; the test of the committed workbook will say so.
SEED = 20200101
CUTOFF = date(2019, 6, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One session: day, method, and why (codes of the data model)."""

    day: int
    method: str
    why: str = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One patient.

    Parameters
    ----------
    id, sex, age, primary
        Pseudonym, ``"M"``/``"F"``, age in years at the first session, organ of the primary tumour.
    t0
        Date of the first session.
    os, dead, cause
        Days to death or last contact; whether dead; cause of death.
    sites
        Organs with disease outside the liver at the first session; none means liver only.
    sessions
        Liver-directed sessions in order.
    scans
        Days of scans after treatment.
    liver_pd, liver_pd_by
        Day of the first progression in the liver, and by what: ``target``, ``nontarget``, ``new``.
    outside_pd
        Day of the first progression outside the liver (always a new lesion).
    not_evaluable
        Scans that cannot be read.
    shrinkage
        Course of the liver targets: ``SD``, ``PR``, ``CR``.
    liver
        Baseline diameters of the liver targets, mm.
    more
        Further liver lesions, followed as non-targets.
    lines, anthracycline
        Systemic lines before the first session, and whether one held an anthracycline.
    next_line
        Day of the next systemic therapy after the first session.
    """

    id: str
    sex: str
    age: int
    primary: str
    t0: date
    os: int
    dead: bool
    cause: str = ""
    sites: tuple[str, ...] = ()
    sessions: tuple[Visit, ...]
    scans: tuple[int, ...]
    liver_pd: int | None = None
    liver_pd_by: str = "target"
    outside_pd: int | None = None
    not_evaluable: tuple[int, ...] = ()
    shrinkage: str = "SD"
    liver: tuple[int, ...]
    more: int = 0
    lines: int = 1
    anthracycline: bool = True
    next_line: int | None = None

    def on(self, day: int) -> date:
        """Return the date of a day."""
        return self.t0 + timedelta(days=day)

    @property
    def method(self) -> str:
        """Method of the first session."""
        return self.sessions[0].method

    @property
    def liver_pfs(self) -> tuple[int, bool]:
        """Days of liver progression-free survival, and whether progression or death ended it."""
        if self.liver_pd is not None:
            return self.liver_pd, True
        return (self.os, True) if self.dead else (self._last_read(), False)

    @property
    def pfs(self) -> tuple[int, bool]:
        """Days of progression-free survival, and whether progression or death ended it."""
        seen = [day for day in (self.liver_pd, self.outside_pd) if day is not None]
        if seen:
            return min(seen), True
        return (self.os, True) if self.dead else (self._last_read(), False)

    def _last_read(self) -> int:
        return max((day for day in self.scans if day not in self.not_evaluable), default=0)


def _beads(*days: int) -> tuple[Visit, ...]:
    return _course("deb_tace", days)


def _glass(*days: int) -> tuple[Visit, ...]:
    return _course("y90_glass", days)


def _microwave(*days: int) -> tuple[Visit, ...]:
    return _course("ablation_mwa", days)


def _course(method: str, days: tuple[int, ...]) -> tuple[Visit, ...]:
    """Sessions of one method planned together."""
    whys = ("first", *["planned_stage"] * (len(days) - 1))
    return tuple(Visit(day=day, method=method, why=why) for day, why in zip(days, whys, strict=True))


PLANS: tuple[Plan, ...] = (
    # No scan for 211 days before death: the censoring rule sets differ.
    Plan(id="001", sex="F", age=58, primary="uterus", t0=date(2011, 9, 13), os=262, dead=True, cause="disease",
         sites=("lung",), sessions=_beads(0, 27), scans=(51,), outside_pd=51, liver=(61, 44), more=3, lines=2,
         next_line=70),
    Plan(id="002", sex="M", age=71, primary="retroperitoneum", t0=date(2012, 1, 24), os=97, dead=True, cause="disease",
         sites=("lung", "peritoneum"), sessions=_glass(0), scans=(62,), outside_pd=62, liver=(94, 58), more=6,
         lines=3),
    # First of three patients with a later session of another method.
    Plan(id="003", sex="F", age=49, primary="uterus", t0=date(2012, 3, 6), os=670, dead=True, cause="disease",
         sessions=(*_beads(0, 28), Visit(day=247, method="ablation_mwa", why="residual")),
         scans=(45, 118, 196, 283, 362, 441, 521, 603), liver_pd=521, liver_pd_by="new", outside_pd=603,
         shrinkage="PR", liver=(42, 35), lines=1, next_line=540),
    Plan(id="004", sex="F", age=66, primary="uterus", t0=date(2012, 10, 9), os=861, dead=True, cause="disease",
         sessions=(*_microwave(0), Visit(day=640, method="ablation_mwa", why="ltp")),
         scans=(34, 98, 185, 270, 361, 447, 530, 612, 690, 781), liver_pd=612, shrinkage="PR", liver=(29,), lines=0,
         anthracycline=False, next_line=705),
    Plan(id="005", sex="F", age=60, primary="small bowel", t0=date(2013, 2, 19), os=46, dead=True, cause="disease",
         sites=("lung", "bone"), sessions=_beads(0), scans=(38,), not_evaluable=(38,), liver=(112, 76), more=8,
         lines=4),
    Plan(id="006", sex="M", age=77, primary="retroperitoneum", t0=date(2013, 5, 28), os=121, dead=True,
         cause="disease", sites=("peritoneum",), sessions=_beads(0, 30), scans=(44, 88), liver_pd=88,
         liver=(83, 52), more=4, lines=2, next_line=None),
    Plan(id="007", sex="F", age=54, primary="uterus", t0=date(2013, 9, 17), os=588, dead=True, cause="disease",
         sessions=(*_glass(0, 36), Visit(day=440, method="deb_tace", why="new_lesion")),
         scans=(58, 131, 205, 288, 352, 421, 497), liver_pd=421, liver_pd_by="new", shrinkage="PR", liver=(66, 47),
         more=2, lines=1, next_line=510),
    Plan(id="008", sex="F", age=45, primary="uterus", t0=date(2014, 1, 14), os=201, dead=True, cause="disease",
         sites=("lung",), sessions=_beads(0, 25), scans=(49, 98, 163), outside_pd=98, liver=(54, 38), more=2, lines=2,
         next_line=112),
    Plan(id="009", sex="F", age=69, primary="inferior vena cava", t0=date(2014, 4, 8), os=455, dead=True,
         cause="disease", sessions=(*_beads(0), Visit(day=214, method="deb_tace", why="residual")),
         scans=(52, 127, 208, 290, 366, 427), liver_pd=366, outside_pd=290, shrinkage="PR", liver=(71,), more=1,
         lines=1, next_line=305),
    Plan(id="010", sex="M", age=72, primary="extremity", t0=date(2014, 7, 22), os=251, dead=True, cause="other",
         sites=("lung",), sessions=_microwave(0), scans=(37, 109, 182, 240), liver_pd=182, liver_pd_by="new",
         outside_pd=109, liver=(31, 24), lines=1, next_line=121),
    Plan(id="011", sex="F", age=59, primary="uterus", t0=date(2014, 11, 4), os=183, dead=True, cause="disease",
         sites=("lung", "bone"), sessions=_glass(0), scans=(60, 119), liver_pd=119, liver=(88, 63), more=5, lines=3),
    Plan(id="012", sex="F", age=61, primary="uterus", t0=date(2015, 1, 27), os=222, dead=True, cause="disease",
         sites=("peritoneum",), sessions=_beads(0, 29), scans=(48, 104, 170), not_evaluable=(104,), liver_pd=170,
         liver_pd_by="nontarget", liver=(57, 49), more=4, lines=2),
    Plan(id="013", sex="M", age=83, primary="retroperitoneum", t0=date(2015, 4, 14), os=78, dead=True,
         cause="disease", sites=("lung", "peritoneum"), sessions=_beads(0, 21), scans=(60,), liver_pd=60,
         outside_pd=60, liver=(102, 69), more=7, lines=2, anthracycline=False),
    Plan(id="014", sex="F", age=52, primary="uterus", t0=date(2016, 6, 3), os=1120, dead=False,
         sessions=(*_beads(0, 31), Visit(day=476, method="y90_glass", why="new_lesion")),
         scans=(55, 132, 211, 297, 374, 452, 560, 640, 730, 815, 905, 1001, 1094), liver_pd=452, liver_pd_by="new",
         outside_pd=815, shrinkage="PR", liver=(48, 33), more=1, lines=1, next_line=830),
    Plan(id="015", sex="F", age=74, primary="uterus", t0=date(2015, 8, 25), os=274, dead=True, cause="disease",
         sites=("lung",), sessions=_glass(0, 40), scans=(66, 132, 205), outside_pd=132, liver=(79, 41), more=3,
         lines=2, next_line=150),
    # New systemic therapy without progression: the censoring rule sets differ.
    Plan(id="016", sex="F", age=38, primary="uterus", t0=date(2016, 3, 21), os=1190, dead=False,
         sessions=_microwave(0),
         scans=(36, 101, 182, 275, 361, 455, 548, 640, 731, 822, 915, 1004, 1090, 1161), shrinkage="CR", liver=(22,),
         lines=0, anthracycline=False, next_line=655),
    Plan(id="017", sex="F", age=67, primary="retroperitoneum", t0=date(2016, 2, 9), os=231, dead=True,
         cause="unknown", sites=("lung", "bone"), sessions=_beads(0), scans=(46, 112, 175), outside_pd=175,
         liver=(63, 36), more=2, lines=1, next_line=190),
    Plan(id="018", sex="M", age=70, primary="small bowel", t0=date(2016, 9, 6), os=298, dead=True, cause="disease",
         sessions=_beads(0, 28), scans=(55, 128, 199, 273), liver_pd=273, shrinkage="PR", liver=(86, 55), more=3,
         lines=2),
    Plan(id="019", sex="M", age=75, primary="extremity", t0=date(2016, 11, 15), os=431, dead=True, cause="disease",
         sites=("lung",), sessions=_microwave(0), scans=(41, 114, 190, 265, 338, 405), liver_pd=338,
         liver_pd_by="new", outside_pd=190, liver=(27,), lines=1, next_line=204),
    Plan(id="020", sex="F", age=64, primary="uterus", t0=date(2017, 3, 7), os=352, dead=True, cause="disease",
         sites=("lung",), sessions=_glass(0, 35), scans=(63, 140, 212, 281), liver_pd=281, outside_pd=212,
         shrinkage="PR", liver=(74, 45), more=2, lines=1, next_line=228),
    Plan(id="021", sex="F", age=57, primary="uterus", t0=date(2017, 6, 20), os=139, dead=True, cause="disease",
         sites=("lung", "peritoneum"), sessions=_beads(0), scans=(84,), outside_pd=84, liver=(69, 50), more=5, lines=3,
         next_line=101),
    Plan(id="022", sex="F", age=48, primary="inferior vena cava", t0=date(2018, 10, 29), os=240, dead=False,
         sites=("lung",), sessions=_beads(0, 28), scans=(50, 126, 217), outside_pd=126, liver=(46, 39), more=1, lines=1,
         next_line=141),
    Plan(id="023", sex="M", age=60, primary="retroperitoneum", t0=date(2019, 1, 18), os=160, dead=False,
         sites=("node",), sessions=_glass(0), scans=(71, 143), liver=(68, 43), more=2, lines=0, anthracycline=False),
    Plan(id="024", sex="M", age=78, primary="stomach", t0=date(2018, 11, 26), os=212, dead=False,
         sessions=_microwave(0), scans=(40, 117, 186), shrinkage="PR", liver=(33,), lines=0, anthracycline=False),
)  # fmt: skip
