"""Limiting matrix products to one thread: where parallelism pays, processes share a batch instead."""

from __future__ import annotations

import os
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def set_threads_before_numpy(environment: MutableMapping[str, str]) -> None:
    """Makes one thread the default of a process that has not imported NumPy yet; values already set stay.

    With more threads and one other busy process, they wait for each other more than they compute.
    """
    for name in VARIABLES:
        environment.setdefault(name, "1")


@contextmanager
def one_matrix_thread() -> Generator[None, None, None]:
    """One thread for each matrix product inside the block, whatever the environment says."""
    if os.environ.get(VARIABLES[0]) == "1":
        yield
        return
    from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

    with threadpool_limits(1, user_api="blas"):
        yield
