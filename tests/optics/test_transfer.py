"""Transfer curves: what the standards print, and what must hold for every value."""

from __future__ import annotations

import colour
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rubor.optics import hlg_decode, srgb_decode, srgb_encode

coded_values = arrays(np.float64, (7,), elements=st.floats(-1.0, 2.0))


def test_srgb_agrees_with_colour_science() -> None:
    coded = np.linspace(0.0, 1.0, 1025)
    np.testing.assert_allclose(srgb_decode(coded), colour.eotf(coded, "sRGB"), atol=1e-12)
    np.testing.assert_allclose(srgb_encode(coded), colour.eotf_inverse(coded, "sRGB"), atol=1e-12)


def test_hlg_agrees_with_colour_science() -> None:
    coded = np.linspace(0.0, 1.0, 1025)
    reference = colour.oetf_inverse(coded, "ITU-R BT.2100 HLG")
    np.testing.assert_allclose(hlg_decode(coded), reference, atol=1e-7)


def test_hlg_reference_white_of_75_percent_signal_is_about_a_quarter_of_scene_light() -> None:
    # ITU-R BT.2408: HDR reference white is 75 % HLG signal, 26.5 % of peak scene light.
    assert float(hlg_decode(0.75)) == pytest.approx(0.265, abs=5e-4)


@given(coded_values)
def test_encoding_undoes_decoding_also_outside_the_unit_range(
    coded: npt.NDArray[np.float64],
) -> None:
    # IEC 61966-2-1 rounds its knees, which leaves a step of 3e-8 in linear light.
    np.testing.assert_allclose(srgb_encode(srgb_decode(coded)), coded, atol=1e-6)


@given(coded_values)
def test_curves_are_odd_and_never_fall(coded: npt.NDArray[np.float64]) -> None:
    for curve in (srgb_decode, srgb_encode, hlg_decode):
        np.testing.assert_array_equal(curve(-coded), -curve(coded))
        assert np.all(np.diff(curve(np.sort(coded))) >= -1e-7)


def test_shape_is_kept_and_nan_stays_nan() -> None:
    picture = np.full((2, 3, 4, 3), 0.5)
    picture[0, 0, 0, 0] = np.nan
    for curve in (srgb_decode, srgb_encode, hlg_decode):
        result = curve(picture)
        assert result.shape == picture.shape
        assert np.isnan(result).sum() == 1
