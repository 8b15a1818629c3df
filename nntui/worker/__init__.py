"""The training process: a worker trains one run in its directory; launching, steering and stopping it."""
