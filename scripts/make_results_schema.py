"""Write the JSON Schema of results.json: ``python -m scripts.make_results_schema`` from the project's folder."""

from __future__ import annotations

from pathlib import Path

from glisson.reporting.results import results_schema

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "results.schema.json"

if __name__ == "__main__":
    TARGET.write_text(results_schema(), encoding="utf-8", newline="\n")
