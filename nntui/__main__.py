"""`python -m nntui` and the `nntui` command: as little as possible before it is known what is wanted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nntui import __version__

if TYPE_CHECKING:
    from nntui.cli.start import App


def main() -> int:
    """Runs the command line of this process; its exit code."""
    arguments = sys.argv[1:]
    try:
        # The one answer that scripts and prompts ask for often: it comes without click.
        if arguments == ["--version"]:
            print(f"nntui {__version__}", flush=True)
            return 0
        from nntui.training.threads import set_threads_before_numpy

        set_threads_before_numpy(os.environ)
        from nntui.cli.main import run

        return run(arguments, make_app=_make_app)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _make_app(*, runs_root: Path, base: Path, model: Path | None) -> App:
    from nntui.tui.app import NntuiApp

    return NntuiApp(runs_root=runs_root, base=base, model=model)


if __name__ == "__main__":
    sys.exit(main())
