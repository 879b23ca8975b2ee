"""Which patches show skin that holds still: masks from robust statistics, never from a hue window.

A window of red hues would drop exactly the flushed and the dark skin. Instead a patch is compared
with its own region (hair, beard, spectacles and glare stand out from it) and with its own past.
"""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from rubor.measurement.block_means import BlockMeans, smooth_in_time
from rubor.measurement.reference_patches import median_ignoring_nan
from rubor.vision.reference_face import REGIONS, ReferenceFace, reference_face

__all__ = ["moving_patches", "skin_patches"]

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

# Still outliers, against the middle of the region: in ln of brightness and of colour ratios. The
# floors are wide, since side light alone moves brightness by 1 and colour by 0.3 across a face.
# Cheeks and jaw wrap around its sides, so there the middle is a plane: against one level, side light
# took 126 of a cheek's 204 points away, and which ones hung on the picture's size. Forehead and
# chin keep one level, because a fringe or a beard would tilt a plane.
SLOPING = ("cheek_left", "cheek_right", "jaw_left", "jaw_right")
MAX_DARKER = 0.8
MAX_BRIGHTER = 0.6
MIN_COLOUR_SPREAD = 0.10
COLOUR_SPREADS = 4.0
# Hair, beard and spectacle frames are rough: spread within a patch over the face's median spread.
MAX_RELATIVE_TEXTURE = 4.0
MIN_ROUGH_TEXTURE = 0.08
# A robust fit: Tukey's biweight at its usual 95 % efficiency, from no less than this spread.
_BIWEIGHT = 4.685
_LEAST_SPREAD = 0.1
_FIT_STEPS = 12

# Movement: a point is left out while its smoothed brightness is this far from its baseline
# (Rubor's own measurement on a smile: 5 % in ln keeps the step in redness under 0.005).
MAX_BRIGHTNESS_MOVE = 0.05
MAX_BLUE_MOVE = 0.04
NOISE_ALLOWANCE = 3.0
# Blood changes brightness too, and must not be mistaken for movement: it lowers ln G by 1.65 times
# the rise of ln R - ln G (1.64 at ITA 42 to 1.71 at ITA -10 by the two-layer model), and moves
# ln B - ln G by 0.47 (model) to 1.0 (measured pulses) times it.
GREEN_PER_LOG_RATIO = -1.65
BLUE_PER_LOG_RATIO = 0.7
# The rise is taken from the surroundings, so that a patch cannot hide its own artefact in it.
SURROUNDINGS_CM = 2.0


def skin_patches(face: ReferenceFace, mean_rgb: FloatArray, texture: FloatArray) -> BoolArray:
    """(patches,) True where a patch looks like the skin of its region.

    Args:
        mean_rgb: (patches, 3) linear colour at rest; NaN where never seen.
        texture: (patches,) relative spread within each patch; NaN where not known.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        log_rgb = np.log(mean_rgb)
    brightness = log_rgb[:, 1]
    red, blue = log_rgb[:, 0] - brightness, log_rgb[:, 2] - brightness
    region = face.cell_region[face.patch_cell]
    skin = np.isfinite(log_rgb).all(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        typical_texture = float(np.nanmedian(texture))
    rough = texture > max(MAX_RELATIVE_TEXTURE * typical_texture, MIN_ROUGH_TEXTURE)
    skin &= ~rough
    for number in range(len(REGIONS)):
        members = skin & (region == number)
        if members.sum() < 3:
            continue
        at_cm = face.tap_position_cm[face.patch_starts[members], :2]
        if REGIONS[number] not in SLOPING:
            at_cm = at_cm[:, :0]
        lightness, redness, blueness = (
            _from_middle(values[members], at_cm) for values in (brightness, red, blue)
        )
        skin[members] = (lightness > -MAX_DARKER) & (lightness < MAX_BRIGHTER)
        skin[members] &= np.abs(redness) < _colour_limit(redness)
        skin[members] &= np.abs(blueness) < _colour_limit(blueness)
    return skin


def moving_patches(blocks: BlockMeans, baseline_rgb: FloatArray, usable: BoolArray) -> BoolArray:
    """(blocks, patches) True while a patch's brightness is moved by expression, pose or glare.

    Args:
        baseline_rgb: (patches, 3) linear colour of each patch in the baseline.
        usable: (patches,) patches that show skin.
    """
    red, green, blue = (
        _log_change(blocks.linear_rgb[:, :, channel], baseline_rgb[:, channel], usable)
        for channel in range(3)
    )
    red -= green
    blue -= green
    allowance = NOISE_ALLOWANCE * _block_noise(green, blocks)
    allowance_blue = NOISE_ALLOWANCE * _block_noise(blue, blocks)
    # One after the other, in place: for an hour of video each takes 50 MB.
    green = smooth_in_time(green, blocks.segment)
    red = smooth_in_time(red, blocks.segment)
    blue = smooth_in_time(blue, blocks.segment)
    rise = _of_surroundings(red, usable)
    green -= GREEN_PER_LOG_RATIO * rise
    blue -= BLUE_PER_LOG_RATIO * rise
    # Exposure moves the whole face together and is harmless to a ratio.
    green -= median_ignoring_nan(green, axis=1)[:, None]
    blue -= median_ignoring_nan(blue, axis=1)[:, None]
    moved = np.abs(green) > np.hypot(MAX_BRIGHTNESS_MOVE, allowance)
    moved |= np.abs(blue) > np.hypot(MAX_BLUE_MOVE, allowance_blue)
    return np.asarray(moved)


def _from_middle(values: FloatArray, at_cm: FloatArray) -> FloatArray:
    """How far each value is from a plane through most of them; from their level without places.

    Args:
        values: (points,).
        at_cm: (points, 2) places; (points, 0) for a level.
    """
    distance = values - np.median(values)
    if at_cm.shape[1] == 0:
        return np.asarray(distance)
    plane = np.column_stack([np.ones(len(values)), at_cm])
    for _ in range(_FIT_STEPS):
        spread = max(1.4826 * float(np.median(np.abs(distance))), _LEAST_SPREAD)
        weight = np.clip(1.0 - (distance / (_BIWEIGHT * spread)) ** 2, 0.0, None)
        fit = np.linalg.lstsq(plane * weight[:, None], values * weight, rcond=None)[0]
        distance = values - plane @ fit
    return np.asarray(distance)


def _colour_limit(distance: FloatArray) -> float:
    spread = 1.4826 * float(np.median(np.abs(distance - np.median(distance))))
    return COLOUR_SPREADS * max(spread, MIN_COLOUR_SPREAD / 2)


def _log_change(values: Float32Array, baseline: FloatArray, usable: BoolArray) -> Float32Array:
    """(blocks, patches) ln of each value over its baseline; NaN where a patch is not used."""
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.log(values)
        change -= np.log(baseline).astype(np.float32)
    change[:, ~usable] = np.nan
    return change


def _block_noise(values: Float32Array, blocks: BlockMeans) -> FloatArray:
    """(patches,) noise of a smoothed block mean, from differences of neighbouring blocks."""
    if len(values) < 3:
        return np.zeros(values.shape[1])
    steps = np.diff(values, axis=0)[np.diff(blocks.segment) == 0]
    spread = 1.4826 * median_ignoring_nan(np.abs(steps), axis=0) / np.sqrt(2.0)
    return np.asarray(np.nan_to_num(spread) / np.sqrt(3.0))


def _of_surroundings(values: Float32Array, usable: BoolArray) -> Float32Array:
    """Mean of the usable values within `SURROUNDINGS_CM` of each patch, for each block."""
    weights = _neighbours_of_reference()
    seen = np.isfinite(values) & usable
    total = (weights @ np.where(seen, values, 0.0).T).T
    count = (weights @ seen.astype(np.float32).T).T
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.where(count > 0, count, np.nan))


@cache
def _neighbours_of_reference() -> sparse.csr_matrix:
    face = reference_face()
    tree = cKDTree(face.tap_position_cm[face.patch_starts])
    return (tree.sparse_distance_matrix(tree, SURROUNDINGS_CM).tocsr() > 0).astype(np.float32)
