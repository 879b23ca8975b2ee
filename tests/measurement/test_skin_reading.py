"""Where the skin tone comes from, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest

from rubor.errors import InputError
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.scene_sampling import SceneSeries
from rubor.measurement.skin_reading import (
    CARD_WHITE_BALANCE_SD,
    IMAGE_ITA_SD_DEG,
    WHITE_BALANCE_SD,
    CardColours,
    card_colours,
    read_skin,
)
from rubor.optics import srgb_decode
from rubor.optics.skin_tone import SkinTone, skin_tones
from rubor.vision.colour_correction import reference_linear_rgb

SKIN_RGB = np.array([0.45, 0.28, 0.21])
WARM = np.array([1.3, 1.0, 0.6])


def regions(linear_rgb: np.ndarray) -> ColourSeries:
    rgb = np.tile(linear_rgb, (10, 2, 1)).astype(np.float32)
    valid = np.ones((10, 2), bool)
    return ColourSeries(("nose", "chin"), rgb, valid, valid.astype(np.float32))


def card(gains: np.ndarray) -> CardColours:
    seen = np.maximum(reference_linear_rgb(), 1e-3) * gains
    return CardColours(seen, np.zeros(24, bool))


@pytest.mark.parametrize("tone", skin_tones(), ids=lambda tone: tone.name)
def test_a_declared_tone_is_taken_at_its_word(tone: SkinTone) -> None:
    skin = read_skin(tone.name, card(WARM), SKIN_RGB, regions(SKIN_RGB))
    assert (skin.ita_deg, skin.ita_sd_deg) == (tone.ita_deg, tone.ita_sd_deg)
    assert skin.source == "declared"
    assert skin.sensitivity == ("low" if tone.name == "dark" else "normal")


def test_an_unknown_tone_is_refused_with_the_choices() -> None:
    with pytest.raises(InputError, match="pale") as refused:
        read_skin("pale", None, SKIN_RGB, regions(SKIN_RGB))
    assert "very-light" in str(refused.value)


@pytest.mark.parametrize("tone", skin_tones(), ids=lambda tone: tone.name)
@pytest.mark.parametrize("gains", [np.ones(3), WARM, 0.4 * WARM], ids=["neutral", "warm", "dim"])
def test_a_card_tells_the_tone_whatever_the_light(tone: SkinTone, gains: np.ndarray) -> None:
    rgb = srgb_decode(np.array(tone.patch) / 255.0) * 0.88  # the card's white is 0.88
    skin = read_skin(None, card(gains), rgb * gains, regions(rgb * gains))
    plain = read_skin(None, card(np.ones(3)), rgb, regions(rgb))
    assert skin.source == "card"
    assert skin.ita_deg == pytest.approx(plain.ita_deg, abs=1.5)
    assert skin.ita_sd_deg is not None and 3.0 < skin.ita_sd_deg <= IMAGE_ITA_SD_DEG
    assert skin.resting_colour == pytest.approx(plain.resting_colour, abs=1e-3)
    assert skin.white_balance_sd == CARD_WHITE_BALANCE_SD


def test_the_picture_alone_tells_it_with_a_wide_uncertainty() -> None:
    skin = read_skin(None, None, SKIN_RGB, regions(SKIN_RGB))
    assert skin.source == "image"
    assert skin.ita_sd_deg is not None and skin.ita_sd_deg >= IMAGE_ITA_SD_DEG
    assert skin.white_balance_sd == WHITE_BALANCE_SD
    assert skin.resting_colour == pytest.approx(
        (np.log(0.45 / 0.28), np.log(0.28 / 0.21)), abs=1e-9
    )


def test_a_card_without_enough_good_patches_is_no_help() -> None:
    clipped = CardColours(card(np.ones(3)).linear_rgb, np.ones(24, bool))
    skin = read_skin(None, clipped, SKIN_RGB, regions(SKIN_RGB))
    assert skin.source == "image"
    assert skin.white_balance_sd == WHITE_BALANCE_SD


def test_skin_that_was_not_seen_has_no_tone() -> None:
    unseen = np.full(3, np.nan)
    skin = read_skin(None, None, unseen, regions(unseen))
    assert (skin.ita_deg, skin.sensitivity, skin.resting_colour) == (None, None, None)


def test_the_card_is_read_at_rest() -> None:
    time_s = np.arange(10.0)
    rgb = np.where(time_s[:, None, None] < 5, 0.2, 0.8) * np.ones((10, 24, 3))
    series = SceneSeries(time_s, rgb, np.ones((10, 24)), np.zeros((10, 24)))
    at_rest = card_colours(series, (0.0, 4.0))
    assert at_rest is not None
    np.testing.assert_allclose(at_rest.linear_rgb, 0.2)
    assert card_colours(None, (0.0, 4.0)) is None
