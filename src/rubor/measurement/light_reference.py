"""What the light did during a recording, read from surfaces that do not blush.

A drift of the white balance or of the light itself changes every surface by nearly the same
factor per channel, so that still patches of the background, or the grey patches of a colour card,
show it and the face can be divided by it. All in natural logarithms of linear light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from rubor.measurement.reference_patches import (
    R_OVER_G,
    UNEVEN_LIGHT,
    PatchChoice,
    PatchSeries,
    choose_background_patches,
    choose_card_patches,
    median_ignoring_nan,
    patch_series,
    robust_sd,
)

__all__ = ["LightReference", "background_light", "card_light"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ReferenceKind = Literal["background", "card", "none"]

# Light that changes its spectrum moves skin by some 10 % more than grey (rms 0.10 to 0.18), and
# strongly coloured surfaces by 22 % and more (rms) differently: 100 NIST skin spectra and 18 card
# patches under five changes of illuminant, seen by 13 cameras of the rawtoaces set.
SKIN_AGAINST_GREY: Final = 0.10
COLOURED_AGAINST_GREY: Final = 0.22

# Smoothing goes on until the noise of ln R/G is a tenth of what light skin may err by (0.01), but
# no further than this, so that a lamp that is switched on is over within as long.
SMOOTHED_NOISE: Final = 1e-3
LONGEST_WINDOW_S: Final = 1.0

# In a frame, a patch this many of its own standard deviations from the others is covered by
# something; no patch is held to less than a tenth of a chroma level.
COVERED_SD: Final = 5.0
LEAST_SD: Final = 4e-3

FRAMES_FOR_A_MEDIAN: Final = 2000


@dataclass(frozen=True, eq=False)
class LightReference:
    """What the light and the white balance did, as far as it could be read.

    Attributes:
        kind: where it was read: "background", "card", or "none" when nothing could be used.
        time_s: (n,) time of each frame, seconds.
        log_r_over_g_drift: (n,) natural log of R/G against its mean in the baseline, linear light;
            subtract it from the face's. NaN where nothing could be read.
        log_b_over_g_drift: (n,) the same of B/G.
        log_g_drift: (n,) the same of G: exposure and brightness.
        drift_sd: (n,) standard error of `log_r_over_g_drift` as a correction of skin: noise, light
            that differs from place to place, rounding to whole levels, and 10 % of the drift for
            the difference between grey and skin (more when the surfaces are coloured).
        patches_used: how many patches it rests on.
        quantisation_limited: the pixels show no noise that would carry a small drift through the
            rounding to whole levels, so part of it may be missing.
        reason: why there is no reference, or why it is second choice; None when nothing is amiss.
    """

    kind: ReferenceKind
    time_s: FloatArray
    log_r_over_g_drift: FloatArray
    log_b_over_g_drift: FloatArray
    log_g_drift: FloatArray
    drift_sd: FloatArray
    patches_used: int
    quantisation_limited: bool
    reason: str | None


def background_light(
    time_s: npt.ArrayLike,
    patch_rgb: npt.ArrayLike,
    patch_pixel_sd: npt.ArrayLike,
    clipped: npt.ArrayLike,
    *,
    baseline_s: tuple[float, float] | None = None,
    bit_depth: int = 8,
) -> LightReference:
    """Read the drift of the light from patches of the background.

    Args:
        time_s: (n,) time of each frame, seconds, not running backwards.
        patch_rgb: (n, p, 3) mean linear RGB of each patch, 1 for white; NaN where it is out of
            view or covered. Squares of 16 pixels outside face and body are meant.
        patch_pixel_sd: (n, p) or (p,) standard deviation of the stored Cr samples within a patch,
            in levels of the stored bit depth; shows whether noise dithers the rounding. Where only
            luma is at hand, half of its standard deviation. NaN where unknown.
        clipped: (n, p) or (p,) share of each patch's pixels, 0..1, at either end of the scale.
        baseline_s: start and end of the baseline, seconds; None takes the whole recording.
        bit_depth: bits of a stored sample.

    Returns:
        The drift relative to the baseline mean, or `kind` "none" with the reason.

    Raises:
        InputError: shapes that do not fit each other, or times that run backwards.

    >>> time = np.arange(0, 4, 0.1)
    >>> warming = np.exp(0.01 * time[:, None] * [1.0, 0.0, -1.0])
    >>> patches = warming[:, None, :] * np.array([0.2, 0.3, 0.4, 0.5, 0.6])[:, None]
    >>> light = background_light(time, patches, 1.0, 0.0, baseline_s=(0.0, 1.0))
    >>> light.kind, light.patches_used, round(float(light.log_r_over_g_drift[-1]), 3)
    ('background', 5, 0.034)
    """
    series = patch_series(time_s, patch_rgb, patch_pixel_sd, clipped, bit_depth)
    return _light("background", series, choose_background_patches, baseline_s)


def card_light(
    time_s: npt.ArrayLike,
    grey_rgb: npt.ArrayLike,
    patch_pixel_sd: npt.ArrayLike,
    clipped: npt.ArrayLike,
    *,
    baseline_s: tuple[float, float] | None = None,
    bit_depth: int = 8,
) -> LightReference:
    """Read the drift of the light from the grey patches of a colour card.

    As `background_light`, with the six greys for patches: they are taken to be grey, two that
    agree are enough, and their brightness may change as a card in the hand tilts.
    """
    series = patch_series(time_s, grey_rgb, patch_pixel_sd, clipped, bit_depth)
    return _light("card", series, choose_card_patches, baseline_s)


def _no_light(series: PatchSeries, reason: str) -> LightReference:
    nothing = np.full(len(series.time_s), np.nan)
    return LightReference(
        kind="none",
        time_s=series.time_s,
        log_r_over_g_drift=nothing,
        log_b_over_g_drift=nothing,
        log_g_drift=nothing,
        drift_sd=nothing,
        patches_used=0,
        quantisation_limited=False,
        reason=reason,
    )


def _light(
    kind: ReferenceKind,
    series: PatchSeries,
    choose: Callable[[PatchSeries], PatchChoice],
    baseline_s: tuple[float, float] | None,
) -> LightReference:
    choice = choose(series)
    if choice.chosen.size == 0:
        return _no_light(series, choice.reason or "")
    time, weight = series.time_s, choice.weight
    rounding_sd = series.rounding_sd[choice.chosen]
    logs = series.logs[:, choice.chosen]
    logs = _without_covered(logs, np.maximum(rounding_sd, LEAST_SD))
    start_s, end_s = (time[0], time[-1]) if baseline_s is None else baseline_s
    in_baseline = (time >= start_s) & (time <= end_s)
    if not np.isfinite(logs[in_baseline]).any():
        return _no_light(series, "no surface that shows the light is in view in the baseline")

    common, left = _common_and_left(logs, weight, in_baseline)
    noise_variance = np.square(
        np.nan_to_num(robust_sd(_thinned(np.diff(left[:, :, R_OVER_G], axis=0))) / np.sqrt(2.0))
    )
    frame_variance = _variance_of_mean(np.isfinite(left[:, :, R_OVER_G]), weight, noise_variance)
    window = _Window(time, _half_width_s(time, frame_variance))
    smooth, leverage = window.line(common)
    drift = smooth - smooth[in_baseline & np.isfinite(leverage)].mean(axis=0)

    limited = bool(weight[series.undithered[choice.chosen]].sum() > 0.5 * weight.sum())
    # All patches of one wall round alike, so this does not average out over patches. Without dither
    # each of the two values whose difference is the drift errs by up to half a level, evenly: 1/sqrt(6).
    rounding = np.average(
        series.chroma_level[choice.chosen] / np.sqrt(6.0) if limited else rounding_sd,
        weights=weight,
    )
    spectral = np.hypot(SKIN_AGAINST_GREY, COLOURED_AGAINST_GREY if choice.coloured else 0.0)
    variance = (
        frame_variance * leverage
        + _uneven_light_variance(left[:, :, R_OVER_G], weight, noise_variance, window, in_baseline)
        + rounding**2
        + np.square(spectral * drift[:, R_OVER_G])
    )
    unknown = ~np.isfinite(variance)  # nothing in reach, or one patch with nothing to hold it to
    drift[unknown] = np.nan
    reasons = [choice.reason] if choice.reason else []
    if limited:
        reasons.append("the picture is so free of noise that a small drift is lost in rounding")
    return LightReference(
        kind=kind,
        time_s=time,
        log_r_over_g_drift=drift[:, 0],
        log_b_over_g_drift=drift[:, 1],
        log_g_drift=drift[:, 2],
        drift_sd=np.sqrt(variance),
        patches_used=int(choice.chosen.size),
        quantisation_limited=limited,
        reason="; ".join(reasons) or None,
    )


def _thinned(values: FloatArray) -> FloatArray:
    """Every k-th frame, some thousands of them: enough for a median over time."""
    return values[:: max(1, len(values) // FRAMES_FOR_A_MEDIAN)]


def _without_covered(logs: FloatArray, least_sd: FloatArray) -> FloatArray:
    """NaN for a patch in the frames in which it leaves the others, as when a hand passes it."""
    departure = logs - median_ignoring_nan(_thinned(logs), axis=0)
    common = median_ignoring_nan(departure, axis=1)
    left = departure - common[:, None]
    left -= median_ignoring_nan(_thinned(left), axis=0)
    sd = np.maximum(robust_sd(_thinned(left)), least_sd[:, None])
    allowed = COVERED_SD * sd + UNEVEN_LIGHT * np.abs(common)[:, None]
    covered: BoolArray = np.any(np.abs(left) > allowed, axis=2)
    return np.where(covered[:, :, None], np.nan, logs)


def _common_and_left(
    logs: FloatArray, weight: FloatArray, in_baseline: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted mean over patches (n, 3) and what is left of each (n, p, 3), 0 in the baseline."""
    seen = np.isfinite(logs)
    weights = np.where(seen, weight[:, None], 0.0)
    total = weights.sum(axis=1)
    own = median_ignoring_nan(_thinned(logs), axis=0)
    for _ in range(3):
        summed = np.sum(np.where(seen, logs - own, 0.0) * weights, axis=1)
        common = np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)
        left = logs - own - common[:, None]
        level = _mean_ignoring_nan(left[in_baseline])
        own += np.where(np.isfinite(level), level, median_ignoring_nan(_thinned(left), axis=0))
    return common, left


def _variance_of_mean(
    seen: BoolArray, weight: FloatArray, noise_variance: FloatArray
) -> FloatArray:
    """(n,) variance of the weighted mean of what is in view; the median where nothing is."""
    total = seen @ weight
    any_seen = total > 0
    variance = seen @ (np.square(weight) * noise_variance)
    variance[any_seen] /= np.square(total[any_seen])
    variance[~any_seen] = np.median(variance[any_seen])
    return variance


def _half_width_s(time_s: FloatArray, frame_variance: FloatArray) -> float:
    frames = np.median(frame_variance) / SMOOTHED_NOISE**2
    if frames <= 1.0 or len(time_s) < 2:
        return 0.0
    return 0.5 * min(LONGEST_WINDOW_S, float(frames * np.median(np.diff(time_s))))


class _Window:
    """Local sums around each frame, over what is finite within half a width to either side."""

    def __init__(self, time_s: FloatArray, half_width_s: float) -> None:
        self.time = time_s - time_s.mean()
        # A hair wider, so that frames on the border count whatever the rounding of their times.
        reach = half_width_s + 1e-6
        self.first = np.searchsorted(self.time, self.time - reach, side="left")
        self.behind = np.searchsorted(self.time, self.time + reach, side="right")

    def sums(self, values: FloatArray) -> FloatArray:
        running = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        total: FloatArray = running[self.behind] - running[self.first]
        return total

    def mean(self, values: FloatArray) -> FloatArray:
        """(n, p) local means; NaN where nothing is in reach."""
        seen = np.isfinite(values)
        count = self.sums(seen.astype(np.float64))
        total = self.sums(np.where(seen, values, 0.0))
        means: FloatArray = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
        return means

    def line(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Value at each frame of a local straight line through (n, c), and its variance factor.

        In the middle of evenly spaced frames that is the local mean; at the ends of the recording
        and of gaps it does not lag behind a drift as a one-sided mean would.
        """
        seen: BoolArray = np.all(np.isfinite(values), axis=1)
        clean = np.where(seen[:, None], values, 0.0)
        x = np.where(seen, self.time, 0.0)
        count, sum_x, sum_xx = self.sums(np.stack([seen.astype(np.float64), x, x * x], axis=1)).T
        n = np.maximum(count, 1.0)
        sum_y, sum_xy = self.sums(clean), self.sums(clean * x[:, None])
        spread = sum_xx - sum_x * sum_x / n
        lined = spread > 1e-9
        divisor = np.where(lined, spread, 1.0)
        offset = np.where(lined, self.time - sum_x / n, 0.0)
        slope = (sum_xy - sum_x[:, None] * sum_y / n[:, None]) / divisor[:, None]
        fitted = sum_y / n[:, None] + slope * offset[:, None]
        factor = 1.0 / n + offset * offset / divisor
        empty = count == 0
        return np.where(empty[:, None], np.nan, fitted), np.where(empty, np.nan, factor)


def _uneven_light_variance(
    left: FloatArray,
    weight: FloatArray,
    noise_variance: FloatArray,
    window: _Window,
    in_baseline: BoolArray,
) -> FloatArray:
    """(n,) variance of ln R/G from place to place beyond noise, widened for few patches.

    The face is one more place, so this is not divided by the number of patches.
    """
    smooth = window.mean(left)
    smooth = smooth - np.nan_to_num(_mean_ignoring_nan(smooth[in_baseline]))
    seen = np.isfinite(smooth)
    weights = np.where(seen, weight, 0.0)
    any_seen = weights.sum(axis=1) > 0
    weights[~any_seen] = 1.0
    total = weights.sum(axis=1)
    values = np.where(seen, smooth, 0.0)
    mean = (weights * values).sum(axis=1) / total
    freedom_share = np.where(any_seen, 1.0 - np.square(weights).sum(axis=1) / np.square(total), 0.0)
    scatter = (weights * np.square(values - mean[:, None])).sum(axis=1) / total
    count = np.maximum(window.sums(np.isfinite(left).astype(np.float64)), 1.0)
    expected = (weights * noise_variance / count).sum(axis=1) / total
    variance = np.where(
        freedom_share > 1e-9, scatter / np.maximum(freedom_share, 1e-9) - expected, np.nan
    )
    patches = np.square(total) / np.square(weights).sum(axis=1)
    widened = stdtrit(np.maximum(patches - 1.0, 1.0), 0.975) / stdtrit(np.inf, 0.975)
    return np.where(np.isnan(variance), np.nan, np.maximum(variance, 0.0) * np.square(widened))


def _mean_ignoring_nan(values: FloatArray) -> FloatArray:
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    means: FloatArray = np.where(
        count > 0, np.where(seen, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan
    )
    return means
