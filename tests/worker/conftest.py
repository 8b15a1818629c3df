"""Small runs for the tests of this folder."""

from tests.small_runs import new_run

__all__ = ["new_run"]
