"""The plain grey wall behind a simulated person, and how the person is placed before it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["ROOM_COLOUR_SD_LN", "Wall", "plain_wall"]

Frame = npt.NDArray[np.float32]

# Linear light, shading from one side to the other, grain; as bright as the backdrop of the default
# portrait, so that the soft edge of the hair fits.
_LIGHT = 0.42
_SHADING = 0.10
_TEXTURE = 0.015
# Standard deviation of a room's own differences of colour, in ln of red and of blue against green, and
# their extent as a share of the height. Lamps and windows mix on any real wall; one of a single
# colour would fall between two levels of 8-bit chroma, or on one, all at once.
ROOM_COLOUR_SD_LN = 0.02
_COLOUR_EXTENT = 0.15


class Wall:
    """A wall before which a person is placed, frame after frame.

    Args:
        light: linear light of the wall, (h, w, 3).
    """

    def __init__(self, light: Frame) -> None:
        self._light = light
        # Used again for every frame: fresh memory of this size costs as much as the arithmetic.
        self._behind = np.empty_like(light)
        self._share = np.empty(light.shape[:2], np.float32)

    def part(self, window: tuple[slice, slice]) -> Wall:
        """The wall behind a part of the frame."""
        return Wall(np.ascontiguousarray(self._light[window]))

    def with_person(self, person: Frame, tint: npt.NDArray[np.float32] | None = None) -> Frame:
        """Lay a person, already moved into place, over the wall.

        Args:
            person: (h, w, 4), linear light multiplied by its share of the pixel, and that share.
            tint: (3,) factors on the wall where the light has changed.

        Returns:
            Linear light (h, w, 3).
        """
        behind = self._behind
        cv2.extractChannel(person, 3, dst=self._share)
        cv2.cvtColor(self._share, cv2.COLOR_GRAY2RGB, dst=behind)
        cv2.multiply(self._light, behind, dst=behind)
        cv2.subtract(self._light, behind, dst=behind)
        if tint is not None:
            rows = behind.reshape(behind.shape[0], -1)
            rows *= np.tile(tint, behind.shape[1])
        frame = np.empty_like(behind)
        cv2.cvtColor(person, cv2.COLOR_RGBA2RGB, dst=frame)
        cv2.add(frame, behind, dst=frame)
        return frame


def plain_wall(width: int, height: int, seed: int, colour_sd_ln: float = 0.0) -> Wall:
    """A grey wall: brighter towards person-right, with faint plaster.

    Args:
        width: of the picture in pixels.
        height: likewise.
        seed: of the plaster and of the differences of colour.
        colour_sd_ln: standard deviation of slow differences of ln red and ln blue against ln green
            from place to place; `ROOM_COLOUR_SD_LN` is that of a room, 0 a wall of one grey.

    >>> person = np.zeros((180, 320, 4), np.float32)
    >>> light = plain_wall(320, 180, seed=1).with_person(person)
    >>> light.shape, round(float(light.mean()), 2)
    ((180, 320, 3), 0.42)
    """
    generator = np.random.default_rng([seed, 1])
    plaster = cv2.GaussianBlur(generator.standard_normal((height, width)), (0, 0), height / 360.0)
    shading = np.linspace(_SHADING, -_SHADING, width)
    grey = _LIGHT * (1.0 + shading + _TEXTURE * plaster / plaster.std())
    light = np.repeat(grey.astype(np.float32)[..., None], 3, axis=2)
    if colour_sd_ln > 0.0:
        for channel in (0, 2):
            light[..., channel] *= np.exp(colour_sd_ln * _slow_noise(generator, width, height))
    return Wall(light)


def _slow_noise(generator: np.random.Generator, width: int, height: int) -> Frame:
    """Smooth noise (h, w) with mean 0 and standard deviation 1."""
    # Drawn on a coarse grid, of which a step is half the extent.
    step = _COLOUR_EXTENT * height / 2.0
    rows, columns = (int(np.ceil(size / step)) + 8 for size in (height, width))
    coarse = cv2.GaussianBlur(generator.standard_normal((rows, columns)), (0, 0), 2.0)
    size = (round(columns * step), round(rows * step))
    fine = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))
    top, left = (fine.shape[0] - height) // 2, (fine.shape[1] - width) // 2
    part = fine[top : top + height, left : left + width]
    return np.asarray((part - part.mean()) / part.std(), np.float32)
