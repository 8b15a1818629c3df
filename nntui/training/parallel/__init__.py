"""One batch on several cores: the worker pool, the gradient summed in a fixed order, and the backoff."""
