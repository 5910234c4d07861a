"""The next trial: its size, its boundaries, what it would conclude how often, and the text for the protocol."""
