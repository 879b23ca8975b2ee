"""Put a moving person before a still background and let a camera see it.

Most of a picture never moves. What does is rendered in tiles that hold nothing else; the rest is kept
as the camera's tone curve leaves it, and only its gains are applied frame by frame.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from rubor.simulation.face_field import Window
from rubor.simulation.sitter import Sitter
from rubor.simulation.wall import ROOM_COLOUR_SD_LN, Wall, plain_wall

__all__ = ["Stage"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]

# Contrast turns about middle grey.
_MIDDLE_GREY = 0.18
_TILE_ROWS = 60


class Stage:
    """The scene before the camera.

    Args:
        sitter: who sits there.
        head_maps: affine maps from the sitter's picture to the frame, at rest and at each frame,
            (1 + n, 2, 3).
        width: of the frame.
        height: likewise.
        seed: of the wall.
    """

    def __init__(
        self, sitter: Sitter, head_maps: FloatArray, width: int, height: int, seed: int
    ) -> None:
        self._size = (width, height)
        self._wall = plain_wall(width, height, seed, ROOM_COLOUR_SD_LN)
        self._moves_whole = sitter.rigidity is None
        mask = _moving(sitter, head_maps, width, height)
        self._tiles = [
            _Tile(window, self._wall, sitter.rigidity)
            for top in range(0, height, _TILE_ROWS)
            if (window := _around(mask, top)) is not None
        ]
        self._still: Frame | None = None
        self._curved: tuple[float, Frame] | None = None

    def light_background(self, layers: Frame, tint: Frame | None) -> None:
        """Bring what never moves into a new light.

        Args:
            layers: the sitter's picture in that light, see `seen`.
            tint: (3,) factors on the wall, None for the light it was made in.
        """
        width, height = self._size
        person = np.zeros((height, width, 4), np.float32) if self._moves_whole else layers
        self._still = self._wall.with_person(person, tint)
        self._curved = None

    def seen(
        self,
        layers: Frame,
        motion: FloatArray,
        tint: Frame | None,
        gain_ln: FloatArray,
        contrast: float,
    ) -> Frame:
        """The picture as the camera's gains and tone curve leave it, (h, w, 3).

        Args:
            layers: the sitter's picture (h, w, 4): linear light, nowhere quite 0, multiplied by its
                share of the pixel, and that share.
            motion: affine map from the sitter's picture to the frame, (2, 3).
            tint: as for `light_background`, which has to be called before.
            gain_ln: ln of the gain in R, G and B, (3,).
            contrast: slope of the tone curve in logarithms.
        """
        assert self._still is not None
        width, height = self._size
        offset = contrast * gain_ln + (1.0 - contrast) * math.log(_MIDDLE_GREY)
        if self._curved is None or self._curved[0] != contrast:
            self._curved = (
                contrast,
                self._still if contrast == 1.0 else self._still**contrast,
            )
        still = self._curved[1].reshape(height, 3 * width)
        frame = (still * _row(np.exp(offset), width)).reshape(height, width, 3)
        for tile in self._tiles:
            piece = tile.scene(layers, motion, tint)
            rows = piece.reshape(piece.shape[0], -1)
            if contrast == 1.0:
                rows *= _row(np.exp(offset), piece.shape[1])
            else:
                cv2.log(rows, rows)
                rows *= np.float32(contrast)
                rows += _row(offset, piece.shape[1])
                cv2.exp(rows, rows)
            frame[tile.window] = piece
        return frame


class _Tile:
    """A part of the frame in which something moves."""

    def __init__(self, window: Window, wall: Wall, rigidity: Frame | None) -> None:
        self.window = window
        self._wall = wall.part(window)
        rows, columns = window
        self._origin = np.array([columns.start, rows.start], np.float64)
        self._size = (columns.stop - columns.start, rows.stop - rows.start)
        self._moved = np.empty((self._size[1], self._size[0], 4), np.float32)
        self._rigidity = None if rigidity is None else rigidity[window]

    def scene(self, layers: Frame, motion: FloatArray, tint: Frame | None) -> Frame:
        """Light that reaches the lens from here, (h, w, 3)."""
        if self._rigidity is None:
            here = motion.copy()
            here[:, 2] -= self._origin
            cv2.warpAffine(layers, here, self._size, dst=self._moved, flags=cv2.INTER_LINEAR)
        else:
            columns, rows = self._sources(motion, self._rigidity)
            cv2.remap(
                layers,
                columns,
                rows,
                cv2.INTER_LINEAR,
                dst=self._moved,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return self._wall.with_person(self._moved, tint)

    def _sources(self, motion: FloatArray, rigidity: Frame) -> tuple[Frame, Frame]:
        """Columns and rows from which each pixel comes where only the head moves, (h, w) each."""
        back = np.asarray(cv2.invertAffineTransform(motion) - np.eye(2, 3)).astype(np.float32)
        left, top = self._origin.astype(np.float32)
        columns = left + np.arange(self._size[0], dtype=np.float32)
        rows = top + np.arange(self._size[1], dtype=np.float32)[:, None]
        (xx, xy, x0), (yx, yy, y0) = back
        return (
            columns + rigidity * (xx * columns + (xy * rows + x0)),
            rows + rigidity * (yx * columns + (yy * rows + y0)),
        )


def _row(values: FloatArray, width: int) -> Frame:
    """Three values repeated along a row of pixels."""
    return np.tile(values, width).astype(np.float32)


def _moving(
    sitter: Sitter, head_maps: FloatArray, width: int, height: int
) -> npt.NDArray[np.uint8]:
    """Where anything changes but the light, (h, w), with a margin."""
    if sitter.rigidity is not None:
        changes = ((sitter.rigidity > 0.0) | (sitter.complexion > 0.0)).astype(np.uint8)
        reach = 2
    else:
        rest = head_maps[0]
        person = cv2.warpAffine(sitter.person, rest, (width, height), flags=cv2.INTER_LINEAR)
        changes = (np.asarray(person) > 0.0).astype(np.uint8)
        down, across = sitter.person.shape
        corners = np.array([[0, 0, 1], [across, 0, 1], [0, down, 1], [across, down, 1]]).T
        reach = math.ceil(float(np.abs((head_maps - rest) @ corners).max())) + 2
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return np.asarray(cv2.dilate(changes, around), np.uint8)


def _around(mask: npt.NDArray[np.uint8], top: int) -> Window | None:
    """The part of a band of rows in which something changes; None where nothing does."""
    rows = slice(top, min(top + _TILE_ROWS, mask.shape[0]))
    columns = np.flatnonzero(mask[rows].any(axis=0))
    if columns.size == 0:
        return None
    return rows, slice(int(columns[0]), int(columns[-1]) + 1)
