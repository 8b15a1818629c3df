"""Settings: dataclass fields that carry their bounds, unit and a one-line explanation.

The same field is the widget in the form, the key in the model file, the property in the JSON schema and the line in
the help. Classes that are chosen by name (layers, optimizers, losses, generators) form families: the root of a family
inherits `Configurable`, and defining a subclass with a `type` adds it.
"""

from __future__ import annotations

import builtins
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self

_KEY = "nntui.setting"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a settings class, as used by the form, the model file, the schema and the help."""

    name: str
    kind: type[Any]
    """bool, int, float, str, or a settings class for a sub-table or for each table of a list."""
    optional: bool
    """Whether None is allowed: the key may be left out of the model file."""
    default: Any
    """dataclasses.MISSING where a value is required."""
    help: str
    unit: str = ""
    minimum: float | None = None
    """The smallest value allowed."""
    above: float | None = None
    """Every value must be greater than this."""
    maximum: float | None = None
    """The largest value allowed."""
    below: float | None = None
    """Every value must be less than this."""
    choices: tuple[str, ...] = ()
    absent: str = ""
    """The meaning of leaving the key out, as the form's placeholder."""
    is_names: bool = False
    """Whether the value is comma-separated names, for which the model file may also hold a list."""
    is_list: bool = False
    """Whether the value is a tuple of members of the family `kind`, never empty: a list of tables in the model file."""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is dataclasses.MISSING

    @property
    def is_table(self) -> bool:
        """Whether the value is itself a settings class (a sub-table of the model file)."""
        return not self.is_list and self._is_class

    @property
    def is_plain(self) -> bool:
        """Whether the value is a boolean, a number or a string of TOML."""
        return not self._is_class

    @property
    def _is_class(self) -> bool:
        return dataclasses.is_dataclass(self.kind) or issubclass(self.kind, Configurable)

    @property
    def bounds(self) -> str:
        """The bounds in words: 'at least 1', 'above 0 and below 1', '' when there are none."""
        words: list[str] = []
        if self.minimum is not None:
            words.append(f"at least {_bound_words(self.minimum)}")
        if self.above is not None:
            words.append(f"above {_bound_words(self.above)}")
        if self.maximum is not None:
            words.append(f"at most {_bound_words(self.maximum)}")
        if self.below is not None:
            words.append(f"below {_bound_words(self.below)}")
        return " and ".join(words)


def _bound_words(bound: float) -> str:
    """A bound as text; whole numbers in full, since the largest seed has sixteen digits."""
    return str(int(bound)) if float(bound).is_integer() and abs(bound) < 1e17 else f"{bound:.15g}"


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    factory: Callable[[], Any] | None = None,
    unit: str = "",
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = None,
    below: float | None = None,
    choices: tuple[str, ...] | Callable[[], tuple[str, ...]] = (),
    absent: str = "",
    is_names: bool = False,
) -> Any:
    """A dataclass field with its bounds, unit and explanation; `choices` may be a callable, called when needed."""
    metadata = {
        _KEY: {
            "help": help, "unit": unit, "minimum": minimum, "above": above, "maximum": maximum, "below": below,
            "choices": choices, "absent": absent, "is_names": is_names,
        }
    }  # fmt: skip
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@cache
def _kinds(cls: type) -> dict[str, tuple[type, bool, bool]]:
    hints = typing.get_type_hints(cls)
    kinds: dict[str, tuple[type, bool, bool]] = {}
    for field in dataclasses.fields(cls):
        hint, optional = hints[field.name], False
        if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
            members = [member for member in typing.get_args(hint) if member is not type(None)]
            hint, optional = members[0], True
        is_list = typing.get_origin(hint) is tuple
        if is_list:
            hint = typing.get_args(hint)[0]
        kinds[field.name] = (typing.get_origin(hint) or hint, optional, is_list)
    return kinds


def _resolved(choices: tuple[str, ...] | Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(choices() if callable(choices) else choices)


def settings_of(cls: type) -> dict[str, Setting]:
    """The settings of a settings class by name, in the order of its fields; fields without `setting` are left out."""
    settings: dict[str, Setting] = {}
    for field in dataclasses.fields(cls):
        if _KEY not in field.metadata:
            continue
        kind, optional, is_list = _kinds(cls)[field.name]
        details: dict[str, Any] = dict(field.metadata[_KEY])
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        settings[field.name] = Setting(
            name=field.name,
            kind=kind,
            optional=optional,
            is_list=is_list,
            default=default,
            choices=_resolved(details.pop("choices")),
            **details,
        )
    return settings


class Configurable:
    """A family of classes chosen by `type`: a direct subclass is its root, its subclasses with a `type` are members."""

    type: ClassVar[str]
    _members: ClassVar[dict[str, Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Configurable in cls.__bases__:
            cls._members = {}
        elif "type" in cls.__dict__:
            cls._members[cls.type] = cls

    @classmethod
    def members(cls) -> Mapping[str, builtins.type[Self]]:
        """The family's classes by their `type`, in order of definition."""
        return types.MappingProxyType(cls._members)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The family's `type` names."""
        return tuple(cls._members)

    @classmethod
    def summary(cls) -> str:
        """The one-line explanation: the first sentence of the class's docstring."""
        return (cls.__doc__ or "").strip().split("\n", 1)[0]
