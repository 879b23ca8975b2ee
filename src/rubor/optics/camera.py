"""A colour camera in separate pure steps: spectrum, raw, white balance, matrix, exposure, coding.

Lights and sensitivities are those of the colour-science library, by name, or any spectrum given as
an array. The order of the steps is that of a camera:

    reflectance -> raw_response -> white_balance -> colour_matrix -> expose -> apply_tone_curve
    -> srgb_encode -> quantise

The first four are linear and fold into one matrix, `linear_rgb_weights`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = [
    "STANDARD_OBSERVER",
    "apply_tone_curve",
    "colour_matrix",
    "expose",
    "illuminant_power",
    "linear_rgb_weights",
    "quantise",
    "raw_response",
    "spectral_sensitivity",
    "white_balance",
]

FloatArray = npt.NDArray[np.float64]

STANDARD_OBSERVER = "CIE 1931 2 Degree Standard Observer"
CHART = "ISO 17321-1"
MIDDLE_GREY = 0.18


def _sampled(spectrum: Any, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """A colour-science spectrum, linear between samples, 0 outside: ``(w,)`` or ``(w, n)``."""
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    values = np.asarray(spectrum.values, dtype=np.float64)
    columns = [
        np.interp(wavelength, spectrum.wavelengths, column, left=0.0, right=0.0)
        for column in values.reshape(len(values), -1).T
    ]
    return np.stack(columns, axis=-1).reshape(wavelength.shape + values.shape[1:])


def illuminant_power(name: str, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Relative spectral power of a light known to colour-science.

    Args:
        name: a key of ``SDS_ILLUMINANTS`` ("D65", "A", "FL11", "LED-B3", ...) or of the lamps in
            ``SDS_LIGHT_SOURCES``.
        wavelength_nm: shape ``(w,)``.

    Returns:
        Power on an arbitrary scale, shape ``(w,)``; 0 outside the tabulated range.

    Raises:
        InputError: no such light.

    >>> illuminant_power("D65", [500.0, 560.0]).round(1).tolist()
    [109.4, 100.0]
    """
    import colour  # two seconds to load; only those who need a camera pay them

    for lights in (colour.SDS_ILLUMINANTS, colour.SDS_LIGHT_SOURCES):
        if name in lights:
            return _sampled(lights[name], wavelength_nm)
    raise InputError(
        f"No light is called '{name}'.", "Use a name known to colour-science, such as D65 or A."
    )


def spectral_sensitivity(name: str, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Spectral sensitivity of a camera or observer known to colour-science.

    Args:
        name: a key of ``MSDS_CAMERA_SENSITIVITIES`` ("Nikon 5100 (NPL)", "Sigma SDMerill (NPL)")
            or of ``MSDS_CMFS``, such as `STANDARD_OBSERVER`.
        wavelength_nm: shape ``(w,)``.

    Returns:
        Sensitivity of three channels on an arbitrary scale, shape ``(w, 3)``; 0 outside the
        tabulated range.

    Raises:
        InputError: no such camera.

    >>> spectral_sensitivity(STANDARD_OBSERVER, [550.0]).round(3).tolist()
    [[0.433, 0.995, 0.009]]
    """
    import colour  # see illuminant_power

    for cameras in (colour.MSDS_CAMERA_SENSITIVITIES, colour.MSDS_CMFS):
        if name in cameras:
            return _sampled(cameras[name], wavelength_nm)
    raise InputError(
        f"No camera is called '{name}'.",
        "Use a name known to colour-science, such as 'Nikon 5100 (NPL)'.",
    )


def raw_response(
    reflectance: npt.ArrayLike, power: npt.ArrayLike, sensitivity: npt.ArrayLike
) -> FloatArray:
    """Raw channels of a camera that looks at a matt surface.

    Args:
        reflectance: shape ``(..., w)``, on evenly spaced wavelengths.
        power: of the light, shape ``(w,)``.
        sensitivity: of the channels, shape ``(w, 3)``.

    Returns:
        Raw values, shape ``(..., 3)``, scaled so that a perfect white has 1 in green.

    >>> raw_response([0.5, 0.5], [1.0, 2.0], [[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]).round(3).tolist()
    [0.333, 0.5, 0.167]
    """
    weights = np.asarray(power, np.float64)[:, None] * np.asarray(sensitivity, np.float64)
    raw: FloatArray = np.asarray(reflectance, np.float64) @ weights / weights[:, 1].sum()
    return raw


def white_balance(raw: npt.ArrayLike, raw_white: npt.ArrayLike) -> FloatArray:
    """Divide each channel by its value on white.

    Args:
        raw: shape ``(..., 3)``.
        raw_white: the raw value of a perfect white under the light the camera believes in,
            shape ``(3,)``; of another light for a wrong white balance.

    Returns:
        Balanced values, shape ``(..., 3)``.

    >>> white_balance([0.4, 0.2, 0.1], [0.8, 1.0, 0.5]).tolist()
    [0.5, 0.2, 0.2]
    """
    balanced: FloatArray = np.asarray(raw, np.float64) / np.asarray(raw_white, np.float64)
    return balanced


def colour_matrix(
    power: npt.ArrayLike, sensitivity: npt.ArrayLike, wavelength_nm: npt.ArrayLike
) -> FloatArray:
    """Matrix from white-balanced raw to linear BT.709 that keeps white.

    Fitted by least squares to the 24 patches of a colour chart, as a camera maker would: the target
    is what the standard observer sees under D65.

    Args:
        power: of the light, shape ``(w,)``.
        sensitivity: of the channels, shape ``(w, 3)``.
        wavelength_nm: evenly spaced, steps of 10 nm or less, shape ``(w,)``.

    Returns:
        Matrix to multiply column vectors with, shape ``(3, 3)``; rows sum to 1.

    >>> import numpy as np
    >>> wavelength = np.arange(380.0, 781.0, 5.0)
    >>> observer = spectral_sensitivity(STANDARD_OBSERVER, wavelength)
    >>> matrix = colour_matrix(illuminant_power("D65", wavelength), observer, wavelength)
    >>> matrix.sum(axis=1).round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    import colour  # see illuminant_power

    from rubor.optics.cielab import RELATIVE_XYZ_TO_RGB

    chart = colour.SDS_COLOURCHECKERS[CHART]
    patches = np.stack([_sampled(patch, wavelength_nm) for patch in chart.values()])
    white = np.ones(patches.shape[-1])

    def balanced(light: npt.ArrayLike, channels: npt.ArrayLike) -> FloatArray:
        return white_balance(
            raw_response(patches, light, channels), raw_response(white, light, channels)
        )

    seen = balanced(power, sensitivity)
    daylight = illuminant_power("D65", wavelength_nm)
    observer = spectral_sensitivity(STANDARD_OBSERVER, wavelength_nm)
    wanted = balanced(daylight, observer) @ RELATIVE_XYZ_TO_RGB.T
    # White is kept when rows sum to 1, so two columns are free and the third makes up the rest.
    free = seen[:, :2] - seen[:, 2:]
    columns = np.linalg.lstsq(free, wanted - seen[:, 2:], rcond=None)[0].T
    return np.concatenate([columns, 1.0 - columns.sum(axis=1, keepdims=True)], axis=1)


def linear_rgb_weights(
    wavelength_nm: npt.ArrayLike, power: npt.ArrayLike, sensitivity: npt.ArrayLike
) -> FloatArray:
    """Weights that turn a reflectance spectrum straight into linear BT.709 of a balanced camera.

    ``reflectance @ weights`` is raw response, white balance on a perfect white and colour matrix in
    one.

    Args:
        wavelength_nm: evenly spaced, steps of 10 nm or less, shape ``(w,)``.
        power: of the light, shape ``(w,)``.
        sensitivity: of the channels, shape ``(w, 3)``.

    Returns:
        Weights, shape ``(w, 3)``; they sum to 1 for each channel.

    >>> import numpy as np
    >>> wavelength = np.arange(400.0, 701.0, 10.0)
    >>> camera = spectral_sensitivity("Nikon 5100 (NPL)", wavelength)
    >>> weights = linear_rgb_weights(wavelength, illuminant_power("D65", wavelength), camera)
    >>> (np.full(31, 0.2) @ weights).round(6).tolist()
    [0.2, 0.2, 0.2]
    """
    identity = np.eye(np.asarray(wavelength_nm).size)
    raw_of_each = raw_response(identity, power, sensitivity)
    balanced = white_balance(raw_of_each, raw_of_each.sum(axis=0))
    weights: FloatArray = balanced @ colour_matrix(power, sensitivity, wavelength_nm).T
    return weights


def expose(linear: npt.ArrayLike, stops: npt.ArrayLike) -> FloatArray:
    """Change exposure: one stop doubles the light.

    Args:
        linear: linear light of any shape.
        stops: broadcast with it; negative darkens.

    Returns:
        Linear light, not clipped.

    >>> expose([0.1, 0.2], -1.0).tolist()
    [0.05, 0.1]
    """
    exposed: FloatArray = np.asarray(linear, np.float64) * np.exp2(np.asarray(stops, np.float64))
    return exposed


def apply_tone_curve(linear: npt.ArrayLike, contrast: npt.ArrayLike) -> FloatArray:
    """Raise or lower contrast about middle grey, each channel by itself, as cameras do.

    In logarithms the curve is a straight line of slope `contrast` through 0.18. Decoding with the
    sRGB curve cannot undo it, so every log ratio comes out multiplied by the contrast.

    Args:
        linear: linear light of any shape, not negative.
        contrast: 1 leaves the light alone.

    Returns:
        Light of the same shape.

    >>> apply_tone_curve([0.09, 0.18, 0.36], 1.1).round(4).tolist()
    [0.084, 0.18, 0.3858]
    """
    relative = np.asarray(linear, dtype=np.float64) / MIDDLE_GREY
    curved: FloatArray = np.asarray(MIDDLE_GREY * relative ** np.asarray(contrast, np.float64))
    return curved


def quantise(coded: npt.ArrayLike, bits: int = 8) -> FloatArray:
    """Clip coded values to 0..1 and round them to the levels of so many bits.

    Args:
        coded: coded values of any shape.
        bits: 1 to 16.

    Returns:
        Coded values of the same shape, multiples of ``1 / (2**bits - 1)``.

    Raises:
        InputError: bits outside 1..16.

    >>> (quantise([-0.1, 0.5, 1.2]) * 255).tolist()
    [0.0, 128.0, 255.0]
    """
    if not 1 <= bits <= 16:
        raise InputError(f"No camera has {bits} bits.", "Use 1 to 16.")
    top = 2**bits - 1
    rounded: FloatArray = np.rint(np.clip(np.asarray(coded, np.float64), 0.0, 1.0) * top) / top
    return rounded
