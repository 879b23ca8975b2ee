"""The camera's steps: colorimetry of the standard observer, balance, exposure, coding."""

from __future__ import annotations

import colour
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics import linear_rgb_to_lab, srgb_decode, srgb_encode
from rubor.optics.camera import (
    STANDARD_OBSERVER,
    apply_tone_curve,
    colour_matrix,
    expose,
    illuminant_power,
    linear_rgb_weights,
    quantise,
    raw_response,
    spectral_sensitivity,
    white_balance,
)
from rubor.optics.two_layer_skin import Skin, skin_reflectance

WAVELENGTH_NM = np.arange(380.0, 781.0, 5.0)
LIGHTS = ["D65", "A", "FL11", "LED-B3"]
CAMERAS = ["Nikon 5100 (NPL)", "Sigma SDMerill (NPL)", STANDARD_OBSERVER]


def test_standard_observer_in_daylight_agrees_with_colour_science() -> None:
    reflectance = skin_reflectance(Skin(), WAVELENGTH_NM)
    weights = linear_rgb_weights(
        WAVELENGTH_NM,
        illuminant_power("D65", WAVELENGTH_NM),
        spectral_sensitivity(STANDARD_OBSERVER, WAVELENGTH_NM),
    )
    xyz = colour.sd_to_XYZ(
        colour.SpectralDistribution(reflectance, WAVELENGTH_NM),
        illuminant=colour.SDS_ILLUMINANTS["D65"],
        method="Integration",
    )
    white = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    np.testing.assert_allclose(
        linear_rgb_to_lab(reflectance @ weights), colour.XYZ_to_Lab(xyz / 100.0, white), atol=0.1
    )


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("camera", CAMERAS)
def test_grey_is_grey_in_every_light_and_camera(light: str, camera: str) -> None:
    weights = linear_rgb_weights(
        WAVELENGTH_NM,
        illuminant_power(light, WAVELENGTH_NM),
        spectral_sensitivity(camera, WAVELENGTH_NM),
    )
    np.testing.assert_allclose(np.full(WAVELENGTH_NM.size, 0.18) @ weights, 0.18)


@pytest.mark.parametrize("light", LIGHTS)
def test_folded_weights_are_the_steps_one_by_one(light: str) -> None:
    power = illuminant_power(light, WAVELENGTH_NM)
    sensitivity = spectral_sensitivity("Nikon 5100 (NPL)", WAVELENGTH_NM)
    reflectance = skin_reflectance(Skin(blood_fraction=[0.01, 0.03]), WAVELENGTH_NM)
    raw = raw_response(reflectance, power, sensitivity)
    white = raw_response(np.ones(WAVELENGTH_NM.size), power, sensitivity)
    matrix = colour_matrix(power, sensitivity, WAVELENGTH_NM)
    np.testing.assert_allclose(
        white_balance(raw, white) @ matrix.T,
        reflectance @ linear_rgb_weights(WAVELENGTH_NM, power, sensitivity),
    )


def test_a_camera_sees_skin_close_to_its_true_colour() -> None:
    reflectance = skin_reflectance(Skin(melanin_fraction=[0.012, 0.036, 0.1]), WAVELENGTH_NM)
    power = illuminant_power("D65", WAVELENGTH_NM)
    seen, true = (
        linear_rgb_to_lab(
            reflectance
            @ linear_rgb_weights(WAVELENGTH_NM, power, spectral_sensitivity(name, WAVELENGTH_NM))
        )
        for name in ("Nikon 5100 (NPL)", STANDARD_OBSERVER)
    )
    assert np.all(np.linalg.norm(seen - true, axis=-1) < 4.0)


@given(st.floats(0.001, 1.0), st.floats(0.001, 1.0), st.floats(0.5, 1.5))
def test_contrast_multiplies_a_log_ratio(red: float, green: float, contrast: float) -> None:
    curved = apply_tone_curve([red, green], contrast)
    assert float(np.log(curved[0] / curved[1])) == pytest.approx(
        contrast * float(np.log(red / green)), abs=1e-9
    )


@given(st.floats(1e-4, 1.0), st.floats(-3.0, 3.0))
def test_exposure_can_be_taken_back(light: float, stops: float) -> None:
    assert float(expose(expose(light, stops), -stops)) == pytest.approx(light)


@given(st.floats(0.0, 1.0), st.integers(1, 16))
def test_quantising_moves_a_value_by_half_a_level_at_most(coded: float, bits: int) -> None:
    once = quantise(coded, bits)
    assert abs(float(once) - coded) <= 0.5 / (2**bits - 1) + 1e-12
    assert float(quantise(once, bits)) == float(once)


def test_eight_bits_keep_skin_within_a_hundredth_of_its_light() -> None:
    light = np.array([0.42, 0.263, 0.193])
    decoded = srgb_decode(quantise(srgb_encode(light)))
    np.testing.assert_allclose(decoded, light, rtol=0.01)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="No light"):
        illuminant_power("candle of last year", [500.0])
    with pytest.raises(InputError, match="No camera"):
        spectral_sensitivity("pinhole", [500.0])
    with pytest.raises(InputError, match="bits"):
        quantise(0.5, 0)
