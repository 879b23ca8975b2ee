"""The course of one response: onset, rise, plateau and recovery, each with its uncertainty.

A curve with a rise, a plateau and a fall is fitted to all frames at once: at the noise of a camera,
reading times off where a smoothed trace crosses 10, 50 and 90 % of its peak is several times less
exact. No shape of a blush is known from the literature, so four are tried and the best is taken: a
rise that is S-shaped or saturating, a fall that is exponential or S-shaped. None has more parameters
than another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from rubor.measurement.noise_floor import block_means

__all__ = [
    "CurveStart",
    "Estimate",
    "FallShape",
    "ResponseCurve",
    "RiseShape",
    "fit_response_curve",
]

FloatArray = npt.NDArray[np.float64]
RiseShape = Literal["S-shaped", "saturating"]
FallShape = Literal["exponential", "S-shaped"]
Course = Callable[[FloatArray], FloatArray]

_NORMAL_95: Final = 1.959964
_MOST_SAMPLES: Final = 600
# Share of an S-shaped course (3x² - 2x³) at which it has done 10, 50 and 90 %.
_S_TEN, _S_NINETY = 0.19580, 0.80420
# A saturating rise, 1 - exp(-x), may begin to fall from 95 % on; an exponential fall's length is five
# time constants.
_SATURATED: Final = 3.0
_FALLEN: Final = 5.0
_EXP_TEN, _EXP_NINETY = -math.log(0.9), -math.log(0.1)
_LEAST_SAMPLES: Final = 12
_PARAMETERS: Final = 6
_MOST_INFLATION: Final = 25.0
_MISFIT_S: Final = 2.0


@dataclass(frozen=True)
class Estimate:
    """A number with its standard deviation.

    >>> [round(limit, 2) for limit in Estimate(2.0, 0.5).interval_95]
    [1.02, 2.98]
    """

    value: float
    sd: float

    @property
    def interval_95(self) -> tuple[float, float]:
        """Limits that hold the true value 95 times in 100 if errors are normal."""
        return self.value - _NORMAL_95 * self.sd, self.value + _NORMAL_95 * self.sd


@dataclass(frozen=True)
class CurveStart:
    """Roughly where a response is, to start the fit from.

    Attributes:
        half_risen_s: when it has risen by half.
        plateau_end_s: when it begins to fall; the end of the trace when it does not.
        rise_s, fall_s: how long rise and fall take.
        rest, height: level before, and plateau over that level.
    """

    half_risen_s: float
    plateau_end_s: float
    rise_s: float
    fall_s: float
    rest: float
    height: float


@dataclass(frozen=True)
class ResponseCurve:
    """A fitted response. Times are of the recording.

    Attributes:
        onset_s: when it has reached 10 % of its peak.
        rise_time_s: from 10 to 90 % of the peak.
        peak: height of the plateau over the level before.
        plateau_start_s, plateau_end_s: from where the rise is done to where the fall begins.
        half_recovery_s: from the end of the plateau to half the peak.
        rest: level before, over the baseline of the recording.
        rise_shape, fall_shape: which of the shapes fits best.
        misfit: root mean square of what the curve does not explain, in means of two seconds.
    """

    onset_s: Estimate
    rise_time_s: Estimate
    peak: Estimate
    plateau_start_s: float
    plateau_end_s: float
    half_recovery_s: Estimate
    rest: Estimate
    rise_shape: RiseShape
    fall_shape: FallShape
    misfit: float

    @property
    def half_recovered_s(self) -> float:
        """Time of the recording at which half of the peak is gone."""
        return self.plateau_end_s + self.half_recovery_s.value

    @property
    def recovered_s(self) -> float:
        """Time of the recording at which 10 % of the peak is left."""
        halves = (
            math.log(10.0) / math.log(2.0) if self.fall_shape == "exponential" else _S_NINETY / 0.5
        )
        return float(self.plateau_end_s + halves * self.half_recovery_s.value)


def fit_response_curve(
    time_s: FloatArray, values: FloatArray, start: CurveStart, noise_sd: float, rest_sd: float
) -> ResponseCurve | None:
    """Fit rise, plateau and fall to a stretch of a trace.

    Args:
        time_s: (n,) s, rising.
        values: (n,) change from the baseline; NaN are gaps.
        start: where to start.
        noise_sd: standard deviation of a mean of 1 s outside the episode; NaN where it is not known.
        rest_sd: how far the level before may be from 0, the baseline of the recording.

    Returns:
        The best of the four shapes; None with fewer than 12 valid samples. Standard deviations allow
        for noise that lasts from frame to frame: they grow by what the means of seconds scatter more
        than independent frames would.

    >>> time = np.arange(0, 60, 0.1)
    >>> true = np.interp(time, [0, 10, 15, 25, 40], [0, 0, 0.4, 0.4, 0])
    >>> noisy = true + np.random.default_rng(1).normal(0.0, 0.02, time.size)
    >>> curve = fit_response_curve(time, noisy, CurveStart(12, 26, 4, 10, 0.0, 0.4), 0.007, 0.1)
    >>> abs(curve.onset_s.value - 10.5) < 0.3, round(curve.rise_time_s.value), round(curve.peak.value, 1)
    (True, 4, 0.4)
    """
    time, trace = _binned(time_s, values)
    if len(time) < _LEAST_SAMPLES:
        return None
    step_s = float(np.median(np.diff(time)))
    noise_sd = noise_sd if math.isfinite(noise_sd) else 0.0
    bin_sd = noise_sd / math.sqrt(min(step_s, 1.0))
    fits = [
        _fit(time, trace, start, bin_sd / max(rest_sd, 1e-9), step_s, rise, fall)
        for rise, fall in product(get_args(RiseShape), get_args(FallShape))
    ]
    best = min(fits, key=lambda fit: fit.cost)
    return _curve(best, time, trace, step_s, noise_sd)


# --- shapes -------------------------------------------------------------------------------------


def _s_shape(share: FloatArray) -> FloatArray:
    inside = np.clip(share, 0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)


def _saturating(share: FloatArray) -> FloatArray:
    return 1.0 - np.exp(-_SATURATED * np.maximum(share, 0.0))


def _exponential(share: FloatArray) -> FloatArray:
    return np.exp(-_FALLEN * np.maximum(share, 0.0))


def _s_fall(share: FloatArray) -> FloatArray:
    return 1.0 - _s_shape(share)


# Each: the course over its own length, and where in it 10 % and 90 % are done.
_RISES: Final[Mapping[str, tuple[Course, float, float]]] = {
    "S-shaped": (_s_shape, _S_TEN, _S_NINETY),
    "saturating": (_saturating, _EXP_TEN / _SATURATED, _EXP_NINETY / _SATURATED),
}
# Each: the course over its own length, and where in it half is gone.
_FALLS: Final[Mapping[str, tuple[Course, float]]] = {
    "exponential": (_exponential, math.log(2.0) / _FALLEN),
    "S-shaped": (_s_fall, 0.5),
}


# --- fit ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Fit:
    """Parameters: rest, height, half-risen time, ln rise, ln plateau, ln fall."""

    parameters: FloatArray
    jacobian: FloatArray
    residual: FloatArray
    cost: float
    rise: RiseShape
    fall: FallShape


def _half_of_rise(rise: RiseShape) -> float:
    return 0.5 if rise == "S-shaped" else float(math.log(2.0) / _SATURATED)


def _at(time: FloatArray, parameters: FloatArray, rise: RiseShape, fall: FallShape) -> FloatArray:
    rest, height, half_s = parameters[:3]
    rise_s, plateau_s, fall_s = np.exp(parameters[3:])
    begin_s = half_s - _half_of_rise(rise) * rise_s
    up = _RISES[rise][0]((time - begin_s) / rise_s)
    down = _FALLS[fall][0]((time - begin_s - rise_s - plateau_s) / fall_s)
    return np.asarray(rest + height * up * down)


def _fit(
    time: FloatArray,
    trace: FloatArray,
    start: CurveStart,
    rest_weight: float,
    step_s: float,
    rise: RiseShape,
    fall: FallShape,
) -> _Fit:
    length_s = float(time[-1] - time[0])
    shortest, longest = np.log(step_s), np.log(30.0 * length_s)
    rise_s = start.rise_s * (1.0 if rise == "S-shaped" else 2.0)
    fall_s = start.fall_s * (1.0 if fall == "S-shaped" else 2.0)
    plateau_s = start.plateau_end_s - start.half_risen_s - (1.0 - _half_of_rise(rise)) * rise_s
    first = np.array(
        [
            start.rest,
            start.height,
            start.half_risen_s,
            np.log(rise_s),
            np.log(max(plateau_s, 2.0 * step_s)),
            np.log(fall_s),
        ]
    )
    lower = np.array([-np.inf, -np.inf, time[0] - length_s, shortest, shortest - 3.0, shortest])
    upper = np.array([np.inf, np.inf, time[-1], longest, longest, longest])

    def residual(parameters: FloatArray) -> FloatArray:
        misfit = _at(time, parameters, rise, fall) - trace
        return np.append(misfit, rest_weight * parameters[0])

    scale = np.array([abs(start.height), abs(start.height), start.rise_s, 0.5, 0.5, 0.5])
    found = least_squares(
        residual,
        np.clip(first, lower + 1e-9, upper - 1e-9),
        bounds=(lower, upper),
        x_scale=np.maximum(scale, 1e-6),
        xtol=1e-7,
        ftol=1e-8,
    )
    return _Fit(found.x, found.jac, found.fun[:-1], float(found.cost), rise, fall)


def _curve(
    fit: _Fit, time: FloatArray, trace: FloatArray, step_s: float, noise_sd: float
) -> ResponseCurve:
    rest, height, half_s = (float(value) for value in fit.parameters[:3])
    rise_s, plateau_s, fall_s = (float(value) for value in np.exp(fit.parameters[3:]))
    variance: float = float(fit.residual @ fit.residual) / max(len(trace) - _PARAMETERS, 1)
    spread = np.linalg.pinv(fit.jacobian.T @ fit.jacobian)
    spread *= variance * _inflation(time, fit.residual, variance, step_s, noise_sd)

    def sd(gradient: FloatArray) -> float:
        return math.sqrt(max(float(gradient @ spread @ gradient), 0.0))

    _, ten, ninety = _RISES[fit.rise]
    half_gone = _FALLS[fit.fall][1]
    from_half = ten - _half_of_rise(fit.rise)
    unit = np.eye(_PARAMETERS)
    begin_s = half_s - _half_of_rise(fit.rise) * rise_s
    done = 1.0 if fit.rise == "S-shaped" else ninety
    return ResponseCurve(
        onset_s=Estimate(half_s + from_half * rise_s, sd(unit[2] + from_half * rise_s * unit[3])),
        rise_time_s=Estimate((ninety - ten) * rise_s, sd((ninety - ten) * rise_s * unit[3])),
        peak=Estimate(height, sd(unit[1])),
        plateau_start_s=begin_s + done * rise_s,
        plateau_end_s=begin_s + rise_s + plateau_s,
        half_recovery_s=Estimate(half_gone * fall_s, sd(half_gone * fall_s * unit[5])),
        rest=Estimate(rest, sd(unit[0])),
        rise_shape=fit.rise,
        fall_shape=fit.fall,
        misfit=_misfit(time, fit.residual, step_s),
    )


def _inflation(
    time: FloatArray, residual: FloatArray, variance: float, step_s: float, noise_sd: float
) -> float:
    """How many times larger the variance of long means is than independent samples would give."""
    if variance <= 0.0:
        return 1.0
    # The fit takes up part of a slow wander: the noise outside the episode counts as well.
    factors = [1.0, noise_sd**2 / (variance * min(step_s, 1.0))]
    for seconds in (1.0, 2.0, 4.0):
        blocks = block_means(time, residual, max(seconds, 2.0 * step_s))
        steps = np.diff(blocks.mean)[blocks.follows[1:]]
        if len(steps) >= 8:
            expected = variance * step_s / max(seconds, 2.0 * step_s)
            factors.append(float(0.5 * np.mean(steps**2)) / expected)
    return float(min(max(factors), _MOST_INFLATION))


def _misfit(time: FloatArray, residual: FloatArray, step_s: float) -> float:
    means = block_means(time, residual, max(_MISFIT_S, 2.0 * step_s)).mean
    return float(np.sqrt(np.mean(means**2))) if len(means) else 0.0


def _binned(time_s: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """At most 600 means of equal stretches, at their own mean times; gaps left out."""
    known = np.isfinite(values)
    time, trace = time_s[known], values[known]
    if len(time) <= _MOST_SAMPLES:
        return time, trace
    width = (time[-1] - time[0]) / _MOST_SAMPLES
    place = np.minimum(((time - time[0]) / width).astype(np.intp), _MOST_SAMPLES - 1)
    count = np.bincount(place)
    filled = count > 0
    return (
        np.bincount(place, time)[filled] / count[filled],
        np.bincount(place, trace)[filled] / count[filled],
    )
