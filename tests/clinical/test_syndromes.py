"""Post-embolization syndrome and the screen for radioembolization-induced liver disease."""

from __future__ import annotations

import pytest

from glisson.assessing.safety import safety_result
from glisson.clinical import toxicity
from glisson.clinical.settings import parse_study
from glisson.clinical.syndromes import (
    post_embolization_syndrome,
    radioembolized,
    reild_screen,
    sessions_with_syndrome,
)
from glisson.errors import InputError, SettingsError
from tests.clinical.build import Person, people
from tests.clinical.test_event_tables import event, on, treated

pytestmark = pytest.mark.by_hand

WHOLE = (event(term="Fever", day=1), event(term="Abdominal pain", day=2), event(term="Vomiting", day=14))


def kinds(made):
    table = post_embolization_syndrome(made).by()
    return dict(zip(table.categories, table.counts[0].tolist(), strict=True))


def test_recorded_or_only_its_components():
    assert kinds(treated(*WHOLE)) == {"none": 1, "components only": 1, "recorded": 0}
    assert kinds(treated(WHOLE[0], *({**r, "pes": True} for r in WHOLE[1:])))["recorded"] == 1
    assert kinds(treated(event(term="PES")))["recorded"] == 1
    assert kinds(treated(*WHOLE[:2]))["components only"] == 0
    assert kinds(treated(*WHOLE[:2], event(term="Nausea", day=15)))["components only"] == 0, "too late"
    study = {"safety": {"pes_window_days": 15}}
    assert kinds(treated(*WHOLE[:2], event(term="Nausea", day=15), study=study))["components only"] == 1
    assert kinds(treated(*WHOLE, event(term="liver abscess", day=9)))["components only"] == 0, "an infection"
    two = treated(*WHOLE[:2], event(term="Nausea", day=50), sessions=({"date": on(45)},))
    assert kinds(two)["components only"] == 0, "after another session"


def test_sessions_with_the_syndrome():
    made = treated(*WHOLE, event("b", 46, "pes"), sessions=({"date": on(45), "method": "ctace"},))
    rows = sessions_with_syndrome(made).sort("patient_id", "date")
    assert rows["syndrome"].to_list() == ["components only", "none", "none", "recorded"]
    result = safety_result(made).syndrome
    recorded = {e.group: e.events for e in result.sessions.select("proportion", detail="recorded")}
    assert recorded == {(): 1, (("method", "deb_tace"),): 0, (("method", "ctace"),): 1}
    assert result.sessions.one("proportion", group=(), detail="possible").events == 2
    assert safety_result(treated(event())).syndrome is None


def test_the_syndrome_counts_as_a_term_only_without_components_or_where_it_is_worse():
    alone = treated(event(term="Postembolization syndrome", grade=2))
    assert toxicity.terms(alone) == ("Post-embolization syndrome",)
    beside = treated(event(term="PES", grade=2), event(term="Fever", grade=2))
    assert toxicity.terms(beside) == ("Fever",)
    assert [n for reason, n, _ in toxicity.uncounted(beside) if reason.startswith("a syndrome")] == [1]
    worse = treated(event(term="PES", grade=3), event(term="Fever", grade=2))
    assert toxicity.worst_by_patient(worse)["a"] == "3"
    other = treated(event(term="PES", grade=2), event("b", term="Fever", grade=2))
    assert toxicity.terms(other) == ("Fever", "Post-embolization syndrome"), "components of somebody else"


# REILD ------------------------------------------------------------------------------------------------------------


def bilirubin(day, value=60.0, unit="umol/L"):
    return {"patient_id": "a", "date": on(day), "test": "bilirubin", "value": value, "unit": unit, "uln": 21.0}


def screened(labs, rows=(), contacts=(), method="y90_glass", study=None, **person):
    one = Person(id="a", t0=on(0), last=on(400), method=method, **person)
    made = people([one], study, lab=labs, adverse_event=rows, followup=contacts)
    return [(s.day, s.bilirubin, s.ascites) for s in reild_screen(made)]


ASCITES = event(day=50, term="ascites", grade=2)


def test_both_signs_in_the_window_without_progression():
    assert screened([bilirubin(40), bilirubin(60, 80.0)], [ASCITES]) == [(50, 80.0, "adverse event")]
    contact = {"patient_id": "a", "date": on(70), "ascites": "mild"}
    assert screened([bilirubin(40)], contacts=[contact]) == [(70, 60.0, "follow-up contact")]
    assert screened([bilirubin(40, 3.6, "mg/dL")], [ASCITES])[0][0] == 50, "3 mg/dL is 51.3 umol/L"


@pytest.mark.parametrize(
    ("why", "found"),
    [
        ("limit not passed", lambda: screened([bilirubin(40, 51.3)], [ASCITES])),
        ("no ascites", lambda: screened([bilirubin(40)], [event(day=50)])),
        ("looked for and absent", lambda: screened([bilirubin(40)], [{**ASCITES, "grade": 0}])),
        ("other method", lambda: screened([bilirubin(40)], [ASCITES], method="deb_tace")),
        ("bilirubin on day 14", lambda: screened([bilirubin(14)], [ASCITES])),
        ("bilirubin on day 121", lambda: screened([bilirubin(121)], [ASCITES])),
        ("ascites on day 121", lambda: screened([bilirubin(40)], [event(day=121, term="Ascites")])),
        ("liver grew", lambda: screened([bilirubin(40)], [ASCITES], scans=((on(49), "PD", "PD", "SD"),))),
        ("liver grew that day", lambda: screened([bilirubin(40)], [ASCITES], scans=((on(50), "PD", "PD", "SD"),))),
    ],
)
def test_who_is_not_found(why, found):
    assert found() == [], why


def test_growth_elsewhere_later_or_before_does_not_matter():
    assert len(screened([bilirubin(40)], [ASCITES], scans=((on(49), "PD", "SD", "PD"),))) == 1
    assert len(screened([bilirubin(40)], [ASCITES], scans=((on(51), "PD", "PD", "SD"),))) == 1
    assert len(screened([bilirubin(15)], [event(day=120, term="Ascites")])) == 1, "first and last day"
    late = [bilirubin(140)], [event(day=150, term="Ascites")]
    again = {"sessions": ({"date": on(100), "method": "y90"},), "scans": ((on(60), "PD", "PD", "SD"),)}
    assert [s[0] for s in screened(*late, **again)] == [50], "counted from the second treatment, after the growth"


def test_what_the_screen_could_look_at():
    made = people([Person(id=i, t0=on(0), last=on(400), method="y90") for i in "ab"], lab=[bilirubin(40)])
    assert radioembolized(made) == (2, 1)
    with pytest.raises(InputError, match="laboratory"):
        reild_screen(treated(event()))
    assert safety_result(treated(event())).reild is None


def test_the_window_ends_after_it_begins():
    with pytest.raises(SettingsError, match="reild_window_days"):
        parse_study({"safety": {"reild_from_days": 30, "reild_window_days": 30}})
