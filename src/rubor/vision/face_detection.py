"""Find faces in one picture with BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047).

The short-range model sees faces within about two metres, the full-range model smaller ones; both
come out of the official mediapipe wheel (see `face_models`). Decoding of the anchors follows the
models' own published options: one anchor of size 1 at each cell centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubor.vision.frame import Frame
from rubor.vision.model_interpreter import load_interpreter

__all__ = ["DetectedFace", "FaceDetector"]

FloatArray = npt.NDArray[np.float32]

_MIN_SCORE = 0.6
_MAX_OVERLAP = 0.3


@dataclass(frozen=True)
class DetectedFace:
    """A face in pixels of the upright picture.

    Attributes:
        centre: (x, y) of the box.
        width, height: of the box.
        eyes: two points (x, y): the eye on the picture's left, then on its right when upright.
        score: 0..1.
    """

    centre: tuple[float, float]
    width: float
    height: float
    eyes: tuple[tuple[float, float], tuple[float, float]]
    score: float


class _BlazeFace:
    def __init__(self, model: str, size: int, strides: tuple[tuple[int, int], ...]) -> None:
        self._interpreter = load_interpreter(model)
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._boxes = next(d["index"] for d in outputs if d["shape"][-1] == 16)
        self._scores = next(d["index"] for d in outputs if d["shape"][-1] == 1)
        self._size = size
        self._anchors = np.concatenate(
            [
                np.repeat(_cell_centres(size // stride), per_cell, axis=0)
                for stride, per_cell in strides
            ]
        )

    def detect(self, frame: Frame, window: tuple[float, float, float]) -> list[DetectedFace]:
        """Faces in a square window (left, top, side) of the picture; the window may overhang it."""
        left, top, side = window
        scale = self._size / side
        affine = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
        picture = frame.preview(affine, (self._size, self._size)).astype(np.float32)
        self._interpreter.set_tensor(self._input, picture[None] / np.float32(127.5) - np.float32(1))
        self._interpreter.invoke()
        raw = self._interpreter.get_tensor(self._boxes)[0] / self._size
        logits = np.clip(self._interpreter.get_tensor(self._scores)[0, :, 0], -80, 80)
        scores = 1.0 / (1.0 + np.exp(-logits))
        faces = []
        for index in np.flatnonzero(scores > _MIN_SCORE):
            anchor = self._anchors[index]
            points = raw[index].reshape(8, 2).copy()
            points[[0, 2, 3, 4, 5, 6, 7]] += anchor
            points = points * side
            width, height = points[1]
            points += (left, top)
            eyes = (tuple(map(float, points[2])), tuple(map(float, points[3])))
            centre = (float(points[0, 0]), float(points[0, 1]))
            faces.append(
                DetectedFace(centre, float(width), float(height), eyes, float(scores[index]))  # type: ignore[arg-type]
            )
        return faces


class FaceDetector:
    """Finds every face of a picture, large or small."""

    def __init__(self) -> None:
        self._near = _BlazeFace("face_detection_short_range", 128, ((8, 2), (16, 6)))
        self._far = _BlazeFace("face_detection_full_range_sparse", 192, ((4, 1),))

    def detect(self, frame: Frame) -> list[DetectedFace]:
        """Faces ordered from the picture's left to its right.

        The whole picture is searched for near and for far faces, and so are overlapping squares of
        its short side, so that a face in a wide picture is not lost to the model's small input.
        """
        side = float(max(frame.width, frame.height))
        whole = ((frame.width - side) / 2, (frame.height - side) / 2, side)
        found = self._near.detect(frame, whole) + self._far.detect(frame, whole)
        short = float(min(frame.width, frame.height))
        if side / short > 1.2:
            for share in (0.0, 0.5, 1.0):
                window = ((frame.width - short) * share, (frame.height - short) * share, short)
                found += self._near.detect(frame, window)
        return sorted(_without_overlaps(found), key=lambda face: face.centre[0])


def _cell_centres(cells: int) -> FloatArray:
    steps = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    rows, columns = np.meshgrid(steps, steps, indexing="ij")
    return np.stack([columns.ravel(), rows.ravel()], axis=1)


def _without_overlaps(faces: list[DetectedFace]) -> list[DetectedFace]:
    """Greedy non-maximum suppression: of overlapping boxes the surest stays."""
    kept: list[DetectedFace] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(_overlap(face, other) <= _MAX_OVERLAP for other in kept):
            kept.append(face)
    return kept


def _overlap(one: DetectedFace, other: DetectedFace) -> float:
    """Intersection over the smaller of two boxes, so that a box within a box counts as the same face."""
    across = _common(one.centre[0], one.width, other.centre[0], other.width)
    down = _common(one.centre[1], one.height, other.centre[1], other.height)
    smaller = min(one.width * one.height, other.width * other.height)
    return across * down / max(smaller, 1e-6)


def _common(centre: float, length: float, other_centre: float, other_length: float) -> float:
    low = max(centre - length / 2, other_centre - other_length / 2)
    high = min(centre + length / 2, other_centre + other_length / 2)
    return max(0.0, high - low)
