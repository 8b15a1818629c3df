"""The machine's peak speed of matrix products, to which a benchmark's GFLOP/s are compared."""

from __future__ import annotations

import time

import numpy as np

from nntui.training.parallel.worker_pool import Task, WorkerPool

SIZE = 1024
_PRODUCT_FLOPS = 2 * SIZE**3
_FEWEST_ROUNDS = 3


def sgemm_peak(workers: int, *, seconds: float) -> float:
    """GFLOP/s of products of 1024x1024 float32 matrices, the best of several rounds in about `seconds`.

    All `workers` processes multiply their own matrices at once, with as many BLAS threads as this process currently
    uses: one inside `one_matrix_thread`.
    """
    rng = np.random.default_rng(0)
    left, right = (rng.standard_normal((SIZE, SIZE), np.float32) for _ in range(2))
    # Each forked worker writes to its own copy.
    product = np.empty_like(left)

    def multiply(share: int) -> None:
        np.dot(left, right, out=product)

    quickest, end = np.inf, time.perf_counter() + seconds
    with WorkerPool(workers, (Task(multiply, workers),)) as pool:
        rounds = 0
        while rounds < _FEWEST_ROUNDS or time.perf_counter() < end:
            began = time.perf_counter()
            pool.run(0)
            quickest = min(quickest, time.perf_counter() - began)
            rounds += 1
    return workers * _PRODUCT_FLOPS / quickest / 1e9
