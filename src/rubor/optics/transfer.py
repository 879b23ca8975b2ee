"""Transfer functions: from the coded values of a picture to linear light, and back.

Every measure of Rubor is taken in linear light, because only there a change of exposure is one
factor and a ratio of channels does not depend on it. Two curves are enough: the sRGB curve for
photos and all standard-range video, and the hybrid log-gamma curve (HLG) of high-range phones.

References:
    IEC 61966-2-1:1999, the sRGB transfer function.
    Recommendation ITU-R BT.2100-2, table 5, the HLG opto-electronic transfer function.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hlg_decode", "srgb_decode", "srgb_encode"]

FloatArray = npt.NDArray[np.float64]

SRGB_CODED_KNEE = 0.04045
SRGB_LINEAR_KNEE = 0.0031308
SRGB_LINEAR_SLOPE = 12.92
SRGB_OFFSET = 0.055
SRGB_EXPONENT = 2.4

HLG_A = 0.17883277
HLG_B = 1.0 - 4.0 * HLG_A
HLG_C = 0.5 - HLG_A * float(np.log(4.0 * HLG_A))


def srgb_decode(coded: npt.ArrayLike) -> FloatArray:
    """Turn sRGB coded values into linear light (IEC 61966-2-1, piecewise).

    Args:
        coded: coded values of any shape; 0 is black and 1 is white. Values outside 0..1, which
            colour conversion from YCbCr can produce, follow the curve, odd-symmetric about 0.

    Returns:
        Linear light of the same shape, 1 for white. NaN stays NaN.

    >>> srgb_decode([0.0, 0.04, 0.5, 1.0]).round(6).tolist()
    [0.0, 0.003096, 0.214041, 1.0]
    """
    values = np.asarray(coded, dtype=np.float64)
    size = np.abs(values)
    linear = np.where(
        size <= SRGB_CODED_KNEE,
        size / SRGB_LINEAR_SLOPE,
        ((size + SRGB_OFFSET) / (1.0 + SRGB_OFFSET)) ** SRGB_EXPONENT,
    )
    return np.copysign(linear, values)


def srgb_encode(linear: npt.ArrayLike) -> FloatArray:
    """Turn linear light into sRGB coded values (IEC 61966-2-1, piecewise).

    Args:
        linear: linear light of any shape, 1 for white. Values outside 0..1 follow the curve,
            odd-symmetric about 0; nothing is clipped or rounded.

    Returns:
        Coded values of the same shape. NaN stays NaN.

    >>> srgb_encode([0.0, 0.002, 0.18, 1.0]).round(6).tolist()
    [0.0, 0.02584, 0.461356, 1.0]
    """
    values = np.asarray(linear, dtype=np.float64)
    size = np.abs(values)
    coded = np.where(
        size <= SRGB_LINEAR_KNEE,
        size * SRGB_LINEAR_SLOPE,
        (1.0 + SRGB_OFFSET) * size ** (1.0 / SRGB_EXPONENT) - SRGB_OFFSET,
    )
    return np.copysign(coded, values)


def hlg_decode(coded: npt.ArrayLike) -> FloatArray:
    """Turn hybrid log-gamma coded values into scene-linear light (BT.2100 inverse OETF).

    Scene light, not display light: the display's system gamma mixes the channels and is left out,
    so that a ratio of channels stays the ratio the camera saw.

    Args:
        coded: coded values of any shape, 0..1. Values outside follow the curve, odd-symmetric
            about 0.

    Returns:
        Scene-linear light of the same shape, 0..1 for 0..1. NaN stays NaN.

    >>> hlg_decode([0.0, 0.25, 0.5, 0.75, 1.0]).round(6).tolist()
    [0.0, 0.020833, 0.083333, 0.264963, 1.0]
    """
    values = np.asarray(coded, dtype=np.float64)
    size = np.abs(values)
    linear = np.where(
        size <= 0.5,
        size * size / 3.0,
        (np.exp((size - HLG_C) / HLG_A) + HLG_B) / 12.0,
    )
    return np.copysign(linear, values)
