"""Make the synthetic demonstration cohort: ``python -m scripts.make_demo_cohort`` from the project's folder.

Writes ``src/glisson/data/demo_lms.xlsx``. The same code writes the same file; a test compares the committed workbook
with a fresh one.
"""

from __future__ import annotations

from pathlib import Path

from scripts.demo.workbook import write

TARGET = Path(__file__).resolve().parents[1] / "src" / "glisson" / "data" / "demo_lms.xlsx"

if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    write(TARGET)
