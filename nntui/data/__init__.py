"""Data: bundled sets, generators and readers of the user's own files, all as a `Dataset`."""
