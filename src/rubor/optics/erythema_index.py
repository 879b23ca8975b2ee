"""The erythema index: redness as the logarithm of red over green in linear light.

Blood absorbs green some ten times more than red, so the ratio rises with blood; exposure and
shading multiply both channels and cancel. The index is a plain colour measure: it does not know
the skin tone, and the same change of blood moves it less in darker skin.

References:
    Dawson et al. 1980, Phys. Med. Biol. 25:695 (logarithmic erythema index).
    Diffey, Oliver and Farr 1984, Br. J. Dermatol. 111:663 (log10 of red over green reflectance).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = ["LOG_RATIO_PER_ERYTHEMA_INDEX", "erythema_index", "log_ratio"]

FloatArray = npt.NDArray[np.float64]

LOG_RATIO_PER_ERYTHEMA_INDEX = float(np.log(10.0))
"""``log_ratio = LOG_RATIO_PER_ERYTHEMA_INDEX * erythema_index`` (the natural log of 10)."""


def log_ratio(linear_rgb: npt.ArrayLike) -> FloatArray:
    """Natural logarithm of red over green, ``ln R - ln G``.

    Args:
        linear_rgb: linear light, shape ``(..., 3)``, any scale.

    Returns:
        Shape ``(...)``; NaN where red or green is not above zero, since a logarithm of no light
        means nothing.

    Raises:
        InputError: the last axis is not of length 3.

    >>> log_ratio([[0.4, 0.2, 0.1], [0.4, 0.0, 0.1]]).round(4).tolist()
    [0.6931, nan]
    """
    rgb = np.asarray(linear_rgb, dtype=np.float64)
    if rgb.ndim == 0 or rgb.shape[-1] != 3:
        raise InputError(
            f"linear_rgb needs a last axis of length 3, got shape {rgb.shape}.",
            "Put red, green and blue on the last axis.",
        )
    red = rgb[..., 0]
    green = rgb[..., 1]
    usable = (red > 0.0) & (green > 0.0)
    # Divided inside the logarithm's argument the result could overflow; the difference cannot.
    logs = np.log(np.where(usable, red, 1.0)) - np.log(np.where(usable, green, 1.0))
    return np.where(usable, logs, np.nan)


def erythema_index(linear_rgb: npt.ArrayLike) -> FloatArray:
    """Erythema index ``log10(R / G)`` of linear light.

    Args:
        linear_rgb: linear light, shape ``(..., 3)``, any scale.

    Returns:
        Shape ``(...)``; about 0.2 for light and 0.3 for brown skin; NaN where red or green is not
        above zero.

    Raises:
        InputError: the last axis is not of length 3.

    >>> float(erythema_index([0.42, 0.263, 0.193]).round(3))
    0.203
    """
    return log_ratio(linear_rgb) / LOG_RATIO_PER_ERYTHEMA_INDEX
