"""The catalogue: which data there are, their descriptions, and loading them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.data.cards import Card, cards
from nntui.data.errors import DataError, shown, source_error
from nntui.data.generators.base import Generator
from nntui.data.readers.outline import Outline
from nntui.data.settings import DataSettings
from nntui.data.sources import LocatedFile, locate

if TYPE_CHECKING:
    from nntui.data.dataset import Dataset
    from nntui.data.input_schema import InputSchema
    from nntui.data.preprocessing import Preprocessing


_UNEVEN = 100
"""A larger ratio between ranges of columns makes learning slow: steps that suit wide columns hardly move the weights of
narrow ones."""


@dataclass(frozen=True, slots=True)
class Source:
    """Data available by name."""

    name: str
    kind: str
    """bundled or generated."""
    task: str
    summary: str
    """One line."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a network needs to know about its data before any of it is loaded."""

    name: str
    kind: str
    """bundled, generated or file."""
    task: str
    input_shape: tuple[int, ...]
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    """Samples of each class, before any rows are held out; () for regression."""
    targets: tuple[str, ...]
    features: tuple[str, ...]
    samples: tuple[int, int]
    """In train and val."""
    brings_own_split: bool
    """Whether the source has its own validation samples, so that `validation` is not used."""
    val_class_counts: tuple[int, ...] = ()
    """Samples of each class in val; () for regression."""
    constant_targets: tuple[bool, bool] = (False, False)
    """Whether the regression targets of train, and of val, are known to be the same in all rows."""
    may_be_ids: bool = False
    """Whether the inputs look like sequences of ids: rows of whole numbers wider than a byte."""
    card: Card | None = None
    hint: str = ""
    """What would probably help learning, with the setting that does it; '' for nothing."""

    @property
    def outputs(self) -> int:
        """How many units the last layer needs: one per class, or one per target."""
        return len(self.classes) or len(self.targets)


def sources() -> list[Source]:
    """All bundled sets, then all generators, both in alphabetical order."""
    bundled = [Source(card.name, "bundled", card.task, card.summary) for card in cards().values()]
    generated = [Source(name, "generated", kind.task, kind.summary()) for name, kind in Generator.members().items()]
    return bundled + sorted(generated, key=lambda source: source.name)


def describe(settings: DataSettings, *, base: Path) -> Description:
    """Describe the data without loading it; DataError where it cannot be loaded with these settings.

    Cheap: a file is read once and cached until it changes. Relative paths start at the folder `base`.
    """
    # Imported here and in `load`, so that importing the catalogue does not import NumPy.
    from nntui.data.splitting import held_out, held_out_by_class

    located = locate(settings, base)
    outline = checked_outline(settings, located)
    train, val = outline.rows, outline.val_rows
    val_counts, constant = outline.val_class_counts, outline.constant_targets
    if val is None:
        val_counts = tuple(held_out_by_class(outline.class_counts, settings.validation))
        val = sum(val_counts) if val_counts else held_out(outline.rows, settings.validation)
        train = outline.rows - val
        one_target = outline.task == "regression"
        constant = (constant[0] or (one_target and train == 1), constant[0] or (one_target and val == 1))
    card = located.card if isinstance(located, LocatedFile) else None
    return Description(
        name=located.name if isinstance(located, LocatedFile) else settings.source,
        kind="generated" if isinstance(located, Generator) else "bundled" if card else "file",
        task=outline.task,
        input_shape=outline.input_shape,
        classes=outline.classes,
        class_counts=outline.class_counts,
        targets=outline.targets,
        features=outline.features,
        samples=(train, val),
        brings_own_split=outline.val_rows is not None,
        val_class_counts=val_counts,
        constant_targets=constant,
        may_be_ids=outline.may_be_ids,
        card=card,
        hint=_hint(outline, settings, held_out=val),
    )


def _hint(outline: Outline, settings: DataSettings, *, held_out: int) -> str:
    if settings.validation and not held_out and outline.val_rows is None:
        of_each_class = " of each class" if outline.classes else ""
        return f"too few samples{of_each_class} for data.validation = {settings.validation:g}: none is held out"
    for merged, is_set, setting in (
        (outline.merged, settings.standardize, "data.standardize"),
        (outline.merged_target, settings.standardize_targets, "data.standardize_targets"),
    ):
        if merged is not None and not is_set:
            name, *pair = merged
            one, other = (repr(value).removesuffix(".0") for value in pair)
            return f"{shown(name, 30)} has {one} and {other}, equal in the network's 32 bits: {setting} = true"
    if settings.standardize or outline.spread < _UNEVEN:
        return ""
    return f"columns differ by a factor of {float(f'{outline.spread:.1g}'):,.0f}: data.standardize = true"


def load(
    settings: DataSettings,
    *,
    base: Path,
    seed: int,
    schema: InputSchema | None = None,
    preprocessing: Preprocessing | None = None,
) -> Dataset:
    """Load, split and preprocess the data: the same arrays for the same settings, files and seed (at least 0).

    With the `schema` of a trained network, columns are found and read by its names, and one class is enough. With its
    `preprocessing` raw values are turned into inputs by that, and nothing is fitted.
    """
    from nntui.data.assembly import assemble, generate
    from nntui.data.input_schema import column_order

    located = locate(settings, base)
    outline = checked_outline(settings, located, schema)
    if isinstance(located, Generator):
        raw = generate(located, seed)
        if schema is not None:
            order = column_order(shown(settings.source), outline.features, schema.features)
            raw = replace(raw, x=raw.x[..., order])
        return assemble(settings.source, outline, raw, settings, seed, preprocessing)
    raw = located.reader.read(located.path, settings.target, settings.task, schema)
    return assemble(located.name, outline, raw, settings, seed, preprocessing)


def absolute_source(settings: DataSettings, *, base: Path) -> str:
    """The source in a form that is valid from any folder: a name stays, a path becomes absolute."""
    located = locate(settings, base)
    if isinstance(located, Generator) or located.card is not None:
        return settings.source
    return str(located.path.resolve())


def checked_outline(
    settings: DataSettings, located: LocatedFile | Generator, schema: InputSchema | None = None
) -> Outline:
    """The outline of located data, checked together with the settings; DataError where they cannot be trained on.

    With the `schema` of a trained network, where that cannot be evaluated on them.
    """
    if not 0 <= settings.validation < 1:
        raise DataError("data.validation", f"must be at least 0 and below 1, got {settings.validation:g}")
    if isinstance(located, Generator):
        outline = _outline_of(located, settings)
    else:
        outline = located.reader.outline(located.path, settings.target, settings.task, schema)
    if outline.rows == 0:
        raise source_error(f"{shown(settings.source)} has no samples to train on")
    if outline.task == "classification" and len(outline.classes) < 2 and schema is None:
        only = f"one class only, {shown(outline.classes[0])}" if outline.classes else "no classes"
        raise source_error(f"{shown(settings.source)} has {only}: classification needs at least two")
    if settings.standardize_targets and outline.task == "classification":
        raise DataError("data.standardize_targets", "is for regression, and these data have classes; leave it out")
    return outline


def _outline_of(generator: Generator, settings: DataSettings) -> Outline:
    if settings.target is not None:
        raise DataError("data.target", f"{shown(settings.source)} is generated and has no columns; leave target out")
    if settings.task not in (None, generator.task):
        raise DataError("data.task", f"{shown(settings.source)} is for {generator.task}, got {shown(settings.task)}")
    return Outline(
        task=generator.task,
        input_shape=generator.input_shape,
        rows=generator.samples,
        classes=generator.class_names,
        class_counts=generator.class_counts,
        targets=generator.targets,
        features=generator.features,
    )
