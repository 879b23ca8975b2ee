"""Diffuse reflectance of skin: a melanin-holding epidermis over an endless dermis with blood.

Absolute blood is not identifiable from it (only about blood over scattering); relative change is.

References:
    The published pieces are the modules this one composes. Parameter medians are a fit of this
    model to 240 cheek spectra of the International Skin Spectra Archive, see `Skin`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.optics.adding_doubling import (
    Illumination,
    SurfaceLayer,
    add_surface,
    layer,
    quadrature,
    reflectance_over,
    semi_infinite_reflection,
)
from rubor.optics.baseline_absorption import baseline_absorption_per_cm
from rubor.optics.hemoglobin_absorption import blood_absorption_per_cm
from rubor.optics.melanin_absorption import melanosome_absorption_per_cm
from rubor.optics.reduced_scattering import reduced_scattering_per_cm
from rubor.optics.vessel_packaging import packaged_absorption_per_cm

__all__ = ["Skin", "dermis_reflection", "epidermis_under_surface", "skin_reflectance"]

FloatArray = npt.NDArray[np.float64]

REFRACTIVE_INDEX = 1.4
ASYMMETRY = 0.8
DIRECTIONS = 16
CM_PER_UM = 1e-4


@dataclass(frozen=True)
class Skin:
    """What the skin is made of. Every field is a number or an array; they broadcast.

    The defaults are light skin of a cheek at rest.

    Attributes:
        melanin_fraction: volume share of melanosomes in the epidermis, 0 to 1; about 0.01 in very
            light and 0.3 in dark skin.
        blood_fraction: volume share of blood in the dermis as if spread evenly, 0 to 1; about
            0.015 at rest.
        oxygen_saturation: share of hemoglobin with oxygen, 0 to 1; 0.65 to 0.8 at rest.
        scattering_500_per_cm: reduced scattering at 500 nm, per cm; 44 to 69.
        rayleigh_fraction: share of Rayleigh scattering at 500 nm.
        mie_power: steepness of the rest of the scattering.
        vessel_diameter_um: mean vessel diameter for packaging, 0 to 100 micrometres.
        melanin_exponent: steepness of melanin absorption, 3.3 to 4.
        epidermis_thickness_um: 40 to 100 micrometres.
    """

    melanin_fraction: npt.ArrayLike = 0.022
    blood_fraction: npt.ArrayLike = 0.015
    oxygen_saturation: npt.ArrayLike = 0.72
    scattering_500_per_cm: npt.ArrayLike = 48.0
    rayleigh_fraction: npt.ArrayLike = 0.0
    mie_power: npt.ArrayLike = 1.08
    vessel_diameter_um: npt.ArrayLike = 40.0
    melanin_exponent: npt.ArrayLike = 3.4
    epidermis_thickness_um: npt.ArrayLike = 60.0


def _spread(value: npt.ArrayLike) -> FloatArray:
    """The value with one more axis for the wavelengths."""
    return np.asarray(value, dtype=np.float64)[..., None]


def _fraction(value: npt.ArrayLike, name: str) -> FloatArray:
    array = _spread(value)
    if not np.all((array >= 0.0) & (array <= 1.0)):
        raise InputError(
            f"{name} is a share of the volume between 0 and 1.", "Divide a percentage by 100."
        )
    return array


def _scattering_per_cm(skin: Skin, wavelength_nm: FloatArray) -> FloatArray:
    reduced = reduced_scattering_per_cm(
        wavelength_nm,
        _spread(skin.scattering_500_per_cm),
        _spread(skin.rayleigh_fraction),
        _spread(skin.mie_power),
    )
    return reduced / (1.0 - ASYMMETRY)


def epidermis_under_surface(
    skin: Skin, wavelength_nm: npt.ArrayLike, illumination: Illumination = "diffuse"
) -> SurfaceLayer:
    """The lit epidermis of `skin`, ready to be put on a dermis.

    Args:
        skin: blood, saturation and vessels have no influence here.
        wavelength_nm: shape ``(w,)``, 380 to 1000 nm.
        illumination: ``"diffuse"`` or ``"collimated"``.

    Returns:
        Operators of shape ``(..., w)``, from the broadcast shape of the epidermal fields.

    Raises:
        InputError: a fraction outside 0..1 or a thickness that is not above 0.
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    melanin = _fraction(skin.melanin_fraction, "The melanin fraction")
    absorption = melanin * melanosome_absorption_per_cm(
        wavelength, _spread(skin.melanin_exponent)
    ) + (1.0 - melanin) * baseline_absorption_per_cm(wavelength)
    scattering = _scattering_per_cm(skin, wavelength)
    extinction = absorption + scattering
    directions = quadrature(REFRACTIVE_INDEX, DIRECTIONS)
    epidermis = layer(
        scattering / extinction,
        extinction * _spread(skin.epidermis_thickness_um) * CM_PER_UM,
        ASYMMETRY,
        directions,
    )
    return add_surface(epidermis, directions, illumination)


def dermis_reflection(skin: Skin, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Reflection operator of the endless dermis of `skin`.

    Args:
        skin: melanin and the epidermis have no influence here.
        wavelength_nm: shape ``(w,)``, 380 to 1000 nm.

    Returns:
        Operator of shape ``(..., w, 16, 16)``, from the broadcast shape of the dermal fields.

    Raises:
        InputError: a fraction or saturation outside 0..1, or a wavelength outside the table.
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    blood = _fraction(skin.blood_fraction, "The blood fraction")
    whole_blood = blood_absorption_per_cm(wavelength, _spread(skin.oxygen_saturation))
    packaged = packaged_absorption_per_cm(whole_blood, _spread(skin.vessel_diameter_um))
    absorption = blood * packaged + (1.0 - blood) * baseline_absorption_per_cm(wavelength)
    scattering = _scattering_per_cm(skin, wavelength)
    return semi_infinite_reflection(
        scattering / (absorption + scattering),
        ASYMMETRY,
        quadrature(REFRACTIVE_INDEX, DIRECTIONS),
    )


def skin_reflectance(
    skin: Skin,
    wavelength_nm: npt.ArrayLike,
    specular: npt.ArrayLike = 0.0,
    illumination: Illumination = "diffuse",
) -> FloatArray:
    """Spectral reflectance of skin.

    Epidermis and dermis are computed on the shapes of their own fields only, so a table over
    melanin ``(m, 1)`` and blood ``(b,)`` costs m epidermises and b dermises. About 6 kB of memory
    per wavelength of each result.

    Args:
        skin: what the skin is made of, fields of broadcast shape S.
        wavelength_nm: shape ``(w,)``, 380 to 1000 nm.
        specular: light that the surface reflects at every wavelength alike, 0 to 0.06, of a shape
            that broadcasts with S; 0 under crossed polarisers or a well-placed side light, 0.028
            for a smooth surface seen at a right angle.
        illumination: ``"diffuse"`` for light from everywhere, ``"collimated"`` for light along the
            normal. Light is collected over the whole hemisphere.

    Returns:
        Reflectance 0..1, shape ``(*S, w)``.

    Raises:
        InputError: a parameter or wavelength out of its range.

    >>> skin = Skin(melanin_fraction=0.05, blood_fraction=[0.01, 0.02])
    >>> skin_reflectance(skin, [450.0, 550.0, 650.0]).round(3).tolist()
    [[0.118, 0.202, 0.373], [0.102, 0.168, 0.362]]
    """
    diffuse = reflectance_over(
        epidermis_under_surface(skin, wavelength_nm, illumination),
        dermis_reflection(skin, wavelength_nm),
    )
    reflectance: FloatArray = diffuse + _spread(specular)
    return reflectance
