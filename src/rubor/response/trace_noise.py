"""How far the mean of a stretch of a trace wanders by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.measurement.noise_floor import MINIMUM_BLOCKS, block_means

__all__ = ["TraceNoise", "trace_noise"]

FloatArray = npt.NDArray[np.float64]

_AVERAGING_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
# Of a normal distribution, the standard deviation over the median of absolute values.
_SD_OVER_MEDIAN: Final = 1.4826


@dataclass(frozen=True)
class TraceNoise:
    """The noise of a trace against the time that is averaged over.

    Attributes:
        frame_sd: standard deviation of one frame about its neighbours' trend, pulse included.
        averaging_s: times that means were taken over.
        deviation: robust Allan deviation of means of those times.
    """

    frame_sd: float
    averaging_s: tuple[float, ...]
    deviation: tuple[float, ...]

    @property
    def one_second(self) -> float:
        """Standard deviation of a mean of 1 s; NaN where the trace is too short to tell."""
        return self.deviation[0] if self.deviation else float("nan")

    def of_mean(self, length_s: float) -> float:
        """Standard deviation of a mean of this length.

        Between the measured times it is the larger neighbour's, and beyond the longest it falls no
        further: drift does not average out.

        >>> TraceNoise(0.1, (1.0, 2.0, 4.0), (0.04, 0.03, 0.02)).of_mean(3.0)
        0.03
        """
        if not self.deviation:
            return float("nan")
        # Averaging for longer than a time can leave more than that time's deviation: drift grows.
        usable = [
            value
            for seconds, value in zip(self.averaging_s, self.deviation, strict=True)
            if seconds <= max(length_s, self.averaging_s[0])
        ]
        return usable[-1]


def trace_noise(
    time_s: FloatArray, values: FloatArray, quiet: npt.NDArray[np.bool_] | None = None
) -> TraceNoise:
    """Measure the noise of a trace from the steps between the means of neighbouring blocks.

    The Allan deviation (Allan 1966; see `rubor.measurement.noise_floor`), with the median of the
    absolute steps in place of their root mean square, so that the few steps of a rise and fall do
    not count as noise.

    Args:
        time_s: (n,) s, rising.
        values: (n,) NaN where there is none.
        quiet: (n,) which frames to use; None for all. Steps across what is left out do not count.

    >>> time = np.arange(0, 60, 0.1)
    >>> noise = trace_noise(time, np.random.default_rng(1).normal(0.0, 0.1, time.size))
    >>> round(noise.frame_sd, 1), round(noise.one_second, 2)
    (0.1, 0.03)
    """
    used = np.where(quiet, values, np.nan) if quiet is not None else values
    averaging, deviations = [], []
    for seconds in _AVERAGING_S:
        blocks = block_means(time_s, used, seconds)
        steps = np.abs(np.diff(blocks.mean)[blocks.follows[1:]])
        if len(blocks.mean) < MINIMUM_BLOCKS or len(steps) < MINIMUM_BLOCKS - 1:
            break
        averaging.append(seconds)
        deviations.append(float(_SD_OVER_MEDIAN * np.median(steps) / np.sqrt(2.0)))
    return TraceNoise(_frame_sd(time_s, used), tuple(averaging), tuple(deviations))


def _frame_sd(time_s: FloatArray, values: FloatArray) -> float:
    """Spread of frames about the mean of the second that they are in."""
    known = np.isfinite(values)
    if known.sum() < 3:
        return float("nan")
    second = np.floor(time_s[known] - time_s[0]).astype(np.intp)
    count = np.bincount(second)
    mean = np.bincount(second, values[known]) / np.maximum(count, 1)
    freedom = int(known.sum() - (count > 0).sum())
    if freedom < 1:
        return float("nan")
    return float(np.sqrt(np.sum((values[known] - mean[second]) ** 2) / freedom))
