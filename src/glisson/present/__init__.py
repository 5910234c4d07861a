"""Values into words, tables and figures: pure functions, nothing is estimated here."""
