"""Doing a part of the work in a second process, so that a second processor shares it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Aside:
    """A second process that calls functions, one after the other, as long as the ``with`` block lasts.

    Where there is no second processor, or the process fails, the functions are called here.

    Examples
    --------
    >>> with Aside() as aside:
    ...     finish = aside.begin(len, "four")
    ...     finish()
    4
    """

    def __init__(self) -> None:
        """Begin without a process."""
        self.possible = (os.cpu_count() or 1) > 1 and bool(sys.executable)
        self._line = ThreadPoolExecutor(max_workers=1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, if there is a processor for it; it takes half a second until it can begin."""
        if self.possible and self._process is None:
            # Everything travels through pipes, never files; the module is our own, so that no script of the user runs.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "glisson.present.aside"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._line.submit(_talk, self._process, (_prepare, (), {}))

    def __enter__(self) -> Aside:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._line.shutdown()
            self._process.communicate()

    def begin(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
        """Call a function elsewhere.

        Parameters
        ----------
        function
            Of a module; it, its arguments and its result must be picklable.

        Returns
        -------
        Callable
            Waits for the result.
        """
        self.start()
        if self._process is None:
            return lambda: function(*args, **kwargs)
        talk = self._line.submit(_talk, self._process, (function, args, kwargs))

        def finish() -> T:
            try:
                result: T = talk.result()
            except (OSError, EOFError, pickle.PickleError):
                return function(*args, **kwargs)
            return result

        return finish


def _talk(process: subprocess.Popen[bytes], call: tuple[Any, ...]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    pickle.dump(call, process.stdin)
    process.stdin.flush()
    return pickle.load(process.stdout)


def _prepare() -> None:
    """Import what drawing needs, before there is anything to draw."""
    from matplotlib.backends import backend_agg, backend_pdf, backend_svg  # noqa: F401, PLC0415


def main() -> None:
    """Do what comes in on standard input, and put the results on standard output."""
    results, sys.stdout = sys.stdout.buffer, sys.stderr  # what a function prints is no result
    while True:
        try:
            function, args, kwargs = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(function(*args, **kwargs), results)
        results.flush()


if __name__ == "__main__":
    main()
