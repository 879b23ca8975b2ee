"""A real face to simulate with: a public-domain portrait in linear light, cut out and mapped.

The photo is scikit-image's `astronaut`, NASA's portrait of Eileen Collins (in the public domain),
512 x 512 pixels. It is not mirrored: the lettering on her suit reads forwards and the name tag is
on her left breast, at the right of the picture. So her person-left cheek is at the right of the
picture. All shapes below were placed by hand, in pixels of the photo from its upper left corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from skimage.data import astronaut

from rubor.optics.transfer import srgb_decode

__all__ = ["PHOTO_ROWS_SHOWN", "Portrait", "load_portrait"]

Frame = npt.NDArray[np.float32]
Points = tuple[tuple[float, float], ...]

PHOTO_ROWS_SHOWN = 260.0
"""Rows of the photo, from its top, that fill the height of a video."""

# The part of the photo that is kept (left, top, right, bottom): head and shoulders.
_CROP = (20, 0, 380, 300)

_OUTER_EYE_CORNER_RIGHT = (191.0, 100.5)
_OUTER_EYE_CORNER_LEFT = (259.5, 104.0)
_NECK = (220.0, 185.0)

_PERSON: Points = (
    (286.5, 40), (276, 31), (260, 23.5), (252, 19.5), (241.5, 16), (227, 16), (213, 20.5),
    (203.5, 22), (192.5, 29.5), (189, 35.5), (173.5, 43.5), (163.5, 51), (156, 58.5),
    (153.5, 65.5), (155, 99), (159, 107), (166, 113.5), (169.5, 116.5), (171, 123), (174, 128),
    (178, 131.5), (182, 132.5), (182, 139), (184, 148), (163.5, 149), (152.5, 151), (142.5, 156),
    (133, 163), (125.5, 169.5), (120, 182.5), (116.5, 187), (113.5, 194.5), (111.5, 205.5),
    (91, 226), (76.5, 235), (65, 246.5), (56.5, 259.5), (46, 281), (38, 300), (356, 300),
    (349, 283), (339, 261.5), (319, 242.5), (303.5, 236), (302, 228), (297, 217), (288, 202.5),
    (279, 192), (268, 182.5), (255.5, 173.5), (256.5, 164), (258, 159), (264.5, 149),
    (266.5, 137.5), (275, 134.5), (280, 127.5), (290, 118), (295.5, 110), (297, 103.5),
    (300, 96), (301, 81), (299.5, 72.5), (296.5, 60),
)  # fmt: skip
# Face and neck below the fringe, without the ears.
_BARE_SKIN: Points = (
    (187, 82), (196, 79.5), (206, 80.5), (216, 82), (226, 83), (236, 82), (246, 84.5), (256, 88),
    (263, 92), (267.5, 100), (270, 112), (269, 124), (266.5, 136), (264.5, 148), (257.5, 159),
    (255, 175), (253, 183), (244, 188), (234, 190.5), (222, 189), (206, 186), (195, 184),
    (188, 179), (186, 166), (185, 154), (183, 146), (182.5, 133), (182, 118), (182.5, 104),
    (184.5, 92),
)  # fmt: skip
# What is not skin inside that outline: centre and semi-axes of the eyes and of the mouth.
_NOT_SKIN = (
    ((203.0, 101.0), (14.0, 7.0)),
    ((248.0, 103.0), (14.0, 7.0)),
    ((224.0, 145.5), (24.0, 11.0)),
)
# Everything on the head that has the skin's colour: as above, with eyes, mouth, lobes of the ears and
# what shows of the forehead between the hair.
_COMPLEXION: Points = (
    (187, 74), (196, 73), (206, 74), (214, 76), (224, 79), (234, 80), (244, 80), (252, 84),
    (259, 88), (264, 92), (266, 97), (268, 104), (269.5, 112), (269.5, 122), (270, 127),
    (273, 129.5), (277, 128), (279.5, 130), (279, 134), (275, 136.5), (271, 137), (267.5, 138),
    (265, 149), (258, 159.5), (256, 175), (253.5, 183), (244, 188.5), (234, 191), (222, 189.5),
    (206, 186.5), (195, 184.5), (188, 180), (186, 168), (185, 155), (183, 147), (182.5, 139),
    (182, 133), (178, 131.5), (174, 127.5), (171.5, 122), (171, 118), (176, 118.5), (180, 113),
    (181.5, 106), (182.5, 100), (183.5, 92), (185.5, 82),
)  # fmt: skip
# Above this row there is only the head.
_HAIR_ENDS = 140.0
# The cheeks: full inside these ellipses, fading out to `_CHEEK_FADE` times their size.
_CHEEK_RIGHT = ((196.0, 125.0), (15.0, 19.0))
_CHEEK_LEFT = ((255.0, 128.0), (14.0, 19.0))
_CHEEK_FADE = 1.4

# The photo is exposed to just below clipping; a quarter less leaves room for light and noise.
_EXPOSURE = 0.75
# The cut-out's edge: drawn in so that no backdrop shows, and this soft.
_EDGE_SOFTNESS = 0.9
_EDGE_DRAWN_IN = 0.6
# Outlines are filled on a grid this much finer.
_FINE = 8
# The light is evened between these columns and goes on as it is there.
_FACE_COLUMNS = (182.0, 270.0)


@dataclass(frozen=True)
class Portrait:
    """A face in linear light, with maps of the same height and width.

    Attributes:
        linear: linear light with BT.709 primaries, float32 (h, w, 3), 1 for white.
        person: share of each pixel that is the person and not the backdrop, float32 (h, w), 0..1.
        skin: bare skin of face and neck without eyes and mouth, float32 (h, w), 0..1.
        complexion: everything on the head with the skin's colour: `skin` and eyes, mouth and lobes
            of the ears, float32 (h, w), 0..1.
        hair: likewise.
        cheek_left: person-left cheek, at the right of the picture, float32 (h, w), 0..1, with a
            soft edge; never more than `skin`.
        cheek_right: person-right cheek, likewise.
        outer_eye_corner_left: (x, y) of the person-left one, in pixels.
        outer_eye_corner_right: (x, y) of the person-right one.
        neck: (x, y) about which the head sways.
    """

    linear: Frame
    person: Frame
    skin: Frame
    complexion: Frame
    hair: Frame
    cheek_left: Frame
    cheek_right: Frame
    outer_eye_corner_left: tuple[float, float]
    outer_eye_corner_right: tuple[float, float]
    neck: tuple[float, float]

    @property
    def eye_span_px(self) -> float:
        """Distance between the outer eye corners, in pixels."""
        return math.dist(self.outer_eye_corner_left, self.outer_eye_corner_right)

    def neck_in_frame(self, width: int) -> tuple[float, float]:
        """Where the neck lies at rest in a picture of this width, with the eyes in its middle."""
        eyes_x = (self.outer_eye_corner_left[0] + self.outer_eye_corner_right[0]) / 2.0
        return (self.neck[0] + (width - 1) / 2.0 - eyes_x, self.neck[1])


def load_portrait(enlargement: float = 1.0) -> Portrait:
    """The portrait with its maps, enlarged by cubic interpolation.

    The photo is lit from person-right, which leaves the person-left cheek a third darker in G. A
    smooth gain across the face, the same for all three channels, brings both cheeks to the same
    brightness (within 2 %) and leaves every ratio of channels as it was.

    Args:
        enlargement: factor on the photo's pixels, above 0; at 1 there are 69 px between the outer
            eye corners.

    >>> round(load_portrait(2.0).eye_span_px)
    137
    """
    left, top, right, bottom = _CROP
    size = (round((right - left) * enlargement), round((bottom - top) * enlargement))

    def enlarged(picture: Frame) -> Frame:
        larger: Frame = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(
            np.float32, copy=False
        )
        return np.clip(larger, 0.0, 1.0, out=larger)

    def placed(point: tuple[float, float]) -> tuple[float, float]:
        # Pixel centres of the photo to pixel centres of the enlargement, as cv2.resize does it.
        x, y = point
        return (
            (x - left + 0.5) * enlargement - 0.5,
            (y - top + 0.5) * enlargement - 0.5,
        )

    whole: npt.NDArray[np.uint8] = astronaut()  # type: ignore[no-untyped-call]
    photo = whole[top:bottom, left:right].astype(np.float32) / np.float32(255.0)
    person = _polygon(_PERSON, drawn_in=_EDGE_DRAWN_IN)
    eyes_and_mouth = np.maximum.reduce([_ellipse(*shape) for shape in _NOT_SKIN])
    skin = np.minimum(_polygon(_BARE_SKIN), person) * (1.0 - eyes_and_mouth)
    complexion = np.minimum(_polygon(_COMPLEXION), person)
    hair = person * (1.0 - complexion)
    hair[np.arange(top, bottom) > _HAIR_ENDS] = 0.0
    cheek_left = _ellipse(*_CHEEK_LEFT, fade=_CHEEK_FADE) * skin
    cheek_right = _ellipse(*_CHEEK_RIGHT, fade=_CHEEK_FADE) * skin
    linear = (_EXPOSURE * srgb_decode(photo)).astype(np.float32)
    linear *= _even_light_gain(linear[..., 1], cheek_left, cheek_right)[:, None]
    return Portrait(
        linear=enlarged(linear),
        person=enlarged(person),
        skin=enlarged(skin),
        complexion=enlarged(complexion),
        hair=enlarged(hair.astype(np.float32)),
        cheek_left=enlarged(cheek_left),
        cheek_right=enlarged(cheek_right),
        outer_eye_corner_left=placed(_OUTER_EYE_CORNER_LEFT),
        outer_eye_corner_right=placed(_OUTER_EYE_CORNER_RIGHT),
        neck=placed(_NECK),
    )


def _polygon(points: Points, drawn_in: float = 0.0) -> Frame:
    """Map of a polygon on the crop, 1 inside, with a soft edge; `drawn_in` pixels smaller."""
    left, top, right, bottom = _CROP
    fine = np.zeros(((bottom - top) * _FINE, (right - left) * _FINE), np.float32)
    corners = np.rint((np.array(points) - (left, top) + 0.5) * _FINE - 0.5).astype(np.int32)
    cv2.fillPoly(fine, [corners], (1.0,))
    reach = round(drawn_in * _FINE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    # Outside the crop the person goes on, so the border does not eat into it.
    fine = cv2.erode(fine, disc, borderType=cv2.BORDER_REPLICATE).astype(np.float32)
    coarse = cv2.resize(fine, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    soft: Frame = cv2.GaussianBlur(
        coarse, (0, 0), _EDGE_SOFTNESS, borderType=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    return soft


def _ellipse(
    centre: tuple[float, float], semi_axes: tuple[float, float], fade: float = 1.15
) -> Frame:
    """Map of an ellipse on the crop: 1 inside, falling smoothly to 0 at `fade` times its size."""
    left, top, right, bottom = _CROP
    y, x = np.mgrid[top:bottom, left:right]
    radius = np.hypot((x - centre[0]) / semi_axes[0], (y - centre[1]) / semi_axes[1])
    part = np.clip((fade - radius) / (fade - 1.0), 0.0, 1.0)
    smooth: Frame = (part * part * (3.0 - 2.0 * part)).astype(np.float32)
    return smooth


def _even_light_gain(green: Frame, cheek_left: Frame, cheek_right: Frame) -> Frame:
    """Gain per column of the crop, exponential across the face, that evens the cheeks."""
    columns = np.arange(_CROP[0], _CROP[2])

    def centre_and_brightness(cheek: Frame) -> tuple[float, float]:
        weight = cheek / cheek.sum()
        return float((weight * columns).sum()), math.log(float((weight * green).sum()))

    left_x, left_brightness = centre_and_brightness(cheek_left)
    right_x, right_brightness = centre_and_brightness(cheek_right)
    slope = (right_brightness - left_brightness) / (left_x - right_x)
    from_middle = np.clip(columns, *_FACE_COLUMNS) - (left_x + right_x) / 2.0
    gain: Frame = np.exp(slope * from_middle).astype(np.float32)
    return gain
