"""CIELAB agrees with the colour-science library; ITA is smooth where b* passes zero."""

from __future__ import annotations

import colour
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rubor.errors import InputError
from rubor.optics import (
    delta_e_ab,
    individual_typology_angle_deg,
    lab_to_linear_rgb,
    linear_rgb_to_lab,
)

rgb_values = arrays(np.float64, (4, 3), elements=st.floats(-0.05, 1.5))


def reference_lab(linear_rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    space = colour.models.RGB_COLOURSPACE_BT709.copy()
    # The library tabulates the matrix to 4 digits; derived from the primaries it is exact.
    space.use_derived_matrix_RGB_to_XYZ = True
    xyz = linear_rgb @ space.matrix_RGB_to_XYZ.T
    return np.asarray(colour.XYZ_to_Lab(xyz, space.whitepoint), dtype=np.float64)


def test_lab_agrees_with_colour_science_on_a_grid_of_colours() -> None:
    axis = np.concatenate([[0.0, 1e-4, 1e-3], np.linspace(0.01, 1.0, 12)])
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    np.testing.assert_allclose(linear_rgb_to_lab(grid), reference_lab(grid), atol=1e-9)


def test_white_is_exactly_neutral() -> None:
    np.testing.assert_allclose(linear_rgb_to_lab([1.0, 1.0, 1.0]), [100.0, 0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(linear_rgb_to_lab([0.2] * 3)[1:], [0.0, 0.0], atol=1e-9)


@given(rgb_values)
def test_lab_and_back_is_the_same_colour(linear_rgb: npt.NDArray[np.float64]) -> None:
    np.testing.assert_allclose(
        lab_to_linear_rgb(linear_rgb_to_lab(linear_rgb)), linear_rgb, atol=1e-9
    )


@given(rgb_values, rgb_values)
def test_colour_difference_agrees_with_colour_science_and_is_symmetric(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> None:
    lab_1, lab_2 = linear_rgb_to_lab(first), linear_rgb_to_lab(second)
    difference = delta_e_ab(lab_1, lab_2)
    np.testing.assert_allclose(difference, colour.difference.delta_E_CIE1976(lab_1, lab_2))
    np.testing.assert_array_equal(difference, delta_e_ab(lab_2, lab_1))


def test_ita_of_mean_cheek_colours_falls_into_the_groups_they_were_averaged_over() -> None:
    # Mean cheek L*, a*, b* of the ISSA spectra by ITA group (optics data, section 2).
    cheeks = {
        "very light": ((67.7, 10.4, 11.2), 55.0, 90.0),
        "light": ((64.9, 10.9, 14.0), 41.0, 55.0),
        "intermediate": ((61.1, 11.8, 16.3), 28.0, 41.0),
        "tan": ((56.9, 11.7, 18.3), 10.0, 28.0),
        "brown": ((48.3, 11.6, 18.5), -30.0, 10.0),
        "dark": ((36.0, 9.4, 11.9), -90.0, -30.0),
    }
    for name, (lab, low, high) in cheeks.items():
        assert low < float(individual_typology_angle_deg(lab)) <= high, name


@given(st.floats(51.0, 95.0), st.floats(0.01, 30.0))
def test_ita_is_the_published_arctangent_where_b_is_positive(lightness: float, b: float) -> None:
    published = np.degrees(np.arctan((lightness - 50.0) / b))
    assert float(individual_typology_angle_deg([lightness, 10.0, b])) == pytest.approx(published)


@pytest.mark.parametrize("lightness", [20.0, 80.0])
def test_ita_does_not_jump_where_b_passes_zero(lightness: float) -> None:
    around_zero = [[lightness, 0.0, b] for b in (0.01, 0.0, -0.01)]
    angles = individual_typology_angle_deg(around_zero)
    np.testing.assert_allclose(angles, np.copysign(90.0, lightness - 50.0), atol=0.05)


def test_ita_of_no_angle_is_nan() -> None:
    assert np.isnan(individual_typology_angle_deg([50.0, 3.0, 0.0]))


def test_a_last_axis_that_is_not_three_is_refused() -> None:
    with pytest.raises(InputError, match="length 3"):
        linear_rgb_to_lab(np.ones(4))
