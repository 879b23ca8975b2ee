"""The iris of each eye in a picture (MediaPipe Iris, Ablavatski et al. 2020, arXiv:2006.11341)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.vision.frame import Frame
from rubor.vision.model_interpreter import load_interpreter

__all__ = ["Iris", "find_irises"]

_INPUT_SIZE = 64
# The model was trained on squares of this size about the corners of an eye.
_WINDOW = 2.3
# Corners of the eye on the picture's left and on its right; the model knows the former, the latter is
# shown to it mirrored.
_EYES = ((33, 133, False), (362, 263, True))
_IRIS_POINTS = 5


@dataclass(frozen=True)
class Iris:
    """One iris in pixels of the picture.

    Attributes:
        centre: x and y.
        width_px: its horizontal diameter, along the line of the eye's corners.
        height_px: its vertical diameter, which lids may cover.
    """

    centre: tuple[float, float]
    width_px: float
    height_px: float


def find_irises(frame: Frame, mesh: npt.NDArray[np.floating]) -> tuple[Iris, Iris]:
    """The iris of the eye on the picture's left, then that on its right.

    Args:
        frame: the picture.
        mesh: (468, 2 or 3) points of Face Mesh in it.
    """
    interpreter = load_interpreter("iris_landmark")
    one, other = (_find(frame, mesh, interpreter, eye) for eye in _EYES)
    return one, other


def _find(
    frame: Frame,
    mesh: npt.NDArray[np.floating],
    interpreter: Any,
    eye: tuple[int, int, bool],
) -> Iris:
    first, last, mirrored = eye
    start, end = mesh[first, :2].astype(np.float64), mesh[last, :2].astype(np.float64)
    side = _WINDOW * float(np.linalg.norm(end - start))
    scale, angle = _INPUT_SIZE / side, float(np.arctan2(*(end - start)[::-1]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    linear = scale * turn
    if mirrored:
        linear = np.diag([-1.0, 1.0]) @ linear
    offset = _INPUT_SIZE / 2 - linear @ ((start + end) / 2)
    affine = np.column_stack([linear, offset]).astype(np.float32)
    picture = frame.preview(affine, (_INPUT_SIZE, _INPUT_SIZE)).astype(np.float32) / 255.0
    points = _run(interpreter, picture)
    in_picture = (points - offset) @ np.linalg.inv(linear).T
    width = float(np.linalg.norm(in_picture[1] - in_picture[3]))
    height = float(np.linalg.norm(in_picture[2] - in_picture[4]))
    centre = (float(in_picture[0, 0]), float(in_picture[0, 1]))
    return Iris(centre, width, height)


def _run(interpreter: Any, picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(5, 2) centre, then the four ends of the diameters, in the model's pixels."""
    given = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(given, picture[None])
    interpreter.invoke()
    outputs = interpreter.get_output_details()
    iris = next(d["index"] for d in outputs if d["shape"][-1] == 3 * _IRIS_POINTS)
    raw = interpreter.get_tensor(iris).reshape(_IRIS_POINTS, 3)
    return np.asarray(raw[:, :2], np.float64)
