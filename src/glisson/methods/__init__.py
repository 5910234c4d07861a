"""Estimators: pure functions from endpoints and tables to estimates. They know no medicine."""
