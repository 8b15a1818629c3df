"""`python -m nntui.tui [MODEL]`: the app alone, without the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from nntui.runs.directory import runs_root
from nntui.tui.start import run_app

if __name__ == "__main__":
    opened = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.exit(run_app(runs_root=runs_root(None), base=Path.cwd(), model=opened))
