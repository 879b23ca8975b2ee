"""A curve smoothed over time, and made ready for drawing: with its gaps kept open, and thinned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["running_mean", "thinned", "with_gaps"]

FloatArray = npt.NDArray[np.float64]

_LEAST_COVERAGE = 0.5
# A step between frames that is this many times the usual one is a gap in the recording.
_GAP_STEPS = 3.0


def running_mean(time_s: FloatArray, values: FloatArray, window_s: float) -> FloatArray:
    """Centred mean over a window of time; NaN where the value itself is missing.

    Args:
        time_s: (n,) s, not running backwards.
        values: (n,) NaN where missing.
        window_s: its length, s. A mean needs half of the frames that usually fit.

    >>> running_mean(np.arange(5.0), np.array([0.0, 3.0, 0.0, np.nan, 6.0]), 2.0)
    array([1.5, 1. , 1.5, nan, 6. ])
    """
    known = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    count = np.concatenate([[0.0], np.cumsum(known)])
    first = np.searchsorted(time_s, time_s - window_s / 2.0 - 1e-9, side="left")
    last = np.searchsorted(time_s, time_s + window_s / 2.0 + 1e-9, side="right")
    used = count[last] - count[first]
    # Near the ends, and beside gaps, less than a whole window is there; half of it is enough.
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else window_s
    usual = window_s / step_s if step_s > 0 else 1.0
    enough = known & (used >= max(_LEAST_COVERAGE * usual - 1e-6, 1.0))
    return np.where(enough, (total[last] - total[first]) / np.maximum(used, 1.0), np.nan)


def with_gaps(time_s: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The curve with a NaN put in wherever frames are missing, so that no line bridges them.

    >>> with_gaps(np.array([0.0, 1.0, 2.0, 9.0]), np.zeros(4))[1]
    array([ 0.,  0.,  0., nan,  0.])
    """
    steps = np.diff(time_s)
    if not steps.size:
        return time_s, values
    at = np.flatnonzero(steps > _GAP_STEPS * np.median(steps)) + 1
    return (
        np.insert(time_s, at, (time_s[at - 1] + time_s[at]) / 2.0),
        np.insert(values, at, np.nan),
    )


def thinned(time_s: FloatArray, values: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """A curve of few points that looks the same: the lowest and highest of each stretch.

    Args:
        time_s: (n,).
        values: (n,), NaN in gaps.
        most: longer curves are cut into this many stretches of equal number. One that is mostly
            missing becomes a gap.

    >>> thinned(np.arange(6.0), np.array([1.0, 3.0, 2.0, np.nan, np.nan, 5.0]), 2)
    (array([0., 1., 4.]), array([ 1.,  3., nan]))
    """
    if len(values) <= 2 * most:
        return time_s, values
    times: list[float] = []
    kept: list[float] = []
    for stretch in np.array_split(np.arange(len(values)), most):
        part = values[stretch]
        known = np.isfinite(part)
        if known.sum() < _LEAST_COVERAGE * len(part):
            times.append(float(time_s[stretch[len(stretch) // 2]]))
            kept.append(np.nan)
            continue
        for at in sorted({int(np.nanargmin(part)), int(np.nanargmax(part))}):
            times.append(float(time_s[stretch[at]]))
            kept.append(float(part[at]))
    return np.array(times), np.array(kept)
