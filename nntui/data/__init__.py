"""Data: bundled sets, generators, and readers of a person's own files, all as one kind of `Dataset`."""
