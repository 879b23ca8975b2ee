"""The scripts that make message catalogues, and what tests ask of a catalogue."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

__all__ = ["catalogue_script", "messages", "places", "read"]

_SCRIPTS = str(Path(__file__).resolve().parents[1] / "scripts")
# A percent sign of its own is doubled where values are filled in.
_PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")


def catalogue_script(name: str) -> dict[str, Any]:
    """What a script defines; it imports another one beside it."""
    sys.path.insert(0, _SCRIPTS)
    try:
        return runpy.run_path(f"{_SCRIPTS}/{name}")
    finally:
        sys.path.remove(_SCRIPTS)


def read(path: Path) -> Catalog:
    """A catalogue of a file."""
    with path.open("rb") as file:
        return read_po(file)


def messages(
    catalogue: Catalog,
) -> list[tuple[tuple[str, ...], str | None, tuple[str, ...], tuple[str, ...]]]:
    """All of a catalogue but what it says of itself: texts, context, translations, and where from."""
    return [
        (_forms(message.id), message.context, _forms(message.string), tuple(message.auto_comments))
        for message in catalogue
        if message.id
    ]


def places(text: str) -> list[str]:
    """What is filled in, such as "%(name)s" or "{name}", in the order of the alphabet."""
    return sorted(_PLACE.findall(text))


def _forms(text: Any) -> tuple[str, ...]:
    """One, or singular and plural."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text or ""),)
