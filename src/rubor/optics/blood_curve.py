"""The curve from a change of ln R - ln G to a change of the natural log of skin blood.

A redder colour means more blood, but how much more depends on melanin, on how much light the
surface throws back, on how much blood there was, and on scattering, vessels, camera and light. The
shipped table holds, at each skin tone, the mean and the spread of the gain over all of these, from
`rubor.optics.skin_variation`, and how the gain goes with the resting colour. The answer is the
posterior median, at constant oxygen saturation: more oxygen alone looks like more blood.

Tone alone leaves a spread of 20 to 25 % in the gain of light to tan skin, mostly because resting
blood is unknown. The resting colour tells about it and about melanin, and brings that down by about
half where the white balance is good; where it is not, the resting colour fades out of the answer.

The table is made by ``scripts/make_blood_curve.py`` and never computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from rubor.errors import InputError
from rubor.optics.shipped_data import shipped_lines

__all__ = [
    "LOW_SENSITIVITY_BELOW_ITA_DEG",
    "BloodChange",
    "allowed_drift",
    "blood_change",
    "sensitivity",
]

FloatArray = npt.NDArray[np.float64]

LOW_SENSITIVITY_BELOW_ITA_DEG = -30.0
"""Below this individual typology angle a colour camera sees little of a change of blood."""

LARGEST_CHANGE_LN = float(np.log(6.0))
"""Estimates beyond six times the blood, or a sixth, are not given: the table nears its ends."""

# The nodes of the table are 5 degrees apart and smoothed; a sharper tone gains nothing.
SMALLEST_ITA_SD_DEG = 3.0
# A tone is mostly judged well and sometimes badly: shares of normal errors, each with its factor on
# the standard deviation; together of the same variance as one normal error.
TONE_ERRORS = ((0.7, 0.5), (0.3, 1.66))
# Some white balances are simply wrong: one in twenty, by 0.3 in a log ratio.
WRONG_BALANCE_SHARE = 0.05
WRONG_BALANCE_SD = 0.3
BISECTIONS = 30
SMALLEST_VARIANCE = 1e-6
HELD_SHARE = 0.95
HELD_SDS = 1.96
WIDEST = 50.0
DETECTABLE_RISE_LN = float(np.log(1.2))


@dataclass(frozen=True)
class BloodChange:
    """A change of the natural log of skin blood at constant oxygen saturation.

    Attributes:
        estimate: posterior median, shape of the log-ratio change; NaN where the colour change is
            larger than any blood change the table knows.
        sd: standard deviation, so that the estimate plus or minus 1.96 of it holds the truth in
            about 95 % of people; NaN where the estimate is.
    """

    estimate: FloatArray
    sd: FloatArray


@dataclass(frozen=True)
class _Table:
    ita_deg: FloatArray  # (n,)
    change: FloatArray  # (x,)
    ln_gain: FloatArray  # (n, x)
    variance: FloatArray  # (n, x)
    covariance: FloatArray  # (n, x, 2) with the resting colour
    colour: FloatArray  # (n, 2)
    colour_covariance: FloatArray  # (n, 2, 2)


def _read(name: str) -> FloatArray:
    return np.loadtxt(shipped_lines(name), delimiter=",", skiprows=1)


@cache
def _table() -> _Table:
    colours = _read("resting_colour.csv")
    nodes = len(colours)
    curve = _read("blood_curve.csv").reshape(nodes, -1, 6)
    red_green, green_blue, both = colours[:, 3], colours[:, 4], colours[:, 5]
    return _Table(
        ita_deg=colours[:, 0],
        change=curve[0, :, 1],
        ln_gain=curve[:, :, 2],
        variance=curve[:, :, 3],
        covariance=curve[:, :, 4:6],
        colour=colours[:, 1:3],
        colour_covariance=np.stack(
            [np.stack([red_green, both], axis=-1), np.stack([both, green_blue], axis=-1)], axis=-2
        ),
    )


def _tone_log_weights(table: _Table, ita_deg: float, ita_sd_deg: float) -> FloatArray:
    centre = float(np.clip(ita_deg, table.ita_deg[0], table.ita_deg[-1]))
    weights = np.zeros_like(table.ita_deg)
    for share, factor in TONE_ERRORS:
        sd = max(factor * ita_sd_deg, SMALLEST_ITA_SD_DEG)
        density = np.exp(-0.5 * ((table.ita_deg - centre) / sd) ** 2)
        weights += share * density / density.sum()
    return np.log(np.maximum(weights, np.finfo(np.float64).tiny))


def _mixture(
    log_weights: FloatArray, means: FloatArray, variances: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Median of a mixture of log gains on the first axis, and the half-width of its gain.

    The half-width is a share of the median gain: so far to either side holds 95 %.
    """
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    sds = np.sqrt(np.maximum(variances, SMALLEST_VARIANCE))

    def share_below(ln_gain: FloatArray) -> FloatArray:
        below: FloatArray = weights @ ndtr((ln_gain - means) / sds)
        return below

    median = _bisected(lambda x: share_below(x) > 0.5, means.min(axis=0), means.max(axis=0))

    def holds(width: FloatArray) -> npt.NDArray[np.bool_]:
        low = np.log(np.maximum(1.0 - width, 1e-9))
        return share_below(median + np.log1p(width)) - share_below(median + low) > HELD_SHARE

    return median, _bisected(holds, np.zeros_like(median), np.full_like(median, WIDEST))


def _bisected(
    is_above: Callable[[FloatArray], npt.NDArray[np.bool_]], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Where a rising condition turns true, between two bounds."""
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        above = is_above(middle)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)


def _posterior(
    table: _Table,
    tone_log_weights: FloatArray,
    resting_colour: FloatArray | None,
    white_balance_sd: float,
) -> tuple[FloatArray, FloatArray]:
    """Median log gain and half-width of the gain at each change of the table."""
    if resting_colour is None:
        return _mixture(tone_log_weights, table.ln_gain, table.variance)
    log_weights, means, variances = [], [], []
    for share, sd in (
        (1.0 - WRONG_BALANCE_SHARE, white_balance_sd),
        (WRONG_BALANCE_SHARE, max(white_balance_sd, WRONG_BALANCE_SD)),
    ):
        spread = table.colour_covariance + sd**2 * np.eye(2)
        surprise = resting_colour - table.colour
        scaled = np.linalg.solve(spread, surprise[..., None])[..., 0]
        distance = np.sum(surprise * scaled, axis=-1)
        likelihood = -0.5 * (distance + np.log(np.linalg.det(spread)))
        slopes = np.linalg.solve(spread[:, None], table.covariance[..., None])[..., 0]
        log_weights.append(tone_log_weights + likelihood + np.log(share))
        means.append(table.ln_gain + np.einsum("nxc,nc->nx", slopes, surprise))
        variances.append(table.variance - np.einsum("nxc,nxc->nx", slopes, table.covariance))
    return _mixture(np.concatenate(log_weights), np.concatenate(means), np.concatenate(variances))


def _checked(ita_deg: float, ita_sd_deg: float, white_balance_sd: float) -> None:
    if not (np.isfinite(ita_deg) and np.isfinite(ita_sd_deg) and ita_sd_deg >= 0.0):
        raise InputError(
            "The curve needs a skin tone: an angle in degrees and how sure it is.",
            "Declare the skin tone, or give a wide standard deviation.",
        )
    if not white_balance_sd > 0.0:
        raise InputError(
            "The uncertainty of the white balance must be above 0.",
            "Use 0.02 with a colour card and 0.05 without.",
        )


def blood_change(
    log_ratio_change: npt.ArrayLike,
    ita_deg: float,
    ita_sd_deg: float,
    resting_colour: npt.ArrayLike | None = None,
    white_balance_sd: float = 0.05,
    log_ratio_change_sd: npt.ArrayLike = 0.0,
    gain_at: npt.ArrayLike | None = None,
) -> BloodChange:
    """Turn changes of ln R - ln G into changes of ln blood.

    Args:
        log_ratio_change: change of ln R - ln G in linear light from the person's own baseline, any
            shape.
        ita_deg: individual typology angle of the resting skin.
        ita_sd_deg: its standard deviation; a declared tone has that of `rubor.optics.skin_tone`.
        resting_colour: (ln R - ln G, ln G - ln B) of the same skin at baseline, shape ``(2,)``.
            Give one for a whole recording, or a whole trial: it sets the scale. None, or a value
            that is not finite: tone alone.
        white_balance_sd: how far a constant error of white balance may move each of the two.
        log_ratio_change_sd: standard deviation of the measured change itself, from noise and drift,
            broadcastable to the change.
        gain_at: the change at which the gain is read, same shape: a running mean, where single
            values are so noisy that the bend of the curve would shift their mean. None: the change
            itself.

    Returns:
        Estimate and standard deviation of the shape of `log_ratio_change`; NaN stays NaN.

    Raises:
        InputError: a tone that is not finite, or a negative uncertainty.

    >>> change = blood_change([0.0, 0.03, 0.10], ita_deg=48.0, ita_sd_deg=8.0)
    >>> change.estimate.round(2).tolist(), change.sd.round(2).tolist()
    ([0.0, 0.16, 0.51], [0.0, 0.04, 0.11])
    >>> blood_change(0.10, 48.0, 8.0, resting_colour=(0.50, 0.15)).sd.round(2).item()
    0.06
    """
    _checked(ita_deg, ita_sd_deg, white_balance_sd)
    table = _table()
    colour = None if resting_colour is None else np.asarray(resting_colour, dtype=np.float64)
    if colour is not None and colour.shape != (2,):
        raise InputError(
            f"The resting colour is two log ratios, got shape {colour.shape}.",
            "Pass ln R - ln G and ln G - ln B.",
        )
    if colour is not None and not np.all(np.isfinite(colour)):
        colour = None
    ln_gain, width = _posterior(
        table, _tone_log_weights(table, ita_deg, ita_sd_deg), colour, white_balance_sd
    )

    change = np.asarray(log_ratio_change, dtype=np.float64)
    at = change if gain_at is None else np.asarray(gain_at, dtype=np.float64)
    gain = np.exp(np.interp(at, table.change, ln_gain))
    estimate, steady = change * gain, at * gain
    known = (at >= table.change[0]) & (at <= table.change[-1])
    known &= (np.abs(steady) <= LARGEST_CHANGE_LN) & np.isfinite(change)
    from_gain = np.abs(steady) * np.interp(at, table.change, width) / HELD_SDS
    from_measurement = gain * np.asarray(log_ratio_change_sd, dtype=np.float64)
    return BloodChange(
        np.where(known, estimate, np.nan),
        np.where(known, np.hypot(from_gain, from_measurement), np.nan),
    )


def sensitivity(ita_deg: float) -> Literal["normal", "low"]:
    """Whether a colour camera can be expected to see a change of blood in skin of this tone.

    Args:
        ita_deg: individual typology angle.

    Returns:
        ``"low"`` below -30 degrees, where the interval is wide and a blush may be missed.

    >>> sensitivity(20.0), sensitivity(-45.0)
    ('normal', 'low')
    """
    return "low" if ita_deg < LOW_SENSITIVITY_BELOW_ITA_DEG else "normal"


def allowed_drift(ita_deg: npt.ArrayLike) -> FloatArray:
    """Drift of R over G between frames that still lets a 20 % rise of blood be seen.

    The standard deviation, as a share, at which a rise of 20 % is two standard deviations.

    Args:
        ita_deg: individual typology angle, any shape.

    Returns:
        Share of the same shape, about 0.015 in light and below 0.005 in dark skin.

    >>> allowed_drift([48.0, -10.0, -55.0]).round(3).tolist()
    [0.017, 0.011, 0.002]
    """
    table = _table()
    # The smallest rise of the table: the gain hardly changes below it.
    smallest = int(np.flatnonzero(table.change > 0.0)[0])
    at_nodes = DETECTABLE_RISE_LN / np.exp(table.ln_gain[:, smallest + 1])
    drift: FloatArray = np.interp(np.asarray(ita_deg, np.float64), table.ita_deg, at_nodes) / 2.0
    return drift
