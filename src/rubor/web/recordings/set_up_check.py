"""Whether a face is in place for a recording, told from one still picture, in memory."""

from __future__ import annotations

import io
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from rubor.errors import InputError, SeveralFacesError

if TYPE_CHECKING:
    from rubor.vision.face_tracking import FaceTracker

__all__ = ["MOST_STILL_BYTES", "check_face"]

MOST_STILL_BYTES: Final = 1024 * 1024
_MOST_SIDE_PX: Final = 1920

# Stricter than the quality gates of `rubor.measurement.gates` (90 px, 25 degrees, 0.06), so that a
# recording that starts like this passes them to its end.
_LEAST_EYES_PX: Final = 100.0
_MOST_TURN_DEG: Final = 15.0
_MOST_BLUR: Final = 0.05
_MARGIN: Final = 0.02  # of the picture, between its border and the face

# The models keep their working memory to themselves: one picture at a time.
_one_at_a_time = threading.Lock()


def check_face(still: bytes, recorded_width: int) -> dict[str, Any]:
    """Look for one whole face, near, straight and sharp.

    Args:
        still: a JPEG or PNG of the preview, not mirrored.
        recorded_width: width of the recording in pixels, for which the face's size is judged.

    Returns:
        `ok`, `found` (in_place, none, several, cut, small, turned, blurred) and, unless all is well,
        `message` and `cure`.

    Raises:
        InputError: not such a picture.
    """
    import numpy as np

    from rubor.measurement.observation import edge_width
    from rubor.vision.face_mesh import EYE_CORNER_ON_PICTURE_LEFT, EYE_CORNER_ON_PICTURE_RIGHT
    from rubor.vision.frame import PhotoFrame
    from rubor.vision.head_pose import head_pose_deg

    picture = _decoded(still)
    height, width = picture.shape[:2]
    # Places are looked for, no colour is measured.
    frame = PhotoFrame(np.broadcast_to(np.float32(0), picture.shape), picture)
    with _one_at_a_time:
        tracker = _tracker()
        tracker.forget()
        try:
            points = tracker.follow(frame)
        except SeveralFacesError:
            return _amiss(
                "several",
                _("More than one face is in the picture."),
                _("Ask the others to sit behind the camera."),
            )
    if points is None:
        return _amiss(
            "none",
            _("No face is seen."),
            _("Sit in front of the camera, with light on your face and nothing before it."),
        )
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    margin = _MARGIN * np.array([width, height])
    if (low < margin).any() or (high > np.array([width, height]) - margin).any():
        return _amiss(
            "cut",
            _("Part of your face is at the edge of the picture."),
            _("Move to the middle, or a little further away."),
        )
    eyes = points[EYE_CORNER_ON_PICTURE_LEFT, :2] - points[EYE_CORNER_ON_PICTURE_RIGHT, :2]
    if float(np.linalg.norm(eyes)) * recorded_width / width < _LEAST_EYES_PX:
        return _amiss("small", _("Your face is too small in the picture."), _("Come closer."))
    if float(np.abs(head_pose_deg(points)[:2]).max()) > _MOST_TURN_DEG:
        return _amiss(
            "turned",
            _("Your head is turned or tilted."),
            _("Look straight at the camera, and put the camera at eye height."),
        )
    if edge_width(frame, points) > _MOST_BLUR:
        return _amiss(
            "blurred",
            _("The picture of your face is not sharp."),
            _("Clean the lens, and let the camera focus on your face."),
        )
    return {"ok": True, "found": "in_place"}


def _amiss(found: str, message: str, cure: str) -> dict[str, Any]:
    return {"ok": False, "found": found, "message": message, "cure": cure}


@cache
def _tracker() -> FaceTracker:
    from rubor.vision.face_tracking import FaceTracker

    return FaceTracker()


def _decoded(still: bytes) -> Any:
    """The picture as uint8 RGB (height, width, 3)."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(still), formats=("JPEG", "PNG")) as image:
            if max(image.size) <= _MOST_SIDE_PX:
                return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        pass
    raise InputError(_("The still picture cannot be read."), _("Load the page again."))
