"""Where the mouth corners are in the head's own frame, however the head moves before the camera.

Each mesh is turned, moved and scaled so that landmarks which a smile hardly moves lie over those of the
person at rest. What is left is movement of the face. A smile moves these landmarks a little too, and
how much that matters is told by leaving out one group of them at a time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.pathway.face_surface import face_surface
from rubor.vision.reference_face import reference_face

__all__ = ["STEADY_LANDMARKS", "laid_over", "mouth_corners_mm", "resting_head_mm"]

FloatArray = npt.NDArray[np.float64]
Landmarks = tuple[int, ...]

STEADY_LANDMARKS: Final[dict[str, Landmarks]] = {
    "forehead": (10, 151, 109, 338, 67, 297),
    "bridge of the nose": (9, 8, 168, 6),
    "eye corners": (33, 133, 362, 263),
    "temples": (127, 356, 21, 251),
}
"""Groups of landmarks of the upper face; the lower nose, the cheeks and the jaw move with a smile."""

# Person-left, then person-right.
_MOUTH_CORNERS = (291, 61)
_OUTER_EYE_CORNERS = (33, 263)
_ROUNDS = 3


def resting_head_mm(meshes_px: npt.NDArray[np.floating], eye_corners_mm: float) -> FloatArray:
    """(468, 3) the head at rest in true millimetres: x to person-left, y up, z to the viewer.

    Args:
        meshes_px: (n, 468, 3) meshes at rest in pictures that are not mirrored.
        eye_corners_mm: true distance of the outer eye corners.

    >>> reference = reference_face().landmarks_cm * [100.0, -100.0, -100.0]
    >>> head = resting_head_mm(reference[None] + 300.0, 90.0)
    >>> round(float(np.linalg.norm(head[33] - head[263])), 6)
    90.0
    """
    head = _viewed(reference_face().landmarks_cm * [10.0, -10.0, -10.0])
    for _ in range(_ROUNDS):
        head = np.median(laid_over(meshes_px, head), axis=0)
    one, other = head[list(_OUTER_EYE_CORNERS)]
    scale = eye_corners_mm / float(np.linalg.norm(one - other))
    return face_surface(head * [1.0, -1.0, -1.0], scale).points_mm


def laid_over(
    meshes_px: npt.NDArray[np.floating], head: FloatArray, without: str | None = None
) -> FloatArray:
    """(n, 468, 3) the meshes turned, moved and scaled onto a head by its steady landmarks.

    The similarity of least squares (Umeyama 1991, IEEE TPAMI 13:376).

    Args:
        meshes_px: (n, 468, 3); x right, y down, z away from the camera.
        head: (468, 3); x to person-left, y up, z to the viewer.
        without: a group of `STEADY_LANDMARKS` to leave out.
    """
    steady = [
        landmark
        for group, members in STEADY_LANDMARKS.items()
        if group != without
        for landmark in members
    ]
    points = _viewed(meshes_px)
    seen, wanted = points[:, steady], head[steady]
    middle = seen.mean(axis=1, keepdims=True)
    centred = seen - middle
    left, sizes, right = np.linalg.svd(np.swapaxes(centred, 1, 2) @ (wanted - wanted.mean(axis=0)))
    proper = np.sign(np.linalg.det(left @ right))
    left[:, :, 2] *= proper[:, None]
    sizes[:, 2] *= proper
    scale = sizes.sum(axis=1) / (centred**2).sum(axis=(1, 2))
    turned = (points - middle) @ (left @ right)
    return np.asarray(scale[:, None, None] * turned + wanted.mean(axis=0))


def mouth_corners_mm(
    meshes_px: npt.NDArray[np.floating], head_mm: FloatArray, without: str | None = None
) -> FloatArray:
    """(n, 2, 2) place of the person-left and person-right mouth corner: outward and upward, mm.

    In the frontal plane of the head: depth is what the mesh knows least.

    Args:
        meshes_px: (n, 468, 3) in pictures that are not mirrored.
        head_mm: of `resting_head_mm`.
        without: see `laid_over`.
    """
    corners = laid_over(meshes_px, head_mm, without)[:, list(_MOUTH_CORNERS), :2]
    return np.asarray(corners * np.array([[1.0, 1.0], [-1.0, 1.0]]))


def _viewed(mesh: npt.NDArray[np.floating]) -> FloatArray:
    """From picture coordinates to y up and z to the viewer."""
    return np.asarray(mesh.astype(np.float64) * [1.0, -1.0, -1.0])
