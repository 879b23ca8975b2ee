"""Absorption inside a melanosome, a power law of the wavelength.

References:
    S. L. Jacques, published in Jacques 2013, Phys. Med. Biol. 58:R37: 6.6e11 times the wavelength
    in nm to the power -3.33, per cm. The earlier law on omlc.org/news/jan98/skinoptics.html is
    1.70e12 times the wavelength to the power -3.48 and warns of ten-fold variation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["JACQUES_MELANIN_EXPONENT", "melanosome_absorption_per_cm"]

FloatArray = npt.NDArray[np.float64]

JACQUES_MELANIN_EXPONENT = 3.33
ANCHOR_NM = 500.0
ANCHOR_ABSORPTION_PER_CM = 6.6e11 * ANCHOR_NM**-JACQUES_MELANIN_EXPONENT


def melanosome_absorption_per_cm(
    wavelength_nm: npt.ArrayLike, exponent: npt.ArrayLike = JACQUES_MELANIN_EXPONENT
) -> FloatArray:
    """Absorption coefficient of the interior of a melanosome.

    Args:
        wavelength_nm: above 0; meant for 380 to 1000 nm.
        exponent: steepness of the power law; skin spectra are matched by 3.3 to 4.0. The law
            turns about 500 nm, so that the melanin fraction keeps its meaning.

    Returns:
        Absorption coefficient per cm (natural logarithm), of the broadcast shape.

    >>> melanosome_absorption_per_cm([450.0, 500.0, 650.0]).round(0).tolist()
    [965.0, 679.0, 283.0]
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    absorption: FloatArray = np.asarray(
        ANCHOR_ABSORPTION_PER_CM * (wavelength / ANCHOR_NM) ** -np.asarray(exponent, np.float64)
    )
    return absorption
