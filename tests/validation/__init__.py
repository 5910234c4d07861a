"""Reference values from R: scripts, their pinned output, and the disagreements with reasons."""
