"""The plain grey wall behind a simulated person, and how the person is placed before it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["place_before_wall", "plain_wall"]

Frame = npt.NDArray[np.float32]

# Linear light, shading from one side to the other, grain; as bright as the backdrop of the default
# portrait, so that the soft edge of the hair fits.
_LIGHT = 0.42
_SHADING = 0.10
_TEXTURE = 0.015


def plain_wall(width: int, height: int, seed: int) -> Frame:
    """Linear light of a neutral wall, (h, w): brighter towards person-right, with faint plaster."""
    generator = np.random.default_rng([seed, 1])
    plaster = cv2.GaussianBlur(generator.standard_normal((height, width)), (0, 0), height / 360.0)
    shading = np.linspace(_SHADING, -_SHADING, width)
    wall: Frame = (_LIGHT * (1.0 + shading + _TEXTURE * plaster / plaster.std())).astype(np.float32)
    return wall


def place_before_wall(
    person: Frame, wall: Frame, wall_tint: npt.NDArray[np.float32] | None = None
) -> Frame:
    """Lay a person, already moved into place, over the wall.

    Args:
        person: (h, w, 4), linear light multiplied by its share of the pixel, and that share.
        wall: (h, w).
        wall_tint: (3,) factors on the wall where the light has changed.

    Returns:
        Linear light (h, w, 3).
    """
    behind = cv2.multiply(wall, 1.0 - cv2.extractChannel(person, 3))
    if wall_tint is None:
        backdrop = cv2.cvtColor(behind, cv2.COLOR_GRAY2RGB)
    else:
        backdrop = cv2.merge([behind * factor for factor in wall_tint])
    frame: Frame = cv2.cvtColor(person, cv2.COLOR_RGBA2RGB)
    return cv2.add(frame, backdrop, dst=frame).astype(np.float32, copy=False)
