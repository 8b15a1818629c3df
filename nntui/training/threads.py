"""How many threads a training takes: workers that share each batch, and one for each of their matrix products."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

_WORTH_SHARING = 60_000_000
"""FLOPs of a forward pass over a batch: about two milliseconds of a whole step."""
_FEWEST_ROWS = 128
"""Rows of a part: a matrix product of 64 rows runs at two thirds of the speed of one of 128."""
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


def chosen_workers(flops_per_step: int, *, batch_size: int) -> int:
    """How many workers share a batch when nobody says: 2 where a half of it is still worth handing over, else 1.

    `flops_per_step` is of the forward pass. On a machine of one core it is 1.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    worth_it = flops_per_step >= _WORTH_SHARING and batch_size >= 2 * _FEWEST_ROWS
    return 2 if cores > 1 and worth_it else 1
