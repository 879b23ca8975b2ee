"""Checks of the values that a scenario gives, with errors that name the value and the nearest known."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rubor.errors import InputError

__all__ = ["check_between", "check_one_of", "in_words"]

_SHOWN = 12


def check_between(name: str, value: float | None, low: float, high: float) -> None:
    """Refuse a number outside its range; None passes.

    Raises:
        InputError: it is outside, or not a number.

    >>> check_between("seed", 3, 0, 10)
    """
    if value is not None and not low <= value <= high:
        raise InputError(
            f"{name} is {value:g}, which is not between {low:g} and {high:g}.",
            "Check its unit and its sign.",
        )


def check_one_of(what: str, name: str, known: Sequence[str]) -> None:
    """Refuse a name that is not known.

    Raises:
        InputError: it is not; the nearest known name is in the cure.

    >>> check_one_of("region", "nose", ("nose", "chin"))
    """
    if name not in known:
        raise InputError(f"No {what} is called '{name}'.", in_words(name, known))


def in_words(name: str, known: Sequence[str]) -> str:
    """What to write instead of an unknown name.

    >>> in_words("chek", ("cheek", "chin"))
    "Did you mean 'cheek'? Known are: cheek, chin."
    """
    shown = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return (f"Did you mean '{near[0]}'? " if near else "") + f"Known are: {shown}."
