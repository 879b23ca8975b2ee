"""Which patches of the background can tell what the light did.

A usable patch stands still, is well exposed, is best grey, and has enough noise in its pixels to
carry a small drift through the rounding to whole levels. The model is additive in logarithms: a
patch is its own constant, plus what all share (the light), plus what is left. Patches where too
much is left over have moved or stand in another light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.time_stamps import check_time_stamps
from rubor.optics.transfer import srgb_encode

__all__ = [
    "PatchChoice",
    "PatchSeries",
    "choose_background_patches",
    "choose_card_patches",
    "chroma_level_log_ratio",
    "median_ignoring_nan",
    "patch_series",
    "robust_sd",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

# With fewer there is no majority to tell what moved from what stood still. A card's greys are
# known to be grey, and two already show whether they see the same light.
FEWEST_BACKGROUND_PATCHES: Final = 4
FEWEST_CARD_PATCHES: Final = 2

# Below, one chroma level is more than 0.09 in ln R/G; above (code 243), cameras compress.
DARKEST_GREEN: Final = 0.03
BRIGHTEST_GREEN: Final = 0.90
# A fainter channel is rounding and flare, and its logarithm is not worth having.
FAINTEST_CHANNEL: Final = 0.008
CLIPPED_PIXELS_ALLOWED: Final = 0.02
LEAST_COVERAGE: Final = 0.8

# What may be left of a patch, as a standard deviation in (ln R/G, ln B/G, ln G). 0.01 in ln R/G is
# what a reference may err by in light and medium skin; blue is noisier, and a passing shadow
# changes G without harm to R/G.
STILL: Final = (0.010, 0.020, 0.050)
# A light that changes does not change the same everywhere. So much of the common change is allowed
# on top; it comes back in the standard error through the spread of the patches.
UNEVEN_LIGHT: Final = 0.25
FAR_OFF: Final = 3.0
FAR_OFF_ALLOWED: Final = 0.10
BIN_S: Final = 0.5

# The scene's grey: cameras leave it near R = G = B, further off along the line of colour
# temperature (a warm lamp is left warm) than across. What is called a white or grey wall, paper or
# cloth lies within 0.25 of it in (ln R/G, ln B/G); skin and a red wall are 0.7 and 1.4 from grey.
COLOUR_TEMPERATURE_AXIS: Final = (0.616, -0.788)  # -52 degrees, measured -45 to -58
GREY_ALONG: Final = 0.60
GREY_ACROSS: Final = 0.20
NEUTRAL_DISTANCE: Final = 0.25
NEAREST_TO_GREY: Final = 0.25

# Noise of 0.35 levels before rounding leaves 2 % of a level of error in a mean (see `rounding_sd`).
DITHER_LEVELS: Final = 0.35
# A mean of 64 chroma samples with that much noise moves by 0.04 levels (median) from frame to
# frame; noise of luma alone moves ln R/G by less than this.
UNMOVED_LEVELS: Final = 0.015
UNMOVED_FRAMES: Final = 0.5

R_OVER_G, B_OVER_G, LOG_G = 0, 1, 2


@dataclass(frozen=True, eq=False)
class PatchSeries:
    """Patches over time in logarithms of linear light.

    Attributes:
        time_s: (n,) seconds.
        logs: (n, p, 3) ln R/G, ln B/G and ln G; NaN where a patch is out of view, too dark, too
            bright or clipped.
        unmoved: (p,) share of frames in which the chroma is that of the frame before.
        pixel_sd: (p,) standard deviation of the pixels' chroma in stored levels, lower quartile
            over time, since it rises by chance while a value lies between two levels; NaN where
            unknown.
        chroma_level: (p,) what one stored chroma level is in ln R/G.
        too_dark: (p,) share of frames in which the patch is too dark to use.
        too_bright: (p,) share of frames in which it is too bright or clipped.
    """

    time_s: FloatArray
    logs: FloatArray
    unmoved: FloatArray
    pixel_sd: FloatArray
    chroma_level: FloatArray
    too_dark: FloatArray
    too_bright: FloatArray

    @property
    def undithered(self) -> BoolArray:
        """(p,) patches whose values step because nothing carries them through the rounding."""
        smooth = ~(self.pixel_sd >= DITHER_LEVELS)
        undithered: BoolArray = smooth & (self.unmoved > UNMOVED_FRAMES)
        return undithered

    @property
    def rounding_sd(self) -> FloatArray:
        """(p,) error of ln R/G that the rounding to whole levels leaves in a patch.

        Without dither that of a uniform error over one level. With normal noise of standard
        deviation s levels, the first Fourier term of the mean rounding error remains, a sine of
        amplitude exp(-2 pi^2 s^2) / pi (Widrow and Kollar 2008, Quantization Noise, chapter 4).
        """
        # The pixels seen are rounded already, which adds 1/12 (Sheppard's correction).
        variance = np.maximum(np.square(np.nan_to_num(self.pixel_sd, nan=0.0)) - 1.0 / 12.0, 0.0)
        dithered = np.exp(-2.0 * np.pi**2 * variance) / (np.pi * np.sqrt(2.0))
        levels = np.where(self.undithered, 1.0 / np.sqrt(12.0), dithered)
        rounding: FloatArray = levels * self.chroma_level
        return rounding


@dataclass(frozen=True, eq=False)
class PatchChoice:
    """The patches that make the reference.

    Attributes:
        chosen: numbers of the patches; empty when there are too few.
        weight: weight of each chosen patch in the common mean.
        coloured: coloured surfaces are among them.
        reason: why none, or why second choice; None when nothing is amiss.
    """

    chosen: IntArray
    weight: FloatArray
    coloured: bool
    reason: str | None


def chroma_level_log_ratio(linear_green: npt.ArrayLike, bit_depth: int = 8) -> FloatArray:
    """What one level of stored Cr is in ln R/G, for a grey surface in limited-range BT.601.

    Args:
        linear_green: linear light of the surface, 0..1, any shape.
        bit_depth: bits of a stored sample.

    Returns:
        Same shape. BT.709 gives 3 % less, full range 12 % less.

    >>> (chroma_level_log_ratio([0.1, 0.2, 0.5]) / np.log(10)).round(4).tolist()  # in log10 R/G
    [0.0244, 0.0183, 0.0125]
    """
    code = 255.0 * srgb_encode(np.asarray(linear_green, dtype=np.float64))
    # One 8-bit level of Cr moves coded R' by 1.596 and G' by -0.813 of 255 (BT.601-7, 2.5); the
    # sRGB curve ((code/255 + 0.055) / 1.055)^2.4 then gives the slope of the logarithm.
    per_level: FloatArray = 2.4 * (1.596 + 0.813) / (code + 0.055 * 255.0)
    return per_level / float(1 << (bit_depth - 8))


def median_ignoring_nan(values: npt.NDArray[np.floating[Any]], axis: int) -> FloatArray:
    """Median of what is finite along one axis; NaN, without a warning, where nothing is."""
    ordered = np.sort(values, axis=axis)  # NaN sorts last
    count = np.isfinite(values).sum(axis=axis, keepdims=True)
    if values.shape[axis] == 0:
        return np.full(count.squeeze(axis).shape, np.nan)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=axis)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[axis] - 1), axis=axis)
    middle: FloatArray = np.where(count > 0, (low + high) / 2.0, np.nan).squeeze(axis)
    return middle


def _lower_quartile(values: FloatArray) -> FloatArray:
    below = np.where(values <= median_ignoring_nan(values, axis=0), values, np.nan)
    return median_ignoring_nan(below, axis=0)


def robust_sd(values: FloatArray, axis: int = 0) -> FloatArray:
    """Standard deviation of normal data from the median absolute deviation, ignoring NaN."""
    middle = np.expand_dims(median_ignoring_nan(values, axis), axis)
    return 1.4826 * median_ignoring_nan(np.abs(values - middle), axis)


def patch_series(
    time_s: npt.ArrayLike,
    patch_rgb: npt.ArrayLike,
    patch_pixel_sd: npt.ArrayLike,
    clipped: npt.ArrayLike,
    bit_depth: int,
) -> PatchSeries:
    """Check patch series and bring them to logarithms; see `background_light` for the arguments.

    Raises:
        InputError: shapes that do not fit each other, or times that run backwards.
    """
    rgb = np.asarray(patch_rgb, dtype=np.float64)
    if rgb.ndim != 3 or rgb.shape[2] != 3:
        raise InputError(
            f"The patches have the shape {rgb.shape}.",
            "Give one RGB triple per frame and patch: shape (frames, patches, 3).",
        )
    frames, patches = rgb.shape[:2]
    time = check_time_stamps(time_s, frames)
    try:
        pixel_sd = np.broadcast_to(np.asarray(patch_pixel_sd, dtype=np.float64), (frames, patches))
        cut = np.broadcast_to(np.asarray(clipped, dtype=np.float64), (frames, patches))
    except ValueError as error:
        raise InputError(
            f"The pixel spread or the clipping does not fit {frames} frames of {patches} patches.",
            "Give one number per frame and patch, or one per patch.",
        ) from error
    seen = np.all(np.isfinite(rgb), axis=2)
    light = np.where(seen[:, :, None], rgb, 0.0)
    green = light[:, :, 1]
    dark = seen & ((green < DARKEST_GREEN) | (light.min(axis=2) < FAINTEST_CHANNEL))
    bright = seen & ((green > BRIGHTEST_GREEN) | ~(cut <= CLIPPED_PIXELS_ALLOWED))
    usable = seen & ~dark & ~bright
    log_light = np.log(np.where(usable[:, :, None], light, 1.0))
    logs = log_light[:, :, [0, 2, 1]]
    logs[:, :, :2] -= log_light[:, :, 1:2]
    logs[~usable] = np.nan
    steps: FloatArray = np.abs(np.diff(logs[:, :, R_OVER_G], axis=0))
    pairs = np.isfinite(steps).sum(axis=0)
    chroma_level = chroma_level_log_ratio(
        np.nan_to_num(np.exp(median_ignoring_nan(logs[:, :, LOG_G], axis=0)), nan=1.0), bit_depth
    )
    return PatchSeries(
        time_s=time,
        logs=logs,
        unmoved=(steps < UNMOVED_LEVELS * chroma_level).sum(axis=0) / np.maximum(pairs, 1),
        pixel_sd=_lower_quartile(pixel_sd),
        chroma_level=chroma_level,
        too_dark=dark.sum(axis=0) / max(frames, 1),
        too_bright=bright.sum(axis=0) / max(frames, 1),
    )


def _binned(series: PatchSeries) -> FloatArray:
    """Means of the logs over half seconds, (bins, p, 3): quick to compare, and little noise."""
    number = ((series.time_s - series.time_s[0]) // BIN_S).astype(np.intp)
    _, starts = np.unique(number, return_index=True)
    there = np.isfinite(series.logs)
    total = np.add.reduceat(np.where(there, series.logs, 0.0), starts, axis=0)
    count = np.add.reduceat(there, starts, axis=0, dtype=np.intp)
    means: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def _common(bins: FloatArray) -> FloatArray:
    """What all patches (bins, p, 3) share (bins, 3), by medians over patches and over time."""
    own = median_ignoring_nan(bins, axis=0)
    common = median_ignoring_nan(bins - own, axis=1)
    for _ in range(3):
        own = median_ignoring_nan(bins - common[:, None], axis=0)
        common = median_ignoring_nan(bins - own, axis=1)
    return common


def _still(
    series: PatchSeries, candidates: IntArray, judge_brightness: bool, fewest: int
) -> tuple[IntArray, FloatArray]:
    """Candidates that follow the light, and the weight of each.

    Judged against the median of the candidates, and again against that of the ones that passed, so
    that a few that moved do not spoil the judgement of the others.
    """
    bins = _binned(series)
    parts = 3 if judge_brightness else 2
    kept, weight = candidates, np.empty(0)
    for _ in range(4):
        if kept.size < fewest:
            break
        common = _common(bins[:, kept])
        own = median_ignoring_nan(bins[:, candidates] - common[:, None], axis=0)
        left = bins[:, candidates] - own - common[:, None]
        low, high = np.percentile(common[np.all(np.isfinite(common), axis=1)], (5, 95), axis=0)
        limit = np.sqrt(
            np.square(STILL)
            + np.square(UNEVEN_LIGHT * (high - low))
            + np.square(series.rounding_sd[candidates])[:, None] * (1.0, 1.0, 0.0)
        )
        spread = robust_sd(left)
        there = np.maximum(np.isfinite(left).sum(axis=0), 1)
        far_off = (np.abs(left) > FAR_OFF * limit).sum(axis=0) / there
        passed = ((spread <= limit) & (far_off <= FAR_OFF_ALLOWED))[:, :parts].all(axis=1)
        before, kept = kept, candidates[passed]
        # Of two places that pass neither is nearer to the light on the face, so calm ones are
        # preferred by no more than two to one, and ones that round coarsely count less.
        weight = 1.0 / (np.square(spread) + np.square(limit))[passed, R_OVER_G]
        if np.array_equal(before, kept):
            break
    return kept, weight


def _neutral(levels: FloatArray) -> BoolArray:
    """Which of the colours (p, 2) in (ln R/G, ln B/G) are the scene's grey."""
    distance = np.hypot(levels[:, 0], levels[:, 1])
    nearest = np.argsort(distance, kind="stable")[: max(1, round(NEAREST_TO_GREY * len(levels)))]
    grey = np.median(levels[nearest], axis=0)
    red, blue = COLOUR_TEMPERATURE_AXIS
    along, across = grey @ (red, blue), grey @ (-blue, red)
    if abs(along) > GREY_ALONG or abs(across) > GREY_ACROSS:
        return np.zeros(len(levels), dtype=bool)
    neutral: BoolArray = np.hypot(*(levels - grey).T) <= NEUTRAL_DISTANCE
    return neutral


def _none(reason: str) -> PatchChoice:
    return PatchChoice(np.empty(0, dtype=np.intp), np.empty(0), False, reason)


def _covered(series: PatchSeries) -> IntArray:
    share = np.isfinite(series.logs[:, :, LOG_G]).sum(axis=0) / max(len(series.time_s), 1)
    return np.flatnonzero(share >= LEAST_COVERAGE)


def _why_not_covered(series: PatchSeries, what: str) -> str:
    short = 1.0 - LEAST_COVERAGE
    dark, bright = (series.too_dark > short).sum(), (series.too_bright > short).sum()
    if max(dark, bright) == 0:
        return f"too little of {what} is in view"
    return f"{what} is too dark" if dark >= bright else f"{what} is overexposed"


def choose_background_patches(series: PatchSeries) -> PatchChoice:
    """Choose the background patches that tell what the light did.

    In order: grey and with enough noise in the pixels; any colour with enough noise; grey without;
    any. A coloured surface still shows the change of R/G to first order, and errs by a fifth of
    it; rounding without noise can lose half of it.

    Returns:
        The choice, with a reason when it is second choice or empty.
    """
    covered = _covered(series)
    if covered.size < FEWEST_BACKGROUND_PATCHES:
        return _none(_why_not_covered(series, "the background"))
    still, weight = _still(series, covered, True, FEWEST_BACKGROUND_PATCHES)
    if still.size < FEWEST_BACKGROUND_PATCHES:
        return _none("the background moves, or its parts stand in lights that change differently")
    grey = _neutral(median_ignoring_nan(series.logs[:, still, :2], axis=0))
    dithered = ~series.undithered[still]
    everything = np.ones(still.size, dtype=bool)
    for among in (grey & dithered, dithered, grey, everything):
        if among.sum() >= FEWEST_BACKGROUND_PATCHES:
            break
    coloured = bool((among & ~grey).any())
    return PatchChoice(
        chosen=still[among],
        weight=weight[among],
        coloured=coloured,
        reason="too few grey surfaces can be used, so coloured ones are among them"
        if coloured
        else None,
    )


def choose_card_patches(series: PatchSeries) -> PatchChoice:
    """Choose among the grey patches of a colour card; they may be shaded as the card is moved."""
    covered = _covered(series)
    if covered.size < FEWEST_CARD_PATCHES:
        return _none(_why_not_covered(series, "the colour card"))
    still, weight = _still(series, covered, False, FEWEST_CARD_PATCHES)
    if still.size < FEWEST_CARD_PATCHES:
        return _none("the grey patches of the colour card do not agree with each other")
    return PatchChoice(still, weight, False, None)
