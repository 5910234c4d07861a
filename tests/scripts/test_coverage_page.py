"""The page on coverage prints the counts that were simulated."""

from __future__ import annotations

import json

import numpy as np
from scripts.simulate_coverage import BEGIN, END, PAGE, RESULT, Truth, replicate, tables


def test_the_tables_are_those_of_the_counts() -> None:
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    printed = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    assert printed == tables(result), "python -m scripts.simulate_coverage"


def test_a_truth_is_censored_as_it_says_and_one_cohort_answers_everything() -> None:
    truth = Truth.of("Weibull, shape 1.5", "different")
    censored = [(truth.draw(np.random.default_rng(i)).cause == 0).mean() for i in range(200)]
    assert abs(np.mean(censored) - 0.30) < 0.03
    keys = {key[:2] for key, _ in replicate(truth, np.random.default_rng(1), 1)}
    assert ("hazard ratio", "Cox, Firth, profile") in keys
    assert ("median", "partially pooled, exponential") in keys
