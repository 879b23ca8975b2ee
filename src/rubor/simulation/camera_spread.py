"""Camera sensitivities between real cameras: the mean of 52 and how they vary."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = ["COMPONENTS", "typical_sensitivity"]

FloatArray = npt.NDArray[np.float64]

COMPONENTS = 6
"""Number of principal components that a camera may vary in."""


@cache
def _spread() -> tuple[FloatArray, FloatArray]:
    """Wavelengths (61,), and mean and components (1 + 6, 61, 3)."""
    path = files("rubor.simulation") / "data" / "camera_spread.csv"
    with path.open(encoding="utf-8") as lines:
        rows = [line for line in lines if not line.startswith("#")]
    table = np.loadtxt(rows, delimiter=",", skiprows=1)
    return table[:, 0], table[:, 1:].reshape(len(table), 1 + COMPONENTS, 3).swapaxes(0, 1)


def typical_sensitivity(wavelength_nm: npt.ArrayLike, variation: npt.ArrayLike = ()) -> FloatArray:
    """Sensitivity of a camera among real ones.

    Args:
        wavelength_nm: shape (w,), 400 to 700 nm.
        variation: how far it is from the mean along each component, in standard deviations between
            cameras; up to six numbers.

    Returns:
        Sensitivity of red, green and blue on an arbitrary scale, shape (w, 3), not negative.

    >>> typical_sensitivity([450.0, 550.0, 600.0]).argmax(axis=1).tolist()
    [2, 1, 0]
    """
    wavelengths, tables = _spread()
    amounts = np.concatenate([[1.0], np.asarray(variation, np.float64)])
    mixed = np.tensordot(amounts, tables[: len(amounts)], axes=1)
    wanted = np.asarray(wavelength_nm, np.float64)
    channels = [np.interp(wanted, wavelengths, channel) for channel in mixed.T]
    sensitivity: FloatArray = np.maximum(np.stack(channels, axis=1), 0.0)
    return sensitivity
