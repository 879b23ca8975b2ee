"""From linear light to the planes a video encoder takes: transfer curve, noise, matrix, rounding.

All arithmetic is in floating point and no library's colour converter takes part: the usual 8-bit
converters bias log10(R/G) by up to 0.01, as much as a faint blush. Noise is added before rounding.
One 8-bit chroma level is 13 to 18 thousandths of log10(R/G); without noise to dither it, rounding
swallows a slow or faint change of colour, which a real camera's own noise never lets happen.

Standards: IEC 61966-2-1 (transfer), ITU-R BT.601-7 and BT.709-6 (matrices, limited range),
ITU-T T.871 (full range).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from rubor.optics.transfer import srgb_encode
from rubor.vision.colour_coding import ycbcr_to_rgb_matrix

__all__ = ["Frame", "Matrix", "Plane", "PlaneLayout", "camera_planes", "coded_levels"]

Frame = npt.NDArray[np.float32]
Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Matrix = Literal["bt601", "bt709"]

# A table of 65536 steps replaces a power per sample; it is within 0.03 of an 8-bit level.
_TABLE_TOP = 65535
_LEVEL_OF_LIGHT = (255.0 * srgb_encode(np.linspace(0.0, 1.0, _TABLE_TOP + 1)))[None].astype(
    np.float32
)
# Standard normal deviates by the inverse of their distribution, from 16 random bits each.
_NORMAL_OF_BITS = ndtri((np.arange(65536) + 0.5) / 65536)[None].astype(np.float32)

# Rows worked on at once: even, and few enough that the intermediate arrays stay in the cache.
_STRIP_ROWS = 32


@dataclass(frozen=True)
class PlaneLayout:
    """How a picture is stored as Y', Cb and Cr.

    Attributes:
        matrix: Y'CbCr matrix.
        full_range: samples use 0..255 rather than 16..235 (chroma 16..240), scaled to the depth.
        chroma_step: pixels per chroma sample (across, down): (2, 2) is 4:2:0, (1, 1) is 4:4:4. A
            chroma sample is the mean of its block, so it sits in the middle (as in JPEG), not at
            the left edge.
        bit_depth: 8 to 16 bits of a sample.
    """

    matrix: Matrix = "bt709"
    full_range: bool = False
    chroma_step: tuple[int, int] = (2, 2)
    bit_depth: int = 8


def coded_levels(linear: Frame, *, noise_levels: float, generator: np.random.Generator) -> Frame:
    """What a camera's sensor and tone curve make of a scene: R'G'B' in 8-bit levels, not rounded.

    Args:
        linear: linear light with BT.709 primaries, shape (h, w, 3), 1 for white; clipped to 0..1.
        noise_levels: standard deviation of the noise, independent per pixel and channel, in 8-bit
            levels of the coded signal; 0 for none. Phones and webcams indoors have about 2.
        generator: source of the noise.

    Returns:
        Coded levels 0..255, shape (h, w, 3), clipped after the noise as a sensor does.

    >>> grey = np.full((1, 1, 3), 0.18, np.float32)
    >>> levels = coded_levels(grey, noise_levels=0.0, generator=np.random.default_rng(0))
    >>> levels.round(1).tolist()
    [[[117.6, 117.6, 117.6]]]
    """
    index = np.clip(linear, 0.0, 1.0)
    index *= _TABLE_TOP
    index += 0.5
    levels: Frame = cv2.LUT(index.astype(np.uint16), _LEVEL_OF_LIGHT).astype(np.float32, copy=False)
    if noise_levels > 0.0:
        words = generator.integers(
            np.iinfo(np.uint64).max, size=-(-levels.size // 4), dtype=np.uint64, endpoint=True
        )
        bits = words.view(np.uint16)[: levels.size].reshape(levels.shape)
        levels += cv2.LUT(bits, _NORMAL_OF_BITS * np.float32(noise_levels))
        np.clip(levels, 0.0, 255.0, out=levels)
    return levels


def camera_planes(
    linear: Frame,
    layout: PlaneLayout,
    *,
    noise_levels: float,
    generator: np.random.Generator,
) -> list[Plane]:
    """Y', Cb and Cr planes that a camera hands to its encoder, rounded to the nearest level.

    Args:
        linear: linear light with BT.709 primaries, shape (h, w, 3), where h and w are multiples
            of the chroma step.
        layout: how to store it.
        noise_levels: standard deviation of the camera's noise in 8-bit levels.
        generator: source of the noise.

    Returns:
        Three planes, uint8 for 8 bits and uint16 above.

    >>> white = np.ones((2, 2, 3), np.float32)
    >>> planes = camera_planes(
    ...     white, PlaneLayout(), noise_levels=0.0, generator=np.random.default_rng(0))
    >>> [plane.tolist() for plane in planes]
    [[[235, 235], [235, 235]], [[128]], [[128]]]
    """
    height, width = linear.shape[:2]
    across, down = layout.chroma_step
    sample_type = np.dtype(np.uint8 if layout.bit_depth == 8 else np.uint16)
    chroma_shape = (height // down, width // across)
    planes: list[Plane] = [
        np.empty(shape, sample_type) for shape in ((height, width), chroma_shape, chroma_shape)
    ]
    from_levels = _levels_to_samples(layout)
    for top in range(0, height, _STRIP_ROWS):
        strip = linear[top : top + _STRIP_ROWS]
        levels = coded_levels(strip, noise_levels=noise_levels, generator=generator)
        samples = cv2.transform(levels, from_levels)
        for channel, plane in enumerate(planes):
            values = cv2.extractChannel(samples, channel)
            row = top
            if channel > 0 and layout.chroma_step != (1, 1):
                size = (width // across, len(strip) // down)
                values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
                row = top // down
            np.rint(values, out=values)
            # Full-range chroma spans half a level more than the samples hold.
            np.minimum(values, float((1 << layout.bit_depth) - 1), out=values)
            plane[row : row + len(values)] = values
    return planes


def _levels_to_samples(layout: PlaneLayout) -> Frame:
    """Affine map, shape (3, 4), from R'G'B' in 8-bit levels to Y'CbCr samples."""
    step = float(1 << (layout.bit_depth - 8))
    if layout.full_range:
        scale = np.full(3, float((1 << layout.bit_depth) - 1))
        offset = np.array([0.0, 128.0, 128.0]) * step
    else:
        scale = np.array([219.0, 224.0, 224.0]) * step
        offset = np.array([16.0, 128.0, 128.0]) * step
    to_ycbcr = np.linalg.inv(ycbcr_to_rgb_matrix(layout.matrix)) * (scale / 255.0)[:, None]
    return np.column_stack([to_ycbcr, offset]).astype(np.float32)
