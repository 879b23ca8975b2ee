"""A smile and a turn of the head on a still photo: where the skin moves and how its light changes.

Both are small smooth warps of the face within its outline. A turn moves each point by its height over
the outline, taken from the depth of the mesh. A smile lifts the corners of the mouth and the cheeks.

Light: a surface that turns towards the lamp brightens alike in all channels, and a rounder cheek
shines more. In a fold, part of the lamp's light is replaced by light from the skin opposite, which is
red, so a fold grows darker and redder without any blood. In real smiles the redness of regions steps
by up to 0.01 in log10(R/G).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.simulation.face_field import Window
from rubor.simulation.sitter import FACE_OVAL, Sitter

__all__ = ["Expression"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]

# Face Mesh landmarks, person-right then person-left.
_MOUTH_CORNERS = (61, 291)
_CHEEKS = (205, 425)
_CHEEK_BONES = (50, 280)
_NOSE_WINGS = (129, 358)

# A broad smile. Lengths in shares of the distance between the outer eye corners.
_CORNER_OUT, _CORNER_UP, _CORNER_REACH = 0.06, 0.07, 0.18
_CHEEK_UP, _CHEEK_REACH = 0.04, 0.22
_ROUNDER_LIGHT, _ROUNDER_GLOSS, _ROUNDER_REACH = 0.08, 0.8, 0.17
_FOLD_DEPTH, _FOLD_WIDTH = 0.25, 0.06
# Of the light that a fold loses, the share that comes back from the skin opposite.
_LIGHT_FROM_SKIN = 0.5

# A turn of one radian changes the light on a cheek by so much.
_TURN_LIGHT = 0.6
# Height fades to nothing towards the outline, over this share of the distance between the eyes.
_OUTLINE_FADE = 0.3
# Between points of the mesh, height is a weighted mean of the nearest.
_NEIGHBOURS, _HEIGHT_REACH = 8, 0.05


@dataclass(frozen=True, eq=False)
class Expression:
    """Maps of a window of the picture, for a smile of 1 and a turn of 1 rad to person-left.

    Attributes:
        smile_shift: how far the skin moves across and down, (h, w, 2), in pixels.
        turn_shift: how far across, (h, w).
        smile_light: relative change of light in R, G and B, (h, w, 3).
        smile_gloss: relative change of the surface reflection, (h, w).
        turn_light: relative change of light, (h, w).
    """

    smile_shift: Frame
    turn_shift: Frame
    smile_light: Frame
    smile_gloss: Frame
    turn_light: Frame

    @classmethod
    def of(
        cls, sitter: Sitter, window: Window, skin_colour: FloatArray, across: Frame
    ) -> Expression:
        """The maps of a sitter.

        Args:
            sitter: who.
            window: rows and columns of the picture.
            skin_colour: mean linear reflectance of the skin, (3,).
            across: place across the face, -1 at the person-right cheek to 1 at the other, (h, w).
        """
        rows, columns = window
        origin = np.array([columns.start, rows.start])
        mesh = sitter.mesh_px[:, :2] - origin
        grid = np.stack(
            np.meshgrid(np.arange(columns.stop - columns.start), np.arange(rows.stop - rows.start)),
            axis=-1,
        ).astype(np.float64)
        span = sitter.eye_span_px
        shift = np.zeros(grid.shape)
        rounder, fold = np.zeros(grid.shape[:2]), np.zeros(grid.shape[:2])
        for side, outwards in enumerate((-1.0, 1.0)):
            corner = _bump(grid, mesh[_MOUTH_CORNERS[side]], _CORNER_REACH * span)
            cheek = _bump(grid, mesh[_CHEEKS[side]], _CHEEK_REACH * span)
            shift[..., 0] += outwards * _CORNER_OUT * span * corner
            shift[..., 1] -= span * (_CORNER_UP * corner + _CHEEK_UP * cheek)
            rounder += _bump(grid, mesh[_CHEEK_BONES[side]], _ROUNDER_REACH * span)
            wing, mouth = mesh[_NOSE_WINGS[side]], mesh[_MOUTH_CORNERS[side]]
            # The fold runs outside of the line between them.
            aside = np.array([outwards * _FOLD_WIDTH * span, 0.0])
            fold += _ridge(grid, wing + aside, mouth + aside, _FOLD_WIDTH * span)
        # Where both meet, the fold wins.
        rounder *= 1.0 - np.minimum(fold, 1.0)
        lost = _FOLD_DEPTH * (1.0 - _LIGHT_FROM_SKIN * skin_colour)
        share = sitter.complexion[window]
        smile_light = _ROUNDER_LIGHT * rounder[..., None] - fold[..., None] * lost
        return cls(
            smile_shift=shift.astype(np.float32),
            turn_shift=_height(sitter, window, grid),
            smile_light=(smile_light * share[..., None]).astype(np.float32),
            smile_gloss=(_ROUNDER_GLOSS * rounder - fold).astype(np.float32),
            turn_light=(_TURN_LIGHT * across * share).astype(np.float32),
        )

    def light(self, smile: float, turn_rad: float) -> Frame:
        """Factor on the light of each channel, (h, w, 3)."""
        turned = cv2.cvtColor(1.0 + np.float32(turn_rad) * self.turn_light, cv2.COLOR_GRAY2RGB)
        light: Frame = cv2.scaleAdd(self.smile_light, smile, turned).astype(np.float32, copy=False)
        return light

    def gloss(self, smile: float) -> Frame:
        """Factor on the surface reflection, (h, w)."""
        gloss: Frame = np.maximum(1.0 + np.float32(smile) * self.smile_gloss, np.float32(0.0))
        return gloss

    def moved(self, skin: Frame, smile: float, turn_rad: float) -> Frame:
        """The window's picture (h, w, ...) with the skin in its new place."""
        height, width = skin.shape[:2]
        columns = np.arange(width, dtype=np.float32) - np.float32(smile) * self.smile_shift[..., 0]
        columns -= np.float32(np.sin(turn_rad)) * self.turn_shift
        rows = np.arange(height, dtype=np.float32)[:, None]
        rows = rows - np.float32(smile) * self.smile_shift[..., 1]
        moved: Frame = cv2.remap(
            skin, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32, copy=False)
        return moved


def _bump(grid: FloatArray, centre: FloatArray, reach: float) -> FloatArray:
    distance = np.hypot(grid[..., 0] - centre[0], grid[..., 1] - centre[1])
    bump: FloatArray = np.exp(-0.5 * (distance / reach) ** 2)
    return bump


def _ridge(grid: FloatArray, start: FloatArray, end: FloatArray, width: float) -> FloatArray:
    along = end - start
    part = np.clip(((grid - start) @ along) / (along @ along), 0.0, 1.0)
    nearest = start + part[..., None] * along
    distance = np.hypot(*np.moveaxis(grid - nearest, -1, 0))
    ridge: FloatArray = np.exp(-0.5 * (distance / width) ** 2)
    return ridge


def _height(sitter: Sitter, window: Window, grid: FloatArray) -> Frame:
    """Height of the face over its outline towards the viewer, in pixels, 0 outside."""
    mesh = sitter.mesh_px
    origin = (window[1].start, window[0].start)
    level = float(mesh[list(FACE_OVAL), 2].mean())
    distance, nearest = KDTree(mesh[:, :2] - origin).query(grid, k=_NEIGHBOURS)
    reach = _HEIGHT_REACH * sitter.eye_span_px
    weights = np.exp(-0.5 * (distance**2 - distance[..., :1] ** 2) / reach**2)
    mean_depth = (weights * mesh[nearest, 2]).sum(axis=-1) / weights.sum(axis=-1)
    inside = np.zeros(grid.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.rint(sitter.oval_px - origin).astype(np.int32)], (1,))
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    fade = np.clip(depth / (_OUTLINE_FADE * sitter.eye_span_px), 0.0, 1.0)
    height = np.maximum(level - mean_depth, 0.0) * fade * fade * (3.0 - 2.0 * fade)
    soft: Frame = cv2.GaussianBlur(
        height.astype(np.float32), (0, 0), 0.04 * sitter.eye_span_px
    ).astype(np.float32, copy=False)
    return soft
