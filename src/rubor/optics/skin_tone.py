"""Six steps of skin tone of Rubor's own, to be chosen from by eye.

Each step has an individual typology angle (ITA), the melanin with which the skin model has it at
rest, and a patch of that colour. The angles are the middles of the bands in common use (Chardon,
Cretois and Hourseau 1991); the standard deviation of a declared step holds the width of its band
and a choice that is one step off in a third of cases.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from rubor.errors import InputError
from rubor.optics.shipped_data import shipped_lines

__all__ = ["SkinTone", "nearest_skin_tone", "skin_tone_named", "skin_tones"]


@dataclass(frozen=True)
class SkinTone:
    """One step.

    Attributes:
        name: as given on the command line.
        ita_deg: individual typology angle of the middle of the step.
        ita_sd_deg: standard deviation of the angle of a person who declared this step.
        melanin_fraction: of the epidermis of `rubor.optics.skin_variation.typical_skin`.
        patch: 8-bit sRGB of resting skin in daylight, against a white of 255.
    """

    name: str
    ita_deg: float
    ita_sd_deg: float
    melanin_fraction: float
    patch: tuple[int, int, int]


@cache
def skin_tones() -> tuple[SkinTone, ...]:
    """All steps, from very light to dark.

    >>> [tone.name for tone in skin_tones()]
    ['very-light', 'light', 'intermediate', 'tan', 'brown', 'dark']
    """
    return tuple(
        SkinTone(
            name=row["name"],
            ita_deg=float(row["ita_deg"]),
            ita_sd_deg=float(row["ita_sd_deg"]),
            melanin_fraction=float(row["melanin_fraction"]),
            patch=(int(row["red"]), int(row["green"]), int(row["blue"])),
        )
        for row in csv.DictReader(shipped_lines("skin_tones.csv"))
    )


def skin_tone_named(name: str) -> SkinTone:
    """The step of a name.

    Args:
        name: one of the names of `skin_tones`.

    Returns:
        The step.

    Raises:
        InputError: no such step.

    >>> skin_tone_named("tan").ita_deg
    19.0
    """
    for tone in skin_tones():
        if tone.name == name:
            return tone
    known = ", ".join(tone.name for tone in skin_tones())
    raise InputError(f"No skin tone is called '{name}'.", f"Choose one of: {known}.")


def nearest_skin_tone(ita_deg: float) -> SkinTone:
    """The step whose angle is nearest.

    Args:
        ita_deg: individual typology angle in degrees.

    Returns:
        The step.

    >>> nearest_skin_tone(30.0).name
    'intermediate'
    """
    return min(skin_tones(), key=lambda tone: abs(tone.ita_deg - ita_deg))
