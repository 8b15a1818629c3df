"""How many threads multiply matrices."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def set_threads_before_numpy(environment: MutableMapping[str, str]) -> None:
    """Makes one thread the default of a process that has not imported NumPy yet; a person's own setting stays.

    With more, beside one busy neighbour, the threads wait for one another more than they multiply.
    """
    for name in VARIABLES:
        environment.setdefault(name, "1")


@contextmanager
def matrix_threads(count: int) -> Iterator[None]:
    """Exactly this many threads inside the block, whatever the environment says: equal threads, equal results."""
    if os.environ.get(VARIABLES[0]) == str(count):
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(count, user_api="blas"):
        yield
