"""The skin tone and the resting colour of a recording, which set the scale of `blood_change`.

Auto-exposed video does not tell skin tone: one side-lit face read +72 and -51 degrees. So the tone is
declared, or measured against a colour card, or taken from the picture with a wide uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.scene_sampling import SceneSeries
from rubor.optics import individual_typology_angle_deg, linear_rgb_to_lab
from rubor.optics.blood_curve import sensitivity
from rubor.optics.skin_tone import skin_tone_named
from rubor.vision.colour_card import GREY_PATCHES
from rubor.vision.colour_correction import colour_matrix

__all__ = ["CardColours", "SkinReading", "card_colours", "read_skin"]

FloatArray = npt.NDArray[np.float64]
SkinSource = Literal["declared", "card", "image"]

IMAGE_ITA_SD_DEG: Final = 25.0
"""Standard deviation of a tone that only the picture tells, at least."""

# How far a constant error of the white balance moves ln R/G and ln G/B, without and with a card.
WHITE_BALANCE_SD: Final = 0.05
CARD_WHITE_BALANCE_SD: Final = 0.02

# What a card leaves open in the tone: how much more or less light falls on it than on the face, and
# what a fit to printed patches misses on skin (mean 2.6 CIEDE2000 over 100 NIST skin spectra, 13
# cameras and five lights, `rubor.vision.colour_correction`), here in L* and in b*.
CARD_LIGHT_SD_LN: Final = 0.15
CARD_COLOUR_SD: Final = 2.0

# Whites and blacks are left out: they clip or drown in noise.
_BALANCE_PATCHES: Final = GREY_PATCHES[1:4]
_CLIPPED_SHARE: Final = 0.02


@dataclass(frozen=True, eq=False)
class CardColours:
    """Mean colours of the 24 patches of a card at rest.

    Attributes:
        linear_rgb: (24, 3) linear light, in the card's own order.
        clipped: (24,) patches at either end of the scale.
    """

    linear_rgb: FloatArray
    clipped: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SkinReading:
    """What is known of the skin at rest.

    Attributes:
        ita_deg: individual typology angle, degrees; None where nothing tells it.
        ita_sd_deg: its standard deviation; None with `ita_deg`.
        source: who said so.
        resting_colour: (ln R - ln G, ln G - ln B) of the face's skin at rest; None where unknown.
        white_balance_sd: how far a constant error of the white balance may move each of the two.
    """

    ita_deg: float | None
    ita_sd_deg: float | None
    source: SkinSource
    resting_colour: tuple[float, float] | None
    white_balance_sd: float

    @property
    def sensitivity(self) -> Literal["normal", "low"] | None:
        """Whether a camera sees a change of blood well in skin of this tone; None where unknown."""
        return None if self.ita_deg is None else sensitivity(self.ita_deg)

    def as_summary(self) -> dict[str, Any]:
        """The `skin` part of `summary.json`."""
        return {
            "ita_deg": None if self.ita_deg is None else round(self.ita_deg, 1),
            "ita_sd_deg": None if self.ita_sd_deg is None else round(self.ita_sd_deg, 1),
            "source": self.source,
            "sensitivity": self.sensitivity,
        }


def card_colours(
    card: SceneSeries | None, stretch_s: tuple[float, float] | None
) -> CardColours | None:
    """Average the patches of a card over a stretch, or over all samples where it holds none.

    Args:
        card: its 24 patches over time, or None.
        stretch_s: start and end, s.
    """
    if card is None:
        return None
    chosen = np.ones(len(card.time_s), dtype=np.bool_)
    if stretch_s is not None:
        within = (card.time_s >= stretch_s[0]) & (card.time_s <= stretch_s[1])
        chosen = within if within.any() else chosen
    return CardColours(
        card.linear_rgb[chosen].mean(axis=0),
        np.asarray(card.clipped[chosen].mean(axis=0) > _CLIPPED_SHARE),
    )


def read_skin(
    declared: str | None, card: CardColours | None, skin_rgb: FloatArray, regions: ColourSeries
) -> SkinReading:
    """Take the tone from the best source: what was declared, else a card, else the picture.

    Args:
        declared: one of the names of `rubor.optics.skin_tones`, or None.
        card: colours of a card in the picture, or None.
        skin_rgb: (3,) mean linear light of the face's skin at rest; NaN where unknown.
        regions: colour of the regions over time.

    Raises:
        InputError: no tone has that name.
    """
    balance = _balance(card)
    white_balance_sd = WHITE_BALANCE_SD if balance is None else CARD_WHITE_BALANCE_SD
    colour = _log_ratios(skin_rgb)
    if colour is not None and balance is not None:
        colour = (colour[0] - balance[0], colour[1] - balance[1])
    if declared is not None:
        tone = skin_tone_named(declared)
        return SkinReading(tone.ita_deg, tone.ita_sd_deg, "declared", colour, white_balance_sd)
    against_card = None if card is None else _tone_against_card(card, skin_rgb)
    if against_card is not None:
        return SkinReading(*against_card, "card", colour, white_balance_sd)
    of_image = _tone_of_image(regions)
    ita_deg, ita_sd_deg = (None, None) if of_image is None else of_image
    return SkinReading(ita_deg, ita_sd_deg, "image", colour, white_balance_sd)


def _log_ratios(linear_rgb: FloatArray) -> tuple[float, float] | None:
    if not (np.isfinite(linear_rgb).all() and (linear_rgb > 0).all()):
        return None
    red, green, blue = np.log(linear_rgb)
    return float(red - green), float(green - blue)


def _balance(card: CardColours | None) -> tuple[float, float] | None:
    """(ln R/G, ln G/B) of the card's greys; None without a card or where they are clipped."""
    if card is None:
        return None
    greys = [patch for patch in _BALANCE_PATCHES if not card.clipped[patch]]
    return _log_ratios(card.linear_rgb[greys].mean(axis=0)) if greys else None


def _tone_against_card(card: CardColours, skin_rgb: FloatArray) -> tuple[float, float] | None:
    """Angle and standard deviation of the skin's colour as the card corrects it."""
    try:
        corrected = colour_matrix(card.linear_rgb, clipped=card.clipped).apply(skin_rgb)
    except InputError:  # too few patches left to fit
        return None
    if not (np.isfinite(corrected).all() and (corrected > 0).all()):
        return None
    light = np.array([0.0, CARD_LIGHT_SD_LN, -CARD_LIGHT_SD_LN])
    lab = linear_rgb_to_lab(corrected * np.exp(light)[:, None])
    angle = individual_typology_angle_deg(lab)
    radius = float(np.hypot(lab[0, 0] - 50.0, lab[0, 2]))
    from_light = 0.5 * abs(float(angle[1] - angle[2]))
    from_colour = float(np.degrees(CARD_COLOUR_SD / max(radius, CARD_COLOUR_SD)))
    return float(angle[0]), min(float(np.hypot(from_light, from_colour)), IMAGE_ITA_SD_DEG)


def _tone_of_image(regions: ColourSeries) -> tuple[float, float] | None:
    """Median angle over the regions, with the wide standard deviation that such an estimate has."""
    angle = individual_typology_angle_deg(regions.lab)
    per_region = [
        float(np.median(column[np.isfinite(column)]))
        for column in angle.T
        if np.isfinite(column).any()
    ]
    if not per_region:
        return None
    return float(np.median(per_region)), max(IMAGE_ITA_SD_DEG, float(np.std(per_region)))
