"""The cure for a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest_name"]


def nearest_name(name: str, known: Iterable[str]) -> str:
    """What may be meant, and what is possible.

    >>> nearest_name("bruize", ["bumps", "bruise"])
    'Did you mean bruise? Possible: bumps, bruise.'
    """
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return f"{hint}Possible: {', '.join(known)}."
