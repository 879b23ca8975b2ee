"""Follow one face through a video: detect once, then place the mesh from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import InputError, SeveralFacesError
from rubor.vision.face_detection import DetectedFace, FaceDetector
from rubor.vision.face_mesh import FaceMesh, FaceWindow, mesh_turned_round
from rubor.vision.frame import Frame

__all__ = ["FaceTracker", "is_cut"]

FloatArray = npt.NDArray[np.float32]

MIN_PRESENCE = 0.5
# A second face counts when it is at least this large beside the first; a smaller one is a bystander.
MIN_RELATIVE_SIZE = 0.4
# After a detection the window is refined on the mesh's own points before it is trusted.
REFINEMENTS = 3
# Two frames of one shot look alike but for brightness: the correlation of their thumbnails is high.
MIN_SHOT_CORRELATION = 0.6
_FLAT_PICTURE_SD = 0.01
_SAME_PICTURE = 0.1


@dataclass
class FaceTracker:
    """Gives the mesh of the chosen face in each frame it is shown, in order.

    Args:
        choice: which face to follow where there are several, counted from 1 from the left of the
            picture; None refuses when there are several.
        search_interval_s: while no face is in view, it is searched for at most this often.
        from_right: count from the right instead, for pictures that were turned round.
        both_ways: place the mesh on the picture and on its mirror image and take the mean. The model
            does not treat both sides alike: its mouth corners differ by up to 1 mm between the two.
    """

    choice: int | None = None
    search_interval_s: float = 0.2
    from_right: bool = False
    both_ways: bool = False
    checks: int = 0
    checks_with_several: int = 0
    _detector: FaceDetector = field(default_factory=FaceDetector)
    _mesh: FaceMesh = field(default_factory=FaceMesh)
    _window: FaceWindow | None = None
    _last_search_s: float = -np.inf
    _last_centre: tuple[float, float] | None = None

    def follow(self, frame: Frame) -> FloatArray | None:
        """Mesh points (468, 3) in pixels, or None where no face is found.

        Raises:
            SeveralFacesError: several faces and no choice.
            InputError: the choice names a face that is not there.
        """
        window = self._window or self._search(frame)
        if window is None:
            return None
        points, presence = self._place(frame, window)
        if presence < MIN_PRESENCE or not _mostly_inside(points, frame):
            self._window = None
            return None
        self._window = FaceWindow.around_points(points)
        self._last_centre = self._window.centre
        return points

    def forget(self) -> None:
        """Start anew, as after a cut."""
        self._window = None
        self._last_centre = None
        self._last_search_s = -np.inf

    def count_faces(self, frame: Frame) -> None:
        """Look at the whole picture once more, to notice people who joined later."""
        self.checks += 1
        self.checks_with_several += len(_of_size(self._detector.detect(frame))) > 1

    def _place(self, frame: Frame, window: FaceWindow) -> tuple[FloatArray, float]:
        points, presence = self._mesh.place(frame, window)
        if not self.both_ways:
            return points, presence
        turned, turned_presence = self._mesh.place(
            frame.turned_round(), window.turned_round(frame.width)
        )
        mean = (points + mesh_turned_round(turned, frame.width)) / np.float32(2.0)
        return mean, min(presence, turned_presence)

    def _search(self, frame: Frame) -> FaceWindow | None:
        if frame.time_s - self._last_search_s < self.search_interval_s:
            return None
        self._last_search_s = frame.time_s
        faces = _of_size(self._detector.detect(frame))
        if not faces:
            return None
        window = FaceWindow.around_detection(self._choose(faces))
        for _ in range(REFINEMENTS):
            points, presence = self._place(frame, window)
            if presence < MIN_PRESENCE:
                return None
            window = FaceWindow.around_points(points)
        return window

    def _choose(self, faces: list[DetectedFace]) -> DetectedFace:
        if self._last_centre is not None:
            # The face was lost a moment ago: it is the one nearest to where it was.
            centre = np.array(self._last_centre)
            return min(faces, key=lambda face: float(np.hypot(*(np.array(face.centre) - centre))))
        if self.choice is None and len(faces) > 1:
            raise SeveralFacesError(
                f"There are {len(faces)} faces in the picture.",
                f"Choose one with --face 1 to --face {len(faces)}, counted from the left of the"
                " picture, or record one person alone.",
            )
        number = self.choice or 1
        if number > len(faces):
            raise InputError(
                f"Face {number} was chosen, but there "
                + ("is only 1 face." if len(faces) == 1 else f"are only {len(faces)} faces."),
                "Count the faces from the left of the picture.",
            )
        return faces[-number if self.from_right else number - 1]


def is_cut(before: FloatArray, after: FloatArray) -> bool:
    """Whether two thumbnails (same shape, 0..1) belong to different shots.

    Correlation does not see a change of brightness, so a lamp that is switched on is not a cut.

    >>> ramp = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    >>> is_cut(ramp, ramp * 0.5 + 0.2), is_cut(ramp, ramp.T), is_cut(ramp, ramp[::-1])
    (False, True, True)
    """
    if float(np.abs(before - after).max()) < _SAME_PICTURE:
        return False
    # A flat picture correlates with nothing: black to black is no cut, and black to a scene is one.
    flat = before.std() < _FLAT_PICTURE_SD, after.std() < _FLAT_PICTURE_SD
    if any(flat):
        return not all(flat)
    correlation = float(cv2.matchTemplate(before, after, cv2.TM_CCOEFF_NORMED)[0, 0])
    return correlation < MIN_SHOT_CORRELATION


def _of_size(faces: list[DetectedFace]) -> list[DetectedFace]:
    if not faces:
        return []
    largest = max(face.width for face in faces)
    return [face for face in faces if face.width >= MIN_RELATIVE_SIZE * largest]


def _mostly_inside(points: FloatArray, frame: Frame) -> bool:
    x, y = points[:, 0], points[:, 1]
    inside = (x >= 0) & (x < frame.width) & (y >= 0) & (y < frame.height)
    return bool(inside.mean() > 0.6)
