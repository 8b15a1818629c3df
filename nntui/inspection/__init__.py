"""Inspection: what is computed from a trained network and data, such as evaluation and the gradient check."""
