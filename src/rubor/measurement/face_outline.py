"""The face seen from the front, as polygons to fill: cells, silhouette, eyes, nose and mouth.

All in centimetres on the reference mesh, x to person-left and y up. Drawn with x to the right it is
the face as one sees it who looks at the person: person-left is on the right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.vision.reference_face import ReferenceFace, reference_face

__all__ = ["FaceOutline", "face_outline"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_PIXELS_PER_CM = 24
_MARGIN_CM = 0.5
# A point of the face belongs to the cell of the nearest tap, if one is this near: the 48 taps of a
# square centimetre lie 0.15 cm apart.
_REACH_CM = 0.26
_SMOOTHING_CM = 0.09
# Outlines are thinned to within a tenth of a millimetre or so of their course.
_THINNING_PX = 0.35
_LEAST_AREA_PX = 12.0
# Contours follow pixel centres, so that each polygon is half a pixel short on every side.
_GROWTH_PX = 0.5

# Courses along the Face Mesh landmarks (canonical numbering).
_OVAL = (
    10,
    338,
    297,
    332,
    284,
    251,
    389,
    356,
    454,
    323,
    361,
    288,
    397,
    365,
    379,
    378,
    400,
    377,
    152,
    148,
    176,
    149,
    150,
    136,
    172,
    58,
    132,
    93,
    234,
    127,
    162,
    21,
    54,
    103,
    67,
    109,
)
_EYE_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
_EYE_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
_BROW_RIGHT = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
_BROW_LEFT = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
_LIPS_OUTER = (
    61,
    185,
    40,
    39,
    37,
    0,
    267,
    269,
    270,
    409,
    291,
    375,
    321,
    405,
    314,
    17,
    84,
    181,
    91,
    146,
)
_LIPS_INNER = (
    78,
    191,
    80,
    81,
    82,
    13,
    312,
    311,
    310,
    415,
    308,
    324,
    318,
    402,
    317,
    14,
    87,
    178,
    88,
    95,
)
_NOSE = (198, 209, 129, 64, 98, 97, 2, 326, 327, 294, 358, 429, 420)


@dataclass(frozen=True, eq=False)
class FaceOutline:
    """Polygons of (n, 2) x and y in cm.

    Attributes:
        cells: for each cell of the reference face its polygons, mostly one.
        silhouette: the mesh's outline.
        closed: eyes, brows and lips.
        nose: an open course around its wings.
    """

    cells: tuple[tuple[FloatArray, ...], ...]
    silhouette: FloatArray
    closed: tuple[FloatArray, ...]
    nose: FloatArray


@cache
def face_outline() -> FaceOutline:
    """The outline of the reference face.

    >>> outline = face_outline()
    >>> left = reference_face().cell_names.index("cheek_left_07")
    >>> bool(outline.cells[left][0][:, 0].min() > 0)  # person-left is where x is positive
    True
    """
    face = reference_face()
    flat = face.landmarks_cm[:, :2]

    origin = flat.min(axis=0) - _MARGIN_CM
    size = np.ceil((flat.max(axis=0) + _MARGIN_CM - origin) * _PIXELS_PER_CM).astype(int)
    inside = np.zeros((size[1], size[0]), np.uint8)
    for triangle in face.triangles:
        corners = np.round((flat[triangle] - origin) * _PIXELS_PER_CM).astype(np.int32)
        cv2.fillConvexPoly(inside, corners, 1)
    labels = _cell_labels(face, origin, inside)
    return FaceOutline(
        cells=tuple(
            tuple(_to_cm(ring, origin) for ring in _rings(labels == number))
            for number in range(face.cells)
        ),
        silhouette=_curved(flat[list(_OVAL)], closed=True),
        closed=tuple(
            _curved(flat[list(course)], closed=True)
            for course in (_EYE_RIGHT, _EYE_LEFT, _BROW_RIGHT, _BROW_LEFT, _LIPS_OUTER, _LIPS_INNER)
        ),
        nose=_curved(flat[list(_NOSE)], closed=False),
    )


def _cell_labels(
    face: ReferenceFace, origin: FloatArray, inside: npt.NDArray[np.uint8]
) -> IntArray:
    """(height, width) number of the cell that a pixel belongs to, -1 for none; borders smoothed."""
    rows, columns = np.indices(inside.shape)
    points = np.stack([columns, rows], axis=-1) / _PIXELS_PER_CM + origin
    distance, tap = KDTree(face.tap_position_cm[:, :2]).query(points)
    none = (distance > _REACH_CM) | (inside == 0)
    labels = np.where(none, -1, face.tap_cell[tap]).astype(np.int32)
    # Each label is blurred and the strongest wins, which rounds off what the taps left ragged.
    best = np.zeros(labels.shape, np.float32)
    smooth = np.full(labels.shape, -1, np.int32)
    for number in range(-1, face.cells):
        share = cv2.GaussianBlur(
            (labels == number).astype(np.float32), (0, 0), _SMOOTHING_CM * _PIXELS_PER_CM
        )
        stronger = share > best
        best[stronger], smooth[stronger] = share[stronger], number
    smooth[inside == 0] = -1
    return smooth


def _rings(mask: npt.NDArray[np.bool_]) -> list[FloatArray]:
    """Outer contours of a mask, in pixels, largest first."""
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    rings = [contour for contour in contours if cv2.contourArea(contour) >= _LEAST_AREA_PX]
    rings.sort(key=cv2.contourArea, reverse=True)
    return [_rounded(ring[:, 0, :].astype(np.float64)) for ring in rings]


def _rounded(ring: FloatArray) -> FloatArray:
    """A pixel staircase as a smooth ring of few points, grown by half a pixel."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    smooth = (before + 2.0 * ring + after) / 4.0
    along = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    outward = np.stack([-along[:, 1], along[:, 0]], axis=1)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    x, y = smooth.T
    if np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) > 0:
        outward = -outward
    grown = (smooth + _GROWTH_PX * outward).astype(np.float32)
    return cv2.approxPolyDP(grown, _THINNING_PX, True)[:, 0, :].astype(np.float64)


def _curved(corners: FloatArray, *, closed: bool) -> FloatArray:
    """A polygon with its corners cut twice (Chaikin 1974)."""
    for _ in range(2):
        ends = np.roll(corners, -1, axis=0) if closed else corners[1:]
        starts = corners if closed else corners[:-1]
        cut = np.stack([0.75 * starts + 0.25 * ends, 0.25 * starts + 0.75 * ends], axis=1)
        cut = cut.reshape(-1, 2)
        corners = cut if closed else np.concatenate([corners[:1], cut, corners[-1:]])
    return corners


def _to_cm(ring: FloatArray, origin: FloatArray) -> FloatArray:
    return ring / _PIXELS_PER_CM + origin
