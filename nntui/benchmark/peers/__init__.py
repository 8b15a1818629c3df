"""The same training with other libraries, for comparison; the files run in interpreters that have no nntui."""
