"""How a response comes and goes: nothing, a rise, a plateau, a decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = ["TimeCourse"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TimeCourse:
    """A time course from 0 (before onset) to 1 (plateau) and back; the defaults are a short blush.

    Attributes:
        onset_s: time at which the rise begins.
        rise_s: from onset to plateau, along half a cosine; above 0.
        plateau_s: length of the plateau.
        recovery_s: time constant of the exponential decay after it; above 0.

    Raises:
        InputError: a length that is not possible.
    """

    onset_s: float = 6.0
    rise_s: float = 4.0
    plateau_s: float = 4.0
    recovery_s: float = 4.0

    def __post_init__(self) -> None:
        if not (self.rise_s > 0.0 and self.recovery_s > 0.0 and self.plateau_s >= 0.0):
            raise InputError(
                "A time course needs a rise and a recovery above 0 s and a plateau of 0 s or more.",
                "Give rise_s, plateau_s and recovery_s in seconds.",
            )

    @property
    def plateau_end_s(self) -> float:
        """Time at which the decay begins."""
        return self.onset_s + self.rise_s + self.plateau_s

    def at(self, times_s: npt.ArrayLike) -> FloatArray:
        """Share of the plateau at each time, 0..1, in the shape of `times_s`.

        >>> TimeCourse().at([0.0, 6.0, 8.0, 10.0, 14.0, 18.0]).round(3).tolist()
        [0.0, 0.0, 0.5, 1.0, 1.0, 0.368]
        """
        since_onset = np.asarray(times_s, dtype=np.float64) - self.onset_s
        rising = np.clip(since_onset / self.rise_s, 0.0, 1.0)
        since_plateau = np.maximum(since_onset - self.rise_s - self.plateau_s, 0.0)
        course: FloatArray = (
            (1.0 - np.cos(np.pi * rising)) / 2.0 * np.exp(-since_plateau / self.recovery_s)
        )
        return course
