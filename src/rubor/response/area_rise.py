"""How far areas rose in some seconds over their own level before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.response.kinetics import Estimate
from rubor.response.trace_noise import TraceNoise, trace_noise

__all__ = ["Occasion", "area_rise", "noise_at_rest", "stands_out"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# A rise is an area's own when it is this many of its standard deviations.
_LEAST_SDS: Final = 3.0


@dataclass(frozen=True, eq=False)
class Occasion:
    """When something is held against what was before it.

    Attributes:
        from_s, to_s: the seconds looked at.
        since_s: where "before" begins.
        quiet: (frames,) which frames lie outside all episodes.
    """

    from_s: float
    to_s: float
    since_s: float
    quiet: BoolArray


def area_rise(time_s: FloatArray, values: FloatArray, occasion: Occasion) -> Estimate:
    """Mean of an area in the seconds of an occasion over its mean at rest before.

    Args:
        time_s: (n,) s.
        values: (n,) change from the baseline, NaN for gaps.
        occasion: when.

    Returns:
        The rise, with the standard deviation that the area's own noise gives both means; NaN where the
        area was not seen. Where nothing was seen before, rest is the baseline, 0.
    """
    known = np.isfinite(values)
    during = known & (time_s >= occasion.from_s) & (time_s <= occasion.to_s)
    if not during.any():
        return Estimate(math.nan, math.nan)
    noise = noise_at_rest(time_s, values, occasion.quiet)
    before = known & occasion.quiet & (time_s < occasion.from_s) & (time_s >= occasion.since_s)
    variance = noise.of_mean(occasion.to_s - occasion.from_s) ** 2
    rest = 0.0
    if before.any():
        rest = float(values[before].mean())
        variance += noise.of_mean(float(np.ptp(time_s[before]))) ** 2
    return Estimate(float(values[during].mean()) - rest, math.sqrt(variance))


def stands_out(rise: Estimate) -> bool:
    """Whether a rise is more than its noise can make.

    >>> stands_out(Estimate(0.2, 0.05)), stands_out(Estimate(0.1, 0.05))
    (True, False)
    """
    return bool(rise.value > _LEAST_SDS * rise.sd)


def noise_at_rest(time_s: FloatArray, values: FloatArray, quiet: BoolArray) -> TraceNoise:
    """Noise outside the episodes; of all frames where too little is left."""
    noise = trace_noise(time_s, values, quiet)
    return noise if noise.deviation else trace_noise(time_s, values)
