"""The model file: TOML in and out, every problem at once with its path, shapes and costs by arithmetic."""
