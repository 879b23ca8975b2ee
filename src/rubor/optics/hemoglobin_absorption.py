"""Absorption of whole blood from its oxygenated and deoxygenated hemoglobin.

References:
    S. A. Prahl, Tabulated Molar Extinction Coefficient for Hemoglobin in Water,
    omlc.org/spectra/hemoglobin (from W. B. Gratzer and N. Kollias): the table, shipped as
    ``data/hemoglobin_extinction.csv``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.optics.shipped_data import shipped_lines

__all__ = ["blood_absorption_per_cm", "hemoglobin_extinction"]

FloatArray = npt.NDArray[np.float64]

HEMOGLOBIN_MOLAR_MASS_G_PER_MOL = 64500.0
HEMOGLOBIN_IN_WHOLE_BLOOD_G_PER_L = 150.0


@cache
def _extinction_table() -> FloatArray:
    lines = shipped_lines("hemoglobin_extinction.csv")
    table = np.loadtxt(lines, delimiter=",", skiprows=1)
    table.setflags(write=False)
    return table


def hemoglobin_extinction(wavelength_nm: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Molar extinction coefficients of oxygenated and deoxygenated hemoglobin.

    Args:
        wavelength_nm: any shape, 380 to 1000 nm; linear between the 2 nm rows of the table.

    Returns:
        Oxygenated and deoxygenated extinction, decadic, per cm and mol/l, of the same shape.

    Raises:
        InputError: a wavelength lies outside the table.

    >>> oxygenated, deoxygenated = hemoglobin_extinction([542.0, 660.0])
    >>> oxygenated.tolist(), deoxygenated.tolist()
    ([53292.0, 319.6], [48148.0, 3226.56])
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    table = _extinction_table()
    low, high = table[0, 0], table[-1, 0]
    if not np.all((wavelength >= low) & (wavelength <= high)):
        raise InputError(
            f"The hemoglobin table covers {low:.0f} to {high:.0f} nm only.",
            "Cut the spectrum to that range.",
        )
    return (
        np.asarray(np.interp(wavelength, table[:, 0], table[:, 1])),
        np.asarray(np.interp(wavelength, table[:, 0], table[:, 2])),
    )


def blood_absorption_per_cm(
    wavelength_nm: npt.ArrayLike, oxygen_saturation: npt.ArrayLike
) -> FloatArray:
    """Absorption coefficient of whole blood of 150 g/l hemoglobin.

    Args:
        wavelength_nm: 380 to 1000 nm, broadcast with the saturation.
        oxygen_saturation: share of hemoglobin that carries oxygen, 0 to 1.

    Returns:
        Absorption coefficient per cm (natural logarithm), of the broadcast shape.

    Raises:
        InputError: a wavelength lies outside the table or a saturation outside 0..1.

    >>> blood_absorption_per_cm(542.0, [0.0, 0.75, 1.0]).round(1).tolist()
    [257.8, 278.5, 285.4]
    """
    saturation = np.asarray(oxygen_saturation, dtype=np.float64)
    if not np.all((saturation >= 0.0) & (saturation <= 1.0)):
        raise InputError(
            "Oxygen saturation is a share between 0 and 1.", "Divide a percentage by 100."
        )
    oxygenated, deoxygenated = hemoglobin_extinction(wavelength_nm)
    molar = saturation * oxygenated + (1.0 - saturation) * deoxygenated
    moles_per_litre = HEMOGLOBIN_IN_WHOLE_BLOOD_G_PER_L / HEMOGLOBIN_MOLAR_MASS_G_PER_MOL
    absorption: FloatArray = np.log(10.0) * moles_per_litre * molar
    return absorption
