"""A recording second by second: small enough to draw, to list and to search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["OneSecondMeans", "one_second_means"]

FloatArray = npt.NDArray[np.float64]

# As for the noise floor: a second counts if at least half of its frames are valid.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True, eq=False)
class OneSecondMeans:
    """Means over whole seconds, counted from the first frame.

    Attributes:
        start_s: (seconds,) where each second starts.
        mean: (seconds, areas) mean of its valid frames, NaN where fewer than half are valid.
    """

    start_s: FloatArray
    mean: FloatArray


def one_second_means(
    tables: Iterable[pd.DataFrame],
    time_s: npt.ArrayLike,
    *,
    column: str,
    area_column: str,
    areas: Sequence[str],
) -> OneSecondMeans:
    """Average one column of `traces` or `cells` over seconds, piece by piece.

    Args:
        tables: the table in pieces, cut anywhere.
        time_s: (frames,) the time of every frame, s, not running backwards.
        column: what is averaged.
        area_column: "region" or "cell".
        areas: names of the areas, in the order wanted.

    Returns:
        The means. Memory grows with the seconds, not with the frames.

    >>> table = pd.DataFrame({"time_s": [0.0, 0.5, 1.0, 1.5], "region": ["nose"] * 4,
    ...                       "erythema_index": [0.1, 0.3, np.nan, 0.2]})
    >>> one_second_means([table], table["time_s"], column="erythema_index",
    ...                  area_column="region", areas=["nose"]).mean.ravel()
    array([0.2, 0.2])
    """
    times = np.asarray(time_s, dtype=np.float64)
    first = float(times[0])
    seconds, width = int(times[-1] - first) + 1, len(areas)
    total, count = np.zeros((seconds, width)), np.zeros((seconds, width))
    for table in tables:
        values = table[column].to_numpy(np.float64)
        area = pd.Categorical(table[area_column], categories=list(areas)).codes.astype(np.intp)
        second = np.floor(table["time_s"].to_numpy(np.float64) - first).astype(np.intp)
        known = np.isfinite(values) & (area >= 0)
        if not known.any():
            continue
        low, high = int(second[known].min()), int(second[known].max()) + 1
        place = (second[known] - low) * width + area[known]
        size = (high - low) * width
        total[low:high] += np.bincount(place, values[known], size).reshape(-1, width)
        count[low:high] += np.bincount(place, minlength=size).reshape(-1, width)
    step_s = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    expected = max(1.0 / step_s, 1.0) if step_s > 0 else 1.0
    enough = count >= LEAST_COVERAGE * expected - 1e-6
    enough &= count > 0
    mean = np.where(enough, total / np.maximum(count, 1.0), np.nan)
    return OneSecondMeans(first + np.arange(seconds, dtype=np.float64), mean)
