"""The plain grey wall behind a simulated person, and how the person is placed before it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Wall", "plain_wall"]

Frame = npt.NDArray[np.float32]

# Linear light, shading from one side to the other, grain; as bright as the backdrop of the default
# portrait, so that the soft edge of the hair fits.
_LIGHT = 0.42
_SHADING = 0.10
_TEXTURE = 0.015


class Wall:
    """A wall before which a person is placed, frame after frame.

    Args:
        light: linear light of the wall, (h, w).
    """

    def __init__(self, light: Frame) -> None:
        self._light = light
        # Used again for every frame: fresh memory of this size costs as much as the arithmetic.
        self._behind = np.empty_like(light)
        self._backdrop = np.empty((*light.shape, 3), np.float32)

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
        behind, backdrop = self._behind, self._backdrop
        cv2.extractChannel(person, 3, dst=behind)
        cv2.multiply(self._light, behind, dst=behind)
        cv2.subtract(self._light, behind, dst=behind)
        if tint is None:
            cv2.cvtColor(behind, cv2.COLOR_GRAY2RGB, dst=backdrop)
        else:
            cv2.merge([behind * factor for factor in tint], dst=backdrop)
        frame = np.empty_like(backdrop)
        cv2.cvtColor(person, cv2.COLOR_RGBA2RGB, dst=frame)
        cv2.add(frame, backdrop, dst=frame)
        return frame


def plain_wall(width: int, height: int, seed: int) -> Wall:
    """A neutral wall: brighter towards person-right, with faint plaster.

    >>> person = np.zeros((180, 320, 4), np.float32)
    >>> light = plain_wall(320, 180, seed=1).with_person(person)
    >>> light.shape, round(float(light.mean()), 2)
    ((180, 320, 3), 0.42)
    """
    generator = np.random.default_rng([seed, 1])
    plaster = cv2.GaussianBlur(generator.standard_normal((height, width)), (0, 0), height / 360.0)
    shading = np.linspace(_SHADING, -_SHADING, width)
    light = _LIGHT * (1.0 + shading + _TEXTURE * plaster / plaster.std())
    return Wall(light.astype(np.float32))
