"""The small movements of a head that is held still: a sum of slow waves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["HeadSway", "draw_head_sway"]

FloatArray = npt.NDArray[np.float64]
Point = tuple[float, float]

_WAVES = 4
_RATES_HZ = (0.04, 0.35)
# Standard deviations: shifts in shares of the distance between the outer eye corners (2.2 and 1.3 px
# at 720 lines), turn in degrees, log of size.
_ACROSS_SHARE = 0.012
_DOWN_SHARE = 0.007
_TURN_DEG = 0.35
_SIZE = 0.002


@dataclass(frozen=True)
class HeadSway:
    """Where the head is at each of n times, against its resting place.

    Attributes:
        shift_px: across and down, (n, 2).
        relative_shift: the same in standard deviations of a person who sits still, (n, 2).
        turn_rad: about the line of sight, (n,).
        log_size: (n,).
    """

    shift_px: FloatArray
    relative_shift: FloatArray
    turn_rad: FloatArray
    log_size: FloatArray

    def maps(self, pivot: Point, pivot_in_frame: Point) -> FloatArray:
        """Affine maps (n, 2, 3) from a picture to the frame.

        Args:
            pivot: (x, y) in the picture about which the head sways.
            pivot_in_frame: where it lies in the frame at rest.
        """
        size = np.exp(self.log_size)
        cosine, sine = size * np.cos(self.turn_rad), size * np.sin(self.turn_rad)
        linear: FloatArray = np.stack(
            [np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], axis=-2
        )
        offset = np.array(pivot_in_frame) + self.shift_px - linear @ np.array(pivot)
        maps: FloatArray = np.concatenate([linear, offset[..., None]], axis=-1)
        return maps


def draw_head_sway(
    times_s: FloatArray, eye_span_px: float, seed: int, amount: float = 1.0
) -> HeadSway:
    """Draw a sway.

    Args:
        times_s: (n,).
        eye_span_px: distance between the outer eye corners.
        seed: of the waves.
        amount: factor on all of it; 1 is a person who sits and looks at a camera.

    >>> sway = draw_head_sway(np.arange(300) / 15, eye_span_px=183.0, seed=1)
    >>> bool(np.abs(sway.shift_px).max() < 12.0)
    True
    """
    generator = np.random.default_rng([seed, 0])

    def wave() -> FloatArray:
        rates_hz = generator.uniform(*_RATES_HZ, size=(_WAVES, 1))
        phases = generator.uniform(0.0, 2.0 * np.pi, size=(_WAVES, 1))
        waves = np.sin(2.0 * np.pi * rates_hz * times_s + phases)
        scaled: FloatArray = amount * waves.sum(axis=0) * math.sqrt(2.0 / _WAVES)
        return scaled

    turn_rad = np.deg2rad(_TURN_DEG * wave())
    log_size = _SIZE * wave()
    relative = np.stack([wave(), wave()], axis=-1)
    shift_px = eye_span_px * relative * (_ACROSS_SHARE, _DOWN_SHARE)
    return HeadSway(shift_px, relative, turn_rad, log_size)
