"""One face, seen from the front, in one photo: what a plan is drawn on and a smile measured on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError, InputError
from rubor.pathway.injection_zones import zone_rules
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.head_pose import head_pose_deg
from rubor.vision.photo import is_photo, read_photo
from rubor.vision.photo_frame import photo_frame

__all__ = ["FrontalFace", "check_frontal", "find_frontal_face"]

_OUTER_EYE_CORNERS = (33, 263)


@dataclass(frozen=True, eq=False)
class FrontalFace:
    """A face in a photo that is not mirrored, or has been turned back.

    Attributes:
        frame: the photo, person-left on its right.
        mesh_px: (468, 3) points of Face Mesh in it.
        pose_deg: yaw, pitch and roll, see `head_pose_deg`.
        name, sha256, taken_at: of the file.
        mirrored: the file was mirrored.
    """

    frame: PhotoFrame
    mesh_px: npt.NDArray[np.float64]
    pose_deg: tuple[float, float, float]
    name: str
    sha256: str
    taken_at: str | None
    mirrored: bool

    @property
    def eye_corners_px(self) -> float:
        """Distance of the outer eye corners on the mesh, depth included."""
        one, other = self.mesh_px[list(_OUTER_EYE_CORNERS)]
        return float(np.linalg.norm(one - other))


def find_frontal_face(
    path: Path, *, mirrored: bool, face: int | None = None, both_ways: bool = False
) -> FrontalFace:
    """Find the face of a photo and check that it looks into the camera.

    Args:
        path: a photo.
        mirrored: the file shows the person as a mirror does.
        face: which one, where there are several, counted from 1 from the left of the picture as it is
            in the file.
        both_ways: see `FaceTracker`.

    Raises:
        RuborError: no photo, no face, several faces, turned away, or too small.
    """
    if path.is_file() and not is_photo(path):
        raise InputError(
            f"{path.name} is not a photo.", "A photo of the face from the front is needed."
        )
    photo = read_photo(path)
    frame = photo_frame(photo)
    if mirrored:
        frame = frame.turned_round()
    found = FaceTracker(face, from_right=mirrored, both_ways=both_ways).follow(frame)
    if found is None:
        raise FaceNotFoundError(
            f"There is no face in {path.name}.",
            "Take a photo of the whole face from the front, evenly lit, without mask or hand.",
        )
    yaw, pitch, roll = (float(angle) for angle in head_pose_deg(found))
    check_frontal(yaw, pitch)
    seen = FrontalFace(
        frame,
        found.astype(np.float64),
        (yaw, pitch, roll),
        path.name,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        photo.taken_at,
        mirrored,
    )
    least = zone_rules()["photo"]["least_eye_corners_px"]
    if seen.eye_corners_px < least:
        raise InputError(
            f"The face is too small: {seen.eye_corners_px:.0f} pixels from eye corner to eye corner.",
            f"At least {least:.0f} are needed. Take the photo from nearer, or a larger copy of it.",
        )
    return seen


def check_frontal(yaw_deg: float, pitch_deg: float) -> None:
    """Refuse a face that is turned away.

    Raises:
        InputError: it is turned more than the limits of the data file.

    >>> check_frontal(-7.0, 5.0)
    """
    limits = zone_rules()["photo"]
    for angle, limit, how in (
        (yaw_deg, limits["most_yaw_deg"], "to one side"),
        (pitch_deg, limits["most_pitch_deg"], "up or down"),
    ):
        if abs(angle) > limit:
            raise InputError(
                f"The face is turned {abs(angle):.0f} degrees {how}; it has to be seen from the front.",
                f"Look straight into the camera, within {limit:.0f} degrees, with both ears in view.",
            )
