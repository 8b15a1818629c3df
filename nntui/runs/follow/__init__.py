"""Following a run while it grows: snapshots of what its directory says, for whoever watches."""
