"""The reduction and its intervals: the supposed reductions that the recordings do not exclude."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from rubor.errors import InputError
from rubor.trials.contrast import Contrast

__all__ = ["Reduction", "reduction_limits"]

FloatArray = npt.NDArray[np.float64]
Curve = Callable[[FloatArray], FloatArray]

# Shares kept that are looked through: beyond them a limit counts as none.
_KEPT: Final[FloatArray] = np.concatenate(
    [np.linspace(-2.0, 3.0, 501), np.geomspace(3.0, 60.0, 61)[1:]]
)
_FINER: Final = 33
_ROUNDS: Final = 2
_TINIEST: Final = 1e-300


@dataclass(frozen=True)
class Reduction:
    """Share of the response that is gone.

    Attributes:
        value: the estimate; below 0 where the response grew.
        interval_95: fixed sample, no prior on the effect; infinite where there is no limit.
        always_valid_interval_95: holds at every look.
    """

    value: float
    interval_95: tuple[float, float]
    always_valid_interval_95: tuple[float, float]


def reduction_limits(contrast: Contrast) -> Reduction:
    """Invert the tests of one trial.

    Args:
        contrast: of one trial.

    Returns:
        The reduction.

    Raises:
        InputError: no reduction fits, since the baseline response is within noise.
    """

    def fixed(kept: FloatArray) -> FloatArray:
        chance = contrast.at(kept[None]).chance_below()[0]
        return np.asarray(ndtri(np.clip(chance, _TINIEST, 1.0 - 1e-16)))

    def at_every_look(kept: FloatArray) -> FloatArray:
        return np.asarray(contrast.at(kept[None]).always_valid_excess()[0])

    scores, excesses = fixed(_KEPT), at_every_look(_KEPT)
    falling = np.flatnonzero((scores[:-1] >= 0.0) & (scores[1:] < 0.0))
    if not len(falling):
        raise InputError(
            "The responses before the treatment are within noise, so that no reduction can be told.",
            "Record a stronger provocation, or in better light.",
        )
    # Where the baseline is weak the contrast can cross 0 twice; the first is the ratio itself.
    middle = int(falling[0])
    kept = _crossing(fixed, scores, middle, 0.0)
    limit = float(ndtri(0.975))
    return Reduction(
        value=1.0 - kept,
        interval_95=_limits(fixed, scores, middle, limit),
        always_valid_interval_95=_limits(at_every_look, excesses, middle, 1.0),
    )


def _limits(curve: Curve, values: FloatArray, middle: int, height: float) -> tuple[float, float]:
    """Limits of the reduction: where the curve first leaves +-height on both sides of the middle."""
    above = np.flatnonzero(values[: middle + 1] > height)
    below = np.flatnonzero(values[middle + 1 :] < -height)
    upper = 1.0 - _crossing(curve, values, int(above[-1]), height) if len(above) else np.inf
    lower = (
        1.0 - _crossing(curve, values, middle + int(below[0]), -height) if len(below) else -np.inf
    )
    return lower, upper


def _crossing(curve: Curve, values: FloatArray, index: int, height: float) -> float:
    """Share kept at which a curve falls through a height within one step of the grid."""
    low, high = _KEPT[index], _KEPT[index + 1]
    for _ in range(_ROUNDS):
        finer = np.linspace(low, high, _FINER)
        values = curve(finer)
        step = min(int(np.argmax(values[1:] < height)), _FINER - 2)
        low, high, top, bottom = finer[step], finer[step + 1], values[step], values[step + 1]
    share = (top - height) / (top - bottom) if np.isfinite(top - bottom) and top > bottom else 0.5
    return float(low + share * (high - low))
