"""The one pass over a file: follow the face, read its patches, look at the scene."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rubor.measurement.patch_sampling import ColourRule, PatchSampler
from rubor.measurement.patch_store import PatchStore
from rubor.measurement.read_ahead import read_ahead
from rubor.measurement.scene_sampling import SceneSampler, SceneSeries
from rubor.vision.colour_card import ColourCard, find_colour_card
from rubor.vision.face_mesh import EYE_CORNER_ON_PICTURE_LEFT, EYE_CORNER_ON_PICTURE_RIGHT
from rubor.vision.face_tracking import FaceTracker, is_cut
from rubor.vision.frame import Frame
from rubor.vision.head_pose import head_pose_deg
from rubor.vision.reference_face import ReferenceFace

__all__ = ["Observation", "edge_width", "observe"]

FloatArray = npt.NDArray[np.float64]

# Mesh points are smoothed over these neighbours, as many after as before, so that nothing lags.
_SMOOTHING = np.array([1.0, 4.0, 6.0, 4.0, 1.0], np.float32)
_REACH = len(_SMOOTHING) // 2
# The mesh is placed on every frame while the face or the picture moves, and at least five times a
# second while both keep still: frames between two placements get points between theirs. Colour is
# read in every frame.
_STILL_SHARE = 0.01
_STILL_PICTURE = 0.04
_LONGEST_BETWEEN_S = 0.205
_MOST_BETWEEN = 8
SCENE_INTERVAL_S = 0.25
LOOK_INTERVAL_S = 2.0
FACE_COUNT_INTERVAL_S = 10.0
_THUMBNAILS_PX = 24


@dataclass(frozen=True)
class Observation:
    """What one pass over a file saw; colours of patches are in the store.

    Attributes:
        time_s: (frames,).
        segment: (frames,) number of the shot, from 0.
        found: (frames,) whether the face was found.
        pose_deg: (frames, 3) yaw (towards person-left), pitch (up), roll; NaN without a face.
        eye_distance_px: (frames,) between the outer eye corners, along the picture.
        centre_px: (frames, 2) middle of the face.
        masked_share: (frames,) share of the face's points that are clipped or black.
        blur: (samples,) width of the sharpest edges of the face, as a share of the face's width.
        texture: (patches,) mean relative spread within each patch.
        background, card: colours of the scene and of the card's 24 patches, or None.
        colour_card: the card, where one was found.
        checks_with_several_faces: share of the looks at the whole picture that saw several faces.
        width_px, height_px: size of the picture.
    """

    time_s: FloatArray
    segment: npt.NDArray[np.intp]
    found: npt.NDArray[np.bool_]
    pose_deg: FloatArray
    eye_distance_px: FloatArray
    centre_px: FloatArray
    masked_share: FloatArray
    blur: FloatArray
    texture: FloatArray
    background: SceneSeries | None
    card: SceneSeries | None
    colour_card: ColourCard | None
    checks_with_several_faces: float
    width_px: int
    height_px: int


def observe(
    frames: Iterator[Frame],
    colour: ColourRule,
    face: ReferenceFace,
    tracker: FaceTracker,
    store: PatchStore,
    *,
    want_card: bool,
    progress: Callable[[float], None] | None = None,
) -> Observation:
    """Watch every frame once and fill the store; memory does not grow with the patches.

    Args:
        frames: in time order.
        want_card: look for a colour card in the first frame with a face.
        progress: called with the time of each frame in seconds.
    """
    watcher = _Watcher(colour, face, tracker, store, want_card)
    # Closed before an error leaves here: the decoder must not be freed while it still reads ahead.
    with closing(read_ahead(frames)) as ahead:
        for frame in ahead:
            watcher.watch(frame)
            if progress is not None:
                progress(frame.time_s)
    return watcher.finish()


class _Watcher:
    """The state of the pass."""

    def __init__(
        self,
        colour: ColourRule,
        face: ReferenceFace,
        tracker: FaceTracker,
        store: PatchStore,
        want_card: bool,
    ) -> None:
        self._colour, self._tracker, self._store = colour, tracker, store
        self._want_card = want_card
        self._sampler = PatchSampler(face)
        self._waiting: deque[_Waiting] = deque()
        self._placed: npt.NDArray[np.float32] | None = None
        self._placed_s: float | None = None
        self._placed_thumbnail: npt.NDArray[np.float32] | None = None
        self._still = False
        self._past: deque[npt.NDArray[np.float32] | None] = deque(maxlen=_REACH)
        self._times: list[float] = []
        self._segments: list[int] = []
        self._batch: list[npt.NDArray[np.float32] | None] = []
        self._summaries: list[FloatArray] = []
        self._masked: list[npt.NDArray[np.float32]] = []
        self._blur: list[float] = []
        self._textures: list[npt.NDArray[np.float32]] = []
        self._background: SceneSampler | None = None
        self._card: SceneSampler | None = None
        self._colour_card: ColourCard | None = None
        self._thumbnail: npt.NDArray[np.float32] | None = None
        self._segment = 0
        self._next_scene_s = self._next_look_s = self._next_count_s = -np.inf
        self._size = (0, 0)

    def watch(self, frame: Frame) -> None:
        self._size = (frame.width, frame.height)
        thumbnail = frame.thumbnail(max(1, min(frame.width, frame.height) // _THUMBNAILS_PX))
        if self._thumbnail is not None and is_cut(self._thumbnail, thumbnail):
            self._flush()
            self._segment += 1
            self._tracker.forget()
        self._thumbnail = thumbnail
        self._times.append(frame.time_s)
        self._segments.append(self._segment)
        if self._may_skip(frame):
            self._waiting.append(_Waiting(frame, None, between=True))
        else:
            self._place(frame)
        while len(self._waiting) > _REACH and self._waiting[-1].between is False:
            self._sample_oldest()

    def finish(self) -> Observation:
        self._flush()
        if self._sampler.pending:
            self._take()
        summaries = np.concatenate(self._summaries)
        return Observation(
            time_s=np.array(self._times),
            segment=np.array(self._segments, np.intp),
            found=np.isfinite(summaries[:, 0]),
            pose_deg=summaries[:, :3],
            eye_distance_px=summaries[:, 3],
            centre_px=summaries[:, 4:],
            masked_share=np.concatenate(self._masked).astype(np.float64),
            blur=np.array(self._blur),
            texture=np.mean(self._textures, axis=0) if self._textures else np.array([]),
            background=self._background.series() if self._background else None,
            card=self._card.series() if self._card else None,
            colour_card=self._colour_card,
            checks_with_several_faces=(
                self._tracker.checks_with_several / max(self._tracker.checks, 1)
            ),
            width_px=self._size[0],
            height_px=self._size[1],
        )

    def _may_skip(self, frame: Frame) -> bool:
        """Whether this frame's points may be put between those of its neighbours.

        The next frame, a step later, will still be within reach of the last placement.
        """
        if not self._still or self._placed_s is None:
            return False
        step_s = frame.time_s - self._times[-2]
        if frame.time_s + step_s - self._placed_s > _LONGEST_BETWEEN_S:
            return False
        waiting = sum(frame.between for frame in self._waiting)
        return waiting < _MOST_BETWEEN and self._looks_as_placed()

    def _looks_as_placed(self) -> bool:
        """Whether nothing in the picture has moved since the mesh was last placed."""
        if self._thumbnail is None or self._placed_thumbnail is None:
            return False
        return bool(np.abs(self._thumbnail - self._placed_thumbnail).max() < _STILL_PICTURE)

    def _place(self, frame: Frame) -> None:
        points = self._tracker.follow(frame)
        before, before_s = self._placed, self._placed_s
        self._fill_between(before, before_s, points, frame.time_s)
        self._placed, self._placed_s, self._placed_thumbnail = points, frame.time_s, self._thumbnail
        self._still = before is not None and points is not None and _is_still(before, points)
        self._waiting.append(_Waiting(frame, points))
        if points is not None:
            self._look_around(frame, points)

    def _fill_between(
        self,
        before: npt.NDArray[np.float32] | None,
        before_s: float | None,
        after: npt.NDArray[np.float32] | None,
        after_s: float,
    ) -> None:
        """Give the frames since the last placement points on the way from it to the next one."""
        for waiting in self._waiting:
            if not waiting.between:
                continue
            waiting.between = False
            if before is None or before_s is None or after is None:
                waiting.points = before
            else:
                share = np.float32((waiting.frame.time_s - before_s) / (after_s - before_s))
                waiting.points = before + share * (after - before)

    def _look_around(self, frame: Frame, points: npt.NDArray[np.float32]) -> None:
        """The slower looks: scene, sharpness, texture, other people."""
        if frame.time_s >= self._next_scene_s:
            self._next_scene_s = frame.time_s + SCENE_INTERVAL_S
            if self._background is None:
                self._background = SceneSampler.over_background(frame, self._colour)
                self._find_card(frame)
            self._background.add(frame, points)
            if self._card is not None:
                self._card.add(frame, points)
        if frame.time_s >= self._next_look_s:
            self._next_look_s = frame.time_s + LOOK_INTERVAL_S
            self._blur.append(edge_width(frame, points))
            self._textures.append(self._sampler.texture(frame, points, self._colour))
        if frame.time_s >= self._next_count_s:
            self._next_count_s = frame.time_s + FACE_COUNT_INTERVAL_S
            self._tracker.count_faces(frame)

    def _find_card(self, frame: Frame) -> None:
        if not self._want_card:
            return
        whole = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
        even = (frame.width // 2 * 2, frame.height // 2 * 2)
        self._colour_card = find_colour_card(frame.preview(whole, even))
        if self._colour_card is not None:
            squares = self._colour_card.patch_corners
            self._card = SceneSampler(squares, self._colour, behind_person=False)

    def _flush(self) -> None:
        self._fill_between(self._placed, self._placed_s, None, 0.0)
        self._placed, self._placed_s, self._still = None, None, False
        while self._waiting:
            self._sample_oldest()
        self._past.clear()

    def _sample_oldest(self) -> None:
        oldest = self._waiting.popleft()
        frame, points = oldest.frame, oldest.points
        smooth = None
        if points is not None:
            following = [later.points for later in list(self._waiting)[:_REACH]]
            smooth = _smooth(list(self._past), points, following)
        self._sampler.add(frame, smooth)
        self._batch.append(smooth)
        self._past.append(points)
        if self._sampler.full:
            self._take()

    def _take(self) -> None:
        batch = self._sampler.take(self._colour)
        self._store.append(batch.linear_rgb)
        self._masked.append(batch.masked_share)
        self._summaries.append(_summaries(self._batch))
        self._batch = []


@dataclass
class _Waiting:
    """A frame whose neighbours in time are not all known yet.

    Attributes:
        between: its points are still to come from its neighbours.
    """

    frame: Frame
    points: npt.NDArray[np.float32] | None
    between: bool = False


def _is_still(before: npt.NDArray[np.float32], now: npt.NDArray[np.float32]) -> bool:
    """Whether the mesh hardly moved, against the distance between the outer eye corners."""
    moved = np.abs(now[:, :2] - before[:, :2]).max()
    eyes = now[EYE_CORNER_ON_PICTURE_LEFT, :2] - now[EYE_CORNER_ON_PICTURE_RIGHT, :2]
    return bool(moved < _STILL_SHARE * np.hypot(*eyes))


def _smooth(
    before: list[npt.NDArray[np.float32] | None],
    now: npt.NDArray[np.float32],
    after: list[npt.NDArray[np.float32] | None],
) -> npt.NDArray[np.float32]:
    """Weighted mean over symmetric neighbours; a missing one takes its mirror partner with it."""
    total, weight = now * _SMOOTHING[_REACH], float(_SMOOTHING[_REACH])
    for step in range(1, _REACH + 1):
        earlier = before[-step] if len(before) >= step else None
        later = after[step - 1] if len(after) >= step else None
        if earlier is None or later is None:
            break
        total = total + _SMOOTHING[_REACH + step] * (earlier + later)
        weight += 2.0 * float(_SMOOTHING[_REACH + step])
    return np.asarray(total / np.float32(weight))


def _summaries(batch: list[npt.NDArray[np.float32] | None]) -> FloatArray:
    """(frames, 6): yaw, pitch, roll, distance between the outer eye corners, x and y of the middle."""
    rows = np.full((len(batch), 6), np.nan)
    seen = [place for place, points in enumerate(batch) if points is not None]
    if seen:
        points = np.stack([points for points in batch if points is not None]).astype(np.float64)
        across = (
            points[:, EYE_CORNER_ON_PICTURE_LEFT, :2] - points[:, EYE_CORNER_ON_PICTURE_RIGHT, :2]
        )
        rows[seen, :3] = head_pose_deg(points)
        rows[seen, 3] = np.linalg.norm(across, axis=1)
        rows[seen, 4:] = points[:, :, :2].mean(axis=1)
    return rows


def edge_width(frame: Frame, points: npt.NDArray[np.float32]) -> float:
    """How wide the face's sharpest edges are, as a share of the face's width.

    The contrast of the face over its steepest brightness gradients: eyes, brows and lips have sharp
    edges on every face, so a wide result means blur.
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    side = float(max(high - low))
    size = int(np.clip(side, 64, 256)) // 2 * 2
    scale = size / side
    affine = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale]], np.float32)
    luma = frame.preview(affine, (size, size))[:, :, 1].astype(np.float32)
    contrast = float(np.subtract(*np.percentile(luma, [98, 2])))
    steps = np.hypot(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)) / 8.0
    steepest = float(np.percentile(steps, 99.5))
    return contrast / max(steepest, 1e-6) / size
