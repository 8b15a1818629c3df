"""Training: the loop (a generator of events), the worker process around it, and the asyncio session that drives one."""
