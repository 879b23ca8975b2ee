"""Read the scene around the face a few times a second: background patches and a colour card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.measurement.patch_sampling import BLACK_CODED, CLIPPED_CODED, ColourRule
from rubor.vision.frame import Frame

__all__ = ["SceneSampler", "SceneSeries"]

FloatArray = npt.NDArray[np.float64]

PATCH_PX = 16
GRID_COLUMNS, GRID_ROWS = 16, 9
# Every second pixel of a patch: with halved chroma each stored sample is read once.
_STEP_PX = 2
# The head, hair and shoulders, in widths of the mesh's box: none of it is background.
_HEAD_SIDES, _HEAD_ABOVE = 0.45, 0.75
_SHOULDERS_SIDES = 1.2


@dataclass(frozen=True)
class SceneSeries:
    """Linear colour of patches of the scene over time.

    Attributes:
        time_s: (samples,).
        linear_rgb: (samples, patches, 3), NaN while the person is in front of a patch.
        pixel_sd: (samples, patches) standard deviation of stored chroma samples within a patch.
        clipped: (samples, patches) share of pixels at either end of the scale.
    """

    time_s: FloatArray
    linear_rgb: FloatArray
    pixel_sd: FloatArray
    clipped: FloatArray

    def only(self, patches: Sequence[int]) -> SceneSeries:
        """The series of some of the patches."""
        chosen = list(patches)
        return SceneSeries(
            self.time_s,
            self.linear_rgb[:, chosen],
            self.pixel_sd[:, chosen],
            self.clipped[:, chosen],
        )


class SceneSampler:
    """Samples fixed squares of the picture.

    Args:
        squares: (patches, 4, 2) corner points (x, y) of each patch in pixels.
        colour: the rule of the file.
        behind_person: whether a patch counts as covered while the person is in front of it.
    """

    def __init__(self, squares: FloatArray, colour: ColourRule, *, behind_person: bool) -> None:
        self._colour = colour
        self._behind_person = behind_person
        self._centres = squares.mean(axis=1)
        steps = (np.arange(0, PATCH_PX, _STEP_PX) + 0.5) / PATCH_PX
        u, v = (grid.ravel()[None, :, None] for grid in np.meshgrid(steps, steps))
        corner = squares[:, None]
        points = (
            corner[:, :, 0] * (1 - u) * (1 - v)
            + corner[:, :, 1] * u * (1 - v)
            + corner[:, :, 2] * u * v
            + corner[:, :, 3] * (1 - u) * v
        )
        self._columns, self._rows = np.floor(points).astype(np.intp).transpose(2, 0, 1)
        self._times: list[float] = []
        self._samples: list[tuple[Any, Any, Any]] = []

    @classmethod
    def over_background(cls, frame: Frame, colour: ColourRule) -> SceneSampler:
        """A grid of 16-pixel squares over the whole picture."""
        x = np.linspace(0, frame.width - PATCH_PX, GRID_COLUMNS).round()
        y = np.linspace(0, frame.height - PATCH_PX, GRID_ROWS).round()
        left, top = (grid.ravel() for grid in np.meshgrid(x, y))
        square = np.array([[0, 0], [PATCH_PX, 0], [PATCH_PX, PATCH_PX], [0, PATCH_PX]])
        return cls(np.stack([left, top], axis=1)[:, None] + square, colour, behind_person=True)

    def add(self, frame: Frame, points: npt.NDArray[np.float32]) -> None:
        """Read the patches of a frame; `points` (468, 2 or 3) are the face's mesh in it."""
        samples = frame.samples_at(
            self._rows.ravel().clip(0, frame.height - 1),
            self._columns.ravel().clip(0, frame.width - 1),
        )
        coded = self._colour.to_coded_rgb(samples)
        clipped = (coded.max(axis=0) > CLIPPED_CODED) | (coded.min(axis=0) < BLACK_CODED)
        shape = self._rows.shape
        rgb = self._colour.to_linear(coded).reshape(3, *shape).mean(axis=2).T.astype(np.float64)
        if self._behind_person:
            rgb[_in_front(self._centres, points)] = np.nan
        self._times.append(frame.time_s)
        self._samples.append(
            (rgb, samples[2].reshape(shape).std(axis=1), clipped.reshape(shape).mean(axis=1))
        )

    def series(self) -> SceneSeries | None:
        """Everything read so far; None when nothing was."""
        if not self._times:
            return None
        rgb, spread, clipped = (np.stack(part) for part in zip(*self._samples, strict=True))
        return SceneSeries(np.array(self._times), rgb, spread, clipped)


def _in_front(centres: FloatArray, points: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Whether each place lies on the head or the shoulders, by the box of the mesh."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    width = high[0] - low[0]
    x, y = centres.T
    margin = PATCH_PX / 2
    head = (x > low[0] - _HEAD_SIDES * width - margin) & (
        x < high[0] + _HEAD_SIDES * width + margin
    )
    head &= y > low[1] - _HEAD_ABOVE * width - margin
    head &= y < high[1] + margin
    below = y >= high[1] - 0.1 * width
    below &= (x > low[0] - _SHOULDERS_SIDES * width) & (x < high[0] + _SHOULDERS_SIDES * width)
    return np.asarray(head | below)
