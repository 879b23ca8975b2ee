"""A 24-patch colour card in the picture: where it is and what colours its patches have.

The card is found by the classical path of OpenCV's `mcc` module (no neural network). What it
proposes is then checked here: the 24 colours must be those of the card up to one 3x3 matrix, since
the finder alone also proposes tiled walls and any 24 coloured squares. Its grid, up to a third of
a patch off on small cards, is moved onto the patches.

References:
    OpenCV, module mcc, class CCheckerDetector.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.optics.transfer import srgb_decode
from rubor.vision.colour_correction import PATCHES, reference_linear_rgb

__all__ = [
    "GREY_PATCHES",
    "CardColours",
    "ColourCard",
    "card_patch_pixels",
    "find_colour_card",
    "sample_colour_card",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

ROWS, COLUMNS = 4, 6

GREY_PATCHES = (18, 19, 20, 21, 22, 23)
"""The neutral row, white to black."""

# The finder works on the smoothed picture; beyond this it only gets slower (4K took 2 s, not 0.1).
_LONGEST_SIDE_SEARCHED = 1600
_CARDS_SOUGHT = 4

# Patch centres in units of the distance between neighbouring patches, x then y.
_NOMINAL_CENTRES = np.array([(c + 0.5, r + 0.5) for r in range(ROWS) for c in range(COLUMNS)])
_NOMINAL_CORNERS = np.array([(0.0, 0.0), (COLUMNS, 0.0), (COLUMNS, ROWS), (0.0, ROWS)])
# Half the side of the part of a patch that is averaged: printed patches fill 0.85 to 0.95 of the
# distance, so 0.5 leaves room for an error of the outline and for smeared chroma.
_SAMPLED_HALF_SIDE = 0.25

# Rendered cards: 0.98 and more under tint, noise and tilt, 0.93 in light that changes by a factor
# of 1.8 across the card, 0.70 with a third of it covered; grey pictures 0.43, squares of other
# colours 0.2 at most.
_MINIMUM_SCORE = 0.8

# Code 250 and code 3 of 255: beyond, cameras bend or cut.
_CLIPPED_HIGH = float(srgb_decode(250 / 255))
_CLIPPED_LOW = float(srgb_decode(3 / 255))
_CLIPPED_PIXELS_ALLOWED = 0.02


@dataclass(frozen=True, eq=False)
class ColourCard:
    """A colour card found in a picture.

    Pixel positions are (x, y) with the centre of the first pixel at (0, 0).

    Attributes:
        corners: (4, 2) outline of the field of patches, half a gap outside them, in the order of
            the patches dark skin, bluish green, black, white.
        patch_centres: (24, 2), in the card's own order (`colour_correction.PATCH_NAMES`).
        patch_corners: (24, 4, 2) the middle half of each patch, safe to average, in the order of
            `corners`.
        score: 0..1, the share of the variation of the 24 reference colours that one 3x3 matrix on
            the measured ones explains.
        mirrored: the card is seen as in a mirror, so the picture is mirrored.
    """

    corners: FloatArray
    patch_centres: FloatArray
    patch_corners: FloatArray
    score: float
    mirrored: bool


@dataclass(frozen=True, eq=False)
class CardColours:
    """The colours of the 24 patches in one picture.

    Attributes:
        mean: (24, 3) mean linear light of each patch; NaN for a patch outside the picture.
        clipped: (24,) a patch with more than 2 % of its pixels at either end of the scale.
    """

    mean: FloatArray
    clipped: BoolArray


def _pixel_image(coded_rgb: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    image = np.asarray(coded_rgb)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise InputError(
            f"A colour card is looked for in 8-bit RGB of shape (height, width, 3), "
            f"not in {image.dtype} of shape {image.shape}.",
            "Convert the picture to 8-bit RGB first.",
        )
    return np.ascontiguousarray(image)


def _apply_homography(homography: FloatArray, points: FloatArray) -> FloatArray:
    flat = points.reshape(-1, 2)
    mapped = np.concatenate([flat, np.ones((len(flat), 1))], axis=1) @ homography.T
    result: FloatArray = (mapped[:, :2] / mapped[:, 2:]).reshape(points.shape)
    return result


def _homography(
    nominal: FloatArray, found: FloatArray, outlier_distance: float
) -> FloatArray | None:
    """Map from `nominal` to `found` points; `outlier_distance` in units of `nominal`."""
    # Fitted from found to nominal, so that the distance is in nominal units whatever the view.
    inverse, _ = cv2.findHomography(
        found.astype(np.float64), nominal.astype(np.float64), cv2.RANSAC, outlier_distance
    )
    if inverse is None or not np.isfinite(inverse).all() or abs(np.linalg.det(inverse)) < 1e-12:
        return None
    homography: FloatArray = np.linalg.inv(np.asarray(inverse, dtype=np.float64))
    return homography


def _proposals(image: npt.NDArray[np.uint8]) -> list[FloatArray]:
    """Homographies from card units to pixels that the finder proposes, best first."""
    scale = min(1.0, _LONGEST_SIDE_SEARCHED / max(image.shape[:2]))
    searched = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if scale < 1.0:
        searched = cv2.resize(searched, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    detector = cv2.mcc.CCheckerDetector.create()
    detector.setColorChartType(cv2.mcc.MCC24)
    detector.setUseDnnModel(False)
    try:
        if not detector.process(searched, _CARDS_SOUGHT):
            return []
    except cv2.error:  # pictures of a few pixels, or proposals that degenerate
        return []
    homographies = []
    for checker in sorted(detector.getListColorChecker(), key=lambda c: float(c.getCost())):
        quads = np.asarray(checker.getColorCharts(), dtype=np.float64)
        if quads.size != PATCHES * 8:
            continue
        centres = (quads.reshape(PATCHES, 4, 2).mean(axis=1) + 0.5) / scale - 0.5
        homography = _homography(_NOMINAL_CENTRES, centres, 0.25)
        if homography is not None:
            homographies.append(homography)
    return homographies


def _usable_outline(homography: FloatArray, height: int, width: int) -> bool:
    """Whether the outline is a convex quadrangle of sensible size that lies in the picture."""
    corners = _apply_homography(homography, _NOMINAL_CORNERS)
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    convex = bool((turns > 0).all() or (turns < 0).all())
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    centres = _apply_homography(homography, _NOMINAL_CENTRES)
    inside = (centres >= 0).all() and (centres <= (width - 1, height - 1)).all()
    return convex and bool(inside) and bool(lengths.min() > 3 * COLUMNS)


def _centred_on_patches(image: npt.NDArray[np.uint8], homography: FloatArray) -> FloatArray:
    """Move the grid onto the patches: each patch's even area gives a centre, all a homography.

    The finder's grid is off by up to 0.3 of a patch on small cards (patches of 20 pixels).
    """
    corners = _apply_homography(homography, _NOMINAL_CORNERS)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    pitch = int(np.clip(max(sides[0] / COLUMNS, sides[1] / ROWS), 16, 48))
    # A straight view of the card with half a patch of margin; view pixel = (unit + 0.5) * pitch.
    to_units = np.array([[1 / pitch, 0, -0.5], [0, 1 / pitch, -0.5], [0, 0, 1]])
    view = cv2.warpPerspective(
        image,
        homography @ to_units,
        ((COLUMNS + 1) * pitch, (ROWS + 1) * pitch),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    view = np.asarray(cv2.medianBlur(view, 3), dtype=np.uint8)
    nominal, found = [], []
    reach, core = round(0.75 * pitch), max(1, round(0.12 * pitch))
    for centre in _NOMINAL_CENTRES:
        x, y = (round((unit + 0.5) * pitch) for unit in centre)
        left, top = max(0, x - reach), max(0, y - reach)
        window = view[top : y + reach + 1, left : x + reach + 1].astype(np.float64)
        cx, cy = x - left, y - top
        middle = window[cy - core : cy + core + 1, cx - core : cx + core + 1].reshape(-1, 3)
        tone = np.median(middle, axis=0)
        tolerance = 8.0 + 4.0 * 1.4826 * np.median(np.abs(middle - tone), axis=0)
        even = (np.abs(window - tone) <= tolerance).all(axis=2)
        _, labels = cv2.connectedComponents(np.asarray(even, dtype=np.uint8), connectivity=4)
        patch = (labels == labels[cy, cx]) & even
        if not patch[cy, cx] or not 0.3 <= patch.sum() / pitch**2 <= 1.05:
            continue
        rows, columns = np.nonzero(patch)
        nominal.append(centre)
        found.append(((left + columns.mean()) / pitch - 0.5, (top + rows.mean()) / pitch - 0.5))
    if len(found) < PATCHES // 2:
        return homography
    moved = _homography(np.array(nominal), np.array(found), 0.1)
    return homography if moved is None else homography @ moved


def _middle_halves(homography: FloatArray) -> FloatArray:
    square = _SAMPLED_HALF_SIDE * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return _apply_homography(homography, _NOMINAL_CENTRES[:, None, :] + square)


def _pixels_of_quads(
    quads: FloatArray, height: int, width: int
) -> tuple[IntArray, IntArray, IntArray]:
    all_rows, all_columns, all_patches = [], [], []
    for patch, quad in enumerate(quads):
        low = np.floor(quad.min(axis=0)).astype(int)
        high = np.ceil(quad.max(axis=0)).astype(int)
        x = np.arange(max(0, low[0]), min(width - 1, high[0]) + 1)
        y = np.arange(max(0, low[1]), min(height - 1, high[1]) + 1)
        columns, rows = (grid.ravel() for grid in np.meshgrid(x, y))
        ahead = np.roll(quad, -1, axis=0) - quad
        sides = ahead[:, :1] * (rows - quad[:, 1:]) - ahead[:, 1:] * (columns - quad[:, :1])
        inside = (sides >= 0).all(axis=0) | (sides <= 0).all(axis=0)
        all_rows.append(rows[inside])
        all_columns.append(columns[inside])
        all_patches.append(np.full(int(inside.sum()), patch))
    return (
        np.concatenate(all_rows).astype(np.intp),
        np.concatenate(all_columns).astype(np.intp),
        np.concatenate(all_patches).astype(np.intp),
    )


def card_patch_pixels(
    card: ColourCard, height: int, width: int
) -> tuple[IntArray, IntArray, IntArray]:
    """The pixels to average on each patch, for sampling the same card in many frames.

    Args:
        card: the card, in pixels of the same picture size.
        height: rows of the picture.
        width: columns of the picture.

    Returns:
        Rows, columns and the patch number 0..23 of each pixel, three arrays of one length.
    """
    return _pixels_of_quads(card.patch_corners, height, width)


def _explained(measured: FloatArray, reference: FloatArray) -> float:
    """Share 0..1 of the variation of `reference` that one 3x3 matrix on `measured` explains."""
    fit, *_ = np.linalg.lstsq(measured, reference, rcond=None)
    left_over = np.sum((reference - measured @ fit) ** 2)
    return max(0.0, 1.0 - float(left_over / np.sum((reference - reference.mean(axis=0)) ** 2)))


def _as_card(image: npt.NDArray[np.uint8], homography: FloatArray) -> ColourCard | None:
    """The card at this place in the orientation that fits its colours; None if they do not fit."""
    height, width = image.shape[:2]
    if not _usable_outline(homography, height, width):
        return None
    for _ in range(2):
        homography = _centred_on_patches(image, homography)
    if not _usable_outline(homography, height, width):
        return None
    rows, columns, patches = _pixels_of_quads(_middle_halves(homography), height, width)
    if len(np.unique(patches)) < PATCHES:
        return None
    linear = srgb_decode(image[rows, columns] / 255.0)
    measured = np.array([np.median(linear[patches == i], axis=0) for i in range(PATCHES)])
    reference = reference_linear_rgb()
    best, best_score = homography, -1.0
    grid = measured.reshape(ROWS, COLUMNS, 3)
    for flip_x, flip_y in product((False, True), repeat=2):
        turned = grid[:: -1 if flip_y else 1, :: -1 if flip_x else 1].reshape(PATCHES, 3)
        score = _explained(turned, reference)
        if score > best_score:
            to_found = np.array(
                [
                    [-1 if flip_x else 1, 0, COLUMNS if flip_x else 0],
                    [0, -1 if flip_y else 1, ROWS if flip_y else 0],
                    [0, 0, 1],
                ],
                dtype=np.float64,
            )
            best, best_score = homography @ to_found, score
    if best_score < _MINIMUM_SCORE:
        return None
    corners = _apply_homography(best, _NOMINAL_CORNERS)
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    return ColourCard(
        corners=corners,
        patch_centres=_apply_homography(best, _NOMINAL_CENTRES),
        patch_corners=_middle_halves(best),
        score=best_score,
        mirrored=bool(along[0] * down[1] - along[1] * down[0] < 0),
    )


def find_colour_card(coded_rgb: npt.NDArray[np.uint8]) -> ColourCard | None:
    """Find a 24-patch colour card (ColorChecker Classic layout) in a picture.

    Needs the whole field of patches in view, in focus, with some 14 pixels and more from patch to
    patch. Turned, tilted and mirrored cards are found; a mirrored one is said to be so.

    Args:
        coded_rgb: the picture as displayed, 8-bit R'G'B', shape (height, width, 3).

    Returns:
        The card whose colours fit best, or None where there is none.

    Raises:
        InputError: the array is not 8-bit RGB.

    >>> find_colour_card(np.full((480, 640, 3), 128, np.uint8)) is None
    True
    """
    image = _pixel_image(coded_rgb)
    cards = [card for h in _proposals(image) if (card := _as_card(image, h)) is not None]
    return max(cards, key=lambda card: card.score, default=None)


def sample_colour_card(linear_rgb: npt.ArrayLike, card: ColourCard) -> CardColours:
    """Mean linear light of each patch of a card, and which patches are clipped.

    Args:
        linear_rgb: linear light of the picture the card was found in, shape (height, width, 3).
        card: the card, in pixels of that picture.

    Returns:
        The 24 colours in the card's order.

    Raises:
        InputError: the picture does not have the shape (height, width, 3).
    """
    picture = np.asarray(linear_rgb, dtype=np.float64)
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise InputError(
            f"The picture has the shape {picture.shape}, not (height, width, 3).",
            "Give linear RGB with the three channels last.",
        )
    rows, columns, patches = card_patch_pixels(card, picture.shape[0], picture.shape[1])
    pixels = picture[rows, columns]
    clipped = ((pixels >= _CLIPPED_HIGH) | (pixels <= _CLIPPED_LOW)).any(axis=1)
    count = np.bincount(patches, minlength=PATCHES)
    pixels_or_one = np.maximum(count, 1)
    mean = np.stack(
        [np.bincount(patches, pixels[:, channel], PATCHES) / pixels_or_one for channel in range(3)],
        axis=1,
    )
    mean[count == 0] = np.nan
    share = np.bincount(patches, clipped, PATCHES) / pixels_or_one
    return CardColours(mean=mean, clipped=share > _CLIPPED_PIXELS_ALLOWED)
