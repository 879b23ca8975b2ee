"""Smallest change that a recording can show, told by the recording itself.

The floor rests on the Allan deviation of block means (Allan DW: Statistics of atomic frequency
standards. Proc IEEE 1966;54(2):221-230). Dividing the frame scatter by the square root of the
number of frames would be right for white noise only; drift, pulse and compression make it too
small, on real faces by 1.2 to 2 times at 1 s and by up to 8 times at 3 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.time_stamps import check_time_stamps

__all__ = [
    "MINIMUM_BLOCKS",
    "Blocks",
    "NoiseFloor",
    "allan_deviation",
    "block_means",
    "noise_floor",
]

FloatArray = npt.NDArray[np.float64]

MINIMUM_BLOCKS: Final = 6
"""Fewest valid blocks for a floor."""

MINIMUM_PAIRS: Final = 3  # of adjacent blocks: gaps can leave many blocks without a neighbour
LEAST_COVERAGE: Final = 0.5
FACTOR: Final = 1.96 * np.sqrt(2.0)


@dataclass(frozen=True)
class NoiseFloor:
    """Change between two means that chance alone exceeds once in twenty.

    Attributes:
        value: the floor, in the unit of the values; None where it cannot be told.
        blocks: valid blocks it rests on.
        reason: why there is no value; None where there is one.
    """

    value: float | None
    blocks: int
    reason: str | None


@dataclass(frozen=True)
class Blocks:
    """Means over wall-clock blocks of one length.

    Attributes:
        mean: mean of each valid block in the order of time, shape (blocks,).
        follows: whether the block before it is valid, adjacent and of the same segment, shape
            (blocks,), bool; False for the first.
    """

    mean: FloatArray
    follows: npt.NDArray[np.bool_]


def block_means(
    time_s: npt.ArrayLike,
    values: npt.ArrayLike,
    averaging_time_s: float,
    segment: npt.ArrayLike | None = None,
) -> Blocks:
    """Average a trace over wall-clock blocks, leaving out blocks with too many gaps.

    Blocks start at the first time stamp of each segment. The samples expected in a block follow
    from the segment's median spacing; a block counts if at least half of them are valid.

    Args:
        time_s: times, s, shape (n,), never backwards; missing rows and uneven spacing are fine.
        values: the trace, shape (n,); what is not finite is a gap.
        averaging_time_s: length of a block, s.
        segment: label of each row, shape (n,): a new label starts a new segment. None is one.

    Returns:
        The valid blocks.

    Raises:
        InputError: shapes that do not fit, times that run backwards, or a length not above 0.

    >>> block_means([0, 1, 2, 3, 4, 5], [1, 3, 5, 7, 9, 11], 2).mean
    array([ 2.,  6., 10.])
    """
    trace = np.asarray(values, dtype=np.float64)
    if trace.ndim != 1:
        raise InputError(f"The trace has the shape {trace.shape}.", "Give one region at a time.")
    if not (np.isfinite(averaging_time_s) and averaging_time_s > 0):
        raise InputError(
            f"An averaging time of {averaging_time_s} s is not possible.", "Give one above 0 s."
        )
    time = check_time_stamps(time_s, len(trace))
    labels = np.zeros(len(trace)) if segment is None else np.asarray(segment)
    if labels.shape != trace.shape:
        raise InputError(
            f"The segment labels have the shape {labels.shape}, the trace {trace.shape}.",
            "Give one label per sample.",
        )
    means: list[FloatArray] = [np.empty(0)]
    follows: list[npt.NDArray[np.bool_]] = [np.empty(0, dtype=np.bool_)]
    cuts = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    for rows in np.split(np.arange(len(trace)), cuts):
        if len(rows) < 2 or time[rows[-1]] <= time[rows[0]]:
            continue
        elapsed = time[rows] - time[rows[0]]
        # The small shift keeps a stamp on a block's edge in the block that it opens.
        index = np.floor(elapsed / averaging_time_s + 1e-6).astype(np.int64)
        valid = np.isfinite(trace[rows])
        number = np.bincount(index[valid], minlength=1)
        total = np.bincount(index[valid], weights=trace[rows][valid], minlength=1)
        spacing = np.median(np.diff(elapsed))
        # Blocks shorter than the spacing hold one sample at most.
        expected = max(averaging_time_s / spacing if spacing > 0 else 1.0, 1.0)
        kept = np.flatnonzero(number >= LEAST_COVERAGE * expected - 1e-6)
        means.append(total[kept] / number[kept])
        follows.append(np.diff(kept, prepend=-2) == 1)
    return Blocks(np.concatenate(means), np.concatenate(follows))


def allan_deviation(
    time_s: npt.ArrayLike,
    values: npt.ArrayLike,
    averaging_time_s: float,
    segment: npt.ArrayLike | None = None,
) -> float:
    """Return the Allan deviation of a trace: root of half the mean squared step of block means.

    Only steps between adjacent valid blocks of one segment count. For white noise it equals the
    standard deviation of a block's mean; drift, pulse and wander raise it above that.

    Args:
        time_s: times, s, shape (n,).
        values: the trace, shape (n,), NaN where there is none.
        averaging_time_s: length of a block, s.
        segment: label of each row, shape (n,), or None.

    Returns:
        The deviation in the unit of the values; NaN where no two valid blocks are adjacent.

    Raises:
        InputError: as `block_means`.

    >>> allan_deviation([0, 1, 2, 3], [0, 2, 0, 2], 1)  # steps of 2: 2 / sqrt(2)
    1.414
    """
    return _deviation(block_means(time_s, values, averaging_time_s, segment))


def noise_floor(
    time_s: npt.ArrayLike,
    values: npt.ArrayLike,
    averaging_time_s: float,
    segment: npt.ArrayLike | None = None,
) -> NoiseFloor:
    """Return the smallest change between two block means that is not chance, at 95 %.

    It is 1.96 sqrt(2) times the Allan deviation: two means each with that standard deviation
    differ by more than this once in twenty.

    Args:
        time_s: times, s, shape (n,), never backwards.
        values: the trace of one region, shape (n,), NaN where there is none.
        averaging_time_s: length of a mean, s (1 and 10 s are reported).
        segment: label of each row, shape (n,), or None: means across a cut are not compared.

    Returns:
        The floor, or no value and the reason where fewer than 6 blocks are valid or fewer than 3
        pairs of them are adjacent.

    Raises:
        InputError: as `block_means`.

    >>> noise_floor([0, 1, 2, 3, 4, 5], [0, 2, 0, 2, 0, 2], 1).value
    3.92
    >>> noise_floor([0, 1, 2], [0, 2, 0], 1).reason
    'too few blocks of 1 s: 3 (at least 6)'
    """
    blocks = block_means(time_s, values, averaging_time_s, segment)
    number = len(blocks.mean)
    if number < MINIMUM_BLOCKS:
        reason = f"too few blocks of {averaging_time_s:g} s: {number} (at least {MINIMUM_BLOCKS})"
        return NoiseFloor(None, number, reason)
    pairs = int(blocks.follows.sum())
    if pairs < MINIMUM_PAIRS:
        reason = (
            f"too few adjacent pairs of blocks of {averaging_time_s:g} s between the gaps: "
            f"{pairs} (at least {MINIMUM_PAIRS})"
        )
        return NoiseFloor(None, number, reason)
    return NoiseFloor(float(FACTOR * _deviation(blocks)), number, None)


def _deviation(blocks: Blocks) -> float:
    steps = np.diff(blocks.mean)[blocks.follows[1:]]
    return float(np.sqrt(0.5 * np.mean(steps**2))) if len(steps) else float("nan")
