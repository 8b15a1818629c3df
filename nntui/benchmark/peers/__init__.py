"""The same training with other libraries, for comparison; these files run in interpreters without nntui."""
