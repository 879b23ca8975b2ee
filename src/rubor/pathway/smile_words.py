"""A smile and its change in plain sentences."""

from __future__ import annotations

from rubor.measurement.figure_style import signed
from rubor.pathway.smile import SideExcursion, Smile
from rubor.pathway.smile_change import SmileChange, ValueChange

__all__ = ["change_words", "headline", "repeat_words", "side_words"]

_REPEAT_WORDS = {
    "frames": "the noise of the pictures of one smile",
    "smiles": "the scatter of several smiles",
    "published": "the published error of two sessions, and the noise of a photo",
}


def headline(smile: Smile, change: SmileChange | None) -> str:
    """The result in one sentence."""
    if change is None:
        return (
            f"In the broadest smile the left mouth corner moves {smile.left.excursion_mm:.1f} mm, the"
            f" right one {smile.right.excursion_mm:.1f} mm."
        )
    parts = [
        f"the {name} side {'weaker' if value.change_mm < 0.0 else 'broader'} by"
        f" {abs(value.change_mm):.1f} mm"
        for name, value in (("left", change.left), ("right", change.right))
        if value.found != "within the error of measuring"
    ]
    if parts:
        return f"The smile has changed: {' and '.join(parts)}."
    if change.difference.found != "within the error of measuring":
        return "Each side is as before, but their difference has changed."
    if change.cannot_be_told:
        return "Whether the smile has changed cannot be told: the error of measuring is too large."
    return "The smile is as before, within the error of measuring."


def side_words(side: SideExcursion) -> str:
    """The excursion with its errors.

    >>> side_words(SideExcursion(13.9, 10.0, 9.8, 0.4, 0.9, 0.5, (11.0, 16.8), True))
    '13.9 mm (95 %: 11.0 to 16.8), repeat error ±0.9 mm'
    """
    low, high = side.interval_95_mm
    below = "" if side.above_repeat_error else ", not above it"
    return (
        f"{side.excursion_mm:.1f} mm (95 %: {low:.1f} to {high:.1f}),"
        f" repeat error ±{side.repeat_error_95_mm:.1f} mm{below}"
    )


def change_words(value: ValueChange) -> str:
    """The change with its interval.

    >>> change_words(ValueChange(12.0, 10.0, -2.0, (-3.3, -0.7), "real change"))
    '−2.0 mm (95 %: −3.3 to −0.7), real change'
    """
    low, high = value.interval_95_mm
    return (
        f"{signed(value.change_mm, '.1f')} mm (95 %: {signed(low, '.1f')} to {signed(high, '.1f')}),"
        f" {value.found}"
    )


def repeat_words(smile: Smile) -> str:
    """What the repeat error comes from."""
    return _REPEAT_WORDS[smile.repeat_basis]
