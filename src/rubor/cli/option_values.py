"""Values of options that are more than a word or a number."""

from __future__ import annotations

import math
import re
from pathlib import Path

import typer

__all__ = ["Shard", "check_ending", "parse_baseline", "parse_shard"]

Shard = tuple[int, int]


def check_ending(path: Path, ending: str, option: str) -> None:
    """Refuse a name that does not say what the file will hold.

    Raises:
        typer.BadParameter: the name of the file does not end so.

    >>> check_ending(Path("map.SVG"), ".svg", "--map")
    """
    if path.suffix.lower() != ending:
        raise typer.BadParameter(
            f"{path.name!r} does not end in {ending}, as its content asks for.", param_hint=option
        )


def parse_baseline(text: str) -> tuple[float, float]:
    """Start and end in seconds from `START-END`.

    Raises:
        typer.BadParameter: it is not two times from 0 on, the second one later.

    >>> parse_baseline("2.5-10")
    (2.5, 10.0)
    """
    found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*-\s*(\d+\.?\d*|\.\d+)\s*", text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not START-END in seconds, such as 0-10 or 2.5-12.",
            param_hint="--baseline",
        )
    start_s, end_s = float(found[1]), float(found[2])
    if not (start_s < end_s < math.inf):
        raise typer.BadParameter(
            f"The baseline {text!r} ends before it begins.", param_hint="--baseline"
        )
    return start_s, end_s


def parse_shard(text: str) -> Shard:
    """Number and count from `NUMBER/COUNT`, counted from 1.

    Raises:
        typer.BadParameter: it is not two whole numbers with 1 <= number <= count.

    >>> parse_shard("3/20")
    (3, 20)
    """
    found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not NUMBER/COUNT, such as 3/20.", param_hint="--shard"
        )
    number, count = int(found[1]), int(found[2])
    if not 1 <= number <= count:
        raise typer.BadParameter(
            f"{text!r} is not one of 1/{count} to {count}/{count}.", param_hint="--shard"
        )
    return number, count
