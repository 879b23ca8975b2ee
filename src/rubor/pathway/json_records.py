"""Frozen dataclasses as what JSON can hold, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

__all__ = ["frozen", "plain", "record"]


def plain(value: Any) -> Any:
    """Tuples as lists and days as text, through and through.

    >>> plain({"days": (date(2026, 3, 1),)})
    {'days': ['2026-03-01']}
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def frozen(value: Any) -> Any:
    """Lists as tuples, as the dataclasses hold them.

    >>> frozen([1, [2, 3]])
    (1, (2, 3))
    """
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


def record(kind: Any, entry: Any) -> Any:
    """The dataclass of an entry that has just its fields.

    Raises:
        ValueError: it has others.
    """
    names = {field.name for field in fields(kind)}
    if set(entry) != names:
        raise ValueError(f"{kind.__name__} has other fields than expected")
    return kind(**{name: frozen(value) for name, value in entry.items()})
