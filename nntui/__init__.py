"""nntui: a neural-network laboratory for the terminal."""

__version__ = "0.1.0"
