"""Cold starts: importing glisson, asking for help, and the whole assessment of the demonstration cohort."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

from timing import line, only

ENVIRONMENT = {**os.environ, "MPLBACKEND": "Agg"}


def cold(*command: str, runs: int = 5) -> float:
    """Return the shortest time of a fresh process, from its start to its end."""
    shortest = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def main() -> None:
    python, glisson = sys.executable, str(Path(sys.executable).with_name("glisson"))
    demo = resources.files("glisson") / "data" / "demo_lms.xlsx"
    bare = cold(python, "-c", "pass")
    ours = cold(python, "-c", "import glisson")
    line("import glisson, cold process", ours, "lifelines", cold(python, "-c", "import lifelines"))
    print(f"{'':<44} of which Python itself {bare * 1e3:.0f} ms")
    used = cold(python, "-c", "import glisson as gl; gl.kaplan_meier; gl.logrank; gl.Endpoint")
    only("import glisson and its survival functions", used)
    only("glisson --help", cold(glisson, "--help"))
    with resources.as_file(demo) as workbook, tempfile.TemporaryDirectory() as folder:
        for formats in ("html", "html,docx,figures,xlsx", "html,docx,pdf,figures,xlsx"):
            out = str(Path(folder, "out"))
            command = [glisson, "assess", str(workbook), "-o", out, "--yes", "--plain", "--force", "--formats", formats]
            try:
                took = cold(*command, runs=3)
            except subprocess.CalledProcessError as failed:
                print(f"glisson assess ({formats}): {failed.stderr.decode().strip().splitlines()[-1]}")
                continue
            only("glisson assess, demonstration cohort", took, formats)


if __name__ == "__main__":
    main()
