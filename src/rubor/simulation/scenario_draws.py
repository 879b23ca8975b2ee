"""Fill in what a scenario leaves open: typical values, or draws from its seed.

People are drawn from the spreads behind the blood curve (`rubor.optics.skin_variation`); cameras and
lights as in `scripts/make_blood_curve.py`, except that a drawn camera comes from the spread of the 52
real ones (`rubor.simulation.camera_spread`) and is none of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rubor.optics.skin_tone import skin_tones
from rubor.optics.skin_variation import draw_skin, draw_specular, typical_skin
from rubor.simulation.camera_spread import COMPONENTS
from rubor.simulation.filming_spec import CameraSpec, LightSpec
from rubor.simulation.person_spec import SkinSpec
from rubor.simulation.scenario import Scenario

__all__ = ["DRAWN_LIGHTS", "resolved"]

DRAWN_LIGHTS = ("D50", "D65", "LED-B1", "LED-B3", "LED-V1", "FL2", "FL11", "A")
"""Daylight, lamps of light-emitting diodes, fluorescent tubes and a light bulb."""

_TYPICAL_SPECULAR = 0.02
# Phones are tuned to exact colour; this share of drawn cameras have it.
_EXACT_COLOUR_SHARE = 0.25
_CONTRAST_SD_LN = 0.05
# A camera's own white balance, in each of red and blue against green: an assumption.
_BALANCE_ERROR_SD_LN = 0.03
# Streams of the seed.
_SKIN, _CAMERA, _LIGHT = 10, 11, 12


def resolved(scenario: Scenario) -> Scenario:
    """The same scenario with every open value filled in.

    >>> from rubor.simulation.scenario import Scenario
    >>> full = resolved(Scenario(seed=3))
    >>> full.skin.oxygen_saturation, full.camera.sensitivities, full.light.illuminant
    (0.725, 'standard', 'D65')
    >>> resolved(full) == full
    True
    """
    return replace(
        scenario,
        skin=_skin(scenario.skin, scenario.seed),
        camera=_camera(scenario.camera, scenario.seed),
        light=_light(scenario.light, scenario.seed),
    )


def _skin(spec: SkinSpec, seed: int) -> SkinSpec:
    random = np.random.default_rng([seed, _SKIN])
    melanin = melanin_near(spec.ita)
    skin = draw_skin([melanin], random) if spec.draw else typical_skin([melanin])
    specular = float(draw_specular(1, random)[0]) if spec.draw else _TYPICAL_SPECULAR

    def filled(given: float | None, found: npt.ArrayLike) -> float:
        return float(np.ravel(found)[0]) if given is None else given

    return replace(
        spec,
        draw=False,
        resting_blood_fraction=filled(spec.resting_blood_fraction, skin.blood_fraction),
        oxygen_saturation=filled(spec.oxygen_saturation, skin.oxygen_saturation),
        scattering_500_per_cm=filled(spec.scattering_500_per_cm, skin.scattering_500_per_cm),
        mie_power=filled(spec.mie_power, skin.mie_power),
        melanin_exponent=filled(spec.melanin_exponent, skin.melanin_exponent),
        vessel_diameter_um=filled(spec.vessel_diameter_um, skin.vessel_diameter_um),
        epidermis_thickness_um=filled(spec.epidermis_thickness_um, skin.epidermis_thickness_um),
        specular=filled(spec.specular, specular),
    )


def melanin_near(ita_deg: float) -> float:
    """Melanin fraction of typical skin of a tone, between the six steps.

    >>> round(melanin_near(48.0), 4)
    0.0153
    """
    tones = sorted(skin_tones(), key=lambda tone: tone.ita_deg)
    angles = [tone.ita_deg for tone in tones]
    logs = np.log([tone.melanin_fraction for tone in tones])
    return float(np.exp(np.interp(ita_deg, angles, logs)))


def _camera(spec: CameraSpec, seed: int) -> CameraSpec:
    random = np.random.default_rng([seed, _CAMERA])
    exact = random.random() < _EXACT_COLOUR_SHARE
    variation = random.standard_normal(COMPONENTS).clip(-3.0, 3.0)
    contrast = np.exp(_CONTRAST_SD_LN * random.standard_normal())
    red, blue = _BALANCE_ERROR_SD_LN * random.standard_normal(2)
    sensitivities, chosen = spec.sensitivities, spec.variation
    if sensitivities is None:
        sensitivities = "standard"
        if spec.draw and not exact:
            sensitivities, chosen = "typical", tuple(float(number) for number in variation)

    def filled(given: float | None, drawn: float, typical: float) -> float:
        if given is not None:
            return given
        return float(drawn) if spec.draw else typical

    return replace(
        spec,
        draw=False,
        sensitivities=sensitivities,
        variation=chosen,
        contrast=filled(spec.contrast, contrast, 1.0),
        red_error_ln=filled(spec.red_error_ln, red, 0.0),
        blue_error_ln=filled(spec.blue_error_ln, blue, 0.0),
    )


def _light(spec: LightSpec, seed: int) -> LightSpec:
    drawn = DRAWN_LIGHTS[int(np.random.default_rng([seed, _LIGHT]).integers(len(DRAWN_LIGHTS)))]
    illuminant = spec.illuminant or (drawn if spec.draw else "D65")
    return replace(spec, draw=False, illuminant=illuminant)
