"""The person who sits before the simulated camera: a picture, where it is skin, and its mesh.

By default this is the cut-out portrait of `rubor.simulation.portrait`. Any other photo keeps its own
background, which stays still while the head moves in front of it; its skin is found by colour,
starting from the regions of the mesh (GrabCut: Rother, Kolmogorov and Blake 2004, ACM Trans. Graph.
23:309). Eyeballs and the inside of the mouth are left out by the mesh.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError
from rubor.optics.transfer import srgb_encode
from rubor.simulation.portrait import PHOTO_ROWS_SHOWN, load_portrait
from rubor.vision.face_mesh import EYE_CORNER_ON_PICTURE_LEFT, EYE_CORNER_ON_PICTURE_RIGHT
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.photo import read_photo
from rubor.vision.photo_frame import photo_frame
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = ["FACE_OVAL", "LIPS", "Sitter", "load_sitter"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
Point = tuple[float, float]

# Rings of Face Mesh landmarks.
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)  # fmt: skip
_OPENINGS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191),
)  # fmt: skip
_TOP_OF_FACE, _CHIN = 10, 152

# A photo is laid out like the portrait: distance between the outer eye corners and place of their
# middle, in shares of the frame's height and of its size.
_EYE_SPAN_SHARE = 0.2537
_EYES_AT = (0.5, 0.40)
_NECK_BELOW_CHIN = 0.25  # of the height of the face

# Skin is looked for at this distance between the outer eye corners, in pixels.
_EYE_SPAN_TO_SEGMENT_PX = 70.0
_GRABCUT_ROUNDS = 4
# Forehead points at least this bright beside the cheeks are skin and not hair.
_FOREHEAD_BRIGHTNESS = 0.6
# The head of a photo moves as one up to the first of these distances from its middle, in halves of
# the oval's size; beyond the second nothing moves.
_RIGID_TO, _STILL_FROM = 1.3, 2.4
# Softness of the edges, in shares of the distance between the outer eye corners.
_SOFTNESS = 0.012


@dataclass(frozen=True, eq=False)
class Sitter:
    """A face to be rendered, with maps of its picture's height and width.

    Attributes:
        linear: linear light with BT.709 primaries, float32 (h, w, 3).
        person: share of each pixel that stands before the wall, float32 (h, w), 0..1.
        complexion: share of each pixel that has the skin's colour, float32 (h, w), 0..1.
        hair: likewise; nothing where it is not known.
        rigidity: how far each pixel moves with the head, float32 (h, w), 0..1; None where the whole
            picture does.
        mesh_px: Face Mesh points (468, 3) in pixels.
        taps_px: sampled points of the reference face (taps, 2), in pixels.
        px_per_cm: scale of the face.
        pivot: (x, y) about which the head sways.
        pivot_in_frame: where it lies in the frame at rest.
    """

    linear: Frame
    person: Frame
    complexion: Frame
    hair: Frame
    rigidity: Frame | None
    mesh_px: FloatArray
    taps_px: FloatArray
    px_per_cm: float
    pivot: Point
    pivot_in_frame: Point

    @property
    def eye_span_px(self) -> float:
        """Distance between the outer eye corners."""
        return _eye_span(self.mesh_px)

    @property
    def oval_px(self) -> FloatArray:
        """Outline of the face, (36, 2)."""
        return self.mesh_px[list(FACE_OVAL), :2]

    @property
    def eyes_middle(self) -> Point:
        """(x, y) midway between the outer eye corners."""
        return _eyes_middle(self.mesh_px)


def load_sitter(photo: Path | None, width: int, height: int) -> Sitter:
    """Prepare a face for a frame of this size.

    Args:
        photo: a photo of one face, not mirrored; None for the portrait that ships with the library.
        width: of the frame in pixels.
        height: likewise.

    Raises:
        RuborError: the photo cannot be read, or holds no face or several.

    >>> sitter = load_sitter(None, 640, 360)
    >>> round(sitter.eye_span_px / 10), sitter.taps_px.shape[1]
    (9, 2)
    """
    return _cut_out_portrait(width, height) if photo is None else _whole_photo(photo, width, height)


@lru_cache(maxsize=2)  # the same for every scenario of this size
def _cut_out_portrait(width: int, height: int) -> Sitter:
    portrait = load_portrait(height / PHOTO_ROWS_SHOWN)
    mesh = _mesh_on(portrait.linear)
    if mesh is None:  # pragma: no cover
        raise FaceNotFoundError("The face of the portrait is too small.", "Make the video larger.")
    return Sitter(
        linear=portrait.linear,
        person=portrait.person,
        complexion=portrait.complexion * (1.0 - _openings(mesh, portrait.person.shape)),
        hair=portrait.hair,
        rigidity=None,
        mesh_px=mesh,
        taps_px=_taps(mesh),
        px_per_cm=_px_per_cm(mesh),
        pivot=portrait.neck,
        pivot_in_frame=portrait.neck_in_frame(width),
    )


def _whole_photo(path: Path, width: int, height: int) -> Sitter:
    photo = read_photo(path)
    points = FaceTracker().follow(photo_frame(photo))
    if points is None:
        raise FaceNotFoundError(
            f"There is no face in {path.name} to simulate with.", "Take a photo from the front."
        )
    mesh = points.astype(np.float64)
    scale = _EYE_SPAN_SHARE * height / _eye_span(mesh)
    light: Frame = np.clip(photo.linear_rgb, 0.0, None)
    if scale < 1.0:
        light = _resized(light, scale)
    shrunk = min(scale, 1.0)
    mesh[:, :2] = (mesh[:, :2] + 0.5) * shrunk - 0.5
    mesh[:, 2] *= shrunk
    rest = scale / shrunk
    eyes = np.array(_eyes_middle(mesh))
    offset = np.array(_EYES_AT) * (width, height) - rest * eyes
    # A bust must not float: a photo that ends above the frame's lower edge is moved down to it.
    offset[1] = max(offset[1], height - rest * light.shape[0])
    place = np.array([[rest, 0.0, offset[0]], [0.0, rest, offset[1]]])

    def placed(picture: Frame) -> Frame:
        moved: Frame = cv2.warpAffine(
            picture,
            place,
            (width, height),
            flags=cv2.INTER_CUBIC if rest > 1.0 else cv2.INTER_LINEAR,
        ).astype(np.float32, copy=False)
        return np.clip(moved, 0.0, None, out=moved)

    linear = placed(light)
    inside = np.minimum(placed(np.ones(light.shape[:2], np.float32)), 1.0)
    mesh *= rest
    mesh[:, :2] += offset
    chin, top = mesh[_CHIN, :2], mesh[_TOP_OF_FACE, :2]
    neck = chin + _NECK_BELOW_CHIN * (chin - top)
    pivot = (float(neck[0]), float(neck[1]))
    return Sitter(
        linear=linear,
        person=inside,
        complexion=_complexion_by_colour(linear, mesh) * inside,
        hair=np.zeros_like(inside),
        rigidity=_rigidity(mesh, inside.shape),
        mesh_px=mesh,
        taps_px=_taps(mesh),
        px_per_cm=_px_per_cm(mesh),
        pivot=pivot,
        pivot_in_frame=pivot,
    )


def _mesh_on(linear: Frame) -> FloatArray | None:
    points = FaceTracker().follow(PhotoFrame(linear, _display(linear)))
    return None if points is None else points.astype(np.float64)


def _display(linear: Frame) -> Mask:
    return np.rint(255.0 * srgb_encode(np.clip(linear, 0.0, 1.0))).astype(np.uint8)


def _resized(picture: Frame, scale: float) -> Frame:
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return resized.astype(np.float32, copy=False)


def _taps(mesh: FloatArray) -> FloatArray:
    taps: FloatArray = reference_face().taps_from_landmarks @ mesh[:, :2]
    return taps


def _eye_span(points: FloatArray) -> float:
    return math.dist(
        points[EYE_CORNER_ON_PICTURE_LEFT, :2], points[EYE_CORNER_ON_PICTURE_RIGHT, :2]
    )


def _eyes_middle(points: FloatArray) -> Point:
    middle = (points[EYE_CORNER_ON_PICTURE_LEFT] + points[EYE_CORNER_ON_PICTURE_RIGHT]) / 2.0
    return float(middle[0]), float(middle[1])


def _px_per_cm(mesh: FloatArray) -> float:
    return _eye_span(mesh) / _eye_span(reference_face().landmarks_cm)


def _filled(points: FloatArray, shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(points[:, :2]).astype(np.int32)], (1,))
    return mask


def _softened(mask: npt.NDArray[np.generic], eye_span_px: float) -> Frame:
    soft: Frame = cv2.GaussianBlur(
        mask.astype(np.float32), (0, 0), max(_SOFTNESS * eye_span_px, 0.5)
    ).astype(np.float32, copy=False)
    return soft


def _openings(mesh: FloatArray, shape: tuple[int, ...]) -> Frame:
    """Eyeballs and the inside of the mouth, 0..1."""
    mask = np.zeros(shape[:2], np.uint8)
    for ring in _OPENINGS:
        mask |= _filled(mesh[list(ring)], shape)
    return _softened(mask, _eye_span(mesh))


def _complexion_by_colour(linear: Frame, mesh: FloatArray) -> Frame:
    """Skin of face, ears, neck and shoulders, found by its colour, 0..1."""
    scale = _EYE_SPAN_TO_SEGMENT_PX / _eye_span(mesh)
    picture = _display(_resized(linear, scale))
    points = (mesh[:, :2] + 0.5) * scale - 0.5
    shape = picture.shape[:2]
    columns, rows = np.rint(_taps(points)).astype(int).T
    columns, rows = np.clip(columns, 0, shape[1] - 1), np.clip(rows, 0, shape[0] - 1)
    face = reference_face()
    in_forehead = face.cell_region[face.tap_cell] == REGIONS.index("forehead")
    brightness = picture[rows, columns].astype(np.float64).sum(axis=1)
    bright = brightness > _FOREHEAD_BRIGHTNESS * float(np.median(brightness[~in_forehead]))

    top, chin = points[_TOP_OF_FACE], points[_CHIN]
    height = float(chin[1] - top[1])
    across, down = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    near = np.abs(across - (top[0] + chin[0]) / 2.0) < height
    near &= (down > top[1] - 0.25 * height) & (down < chin[1] + height)
    mask = np.full(shape, cv2.GC_BGD, np.uint8)
    mask[near] = cv2.GC_PR_BGD
    mask[_filled(points[list(FACE_OVAL)], shape) > 0] = cv2.GC_PR_FGD
    sure = ~in_forehead | bright
    mask[rows[sure], columns[sure]] = cv2.GC_FGD
    cv2.setRNGSeed(0)  # GrabCut starts from random clusters
    cv2.grabCut(
        np.ascontiguousarray(picture[..., ::-1]),
        mask,
        (0, 0, 1, 1),  # not used
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        _GRABCUT_ROUNDS,
        cv2.GC_INIT_WITH_MASK,
    )
    found = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts = cv2.connectedComponents(found)
    largest = np.bincount(parts[rows, columns][~in_forehead], minlength=2)[1:].argmax() + 1
    skin: Frame = cv2.resize(
        (parts == largest).astype(np.float32),
        (linear.shape[1], linear.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    ).astype(np.float32, copy=False)
    skin = _softened(skin, _eye_span(mesh))
    return skin * (1.0 - _openings(mesh, linear.shape))


def _rigidity(mesh: FloatArray, shape: tuple[int, ...]) -> Frame:
    oval = mesh[list(FACE_OVAL), :2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    (x, y), (semi_x, semi_y) = (low + high) / 2.0, (high - low) / 2.0
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    distance = np.hypot((columns - x) / semi_x, (rows - y) / semi_y)
    share = np.clip((_STILL_FROM - distance) / (_STILL_FROM - _RIGID_TO), 0.0, 1.0)
    smooth: Frame = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return smooth
