"""Where the level of a noisy trace changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = ["Level", "find_levels"]

FloatArray = npt.NDArray[np.float64]

# A change point must gain more than this many times the variance and the logarithm of the number of
# samples (Yao's criterion is 2; more, because the noise of skin is not quite white).
_PENALTY_FACTOR: Final = 4.0


@dataclass(frozen=True)
class Level:
    """A stretch over which a trace keeps its level.

    Attributes:
        start_s, end_s: times of its first and last sample.
        mean: its level.
        samples: valid samples in it.
    """

    start_s: float
    end_s: float
    mean: float
    samples: int


def find_levels(time_s: npt.ArrayLike, values: npt.ArrayLike, noise_sd: float) -> tuple[Level, ...]:
    """Split a trace into stretches of constant level, the best split of all that there are.

    Least squares with a price for every change point, solved exactly by pruned dynamic programming
    (Killick R, Fearnhead P, Eckley IA: Optimal detection of changepoints with a linear computational
    cost. J Am Stat Assoc 2012;107:1590-1598), with the price of Yao (Stat Probab Lett 1988;6:181-189)
    doubled. A slow rise comes out as a flight of steps.

    Args:
        time_s: (n,) s, rising.
        values: (n,) evenly averaged samples; NaN are gaps, which are skipped.
        noise_sd: standard deviation of one sample.

    Returns:
        The levels in the order of time; none where no sample is valid.

    Raises:
        InputError: a noise that is not above 0.

    >>> [round(level.mean, 1) for level in find_levels(range(6), [0, 0.1, 0, 5, 5.1, 5], 0.1)]
    [0.0, 5.0]
    """
    if not (np.isfinite(noise_sd) and noise_sd > 0.0):
        raise InputError("Change points need a noise above 0.", "Give noise_sd.")
    trace, time = np.asarray(values, np.float64), np.asarray(time_s, np.float64)
    known = np.isfinite(trace)
    trace, time = trace[known] / noise_sd, time[known]
    size = len(trace)
    if size == 0:
        return ()
    price = _PENALTY_FACTOR * np.log(max(size, 2))
    sums = np.concatenate([[0.0], np.cumsum(trace)])
    squares = np.concatenate([[0.0], np.cumsum(trace**2)])
    best = np.full(size + 1, -price)
    last = np.zeros(size + 1, np.intp)
    candidates = np.array([0], np.intp)
    for end in range(1, size + 1):
        length = end - candidates
        total = sums[end] - sums[candidates]
        cost = best[candidates] + (squares[end] - squares[candidates]) - total**2 / length
        choice = int(np.argmin(cost))
        best[end], last[end] = cost[choice] + price, candidates[choice]
        candidates = np.append(candidates[cost <= best[end]], end)
    edges = [size]
    while edges[-1] > 0:
        edges.append(int(last[edges[-1]]))
    edges.reverse()
    return tuple(
        Level(
            float(time[first]),
            float(time[after - 1]),
            float(noise_sd * (sums[after] - sums[first]) / (after - first)),
            after - first,
        )
        for first, after in pairwise(edges)
    )
