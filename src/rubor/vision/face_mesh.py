"""Place the 468 points of Face Mesh on one face (Kartynnik et al. 2019, arXiv:1907.06724)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubor.vision.face_detection import DetectedFace
from rubor.vision.frame import Frame
from rubor.vision.model_interpreter import load_interpreter
from rubor.vision.reference_face import mirror_partner

__all__ = [
    "EYE_CORNER_ON_PICTURE_LEFT",
    "EYE_CORNER_ON_PICTURE_RIGHT",
    "FaceMesh",
    "FaceWindow",
    "mesh_turned_round",
]

FloatArray = npt.NDArray[np.float32]

LANDMARKS = 468
# Outer eye corners. In a picture that is not mirrored, the one on the picture's left is person-right.
EYE_CORNER_ON_PICTURE_LEFT = 33
EYE_CORNER_ON_PICTURE_RIGHT = 263
_INPUT_SIZE = 192
# The model was trained on windows of these sizes about a detection and about its own earlier points.
_WINDOW_FROM_DETECTION = 1.5
_WINDOW_FROM_POINTS = 1.5


@dataclass(frozen=True)
class FaceWindow:
    """A square, turned window of the picture: centre and side in pixels, angle in radians."""

    centre: tuple[float, float]
    side: float
    angle: float

    @classmethod
    def around_detection(cls, face: DetectedFace) -> FaceWindow:
        (x0, y0), (x1, y1) = face.eyes
        side = max(face.width, face.height) * _WINDOW_FROM_DETECTION
        return cls(face.centre, side, float(np.arctan2(y1 - y0, x1 - x0)))

    @classmethod
    def around_points(cls, points: FloatArray) -> FaceWindow:
        """The window for the next frame from this frame's points (468, 2 or 3)."""
        one, other = points[EYE_CORNER_ON_PICTURE_LEFT], points[EYE_CORNER_ON_PICTURE_RIGHT]
        angle = float(np.arctan2(other[1] - one[1], other[0] - one[0]))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned = points[:, :2] @ turn.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        centre = turn.T @ ((low + high) / 2)
        side = float((high - low).max()) * _WINDOW_FROM_POINTS
        return cls((float(centre[0]), float(centre[1])), side, angle)

    def turned_round(self, width: int) -> FaceWindow:
        """The same window in the picture, of a width in pixels, that is turned round.

        >>> FaceWindow((10.0, 20.0), 8.0, 0.1).turned_round(64)
        FaceWindow(centre=(53.0, 20.0), side=8.0, angle=-0.1)
        """
        return FaceWindow((width - 1 - self.centre[0], self.centre[1]), self.side, -self.angle)


def mesh_turned_round(points: FloatArray, width: int) -> FloatArray:
    """The mesh (468, 3) of the same face in the picture, of a width in pixels, that is turned round."""
    turned = points[mirror_partner()]
    turned[:, 0] = width - 1 - turned[:, 0]
    return turned


class FaceMesh:
    """Runs the model on a window of a picture."""

    def __init__(self) -> None:
        self._interpreter = load_interpreter("face_landmark")
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._points = next(d["index"] for d in outputs if d["shape"][-1] == 3 * LANDMARKS)
        self._presence = next(d["index"] for d in outputs if d["shape"][-1] == 1)

    def place(self, frame: Frame, window: FaceWindow) -> tuple[FloatArray, float]:
        """Points (468, 3) in pixels of the picture (z grows away from the camera) and presence 0..1."""
        scale = _INPUT_SIZE / window.side
        cos, sin = np.cos(window.angle), np.sin(window.angle)
        linear = scale * np.array([[cos, sin], [-sin, cos]])
        offset = _INPUT_SIZE / 2 - linear @ np.array(window.centre)
        affine = np.column_stack([linear, offset]).astype(np.float32)
        picture = frame.preview(affine, (_INPUT_SIZE, _INPUT_SIZE)).astype(np.float32)
        picture *= np.float32(1.0 / 255.0)
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        raw = self._interpreter.get_tensor(self._points).reshape(LANDMARKS, 3)
        logit = float(np.clip(self._interpreter.get_tensor(self._presence).ravel()[0], -80, 80))
        points = np.empty((LANDMARKS, 3), np.float32)
        back = (linear / scale**2).astype(np.float32)  # a turn and a scale: its inverse, transposed
        points[:, :2] = (raw[:, :2] - offset.astype(np.float32)) @ back
        points[:, 2] = raw[:, 2] / scale
        return points, 1.0 / (1.0 + float(np.exp(-logit)))
