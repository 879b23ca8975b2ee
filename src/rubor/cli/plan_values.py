"""What is typed after `rubor plan --scale`, and ages from dates of birth."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rubor.pathway.true_scale import ScaleReference

__all__ = ["age_on", "parse_scale", "stated_mirror"]

_MEASURED = {"eye-corners": "eye_corners", "pupils": "pupils", "colour-card": "colour_card"}


def stated_mirror(mirrored: bool | None, what: str) -> bool:
    """Whether pictures are mirrored, which nothing but the person's word tells.

    Raises:
        typer.BadParameter: it was not stated.
    """
    if mirrored is None:
        raise typer.BadParameter(
            f"State whether {what} mirrored, as the preview of a front camera is: person-left and"
            " person-right depend on it.",
            param_hint="--mirrored or --not-mirrored",
        )
    return mirrored


def parse_scale(text: str) -> ScaleReference:
    """What gives the scale.

    Raises:
        typer.BadParameter: it is none of the ways.

    >>> parse_scale("eye-corners=88").mm
    88.0
    >>> parse_scale("card@10,20,310,20").ends_px
    ((10.0, 20.0), (310.0, 20.0))
    """
    from rubor.pathway.true_scale import ScaleReference, known_sizes

    if text.strip() == "iris":
        return ScaleReference("iris")
    measured = re.fullmatch(r"\s*([a-z-]+)=(\d+\.?\d*)\s*(?:mm)?\s*", text)
    if measured is not None and measured[1] in _MEASURED:
        return ScaleReference(_MEASURED[measured[1]], float(measured[2]))  # type: ignore[arg-type]
    number = r"\s*(\d+\.?\d*)\s*"
    thing = re.fullmatch(rf"\s*([a-z0-9.-]+)@{number},{number},{number},{number}", text)
    if thing is not None:
        size = re.fullmatch(r"(\d+\.?\d*)mm", thing[1])
        mm = float(size[1]) if size is not None else known_sizes().get(thing[1])
        if mm is not None:
            x0, y0, x1, y1 = (float(thing[place]) for place in range(2, 6))
            return ScaleReference("object", mm, ((x0, y0), (x1, y1)))
    raise typer.BadParameter(
        f"{text!r} is not iris, eye-corners=MM, pupils=MM, colour-card=MM, or THING@X1,Y1,X2,Y2 with"
        f" {', '.join(known_sizes())} or a length such as 50mm.",
        param_hint="--scale",
    )


def age_on(day: date, born: date) -> int:
    """Whole years; negative for a birth to come.

    >>> age_on(date(2026, 3, 1), date(2008, 3, 2)), age_on(date(2026, 3, 2), date(2008, 3, 2))
    (17, 18)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
