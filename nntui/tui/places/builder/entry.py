"""Entry: what is typed into a field as a value of the draft, and a value of the draft as text."""

from __future__ import annotations

import dataclasses
from typing import Any

from nntui.modelfile.typed_number import typed_number
from nntui.settings import Setting


def typed(setting: Setting, text: str) -> Any:
    """The value a text stands for; None for an empty one, which leaves the key out of the draft.

    A text that is not a number stays a text, for the validation to refuse in its own words.
    """
    if setting.kind is str:
        return text if text or setting.required else None
    text = text.strip()
    if not text:
        return None
    return typed_number(text, whole=setting.kind is not float)


def shown(value: Any) -> str:
    """A value as it is edited; '' for None, which no draft holds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        return f"{value:.1f}"
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def fallback(setting: Setting) -> str:
    """What leaving a field empty means: the default, or in words what is chosen then; '' where it must be given."""
    if setting.absent and setting.default is None:
        return setting.absent
    if setting.required or setting.default is dataclasses.MISSING or setting.is_table:
        return ""
    return shown(setting.default)


def limits(setting: Setting) -> str:
    """Unit and bounds in one line: 'in samples, at least 1 and at most 1e+06'."""
    return ", ".join(part for part in (setting.unit and f"in {setting.unit}", setting.bounds) if part)
