"""CIELAB colour of linear BT.709 light, and the individual typology angle (ITA) of skin.

D65 white and the 2 degree observer throughout. Plain vectorised numpy, since whole frames pass
through here; the tests hold it to the colour-science library.

References:
    CIE 15:2018, sections 8.2.1 (CIELAB) and 8.2.1.3 (colour difference CIE76).
    Recommendation ITU-R BT.709-6 (primaries and D65 white, shared with sRGB).
    Chardon, Cretois and Hourseau 1991, Int. J. Cosmet. Sci. 13:191 (ITA).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = [
    "delta_e_ab",
    "individual_typology_angle_deg",
    "lab_to_linear_rgb",
    "linear_rgb_to_lab",
]

FloatArray = npt.NDArray[np.float64]

D65_XY = (0.3127, 0.3290)
BT709_PRIMARIES_XY = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))

LAB_EPSILON = (6.0 / 29.0) ** 3
LAB_SLOPE = (29.0 / 6.0) ** 2 / 3.0
LAB_INTERCEPT = 4.0 / 29.0


def _xyz_of_chromaticity(xy: tuple[float, float]) -> FloatArray:
    x, y = xy
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def _rgb_to_white_relative_xyz() -> FloatArray:
    """Matrix from linear BT.709 RGB to X/Xn, Y/Yn, Z/Zn of D65."""
    white = _xyz_of_chromaticity(D65_XY)
    primaries = np.stack([_xyz_of_chromaticity(xy) for xy in BT709_PRIMARIES_XY], axis=1)
    scaled: FloatArray = primaries * np.linalg.solve(primaries, white)
    return scaled / white[:, None]


RGB_TO_RELATIVE_XYZ = _rgb_to_white_relative_xyz()
RELATIVE_XYZ_TO_RGB = np.linalg.inv(RGB_TO_RELATIVE_XYZ)


def _last_axis_of_three(values: npt.ArrayLike, name: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise InputError(
            f"{name} needs a last axis of length 3, got shape {array.shape}.",
            "Put the three values of a colour on the last axis.",
        )
    return array


def linear_rgb_to_lab(linear_rgb: npt.ArrayLike) -> FloatArray:
    """CIELAB of linear BT.709 (= linear sRGB) light; (1, 1, 1) is L* 100, a* 0, b* 0.

    Args:
        linear_rgb: linear light, shape ``(..., 3)``. Values outside 0..1 are followed, not
            clipped.

    Returns:
        L*, a*, b* in the same shape. NaN stays NaN.

    Raises:
        InputError: the last axis is not of length 3.

    >>> linear_rgb_to_lab([0.42, 0.263, 0.193]).round(1).tolist()
    [60.9, 9.8, 14.7]
    """
    relative_xyz = _last_axis_of_three(linear_rgb, "linear_rgb") @ RGB_TO_RELATIVE_XYZ.T
    compressed = np.where(
        relative_xyz > LAB_EPSILON,
        np.cbrt(relative_xyz),
        LAB_SLOPE * relative_xyz + LAB_INTERCEPT,
    )
    lab = np.empty_like(compressed)
    lab[..., 0] = 116.0 * compressed[..., 1] - 16.0
    lab[..., 1] = 500.0 * (compressed[..., 0] - compressed[..., 1])
    lab[..., 2] = 200.0 * (compressed[..., 1] - compressed[..., 2])
    return lab


def lab_to_linear_rgb(lab: npt.ArrayLike) -> FloatArray:
    """Linear BT.709 light of a CIELAB colour; the inverse of `linear_rgb_to_lab`.

    Args:
        lab: L*, a*, b*, shape ``(..., 3)``.

    Returns:
        Linear light in the same shape; outside 0..1 for colours that sRGB cannot show.

    Raises:
        InputError: the last axis is not of length 3.

    >>> lab_to_linear_rgb([50.0, 0.0, 0.0]).round(4).tolist()
    [0.1842, 0.1842, 0.1842]
    """
    values = _last_axis_of_three(lab, "lab")
    compressed = np.empty_like(values)
    compressed[..., 1] = (values[..., 0] + 16.0) / 116.0
    compressed[..., 0] = compressed[..., 1] + values[..., 1] / 500.0
    compressed[..., 2] = compressed[..., 1] - values[..., 2] / 200.0
    relative_xyz = np.where(
        compressed > 6.0 / 29.0,
        compressed**3,
        (compressed - LAB_INTERCEPT) / LAB_SLOPE,
    )
    rgb: FloatArray = relative_xyz @ RELATIVE_XYZ_TO_RGB.T
    return rgb


def individual_typology_angle_deg(lab: npt.ArrayLike) -> FloatArray:
    """Individual typology angle (ITA) in degrees: the higher, the lighter the skin.

    The published formula is ``arctan((L* - 50) / b*)``. It flips sign where b* passes zero, as it
    can under a poor white balance, so the angle is taken with `atan2`: it is the same for b* above
    zero and goes on smoothly past 90 (light, bluish) or -90 degrees (dark, bluish) below it.

    Args:
        lab: L*, a*, b*, shape ``(..., 3)``, for D65 white.

    Returns:
        Angle in degrees, shape ``(...)``. Very light above 55, light to 41, intermediate to 28,
        tan to 10, brown to -30, dark below. NaN at L* 50, b* 0, where no angle exists.

    Raises:
        InputError: the last axis is not of length 3.

    >>> individual_typology_angle_deg([[60.9, 9.7, 14.7], [46.5, 11.5, 22.9]]).round(0).tolist()
    [37.0, -9.0]
    """
    values = _last_axis_of_three(lab, "lab")
    height = values[..., 0] - 50.0
    blue_yellow = values[..., 2]
    angle = np.degrees(np.arctan2(height, blue_yellow))
    return np.where((height == 0.0) & (blue_yellow == 0.0), np.nan, angle)


def delta_e_ab(lab_1: npt.ArrayLike, lab_2: npt.ArrayLike) -> FloatArray:
    """Colour difference CIE76, the Euclidean distance in CIELAB.

    Args:
        lab_1: L*, a*, b*, shape ``(..., 3)``.
        lab_2: the colour compared with it, broadcastable to the same shape.

    Returns:
        Difference, shape ``(...)``.

    Raises:
        InputError: the last axis of either is not of length 3.

    >>> float(delta_e_ab([50.0, 10.0, 10.0], [50.0, 13.0, 14.0]))
    5.0
    """
    difference = _last_axis_of_three(lab_1, "lab_1") - _last_axis_of_three(lab_2, "lab_2")
    distance: FloatArray = np.sqrt(np.sum(difference * difference, axis=-1))
    return distance
