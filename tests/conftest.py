"""What every test relies on, however the suite was started."""

import os
import signal

from hypothesis import HealthCheck, settings

# How long an example takes is the machine's business: a busy neighbour or a coverage run must not fail a test.
settings.register_profile("nntui", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nntui")

# A background job of a shell starts with SIGINT ignored, one under nohup with SIGHUP: the programs that the tests start
# would inherit that, and not end when they are asked to.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of screens and of workers wait for a third of their time."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1
