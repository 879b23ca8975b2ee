"""How the head is turned, from the mesh against the reference face."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rubor.vision.reference_face import reference_face

__all__ = ["head_pose_deg"]

FloatArray = npt.NDArray[np.float64]

# Landmarks that no expression moves much: forehead, bridge and sides of the nose, eye corners, temples.
RIGID_LANDMARKS = (10, 151, 9, 8, 168, 6, 33, 133, 362, 263, 127, 356, 234, 454, 103, 332, 67, 297)


@cache
def _reference() -> FloatArray:
    points = reference_face().landmarks_cm[list(RIGID_LANDMARKS)]
    return np.asarray(points - points.mean(axis=0))


def head_pose_deg(points: npt.NDArray[np.floating]) -> FloatArray:
    """Yaw, pitch and roll in degrees of meshes in picture coordinates.

    The rotation that best turns the reference face onto the mesh (Umeyama 1991, IEEE TPAMI 13:376).

    Args:
        points: (..., 468, 3); x right, y down, z away from the camera, in pixels.

    Returns:
        (..., 3): yaw, positive when an unmirrored face turns to its person-left; pitch, positive when
        it looks up; roll, positive when it leans to its person-left.

    >>> reference = reference_face().landmarks_cm * [1, -1, -1]
    >>> head_pose_deg(reference).round(6).tolist()
    [0.0, 0.0, 0.0]
    """
    seen = points[..., list(RIGID_LANDMARKS), :].astype(np.float64) * [1.0, -1.0, -1.0]
    seen = seen - seen.mean(axis=-2, keepdims=True)
    left, _, right = np.linalg.svd(_reference().T @ seen)
    left[..., :, 2] *= np.sign(np.linalg.det(left @ right))[..., None]
    turned = left @ right  # row vectors of the reference times this give the seen ones
    yaw = np.arctan2(turned[..., 2, 0], turned[..., 2, 2])
    pitch = np.arcsin(np.clip(turned[..., 2, 1], -1.0, 1.0))
    roll = np.arctan2(turned[..., 0, 1], turned[..., 1, 1])
    return np.asarray(np.degrees(np.stack([yaw, pitch, -roll], axis=-1)) + 0.0)
