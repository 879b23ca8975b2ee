"""A picture of the measured face, for those who want one in their report."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import Frame
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import is_photo, read_photo
from rubor.vision.photo_frame import photo_frame
from rubor.vision.video import VideoFile

__all__ = ["face_picture"]

# Of the larger side of the face, on each side; and the largest side of the picture in pixels.
_MARGIN = 0.25
_LARGEST_SIDE_PX = 480


def face_picture(
    source: str | Path | MediaFile,
    *,
    face: int | None = None,
    mirrored: bool = False,
    after_s: float = 0.0,
) -> bytes:
    """Cut the face out of a video or photo, as PNG of at most 480 pixels a side.

    Args:
        source: the file's path, or the file wherever it is kept.
        face: which face, where there are several, counted from 1 from the picture's left.
        mirrored: the file is mirrored; the picture is turned back.
        after_s: take the first picture with a face from this time of a video on, in seconds.

    Raises:
        RuborError: the file cannot be read, or holds no face from then on.
    """
    file = MediaFile.of(source)
    tracker = FaceTracker(choice=face)
    if is_photo(file):
        photo = photo_frame(read_photo(file))
        picture = _cut_out(photo, tracker.follow(photo))
    else:
        picture = None
        with VideoFile(file) as video:
            for frame in video.frames():
                points = tracker.follow(frame)
                if frame.time_s >= after_s and points is not None:
                    picture = _cut_out(frame, points)
                    break
    if picture is None:
        raise FaceNotFoundError(f"There is no face in {file.name} to keep a picture of.")
    if mirrored:
        picture = picture[:, ::-1]
    _, coded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return coded.tobytes()


def _cut_out(frame: Frame, points: npt.NDArray[np.float32] | None) -> npt.NDArray[np.uint8] | None:
    """The part of a frame around the mesh points (468, 3), (h, w, 3) in 8-bit display R'G'B'."""
    if points is None:
        return None
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    margin = _MARGIN * float((high - low).max())
    low, high = low - margin, high + margin
    scale = min(1.0, _LARGEST_SIDE_PX / float((high - low).max()))
    affine = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale]], np.float32)
    width, height = (int(np.ceil(side / 2.0)) * 2 for side in (high - low) * scale)
    return frame.preview(affine, (width, height))
