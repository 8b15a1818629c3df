"""The keys at the top of a model file."""

TOP_LEVEL = ("name", "data", "layers", "training")
PROVENANCE = "provenance"
"""The table a run's model file has besides: versions, threads and the data's fingerprint. Read by nobody but people."""
