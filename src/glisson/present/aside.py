"""Doing a part of the work in a second process, so that a second processor shares it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def possible() -> bool:
    """Whether there is a second processor, and an interpreter to start."""
    return (os.cpu_count() or 1) > 1 and bool(sys.executable)


def begin(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    """Call a function elsewhere.

    Parameters
    ----------
    function
        Of a module; it, its arguments and its result must be picklable.

    Returns
    -------
    Callable
        Waits for the result. Where there is no second process, or it failed, the function is called here.

    Examples
    --------
    >>> begin(len, "four")()
    4
    """
    if not possible():
        return lambda: function(*args, **kwargs)
    # Everything travels through pipes, never through files; a module of our own, so that no script of the user runs.
    process = subprocess.Popen(
        [sys.executable, "-m", "glisson.present.aside"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    pool = ThreadPoolExecutor(max_workers=1)
    talk = pool.submit(process.communicate, pickle.dumps((function, args, kwargs)))

    def finish() -> T:
        answer = talk.result()[0]
        pool.shutdown()
        if process.returncode:
            return function(*args, **kwargs)
        result: T = pickle.loads(answer)
        return result

    return finish


def main() -> None:
    """Do what comes in on standard input, and put the result on standard output."""
    function, args, kwargs = pickle.load(sys.stdin.buffer)
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # what the function prints is no result
    answer.write(pickle.dumps(function(*args, **kwargs)))


if __name__ == "__main__":
    main()
