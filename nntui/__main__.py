"""`python -m nntui` and the `nntui` command: as little as possible before it is known what is wanted."""

from __future__ import annotations

import os
import sys
from typing import Any

from nntui import __version__


def main() -> int:
    """Runs the command line of this process; its exit code."""
    arguments = sys.argv[1:]
    try:
        # The one answer that scripts and prompts ask for often: it comes without click.
        if arguments == ["--version"]:
            print(f"nntui {__version__}", flush=True)
            return 0
        from nntui.training.parallel.blas_threads import set_threads_before_numpy

        set_threads_before_numpy(os.environ)
        from nntui.cli.main import run

        return run(arguments, run_app=_run_app)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _run_app(**arguments: Any) -> int:
    # The command line does not know the app: both are faces of what lies below them.
    from nntui.tui.start import run_app

    return run_app(**arguments)


if __name__ == "__main__":
    sys.exit(main())
