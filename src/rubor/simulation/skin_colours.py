"""The colour of a person's skin in a camera for any change of blood: one table per light.

Skin of a stated tone: melanin is found so that the resting skin has the wanted individual typology
angle in daylight to the standard observer, its surface reflection included, whatever the rest of it
is like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from rubor.errors import InputError
from rubor.optics.camera import (
    STANDARD_OBSERVER,
    colour_matrix,
    illuminant_power,
    raw_response,
    spectral_sensitivity,
    white_balance,
)
from rubor.optics.cielab import individual_typology_angle_deg, linear_rgb_to_lab
from rubor.optics.two_layer_skin import Skin, skin_reflectance
from rubor.simulation.camera_spread import typical_sensitivity
from rubor.simulation.filming_spec import CameraSpec
from rubor.simulation.person_spec import SkinSpec
from rubor.simulation.scenario_draws import melanin_near

__all__ = [
    "HIGHEST_LN",
    "LOWEST_LN",
    "ColourTable",
    "Lighting",
    "colour_table",
    "daylight_to_the_observer",
    "lightings",
    "resting_skin",
    "skin_colour",
]

FloatArray = npt.NDArray[np.float64]

SKIN_NM = np.arange(400.0, 701.0, 10.0)
LAMP_NM = np.arange(400.0, 701.0, 5.0)
_BETWEEN = CubicSpline(SKIN_NM, np.eye(SKIN_NM.size))(LAMP_NM)
_MELANIN_RANGE = (1e-4, 0.95)

# ln blood of the table against rest: a texture of 1 either way and responses of 2.
LOWEST_LN, HIGHEST_LN = -3.0, 3.0
_STEPS_LN = np.linspace(LOWEST_LN, HIGHEST_LN, 13)
_HIGHEST_BLOOD = 0.9
# What a colour matrix makes negative is clipped by the camera; this keeps logarithms finite.
_DARKEST = 1e-4


@dataclass(frozen=True, eq=False)
class Lighting:
    """One light as one camera sees it.

    Attributes:
        weights: from a reflectance at SKIN_NM to linear BT.709, (31, 3).
        white: linear colour of a perfect white, (3,); (1, 1, 1) in the light that the camera is
            balanced for.
    """

    weights: FloatArray
    white: FloatArray


@dataclass(frozen=True, eq=False)
class ColourTable:
    """Linear colour of a skin in one light against ln blood, without surface reflection.

    Attributes:
        skin: the skin at rest.
        lighting: the light.
        saturation_nodes: changes of oxygen saturation, (s,).
        log_rgb: ln of linear BT.709 at each step of ln blood, (s, b, 3).
    """

    skin: Skin
    lighting: Lighting
    saturation_nodes: FloatArray
    log_rgb: FloatArray

    def log_colour(self, log_blood: npt.ArrayLike, node: int = 0) -> FloatArray:
        """Linear colour, in ln, at changes of ln blood from rest, (..., 3), at a saturation node."""
        spline = CubicSpline(_STEPS_LN, self.log_rgb[node])
        return np.asarray(spline(np.clip(log_blood, LOWEST_LN, HIGHEST_LN)))

    def melanin_direction(self) -> FloatArray:
        """Change of ln R, ln G and ln B for a change of ln melanin, (3,)."""
        melanin = float(np.asarray(self.skin.melanin_fraction))
        step = 0.05
        colours = [
            skin_colour(replace(self.skin, melanin_fraction=melanin * factor), self.lighting)
            for factor in (np.exp(-step), min(np.exp(step), 0.99 / melanin))
        ]
        change: FloatArray = (np.log(colours[1]) - np.log(colours[0])) / (2.0 * step)
        return change


def resting_skin(spec: SkinSpec) -> Skin:
    """The skin of a person of whom everything is given (`scenario_draws.resolved`).

    >>> from rubor.simulation.scenario import Scenario
    >>> from rubor.simulation.scenario_draws import resolved
    >>> skin = resting_skin(resolved(Scenario()).skin)
    >>> round(float(skin.melanin_fraction), 3)
    0.015
    """

    def given(value: float | None) -> float:
        assert value is not None, "the scenario has open values"
        return value

    skin = Skin(
        melanin_fraction=melanin_near(spec.ita),
        blood_fraction=given(spec.resting_blood_fraction),
        oxygen_saturation=given(spec.oxygen_saturation),
        scattering_500_per_cm=given(spec.scattering_500_per_cm),
        rayleigh_fraction=0.0,
        mie_power=given(spec.mie_power),
        melanin_exponent=given(spec.melanin_exponent),
        vessel_diameter_um=given(spec.vessel_diameter_um),
        epidermis_thickness_um=given(spec.epidermis_thickness_um),
    )
    daylight = daylight_to_the_observer()

    def too_light(log_melanin: float) -> float:
        tried = replace(skin, melanin_fraction=float(np.exp(log_melanin)))
        seen = skin_colour(tried, daylight) + given(spec.specular)
        return float(individual_typology_angle_deg(linear_rgb_to_lab(seen))) - spec.ita

    low, high = np.log(_MELANIN_RANGE)
    if too_light(low) < 0.0 or too_light(high) > 0.0:
        raise InputError(
            f"No melanin gives this skin an individual typology angle of {spec.ita:g} degrees.",
            "Choose another tone, or less unusual blood, scattering or surface reflection.",
        )
    melanin = float(np.exp(brentq(too_light, low, high, xtol=1e-4)))
    return replace(skin, melanin_fraction=melanin)


def skin_colour(skin: Skin, lighting: Lighting) -> FloatArray:
    """Linear colour of skin without surface reflection, (..., 3), of the shape of its fields."""
    colour: FloatArray = np.maximum(skin_reflectance(skin, SKIN_NM) @ lighting.weights, _DARKEST)
    return colour


@cache
def daylight_to_the_observer() -> Lighting:
    """Daylight as the standard observer sees it."""
    return lightings(CameraSpec(sensitivities="standard"), ["D65"])[0]


def lightings(camera: CameraSpec, illuminants: Sequence[str]) -> list[Lighting]:
    """Lights as a camera sees them that is balanced for the first.

    Args:
        camera: with its sensitivities given.
        illuminants: names known to colour-science.

    Returns:
        One for each; a white has 1 in raw green in all of them.

    Raises:
        InputError: no such light or camera.

    >>> daylight, bulb = lightings(CameraSpec(sensitivities="standard"), ["D65", "A"])
    >>> daylight.white.round(3).tolist(), bool(bulb.white[0] > bulb.white[2])
    ([1.0, 1.0, 1.0], True)
    """
    if camera.sensitivities == "typical":
        sensitivity = typical_sensitivity(LAMP_NM, camera.variation)
    else:
        name = camera.sensitivities or "standard"
        sensitivity = spectral_sensitivity(
            STANDARD_OBSERVER if name == "standard" else name, LAMP_NM
        )
    identity = np.eye(LAMP_NM.size)
    powers = [illuminant_power(name, LAMP_NM) for name in illuminants]
    balanced_for = raw_response(identity, powers[0], sensitivity).sum(axis=0)
    to_bt709 = colour_matrix(powers[0], sensitivity, LAMP_NM).T
    found = []
    for power in powers:
        raw = raw_response(identity, power, sensitivity)
        weights = white_balance(raw, balanced_for) @ to_bt709
        found.append(Lighting(np.asarray(_BETWEEN.T @ weights), weights.sum(axis=0)))
    return found


def colour_table(
    skin: Skin, lighting: Lighting, saturation_nodes: Sequence[float] = (0.0,)
) -> ColourTable:
    """The table of a skin in a light.

    Args:
        skin: at rest, every field one number.
        lighting: the light.
        saturation_nodes: changes of oxygen saturation to tabulate.
    """
    nodes = np.asarray(saturation_nodes, np.float64)
    blood = np.asarray(skin.blood_fraction, np.float64) * np.exp(_STEPS_LN)
    varied = replace(
        skin,
        blood_fraction=np.minimum(blood, _HIGHEST_BLOOD),
        oxygen_saturation=np.clip(np.asarray(skin.oxygen_saturation) + nodes[:, None], 0.0, 1.0),
    )
    return ColourTable(skin, lighting, nodes, np.log(skin_colour(varied, lighting)))
