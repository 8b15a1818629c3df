"""The `[data]` table of a model file."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.data.generators.base import Generator
from nntui.settings import setting


@dataclass(frozen=True)
class DataSettings:
    """Which data a network learns from, and how it is split and scaled."""

    source: str = setting(help="A bundled set, a generator, or the path of a CSV or NPZ file or an IDX folder.")
    target: str | None = setting(None, help="The column to learn, for tables.", absent="the last column")
    task: str | None = setting(
        None,
        help="Whether the target is read as classes or as numbers.",
        choices=("classification", "regression"),
        absent="decided by the target's values",
    )
    validation: float = setting(
        0.2,
        help="Share of the samples held out for validation; not used where the source brings its own split.",
        minimum=0,
        below=1,
    )
    standardize: bool = setting(False, help="Shift and scale the inputs to mean 0 and deviation 1, fitted on train.")
    standardize_targets: bool = setting(
        False, help="Shift and scale the targets of a regression to mean 0 and deviation 1, fitted on train."
    )
    generator: Generator | None = None
    """The generator with its settings, whose keys are in the same table; None for its defaults."""
