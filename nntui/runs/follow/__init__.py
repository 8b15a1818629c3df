"""Following a run while it grows: snapshots of its directory, for viewers."""
