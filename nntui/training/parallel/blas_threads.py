"""How many threads a matrix product takes: one, since processes share a batch where sharing pays."""

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
def one_matrix_thread() -> Iterator[None]:
    """One thread for each matrix product inside the block, whatever the environment says: workers share the batch."""
    if os.environ.get(VARIABLES[0]) == "1":
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
