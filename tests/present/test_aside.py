"""Work in a second process gives what it gives here, also when that process fails."""

from __future__ import annotations

import os

import pytest

from glisson.present.aside import Aside


def test_results_come_back_in_order():
    with Aside() as aside:
        waiting = [aside.begin(divmod, n, 7) for n in (50, 15)]
        assert [finish() for finish in waiting] == [(7, 1), (2, 1)]


def test_what_a_function_prints_is_no_result():
    with Aside() as aside:
        assert aside.begin(print, "hello")() is None
        assert aside.begin(len, "still there")() == 11


def test_errors_are_those_of_the_function():
    with Aside() as aside, pytest.raises(ValueError, match="invalid literal"):
        aside.begin(int, "seven")()


def test_one_processor_does_it_all(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with Aside() as aside:
        aside.start()
        assert aside._process is None
        assert aside.begin(sum, [1, 2])() == 3


def test_the_process_ends_with_the_block():
    with Aside() as aside:
        aside.start()
        process = aside._process
    assert process is None or process.poll() is not None
