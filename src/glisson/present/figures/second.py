"""Drawing the last figures in a second process, while the first one draws the others."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

#: Figures that the first process draws while the second one starts.
HEAD_START = 2


def share(n: int) -> int:
    """Return how many of n figures a second process should draw; none where there is no second processor.

    Examples
    --------
    >>> share(2)
    0
    """
    return max(0, (n - HEAD_START) // 2) if (os.cpu_count() or 1) > 1 and sys.executable else 0


def begin(figures: Sequence[Any]) -> Callable[[], list[Any] | None]:
    """Start drawing elsewhere.

    Returns
    -------
    Callable
        Waits for the drawn figures; ``None`` if the process could not draw them.
    """
    # The figures travel through pipes, never through files; a module of our own, so that no script of the user runs.
    process = subprocess.Popen(
        [sys.executable, "-m", "glisson.present.figures.second"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    pool = ThreadPoolExecutor(max_workers=1)
    talk = pool.submit(process.communicate, pickle.dumps(list(figures)))

    def finish() -> list[Any] | None:
        drawn = talk.result()[0]
        pool.shutdown()
        return pickle.loads(drawn) if process.returncode == 0 else None

    return finish


def main() -> None:
    """Draw what comes in on standard input."""
    from glisson.present.figures.render import render_here  # noqa: PLC0415 - the two modules need each other

    sys.stdout.buffer.write(pickle.dumps(render_here(pickle.load(sys.stdin.buffer))))


if __name__ == "__main__":
    main()
