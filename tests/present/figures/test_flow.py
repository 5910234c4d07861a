from __future__ import annotations

from dataclasses import replace

from glisson.assessment import FlowStep
from glisson.present.figures.flow import flow, reasons
from tests.reporting.fixture import assessment


def test_those_left_out_stand_beside_the_arrow_and_methods_at_the_foot() -> None:
    figure = flow(assessment())
    assert [b.lines for b in figure.boxes] == [("Patients in the input", "n = 25"), ("Patients analysed", "n = 24")]
    assert figure.boxes[0].left == ()
    assert figure.boxes[1].left == ("Left out because of problems in the data (n = 1)", "1 no treatment date: P25")
    assert [b.lines for b in figure.methods] == [
        ("DEB-TACE", "n = 13"),
        ("Y-90 radioembolization", "n = 6"),
        ("Ablation", "n = 5"),
    ]


def test_many_patients_are_counted_not_listed() -> None:
    left = tuple((f"P{i:02d}", "no date") for i in range(30))
    assert reasons(left) == ("30 no date",)
    step = FlowStep(label="Left out", n=30, left=left)
    figure = flow(replace(assessment(), flow=(FlowStep(label="In", n=54), step, FlowStep(label="Analysed", n=24))))
    assert "P00" not in " ".join(figure.boxes[1].left)
