"""One face, seen from the front, in one photo: what a plan is drawn on and a smile measured on.

Two more photos, with the head turned to either side, can give its depth: see `face_from_views`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError, InputError
from rubor.pathway.injection_zones import zone_rules
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.head_pose import head_pose_deg
from rubor.vision.photo import is_photo, read_photo
from rubor.vision.photo_frame import photo_frame

__all__ = [
    "OUTER_EYE_CORNERS",
    "FaceInPhoto",
    "FrontalFace",
    "UsedView",
    "check_frontal",
    "check_size",
    "find_frontal_face",
    "read_face",
]

OUTER_EYE_CORNERS = (33, 263)


@dataclass(frozen=True, eq=False)
class FaceInPhoto:
    """A face in a photo that is not mirrored, or has been turned back.

    Attributes:
        frame: the photo, person-left on its right.
        mesh_px: (468, 3) points of Face Mesh in it.
        name, sha256, taken_at: of the file.
        mirrored: the file was mirrored.
    """

    frame: PhotoFrame
    mesh_px: npt.NDArray[np.float64]
    name: str
    sha256: str
    taken_at: str | None
    mirrored: bool


@dataclass(frozen=True)
class UsedView:
    """A photo with the head turned, from which a face got its depth.

    Attributes:
        shows: the cheek that is turned to the camera, of the person.
        name, sha256, taken_at: of the file.
        turned_deg: from the photo from the front; positive where the face turns to its person-left.
        misfit_stable, misfit_other: root mean square distance between landmarks and the common shape,
            as a share of the distance of the outer eye corners: of those that no expression moves, and
            of the others.
    """

    shows: Literal["left", "right"]
    name: str
    sha256: str
    taken_at: str | None
    turned_deg: float
    misfit_stable: float
    misfit_other: float


@dataclass(frozen=True, eq=False)
class FrontalFace(FaceInPhoto):
    """A face that looks into the camera.

    Attributes:
        pose_deg: yaw, pitch and roll, see `head_pose_deg`.
        shape_px: (468, 3) its shape, in pixels of the photo at the depth of the eyes; x right, y down,
            z away from the camera. From one photo the mesh itself, whose depth is the model's guess.
        views: turned photos that the shape rests on too; none, or left and right.
    """

    pose_deg: tuple[float, float, float]
    shape_px: npt.NDArray[np.float64]
    views: tuple[UsedView, ...] = ()

    @property
    def eye_corners_px(self) -> float:
        """Distance of the outer eye corners on the shape, depth included."""
        one, other = self.shape_px[list(OUTER_EYE_CORNERS)]
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
    found = read_face(
        path,
        mirrored=mirrored,
        face=face,
        both_ways=both_ways,
        needed="A photo of the face from the front is needed.",
        cure="Take a photo of the whole face from the front, evenly lit, without mask or hand.",
    )
    yaw, pitch, roll = (float(angle) for angle in head_pose_deg(found.mesh_px))
    check_frontal(yaw, pitch)
    seen = FrontalFace(
        frame=found.frame,
        mesh_px=found.mesh_px,
        name=found.name,
        sha256=found.sha256,
        taken_at=found.taken_at,
        mirrored=found.mirrored,
        pose_deg=(yaw, pitch, roll),
        shape_px=found.mesh_px,
    )
    check_size(seen.eye_corners_px, "The face")
    return seen


def read_face(
    path: Path,
    *,
    mirrored: bool,
    face: int | None = None,
    both_ways: bool = False,
    needed: str,
    cure: str,
) -> FaceInPhoto:
    """Find a face in a photo, wherever it looks.

    Args:
        path: a photo.
        mirrored, face, both_ways: see `find_frontal_face`.
        needed: what to give instead of a file that is no photo.
        cure: what to do where no face is found.

    Raises:
        RuborError: no photo, no face, or several faces.
    """
    if path.is_file() and not is_photo(path):
        raise InputError(f"{path.name} is not a photo.", needed)
    photo = read_photo(path)
    frame = photo_frame(photo)
    if mirrored:
        frame = frame.turned_round()
    found = FaceTracker(face, from_right=mirrored, both_ways=both_ways).follow(frame)
    if found is None:
        raise FaceNotFoundError(f"There is no face in {path.name}.", cure)
    return FaceInPhoto(
        frame,
        found.astype(np.float64),
        path.name,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        photo.taken_at,
        mirrored,
    )


def check_size(eye_corners_px: float, what: str) -> None:
    """Refuse a face of too few pixels.

    Raises:
        InputError: its outer eye corners are nearer than the limit of the data file.
    """
    least = zone_rules()["photo"]["least_eye_corners_px"]
    if eye_corners_px < least:
        raise InputError(
            f"{what} is too small: {eye_corners_px:.0f} pixels from eye corner to eye corner.",
            f"At least {least:.0f} are needed. Take the photo from nearer, or a larger copy of it.",
        )


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
