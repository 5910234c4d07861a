"""NumPy arrays in and out, leading batch axes, no labels and no frames."""
