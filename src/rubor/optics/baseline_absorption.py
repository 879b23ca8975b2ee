"""Absorption of skin tissue that holds neither blood nor melanin.

References:
    J. Huang and S. L. Jacques, rat skin, on omlc.org/news/jan98/skinoptics.html:
    0.244 + 85.3 exp(-(wavelength - 154) / 66.2) per cm.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["baseline_absorption_per_cm"]

FloatArray = npt.NDArray[np.float64]


def baseline_absorption_per_cm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Absorption coefficient of bloodless, unpigmented skin.

    Args:
        wavelength_nm: any shape, 350 to 1100 nm.

    Returns:
        Absorption coefficient per cm (natural logarithm), of the same shape.

    >>> baseline_absorption_per_cm([450.0, 550.0, 650.0]).round(3).tolist()
    [1.219, 0.459, 0.292]
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    absorption: FloatArray = np.asarray(0.244 + 85.3 * np.exp(-(wavelength - 154.0) / 66.2))
    return absorption
