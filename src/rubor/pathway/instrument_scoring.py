"""Scoring of published scales. Their words belong to others and are not here.

A site with a licence loads the words of the items from a file of its own; Rubor brings only how many
items there are, how they are scored, and what a score means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rubor.errors import InputError

__all__ = [
    "Instrument",
    "InstrumentScore",
    "LicensedItems",
    "instrument",
    "instrument_names",
    "load_items",
    "score",
]


@dataclass(frozen=True)
class Instrument:
    """One scale.

    Attributes:
        name: stable id.
        title: its name.
        items: how many; 0 where it is not known, and only a finished score is taken.
        lowest, highest: of one item.
        method: `sum` or `mean` of the items.
        use: what it is for.
        rights: whose it is.
        source, strength: what the scoring rests on.
        reversed_items: scored the other way round, counted from 1.
        cut_off: from this score on, `cut_off_meaning`.
        smallest_change: smallest difference that matters to people.
        bands: where each band begins and what it is called.
    """

    name: str
    title: str
    items: int
    lowest: int
    highest: int
    method: Literal["sum", "mean"]
    use: str
    rights: str
    source: str
    strength: str
    reversed_items: tuple[int, ...] = ()
    cut_off: float | None = None
    cut_off_meaning: str | None = None
    smallest_change: float | None = None
    bands: tuple[tuple[float, str], ...] = ()

    @property
    def score_range(self) -> tuple[float, float]:
        """Lowest and highest score.

        >>> instrument("spin").score_range
        (0, 68)
        """
        times = self.items if self.method == "sum" else 1
        return self.lowest * times, self.highest * times


@dataclass(frozen=True)
class InstrumentScore:
    """A score.

    Attributes:
        instrument: its id.
        value: sum or mean.
        reaches_cut_off: None where the scale has none.
        band: None where it has none.
    """

    instrument: str
    value: float
    reaches_cut_off: bool | None
    band: str | None


@dataclass(frozen=True)
class LicensedItems:
    """The words of a scale as a licensed site loaded them.

    Attributes:
        instrument: its id.
        licence: who has granted what.
        items: one text per item.
    """

    instrument: str
    licence: str
    items: tuple[str, ...]


@cache
def _instruments() -> dict[str, Instrument]:
    path = files("rubor.pathway") / "data" / "instruments.toml"
    tables: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Instrument(name=name, **_frozen(table)) for name, table in tables.items()}


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(tuple(part) if isinstance(part, list) else part for part in value)
        if isinstance(value, list)
        else value
        for name, value in table.items()
    }


def instrument_names() -> tuple[str, ...]:
    """Scales whose scoring is known.

    >>> instrument_names()[:3]
    ('bps', 'fea_fear_of_blushing', 'spin')
    """
    return tuple(_instruments())


def instrument(name: str) -> Instrument:
    """One scale.

    Raises:
        InputError: its scoring is not known.
    """
    if name not in _instruments():
        raise InputError(
            f"No scale is called '{name}'.", f"Choose one of: {', '.join(instrument_names())}."
        )
    return _instruments()[name]


def score(name: str, responses: Sequence[int]) -> InstrumentScore:
    """Score one person's responses.

    Args:
        name: one of `instrument_names`.
        responses: one whole number per item, in the order of the items; all of them.

    Raises:
        InputError: too few or too many, or out of range.

    >>> score("dlqi", [1, 1, 1, 1, 1, 1, 1, 0, 0, 0]).band
    'moderate effect'
    """
    scale = instrument(name)
    if scale.items == 0:
        raise InputError(
            f"The items of '{name}' are not known to Rubor.", "Score it by its own manual."
        )
    if len(responses) != scale.items:
        raise InputError(
            f"'{name}' has {scale.items} items, not {len(responses)}.",
            "Give one response for each; Rubor does not fill in what is missing.",
        )
    for number, response in enumerate(responses, start=1):
        if response not in range(scale.lowest, scale.highest + 1):
            raise InputError(
                f"Response {number} of '{name}' is {response!r}.",
                f"It is a whole number from {scale.lowest} to {scale.highest}.",
            )
    turned = [
        scale.lowest + scale.highest - response if number in scale.reversed_items else response
        for number, response in enumerate(responses, start=1)
    ]
    value = float(np.sum(turned) if scale.method == "sum" else np.mean(turned))
    return InstrumentScore(
        instrument=name,
        value=value,
        reaches_cut_off=None if scale.cut_off is None else value >= scale.cut_off,
        band=next((words for start, words in reversed(scale.bands) if value >= start), None),
    )


def load_items(path: str | Path) -> LicensedItems:
    """Load the words of a scale that this site has a licence for.

    Args:
        path: TOML with `instrument`, `licence` (who has granted what) and `items`.

    Raises:
        InputError: the licence is not stated, or the items are not those of the scale.
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{file.name} cannot be read as TOML ({error}).", "Check the file."
        ) from error
    scale = instrument(str(table.get("instrument")))
    licence, items = str(table.get("licence", "")).strip(), table.get("items")
    if not licence:
        raise InputError(
            f"{file.name} does not say who has granted the use of '{scale.name}'.",
            f'Write licence = "..."; the rights: {scale.rights}.',
        )
    if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
        raise InputError(f"{file.name} has no list of items.", "Give one text per item.")
    if scale.items and len(items) != scale.items:
        raise InputError(
            f"{file.name} has {len(items)} items; '{scale.name}' has {scale.items}.",
            "Give one text per item.",
        )
    return LicensedItems(scale.name, licence, tuple(items))
