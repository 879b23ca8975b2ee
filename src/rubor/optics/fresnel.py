"""Fresnel reflection of unpolarised light at a smooth surface.

References:
    Born and Wolf, Principles of Optics, section 1.5.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["fresnel_reflectance"]

FloatArray = npt.NDArray[np.float64]


def fresnel_reflectance(
    cosine: npt.ArrayLike, refractive_index_from: float, refractive_index_to: float
) -> FloatArray:
    """Share of unpolarised light that a smooth surface reflects.

    Args:
        cosine: cosine of the angle of incidence, 0 to 1, on the side the light comes from.
        refractive_index_from: index of that side.
        refractive_index_to: index of the other side.

    Returns:
        Reflectance 0 to 1, of the same shape; 1 where reflection is total.

    >>> fresnel_reflectance([1.0, 0.5], 1.0, 1.4).round(4).tolist()
    [0.0278, 0.072]
    >>> fresnel_reflectance([1.0, 0.5], 1.4, 1.0).round(4).tolist()
    [0.0278, 1.0]
    """
    cosine_from = np.asarray(cosine, dtype=np.float64)
    if refractive_index_from == refractive_index_to:
        return np.zeros_like(cosine_from)
    ratio = refractive_index_from / refractive_index_to
    sine_squared = ratio**2 * (1.0 - cosine_from**2)
    cosine_to = np.sqrt(np.clip(1.0 - sine_squared, 0.0, None))
    from_from, from_to = refractive_index_from * cosine_from, refractive_index_from * cosine_to
    to_from, to_to = refractive_index_to * cosine_from, refractive_index_to * cosine_to
    # At grazing incidence on total reflection both cosines are zero; the answer there is 1.
    perpendicular = (from_from - to_to) / np.where(from_from + to_to > 0.0, from_from + to_to, 1.0)
    parallel = (from_to - to_from) / np.where(from_to + to_from > 0.0, from_to + to_from, 1.0)
    reflectance = 0.5 * (perpendicular**2 + parallel**2)
    return np.where((sine_squared >= 1.0) | (cosine_from <= 0.0), 1.0, reflectance)
