"""The left-right pattern of a face at rest: it tells a mirrored recording from a faithful one.

Nobody's face is quite even. Where one cheek is always the redder one, a recording in which it is the
other one was probably mirrored without that being said.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rubor.measurement import Recording
from rubor.measurement.cell_redness import cell_redness
from rubor.vision.reference_face import reference_face

__all__ = ["Pattern", "mirrored_fit", "resting_pattern"]

Pattern = tuple[float | None, ...]

_DIGITS = 5
# Fewer pairs say nothing of a pattern.
_FEWEST_PAIRS = 12


def resting_pattern(recording: Recording) -> Pattern:
    """Left less right redness at rest of each pair of cells, log10(R/G); None where not measured."""
    face = reference_face()
    contrast = cell_redness(recording).contrast
    left = [number for number, name in enumerate(face.cell_names) if "_left_" in name]
    difference = contrast[left] - contrast[face.mirror_cell[left]]
    return tuple(
        round(float(value), _DIGITS) if np.isfinite(value) else None for value in difference
    )


def mirrored_fit(pattern: Pattern, earlier: list[Pattern]) -> float | None:
    """How a pattern agrees with the mean of earlier ones: about +1, and about -1 if mirrored.

    It is the correlation about zero, for exchanging the sides changes the sign and not the mean.

    Returns:
        None where there are no earlier ones or too few pairs were measured in all of them.

    >>> steady = tuple(0.01 * (-1) ** pair for pair in range(20))
    >>> mirrored_fit(tuple(-value for value in steady), [steady])
    -1.0
    """
    if not earlier or len({len(pattern), *map(len, earlier)}) != 1:
        return None
    new = _numbers(pattern)
    mean = np.mean([_numbers(one) for one in earlier], axis=0)
    known = np.isfinite(new) & np.isfinite(mean)
    size = float(np.sqrt((new[known] ** 2).sum() * (mean[known] ** 2).sum()))
    if known.sum() < _FEWEST_PAIRS or size == 0.0:
        return None
    return round(float((new[known] * mean[known]).sum()) / size, 6)


def _numbers(pattern: Pattern) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in pattern])
