"""Means of patch colours over short blocks of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from rubor.measurement.patch_store import PatchStore

__all__ = ["BlockMeans", "block_means", "smooth_in_time"]

FloatArray = npt.NDArray[np.float64]

Float = TypeVar("Float", np.float32, np.float64)

BLOCK_S = 0.25


@dataclass(frozen=True)
class BlockMeans:
    """Patch colours averaged over blocks of a quarter of a second, never across a cut.

    Attributes:
        time_s: (blocks,) mean time of each block's frames.
        segment: (blocks,) number of the shot.
        block_of_frame: (frames,) the block of each frame.
        linear_rgb: (blocks, patches, 3) float32, NaN where no frame of the block shows the patch.
    """

    time_s: FloatArray
    segment: npt.NDArray[np.intp]
    block_of_frame: npt.NDArray[np.intp]
    linear_rgb: npt.NDArray[np.float32]


def block_means(store: PatchStore, time_s: FloatArray, segment: npt.NDArray[np.intp]) -> BlockMeans:
    """Average a store's frames by block; `time_s` and `segment` are (frames,)."""
    key = np.floor(time_s / BLOCK_S).astype(np.int64) + segment.astype(np.int64) * (1 << 40)
    _, block_of_frame = np.unique(key, return_inverse=True)
    blocks = int(block_of_frame[-1]) + 1
    total = np.zeros((blocks, store.patches, 3), np.float32)
    count = np.zeros((blocks, store.patches, 1), np.float32)
    for first, rows in store.chunks():
        members = block_of_frame[first : first + len(rows)]
        seen = np.isfinite(rows[:, :, :1])
        rows[~seen[:, :, 0]] = 0.0
        starts = np.flatnonzero(np.diff(members, prepend=-1))
        total[members[starts]] += np.add.reduceat(rows, starts, axis=0)
        count[members[starts]] += np.add.reduceat(seen.astype(np.float32), starts, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        total /= count
    frames_in_block = np.bincount(block_of_frame)
    first_frame = np.flatnonzero(np.diff(block_of_frame, prepend=-1))
    return BlockMeans(
        time_s=np.bincount(block_of_frame, time_s) / frames_in_block,
        segment=segment[first_frame],
        block_of_frame=block_of_frame,
        linear_rgb=total,
    )


def smooth_in_time(
    values: npt.NDArray[Float], segment: npt.NDArray[np.intp], reach: int = 1
) -> npt.NDArray[Float]:
    """Centred running mean over `2 reach + 1` blocks (axis 0) within each segment, NaN left out.

    In the precision of the values.

    >>> smooth_in_time(np.array([[0.0], [3.0], [6.0]]), np.array([0, 0, 1]))[:, 0].tolist()
    [1.5, 1.5, 6.0]
    """
    total = np.zeros_like(values)
    count = np.zeros_like(values)
    for shift in range(-reach, reach + 1):
        source = np.arange(len(values)) + shift
        inside = (source >= 0) & (source < len(values))
        inside[inside] = segment[source[inside]] == segment[inside]
        rows = values[source[inside]]
        seen = np.isfinite(rows)
        total[inside] += np.where(seen, rows, 0.0)
        count[inside] += seen
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / np.where(count > 0, count, np.nan))
