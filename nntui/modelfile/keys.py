"""The keys at the top of a model file."""

TOP_LEVEL = ("name", "data", "layers", "training")
PROVENANCE = "provenance"
"""An additional table in a run's model file, for people only: versions, threads and the data's fingerprint."""
