"""The synthetic demonstration cohort: a written plan, and how its records are made."""
