"""Redistribution keeps all light, has the right mean direction, and cuts off only the peak."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rubor.optics.adding_doubling import quadrature
from rubor.optics.henyey_greenstein import delta_m_scaling, redistribution_matrices

DIRECTIONS = quadrature(1.4, 16)


@given(st.floats(-0.9, 0.95))
def test_all_scattered_light_goes_somewhere(asymmetry: float) -> None:
    matrices = redistribution_matrices(asymmetry, DIRECTIONS.cosines, DIRECTIONS.weights)
    total = (matrices.forward + matrices.backward) @ DIRECTIONS.weights
    np.testing.assert_allclose(total, 2.0, atol=1e-12)


@given(st.floats(-0.9, 0.9))
def test_mean_cosine_with_its_peak_is_the_asymmetry(asymmetry: float) -> None:
    matrices = redistribution_matrices(asymmetry, DIRECTIONS.cosines, DIRECTIONS.weights)
    # Light along the vertical: the mean cosine of what it is scattered into.
    weighted = DIRECTIONS.weights * DIRECTIONS.cosines
    mean = 0.5 * float((matrices.forward - matrices.backward)[-1] @ weighted)
    whole = matrices.peak + (1.0 - matrices.peak) * mean
    np.testing.assert_allclose(whole, asymmetry, atol=0.01)


def test_isotropic_scattering_is_even() -> None:
    matrices = redistribution_matrices(0.0, DIRECTIONS.cosines, DIRECTIONS.weights)
    np.testing.assert_allclose(matrices.forward, 1.0, atol=1e-9)
    np.testing.assert_allclose(matrices.backward, 1.0, atol=1e-12)


@given(st.floats(0.0, 1.0), st.floats(0.01, 10.0), st.floats(0.0, 0.5))
def test_scaling_keeps_absorption(albedo: float, thickness: float, peak: float) -> None:
    new_albedo, new_thickness = delta_m_scaling(albedo, thickness, peak)
    np.testing.assert_allclose(
        (1.0 - new_albedo) * new_thickness, (1.0 - albedo) * thickness, atol=1e-12
    )
