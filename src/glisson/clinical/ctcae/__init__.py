"""CTCAE terms of liver-directed therapy: which there are, which grades exist, and what else they are called."""
