"""The report: an assessment as HTML, Word, PDF, figures, tables and results.json."""

from glisson.reporting.write import FORMATS, check_target, missing, report

__all__ = ["FORMATS", "check_target", "missing", "report"]
