"""One batch on several cores: the worker pool, the gradient added up in order, and when to go without help."""
