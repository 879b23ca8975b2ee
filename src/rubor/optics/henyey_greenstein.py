"""Henyey-Greenstein scattering as redistribution matrices, with its forward peak cut off (delta-M).

References:
    L. G. Henyey and J. L. Greenstein 1941, Astrophys. J. 93:70 (the phase function).
    W. J. Wiscombe 1977, J. Atmos. Sci. 34:1408 (delta-M).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import legendre

from rubor.errors import InputError

__all__ = ["RedistributionMatrices", "delta_m_scaling", "redistribution_matrices"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RedistributionMatrices:
    """Azimuth-averaged scattering between the directions of a quadrature.

    Attributes:
        forward: scattering that stays in its hemisphere, shape ``(n, n)``; 1 when isotropic.
        backward: scattering into the other hemisphere, shape ``(n, n)``.
        peak: share of scattering that delta-M treats as not scattered.
    """

    forward: FloatArray
    backward: FloatArray
    peak: float


def _check_asymmetry(asymmetry: float) -> None:
    if not -1.0 < asymmetry < 1.0:
        raise InputError(
            f"The asymmetry of scattering lies between -1 and 1, got {asymmetry}.",
            "Skin is near 0.8.",
        )


def redistribution_matrices(
    asymmetry: float, cosines: npt.ArrayLike, weights: npt.ArrayLike
) -> RedistributionMatrices:
    """Redistribution matrices of the delta-M scaled Henyey-Greenstein phase function.

    With n directions the first n Legendre moments g^l are kept; the rest, the sharp forward peak,
    becomes the share ``g^n`` that goes straight on. Rows are corrected by less than the
    quadrature's error so that no light is lost or made.

    Args:
        asymmetry: mean cosine of the scattering angle, between -1 and 1.
        cosines: direction cosines in (0, 1], shape ``(n,)``.
        weights: quadrature weights on 0..1 with sum 1, shape ``(n,)``.

    Returns:
        The matrices and the share of the peak.

    Raises:
        InputError: the asymmetry is not between -1 and 1.

    >>> import numpy as np
    >>> nodes, weights = np.polynomial.legendre.leggauss(16)
    >>> matrices = redistribution_matrices(0.8, (nodes + 1) / 2, weights / 2)
    >>> round(matrices.peak, 4)
    0.0281
    """
    _check_asymmetry(asymmetry)
    directions = np.asarray(cosines, dtype=np.float64)
    quadrature_weights = np.asarray(weights, dtype=np.float64)
    count = directions.size
    order = np.arange(count)
    peak = asymmetry**count
    moments = (asymmetry**order - peak) / (1.0 - peak)
    basis = legendre.legvander(directions, count - 1)
    scaled = basis * ((2 * order + 1) * moments)
    forward: FloatArray = scaled @ basis.T
    backward: FloatArray = (scaled * (-1.0) ** order) @ basis.T
    # Half the scattered light of each direction must arrive in all directions together; the few
    # thousandths that the quadrature misses go to the same direction, as in delta-M.
    lost = 2.0 - (forward + backward) @ quadrature_weights
    forward = forward + np.diag(lost / quadrature_weights)
    return RedistributionMatrices(forward, backward, float(peak))


def delta_m_scaling(
    albedo: npt.ArrayLike, optical_thickness: npt.ArrayLike, peak: float
) -> tuple[FloatArray, FloatArray]:
    """Albedo and optical thickness once the forward peak counts as not scattered.

    Args:
        albedo: single-scattering albedo, 0 to 1.
        optical_thickness: extinction times depth, not negative; infinite is allowed.
        peak: share of scattering in the peak, from `redistribution_matrices`.

    Returns:
        Scaled albedo and scaled optical thickness, of the broadcast shape.

    >>> albedo, thickness = delta_m_scaling(0.9, 2.0, 0.0281)
    >>> round(float(albedo), 4), round(float(thickness), 4)
    (0.8974, 1.9494)
    """
    old_albedo = np.asarray(albedo, dtype=np.float64)
    kept = 1.0 - old_albedo * peak
    new_albedo: FloatArray = np.asarray(old_albedo * (1.0 - peak) / kept)
    new_thickness: FloatArray = np.asarray(np.asarray(optical_thickness, np.float64) * kept)
    return new_albedo, new_thickness
