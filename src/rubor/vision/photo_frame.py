"""A still photo as a frame that can be measured like a frame of a video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.optics.transfer import srgb_decode, srgb_encode
from rubor.vision.frame import PhotoFrame
from rubor.vision.photo import Photo

__all__ = ["LinearLight", "photo_frame"]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinearLight:
    """The colour rule of samples that are linear light already."""

    def to_coded_rgb(self, samples: npt.NDArray[Any]) -> FloatArray:
        return np.asarray(srgb_encode(samples), np.float32)

    def to_linear(self, coded_rgb: FloatArray) -> FloatArray:
        return np.asarray(srgb_decode(coded_rgb), np.float32)


def photo_frame(photo: Photo) -> PhotoFrame:
    """The photo as one frame at time 0.

    Clipped and transparent pixels read as white, so that they are left out as clipped.
    """
    display = np.clip(np.rint(srgb_encode(photo.linear_rgb) * 255.0), 0, 255).astype(np.uint8)
    linear = photo.linear_rgb.copy()
    linear[photo.clipped | ~photo.valid] = 1.0
    return PhotoFrame(linear, display)
