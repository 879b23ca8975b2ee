"""Name a shift of the face's colour: light, blood, or something that cannot be told apart.

In the plane (ln R/G, ln B/G) exposure and shading cancel, and each cause has its direction: colour
temperature -45 to -58 degrees, blood 25 (model of skin) to 48 (pulse of a real face), a red gain 0,
a green tint 45. So the face alone tells colour temperature from blood, but not a red gain or a
green tint; for those a background is needed that shows what the light did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.light_reference import SKIN_AGAINST_GREY

__all__ = ["ShiftKind", "ShiftName", "name_shift"]

FloatArray = npt.NDArray[np.float64]
ShiftKind = Literal["none", "shared light", "colour temperature", "blood", "not separable", "other"]

COLOUR_TEMPERATURE_DEG: Final = (-58.0, -45.0)
HIGHEST_BLOOD_DEG: Final = 48.0
RED_GAIN_DEG: Final = 0.0
# How far a true cause may lie outside the directions measured so far.
TOLERANCE_DEG: Final = 5.0

# 95 % points of chi-squared with two degrees of freedom (is there a shift?) and one (is it along
# this direction?).
SHIFTED: Final = 5.99
ALONG: Final = 3.84

# From ln R, ln G, ln B to the plane (ln R/G, ln B/G).
_TO_PLANE: Final = np.array([[1.0, -1.0, 0.0], [0.0, -1.0, 1.0]])


@dataclass(frozen=True)
class ShiftName:
    """What a shift of colour on the face is.

    Attributes:
        kind: "none" within noise; "shared light" the background shifted alike; "colour
            temperature" warmer or cooler light; "blood"; "not separable" blood, red gain, green
            tint or too much noise; "other" along none of the known directions.
        sentence: the same in plain words.
        log_r_over_g: the part of the shift that was judged, in ln R/G: against the background
            where there is one.
        angle_deg: its direction in the plane (ln R/G, ln B/G), -180 to 180; None for "none".
    """

    kind: ShiftKind
    sentence: str
    log_r_over_g: float
    angle_deg: float | None


def name_shift(
    face_shift: npt.ArrayLike,
    face_sd: npt.ArrayLike,
    background_shift: npt.ArrayLike | None,
    background_sd: npt.ArrayLike | None,
    blood_direction_deg: float = 25.0,
) -> ShiftName:
    """Say what a shift of the face's colour is.

    Args:
        face_shift: (3,) change of ln R, ln G, ln B of the face, linear light.
        face_sd: standard error of each, one number or (3,), independent of each other.
        background_shift: (3,) the same change of the background, or None without a reference.
        background_sd: its standard error, one number or (3,); None only without a reference.
        blood_direction_deg: direction of blood in the plane (ln R/G, ln B/G): the recording's own
            pulse where it gives one, else the skin model's 25. Blood is taken to lie between it and
            the 48 degrees measured on a real face.

    Returns:
        The name with a sentence. Without a background a shift between red gain and green tint is
        never called blood.

    Raises:
        InputError: wrong shapes, numbers that are not finite, a standard error not above zero, or
            a background without one.

    >>> name_shift([0.012, -0.012, 0.002], 0.002, [0.0, 0.0, 0.0], 0.002).kind
    'blood'
    >>> name_shift([0.012, -0.012, 0.002], 0.002, None, None).kind
    'not separable'
    >>> name_shift([0.02, 0.0, -0.025], 0.002, None, None).sentence
    'The light became warmer (colour temperature); the shift is not along blood.'
    """
    face, face_covariance = _in_plane(face_shift, face_sd, "face")
    if background_shift is None:
        return _named_alone(face, face_covariance, blood_direction_deg)
    if background_sd is None:
        raise InputError(
            "The background's shift has no standard error.", "Give background_sd as well."
        )
    light, light_covariance = _in_plane(background_shift, background_sd, "background")
    rest = face - light
    covariance = face_covariance + light_covariance + SKIN_AGAINST_GREY**2 * np.outer(light, light)
    if _chi_squared(rest, covariance) < SHIFTED:
        if _chi_squared(face, face_covariance) < SHIFTED:
            return _no_shift(rest)
        if _chi_squared(light, light_covariance) < SHIFTED:
            return _result(
                "not separable",
                "The face shifted, but the background is too noisy to tell whether the light did.",
                rest,
            )
        return _result(
            "shared light",
            "The background shifted alike: the light or the white balance changed, not the skin.",
            face,
        )
    return _named_against_background(rest, covariance, blood_direction_deg)


def _in_plane(shift: npt.ArrayLike, sd: npt.ArrayLike, what: str) -> tuple[FloatArray, FloatArray]:
    change = np.asarray(shift, dtype=np.float64)
    error = np.asarray(sd, dtype=np.float64)
    if change.shape != (3,) or error.shape not in ((), (3,)):
        raise InputError(
            f"The {what}'s shift has the shape {change.shape}, its error {error.shape}.",
            "Give the changes of ln R, ln G and ln B, and one error or three.",
        )
    if not (np.isfinite(change).all() and np.isfinite(error).all() and (error > 0).all()):
        raise InputError(
            f"The {what}'s shift is unknown or has no error above zero.",
            "Leave out what was not measured, and give its standard error.",
        )
    variance = np.diag(np.broadcast_to(np.square(error), 3))
    return _TO_PLANE @ change, _TO_PLANE @ variance @ _TO_PLANE.T


def _chi_squared(shift: FloatArray, covariance: FloatArray) -> float:
    return float(shift @ np.linalg.solve(covariance, shift))


def _lies_between(
    shift: FloatArray, covariance: FloatArray, low_deg: float, high_deg: float
) -> bool:
    """Whether some direction of the range, either way along it, explains the shift."""
    angles = np.radians(np.arange(low_deg - TOLERANCE_DEG, high_deg + TOLERANCE_DEG + 0.5))
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    weighted = np.linalg.solve(covariance, directions.T)
    along = np.square(shift @ weighted) / np.sum(directions.T * weighted, axis=0)
    return bool(_chi_squared(shift, covariance) - along.max() < ALONG)


def _blood_range(blood_direction_deg: float) -> tuple[float, float]:
    return (
        min(blood_direction_deg, HIGHEST_BLOOD_DEG),
        max(blood_direction_deg, HIGHEST_BLOOD_DEG),
    )


def _named_alone(
    shift: FloatArray, covariance: FloatArray, blood_direction_deg: float
) -> ShiftName:
    if _chi_squared(shift, covariance) < SHIFTED:
        return _no_shift(shift)
    low, high = _blood_range(blood_direction_deg)
    temperature = _lies_between(shift, covariance, *COLOUR_TEMPERATURE_DEG)
    if _lies_between(shift, covariance, min(low, RED_GAIN_DEG), high):
        sentence = (
            "The shift is too noisy to tell blood from colour temperature."
            if temperature
            else "The shift cannot be told from blood without a reference: a red gain or a green "
            "tint of the camera looks the same on the face alone."
        )
        return _result("not separable", sentence, shift)
    if temperature:
        warmer = "warmer" if shift[0] > 0 else "cooler"
        return _result(
            "colour temperature",
            f"The light became {warmer} (colour temperature); the shift is not along blood.",
            shift,
        )
    return _result(
        "other",
        "The colour shifted in a direction that is neither blood nor colour temperature.",
        shift,
    )


def _named_against_background(
    shift: FloatArray, covariance: FloatArray, blood_direction_deg: float
) -> ShiftName:
    temperature = _lies_between(shift, covariance, *COLOUR_TEMPERATURE_DEG)
    blood = _lies_between(shift, covariance, *_blood_range(blood_direction_deg))
    if blood and temperature:
        return _result(
            "not separable",
            "The face shifted against the background, too noisily to tell blood from light.",
            shift,
        )
    if blood:
        more = "more" if shift[0] > 0 else "less"
        return _result(
            "blood",
            f"The face shifted against the background along blood: {more} blood in the skin.",
            shift,
        )
    if temperature:
        warmer = "warmer" if shift[0] > 0 else "cooler"
        return _result(
            "colour temperature",
            f"The light on the face became {warmer} than that on the background, as from a screen "
            "or a lamp nearby.",
            shift,
        )
    return _result(
        "other",
        "The face shifted against the background in a direction that is neither blood nor colour "
        "temperature, as from make-up or another light on the face.",
        shift,
    )


def _no_shift(shift: FloatArray) -> ShiftName:
    return ShiftName("none", "No shift beyond noise.", float(shift[0]), None)


def _result(kind: ShiftKind, sentence: str, shift: FloatArray) -> ShiftName:
    angle = float(np.degrees(np.arctan2(shift[1], shift[0])))
    return ShiftName(kind, sentence, float(shift[0]), angle)
