"""Colour tables of a person's skin: those of the skin model, for the tone that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics import (
    individual_typology_angle_deg,
    linear_rgb_to_lab,
    skin_reflectance,
    skin_tones,
)
from rubor.optics.skin_variation import typical_skin
from rubor.simulation import CameraSpec, LightSpec, Scenario, SkinSpec, resolved
from rubor.simulation.camera_spread import typical_sensitivity
from rubor.simulation.scenario_draws import DRAWN_LIGHTS
from rubor.simulation.skin_colours import (
    SKIN_NM,
    colour_table,
    daylight_to_the_observer,
    lightings,
    resting_skin,
    skin_colour,
)


def test_the_table_is_the_skin_model() -> None:
    light = daylight_to_the_observer()
    skin = typical_skin(0.05)
    changes = np.linspace(-2.0, 2.0, 23)
    blood = float(np.asarray(skin.blood_fraction)) * np.exp(changes)
    direct = skin_reflectance(replace(skin, blood_fraction=blood), SKIN_NM) @ light.weights
    table = colour_table(skin, light)
    # Between its steps, to a ten-thousandth: a thousandth of a doubling of blood.
    np.testing.assert_allclose(table.log_colour(changes), np.log(direct), atol=1e-4)


def test_the_melanin_direction_is_the_slope_of_the_model() -> None:
    light = daylight_to_the_observer()
    skin = typical_skin(0.05)
    direction = colour_table(skin, light).melanin_direction()
    change = np.log(skin_colour(replace(skin, melanin_fraction=0.0501), light)) - np.log(
        skin_colour(skin, light)
    )
    np.testing.assert_allclose(direction, change / np.log(0.0501 / 0.05), rtol=0.02)
    # Melanin takes most from blue.
    assert direction[2] < direction[1] < direction[0] < 0.0


@pytest.mark.parametrize("tone", [tone.name for tone in skin_tones()])
def test_typical_skin_of_a_step_has_the_melanin_of_that_step(tone: str) -> None:
    skin = resting_skin(resolved(Scenario(skin=SkinSpec(tone=tone))).skin)
    step = next(step for step in skin_tones() if step.name == tone)
    assert float(np.asarray(skin.melanin_fraction)) == pytest.approx(
        step.melanin_fraction, rel=0.02
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-45.0, 55.0))
def test_whatever_else_is_drawn_the_skin_has_the_angle_asked_for(seed: int, ita_deg: float) -> None:
    spec = resolved(Scenario(seed=seed, skin=SkinSpec(ita_deg=ita_deg, draw=True))).skin
    seen = skin_colour(resting_skin(spec), daylight_to_the_observer()) + (spec.specular or 0.0)
    found = float(individual_typology_angle_deg(linear_rgb_to_lab(seen)))
    assert found == pytest.approx(ita_deg, abs=0.1)


def test_a_tone_that_no_melanin_gives_is_refused() -> None:
    spec = resolved(Scenario(skin=SkinSpec(ita_deg=74.0, resting_blood_fraction=0.1))).skin
    with pytest.raises(InputError, match="No melanin"):
        resting_skin(spec)


def test_a_white_is_white_in_the_light_that_the_camera_is_balanced_for() -> None:
    bulb, daylight = lightings(CameraSpec(sensitivities="standard"), ["A", "D65"])
    np.testing.assert_allclose(bulb.white, 1.0, atol=1e-9)
    assert daylight.white[2] > daylight.white[1] > daylight.white[0]


def test_drawn_cameras_and_lights_see_blood_about_as_the_standard_observer_does() -> None:
    skin = typical_skin(0.027)
    more = replace(skin, blood_fraction=1.5 * float(np.asarray(skin.blood_fraction)))
    changes = []
    for seed in range(40):
        full = resolved(
            Scenario(seed=seed, camera=CameraSpec(draw=True), light=LightSpec(draw=True))
        )
        assert full.light.illuminant in DRAWN_LIGHTS
        light = lightings(full.camera, [full.light.illuminant])[0]
        np.testing.assert_allclose(light.white, 1.0, atol=1e-9)
        rest, full_blood = np.log(skin_colour(skin, light)), np.log(skin_colour(more, light))
        changes.append(float((full_blood - rest)[0] - (full_blood - rest)[1]))
    daylight = daylight_to_the_observer()
    exact = np.log(skin_colour(more, daylight)) - np.log(skin_colour(skin, daylight))
    # Mean over 52 real cameras and these lights is 10 to 25 % above, with a spread of 5 to 15 %.
    ratios = np.array(changes) / float(exact[0] - exact[1])
    assert 1.0 < float(np.median(ratios)) < 1.4
    assert 0.02 < float(ratios.std()) < 0.25


@given(st.lists(st.floats(-3.0, 3.0), max_size=6))
def test_any_camera_of_the_spread_is_a_camera(variation: list[float]) -> None:
    wavelength_nm = np.arange(400.0, 701.0, 5.0)
    sensitivity = typical_sensitivity(wavelength_nm, variation)
    assert sensitivity.shape == (61, 3)
    assert np.all(sensitivity >= 0.0)
    peaks = wavelength_nm[sensitivity.argmax(axis=0)]
    assert peaks[0] > peaks[1] > peaks[2]
