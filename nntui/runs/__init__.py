"""Run directories: the event log, history, checkpoints, commands and status of a run, read and written."""
