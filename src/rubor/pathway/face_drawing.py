"""A face from the front as lines, in millimetres: enough to find one's way, and no photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rubor.pathway.face_surface import FaceSurface

__all__ = ["EYES_AND_BROWS", "DrawnLine", "face_lines"]

# Courses along the Face Mesh landmarks, as `rubor.measurement.face_outline` has them.
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
)
_OVAL_RIGHT = (148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
_CLOSED = {
    "outline": (*_OVAL, *_OVAL_RIGHT),
    "right eye": (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    "left eye": (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
    "right brow": (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    "left brow": (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    "lips": (
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
    ),
    "mouth": (
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
    ),
}
EYES_AND_BROWS = tuple(
    number
    for name in ("right eye", "left eye", "right brow", "left brow")
    for number in _CLOSED[name]
)
_OPEN = {"nose": (198, 209, 129, 64, 98, 97, 2, 326, 327, 294, 358, 429, 420)}


@dataclass(frozen=True)
class DrawnLine:
    """One line of the drawing.

    Attributes:
        name: what it is.
        closed: whether its end meets its beginning.
        points_mm: x to person-left, y up, in the order of the line.
    """

    name: str
    closed: bool
    points_mm: tuple[tuple[float, float], ...]


def face_lines(surface: FaceSurface) -> tuple[DrawnLine, ...]:
    """The lines of a face, seen straight from the front; corners cut twice (Chaikin 1974)."""
    lines = []
    for courses, closed in ((_CLOSED, True), (_OPEN, False)):
        for name, course in courses.items():
            corners = surface.points_mm[list(course), :2]
            for _ in range(2):
                ends = np.roll(corners, -1, axis=0) if closed else corners[1:]
                starts = corners if closed else corners[:-1]
                cut = np.stack([0.75 * starts + 0.25 * ends, 0.25 * starts + 0.75 * ends], axis=1)
                cut = cut.reshape(-1, 2)
                corners = cut if closed else np.concatenate([corners[:1], cut, corners[-1:]])
            points = tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)
            lines.append(DrawnLine(name, closed, points))
    return tuple(lines)
