"""Read the colour of every patch of the face from one frame after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rubor.vision.frame import Frame
from rubor.vision.reference_face import ReferenceFace

__all__ = ["ColourRule", "PatchBatch", "PatchSampler"]

FloatArray = npt.NDArray[np.float32]

# A coded value this near to white may be clipped; a channel this near to black holds no colour.
CLIPPED_CODED = 0.985
BLACK_CODED = 0.004
# A patch is used when at least this share of its taps is neither clipped nor outside the picture.
MIN_TAPS_SHARE = 0.5
# A patch turned further away than this from the camera (cosine of the angle) is not used.
MIN_FACING = 0.3


class ColourRule(Protocol):
    """What turns stored samples (3, ...) into coded and then linear R'G'B'."""

    def to_coded_rgb(self, samples: npt.NDArray[Any]) -> FloatArray: ...

    def to_linear(self, coded_rgb: FloatArray) -> FloatArray: ...


@dataclass(frozen=True)
class PatchBatch:
    """Patches of some consecutive frames.

    Attributes:
        linear_rgb: (frames, patches, 3), NaN where a patch is not usable.
        masked_share: (frames,) share of the taps in view that are clipped or black.
    """

    linear_rgb: FloatArray
    masked_share: FloatArray


class PatchSampler:
    """Collects the samples of frames and turns them into patch colours a batch at a time.

    Arithmetic on many frames at once costs a third of doing it frame by frame.
    """

    def __init__(self, face: ReferenceFace, batch: int = 16) -> None:
        self._face = face
        self._batch = batch
        self._sizes = np.diff(np.append(face.patch_starts, face.taps)).astype(np.float32)
        ends = np.append(face.patch_starts, face.taps)
        self._sum_taps = sparse.csr_matrix(
            (np.ones(face.taps, np.float32), np.arange(face.taps), ends),
            shape=(face.patches, face.taps),
        )
        self._samples: npt.NDArray[Any] | None = None
        self._outside = np.zeros((face.taps, batch), bool)
        self._points: list[FloatArray | None] = []

    @property
    def full(self) -> bool:
        return len(self._points) == self._batch

    @property
    def pending(self) -> bool:
        return bool(self._points)

    def add(self, frame: Frame, points: FloatArray | None) -> None:
        """Read a frame at its mesh points (468, 3); None for a frame without a face."""
        place = len(self._points)
        self._points.append(points)
        if points is None:
            return
        at = self._face.taps_from_landmarks @ points[:, :2]
        columns, rows = np.rint(at.T - 0.5).astype(np.intp)
        outside = (columns < 0) | (rows < 0) | (columns >= frame.width) | (rows >= frame.height)
        if outside.any():
            columns[outside] = rows[outside] = 0
        self._outside[:, place] = outside
        samples = frame.samples_at(rows, columns)
        if self._samples is None:
            self._samples = np.zeros((3, self._face.taps, self._batch), samples.dtype)
        self._samples[:, :, place] = samples

    def take(self, colour: ColourRule) -> PatchBatch:
        """The patch colours of the frames added since the last call."""
        count = len(self._points)
        linear_rgb = np.full((count, self._face.patches, 3), np.nan, np.float32)
        masked_share = np.full(count, np.nan, np.float32)
        seen = [place for place, points in enumerate(self._points) if points is not None]
        if seen and self._samples is not None:
            coded = colour.to_coded_rgb(self._samples[:, :, seen])
            masked = (coded.max(axis=0) > CLIPPED_CODED) | (coded.min(axis=0) < BLACK_CODED)
            outside = self._outside[:, seen]
            masked_share[seen] = (masked & ~outside).sum(axis=0) / np.maximum(
                (~outside).sum(axis=0), 1
            )
            masked |= outside
            linear = colour.to_linear(coded)
            linear[:, masked] = 0.0
            used = self._sizes[:, None] - self._sum_taps @ masked.astype(np.float32)
            enough = used >= np.maximum(MIN_TAPS_SHARE * self._sizes[:, None], 1.0)
            meshes = [points for points in self._points if points is not None]
            enough &= self._facing(np.mean(meshes, axis=0))[:, None]
            for channel in range(3):
                total = self._sum_taps @ linear[channel]
                mean = np.where(enough, total / np.maximum(used, 1.0), np.nan)
                linear_rgb[seen, :, channel] = mean.T
        self._points = []
        return PatchBatch(linear_rgb, masked_share)

    def texture(self, frame: Frame, points: FloatArray, colour: ColourRule) -> FloatArray:
        """(patches,) spread of brightness between the taps of each patch, as a share of its mean.

        High on hair, beard, spectacle frames and edges; low on skin.
        """
        at = self._face.taps_from_landmarks @ points[:, :2]
        columns, rows = np.rint(at.T - 0.5).astype(np.intp)
        columns, rows = columns.clip(0, frame.width - 1), rows.clip(0, frame.height - 1)
        green = colour.to_coded_rgb(frame.samples_at(rows, columns))[1]
        mean = (self._sum_taps @ green) / self._sizes
        spread = np.sqrt(np.maximum((self._sum_taps @ green**2) / self._sizes - mean**2, 0.0))
        return np.asarray(spread / np.maximum(mean, 0.02), np.float32)

    def _facing(self, points: FloatArray) -> npt.NDArray[np.bool_]:
        """(patches,): is the patch turned towards the camera? Judged once for a batch: heads are slow."""
        corners = points[self._face.patch_corners]
        one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        across = one[..., 1] * other[..., 2] - one[..., 2] * other[..., 1]
        up = one[..., 2] * other[..., 0] - one[..., 0] * other[..., 2]
        towards = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
        length = np.sqrt(across**2 + up**2 + towards**2)
        reference = self._face.landmarks_cm[self._face.patch_corners]
        # The order of a triangle's corners decides the sign; the reference face looks at the viewer.
        sign = np.sign(
            np.cross(reference[:, 1] - reference[:, 0], reference[:, 2] - reference[:, 0])[:, 2]
        )
        # Image y runs down and z away, so a triangle that faces the camera keeps the opposite sign.
        return np.asarray(-towards * sign > MIN_FACING * length)
