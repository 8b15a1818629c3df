"""Keys in words, collected from bindings: for the key line, the help and the palette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

_WORDS = {
    "escape": "esc", "question_mark": "?", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "full_stop": ".", "comma": ",", "left_square_bracket": "[", "right_square_bracket": "]", "slash": "/",
    "greater_than_sign": ">", "less_than_sign": "<", "plus": "+", "minus": "-", "pagedown": "PgDn", "pageup": "PgUp",
    "equals_sign": "=", "asterisk": "*",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyLabel:
    """A key and what it does, for the key line."""

    keys: str
    description: str
    action: str
    """To run when it is clicked."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One action with all its keys."""

    keys: str
    explanation: str


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """The keys of one place or widget."""

    title: str
    lines: tuple[HelpLine, ...]


def key_words(key: str) -> str:
    """A key as it is written on a screen: 'ctrl+s' is '^s', 'question_mark' is '?'."""
    prefix, plus, rest = key.rpartition("+")
    if plus and prefix == "ctrl":
        return "^" + _WORDS.get(rest, rest)
    if plus:
        return f"{prefix}+{_WORDS.get(rest, rest)}"
    return _WORDS.get(key, key)


def active_labels(screen: Screen, *, hidden: Sequence[str] = ()) -> list[KeyLabel]:
    """The keys that work where the focus is, nearest first; an action with several keys comes once.

    A key that the focused widget would take as text is left out.
    """
    focused = screen.focused
    labels: dict[str, KeyLabel] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.show or not active.enabled or not binding.description or binding.key in hidden:
            continue
        character = binding.key if len(binding.key) == 1 else _WORDS.get(binding.key, "")
        is_text = len(character) == 1 and character.isascii()
        if is_text and focused is not None and focused.check_consume_key(binding.key, character):
            continue
        keys = binding.key_display or key_words(binding.key)
        identity = f"{id(active.node)} {binding.action}"
        if identity not in labels:
            labels[identity] = KeyLabel(keys, binding.description, binding.action)
    return list(labels.values())


def help_group(title: str, bindings: Iterable[Binding]) -> KeyGroup:
    """All keys of some bindings, one line an action, in their order."""
    lines: dict[str, tuple[list[str], str]] = {}
    for binding in bindings:
        explanation = binding.tooltip or binding.description
        if not explanation or binding.system:
            continue
        keys, _ = lines.setdefault(binding.action, ([], explanation))
        words = key_words(binding.key)
        if words not in keys:
            keys.append(words)
    return KeyGroup(title, tuple(HelpLine(" ".join(keys), explanation) for keys, explanation in lines.values()))


def own_bindings(kind: type[DOMNode]) -> list[Binding]:
    """The bindings a class itself declares, one a key."""
    return list(Binding.make_bindings(kind.__dict__.get("BINDINGS", ())))


def place_groups(title: str, place: DOMNode) -> list[KeyGroup]:
    """The keys of a place, then those of each kind of widget of ours in it that has some."""
    groups = [help_group(title, own_bindings(type(place)))]
    seen: set[type] = set()
    for widget in place.walk_children():
        kind = type(widget)
        if kind in seen or not kind.__module__.startswith("nntui."):
            continue
        seen.add(kind)
        group = help_group(f"{title}: {_title(kind)}", own_bindings(kind))
        if group.lines:
            groups.append(group)
    return [group for group in groups if group.lines]


def text_group(title: str, lines: Iterable[tuple[str, str]]) -> KeyGroup:
    """Names with an explanation each, where keys usually stand."""
    return KeyGroup(title, tuple(HelpLine(name, explanation) for name, explanation in lines))


def _title(kind: type) -> str:
    own = kind.__dict__.get("BINDING_GROUP_TITLE")
    if own:
        return own
    name = kind.__name__.removesuffix("Control").removesuffix("View")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
