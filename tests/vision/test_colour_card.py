"""Finding a 24-patch colour card, on cards rendered from colour-science's reference values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from rubor.errors import InputError
from rubor.optics.transfer import srgb_decode, srgb_encode
from rubor.vision.colour_card import (
    GREY_PATCHES,
    ColourCard,
    card_patch_pixels,
    find_colour_card,
    sample_colour_card,
)
from rubor.vision.colour_correction import colour_matrix, reference_linear_rgb

FloatArray = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

# Outline of the printed card: its corners at dark skin, bluish green, black and white.
UPRIGHT = np.array([(500.0, 150.0), (860.0, 170.0), (850.0, 420.0), (490.0, 400.0)])


@dataclass(frozen=True)
class Scene:
    coded: Image
    centres: FloatArray


def render(
    outline: FloatArray,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
    noise_levels: float = 2.0,
    seed: int = 0,
) -> Scene:
    """A 1280x720 picture with a card (patches of 80, gaps of 12) warped into `outline`."""
    patch, gap, margin = 80, 12, 20
    height, width = 2 * margin + 4 * patch + 3 * gap, 2 * margin + 6 * patch + 5 * gap
    card = np.full((height, width, 3), 0.02)
    centres = np.empty((24, 2))
    for i, colour in enumerate(reference_linear_rgb()):
        row, column = divmod(i, 6)
        y, x = margin + row * (patch + gap), margin + column * (patch + gap)
        card[y : y + patch, x : x + patch] = colour
        centres[i] = x + patch / 2 - 0.5, y + patch / 2 - 0.5
    printed = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    homography = cv2.getPerspectiveTransform(printed.astype(np.float32), outline.astype(np.float32))
    room = np.full((720, 1280, 3), 0.35)
    room[:, :400] = 0.30, 0.25, 0.20
    room[500:] = 0.10, 0.12, 0.15
    picture = cv2.warpPerspective(
        card, homography, (1280, 720), dst=room, borderMode=cv2.BORDER_TRANSPARENT
    )
    noise = np.random.default_rng(seed).normal(0.0, noise_levels, picture.shape)
    coded = 255.0 * srgb_encode(np.clip(picture * tint, 0.0, 1.0)) + noise
    seen = cv2.perspectiveTransform(centres[None], homography)[0]
    return Scene(np.clip(np.round(coded), 0, 255).astype(np.uint8), np.asarray(seen, np.float64))


def turned(degrees: float, scale: float = 1.0) -> FloatArray:
    angle = np.radians(degrees)
    rotation = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    middle = UPRIGHT.mean(axis=0)
    return (UPRIGHT - middle) * scale @ rotation.T + (640.0, 360.0)


def found_in(scene: Scene) -> ColourCard:
    card = find_colour_card(scene.coded)
    assert card is not None
    return card


def largest_error_in_patches(card: ColourCard, scene: Scene) -> float:
    spacing = np.hypot(*(scene.centres[1] - scene.centres[0]))
    return float(np.hypot(*(card.patch_centres - scene.centres).T).max() / spacing)


@pytest.mark.parametrize(
    ("outline", "tint", "noise_levels"),
    [
        pytest.param(UPRIGHT, (1.0, 1.0, 1.0), 2.0, id="plain"),
        pytest.param(UPRIGHT, (1.2, 0.95, 0.6), 4.0, id="warm and noisy"),
        pytest.param(UPRIGHT, (0.2, 0.2, 0.2), 2.0, id="dark"),
        pytest.param(turned(95.0), (0.8, 0.9, 1.0), 2.0, id="on its side"),
        pytest.param(turned(180.0), (1.0, 1.0, 1.0), 2.0, id="upside down"),
        pytest.param(turned(-20.0, 0.35), (1.0, 1.0, 1.0), 2.0, id="19 pixels from patch to patch"),
        pytest.param(
            np.array([(500.0, 150.0), (800.0, 200.0), (790.0, 380.0), (480.0, 430.0)]),
            (1.0, 1.0, 1.0),
            2.0,
            id="strong perspective",
        ),
    ],
)
def test_the_patches_of_a_card_are_found_in_the_cards_order(
    outline: FloatArray, tint: tuple[float, float, float], noise_levels: float
) -> None:
    scene = render(outline, tint, noise_levels)
    card = found_in(scene)
    assert largest_error_in_patches(card, scene) < 0.06
    assert card.score > 0.95
    assert not card.mirrored


def test_a_mirrored_picture_is_told_by_its_card() -> None:
    scene = render(UPRIGHT)
    flipped = find_colour_card(np.ascontiguousarray(scene.coded[:, ::-1]))
    assert flipped is not None
    assert flipped.mirrored
    mirrored_centres = scene.centres * (-1.0, 1.0) + (1279.0, 0.0)
    assert np.abs(flipped.patch_centres - mirrored_centres).max() < 2.0


def test_a_large_picture_is_searched_reduced_and_located_in_full() -> None:
    scene = render(UPRIGHT)
    card = found_in(Scene(cv2.resize(scene.coded, None, fx=2, fy=2), scene.centres))
    assert np.abs(card.patch_centres - ((scene.centres + 0.5) * 2 - 0.5)).max() < 3.0


def picture_of_squares(colours: npt.NDArray[np.integer]) -> Image:
    picture = np.full((600, 900, 3), 30, np.uint8)
    for i, colour in enumerate(colours):
        row, column = divmod(i, 6)
        picture[40 + row * 130 : 150 + row * 130, 60 + column * 130 : 170 + column * 130] = colour
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.zeros((1, 1, 3), np.uint8), id="one pixel"),
        pytest.param(np.zeros((480, 640, 3), np.uint8), id="black"),
        pytest.param(
            np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype(np.uint8), id="noise"
        ),
        pytest.param(picture_of_squares(np.full((24, 3), 200)), id="tiles"),
        pytest.param(
            picture_of_squares(np.random.default_rng(3).integers(20, 240, (24, 3))),
            id="24 squares of other colours",
        ),
        pytest.param(
            np.repeat(render(UPRIGHT).coded[:, :, 1:2], 3, axis=2), id="card without colour"
        ),
    ],
)
def test_no_card_is_found_where_there_is_none(picture: Image) -> None:
    assert find_colour_card(picture) is None


@pytest.mark.parametrize("name", ["face.mp4", "no_face.mp4"])
def test_no_card_is_found_in_real_footage_without_one(shared: Path, name: str) -> None:
    reader = cv2.VideoCapture(str(shared / "videos" / name))
    read, bgr = reader.read()
    reader.release()
    assert read
    assert find_colour_card(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)) is None


def test_a_card_that_is_half_covered_is_not_used() -> None:
    coded = render(UPRIGHT).coded.copy()
    coded[:, 720:] = 90
    assert find_colour_card(coded) is None


def test_anything_but_8_bit_rgb_is_refused_with_a_cure() -> None:
    with pytest.raises(InputError, match="8-bit RGB"):
        find_colour_card(np.zeros((480, 640), np.uint8))
    with pytest.raises(InputError, match="8-bit RGB"):
        find_colour_card(np.zeros((480, 640, 3), np.float32))


def test_the_sampled_pixels_lie_inside_their_patches() -> None:
    scene = render(UPRIGHT)
    card = found_in(scene)
    rows, columns, patches = card_patch_pixels(card, 720, 1280)
    assert set(patches.tolist()) == set(range(24))
    distance = np.hypot(columns - scene.centres[patches, 0], rows - scene.centres[patches, 1])
    assert distance.max() < 0.5 * np.hypot(*(scene.centres[1] - scene.centres[0]))


def test_sampled_colours_are_those_of_the_scene() -> None:
    tint = (0.9, 0.8, 0.7)
    scene = render(UPRIGHT, tint)
    colours = sample_colour_card(srgb_decode(scene.coded / 255.0), found_in(scene))
    expected = reference_linear_rgb() * tint
    unclipped = ~colours.clipped
    # Code 255 and code 0 cut; the rest is within noise (2 of 255) and the rounding to 8 bit.
    assert np.abs(colours.mean - expected)[unclipped].max() < 0.004
    greys = list(GREY_PATCHES)
    ratio = colours.mean[greys, 0] / colours.mean[greys, 1]
    np.testing.assert_allclose(ratio, expected[greys, 0] / expected[greys, 1], rtol=0.01)


def test_an_overexposed_white_and_a_colour_beyond_the_gamut_are_said_to_be_clipped() -> None:
    scene = render(UPRIGHT, (1.3, 1.3, 1.3))
    colours = sample_colour_card(srgb_decode(scene.coded / 255.0), found_in(scene))
    white, cyan, middle_grey = 18, 17, 21
    assert colours.clipped[white]
    assert colours.clipped[cyan]
    assert not colours.clipped[middle_grey]


def test_a_tinted_picture_is_brought_back_to_the_reference() -> None:
    scene = render(UPRIGHT, (1.1, 0.8, 0.5), noise_levels=3.0)
    colours = sample_colour_card(srgb_decode(scene.coded / 255.0), found_in(scene))
    correction = colour_matrix(colours.mean, clipped=colours.clipped)
    assert correction.mean_delta_e < 0.6
    assert correction.matrix[[0, 1, 2], [0, 1, 2]] == pytest.approx(
        [1 / 1.1, 1 / 0.8, 1 / 0.5], rel=0.05
    )
