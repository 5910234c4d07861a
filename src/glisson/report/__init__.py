"""The report: an assessment as HTML, Word, PDF, figures, tables and results.json."""
