"""Laboratory values: stored units, CTCAE grades, liver function."""
