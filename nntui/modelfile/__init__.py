"""The model file: reading, writing and validating it, and computing shapes and costs without training."""
